//! Notifications, at the edges only: a tab that is ready, a host that failed.

use crate::control::Message;
use crate::platform::Here;
use crate::platform::desktop::{Desktop, Notice};
use crate::session::Phase;

/// Posts what a message gives cause for. It returns at once: the notification server may be slow.
pub fn tell(message: &Message) {
    let Some((title, body)) = words(message) else {
        return;
    };
    let action = String::new();
    let notice = Notice {
        title,
        body,
        action,
    };
    Here.notify(notice, Box::new(|| {}));
}

/// Title and body; never an address, which could hold a token.
fn words(message: &Message) -> Option<(String, String)> {
    if message.note().is_some() {
        return None;
    }
    match message.phase {
        Phase::Ready => {
            let ready = message.ready()?;
            let how = if ready.reused {
                "was running"
            } else {
                "was started"
            };
            Some((
                format!("{} is ready", message.host),
                format!(
                    "Jupyter {} {how} on {}.",
                    ready.server.version, ready.server.host
                ),
            ))
        }
        Phase::Failed => {
            let problem = message.problem()?;
            Some((problem.title, problem.remedy))
        }
        _ => None,
    }
}
