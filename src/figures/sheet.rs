//! What every chart has: a name, a sentence, a table of the same numbers, and a sheet to be drawn on.

use super::letters::{self, LEADING};
use super::style::{DARK, MARK, RULES, places, text};
use svg::Document;
use svg::node::element::{Description, Group, Rectangle, Style, Title};
use svg::node::{Node, Text as Words};

/// What a chart is called and says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Name among others on a page: letters, digits, hyphens.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it shows, in one sentence with the numbers that matter.
    pub sentence: String,
    /// What is drawn, for those who cannot see it.
    pub description: String,
}

impl About {
    /// All four texts.
    pub fn new(id: &str, title: &str, sentence: &str, description: &str) -> Self {
        Self { id: id.into(), title: title.into(), sentence: sentence.into(), description: description.into() }
    }
}

/// The numbers of a chart, as a reader is to see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Headings of columns, with units.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// Where a chart will be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width in pixels, of 320 to 1600. Letters have the same size in all widths: a narrow chart is another layout.
    pub width: f64,
    /// Whether title and sentence stand above it.
    pub heading: bool,
    /// Which rules it carries.
    pub rules: Rules,
    /// Added to the id, where a page holds a chart twice.
    pub tag: &'static str,
}

/// The rules for colours and letters that go with a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// None: the page has [`RULES`] and [`DARK`] in its style.
    Page,
    /// Its own, for light and dark.
    Own,
    /// Its own, light only: for papers.
    Paper,
}

/// Narrowest chart.
const NARROWEST: f64 = 320.0;
const WIDEST: f64 = 1600.0;

impl Look {
    /// Part of a page of ordinary width.
    pub const WIDE: Self = Self { width: 720.0, heading: false, rules: Rules::Page, tag: "" };
    /// Part of a page on a phone.
    pub const NARROW: Self = Self { width: 340.0, heading: false, rules: Rules::Page, tag: "-narrow" };
    /// A file for a paper.
    pub const PAPER: Self = Self { width: 720.0, heading: true, rules: Rules::Paper, tag: "" };
}

/// A chart.
pub trait Figure {
    /// What it is called and says.
    fn about(&self) -> &About;
    /// The same numbers as a table.
    fn numbers(&self) -> Numbers;
    /// Draws it as SVG.
    fn draw(&self, look: &Look) -> String;
}

/// Room on each side of a chart.
pub const EDGE: f64 = 4.0;

/// A chart that is being drawn, from above.
#[derive(Debug)]
pub struct Sheet {
    /// Width.
    pub width: f64,
    /// Where the next part may begin.
    pub y: f64,
    body: Group,
    about: About,
    look: Look,
}

impl Sheet {
    /// An empty sheet, below its heading.
    pub fn new(about: &About, look: &Look) -> Self {
        let width = if look.width.is_finite() { look.width.clamp(NARROWEST, WIDEST) } else { Look::WIDE.width };
        let mut sheet = Self { width, y: 2.0, body: Group::new().set("aria-hidden", "true"), about: about.clone(), look: *look };
        if look.heading {
            sheet.words(&about.title, letters::SIZE * 1.22, "ink heading");
            sheet.words(&about.sentence, letters::SIZE, "ink");
            sheet.y += 8.0;
        }
        sheet
    }

    /// Writes a text on lines of its own.
    pub fn words(&mut self, content: &str, size: f64, class: &str) {
        for line in letters::lines(content, size, self.width - 2.0 * EDGE) {
            self.y += LEADING;
            self.add(text(&line, EDGE, self.y - 3.0, class));
        }
    }

    /// Adds a part.
    pub fn add(&mut self, part: impl Into<Box<dyn Node>>) {
        self.body.append(part);
    }

    /// The picture: everything that was added, above the mark. Programs that read it out say title and description, and not
    /// label after label.
    pub fn finish(mut self) -> String {
        let (width, height) = (self.width, places(self.y + LEADING + 10.0));
        let id = format!("{}{}", self.about.id, self.look.tag);
        self.add(text(MARK, EDGE, height - 8.0, "quiet small"));
        let mut out = Document::new()
            .set("class", "fig chart")
            .set("viewBox", (0.0, 0.0, width, height))
            .set("role", "img")
            .set("aria-labelledby", format!("{id}-title {id}-desc"));
        if self.look.rules != Rules::Page {
            out = out.set("width", width).set("height", height);
        }
        out = out
            .add(Title::new(self.about.title).set("id", format!("{id}-title")))
            .add(Description::new().set("id", format!("{id}-desc")).add(Words::new(self.about.description)));
        out = match self.look.rules {
            Rules::Page => out,
            Rules::Own => out.add(Style::new(format!("{RULES}{DARK}"))),
            Rules::Paper => out.add(Style::new(RULES)),
        };
        out.add(Rectangle::new().set("class", "paper").set("width", width).set("height", height)).add(self.body).to_string()
    }
}

/// A number as readers see it: so many decimals, a true minus, and – for what is not defined.
pub fn number(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return "–".into();
    }
    let text = format!("{x:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| "0.".contains(c)) { text.replace('-', "") } else { text.replace('-', "−") }
}

/// A share as a percentage.
pub fn percent(share: f64, decimals: usize) -> String {
    if share.is_finite() { number(100.0 * share, decimals) + " %" } else { "–".into() }
}
