//! The checks of profiles: their names, and what holds between them and their host.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::super::keys::{Key, Level};
use super::super::values::{self, quoted};
use super::Walk;
use super::tables::{is_empty, names, profile_names, profiles, text_of};
use crate::i18n::fl;

impl Walk<'_> {
    /// Tables that have their names in their headers.
    pub(super) fn named_tables(&mut self, key: &Key, level: &Level, tables: &DeTable<'_>) {
        for (name, item) in tables {
            self.complain(key, name.span(), values::profile_name(name.get_ref()));
            match item.get_ref() {
                DeValue::Table(table) => self.table(level, table),
                _ => self.wrong_type(key, item),
            }
        }
    }

    /// No host has the name of another one, nor that of another one with a profile.
    pub(super) fn host_names_differ(&mut self, hosts: &[&DeTable<'_>]) {
        let twice = |name: &str| fl!("key-duplicate-host", name = quoted(name));
        let mut seen = BTreeMap::new();
        for (name, span) in names(hosts) {
            self.differs(&mut seen, name.to_owned(), twice(name), span);
        }
        for host in hosts {
            for (name, (key, _)) in profile_names(host).zip(profiles(host)) {
                let message = twice(&name);
                self.differs(&mut seen, name, message, key.span());
            }
        }
    }

    /// Words can be added neither to a script of the user's own nor to a command that goes on after
    /// Jupyter. What a profile does not say is the host's, whose own fault is reported once.
    pub(super) fn args_reach_jupyter(&mut self, host: &DeTable<'_>, profile: Option<&DeTable<'_>>) {
        let said = |key| profile.and_then(|profile| profile.get(key));
        let value = |key| said(key).or_else(|| host.get(key));
        let Some(args) = value("args").filter(|args| !is_empty(args)) else {
            return;
        };
        let command = host.get("command").and_then(text_of);
        let other = if value("job_script").is_some() {
            "job_script"
        } else if command.is_some_and(|(text, _)| !values::is_plain(text)) {
            "command"
        } else {
            return;
        };
        let place = match profile {
            None => Some(args),
            Some(_) => said("args").or_else(|| said("job_script")),
        };
        if let Some(place) = place {
            let message = fl!("key-args", other = other);
            self.add(place.span(), message, fl!("key-args-remedy", other = other));
        }
    }
}
