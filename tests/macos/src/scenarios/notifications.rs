//! Notifications: `src/desktop/macos/notifications.rs`.

use std::sync::Mutex;

use macos_layer::desktop::contract::{Desktop, Notification};
use macos_layer::desktop::macos::NativeDesktop;
use macos_layer::fake::{self, Posted};
use tao::event_loop::EventLoop;

const BUTTON: &str = "act";
const TEXT: &str = "com.apple.UNNotificationDefaultActionIdentifier";
const DISMISSAL: &str = "com.apple.UNNotificationDismissActionIdentifier";
/// `UNNotificationPresentationOptionBanner`, `…List` (UNUserNotificationCenter.h).
const BANNER_AND_LIST: u64 = 1 << 4 | 1 << 3;

static CLICKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn prepare() -> NativeDesktop {
    let desktop = NativeDesktop::default();
    desktop.prepare(&mut EventLoop::<()>::default());
    desktop
}

fn notice(title: &str, action: &str) -> Notification {
    Notification {
        id: title.to_owned(),
        title: title.to_owned(),
        body: "é 日本".to_owned(),
        action: action.to_owned(),
        alternative: String::new(),
        acts_unseen: title.starts_with("unseen"),
    }
}

fn post(desktop: &NativeDesktop, title: &str, action: &str) {
    let name = title.to_owned();
    desktop.notify(
        notice(title, action),
        Some(title),
        Box::new(move |_| CLICKED.lock().unwrap().push(name)),
    );
    fake::settle();
}

fn clicked() -> Vec<String> {
    std::mem::take(&mut CLICKED.lock().unwrap())
}

fn posted(title: &str, button: &str) -> Posted {
    Posted {
        title: title.to_owned(),
        body: "é 日本".to_owned(),
        button: button.to_owned(),
    }
}

/// The layer's log lines, as a reader of the log sees them.
fn logged(work: impl FnOnce()) -> String {
    use std::io::Write;
    #[derive(Clone, Default)]
    struct Log(std::sync::Arc<Mutex<Vec<u8>>>);
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (log, writer) = {
        let log = Log::default();
        (log.clone(), log)
    };
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    work();
    fake::settle();
    let said = log.0.lock().unwrap().clone();
    String::from_utf8(said).unwrap()
}

/// The system says that the app was opened once more.
fn reopened(desktop: &NativeDesktop) {
    desktop.reopened(Box::new(|| {
        CLICKED.lock().unwrap().push("summoned".to_owned())
    }));
}

super::scenarios! {
    fn a_click_does_not_also_open_the_usual_host() {
        let desktop = prepare();
        post(&desktop, "one", "Show Log");
        fake::clicked(0, BUTTON);
        reopened(&desktop);
        fake::run(700);
        assert_eq!(clicked(), ["one"]);
    }

    fn the_second_button_is_told_from_the_first_and_from_the_text() {
        let desktop = prepare();
        for (at, part) in [(0, "other"), (1, BUTTON), (2, TEXT)] {
            let notice = Notification {
                alternative: "Stop Jupyter".to_owned(),
                ..notice(part, "Keep Running")
            };
            let note = |button| CLICKED.lock().unwrap().push(format!("{button:?}"));
            desktop.notify(notice, None, Box::new(note));
            fake::settle();
            fake::clicked(at, part);
        }
        assert_eq!(clicked(), ["Alternative", "Action", "Action"]);
    }

    fn nor_does_a_click_that_is_told_after_the_opening() {
        let desktop = prepare();
        post(&desktop, "one", "Show Log");
        reopened(&desktop);
        fake::clicked(0, TEXT);
        fake::run(700);
        assert_eq!(clicked(), ["one"]);
    }

    fn the_next_notification_of_a_host_replaces_the_older_one() {
        let desktop = prepare();
        for title in ["one", "two", "one"] {
            post(&desktop, title, "Show Log");
        }
        assert_eq!(fake::posted_name(0), fake::posted_name(2));
        assert_ne!(fake::posted_name(0), fake::posted_name(1));
        fake::clicked(2, TEXT);
        fake::clicked(0, TEXT);
        assert_eq!(clicked(), ["one"], "the older one is gone");
    }

    fn opening_the_app_without_a_click_summons_it() {
        let desktop = prepare();
        reopened(&desktop);
        fake::run(700);
        assert_eq!(clicked(), ["summoned"]);
    }

    fn opening_the_app_some_time_after_a_click_summons_it() {
        let desktop = prepare();
        post(&desktop, "one", "Show Log");
        fake::clicked(0, TEXT);
        fake::run(2100);
        reopened(&desktop);
        fake::run(700);
        assert_eq!(clicked(), ["one", "summoned"]);
    }

    fn each_has_its_text_and_its_button() {
        let desktop = prepare();
        for (title, action) in [("one", "Open Tab"), ("two", "Show Log"), ("three", "Open Tab"), ("four", "")] {
            post(&desktop, title, action);
        }
        let expected = [posted("one", "Open Tab"), posted("two", "Show Log"), posted("three", "Open Tab"), posted("four", "")];
        assert_eq!(fake::posted(), expected);
    }

    fn what_a_server_wrote_is_made_fit_to_be_shown() {
        let desktop = prepare();
        post(&desktop, "gpu01\u{202E}", "");
        assert_eq!(fake::posted(), [posted("gpu01\u{FFFD}", "")]);
    }

    fn the_user_is_asked_once() {
        let desktop = prepare();
        assert_eq!(fake::prompts(), 0, "not before the first one");
        post(&desktop, "one", "Open Tab");
        post(&desktop, "two", "Open Tab");
        assert_eq!(fake::prompts(), 1);
    }

    fn a_click_on_the_text_or_on_the_button_counts_once() {
        let desktop = prepare();
        post(&desktop, "one", "Open Tab");
        post(&desktop, "two", "Open Tab");
        assert!(fake::clicked(0, BUTTON), "there is a delegate, although the centre does not keep it");
        fake::clicked(0, BUTTON);
        fake::clicked(1, TEXT);
        assert_eq!(clicked(), ["one", "two"]);
    }

    fn a_dismissal_does_nothing_and_a_later_click_still_counts() {
        let desktop = prepare();
        post(&desktop, "one", "Open Tab");
        fake::clicked(0, DISMISSAL);
        assert_eq!(clicked(), [""; 0]);
        fake::clicked(0, TEXT);
        assert_eq!(clicked(), ["one"]);
    }

    fn a_click_on_a_notification_of_an_earlier_run_opens_its_host() {
        let desktop = prepare();
        desktop.on_earlier_notification(Box::new(|host| CLICKED.lock().unwrap().push(host)));
        assert!(fake::clicked(-1, DISMISSAL));
        assert_eq!(clicked(), [""; 0]);
        assert!(fake::clicked(-1, TEXT));
        assert_eq!(clicked(), ["host-of-an-earlier-run"]);
    }

    fn one_of_this_run_that_was_clicked_already_opens_nothing() {
        let desktop = prepare();
        desktop.on_earlier_notification(Box::new(|host| CLICKED.lock().unwrap().push(host)));
        post(&desktop, "one", "Open Tab");
        fake::clicked(0, TEXT);
        fake::clicked(0, BUTTON);
        assert_eq!(clicked(), ["one"]);
    }

    fn those_of_one_host_are_shown_together() {
        let desktop = prepare();
        post(&desktop, "gpu01", "Open Tab");
        assert_eq!(fake::posted_thread(0), "gpu01");
    }

    fn a_click_may_post_another_notification() {
        let desktop = prepare();
        let again = |_| NativeDesktop::default().notify(notice("two", ""), None, Box::new(|_| {}));
        desktop.notify(notice("one", ""), None, Box::new(again));
        fake::settle();
        fake::clicked(0, TEXT);
        assert_eq!(fake::posted().len(), 2);
    }

    fn they_are_shown_while_the_app_is_the_active_one() {
        prepare();
        assert_eq!(fake::presented(), BANNER_AND_LIST);
    }

    fn a_refusal_is_logged_once_and_nothing_is_posted() {
        let desktop = prepare();
        fake::allow_notifications(false);
        let log = logged(|| {
            post(&desktop, "one", "Open Tab");
            post(&desktop, "two", "Open Tab");
        });
        assert_eq!(log.matches("notifications are not allowed in System Settings").count(), 1, "{log}");
        assert_eq!(fake::posted(), []);
    }

    fn what_a_click_waits_for_takes_place_where_none_can_be_shown() {
        let desktop = prepare();
        fake::allow_notifications(false);
        post(&desktop, "one", "New Tab");
        post(&desktop, "unseen", "New Tab");
        assert_eq!(clicked(), ["unseen"]);
        fake::allow_notifications(true);
        post(&desktop, "unseen", "New Tab");
        assert_eq!(clicked(), [""; 0], "it waits for its click");
        fake::notifications_fail();
        post(&desktop, "unseen again", "New Tab");
        assert_eq!(clicked(), ["unseen again"]);
    }

    fn nor_does_it_wait_outside_of_a_bundle() {
        fake::bundle("/usr/local/bin", None);
        let desktop = prepare();
        post(&desktop, "one", "New Tab");
        post(&desktop, "unseen", "New Tab");
        assert_eq!(clicked(), ["unseen"]);
    }

    fn one_that_the_centre_refuses_is_logged() {
        let desktop = prepare();
        fake::notifications_fail();
        let log = logged(|| post(&desktop, "one", ""));
        assert!(log.contains("The notification was refused"), "{log}");
    }

    fn a_program_outside_of_a_bundle_logs_instead() {
        fake::bundle("/usr/local/bin", None);
        let desktop = prepare();
        let log = logged(|| post(&desktop, "one", "Open Tab"));
        assert!(log.contains("title=\"one\""), "{log}");
    }

    /// An Info.plist within the program gives it an identifier, and no centre.
    fn a_bare_program_with_an_identifier_logs_instead() {
        fake::bundle("/usr/local/bin", Some("org.remote-jupyter.RemoteJupyter"));
        let desktop = prepare();
        let log = logged(|| post(&desktop, "one", "Open Tab"));
        assert!(log.contains("title=\"one\""), "{log}");
    }

    fn any_thread_may_post() {
        prepare();
        let post = || NativeDesktop::default().notify(notice("one", "Open Tab"), None, Box::new(|_| {}));
        std::thread::spawn(post).join().unwrap();
        assert_eq!(fake::posted(), [posted("one", "Open Tab")]);
    }
}
