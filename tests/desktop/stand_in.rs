//! Stands in for the app: a process of its own, since GTK, the bus and the network are the process' and not the
//! thread's. It does what it is told on standard input, and says on standard output what came of it.

use std::cell::Cell;
use std::io::BufRead;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use gtk::prelude::*;
use remote_jupyter::desktop::{Desktop, Dialog, DialogKind, DialogResponse, Notification};
use remote_jupyter::desktop::{NativeDesktop, keychain};
use serde::{Deserialize, Serialize};
use tao::event::Event;
use tao::event_loop::{ControlFlow, EventLoopBuilder};
use tao::platform::unix::EventLoopBuilderExtUnix;

/// Set for a stand-in; says which one.
pub const ROLE: &str = "RJ_STAND_IN";

/// What it is told to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Order {
    Ask {
        title: String,
        text: String,
        wants: Want,
    },
    Withdraw(u64),
    /// As a window manager's button asks for.
    CloseWindows,
    /// Which windows there are, and what they show.
    Look,
    Notify {
        title: String,
        body: String,
        action: String,
    },
    Watch,
    Run(Vec<String>),
    Remember(String, String),
    Recall(String),
    Forget(String),
    ForgetAll,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Want {
    Attention,
    Confirmation(String),
    /// The text is evidence, and something went wrong.
    Details,
    Line {
        echo: bool,
        choices: Vec<String>,
        remember: Option<String>,
    },
}

/// Its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    Opened(u64),
    Answered(u64, Got),
    /// An answer came from within a call.
    TooEarly,
    Windows(Vec<Window>),
    Clicked(String),
    Changed(String),
    Done(Result<Option<String>, String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Got {
    Nothing,
    Yes,
    Line(String, bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub title: String,
    pub width: i32,
    pub height: i32,
    pub texts: Vec<String>,
    /// What has the keyboard.
    pub focus: String,
}

/// Not a test: what the tests start. Without its variable it does nothing.
#[test]
#[ignore = "the tests of this folder start it"]
fn stand_in() {
    match std::env::var(ROLE).as_deref() {
        Ok("screen") => on_a_screen(),
        Ok("machine") => orders().for_each(|order| report(&play(order))),
        _ => {}
    }
}

fn report(report: &Report) {
    println!("report {}", serde_json::to_string(report).unwrap());
}

fn orders() -> impl Iterator<Item = Order> {
    let lines = std::io::stdin().lock().lines().map_while(Result::ok);
    lines.map(|line| serde_json::from_str(&line).unwrap())
}

/// In tao's event loop, as the app.
fn on_a_screen() {
    let mut events = EventLoopBuilder::<Order>::with_user_event()
        .with_any_thread(true)
        .build();
    NativeDesktop.prepare(&mut events);
    let proxy = events.create_proxy();
    std::thread::spawn(move || {
        orders().for_each(|order| proxy.send_event(order).unwrap());
        std::process::exit(0);
    });
    events.run(|event, _, flow| {
        *flow = ControlFlow::Wait;
        match event {
            Event::UserEvent(Order::Ask { title, text, wants }) => ask(title, text, wants),
            Event::UserEvent(Order::Withdraw(id)) => apart(|| NativeDesktop.withdraw(id)),
            Event::UserEvent(Order::CloseWindows) => dialogs().for_each(|window| window.close()),
            Event::UserEvent(Order::Look) => report(&Report::Windows(windows())),
            Event::UserEvent(order) => report(&play(order)),
            _ => {}
        }
    });
}

thread_local! {
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

/// Nothing may be answered in the meantime: the app is in the middle of something.
fn apart<T>(call: impl FnOnce() -> T) -> T {
    WITHIN.set(true);
    let result = call();
    WITHIN.set(false);
    result
}

fn ask(title: String, text: String, wants: Want) {
    let dialog = match wants {
        Want::Attention => Dialog::message(title, text),
        Want::Details => Dialog::message(title, "")
            .with_evidence(&text, &text)
            .warning(),
        Want::Confirmation(yes) => {
            let destroys = true;
            Dialog::new(title, text, DialogKind::Confirmation { yes, destroys })
        }
        Want::Line {
            echo,
            choices,
            remember,
        } => {
            let kind = DialogKind::Line {
                yes: "Log In".into(),
                echo,
                choices,
                remember,
            };
            Dialog::new(title, text, kind).about("gpu01")
        }
    };
    let slot = Rc::new(Cell::new(0));
    let of = Rc::clone(&slot);
    let answered = move |given| {
        if WITHIN.get() {
            report(&Report::TooEarly);
        }
        let got = match given {
            DialogResponse::Dismissed => Got::Nothing,
            DialogResponse::Confirmed => Got::Yes,
            DialogResponse::Line { text, remember } => Got::Line(text.to_string(), remember),
        };
        report(&Report::Answered(of.get(), got));
    };
    let id = apart(|| NativeDesktop.ask(dialog, Box::new(answered)));
    slot.set(id);
    report(&Report::Opened(id));
}

fn dialogs() -> impl Iterator<Item = gtk::Dialog> {
    let windows = gtk::Window::list_toplevels().into_iter();
    windows.filter_map(|widget| widget.downcast().ok())
}

fn windows() -> Vec<Window> {
    dialogs().map(|window| looked_at(&window)).collect()
}

fn looked_at(window: &gtk::Dialog) -> Window {
    let mut texts = Vec::new();
    read(window.upcast_ref(), &mut texts);
    let (width, height) = window.size();
    let focus = window.focused_widget();
    Window {
        title: window.title().unwrap_or_default().into(),
        width,
        height,
        texts,
        focus: focus.map(|widget| shown(&widget)).unwrap_or_default(),
    }
}

fn read(widget: &gtk::Widget, texts: &mut Vec<String>) {
    let text = shown(widget);
    if !text.is_empty() && widget.is_visible() {
        texts.push(text);
    } else if let Some(list) = widget.downcast_ref::<gtk::ComboBox>() {
        if let Some(line) = list.child() {
            read(&line, texts);
        }
    } else if let Some(container) = widget.downcast_ref::<gtk::Container>() {
        container
            .children()
            .iter()
            .for_each(|child| read(child, texts));
    }
}

/// As a person sees it: GTK has taken away what it understands as markup.
fn shown(widget: &gtk::Widget) -> String {
    if let Some(label) = widget.downcast_ref::<gtk::Label>() {
        label.text().into()
    } else if let Some(button) = widget.downcast_ref::<gtk::CheckButton>() {
        format!("[ ] {}", button.label().unwrap_or_default())
    } else if let Some(button) = widget.downcast_ref::<gtk::Button>() {
        format!("[{}]", button.label().unwrap_or_default())
    } else if let Some(page) = widget.downcast_ref::<gtk::TextView>() {
        let text = page.buffer().and_then(|text| {
            let (start, end) = text.bounds();
            text.text(&start, &end, true)
        });
        text.unwrap_or_default().into()
    } else if let Some(entry) = widget.downcast_ref::<gtk::Entry>() {
        let is_seen = entry.property::<bool>("visibility");
        let hidden = if is_seen { "seen" } else { "hidden" };
        format!("({hidden})")
    } else {
        String::new()
    }
}

/// What needs no event loop.
fn play(order: Order) -> Report {
    let words = |error: keychain::KeychainError| format!("{error:?}");
    Report::Done(match order {
        Order::Notify {
            title,
            body,
            action,
        } => {
            let clicked = title.clone();
            let notice = Notification {
                id: title.clone(),
                alternative: String::new(),
                acts_unseen: title.starts_with("unseen"),
                title,
                body,
                action,
            };
            NativeDesktop.notify(
                notice,
                None,
                Box::new(move |_| report(&Report::Clicked(clicked))),
            );
            Ok(None)
        }
        Order::Watch => {
            let tell = |change| report(&Report::Changed(format!("{change:?}")));
            let watched = NativeDesktop.watch(Box::new(tell));
            watched.map(|()| None).map_err(|error| error.to_string())
        }
        Order::Run(words) => {
            let status = Command::new(&words[0]).args(&words[1..]).status().unwrap();
            assert!(status.success(), "{words:?}");
            Ok(None)
        }
        Order::Remember(key, secret) => keychain::remember(Path::new(&key), &secret)
            .map(|()| None)
            .map_err(words),
        Order::Recall(key) => keychain::recall(Path::new(&key))
            .map(|found| found.map(|secret| secret.to_string()))
            .map_err(words),
        Order::Forget(key) => keychain::forget(Path::new(&key))
            .map(|()| None)
            .map_err(words),
        Order::ForgetAll => keychain::forget_all()
            .map(|count| Some(count.to_string()))
            .map_err(words),
        other => Err(format!("not here: {other:?}")),
    })
}
