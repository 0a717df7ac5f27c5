//! The tray icon and its menu on the screen. Main thread only.
//!
//! A menu may be open while it changes: what stays is edited in place, and only entries that come
//! or go are put in or taken out. muda names what was clicked by an id: ids exist in this file only.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muda::accelerator::Accelerator;
use muda::{
    CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuId, MenuItem, PredefinedMenuItem, Submenu,
};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::menu_action::MenuAction;
use super::model::IconState;
use super::view::icon;
use super::view::menu_item::{Entry, Item};
use crate::desktop::Desktop;

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
pub struct Tray<D> {
    desktop: Rc<D>,
    icon: TrayIcon,
    menu: Menu,
    shown: Vec<TrayNode>,
    actions: ClickActions,
    picture: (IconState, usize),
}

/// The actions of the items on the screen, by muda's ids; a disabled item has none. Shared, since
/// muda may tell of a click from another thread.
#[derive(Debug, Clone, Default)]
struct ClickActions(Arc<Mutex<HashMap<MenuId, MenuAction>>>);

impl ClickActions {
    fn keep(&self, id: &MenuId, action: Option<&MenuAction>) {
        if let Some(action) = action {
            self.lock().insert(id.clone(), action.clone());
        }
    }

    fn forget(&self, id: &MenuId) {
        self.lock().remove(id);
    }

    fn get(&self, id: &MenuId) -> Option<MenuAction> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MenuId, MenuAction>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

impl<D: Desktop> Tray<D> {
    /// Puts the icon into the tray. `clicked` gets the action of each item that is chosen, from any
    /// thread.
    pub fn new(
        desktop: Rc<D>,
        entries: &[Entry],
        icon_state: IconState,
        clicked: impl Fn(MenuAction) + Send + Sync + 'static,
    ) -> Result<Self, TrayError> {
        let menu = Menu::new();
        let (mut shown, actions) = (Vec::new(), ClickActions::default());
        sync::<D>(&menu, &mut shown, entries, &actions)?;
        let known = actions.clone();
        MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
            if let Some(action) = known.get(&event.id) {
                clicked(action);
            }
        }));
        let builder = TrayIconBuilder::new()
            .with_id("remote-jupyter")
            .with_menu(Box::new(menu.clone()));
        let picture = (icon_state, 0);
        let icon = desktop.with_icon(builder, image::<D>(picture)?).build()?;
        desktop.attach_menu(&icon, &menu);
        desktop.describe_icon(&icon, &icon::words(icon_state));
        Ok(Self {
            desktop,
            icon,
            menu,
            shown,
            actions,
            picture,
        })
    }

    /// Shows the entries; what is shown already is left alone.
    pub fn show(&mut self, entries: &[Entry]) {
        let (menu, shown) = (&self.menu, &mut self.shown);
        if let Err(error) = sync_or_rebuild::<D>(menu, shown, entries, &self.actions) {
            tracing::warn!(%error, "the menu could not be changed");
        }
    }

    /// Shows the menu at the pointer if the icon is nowhere to be seen, and returns true then.
    pub fn show_menu_of_hidden_icon(&self) -> bool {
        self.desktop.show_menu_of_hidden_icon(&self.icon)
    }

    /// Shows a frame of a state's picture.
    pub fn show_picture(&mut self, icon_state: IconState, frame: usize) {
        let picture = (icon_state, frame);
        if picture == self.picture {
            return;
        }
        if self.picture.0 != icon_state {
            let words = icon::words(icon_state);
            self.desktop.describe_icon(&self.icon, &words);
        }
        self.picture = picture;
        let shown = image::<D>(picture);
        let shown = shown.and_then(|image| Ok(self.desktop.set_icon(&self.icon, image)?));
        if let Err(error) = shown {
            tracing::warn!(%error, "the icon could not be changed");
        }
    }
}

fn image<D: Desktop>((icon_state, frame): (IconState, usize)) -> Result<Icon, TrayError> {
    let pixels = icon::pixels(icon_state, frame, D::ICON_COLOUR);
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

/// As [`sync`]; after an error in the middle of it, which leaves the menu and what is thought to be
/// shown apart, the menu is rebuilt.
fn sync_or_rebuild<D: Desktop>(
    menu: &Menu,
    shown: &mut Vec<TrayNode>,
    entries: &[Entry],
    actions: &ClickActions,
) -> muda::Result<()> {
    let Err(error) = sync::<D>(menu, shown, entries, actions) else {
        return Ok(());
    };
    tracing::warn!(%error, "the menu could not be changed in place: it is rebuilt");
    while menu.remove_at(0).is_some() {}
    shown.clear();
    actions.lock().clear();
    sync::<D>(menu, shown, entries, actions)
}

/// Makes a menu show `entries`: those at its beginning and its end that are the same ones are
/// edited, those between them are exchanged.
fn sync<D: Desktop>(
    menu: &dyn Entries,
    shown: &mut Vec<TrayNode>,
    entries: &[Entry],
    actions: &ClickActions,
) -> muda::Result<()> {
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
        node.forget(actions);
    }
    for (at, entry) in entries[start..entries.len() - end].iter().enumerate() {
        let node = TrayNode::new::<D>(entry, actions)?;
        menu.put(node.item.as_item(), start + at)?;
        shown.insert(start + at, node);
    }
    for (node, entry) in shown.iter_mut().zip(entries) {
        node.edit::<D>(entry, actions)?;
    }
    Ok(())
}

/// Returns true if only texts and states differ.
fn is_same(one: &Entry, other: &Entry) -> bool {
    match (one, other) {
        (Entry::Separator, Entry::Separator) => true,
        (Entry::Item(one), Entry::Item(other)) => {
            one.action == other.action && one.checked.is_some() == other.checked.is_some()
        }
        (Entry::Submenu { kind: one, .. }, Entry::Submenu { kind: other, .. }) => one == other,
        _ => false,
    }
}

impl TrayNode {
    fn new<D: Desktop>(entry: &Entry, actions: &ClickActions) -> muda::Result<Self> {
        let item = match entry {
            Entry::Separator => TrayNodeKind::Separator(PredefinedMenuItem::separator()),
            Entry::Item(item) => {
                let shown = TrayNodeKind::of::<D>(item);
                actions.keep(shown.as_item().id(), item.action.as_ref());
                shown
            }
            Entry::Submenu { text, entries, .. } => {
                let submenu = Submenu::new(escape(text), true);
                let mut nodes = Vec::new();
                sync::<D>(&submenu, &mut nodes, entries, actions)?;
                TrayNodeKind::Submenu(submenu, nodes)
            }
        };
        Ok(Self {
            entry: entry.clone(),
            item,
        })
    }

    /// Makes the ids of what is taken out mean nothing.
    fn forget(&self, actions: &ClickActions) {
        actions.forget(self.item.as_item().id());
        if let TrayNodeKind::Submenu(_, nodes) = &self.item {
            for node in nodes {
                node.forget(actions);
            }
        }
    }

    /// Sets the tick as the entry has it: a click has turned it, whatever came of the click.
    fn tick_again(&self) {
        if let (TrayNodeKind::Check(shown), Entry::Item(item)) = (&self.item, &self.entry) {
            let ticked = item.checked.unwrap_or_default();
            if shown.is_checked() != ticked {
                shown.set_checked(ticked);
            }
        }
        if let TrayNodeKind::Submenu(_, nodes) = &self.item {
            nodes.iter().for_each(Self::tick_again);
        }
    }

    fn edit<D: Desktop>(&mut self, entry: &Entry, actions: &ClickActions) -> muda::Result<()> {
        if self.entry == *entry {
            self.tick_again();
            return Ok(());
        }
        match (&mut self.item, entry) {
            (TrayNodeKind::Plain(shown), Entry::Item(item)) => {
                shown.set_text(escape(&item.text));
            }
            (TrayNodeKind::Check(shown), Entry::Item(item)) => {
                shown.set_text(escape(&item.text));
                shown.set_checked(item.checked.unwrap_or_default());
            }
            (TrayNodeKind::Submenu(shown, nodes), Entry::Submenu { text, entries, .. }) => {
                shown.set_text(escape(text));
                sync::<D>(&*shown, nodes, entries, actions)?;
            }
            _ => {}
        }
        self.entry = entry.clone();
        Ok(())
    }
}

impl TrayNodeKind {
    fn of<D: Desktop>(item: &Item) -> Self {
        let keys = item.keys.filter(|_| D::MENU_KEYS);
        let keys: Option<Accelerator> = keys.and_then(|keys| keys.parse().ok());
        let (text, enabled) = (escape(&item.text), item.action.is_some());
        match item.checked {
            None => Self::Plain(MenuItem::new(text, enabled, keys)),
            Some(on) => Self::Check(CheckMenuItem::new(text, enabled, on, keys)),
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

// On a Mac, menu items belong to the main thread, which tests do not have.
#[cfg(all(test, not(target_os = "macos")))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::menu_action::HostAction;
    use crate::app::view::menu_item::{SubmenuKind, disabled_item, item, tickable};
    use crate::desktop::NativeDesktop;

    fn open(host: &str) -> Entry {
        item(MenuAction::host(host, HostAction::Open), host)
    }

    fn more(entries: Vec<Entry>) -> Entry {
        Entry::Submenu {
            kind: SubmenuKind::MoreHosts,
            text: "More".to_owned(),
            entries,
        }
    }

    /// A menu without a tray.
    #[derive(Default)]
    struct Shown {
        menu: Menu,
        nodes: Vec<TrayNode>,
        actions: ClickActions,
    }

    impl Shown {
        fn show(&mut self, entries: &[Entry]) {
            let (nodes, actions) = (&mut self.nodes, &self.actions);
            sync_or_rebuild::<NativeDesktop>(&self.menu, nodes, entries, actions).unwrap();
        }

        fn ids(&self) -> Vec<MenuId> {
            let ids = self.nodes.iter().map(|node| node.item.as_item().id());
            ids.cloned().collect()
        }
    }

    #[test]
    fn a_click_on_an_item_is_its_action_and_one_on_a_disabled_line_is_none() {
        let mut shown = Shown::default();
        shown.show(&[open("a"), disabled_item("line"), Entry::Separator]);
        let clicks: Vec<_> = shown.ids().iter().map(|id| shown.actions.get(id)).collect();
        let open = MenuAction::host("a", HostAction::Open);
        assert_eq!(clicks, [Some(open), None, None]);
    }

    #[test]
    fn what_stays_keeps_its_id_and_what_goes_means_nothing() {
        let mut shown = Shown::default();
        shown.show(&[open("a"), open("b"), more(vec![open("c")]), open("d")]);
        let before = shown.ids();
        assert_eq!(shown.actions.lock().len(), 4);
        shown.show(&[open("a"), open("new"), open("d")]);
        let after = shown.ids();
        assert_eq!((&after[0], &after[2]), (&before[0], &before[3]));
        assert_eq!(shown.actions.get(&before[1]), None);
        assert_eq!(shown.actions.lock().len(), 3, "c went with its submenu");
    }

    #[test]
    fn a_menu_that_refused_a_change_in_the_middle_is_rebuilt() {
        let mut shown = Shown::default();
        shown.show(&[open("a"), open("b"), open("c")]);
        // The toolkit has lost an item: taking it out again is an error.
        shown.menu.remove_at(1);
        shown.show(&[open("a"), open("new"), open("d")]);
        let items = shown.menu.items();
        let ids: Vec<MenuId> = items.iter().map(|item| item.id().clone()).collect();
        assert_eq!(ids, shown.ids());
        assert_eq!((ids.len(), shown.actions.lock().len()), (3, 3));
        assert!(
            shown.actions.get(&ids[1]).is_some(),
            "a click means something"
        );
    }

    #[test]
    fn a_tick_that_a_failed_click_turned_is_turned_back() {
        let login = || tickable(MenuAction::ToggleLoginItem, "Open at Login", false);
        let mut shown = Shown::default();
        shown.show(&[login(), more(vec![login()])]);
        let ticks = |nodes: &[TrayNode]| -> Vec<CheckMenuItem> {
            nodes
                .iter()
                .flat_map(|node| match &node.item {
                    TrayNodeKind::Check(item) => vec![item.clone()],
                    TrayNodeKind::Submenu(_, nodes) => match &nodes[0].item {
                        TrayNodeKind::Check(item) => vec![item.clone()],
                        _ => vec![],
                    },
                    _ => vec![],
                })
                .collect()
        };
        let ticks = ticks(&shown.nodes);
        assert_eq!(ticks.len(), 2);
        for tick in &ticks {
            tick.set_checked(true);
        }
        shown.show(&[login(), more(vec![login()])]);
        assert!(ticks.iter().all(|tick| !tick.is_checked()));
    }

    #[test]
    fn a_submenu_stays_while_its_text_and_its_entries_change() {
        let mut shown = Shown::default();
        shown.show(&[more(vec![open("a")])]);
        let before = shown.ids();
        let entries = vec![open("a"), open("b")];
        let text = "More (2)".to_owned();
        let kind = SubmenuKind::MoreHosts;
        shown.show(&[Entry::Submenu {
            kind,
            text,
            entries,
        }]);
        assert_eq!(shown.ids(), before);
        assert_eq!(shown.actions.lock().len(), 2);
    }
}
