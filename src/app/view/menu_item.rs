//! The lines that a menu consists of, as values.

use crate::app::menu_action::MenuAction;

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something to choose, or to read.
    Item(Item),
    /// More entries.
    Submenu {
        /// Tells it from the others, whatever its text says.
        kind: SubmenuKind,
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
    /// The choice that it is; none for a line to read, which is disabled.
    pub action: Option<MenuAction>,
    /// Its text; `&` is not an escape character.
    pub text: String,
    /// True if it is ticked; `None` if it cannot be ticked.
    pub checked: Option<bool>,
    /// Its keys, where the platform's menus have some.
    pub keys: Option<&'static str>,
}

/// A submenu's contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmenuKind {
    /// The hosts for which the menu itself has no room.
    MoreHosts,
    /// Some of them, by the name of the first.
    Section(String),
    /// The hosts that the user has taken off the menu.
    Hidden,
    /// Everything that can be done with a host beside the main thing.
    Host(String),
    /// The running notebooks of a host.
    Kernels(String),
    /// All that can be done with the kernel of that id.
    Kernel(String),
    /// The notebooks that ran on a host.
    Recent(String),
    /// The profiles of a host.
    Profiles(String),
    /// The further ports of a host.
    Ports(String),
    /// All that runs or waits.
    Running,
    /// The app's own help.
    Help,
}

/// Returns an item that can be chosen.
pub fn item(action: MenuAction, text: &str) -> Entry {
    Entry::Item(Item {
        action: Some(action),
        text: text.to_owned(),
        checked: None,
        keys: None,
    })
}

/// Returns an item with a tick.
pub fn tickable(action: MenuAction, text: &str, ticked: bool) -> Entry {
    Entry::Item(Item {
        action: Some(action),
        text: text.to_owned(),
        checked: Some(ticked),
        keys: None,
    })
}

/// Returns a line to read.
pub fn disabled_item(text: &str) -> Entry {
    Entry::Item(Item {
        action: None,
        text: text.to_owned(),
        checked: None,
        keys: None,
    })
}

/// Returns a submenu.
pub fn submenu(kind: SubmenuKind, text: &str, entries: Vec<Entry>) -> Entry {
    Entry::Submenu {
        kind,
        text: text.to_owned(),
        entries,
    }
}

/// Returns groups of entries with separators between them; those without entries are left out.
pub fn groups(groups: Vec<Vec<Entry>>) -> Vec<Entry> {
    let full: Vec<Vec<Entry>> = groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .collect();
    full.join(&Entry::Separator)
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
