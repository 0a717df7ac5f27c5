//! Dialogs: `src/desktop/macos/dialogs.rs`.

use std::cell::RefCell;
use std::rc::Rc;

use macos_layer::desktop::contract::{Desktop, Dialog, DialogId, DialogKind, DialogResponse};
use macos_layer::desktop::macos::NativeDesktop;
use macos_layer::fake;

const ESCAPE: (i32, &str) = (53, "\u{1b}");
const RETURN: (i32, &str) = (36, "\r");

type Answers = Rc<RefCell<Vec<DialogResponse>>>;

fn message() -> DialogKind {
    DialogKind::Message
}

fn confirmation() -> DialogKind {
    DialogKind::Confirmation {
        yes: "Connect".to_owned(),
        destroys: false,
    }
}

fn passphrase(remember: bool) -> DialogKind {
    let remember = remember.then(|| "Remember in the keychain".to_owned());
    DialogKind::Line {
        yes: "Unlock".to_owned(),
        echo: false,
        choices: Vec::new(),
        remember,
    }
}

fn code(choices: &[&str]) -> DialogKind {
    DialogKind::Line {
        yes: "Log In".to_owned(),
        echo: true,
        choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
        remember: None,
    }
}

fn ask(kind: DialogKind, answers: &Answers) -> DialogId {
    ask_with(
        Dialog::new("gpu01", "Passphrase for the key", kind),
        answers,
    )
}

/// From tao's callback, as the app does.
fn ask_with(dialog: Dialog, answers: &Answers) -> DialogId {
    let answers = Rc::clone(answers);
    fake::in_callback(|| {
        NativeDesktop::default().ask(
            dialog,
            Box::new(move |given| answers.borrow_mut().push(given)),
        )
    })
}

fn line(text: &str, remember: bool) -> DialogResponse {
    DialogResponse::Line {
        text: text.to_owned().into(),
        remember,
    }
}

/// One dialog from its start to its end.
fn answer(kind: DialogKind) -> DialogResponse {
    answer_with(Dialog::new("gpu01", "Passphrase for the key", kind))
}

fn answer_with(dialog: Dialog) -> DialogResponse {
    let answers = Answers::default();
    ask_with(dialog, &answers);
    assert_eq!(*answers.borrow(), [], "never from within the call");
    fake::run(0);
    assert_eq!(
        fake::acts_left(),
        0,
        "the dialog ended before the user had done all this"
    );
    assert_eq!(fake::windows_on_screen(), 0);
    assert_eq!(fake::monitors(), 0);
    let answers = answers.take();
    assert_eq!(answers.len(), 1);
    answers.into_iter().next().unwrap()
}

fn labels_and_keys() -> Vec<(String, String)> {
    let shown = fake::shown();
    let buttons = shown.last().unwrap().buttons();
    buttons
        .into_iter()
        .map(|(label, key, _)| (label, key))
        .collect()
}

thread_local! {
    static OPEN: RefCell<Vec<DialogId>> = const { RefCell::new(Vec::new()) };
}

extern "C" fn withdraw_the_first() {
    let id = OPEN.with_borrow(|open| open[0]);
    fake::in_callback(|| NativeDesktop::default().withdraw(id));
}

extern "C" fn withdraw_the_second() {
    let id = OPEN.with_borrow(|open| open[1]);
    fake::in_callback(|| NativeDesktop::default().withdraw(id));
}

fn open(kind: DialogKind, answers: &Answers) {
    let id = ask(kind, answers);
    OPEN.with_borrow_mut(|open| open.push(id));
}

super::scenarios! {
    /// macOS 14 and later may refuse to make an accessory app the active one.
    fn a_dialog_is_in_front_and_has_the_keyboard_while_another_program_stays_active() {
        for (kind, given) in [(passphrase(false), line("s", false)), (confirmation(), DialogResponse::Dismissed)] {
            fake::activation(false);
            if kind == passphrase(false) {
                fake::types("s");
            }
            fake::presses_key(RETURN.0, RETURN.1);
            assert_eq!(answer(kind), given);
            let shown = fake::shown();
            let last = shown.last().unwrap();
            assert!(last.is_in_front());
            assert!(last.has_keyboard());
        }
    }

    fn a_server_cannot_turn_the_words_of_a_question_round() {
        let answers = Answers::default();
        let text = "SHA256:\u{202E}abc\0".to_owned();
        let dialog = Dialog::message("gpu01\u{1b}[2J", text);
        NativeDesktop::default().ask(dialog, Box::new(move |given| answers.borrow_mut().push(given)));
        fake::clicks_button(0);
        fake::run(0);
        assert_eq!(fake::shown()[0].title(), "gpu01\u{FFFD}[2J");
        assert_eq!(fake::shown()[0].text(), "SHA256:\u{FFFD}abc\u{FFFD}");
    }

    fn voiceover_says_what_is_asked_for_in_the_field() {
        fake::activation(true);
        fake::clicks_button(1);
        answer(passphrase(false));
        assert_eq!(fake::shown()[0].field_label(), "Passphrase for the key");
    }

    fn a_message_is_read_with_return() {
        fake::activation(true);
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(message()), DialogResponse::Confirmed);
        assert_eq!(fake::shown()[0].title(), "gpu01");
        assert_eq!(fake::shown()[0].text(), "Passphrase for the key");
    }

    fn voiceover_says_the_title_where_there_is_no_text() {
        fake::clicks_button(1);
        answer_with(Dialog::new("Password for me@gpu01", "", passphrase(false)));
        assert_eq!(fake::shown()[0].field_label(), "Password for me@gpu01");
    }

    fn evidence_is_copied_and_the_dialog_stays() {
        let dialog = Dialog::new("gpu01", "Compare it", confirmation());
        let dialog = dialog.about("gpu01").with_evidence("SHA256:\u{202E}abc", "SHA256:abc");
        fake::copies();
        fake::clicks_button(0);
        assert_eq!(answer_with(dialog), DialogResponse::Confirmed);
        let shown = fake::shown();
        assert_eq!(shown[0].evidence(), "SHA256:\u{FFFD}abc");
        assert_eq!(fake::pasteboard(), "SHA256:abc");
        assert_eq!(shown[0].window_title(), "gpu01 - Remote Jupyter");
    }

    fn long_evidence_scrolls_below_a_caution_sign() {
        let lines = "a line of it\n".repeat(300);
        fake::clicks_button(0);
        let dialog = Dialog::message("It broke", "Try again").with_evidence(&lines, &lines).warning();
        assert_eq!(answer_with(dialog), DialogResponse::Confirmed);
        let shown = fake::shown();
        assert_eq!(shown[0].evidence(), lines);
        assert!(shown[0].has_caution());
        fake::clicks_button(0);
        answer(message());
        assert!(!fake::shown()[1].has_caution());
    }

    fn only_what_destroys_is_marked_so() {
        for destroys in [true, false] {
            fake::clicks_button(1);
            let yes = "Stop".to_owned();
            answer(DialogKind::Confirmation { yes, destroys });
            let marks = fake::shown().last().unwrap().buttons().into_iter().map(|(.., mark)| mark);
            assert_eq!(marks.collect::<Vec<_>>(), [destroys, false]);
        }
    }

    fn one_of_the_choices_is_taken_or_another_line_typed() {
        fake::activation(true);
        fake::chooses(1);
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(code(&["gpu01", "hpc"])), line("hpc", false));
        assert_eq!(fake::shown()[0].choices(), 2);
        fake::types("me@lab");
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(code(&["gpu01", "hpc"])), line("me@lab", false));
    }

    fn escape_closes_a_message() {
        fake::activation(true);
        fake::presses_key(ESCAPE.0, ESCAPE.1);
        assert_eq!(answer(message()), DialogResponse::Dismissed);
    }

    fn return_cancels_a_confirmation_and_no_key_agrees() {
        fake::activation(true);
        fake::presses_key(49, " ");
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(confirmation()), DialogResponse::Dismissed);
        let expected = [("Connect", ""), ("dialog-cancel", "\r")];
        let keys = labels_and_keys();
        assert_eq!(keys, expected.map(|(label, key)| (label.to_owned(), key.to_owned())));
    }

    fn a_click_agrees_to_a_confirmation() {
        fake::clicks_button(0);
        assert_eq!(answer(confirmation()), DialogResponse::Confirmed);
    }

    fn escape_cancels_a_confirmation_whose_cancel_has_return() {
        fake::activation(true);
        fake::presses_key(ESCAPE.0, ESCAPE.1);
        assert_eq!(answer(confirmation()), DialogResponse::Dismissed);
    }

    fn a_passphrase_is_typed_at_once_and_return_sends_it() {
        fake::activation(true);
        fake::types("correct horse");
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(passphrase(false)), line("correct horse", false));
        assert!(fake::shown()[0].is_secure());
    }

    fn a_code_is_typed_in_a_field_that_shows_it() {
        fake::activation(true);
        fake::types("123456");
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(code(&[])), line("123456", false));
        assert!(!fake::shown()[0].is_secure());
    }

    fn a_ticked_box_remembers_the_passphrase() {
        fake::activation(true);
        fake::types("s");
        fake::ticks();
        fake::presses_key(RETURN.0, RETURN.1);
        assert_eq!(answer(passphrase(true)), line("s", true));
        assert_eq!(fake::shown()[0].tick_label(), "Remember in the keychain");
    }

    fn a_box_left_alone_remembers_nothing() {
        fake::activation(true);
        fake::types("s");
        fake::clicks_button(0);
        assert_eq!(answer(passphrase(true)), line("s", false));
    }

    fn escape_cancels_a_passphrase() {
        fake::activation(true);
        fake::types("half of i");
        fake::presses_key(ESCAPE.0, ESCAPE.1);
        assert_eq!(answer(passphrase(true)), DialogResponse::Dismissed);
    }

    fn two_dialogs_come_one_after_the_other() {
        let answers = Answers::default();
        open(confirmation(), &answers);
        open(confirmation(), &answers);
        fake::clicks_button(0);
        fake::clicks_button(1);
        fake::run(0);
        assert_eq!(answers.take(), [DialogResponse::Confirmed, DialogResponse::Dismissed]);
        assert_eq!(fake::shown().len(), 2);
    }

    fn a_dialog_whose_session_ends_closes_without_a_move_of_the_mouse() {
        let answers = Answers::default();
        open(confirmation(), &answers);
        fake::meanwhile(withdraw_the_first);
        fake::run(0);
        assert_eq!(answers.take(), [DialogResponse::Dismissed]);
        assert_eq!(fake::windows_on_screen(), 0, "its window does not stay");
    }

    fn a_dialog_that_waits_is_withdrawn_while_another_one_is_open() {
        let answers = Answers::default();
        open(message(), &answers);
        open(confirmation(), &answers);
        fake::meanwhile(withdraw_the_second);
        fake::clicks_button(0);
        fake::run(0);
        assert_eq!(answers.take(), [DialogResponse::Dismissed, DialogResponse::Confirmed]);
        assert_eq!(fake::shown().len(), 1, "the other one never came up");
    }

    fn a_dialog_that_is_over_is_withdrawn_without_effect() {
        let answers = Answers::default();
        open(message(), &answers);
        fake::clicks_button(0);
        fake::run(0);
        withdraw_the_first();
        fake::run(0);
        assert_eq!(answers.take(), [DialogResponse::Confirmed]);
    }

    /// The button ended the loop, and the session ends before the dialog's answer is taken.
    fn a_dialog_whose_button_was_faster_is_withdrawn_without_effect() {
        let answers = Answers::default();
        open(message(), &answers);
        let id = OPEN.with_borrow(|open| open[0]);
        let answered = Rc::clone(&answers);
        let dialog = Dialog::message("b", "");
        let inner = move |given| {
            NativeDesktop::default().withdraw(id);
            answered.borrow_mut().push(given);
        };
        NativeDesktop::default().ask(dialog, Box::new(inner));
        fake::clicks_button(0);
        fake::clicks_button(0);
        fake::run(0);
        assert_eq!(answers.take().len(), 2);
    }

    fn a_dialog_waits_until_an_open_menu_closes() {
        let answers = Answers::default();
        open(message(), &answers);
        fake::clicks_button(0);
        fake::run_tracking(20);
        assert_eq!(fake::shown().len(), 0);
        fake::run(0);
        assert_eq!(answers.take(), [DialogResponse::Confirmed]);
    }
}
