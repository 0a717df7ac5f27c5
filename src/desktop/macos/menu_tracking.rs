//! The open menu. An edit of it may close it, so the app waits until it is closed.
//!
//! Assumed (docs/macos.md): both notifications come on the main thread, once for a menu with all its
//! submenus (NSMenu.h).
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use block2::RcBlock;
use objc2_app_kit::{NSMenuDidBeginTrackingNotification, NSMenuDidEndTrackingNotification};
use objc2_foundation::{NSNotification, NSNotificationCenter};

use super::super::contract::{SystemEvent, SystemEventSink};

static IS_OPEN: AtomicBool = AtomicBool::new(false);

pub fn is_open() -> bool {
    IS_OPEN.load(Ordering::Relaxed)
}

/// Keeps track from now on, and tells when a menu is closed.
pub fn watch(tell: &Arc<SystemEventSink>) {
    let tell = Arc::clone(tell);
    // SAFETY: constants of the framework, which are never written.
    let names = unsafe {
        [
            NSMenuDidBeginTrackingNotification,
            NSMenuDidEndTrackingNotification,
        ]
    };
    let opened = RcBlock::new(|_: NonNull<NSNotification>| IS_OPEN.store(true, Ordering::Relaxed));
    let closed = RcBlock::new(move |_: NonNull<NSNotification>| {
        IS_OPEN.store(false, Ordering::Relaxed);
        tell(SystemEvent::MenuClosed);
    });
    let centre = NSNotificationCenter::defaultCenter();
    for (name, block) in names.into_iter().zip([&*opened, &*closed]) {
        // SAFETY: no object to filter by, and no queue: the block runs on the thread that posts, and
        // holds only what is `Send` and `Sync`.
        let observer = unsafe {
            centre.addObserverForName_object_queue_usingBlock(Some(name), None, None, block)
        };
        // For as long as the app runs.
        std::mem::forget(observer);
    }
}
