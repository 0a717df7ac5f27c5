//! The icon in the menu bar, beyond what tray-icon does: its words for `VoiceOver`, a menu that opens
//! without a mouse, and a way to the menu where there is no room for the icon.
#![allow(unsafe_code)]

use std::cell::RefCell;

use muda::{ContextMenu, Menu};
use objc2::MainThreadMarker;
use objc2::rc::Retained;
use objc2_app_kit::{
    NSAccessibility, NSEvent, NSMenu, NSStatusItem, NSWindow, NSWindowOcclusionState,
};
use objc2_foundation::NSString;
use tray_icon::TrayIcon;

use super::dialogs::outside_of_callbacks;

/// The class of the view that tray-icon 0.26 lays over the button.
const TRAY_ICONS_VIEW: &str = "TaoTrayTarget";

thread_local! {
    /// Of the main thread: the menu of the icon.
    static MENU: RefCell<Option<Retained<NSMenu>>> = const { RefCell::new(None) };
}

/// Gives the icon its menu for good. tray-icon attaches it while the mouse is pressed only, by a view
/// over the button: `VoiceOver` and the keyboard press the button itself, which then has no menu.
pub fn attach_menu(tray: &TrayIcon, menu: &Menu) {
    let Some((item, main)) = item_of(tray) else {
        return;
    };
    // SAFETY: muda gives a pointer to a menu that lives as long as `menu` does.
    let menu = unsafe { Retained::retain(menu.ns_menu().cast::<NSMenu>()) };
    if let Some(button) = item.button(main) {
        let views = button.subviews();
        for view in (0..views.count()).map(|at| views.objectAtIndex(at)) {
            if view.class().name().to_bytes() == TRAY_ICONS_VIEW.as_bytes() {
                view.removeFromSuperview();
            }
        }
    }
    item.setMenu(menu.as_deref());
    MENU.set(menu);
}

/// Says in words what the picture shows, and whose it is: a button has no other name.
pub fn describe(tray: &TrayIcon, words: &str) {
    if let Some((item, main)) = item_of(tray)
        && let Some(button) = item.button(main)
    {
        let words = NSString::from_str(&format!("Remote Jupyter: {words}"));
        button.setAccessibilityLabel(Some(&words));
        button.setToolTip(Some(&words));
    }
}

/// Shows the menu at the pointer if the icon cannot be seen, and returns true then: behind the notch,
/// or forbidden in System Settings.
pub fn show_menu_if_hidden(tray: &TrayIcon) -> bool {
    let is_hidden = item_of(tray).is_none_or(|(item, main)| is_hidden(&item, main));
    if is_hidden {
        outside_of_callbacks(pop_up);
    }
    is_hidden
}

fn is_hidden(item: &NSStatusItem, main: MainThreadMarker) -> bool {
    let window = item.button(main).and_then(|button| button.window());
    let is_seen = |window: Retained<NSWindow>| {
        let seen = window.occlusionState();
        window.screen().is_some() && seen.contains(NSWindowOcclusionState::Visible)
    };
    !item.isVisible() || !window.is_some_and(is_seen)
}

fn pop_up() {
    let menu = MENU.with_borrow(Clone::clone);
    if let Some(menu) = menu {
        menu.popUpMenuPositioningItem_atLocation_inView(None, NSEvent::mouseLocation(), None);
    }
}

fn item_of(tray: &TrayIcon) -> Option<(Retained<NSStatusItem>, MainThreadMarker)> {
    Some((tray.ns_status_item()?, MainThreadMarker::new()?))
}
