//! The Mac's desktop. Nothing of this has run on a Mac yet: docs/macos.md lists what is assumed.

pub mod login_item;

use std::io;

use tao::event_loop::EventLoop;
use tao::platform::macos::{ActivationPolicy, EventLoopExtMacOS};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::desktop::{Change, Desktop, Dialog, DialogId, Given, Notice};

/// This desktop.
#[derive(Debug, Default)]
pub struct Here;

impl Desktop for Here {
    fn prepare<T: 'static>(&self, events: &mut EventLoop<T>) {
        events.set_activation_policy(ActivationPolicy::Accessory);
        events.set_activate_ignoring_other_apps(false);
    }

    /// The menu bar colours a template image itself.
    fn with_icon(&self, builder: TrayIconBuilder, icon: Icon) -> TrayIconBuilder {
        builder.with_icon_templated(icon)
    }

    /// A plain `set_icon` would drop the template flag.
    fn set_icon(&self, tray: &TrayIcon, icon: Icon) -> tray_icon::Result<()> {
        tray.set_icon_templated(Some(icon))
    }

    fn notify(&self, notice: Notice, clicked: Box<dyn FnOnce() + Send>) {
        drop(clicked);
        tracing::info!(title = notice.title, body = notice.body, "notification");
    }

    fn ask(&self, _: Dialog, answered: Box<dyn FnOnce(Given)>) -> DialogId {
        answered(Given::Nothing);
        0
    }

    fn withdraw(&self, _: DialogId) {}

    fn watch(&self, _: Box<dyn Fn(Change) + Send + Sync>) -> io::Result<()> {
        Ok(())
    }
}
