//! What documents show works: every scenario in them loads, and so does every `--set`.

mod studies;

use dyadsim::model::instrument::shipped;
use dyadsim::model::measurement::Construct;
use std::fs;
use studies::{at, load, load_text};

const PAGES: [&str; 2] = ["README.md", "docs/scenarios.md"];

/// Code blocks of a language in a page, each with its line.
fn blocks(page: &str, language: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(at(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        match &mut open {
            Some(_) if content == "```" => found.extend(open.take()),
            Some((_, code)) => {
                code.push_str(content);
                code.push('\n');
            }
            None if content == format!("```{language}") => open = Some((line, String::new())),
            None => {}
        }
    }
    found
}

#[test]
fn every_scenario_in_a_document_loads_and_asks_something() {
    let mut seen = 0;
    for page in PAGES {
        for (line, text) in blocks(page, "ron") {
            let scenario = load_text(&format!("{page}:{line}"), &text, &[]);
            assert!(scenario.question.ends_with('?'), "{page}:{line} asks nothing");
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} scenarios found");
}

/// docs/scenarios.md lists the instruments that are shipped, with their numbers.
#[test]
fn the_instruments_are_listed_as_they_are() {
    let page = fs::read_to_string(at("docs/scenarios.md")).expect("docs/scenarios.md");
    let rounded = |x: f64| ((x * 100.0).round() / 100.0).to_string();
    let rows: Vec<String> = shipped()
        .iter()
        .filter(|one| one.instrument.items > 0)
        .map(|one| {
            let i = &one.instrument;
            let alliance = one.of != Some(Construct::Symptoms);
            let high = if i.reversed || alliance { "better" } else { "worse" };
            let source = if one.weak { format!("{}; weak", one.source) } else { one.source.into() };
            let anchor = if alliance { "alliance 0 (1)".to_owned() } else { format!("{} ({})", i.latent_mean, i.latent_sd) };
            format!(
                "| {} | {} | {} | {}–{} | {} | {} ({}) | {anchor} | {} | {} | {} | {source} |",
                one.name,
                one.title,
                i.items,
                i.lowest,
                i.highest,
                high,
                i.mean,
                i.sd,
                i.reliability,
                i.cutoff,
                rounded(i.reliable_change)
            )
        })
        .collect();
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "rows that docs/scenarios.md lacks:\n{}", rows.join("\n"));
}

/// The words of a shell command; single quotation marks keep words together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("never empty").push(c),
        }
    }
    words
}

#[test]
fn every_setting_in_a_document_can_be_made() {
    let mut seen = 0;
    for page in PAGES {
        for (_, text) in blocks(page, "sh") {
            for command in text.lines().filter(|line| line.starts_with("dyadsim run ")) {
                let words = words(command);
                let settings: Vec<&str> = words.windows(2).filter(|pair| pair[0] == "--set").map(|pair| pair[1].as_str()).collect();
                load(&words[2], &settings);
                seen += settings.len();
            }
        }
    }
    assert!(seen >= 5, "only {seen} settings found");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut pages = vec!["README.md".to_owned(), "CHANGELOG.md".to_owned(), "scenarios/README.md".to_owned()];
    let docs = fs::read_dir(at("docs")).expect("docs").map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned());
    pages.extend(docs.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")));
    let mut broken = Vec::new();
    for page in pages {
        let path = at(&page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let outside = link.starts_with("http") || file.is_empty();
            if !outside && !path.with_file_name(file).exists() {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
