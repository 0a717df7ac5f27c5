//! Texts that fit into a menu.

use std::time::Duration;

use textwrap::core::Word;
use textwrap::{WordSeparator, WordSplitter};

use crate::i18n::fl;

/// As wide as the state's sign in front of a host.
pub const INDENT: &str = "    ";
/// Columns of a line to read.
const WIDTH: usize = 64;
/// Characters of a name: a longer one would make the menu as wide as the screen.
const NAME: usize = 40;

/// A name as the menu shows it: in one line, and the middle of a long one left out, since names
/// often differ at their ends.
pub fn shown(name: &str) -> String {
    let letters: Vec<char> = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if letters.len() <= NAME {
        return letters.into_iter().collect();
    }
    let (start, end) = (
        &letters[..NAME / 2],
        &letters[letters.len() - NAME / 2 + 1..],
    );
    start.iter().chain(&['…']).chain(end).collect()
}

/// Returns how long something has taken, if that is long enough to show; in steps, so that an open
/// menu changes seldom.
pub fn elapsed(time: Duration) -> Option<String> {
    let seconds = time.as_secs();
    let (hours, minutes, steps) = (seconds / 3600, seconds / 60 % 60, seconds / 5 * 5);
    match seconds {
        0..5 => None,
        5..60 => Some(fl!("time-seconds", count = steps)),
        60..3600 => Some(fl!("time-minutes", count = minutes)),
        _ => Some(fl!("time-hours", hours = hours, minutes = minutes)),
    }
}

/// Returns the time until [`elapsed`] says something else.
pub fn until_next(time: Duration) -> Duration {
    let step = Duration::from_secs(if time.as_secs() < 60 { 5 } else { 60 });
    let steps = time.as_secs() / step.as_secs() + 1;
    let next = step.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX));
    next.saturating_sub(time)
}

/// Lines that do not make the menu as wide as the screen, indented below what they explain. They
/// break at blanks, so that paths stay whole, and in Japanese between phrases.
pub fn wrapped(text: &str) -> Vec<String> {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(INDENT)
        .subsequent_indent(INDENT)
        .word_separator(WordSeparator::Custom(phrases))
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(true);
    let lines = textwrap::wrap(text.trim(), options);
    let lines = lines.into_iter().map(std::borrow::Cow::into_owned);
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// Returns the parts of a line between which it may break.
fn phrases(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    let pairs = letters.windows(2);
    let breaks = pairs.filter(|pair| may_break(pair[0].1, pair[1].1));
    let mut places: Vec<usize> = breaks.map(|pair| pair[1].0).collect();
    places.push(line.len());
    let mut start = 0;
    Box::new(places.into_iter().map(move |end| {
        let word = Word::from(&line[start..end]);
        start = end;
        word
    }))
}

/// After a blank, after a Japanese clause, and where a Japanese phrase begins: there a letter of
/// another kind follows the endings, which are written in hiragana.
fn may_break(before: char, after: char) -> bool {
    let is_hiragana = |c: char| ('\u{3041}'..='\u{309f}').contains(&c);
    let ends_clause = |c: char| "、。，．」』）！？".contains(c);
    if after == ' ' || ends_clause(after) {
        return false;
    }
    let begins_phrase = is_hiragana(before) && !is_hiragana(after) && after != 'ー';
    before == ' ' || ends_clause(before) || begins_phrase
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn times_are_said_in_steps() {
        let said = |seconds| elapsed(Duration::from_secs(seconds));
        assert_eq!(said(4), None);
        assert_eq!(said(9).as_deref(), Some("5 s"));
        assert_eq!(said(59).as_deref(), Some("55 s"));
        assert_eq!(said(60).as_deref(), Some("1 min"));
        assert_eq!(said(3 * 3600 + 12 * 60).as_deref(), Some("3 h 12 min"));
    }

    #[test]
    fn long_texts_are_wrapped_between_words() {
        let text = "word ".repeat(40) + &"x".repeat(100);
        let lines = wrapped(&text);
        assert!(lines.len() > 2);
        for line in &lines {
            assert!(line.starts_with(INDENT) && !line.ends_with(' '));
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        assert!(wrapped("  ").is_empty());
    }

    #[test]
    fn paths_and_japanese_words_stay_whole() {
        let text = "jupyter was not found in /usr/local/games:/usr/local/bin or in ~/.ssh/authorized_keys there";
        let lines = wrapped(text).join("\n");
        for part in ["/usr/local/games:/usr/local/bin", "~/.ssh/authorized_keys"] {
            assert!(lines.contains(part), "{lines}");
        }
        let text = "ホストにインストールされている Jupyter が見つかりませんでした。もう一度お試しになっても解決しないときは、設定を確認してください。";
        let lines = wrapped(text);
        assert!(lines.len() > 1, "{lines:#?}");
        for part in [
            "インストール",
            "見つかりませんでした。",
            "確認してください。",
        ] {
            assert!(lines.iter().any(|line| line.contains(part)), "{lines:#?}");
        }
    }

    #[test]
    fn text_without_blanks_is_wrapped_too() {
        let lines = wrapped(&"設定に誤りがあります。".repeat(20));
        assert!(lines.len() > 2, "{lines:#?}");
        let width = |line: &String| textwrap::core::display_width(line);
        assert!(lines.iter().all(|line| width(line) <= WIDTH), "{lines:#?}");
    }
}
