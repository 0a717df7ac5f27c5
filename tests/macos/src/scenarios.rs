//! Scenarios by topic: actions of users, and of the Mac.

mod app;
mod dialogs;
mod login_item;
mod notifications;
mod shortcuts;
mod startup;
mod strictness;
mod system_events;

/// Outcome of a scenario.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    Success,
    /// Like an uncaught exception on a Mac, with these words.
    End(&'static str),
}

pub struct Scenario {
    /// `topic::name`.
    pub name: String,
    pub run: fn(),
    pub expected: Expected,
}

/// Functions without arguments become scenarios; `ends "words" fn …` is one that an exception has to end.
macro_rules! scenarios {
    ($($(#[$doc:meta])* $(ends $words:literal)? fn $name:ident() $body:block)*) => {
        $($(#[$doc])* fn $name() $body)*

        pub fn all() -> Vec<crate::scenarios::Scenario> {
            let topic = module_path!().rsplit("::").next().unwrap_or_default();
            vec![$(crate::scenarios::Scenario {
                name: format!("{topic}::{}", stringify!($name)),
                run: $name,
                expected: crate::scenarios::scenarios!(@expected $($words)?),
            }),*]
        }
    };
    (@expected) => { crate::scenarios::Expected::Success };
    (@expected $words:literal) => { crate::scenarios::Expected::End($words) };
}
use scenarios;

pub fn all() -> Vec<Scenario> {
    let topics = [
        app::all(),
        dialogs::all(),
        login_item::all(),
        notifications::all(),
        shortcuts::all(),
        startup::all(),
        strictness::all(),
        system_events::all(),
    ];
    topics.into_iter().flatten().collect()
}
