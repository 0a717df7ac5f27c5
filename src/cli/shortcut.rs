//! `launcher`: creates a shortcut, a small application for one host.

use super::arguments::LauncherOptions;
use super::context::Context;
use super::outcome::CommandOutcome;

#[cfg(feature = "app")]
pub fn launcher(context: &Context, options: &LauncherOptions) -> CommandOutcome {
    match (&options.host, &options.remove) {
        (Some(host), _) => with_an_app::make(context, host, options.json),
        (None, Some(host)) => with_an_app::remove(context, host, options.json),
        (None, None) => with_an_app::list(context, options.json),
    }
}

/// Without the app, nothing would handle the address that a shortcut opens.
#[cfg(not(feature = "app"))]
pub fn launcher(context: &Context, _: &LauncherOptions) -> CommandOutcome {
    super::app::AppStart::Sibling.run(context, &crate::ipc::AppRequest::Show)
}

#[cfg(feature = "app")]
mod with_an_app {
    use serde_json::json;

    use super::Context;
    use crate::cli::columns::{self, padded};
    use crate::cli::outcome::CommandOutcome;
    use crate::cli::printed::{errln, outln};
    use crate::desktop::shortcut;
    use crate::i18n::fl;
    use crate::problem;

    /// Only for a configured host: an address names no other.
    pub fn make(context: &Context, host: &str, json: bool) -> CommandOutcome {
        let config = context.config()?;
        if config.host(host).is_none() {
            return Err(problem::unknown_host(host, &config.hosts));
        }
        let made = shortcut::make(host, context.scope());
        let made = made.map_err(|error| problem::launcher(host, &error))?;
        if json {
            println!("{}", json!({ "host": host, "path": made.path }));
        } else {
            let path = made.path.display().to_string();
            errln!("{}", fl!("launcher-made", path = path, host = host));
        }
        Ok(0)
    }

    pub fn list(context: &Context, json: bool) -> CommandOutcome {
        let config = context.config()?;
        let launchers = shortcut::list();
        if launchers.is_empty() && !json {
            errln!("{}", fl!("launcher-none"));
        }
        for known in launchers {
            let is_ours = known.is_of(context.scope());
            let configured = is_ours && config.host(&known.host).is_some();
            if json {
                let (host, path) = (known.host, known.path);
                let line = json!({ "host": host, "path": path, "configured": configured });
                outln!("{line}");
                continue;
            }
            let path = known.path.display().to_string();
            let remark = if configured {
                String::new()
            } else {
                format!("  {}", fl!("launcher-not-configured"))
            };
            outln!("{} {path}{remark}", padded(&known.host, columns::HOST));
        }
        Ok(0)
    }

    /// Also for a host that is not configured any more.
    pub fn remove(context: &Context, host: &str, json: bool) -> CommandOutcome {
        let removed = shortcut::remove(host, context.scope())
            .map_err(|error| problem::launcher(host, &error))?;
        let path = removed.map(|launcher| launcher.path);
        if json {
            println!("{}", json!({ "host": host, "path": path }));
            return Ok(0);
        }
        let text = match path.map(|path| path.display().to_string()) {
            Some(path) => fl!("uninstall-removed", what = path),
            None => fl!("launcher-none-of", host = host),
        };
        errln!("{text}");
        Ok(0)
    }
}
