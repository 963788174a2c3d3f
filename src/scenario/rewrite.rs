//! A scenario text with some values changed, everything else as its author wrote it.

use super::file::ScenarioFile;
use super::overrides::canonical;
use super::path::{Path, Step};
use super::problem::Problems;
use super::read::read_document;
use super::reader;
use super::tree::{Kind, Node};

/// The text with keys set to values: in place where they are written, else added to the innermost group that is. A key that
/// only arms have (feedback.engagement) is set in them. Comments stay.
///
/// # Errors
/// The text is no scenario.
pub fn rewritten(name: &str, text: &str, values: &[(String, f64)]) -> Result<String, Problems> {
    let written: Vec<(String, String)> = values.iter().map(|(key, value)| (key.clone(), shortest(*value))).collect();
    written_into(name, text, &written)
}

/// The same with values as they are to be written.
///
/// # Errors
/// The text is no scenario.
pub fn written_into(name: &str, text: &str, values: &[(String, String)]) -> Result<String, Problems> {
    let (file, document) = read_document::<ScenarioFile>(name, text)?;
    let full = written_out(&file);
    let mut out = text.to_owned();
    for (key, value) in values {
        let Ok(path) = key.parse::<Path>() else { continue };
        if full.as_ref().is_some_and(|(_, root)| root.at(&path).is_some()) {
            out = set(&out, &path, value, full.as_ref()).unwrap_or(out);
            continue;
        }
        // What an arm says itself stays.
        for place in in_arms(&document.root, &path).into_iter().filter(|place| document.root.at(place).is_none()) {
            out = set(&out, &place, value, None).unwrap_or(out);
        }
    }
    Ok(out)
}

/// A value as a person would write it, with a decimal point.
fn shortest(value: f64) -> String {
    format!("{value:?}")
}

fn written_out(file: &ScenarioFile) -> Option<(String, Node)> {
    let text = canonical(file).ok()?;
    let root = reader::read(&text).root?;
    Some((text, root))
}

/// Where arms set a group that a key lies in.
fn in_arms(root: &Node, key: &Path) -> Vec<Path> {
    let arms = Path::default().field("arms");
    let count = root.at(&arms).map_or(0, |node| node.bare().children.len());
    let mut found = Vec::new();
    for arm in 0..count {
        let set = arms.clone().item(arm).field("set");
        for child in root.at(&set).map(|node| node.bare().children.as_slice()).unwrap_or_default() {
            let Some(group) = child.key.as_ref().map(|key| key.text.as_str()) else { continue };
            let Ok(path) = group.parse::<Path>() else { continue };
            if path.holds(key) && path != *key && !child.node.children.is_empty() | child.node.name.is_some() {
                let rest = key.0[path.0.len()..].iter().cloned();
                found.push(Path(set.clone().entry(group).0.into_iter().chain(rest).collect()));
            }
        }
    }
    found
}

/// The text with one value set; `None` where there is no group to put it into.
fn set(text: &str, path: &Path, value: &str, full: Option<&(String, Node)>) -> Option<String> {
    let root = reader::read(text).root?;
    let trace = root.trace(path);
    let replaced = |start: usize, end: usize, with: &str| format!("{}{with}{}", &text[..start], &text[end..]);
    if trace.taken == path.0.len() {
        return Some(replaced(trace.node.span.start, trace.node.span.end, value));
    }
    let group = trace.node.bare();
    if !matches!(group.kind, Kind::Fields | Kind::Map) {
        return None;
    }
    let entry = entry(path, trace.taken, value, full)?;
    let own_line = if trace.taken == 0 { "\n    " } else { " " };
    match group.children.last() {
        Some(last) => {
            let comma = text[last.whole.clone()].trim_end().ends_with(',');
            let at = last.whole.end;
            Some(replaced(at, at, &format!("{}{own_line}{entry},", if comma { "" } else { "," })))
        }
        None => {
            let open = group.span.start + text[group.span.clone()].find(['(', '{'])? + 1;
            Some(replaced(open, open, &entry))
        }
    }
}

/// `key: value`, with the groups around it that are not written yet.
fn entry(path: &Path, taken: usize, value: &str, full: Option<&(String, Node)>) -> Option<String> {
    let mut out = value.to_owned();
    for depth in (taken..path.0.len()).rev() {
        let name = path.0[depth].name()?;
        if depth + 1 < path.0.len() {
            let here = full?.1.at(&Path(path.0[..=depth].to_vec()))?.bare();
            let (open, close) = if here.kind == Kind::Map { ('{', '}') } else { ('(', ')') };
            out = format!("{}{open}{out}{close}", here.name().unwrap_or_default());
        }
        let in_map = matches!(path.0[depth], Step::Entry(_));
        out = if in_map { format!("\"{name}\": {out}") } else { format!("{name}: {out}") };
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::assumed::Assumed;
    use super::super::load::Scenario;
    use super::*;

    const TEXT: &str = r#"// My clinic.
(
    title: "Mine", // as we call it
    clinics: (count: 1, therapists: 2, clients_per_therapist: 3),
    endings: (planned: 0.4 /* guessed */, administrative: 0.1),
    rupture: (),
    arms: [
        (name: "usual"),
        (name: "trained", set: { "rupture.repair_intercept": 1.0 }),
        (name: "feedback", set: { "feedback": Oq(support_tools: true) }),
    ]
)
"#;

    fn values() -> Vec<(String, f64)> {
        let of = [
            ("endings.planned", 0.35),
            ("endings.dropout", -4.0),
            ("rupture.state_cost", 0.7),
            ("rupture.repair_intercept", 0.5),
            ("rupture.onset.mean", 0.3),
            ("symptoms.heading", 60.0),
            ("feedback.engagement", 0.7),
        ];
        of.map(|(key, value)| (key.to_owned(), value)).to_vec()
    }

    #[test]
    fn the_new_text_is_the_scenario_with_these_values() {
        let values = values();
        let text = rewritten("t.ron", TEXT, &values).unwrap_or_else(|found| panic!("{found}"));
        for kept in ["// My clinic.", "// as we call it", "/* guessed */"] {
            assert!(text.contains(kept), "{text}");
        }
        let again = Scenario::load("t.ron", &text, &[]).unwrap_or_else(|found| panic!("{text}\n{found}"));
        let meant = Scenario::load_assuming("t.ron", TEXT, &[], &Assumed::values(&values).unwrap()).unwrap();
        for (a, b) in again.cells[0].arms.iter().zip(&meant.cells[0].arms) {
            assert_eq!(a.world, b.world, "{text}");
        }
        assert_ne!(again.fingerprint(), Scenario::load("t.ron", TEXT, &[]).unwrap().fingerprint());
    }

    #[test]
    fn groups_that_are_not_written_are_added() {
        let all = [("symptoms.heading".to_owned(), 60.0), ("alliance.inertia".to_owned(), 0.2), ("symptoms.noise".to_owned(), 6.0)];
        let text = rewritten("t.ron", "()", &all).unwrap();
        assert_eq!(text, "(symptoms: Relaxation(heading: 60.0, noise: 6.0,),\n    alliance: (inertia: 0.2),)");
    }
}
