//! Compares a tree with the schema and says in plain words what does not fit.
use super::path::Path;
use super::schema::{Field, Place, Schema, Shape, Variant};
use super::suggest::{nearest, one_of};
use super::tree::{Child, Kind, Node, Span, head};
use super::words::{LISTED, as_written, example, example_variant, found, needs, range};

/// Something that does not fit its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting it concerns.
    pub path: Path,
    /// Where it stands.
    pub span: Span,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// Whether the value cannot even be read; a number out of range can.
    pub unreadable: bool,
}

/// All that does not fit the schema.
pub fn check(root: &Node, schema: &Schema, text: &str) -> Vec<Finding> {
    let mut checker = Checker {
        schema,
        text,
        findings: Vec::new(),
    };
    let place = schema.root();
    checker.value(
        &At {
            path: Path::default(),
            child: None,
        },
        root,
        &place,
    );
    checker.findings
}

/// The message for a number out of range: what is wrong, and the range.
pub fn out_of_range(path: &Path, written: &str, place: &Place) -> (String, Option<String>) {
    let needs = range(place).unwrap_or_else(|| "within its range".into());
    (
        format!("`{path}` must be {needs}, found {written}"),
        default_hint(place),
    )
}

fn default_hint(place: &Place) -> Option<String> {
    let default = place.note("default").filter(|default| !default.is_null())?;
    Some(format!("the default is {}", as_written(place, default)))
}

/// Where the checker stands.
struct At<'a> {
    path: Path,
    child: Option<&'a Child>,
}

struct Checker<'a> {
    schema: &'a Schema,
    text: &'a str,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn find(&mut self, path: &Path, span: Span, what: String, help: Option<String>) {
        self.findings.push(Finding {
            path: path.clone(),
            span,
            what,
            help,
            unreadable: true,
        });
    }

    fn value(&mut self, at: &At, node: &Node, place: &Place) {
        if matches!(place.shape(), Shape::Any) {
            return;
        }
        if node.is_some() {
            return self.wrapped(at, node, place);
        }
        if place.optional && (node.is_word("None") || self.like_none(at, node)) {
            return;
        }
        match place.shape() {
            Shape::Group(fields, closed) => self.group(at, node, place, &fields, closed),
            Shape::Choice(variants) => self.choice(at, node, place, &variants),
            Shape::Map(values) => self.map(at, node, place, &values),
            Shape::List(items) => self.list(at, node, place, &items),
            Shape::Tuple(items) => self.tuple(at, node, place, &items),
            Shape::Whole | Shape::Number => self.number(at, node, place),
            Shape::Text if node.kind != Kind::Text => self.misfit(at, node, place),
            Shape::Truth if !node.is_word("true") && !node.is_word("false") => {
                self.misfit(at, node, place)
            }
            Shape::Text => self.length(at, node, place),
            _ => {}
        }
    }

    fn wrapped(&mut self, at: &At, node: &Node, place: &Place) {
        if place.optional {
            return self.value(at, node.bare(), place);
        }
        let inner = &self.text[node.bare().span.clone()];
        let what = format!(
            "{} is never absent, so its value stands without Some(…)",
            at.path.quoted()
        );
        self.find(
            &at.path,
            node.span.clone(),
            what,
            Some(format!("write {inner}")),
        );
    }

    /// `null`, `NA` and the like where `None` is meant.
    fn like_none(&mut self, at: &At, node: &Node) -> bool {
        const WORDS: [&str; 6] = ["none", "null", "nil", "na", "nan", "missing"];
        let word = node.text.to_lowercase();
        let alike = matches!(node.kind, Kind::Word | Kind::Text) && WORDS.contains(&word.as_str());
        if alike {
            let what = format!("{} cannot be {}", at.path.quoted(), found(node, self.text));
            self.find(
                &at.path,
                node.span.clone(),
                what,
                Some("if it is to be absent, write None".into()),
            );
        }
        alike
    }

    /// The value has the wrong look for its place.
    fn misfit(&mut self, at: &At, node: &Node, place: &Place) {
        let what = format!(
            "{} needs {}, found {}",
            at.path.quoted(),
            needs(place),
            found(node, self.text)
        );
        let span = if node.children.is_empty() {
            node.span.clone()
        } else {
            head(None, node, self.text)
        };
        let help = self.advice(node, place);
        self.find(&at.path, span, what, help);
    }

    /// What to write instead, judged by what was written.
    fn advice(&self, node: &Node, place: &Place) -> Option<String> {
        let written = &self.text[node.span.clone()];
        match (place.shape(), node.kind) {
            (Shape::Text, Kind::Word | Kind::Number) => Some(format!("write \"{written}\"")),
            (Shape::Truth, _) => truth_advice(node, written),
            (Shape::Whole, Kind::Number) => whole_advice(written, place),
            (Shape::Whole | Shape::Number, Kind::Text)
                if node.text.trim().parse::<f64>().is_ok() =>
            {
                Some(format!(
                    "write {} without quotation marks",
                    node.text.trim()
                ))
            }
            (Shape::Whole | Shape::Number, Kind::Text) => {
                decimal_comma(&node.text).or_else(|| range(place))
            }
            (Shape::Whole | Shape::Number, Kind::Word) if node.text == "None" => Some(format!(
                "this setting cannot be left out; {}",
                range(place).unwrap_or_else(|| "write a number".into())
            )),
            (Shape::Number, Kind::Number) => number_advice(written).or_else(|| range(place)),
            (Shape::Whole | Shape::Number, _) => range(place),
            (Shape::List(_), Kind::Tuple) if node.name.is_none() => {
                Some("write [ and ] in place of ( and )".into())
            }
            (Shape::List(_), Kind::Fields | Kind::Tuple) => {
                Some("put square brackets round it: [ … ]".into())
            }
            (Shape::Group(..), Kind::Word) if node.text == "None" => {
                Some("leave the setting out to use its defaults".into())
            }
            (Shape::Group(fields, _), Kind::Tuple) => fields
                .first()
                .map(|field| format!("write names before the values: {}: …", field.name)),
            (Shape::List(_), Kind::Map) => Some("write [ and ] in place of { and }".into()),
            (Shape::List(_), Kind::Number | Kind::Text | Kind::Word) => {
                Some(format!("write [{written}]"))
            }
            (Shape::Group(..), Kind::Map) => Some(
                "write ( and ) in place of { and }, and the names without quotation marks".into(),
            ),
            (Shape::Map(_), Kind::Fields) => {
                Some("write { and } in place of ( and ), and the names in quotation marks".into())
            }
            (Shape::Map(_), Kind::Tuple | Kind::List) => Some(format!("write {}", example(place))),
            (Shape::Tuple(_), Kind::List) => Some("write ( and ) in place of [ and ]".into()),
            _ => Some(format!("for example {}", example(place))),
        }
    }

    // ---- numbers and texts ----

    fn number(&mut self, at: &At, node: &Node, place: &Place) {
        let written = &self.text[node.span.clone()];
        let endless = matches!(
            node.text.as_str(),
            "inf" | "NaN" | "inff64" | "NaNf64" | "inff32" | "NaNf32"
        );
        if node.kind == Kind::Word && endless {
            return self.not_finite(at, node, place);
        }
        let value = (node.kind == Kind::Number)
            .then(|| numeric(written))
            .flatten();
        match value {
            Some(value) if !value.is_finite() => self.not_finite(at, node, place),
            Some(_) if fractional(written) && matches!(place.shape(), Shape::Whole) => {
                self.misfit(at, node, place)
            }
            Some(_) if fractional(written) && written.contains('_') => self.misfit(at, node, place),
            Some(value) => self.limits(at, node, place, value),
            None => self.misfit(at, node, place),
        }
    }

    fn not_finite(&mut self, at: &At, node: &Node, place: &Place) {
        let (what, help) = not_finite(&at.path, &self.text[node.span.clone()], place);
        self.find(&at.path, node.span.clone(), what, help);
    }

    fn limits(&mut self, at: &At, node: &Node, place: &Place, value: f64) {
        let (min, max) = place.limits();
        if min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max) {
            return;
        }
        let written = &self.text[node.span.clone()];
        let (what, help) = out_of_range(&at.path, written, place);
        let path = at.path.clone();
        self.findings.push(Finding {
            path,
            span: node.span.clone(),
            what,
            help,
            unreadable: false,
        });
    }

    fn length(&mut self, at: &At, node: &Node, place: &Place) {
        if let (Some(1..), true) = (place.lengths().0, node.text.is_empty()) {
            let (what, help) = (
                format!("{} is empty", at.path.quoted()),
                Some("write a text between the quotation marks".into()),
            );
            let (path, span) = (at.path.clone(), node.span.clone());
            self.findings.push(Finding {
                path,
                span,
                what,
                help,
                unreadable: false,
            });
        }
    }

    // ---- lists ----

    fn list(&mut self, at: &At, node: &Node, place: &Place, items: &Place) {
        if node.kind != Kind::List {
            return self.misfit(at, node, place);
        }
        for (index, child) in node.children.iter().enumerate() {
            let here = At {
                path: at.path.item(index),
                child: None,
            };
            self.value(&here, &child.node, items);
        }
    }

    fn tuple(&mut self, at: &At, node: &Node, place: &Place, items: &[Place]) {
        if node.kind != Kind::Tuple || node.children.len() != items.len() {
            return self.misfit(at, node, place);
        }
        for (index, (child, item)) in node.children.iter().zip(items).enumerate() {
            let here = At {
                path: at.path.item(index),
                child: None,
            };
            self.value(&here, &child.node, item);
        }
    }

    // ---- maps ----

    fn map(&mut self, at: &At, node: &Node, place: &Place, values: &Place) {
        if node.kind != Kind::Map {
            return self.misfit(at, node, place);
        }
        for child in &node.children {
            let Some(key) = &child.key else { continue };
            let path = at.path.entry(&key.text);
            if !key.quoted {
                let what = format!("the name `{}` needs quotation marks here", key.text);
                self.find(
                    &path,
                    key.span.clone(),
                    what,
                    Some(format!("write \"{}\": …", key.text)),
                );
            }
            self.value(
                &At {
                    path,
                    child: Some(child),
                },
                &child.node,
                values,
            );
        }
    }

    // ---- groups ----

    fn group(&mut self, at: &At, node: &Node, place: &Place, fields: &[Field], closed: bool) {
        if node.kind != Kind::Fields {
            return self.misfit(at, node, place);
        }
        if let Some(name) = &node.name {
            let what = format!(
                "{} is a group of settings and has no name before its bracket",
                at.path.quoted()
            );
            self.find(
                &at.path,
                name.span.clone(),
                what,
                Some(format!("delete `{}`", name.text)),
            );
        }
        self.fields(at, node, fields, closed);
    }

    fn fields(&mut self, at: &At, node: &Node, fields: &[Field], closed: bool) {
        for child in &node.children {
            let Some(key) = &child.key else { continue };
            let path = at.path.field(&key.text);
            if key.quoted {
                let what = format!("the name `{}` stands in quotation marks", key.text);
                self.find(
                    &path,
                    key.span.clone(),
                    what,
                    Some(format!("write {}: …", key.text)),
                );
            }
            match fields.iter().find(|field| field.name == key.text) {
                Some(field) => {
                    let here = At {
                        path,
                        child: Some(child),
                    };
                    self.value(&here, &child.node, &field.place);
                }
                None if closed => self.unknown(at, &path, child, fields),
                None => {}
            }
        }
        self.missing(at, node, fields);
    }

    fn unknown(&mut self, at: &At, path: &Path, child: &Child, fields: &[Field]) {
        let Some(key) = &child.key else { return };
        let what = match at.path.is_empty() {
            true => format!("there is no setting `{}`", key.text),
            false => format!("`{}` has no setting `{}`", at.path, key.text),
        };
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let help = self.unknown_help(&key.text, &names);
        self.find(path, key.span.clone(), what, help);
    }

    /// A near name here, else the same or a near name elsewhere, else what is allowed here.
    fn unknown_help(&self, key: &str, here: &[&str]) -> Option<String> {
        if let Some(near) = nearest(key, here.iter().copied()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let all = super::describe::names(self.schema);
        let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
        let exact: Vec<&str> = all
            .iter()
            .filter(|p| last(p) == key)
            .map(String::as_str)
            .take(4)
            .collect();
        if !exact.is_empty() {
            return Some(format!("did you mean {}?", one_of(&exact)));
        }
        let lasts: Vec<String> = all.iter().map(|path| last(path)).collect();
        if let Some(near) = nearest(key, lasts.iter().map(String::as_str)) {
            let at = lasts.iter().position(|last| last == near)?;
            return Some(format!("did you mean `{}`?", all[at]));
        }
        match here.len() {
            0 => Some("nothing stands within these brackets".into()),
            1..=LISTED => Some(format!("the settings here are {}", here.join(", "))),
            _ => Some("`dyadsim explain` lists all settings".into()),
        }
    }

    fn missing(&mut self, at: &At, node: &Node, fields: &[Field]) {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let keys = node.children.iter().filter_map(|child| child.key.as_ref());
        let meant: Vec<&str> = keys.filter_map(|key| meant(&key.text, &names)).collect();
        let absent = |field: &&Field| field.required && !meant.contains(&field.name);
        for field in fields.iter().filter(absent) {
            let what = format!("{} lacks the setting `{}`", at.path.quoted(), field.name);
            let help = format!(
                "add {}: {}{}",
                field.name,
                example(&field.place),
                meaning(&field.place)
            );
            let span = head(at.child, node, self.text);
            self.find(&at.path.field(field.name), span, what, Some(help));
        }
    }

    // ---- choices ----

    fn choice(&mut self, at: &At, node: &Node, place: &Place, variants: &[Variant]) {
        let word = match node.kind {
            Kind::Word => Some(node.text.as_str()),
            Kind::Fields | Kind::Tuple => node.name(),
            _ => None,
        };
        match word.map(|word| (word, variants.iter().find(|variant| variant.name == word))) {
            Some((_, Some(variant))) => self.variant(at, node, variant),
            Some((word, None)) => self.no_variant(at, node, place, word, variants),
            None => self.no_word(at, node, place, variants),
        }
    }

    fn no_variant(
        &mut self,
        at: &At,
        node: &Node,
        place: &Place,
        word: &str,
        variants: &[Variant],
    ) {
        let what = format!(
            "{} cannot be `{word}`; it is {}",
            at.path.quoted(),
            needs(place)
        );
        let near = nearest(word, variants.iter().map(|variant| variant.name));
        let absent = place.optional.then(|| "or write None".to_owned());
        let help = near
            .map(|near| format!("did you mean `{near}`?"))
            .or(absent);
        self.find(&at.path, head(None, node, self.text), what, help);
    }

    /// A text, number or nameless bracket where a word of a choice belongs.
    fn no_word(&mut self, at: &At, node: &Node, place: &Place, variants: &[Variant]) {
        let what = format!(
            "{} needs {}, found {}",
            at.path.quoted(),
            needs(place),
            found(node, self.text)
        );
        let near = nearest(&node.text, variants.iter().map(|variant| variant.name));
        let named = variants.iter().find(|variant| Some(variant.name) == near);
        let help = match (node.kind, named) {
            (Kind::Text, Some(variant)) => {
                format!("write {} without quotation marks", example_variant(variant))
            }
            (Kind::Fields | Kind::Tuple, _) => match self.by_fields(node, variants) {
                Some(variant) => format!("put the word before the bracket: {}(…)", variant.name),
                None => "put one of these words before the bracket".into(),
            },
            _ => format!(
                "for example {}",
                variants.first().map_or_else(String::new, example_variant)
            ),
        };
        self.find(&at.path, head(None, node, self.text), what, Some(help));
    }

    /// The variant whose settings these are.
    fn by_fields<'v, 'p>(
        &self,
        node: &Node,
        variants: &'v [Variant<'p>],
    ) -> Option<&'v Variant<'p>> {
        let fits = |variant: &&Variant| {
            let fields = variant
                .content
                .as_ref()
                .map(Place::fields)
                .unwrap_or_default();
            let known = |key: &str| fields.iter().any(|field| field.name == key);
            !node.children.is_empty()
                && node
                    .children
                    .iter()
                    .all(|c| c.key.as_ref().is_some_and(|key| known(&key.text)))
        };
        variants.iter().find(fits)
    }

    fn variant(&mut self, at: &At, node: &Node, variant: &Variant) {
        let Some(content) = &variant.content else {
            if node.kind != Kind::Word {
                let what = format!("`{}` stands alone, without brackets", variant.name);
                self.find(
                    &at.path,
                    node.span.clone(),
                    what,
                    Some(format!("write {}", variant.name)),
                );
            }
            return;
        };
        let unnamed_group = !content.is_named_type();
        match (content.shape(), node.kind) {
            (_, Kind::Word) => self.without_content(at, node, variant),
            (Shape::Group(fields, closed), Kind::Fields) if unnamed_group => {
                self.fields(at, node, &fields, closed)
            }
            (Shape::Tuple(items), Kind::Tuple) => self.tuple(at, node, content, &items),
            (Shape::Group(..), Kind::Fields) => {
                let what = format!(
                    "the settings of `{}` stand in double round brackets",
                    variant.name
                );
                let help = format!("write {}((…))", variant.name);
                self.find(&at.path, head(None, node, self.text), what, Some(help));
            }
            (_, Kind::Tuple) if node.children.len() == 1 => {
                let here = At {
                    path: at.path.clone(),
                    child: at.child,
                };
                self.value(&here, &node.children[0].node, content);
            }
            _ => {
                let what = format!(
                    "`{}` needs {} in its brackets",
                    variant.name,
                    needs(content)
                );
                let help = format!("for example {}", example_variant(variant));
                self.find(&at.path, head(None, node, self.text), what, Some(help));
            }
        }
    }

    fn without_content(&mut self, at: &At, node: &Node, variant: &Variant) {
        let what = format!("`{}` needs brackets with its settings", variant.name);
        let help = format!("write {}", example_variant(variant));
        self.find(&at.path, node.span.clone(), what, Some(help));
    }
}

/// The name a key stands for: itself, or the one it seems to misspell.
fn meant<'a>(key: &str, names: &[&'a str]) -> Option<&'a str> {
    let exact = names.iter().find(|name| **name == key).copied();
    exact.or_else(|| nearest(key, names.iter().copied()))
}

/// The message for a number that is none.
pub fn not_finite(path: &Path, written: &str, place: &Place) -> (String, Option<String>) {
    let what = format!("{} needs a finite number, found {written}", path.quoted());
    (what, range(place))
}

/// The value of a number as written, underscores aside.
pub fn numeric(written: &str) -> Option<f64> {
    let plain = written.replace('_', "");
    let digits = plain.trim_start_matches(['+', '-']);
    match digits.get(..2) {
        Some("0x") => u64::from_str_radix(&digits[2..], 16).ok().map(|n| n as f64),
        Some("0b") => u64::from_str_radix(&digits[2..], 2).ok().map(|n| n as f64),
        Some("0o") => u64::from_str_radix(&digits[2..], 8).ok().map(|n| n as f64),
        _ => plain.parse().ok(),
    }
}

fn fractional(written: &str) -> bool {
    written.contains('.') || (written.contains(['e', 'E']) && !written.contains('x'))
}

fn whole_advice(written: &str, place: &Place) -> Option<String> {
    match numeric(written) {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(format!("write {value}")),
        _ => number_advice(written).or_else(|| range(place)),
    }
}

fn number_advice(written: &str) -> Option<String> {
    let plain = written.replace('_', "");
    let end = plain
        .find(|c: char| c.is_alphabetic())
        .unwrap_or(plain.len());
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() && plain != written => Some(format!("write {plain}")),
        Ok(_) => None,
        _ if end > 0 && plain[..end].parse::<f64>().is_ok() => Some(format!(
            "write {} without `{}`",
            &plain[..end],
            &plain[end..]
        )),
        _ => None,
    }
}

fn decimal_comma(content: &str) -> Option<String> {
    let plain = content.trim().replace(',', ".");
    plain
        .parse::<f64>()
        .ok()
        .map(|_| format!("write {plain} with a point and without quotation marks"))
}

fn truth_advice(node: &Node, written: &str) -> Option<String> {
    let word = if node.text.is_empty() {
        written.to_lowercase()
    } else {
        node.text.to_lowercase()
    };
    match word.as_str() {
        "true" | "yes" | "on" | "1" | "t" | "y" => Some("write true".into()),
        "false" | "no" | "off" | "0" | "f" | "n" => Some("write false".into()),
        _ => Some("write true or false".into()),
    }
}

/// The meaning of a setting, and its range, for the end of a piece of advice.
fn meaning(place: &Place) -> String {
    let doc = place
        .doc()
        .map(|doc| first_sentence(doc).trim_end_matches('.').to_owned());
    let parts: Vec<String> = doc.into_iter().chain(range(place)).collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join("; "))
    }
}

/// The first sentence of a doc comment.
pub fn first_sentence(doc: &str) -> &str {
    let end = doc.match_indices(". ").map(|(at, _)| at + 1).next();
    let paragraph = doc.find("\n\n").unwrap_or(doc.len());
    doc[..end.unwrap_or(doc.len()).min(paragraph)].trim()
}
