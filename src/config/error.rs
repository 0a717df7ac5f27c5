//! Errors of a configuration: place, message and remedy.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use crate::i18n::fl;

/// One problem, with its place in bytes of the text.
#[derive(Debug)]
pub(super) struct ConfigFault {
    pub span: Range<usize>,
    pub message: String,
    pub remedy: String,
}

impl ConfigFault {
    /// Returns the error of the TOML parser.
    pub fn syntax(why: &toml::de::Error, text: &str) -> Self {
        let message = why.message();
        let remedy = if message.contains("duplicate key") {
            fl!("config-duplicate-key")
        } else if message.contains("must be quoted") {
            fl!("config-quotes")
        } else if message.contains("carriage return") {
            fl!("config-line-ends")
        } else {
            fl!("config-write-toml")
        };
        Self {
            span: why.span().unwrap_or(text.len()..text.len()),
            message: fl!("config-not-toml", why = message),
            remedy,
        }
    }
}

/// One problem of a configuration file, to be shown to the user.
///
/// `Display` gives it whole: the place, the line with the text underlined, the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 when the file as a whole can't be read.
    pub line: usize,
    /// The column in characters, from 1; 0 when the file as a whole can't be read.
    pub column: usize,
    /// The offending text, as far as it is on that line. May be empty, as at a line's end.
    pub text: String,
    /// The whole line, without its end.
    pub source_line: String,
    /// The message.
    pub message: String,
    /// Remedy for the user.
    pub remedy: String,
}

impl ConfigError {
    fn new(path: &Path, source: &str, fault: ConfigFault) -> Self {
        let start = boundary(source, fault.span.start);
        let end = boundary(source, fault.span.end).max(start);
        let line_start = line_start(source, start);
        let line = source[line_start..].split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line_end = line_start + line.len();
        Self {
            path: path.to_path_buf(),
            line: line_of(source, start),
            column: source[line_start..start].chars().count() + 1,
            text: source[start.min(line_end)..end.min(line_end)].to_owned(),
            source_line: line.to_owned(),
            message: fault.message,
            remedy: fault.remedy,
        }
    }

    /// The line, with the offending text underlined.
    fn excerpt(&self) -> String {
        let line = self.source_line.trim_start();
        let indent = self.source_line.chars().count() - line.chars().count();
        let before = self.column.saturating_sub(indent + 1);
        // Letters of East Asia take two columns.
        let before: String = line.chars().take(before).collect();
        let before = printable(&before).width();
        let carets = printable(self.text.trim_end()).width().max(1);
        format!(
            "\n    {}\n    {}{}",
            printable(line.trim_end()),
            " ".repeat(before),
            "^".repeat(carets)
        )
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        write!(f, " {}", self.message)?;
        if self.line > 0 {
            f.write_str(&self.excerpt())?;
        }
        write!(f, "\n  {}", fl!("config-remedy", remedy = &self.remedy))
    }
}

impl std::error::Error for ConfigError {}

/// Everything that is wrong with a configuration, in the order of the file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(
    /// The problems.
    pub Vec<ConfigError>,
);

impl ConfigErrors {
    pub(super) fn new(path: &Path, source: &str, mut faults: Vec<ConfigFault>) -> Self {
        faults.sort_by_key(|fault| fault.span.start);
        let errors = faults.into_iter();
        Self(
            errors
                .map(|fault| ConfigError::new(path, source, fault))
                .collect(),
        )
    }

    /// The file is there, and the system won't let us read it.
    pub(super) fn unreadable(path: &Path, why: &std::io::Error) -> Self {
        let message = fl!("config-unreadable", why = why.to_string());
        Self::of_whole(path, message, fl!("config-unreadable-remedy"))
    }

    /// Other accounts can change the file; the command takes that from them.
    pub(super) fn open_to_others(path: &Path, command: &str) -> Self {
        let remedy = fl!("config-open-to-others-remedy", command = command);
        Self::of_whole(path, fl!("config-open-to-others"), remedy)
    }

    fn of_whole(path: &Path, message: String, remedy: String) -> Self {
        Self(vec![ConfigError {
            path: path.to_path_buf(),
            line: 0,
            column: 0,
            text: String::new(),
            source_line: String::new(),
            message,
            remedy,
        }])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, error) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Returns the byte at a line and a column, as [`ConfigError`] counts them.
pub(super) fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let mut lines = source.split_inclusive('\n');
    let before = lines.by_ref().take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let start = line_start(source, start);
    let line = lines.next().unwrap_or_default();
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let columns = line.chars().take(column.saturating_sub(1));
    start + columns.map(char::len_utf8).sum::<usize>()
}

/// The line, from 1, of a byte of the text.
pub(super) fn line_of(source: &str, at: usize) -> usize {
    let before = &source[..boundary(source, at)];
    before.matches('\n').count() + 1
}

/// Returns the start of the line of `at`. A byte-order mark is no part of the first line.
fn line_start(source: &str, at: usize) -> usize {
    match source[..at].rfind('\n') {
        Some(newline) => newline + 1,
        None if source.starts_with('\u{feff}') => '\u{feff}'.len_utf8().min(at),
        None => 0,
    }
}

/// The nearest place at or before `at` where the text can be cut.
fn boundary(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at)
        .rev()
        .find(|&place| source.is_char_boundary(place))
        .unwrap_or(0)
}

/// The line as a terminal may show it: a control character in the file must not act there.
fn printable(line: &str) -> String {
    let show = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    line.chars().map(show).collect()
}
