//! A host's settings for another user: without what is personal, or may be secret.

use super::fields::{Section, fields};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

/// Keys that are the user's own affair.
const PERSONAL: [&str; 3] = ["workdir", "local_port", "remember"];
/// Parts of paths that lead into a home.
const HOMES: [&str; 5] = ["~/", "/home/", "/Users/", "$HOME", "${HOME}"];
/// Parts of names and options behind which there is a secret.
const SECRETS: [&str; 7] = [
    "token",
    "secret",
    "passw",
    "credential",
    "apikey",
    "api_key",
    "api-key",
];

/// A host's settings, to give away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedHost {
    /// As text of a configuration.
    pub text: String,
    /// Keys that were left out, with the text where it was one of several.
    pub left_out: Vec<String>,
}

impl SharedHost {
    /// Returns what of a host of that configuration can be given away; none if it has no such host, or is in error.
    #[must_use]
    pub fn of(text: &str, host: &str) -> Option<Self> {
        let root: toml::Table = toml::from_str(text).ok()?;
        let hosts = root.get("host")?.as_array()?;
        let mut hosts = hosts.iter().filter_map(toml::Value::as_table);
        let table =
            hosts.find(|table| table.get("name").and_then(toml::Value::as_str) == Some(host))?;
        let mut shared = Self::default();
        let mut kept = Table::new();
        // In the order of the reference, for tables are read in that of the alphabet.
        for field in fields(Section::Host) {
            let value = table.get(field.name);
            if let Some(item) = value.and_then(|value| shared.item(field.name, value)) {
                kept.insert(field.name, item);
            }
        }
        let mut tables = ArrayOfTables::new();
        tables.push(kept);
        let mut document = DocumentMut::new();
        document.insert("host", Item::ArrayOfTables(tables));
        shared.text = document.to_string();
        Some(shared)
    }

    fn item(&mut self, key: &str, value: &toml::Value) -> Option<Item> {
        if PERSONAL.contains(&key) {
            return self.leave_out(key);
        }
        match value {
            toml::Value::String(text) if key == "ssh" => {
                Some(toml_edit::value(self.destination(text)))
            }
            toml::Value::String(text) if is_private(text) => self.leave_out(key),
            toml::Value::String(text) => Some(toml_edit::value(text)),
            toml::Value::Integer(number) => Some(toml_edit::value(*number)),
            toml::Value::Boolean(flag) => Some(toml_edit::value(*flag)),
            toml::Value::Array(list) if key == "forward" => Some(self.forwards(list)),
            toml::Value::Array(list) => self.texts(key, list),
            toml::Value::Table(pairs) => self.pairs(key, pairs),
            _ => self.leave_out(key),
        }
    }

    fn leave_out(&mut self, what: &str) -> Option<Item> {
        self.left_out.push(what.to_owned());
        None
    }

    /// Another user logs in by another name.
    fn destination(&mut self, text: &str) -> String {
        let (scheme, address) = match text.strip_prefix("ssh://") {
            Some(address) => ("ssh://", address),
            None => ("", text),
        };
        match address.rsplit_once('@') {
            Some((user, host)) => {
                self.left_out.push(format!("ssh: {user}@"));
                format!("{scheme}{host}")
            }
            None => text.to_owned(),
        }
    }

    fn texts(&mut self, key: &str, list: &[toml::Value]) -> Option<Item> {
        let mut kept = Array::new();
        for text in list.iter().filter_map(toml::Value::as_str) {
            if is_private(text) {
                self.left_out
                    .push(format!("{key}: {}", without_secret(text)));
            } else {
                kept.push(text);
            }
        }
        (!kept.is_empty()).then(|| toml_edit::value(kept))
    }

    fn pairs(&mut self, key: &str, pairs: &toml::Table) -> Option<Item> {
        let mut kept = InlineTable::new();
        for (name, value) in pairs {
            match value.as_str() {
                Some(text) if !is_private(text) && !names_secret(name) => {
                    kept.insert(name, Value::from(text));
                }
                _ => self.left_out.push(format!("{key}: {name}")),
            }
        }
        (!kept.is_empty()).then(|| toml_edit::value(kept))
    }

    fn forwards(&mut self, list: &[toml::Value]) -> Item {
        let mut kept = ArrayOfTables::new();
        for forward in list.iter().filter_map(toml::Value::as_table) {
            let mut table = Table::new();
            for key in ["name", "remote"] {
                if let Some(text) = forward.get(key).and_then(toml::Value::as_str) {
                    table.insert(key, toml_edit::value(text));
                }
            }
            if forward.contains_key("local_port") {
                self.left_out.push("forward: local_port".to_owned());
            }
            kept.push(table);
        }
        Item::ArrayOfTables(kept)
    }
}

/// A text that leads into a home, or that may hold a secret.
fn is_private(text: &str) -> bool {
    HOMES.iter().any(|part| text.contains(part)) || names_secret(text)
}

fn names_secret(text: &str) -> bool {
    let text = text.to_lowercase();
    SECRETS.iter().any(|part| text.contains(part))
        || text.ends_with("_key")
        || text.contains("_key=")
}

/// A line that is shown to the user alone, and yet stays without what follows on the name of a secret.
fn without_secret(text: &str) -> String {
    match text.split_once('=') {
        Some((name, _)) if names_secret(text) => format!("{name}=…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::path::Path;

    const FILE: &str = "# mine\n[[host]]\nname = \"gpu\"\nssh = \"ssh://me@gpu.example.org:2222\" # my account\nworkdir = \"/work/me\"\n\
        local_port = 8890\nqueue = \"gpu.q\"\ncores = 4\nremember = true\nsetup = [\"module load cuda\", \"source ~/ml/bin/activate\"]\n\
        options = [\"--account=physics\", \"--comment=/home/me\"]\nargs = [\"--IdentityProvider.token=abc123\"]\n\
        env = { OMP_NUM_THREADS = \"4\", WANDB_API_KEY = \"k1\", HF_TOKEN = \"t1\", DATA = \"/home/me/data\" }\n\
        [[host.forward]]\nname = \"TensorBoard\"\nremote = \"6006\"\nlocal_port = 16006\n";

    #[test]
    fn what_is_personal_or_may_be_secret_is_left_out_and_told() {
        let shared = SharedHost::of(FILE, "gpu").unwrap();
        for part in [
            "me", "8890", "16006", "abc123", "k1", "t1", "mine", "remember", "activate",
        ] {
            let words = shared.text.split(|c: char| !c.is_ascii_alphanumeric());
            assert!(
                !words.into_iter().any(|word| word == part),
                "{part}: {}",
                shared.text
            );
        }
        let left_out = shared.left_out.join("\n");
        for part in [
            "workdir",
            "ssh: me@",
            "setup: source ~/ml",
            "env: HF_TOKEN",
            "env: DATA",
            "args: --Id",
        ] {
            assert!(left_out.contains(part), "{part}: {left_out}");
        }
        assert!(
            !left_out.contains("abc123") && !left_out.contains("t1"),
            "{left_out}"
        );
    }

    #[test]
    fn what_is_left_is_a_configuration_that_means_the_same() {
        let shared = SharedHost::of(FILE, "gpu").unwrap();
        let config = Config::parse(Path::new(""), &shared.text).unwrap();
        let host = &config.hosts[0];
        assert_eq!(host.ssh.as_deref(), Some("ssh://gpu.example.org:2222"));
        assert_eq!(
            (host.queue.as_deref(), host.cores),
            (Some("gpu.q"), Some(4))
        );
        assert_eq!(host.setup, ["module load cuda"]);
        assert_eq!(host.options, ["--account=physics"]);
        assert_eq!(host.env.len(), 1);
        assert_eq!(host.forwards[0].name, "TensorBoard");
        assert_eq!(SharedHost::of(FILE, "other"), None);
    }
}
