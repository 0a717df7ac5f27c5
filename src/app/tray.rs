//! The tray icon and its menu on the screen. Main thread only.
//!
//! A menu may be open while it changes: what stays is edited in place, and only entries that come
//! or go are put in or taken out.

use muda::accelerator::Accelerator;
use muda::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::model::IconState;
use super::view::icon;
use super::view::menu_item::{Entry, Item};
use crate::desktop::Desktop;
use crate::desktop::NativeDesktop;

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
    shown: Vec<TrayNode>,
    picture: (IconState, usize),
}

/// An entry on the screen.
struct TrayNode {
    entry: Entry,
    item: TrayNodeKind,
}

enum TrayNodeKind {
    Plain(MenuItem),
    Check(CheckMenuItem),
    Submenu(Submenu, Vec<TrayNode>),
    Separator(PredefinedMenuItem),
}

impl Tray {
    /// Puts the icon into the tray.
    pub fn new(entries: &[Entry], icon_state: IconState) -> Result<Self, TrayError> {
        let menu = Menu::new();
        let mut shown = Vec::new();
        sync(&menu, &mut shown, entries)?;
        let builder = TrayIconBuilder::new()
            .with_id("remote-jupyter")
            .with_tooltip("Remote Jupyter")
            .with_menu(Box::new(menu.clone()));
        let picture = (icon_state, 0);
        let icon = NativeDesktop.with_icon(builder, image(picture)?).build()?;
        Ok(Self {
            icon,
            menu,
            shown,
            picture,
        })
    }

    /// Shows the entries; what is shown already is left alone.
    pub fn show(&mut self, entries: &[Entry]) {
        if let Err(error) = sync(&self.menu, &mut self.shown, entries) {
            tracing::warn!(%error, "the menu could not be changed");
        }
    }

    /// Shows a frame of a mood's picture.
    pub fn show_picture(&mut self, icon_state: IconState, frame: usize) {
        let picture = (icon_state, frame);
        if picture == self.picture {
            return;
        }
        self.picture = picture;
        let shown = image(picture).and_then(|image| Ok(NativeDesktop.set_icon(&self.icon, image)?));
        if let Err(error) = shown {
            tracing::warn!(%error, "the icon could not be changed");
        }
    }
}

fn image((icon_state, frame): (IconState, usize)) -> Result<Icon, TrayError> {
    let pixels = icon::pixels(icon_state, frame);
    Ok(Icon::from_rgba(pixels, icon::SIZE, icon::SIZE)?)
}

/// A menu or a submenu.
trait Entries {
    fn put(&self, item: &dyn IsMenuItem, at: usize) -> muda::Result<()>;
    fn take(&self, item: &dyn IsMenuItem) -> muda::Result<()>;
}

impl Entries for Menu {
    fn put(&self, item: &dyn IsMenuItem, at: usize) -> muda::Result<()> {
        self.insert(item, at)
    }
    fn take(&self, item: &dyn IsMenuItem) -> muda::Result<()> {
        self.remove(item)
    }
}

impl Entries for Submenu {
    fn put(&self, item: &dyn IsMenuItem, at: usize) -> muda::Result<()> {
        self.insert(item, at)
    }
    fn take(&self, item: &dyn IsMenuItem) -> muda::Result<()> {
        self.remove(item)
    }
}

/// Makes a menu show `entries`: those at its beginning and its end that are the same ones are
/// edited, those between them are exchanged.
fn sync(menu: &dyn Entries, shown: &mut Vec<TrayNode>, entries: &[Entry]) -> muda::Result<()> {
    let same = |node: &TrayNode, entry: &Entry| is_same(&node.entry, entry);
    let start = shown
        .iter()
        .zip(entries)
        .take_while(|(n, e)| same(n, e))
        .count();
    let rest = shown[start..]
        .iter()
        .rev()
        .zip(entries[start..].iter().rev());
    let end = rest.take_while(|(n, e)| same(n, e)).count();

    for node in shown.drain(start..shown.len() - end) {
        menu.take(node.item.as_item())?;
    }
    for (at, entry) in entries[start..entries.len() - end].iter().enumerate() {
        let node = TrayNode::new(entry)?;
        menu.put(node.item.as_item(), start + at)?;
        shown.insert(start + at, node);
    }
    for (node, entry) in shown.iter_mut().zip(entries) {
        node.edit(entry)?;
    }
    Ok(())
}

/// Whether only texts and states differ.
fn is_same(one: &Entry, other: &Entry) -> bool {
    match (one, other) {
        (Entry::Separator, Entry::Separator) => true,
        (Entry::Item(one), Entry::Item(other)) => {
            one.id == other.id && one.checked.is_some() == other.checked.is_some()
        }
        (Entry::Submenu { id: one, .. }, Entry::Submenu { id: other, .. }) => one == other,
        _ => false,
    }
}

impl TrayNode {
    fn new(entry: &Entry) -> muda::Result<Self> {
        let item = match entry {
            Entry::Separator => TrayNodeKind::Separator(PredefinedMenuItem::separator()),
            Entry::Item(item) => TrayNodeKind::of(item),
            Entry::Submenu { id, text, entries } => {
                let submenu = Submenu::with_id(id.as_str(), escape(text), true);
                let mut nodes = Vec::new();
                sync(&submenu, &mut nodes, entries)?;
                TrayNodeKind::Submenu(submenu, nodes)
            }
        };
        Ok(Self {
            entry: entry.clone(),
            item,
        })
    }

    fn edit(&mut self, entry: &Entry) -> muda::Result<()> {
        if self.entry == *entry {
            return Ok(());
        }
        match (&mut self.item, entry) {
            (TrayNodeKind::Plain(shown), Entry::Item(item)) => {
                shown.set_text(escape(&item.text));
                shown.set_enabled(item.enabled);
            }
            (TrayNodeKind::Check(shown), Entry::Item(item)) => {
                shown.set_text(escape(&item.text));
                shown.set_checked(item.checked.unwrap_or_default());
            }
            (TrayNodeKind::Submenu(shown, nodes), Entry::Submenu { text, entries, .. }) => {
                shown.set_text(escape(text));
                sync(&*shown, nodes, entries)?;
            }
            _ => {}
        }
        self.entry = entry.clone();
        Ok(())
    }
}

impl TrayNodeKind {
    fn of(item: &Item) -> Self {
        let keys = item.keys.filter(|_| NativeDesktop::MENU_KEYS);
        let keys: Option<Accelerator> = keys.and_then(|keys| keys.parse().ok());
        let (id, text) = (item.id.as_str(), escape(&item.text));
        match item.checked {
            None => Self::Plain(MenuItem::with_id(id, text, item.enabled, keys)),
            Some(on) => Self::Check(CheckMenuItem::with_id(id, text, item.enabled, on, keys)),
        }
    }

    fn as_item(&self) -> &dyn IsMenuItem {
        match self {
            Self::Plain(item) => item,
            Self::Check(item) => item,
            Self::Submenu(item, _) => item,
            Self::Separator(item) => item,
        }
    }
}

/// muda takes `&` for a mnemonic.
fn escape(text: &str) -> String {
    text.replace('&', "&&")
}
