//! Places of keys in a text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The field that a place of the text belongs to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FieldPlace {
    pub host: Option<String>,
    pub key: Option<String>,
}

/// Returns the field at a byte of the text.
pub fn field_at(root: &DeTable<'_>, at: usize) -> FieldPlace {
    for (key, value) in root {
        let hosts = value
            .get_ref()
            .as_array()
            .filter(|_| key.get_ref() == "host");
        let Some(hosts) = hosts else {
            if key.span().contains(&at) || holds(value, at) {
                return FieldPlace {
                    host: None,
                    key: Some(key.get_ref().to_string()),
                };
            }
            continue;
        };
        if let Some(host) = hosts.iter().find(|host| holds(host, at)) {
            let table = host.get_ref().as_table();
            let key = table.and_then(|table| {
                let mut keys = table.iter();
                keys.find(|(key, value)| key.span().contains(&at) || holds(value, at))
            });
            return FieldPlace {
                host: table.and_then(name_of).map(str::to_owned),
                key: key.map(|(key, _)| key.get_ref().to_string()),
            };
        }
    }
    FieldPlace::default()
}

/// Returns a key with its value, of a host or of the top of the file.
pub fn of_key(text: &str, host: Option<&str>, key: &str) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let root = root.get_ref();
    let find = |table: &DeTable<'_>| {
        let (name, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(name.span().start..value.span().end)
    };
    let Some(host) = host else {
        return find(root);
    };
    let hosts = root.get("host")?.get_ref().as_array()?;
    let mut tables = hosts.iter().filter_map(|one| one.get_ref().as_table());
    find(tables.find(|table| name_of(table) == Some(host))?)
}

fn name_of<'a>(table: &'a DeTable<'_>) -> Option<&'a str> {
    table.get("name")?.get_ref().as_str()
}

/// Returns true if a value, or one in it, stands there. A table under a header is no stretch of text by itself.
fn holds(value: &Spanned<DeValue<'_>>, at: usize) -> bool {
    let span = value.span();
    // An error about nothing at all stands where it begins.
    let is_in = span.contains(&at) || span.start == at;
    is_in
        || match value.get_ref() {
            DeValue::Array(list) => list.iter().any(|one| holds(one, at)),
            DeValue::Table(table) => {
                let mut keys = table.iter();
                keys.any(|(key, value)| key.span().contains(&at) || holds(value, at))
            }
            _ => false,
        }
}
