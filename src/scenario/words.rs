//! What may stand at a place, in words and as an example.
use super::schema::{Place, Shape, Variant};
use super::suggest::one_of;
use super::tree::{Kind, Node};
use serde_json::Value;

/// How many names a message lists at most.
pub const LISTED: usize = 12;

/// What a place needs: "a whole number", "a list in square brackets".
pub fn needs(place: &Place) -> String {
    match place.shape() {
        Shape::Group(..) => "settings in round brackets".into(),
        Shape::Choice(variants) => choices(&variants),
        Shape::Map(_) => "entries in curly brackets".into(),
        Shape::List(_) => "a list in square brackets".into(),
        Shape::Tuple(items) => format!("{} values in round brackets", items.len()),
        Shape::Whole => "a whole number".into(),
        Shape::Number => "a number".into(),
        Shape::Text => "a text in double quotation marks".into(),
        Shape::Truth => "true or false".into(),
        Shape::Any => "a value".into(),
    }
}

/// The words of a choice, if they are few.
fn choices(variants: &[Variant]) -> String {
    if variants.len() > LISTED {
        return "one of the words listed by `dyadsim explain`".into();
    }
    let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
    match names.as_slice() {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", one_of(&names)),
    }
}

/// The range of a place with its unit: "from 1 to 500 (therapists)".
pub fn range(place: &Place) -> Option<String> {
    let numeric = matches!(place.shape(), Shape::Whole | Shape::Number);
    let span = match place.limits() {
        _ if !numeric => None,
        (Some(min), Some(max)) => Some(format!("from {min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    };
    match (span, place.unit()) {
        (Some(span), Some(unit)) => Some(format!("{span} ({unit})")),
        (span, None) => span,
        (None, Some(unit)) => Some(format!("in {unit}")),
    }
}

/// A value that could stand at a place, as it would be written.
pub fn example(place: &Place) -> String {
    if let Some(default) = place.note("default").filter(|default| !default.is_null()) {
        return as_written(place, default);
    }
    match place.shape() {
        Shape::Group(fields, _) => {
            let some_required = fields.iter().any(|field| field.required);
            let needed = fields.iter().enumerate().filter(|(at, field)| field.required || (!some_required && *at == 0));
            let needed = needed.map(|(_, field)| field);
            let each = needed.map(|field| format!("{}: {}", field.name, example(&field.place)));
            format!("({})", each.collect::<Vec<_>>().join(", "))
        }
        Shape::Choice(variants) => variants.first().map_or_else(|| "…".into(), example_variant),
        Shape::Map(values) => format!("{{\"…\": {}}}", example(&values)),
        Shape::List(items) => format!("[{}]", example(&items)),
        Shape::Tuple(items) => {
            format!("({})", items.iter().map(example).collect::<Vec<_>>().join(", "))
        }
        Shape::Whole => place.limits().0.unwrap_or(1.0).to_string(),
        Shape::Number => format!("{:?}", place.limits().0.unwrap_or(1.0)),
        Shape::Text => "\"…\"".into(),
        Shape::Truth => "true".into(),
        Shape::Any => "…".into(),
    }
}

/// A variant as it would be written.
pub fn example_variant(variant: &Variant) -> String {
    let Some(content) = &variant.content else {
        return variant.name.to_owned();
    };
    match content.shape() {
        Shape::Tuple(_) => format!("{}{}", variant.name, example(content)),
        Shape::Group(fields, _) if variant.single_brackets() && fields.iter().all(|field| !field.required) => {
            format!("{}()", variant.name)
        }
        Shape::Group(..) if variant.single_brackets() => {
            format!("{}{}", variant.name, example(content))
        }
        _ => format!("{}({})", variant.name, example(content)),
    }
}

/// A default from the schema as it would be written in a scenario.
pub fn as_written(place: &Place, value: &Value) -> String {
    match (value, place.shape()) {
        (Value::Null, _) => "None".into(),
        (Value::Number(number), Shape::Number) if number.is_i64() => format!("{number}.0"),
        (Value::String(word), Shape::Choice(_)) => word.clone(),
        (Value::Object(entries), Shape::Choice(variants)) => {
            let known = entries.iter().find_map(|(name, content)| Some((variants.iter().find(|variant| variant.name == name)?, content)));
            known.map_or_else(|| value.to_string(), |(variant, content)| variant_as_written(variant, content))
        }
        (Value::Object(entries), Shape::Group(fields, _)) => {
            let each = entries.iter().map(|(name, value)| {
                let field = fields.iter().find(|field| field.name == name);
                let value = field.map_or_else(|| value.to_string(), |f| as_written(&f.place, value));
                format!("{name}: {value}")
            });
            format!("({})", each.collect::<Vec<_>>().join(", "))
        }
        (Value::Object(entries), Shape::Map(values)) => {
            let each = entries.iter().map(|(key, value)| format!("{key:?}: {}", as_written(&values, value)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
        }
        (Value::Array(items), Shape::List(item)) => {
            let each = items.iter().map(|value| as_written(&item, value));
            format!("[{}]", each.collect::<Vec<_>>().join(", "))
        }
        (Value::Array(items), Shape::Tuple(places)) => {
            let each = items.iter().zip(&places).map(|(value, place)| as_written(place, value));
            format!("({})", each.collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

fn variant_as_written(variant: &Variant, content: &Value) -> String {
    let Some(place) = &variant.content else {
        return variant.name.to_owned();
    };
    let inner = as_written(place, content);
    if inner.starts_with('(') && variant.single_brackets() {
        format!("{}{inner}", variant.name)
    } else {
        format!("{}({inner})", variant.name)
    }
}

/// What was found, in words: the value itself if it is short.
pub fn found(node: &Node, text: &str) -> String {
    let written = &text[node.span.clone()];
    match node.kind {
        Kind::Number => written.to_owned(),
        Kind::Text if written.chars().count() <= 40 => format!("the text {written}"),
        Kind::Text => "a text".into(),
        Kind::Char => format!("the character {written}"),
        Kind::Word => format!("`{written}`"),
        Kind::List => "a list".into(),
        Kind::Map => "curly brackets".into(),
        Kind::Fields | Kind::Tuple => match node.name() {
            Some(name) => format!("`{name}(…)`"),
            None if node.kind == Kind::Tuple => unnamed(node.children.len()),
            None => "round brackets".into(),
        },
    }
}

fn unnamed(values: usize) -> String {
    match values {
        1 => "one value in round brackets".into(),
        n => format!("{n} values in round brackets"),
    }
}

/// The first sentence of a doc comment.
pub fn first_sentence(doc: &str) -> &str {
    let end = doc.match_indices(". ").map(|(at, _)| at + 1).next();
    let paragraph = doc.find("\n\n").unwrap_or(doc.len());
    doc[..end.unwrap_or(doc.len()).min(paragraph)].trim()
}

/// A number of things: "1 cell", "1200 cells", "20 trajectories".
pub fn counted(n: usize, one: &str) -> String {
    match (n, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies"),
        _ => format!("{n} {one}s"),
    }
}
