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
    /// A second button, with an effect of its own; empty where there is none. A server that shows no buttons shows it neither.
    pub alternative: String,
    /// True if the effect takes place at once where it cannot be shown: a click of the user's waits for it.
    pub acts_unseen: bool,
}

/// The part of a notification that was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationButton {
    /// The notification itself, or its button.
    Action,
    /// Its second button.
    Alternative,
}

/// Called with the part that was clicked.
pub type NotificationClick = Box<dyn FnOnce(NotificationButton) + Send>;

/// The content of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// The host that it is about, for the window's title.
    pub host: Option<String>,
    /// Its subject, in one line.
    pub title: String,
    /// The whole of it; may have several lines.
    pub text: String,
    /// Text to compare or pass on letter by letter: it stands apart, and can be copied.
    pub evidence: Option<Evidence>,
    /// Its gravity.
    pub style: DialogStyle,
    /// The response that it waits for.
    pub kind: DialogKind,
}

/// A fingerprint, or another program's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The visible part.
    pub text: String,
    /// The text that the button Copy puts into the clipboard.
    pub copy: String,
}

/// Gravity of a dialog, which its icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogStyle {
    /// Nothing is wrong.
    Information,
    /// Something went wrong, or would be lost.
    Warning,
}

/// The response that a dialog waits for. Return gives what is safe; Escape and closing it cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogKind {
    /// That it is read.
    Message,
    /// A decision; the default is not to.
    Confirmation {
        /// The button that agrees, a verb: "Trust and Connect", "Stop Anyway".
        yes: String,
        /// True if something is lost then.
        destroys: bool,
    },
    /// A line of text.
    Line {
        /// The button that sends it, a verb: "Log In".
        yes: String,
        /// True if it may be seen while it is typed.
        echo: bool,
        /// Lines to choose from; others may still be typed.
        choices: Vec<String>,
        /// A box to tick, if there is to be one: "Remember in the keychain".
        remember: Option<String>,
    },
}

impl Dialog {
    /// Returns a dialog about nothing that went wrong.
    pub fn new(title: impl Into<String>, text: impl Into<String>, kind: DialogKind) -> Self {
        Self {
            host: None,
            title: title.into(),
            text: text.into(),
            evidence: None,
            style: DialogStyle::Information,
            kind,
        }
    }

    /// Returns a dialog to read.
    pub fn message(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(title, text, DialogKind::Message)
    }

    /// Names the host that it is about.
    #[must_use]
    pub fn about(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Says that something went wrong, or would be lost.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.style = DialogStyle::Warning;
        self
    }

    /// Sets evidence apart.
    #[must_use]
    pub fn with_evidence(mut self, text: impl Into<String>, copy: impl Into<String>) -> Self {
        let (text, copy) = (text.into(), copy.into());
        self.evidence = Some(Evidence { text, copy });
        self
    }

    /// Returns the title of its window.
    #[must_use]
    pub fn window_title(&self) -> String {
        let app = "Remote Jupyter";
        match &self.host {
            Some(host) => format!("{host} - {app}"),
            None => app.to_owned(),
        }
    }
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

    /// Says in words what the tray icon shows, for those who do not see it. The words do not name the
    /// app; where nothing else does, the desktop adds the name. Main thread only.
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
    /// `clicked` is called from any thread, at most once, if the user clicks it; `host` is the one that
    /// it is about, for a click after this run of the app.
    fn notify(&self, notice: Notification, host: Option<&str>, clicked: NotificationClick);

    /// Calls `open` from any thread with the host of a notification that an earlier run posted, where
    /// the system keeps those and tells of a click. Main thread only, before the event loop runs.
    fn on_earlier_notification(&self, _: Box<dyn Fn(String) + Send + Sync>) {}

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
