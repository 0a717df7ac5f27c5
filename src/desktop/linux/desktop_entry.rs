//! The form of desktop entries:
//! <https://specifications.freedesktop.org/desktop-entry-spec/latest/>.

use std::path::Path;

use crate::host_os::scope::ConfigOptions;
use crate::i18n::fl;

/// The group that an entry begins with.
pub const GROUP: &str = "[Desktop Entry]";

/// One argument of `Exec`, for what splits it into words.
pub fn quoted(argument: &str) -> String {
    let mut word = String::from('"');
    for c in argument.chars() {
        match c {
            '"' | '`' | '$' | '\\' => word.extend(['\\', c]),
            '%' => word.push_str("%%"),
            _ => word.push(c),
        }
    }
    word.push('"');
    word
}

/// Returns the beginning of an `Exec`: a program and its options; else the reason why not, as text.
pub fn command(program: &str, options: &ConfigOptions) -> Result<String, String> {
    let mut command = quoted(program);
    for (option, path) in options.words() {
        command.extend([" ", option, " "]);
        command += &quoted(text(path)?);
    }
    Ok(command)
}

/// The options that an `Exec` made by [`command`] gives.
pub fn options(exec: &str) -> ConfigOptions {
    // Within quotation marks it has the rules of a shell.
    let words = shlex::split(&exec.replace("\\\\", "\\")).unwrap_or_default();
    let mut options = ConfigOptions::default();
    for pair in words.get(1..).unwrap_or_default().chunks_exact(2) {
        let path = Some(pair[1].replace("%%", "%").into());
        match pair[0].as_str() {
            "-c" => options.config = path,
            "-F" => options.ssh_config = path,
            _ => break,
        }
    }
    options
}

/// A value, for what reads the file: it takes away one more level of backslashes.
pub fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\")
}

/// Returns a path that an entry can hold; else the reason why it cannot, as text.
pub fn text(path: &Path) -> Result<&str, String> {
    let text = path.to_str();
    let text = text.filter(|text| !text.contains(|c: char| c.is_control()));
    text.ok_or_else(|| odd(path))
}

/// Returns the path of a program that an entry can start; else the reason why it cannot, as text.
pub fn program(path: &Path) -> Result<&str, String> {
    // GLib 2.74 looks for the program before it makes "%%" one sign again, and passes the entry over.
    text(path).and_then(|text| {
        let is_good = !text.contains('%');
        is_good.then_some(text).ok_or_else(|| odd(path))
    })
}

fn odd(path: &Path) -> String {
    let path = path.display().to_string();
    fl!("autostart-odd-path", path = path)
}

/// The value of a key in the entry's own group.
pub fn field<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let lines = entry.lines().map(str::trim);
    let group = lines.skip_while(|line| *line != GROUP).skip(1);
    let fields = group
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='));
    let mut values = fields.filter(|(name, _)| name.trim() == key);
    values.next().map(|(_, value)| value.trim())
}
