//! Options of the user's own, read as the scheduler's commands read them.

/// Form in which the commands of a scheduler take an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In the next word alone: `-N name`. What else begins alike is another option (LSF's `-Jd`).
    Words,
    /// In the same word, too: `-Nname`.
    Getopt,
}

/// The value of an option: `-N name`, `-Nname`, `--job-name name`, `--job-name=name`. Of several the last one counts, as
/// it does for the commands.
#[must_use]
pub fn value(style: Style, options: &[String], flags: &[&str]) -> Option<String> {
    let mut found = None;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        for flag in flags {
            let attached = option.strip_prefix(flag);
            if attached == Some("") {
                found = options.next().cloned();
                break;
            }
            let is_long = flag.starts_with("--");
            let value = match attached {
                Some(rest) if is_long => rest.strip_prefix('='),
                Some(rest) if style == Style::Getopt => Some(rest),
                _ => None,
            };
            found = value.map(str::to_owned).or(found);
        }
    }
    found
}
