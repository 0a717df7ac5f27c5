//! Text from outside, without what acts in place of being read: for a terminal, a dialog, a notification, a message.

/// The most of one text that is shown, in characters: a screen or two. A server may send megabytes.
pub const SCREEN: usize = 3000;
/// The same of what should be a line: a title, a remedy, a prompt, a line of a banner.
pub const LINE: usize = 1000;

/// Returns the text with a mark in the place of each control character but tabs and line ends, and of those that turn
/// the direction of writing. A terminal would obey the first ones (clear itself, change its title, fill the
/// clipboard); the others could make a fingerprint read otherwise.
#[must_use]
pub fn readable(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// Returns the text as [`readable`], and of one that has more than `most` characters the beginning and the end: a log's
/// last words say most.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return readable(text);
    }
    let last = most / 3 * 2;
    let first = text.chars().take(most - last);
    let last = text.chars().skip(count - last);
    first.chain(" … ".chars()).chain(last).map(shown).collect()
}

/// Returns the character, or the mark in its place.
#[must_use]
pub fn shown(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        // <https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings> and what follows there.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        _ if c.is_control() => '\u{FFFD}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_marked_and_the_rest_stays() {
        for (text, want) in [
            ("a\n\tb é 日本", "a\n\tb é 日本"),
            (
                "\u{1b}]52;c;ZXZpbA==\u{7}",
                "\u{FFFD}]52;c;ZXZpbA==\u{FFFD}",
            ),
            ("\u{9b}2J\r", "\u{FFFD}2J\u{FFFD}"),
            ("SHA256:\u{202E}abc\u{2066}", "SHA256:\u{FFFD}abc\u{FFFD}"),
        ] {
            assert_eq!(readable(text), want);
            assert_eq!(shortened(text, SCREEN), want);
        }
    }

    #[test]
    fn of_a_long_text_the_beginning_and_the_end_are_shown() {
        let text = format!("first{}last", "é".repeat(1 << 20));
        let short = shortened(&text, SCREEN);
        assert!(short.chars().count() <= SCREEN + 3);
        assert!(short.starts_with("firsté") && short.ends_with("élast") && short.contains('…'));
        let whole = "x".repeat(LINE);
        assert_eq!(shortened(&whole, LINE), whole);
    }
}
