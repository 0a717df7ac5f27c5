//! The Linux desktop: GTK's dialogs, notifications and tray over D-Bus, changes from logind and
//! netlink.

mod changes;
mod dialogs;
pub mod login_item;
mod logind;
mod netlink;
mod notify;
mod plain;

use std::io;

use tao::event_loop::EventLoop;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::desktop::{Change, Desktop, Dialog, DialogId, Given, Notice};

/// This desktop.
#[derive(Debug, Default)]
pub struct Here;

impl Desktop for Here {
    fn prepare<T: 'static>(&self, _: &mut EventLoop<T>) {}

    /// The title is what screen readers and overflow lists say.
    fn with_icon(&self, builder: TrayIconBuilder, icon: Icon) -> TrayIconBuilder {
        builder.with_icon(icon).with_title("Remote Jupyter")
    }

    fn set_icon(&self, tray: &TrayIcon, icon: Icon) -> tray_icon::Result<()> {
        tray.set_icon(Some(icon))
    }

    fn notify(&self, notice: Notice, clicked: Box<dyn FnOnce() + Send>) {
        notify::post(notice, clicked);
    }

    fn ask(&self, dialog: Dialog, answered: Box<dyn FnOnce(Given)>) -> DialogId {
        dialogs::ask(&dialog, answered)
    }

    fn withdraw(&self, dialog: DialogId) {
        dialogs::withdraw(dialog);
    }

    fn watch(&self, tell: Box<dyn Fn(Change) + Send + Sync>) -> io::Result<()> {
        changes::watch(tell)
    }
}
