//! Sleep, waking, another network, and the end of a menu.
//!
//! Assumed, since no Mac was at hand (docs/macos.md has the list):
//! - `NSWorkspace`'s own notification centre posts sleep and waking to every application
//!   (NSWorkspace.h), and keeps observers and their blocks until they are removed.
//! - configd holds `State:/Network/Global/IPv4` and `…/IPv6` exactly while there is a way out
//!   (System Configuration Programming Guidelines, "The Dynamic Store"), and
//!   `State:/Network/Interface/NAME/IPv4` with the addresses of an interface, which also shows a
//!   VPN that leaves the way out alone.
#![allow(unsafe_code)]

use std::io;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use block2::RcBlock;
use objc2_app_kit::{
    NSWorkspace, NSWorkspaceDidWakeNotification, NSWorkspaceWillSleepNotification,
};
use objc2_foundation::{NSNotification, NSOperationQueue};
use system_configuration::core_foundation::array::CFArray;
use system_configuration::core_foundation::runloop::{
    CFRunLoop, CFRunLoopRunResult, kCFRunLoopDefaultMode,
};
use system_configuration::core_foundation::string::CFString;
use system_configuration::dynamic_store::{
    SCDynamicStore, SCDynamicStoreBuilder, SCDynamicStoreCallBackContext,
};

use super::super::contract::{SystemEvent, SystemEventSink};
use super::menu_tracking;

/// One of these exists while there is a network.
const WAYS_OUT: [&str; 2] = ["State:/Network/Global/IPv4", "State:/Network/Global/IPv6"];
/// Not IPv6: its link-local addresses come and go with `AirDrop`'s interface, without any effect here.
const ADDRESSES: &str = "State:/Network/Interface/[^/]+/IPv4";
/// A new network comes in several steps: address, router, name servers.
const SETTLES: Duration = Duration::from_secs(1);
/// `CFRunLoopRunInMode` kind a time; after it, it is only called again.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Tells of all of them from now on, each from a thread of its own.
///
/// # Errors
/// When no thread can be started.
pub fn watch(tell: Box<SystemEventSink>) -> io::Result<()> {
    let tell: Arc<SystemEventSink> = Arc::new(move |change| {
        tracing::debug!(?change, "the machine has changed");
        tell(change);
    });
    watch_sleep(&tell);
    menu_tracking::watch(&tell);
    std::thread::Builder::new()
        .name("network".to_owned())
        .spawn(move || {
            if watch_network(&tell).is_none() {
                tracing::warn!("changes of the network cannot be heard of");
            }
        })?;
    Ok(())
}

fn watch_sleep(tell: &Arc<SystemEventSink>) {
    let centre = NSWorkspace::sharedWorkspace().notificationCenter();
    // One after the other, so that waking is not told before the sleep.
    let queue = NSOperationQueue::new();
    queue.setMaxConcurrentOperationCount(1);
    // SAFETY: constants of the framework, which are never written.
    let both = unsafe {
        [
            (NSWorkspaceWillSleepNotification, SystemEvent::Sleep),
            (NSWorkspaceDidWakeNotification, SystemEvent::Wake),
        ]
    };
    for (name, change) in both {
        let tell = Arc::clone(tell);
        let block = RcBlock::new(move |_: NonNull<NSNotification>| tell(change));
        // SAFETY: no object to filter by; the queue belongs to no thread; the block holds only what
        // is `Send` and `Sync`.
        let observer = unsafe {
            centre.addObserverForName_object_queue_usingBlock(
                Some(name),
                None,
                Some(&queue),
                &block,
            )
        };
        // For as long as the app runs.
        std::mem::forget(observer);
    }
    std::mem::forget(queue);
}

/// Returns only if the system does not offer it.
///
/// The store sends no first report, so each one is a change. What it changed to is not compared:
/// another network may well have the same addresses, and a check too many costs one round trip.
fn watch_network(tell: &Arc<SystemEventSink>) -> Option<()> {
    let store = SCDynamicStoreBuilder::new("remote-jupyter")
        .callback_context(SCDynamicStoreCallBackContext {
            callout: heard,
            info: (),
        })
        .build()?;
    let keys = CFArray::from_CFTypes(&WAYS_OUT.map(CFString::from));
    let patterns = CFArray::from_CFTypes(&[CFString::from(ADDRESSES)]);
    if !store.set_notification_keys(&keys, &patterns) {
        return None;
    }
    let source = store.create_run_loop_source()?;
    // SAFETY: a constant of the framework, which is never written.
    let mode = unsafe { kCFRunLoopDefaultMode };
    CFRunLoop::get_current().add_source(&source, mode);
    loop {
        match CFRunLoop::run_in_mode(mode, A_DAY, true) {
            CFRunLoopRunResult::HandledSource => {}
            CFRunLoopRunResult::TimedOut => continue,
            CFRunLoopRunResult::Finished | CFRunLoopRunResult::Stopped => return None,
        }
        CFRunLoop::run_in_mode(mode, SETTLES, false);
        if WAYS_OUT.iter().any(|key| store.get(*key).is_some()) {
            tell(SystemEvent::NetworkChanged);
        }
    }
}

/// The run loop's return says all that there is to know.
#[allow(clippy::needless_pass_by_value, reason = "the callback's type")]
fn heard(_: SCDynamicStore, _: CFArray<CFString>, (): &mut ()) {}
