//! The base URL of a server that is started here: it tells tabs of different hosts apart, and keeps cookies, which
//! know paths but no ports, from other hosts' servers.

use crate::config::Host;

/// First parts of the addresses of a hub. Discovery passes over servers below `/user/`.
const HUB: [&str; 2] = ["user", "hub"];

/// Stands before a profile's name. No path of a host's name holds it, so that of a host with a profile is no other one's;
/// and a cookie of `/gpu01/` is none of `/gpu01~gpu/`.
const PROFILE: char = '~';

/// Returns the host's `base_url`, or else one of its name: `/gpu01/`. `/` for a name without a character that every
/// Jupyter, proxy and browser reads alike. With a profile: `/gpu01~gpu/`.
pub fn base_url(host: &Host) -> String {
    let own = match &host.base_url {
        Some(path) => format!("{}/", path.trim_end_matches('/')),
        None => of_name(host.base_name()),
    };
    let Some(profile) = &host.profile else {
        return own;
    };
    let of_name = of_name(host.base_name());
    let paths = [own, of_name].into_iter();
    let mut paths = paths.map(|path| path.trim_end_matches('/').to_owned());
    let path = paths.find(|path| !path.is_empty());
    format!("{}{PROFILE}{profile}/", path.as_deref().unwrap_or("/host"))
}

fn of_name(name: &str) -> String {
    match part(name) {
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
    fn a_profile_has_a_path_of_its_own_which_is_below_no_other() {
        let with_profile = |name: &str, own: Option<&str>| {
            let mut host = Host::named(&format!("{name}:gpu"));
            host.profile = Some("gpu".to_owned());
            host.base_url = own.map(str::to_owned);
            base_url(&host)
        };
        for (name, own, path) in [
            ("gpu01", None, "/gpu01~gpu/"),
            ("GPU box", None, "/GPU-box~gpu/"),
            ("a~b", None, "/a-b~gpu/"),
            ("計算機", None, "/host~gpu/"),
            ("user", None, "/user-host~gpu/"),
            ("gpu01", Some("/x/y/"), "/x/y~gpu/"),
            ("gpu01", Some("/"), "/gpu01~gpu/"),
            ("計算機", Some("/"), "/host~gpu/"),
        ] {
            assert_eq!(with_profile(name, own), path, "{name}");
        }
        assert_eq!(of("gpu01~gpu"), "/gpu01-gpu/", "another host's name");
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
