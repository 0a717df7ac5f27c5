//! The fakes refuse what a Mac refuses, or what would hang there: else the other scenarios would show nothing.

use macos_layer::fake;
use objc2::MainThreadMarker;
use objc2::rc::{Retained, autoreleasepool};
use objc2_app_kit::{NSAlert, NSApplication};
use objc2_foundation::{NSActivityOptions, NSObject, NSProcessInfo, ns_string};
use objc2_user_notifications::UNUserNotificationCenter;

/// As if this thread were the main one, which a mistake could claim.
fn elsewhere(work: impl FnOnce(MainThreadMarker) + Send + 'static) {
    let thread = std::thread::spawn(move || {
        let main = unsafe { MainThreadMarker::new_unchecked() };
        autoreleasepool(|_| work(main));
    });
    let _ = thread.join();
}

super::scenarios! {
    ends "NSInternalInconsistencyException" fn an_alert_from_another_thread() {
        elsewhere(|main| drop(NSAlert::new(main)));
    }

    ends "NSInternalInconsistencyException" fn the_application_from_another_thread() {
        elsewhere(|main| drop(NSApplication::sharedApplication(main)));
    }

    ends "its lock is taken for good" fn an_alert_within_taos_callback() {
        let main = MainThreadMarker::new().unwrap();
        fake::in_callback(|| NSAlert::new(main).runModal());
    }

    ends "no event ends its loop" fn an_alert_that_nobody_answers() {
        NSAlert::new(MainThreadMarker::new().unwrap()).runModal();
    }

    ends "bundleProxyForCurrentProcess is nil" fn notifications_without_a_bundle() {
        fake::bundle("/usr/local/bin", None);
        let _ = UNUserNotificationCenter::currentNotificationCenter();
    }

    ends "without a reason" fn an_activity_without_a_reason() {
        let options = NSActivityOptions::UserInitiated;
        let _ = NSProcessInfo::processInfo().beginActivityWithOptions_reason(options, ns_string!(""));
    }

    ends "released once too often" fn an_object_that_is_released_twice() {
        let object = Retained::into_raw(NSObject::new());
        let again = object;
        unsafe {
            drop(Retained::from_raw(object));
            drop(Retained::from_raw(again));
        }
    }

    ends "no pool in place" fn an_autoreleased_object_without_a_pool() {
        let thread = std::thread::spawn(|| Retained::autorelease_ptr(NSObject::new()).is_null());
        let _ = thread.join();
    }
}
