//! The hosts of the menu: those of the configuration, and the aliases of the ssh configuration that
//! one click adds to them.

use std::collections::BTreeSet;

use super::host::HostState;

/// A host that the menu lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Listed<'a> {
    /// One of the configuration.
    Host(&'a HostState),
    /// An alias of the ssh configuration that is none of them yet.
    Alias(&'a str),
}

impl<'a> Listed<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Host(host) => &host.name,
            Self::Alias(alias) => alias,
        }
    }

    /// Returns true if something is under way with it, is open, or has failed.
    pub fn is_engaged(self) -> bool {
        matches!(self, Self::Host(host) if host.is_active() || host.problem.is_some())
    }
}

/// The hosts that can be listed.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Those of the configuration.
    pub hosts: &'a [HostState],
    /// The aliases of the ssh configuration.
    pub aliases: &'a [String],
    /// Names that the user has taken off the menu.
    pub hidden: &'a BTreeSet<String>,
    /// False if the configuration has mistakes: such a file is none to add to.
    pub can_add: bool,
}

impl<'a> Listing<'a> {
    /// Returns the hosts in the order of the menu: first those of which the configuration says
    /// something, as they stand there, then the ssh configuration's in its order. A click on an alias
    /// writes no more than its name, so the host stays where it is.
    pub fn shown(self) -> impl Iterator<Item = Listed<'a>> {
        self.all().filter(move |listed| !self.is_hidden(*listed))
    }

    /// Returns the hosts that the user has taken off the menu.
    pub fn hidden(self) -> impl Iterator<Item = Listed<'a>> {
        self.all().filter(move |listed| self.is_hidden(*listed))
    }

    /// Returns true if a host can be taken off the menu: else it would be lost.
    pub fn can_be_hidden(self, listed: Listed<'a>) -> bool {
        match listed {
            Listed::Host(host) => !listed.is_engaged() && self.is_plain_alias(host),
            Listed::Alias(_) => true,
        }
    }

    fn all(self) -> impl Iterator<Item = Listed<'a>> {
        let own = self.hosts.iter();
        let own = own.filter(move |host| host.is_listed() && !self.is_plain_alias(host));
        let of_ssh = self.aliases.iter();
        let of_ssh = of_ssh.filter_map(move |alias| self.of_ssh(alias));
        own.map(Listed::Host).chain(of_ssh)
    }

    fn of_ssh(self, alias: &'a str) -> Option<Listed<'a>> {
        match self.hosts.iter().find(|host| host.name == alias) {
            Some(host) => self.is_plain_alias(host).then_some(Listed::Host(host)),
            None => self.is_on_offer(alias).then_some(Listed::Alias(alias)),
        }
    }

    fn is_hidden(self, listed: Listed<'a>) -> bool {
        self.hidden.contains(listed.name()) && self.can_be_hidden(listed)
    }

    fn is_plain_alias(self, host: &HostState) -> bool {
        host.written.is_bare && self.aliases.contains(&host.name)
    }

    /// Returns true for an alias to which no host leads.
    fn is_on_offer(self, alias: &str) -> bool {
        let leads_there = |host: &HostState| host.written.destination == alias;
        self.can_add && !self.hosts.iter().any(leads_there)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Instant;

    use super::*;
    use crate::app::effect::AppEffect;
    use crate::app::menu_action::{HostAction, MenuAction};
    use crate::app::model::{ConfigMistake, Model};
    use crate::config::Host;

    fn host(name: &str, ssh: Option<&str>) -> Host {
        Host {
            ssh: ssh.map(str::to_owned),
            ..Host::named(name)
        }
    }

    fn model(hosts: &[Host]) -> Model {
        let mut model = Model::new(hosts, Instant::now());
        model.know_aliases(["a", "b", "c", "d"].map(str::to_owned).to_vec());
        model
    }

    fn names(model: &Model) -> Vec<&str> {
        model.listed().into_iter().map(Listed::name).collect()
    }

    #[test]
    fn a_click_on_an_alias_leaves_the_order_as_it_is() {
        let mut model = model(&[]);
        assert_eq!(names(&model), ["a", "b", "c", "d"]);
        let mut added = Vec::new();
        for clicked in ["c", "a"] {
            let add = MenuAction::AddHost {
                alias: clicked.to_owned(),
                open: true,
            };
            let effect = model.choose(add, Instant::now());
            let want = AppEffect::AddHost(clicked.to_owned(), true);
            assert_eq!(effect, Some(want));
            added.push(Host::named(clicked));
            model.reconfigure(&added, Instant::now());
            assert_eq!(names(&model), ["a", "b", "c", "d"]);
            assert!(matches!(model.listed()[2], Listed::Host(_)));
        }
    }

    #[test]
    fn hosts_of_which_something_is_said_come_first_and_take_the_place_of_their_alias() {
        let hosts = [
            host("z", Some("me@elsewhere")),
            host("GPU", Some("b")),
            host("c", Some("c")),
            Host::named("d"),
        ];
        assert_eq!(names(&model(&hosts)), ["z", "GPU", "c", "a", "d"]);
    }

    #[test]
    fn a_hidden_alias_comes_back_when_it_is_asked_for_or_in_use() {
        let mut model = model(&[Host::named("b"), host("z", Some("me@z"))]);
        let hide = |alias: &str, hide| MenuAction::HideHost {
            alias: alias.to_owned(),
            hide,
        };
        for alias in ["a", "b", "z"] {
            let effect = model.choose(hide(alias, true), Instant::now());
            let want = AppEffect::RememberHidden(alias.to_owned(), true);
            assert_eq!(effect, Some(want));
        }
        assert_eq!(names(&model), ["z", "c", "d"], "z is in the file alone");
        assert_eq!(model.hidden(), ["a", "b"]);
        let again = model.choose(hide("a", true), Instant::now());
        assert_eq!(again, None, "nothing new to remember");

        model.choose(MenuAction::host("b", HostAction::Open), Instant::now());
        assert_eq!(names(&model), ["z", "b", "c", "d"], "it is connecting");
        model.choose(hide("a", false), Instant::now());
        assert_eq!(names(&model), ["z", "a", "b", "c", "d"]);
    }

    #[test]
    fn a_file_with_mistakes_is_none_to_add_to() {
        let mut model = model(&[Host::named("b")]);
        model.complain(ConfigMistake {
            mistake: String::new(),
            remedy: String::new(),
        });
        assert_eq!(names(&model), ["b"]);
    }
}
