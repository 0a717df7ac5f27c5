//! The versions of two programs that speak to each other, and what is said when one does not
//! understand the other: one was updated while the other went on running, or there are two copies.

use std::cmp::Ordering;

use crate::problem;
use crate::problem::Problem;

/// This program's version, as it tells the other one.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Explains that the holder of a host and the program that asks it do not understand each other.
/// None if both have one version: then versions are not the reason. A program without a version is
/// older than all that tell theirs.
pub fn misunderstood(
    host: &str,
    client_version: Option<&str>,
    holder: Option<&str>,
) -> Option<Problem> {
    if client_version == holder {
        return None;
    }
    let is_client_older = match (client_version, holder) {
        (Some(client_version), Some(holder)) => compare(client_version, holder) == Ordering::Less,
        (client_version, _) => client_version.is_none(),
    };
    Some(if is_client_older {
        problem::client_too_old(host, client_version, holder)
    } else {
        problem::holder_too_old(host, client_version, holder)
    })
}

/// Compares two versions by their numbers, leftmost first.
fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| {
        let parts = version.split(|c: char| !c.is_ascii_digit());
        parts
            .map_while(|part| part.parse().ok())
            .collect::<Vec<u64>>()
    };
    numbers(one).cmp(&numbers(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_one_is_named() {
        let (host, ten, nine) = ("gpu01", Some("0.10.0"), Some("0.9.12"));
        let holder = Some(problem::holder_too_old(host, ten, nine));
        assert_eq!(misunderstood(host, ten, nine), holder);
        let client_version = Some(problem::client_too_old(host, nine, ten));
        assert_eq!(misunderstood(host, nine, ten), client_version);

        let holder = Some(problem::holder_too_old(host, ten, None));
        assert_eq!(misunderstood(host, ten, None), holder);
        let client_version = Some(problem::client_too_old(host, None, ten));
        assert_eq!(misunderstood(host, None, ten), client_version);
    }

    #[test]
    fn one_version_is_no_reason() {
        assert_eq!(misunderstood("gpu01", Some(VERSION), Some(VERSION)), None);
        assert_eq!(misunderstood("gpu01", None, None), None);
        // Which of these is the older one is not known; the running one can be restarted.
        let (release, preview) = (Some("1.0.0"), Some("1.0.0-rc1"));
        assert!(misunderstood("gpu01", release, preview).is_some());
    }
}
