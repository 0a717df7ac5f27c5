//! The lines that a menu consists of, as values.

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something to choose, or, disabled, to read.
    Item(Item),
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

/// A line with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What [`Model::choose`] is given.
    pub id: String,
    /// Its text; `&` stands for itself.
    pub text: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Whether it is ticked, if it can be.
    pub checked: Option<bool>,
    /// Its keys, where the platform's menus have some.
    pub keys: Option<&'static str>,
}

/// Returns an item that can be chosen.
pub fn item(id: &str, text: &str) -> Entry {
    Entry::Item(Item {
        id: id.to_owned(),
        text: text.to_owned(),
        enabled: true,
        checked: None,
        keys: None,
    })
}

/// Returns an item with a tick.
pub fn tickable(id: &str, text: &str, ticked: bool) -> Entry {
    Entry::Item(Item {
        id: id.to_owned(),
        text: text.to_owned(),
        enabled: true,
        checked: Some(ticked),
        keys: None,
    })
}

/// Returns a line to read.
pub fn disabled_item(id: &str, text: &str) -> Entry {
    Entry::Item(Item {
        id: id.to_owned(),
        text: text.to_owned(),
        enabled: false,
        checked: None,
        keys: None,
    })
}

/// Returns the entry with keys of its own.
pub fn with_keys(entry: Entry, keys: &'static str) -> Entry {
    match entry {
        Entry::Item(item) => Entry::Item(Item {
            keys: Some(keys),
            ..item
        }),
        other => other,
    }
}
