//! The Mac's login item: `SMAppService` on macOS 13 and later, a launch agent before, both by
//! auto-launch.

use std::path::Path;

use auto_launch::{AutoLaunch, AutoLaunchBuilder, Error as LaunchError, MacOSLaunchMode};
use objc2_foundation::NSBundle;
use smappservice_rs::{AppService, ServiceStatus, ServiceType};

use super::super::login_item::status::{LoginItemError, Status};
use crate::host_os::paths::program;
use crate::host_os::scope::ConfigOptions;
use crate::i18n::fl;

/// The mechanism that this version of macOS offers.
enum Means {
    Service(AutoLaunch),
    Agent(AutoLaunch),
}

/// Returns the present status.
pub fn status() -> Status {
    match means(&ConfigOptions::default()) {
        // auto-launch takes one that waits for approval for one that is off.
        Ok(Means::Service(_)) => match AppService::new(ServiceType::MainApp).status() {
            ServiceStatus::Enabled => Status::On,
            ServiceStatus::RequiresApproval => Status::NeedsApproval,
            // Before it is registered for the first time, it is not found either.
            ServiceStatus::NotRegistered | ServiceStatus::NotFound => Status::Off,
        },
        Ok(Means::Agent(agent)) => match agent.is_enabled() {
            Ok(true) => Status::On,
            Ok(false) => Status::Off,
            Err(error) => Status::NotHere(error.to_string()),
        },
        Err(LoginItemError(why)) => Status::NotHere(why),
    }
}

/// Registers the app, or takes it out.
pub fn set(on: bool, options: &ConfigOptions) -> Result<(), LoginItemError> {
    let first = options.words().first().map(|(_, path)| *path);
    let item = match (means(options)?, first) {
        (Means::Service(_), Some(path)) if on => {
            let path = path.display().to_string();
            return Err(LoginItemError(fl!("autostart-mac-config", path = path)));
        }
        (Means::Service(item) | Means::Agent(item), _) => item,
    };
    // Registering again would be refused: only the user can allow it, there.
    if on && status() == Status::NeedsApproval {
        AppService::open_system_settings_login_items();
        return Ok(());
    }
    if on && is_translocated() {
        return Err(LoginItemError(fl!("autostart-mac-translocated")));
    }
    // Taking out what is not registered is an error there.
    if !on && status() == Status::Off {
        return Ok(());
    }
    let done = if on { item.enable() } else { item.disable() };
    done.map_err(|error| match error {
        LaunchError::SMAppServiceRegistrationFailed(code)
        | LaunchError::SMAppServiceUnregistrationFailed(code) => {
            LoginItemError(fl!("autostart-mac-refused", code = code))
        }
        other => LoginItemError(other.to_string()),
    })
}

/// Opened where a browser has put it, an application runs from a folder that is gone after it.
fn is_translocated() -> bool {
    let path = NSBundle::mainBundle().bundlePath().to_string();
    path.contains("/AppTranslocation/")
}

/// auto-launch knows the system's version, and refuses the service below 13.
fn means(options: &ConfigOptions) -> Result<Means, LoginItemError> {
    let service = AutoLaunchBuilder::new()
        .set_macos_launch_mode(MacOSLaunchMode::SMAppService)
        .build();
    if let Ok(service) = service {
        return Ok(Means::Service(service));
    }
    let program = program().map_err(LoginItemError)?;
    let mut arguments = Vec::new();
    for (option, path) in options.words() {
        arguments.extend([option, text(path)?]);
    }
    let agent = AutoLaunchBuilder::new()
        .set_macos_launch_mode(MacOSLaunchMode::LaunchAgent)
        .set_app_name("remote-jupyter")
        .set_app_path(text(&program)?)
        .set_args(&arguments)
        .build();
    agent
        .map(Means::Agent)
        .map_err(|error| LoginItemError(error.to_string()))
}

/// auto-launch 0.6 writes paths into XML without escaping them.
fn text(path: &Path) -> Result<&str, LoginItemError> {
    let text = path.to_str();
    let is_odd = |c: char| matches!(c, '&' | '<' | '>') || c.is_control();
    let odd = || fl!("autostart-odd-path", path = path.display().to_string());
    text.filter(|text| !text.contains(is_odd))
        .ok_or_else(|| LoginItemError(odd()))
}
