//! The base URL of a server that is started here: it tells tabs of different hosts apart, and keeps cookies, which
//! know paths but no ports, from other hosts' servers.

use crate::config::Host;

/// First parts of the addresses of a hub. Discovery passes over servers below `/user/`.
const HUB: [&str; 2] = ["user", "hub"];

/// Returns the host's `base_url`, or else one of its name: `/gpu01/`. `/` for a name without a character that every
/// Jupyter, proxy and browser reads alike.
pub fn base_url(host: &Host) -> String {
    if let Some(path) = &host.base_url {
        return format!("{}/", path.trim_end_matches('/'));
    }
    match part(&host.name) {
        None => "/".to_owned(),
        Some(part) if HUB.contains(&part.as_str()) => format!("/{part}-host/"),
        Some(part) => format!("/{part}/"),
    }
}

/// Returns a name as one part of a path, or nothing if hardly anything of it would be left.
fn part(name: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let plain = |letter| if is_plain(letter) { letter } else { '-' };
    let part: String = name.chars().map(plain).collect();
    // A dot or two in front would mean a folder.
    let part = part.trim_matches(['-', '.']);
    (!part.is_empty()).then(|| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> String {
        base_url(&Host::named(name))
    }

    #[test]
    fn a_name_becomes_one_part_of_a_path() {
        for (name, path) in [
            ("gpu01", "/gpu01/"),
            ("gpu01.example.org", "/gpu01.example.org/"),
            ("GPU box", "/GPU-box/"),
            ("a/b?c#d%", "/a-b-c-d/"),
            ("..", "/"),
            ("計算機", "/"),
            ("計算機2", "/2/"),
            ("user", "/user-host/"),
            ("hub", "/hub-host/"),
        ] {
            assert_eq!(of(name), path, "{name}");
        }
    }

    #[test]
    fn a_path_of_the_configuration_goes_before_the_name() {
        let mut host = Host::named("gpu01");
        for (written, path) in [("/", "/"), ("/x", "/x/"), ("/x/y/", "/x/y/")] {
            host.base_url = Some(written.to_owned());
            assert_eq!(base_url(&host), path, "{written}");
        }
    }
}
