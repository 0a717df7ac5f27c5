//! Times that other programs tell in seconds since 1970.

use serde::{Deserialize, Deserializer};

/// The last second of the year 9999. Sums and differences of times until then never overflow.
const LATEST: i64 = 253_402_300_799;

/// Reads a time. One before 1970, or after the year 9999, is none: nobody means it.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    possible(text.trim().parse().ok()?)
}

/// Reads a time in JSON, by the same rule.
///
/// # Errors
/// When it is no number.
pub fn deserialize<'a, D: Deserializer<'a>>(field: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::deserialize(field)?.and_then(possible))
}

fn possible(time: i64) -> Option<i64> {
    (0..=LATEST).contains(&time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_nobody_means_is_none() {
        assert_eq!(parse(" 1795503762\n"), Some(1_795_503_762));
        assert_eq!(parse("253402300799"), Some(LATEST));
        for text in ["", "-1", "253402300800", "9223372036854775807", "1e9"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
