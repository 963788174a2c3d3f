//! What to write instead.
use super::super::schema::{Place, Shape};
use super::super::tree::{Kind, Node};
use super::super::words::{example, range};
use super::{Checker, numeric};

impl Checker<'_> {
    /// What to write instead, judged by what was written.
    pub(super) fn advice(&self, node: &Node, place: &Place) -> Option<String> {
        let written = &self.text[node.span.clone()];
        match (place.shape(), node.kind) {
            (Shape::Text, Kind::Word | Kind::Number) => Some(format!("write \"{written}\"")),
            (Shape::Truth, _) => truth_advice(node, written),
            (Shape::Whole, Kind::Number) => whole_advice(written, place),
            (Shape::Whole | Shape::Number, Kind::Text) if node.text.trim().parse::<f64>().is_ok() => {
                Some(format!("write {} without quotation marks", node.text.trim()))
            }
            (Shape::Whole | Shape::Number, Kind::Text) => decimal_comma(&node.text).or_else(|| range(place)),
            (Shape::Whole | Shape::Number, Kind::Word) if node.text == "None" => {
                Some(format!("this setting cannot be left out; {}", range(place).unwrap_or_else(|| "write a number".into())))
            }
            (Shape::Number, Kind::Number) => number_advice(written).or_else(|| range(place)),
            (Shape::Whole | Shape::Number, _) => range(place),
            (Shape::List(_), Kind::Tuple) if node.name.is_none() => Some("write [ and ] in place of ( and )".into()),
            (Shape::List(_), Kind::Fields | Kind::Tuple) => Some("put square brackets round it: [ … ]".into()),
            (Shape::Group(..), Kind::Word) if node.text == "None" => Some("leave the setting out to use its defaults".into()),
            (Shape::Group(fields, _), Kind::Tuple) => {
                fields.first().map(|field| format!("write names before the values: {}: …", field.name))
            }
            (Shape::List(_), Kind::Map) => Some("write [ and ] in place of { and }".into()),
            (Shape::List(_), Kind::Number | Kind::Text | Kind::Word) => Some(format!("write [{written}]")),
            (Shape::Group(..), Kind::Map) => Some("write ( and ) in place of { and }, and the names without quotation marks".into()),
            (Shape::Map(_), Kind::Fields) => Some("write { and } in place of ( and ), and the names in quotation marks".into()),
            (Shape::Map(_), Kind::Tuple | Kind::List) => Some(format!("write {}", example(place))),
            (Shape::Tuple(_), Kind::List) => Some("write ( and ) in place of [ and ]".into()),
            _ => Some(format!("for example {}", example(place))),
        }
    }
}

fn whole_advice(written: &str, place: &Place) -> Option<String> {
    match numeric(written) {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(format!("write {value}")),
        _ => number_advice(written).or_else(|| range(place)),
    }
}

fn number_advice(written: &str) -> Option<String> {
    let plain = written.replace('_', "");
    let end = plain.find(|c: char| c.is_alphabetic()).unwrap_or(plain.len());
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() && plain != written => Some(format!("write {plain}")),
        Ok(_) => None,
        _ if end > 0 && plain[..end].parse::<f64>().is_ok() => Some(format!("write {} without `{}`", &plain[..end], &plain[end..])),
        _ => None,
    }
}

fn decimal_comma(content: &str) -> Option<String> {
    let plain = content.trim().replace(',', ".");
    plain.parse::<f64>().ok().map(|_| format!("write {plain} with a point and without quotation marks"))
}

fn truth_advice(node: &Node, written: &str) -> Option<String> {
    let word = if node.text.is_empty() { written.to_lowercase() } else { node.text.to_lowercase() };
    match word.as_str() {
        "true" | "yes" | "on" | "1" | "t" | "y" => Some("write true".into()),
        "false" | "no" | "off" | "0" | "f" | "n" => Some("write false".into()),
        _ => Some("write true or false".into()),
    }
}
