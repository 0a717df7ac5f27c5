//! Sleep, by logind's word:
//! <https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html>.

use std::time::Duration;

use futures_lite::StreamExt;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::super::contract::{SystemEvent, SystemEventSink};

/// First pause before a retry. If no system bus is available now, there is usually none later
/// either.
const PAUSE: Duration = Duration::from_secs(10);
const LONG_PAUSE: Duration = Duration::from_secs(600);

/// For as long as the process lives. A bus that is not there, or goes, is looked for again, more
/// and more rarely, and the log tells it once.
pub fn listen(tell: &SystemEventSink) {
    let mut pause = PAUSE;
    let mut is_told = false;
    loop {
        match zbus::block_on(hear(tell)) {
            Ok(()) => pause = PAUSE, // It was there, and will be again.
            Err(error) if !is_told => {
                is_told = true;
                tracing::info!(%error, "the system bus tells nothing of sleep");
            }
            Err(_) => {}
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONG_PAUSE);
    }
}

/// Until the bus goes.
async fn hear(tell: &SystemEventSink) -> zbus::Result<()> {
    let connection = Connection::system().await?;
    // The bus passes on a signal with this sender only if it comes from who owns the name.
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.login1")
        .path("/org/freedesktop/login1")
        .interface("org.freedesktop.login1.Manager")
        .member("PrepareForSleep")
        .build()?;
    let mut signals = MessageStream::for_match_rule(rule, &connection, None).await?;
    while let Some(Ok(signal)) = signals.next().await {
        if let Some(change) = change(&signal) {
            tell(change);
        }
    }
    Ok(())
}

/// True is before, false is after.
fn change(signal: &Message) -> Option<SystemEvent> {
    let sleeps = signal.body().deserialize::<bool>().ok()?;
    Some(if sleeps {
        SystemEvent::Sleep
    } else {
        SystemEvent::Wake
    })
}
