//! `add` and `config`.

use std::path::Path;
use std::process::Command;

use super::Outcome;
use super::arguments::ConfigAction;
use super::context::{Context, broken, hosts_in};
use crate::config::{Config, EditError, add_host, begin};
use crate::problem::{Code, Problem};
use crate::ssh::resolve::resolve;

/// `add`: a host of the ssh configuration becomes one of ours.
pub fn add(context: &Context, alias: &str) -> Outcome {
    let target = resolve(alias, context.ssh_config()).map_err(|error| {
        Problem::new(
            Code::Resolve,
            format!("{alias} cannot be added"),
            error.to_string(),
            format!("Check it with `ssh -G {alias}`."),
        )
    })?;
    add_host(&context.config_path, alias).map_err(|error| match error {
        EditError::Broken(errors) => broken(&errors),
        other => Problem::new(
            Code::Config,
            format!("{alias} was not added"),
            other.to_string(),
            format!("See {}.", context.config_path.display()),
        ),
    })?;
    eprintln!(
        "{alias} ({}@{}) is in {} now. Open it with `remote-jupyter open {alias}`.",
        target.user,
        target.host,
        context.config_path.display()
    );
    Ok(0)
}

/// `config path|check|edit`.
pub fn config(context: &Context, action: ConfigAction) -> Outcome {
    match action {
        ConfigAction::Path => {
            println!("{}", context.config_path.display());
            Ok(0)
        }
        ConfigAction::Check => check(context),
        ConfigAction::Edit => edit(context),
    }
}

fn check(context: &Context) -> Outcome {
    let config = context.config()?;
    tell_good(&context.config_path, &config);
    Ok(0)
}

fn edit(context: &Context) -> Outcome {
    let path = &context.config_path;
    let failed = |error: std::io::Error| {
        Problem::new(
            Code::Local,
            format!("{} cannot be edited", path.display()),
            error.to_string(),
            "Set EDITOR to your editor, or open the file yourself.",
        )
    };
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
        Err(_) => return open::that_detached(path).map(|()| 0).map_err(failed),
    }
    let config = Config::load(path).map_err(|errors| broken(&errors))?;
    tell_good(path, &config);
    Ok(0)
}

fn tell_good(path: &Path, config: &Config) {
    if path.exists() {
        eprintln!("{} is good: {}.", path.display(), hosts_in(config));
    } else {
        eprintln!(
            "{} does not exist yet, which is fine: the defaults hold.",
            path.display()
        );
    }
}
