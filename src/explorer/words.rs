//! Numbers in sentences.

/// A number with so many decimals and a proper minus sign; an en dash where there is none.
pub fn number(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return "–".into();
    }
    let text = format!("{x:.decimals$}");
    let zero = text.trim_start_matches('-').chars().all(|c| "0.".contains(c));
    if zero { text.trim_start_matches('-').into() } else { text.replace('-', "−") }
}

/// The same with its sign, whichever it is.
pub fn signed(x: f64, decimals: usize) -> String {
    let text = number(x, decimals);
    if x > 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0') { format!("+{text}") } else { text }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{}\u{a0}%", number(100.0 * share, 0)) } else { "–".into() }
}

/// The decimals that multiples of a step need.
pub fn decimals(step: f64) -> usize {
    (0..4)
        .find(|&n| {
            let scaled = step * libm::pow(10.0, n as f64);
            (scaled - scaled.round()).abs() < 1e-9
        })
        .unwrap_or(4)
}

/// The one or the other word by number.
pub fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// A whole number with thin spaces between thousands.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let groups: Vec<String> = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_people_write_them() {
        assert_eq!((number(-0.04, 1), number(-3.25, 1), number(f64::NAN, 2)), ("0.0".into(), "−3.2".into(), "–".into()));
        assert_eq!((signed(2.0, 1), signed(-2.0, 1), signed(0.01, 1)), ("+2.0".into(), "−2.0".into(), "0.0".into()));
        assert_eq!((percent(0.256), count(1234), count(1_234_567)), ("26\u{a0}%".into(), "1234".into(), "1\u{202f}234\u{202f}567".into()));
        assert_eq!([1.0, 0.5, 0.05, 0.02].map(decimals), [0, 1, 2, 2]);
    }
}
