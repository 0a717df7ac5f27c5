//! A desktop without a person: a bus, a screen, a tray whose menu is read and clicked over the bus, and a browser.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use zbus::{Connection, OwnedVariant, Variant};

use crate::bus::{self, Notification, Seen};
use crate::support::browser::VISIT;
use crate::support::process::must;
use crate::support::stage::{Bus, Screen};
use crate::support::{Client, eventually, folder};

/// The person's wait for anything that needs no Jupyter to start.
pub const SOON: Duration = Duration::from_secs(15);

const MENU: &str = "com.canonical.dbusmenu";

/// Writes down what it is given, and goes there as a browser would.
const BROWSER: &str = r#"
printf '%s\n' "$1" >>'@FOLDER@/addresses'
visit "$1" >>'@FOLDER@/answers'
"#;

/// Dropping it ends the bus and the screen.
pub struct Desktop {
    folder: TempDir,
    _bus: Bus,
    screen: Screen,
    connection: Connection,
    player: Option<Connection>,
    seen: Arc<Mutex<Seen>>,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i32,
    /// With the texts of the submenus it is in: `Help > Show Log`. A host's submenu stands below it, and goes by its
    /// name: `gpu01 > Disconnect`.
    pub text: String,
    pub enabled: bool,
}

/// As the bus carries it: number, properties, entries below.
type Entry = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

impl Desktop {
    /// A desktop that the client's programs find from now on.
    pub fn of(client: &Client) -> Self {
        Self::begin(client, true)
    }

    /// One that has neither a place for tray icons nor anybody who shows notifications.
    pub fn empty(client: &Client) -> Self {
        Self::begin(client, false)
    }

    fn begin(client: &Client, has_services: bool) -> Self {
        let folder = folder("rj-desk-");
        let (bus, screen) = (Bus::start(), Screen::start());
        let address = bus.address();
        let services = has_services.then(|| bus::play(&address));
        let (seen, player) = services.unzip();
        let connect = zbus::connection::Builder::address(address.as_str())
            .method_timeout(SOON)
            .build();
        let connection = zbus::block_on(connect).expect("the bus");
        client.env("DBUS_SESSION_BUS_ADDRESS", address);
        client.env("DISPLAY", screen.display());
        // GTK would look for a service of the machine's.
        client.env("NO_AT_BRIDGE", "1");
        let desktop = Self {
            folder,
            _bus: bus,
            screen,
            connection,
            player,
            seen: seen.unwrap_or_default(),
        };
        desktop.write_browser();
        desktop.write_opener(client);
        desktop
    }

    fn write_browser(&self) {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let script = BROWSER.replace("@FOLDER@", &folder);
        let script = format!("#!/bin/sh\n{VISIT}{script}");
        fs::write(self.browser(), script).unwrap();
        fs::set_permissions(self.browser(), fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// What opens files: it writes down which.
    fn write_opener(&self, client: &Client) {
        let folder = self.folder.path();
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}/opened'\n",
            folder.display()
        );
        let file = folder.join("xdg-open");
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        client.env("PATH", format!("{}:{path}", folder.display()));
    }

    /// The browser, for the configuration.
    pub fn browser(&self) -> String {
        let file = self.folder.path().join("browser");
        file.to_string_lossy().into_owned()
    }

    /// The addresses that the browser was given.
    pub fn addresses(&self) -> Vec<String> {
        self.lines_of("addresses")
    }

    /// The statuses of the pages that it came to.
    pub fn answers(&self) -> Vec<String> {
        self.lines_of("answers")
    }

    fn lines_of(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub fn notifications(&self) -> Vec<Notification> {
        self.seen.lock().unwrap().notifications.clone()
    }

    /// Clicks the newest notification.
    pub fn click_notification(&self) {
        self.click_in_notification("default");
    }

    /// Clicks the part of the newest notification that has this name.
    pub fn click_in_notification(&self, name: &str) {
        let count = self.notifications().len();
        let id = u32::try_from(count).unwrap();
        let body = (id, name);
        let path = "/org/freedesktop/Notifications";
        let name = "org.freedesktop.Notifications";
        let player = self.player.as_ref().expect("somebody who shows them");
        let emit = player.emit_signal(None::<&str>, path, name, "ActionInvoked", &body);
        zbus::block_on(emit).expect("a click");
    }

    /// Waits for the one dialog on the screen, and looks at it.
    fn look_at_dialog(&self) -> String {
        let mut window = String::new();
        let shown = eventually(SOON, || {
            window = self.windows().pop().unwrap_or_default();
            // It may have gone since.
            let focused = |window: &str| {
                let mut command = self.program("xdotool");
                let out = command.args(["windowfocus", "--sync", window]).output();
                out.is_ok_and(|out| out.status.success())
            };
            !window.is_empty() && focused(&window)
        });
        assert!(shown, "no dialog; {:#?}", self.texts());
        window
    }

    /// Waits for the one dialog on the screen, does something, and waits until another one stands in its place.
    pub fn replace_dialog(&self, by: impl FnOnce()) {
        let before = self.look_at_dialog();
        by();
        let is_another = || {
            self.windows()
                .last()
                .is_some_and(|window| *window != before)
        };
        assert!(eventually(SOON, is_another), "the dialog stays");
    }

    /// Waits until no dialog is on the screen.
    pub fn wait_for_no_dialog(&self) {
        assert!(
            eventually(SOON, || self.windows().is_empty()),
            "a dialog stays"
        );
    }

    fn windows(&self) -> Vec<String> {
        let mut command = self.program("xdotool");
        command.args(["search", "--onlyvisible", "--name", "Remote Jupyter$"]);
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        out.lines().map(str::to_owned).collect()
    }

    /// Types into the dialog, presses Return, and sees it go.
    pub fn answer(&self, text: &str) {
        let window = self.look_at_dialog();
        self.xdotool(&["type", "--delay", "20", text]);
        self.xdotool(&["key", "Return"]);
        let is_gone = || !self.windows().contains(&window);
        assert!(eventually(SOON, is_gone), "the dialog stays");
    }

    /// Presses keys in the dialog.
    pub fn press(&self, keys: &[&str]) {
        self.look_at_dialog();
        self.xdotool(&[&["key", "--delay", "30"], keys].concat());
    }

    fn xdotool(&self, arguments: &[&str]) {
        must(self.program("xdotool").args(arguments));
    }

    /// What the clipboard holds.
    pub fn clipboard(&self) -> String {
        let mut command = self.program("xclip");
        command.args(["-selection", "clipboard", "-o"]);
        String::from_utf8(command.output().expect("xclip").stdout).unwrap()
    }

    /// Returns the clipboard in that form; empty without one.
    pub fn clipboard_as(&self, target: &str) -> String {
        let mut command = self.program("xclip");
        command.args(["-selection", "clipboard", "-t", target, "-o"]);
        String::from_utf8(command.output().expect("xclip").stdout).unwrap()
    }

    /// A program of this desktop's.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("DISPLAY", self.screen.display());
        command
    }

    /// The files that were opened in their programs.
    pub fn opened_files(&self) -> Vec<String> {
        self.lines_of("opened")
    }

    /// The menu as it is now; empty as long as there is none.
    pub fn menu(&self) -> Vec<Line> {
        self.try_menu().unwrap_or_default()
    }

    /// The menu's texts.
    pub fn texts(&self) -> Vec<String> {
        self.menu().into_iter().map(|line| line.text).collect()
    }

    /// How many tray icons were announced so far.
    pub fn icons(&self) -> usize {
        self.seen.lock().unwrap().icons.len()
    }

    fn icon(&self) -> Option<String> {
        self.seen.lock().unwrap().icons.last().cloned()
    }

    fn try_menu(&self) -> Option<Vec<Line>> {
        let none: &[&str] = &[];
        let reply = self.call("GetLayout", &(0_i32, -1_i32, none))?.ok()?;
        let (_, (_, _, children)): (u32, Entry) = reply.body().deserialize().expect("a layout");
        let mut lines = Vec::new();
        flatten(children, "", &mut lines);
        Some(lines)
    }

    fn call<B>(&self, method: &str, body: &B) -> Option<zbus::Result<zbus::Message>>
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        let icon = self.icon()?;
        let call =
            self.connection
                .call_method(Some(icon.as_str()), "/MenuBar", Some(MENU), method, body);
        Some(zbus::block_on(call))
    }

    /// Waits for a line that begins so, and gives it.
    pub fn wait_for(&self, start: &str) -> Line {
        self.wait_within(start, SOON)
    }

    pub fn wait_within(&self, start: &str, patience: Duration) -> Line {
        let mut found = None;
        eventually(patience, || {
            found = self
                .menu()
                .into_iter()
                .find(|line| line.text.starts_with(start));
            found.is_some()
        });
        found.unwrap_or_else(|| panic!("no \"{start}\" in the menu: {:#?}", self.texts()))
    }

    /// Clicks the line that is called exactly so, once it is there.
    pub fn click(&self, text: &str) {
        // The menu may change between our look and our click, which then misses.
        let clicked = eventually(SOON, || {
            let line = self.menu().into_iter().find(|line| line.text == text);
            line.is_some_and(|line| self.click_id(line.id))
        });
        assert!(clicked, "no \"{text}\" to click: {:#?}", self.texts());
    }

    /// Clicks the host's own line, whatever its state.
    pub fn click_host(&self, name: &str) {
        let is_its = |line: &Line| host_of(&line.text).is_some_and(|host| host == name);
        let clicked = eventually(SOON, || {
            let line = self.menu().into_iter().find(is_its);
            line.is_some_and(|line| self.click_id(line.id))
        });
        assert!(clicked, "no {name} to click: {:#?}", self.texts());
    }

    /// The lines of the hosts.
    pub fn hosts(&self) -> Vec<String> {
        let texts = self.texts().into_iter();
        texts.filter(|text| host_of(text).is_some()).collect()
    }

    /// As a program without manners may, on whatever line.
    pub fn click_id(&self, id: i32) -> bool {
        let data = Variant::from(0_i32);
        match self.call("Event", &(id, "clicked", data, 0_u32)) {
            Some(Ok(_)) => true,
            // An app that quits may be gone before it answers.
            Some(Err(zbus::Error::FDO(error))) => matches!(*error, zbus::fdo::Error::NoReply(_)),
            _ => false,
        }
    }
}

/// The name of the host whose own line this is.
fn host_of(text: &str) -> Option<&str> {
    let state = text.strip_prefix(['○', '◐', '●', '▲', '◌'])?;
    // A line that leads to a dialog, such as that of the configuration's mistakes, is none.
    let state = state.strip_prefix(' ').filter(|_| !text.ends_with('…'))?;
    Some(state.split_once(": ").map_or(state, |(name, _)| name))
}

fn flatten(children: Vec<OwnedVariant>, above: &str, lines: &mut Vec<Line>) {
    let mut host = String::new();
    for child in children {
        let (id, mut fields, below): Entry = child.try_into().expect("an entry of the menu");
        let label = fields
            .remove("label")
            .and_then(|text| String::try_from(text).ok());
        let enabled = fields
            .remove("enabled")
            .and_then(|is| bool::try_from(is).ok());
        // A single underscore would mark the next letter; ours are written twice.
        let label = label.unwrap_or_else(|| "-".into()).replace("__", "_");
        if let Some(name) = host_of(&label) {
            name.clone_into(&mut host);
        }
        // What is indented belongs to the host above it.
        let label = if label.starts_with(' ') {
            &host
        } else {
            &label
        };
        let text = format!("{above}{label}");
        lines.push(Line {
            id,
            text: text.clone(),
            enabled: enabled.unwrap_or(true),
        });
        flatten(below, &format!("{text} > "), lines);
    }
}
