//! What all pictures share.
//!
//! Colours are those of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), which people with any kind of colour vision can
//! tell apart; shapes differ too, so that nothing hangs on colour. Every picture carries its own rules for light and dark,
//! and classes by which a page may change them.

use svg::Document;
use svg::node::element::{Description, Group, Line, Style, Text, Title};

/// Mark on every picture.
pub const MARK: &str = "Simulated, not evidence";

/// Rules for classes: `ink` text, `quiet` text, `grid` lines, `first` and `second` series; `s0` to `s6` give a colour to what is
/// inside them, `t0` to `t6` a tone of it that can be read as text. A page that shows pictures without rules of their own
/// puts these, and [`DARK`], into its own style.
pub const RULES: &str = "
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
.chart text { font-size: 14px; }
.chart .small { font-size: 13px; }
.chart .heading { font-size: 17px; }
.chart .line { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; }
.chart .fine { fill: none; stroke: currentColor; stroke-width: 1.3; }
.chart .dashed { stroke-dasharray: 7 4; }
.chart .dotted { stroke-dasharray: 2 3; }
.chart .area { fill: currentColor; fill-opacity: 0.18; stroke: none; }
.chart .solid { fill: currentColor; stroke: none; }
.chart .dot { fill: currentColor; stroke: none; }
.chart .many { fill-opacity: 0.5; }
.chart .soft { stroke-opacity: 0.4; }
.chart .hollow { fill: #ffffff; stroke: currentColor; stroke-width: 1.8; }
.chart .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4; stroke-linejoin: round; }
.chart .whisker { stroke: #1a1a1a; stroke-width: 1.4; }
.chart .guide { stroke: #5c5c5c; stroke-width: 1.2; stroke-dasharray: 5 4; fill: none; }
.s0 { color: #0072b2; } .s1 { color: #d55e00; } .s2 { color: #009e73; } .s3 { color: #cc79a7; }
.s4 { color: #e69f00; } .s5 { color: #56b4e9; } .s6 { color: #6b7280; }
.fig .t0 { fill: #00619a; } .fig .t1 { fill: #a94a00; } .fig .t2 { fill: #00714f; } .fig .t3 { fill: #99406f; }
.fig .t4 { fill: #825a00; } .fig .t5 { fill: #1b6d9c; } .fig .t6 { fill: #4b5563; }
.h0 { fill: #eef5fa; } .h1 { fill: #c5dff0; } .h2 { fill: #8cc0e0; } .h3 { fill: #3d93c7; } .h4 { fill: #00558a; }
.fig .on0, .fig .on1, .fig .on2 { fill: #10202c; } .fig .on3 { fill: #06121b; } .fig .on4 { fill: #ffffff; }
";

/// What changes on a dark screen.
pub const DARK: &str = "
@media screen and (prefers-color-scheme: dark) {
.fig .paper { fill: #16181c; }
.fig .ink { fill: #ececec; }
.fig .quiet { fill: #a9adb4; }
.fig .grid { stroke: #2c3036; }
.fig .zero { stroke: #757b84; }
.fig .rule { stroke: #4a4f57; }
.fig .first { fill: #56b4e9; stroke: #56b4e9; }
.fig .second { fill: #e69f00; stroke: #e69f00; }
.chart .hollow { fill: #16181c; }
.chart .halo { stroke: #16181c; }
.chart .whisker { stroke: #ececec; }
.chart .guide { stroke: #a9adb4; }
.s0 { color: #56b4e9; } .s1 { color: #ff8a3d; } .s2 { color: #2fc79a; } .s3 { color: #e3a0c5; }
.s4 { color: #e6b800; } .s5 { color: #9ad4f5; } .s6 { color: #9aa3b0; }
.fig .t0 { fill: #7cc5ef; } .fig .t1 { fill: #ffa566; } .fig .t2 { fill: #55d6b0; } .fig .t3 { fill: #ebb5d2; }
.fig .t4 { fill: #efcb40; } .fig .t5 { fill: #b4dff7; } .fig .t6 { fill: #b6bdc8; }
.h0 { fill: #1d2730; } .h1 { fill: #1f4560; } .h2 { fill: #24658f; } .h3 { fill: #4a9ccb; } .h4 { fill: #a9d8f3; }
.fig .on0, .fig .on1, .fig .on2 { fill: #f2f6f9; } .fig .on3, .fig .on4 { fill: #06121b; }
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
        .add(Style::new(format!("{RULES}{DARK}")))
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
