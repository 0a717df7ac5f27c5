//! `add` and `config`.

use std::path::Path;
use std::process::Command;

use super::arguments::ConfigAction;
use super::context::{Context, hosts_in};
use super::outcome::CommandOutcome;
use super::printed::{errln, outln};
use crate::config::{Config, EditError, add_host, begin};
use crate::i18n::fl;
use crate::problem;
use crate::ssh::resolve::resolve;

/// `add`: a host of the ssh configuration becomes one of ours.
pub fn add(context: &Context, alias: &str) -> CommandOutcome {
    let target = resolve(alias, context.scope().ssh_config())
        .map_err(|error| problem::not_resolved(alias, &error))?;
    let file = context.config_path.display().to_string();
    add_host(&context.config_path, alias).map_err(|error| match error {
        EditError::Broken(errors) => problem::broken_config(&errors),
        other => problem::not_added(&context.config_path, alias, &other),
    })?;
    let (user, host) = (&target.user, &target.host);
    let done = fl!(
        "add-done",
        alias = alias,
        user = user,
        host = host,
        file = &file
    );
    errln!("{done}");
    Ok(0)
}

/// `config path|check|edit`.
pub fn config(context: &Context, action: ConfigAction) -> CommandOutcome {
    match action {
        ConfigAction::Path => {
            outln!("{}", context.config_path.display());
            Ok(0)
        }
        ConfigAction::Check => check(context),
        ConfigAction::Edit => edit(context),
    }
}

fn check(context: &Context) -> CommandOutcome {
    let config = context.config()?;
    tell_good(&context.config_path, &config);
    Ok(0)
}

fn edit(context: &Context) -> CommandOutcome {
    let path = &context.config_path;
    let failed = |error: std::io::Error| problem::uneditable(path, &error);
    begin(path).map_err(failed)?;
    match std::env::var("VISUAL").or_else(|_| std::env::var("EDITOR")) {
        // As git does: the variable may hold options, so a shell reads it.
        Ok(editor) => {
            let status = Command::new("/bin/sh")
                .args(["-c", &format!("{editor} \"$1\""), "editor"])
                .arg(path)
                .status()
                .map_err(failed)?;
            if !status.success() {
                return Err(failed(std::io::Error::other(format!(
                    "`{editor}`: {status}"
                ))));
            }
        }
        Err(_) => return crate::host_os::edit(path).map(|()| 0).map_err(failed),
    }
    let config = Config::load(path).map_err(|errors| problem::broken_config(&errors))?;
    tell_good(path, &config);
    Ok(0)
}

fn tell_good(path: &Path, config: &Config) {
    let file = path.display().to_string();
    let text = if path.exists() {
        fl!("config-good", file = file, hosts = hosts_in(config))
    } else {
        fl!("config-absent", file = file)
    };
    errln!("{text}");
}
