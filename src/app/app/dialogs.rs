//! Dialogs of the app and of its sessions: when they are shown, and the effects of their answers.

use super::App;
use crate::app::effect::AppEffect;
use crate::app::event::{PromptRequest, SessionPurpose};
use crate::app::model::{HostState, NotableChange};
use crate::app::prompts::{self, PendingDialog};
use crate::app::view::notification;
use crate::desktop::{Desktop, Dialog, DialogKind, DialogResponse};
use crate::i18n::fl;
use crate::problem::{Code, Problem};

impl<D: Desktop> App<D> {
    /// Shows a refusal where the request was made: other programs hear and show their own.
    pub(super) fn refused(&mut self, host: &str, problem: Problem) {
        if problem.code == Code::NotExtended {
            return self.not_extended(host, &problem);
        }
        if !self.awaited_stops.remove(host) {
            return self.no_host_log(host, &problem);
        }
        if problem.code != Code::KernelsBusy {
            let refused = NotableChange::Refused(problem);
            return self.notify(notification::notification_request(host, &refused));
        }
        let busy = Dialog {
            title: problem.title,
            text: problem.detail,
            kind: DialogKind::Confirmation {
                yes: fl!("dialog-stop-anyway"),
            },
        };
        let host = host.to_owned();
        let pending = PendingDialog::Stop { host, force: true };
        self.prompts.show(busy, pending);
    }

    pub(super) fn prompt_requested(&mut self, asked: PromptRequest) {
        // The keychain may answer late, and a quit shows no dialogs.
        if asked.life.has_ended() || self.quits_at.is_some() {
            return;
        }
        let host = asked.host.clone();
        let config = self.sessions.config().host(&host);
        let remembers = config.is_some_and(|host| host.remember);
        if self.prompts.ask(asked, remembers) {
            self.model.ask(&host, true);
        }
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
            PendingDialog::CancelJob(host) if given == DialogResponse::Confirmed => {
                self.sessions.cancel_job(&host);
            }
            PendingDialog::Close(host) if given == DialogResponse::Confirmed => {
                self.sessions.close(&host);
            }
            PendingDialog::Page(page) if given == DialogResponse::Confirmed => {
                self.perform(AppEffect::ShowPage(page));
            }
            PendingDialog::Stop { .. }
            | PendingDialog::CancelJob(_)
            | PendingDialog::Close(_)
            | PendingDialog::Page(_)
            | PendingDialog::Hosts
            | PendingDialog::Message => {}
        }
    }

    /// Cancels the session or the log for which a cancelled prompt was shown.
    fn give_up(&mut self, host: &str, purpose: SessionPurpose) {
        match purpose {
            SessionPurpose::Tunnel => self.sessions.close(host),
            SessionPurpose::Log => {
                self.awaited_logs.remove(host);
                self.sessions.cancel_log(host);
            }
        }
    }

    /// Asks before an address closes a tunnel.
    pub(super) fn close_by_link(&mut self, host: String) {
        let is_open = self.model.host(&host).is_some_and(HostState::is_active);
        if is_open && self.quits_at.is_none() && !self.prompts.asks_to_close(&host) {
            let dialog = prompts::before_close(&host);
            self.prompts.show(dialog, PendingDialog::Close(host));
        }
    }
}
