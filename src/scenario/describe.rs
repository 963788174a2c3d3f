//! The reference: every setting with its meaning, unit, range, default and evidence.
use super::path::{ANY, Path, Step};
use super::schema::{Place, Schema, Shape};
use super::suggest::{one_of, several};
use super::words::{as_written, needs, range};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// How deep settings are listed; no scenario is deeper, but a type that holds itself would be.
const DEEPEST: usize = 12;

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its address.
    pub path: String,
    /// What stands there, in words.
    pub kind: String,
    /// Whether it must be written.
    pub required: bool,
    /// Its default, as it would be written.
    pub default: Option<String>,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
    /// Evidence for the default.
    pub source: Option<String>,
    /// Whether that evidence is weak.
    pub weak: bool,
    /// What it means.
    pub doc: String,
    /// The words it may be, and what each means.
    pub choices: Vec<Choice>,
    /// The words of the choice it belongs to, if it exists only there.
    pub only_in: Vec<String>,
    /// Names of the settings within it.
    pub settings: Vec<String>,
    /// The range with its unit, in words.
    pub range: Option<String>,
}

/// A word a setting may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The word.
    pub name: String,
    /// What it means.
    pub doc: String,
}

/// All settings of a scenario type, groups before what is in them.
pub fn entries<T: JsonSchema>() -> Vec<Entry> {
    listed(&Schema::of::<T>())
}

/// The paths of all settings, `…` standing for any key or position.
pub fn names(schema: &Schema) -> Vec<String> {
    listed(schema).into_iter().map(|entry| entry.path).collect()
}

/// What is known about a setting; if there is no such setting, the names most like it. The
/// last name alone is enough where only one setting has it.
pub fn explain<T: JsonSchema>(key: &str) -> Result<Entry, Vec<String>> {
    let schema = Schema::of::<T>();
    let all = listed(&schema);
    let Ok(path) = key.parse::<Path>() else {
        return Err(Vec::new());
    };
    let wanted = pattern(&schema.root(), &path).unwrap_or_else(|| path.to_string());
    if let Some(entry) = all.iter().find(|entry| entry.path == wanted) {
        return Ok(entry.clone());
    }
    let ending: Vec<&Entry> = all.iter().filter(|e| e.path.ends_with(&format!(".{key}"))).collect();
    match ending.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(near(key, &all)),
        many => Err(many.iter().map(|entry| entry.path.clone()).collect()),
    }
}

/// Names like a key: by the whole path, then by the last name alone.
fn near(key: &str, all: &[Entry]) -> Vec<String> {
    let paths: Vec<&str> = all.iter().map(|entry| entry.path.as_str()).collect();
    let mut found: Vec<String> = several(key, paths.iter().copied(), 5).into_iter().map(str::to_owned).collect();
    let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let lasts: Vec<String> = paths.iter().map(|path| last(path)).collect();
    for name in several(&last(key), lasts.iter().map(String::as_str), 5) {
        let alike = paths.iter().zip(&lasts).filter(|(_, last)| *last == name);
        found.extend(alike.map(|(path, _)| (*path).to_owned()));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found.truncate(5);
    found
}

/// The path with `…` for keys and positions: the form in which entries are listed.
fn pattern(root: &Place, path: &Path) -> Option<String> {
    let mut places = vec![root.clone()];
    let mut out = Path::default();
    for step in &path.0 {
        let here = places.first()?;
        out = match here.shape() {
            Shape::Map(_) | Shape::List(_) => out.entry(ANY),
            Shape::Choice(variants) if variants.iter().any(|v| Some(v.name) == step.name()) => out,
            _ => out.join(step.clone()),
        };
        places = places.iter().flat_map(|place| place.step(step)).map(|(_, place)| place).collect();
    }
    Some(out.to_string())
}

fn listed(schema: &Schema) -> Vec<Entry> {
    let mut list = Lister { entries: Vec::new() };
    list.within(&Here { path: Path::default(), only_in: None, depth: 0 }, &schema.root(), None);
    list.entries
}

struct Here<'a> {
    path: Path,
    only_in: Option<&'a str>,
    depth: usize,
}

impl<'a> Here<'a> {
    fn join(&self, step: Step) -> Self {
        Self { path: self.path.join(step), only_in: self.only_in, depth: self.depth + 1 }
    }
}

struct Lister {
    entries: Vec<Entry>,
}

impl Lister {
    /// Lists what lies within a place.
    fn within<'a>(&mut self, here: &Here<'a>, place: &Place<'a>, default: Option<&Value>) {
        if here.depth > DEEPEST {
            return;
        }
        match place.shape() {
            Shape::Group(fields, _) => {
                for field in fields {
                    let inherited = default.and_then(|default| default.get(field.name));
                    let there = here.join(Step::Field(field.name.to_owned()));
                    self.setting(&there, &field.place, field.required, inherited);
                }
            }
            Shape::Choice(variants) => {
                for variant in variants {
                    let Some(content) = &variant.content else {
                        continue;
                    };
                    let there = Here { path: here.path.clone(), only_in: Some(variant.name), depth: here.depth + 1 };
                    self.within(&there, content, default.and_then(|default| default.get(variant.name)));
                }
            }
            Shape::Map(items) | Shape::List(items) => {
                self.within(&here.join(Step::Entry(ANY.into())), &items, None);
            }
            _ => {}
        }
    }

    fn setting<'a>(&mut self, here: &Here<'a>, place: &Place<'a>, required: bool, inherited: Option<&Value>) {
        let default = place.note("default").or(inherited);
        let entry = entry(here, place, required, default);
        match self.entries.iter_mut().find(|other| other.path == entry.path) {
            // The same setting with another word of the choice.
            Some(twin) => twin.only_in.extend(entry.only_in),
            None => self.entries.push(entry),
        }
        self.within(&Here { only_in: None, path: here.path.clone(), depth: here.depth }, place, default);
    }
}

fn entry(here: &Here, place: &Place, required: bool, default: Option<&Value>) -> Entry {
    let numeric = matches!(place.shape(), Shape::Whole | Shape::Number);
    let (min, max) = if numeric { place.limits() } else { (None, None) };
    let kind = needs(place);
    let own = |text: Option<&str>| text.map(str::to_owned);
    Entry {
        path: here.path.to_string(),
        kind: if place.optional { format!("{kind}, or None") } else { kind },
        required,
        default: default.map(|value| as_written(place, value)),
        unit: own(place.unit()),
        min,
        max,
        source: own(place.source()),
        weak: place.weak(),
        doc: place.docs().join("\n"),
        choices: choices(place),
        only_in: here.only_in.map(str::to_owned).into_iter().collect(),
        settings: place.fields().iter().map(|field| field.name.to_owned()).collect(),
        range: range(place),
    }
}

fn choices(place: &Place) -> Vec<Choice> {
    let Shape::Choice(variants) = place.shape() else {
        return Vec::new();
    };
    let choice = |name: &str, doc: Option<&str>| Choice { name: name.into(), doc: doc.unwrap_or_default().into() };
    variants.iter().map(|variant| choice(variant.name, variant.doc)).collect()
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}", self.path)?;
        if !self.doc.is_empty() {
            writeln!(f, "  {}", self.doc.replace('\n', "\n  "))?;
        }
        let words: Vec<&str> = self.only_in.iter().map(String::as_str).collect();
        let only_in = (!words.is_empty()).then(|| one_of(&words));
        let source = self.source.as_ref().map(|source| if self.weak { format!("{source} (weak evidence)") } else { source.clone() });
        let settings = (!self.settings.is_empty()).then(|| self.settings.join(", "));
        for (label, text) in [
            ("value", Some(self.kind.clone())),
            ("range", self.range.clone()),
            ("default", self.default.clone()),
            ("must be written", self.required.then(|| "yes".to_owned())),
            ("source", source),
            ("only with", only_in),
            ("settings", settings),
        ] {
            if let Some(text) = text {
                writeln!(f, "  {label}: {text}")?;
            }
        }
        for choice in &self.choices {
            writeln!(f, "    {}  {}", choice.name, choice.doc.replace('\n', " "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::Toy;
    use super::*;

    #[test]
    fn a_setting_is_explained_with_everything_known() {
        let entry = explain::<Toy>("clinics.between").unwrap();
        assert_eq!(entry.default.as_deref(), Some("0.05"));
        assert_eq!(entry.range.as_deref(), Some("from 0 to 1 (share)"));
        assert_eq!((entry.min, entry.max), (Some(0.0), Some(1.0)));
        assert_eq!(entry.source.as_deref(), Some("Firth 2019"));
        assert!(entry.weak);
        let shown = entry.to_string();
        assert!(shown.contains("source: Firth 2019 (weak evidence)"), "{shown}");
    }

    #[test]
    fn keys_positions_and_variants_may_stand_in_the_path() {
        for (key, path) in [
            ("measures.symptoms.every", "measures[…].every"),
            ("measures[\"x\"].every", "measures[…].every"),
            ("interventions[3].add", "interventions[…].add"),
            ("feedback.Oq.alarm", "feedback.alarm"),
            ("feedback.alarm", "feedback.alarm"),
            ("notice", "rupture.notice"),
        ] {
            assert_eq!(explain::<Toy>(key).unwrap().path, path, "{key}");
        }
        let alarm = explain::<Toy>("feedback.alarm").unwrap();
        assert_eq!(alarm.only_in, ["Oq"]);
        assert_eq!(alarm.choices.len(), 2);
        assert!(alarm.required);
    }

    #[test]
    fn defaults_are_shown_as_they_would_be_written() {
        let default = |key: &str| explain::<Toy>(key).unwrap().default.unwrap();
        assert_eq!(default("symptoms"), "Relaxation((state_effect: -0.8, noise: 3.5))");
        assert_eq!(default("feedback"), "None");
        assert_eq!(default("rupture.notice"), "0.0");
        assert_eq!(default("rupture.loss"), "(0.0, 0.0)");
        assert_eq!(default("measures"), "{\"symptoms\": (instrument: \"OQ-45\", every: 1, rater: Client)}");
    }

    #[test]
    fn a_wrong_name_brings_the_nearest() {
        assert_eq!(explain::<Toy>("clinics.therapsts").unwrap_err()[0], "clinics.therapists");
        let near = explain::<Toy>("notise").unwrap_err();
        assert!(near.contains(&"rupture.notice".to_owned()), "{near:?}");
        assert!(explain::<Toy>("zebra").unwrap_err().is_empty());
        assert!(explain::<Toy>("").is_err());
    }
}
