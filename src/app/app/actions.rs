//! What the app does when something is chosen or asked for.

use std::time::Instant;

use super::App;
use crate::app::model::Action;
use crate::app::prompts::{self, Pending};
use crate::app::updates::Release;
use crate::app::{diagnostics, os_actions};
use crate::desktop::{Dialog, Wants};
use crate::i18n::say;
use crate::problem;
use crate::problem::Problem;

/// What a click gives a job more; `remote-jupyter extend` takes any time.
const HOUR: u64 = 3600;

impl App {
    /// Does what a choice in the menu asks for.
    pub(super) fn act(&mut self, action: Action) {
        let path = || self.sessions.config().path.clone();
        match action {
            Action::Open(host) => self.sessions.open(&host, None, true, None),
            Action::OpenNotebook(host, notebook) => {
                self.sessions.open(&host, notebook, true, None);
            }
            Action::Extend(host) => {
                self.sessions.extend(&host, HOUR);
                self.awaited_time.insert(host);
            }
            Action::Show(host, notebook) => self.sessions.show(&host, notebook),
            Action::ShowPort(_, port) => self.show_page(format!("http://localhost:{port}/")),
            Action::ShowPage(page) => self.show_page(page),
            Action::CopyLink(host) => {
                let ready = self.model.host(&host).and_then(|host| host.ready.as_ref());
                if let Some(url) = ready.map(|ready| ready.url.reveal().to_owned()) {
                    self.copy(url);
                }
            }
            Action::ShowHostLog(host) => {
                self.sessions.fetch_log(&host);
                self.awaited_logs.insert(host);
            }
            Action::Close(host) => self.sessions.close(&host),
            Action::Cancel(host) => self.sessions.cancel(&host),
            Action::Stop(host) => self.stop(host),
            Action::Add(alias, open) => os_actions::add(&self.post, path(), alias, open),
            Action::EditConfiguration => os_actions::edit_configuration(&self.post, path()),
            Action::SetLauncher(host, on) => {
                os_actions::set_launcher(&self.post, host, on, self.sessions.scope());
            }
            Action::CheckUpdates => {
                if let Some(updates) = &self.updates {
                    updates.look_now();
                }
            }
            Action::SetLoginItem(on) => {
                os_actions::set_login_item(&self.post, on, self.sessions.scope())
            }
            Action::ShowLog => os_actions::show_log(&self.post),
            Action::CopyDiagnostics => {
                diagnostics::gather(&self.post, &self.model, self.sessions.config());
            }
            Action::About => {
                let version = env!("CARGO_PKG_VERSION");
                let about = Dialog {
                    title: say!("dialog-about", version = version),
                    text: say!("dialog-about-text"),
                    wants: Wants::Attention,
                };
                self.questions.show(about, Pending::Told);
            }
            Action::Quit => self.quit(),
        }
    }

    fn show_page(&self, url: String) {
        os_actions::show_page(&self.post, url, self.sessions.config().browser.clone());
    }

    /// The person wanted to know whether there is a newer version.
    pub(super) fn looked(&mut self, outcome: Result<Option<Release>, String>) {
        let current = env!("CARGO_PKG_VERSION");
        let (dialog, pending) = match outcome {
            Err(why) => return self.trouble(&problem::no_release(&why)),
            Ok(None) => {
                let dialog = Dialog {
                    title: say!("update-none-title"),
                    text: say!("update-none-text", current = current),
                    wants: Wants::Attention,
                };
                (dialog, Pending::Told)
            }
            Ok(Some(release)) => {
                let version = release.version.to_string();
                let dialog = Dialog {
                    title: say!("update-title", version = version),
                    text: say!("update-text", current = current),
                    wants: Wants::Confirmation {
                        yes: say!("update-show"),
                    },
                };
                (dialog, Pending::Page(release.page))
            }
        };
        self.questions.show(dialog, pending);
    }

    /// Stops a server, after a question where kernels would be lost.
    fn stop(&mut self, host: String) {
        let kernels = self
            .model
            .host(&host)
            .and_then(|host| host.kernels.as_ref());
        let kernels = kernels.map(|activity| activity.kernels);
        match prompts::before_stop(&host, kernels) {
            // What is busy now, or may be, is part of the question; what becomes so until the answer is not.
            Some(dialog) => {
                let force = kernels.is_none_or(|kernels| kernels.busy > 0);
                self.questions.show(dialog, Pending::Stop { host, force });
            }
            None => self.sessions.stop(&host, false),
        }
    }

    /// Puts a text into the clipboard.
    pub(super) fn copy(&mut self, text: String) {
        // It is kept: on X11 a clipboard's text goes with its owner.
        let clipboard = match self.clipboard.take() {
            Some(clipboard) => Ok(clipboard),
            None => arboard::Clipboard::new(),
        };
        let copied = clipboard.and_then(|mut clipboard| {
            clipboard.set_text(text)?;
            Ok(clipboard)
        });
        match copied {
            Ok(clipboard) => self.clipboard = Some(clipboard),
            Err(error) => self.trouble(&problem::no_clipboard(&error)),
        }
    }

    /// Takes everything down; the loop ends the app once that is done.
    fn quit(&mut self) {
        if self.quits_at.is_none() {
            self.quits_at = Some(Instant::now());
            self.sessions.quit();
        }
    }

    /// A log that somebody else asked for is not shown here.
    pub(super) fn host_log(&mut self, host: &str, path: &str, text: &str) {
        if !self.awaited_logs.remove(host) {
            return;
        }
        if !path.is_empty() {
            return os_actions::show_host_log(&self.post, host, text.to_owned());
        }
        let nothing = Dialog {
            title: host.to_owned(),
            text: say!("logs-none", host = host),
            wants: Wants::Attention,
        };
        self.questions.show(nothing, Pending::Told);
    }

    /// A log that nobody waits for any more is not missed.
    pub(super) fn no_host_log(&mut self, host: &str, problem: &Problem) {
        if self.awaited_logs.remove(host) {
            self.trouble(problem);
        }
    }

    /// The scheduler's own words are what there is to say, and whoever asked in a terminal reads them there.
    pub(super) fn not_extended(&mut self, host: &str, problem: &Problem) {
        if self.awaited_time.remove(host) {
            self.trouble(problem);
        }
    }

    /// Something that the person has to read.
    pub(super) fn trouble(&mut self, problem: &Problem) {
        let text = [problem.detail.as_str(), problem.remedy.as_str()];
        let text: Vec<&str> = text.into_iter().filter(|text| !text.is_empty()).collect();
        let dialog = Dialog {
            title: problem.title.clone(),
            text: text.join("\n\n"),
            wants: Wants::Attention,
        };
        self.questions.show(dialog, Pending::Told);
    }
}
