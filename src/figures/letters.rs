//! How wide a text will be, so that labels find their room without a font at hand.

/// Widths of the characters from the blank to `~` in hundredths of the size: those of DejaVu Sans, which is wider than most.
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100,
    68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63,
    55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];
/// Of all other characters, such as − or →.
const OTHER: u8 = 84;

/// Size of ordinary text in a picture.
pub const SIZE: f64 = 14.0;
/// Size of small text.
pub const SMALL: f64 = 13.0;
/// From one line of text to the next.
pub const LEADING: f64 = 18.0;

/// Width of a text of a size.
pub fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| (c as usize).checked_sub(32).and_then(|at| WIDTHS.get(at)).copied().unwrap_or(OTHER);
    text.chars().map(|c| f64::from(of(c))).sum::<f64>() * size / 100.0
}

/// The widest of some texts.
pub fn widest<S: AsRef<str>>(texts: impl IntoIterator<Item = S>, size: f64) -> f64 {
    texts.into_iter().map(|text| width(text.as_ref(), size)).fold(0.0, f64::max)
}

/// Cuts a text into lines of at most so wide; a single word may be wider.
pub fn lines(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match out.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out
}

/// A text cut at the end, with …, to be at most so wide.
pub fn fitted(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept, size) + width("m…", size) > most {
            break;
        }
        kept.push(c);
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked() {
        assert_eq!(width("a−", 10.0), 6.1 + 8.4);
        let text = "usual care without any feedback to therapists";
        let cut = lines(text, 14.0, 150.0);
        assert!(cut.len() > 2 && cut.iter().all(|line| width(line, 14.0) <= 150.0), "{cut:?}");
        assert_eq!(cut.join(" "), text);
        assert_eq!(lines("", 14.0, 10.0), Vec::<String>::new());
        assert!(width(&fitted(text, 14.0, 90.0), 14.0) <= 90.0 && fitted("short", 14.0, 90.0) == "short");
    }
}
