//! Dialogs, answered with the keyboard.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::player::{Player, SOON};
use crate::stand_in::{Got, Order, Report, Want, Window};
use crate::support::eventually;
use crate::support::process::must;
use crate::support::stage::Screen;

const NOT_LONG: Duration = Duration::from_millis(300);
/// On a busy machine, without optimisation; a word that cannot be broken takes 18 s.
const LAYOUT: Duration = Duration::from_secs(6);

/// A person at the keyboard of an app that asks. There is no window manager, so windows have the keyboard when they are
/// given it.
struct Person {
    app: Player,
    screen: Screen,
}

impl Person {
    fn new() -> Self {
        let screen = Screen::start();
        let app = Player::start("screen", &[("DISPLAY", screen.display())]);
        Self { app, screen }
    }

    fn is_asked(&mut self, title: &str, text: &str, wants: Want) -> u64 {
        self.app.tell(&Order::Ask {
            title: title.into(),
            text: text.into(),
            wants,
        });
        self.app.wait(|report| match report {
            Report::Opened(id) => Some(*id),
            _ => None,
        })
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("xdotool");
        command
            .env("DISPLAY", self.screen.display())
            .args(arguments);
        must(&mut command)
    }

    /// The windows on the screen, as the X server knows them.
    fn sees(&self) -> Vec<String> {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", self.screen.display());
        command.args(["search", "--onlyvisible", "--name", "Remote Jupyter$"]);
        let out = command.output().unwrap().stdout;
        let out = String::from_utf8(out).unwrap();
        out.lines().map(str::to_owned).collect()
    }

    fn sees_within(&self, count: usize) -> Vec<String> {
        let shown = eventually(SOON, || self.sees().len() == count);
        assert!(shown, "{:?} instead of {count}", self.sees());
        self.sees()
    }

    fn looks_at(&self, window: &str) {
        self.xdotool(&["windowfocus", "--sync", window]);
    }

    fn looks(&self) {
        let window = self.sees_within(1).remove(0);
        self.looks_at(&window);
    }

    fn presses(&self, keys: &[&str]) {
        let command = [&["key", "--delay", "30"], keys].concat();
        self.xdotool(&command);
    }

    fn types(&self, text: &str) {
        self.xdotool(&["type", "--delay", "30", text]);
    }

    fn clipboard(&self) -> String {
        let mut command = Command::new("xclip");
        command.env("DISPLAY", self.screen.display());
        command.args(["-selection", "clipboard", "-o"]);
        String::from_utf8(command.output().expect("xclip").stdout).unwrap()
    }

    fn answered(&mut self) -> (u64, Got) {
        self.app.wait(|report| match report {
            Report::Answered(id, got) => Some((*id, got.clone())),
            _ => None,
        })
    }

    fn windows(&mut self) -> Vec<Window> {
        self.app.tell(&Order::Look);
        self.app.wait(|report| match report {
            Report::Windows(windows) => Some(windows.clone()),
            _ => None,
        })
    }

    /// Nothing is left on the screen or in memory, and nothing else was said.
    fn is_done(&mut self) {
        self.sees_within(0);
        assert_eq!(self.app.says_within(NOT_LONG), []);
        assert_eq!(self.windows(), []);
    }
}

fn hidden_line(remember: Option<&str>) -> Want {
    Want::Line {
        echo: false,
        choices: Vec::new(),
        remember: remember.map(str::to_owned),
    }
}

fn confirmation() -> Want {
    Want::Confirmation("Connect".into())
}

#[test]
fn a_line_is_typed_and_return_gives_it() {
    let mut person = Person::new();
    let id = person.is_asked("Passphrase", "", hidden_line(None));
    person.looks();
    let shown = person.windows().remove(0);
    assert_eq!(
        shown.texts,
        ["Passphrase", "(hidden)", "[Cancel]", "[Log In]"]
    );
    assert_eq!(shown.focus, "(hidden)");
    assert_eq!(shown.title, "gpu01 - Remote Jupyter");
    person.types("s3cret & <b>");
    person.presses(&["Return"]);
    assert_eq!(
        person.answered(),
        (id, Got::Line("s3cret & <b>".into(), false))
    );
    person.is_done();
}

#[test]
fn the_box_is_ticked_and_an_echo_is_seen() {
    let mut person = Person::new();
    let wants = Want::Line {
        echo: true,
        choices: Vec::new(),
        remember: Some("Remember it".into()),
    };
    let id = person.is_asked("Code", "of the server", wants);
    person.looks();
    let texts = person.windows().remove(0).texts;
    let want = [
        "Code",
        "of the server",
        "(seen)",
        "[ ] Remember it",
        "[Cancel]",
        "[Log In]",
    ];
    assert_eq!(texts, want);
    person.types("123456");
    person.presses(&["Tab", "space", "shift+Tab", "Return"]);
    assert_eq!(person.answered(), (id, Got::Line("123456".into(), true)));
    person.is_done();
}

#[test]
fn escape_gives_nothing_in_each_kind() {
    let mut person = Person::new();
    for wants in [
        hidden_line(None),
        confirmation(),
        Want::Attention,
        Want::Details,
    ] {
        let id = person.is_asked("A", "b", wants);
        person.looks();
        person.presses(&["Escape"]);
        assert_eq!(person.answered(), (id, Got::Nothing));
        person.is_done();
    }
}

#[test]
fn a_window_that_is_closed_gives_nothing() {
    let mut person = Person::new();
    let id = person.is_asked("A", "b", hidden_line(None));
    person.looks();
    person.types("half a pass");
    person.app.tell(&Order::CloseWindows);
    assert_eq!(person.answered(), (id, Got::Nothing));
    person.is_done();
}

#[test]
fn return_does_not_agree_to_a_confirmation() {
    let mut person = Person::new();
    let id = person.is_asked("Is this gpu01?", "SHA256:abc", confirmation());
    person.looks();
    assert_eq!(person.windows().remove(0).focus, "[Cancel]");
    person.presses(&["Return"]);
    assert_eq!(person.answered(), (id, Got::Nothing));
    person.is_done();
}

#[test]
fn the_button_that_agrees_does() {
    let mut person = Person::new();
    let id = person.is_asked("Is this gpu01?", "SHA256:abc", confirmation());
    person.looks();
    person.presses(&["Tab"]);
    assert_eq!(person.windows().remove(0).focus, "[Connect]");
    person.presses(&["Return"]);
    assert_eq!(person.answered(), (id, Got::Yes));
    person.is_done();
}

#[test]
fn what_is_only_read_is_read() {
    let mut person = Person::new();
    let id = person.is_asked("About", "it", Want::Attention);
    person.looks();
    person.presses(&["Return"]);
    assert_eq!(person.answered(), (id, Got::Yes));
    person.is_done();
}

#[test]
fn evidence_is_copied_and_the_dialog_stays() {
    let mut person = Person::new();
    let fingerprint = "SHA256:mRQ5xB0OQIeV0bHCzbn6gVs5QzvBZ3l0jJxbE0XhZ2A";
    let id = person.is_asked("It broke", fingerprint, Want::Details);
    person.looks();
    let texts = person.windows().remove(0).texts;
    assert_eq!(texts, ["It broke", fingerprint, "[Copy]", "[Close]"]);
    person.presses(&["shift+Tab", "space"]);
    let copied = || person.clipboard() == fingerprint;
    assert!(eventually(SOON, copied), "{}", person.clipboard());
    assert!(person.windows()[0].texts.contains(&"[Copied]".to_owned()));
    person.presses(&["Escape"]);
    assert_eq!(person.answered(), (id, Got::Nothing));
    person.is_done();
}

#[test]
fn one_of_the_choices_is_taken_or_another_line_typed() {
    let mut person = Person::new();
    let wants = || Want::Line {
        echo: true,
        choices: vec!["gpu01".into(), "hpc".into()],
        remember: None,
    };
    for (keys, typed, got) in [
        (&["Down", "Down"][..], "", "hpc"),
        (&[], "me@lab", "me@lab"),
    ] {
        let id = person.is_asked("Add", "", wants());
        person.looks();
        assert_eq!(person.windows()[0].focus, "(seen)");
        if !keys.is_empty() {
            person.presses(keys);
        }
        if !typed.is_empty() {
            person.types(typed);
        }
        person.presses(&["Return"]);
        assert_eq!(person.answered(), (id, Got::Line(got.into(), false)));
        person.is_done();
    }
}

#[test]
fn a_dialog_that_is_withdrawn_gives_nothing_once() {
    let mut person = Person::new();
    let id = person.is_asked("A", "b", hidden_line(None));
    person.looks();
    person.types("half");
    person.app.tell(&Order::Withdraw(id));
    assert_eq!(person.answered(), (id, Got::Nothing));
    person.app.tell(&Order::Withdraw(id));
    person.app.tell(&Order::Withdraw(id + 1000));
    person.is_done();
}

#[test]
fn a_second_dialog_waits_until_the_first_is_answered() {
    let mut person = Person::new();
    let one = person.is_asked("One", "", hidden_line(None));
    person.looks();
    person.types("fir");
    let two = person.is_asked("Two", "", hidden_line(None));
    let three = person.is_asked("Three", "", hidden_line(None));
    assert_ne!(one, two);
    person.types("st");
    assert_eq!(person.windows().len(), 1);
    person.presses(&["Return"]);
    let first = Got::Line("first".into(), false);
    assert_eq!(person.answered(), (one, first));

    // One that nobody waits for any more never comes up.
    person.app.tell(&Order::Withdraw(three));
    assert_eq!(person.answered(), (three, Got::Nothing));
    person.looks();
    assert_eq!(person.windows().remove(0).texts[0], "Two");
    person.app.tell(&Order::Withdraw(two));
    assert_eq!(person.answered(), (two, Got::Nothing));
    person.is_done();
}

#[test]
fn texts_are_shown_as_they_are() {
    let mut person = Person::new();
    let (title, text) = (
        "<b>a</b> & _b",
        "<i>x</i> &amp; \"_y\"\nnext \u{202e}line\0",
    );
    person.is_asked(title, text, Want::Confirmation("_Go <b>& on".into()));
    person.sees_within(1);
    let texts = person.windows().remove(0).texts;
    let text = "<i>x</i> &amp; \"_y\"\nnext \u{fffd}line\u{fffd}";
    assert_eq!(texts, [title, text, "[Cancel]", "[_Go <b>& on]"]);
}

#[test]
fn a_long_text_leaves_the_buttons_on_the_screen() {
    let mut person = Person::new();
    let one_word = "x".repeat(10_000);
    let lines = "a line of it\n".repeat(800);
    for text in [one_word, lines, "words of it ".repeat(900)] {
        let began = Instant::now();
        let id = person.is_asked(&"a long title ".repeat(20), &text, confirmation());
        person.sees_within(1);
        let window = person.windows().remove(0);
        let shown = window.texts[1].replace('\u{200b}', "");
        assert_eq!(shown, text, "all of it is there");
        assert!(began.elapsed() < LAYOUT, "{:?}", began.elapsed());
        let (width, height) = (window.width, window.height);
        assert!(width <= 800 && height <= 700, "{width} x {height}");
        person.app.tell(&Order::Withdraw(id));
        assert_eq!(person.answered(), (id, Got::Nothing));
    }
}
