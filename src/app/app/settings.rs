//! The settings page, which the menu opens.

use std::sync::Arc;

use super::App;
use crate::app::event::{AppEvent, PromptRequest, SessionLife, SessionPurpose};
use crate::desktop::Desktop;
use crate::problem::{self, Face};
use crate::settings::{AskUser, SettingsPage, SettingsRequest};

impl<D: Desktop> App<D> {
    /// Opens the settings page in the browser; one that is open already, in a further tab.
    pub(super) fn show_settings(&mut self) {
        match self.settings_address() {
            Ok(address) => self.show_page(address),
            Err(error) => self.show_error(&problem::no_settings(&error)),
        }
    }

    fn settings_address(&mut self) -> std::io::Result<String> {
        if let Some(page) = self.settings.as_ref().filter(|page| !page.is_closed()) {
            return page.new_address();
        }
        let page = SettingsPage::open(SettingsRequest {
            scope: self.sessions.scope().clone(),
            face: Face::App,
            ask: self.settings_prompts(),
        })?;
        let address = page.address();
        self.settings = Some(page);
        Ok(address)
    }

    /// Returns what asks the user in a dialog, as for a check that the menu begins.
    fn settings_prompts(&self) -> AskUser {
        let sender = self.sender.clone();
        Arc::new(move |host, prompt, reply| {
            let (host, life) = (host.to_owned(), SessionLife::default());
            let asked = PromptRequest::new(host, SessionPurpose::Check, life, prompt, reply);
            sender.send(AppEvent::PromptRequested(asked));
        })
    }
}
