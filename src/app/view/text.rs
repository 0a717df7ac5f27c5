//! Texts that fit into a menu.

use std::time::Duration;

pub use crate::session::elapsed;

/// As wide as the state's sign in front of a host.
pub const INDENT: &str = "    ";
/// Letters of the beginning of a longer text.
const LEADING: usize = 56;
/// Characters of a name: a longer one would make the menu as wide as the screen.
const NAME: usize = 40;

/// A name as the menu shows it: in one line, and the middle of a long one left out, since names
/// often differ at their ends. A mark that turns the direction of writing could make it read as
/// another name; it is replaced by a visible one.
pub fn shown(name: &str) -> String {
    let letters: Vec<char> = name.chars().map(visible).collect();
    if letters.len() <= NAME {
        return letters.into_iter().collect();
    }
    let (start, end) = (
        &letters[..NAME / 2],
        &letters[letters.len() - NAME / 2 + 1..],
    );
    start.iter().chain(&['…']).chain(end).collect()
}

fn visible(c: char) -> char {
    match c {
        // <https://www.unicode.org/reports/tr9/>, "Directional Formatting Characters".
        '\u{061C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        // The separators of lines and paragraphs.
        '\u{2028}' | '\u{2029}' => ' ',
        _ if c.is_control() => ' ',
        _ => c,
    }
}

/// Returns the time until [`elapsed`] says something else.
pub fn until_next(time: Duration) -> Duration {
    let step = Duration::from_secs(if time.as_secs() < 60 { 5 } else { 60 });
    let steps = time.as_secs() / step.as_secs() + 1;
    let next = step.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX));
    next.saturating_sub(time)
}

/// Returns the beginning of a text that a dialog has the whole of, in one line.
pub fn leading(text: &str) -> String {
    let text: String = text.trim().chars().map(visible).collect();
    let start: String = text.chars().take(LEADING).collect();
    let start = match start.rsplit_once(' ') {
        Some((words, _)) if start != text && !words.is_empty() => words,
        _ => &start,
    };
    let end = [' ', '.', ',', ':', ';', '。', '、'];
    format!("{}…", start.trim_end_matches(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_again_when_it_says_something_else() {
        for (time, next) in [
            (0, 5_000),
            (4_500, 500),
            (5_000, 5_000),
            (12_000, 3_000),
            (59_000, 1_000),
            (60_000, 60_000),
            (61_000, 59_000),
            (179_000, 1_000),
        ] {
            let (time, next) = (Duration::from_millis(time), Duration::from_millis(next));
            assert_eq!(until_next(time), next, "{time:?}");
            assert_ne!(elapsed(time + next), elapsed(time), "{time:?}");
            let before = next.saturating_sub(Duration::from_millis(1));
            assert_eq!(elapsed(time + before), elapsed(time), "{time:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ends() {
        assert_eq!(shown("_b_&"), "_b_&");
        assert_eq!(shown("a\nb"), "a b");
        let long = format!("start{}end", "x".repeat(300));
        let short = shown(&long);
        assert_eq!(short.chars().count(), NAME);
        assert!(
            short.starts_with("start") && short.ends_with("end"),
            "{short}"
        );
        assert_eq!(shown(&"🧪".repeat(NAME)), "🧪".repeat(NAME));
    }

    #[test]
    fn a_name_reads_in_the_order_of_its_letters() {
        let turned = "report\u{202E}gnp.exe\u{202C}.ipynb";
        assert_eq!(shown(turned), "report\u{FFFD}gnp.exe\u{FFFD}.ipynb");
        let marks = ['\u{061C}', '\u{200E}', '\u{200F}'].into_iter();
        let marks = marks.chain('\u{202A}'..='\u{202E}');
        for mark in marks.chain('\u{2066}'..='\u{2069}') {
            assert_eq!(shown(&format!("a{mark}b")), "a\u{FFFD}b", "{mark:?}");
        }
        assert_eq!(shown("a\u{2028}b\u{1b}c\0d"), "a b c d");
        // Emoji are joined by a mark that turns nothing.
        let family = "👩\u{200D}🔬";
        assert_eq!(shown(family), family);
    }

    #[test]
    fn times_are_said_in_steps() {
        let said = |seconds| elapsed(Duration::from_secs(seconds));
        assert_eq!(said(4), None);
        assert_eq!(said(9).as_deref(), Some("5 s"));
        assert_eq!(said(59).as_deref(), Some("55 s"));
        assert_eq!(said(60).as_deref(), Some("1 min"));
        assert_eq!(said(3 * 3600 + 12 * 60).as_deref(), Some("3 h 12 min"));
    }

    #[test]
    fn the_beginning_of_a_text_is_one_line_of_whole_words() {
        assert_eq!(leading("no answer for 45 s"), "no answer for 45 s…");
        assert_eq!(leading("Open to all.\n"), "Open to all…");
        let long =
            "The server on gpu01 is open to every account of that computer, since it has no token";
        let want = "The server on gpu01 is open to every account of that…";
        assert_eq!(leading(long), want);
        for text in ["x".repeat(300), "設定に誤りがあります。".repeat(20)] {
            let start = leading(&text);
            assert_eq!(start.chars().count(), LEADING + 1, "{start}");
        }
        assert!(!leading("a\u{202E}b\nc").contains(['\u{202E}', '\n']));
    }
}
