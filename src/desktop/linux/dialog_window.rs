//! The window of a dialog, with GTK.

use gtk::gdk_pixbuf::{InterpType, Pixbuf};
use gtk::prelude::*;
use gtk::{ResponseType, gdk, pango};
use zeroize::Zeroizing;

use super::super::contract::{Dialog, DialogKind, DialogResponse, DialogStyle, Evidence};
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
const WIDTH: i32 = 520;
const HEIGHT: i32 = 320;
/// Pixels by which the rest of a line stands further right that goes on below.
const HANGING: i32 = 32;
/// Pixels of the app's icon, and of the sign in its corner.
const ICON: i32 = 48;
const SIGN: i32 = 22;
const ICON_PNG: &[u8] = include_bytes!("../../../assets/icons/app/128.png");
/// Themes colour such a sign like a text; this orange is seen on light and on dark ones.
const SIGN_CSS: &[u8] = b".sign { color: #e66100; }";

/// A window, and the fields in it.
pub struct DialogWindow {
    window: gtk::Dialog,
    line: Option<gtk::Entry>,
    remember: Option<gtk::CheckButton>,
}

impl DialogWindow {
    /// Builds the window; nothing is on the screen yet.
    pub fn new(dialog: &Dialog) -> Self {
        let window = gtk::Dialog::new();
        window.set_title(&sanitized(&dialog.window_title()));
        window.set_position(gtk::WindowPosition::Center);
        // The app has no window of its own to be found by: this one stays in the task bar.
        window.set_keep_above(true);
        window.set_urgency_hint(true);
        window.set_border_width(NARROW.unsigned_abs());

        let words = gtk::Box::new(gtk::Orientation::Vertical, NARROW);
        let title = title(&dialog.title);
        words.add(&title);
        let mut scrolls = is_long(&dialog.text);
        if scrolls {
            words.pack_start(&scrolled(&dialog.text, false), true, true, 0);
        } else if !dialog.text.is_empty() {
            words.add(&selectable(&dialog.text));
        }
        if let Some(evidence) = &dialog.evidence {
            scrolls |= add_evidence(&words, evidence);
        }
        window.set_resizable(scrolls);
        let (line, remember) = add_fields(&words, &title, &dialog.kind);

        let row = gtk::Box::new(gtk::Orientation::Horizontal, WIDE);
        row.set_margin_top(6);
        row.set_margin_start(6);
        row.set_margin_bottom(NARROW);
        row.add(&icon(&window, dialog.style));
        row.pack_start(&words, true, true, 0);
        window.content_area().pack_start(&row, true, true, 0);
        add_buttons(&window, &dialog.kind);
        Self {
            window,
            line,
            remember,
        }
    }

    /// Shows the window; `responded` gets the button that is pressed, or the closing of the window.
    pub fn show(&self, responded: impl Fn(ResponseType) + 'static) {
        self.window
            .connect_response(move |_, response| responded(response));
        self.window.show_all();
        self.focus();
        self.window.present();
    }

    /// Sets the initial keyboard focus; GTK would give it to the text, as the first widget whose
    /// content can be selected.
    fn focus(&self) {
        if let Some(line) = &self.line {
            return line.grab_focus();
        }
        if let Some(button) = self.window.default_widget() {
            button.grab_focus();
            self.window.set_focus_visible(true); // Return must hold no surprise.
        }
    }

    /// Returns what a response of the window means.
    pub fn given(&self, response: ResponseType) -> DialogResponse {
        match (response, &self.line) {
            (ResponseType::Accept, None) => DialogResponse::Confirmed,
            (ResponseType::Accept, Some(line)) => DialogResponse::Line {
                // A text of more than 22 bytes is moved, not copied.
                text: Zeroizing::new(String::from(line.text())),
                remember: self
                    .remember
                    .as_ref()
                    .is_some_and(ToggleButtonExt::is_active),
            },
            _ => DialogResponse::Dismissed,
        }
    }

    /// Takes the window off the screen at once; GTK destroys it in the loop's next turn.
    pub fn put_away(&self) {
        if let Some(line) = &self.line {
            line.set_text(""); // GTK overwrites what its buffer held.
        }
        self.window.hide();
        self.window.close();
    }
}

/// The app's icon, with a sign in its corner where something went wrong.
fn icon(window: &gtk::Dialog, style: DialogStyle) -> gtk::Overlay {
    let overlay = gtk::Overlay::new();
    overlay.set_valign(gtk::Align::Start);
    let image = gtk::Image::new();
    // A picture that cannot be read leaves its place empty.
    if let Ok(picture) = Pixbuf::from_read(ICON_PNG) {
        window.set_icon(Some(&picture));
        let scale = window.scale_factor();
        let size = ICON * scale;
        let scaled = picture.scale_simple(size, size, InterpType::Hyper);
        let surface = scaled.and_then(|it| it.create_surface(scale, None::<&gdk::Window>));
        image.set_from_surface(surface.as_ref());
    }
    overlay.add(&image);
    if style == DialogStyle::Warning {
        overlay.add_overlay(&sign());
    }
    overlay
}

/// GTK itself provides this icon.
fn sign() -> gtk::Image {
    let sign = gtk::Image::from_icon_name(Some("dialog-warning-symbolic"), gtk::IconSize::Menu);
    sign.set_pixel_size(SIGN);
    sign.set_halign(gtk::Align::End);
    sign.set_valign(gtk::Align::End);
    let colour = gtk::CssProvider::new();
    if colour.load_from_data(SIGN_CSS).is_ok() {
        let context = sign.style_context();
        context.add_provider(&colour, gtk::STYLE_PROVIDER_PRIORITY_APPLICATION);
        context.add_class("sign");
    }
    sign
}

fn is_long(text: &str) -> bool {
    text.len() > LONG || text.lines().count() > MANY_LINES
}

/// A label that shows its text as it is: without markup, and without letters to press.
fn label(text: &str) -> gtk::Label {
    let label = gtk::Label::new(Some(&sanitized(text)));
    label.set_line_wrap(true);
    label.set_line_wrap_mode(pango::WrapMode::WordChar);
    label.set_max_width_chars(LINE);
    label.set_xalign(0.0);
    label.set_yalign(0.0);
    label
}

fn title(text: &str) -> gtk::Label {
    let title = label(&text.chars().take(LONG).collect::<String>());
    let bold = pango::AttrList::new();
    bold.insert(pango::AttrInt::new_weight(pango::Weight::Bold));
    bold.insert(pango::AttrFloat::new_scale(1.15));
    title.set_attributes(Some(&bold));
    title
}

fn selectable(text: &str) -> gtk::Label {
    let label = label(text);
    label.set_selectable(true);
    label
}

fn scrolled(text: &str, monospace: bool) -> gtk::ScrolledWindow {
    let page = gtk::TextView::new();
    page.set_editable(false);
    page.set_cursor_visible(false);
    page.set_accepts_tab(false);
    page.set_monospace(monospace);
    if monospace {
        page.set_indent(-HANGING);
    }
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

/// Adds the evidence, with the button that copies it. Returns true if it scrolls.
fn add_evidence(words: &gtk::Box, evidence: &Evidence) -> bool {
    let copy = copy_button(evidence.copy.clone());
    if is_long(&evidence.text) {
        words.pack_start(&scrolled(&evidence.text, true), true, true, 0);
        copy.set_halign(gtk::Align::Start);
        words.add(&copy);
        return true;
    }
    let text = selectable(&evidence.text);
    let family = pango::AttrList::new();
    family.insert(pango::AttrString::new_family("monospace"));
    text.set_attributes(Some(&family));
    text.set_valign(gtk::Align::Center);
    copy.set_valign(gtk::Align::Start);
    let row = gtk::Box::new(gtk::Orientation::Horizontal, NARROW);
    row.pack_start(&text, true, true, 0);
    row.add(&copy);
    words.add(&row);
    false
}

fn copy_button(text: String) -> gtk::Button {
    let button = gtk::Button::with_label(&fl!("dialog-copy"));
    button.connect_clicked(move |button| {
        gtk::Clipboard::get(&gdk::SELECTION_CLIPBOARD).set_text(&text);
        button.set_label(&fl!("dialog-copied"));
    });
    button
}

fn add_fields(
    words: &gtk::Box,
    title: &gtk::Label,
    wants: &DialogKind,
) -> (Option<gtk::Entry>, Option<gtk::CheckButton>) {
    let DialogKind::Line {
        echo,
        choices,
        remember,
        ..
    } = wants
    else {
        return (None, None);
    };
    let line = add_line(words, choices);
    line.set_activates_default(true);
    line.set_width_chars(40);
    line.set_visibility(*echo);
    if !echo {
        // GTK then warns of Caps Lock, and input methods do not learn the word.
        line.set_input_purpose(gtk::InputPurpose::Password);
    }
    title.set_mnemonic_widget(Some(&line)); // Screen readers say the title with it.
    let remember = remember.as_ref().map(|text| {
        let tick = gtk::CheckButton::with_label(&sanitized(text));
        words.add(&tick);
        tick
    });
    (Some(line), remember)
}

/// Adds a field, with a list to choose from where there are choices.
fn add_line(words: &gtk::Box, choices: &[String]) -> gtk::Entry {
    if !choices.is_empty() {
        let list = gtk::ComboBoxText::with_entry();
        for choice in choices {
            list.append_text(&sanitized(choice));
        }
        if let Some(Ok(line)) = list.child().map(Cast::downcast) {
            words.add(&list);
            return line;
        }
    }
    let line = gtk::Entry::new();
    words.add(&line);
    line
}

/// Return gives what is safe: it agrees only where there is nothing to decide.
fn add_buttons(window: &gtk::Dialog, wants: &DialogKind) {
    let agree = match wants {
        DialogKind::Confirmation { yes, destroys } => {
            add_button(window, &fl!("dialog-cancel"), ResponseType::Cancel);
            let yes = add_button(window, yes, ResponseType::Accept);
            if *destroys {
                yes.style_context().add_class("destructive-action");
            }
            window.set_default_response(ResponseType::Cancel);
            return;
        }
        DialogKind::Message => add_button(window, &fl!("dialog-done"), ResponseType::Accept),
        DialogKind::Line { yes, .. } => {
            add_button(window, &fl!("dialog-cancel"), ResponseType::Cancel);
            add_button(window, yes, ResponseType::Accept)
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
