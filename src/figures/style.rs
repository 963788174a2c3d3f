//! What all pictures share.
//!
//! Colours are those of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), which people with any kind of colour vision can
//! tell apart; shapes differ too, so that nothing hangs on colour. Every picture carries its own rules for light and dark,
//! and classes by which a page may change them.

use svg::Document;
use svg::node::element::{Description, Group, Line, Style, Text, Title};

/// Mark on every picture.
pub const MARK: &str = "Simulated, not evidence";

/// Rules for classes: `ink` text, `quiet` text, `grid` lines, `first` and `second` series.
const RULES: &str = "
.fig text { font-family: system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; font-size: 12px; }
.fig .paper { fill: #ffffff; }
.fig .ink { fill: #1a1a1a; }
.fig .quiet { fill: #5c5c5c; }
.fig .strong { font-weight: 600; }
.fig .heading { font-size: 14px; font-weight: 600; }
.fig .small { font-size: 11px; }
.fig .grid { stroke: #e3e3e3; stroke-width: 1; }
.fig .zero { stroke: #9a9a9a; stroke-width: 1; }
.fig .rule { stroke: #c4c4c4; stroke-width: 1; }
.fig .first { fill: #0072b2; stroke: #0072b2; }
.fig .second { fill: #d55e00; stroke: #d55e00; }
.fig .thin { stroke-width: 1.2; }
.fig .thick { stroke-width: 4; }
.fig .faint { opacity: 0.45; }
.fig .end { text-anchor: end; }
.fig .middle { text-anchor: middle; }
@media (prefers-color-scheme: dark) {
.fig .paper { fill: #16181c; }
.fig .ink { fill: #ececec; }
.fig .quiet { fill: #a9adb4; }
.fig .grid { stroke: #2c3036; }
.fig .zero { stroke: #757b84; }
.fig .rule { stroke: #4a4f57; }
.fig .first { fill: #56b4e9; stroke: #56b4e9; }
.fig .second { fill: #e69f00; stroke: #e69f00; }
}
@media print { .fig .paper { fill: none; } }
";

/// An empty picture of a size, with its name, a description for those who cannot see it, and the mark at its foot.
/// `id` keeps pictures on one page apart.
pub fn picture(id: &str, title: &str, description: &str, (width, height): (f64, f64)) -> Document {
    let paper = svg::node::element::Rectangle::new().set("class", "paper").set("width", width).set("height", height);
    Document::new()
        .set("class", "fig")
        .set("viewBox", (0.0, 0.0, width, height))
        .set("role", "img")
        .set("aria-labelledby", format!("{id}-title {id}-desc"))
        .add(Title::new(title).set("id", format!("{id}-title")))
        .add(Description::new().set("id", format!("{id}-desc")).add(svg::node::Text::new(description)))
        .add(Style::new(RULES))
        .add(paper)
        .add(text(MARK, 16.0, height - 12.0, "quiet small"))
}

/// A text at a place.
pub fn text(content: &str, x: f64, y: f64, class: &str) -> Text {
    Text::new(content).set("x", places(x)).set("y", places(y)).set("class", class)
}

/// A line between two places.
pub fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str) -> Line {
    Line::new().set("x1", places(x1)).set("y1", places(y1)).set("x2", places(x2)).set("y2", places(y2)).set("class", class)
}

/// A group that shows a text when the mouse rests on it.
pub fn with_tip(tip: &str) -> Group {
    Group::new().add(Title::new(tip))
}

/// A place with two decimals: the same picture on every machine.
pub fn places(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
