//! The Linux desktop: GTK's dialogs, notifications and tray over D-Bus, changes from logind and
//! netlink.

mod desktop_entry;
mod dialog_window;
mod dialogs;
pub mod login_item;
mod logind;
mod netlink;
mod notifications;
pub mod shortcut;
mod system_events;

use std::io;

use tao::event_loop::EventLoop;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::contract::{
    Desktop, Dialog, DialogId, DialogResponse, Notification, NotificationClick, SystemEvent,
};

/// This desktop.
#[derive(Debug, Default)]
pub struct NativeDesktop;

impl Desktop for NativeDesktop {
    const MENU_KEYS: bool = false;

    /// A panel may be light or dark, and does not say: this orange is dark enough for the one and
    /// light enough for the other.
    const ICON_COLOUR: [u8; 3] = [0xCF, 0x5F, 0x14];

    fn prepare<T: 'static>(&self, _: &mut EventLoop<T>) {}

    /// Without one, the process would end inside GTK, without a word of ours.
    fn has_screen(&self) -> bool {
        let set = |name| std::env::var_os(name).is_some();
        set("DISPLAY") || set("WAYLAND_DISPLAY")
    }

    /// The title is what screen readers and overflow lists say.
    fn with_icon(&self, builder: TrayIconBuilder, icon: Icon) -> TrayIconBuilder {
        builder.with_icon(icon).with_title("Remote Jupyter")
    }

    fn set_icon(&self, tray: &TrayIcon, icon: Icon) -> tray_icon::Result<()> {
        tray.set_icon(Some(icon))
    }

    /// Its server tells of a click only to the connection that posted it.
    fn notify(&self, notice: Notification, _host: Option<&str>, clicked: NotificationClick) {
        notifications::post(notice, clicked);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, as WCAG has it.
    fn luminance(colour: [u8; 3]) -> f64 {
        let linear = colour.map(|part| (f64::from(part) / 255.0).powf(2.2));
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn the_icon_reads_on_light_and_on_dark_panels() {
        let ours = luminance(NativeDesktop::ICON_COLOUR) + 0.05;
        let (light, dark) = (luminance([246; 3]) + 0.05, luminance([36; 3]) + 0.05);
        assert!(light / ours > 3.0 && ours / dark > 3.0, "WCAG 1.4.11");
    }
}
