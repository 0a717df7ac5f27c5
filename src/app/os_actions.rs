//! Local actions other than connecting: opening files, copying text.

use std::io;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use crate::config::{self, Config, EditError};
use crate::desktop::{login_item, shortcut};
use crate::host_os::menu_memory::{self, MenuMemory};
use crate::host_os::{Scope, edit, private_file, thread};
use crate::host_os::{logs_folder, private_logs_folder};
use crate::i18n::fl;
use crate::problem;
use crate::problem::Problem;

use super::event::{AfterAdding, AppEvent};
use super::event_sender::EventSender;
use super::menu_action::MenuAction;

/// Does something that may take its time, in a thread, and tells what went wrong.
fn spawn_task(
    sender: &EventSender,
    work: impl FnOnce(&EventSender) -> Result<(), Problem> + Send + 'static,
) {
    let sender = sender.clone();
    thread::spawn("desktop", move || {
        if let Err(problem) = work(&sender) {
            tracing::warn!(title = problem.title, detail = problem.detail, "not done");
            sender.send(AppEvent::Error(problem));
        }
    });
}

/// Opens the configuration in the system's editor for it.
pub fn edit_configuration(sender: &EventSender, path: PathBuf) {
    spawn_task(sender, move |_| {
        config::begin(&path).map_err(|error| problem::not_opened(&path, &error))?;
        edit(&path).map_err(|error| problem::not_opened(&path, &in_words(&error)))
    });
}

/// Opens the app's own log.
pub fn show_log(sender: &EventSender) {
    spawn_task(sender, |_| {
        let newest = newest_log();
        show(&newest.map_or_else(folder, Ok)?)
    });
}

/// Shows what Jupyter printed on a host, as a file that only this account can read.
pub fn show_host_log(sender: &EventSender, host: &str, text: String) {
    let name = log_name(host);
    spawn_task(sender, move |_| {
        let path = folder()?.join(name);
        let written = private_file(&path).and_then(|mut file| {
            file.set_len(0)?;
            std::io::Write::write_all(&mut file, text.as_bytes())
        });
        written.map_err(|error| problem::not_opened(&path, &error))?;
        show(&path)
    });
}

/// Opens a page whose address holds no secret.
pub fn show_page(sender: &EventSender, url: String, browser: Option<String>) {
    spawn_task(sender, move |sender| {
        let sender = sender.clone();
        let failed = move |why| {
            sender.send(AppEvent::Error(problem::no_browser(why)));
        };
        crate::host_os::open_page(&url, browser.as_deref(), failed).map_err(problem::no_browser)
    });
}

/// Adds an alias of the ssh configuration to the hosts; it is opened as well if `open`.
pub fn add(sender: &EventSender, path: PathBuf, alias: String, open: bool) {
    let add = |path: &Path, alias: &str| config::add_host(path, alias).map(|()| alias.to_owned());
    let then = if open {
        AfterAdding::Open
    } else {
        AfterAdding::Edit
    };
    add_by(add, sender, path, alias, then);
}

/// Adds a host by its destination for ssh, which has been tried.
pub fn add_destination(sender: &EventSender, path: PathBuf, destination: String) {
    let then = AfterAdding::Nothing;
    add_by(config::add_destination, sender, path, destination, then);
}

/// Adds a host in that way, which gives it its name.
fn add_by(
    add: impl FnOnce(&Path, &str) -> Result<String, EditError> + Send + 'static,
    sender: &EventSender,
    path: PathBuf,
    host: String,
    then: AfterAdding,
) {
    let sender = sender.clone();
    thread::spawn("add host", move || {
        let added = add(&path, &host);
        let added = added.map_err(|error| problem::not_added(&path, &host, &error));
        if added.is_ok() {
            let config = Config::load(&path).map(Box::new);
            sender.send(AppEvent::ConfigReloaded(config));
        }
        sender.send(AppEvent::HostAdded { then, added });
    });
}

/// Reads what the menu remembers of earlier runs.
pub fn recall_menu(sender: &EventSender, scope: &Scope) {
    let (sender, scope) = (sender.clone(), scope.clone());
    thread::spawn("menu", move || {
        sender.send(AppEvent::MenuRecalled(MenuMemory::load(&scope)));
    });
}

/// Remembers that a host is off the menu, or that it is not.
pub fn remember_hidden(scope: &Scope, alias: String, hidden: bool) {
    let scope = scope.clone();
    remember(move || menu_memory::remember_hidden(&scope, &alias, hidden));
}

/// Remembers the notebooks of a host.
pub fn remember_notebooks(scope: &Scope, host: &str, paths: Vec<String>) {
    let (scope, host) = (scope.clone(), host.to_owned());
    remember(move || menu_memory::remember_notebooks(&scope, &host, &paths));
}

/// Remembers that a host's tunnel stands, or that it does not.
pub fn remember_open(scope: &Scope, host: &str, open: bool) {
    let (scope, host) = (scope.clone(), host.to_owned());
    remember(move || menu_memory::remember_open(&scope, &host, open));
}

/// Only comfort is lost where nothing can be remembered.
fn remember(write: impl FnOnce() -> io::Result<()> + Send + 'static) {
    thread::spawn("menu", move || {
        if let Err(error) = write() {
            tracing::warn!(%error, "the menu's memory could not be written");
        }
    });
}

/// Welcomes a user who has never seen the app.
pub fn welcome_once(sender: &EventSender) {
    let sender = sender.clone();
    thread::spawn("welcome", move || match crate::host_os::is_first_run() {
        Ok(true) => {
            sender.send(AppEvent::MenuClicked(MenuAction::ShowWelcome));
        }
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "whether this is the first run cannot be remembered"),
    });
}

/// Starts the app at login or not any more, and says how it is then.
pub fn set_login_item(sender: &EventSender, on: bool, scope: &Scope) {
    let options = scope.options().clone();
    spawn_task(sender, move |sender| {
        let set = login_item::set(on, &options);
        sender.send(AppEvent::LoginItem(login_item::status()));
        set.map_err(|error| problem::login_item(&error))
    });
}

/// Finds out whether the app starts at login.
pub fn look_at_login_item(sender: &EventSender) {
    spawn_task(sender, |sender| {
        sender.send(AppEvent::LoginItem(login_item::status()));
        Ok(())
    });
}

/// Creates a host's shortcut or removes it, and then sends the list of shortcuts.
pub fn set_launcher(sender: &EventSender, host: String, on: bool, scope: &Scope) {
    let scope = scope.clone();
    spawn_task(sender, move |sender| {
        let set = if on {
            shortcut::make(&host, &scope).map(Some)
        } else {
            shortcut::remove(&host, &scope)
        };
        sender.send(AppEvent::Shortcuts(shortcut::list_of(&scope)));
        let set = set.map_err(|error| problem::launcher(&host, &error));
        set.map(drop)
    });
}

fn folder() -> Result<PathBuf, Problem> {
    private_logs_folder().map_err(|error| problem::not_opened(&logs_folder(), &error))
}

fn show(path: &Path) -> Result<(), Problem> {
    open::that_detached(path).map_err(|error| {
        tracing::warn!(%error, path = %path.display(), "the opener failed");
        problem::not_opened(path, &in_words(&error))
    })
}

/// An opener's own words are no more than the number of its exit status.
fn in_words(error: &io::Error) -> io::Error {
    let words = match error.kind() {
        io::ErrorKind::NotFound => fl!("opener-missing"),
        _ => fl!("opener-nobody"),
    };
    io::Error::new(error.kind(), words)
}

/// The app's own log, of the newest day.
pub fn newest_log() -> Option<PathBuf> {
    let entries = std::fs::read_dir(private_logs_folder().ok()?)
        .ok()?
        .filter_map(Result::ok);
    let logs = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "log"));
    let newest = logs.max_by_key(|entry| entry.metadata().and_then(|meta| meta.modified()).ok());
    newest.map(|entry| entry.path())
}

/// Returns the name of a host's log. A host's name may hold any character, and two of them may
/// differ in such a one only.
fn log_name(host: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let start: String = host.chars().map(plain).take(40).collect();
    if start == host {
        return format!("{start}.jupyter.txt");
    }
    let digest = Sha1::digest(host.as_bytes());
    let number = u32::from_be_bytes(digest[..4].try_into().unwrap_or_default());
    format!("{start}.{number:08x}.jupyter.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opener_that_fails_is_told_in_words() {
        let status = "Launcher \"xdg-open\" failed with ExitStatus(unix_wait_status(1024))";
        for (error, want) in [
            (io::Error::other(status), fl!("opener-nobody")),
            (
                io::Error::from(io::ErrorKind::NotFound),
                fl!("opener-missing"),
            ),
        ] {
            assert_eq!(in_words(&error).to_string(), want);
        }
    }

    #[test]
    fn hosts_whose_names_differ_have_logs_of_their_own() {
        assert_eq!(log_name("gpu01"), "gpu01.jupyter.txt");
        let long = |end: &str| format!("{}{end}", "x".repeat(60));
        let names = ["a.b", "a_b", "a b", &long("1"), &long("2")].map(log_name);
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{names:?}");
        }
    }
}
