//! `settings`: the settings page in the browser, until it is closed.

use std::sync::{Arc, mpsc};

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::errln;
use super::signals;
use crate::config::Config;
use crate::host_os::{open_page, terminal_prompt};
use crate::i18n::fl;
use crate::problem::{self, Face, Problem};
use crate::settings::{SettingsPage, SettingsRequest};

/// Opens the page, and holds it until the user closes it or presses Ctrl-C: both end it in good order.
pub fn settings(context: &Context, no_browser: bool) -> CommandOutcome {
    // A configuration in error is shown on the page.
    let config = context.try_config()?;
    let request = SettingsRequest {
        scope: context.scope().clone(),
        face: Face::Terminal,
        ask: Arc::new(|_, prompt, reply| terminal_prompt::ask(prompt, reply)),
    };
    let page = SettingsPage::open(request).map_err(|error| problem::no_settings(&error))?;
    let stopper = page.stopper();
    signals::on_signal(move |_| stopper.stop()).map_err(|error| problem::no_settings(&error))?;
    let (failed, failure) = mpsc::channel();
    if no_browser {
        println!("{}", page.address());
    } else {
        show(&page, config.ok().as_ref(), failed)?;
    }
    page.wait();
    terminal_prompt::restore_terminal();
    failure.try_recv().map_or(Ok(0), Err)
}

/// Opens the browser. One that fails later closes the page, and says so by `failed`.
fn show(
    page: &SettingsPage,
    config: Option<&Config>,
    failed: mpsc::Sender<Problem>,
) -> Result<(), Problem> {
    let browser = config.and_then(|config| config.browser.as_deref());
    let stopper = page.stopper();
    let tell = move |why| {
        // Its receiver waits for the page.
        let _ = failed.send(problem::no_browser(why));
        stopper.stop();
    };
    open_page(&page.address(), browser, tell).map_err(problem::no_browser)?;
    errln!("{}", fl!("settings-is-open"));
    Ok(())
}
