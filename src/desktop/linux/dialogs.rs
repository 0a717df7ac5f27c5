//! Dialogs with GTK, on which tao runs here anyway: its event loop is theirs too.
//!
//! None of them is modal: GTK calls back when the user has answered, and the loop runs meanwhile.

use std::cell::RefCell;

use gtk::ResponseType;
use gtk::glib;

use super::super::contract::{Dialog, DialogId, DialogResponse};
use super::super::dialog_queue::{OneAtATime, Withdrawn};
use super::dialog_window::DialogWindow;

thread_local! {
    /// GTK belongs to the main thread, and so do its dialogs.
    static DIALOGS: RefCell<OneAtATime<(Dialog, Answered)>> =
        const { RefCell::new(OneAtATime::new()) };
    static SHOWN: RefCell<Option<Pending>> = const { RefCell::new(None) };
}

/// Receiver of a dialog's answer.
type Answered = Box<dyn FnOnce(DialogResponse)>;

/// The dialog that is on the screen.
struct Pending {
    window: DialogWindow,
    answered: Answered,
}

/// Opens a dialog as soon as no other one is open: what is typed for one must not go into another
/// that comes up in front of it.
pub fn ask(dialog: Dialog, answered: Answered) -> DialogId {
    let id = DIALOGS.with_borrow_mut(|dialogs| dialogs.add((dialog, answered)));
    show_next();
    id
}

fn show_next() {
    let next = DIALOGS.with_borrow_mut(|dialogs| Some((dialogs.begin()?, dialogs.shown()?)));
    let Some(((dialog, answered), id)) = next else {
        return;
    };
    let window = DialogWindow::new(&dialog);
    window.show(move |response| close(id, response));
    SHOWN.set(Some(Pending { window, answered }));
}

/// Closes a dialog. Its answer comes from the loop, as every other does: the caller may be in the
/// middle of something.
pub fn withdraw(id: DialogId) {
    let answered = match DIALOGS.with_borrow_mut(|dialogs| dialogs.withdraw(id)) {
        Withdrawn::Waited((_, answered)) => Some(answered),
        Withdrawn::Shown => take(id).map(|pending| {
            pending.window.put_away();
            pending.answered
        }),
        Withdrawn::Gone => None,
    };
    if let Some(answered) = answered {
        glib::idle_add_local_once(move || {
            answered(DialogResponse::Dismissed);
            show_next();
        });
    }
}

/// Handles the user's answer, or the closing of the window. GTK calls it from the loop.
fn close(id: DialogId, response: ResponseType) {
    let Some(Pending { window, answered }) = take(id) else {
        return; // Closing the window of one that is answered is a response once more.
    };
    let given = window.given(response);
    window.put_away();
    answered(given);
    show_next();
}

/// Takes the dialog on the screen, if it is that one.
fn take(id: DialogId) -> Option<Pending> {
    DIALOGS.with_borrow_mut(|dialogs| {
        let is_shown = dialogs.shown() == Some(id);
        is_shown.then(|| dialogs.end()).and_then(|()| SHOWN.take())
    })
}
