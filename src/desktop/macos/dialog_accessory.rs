//! The views below an `NSAlert`'s text: evidence that can be selected and copied, a field, a checkbox.
#![allow(unsafe_code)]

use objc2::rc::Retained;
use objc2::runtime::AnyObject;
use objc2::{DefinedClass, MainThreadMarker, MainThreadOnly, Message, define_class, msg_send, sel};
use objc2_app_kit::{
    NSAccessibility, NSAlert, NSButton, NSComboBox, NSControlStateValueOn, NSFont, NSPasteboard,
    NSSecureTextField, NSTextField, NSTextView, NSView,
};
use objc2_foundation::{NSObject, NSObjectProtocol, NSPoint, NSRect, NSSize, NSString, ns_string};
use zeroize::Zeroizing;

use super::super::contract::{Dialog, DialogKind, DialogResponse, Evidence};
use super::super::sanitize::sanitized;
use crate::i18n::fl;

/// Points; an alert is as wide as its accessory view asks for, and a password is no novel.
const NARROW: f64 = 300.0;
/// A fingerprint fits into a line.
const WIDE: f64 = 420.0;
const FIELD: f64 = 24.0;
const BUTTON: f64 = 28.0;
const TICK: f64 = 18.0;
const GAP: f64 = 8.0;
/// Of the evidence, whose font has about 60 letters in a line; more lines than that scroll.
const LINE: f64 = 15.0;
const LETTERS: usize = 60;
const LINES: usize = 14;

/// The views below an alert's text.
#[derive(Default)]
pub struct Accessory {
    field: Option<Retained<NSTextField>>,
    tick: Option<Retained<NSButton>>,
    /// A button does not retain its target (NSControl.h).
    copy: Option<Retained<CopyTarget>>,
    /// From the bottom to the top.
    views: Vec<Retained<NSView>>,
    top: f64,
    width: f64,
}

impl Accessory {
    /// Makes the views that a dialog needs; often none.
    pub fn new(dialog: &Dialog, main: MainThreadMarker) -> Self {
        let mut this = Self {
            width: if dialog.evidence.is_some() {
                WIDE
            } else {
                NARROW
            },
            ..Self::default()
        };
        if let DialogKind::Line {
            echo,
            choices,
            remember,
            ..
        } = &dialog.kind
        {
            this.add_tick(remember.as_deref(), main);
            this.add_field(*echo, choices, main);
        }
        if let Some(field) = &this.field {
            // What VoiceOver says of a field that has no words beside it.
            let label = match dialog.text.as_str() {
                "" => &dialog.title,
                _ => &dialog.text,
            };
            field.setAccessibilityLabel(Some(&shown(label)));
        }
        if let Some(evidence) = &dialog.evidence {
            this.add_evidence(evidence, main);
        }
        this
    }

    fn add_tick(&mut self, label: Option<&str>, main: MainThreadMarker) {
        let Some(label) = label.map(shown) else {
            return;
        };
        // SAFETY: it has no target and no action that would have to fit.
        let tick = unsafe { NSButton::checkboxWithTitle_target_action(&label, None, None, main) };
        self.put_on_top(&tick, TICK);
        self.tick = Some(tick);
    }

    fn add_field(&mut self, echo: bool, choices: &[String], main: MainThreadMarker) {
        let frame = NSRect::new(NSPoint::ZERO, NSSize::new(self.width, FIELD));
        let field = if !choices.is_empty() {
            let list = NSComboBox::initWithFrame(NSComboBox::alloc(main), frame);
            for choice in choices {
                // SAFETY: a list may hold strings, as NSComboBox.h says.
                unsafe { list.addItemWithObjectValue(&shown(choice)) };
            }
            list.into_super()
        } else if echo {
            NSTextField::initWithFrame(NSTextField::alloc(main), frame)
        } else {
            NSSecureTextField::initWithFrame(NSSecureTextField::alloc(main), frame).into_super()
        };
        self.put_on_top(&field, FIELD);
        self.field = Some(field);
    }

    fn add_evidence(&mut self, evidence: &Evidence, main: MainThreadMarker) {
        let target = CopyTarget::new(evidence.copy.clone(), main);
        let (label, action) = (shown(&fl!("dialog-copy")), sel!(copyEvidence:));
        let receiver: &AnyObject = &target;
        // SAFETY: the target lives as long as the alert, and has that method.
        let button = unsafe {
            NSButton::buttonWithTitle_target_action(&label, Some(receiver), Some(action), main)
        };
        self.put_on_top(&button, BUTTON);
        self.copy = Some(target);

        let text = sanitized(&evidence.text);
        let lines = text.lines();
        let lines: usize = lines
            .map(|line| line.chars().count().div_ceil(LETTERS).max(1))
            .sum();
        let shown_lines = u32::try_from(lines.clamp(1, LINES)).unwrap_or(1);
        let view = NSTextView::scrollableTextView(main);
        let page = view.documentView().map(Retained::downcast::<NSTextView>);
        if let Some(Ok(page)) = page {
            page.setString(&NSString::from_str(&text));
            page.setEditable(false);
            page.setFont(NSFont::userFixedPitchFontOfSize(11.0).as_deref());
        }
        self.put_on_top(&view, f64::from(shown_lines) * LINE + GAP);
    }

    /// Puts a view above those that are there.
    fn put_on_top(&mut self, view: &NSView, height: f64) {
        let gap = if self.views.is_empty() { 0.0 } else { GAP };
        let below = self.top + gap;
        view.setFrame(NSRect::new(
            NSPoint::new(0.0, below),
            NSSize::new(self.width, height),
        ));
        self.top = below + height;
        self.views.push(view.retain());
    }

    /// Puts the views below the alert's text, with the cursor in the field.
    pub fn put_into(&self, alert: &NSAlert, main: MainThreadMarker) {
        if !self.views.is_empty() {
            let frame = NSRect::new(NSPoint::ZERO, NSSize::new(self.width, self.top));
            let view = NSView::initWithFrame(NSView::alloc(main), frame);
            for inner in &self.views {
                view.addSubview(inner);
            }
            alert.setAccessoryView(Some(&view));
        }
        // Else it is done while the alert is shown, and takes the cursor away again.
        alert.layout();
        if let Some(field) = &self.field {
            alert.window().setInitialFirstResponder(Some(field));
        }
    }

    /// Returns what was typed, or that the dialog was agreed to. `AppKit`'s own copies are out of
    /// reach; the field at least is emptied.
    pub fn given(&self, agreed: bool) -> DialogResponse {
        let text = self.field.as_ref().map(|field| {
            let text = Zeroizing::new(field.stringValue().to_string());
            field.setStringValue(ns_string!(""));
            text
        });
        let ticked = |tick: &Retained<NSButton>| tick.state() == NSControlStateValueOn;
        match text {
            _ if !agreed => DialogResponse::Dismissed,
            None => DialogResponse::Confirmed,
            Some(text) => DialogResponse::Line {
                text,
                remember: self.tick.as_ref().is_some_and(ticked),
            },
        }
    }
}

/// Returns a text as it may be shown: a server's may hold what is not for reading.
pub fn shown(text: &str) -> Retained<NSString> {
    NSString::from_str(&sanitized(text))
}

define_class!(
    // SAFETY: NSObject asks nothing of its subclasses, and this one has no `Drop`.
    #[unsafe(super(NSObject))]
    #[thread_kind = MainThreadOnly]
    #[name = "RemoteJupyterCopyTarget"]
    #[ivars = String]
    struct CopyTarget;

    // SAFETY: asks nothing.
    unsafe impl NSObjectProtocol for CopyTarget {}

    impl CopyTarget {
        // SAFETY: the signature of an action (NSControl.h).
        #[unsafe(method(copyEvidence:))]
        fn copy_evidence(&self, _: Option<&AnyObject>) {
            let board = NSPasteboard::generalPasteboard();
            board.clearContents();
            // The value of NSPasteboardTypeString, a uniform type identifier.
            let kind = ns_string!("public.utf8-plain-text");
            board.setString_forType(&NSString::from_str(self.ivars()), kind);
        }
    }
);

impl CopyTarget {
    fn new(text: String, main: MainThreadMarker) -> Retained<Self> {
        let this = Self::alloc(main).set_ivars(text);
        // SAFETY: `init` of NSObject takes no argument and gives back the object.
        unsafe { msg_send![super(this), init] }
    }
}
