//! muda, as far as the layer uses it: the menu that copy and paste go through, and the tray's menu as AppKit's.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Mutex;

use objc2::rc::Retained;
use objc2::{MainThreadMarker, MainThreadOnly};
use objc2_app_kit::NSMenu;

/// Never met here.
#[derive(Debug)]
pub struct Error;

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("muda was told to fail")
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

/// Entries of the application's main menu.
pub static MAIN_MENU: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Makes the next submenu fail.
pub static FAILS: Mutex<bool> = Mutex::new(false);

pub trait ContextMenu {
    fn ns_menu(&self) -> *mut c_void;
}

pub struct PredefinedMenuItem(&'static str);

macro_rules! predefined {
    ($($name:ident),*) => {
        impl PredefinedMenuItem {
            $(pub fn $name(_: Option<&str>) -> Self {
                Self(stringify!($name))
            })*
        }
    };
}
predefined!(undo, redo, cut, copy, paste, select_all);

pub struct Submenu(Vec<&'static str>);

impl Submenu {
    pub fn with_items(_: &str, _: bool, items: &[&PredefinedMenuItem]) -> Result<Self> {
        if *FAILS.lock().unwrap() {
            return Err(Error);
        }
        Ok(Self(items.iter().map(|item| item.0).collect()))
    }
}

thread_local! {
    static IS_DROPPED: Cell<bool> = const { Cell::new(false) };
}

/// Returns true if the main menu's owner is gone: its items then point at nothing.
pub fn main_menu_is_dropped() -> bool {
    IS_DROPPED.get()
}

#[derive(Clone)]
pub struct Menu {
    items: Vec<&'static str>,
    menu: Retained<NSMenu>,
    is_main: std::rc::Rc<Cell<bool>>,
}

impl Menu {
    pub fn new() -> Self {
        let main = MainThreadMarker::new().expect("menus belong to the main thread");
        Self {
            items: Vec::new(),
            menu: unsafe { objc2::msg_send![NSMenu::alloc(main), init] },
            is_main: std::rc::Rc::default(),
        }
    }

    pub fn with_items(items: &[&Submenu]) -> Result<Self> {
        let mut menu = Self::new();
        menu.items = items.iter().flat_map(|item| item.0.clone()).collect();
        Ok(menu)
    }

    pub fn init_for_nsapp(&self) {
        *MAIN_MENU.lock().unwrap() = self.items.clone();
        self.is_main.set(true);
    }
}

impl Default for Menu {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Menu {
    fn drop(&mut self) {
        if self.is_main.get() {
            IS_DROPPED.set(true);
        }
    }
}

impl ContextMenu for Menu {
    fn ns_menu(&self) -> *mut c_void {
        Retained::as_ptr(&self.menu).cast_mut().cast()
    }
}
