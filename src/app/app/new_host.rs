//! New hosts: they are asked for, tried, and added once the login works.

use std::time::Instant;

use super::App;
use crate::app::effect::AppEffect;
use crate::app::event::AfterAdding;
use crate::app::menu_action::{HostAction, MenuAction};
use crate::app::model::NotableChange;
use crate::app::os_actions;
use crate::app::prompts::PendingDialog;
use crate::app::view::{details, dialog};
use crate::config::{EditError, at_destination};
use crate::desktop::{Desktop, DialogResponse, login_item};
use crate::ipc::Message;
use crate::problem::{self, Problem};

impl<D: Desktop> App<D> {
    /// Asks for the destination of a new host, in the one window for that.
    pub(super) fn ask_host(&mut self, welcome: bool) {
        if self.prompts.asks_for_host() {
            return;
        }
        let aliases = self.model.new_aliases().map(str::to_owned).collect();
        let dialog = if welcome {
            let can_open_at_login = *self.model.login_item() == login_item::Status::Off;
            dialog::welcome(aliases, can_open_at_login)
        } else {
            dialog::add_host(aliases)
        };
        self.prompts.show(dialog, PendingDialog::NewHost);
    }

    pub(super) fn host_asked(&mut self, given: DialogResponse) {
        let DialogResponse::Line { text, remember } = given else {
            return;
        };
        if remember {
            self.perform(AppEffect::SetLoginItem(true));
        }
        let destination = text.trim();
        if self.model.host(destination).is_some() {
            self.menu_clicked(MenuAction::host(destination, HostAction::Open));
        } else if !destination.is_empty() {
            self.try_destination(destination.to_owned());
        }
    }

    /// Connects the destination as a click would, before anything of it is written: the attempt is its test.
    fn try_destination(&mut self, destination: String) {
        if self.model.complaint().is_some() {
            return self.show_mistake();
        }
        let path = self.sessions.config().path.clone();
        let host = at_destination(&destination).and_then(|host| {
            let name = host.name.clone();
            match self.model.host(&name) {
                None => Ok(host),
                Some(_) => Err(EditError::Exists {
                    path: path.clone(),
                    name,
                }),
            }
        });
        match host {
            Ok(host) => {
                let open = self.model.try_host(&host, Instant::now());
                self.trials.insert(host.name.clone(), destination);
                self.sessions.try_host(host);
                if let Some(effect) = open {
                    self.perform(effect);
                }
            }
            Err(error) => self.show_error(&problem::not_added(&path, &destination, &error)),
        }
    }

    /// Adds a host that is tried, once its login works. Returns the destination of one whose attempt has ended
    /// before.
    pub(super) fn hear_of_trial(&mut self, message: &Message) -> Option<String> {
        let host = &message.host;
        if message.is_end() {
            self.sessions.forget_tried(host);
            return self.trials.remove(host);
        }
        if message.phase.is_logged_in()
            && let Some(destination) = self.trials.remove(host)
        {
            self.first_attempts.insert(host.clone());
            self.add_destination(destination);
        }
        None
    }

    /// Shows why a host that was tried could not be connected, and asks whether to add it all the same.
    pub(super) fn trial_failed(&mut self, host: &str, destination: String, problem: &Problem) {
        let dialog = details::of_trial(host, problem);
        self.prompts
            .show(dialog, PendingDialog::AddAnyway(destination));
    }

    pub(super) fn add_destination(&self, destination: String) {
        let path = self.sessions.config().path.clone();
        os_actions::add_destination(&self.sender, path, destination);
    }

    pub(super) fn host_added(&mut self, then: AfterAdding, added: Result<String, Problem>) {
        match (added, then) {
            (Ok(host), AfterAdding::Open) => self.open_new_host(host),
            (Ok(host), AfterAdding::Edit) => {
                self.menu_clicked(MenuAction::Host(host, HostAction::Edit));
            }
            (Ok(_), AfterAdding::Nothing) => {}
            (Err(problem), _) => self.show_error(&problem),
        }
    }

    /// Opens a host that was just added. If that fails, a dialog says why: the user is there.
    fn open_new_host(&mut self, host: String) {
        self.first_attempts.insert(host.clone());
        self.menu_clicked(MenuAction::Host(host, HostAction::Open));
    }

    /// Shows why the first attempt to open a host failed. Returns false for any other failure.
    pub(super) fn first_attempt_failed(&mut self, host: &str, notable: &NotableChange) -> bool {
        let was_first = self.first_attempts.remove(host);
        let NotableChange::Failed(problem) = notable else {
            return false;
        };
        if was_first {
            self.show_details(details::of_problem(problem).about(host));
        }
        was_first
    }
}
