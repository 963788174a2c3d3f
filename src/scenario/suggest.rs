//! "Did you mean": the nearest of the names that would be right.

/// How alike two names must be to be worth a mention, from 0 to 1.
const ALIKE: f64 = 0.6;

/// How alike two names are, from 0 to 1, whatever their capitals, hyphens and underscores.
pub fn likeness(a: &str, b: &str) -> f64 {
    let plain = |s: &str| s.to_lowercase().replace(['-', ' '], "_");
    let (a, b) = (plain(a), plain(b));
    let whole = strsim::normalized_damerau_levenshtein(&a, &b);
    let part = a.len() >= 4 && b.len() >= 4 && (a.contains(&b) || b.contains(&a));
    if part { whole.max(0.7) } else { whole }
}

/// The name most like a word, if one is like enough.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    several(word, names, 1).pop()
}

/// The names most like a word, best first.
pub fn several<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let scored = names.into_iter().map(|name| (likeness(word, name), name));
    let mut close: Vec<(f64, &str)> = scored.filter(|(score, _)| *score >= ALIKE).collect();
    close.sort_by(|a, b| b.0.total_cmp(&a.0));
    close.truncate(most);
    close.into_iter().map(|(_, name)| name).collect()
}

/// `a, b or c`, each in backquotes.
pub fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_find_their_name() {
        let names = ["therapists", "count", "between", "notice"];
        assert_eq!(nearest("therapsts", names), Some("therapists"));
        assert_eq!(nearest("Count", names), Some("count"));
        assert_eq!(nearest("therapist_number", ["therapist"]), Some("therapist"));
        assert_eq!(nearest("zebra", names), None);
    }

    #[test]
    fn names_are_listed_in_words() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
