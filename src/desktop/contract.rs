//! The contract between the app and its desktop: the trait that `linux` and `macos` implement, and its data.

use std::io;

use muda::Menu;
use tao::event_loop::EventLoop;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};
use zeroize::Zeroizing;

/// The content of a notification. Never an address: it could hold a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its subject: it takes the place of an older one with the same id.
    pub id: String,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// The effect of a click on it, on its button where there is one: "Open Tab".
    pub action: String,
}

/// The content of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// Its subject, in one line.
    pub title: String,
    /// The whole of it; may have several lines.
    pub text: String,
    /// The response that it waits for.
    pub kind: DialogKind,
}

/// The response that a dialog waits for. Return gives what is safe; Escape and closing it cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogKind {
    /// That it is read.
    Message,
    /// A decision; the default is not to.
    Confirmation {
        /// The button that agrees: "Connect", "Stop Anyway".
        yes: String,
    },
    /// A line of text.
    Line {
        /// True if it may be seen while it is typed.
        echo: bool,
        /// A box to tick, if there is to be one: "Remember in the keychain".
        remember: Option<String>,
    },
}

/// A user's response to a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogResponse {
    /// Cancelled, closed, or withdrawn.
    Dismissed,
    /// Read, or agreed to.
    Confirmed,
    /// A line.
    Line {
        /// The line, wiped from memory when dropped.
        text: Zeroizing<String>,
        /// True if the box was ticked.
        remember: bool,
    },
}

/// A dialog that is open, for [`Desktop::withdraw`].
pub type DialogId = u64;

/// An event of the local computer: something that may have cost connections, or an end of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemEvent {
    /// It is about to sleep.
    Sleep,
    /// It is awake again.
    Wake,
    /// It has another network than before, or one again.
    NetworkChanged,
    /// The tray's menu is open no more, see [`Desktop::menu_is_open`].
    MenuClosed,
}

/// Receives system events.
pub type SystemEventSink = dyn Fn(SystemEvent) + Send + Sync;

/// A desktop, as the app needs it.
pub trait Desktop {
    /// True if its menus show keys beside their entries.
    const MENU_KEYS: bool;

    /// The tray icon's colour; its shape says everything.
    const ICON_COLOUR: [u8; 3];

    /// Sets up what must be there before the event loop runs: no place in the Dock or the task bar,
    /// and no focus taken. Main thread only.
    fn prepare<T: 'static>(&self, events: &mut EventLoop<T>);

    /// Checks if there is a screen to show anything on.
    fn has_screen(&self) -> bool;

    /// The builder with the icon in it, as the tray wants it.
    fn with_icon(&self, builder: TrayIconBuilder, icon: Icon) -> TrayIconBuilder;

    /// Puts another icon into the tray. Main thread only.
    ///
    /// # Errors
    /// The tray's.
    fn set_icon(&self, tray: &TrayIcon, icon: Icon) -> tray_icon::Result<()>;

    /// Returns true while the tray's menu is open where such a menu must not be edited; once it is
    /// closed, [`SystemEvent::MenuClosed`] tells so. Main thread only.
    fn menu_is_open(&self) -> bool {
        false
    }

    /// Makes a tray icon that was just built open this menu. Main thread only.
    fn attach_menu(&self, _: &TrayIcon, _: &Menu) {}

    /// Says in words what the tray icon shows, for those who do not see it. Main thread only.
    fn describe_icon(&self, tray: &TrayIcon, words: &str) {
        // A hint that is missing is no reason to fail.
        let _ = tray.set_tooltip(Some(words));
    }

    /// Shows the tray's menu at the pointer if the icon is nowhere to be seen, and returns true
    /// then. Main thread only.
    fn show_menu_of_hidden_icon(&self, _: &TrayIcon) -> bool {
        false
    }

    /// Returns true if the user wants nothing on the screen to move. Main thread only.
    fn reduces_motion(&self) -> bool {
        false
    }

    /// Keeps the system from slowing the app down, while there is a tunnel. Main thread only.
    fn keep_busy(&self, _: bool) {}

    /// The system says that the app was opened once more: calls `summon`, unless it only says so
    /// because of a click on a notification. Main thread only.
    fn reopened(&self, summon: Box<dyn FnOnce() + Send>) {
        summon();
    }

    /// Posts a notification, and returns at once: the notification service may be slow, or missing.
    /// `clicked` is called from any thread, at most once, if the user clicks it.
    fn notify(&self, notice: Notification, clicked: Box<dyn FnOnce() + Send>);

    /// Opens a dialog in front of other windows and returns at once. `answered` is called later on
    /// the main thread, exactly once, never from within this call. Main thread only.
    fn ask(&self, dialog: Dialog, answered: Box<dyn FnOnce(DialogResponse)>) -> DialogId;

    /// Closes a dialog whose answer nobody waits for any more; `answered` gets [`DialogResponse::Dismissed`].
    /// One that is closed already is no error. Main thread only.
    fn withdraw(&self, dialog: DialogId);

    /// Tells of changes from now on, from a thread of its own. Main thread only.
    ///
    /// # Errors
    /// When the system offers no way to hear of them; the app then lives without.
    fn watch(&self, tell: Box<dyn Fn(SystemEvent) + Send + Sync>) -> io::Result<()>;
}
