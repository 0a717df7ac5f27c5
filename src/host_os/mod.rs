//! Services of the local operating system: folders, prompts, opening a browser, remembered state.

mod browser;
mod descriptors;
mod ended_page;
pub mod installed_files;
pub(crate) mod login_page;
#[cfg(feature = "app")]
pub mod menu_memory;
pub mod paths;
pub(crate) mod peer;
mod return_key;
pub mod scope;
mod state_store;
pub mod terminal_prompt;
mod text_editor;
pub mod thread;
mod visitor;

pub use browser::{check as check_browser, open as open_page};
pub use descriptors::raise_descriptor_limit;
pub use ended_page::{EndedPages, EndedTunnel, OnChosen};
pub use paths::{
    APP_PROGRAM, logs_folder, private_file, runtime_folder, state_folder, write_whole,
};
pub use return_key::ReturnKey;
pub use scope::{ConfigOptions, Scope, parse_remembered};
pub use text_editor::edit;

/// The folder of the state, made with mode 0700 if it is not there.
///
/// # Errors
/// When it cannot be made, or is open to others.
#[cfg(feature = "app")]
pub fn private_state_folder() -> std::io::Result<std::path::PathBuf> {
    let folder = state_folder();
    paths::make_private(&folder)?;
    Ok(folder)
}

/// Returns true at the first call of this account, and remembers it.
///
/// # Errors
/// When it cannot be remembered.
#[cfg(feature = "app")]
pub fn is_first_run() -> std::io::Result<bool> {
    state_store::StateStore::in_folder(&private_state_folder()?).welcome()
}

/// The folder of logs, made with mode 0700 if it is not there.
///
/// # Errors
/// When it cannot be made, or is open to others.
#[cfg(feature = "app")]
pub fn private_logs_folder() -> std::io::Result<std::path::PathBuf> {
    let folder = logs_folder();
    paths::make_private(&folder)?;
    Ok(folder)
}

use std::sync::Mutex;

use crate::session::{
    Address, LastEnd, OnFailed, PastWait, Route, SessionDelegate, WalltimeWarning,
};

/// The local computer, for a session.
pub struct LocalHost {
    browser: Option<String>,
    scope: Scope,
    memory: Mutex<state_store::StateStore>,
    ended_pages: EndedPages,
}

impl LocalHost {
    /// Creates the local computer with the configured browser, for hosts of one configuration.
    #[must_use]
    pub fn new(browser: Option<String>, scope: Scope) -> Self {
        let memory = state_store::StateStore::in_folder(&state_folder());
        Self {
            browser,
            scope,
            memory: Mutex::new(memory),
            ended_pages: EndedPages::default(),
        }
    }

    /// Returns the end of a host's last session, where that was not the user's own word.
    #[must_use]
    pub fn last_end(&self, host: &str) -> Option<LastEnd> {
        let name = self.scope.remembered_name(host);
        self.memory.lock().ok()?.end(&name)
    }

    /// Adds the pages that may be shown at the hosts' ports.
    #[must_use]
    pub fn with_pages(self, ended_pages: EndedPages) -> Self {
        Self {
            ended_pages,
            ..self
        }
    }
}

impl SessionDelegate for LocalHost {
    fn show(&self, page: Address, failed: OnFailed) -> Result<(), String> {
        let address = match page.login {
            // There is nothing secret in it.
            None => page.url,
            Some(login) => login_page::open(login).map_err(|error| error.to_string())?,
        };
        browser::open(&address, self.browser.as_deref(), failed)
    }

    fn remembered_port(&self, host: &str) -> Option<u16> {
        let name = self.scope.remembered_name(host);
        self.memory.lock().ok()?.port(&name)
    }

    fn free_port(&self, host: &str) {
        self.ended_pages.close(host);
    }

    fn remember_port(&self, host: &str, port: u16) {
        if let Ok(memory) = self.memory.lock()
            && let Err(error) = memory.set_port(&self.scope.remembered_name(host), port)
        {
            tracing::warn!(%error, "the local port could not be remembered");
        }
    }

    fn remember_end(&self, host: &str, end: Option<LastEnd>) {
        if let Ok(memory) = self.memory.lock()
            && let Err(error) = memory.set_end(&self.scope.remembered_name(host), end)
        {
            tracing::warn!(%error, "the end of the session could not be remembered");
        }
    }

    fn remembered_route(&self, host: &str) -> Option<Route> {
        let name = self.scope.remembered_name(host);
        self.memory.lock().ok()?.route(&name)
    }

    fn remember_route(&self, host: &str, route: Route) {
        if let Ok(memory) = self.memory.lock()
            && let Err(error) = memory.set_route(&self.scope.remembered_name(host), route)
        {
            tracing::warn!(%error, "the route could not be remembered");
        }
    }

    fn told(&self, host: &str) -> Option<WalltimeWarning> {
        let name = self.scope.remembered_name(host);
        self.memory.lock().ok()?.told(&name)
    }

    fn past_waits(&self, host: &str) -> Vec<PastWait> {
        let name = self.scope.remembered_name(host);
        let memory = self.memory.lock();
        memory.map_or_else(|_| Vec::new(), |memory| memory.waits(&name))
    }

    fn remember_wait(&self, host: &str, wait: PastWait) {
        if let Ok(memory) = self.memory.lock()
            && let Err(error) = memory.add_wait(&self.scope.remembered_name(host), wait)
        {
            tracing::warn!(%error, "a job's wait could not be remembered");
        }
    }

    fn remember_told(&self, host: &str, told: WalltimeWarning) {
        if let Ok(memory) = self.memory.lock()
            && let Err(error) = memory.set_told(&self.scope.remembered_name(host), told)
        {
            tracing::warn!(%error, "it could not be remembered what was told");
        }
    }
}
