//! The Unix signals that end the app.

use std::io;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::event::AppEvent;
use super::event_sender::EventSender;

/// Quits at the first signal, without a question; a second one ends the process, for a quit that hangs.
///
/// # Errors
/// When the signals cannot be caught, or no thread can be started.
pub fn quit_on_signal(sender: EventSender) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let work = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            sender.send(AppEvent::Terminated);
        }
        if signals.next().is_some() {
            std::process::exit(130);
        }
    };
    let builder = std::thread::Builder::new().name("signals".to_owned());
    builder.spawn(work).map(drop)
}
