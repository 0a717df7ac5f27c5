//! Dialogs: `NSAlert`, with a field for a line of text, one after the other.
//!
//! Assumed, since no Mac was at hand (docs/macos.md has the list):
//! - A block that the run loop performs in its default mode runs outside tao's callback, and not
//!   while a menu is open or another dialog is shown; those have modes of their own.
//! - tao's observers and its source stand in the common modes, which the modal mode belongs to (read
//!   in tao 0.36, `observer.rs`): events reach the app, and [`withdraw`], while a dialog is open.
//! - `stopModalWithCode` is noticed with the next event, hence one is posted. `abortModal` would do
//!   without, but it raises an Objective-C exception, which must not pass through Rust's frames.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ptr::{NonNull, null_mut};

use block2::RcBlock;
use dispatch2::DispatchQueue;
use objc2::rc::Retained;
use objc2::{ClassType, MainThreadMarker};
use objc2_app_kit::{
    NSAlert, NSAlertFirstButtonReturn, NSAlertStyle, NSApplication, NSButton, NSEvent, NSEventMask,
    NSEventModifierFlags, NSEventType, NSFloatingWindowLevel, NSModalResponseAbort, NSPanel,
    NSWindow, NSWindowStyleMask,
};
use objc2_foundation::{
    NSArray, NSDefaultRunLoopMode, NSObjectProtocol, NSPoint, NSRunLoop, NSString,
};

use super::super::contract::{Dialog, DialogId, DialogKind, DialogResponse, DialogStyle};
use super::super::dialog_queue::{OneAtATime, Withdrawn};
use super::dialog_accessory::{Accessory, shown};
use crate::i18n::fl;

const NO_KEY: &str = "";
const RETURN: &str = "\r";
const ESCAPE: &str = "\u{1b}";
/// `kVK_Escape` of Carbon's HIToolbox/Events.h.
const ESCAPE_KEY: u16 = 53;

type Answered = Box<dyn FnOnce(DialogResponse)>;

thread_local! {
    /// Of the main thread, the only one to ask.
    static DIALOGS: RefCell<OneAtATime<(Dialog, Answered)>> =
        const { RefCell::new(OneAtATime::new()) };
}

/// Shows a dialog as soon as no other one is open.
pub fn ask(dialog: Dialog, answered: Answered) -> DialogId {
    let id = DIALOGS.with_borrow_mut(|dialogs| dialogs.add((dialog, answered)));
    show_soon();
    id
}

/// Closes a dialog. One that waits is answered within this call, an open one when its loop has
/// ended.
pub fn withdraw(id: DialogId) {
    let withdrawn = DIALOGS.with_borrow_mut(|dialogs| dialogs.withdraw(id));
    match withdrawn {
        Withdrawn::Waited((_, answered)) => answered(DialogResponse::Dismissed),
        Withdrawn::Shown => stop_modal(),
        Withdrawn::Gone => {}
    }
}

fn show_soon() {
    outside_of_callbacks(show_next);
}

/// Calls `work` where it may run a loop of its own: by the main dispatch queue out of tao's callback,
/// which holds a lock, and by the run loop out of the queue, which serves nobody else while one of
/// its blocks runs.
pub fn outside_of_callbacks(work: fn()) {
    DispatchQueue::main().exec_async(move || {
        let block = RcBlock::new(work);
        // SAFETY: the name of the mode is a constant; the block holds nothing, and runs on this
        // thread, the main one.
        unsafe {
            let modes = NSArray::from_slice(&[NSDefaultRunLoopMode]);
            NSRunLoop::mainRunLoop().performInModes_block(&modes, &block);
        }
    });
}

fn show_next() {
    let Some(main) = MainThreadMarker::new() else {
        return;
    };
    let next = DIALOGS.with_borrow_mut(OneAtATime::begin);
    let Some((dialog, answered)) = next else {
        return;
    };
    let given = show(&dialog, main);
    DIALOGS.with_borrow_mut(OneAtATime::end);
    answered(given);
    show_soon();
}

/// Shows a dialog and waits for its end, while the run loop goes on.
fn show(dialog: &Dialog, main: MainThreadMarker) -> DialogResponse {
    let alert = NSAlert::new(main);
    alert.setMessageText(&shown(&dialog.title));
    alert.setInformativeText(&shown(&dialog.text));
    if dialog.style == DialogStyle::Warning {
        // The only style that looks different: it puts a caution sign on the app's icon.
        alert.setAlertStyle(NSAlertStyle::Critical);
    }
    // No title bar shows it; VoiceOver says it.
    alert.window().setTitle(&shown(&dialog.window_title()));
    add_buttons(&alert, &dialog.kind);
    let accessory = Accessory::new(dialog, main);
    accessory.put_into(&alert, main);
    let agreed = match dialog.kind {
        DialogKind::Line { .. } => run(&alert, main),
        DialogKind::Message | DialogKind::Confirmation { .. } => run_with_escape(&alert, main),
    };
    accessory.given(agreed)
}

/// The first button is the right-most one: it agrees in all of them.
fn add_buttons(alert: &NSAlert, kind: &DialogKind) {
    match kind {
        DialogKind::Message => {
            add_button(alert, &fl!("dialog-done"), RETURN);
        }
        DialogKind::Confirmation { yes, destroys } => {
            // Where people look for it, but no key presses it.
            let yes = add_button(alert, yes, NO_KEY);
            yes.setHasDestructiveAction(*destroys);
            add_button(alert, &fl!("dialog-cancel"), RETURN);
        }
        DialogKind::Line { yes, .. } => {
            add_button(alert, yes, RETURN);
            // By the button's key, not by a monitor: an input method kind Escape for itself.
            add_button(alert, &fl!("dialog-cancel"), ESCAPE);
        }
    }
}

/// The key is set even where `NSAlert` would choose the same: it goes by the words on the button.
fn add_button(alert: &NSAlert, label: &str, key: &str) -> Retained<NSButton> {
    let button = alert.addButtonWithTitle(&shown(label));
    button.setKeyEquivalent(&NSString::from_str(key));
    button
}

/// True if the first button ended it.
fn run(alert: &NSAlert, main: MainThreadMarker) -> bool {
    // Its successor, `activate`, is new in macOS 14, and asks the active app for consent.
    #[allow(deprecated)]
    NSApplication::sharedApplication(main).activateIgnoringOtherApps(true);
    bring_to_front(&alert.window());
    let response = alert.runModal();
    // Code that ends the loop from outside leaves the window open.
    alert.window().orderOut(None);
    response == NSAlertFirstButtonReturn
}

/// Puts the window in front of those of other programs, with the keyboard. An accessory app is not the
/// active one, and since macOS 14 the system may refuse to make it so: a question that comes seconds
/// after a click would lie behind other windows, and the password be typed into one of those.
fn bring_to_front(window: &NSWindow) {
    // Such a panel takes keys while another program is active. On another kind of window the flag
    // raises an exception.
    if window.isKindOfClass(NSPanel::class()) {
        window.setStyleMask(window.styleMask() | NSWindowStyleMask::NonactivatingPanel);
    }
    window.setLevel(NSFloatingWindowLevel);
    window.orderFrontRegardless();
}

/// Runs a dialog in which Escape is no button's key, since that button has Return already.
fn run_with_escape(alert: &NSAlert, main: MainThreadMarker) -> bool {
    let handler = RcBlock::new(move |event: NonNull<NSEvent>| -> *mut NSEvent {
        // SAFETY: AppKit hands over an event that lives as long as the handler runs.
        if unsafe { event.as_ref() }.keyCode() != ESCAPE_KEY {
            return event.as_ptr();
        }
        NSApplication::sharedApplication(main).stopModalWithCode(NSModalResponseAbort);
        null_mut()
    });
    // SAFETY: the handler gives back the event that it got, or null.
    let monitor = unsafe {
        NSEvent::addLocalMonitorForEventsMatchingMask_handler(NSEventMask::KeyDown, &handler)
    };
    let yes = run(alert, main);
    if let Some(monitor) = monitor {
        // SAFETY: it is the object that adding the monitor gave, and removed once.
        unsafe { NSEvent::removeMonitor(&monitor) };
    }
    yes
}

/// Ends the loop of the dialog that is open, from outside of that loop.
fn stop_modal() {
    let Some(main) = MainThreadMarker::new() else {
        return;
    };
    let app = NSApplication::sharedApplication(main);
    if app.modalWindow().is_none() {
        return; // a button was faster
    }
    app.stopModalWithCode(NSModalResponseAbort);
    let event =
        NSEvent::otherEventWithType_location_modifierFlags_timestamp_windowNumber_context_subtype_data1_data2(
            NSEventType::ApplicationDefined,
            NSPoint::ZERO,
            NSEventModifierFlags::empty(),
            0.0,
            0,
            None,
            0,
            0,
            0,
        );
    if let Some(event) = event {
        app.postEvent_atStart(&event, true);
    }
}
