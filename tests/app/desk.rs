//! What the scenarios share: one app, on its desktop, with a far side.

use std::fmt::Write as _;

use crate::desktop::Desktop;
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, eventually};

/// The app is ended first, then its desktop, then the far side.
pub struct Desk {
    pub app: Opened,
    pub desktop: Desktop,
    pub client: Client,
    pub sshd: Sshd,
}

impl Desk {
    /// The app with these hosts, all of them the same machine.
    pub fn with(hosts: &[&str]) -> Self {
        Self::around(Sshd::start(), hosts, "")
    }

    /// With a server of the test's own, and lines of its own at the top of the configuration.
    pub fn around(sshd: Sshd, hosts: &[&str], lines: &str) -> Self {
        Self::speaking(sshd, hosts, lines, "Quit")
    }

    /// The same in another language, whose word for quitting begins so.
    pub fn speaking(sshd: Sshd, hosts: &[&str], lines: &str, quit: &str) -> Self {
        let (desk, ()) = Self::begin(sshd, hosts, lines, |_| ());
        desk.desktop.wait_for(quit);
        desk
    }

    /// With something that the person does before the app is started.
    pub fn after<T>(
        sshd: Sshd,
        hosts: &[&str],
        lines: &str,
        before: impl FnOnce(&Client) -> T,
    ) -> (Self, T) {
        let (desk, done) = Self::begin(sshd, hosts, lines, before);
        desk.desktop.wait_for("Quit");
        (desk, done)
    }

    fn begin<T>(
        sshd: Sshd,
        hosts: &[&str],
        lines: &str,
        before: impl FnOnce(&Client) -> T,
    ) -> (Self, T) {
        let client = Client::of(&sshd);
        let desktop = Desktop::of(&client);
        client.configure(&configuration(&desktop, hosts, lines));
        let done = before(&client);
        let app = Opened::spawn(&mut client.command(&[]));
        let desk = Self {
            app,
            desktop,
            client,
            sshd,
        };
        (desk, done)
    }

    /// What the app has written into its log.
    pub fn log(&self) -> String {
        let folder = self.client.path("state/remote-jupyter/logs");
        let files = folder.read_dir().into_iter().flatten().flatten();
        let logs = files.filter(|file| file.path().extension().is_some_and(|end| end == "log"));
        logs.map(|file| std::fs::read_to_string(file.path()).unwrap())
            .collect()
    }

    /// Writes the configuration anew.
    pub fn configure(&self, hosts: &[&str]) {
        self.client
            .configure(&configuration(&self.desktop, hosts, ""));
    }

    /// Clicks a host and waits for its tunnel and its page.
    pub fn connect(&self, host: &str) {
        let pages = self.desktop.answers().len();
        self.desktop.click(&format!("○ {host}"));
        self.desktop.wait_within(&format!("● {host}"), PATIENCE);
        self.wait_for_pages(pages + 1);
    }

    /// Waits until the browser has come to that many pages, all of them good.
    pub fn wait_for_pages(&self, count: usize) {
        let came = eventually(PATIENCE, || self.desktop.answers().len() >= count);
        let answers = self.desktop.answers();
        assert!(came, "{answers:?}, {:?}", self.desktop.addresses());
        assert_eq!(answers, vec!["200"; count]);
    }
}

pub fn configuration(desktop: &Desktop, hosts: &[&str], lines: &str) -> String {
    let mut text = format!("browser = {:?}\n{lines}\n", desktop.browser());
    for host in hosts {
        // `name=alias`: one of the client's aliases, which differ in how they log in.
        let (name, alias) = host.split_once('=').unwrap_or((host, "test"));
        writeln!(text, "[[host]]\nname = {name:?}\nssh = {alias:?}").unwrap();
    }
    text
}

/// The real Jupyter servers that run there.
pub fn servers(sshd: &Sshd) -> usize {
    let is_server = |line: &String| line.contains("python") && line.contains("/bin/jupyter-");
    sshd.leftovers()
        .iter()
        .filter(|line| is_server(line))
        .count()
}
