//! Dialogs with GTK, on which tao runs here anyway: its event loop is theirs too.
//!
//! None of them is modal: GTK calls back when the user has answered, and the loop runs meanwhile.

use std::cell::RefCell;

use gtk::ResponseType;
use gtk::glib;
use gtk::prelude::*;
use zeroize::Zeroizing;

use super::super::contract::{Dialog, DialogId, DialogKind, DialogResponse};
use super::super::dialog_queue::{OneAtATime, Withdrawn};
use super::super::sanitize::sanitized;
use crate::i18n::fl;

/// Characters of a line, as the desktop's own dialogs have them.
const LINE: i32 = 56;
/// From here on a text scrolls: the buttons stay on the screen.
const LONG: usize = 600;
const MANY_LINES: usize = 16;
/// Pixels: GNOME's distances, <https://developer.gnome.org/hig/>.
const WIDE: i32 = 18;
const NARROW: i32 = 12;
/// Of a text that scrolls.
const WIDTH: i32 = 480;
const HEIGHT: i32 = 320;

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
    window: gtk::Dialog,
    fields: Fields,
    answered: Answered,
}

/// Input fields of a dialog.
#[derive(Default)]
struct Fields {
    line: Option<gtk::Entry>,
    remember: Option<gtk::CheckButton>,
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
    let (window, fields) = build(&dialog);
    window.connect_response(move |_, response| close(id, response));
    window.show_all();
    begin_at(&window, &fields);
    window.present();
    SHOWN.set(Some(Pending {
        window,
        fields,
        answered,
    }));
}

/// Closes a dialog. Its answer comes from the loop, as every other does: the caller may be in the
/// middle of something.
pub fn withdraw(id: DialogId) {
    let answered = match DIALOGS.with_borrow_mut(|dialogs| dialogs.withdraw(id)) {
        Withdrawn::Waited((_, answered)) => Some(answered),
        Withdrawn::Shown => take(id).map(|pending| put_away(pending).answered),
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
    let Some(pending) = take(id) else {
        return; // Closing the window of one that is answered is a response once more.
    };
    let given = given(&pending.fields, response);
    let Pending { answered, .. } = put_away(pending);
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

/// The window goes at once; GTK destroys it in the loop's next turn.
fn put_away(pending: Pending) -> Pending {
    if let Some(line) = &pending.fields.line {
        line.set_text(""); // GTK overwrites what its buffer held.
    }
    pending.window.hide();
    pending.window.close();
    pending
}

fn given(fields: &Fields, response: ResponseType) -> DialogResponse {
    match (response, &fields.line) {
        (ResponseType::Accept, None) => DialogResponse::Confirmed,
        (ResponseType::Accept, Some(line)) => DialogResponse::Line {
            // A text of more than 22 bytes is moved, not copied.
            text: Zeroizing::new(String::from(line.text())),
            remember: fields
                .remember
                .as_ref()
                .is_some_and(ToggleButtonExt::is_active),
        },
        _ => DialogResponse::Dismissed,
    }
}

fn build(dialog: &Dialog) -> (gtk::Dialog, Fields) {
    let window = gtk::Dialog::new();
    window.set_title("Remote Jupyter");
    window.set_icon_name(Some("remote-jupyter"));
    window.set_position(gtk::WindowPosition::Center);
    // The app has no window of its own to be found by: this one stays in the task bar.
    window.set_keep_above(true);
    window.set_urgency_hint(true);
    window.set_border_width(NARROW.unsigned_abs());

    let words = gtk::Box::new(gtk::Orientation::Vertical, NARROW);
    let title = title(&dialog.title);
    words.add(&title);
    let is_long = dialog.text.len() > LONG || dialog.text.lines().count() > MANY_LINES;
    if is_long {
        words.pack_start(&scrolled(&dialog.text), true, true, 0);
    } else if !dialog.text.is_empty() {
        words.add(&text(&dialog.text));
    }
    window.set_resizable(is_long);
    let fields = add_fields(&words, &title, &dialog.kind);

    let row = gtk::Box::new(gtk::Orientation::Horizontal, WIDE);
    row.set_margin_top(6);
    row.set_margin_start(6);
    row.set_margin_bottom(NARROW);
    row.add(&sign(&dialog.kind));
    row.pack_start(&words, true, true, 0);
    window.content_area().pack_start(&row, true, true, 0);
    add_buttons(&window, &dialog.kind);
    (window, fields)
}

/// Returns the icon for a kind of dialog. GTK provides these icons.
fn sign(wants: &DialogKind) -> gtk::Image {
    let name = match wants {
        DialogKind::Message => "dialog-information-symbolic",
        DialogKind::Confirmation { .. } => "dialog-warning-symbolic",
        DialogKind::Line { .. } => "dialog-password-symbolic",
    };
    let sign = gtk::Image::from_icon_name(Some(name), gtk::IconSize::Dialog);
    sign.set_pixel_size(32);
    sign.set_valign(gtk::Align::Start);
    sign.style_context().add_class("dim-label");
    sign
}

/// A label that shows its text as it is: without markup, and without letters to press.
fn label(text: &str) -> gtk::Label {
    let label = gtk::Label::new(Some(&sanitized(text)));
    label.set_line_wrap(true);
    label.set_line_wrap_mode(gtk::pango::WrapMode::WordChar);
    label.set_max_width_chars(LINE);
    label.set_xalign(0.0);
    label.set_yalign(0.0);
    label
}

fn title(text: &str) -> gtk::Label {
    let title = label(&text.chars().take(LONG).collect::<String>());
    let bold = gtk::pango::AttrList::new();
    bold.insert(gtk::pango::AttrInt::new_weight(gtk::pango::Weight::Bold));
    bold.insert(gtk::pango::AttrFloat::new_scale(1.15));
    title.set_attributes(Some(&bold));
    title
}

/// Selectable, so that a fingerprint can be copied and compared.
fn text(text: &str) -> gtk::Label {
    let label = label(text);
    label.set_selectable(true);
    label
}

fn scrolled(text: &str) -> gtk::ScrolledWindow {
    let page = gtk::TextView::new();
    page.set_editable(false);
    page.set_cursor_visible(false);
    page.set_accepts_tab(false);
    page.set_wrap_mode(gtk::WrapMode::WordChar);
    page.set_border_width(NARROW.unsigned_abs());
    if let Some(buffer) = page.buffer() {
        buffer.set_text(&sanitized(text));
        buffer.place_cursor(&buffer.start_iter());
    }
    let view = gtk::ScrolledWindow::new(gtk::Adjustment::NONE, gtk::Adjustment::NONE);
    view.set_policy(gtk::PolicyType::Never, gtk::PolicyType::Automatic);
    view.set_size_request(WIDTH, HEIGHT);
    view.set_shadow_type(gtk::ShadowType::In);
    view.add(&page);
    view
}

fn add_fields(words: &gtk::Box, title: &gtk::Label, wants: &DialogKind) -> Fields {
    let DialogKind::Line { echo, remember } = wants else {
        return Fields::default();
    };
    let line = gtk::Entry::new();
    line.set_activates_default(true);
    line.set_width_chars(40);
    line.set_visibility(*echo);
    if !echo {
        // GTK then warns of Caps Lock, and input methods do not learn the word.
        line.set_input_purpose(gtk::InputPurpose::Password);
    }
    title.set_mnemonic_widget(Some(&line)); // Screen readers say the title with it.
    words.add(&line);
    let remember = remember.as_ref().map(|text| {
        let tick = gtk::CheckButton::with_label(&sanitized(text));
        words.add(&tick);
        tick
    });
    Fields {
        line: Some(line),
        remember,
    }
}

/// Return gives what is safe: it agrees only where there is nothing to decide.
fn add_buttons(window: &gtk::Dialog, wants: &DialogKind) {
    let agree = match wants {
        DialogKind::Confirmation { yes } => {
            add_button(window, &fl!("dialog-cancel"), ResponseType::Cancel);
            let yes = add_button(window, yes, ResponseType::Accept);
            // Whatever is confirmed here is not to happen by habit.
            yes.style_context().add_class("destructive-action");
            window.set_default_response(ResponseType::Cancel);
            return;
        }
        DialogKind::Message => add_button(window, &fl!("dialog-ok"), ResponseType::Accept),
        DialogKind::Line { .. } => {
            add_button(window, &fl!("dialog-cancel"), ResponseType::Cancel);
            add_button(window, &fl!("dialog-ok"), ResponseType::Accept)
        }
    };
    agree.style_context().add_class("suggested-action");
    window.set_default_response(ResponseType::Accept);
}

fn add_button(window: &gtk::Dialog, text: &str, response: ResponseType) -> gtk::Button {
    let button = gtk::Button::with_label(&sanitized(text));
    button.set_can_default(true);
    window.add_action_widget(&button, response);
    button
}

/// Sets the initial keyboard focus; GTK would give it to the text, as the first widget whose
/// content can be selected.
fn begin_at(window: &gtk::Dialog, fields: &Fields) {
    match &fields.line {
        Some(line) => line.grab_focus(),
        None => {
            if let Some(button) = window.default_widget() {
                button.grab_focus();
                window.set_focus_visible(true); // Return must hold no surprise.
            }
        }
    }
}
