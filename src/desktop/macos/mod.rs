//! The Mac's desktop: `AppKit`'s alerts, the notification centre, changes from `NSWorkspace` and
//! configd. Nothing of this has run on a Mac yet: docs/macos.md lists what is assumed.

mod activities;
mod dialog_accessory;
mod dialogs;
pub mod login_item;
mod menu_tracking;
mod notifications;
pub mod shortcut;
pub mod startup;
mod status_item;
mod system_events;

use std::io;

use muda::{Menu, PredefinedMenuItem, Submenu};
use objc2_app_kit::NSWorkspace;
use tao::event_loop::EventLoop;
use tao::platform::macos::{ActivationPolicy, EventLoopExtMacOS};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder, TrayIconEvent};

use super::contract::{
    Desktop, Dialog, DialogId, DialogResponse, Notification, NotificationClick, SystemEvent,
};

/// This desktop.
#[derive(Debug, Default)]
pub struct NativeDesktop;

impl Desktop for NativeDesktop {
    const MENU_KEYS: bool = true;

    /// Black: only the coverage counts in a template image.
    const ICON_COLOUR: [u8; 3] = [0, 0, 0];

    fn prepare<T: 'static>(&self, events: &mut EventLoop<T>) {
        events.set_activation_policy(ActivationPolicy::Accessory);
        events.set_activate_ignoring_other_apps(false);
        notifications::listen();
        activities::forbid_termination();
        // Else every move of the mouse over the icon waits in a channel that nobody reads.
        TrayIconEvent::set_event_handler(Some(|_| {}));
        if let Err(error) = set_edit_menu() {
            tracing::warn!(%error, "the keys for copy and paste will not work in dialogs");
        }
    }

    fn has_screen(&self) -> bool {
        true
    }

    /// The menu bar colours a template image itself.
    fn with_icon(&self, builder: TrayIconBuilder, icon: Icon) -> TrayIconBuilder {
        // Without a name it is "Item-0", whose place and permission other apps' icons share.
        let builder = builder.with_autosave_name("remote-jupyter");
        builder.with_icon_templated(icon)
    }

    /// A plain `set_icon` would drop the template flag.
    fn set_icon(&self, tray: &TrayIcon, icon: Icon) -> tray_icon::Result<()> {
        tray.set_icon_templated(Some(icon))
    }

    fn menu_is_open(&self) -> bool {
        menu_tracking::is_open()
    }

    fn attach_menu(&self, tray: &TrayIcon, menu: &Menu) {
        status_item::attach_menu(tray, menu);
    }

    fn describe_icon(&self, tray: &TrayIcon, words: &str) {
        status_item::describe(tray, words);
    }

    fn show_menu_of_hidden_icon(&self, tray: &TrayIcon) -> bool {
        status_item::show_menu_if_hidden(tray)
    }

    fn reduces_motion(&self) -> bool {
        NSWorkspace::sharedWorkspace().accessibilityDisplayShouldReduceMotion()
    }

    fn keep_busy(&self, on: bool) {
        activities::keep_busy(on);
    }

    fn reopened(&self, summon: Box<dyn FnOnce() + Send>) {
        notifications::unless_clicked(summon);
    }

    fn notify(&self, notice: Notification, host: Option<&str>, clicked: NotificationClick) {
        notifications::post(notice, host.map(str::to_owned), clicked);
    }

    fn on_earlier_notification(&self, open: Box<dyn Fn(String) + Send + Sync>) {
        notifications::on_earlier(open);
    }

    fn ask(&self, dialog: Dialog, answered: Box<dyn FnOnce(DialogResponse)>) -> DialogId {
        dialogs::ask(dialog, answered)
    }

    fn withdraw(&self, dialog: DialogId) {
        dialogs::withdraw(dialog);
    }

    fn watch(&self, tell: Box<dyn Fn(SystemEvent) + Send + Sync>) -> io::Result<()> {
        system_events::watch(tell)
    }
}

/// Cmd-V reaches a text field through the main menu, which has to have it even in an app that shows
/// no main menu. So nobody reads the labels.
fn set_edit_menu() -> muda::Result<()> {
    let edit = Submenu::with_items(
        "Edit",
        true,
        &[
            &PredefinedMenuItem::undo(None),
            &PredefinedMenuItem::redo(None),
            &PredefinedMenuItem::cut(None),
            &PredefinedMenuItem::copy(None),
            &PredefinedMenuItem::paste(None),
            &PredefinedMenuItem::select_all(None),
        ],
    )?;
    let menu = Menu::with_items(&[&edit])?;
    menu.init_for_nsapp();
    // Its entries point at what muda drops with it.
    std::mem::forget(menu);
    Ok(())
}
