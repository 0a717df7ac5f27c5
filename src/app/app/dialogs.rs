//! Dialogs of the app and of its sessions: when they are shown, and the effects of their answers.

use std::time::Instant;

use super::App;
use crate::app::effect::AppEffect;
use crate::app::event::{PromptRequest, SessionPurpose};
use crate::app::menu_action::{HostAction, MenuAction};
use crate::app::model::{HostState, NotableChange, Stakes};
use crate::app::prompts::{self, PendingDialog};
use crate::app::view::{dialog, notification};
use crate::desktop::{Desktop, Dialog, DialogResponse};
use crate::jupyter::is_inside;
use crate::problem::{self, Code, Problem};

impl<D: Desktop> App<D> {
    /// Shows a refusal where the request was made: other programs hear and show their own.
    pub(super) fn refused(&mut self, host: &str, problem: Problem) {
        if problem.code == Code::NotExtended {
            return self.not_extended(host, &problem);
        }
        // Nothing but this app's menu asks for that.
        if problem.code == Code::KernelAction {
            return self.show_error(&problem);
        }
        if self.gives_up_looking(host) {
            return self.show_error(&problem);
        }
        if !self.awaited_stops.remove(host) {
            return self.no_host_log(host, &problem);
        }
        if problem.code != Code::KernelsBusy {
            let refused = NotableChange::Refused(problem);
            return self.notify(notification::notification_request(host, &refused));
        }
        let busy = dialog::still_busy(host, problem);
        let host = host.to_owned();
        let pending = PendingDialog::Stop { host, force: true };
        self.prompts.show(busy, pending);
    }

    pub(super) fn prompt_requested(&mut self, asked: PromptRequest) {
        // The keychain may answer late, and a quit shows no dialogs.
        if asked.life.has_ended() || self.quits_at.is_some() {
            return;
        }
        let Some(asked) = self.prompts.unanswered(asked) else {
            return;
        };
        let name = asked.host.clone();
        let is_attended = self.model.host(&name).is_none_or(|host| host.is_attended);
        if !is_attended && asked.purpose == SessionPurpose::Tunnel {
            return self.postpone_login(asked);
        }
        let host = self.sessions.host_or_bare(&name);
        self.prompts.ask(asked, &host);
        self.model.ask(&name, true);
    }

    /// Gives up a login that no click began and that needs the user, and asks for that click: what is
    /// typed for another program must not go into a dialog that comes up in front of it, and a server
    /// does not wait long for an answer.
    fn postpone_login(&mut self, asked: PromptRequest) {
        let host = asked.host.as_str();
        self.model.need_login(host);
        // First the request to close, then the missing answer: else the login would fail.
        self.sessions.close(host);
        self.notify(notification::login_needed(host));
        drop(asked);
    }

    pub(super) fn dialog_answered(&mut self, pending: PendingDialog, given: DialogResponse) {
        match pending {
            PendingDialog::Prompt { asked, remember } => {
                let host = asked.host.clone();
                if asked.life.has_ended() {
                    return;
                }
                // First the request to cancel, then the missing answer: else the login would fail.
                if given == DialogResponse::Dismissed {
                    self.give_up(&host, asked.purpose);
                }
                prompts::answer(asked, remember, given);
                let asks = self.prompts.has_any_of(&host);
                self.model.ask(&host, asks);
            }
            PendingDialog::Stop { host, force } if given == DialogResponse::Confirmed => {
                self.stop_now(host, force);
            }
            PendingDialog::Kernel(host, command) if given == DialogResponse::Confirmed => {
                self.sessions.act_on_kernel(&host, command);
            }
            PendingDialog::CancelJob(host) if given == DialogResponse::Confirmed => {
                self.sessions.cancel_job(&host);
            }
            PendingDialog::Close(host) if given == DialogResponse::Confirmed => {
                self.sessions.close(&host);
            }
            PendingDialog::Quit if given == DialogResponse::Confirmed => self.quit(),
            PendingDialog::Page(page) if given == DialogResponse::Confirmed => {
                self.perform(AppEffect::ShowPage(page));
            }
            PendingDialog::Edit if given == DialogResponse::Confirmed => {
                self.perform(AppEffect::EditConfiguration);
            }
            PendingDialog::Notebook(host) => self.notebook_asked(&host, given),
            PendingDialog::NewHost => self.host_asked(given),
            PendingDialog::AddAnyway(destination) if given == DialogResponse::Confirmed => {
                self.add_destination(destination);
            }
            PendingDialog::Stop { .. }
            | PendingDialog::Kernel(..)
            | PendingDialog::CancelJob(_)
            | PendingDialog::Close(_)
            | PendingDialog::Quit
            | PendingDialog::Page(_)
            | PendingDialog::AddAnyway(_)
            | PendingDialog::Edit
            | PendingDialog::Hosts
            | PendingDialog::Message => {}
        }
    }

    /// Asks for the path of a notebook on a host.
    pub(super) fn ask_notebook(&mut self, host: String) {
        let dialog = dialog::ask_notebook(&host, self.model.notebooks(&host).to_vec());
        self.prompts.show(dialog, PendingDialog::Notebook(host));
    }

    fn notebook_asked(&mut self, host: &str, given: DialogResponse) {
        let Some(path) = line(given) else {
            return;
        };
        if is_inside(&path) {
            self.menu_clicked(MenuAction::host(host, HostAction::OpenNotebook(path)));
        } else {
            self.show_error(&problem::notebook_outside(host, &path));
        }
    }

    /// Cancels the session or the log for which a cancelled prompt was shown.
    fn give_up(&mut self, host: &str, purpose: SessionPurpose) {
        match purpose {
            SessionPurpose::Tunnel => self.sessions.close(host),
            SessionPurpose::Log | SessionPurpose::Check => self.cancel_side_login(host),
        }
    }

    /// Asks before an address closes a tunnel.
    pub(super) fn close_by_link(&mut self, host: String) {
        let is_open = self.model.host(&host).is_some_and(HostState::is_active);
        if is_open && self.quits_at.is_none() && !self.prompts.asks_to_close(&host) {
            let dialog = dialog::before_close_by_link(&host);
            self.prompts.show(dialog, PendingDialog::Close(host));
        }
    }

    /// Closes a tunnel, after a question where something is at stake.
    pub(super) fn ask_to_close(&mut self, host: String) {
        if self.prompts.asks_to_close(&host) {
            return;
        }
        let state = self.model.host(&host);
        let stakes = state.map(|state| Stakes::of(state, Instant::now()));
        match stakes.and_then(|stakes| dialog::before_close(&host, &stakes)) {
            Some(dialog) => self.prompts.show(dialog, PendingDialog::Close(host)),
            None => self.sessions.close(&host),
        }
    }

    /// Quits, after one question about all that is at stake.
    pub(super) fn ask_to_quit(&mut self) {
        if self.prompts.asks_to_quit() {
            return;
        }
        match self.quit_question() {
            Some(dialog) => self.prompts.show(dialog, PendingDialog::Quit),
            None => self.quit(),
        }
    }

    /// Returns the question before the app ends, if something is at stake. The tunnels of other programs stay.
    pub(super) fn quit_question(&self) -> Option<Dialog> {
        let now = Instant::now();
        let hosts = self.model.hosts().iter();
        let ours = hosts.filter(|host| !self.sessions.is_attached(&host.name));
        let stakes: Vec<_> = ours
            .map(|host| {
                let stops = self.sessions.stops_on_quit(&host.name);
                (host.name.as_str(), Stakes::of(host, now), stops)
            })
            .collect();
        dialog::before_quit(&stakes)
    }
}

/// Returns the line that was typed, if it is not empty.
fn line(given: DialogResponse) -> Option<String> {
    let DialogResponse::Line { text, .. } = given else {
        return None;
    };
    let line = text.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
