//! Text from outside, made fit for a toolkit.

use crate::readable::shown;

/// Characters of a text; nobody reads more.
const MOST: usize = 16_000;
/// Characters of a word. GTK takes 18 s to lay out one of 10,000, such as a server may send; no
/// fingerprint is as long as this.
const LONGEST_WORD: usize = 128;
/// A place to break a line that is not seen.
const BREAK: char = '\u{200B}';

/// The text without what is not for reading. A NUL ends the process in `GLib` and the
/// connection on the bus; marks that turn the direction of writing could make a fingerprint read otherwise.
pub fn sanitized(text: &str) -> String {
    let mut plain = String::new();
    let mut of_word = 0;
    for c in text.chars().take(MOST).map(shown) {
        of_word = if c.is_whitespace() { 0 } else { of_word + 1 };
        if of_word > LONGEST_WORD {
            plain.push(BREAK);
            of_word = 1;
        }
        plain.push(c);
    }
    if text.chars().nth(MOST).is_some() {
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_for_reading_is_marked() {
        for (text, want) in [
            ("a\n\tb & <i>c</i> é 日本", "a\n\tb & <i>c</i> é 日本"),
            ("a\0b", "a\u{FFFD}b"),
            ("\u{1b}[31m", "\u{FFFD}[31m"),
            ("SHA256:\u{202E}abc\u{2066}", "SHA256:\u{FFFD}abc\u{FFFD}"),
        ] {
            assert_eq!(sanitized(text), want);
        }
    }

    #[test]
    fn a_text_without_an_end_is_cut() {
        let text = sanitized(&"日 ".repeat(MOST));
        assert_eq!(text.chars().count(), MOST + 1);
        assert!(text.ends_with('…'));
        assert_eq!(sanitized(&"x ".repeat(MOST / 2)).len(), MOST);
    }

    #[test]
    fn a_word_without_an_end_can_be_broken() {
        let word = "x".repeat(LONGEST_WORD);
        assert_eq!(
            sanitized(&format!("{word} {word}")),
            format!("{word} {word}")
        );
        assert_eq!(
            sanitized(&format!("{word}{word}y")),
            format!("{word}{BREAK}{word}{BREAK}y")
        );
    }
}
