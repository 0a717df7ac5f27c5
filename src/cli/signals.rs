//! Ctrl-C and TERM: the tunnel is closed in good order, the server stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::session::Handle;

/// Calls `end` with the first signal, and remembers that there was one. A second one ends the process at once, for an end
/// that hangs.
pub fn on_signal(end: impl Fn(i32) + Send + 'static) -> std::io::Result<Arc<AtomicBool>> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&interrupted);
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                if seen.swap(true, Ordering::SeqCst) {
                    crate::host_os::terminal_prompt::restore_terminal();
                    std::process::exit(130);
                }
                end(signal);
            }
        })?;
    Ok(interrupted)
}

/// Closes the session at the first signal, as [`on_signal`] does.
pub fn close_on_signal(handle: Handle) -> std::io::Result<Arc<AtomicBool>> {
    // A user at a terminal takes a waiting job out of the queue; a terminal that closes does not.
    on_signal(move |signal| match signal {
        SIGINT => handle.cancel(),
        _ => handle.close(),
    })
}
