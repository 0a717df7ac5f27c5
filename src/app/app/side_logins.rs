//! Logins beside a host's tunnel: for the log of Jupyter, and for a check of the connection.

use super::App;
use crate::app::event::CheckReport;
use crate::app::model::{HostState, SideLogin};
use crate::app::os_actions;
use crate::app::view::details;
use crate::desktop::Desktop;
use crate::i18n::fl;
use crate::problem::{self, Problem};

impl<D: Desktop> App<D> {
    /// Fetches what Jupyter printed on a host, if that can be had now.
    pub(super) fn fetch_log(&mut self, host: String) {
        let state = self.model.host(&host);
        let can = state.is_none_or(HostState::can_show_log);
        let fetched = if can {
            self.sessions.fetch_log(&host)
        } else {
            Err(problem::log_not_now(&host))
        };
        match fetched {
            Ok(logs_in) => {
                if logs_in {
                    self.model.know_side_login(&host, Some(SideLogin::Log));
                }
                self.awaited_logs.insert(host);
            }
            Err(problem) => self.show_error(&problem),
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

    pub(super) fn check_connection(&mut self, host: &str) {
        match self.sessions.check_connection(host) {
            Ok(()) => self.model.know_side_login(host, Some(SideLogin::Check)),
            Err(problem) => self.show_error(&problem),
        }
    }

    /// Shows what a check has found.
    pub(super) fn checked(&mut self, host: &str, report: Option<&CheckReport>) {
        self.side_login_ended(host);
        if let Some(report) = report.filter(|_| self.quits_at.is_none()) {
            self.show_details(details::of_check(host, report));
        }
    }

    pub(super) fn cancel_side_login(&mut self, host: &str) {
        self.awaited_logs.remove(host);
        self.sessions.cancel_side_login(host);
    }

    /// A host is about to be connected, and needs the same answers: one login is enough. A log comes over the
    /// tunnel then.
    pub(super) fn end_side_login(&mut self, host: &str) {
        if self.sessions.cancel_side_login(host) && self.awaited_logs.remove(host) {
            self.postponed_logs.insert(host.to_owned());
        }
    }

    pub(super) fn side_login_ended(&mut self, host: &str) {
        self.model.know_side_login(host, None);
        self.prompts.withdraw(host, false);
        let asks = self.prompts.has_any_of(host);
        self.model.ask(host, asks);
    }
}
