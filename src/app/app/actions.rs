//! Actions of the app: what a menu action or a request does.

use std::time::Instant;

use super::App;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(target_os = "linux")]
use arboard::SetExtLinux as _;

use crate::app::effect::AppEffect;
use crate::app::event::AppEvent;
use crate::app::prompts::PendingDialog;
use crate::app::updates::Release;
use crate::app::view::menu;
use crate::app::view::notification::{self, NotificationRequest};
use crate::app::view::{details, dialog};
use crate::app::{diagnostics, os_actions};
use crate::desktop::{Desktop, Dialog, DialogKind, NotificationButton};
use crate::i18n::fl;
use crate::jupyter::KernelAction;
use crate::problem;
use crate::problem::Problem;
use crate::session::KernelCommand;

/// Seconds by which a menu action extends a job; `remote-jupyter extend` takes any time.
const HOUR: u64 = 3600;

impl<D: Desktop> App<D> {
    /// Does what the model has decided.
    pub(super) fn perform(&mut self, effect: AppEffect) {
        let path = || self.sessions.config().path.clone();
        match effect {
            AppEffect::Open { host, notebook } => {
                self.end_side_login(&host);
                self.sessions.open(&host, notebook, true, None);
            }
            AppEffect::Restore(host) => self.sessions.restore(&host),
            AppEffect::Extend(host) => {
                self.sessions.extend(&host, HOUR);
                self.awaited_time.insert(host);
            }
            AppEffect::Keep(host) => self.sessions.keep(&host),
            AppEffect::Show(host, notebook) => self.sessions.show(&host, notebook),
            AppEffect::ShowUnlessOpen(host) => self.sessions.show_unless_open(&host),
            AppEffect::ShowPort(port) => self.show_page(format!("http://localhost:{port}/")),
            AppEffect::ShowPage(page) => self.show_page(page),
            AppEffect::ForwardTo { host, name, remote } => self.forward_to(host, name, remote),
            AppEffect::ShowUsage(host, part) => {
                self.sessions.look_at_usage(&host);
                self.awaited_usage.insert((host, part));
            }
            AppEffect::Kernel(host, id, action) => self.ask_for_kernel(host, id, action),
            AppEffect::CopyLink(host) => {
                let ready = self.model.host(&host).and_then(|host| host.ready.as_ref());
                if let Some(url) = ready.map(|ready| ready.url.reveal().to_owned()) {
                    self.copy(url, true);
                }
            }
            AppEffect::ShowHostLog(host) => self.fetch_log(host),
            AppEffect::CheckConnection(host) => self.check_connection(&host),
            AppEffect::CancelSideLogin(host) => self.cancel_side_login(&host),
            AppEffect::ShowDetails(host) => self.show_host_details(&host),
            AppEffect::AskNotebook(host) => self.ask_notebook(host),
            AppEffect::TryNow(host) => self.sessions.try_now(&host),
            AppEffect::Close(host) => self.ask_to_close(host),
            AppEffect::Cancel(host) => self.sessions.cancel(&host),
            AppEffect::CancelJob { host, job, waited } => {
                let dialog = dialog::before_cancel(&host, &job, waited);
                self.prompts.show(dialog, PendingDialog::CancelJob(host));
            }
            AppEffect::Stop(host) => self.stop(host),
            AppEffect::AddHost(alias, open) => os_actions::add(&self.sender, path(), alias, open),
            AppEffect::AskHost { welcome } => self.ask_host(welcome),
            AppEffect::RememberHidden(alias, hidden) => {
                os_actions::remember_hidden(self.sessions.scope(), alias, hidden);
            }
            AppEffect::ShowMistake => self.show_mistake(),
            AppEffect::ExplainLoginItem => self.show_details(details::of_login_item()),
            AppEffect::ShowHosts => self.show_hosts(),
            AppEffect::ShowSettings => self.show_settings(),
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
                let page = env!("CARGO_PKG_REPOSITORY");
                let pending = match page {
                    "" => PendingDialog::Message,
                    page => PendingDialog::Page(page.to_owned()),
                };
                self.prompts.show(dialog::about(page), pending);
            }
            AppEffect::Quit => self.ask_to_quit(),
        }
    }

    /// Shows the list of the hosts, once: any web page may ask for it again and again.
    fn show_hosts(&mut self) {
        if self.prompts.shows_hosts() {
            return;
        }
        let list = menu::list(&self.model, Instant::now());
        let dialog = Dialog::message(fl!("dialog-hosts"), list);
        self.prompts.show(dialog, PendingDialog::Hosts);
    }

    /// Stops a server, as the user wants it here.
    pub(super) fn stop_now(&mut self, host: String, force: bool) {
        self.sessions.stop(&host, force);
        self.awaited_stops.insert(host);
    }

    /// Shows a dialog to read.
    pub(super) fn show_message(&mut self, title: String, text: String) {
        let dialog = Dialog::message(title, text);
        self.prompts.show(dialog, PendingDialog::Message);
    }

    pub(super) fn show_page(&self, url: String) {
        os_actions::show_page(&self.sender, url, self.sessions.config().browser.clone());
    }

    /// Shows the outcome of an update check that the user requested.
    pub(super) fn update_checked(&mut self, outcome: Result<Option<Release>, String>) {
        let current = env!("CARGO_PKG_VERSION");
        let (dialog, pending) = match outcome {
            Err(why) => return self.show_error(&problem::no_release(&why)),
            Ok(None) => {
                let text = fl!("update-none-text", current = current);
                let dialog = Dialog::message(fl!("update-none-title"), text);
                (dialog, PendingDialog::Message)
            }
            Ok(Some(release)) => {
                let version = release.version.to_string();
                let title = fl!("update-title", version = version);
                let text = fl!("update-text", current = current);
                let (yes, destroys) = (fl!("update-show"), false);
                let kind = DialogKind::Confirmation { yes, destroys };
                let dialog = Dialog::new(title, text, kind);
                (dialog, PendingDialog::Page(release.page))
            }
        };
        self.prompts.show(dialog, pending);
    }

    /// Stops a server, after a prompt if kernels would be lost.
    fn stop(&mut self, host: String) {
        let state = self.model.host(&host);
        let activity = state.and_then(|host| host.kernels.as_ref());
        let kernels = activity.map(|activity| activity.kernels);
        match dialog::before_stop(&host, activity) {
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

    /// Does something with a kernel, after a prompt if its variables would be lost.
    fn ask_for_kernel(&mut self, host: String, id: String, action: KernelAction) {
        let kernel = self.model.host(&host).and_then(|host| host.kernel(&id));
        let dialog = kernel.and_then(|kernel| dialog::before_kernel(&host, kernel, action));
        let command = KernelCommand { id, action };
        match dialog {
            Some(dialog) => {
                let pending = PendingDialog::Kernel(host, command);
                self.prompts.show(dialog, pending);
            }
            None => self.sessions.act_on_kernel(&host, command),
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
        let host = action.host_name().map(str::to_owned);
        let alternative = request.alternative.unwrap_or_else(|| action.clone());
        let clicked = move |button| {
            sender.send(AppEvent::MenuClicked(match button {
                NotificationButton::Action => action,
                NotificationButton::Alternative => alternative,
            }));
        };
        self.desktop
            .notify(request.notification, host.as_deref(), Box::new(clicked));
    }

    /// Takes everything down; the loop ends the app once that is done.
    pub(super) fn quit(&mut self) {
        if self.quits_at.is_none() {
            self.quits_at = Some(Instant::now());
            self.model.quit();
            // Who is started now waits for the end of this one.
            if let Some(lock) = &mut self.host_lock {
                lock.stop_listening();
            }
            self.forget_stopped();
            self.sessions.quit();
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
        self.show_details(details::of_problem(problem));
    }

    fn show_host_details(&mut self, host: &str) {
        if let Some(host) = self.model.host(host) {
            self.show_details(details::of_host(host));
        }
    }

    pub(super) fn show_mistake(&mut self) {
        let has_valid = !self.model.hosts().is_empty();
        let mistake = self.model.complaint();
        if let Some(mistake) = mistake.map(|one| details::of_mistake(one, has_valid)) {
            self.show_details(mistake);
        }
    }

    /// Shows a dialog to read; its button, where it has one, opens the configuration.
    pub(super) fn show_details(&mut self, dialog: Dialog) {
        let pending = match dialog.kind {
            DialogKind::Confirmation { .. } => PendingDialog::Edit,
            _ => PendingDialog::Message,
        };
        self.prompts.show(dialog, pending);
    }
}
