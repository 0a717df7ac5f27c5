//! tray-icon, as far as the layer uses it: an icon that keeps what it is told, with a status item of the fakes'.

use std::cell::{Cell, RefCell};
use std::sync::Mutex;

use objc2::rc::Retained;
use objc2::{AllocAnyThread, MainThreadMarker, msg_send};
use objc2_app_kit::NSStatusItem;

#[derive(Debug)]
pub struct Error;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icon(pub &'static str);

/// Events that nobody takes lie in a channel without a bound (tray-icon 0.26, `TrayIconEvent::send`).
#[derive(Debug, Clone)]
pub enum TrayIconEvent {
    Move,
}

type Handler = Box<dyn Fn(TrayIconEvent) + Send + Sync>;
static HANDLER: Mutex<Option<Handler>> = Mutex::new(None);
static UNREAD: Mutex<usize> = Mutex::new(0);

impl TrayIconEvent {
    pub fn set_event_handler<F: Fn(Self) + Send + Sync + 'static>(handler: Option<F>) {
        *HANDLER.lock().unwrap() = handler.map(|handler| Box::new(handler) as Handler);
    }

    /// The pointer moves over the icon.
    pub fn send(self) {
        match &*HANDLER.lock().unwrap() {
            Some(handler) => handler(self),
            None => *UNREAD.lock().unwrap() += 1,
        }
    }

    /// Number of events in the channel.
    pub fn unread() -> usize {
        *UNREAD.lock().unwrap()
    }
}

#[derive(Default)]
pub struct TrayIconBuilder {
    icon: Option<(Icon, bool)>,
    name: Option<String>,
    menu: Option<Box<dyn muda::ContextMenu>>,
}

impl TrayIconBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with_icon_templated(mut self, icon: Icon) -> Self {
        self.icon = Some((icon, true));
        self
    }

    pub fn with_autosave_name<S: AsRef<str>>(mut self, name: S) -> Self {
        self.name = Some(name.as_ref().to_owned());
        self
    }

    pub fn with_menu(mut self, menu: Box<dyn muda::ContextMenu>) -> Self {
        self.menu = Some(menu);
        self
    }

    pub fn build(self) -> Result<TrayIcon> {
        MainThreadMarker::new().ok_or(Error)?;
        // SAFETY: `init` of the fakes' own class.
        let item = unsafe { msg_send![NSStatusItem::alloc(), init] };
        Ok(TrayIcon {
            icon: RefCell::new(self.icon),
            name: self.name,
            tooltip: RefCell::default(),
            item,
            pictures: Cell::new(0),
        })
    }
}

pub struct TrayIcon {
    /// The picture, and whether it is a template.
    pub icon: RefCell<Option<(Icon, bool)>>,
    pub name: Option<String>,
    pub tooltip: RefCell<Option<String>>,
    pub pictures: Cell<usize>,
    item: Retained<NSStatusItem>,
}

impl TrayIcon {
    pub fn set_icon_templated(&self, icon: Option<Icon>) -> Result<()> {
        *self.icon.borrow_mut() = icon.map(|icon| (icon, true));
        self.pictures.set(self.pictures.get() + 1);
        Ok(())
    }

    pub fn set_tooltip<S: AsRef<str>>(&self, tooltip: Option<S>) -> Result<()> {
        *self.tooltip.borrow_mut() = tooltip.map(|text| text.as_ref().to_owned());
        Ok(())
    }

    pub fn ns_status_item(&self) -> Option<Retained<NSStatusItem>> {
        Some(self.item.clone())
    }
}
