//! Decides what a dialog says: a session's prompts, and what an act of the user's would cost.

use std::time::Duration;

use super::super::model::Stakes;
use super::text::{elapsed, shown};
use crate::config::Host;
use crate::desktop::{Dialog, DialogKind};
use crate::i18n::fl;
use crate::jupyter::{Activity, KernelAction, Kernels, Notebook};
use crate::problem::Problem;
use crate::ssh::prompt::{Prompt, from_home, in_lines};
use crate::ssh::resolve::given_name;

/// Notebooks that a text names; more of them would push the buttons off the screen.
const NAMES: usize = 6;

/// Returns the dialog for a prompt of a session of that host.
pub fn prompt(host: &Host, prompt: &Prompt) -> Dialog {
    let name = host.name.as_str();
    // A jump host asks in its own name.
    let asking = |alias: &str| {
        let is_target = alias == given_name(host.ssh_destination());
        if is_target { name } else { alias }.to_owned()
    };
    let dialog = match prompt {
        Prompt::HostKey { alias, .. } => host_key(&asking(alias), prompt),
        Prompt::EndKernels { total, busy, .. } => {
            let (total, busy) = (*total, *busy);
            stop_anyway(name, Some(Kernels { total, busy }))
        }
        Prompt::EndUncounted { .. } => stop_anyway(name, None),
        Prompt::Passphrase { key, again } => {
            let key = from_home(key);
            let text = fl!("dialog-passphrase-text", key = key);
            let again = again.then(|| fl!("dialog-passphrase-again"));
            let remember = (!host.remember).then(|| fl!("dialog-remember"));
            let kind = line(fl!("dialog-unlock"), false, remember);
            let title = fl!("dialog-passphrase", host = name);
            Dialog::new(title, paragraphs([again, Some(text)]), kind)
        }
        Prompt::Password { user, host, again } => {
            let host = asking(host);
            password(user, &host, *again)
        }
        Prompt::Interactive { .. } => interactive(prompt, asking),
    };
    dialog.about(name)
}

/// The first connection to a host is the usual case: calm, and how to check its key.
fn host_key(name: &str, prompt: &Prompt) -> Dialog {
    let Prompt::HostKey {
        host,
        key_type,
        fingerprint,
        also_known,
        ..
    } = prompt
    else {
        return Dialog::message(name, prompt.text());
    };
    let kind = key_kind(key_type);
    let text = fl!(
        "dialog-host-key-text",
        host = host.as_str(),
        kind = kind.to_uppercase(),
        file = format!("/etc/ssh/ssh_host_{kind}_key.pub")
    );
    let others = also_known.join("\n");
    let also = (!also_known.is_empty()).then(|| fl!("dialog-host-key-also", others = others));
    let yes = fl!("dialog-trust");
    let title = fl!("dialog-host-key", host = name);
    Dialog::new(title, paragraphs([Some(text), also]), decision(yes, false))
        .with_evidence(fingerprint.as_str(), fingerprint.as_str())
}

/// As OpenSSH names the files of its keys.
fn key_kind(key_type: &str) -> &str {
    let kinds = ["ed25519", "ecdsa", "rsa", "dsa"];
    let kind = kinds.into_iter().find(|kind| key_type.contains(kind));
    kind.unwrap_or(key_type)
}

fn password(user: &str, host: &str, again: bool) -> Dialog {
    let again = again.then(|| fl!("dialog-password-again"));
    let title = fl!("dialog-password", user = user, host = host);
    let kind = line(fl!("dialog-log-in"), false, None);
    Dialog::new(title, paragraphs([again, None]), kind)
}

/// The server's own words, as it arranged them; a bare "Password:" is one like any other.
fn interactive(prompt: &Prompt, asking: impl Fn(&str) -> String) -> Dialog {
    let Prompt::Interactive {
        user,
        host,
        instruction,
        text,
        echo,
        again,
    } = prompt
    else {
        return Dialog::message(prompt.text(), "");
    };
    let (host, words) = (asking(host), in_lines(text));
    if !echo && instruction.is_empty() && is_password(&words) {
        return password(user, &host, *again);
    }
    let again = again.then(|| fl!("dialog-answer-again"));
    let words = in_lines(&format!("{instruction}\n{words}"));
    let title = fl!("dialog-login", host = host);
    let kind = line(fl!("dialog-log-in"), *echo, None);
    Dialog::new(title, paragraphs([again, Some(words)]), kind)
}

/// `sshd` may put the account in front: "(me@gpu01) Password:".
fn is_password(words: &str) -> bool {
    let words = match words.strip_prefix('(').and_then(|it| it.split_once(')')) {
        Some((_, rest)) => rest,
        None => words,
    };
    let word = words.trim().trim_end_matches(':').trim();
    word.eq_ignore_ascii_case("password")
}

fn line(yes: String, echo: bool, remember: Option<String>) -> DialogKind {
    DialogKind::Line {
        yes,
        echo,
        choices: Vec::new(),
        remember,
    }
}

fn decision(yes: String, destroys: bool) -> DialogKind {
    DialogKind::Confirmation { yes, destroys }
}

fn paragraphs<const N: usize>(texts: [Option<String>; N]) -> String {
    let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

/// Returns the window of the first run: where the app is, what it does, and which host is the first
/// one. `aliases` are those of the ssh configuration.
pub fn welcome(aliases: Vec<String>, can_open_at_login: bool) -> Dialog {
    let text = paragraphs([Some(fl!("dialog-welcome-text")), Some(which_host(&aliases))]);
    let remember = can_open_at_login.then(|| fl!("menu-login"));
    new_host(fl!("dialog-welcome"), text, aliases, remember)
}

/// Returns the window that asks for a new host.
pub fn add_host(aliases: Vec<String>) -> Dialog {
    let text = which_host(&aliases);
    new_host(fl!("dialog-add-host"), text, aliases, None)
}

fn which_host(aliases: &[String]) -> String {
    if aliases.is_empty() {
        fl!("dialog-add-host-text")
    } else {
        fl!("dialog-add-host-choose")
    }
}

fn new_host(title: String, text: String, aliases: Vec<String>, remember: Option<String>) -> Dialog {
    let kind = DialogKind::Line {
        yes: fl!("dialog-add-host-yes"),
        echo: true,
        choices: aliases,
        remember,
    };
    Dialog::new(title, text, kind)
}

/// Returns what the app is, with a button that opens the project's page where it has one.
pub fn about(page: &str) -> Dialog {
    let title = fl!("dialog-about", version = env!("CARGO_PKG_VERSION"));
    let text = paragraphs([Some(fl!("dialog-about-text")), Some(page.to_owned())]);
    match page {
        "" => Dialog::message(title, text),
        _ => Dialog::new(title, text, decision(fl!("dialog-about-page"), false)),
    }
}

/// Returns the dialog that asks for a notebook's path; `known` are those that ran before.
pub fn ask_notebook(host: &str, known: Vec<String>) -> Dialog {
    let kind = DialogKind::Line {
        yes: fl!("dialog-notebook-yes"),
        echo: true,
        choices: known,
        remember: None,
    };
    let title = fl!("dialog-notebook", host = host);
    Dialog::new(title, fl!("dialog-notebook-text"), kind).about(host)
}

/// Returns the dialog before a kernel is restarted or shut down; `None` where nothing is lost.
pub fn before_kernel(host: &str, kernel: &Notebook, action: KernelAction) -> Option<Dialog> {
    let name = shown(&kernel.name);
    let (title, yes) = match action {
        KernelAction::Interrupt => return None,
        KernelAction::Restart => (
            fl!("dialog-kernel-restart", name = name, host = host),
            fl!("dialog-kernel-restart-yes"),
        ),
        KernelAction::ShutDown => (
            fl!("dialog-kernel-shutdown", name = name, host = host),
            fl!("dialog-kernel-shutdown-yes"),
        ),
    };
    let busy = (kernel.state == "busy").then(|| fl!("dialog-kernel-runs"));
    let text = paragraphs([busy, Some(fl!("dialog-kernel-lost"))]);
    let dialog = Dialog::new(title, text, decision(yes, true));
    Some(dialog.about(host).warning())
}

/// Returns the dialog before a job is taken out of the queue.
pub fn before_cancel(host: &str, job: &str, waited: Duration) -> Dialog {
    let text = match elapsed(waited) {
        Some(time) => fl!("dialog-cancel-job-text", id = job, time = time),
        None => fl!("dialog-cancel-job-new", id = job),
    };
    let title = fl!("dialog-cancel-job", id = job, host = host);
    let kind = decision(fl!("dialog-cancel-job-yes"), true);
    Dialog::new(title, text, kind).about(host).warning()
}

/// Returns the dialog before a page's address closes a tunnel.
pub fn before_close_by_link(host: &str) -> Dialog {
    let kind = decision(fl!("menu-disconnect"), false);
    Dialog::new(
        fl!("dialog-close", host = host),
        fl!("dialog-close-text"),
        kind,
    )
    .about(host)
}

/// Returns the dialog before a tunnel is closed; `None` if nothing is at stake.
pub fn before_close(host: &str, stakes: &Stakes) -> Option<Dialog> {
    let costs = costs(stakes, false);
    if costs.is_empty() {
        return None;
    }
    let kind = decision(fl!("menu-disconnect"), false);
    let dialog = Dialog::new(fl!("dialog-close", host = host), costs.join("\n\n"), kind);
    Some(dialog.about(host).warning())
}

/// Returns the one dialog before the app ends, which names all that is at stake; `None` if nothing
/// is. A host's servers are stopped with it where `stops` says so.
pub fn before_quit(hosts: &[(&str, Stakes, bool)]) -> Option<Dialog> {
    let of_host = |(host, stakes, stops): &(&str, Stakes, bool)| {
        let costs = costs(stakes, *stops).join(" ");
        (!costs.is_empty()).then(|| fl!("stake-of-host", host = shown(host), costs = costs))
    };
    let texts: Vec<String> = hosts.iter().filter_map(of_host).collect();
    if texts.is_empty() {
        return None;
    }
    let kind = decision(fl!("dialog-quit-yes"), false);
    Some(Dialog::new(fl!("dialog-quit"), texts.join("\n\n"), kind).warning())
}

/// Returns what a host's disconnection costs, a text for each thing; `stops` if its server is stopped
/// as well, where no kernel is busy.
fn costs(stakes: &Stakes, stops: bool) -> Vec<String> {
    let mut costs = Vec::new();
    if let Some((job, waited)) = &stakes.job {
        let id = job.as_str();
        costs.push(match elapsed(*waited) {
            Some(time) => fl!("stake-job", id = id, time = time),
            None => fl!("stake-job-new", id = id),
        });
    }
    if stops && stakes.busy == 0 && stakes.kernels > 0 {
        costs.push(fl!("stake-kernels", count = stakes.kernels));
    }
    if stakes.busy > 0 {
        costs.push(busy(stakes));
    }
    if stakes.pages > 0 {
        costs.push(fl!("stake-pages", count = stakes.pages));
    }
    costs
}

/// Names the busy notebooks, where they are known.
fn busy(stakes: &Stakes) -> String {
    let count = stakes.busy;
    if stakes.busy_notebooks.is_empty() {
        return fl!("stake-busy", count = count);
    }
    let names = stakes.busy_notebooks.iter().take(NAMES);
    let names: Vec<String> = names.map(|path| shown(path)).collect();
    let names = names.join(", ");
    match count.saturating_sub(stakes.busy_notebooks.len().min(NAMES)) {
        0 => fl!("stake-busy-named", names = names, count = count),
        more => fl!("stake-busy-more", names = names, count = more),
    }
}

/// Returns the dialog before a server is stopped; `None` if nothing would be lost.
pub fn before_stop(host: &str, activity: Option<&Activity>) -> Option<Dialog> {
    let kernels = activity.map(|activity| activity.kernels);
    if kernels.is_some_and(|kernels| kernels.total == 0) {
        return None;
    }
    let notebooks = activity.map(|it| it.notebooks.as_slice());
    let named = names(notebooks.unwrap_or_default());
    let text = paragraphs([Some(stop_text(kernels)), named]);
    Some(stop(host, text, fl!("dialog-stop-yes")))
}

/// Returns the dialog after kernels turned out to be busy.
fn stop_anyway(host: &str, kernels: Option<Kernels>) -> Dialog {
    stop(host, stop_text(kernels), fl!("dialog-stop-anyway"))
}

/// Returns the dialog after a request to stop was refused because of busy kernels.
pub fn still_busy(host: &str, problem: Problem) -> Dialog {
    let kind = decision(fl!("dialog-stop-anyway"), true);
    let dialog = Dialog::new(problem.title, problem.detail, kind);
    dialog.about(host).warning()
}

fn stop(host: &str, text: String, yes: String) -> Dialog {
    let title = fl!("dialog-stop", host = host);
    let dialog = Dialog::new(title, text, decision(yes, true));
    dialog.about(host).warning()
}

fn stop_text(kernels: Option<Kernels>) -> String {
    match kernels {
        Some(Kernels { total, busy }) => fl!("dialog-stop-kernels", total = total, busy = busy),
        None => fl!("dialog-stop-unknown"),
    }
}

/// The notebooks that run, a line each, the busy ones first.
fn names(notebooks: &[Notebook]) -> Option<String> {
    let is_busy = |notebook: &Notebook| notebook.state == "busy";
    let mut sorted: Vec<&Notebook> = notebooks.iter().collect();
    sorted.sort_by_key(|notebook| !is_busy(notebook));
    let line = |notebook: &&Notebook| {
        let path = shown(&notebook.path);
        if is_busy(notebook) {
            fl!("dialog-kernel-busy", path = path)
        } else {
            fl!("dialog-kernel", path = path)
        }
    };
    let mut lines: Vec<String> = sorted.iter().take(NAMES).map(line).collect();
    let more = sorted.len().saturating_sub(NAMES);
    if more > 0 {
        lines.push(fl!("dialog-kernels-more", count = more));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests;
