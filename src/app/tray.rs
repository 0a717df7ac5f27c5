//! The tray icon and its menu on the screen. Main thread only.
//!
//! A menu may be open while it changes: texts are edited in place, and only a change of the
//! entries themselves rebuilds it.

use muda::{Menu, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::icon;
use super::menu::Entry;
use super::model::Mood;
use crate::platform::Here;
use crate::platform::desktop::Desktop;

/// Why there is no tray.
#[derive(Debug, thiserror::Error)]
pub enum TrayError {
    /// The icon was refused.
    #[error(transparent)]
    Icon(#[from] tray_icon::BadIcon),
    /// The tray was refused.
    #[error(transparent)]
    Tray(#[from] tray_icon::Error),
    /// The menu was refused.
    #[error(transparent)]
    Menu(#[from] muda::Error),
}

/// The tray icon, its menu, and what both show.
pub struct Tray {
    icon: TrayIcon,
    menu: Menu,
    shown: Vec<Entry>,
    items: Vec<MenuItem>,
    mood: Mood,
}

impl Tray {
    /// Puts the icon into the tray.
    pub fn new(entries: &[Entry], mood: Mood) -> Result<Self, TrayError> {
        let menu = Menu::new();
        let mut items = Vec::new();
        fill(&menu, entries, &mut items)?;
        let builder = TrayIconBuilder::new()
            .with_id("remote-jupyter")
            .with_tooltip("Remote Jupyter")
            .with_menu(Box::new(menu.clone()));
        let icon = Here.with_icon(builder, image(mood)?).build()?;
        Ok(Self {
            icon,
            menu,
            shown: entries.to_vec(),
            items,
            mood,
        })
    }

    /// Shows the entries and the mood; what is shown already is left alone.
    pub fn show(&mut self, entries: &[Entry], mood: Mood) {
        if let Err(error) = self.try_show(entries, mood) {
            tracing::warn!(%error, "the menu could not be changed");
        }
    }

    fn try_show(&mut self, entries: &[Entry], mood: Mood) -> Result<(), TrayError> {
        if mood != self.mood {
            self.mood = mood;
            Here.set_icon(&self.icon, image(mood)?)?;
        }
        if entries == self.shown {
            return Ok(());
        }
        if same_entries(entries, &self.shown) {
            let mut items = self.items.iter();
            edit(entries, &mut items);
        } else {
            while self.menu.remove_at(0).is_some() {}
            self.items.clear();
            fill(&self.menu, entries, &mut self.items)?;
        }
        self.shown = entries.to_vec();
        Ok(())
    }
}

fn image(mood: Mood) -> Result<Icon, TrayError> {
    Ok(Icon::from_rgba(
        icon::pixels(mood, 0),
        icon::SIZE,
        icon::SIZE,
    )?)
}

/// A menu or a submenu.
trait Append {
    fn add(&self, item: &dyn muda::IsMenuItem) -> muda::Result<()>;
}

impl Append for Menu {
    fn add(&self, item: &dyn muda::IsMenuItem) -> muda::Result<()> {
        self.append(item)
    }
}

impl Append for Submenu {
    fn add(&self, item: &dyn muda::IsMenuItem) -> muda::Result<()> {
        self.append(item)
    }
}

/// Appends the entries; `items` gets those with a text, depth first.
fn fill(menu: &dyn Append, entries: &[Entry], items: &mut Vec<MenuItem>) -> muda::Result<()> {
    for entry in entries {
        match entry {
            Entry::Separator => menu.add(&PredefinedMenuItem::separator())?,
            Entry::Item { id, text, enabled } => {
                let item = MenuItem::with_id(id.as_str(), escape(text), *enabled, None);
                menu.add(&item)?;
                items.push(item);
            }
            Entry::Submenu { text, entries, .. } => {
                let submenu = Submenu::new(escape(text), true);
                fill(&submenu, entries, items)?;
                menu.add(&submenu)?;
            }
        }
    }
    Ok(())
}

/// Whether only texts and states differ.
fn same_entries(new: &[Entry], old: &[Entry]) -> bool {
    let same = |(new, old): (&Entry, &Entry)| match (new, old) {
        (Entry::Separator, Entry::Separator) => true,
        (Entry::Item { id: new, .. }, Entry::Item { id: old, .. }) => new == old,
        (
            Entry::Submenu {
                id: new,
                entries: inner,
                ..
            },
            Entry::Submenu {
                id: old,
                entries: before,
                ..
            },
        ) => new == old && same_entries(inner, before),
        _ => false,
    };
    new.len() == old.len() && new.iter().zip(old).all(same)
}

fn edit<'a>(entries: &[Entry], items: &mut impl Iterator<Item = &'a MenuItem>) {
    for entry in entries {
        match entry {
            Entry::Separator => {}
            Entry::Item { text, enabled, .. } => {
                let Some(item) = items.next() else {
                    return;
                };
                item.set_text(escape(text));
                item.set_enabled(*enabled);
            }
            Entry::Submenu { entries, .. } => edit(entries, items),
        }
    }
}

/// muda takes `&` for a mnemonic.
fn escape(text: &str) -> String {
    text.replace('&', "&&")
}
