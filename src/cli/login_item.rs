//! `login-item`: whether the app starts at login.

use super::arguments::LoginItemAction;
use super::context::Context;
use super::outcome::CommandOutcome;

#[cfg(feature = "app")]
pub fn login_item(context: &Context, action: LoginItemAction) -> CommandOutcome {
    use super::printed::outln;
    use crate::desktop::login_item::{self, Status};
    use crate::i18n::fl;
    use crate::problem;

    let options = context.scope().options();
    match action {
        LoginItemAction::On => login_item::set(true, options),
        LoginItemAction::Off => login_item::set(false, options),
        LoginItemAction::Status => Ok(()),
    }
    .map_err(|error| problem::login_item(&error))?;
    outln!(
        "{}",
        match login_item::status() {
            Status::On => fl!("login-item-on"),
            Status::Off => fl!("login-item-off"),
            Status::NeedsApproval => fl!("login-item-approval"),
            Status::NotHere(reason) => fl!("login-item-not-here", reason = reason),
        }
    );
    Ok(0)
}

/// Without an app there is nothing to start.
#[cfg(not(feature = "app"))]
pub fn login_item(context: &Context, _: LoginItemAction) -> CommandOutcome {
    super::app::AppStart::Sibling.run(context, &crate::ipc::AppRequest::Show)
}
