//! Context of all commands: the configuration, and the host that is meant.

use std::path::PathBuf;
use std::time::Duration;

use super::arguments::Arguments;
use crate::config::{Config, ConfigErrors, Host, parse_profile_name};
use crate::host_os::{ConfigOptions, LocalHost, Scope};
use crate::i18n::fl;
use crate::problem;
use crate::problem::Problem;
use crate::session::{Goal, SessionRequest, Shared};

/// The global arguments.
pub struct Context {
    /// The configuration file.
    pub config_path: PathBuf,
    named: bool,
    ssh_config: Option<PathBuf>,
    scope: Scope,
    shared: Shared,
}

impl Context {
    /// From the arguments; nothing is read yet.
    pub fn new(arguments: &Arguments) -> Self {
        let options = ConfigOptions {
            config: arguments.config.clone(),
            ssh_config: arguments.ssh_config.clone(),
        };
        Self {
            config_path: arguments
                .config
                .clone()
                .unwrap_or_else(Config::default_path),
            named: arguments.config.is_some(),
            ssh_config: arguments.ssh_config.clone(),
            scope: Scope::new(Config::default_path(), options),
            shared: Shared::default(),
        }
    }

    /// The files that say what a host's name means here.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Reads the configuration.
    pub fn config(&self) -> Result<Config, Problem> {
        let config = self.try_config()?;
        config.map_err(|errors| problem::broken_config(&errors))
    }

    /// Reads the configuration, whose mistakes are not yet a problem.
    pub fn try_config(&self) -> Result<Result<Config, ConfigErrors>, Problem> {
        if self.named && !self.config_path.exists() {
            return Err(problem::no_config(&self.config_path));
        }
        Ok(Config::load(&self.config_path))
    }

    /// The host that is meant: a configured one, or, with nothing configured, anything that ssh
    /// would take.
    pub fn host(&self, config: &Config, name: Option<&str>) -> Result<Host, Problem> {
        let Some(name) = name else {
            return match (config.usual_host(), config.hosts.as_slice()) {
                (Some(host), _) => Ok(host.clone()),
                (None, []) => Err(problem::nothing_configured(&self.config_path)),
                (None, many) => Err(problem::which_host(many)),
            };
        };
        match config.host(name) {
            Some(host) => Ok(host.clone()),
            None if config.hosts.is_empty() => Ok(Host::named(name)),
            None => Err(unknown(config, name)),
        }
    }

    /// The host of a start: with a profile, where one is named.
    pub fn host_with_profile(
        &self,
        config: &Config,
        name: Option<&str>,
        profile: Option<&str>,
    ) -> Result<Host, Problem> {
        let host = self.host(config, name)?;
        let Some(profile) = profile else {
            return Ok(host);
        };
        let found = host.find_profile(profile);
        found
            .map(|found| host.with_profile(found))
            .ok_or_else(|| problem::unknown_profile(&host, profile))
    }

    /// Returns the local computer, for a session with one of these hosts.
    pub fn machine(&self, browser: Option<String>) -> LocalHost {
        LocalHost::new(browser, self.scope.clone())
    }

    /// Returns what the sessions of this process share.
    pub fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// A session's order for a host.
    pub fn order(
        &self,
        host: Host,
        goal: Goal,
        timeout: Duration,
    ) -> Result<SessionRequest, Problem> {
        SessionRequest::new(host, self.ssh_config.clone(), goal, timeout)
    }
}

/// Explains a name that is not configured: `HOST:PROFILE` may name a host.
fn unknown(config: &Config, name: &str) -> Problem {
    let parts = parse_profile_name(name);
    let host = parts.and_then(|(host, profile)| Some((config.host(host)?, profile)));
    match host {
        Some((host, profile)) => problem::unknown_profile(host, profile),
        None => problem::unknown_host(name, &config.hosts),
    }
}

/// Returns the number of hosts of a configuration, as text.
pub fn hosts_in(config: &Config) -> String {
    fl!("cli-hosts", count = config.hosts.len())
}
