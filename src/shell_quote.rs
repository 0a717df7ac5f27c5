//! Quoting for POSIX shells.

/// A word that every POSIX shell reads back as `text` itself.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn quoted_words_come_back_as_they_were() {
        for word in [
            "",
            "a b",
            "it's",
            "$(touch /x)",
            "`id`",
            "a\\b",
            "é 日本",
            "-n",
            "\"",
            "!x",
        ] {
            let output = Command::new("/bin/sh")
                .arg("-c")
                .arg(format!("printf %s {}", quote(word)))
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
