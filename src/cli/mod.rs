//! The command line: what `docs` call "the engine without a screen".

mod app;
mod arguments;
mod columns;
mod completions;
mod configure;
mod context;
mod doctor;
mod extend;
mod forward;
mod keep;
mod login_item;
mod open;
mod outcome;
mod printed;
mod report;
mod run;
mod servers;
mod settings;
mod shortcut;
mod signals;
mod status;
mod uninstall;
mod usage;

use std::process::ExitCode;

pub use app::AppStart;
use arguments::{Arguments, Command};
use context::Context;
use outcome::CommandOutcome;
use printed::errln;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::host_os::raise_descriptor_limit;
use crate::i18n::set_language;
use crate::ipc::AppRequest;
use crate::secret::leave_no_core;
use crate::ssh::openssh::answer_as_askpass;

/// Parses the arguments, runs the command or the app, tells a failure.
#[must_use]
pub fn main(app: AppStart) -> ExitCode {
    leave_no_core();
    if let Some(code) = answer_as_askpass() {
        return code;
    }
    raise_descriptor_limit();
    // Before anything is said, help and mistakes too.
    set_language(Config::language_in(&Config::default_path()).as_deref());
    let arguments = usage::parse();
    // While there is one thread only.
    #[cfg(all(target_os = "macos", feature = "app"))]
    crate::desktop::startup::enter(opens_app(&arguments));
    if let Some(named) = &arguments.config {
        set_language(Config::language_in(named).as_deref());
    }
    log(&arguments, app);
    match dispatch(arguments, app) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            errln!("remote-jupyter: {problem}");
            ExitCode::from(problem.code.exit())
        }
    }
}

fn dispatch(arguments: Arguments, app: AppStart) -> CommandOutcome {
    let context = Context::new(&arguments);
    match arguments.command {
        None => app.run(&context, &AppRequest::Show),
        Some(Command::Url { url }) => app.run(&context, &AppRequest::DeepLink { url }),
        Some(Command::LoginItem { action }) => login_item::login_item(&context, action),
        Some(Command::Launcher(options)) => shortcut::launcher(&context, &options),
        Some(Command::Uninstall { purge, json }) => uninstall::uninstall(&context, purge, json),
        Some(Command::Open(options)) => open::open(&context, &options),
        Some(Command::List { json }) => servers::list(&context, json),
        Some(Command::Status {
            host,
            watch: true,
            json,
            ..
        }) => status::watch(&context, host.as_deref(), json),
        Some(Command::Status {
            host, load, json, ..
        }) => status::status(&context, host.as_deref(), load, json),
        Some(Command::Close { host, json }) => servers::close(&context, &host, json),
        Some(Command::Stop { host, yes, json }) => servers::stop(&context, &host, yes, json),
        Some(Command::Forward { host, remote, json }) => match remote {
            Some(remote) => forward::forward(&context, &host, &remote, json),
            None => forward::list(&context, &host, json),
        },
        Some(Command::Keep { host }) => keep::keep(&context, &host),
        Some(Command::Extend { host, by, json }) => extend::extend(&context, &host, by, json),
        Some(Command::Logs { host }) => servers::logs(&context, &host),
        Some(Command::Doctor { host, json }) => doctor::doctor(&context, host.as_deref(), json),
        Some(Command::Add { alias }) => configure::add(&context, &alias),
        Some(Command::Config { action }) => configure::config(&context, action),
        Some(Command::Settings { no_browser }) => settings::settings(&context, no_browser),
        Some(Command::Completions { shell }) => {
            completions::print_script(shell);
            Ok(0)
        }
        Some(Command::Complete { host, typed }) => {
            completions::complete(&context, &host, &typed);
            Ok(0)
        }
    }
}

#[cfg(feature = "app")]
fn opens_app(arguments: &Arguments) -> bool {
    matches!(arguments.command, None | Some(Command::Url { .. }))
}

/// Logs go to standard error, and hold no secrets: tokens are in [`crate::secret::Secret`].
fn log(arguments: &Arguments, #[cfg_attr(not(feature = "app"), expect(unused))] app: AppStart) {
    let level = match arguments.verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    // ureq logs whole requests, with their Authorization header, at debug level; zbus warns of the
    // bus that it leaves when the app quits.
    let filter = |level| EnvFilter::new(format!("{level},ureq=warn,ureq_proto=warn,zbus=error"));
    #[cfg(feature = "app")]
    if matches!(app, AppStart::InProcess(_)) && opens_app(arguments) {
        return crate::app::log_to_file(filter(level), filter("info"));
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter(level))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}
