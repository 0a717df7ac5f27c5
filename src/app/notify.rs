//! Notifications, at the edges only: a tab that is ready, a host that failed.

use crate::control::Message;
use crate::session::Phase;

/// Posts what a message gives cause for. It returns at once: the notification server may be slow.
pub fn tell(message: &Message) {
    let Some((title, body)) = words(message) else {
        return;
    };
    std::thread::spawn(move || post(&title, &body));
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

#[cfg(not(target_os = "macos"))]
fn post(title: &str, body: &str) {
    let shown = notify_rust::Notification::new()
        .appname("Remote Jupyter")
        .summary(title)
        .body(body)
        .show();
    if let Err(error) = shown {
        tracing::warn!(%error, "the notification was not shown");
    }
}

/// `UNUserNotificationCenter` wants a bundle, which does not exist yet: see docs/macos.md.
#[cfg(target_os = "macos")]
fn post(title: &str, body: &str) {
    tracing::info!(title, body, "notification");
}
