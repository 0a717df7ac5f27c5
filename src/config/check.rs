//! The checks: every fault of a configuration in one walk over the parsed file.
//!
//! First each value against the table of keys, then what holds between values: names that
//! must differ, names that must exist.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeString, DeTable, DeValue};

use super::error::{Fault, line_of};
use super::keys::{Key, Kind, LEVELS, Level, TOP, nearest};
use super::values::{self, Complaint};

type Value<'i> = Spanned<DeValue<'i>>;

/// Everything that is wrong with the file, in no particular order.
pub(super) fn faults(source: &str, root: &DeTable<'_>) -> Vec<Fault> {
    let mut walk = Walk {
        source,
        faults: Vec::new(),
    };
    walk.table(&TOP, root);
    let hosts = tables(root, "host");
    walk.names_differ("host", &hosts);
    for host in &hosts {
        walk.host(host);
    }
    walk.references(root, &names(&hosts));
    walk.faults
}

/// The walk, and what it has found so far.
struct Walk<'s> {
    source: &'s str,
    faults: Vec<Fault>,
}

/// One value against the table of keys.
impl Walk<'_> {
    fn add(&mut self, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        self.faults.push(Fault {
            span,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// A complaint about a key's value.
    fn complain(&mut self, key: &Key, span: Range<usize>, verdict: Result<(), Complaint>) {
        if let Err(Complaint { message, remedy }) = verdict {
            self.add(span, format!("{}: {message}", key.name), remedy);
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
            format!("it belongs {}", other.place)
        } else if let Some(near) = nearest(name, known()) {
            format!("did you mean {near:?}?")
        } else {
            let all: Vec<_> = known().collect();
            format!("take it out; known here are: {}", all.join(", "))
        };
        self.add(written.span(), format!("unknown key {name:?}"), remedy);
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
            _ => self.wrong_type(key, value),
        }
    }

    fn wrong_type(&mut self, key: &Key, value: &Value<'_>) {
        self.add(
            value.span(),
            format!(
                "{} takes {}, not {}",
                key.name,
                key.kind.expected(),
                type_of(value.get_ref())
            ),
            format!("write it as in: {}", key.example),
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
                    format!(
                        "{}: {} takes a string, not {}",
                        key.name,
                        name.get_ref().escape_debug(),
                        type_of(other)
                    ),
                    format!("put the value in quotes, as in: {}", key.example),
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
                    format!("this {} has no {name:?}", level.title),
                    format!("add a line such as: {}", key.example),
                );
            }
        }
    }
}

/// What holds between values. Values of the wrong type have been told of, and count as absent.
impl Walk<'_> {
    fn host(&mut self, host: &DeTable<'_>) {
        self.ssh_by_name(host);
        let forwards = tables(host, "forward");
        self.names_differ("forward", &forwards);
        let ports = std::iter::once(&host).chain(&forwards);
        let ports = ports.filter_map(|table| table.get("local_port"));
        let mut seen = BTreeMap::new();
        for port in ports {
            if let Some(number) = port.get_ref().as_integer().and_then(number) {
                self.differs(
                    &mut seen,
                    number,
                    &format!("local port {number} in this host"),
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
                format!("name: {}", why.message),
                "keep the name and say how ssh reaches it, as in: ssh = \"me@gpu01\"",
            );
        }
    }

    fn names_differ(&mut self, what: &str, tables: &[&DeTable<'_>]) {
        let mut seen = BTreeMap::new();
        for (name, span) in names(tables) {
            self.differs(&mut seen, name, &format!("{what} name {name:?}"), span);
        }
    }

    /// Notes a value that may stand only once, or tells that it stands here again.
    fn differs<T: Ord>(
        &mut self,
        seen: &mut BTreeMap<T, usize>,
        value: T,
        what: &str,
        span: Range<usize>,
    ) {
        if let Some(&first) = seen.get(&value) {
            let line = line_of(self.source, first);
            self.add(
                span,
                format!("duplicate {what}"),
                format!("line {line} has it already: change one of the two"),
            );
        } else {
            seen.insert(value, span.start);
        }
    }

    /// The hosts that the top of the file names must exist.
    fn references(&mut self, root: &DeTable<'_>, hosts: &[(&str, Range<usize>)]) {
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
            let known = || hosts.iter().map(|&(host, _)| host);
            if values::plain(name).is_err() || known().any(|host| host == name) {
                continue;
            }
            let remedy = match nearest(name, known()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("add a [[host]] with name = {name:?}, or name another host"),
            };
            self.add(span, format!("{key}: there is no host {name:?}"), remedy);
        }
    }
}

/// The tables of that name below `table`.
fn tables<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Vec<&'t DeTable<'i>> {
    let list = table.get(name).and_then(|value| value.get_ref().as_array());
    let items = list.into_iter().flatten();
    items.filter_map(|item| item.get_ref().as_table()).collect()
}

/// The names that those tables give themselves.
fn names<'t>(tables: &[&'t DeTable<'_>]) -> Vec<(&'t str, Range<usize>)> {
    let named = tables.iter().filter_map(|table| table.get("name"));
    named.filter_map(text_of).collect()
}

fn text_of<'t>(value: &'t Value<'_>) -> Option<(&'t str, Range<usize>)> {
    Some((value.get_ref().as_str()?, value.span()))
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
        format!("{integer} is out of range"),
        format!("write {}, as in: {}", key.kind.expected(), key.example),
    ))
}

fn one_of(words: &[&str], text: &str) -> Result<(), Complaint> {
    if words.contains(&text) {
        return Ok(());
    }
    let guess = nearest(text, words.iter().copied());
    let guess = guess
        .map(|near| format!("did you mean {near:?}? "))
        .unwrap_or_default();
    Err(Complaint::new(
        format!("{text:?} is not known here"),
        format!("{guess}write one of: {}", words.join(", ")),
    ))
}

/// What a value is, for a person who does not know TOML's words.
fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests;
