//! The forms of single values. Each says what is wrong with a text and how it should look.

use std::time::Duration;

use crate::i18n::{LANGUAGES, closest, fl};

/// Why a value won't do.
#[derive(Debug)]
pub(super) struct Complaint {
    pub message: String,
    pub remedy: String,
}

impl Complaint {
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns both as one line, for a command line.
    pub fn on_one_line(self) -> String {
        format!("{}; {}", self.message, self.remedy)
    }
}

/// Checks the rules for every text: it is not blank, and it is one line.
pub(super) fn plain(text: &str) -> Result<(), Complaint> {
    if text.trim().is_empty() {
        return Err(Complaint::new(
            fl!("value-empty"),
            fl!("value-empty-remedy"),
        ));
    }
    no_control(text)
}

/// Returns true if a command line is one command: words may be added at its end, and are its own. (A shell
/// that gets a text, as in `bash -c 'jupyter lab'`, would take them for itself.)
#[must_use]
pub fn is_plain(command: &str) -> bool {
    let is_shell = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or_default();
        name.ends_with("sh") || name == "eval"
    };
    let mut words = command.split_whitespace();
    let gives_text = words.any(is_shell) && words.any(|word| word == "-c" || word == "-lc");
    !command.contains([
        '#', ';', '&', '|', '<', '>', '(', ')', '{', '}', '`', '!', '\\',
    ]) && !gives_text
}

/// Returns true if a command line says itself where Jupyter listens: a second value for it is an error.
#[must_use]
pub fn says_where(command: &str) -> bool {
    command.split_whitespace().any(|word| {
        let Some(option) = word.strip_prefix("--") else {
            return false;
        };
        let name = option.split('=').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        matches!(
            name,
            "port" | "ip" | "sock" | "port-retries" | "port_retries"
        )
    })
}

/// No control character: one would end a line of a job script, or act on a terminal.
pub(super) fn no_control(text: &str) -> Result<(), Complaint> {
    match text.chars().find(|c| c.is_control()) {
        None => Ok(()),
        Some(found) => {
            let character = format!("U+{:04X}", u32::from(found));
            Err(Complaint::new(
                fl!("value-control", character = character),
                fl!("value-control-remedy"),
            ))
        }
    }
}

/// A name that commands take: it must not look like one of their options.
pub(super) fn host_name(text: &str) -> Result<(), Complaint> {
    if text.starts_with('-') {
        return Err(Complaint::new(
            fl!("value-hyphen", text = quoted(text)),
            fl!("value-hyphen-remedy"),
        ));
    }
    Ok(())
}

/// A profile's name: it becomes a part of names that commands take, and of addresses.
pub(super) fn profile_name(name: &str) -> Result<(), Complaint> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    if name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("value-profile", text = quoted(name)),
        fl!("value-profile-remedy"),
    ))
}

/// Checks that ssh takes a text as its destination, and as nothing else.
pub(super) fn destination(text: &str) -> Result<(), Complaint> {
    let address = text.strip_prefix("ssh://").unwrap_or(text);
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    // The parts too, since a proxy command may be handed the user or the host alone.
    if [text, address, host]
        .iter()
        .any(|part| part.starts_with('-'))
    {
        return Err(Complaint::new(
            fl!("value-destination-hyphen", text = quoted(text)),
            fl!("value-destination-remedy"),
        ));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(Complaint::new(
            fl!("value-destination-space", text = quoted(text)),
            fl!("value-destination-remedy"),
        ));
    }
    Ok(())
}

/// `30m`, `2h`, `1d` or `90s`; not zero.
pub(super) fn duration(text: &str) -> Result<Duration, Complaint> {
    let wrong = || {
        Complaint::new(
            fl!("value-duration", text = quoted(text)),
            fl!("value-duration-remedy"),
        )
    };
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    digits(number)
        .filter(|&number| number > 0)
        .and_then(|number| number.checked_mul(unit))
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

/// The same, or `never`, which no time reaches.
pub(super) fn duration_or_never(text: &str) -> Result<Duration, Complaint> {
    if text == "never" {
        return Ok(Duration::MAX);
    }
    duration(text)
}

/// `H:MM:SS`, or with days `D-HH:MM:SS`; not zero. `MM:SS` is refused, since schedulers
/// differ on whether two numbers are hours and minutes or minutes and seconds.
pub(super) fn walltime(text: &str) -> Result<(), Complaint> {
    let read = || {
        let (days, clock) = match text.split_once('-') {
            Some((days, clock)) => (digits(days)?, clock),
            None => (0, text),
        };
        let mut parts = clock.split(':');
        let hours = digits(parts.next()?)?;
        let [minutes, seconds] = [sixtieth(parts.next()?)?, sixtieth(parts.next()?)?];
        let whole = parts.next().is_none() && (days == 0 || hours < 24);
        (whole && days.max(hours).max(minutes).max(seconds) > 0).then_some(())
    };
    read().ok_or_else(|| {
        Complaint::new(
            fl!("value-walltime", text = quoted(text)),
            fl!("value-walltime-remedy"),
        )
    })
}

/// `/`, `/gpu01/`, `/a/b`: a path of letters, digits, `.`, `_`, `-` and `~`, which nothing on the way encodes.
pub(super) fn base_url(text: &str) -> Result<(), Complaint> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._~-".contains(letter);
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.chars().all(is_plain);
    let path = text.strip_prefix('/');
    let path = path.map(|path| path.strip_suffix('/').unwrap_or(path));
    if text == "/" || path.is_some_and(|path| path.split('/').all(is_part)) {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("value-base-url", text = quoted(text)),
        fl!("value-base-url-remedy"),
    ))
}

/// `8G`, `512M`; not zero.
pub(super) fn memory(text: &str) -> Result<(), Complaint> {
    let number = text.strip_suffix(['K', 'M', 'G', 'T']).and_then(digits);
    if number.is_some_and(|number| number > 0) {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("value-memory", text = quoted(text)),
        fl!("value-memory-remedy"),
    ))
}

/// The host and port where a forward ends: `127.0.0.1:6006`, `[::1]:6006` or, for the
/// loopback address, `6006` alone.
pub(super) fn remote(text: &str) -> Result<(String, u16), Complaint> {
    let read = || {
        let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", text));
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']')?,
            // More colons without brackets: the end of the address is ambiguous.
            None if host.contains(':') => return None,
            None => host,
        };
        let port = u16::try_from(digits(port)?).ok()?;
        let stray = |c: char| c.is_whitespace() || "[]/@".contains(c);
        let good = port > 0 && !host.is_empty() && !host.contains(stray);
        good.then(|| (host.to_owned(), port))
    };
    read().ok_or_else(|| {
        Complaint::new(
            fl!("value-remote", text = quoted(text)),
            fl!("value-remote-remedy"),
        )
    })
}

/// A name that a shell can export.
pub(super) fn variable(name: &str) -> Result<(), Complaint> {
    let mut chars = name.chars();
    let good = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if good {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("value-variable", text = quoted(name)),
        fl!("value-variable-remedy"),
    ))
}

/// A language that there is a catalogue for, with or without a region: `ja`, `en-GB`.
pub(super) fn language(text: &str) -> Result<(), Complaint> {
    if closest(text).is_some() {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("value-language", text = quoted(text)),
        fl!("value-language-remedy", languages = LANGUAGES.join(", ")),
    ))
}

/// Returns a text as it is written in the file.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Parses a number that has digits alone; `parse` would also take a plus sign.
fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

/// Minutes or seconds: two digits, 00 to 59.
fn sixtieth(text: &str) -> Option<u64> {
    digits(text).filter(|&number| text.len() == 2 && number < 60)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn good(form: fn(&str) -> Result<(), Complaint>, texts: &[&str]) {
        for text in texts {
            assert!(form(text).is_ok(), "{text:?} should do");
        }
    }

    fn bad(form: fn(&str) -> Result<(), Complaint>, texts: &[&str]) {
        for text in texts {
            assert!(form(text).is_err(), "{text:?} should not do");
        }
    }

    #[test]
    fn destinations() {
        good(
            destination,
            &[
                "gpu01",
                "me@gpu01",
                "ssh://me@gpu01:2222",
                "a-b",
                "ssh://[::1]:22",
                "me@x@gpu",
            ],
        );
        bad(
            destination,
            &[
                "-oProxyCommand=x",
                "me@-x",
                "ssh://-x",
                "ssh://me@-x",
                "gpu 01",
                "gpu\u{a0}01",
            ],
        );
    }

    #[test]
    fn languages() {
        good(language, &["en", "ja", "JA", "en-GB", "ja_JP.UTF-8"]);
        bad(language, &["de", "C", "japanese", "-", " ja"]);
    }

    #[test]
    fn durations() {
        let seconds = |text| duration(text).map(|d| d.as_secs()).ok();
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("30m"), Some(1800));
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(seconds("1d"), Some(86400));
        for text in [
            "",
            "h",
            "2",
            "0h",
            "+2h",
            "-2h",
            "2 h",
            "2H",
            "1.5h",
            "2é",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }

    #[test]
    fn base_urls() {
        good(base_url, &["/", "/gpu01", "/gpu01/", "/a/b_c/~d.e-f/"]);
        let bad_ones = [
            "", "gpu01", "//", "//evil", "/a//b", "/..", "/a/./b", "/a b", "/a?b", "/a%20b", "/計",
        ];
        bad(base_url, &bad_ones);
    }

    #[test]
    fn walltimes() {
        good(
            walltime,
            &[
                "8:00:00",
                "08:00:00",
                "100:00:00",
                "2-12:00:00",
                "0:00:01",
                "1-00:00:00",
            ],
        );
        bad(
            walltime,
            &[
                "8",
                "30:00",
                "0:00:00",
                "8:60:00",
                "8:0:0",
                "8:00:00:00",
                "1-24:00:00",
                "-8:00:00",
                "1-",
                "8h",
                "8:00:+1",
            ],
        );
    }

    #[test]
    fn memories() {
        good(memory, &["8G", "512M", "1T", "4096K"]);
        bad(
            memory,
            &["", "G", "8", "8g", "8GB", "8 G", "0G", "1.5G", "+8G"],
        );
    }

    #[test]
    fn remotes() {
        let reads = |text| remote(text).ok();
        let end = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(reads("127.0.0.1:6006"), end("127.0.0.1", 6006));
        assert_eq!(reads("[::1]:6006"), end("::1", 6006));
        assert_eq!(reads("6006"), end("127.0.0.1", 6006));
        assert_eq!(reads("node17:1"), end("node17", 1));
        for text in [
            "localhost",
            ":6006",
            "::1:6006",
            "[::1:6006",
            "[]:6006",
            "a:0",
            "a:65536",
            "a:+1",
            "a b:1",
            "http://a:1",
        ] {
            assert_eq!(reads(text), None, "{text:?}");
        }
    }

    #[test]
    fn profile_names() {
        good(profile_name, &["gpu", "GPU-4h", "a_b", "2"]);
        bad(
            profile_name,
            &[
                "", "-a", "_a", "a b", "a:b", "a/b", "a.b", "大", "a\u{7}", "a\n",
            ],
        );
    }

    #[test]
    fn variables() {
        good(variable, &["A", "_x", "OMP_NUM_THREADS", "a1"]);
        bad(variable, &["", "1A", "A-B", "A B", "É", "A=B"]);
    }
}
