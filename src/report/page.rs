//! The report as one HTML page that needs nothing else: no network, no script to be complete, and a policy that forbids both
//! beyond what it names.

use super::chapters;
use super::parts::{Chapter, Chart, Part};
use super::source::Source;
use crate::figures::sheet::{Look, Numbers};
use crate::figures::style::{DARK, MARK, RULES};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Most rows of a table on the page.
const ROWS: usize = 300;

/// The page.
pub fn page(source: &Source) -> String {
    let chapters = chapters(source);
    let about = &source.results.about;
    let title = if about.title.is_empty() { source.name.clone() } else { about.title.clone() };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "dyadsim " (about.version) };
                title { (title) " – simulated" }
                style { (PreEscaped(STYLE)) }
                style id="rules" { (PreEscaped(RULES)) }
                style { (PreEscaped(DARK)) }
            }
            body {
                header {
                    p { span class="mark" { (MARK) } }
                    h1 { (title) }
                    @if !about.question.is_empty() { p class="question" { (about.question) } }
                    nav aria-label="Chapters" {
                        ol { @for chapter in &chapters { li { a href={ "#chapter-" (chapter.id) } { (chapter.title) } } } }
                    }
                }
                main { @for chapter in &chapters { (section(chapter)) } }
                footer {
                    p { "Made by dyadsim " (env!("CARGO_PKG_VERSION")) " from " (source.name) ", seed " (about.seed) ". " (MARK) "." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string()
}

/// What the page may load and run: its own styles and script, named by their hashes, and pictures that it makes itself.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let styles: Vec<String> = [STYLE, RULES, DARK].map(hash).to_vec();
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src blob:; base-uri 'none'; form-action 'none'",
        styles.join(" "),
        hash(SCRIPT)
    )
}

fn section(chapter: &Chapter) -> Markup {
    html! {
        section id={ "chapter-" (chapter.id) } aria-labelledby={ "chapter-" (chapter.id) "-title" } {
            h2 id={ "chapter-" (chapter.id) "-title" } { (chapter.title) }
            @for part in &chapter.parts { (one(part)) }
        }
    }
}

fn one(part: &Part) -> Markup {
    match part {
        Part::Words(words) => html! { p { (with_code(words)) } },
        Part::Missing(words) => html! { p class="missing" { (with_code(words)) } },
        Part::Table(caption, numbers) => table(caption, numbers),
        Part::More(caption, numbers) => html! { details { summary { (caption) } (table(caption, numbers)) } },
        Part::Text(title, text) => html! {
            details { summary { (title) } pre tabindex="0" role="region" aria-label=(title) { (text) } }
        },
        Part::Chart(chart) => figure(chart),
    }
}

/// A text in which what stands between backticks is code.
fn with_code(words: &str) -> Markup {
    html! {
        @for (at, piece) in words.split('`').enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

fn figure(chart: &Chart) -> Markup {
    let about = chart.figure.about();
    let numbers = chart.figure.numbers();
    html! {
        figure id=(about.id) aria-labelledby={ (about.id) "-heading" } {
            h3 id={ (about.id) "-heading" } { (about.title) }
            p class="says" { (about.sentence) }
            div class="wide" { (PreEscaped(chart.figure.draw(&Look::WIDE))) }
            div class="narrow" { (PreEscaped(chart.figure.draw(&Look::NARROW))) }
            p { (about.description) }
            details { summary { "Table: " (about.title) } (table(&about.title, &numbers)) }
            button type="button" data-save="svg" hidden { "SVG" }
            button type="button" data-save="png" hidden { "PNG" }
        }
    }
}

/// A cell that starts like a number stands to the right.
fn numeric(cell: &str) -> bool {
    cell == "–" || cell.trim_start_matches('−').starts_with(|c: char| c.is_ascii_digit())
}

fn table(caption: &str, numbers: &Numbers) -> Markup {
    let columns: Vec<bool> = (0..numbers.head.len())
        .map(|column| !numbers.rows.is_empty() && numbers.rows.iter().all(|row| row.get(column).is_some_and(|cell| numeric(cell))))
        .collect();
    let class = |column: usize| columns.get(column).copied().unwrap_or(false).then_some("n");
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for (i, name) in numbers.head.iter().enumerate() { th scope="col" class=[class(i)] { (name) } } } }
                tbody {
                    @for row in numbers.rows.iter().take(ROWS) {
                        tr { @for (i, cell) in row.iter().enumerate() { td class=[class(i)] { (cell) } } }
                    }
                }
            }
        }
        @if numbers.rows.len() > ROWS {
            p { "The first " (ROWS) " of " (numbers.rows.len()) " rows; the result file has all of them." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped_and_numbers_stand_to_the_right() {
        let numbers = Numbers {
            head: vec!["Arm".into(), "Score".into()],
            rows: vec![vec!["<b>".into(), "−1.5".into()], vec!["b".into(), "–".into()]],
        };
        let text = table("Scores & more", &numbers).into_string();
        assert!(text.contains("&lt;b&gt;") && text.contains("Scores &amp; more") && text.contains("<td class=\"n\">−1.5</td>"), "{text}");
    }

    #[test]
    fn backticks_make_code() {
        assert_eq!(with_code("see `a < b`, then").into_string(), "see <code>a &lt; b</code>, then");
    }

    #[test]
    fn long_tables_say_that_they_are_cut() {
        let rows = (0..ROWS + 7).map(|row| vec![row.to_string()]).collect();
        let text = table("t", &Numbers { head: vec!["n".into()], rows }).into_string();
        assert_eq!(text.matches("<tr>").count(), ROWS + 1);
        assert!(text.contains("The first 300 of 307 rows"), "{text}");
    }
}
