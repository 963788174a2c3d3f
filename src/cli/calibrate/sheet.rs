//! Tables that can be shown on a screen or stand in a document.

use crate::cli::layout::length;

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What stands above it.
    pub title: String,
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
    /// Columns that are aligned to the left, from the first; the others to the right.
    pub words: usize,
}

impl Sheet {
    /// An empty table.
    pub fn new(title: &str, heads: &[&str], words: usize) -> Self {
        Self { title: title.into(), heads: heads.iter().map(ToString::to_string).collect(), rows: Vec::new(), words }
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let rows = self.rows.iter().map(|row| length(&row[column]));
            rows.chain([length(&self.heads[column])]).max().unwrap_or(0)
        };
        (0..self.heads.len()).map(width).collect()
    }

    fn line(&self, cells: &[String], widths: &[usize], between: &str) -> String {
        let cell = |(column, text): (usize, &String)| {
            let blanks = " ".repeat(widths[column].saturating_sub(length(text)));
            if column < self.words { format!("{text}{blanks}") } else { format!("{blanks}{text}") }
        };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>().join(between)
    }

    /// For a screen; `style` may decorate the title.
    pub fn text(&self, style: impl Fn(&str) -> String) -> String {
        let widths = self.widths();
        let lines = core::iter::once(&self.heads).chain(&self.rows);
        let body: String = lines.map(|cells| format!("{}\n", self.line(cells, &widths, "  ").trim_end())).collect();
        format!("{}\n{body}", style(&self.title))
    }

    /// For a document.
    pub fn markdown(&self) -> String {
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = |column: usize| if column < self.words { "---" } else { "---:" }.to_owned();
        let rules: Vec<String> = (0..self.heads.len()).map(rule).collect();
        let rows: String = self.rows.iter().map(|cells| row(cells)).collect();
        format!("### {}\n\n{}{}{rows}", self.title, row(&self.heads), row(&rules))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_on_a_screen_and_marked_up_in_a_document() {
        let mut sheet = Sheet::new("Keys", &["key", "value"], 1);
        sheet.rows.push(vec!["a".into(), "0.25".into()]);
        sheet.rows.push(vec!["longer".into(), "−1".into()]);
        assert_eq!(sheet.text(str::to_uppercase), "KEYS\nkey     value\na        0.25\nlonger     −1\n");
        assert_eq!(sheet.markdown(), "### Keys\n\n| key | value |\n| --- | ---: |\n| a | 0.25 |\n| longer | −1 |\n");
    }
}
