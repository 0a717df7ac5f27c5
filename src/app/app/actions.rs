//! Actions of the app: what a menu action or a request does.

use std::time::Instant;

use super::App;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(target_os = "linux")]
use arboard::SetExtLinux as _;

use crate::app::effect::AppEffect;
use crate::app::event::AppEvent;
use crate::app::model::HostState;
use crate::app::prompts::{self, PendingDialog};
use crate::app::updates::Release;
use crate::app::view::menu;
use crate::app::view::notification::{self, NotificationRequest};
use crate::app::{diagnostics, os_actions};
use crate::desktop::{Desktop, Dialog, DialogKind};
use crate::i18n::fl;
use crate::problem;
use crate::problem::{Face, Problem};

/// Seconds by which a menu action extends a job; `remote-jupyter extend` takes any time.
const HOUR: u64 = 3600;

impl<D: Desktop> App<D> {
    /// Does what the model has decided.
    pub(super) fn perform(&mut self, effect: AppEffect) {
        let path = || self.sessions.config().path.clone();
        match effect {
            AppEffect::Open { host, notebook } => {
                self.sessions.open(&host, notebook, true, None);
            }
            AppEffect::Extend(host) => {
                self.sessions.extend(&host, HOUR);
                self.awaited_time.insert(host);
            }
            AppEffect::Show(host, notebook) => self.sessions.show(&host, notebook),
            AppEffect::ShowPort(port) => self.show_page(format!("http://localhost:{port}/")),
            AppEffect::ShowPage(page) => self.show_page(page),
            AppEffect::CopyLink(host) => {
                let ready = self.model.host(&host).and_then(|host| host.ready.as_ref());
                if let Some(url) = ready.map(|ready| ready.url.reveal().to_owned()) {
                    self.copy(url, true);
                }
            }
            AppEffect::ShowHostLog(host) => self.fetch_log(host),
            AppEffect::ShowProblem(problem) => self.show_error(&problem),
            AppEffect::TryNow(host) => self.sessions.try_now(&host),
            AppEffect::Close(host) => self.sessions.close(&host),
            AppEffect::Cancel(host) => self.sessions.cancel(&host),
            AppEffect::CancelJob { host, job, waited } => {
                let dialog = prompts::before_cancel(&host, &job, waited);
                self.prompts.show(dialog, PendingDialog::CancelJob(host));
            }
            AppEffect::Stop(host) => self.stop(host),
            AppEffect::AddHost(alias, open) => os_actions::add(&self.sender, path(), alias, open),
            AppEffect::ShowHosts => self.show_hosts(),
            AppEffect::EditConfiguration => os_actions::edit_configuration(&self.sender, path()),
            AppEffect::SetShortcut(host, on) => {
                os_actions::set_launcher(&self.sender, host, on, self.sessions.scope());
            }
            AppEffect::CheckForUpdates => {
                if let Some(updates) = &self.updates {
                    updates.look_now();
                }
            }
            AppEffect::SetLoginItem(on) => {
                os_actions::set_login_item(&self.sender, on, self.sessions.scope());
            }
            AppEffect::ShowLog => os_actions::show_log(&self.sender),
            AppEffect::CopyDiagnostics => {
                diagnostics::gather(&self.sender, &self.model, self.sessions.config());
            }
            AppEffect::About => {
                let version = env!("CARGO_PKG_VERSION");
                let title = fl!("dialog-about", version = version);
                self.show_message(title, fl!("dialog-about-text"));
            }
            AppEffect::Quit => self.quit(),
        }
    }

    /// Shows the list of the hosts, once: any web page may ask for it again and again.
    fn show_hosts(&mut self) {
        if self.prompts.shows_hosts() {
            return;
        }
        let dialog = Dialog {
            title: fl!("dialog-hosts"),
            text: menu::list(&self.model, Instant::now()),
            kind: DialogKind::Message,
        };
        self.prompts.show(dialog, PendingDialog::Hosts);
    }

    /// Fetches what Jupyter printed on a host, if that can be had now.
    fn fetch_log(&mut self, host: String) {
        let state = self.model.host(&host);
        let can = state.is_none_or(HostState::can_show_log);
        let fetched = if can {
            self.sessions.fetch_log(&host)
        } else {
            Err(problem::log_not_now(&host))
        };
        match fetched {
            Ok(()) => {
                self.awaited_logs.insert(host);
            }
            Err(problem) => self.show_error(&problem),
        }
    }

    /// Stops a server, as the user wants it here.
    pub(super) fn stop_now(&mut self, host: String, force: bool) {
        self.sessions.stop(&host, force);
        self.awaited_stops.insert(host);
    }

    /// Shows a dialog to read.
    fn show_message(&mut self, title: String, text: String) {
        let dialog = Dialog {
            title,
            text,
            kind: DialogKind::Message,
        };
        self.prompts.show(dialog, PendingDialog::Message);
    }

    fn show_page(&self, url: String) {
        os_actions::show_page(&self.sender, url, self.sessions.config().browser.clone());
    }

    /// Shows the outcome of an update check that the user requested.
    pub(super) fn update_checked(&mut self, outcome: Result<Option<Release>, String>) {
        let current = env!("CARGO_PKG_VERSION");
        let (dialog, pending) = match outcome {
            Err(why) => return self.show_error(&problem::no_release(&why)),
            Ok(None) => {
                let dialog = Dialog {
                    title: fl!("update-none-title"),
                    text: fl!("update-none-text", current = current),
                    kind: DialogKind::Message,
                };
                (dialog, PendingDialog::Message)
            }
            Ok(Some(release)) => {
                let version = release.version.to_string();
                let dialog = Dialog {
                    title: fl!("update-title", version = version),
                    text: fl!("update-text", current = current),
                    kind: DialogKind::Confirmation {
                        yes: fl!("update-show"),
                    },
                };
                (dialog, PendingDialog::Page(release.page))
            }
        };
        self.prompts.show(dialog, pending);
    }

    /// Stops a server, after a prompt if kernels would be lost.
    fn stop(&mut self, host: String) {
        let kernels = self
            .model
            .host(&host)
            .and_then(|host| host.kernels.as_ref());
        let kernels = kernels.map(|activity| activity.kernels);
        match prompts::before_stop(&host, kernels) {
            // Kernels that are busy now, or may be, are part of the prompt; those that become busy
            // before the answer are not.
            Some(dialog) => {
                let force = kernels.is_none_or(|kernels| kernels.busy > 0);
                self.prompts
                    .show(dialog, PendingDialog::Stop { host, force });
            }
            None => self.stop_now(host, false),
        }
    }

    /// Puts a text into the clipboard, where no history keeps it if it is secret. Returns true if
    /// it is there now.
    pub(super) fn copy(&mut self, text: String, secret: bool) -> bool {
        // It is kept: on X11 a clipboard's text goes with its owner.
        let clipboard = match self.clipboard.take() {
            Some(clipboard) => Ok(clipboard),
            None => arboard::Clipboard::new(),
        };
        let copied = clipboard.and_then(|mut clipboard| {
            let set = clipboard.set();
            let set = if secret {
                set.exclude_from_history()
            } else {
                set
            };
            set.text(text)?;
            Ok(clipboard)
        });
        match copied {
            Ok(clipboard) => {
                self.clipboard = Some(clipboard);
                true
            }
            Err(error) => {
                self.show_error(&problem::no_clipboard(&error));
                false
            }
        }
    }

    /// Puts the diagnostics into the clipboard, and says so: nothing else would show it.
    pub(super) fn copy_diagnostics(&mut self, text: String) {
        if self.copy(text, false) {
            self.notify(notification::diagnostics_copied());
        }
    }

    /// Posts a notification, whose click is a choice.
    pub(super) fn notify(&self, request: NotificationRequest) {
        let (sender, action) = (self.sender.clone(), request.action);
        let clicked = move || {
            sender.send(AppEvent::MenuClicked(action));
        };
        self.desktop.notify(request.notification, Box::new(clicked));
    }

    /// Takes everything down; the loop ends the app once that is done.
    fn quit(&mut self) {
        if self.quits_at.is_none() {
            self.quits_at = Some(Instant::now());
            self.model.quit();
            // Who is started now waits for the end of this one.
            if let Some(lock) = &mut self.host_lock {
                lock.stop_listening();
            }
            self.sessions.quit();
        }
    }

    /// Shows a log, unless it was requested by another program.
    pub(super) fn host_log(&mut self, host: &str, path: &str, text: &str) {
        if !self.awaited_logs.remove(host) {
            return;
        }
        if !path.is_empty() {
            return os_actions::show_host_log(&self.sender, host, text.to_owned());
        }
        self.show_message(host.to_owned(), fl!("logs-none", host = host));
    }

    /// A log that nobody waits for any more is not missed.
    pub(super) fn no_host_log(&mut self, host: &str, problem: &Problem) {
        if self.awaited_logs.remove(host) {
            self.show_error(problem);
        }
    }

    /// Shows why a job was not extended. The detail is the scheduler's own message; a request from
    /// a terminal shows it there.
    pub(super) fn not_extended(&mut self, host: &str, problem: &Problem) {
        if self.awaited_time.remove(host) {
            self.show_error(problem);
        }
    }

    /// Shows an error dialog.
    pub(super) fn show_error(&mut self, problem: &Problem) {
        let text = [problem.detail.as_str(), problem.remedy_for(Face::App)];
        let text: Vec<&str> = text.into_iter().filter(|text| !text.is_empty()).collect();
        self.show_message(problem.title.clone(), text.join("\n\n"));
    }
}
