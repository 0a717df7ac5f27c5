//! Changes that a form makes: single keys, new hosts, hosts taken out. What is not changed stays as it is, comments among
//! it, and nothing is written that the checks refuse.

use std::path::Path;

use toml::de::DeTable;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::super::error::{ConfigErrors, offset_of};
use super::super::file;
use super::super::schema::Config;
use super::{EditError, NewHost, as_written, below, edited, replace};
use crate::i18n::fl;

/// The file's text, and a word that differs for each text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigText {
    /// The text; empty when there is no file.
    pub text: String,
    /// Names the text in a change that is made for it.
    pub version: String,
}

impl ConfigText {
    /// Reads the file.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read(path: &Path) -> Result<Self, ConfigErrors> {
        let text = file::read(path)?;
        let version = base16ct::lower::encode_string(&openssl::sha::sha256(text.as_bytes()));
        Ok(Self { text, version })
    }
}

/// A value of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigValue {
    /// A text, and whatever was typed in place of a number.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// Names and texts, in their order.
    Pairs(Vec<(String, String)>),
    /// Tables, each with its keys.
    Tables(Vec<Vec<KeyChange>>),
}

/// A key and its new value; none takes the key out.
pub type KeyChange = (String, Option<ConfigValue>);

/// A change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// Sets keys of the host of that name, or of the top of the file.
    Set {
        /// The host.
        host: Option<String>,
        /// The keys that change.
        keys: Vec<KeyChange>,
    },
    /// Adds a host.
    Add {
        /// Its name.
        name: String,
        /// Its destination for ssh, if that is not the name.
        ssh: Option<String>,
    },
    /// Adds the hosts of another configuration, which says nothing else.
    Import {
        /// Its text.
        text: String,
    },
    /// Takes a host out.
    Remove {
        /// Its name.
        host: String,
    },
}

/// One reason why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The host's name after the change; none at the top of the file.
    pub host: Option<String>,
    /// The key, if it is one key's.
    pub key: Option<String>,
    /// The message.
    pub message: String,
    /// Remedy for the user.
    pub remedy: String,
}

/// Why a change was not made. The file is then exactly as it was.
#[derive(Debug)]
pub enum ChangeError {
    /// The file is another one than the form was made of.
    Changed,
    /// The new file would have these errors.
    Refused(Vec<FieldError>),
    /// The file is in error as it is, or can't be written.
    Edit(EditError),
}

/// Makes a change, if the file still is the one of that version.
///
/// # Errors
/// The file has changed, the checks refuse the change, or it can't be written.
pub fn change(path: &Path, version: &str, change: &ConfigChange) -> Result<(), ChangeError> {
    let broken = |errors| ChangeError::Edit(EditError::Broken(errors));
    let old = ConfigText::read(path).map_err(broken)?;
    if old.version != version {
        return Err(ChangeError::Changed);
    }
    Config::parse(path, &old.text).map_err(broken)?;
    let new = checked(path, &old.text, change)?;
    let unwritable = |source| {
        ChangeError::Edit(EditError::Write {
            path: path.to_path_buf(),
            source,
        })
    };
    replace(path, &new).map_err(unwritable)
}

/// Returns the text after a change, as [`change`] would write it.
///
/// # Errors
/// As those of [`change`].
pub fn changed_text(old: &str, change: &ConfigChange) -> Result<String, ChangeError> {
    checked(Path::new(""), old, change)
}

/// Returns the new text, which has no errors.
fn checked(path: &Path, old: &str, change: &ConfigChange) -> Result<String, ChangeError> {
    let new = changed(path, old, change)?;
    match Config::parse(path, &new) {
        Ok(_) => Ok(new),
        Err(errors) => Err(ChangeError::Refused(placed(&new, errors))),
    }
}

/// Returns the new text, which may have errors.
fn changed(path: &Path, old: &str, change: &ConfigChange) -> Result<String, ChangeError> {
    match change {
        ConfigChange::Add { name, ssh } => {
            let destination = ssh.as_deref();
            let host = NewHost { name, destination };
            edited(path, old, host).map_err(|error| match error {
                EditError::Exists { .. } => refused("name", &error.to_string(), ""),
                EditError::Name { message, remedy } => refused("name", &message, &remedy),
                EditError::Broken(errors) => ChangeError::Refused(placed(old, errors)),
                EditError::Write { .. } => ChangeError::Edit(error),
            })
        }
        ConfigChange::Set { host, keys } => Ok(with_keys(old, host.as_deref(), keys)),
        ConfigChange::Remove { host } => Ok(without_host(old, host)),
        ConfigChange::Import { text } => imported(old, text),
    }
}

/// The text with the hosts of another one below its own.
fn imported(old: &str, text: &str) -> Result<String, ChangeError> {
    let of_text = |error: FieldError| FieldError {
        host: None,
        key: Some("import".to_owned()),
        ..error
    };
    if let Err(errors) = Config::parse(Path::new(""), text) {
        let errors = placed(text, errors).into_iter().map(of_text);
        return Err(ChangeError::Refused(errors.collect()));
    }
    let mut document = document(text);
    let hosts = document.remove("host");
    let tables = hosts.and_then(|hosts| hosts.into_array_of_tables().ok());
    let Some(tables) = tables.filter(|_| document.is_empty()) else {
        let (message, remedy) = (fl!("import-only-hosts"), fl!("import-only-hosts-remedy"));
        return Err(refused("import", &message, &remedy));
    };
    let mut document = DocumentMut::new();
    document.insert("host", Item::ArrayOfTables(tables));
    let new = document.to_string();
    Ok(below(old, new.trim_start()))
}

fn refused(key: &str, message: &str, remedy: &str) -> ChangeError {
    ChangeError::Refused(vec![FieldError {
        host: None,
        key: Some(key.to_owned()),
        message: message.to_owned(),
        remedy: remedy.to_owned(),
    }])
}

/// The errors of a new text, each at its field.
fn placed(text: &str, errors: ConfigErrors) -> Vec<FieldError> {
    let root = DeTable::parse(text).ok();
    let place = |at| {
        let root = root.as_ref()?.get_ref();
        Some(spans::field_at(root, at))
    };
    let errors = errors.0.into_iter().map(|error| {
        let place = place(offset_of(text, error.line, error.column)).unwrap_or_default();
        FieldError {
            host: place.host,
            key: place.key,
            message: error.message,
            remedy: error.remedy,
        }
    });
    errors.collect()
}

fn with_keys(old: &str, host: Option<&str>, keys: &[KeyChange]) -> String {
    let mut document = document(old);
    if let Some(table) = table_of(&mut document, host) {
        for (key, value) in keys {
            if let Some(value) = value {
                set(table, key, value);
            }
        }
    }
    let renamed = keys.iter().find_map(|(key, value)| match value {
        Some(ConfigValue::Text(name)) if key == "name" => Some(name.as_str()),
        _ => None,
    });
    if let (Some(host), Some(name)) = (host, renamed) {
        refer(&mut document, host, Some(name));
    }
    let name = renamed.or(host);
    let mut text = as_written(old, &document.to_string());
    for (key, _) in keys.iter().filter(|(_, value)| value.is_none()) {
        text = without_key(&text, name, key);
    }
    text
}

fn without_host(old: &str, host: &str) -> String {
    let mut document = document(old);
    refer(&mut document, host, None);
    if let Some(item) = document.get_mut("host") {
        let named = |table: &dyn TableLike| name_of(table) == Some(host);
        match item {
            Item::ArrayOfTables(tables) => tables.retain(|table| !named(table)),
            Item::Value(Value::Array(list)) => {
                list.retain(|one| !one.as_inline_table().is_some_and(|table| named(table)));
            }
            _ => {}
        }
        if item
            .as_array_of_tables()
            .is_some_and(ArrayOfTables::is_empty)
        {
            document.remove("host");
        }
    }
    as_written(old, &document.to_string())
}

/// The text without a key. What stands above it stays: a comment there may be about more than the key.
fn without_key(text: &str, host: Option<&str>, key: &str) -> String {
    if let Some(span) = spans::of_key(text, host, key) {
        let start = text[..span.start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let end = text[span.end..].find('\n');
        let end = end.map_or(text.len(), |newline| span.end + newline + 1);
        let before = text[start..span.start].trim_start_matches('\u{feff}');
        let after = text[span.end..end].trim();
        if before.trim().is_empty() && (after.is_empty() || after.starts_with('#')) {
            return format!("{}{}", &text[..start], &text[end..]);
        }
    }
    // Within an inline table, or under a header of its own.
    let mut document = document(text);
    if let Some(table) = table_of(&mut document, host) {
        table.remove(key);
    }
    as_written(text, &document.to_string())
}

/// The callers have parsed the text already.
fn document(text: &str) -> DocumentMut {
    text.parse().unwrap_or_default()
}

fn name_of(table: &dyn TableLike) -> Option<&str> {
    table.get("name").and_then(Item::as_str)
}

/// Returns the table of a host, or the top of the file.
fn table_of<'a>(
    document: &'a mut DocumentMut,
    host: Option<&str>,
) -> Option<&'a mut dyn TableLike> {
    let Some(host) = host else {
        return Some(document.as_table_mut());
    };
    match document.get_mut("host")? {
        Item::ArrayOfTables(tables) => {
            let mut tables = tables.iter_mut();
            let table = tables.find(|table| name_of(*table) == Some(host))?;
            Some(table)
        }
        Item::Value(Value::Array(list)) => {
            let mut tables = list.iter_mut().filter_map(Value::as_inline_table_mut);
            let table = tables.find(|table| name_of(*table) == Some(host))?;
            Some(table)
        }
        _ => None,
    }
}

/// Lets the top of the file name a host as it is named now, or no more.
fn refer(document: &mut DocumentMut, host: &str, name: Option<&str>) {
    if document.get("default_host").and_then(Item::as_str) == Some(host) {
        match name {
            Some(name) => set(
                document.as_table_mut(),
                "default_host",
                &ConfigValue::Text(name.to_owned()),
            ),
            None => {
                document.remove("default_host");
            }
        }
    }
    let list = document.get("open_at_start").and_then(Item::as_array);
    let Some(list) = list.filter(|list| list.iter().any(|one| one.as_str() == Some(host))) else {
        return;
    };
    let names = list.iter().filter_map(Value::as_str);
    let names = names.filter_map(|known| if known == host { name } else { Some(known) });
    let names = ConfigValue::Texts(names.map(str::to_owned).collect());
    set(document.as_table_mut(), "open_at_start", &names);
}

/// Sets a key, and keeps the comment behind it.
fn set(table: &mut dyn TableLike, key: &str, value: &ConfigValue) {
    let old = table.get_mut(key);
    match value {
        ConfigValue::Tables(rows) => set_tables(table, key, rows),
        ConfigValue::Pairs(pairs) => {
            if let Some(old) = old.and_then(Item::as_table_like_mut) {
                return set_pairs(old, pairs);
            }
            let mut new = InlineTable::new();
            set_pairs(&mut new, pairs);
            table.insert(key, Item::Value(new.into()));
        }
        plain => {
            let Some(old) = old.and_then(Item::as_value_mut) else {
                table.insert(key, Item::Value(plain_value(plain, None)));
                return;
            };
            let mut new = plain_value(plain, old.as_array());
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
    }
}

fn plain_value(value: &ConfigValue, old: Option<&Array>) -> Value {
    match value {
        ConfigValue::Text(text) => text.into(),
        ConfigValue::Number(number) => (*number).into(),
        ConfigValue::Flag(flag) => (*flag).into(),
        ConfigValue::Texts(texts) => list(texts, old).into(),
        // Their callers set these otherwise.
        ConfigValue::Pairs(_) | ConfigValue::Tables(_) => Array::new().into(),
    }
}

/// A list in which the texts that were there before keep their comments, and a new one stands as the one in its place did.
fn list(texts: &[String], old: Option<&Array>) -> Array {
    let mut new = old.cloned().unwrap_or_default();
    new.clear();
    let is_kept = |one: &&Value| {
        one.as_str()
            .is_some_and(|text| texts.iter().any(|kept| kept == text))
    };
    for (nth, text) in texts.iter().enumerate() {
        let known = old.and_then(|old| old.iter().find(|one| one.as_str() == Some(text)));
        let replaced = old.and_then(|old| old.get(nth)).filter(|one| !is_kept(one));
        let mut value = Value::from(text);
        match known.or(replaced) {
            Some(known) => {
                *value.decor_mut() = known.decor().clone();
                new.push_formatted(value);
            }
            None => new.push(value),
        }
    }
    new
}

fn set_pairs(table: &mut dyn TableLike, pairs: &[(String, String)]) {
    let known: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    for name in known {
        if !pairs.iter().any(|(kept, _)| *kept == name) {
            table.remove(&name);
        }
    }
    for (name, text) in pairs {
        set(table, name, &ConfigValue::Text(text.clone()));
    }
}

fn set_tables(table: &mut dyn TableLike, key: &str, rows: &[Vec<KeyChange>]) {
    if table.get(key).and_then(Item::as_array_of_tables).is_none() {
        // Written as one inline list, or new. An inline table turns them into such a list.
        let tables: ArrayOfTables = rows
            .iter()
            .map(|row| row_table(Table::new(), row))
            .collect();
        table.insert(key, Item::ArrayOfTables(tables));
        return;
    }
    if let Some(tables) = table.get_mut(key).and_then(Item::as_array_of_tables_mut) {
        while tables.len() > rows.len() {
            tables.remove(tables.len() - 1);
        }
        for (nth, row) in rows.iter().enumerate() {
            match tables.get_mut(nth) {
                Some(known) => *known = row_table(known.clone(), row),
                None => tables.push(row_table(Table::new(), row)),
            }
        }
    }
}

fn row_table(mut table: Table, row: &[KeyChange]) -> Table {
    for (key, value) in row {
        match value {
            Some(value) => set(&mut table, key, value),
            None => {
                table.remove(key);
            }
        }
    }
    table
}

mod spans;

#[cfg(test)]
mod tests;
