//! `uninstall`: removes what this program has put on the local computer, and reports each part.
//! Changes nothing on remote hosts.

use std::io;
use std::path::Path;

use serde_json::json;

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::{errln, outln};
use crate::host_os::{Scope, installed_files, parse_remembered, runtime_folder, state_folder};
use crate::i18n::fl;
use crate::ipc::{self, APP, LockHolder, LockResult};
use crate::problem;
use crate::problem::Problem;

/// Removes everything but the configuration, and that as well if `purge`. The program itself stays:
/// it is removed in the way in which it was installed.
pub fn uninstall(context: &Context, purge: bool, json: bool) -> CommandOutcome {
    let folder = runtime_folder().map_err(|error| problem::no_control(&fl!("the-app"), &error))?;
    let mut report = RemovalReport { json, failed: None };
    // From here on there are some of this program's own.
    let had_sockets = !installed_files::sockets(&folder).is_empty();
    let visited = installed_files::visited_hosts();
    {
        // As long as it is held no app starts.
        let _lease = alone(context, &folder)?;
        desktop(&mut report);
        for file in installed_files::state() {
            report.remove("state", &file);
        }
        report.remove("logs", &installed_files::logs());
        if purge {
            configuration(context, &mut report);
        }
    }
    let outcome = installed_files::remove_sockets(&folder);
    report.outcome("sockets", &folder, outcome.map(|gone| gone && had_sockets));
    report.remove_if_empty("state", &state_folder());
    report.tell_what_stays(context, purge, &visited);
    report.failed.map_or(Ok(0), Err)
}

/// The right to be the one program of ours that runs here.
fn alone(context: &Context, folder: &Path) -> Result<ipc::HostLock, Problem> {
    let failed = |error: io::Error| problem::no_control("uninstall", &error);
    let scope = context.scope();
    let LockResult::Acquired(lease) = ipc::acquire(folder, scope, APP).map_err(failed)? else {
        return Err(problem::app_runs());
    };
    let held = ipc::held_locks(folder, scope).map_err(failed)?;
    if held.iter().any(|held| held.host == APP) {
        return Err(problem::app_runs());
    }
    let all: Vec<String> = held.iter().map(|held| held.host.clone()).collect();
    match held.first() {
        None => Ok(lease),
        Some(first) => Err(problem::tunnels_open(&closing_words(scope, first), &all)),
    }
}

/// Returns the arguments of `close` for a tunnel that may be of another configuration, quoted for a
/// shell.
fn closing_words(scope: &Scope, held: &LockHolder) -> String {
    let options = held.options();
    if scope.with(options.clone()) == *scope {
        return format!("close {}", held.host);
    }
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let mut words = Vec::new();
    for (option, path) in options.words() {
        words.extend([option.to_owned(), quoted(path)]);
    }
    words.extend(["close".to_owned(), held.host.clone()]);
    words.join(" ")
}

/// Removes what the app has put into the desktop.
#[cfg(feature = "app")]
fn desktop(report: &mut RemovalReport) {
    use crate::desktop::keychain;
    use crate::desktop::login_item::{self, Status};
    use crate::desktop::shortcut;
    use crate::host_os::ConfigOptions;

    let was = login_item::status();
    match login_item::set(false, &ConfigOptions::default()) {
        Ok(()) if matches!(was, Status::On | Status::NeedsApproval) => {
            report.removed("login-item", &fl!("uninstall-login-item"));
        }
        Ok(()) => {}
        // Where there can be none, none is left.
        Err(_) if matches!(was, Status::NotHere(_)) => {}
        Err(error) => report.failed(problem::login_item(&error)),
    }
    for known in shortcut::list() {
        match shortcut::remove_file(&known) {
            Ok(()) => report.removed("launcher", &known.path.display().to_string()),
            Err(error) => report.failed(problem::launcher(&known.host, &error)),
        }
    }
    match keychain::forget_all() {
        Ok(0) | Err(keychain::KeychainError::Absent(_)) => {}
        Ok(count) => report.removed("keychain", &fl!("uninstall-keychain", count = count)),
        Err(error) => report.failed(problem::keychain_kept(&error)),
    }
}

#[cfg(not(feature = "app"))]
fn desktop(_: &mut RemovalReport) {}

fn configuration(context: &Context, report: &mut RemovalReport) {
    let file = &context.config_path;
    report.remove("configuration", file);
    // Only a folder of ours: who keeps the file elsewhere keeps the folder.
    let folder = file
        .parent()
        .filter(|folder| folder.ends_with("remote-jupyter"));
    if let Some(folder) = folder {
        report.remove_if_empty("configuration", folder);
    }
}

/// Tells each part as it goes, and keeps the first failure: the others are to go all the same.
struct RemovalReport {
    json: bool,
    failed: Option<Problem>,
}

impl RemovalReport {
    fn remove(&mut self, part: &str, path: &Path) {
        self.outcome(part, path, installed_files::remove(path));
    }

    fn remove_if_empty(&mut self, part: &str, folder: &Path) {
        self.outcome(part, folder, installed_files::remove_if_empty(folder));
    }

    fn outcome(&mut self, part: &str, path: &Path, outcome: io::Result<bool>) {
        match outcome {
            Ok(true) => self.removed(part, &path.display().to_string()),
            Ok(false) => {}
            Err(error) => self.failed(problem::not_removed(path, &error)),
        }
    }

    fn removed(&self, part: &str, what: &str) {
        if self.json {
            println!("{}", json!({ "part": part, "what": what, "removed": true }));
        } else {
            outln!("{}", fl!("uninstall-removed", what = what));
        }
    }

    fn stays(&self, part: &str, what: &str, text: &str) {
        if self.json {
            println!(
                "{}",
                json!({ "part": part, "what": what, "removed": false })
            );
        } else {
            outln!("{text}");
        }
    }

    fn failed(&mut self, problem: Problem) {
        match self.failed {
            None => self.failed = Some(problem),
            Some(_) => errln!("remote-jupyter: {problem}"),
        }
    }

    fn tell_what_stays(&self, context: &Context, purge: bool, visited: &[String]) {
        let folder = state_folder();
        if folder.exists() {
            let path = folder.display().to_string();
            self.stays("state", &path, &fl!("uninstall-servers-here", path = &path));
        }
        if !purge && context.config_path.exists() {
            let path = context.config_path.display().to_string();
            let text = fl!("uninstall-configuration-stays", path = &path);
            self.stays("configuration", &path, &text);
        }
        for host in visited {
            let (host, config) = parse_remembered(host);
            let text = match config {
                None => fl!("uninstall-host", host = host),
                Some(config) => fl!("uninstall-host-elsewhere", host = host, config = config),
            };
            self.stays("servers", host, &text);
        }
    }
}
