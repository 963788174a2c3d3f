//! What documents show works: every scenario in them loads, and so does every `--set`; their tables are those of the program,
//! and the tests that they name exist. `BLESS=1 cargo test --test documents` writes the tables.

mod studies;

use dyadsim::dataset::catalogue::{COLUMNS, Level};
use dyadsim::estimators::formula::names::FUNCTIONS;
use dyadsim::model::diagnosis::shipped_groups;
use dyadsim::model::instrument::shipped;
use dyadsim::model::measurement::Construct;
use dyadsim::model::treatment::shipped_treatments;
use dyadsim::scenario::describe::{Entry, entries};
use dyadsim::scenario::file::ScenarioFile;
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Mutex, PoisonError};
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

/// Numbers side by side, as in `.2 / .4 / .4`.
fn side_by_side(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" / ")
}

/// One table is written at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// A table of a page, between its marks, is the one given. `BLESS=1` writes it.
fn table_is(page: &str, name: &str, head: &[&str], rows: &[Vec<String>]) {
    let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let wanted: String =
        [line(&head), format!("|{}\n", "---|".repeat(head.len()))].into_iter().chain(rows.iter().map(|row| line(row))).collect();
    let text = fs::read_to_string(at(page)).unwrap_or_else(|error| panic!("{page}: {error}")).replace("\r\n", "\n");
    let (before, rest) = text.split_once(&format!("<!-- table: {name} -->\n")).unwrap_or_else(|| panic!("{page} has no table of {name}"));
    let (shown, after) = rest.split_once("<!-- end of table -->").expect("a mark at the end of the table");
    if std::env::var_os("BLESS").is_some() {
        fs::write(at(page), format!("{before}<!-- table: {name} -->\n{wanted}<!-- end of table -->{after}")).expect("a writable page");
    } else {
        assert_eq!(shown, wanted, "{page}: the table of {name} is out of date; BLESS=1 writes it");
    }
}

#[test]
fn tables_of_treatments_and_diagnosis_groups_show_the_data() {
    let treatments = shipped_treatments().into_iter().map(|one| {
        let p = one.profile;
        let phase = match p.alliance_cost != 0.0 || p.mastery != 0.0 {
            true => format!("{} in sessions {}–{} / {}", p.alliance_cost, p.cost_from, p.cost_until, p.mastery),
            false => "–".into(),
        };
        vec![
            one.name.to_owned(),
            side_by_side(&[p.bond_weight, p.task_weight, p.goal_weight]),
            side_by_side(&[p.care_share, p.expectancy_share, p.specific_share]),
            side_by_side(&[p.care, p.expectancy, p.ingredients]),
            p.effect.to_string(),
            p.alliance.to_string(),
            p.therapist_share.to_string(),
            phase,
            side_by_side(&[p.rupture, p.dropout]),
            one.basis.to_owned(),
        ]
    });
    let head = [
        "treatment",
        "weights",
        "shares",
        "strengths",
        "`effect`",
        "`alliance`",
        "`therapist_share`",
        "`alliance_cost` / `mastery`",
        "`rupture` / `dropout`",
        "basis",
    ];
    table_is("docs/scenarios.md", "treatments", &head, &treatments.collect::<Vec<_>>());
    let groups = shipped_groups().into_iter().map(|one| {
        let g = one.group;
        let disorder = g.personality_disorder.map_or("as in `clients`".into(), |share| share.to_string());
        let mut row = vec![one.name.to_owned()];
        row.extend([g.severity, g.alliance, g.alliance_effect, g.rupture, g.dropout].map(|number| number.to_string()));
        row.extend([disorder, one.basis.to_owned()]);
        row
    });
    let head = ["group", "`severity`", "`alliance`", "`alliance_effect`", "`rupture`", "`dropout`", "`personality_disorder`", "basis"];
    table_is("docs/scenarios.md", "diagnoses", &head, &groups.collect::<Vec<_>>());
}

/// Fields of a struct in a source file: the heading that they stand under, name and meaning.
fn fields(file: &str, name: &str) -> Vec<[String; 3]> {
    let text = fs::read_to_string(at(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let start = format!("pub struct {name} {{");
    let body = text.lines().skip_while(|line| *line != start).skip(1).take_while(|line| *line != "}");
    let (mut found, mut heading, mut meaning) = (Vec::new(), String::new(), String::new());
    for line in body.map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            meaning = format!("{meaning} {words}").trim().replace("[`", "`").replace("`]", "`");
        } else if let Some(words) = line.strip_prefix("// ") {
            words.trim_end_matches('.').clone_into(&mut heading);
        } else if let Some((field, _)) = line.trim_start_matches("pub ").trim_start_matches("pub(super) ").split_once(':') {
            let field = field.trim_start_matches("r#");
            found.push([heading.clone(), field.to_owned(), std::mem::take(&mut meaning).trim_end_matches('.').to_owned()]);
        }
    }
    assert!(!found.is_empty(), "no {name} in {file}");
    found
}

/// The state variables of docs/odd.md are the fields that the engine has.
#[test]
fn the_state_variables_are_those_of_the_engine() {
    let entities = [
        ("clinic", "src/model/clinic.rs", "Clinic"),
        ("therapist", "src/model/therapist.rs", "Therapist"),
        ("therapist's career", "src/model/development.rs", "Career"),
        ("client with a therapist, at intake", "src/model/intake.rs", "Start"),
        ("course", "src/model/courses.rs", "Courses"),
    ];
    let rows = entities.iter().flat_map(|(entity, file, name)| {
        fields(file, name).into_iter().map(move |[heading, field, meaning]| {
            let of = if heading.is_empty() { (*entity).to_owned() } else { format!("{entity}: {}", heading.to_lowercase()) };
            vec![of, format!("`{field}`"), meaning]
        })
    });
    table_is("docs/odd.md", "state variables", &["of", "variable", "meaning and unit"], &rows.collect::<Vec<_>>());
}

/// All keys that are numbers with a source, in the order of the scenario file.
fn parameters() -> Vec<Entry> {
    entries::<ScenarioFile>().into_iter().filter(|entry| entry.source.is_some()).collect()
}

/// The parameters of docs/odd.md are the keys of the program, as `dyadsim explain` tells them.
#[test]
fn the_parameters_are_those_of_the_program() {
    let cell = |text: &str| text.replace('|', "/").replace('\n', " ");
    let number = |limit: Option<f64>| limit.map_or("–".into(), |limit| limit.to_string());
    let rows = parameters().into_iter().map(|entry| {
        let only = if entry.only_in.is_empty() { String::new() } else { format!(" ({})", entry.only_in.join(", ")) };
        vec![
            format!("`{}`{only}", entry.path),
            entry.default.as_deref().map_or("–".into(), cell),
            entry.unit.as_deref().map_or("–".into(), cell),
            format!("{} to {}", number(entry.min), number(entry.max)),
            entry.source.as_deref().map_or("–".into(), cell),
            if entry.weak { "weak".into() } else { String::new() },
        ]
    });
    table_is("docs/odd.md", "parameters", &["key", "default", "unit", "range", "source", "evidence"], &rows.collect::<Vec<_>>());
}

/// docs/validation.md counts how much of the model is weakly known.
#[test]
fn what_is_weakly_known_is_counted() {
    let mut groups = BTreeMap::<String, [usize; 3]>::new();
    for entry in parameters() {
        let group = entry.path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let [all, weak, design] = groups.entry(group).or_default();
        *all += 1;
        *weak += usize::from(entry.weak);
        *design += usize::from(!entry.weak && entry.source.is_some_and(|source| source.starts_with("design")));
    }
    let row = |name: String, [all, weak, design]: [usize; 3]| {
        vec![name, all.to_string(), (all - weak - design).to_string(), design.to_string(), weak.to_string()]
    };
    let sum = groups.values().fold([0; 3], |sum, group| std::array::from_fn(|i| sum[i] + group[i]));
    let mut rows: Vec<_> = groups.into_iter().map(|(name, counts)| row(format!("`{name}`"), counts)).collect();
    rows.push(row("all".into(), sum));
    let head = ["group of keys", "parameters", "with a published figure or a definition", "matters of design", "weakly known"];
    table_is("docs/validation.md", "evidence", &head, &rows);
}

/// docs/validation.md lists every file of tests with what it says of itself, and names no test that does not exist.
#[test]
fn the_tests_are_listed_as_they_are() {
    let files = fs::read_dir(at("tests")).expect("tests").map(|entry| entry.expect("entry").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "rs")).collect();
    files.sort();
    let (mut rows, mut code) = (Vec::new(), String::new());
    for path in files {
        let text = fs::read_to_string(&path).expect("a test file");
        let words: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).take_while(|line| !line.is_empty()).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        rows.push(vec![format!("`tests/{name}`"), words.concat().trim().to_owned()]);
        code.push_str(&text);
    }
    table_is("docs/validation.md", "tests", &["file", "what it holds"], &rows);
    let page = fs::read_to_string(at("docs/validation.md")).expect("docs/validation.md");
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() >= 4).collect();
    let missing: Vec<&&str> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(named.len() >= 20, "only {} tests are named", named.len());
    assert!(missing.is_empty(), "docs/validation.md names tests that do not exist: {missing:?}");
    let paths = page.split('`').skip(1).step_by(2).filter(|word| ["tests/", "src/", "scenarios/"].iter().any(|d| word.starts_with(d)));
    let lost: Vec<&str> = paths.filter(|path| !at(path).exists()).collect();
    assert!(lost.is_empty(), "docs/validation.md names files that do not exist: {lost:?}");
}

#[test]
fn the_columns_of_estimators_are_listed_as_they_are() {
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let rows: Vec<Vec<String>> = COLUMNS
        .iter()
        .map(|one| {
            let row = if one.level == Level::Clients { "client" } else { "session" };
            vec![code(one.name), row.to_owned(), one.unit.to_owned(), one.meaning.to_owned()]
        })
        .collect();
    table_is("docs/scenarios.md", "columns", &["column", "a value per", "unit", "meaning"], &rows);
    let rows: Vec<Vec<String>> = FUNCTIONS.iter().map(|(_, usage, meaning)| vec![code(usage), (*meaning).to_owned()]).collect();
    table_is("docs/scenarios.md", "functions", &["written", "meaning"], &rows);
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
