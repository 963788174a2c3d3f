//! Which characters mean what.

/// The blanks `ron` knows.
pub(super) fn ron_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

/// Blanks `ron` does not know, and characters nobody can see.
pub(super) fn odd_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether a number may start so.
pub(super) fn number_start(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '.')
}

/// Whether a word may start so.
pub(super) fn word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether this may stand within a word.
pub(super) fn word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Quotation marks of word processors.
pub(super) fn typographic_mark(c: char) -> bool {
    matches!(c, '“' | '„' | '”' | '«' | '»' | '‘' | '’' | '‚')
}
