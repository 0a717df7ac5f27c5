//! The checks: every fault of a configuration in one walk over the parsed file.
//!
//! First each value against the table of keys, then what holds between values: names that
//! must differ, names that must exist.

mod profiles;
mod tables;

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeString, DeTable, DeValue};

use super::error::{ConfigFault, line_of};
use super::keys::{Key, Kind, LEVELS, Level, TOP, nearest};
use super::values::{self, Complaint, quoted};
use crate::i18n::fl;
use tables::{Value, names, profile_names, profiles, tables, text_of};

/// Everything that is wrong with the file, in no particular order.
pub(super) fn faults(source: &str, root: &DeTable<'_>) -> Vec<ConfigFault> {
    let mut walk = Walk {
        source,
        faults: Vec::new(),
    };
    walk.table(&TOP, root);
    let hosts = tables(root, "host");
    walk.host_names_differ(&hosts);
    for host in &hosts {
        walk.host(host);
    }
    let profiles: Vec<String> = hosts.iter().copied().flat_map(profile_names).collect();
    let names = names(&hosts).into_iter().map(|(name, _)| name);
    let names: Vec<&str> = names.chain(profiles.iter().map(String::as_str)).collect();
    walk.references(root, &names);
    walk.faults
}

/// The walk, and what it has found so far.
struct Walk<'s> {
    source: &'s str,
    faults: Vec<ConfigFault>,
}

/// One value against the table of keys.
impl Walk<'_> {
    fn add(&mut self, span: Range<usize>, message: String, remedy: String) {
        self.faults.push(ConfigFault {
            span,
            message,
            remedy,
        });
    }

    /// A complaint about a key's value.
    fn complain(&mut self, key: &Key, span: Range<usize>, verdict: Result<(), Complaint>) {
        if let Err(Complaint { message, remedy }) = verdict {
            let message = fl!("key-about", key = key.name, message = message);
            self.add(span, message, remedy);
        }
    }

    fn table(&mut self, level: &Level, table: &DeTable<'_>) {
        for (written, value) in table {
            match level.find(written.get_ref()) {
                Some(key) => self.value(key, value),
                None => self.unknown(level, written),
            }
        }
    }

    fn unknown(&mut self, level: &Level, written: &Spanned<DeString<'_>>) {
        let name = written.get_ref().as_ref();
        let known = || level.keys.iter().map(|key| key.name);
        let elsewhere = LEVELS.iter().find(|other| other.find(name).is_some());
        let remedy = if let Some(other) = elsewhere {
            other.place()
        } else if let Some(near) = nearest(name, known()) {
            fl!("key-did-you-mean", near = quoted(near))
        } else {
            let all: Vec<_> = known().collect();
            fl!("key-take-out", keys = all.join(", "))
        };
        self.add(
            written.span(),
            fl!("key-unknown", key = quoted(name)),
            remedy,
        );
    }

    fn value(&mut self, key: &Key, value: &Value<'_>) {
        match (&key.kind, value.get_ref()) {
            (Kind::Text, DeValue::String(text)) => self.text(key, value.span(), text, |_| Ok(())),
            (Kind::Formed(form), DeValue::String(text)) => {
                self.text(key, value.span(), text, form);
            }
            (Kind::Word(words), DeValue::String(text)) => {
                self.text(key, value.span(), text, |text| one_of(words, text));
            }
            (Kind::Number { least, most }, DeValue::Integer(number)) => {
                let verdict = in_range(number, *least, *most, key);
                self.complain(key, value.span(), verdict);
            }
            (Kind::Flag, DeValue::Boolean(_)) => {}
            (Kind::Texts, DeValue::Array(list)) => self.texts(key, list),
            (Kind::Environment, DeValue::Table(table)) => self.environment(key, table),
            (Kind::Tables(level), DeValue::Array(list)) => self.tables(key, level, list),
            (Kind::NamedTables(level), DeValue::Table(tables)) => {
                self.named_tables(key, level, tables);
            }
            _ => self.wrong_type(key, value),
        }
    }

    fn wrong_type(&mut self, key: &Key, value: &Value<'_>) {
        self.add(
            value.span(),
            fl!(
                "key-wrong-type",
                key = key.name,
                expected = key.kind.expected(),
                found = type_of(value.get_ref())
            ),
            key.form(),
        );
    }

    /// A text: first what holds for all of them, then its own form.
    fn text(
        &mut self,
        key: &Key,
        span: Range<usize>,
        text: &str,
        form: impl Fn(&str) -> Result<(), Complaint>,
    ) {
        self.complain(key, span, values::plain(text).and_then(|()| form(text)));
    }

    fn texts(&mut self, key: &Key, list: &DeArray<'_>) {
        for item in list {
            match item.get_ref() {
                DeValue::String(text) => self.text(key, item.span(), text, |_| Ok(())),
                _ => self.wrong_type(key, item),
            }
        }
    }

    fn environment(&mut self, key: &Key, table: &DeTable<'_>) {
        for (name, value) in table {
            self.complain(key, name.span(), values::variable(name.get_ref()));
            match value.get_ref() {
                // Empty is a value here: it hides every GPU from CUDA, for one.
                DeValue::String(text) => {
                    self.complain(key, value.span(), values::no_control(text));
                }
                other => self.add(
                    value.span(),
                    fl!(
                        "key-environment-type",
                        key = key.name,
                        name = name.get_ref().escape_debug().to_string(),
                        found = type_of(other)
                    ),
                    fl!("key-environment-quotes", example = key.example),
                ),
            }
        }
    }

    fn tables(&mut self, key: &Key, level: &Level, list: &DeArray<'_>) {
        for item in list {
            match item.get_ref() {
                DeValue::Table(table) => {
                    self.table(level, table);
                    self.required(level, item, table);
                }
                _ => self.wrong_type(key, item),
            }
        }
    }

    fn required(&mut self, level: &Level, item: &Value<'_>, table: &DeTable<'_>) {
        for &name in level.required {
            if let (false, Some(key)) = (table.contains_key(name), level.find(name)) {
                self.add(
                    item.span(),
                    fl!("key-missing", header = level.title, key = quoted(name)),
                    fl!("key-missing-remedy", example = key.example),
                );
            }
        }
    }
}

/// Rules between values. Values of the wrong type have been reported already, and count as absent.
impl Walk<'_> {
    fn host(&mut self, host: &DeTable<'_>) {
        self.ssh_by_name(host);
        self.args_reach_jupyter(host, None);
        let profiles = profiles(host);
        for (_, profile) in &profiles {
            self.args_reach_jupyter(host, Some(profile));
        }
        let forwards = tables(host, "forward");
        self.names_differ(&forwards, |name| fl!("key-duplicate-forward", name = name));
        let profiles = profiles.iter().map(|(_, profile)| profile);
        let ports = std::iter::once(&host).chain(&forwards).chain(profiles);
        let ports = ports.filter_map(|table| table.get("local_port"));
        let mut seen = BTreeMap::new();
        for port in ports {
            if let Some(number) = port.get_ref().as_integer().and_then(number) {
                self.differs(
                    &mut seen,
                    number,
                    fl!("key-duplicate-port", port = number),
                    port.span(),
                );
            }
        }
    }

    /// Without a destination of its own, the host's name is what ssh gets.
    fn ssh_by_name(&mut self, host: &DeTable<'_>) {
        let Some((name, span)) = host.get("name").and_then(text_of) else {
            return;
        };
        // What is wrong with a name in any case has been told of.
        let fine = values::plain(name)
            .and_then(|()| values::host_name(name))
            .is_ok();
        if fine
            && !host.contains_key("ssh")
            && let Err(why) = values::destination(name)
        {
            self.add(
                span,
                fl!("key-about", key = "name", message = why.message),
                fl!("key-name-for-ssh"),
            );
        }
    }

    fn names_differ(&mut self, tables: &[&DeTable<'_>], twice: fn(String) -> String) {
        let mut seen = BTreeMap::new();
        for (name, span) in names(tables) {
            self.differs(&mut seen, name, twice(quoted(name)), span);
        }
    }

    /// Records a value that may occur only once, or reports with the message `twice` that it occurs
    /// again.
    fn differs<T: Ord>(
        &mut self,
        seen: &mut BTreeMap<T, usize>,
        value: T,
        twice: String,
        span: Range<usize>,
    ) {
        if let Some(&first) = seen.get(&value) {
            let line = line_of(self.source, first);
            self.add(span, twice, fl!("key-duplicate-remedy", line = line));
        } else {
            seen.insert(value, span.start);
        }
    }

    /// The hosts that the top of the file names must exist.
    fn references(&mut self, root: &DeTable<'_>, hosts: &[&str]) {
        let default = root
            .get("default_host")
            .into_iter()
            .map(|value| ("default_host", value));
        let at_start = root
            .get("open_at_start")
            .and_then(|value| value.get_ref().as_array());
        let at_start = at_start
            .into_iter()
            .flatten()
            .map(|value| ("open_at_start", value));
        for (key, value) in default.chain(at_start) {
            let Some((name, span)) = text_of(value) else {
                continue;
            };
            let known = || hosts.iter().copied();
            if values::plain(name).is_err() || known().any(|host| host == name) {
                continue;
            }
            let remedy = match nearest(name, known()) {
                Some(near) => fl!("key-did-you-mean", near = quoted(near)),
                None => fl!("key-no-host-remedy", name = quoted(name)),
            };
            let message = fl!("key-no-host", key = key, name = quoted(name));
            self.add(span, message, remedy);
        }
    }
}

/// The value, or nothing where it is beyond even 64 bits.
fn number(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn in_range(integer: &DeInteger<'_>, least: u32, most: u32, key: &Key) -> Result<(), Complaint> {
    if number(integer).is_some_and(|number| (i64::from(least)..=i64::from(most)).contains(&number))
    {
        return Ok(());
    }
    Err(Complaint::new(
        fl!("key-out-of-range", number = integer.to_string()),
        fl!(
            "key-out-of-range-remedy",
            expected = key.kind.expected(),
            example = key.example
        ),
    ))
}

fn one_of(words: &[&str], text: &str) -> Result<(), Complaint> {
    if words.contains(&text) {
        return Ok(());
    }
    let all = words.join(", ");
    Err(Complaint::new(
        fl!("key-word-unknown", word = quoted(text)),
        match nearest(text, words.iter().copied()) {
            Some(near) => fl!("key-word-near", near = quoted(near), words = all),
            None => fl!("key-word-one-of", words = all),
        },
    ))
}

/// Returns the type of a value, for a user who does not know TOML's terms.
fn type_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => fl!("type-string"),
        DeValue::Integer(_) => fl!("type-whole-number"),
        DeValue::Float(_) => fl!("type-float"),
        DeValue::Boolean(_) => fl!("type-flag"),
        DeValue::Datetime(_) => fl!("type-date"),
        DeValue::Array(_) => fl!("type-list"),
        DeValue::Table(_) => fl!("type-table"),
    }
}

#[cfg(test)]
mod tests;
