//! What the app knows of its hosts, and what a choice in the menu means. No I/O.

use crate::config::Host;
use crate::control::Message;
use crate::problem::Problem;
use crate::session::Phase;

/// One host, as its sessions told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostState {
    /// The host's name.
    pub name: String,
    /// The phase; `Closed` before the first click.
    pub phase: Phase,
    /// Why the last session failed.
    pub problem: Option<Problem>,
    /// Gone from the configuration; it stays as long as it is open.
    pub leaving: bool,
}

impl HostState {
    /// Whether a session runs.
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Failed | Phase::Closed)
    }
}

/// What the icon tells at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mood {
    /// Nothing is connected.
    Idle,
    /// Something is under way.
    Working,
    /// A tunnel stands.
    Connected,
    /// Something failed.
    Trouble,
}

/// What a choice in the menu asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Connect a host.
    Open(String),
    /// Open the tab of a connected host again.
    Show(String),
    /// Take a tunnel down.
    Close(String),
    /// Stop a host's server, unless its kernels are busy.
    Stop(String),
    /// Open the configuration in an editor.
    EditConfiguration,
    /// End the app.
    Quit,
}

/// All hosts, in the order of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    hosts: Vec<HostState>,
    complaint: Option<String>,
}

impl Model {
    /// Nothing is connected yet.
    pub fn new(hosts: &[Host]) -> Self {
        let state = |host: &Host| HostState {
            name: host.name.clone(),
            phase: Phase::Closed,
            problem: None,
            leaving: false,
        };
        Self {
            hosts: hosts.iter().map(state).collect(),
            complaint: None,
        }
    }

    /// Other hosts are configured now. What is open stays so, at the end if it is gone from them.
    pub fn reconfigure(&mut self, hosts: &[Host]) {
        let mut before = std::mem::replace(self, Self::new(hosts)).hosts;
        for host in &mut self.hosts {
            if let Some(at) = before.iter().position(|old| old.name == host.name) {
                *host = before.remove(at);
                host.leaving = false;
            }
        }
        before.retain(HostState::is_active);
        for mut host in before {
            host.leaving = true;
            self.hosts.push(host);
        }
    }

    /// The configuration's file is broken, and the last good one stays in force.
    pub fn complain(&mut self, why: String) {
        self.complaint = Some(why);
    }

    /// What is wrong with the configuration's file.
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// The hosts.
    pub fn hosts(&self) -> &[HostState] {
        &self.hosts
    }

    /// The most urgent of the hosts' moods.
    pub fn mood(&self) -> Mood {
        let any = |test: fn(&HostState) -> bool| self.hosts.iter().any(test);
        if any(|host| host.phase == Phase::Failed) {
            Mood::Trouble
        } else if any(|host| host.is_active() && host.phase != Phase::Ready) {
            Mood::Working
        } else if any(|host| host.phase == Phase::Ready) {
            Mood::Connected
        } else {
            Mood::Idle
        }
    }

    /// Takes in what a session said; true if its phase is another one now.
    pub fn hear(&mut self, message: &Message) -> bool {
        let Some(host) = self.hosts.iter_mut().find(|host| host.name == message.host) else {
            return false;
        };
        if message.is_refusal() {
            host.problem = message.problem();
            return false;
        }
        let before = std::mem::replace(&mut host.phase, message.phase);
        if message.note().is_none() {
            host.problem = message.problem();
        }
        self.hosts.retain(|host| host.is_active() || !host.leaving);
        before != message.phase
    }

    /// What the entry `id` of the menu means now; an entry that is gone or disabled means nothing.
    pub fn choose(&mut self, id: &str) -> Option<Action> {
        let (verb, name) = id.split_once(' ').unwrap_or((id, ""));
        match verb {
            "quit" => return Some(Action::Quit),
            "edit" => return Some(Action::EditConfiguration),
            _ => {}
        }
        let host = self.hosts.iter_mut().find(|host| host.name == name)?;
        match (verb, host.phase) {
            ("host", Phase::Ready) => Some(Action::Show(name.to_owned())),
            ("host", Phase::Closed | Phase::Failed) => {
                // At once, so that a double click does not connect twice.
                host.phase = Phase::Resolving;
                host.problem = None;
                Some(Action::Open(name.to_owned()))
            }
            ("close", _) if host.is_active() => Some(Action::Close(name.to_owned())),
            ("stop", Phase::Ready) => Some(Action::Stop(name.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::problem::Code;
    use crate::session::Event;

    fn model() -> Model {
        Model::new(&[Host::named("gpu01"), Host::named("my box")])
    }

    fn hear(model: &mut Model, host: &str, event: &Event) {
        model.hear(&Message::of(event, host, 0, Phase::Ready).unwrap());
    }

    #[test]
    fn a_click_connects_once_and_then_opens_the_tab_again() {
        let mut model = model();
        assert_eq!(
            model.choose("host my box"),
            Some(Action::Open("my box".into()))
        );
        assert_eq!(model.choose("host my box"), None);
        hear(&mut model, "my box", &Event::Phase(Phase::Ready));
        assert_eq!(
            model.choose("host my box"),
            Some(Action::Show("my box".into()))
        );
    }

    #[test]
    fn a_failure_stands_until_the_click_that_retries() {
        let mut model = model();
        let problem = Problem::new(Code::Refused, "t", "d", "r");
        hear(&mut model, "gpu01", &Event::Failed(problem.clone()));
        assert_eq!(model.mood(), Mood::Trouble);
        assert_eq!(model.hosts()[0].problem, Some(problem));
        assert_eq!(
            model.choose("host gpu01"),
            Some(Action::Open("gpu01".into()))
        );
        assert_eq!(model.mood(), Mood::Working);
    }

    #[test]
    fn entries_that_do_not_apply_do_nothing() {
        let mut model = model();
        for id in [
            "close gpu01",
            "stop gpu01",
            "host nobody",
            "",
            "dance gpu01",
        ] {
            assert_eq!(model.choose(id), None, "{id}");
        }
        assert_eq!(model.choose("quit"), Some(Action::Quit));
    }

    #[test]
    fn a_host_that_left_the_configuration_stays_while_it_is_open() {
        let mut model = model();
        hear(&mut model, "gpu01", &Event::Phase(Phase::Ready));
        model.reconfigure(&[Host::named("new"), Host::named("my box")]);
        let names = |model: &Model| {
            let names = model.hosts().iter().map(|host| host.name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&model), ["new", "my box", "gpu01"]);
        hear(&mut model, "gpu01", &Event::Closed);
        assert_eq!(names(&model), ["new", "my box"]);
    }

    #[test]
    fn what_is_said_twice_is_news_once() {
        let mut model = model();
        let ready = Message::of(&Event::Phase(Phase::Ready), "gpu01", 0, Phase::Ready).unwrap();
        assert!(model.hear(&ready));
        assert!(!model.hear(&ready));
    }

    #[test]
    fn a_note_does_not_end_a_phase() {
        let mut model = model();
        hear(&mut model, "gpu01", &Event::Note("a port was taken".into()));
        assert_eq!(model.hosts()[0].phase, Phase::Ready);
        assert_eq!(model.mood(), Mood::Connected);
    }
}
