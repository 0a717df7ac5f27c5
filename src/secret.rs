//! Secrets: random ones, and text with them taken out.

/// `bytes` random bytes from the system, in hexadecimal.
///
/// # Errors
/// When the system has no random numbers.
pub fn random_hex(bytes: usize) -> Result<String, getrandom::Error> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer)?;
    Ok(base16ct::lower::encode_string(&buffer))
}

/// Lets a crash of this process, and of those that it starts, write no core file: the token would stand in it. What the
/// system hands to a program of its own instead is that program's business; systemd's honours the limit.
pub fn leave_no_core() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Core);
    limit.current = Some(0);
    // A system that refuses leaves all as it was.
    let _ = setrlimit(Resource::Core, limit);
}

/// A token or other secret. It is wiped when dropped, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(zeroize::Zeroizing<String>);

impl Secret {
    /// Takes a secret over.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(zeroize::Zeroizing::new(text.into()))
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns true if it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() {
            "(none)"
        } else {
            "(secret)"
        })
    }
}

/// `text` with the value of every `token=…` taken out, for logs and for what people copy.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("token=") {
        let (before, after) = rest.split_at(at + "token=".len());
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-._~%+".contains(c)))
            .unwrap_or(after.len());
        out.push_str(before);
        out.push_str(if end > 0 { "…" } else { "" });
        rest = &after[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn random_text_has_the_length_asked_for_and_differs() {
        let (a, b) = (random_hex(12).unwrap(), random_hex(12).unwrap());
        assert_eq!(a.len(), 24);
        assert_ne!(a, b);
    }

    #[test]
    fn tokens_are_taken_out() {
        assert_eq!(
            redact("http://x/lab?token=0af9&a=1 token="),
            "http://x/lab?token=…&a=1 token="
        );
        assert_eq!(redact("(token=my_own-1%20~x)"), "(token=…)");
        assert_eq!(redact("nothing"), "nothing");
    }

    #[test]
    fn debug_does_not_show_a_secret() {
        assert_eq!(format!("{:?}", Secret::new("abc")), "(secret)");
    }
}
