//! Changes of the configuration, as the page sends them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::config::{ConfigChange, ConfigValue, FieldError, FieldKind, KeyChange, Section, fields};

/// The page's request for a change.
#[derive(Debug, Deserialize)]
pub struct ChangeRequest {
    /// The version of the file that the page shows.
    pub version: String,
    change: WrittenChange,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum WrittenChange {
    Set {
        host: Option<String>,
        keys: Map<String, Value>,
    },
    Add {
        destination: String,
    },
    Remove {
        host: String,
    },
    Import {
        text: String,
    },
}

impl ChangeRequest {
    /// Returns the change, or nothing where a value has a form that the page never sends.
    pub fn change(&self) -> Option<ConfigChange> {
        Some(match &self.change {
            WrittenChange::Set { host, keys } => {
                let section = match host {
                    Some(_) => Section::Host,
                    None => Section::Top,
                };
                ConfigChange::Set {
                    host: host.clone(),
                    keys: key_changes(section, keys)?,
                }
            }
            WrittenChange::Add { destination } => added(destination.trim()),
            WrittenChange::Import { text } => ConfigChange::Import { text: text.clone() },
            WrittenChange::Remove { host } => ConfigChange::Remove { host: host.clone() },
        })
    }

    /// Returns true if it says in which language texts are.
    pub fn sets_language(&self) -> bool {
        matches!(&self.change, WrittenChange::Set { host: None, keys } if keys.contains_key("language"))
    }
}

/// Reads a change, as the page sends it.
pub fn read(bytes: &[u8]) -> Option<ConfigChange> {
    serde_json::from_slice::<ChangeRequest>(bytes)
        .ok()?
        .change()
}

/// From an alias, `user@host` or `ssh://user@host:port`: its name is the host's.
fn added(destination: &str) -> ConfigChange {
    let (name, ssh) = crate::config::named_destination(destination);
    ConfigChange::Add {
        name: name.to_owned(),
        ssh: ssh.map(str::to_owned),
    }
}

fn key_changes(section: Section, keys: &Map<String, Value>) -> Option<Vec<KeyChange>> {
    let fields = fields(section);
    let change = |(key, value): (&String, &Value)| {
        let field = fields.iter().find(|field| field.name == key)?;
        let value = match value {
            // The check says at its field that it can't be left out.
            Value::Null if field.is_required => Some(ConfigValue::Text(String::new())),
            Value::Null => None,
            value => Some(config_value(field.kind, value)?),
        };
        Some((key.clone(), value))
    };
    keys.iter().map(change).collect()
}

fn config_value(kind: FieldKind, value: &Value) -> Option<ConfigValue> {
    Some(match (kind, value) {
        (FieldKind::Texts, Value::Array(list)) => {
            let texts = list.iter().map(|text| Some(text.as_str()?.to_owned()));
            ConfigValue::Texts(texts.collect::<Option<_>>()?)
        }
        (FieldKind::Pairs, Value::Array(list)) => {
            let pairs = list.iter().map(|pair| {
                let [name, text] = pair.as_array()?.as_slice() else {
                    return None;
                };
                Some((name.as_str()?.to_owned(), text.as_str()?.to_owned()))
            });
            ConfigValue::Pairs(pairs.collect::<Option<_>>()?)
        }
        (FieldKind::Tables, Value::Array(list)) => {
            let rows = list.iter();
            let rows = rows.map(|row| key_changes(Section::Forward, row.as_object()?));
            ConfigValue::Tables(rows.collect::<Option<_>>()?)
        }
        (_, Value::Bool(flag)) => ConfigValue::Flag(*flag),
        (_, Value::Number(number)) => ConfigValue::Number(number.as_i64()?),
        // Where a number was wanted, the check says so.
        (_, Value::String(text)) => ConfigValue::Text(text.clone()),
        _ => return None,
    })
}

/// Returns an error for the page.
pub fn error(error: &FieldError) -> Value {
    json!({
        "host": error.host,
        "key": error.key,
        "message": error.message,
        "remedy": error.remedy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<ConfigChange> {
        super::read(text.as_bytes())
    }

    #[test]
    fn a_form_is_read_by_the_kinds_of_its_fields() {
        let sent = r#"{"version": "v", "change": {"kind": "set", "host": "a", "keys": {
            "name": null, "queue": null, "cores": 4, "memory": "8G", "remember": true, "setup": ["a", "b"],
            "env": [["A", "1"]], "forward": [{"name": "x", "remote": "1", "local_port": null}]}}}"#;
        let text = |text: &str| Some(ConfigValue::Text(text.to_owned()));
        let Some(ConfigChange::Set { keys, .. }) = read(sent) else {
            panic!("{sent}");
        };
        let value = |name: &str| keys.iter().find(|(key, _)| key == name).unwrap().1.clone();
        assert_eq!(value("name"), text(""));
        assert_eq!(value("queue"), None);
        assert_eq!(value("cores"), Some(ConfigValue::Number(4)));
        assert_eq!(value("memory"), text("8G"));
        assert_eq!(value("remember"), Some(ConfigValue::Flag(true)));
        let pairs = vec![("A".to_owned(), "1".to_owned())];
        assert_eq!(value("env"), Some(ConfigValue::Pairs(pairs)));
        assert!(matches!(value("forward"), Some(ConfigValue::Tables(rows)) if rows.len() == 1));
    }

    #[test]
    fn what_the_page_never_sends_is_no_change() {
        for keys in [
            r#"{"nonsense": "x"}"#,
            r#"{"cores": 1.5}"#,
            r#"{"setup": [1]}"#,
            r#"{"env": [["A"]]}"#,
            r#"{"queue": {"a": "b"}}"#,
        ] {
            let sent = format!(
                r#"{{"version": "v", "change": {{"kind": "set", "host": "a", "keys": {keys}}}}}"#
            );
            assert_eq!(read(&sent), None, "{keys}");
        }
        assert_eq!(read(r#"{"version": "v", "change": {"kind": "run"}}"#), None);
    }

    #[test]
    fn a_destination_gives_a_host_its_name() {
        let add = |destination: &str| {
            let sent =
                json!({ "version": "", "change": { "kind": "add", "destination": destination } });
            match read(&sent.to_string()) {
                Some(ConfigChange::Add { name, ssh }) => (name, ssh),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(add(" gpu01 "), ("gpu01".into(), None));
        assert_eq!(add("me@gpu01"), ("gpu01".into(), Some("me@gpu01".into())));
    }
}
