//! Activities: the app tells the system that it must neither be slowed down nor ended unasked.
//!
//! An app without a window that does nothing visible is a candidate for App Nap, which slows its
//! timers and its network, and for automatic termination, which ends it (`NSProcessInfo.h`).
#![allow(unsafe_code)]

use std::cell::RefCell;

use objc2::rc::Retained;
use objc2::runtime::{NSObjectProtocol, ProtocolObject};
use objc2_foundation::{NSActivityOptions, NSProcessInfo, ns_string};

type Activity = Retained<ProtocolObject<dyn NSObjectProtocol>>;

thread_local! {
    /// Of the main thread.
    static TUNNEL: RefCell<Option<Activity>> = const { RefCell::new(None) };
}

/// Ends neither automatically, once the last dialog is closed, nor suddenly, without a chance to stop
/// what the configuration says is to be stopped.
pub fn forbid_termination() {
    let activity = NSProcessInfo::processInfo().beginActivityWithOptions_reason(
        NSActivityOptions::AutomaticTerminationDisabled
            | NSActivityOptions::SuddenTerminationDisabled,
        ns_string!("It lives in the menu bar"),
    );
    // For as long as the app runs.
    std::mem::forget(activity);
}

/// Works at full speed while there is a tunnel. The computer may sleep all the same.
pub fn keep_busy(on: bool) {
    TUNNEL.with_borrow_mut(|tunnel| match (on, tunnel.take()) {
        (true, None) => {
            *tunnel = Some(
                NSProcessInfo::processInfo().beginActivityWithOptions_reason(
                    NSActivityOptions::UserInitiatedAllowingIdleSystemSleep,
                    ns_string!("A tunnel is open"),
                ),
            );
        }
        (true, activity) => *tunnel = activity,
        // SAFETY: it is what beginning it gave, and ended once.
        (false, Some(activity)) => unsafe {
            NSProcessInfo::processInfo().endActivity(&activity);
        },
        (false, None) => {}
    });
}
