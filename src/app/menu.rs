//! The menu as a pure function of the model.

use super::model::{HostState, Model};
use crate::session::Phase;

/// As wide as the state's sign in front of a host.
const INDENT: &str = "    ";
/// Characters of a line to read.
const WIDTH: usize = 64;

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something to choose, or, disabled, to read.
    Item {
        /// What [`Model::choose`] is given.
        id: String,
        /// Its text; `&` stands for itself.
        text: String,
        /// Whether it can be chosen.
        enabled: bool,
    },
    /// More entries.
    Submenu {
        /// Tells it from the others.
        id: String,
        /// Its text.
        text: String,
        /// The entries.
        entries: Vec<Entry>,
    },
    /// A line.
    Separator,
}

/// The whole menu.
pub fn entries(model: &Model) -> Vec<Entry> {
    let mut entries = Vec::new();
    for host in model.hosts() {
        entries.push(item(&format!("host {}", host.name), &title(host), true));
        entries.extend(explanation(host));
        if host.is_active() {
            entries.push(more(host));
        }
    }
    if model.hosts().is_empty() {
        entries.push(item(
            "",
            "No hosts yet: `remote-jupyter add ALIAS` adds one",
            false,
        ));
    }
    entries.push(Entry::Separator);
    if let Some(complaint) = model.complaint() {
        let title = "The configuration has errors; the last good one is in force";
        entries.push(item("complaint", title, false));
        for (at, line) in wrapped(complaint).iter().enumerate() {
            entries.push(item(&format!("complaint{at}"), line, false));
        }
    }
    entries.push(item("edit", "Edit Configuration…", true));
    entries.push(Entry::Separator);
    entries.push(item("quit", "Quit Remote Jupyter", true));
    entries
}

/// The state by shape and in words, never by colour.
fn title(host: &HostState) -> String {
    let name = &host.name;
    match host.phase {
        Phase::Closed => format!("○ {name}"),
        Phase::Ready => format!("● {name}"),
        Phase::Failed => format!("▲ {name}: click to try again"),
        phase => format!("◐ {name}: {}", phase.words()),
    }
}

/// What happened, and what to do, as lines to read.
fn explanation(host: &HostState) -> Vec<Entry> {
    let Some(problem) = &host.problem else {
        return Vec::new();
    };
    let lines = [&problem.title, &problem.remedy];
    let lines = lines.into_iter().flat_map(|text| wrapped(text));
    let line =
        |(at, text): (usize, String)| item(&format!("problem{at} {}", host.name), &text, false);
    lines.enumerate().map(line).collect()
}

/// Lines that do not make the menu as wide as the screen, indented below what they explain.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{INDENT}{word}")),
        }
    }
    lines
}

/// What else can be done with a host that is open, or on its way.
fn more(host: &HostState) -> Entry {
    let name = &host.name;
    if host.phase != Phase::Ready {
        return item(&format!("close {name}"), &format!("{INDENT}Cancel"), true);
    }
    Entry::Submenu {
        id: format!("more {name}"),
        text: format!("{INDENT}{name}: More"),
        entries: vec![
            item(&format!("host {name}"), "Open Tab", true),
            item(&format!("close {name}"), "Disconnect", true),
            item(&format!("stop {name}"), "Stop Jupyter", true),
        ],
    }
}

fn item(id: &str, text: &str, enabled: bool) -> Entry {
    Entry::Item {
        id: id.to_owned(),
        text: text.to_owned(),
        enabled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Host;
    use crate::control::Message;
    use crate::problem::{Code, Problem};
    use crate::session::Event;

    fn texts(entries: &[Entry]) -> Vec<String> {
        let text = |entry: &Entry| match entry {
            Entry::Item { text, enabled, .. } if *enabled => text.clone(),
            Entry::Item { text, .. } => format!("({text})"),
            Entry::Submenu { text, entries, .. } => {
                format!("{text} > {}", texts(entries).join(", "))
            }
            Entry::Separator => "-".into(),
        };
        entries.iter().map(text).collect()
    }

    fn after(events: &[Event]) -> Vec<String> {
        let mut model = Model::new(&[Host::named("gpu01")]);
        for event in events {
            if let Some(message) = Message::of(event, "gpu01", 0, Phase::Closed) {
                model.hear(&message);
            }
        }
        let mut lines = texts(&entries(&model));
        lines.truncate(lines.len() - 4);
        lines
    }

    #[test]
    fn each_state_has_its_words() {
        assert_eq!(after(&[]), ["○ gpu01"]);
        assert_eq!(
            after(&[Event::Phase(Phase::Starting)]),
            ["◐ gpu01: starting Jupyter", "    Cancel"]
        );
        assert_eq!(
            after(&[Event::Phase(Phase::Ready)]),
            [
                "● gpu01",
                "    gpu01: More > Open Tab, Disconnect, Stop Jupyter"
            ]
        );
        let problem = Problem::new(Code::Refused, "nothing listens", "", "Check the Port.");
        assert_eq!(
            after(&[Event::Failed(problem)]),
            [
                "▲ gpu01: click to try again",
                "(    nothing listens)",
                "(    Check the Port.)"
            ]
        );
    }

    #[test]
    fn a_broken_configuration_is_told_beside_the_way_to_mend_it() {
        let mut model = Model::new(&[Host::named("gpu01")]);
        model.complain("config.toml:3: no such key".into());
        let lines = texts(&entries(&model));
        let at = lines.iter().position(|line| line == "Edit Configuration…");
        let above = at.map(|at| lines[at - 1].as_str());
        assert_eq!(above, Some("(    config.toml:3: no such key)"));
        model.reconfigure(&[]);
        assert_eq!(model.complaint(), None);
    }

    #[test]
    fn long_texts_are_wrapped_between_words() {
        let text = "word ".repeat(40) + &"x".repeat(100);
        let lines = wrapped(&text);
        assert!(lines.len() > 2);
        for line in &lines {
            assert!(line.starts_with(INDENT) && !line.ends_with(' '));
            assert!(
                line.chars().count() <= WIDTH || line.contains('x'),
                "{line}"
            );
        }
        let joined: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        assert_eq!(joined.join(" "), text);
    }

    #[test]
    fn without_hosts_it_says_what_to_do() {
        let lines = texts(&entries(&Model::new(&[])));
        assert!(lines[0].contains("remote-jupyter add"));
        assert_eq!(
            lines.last().map(String::as_str),
            Some("Quit Remote Jupyter")
        );
    }
}
