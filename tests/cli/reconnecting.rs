//! A tunnel whose connection, server or network goes away, and what comes back by itself.

use std::time::{Duration, Instant};

use remote_jupyter::problem::Code;
use remote_jupyter::session::Event;
use serde_json::Value;

use crate::scene::{SOON, servers, text};
use crate::support::network::Network;
use crate::support::websocket::Websocket;
use crate::support::{Client, Key, Known, Live, Sshd, eventually, http};

/// One `ready` event is about the same tunnel and server as another one.
fn assert_same(before: &Value, after: &Value) {
    for field in ["local_port", "url"] {
        assert_eq!(before[field], after[field], "{field}");
    }
    assert_eq!(before["server"], after["server"]);
    assert_eq!(
        (&before["again"], &after["again"]),
        (&false.into(), &true.into())
    );
}

fn answers(ready: &Value) -> bool {
    http::api(ready, "api/status").status == 200
}

/// A client whose way to the server is this network.
fn client_through(network: &Network, lines: &[&str]) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, lines);
    client.know(network, Known::Right);
    client
}

#[test]
fn a_cut_connection_comes_back_on_the_same_port_to_the_same_server() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    for _ in 0..2 {
        sshd.drop_connections();
        let found = live.wait_lost(SOON);
        let after = live.wait_ready();
        println!("cut: found after {found:?}");
        assert_same(&before, &after);
        assert!(answers(&after));
    }
    assert_eq!(servers(&sshd).len(), 1);
    assert_eq!(live.visits(), 1, "no second tab");
}

/// Number of open descriptors and of threads of this process.
#[cfg(target_os = "linux")]
fn holdings() -> [usize; 2] {
    ["fd", "task"].map(|kind| {
        let entries = std::fs::read_dir(format!("/proc/self/{kind}"));
        entries.unwrap().count()
    })
}

/// `RECONNECTS=1000` loses the connection as often. The test counts in a process in which no other one runs.
#[cfg(target_os = "linux")]
#[test]
fn many_losses_leave_no_descriptor_and_no_thread_behind() {
    const ALONE: &str = "RJ_RECONNECTS_ALONE";
    const NAME: &str = "reconnecting::many_losses_leave_no_descriptor_and_no_thread_behind";
    if std::env::var_os(ALONE).is_none() {
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let ended = alone.args(["--exact", NAME, "--nocapture"]).env(ALONE, "1");
        let ended = ended.output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{told}");
        return;
    }
    let rounds = std::env::var("RECONNECTS").map_or(25, |count| count.parse().unwrap());
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let lose = |count: usize| {
        for _ in 0..count {
            sshd.drop_connections();
            live.wait_lost(SOON);
            // Without the pause, which grows from loss to loss.
            live.handle.try_now();
            live.wait_ready();
        }
        assert!(answers(&ready));
        // Spare channels are opened after the page's.
        std::thread::sleep(Duration::from_secs(2));
    };
    lose(3);
    let (before, there) = (holdings(), sshd.leftovers().len());
    lose(rounds);
    let is_as_before = || {
        let pairs = holdings().into_iter().zip(before);
        let mut pairs = pairs.chain([(sshd.leftovers().len(), there)]);
        pairs.all(|(now, then)| now <= then)
    };
    let now = || (holdings(), sshd.leftovers());
    assert!(
        eventually(SOON, is_as_before),
        "{before:?}, {there}: {:?}",
        now()
    );
}

#[test]
fn open_says_so_goes_on_and_is_asked_by_others() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    sshd.stop_listening();
    sshd.drop_connections();
    opened.wait_phase_within("reconnecting", SOON);
    let status = client.run(&["status", "test", "--json"]);
    assert_eq!(status.last_event()["phase"], "reconnecting");
    let mut second = client.open("test");
    second.wait_phase_within("reconnecting", SOON);
    sshd.listen_again();
    assert_same(&before, &opened.wait_phase("ready"));
    let out = second.wait_exit();
    assert_eq!(
        (out.code, text(&out.last_event(), "phase")),
        (Some(0), "ready")
    );
    sshd.drop_connections();
    opened.wait_phase_within("reconnecting", SOON);
    assert_same(&before, &opened.wait_phase("ready"));
    let out = client.run(&["close", "test"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(opened.wait_exit().code, Some(0));
}

#[test]
fn a_person_sees_it_in_the_terminal() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut terminal = client.terminal(&["open", "test", "--no-browser"]);
    terminal.expect("until Ctrl-C");
    sshd.drop_connections();
    terminal.expect("test: reconnecting");
    terminal.expect("test is connected again");
    let screen = terminal.screen();
    assert_eq!(screen.matches("until Ctrl-C").count(), 1, "{screen}");
    assert_eq!(screen.matches("http://localhost").count(), 1, "{screen}");
}

#[test]
fn a_link_that_falls_silent_is_found_and_replaced() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 2"];
    let client = client_through(&network, &lines);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    network.silence();
    let found = live.wait_lost(SOON);
    println!("silent: found after {found:?}");
    assert!(found < Duration::from_secs(6), "{found:?}");
    network.restore();
    assert_same(&before, &live.wait_ready());
    assert!(answers(&before));
}

#[test]
fn an_idle_link_that_answers_is_left_alone() {
    let sshd = Sshd::start();
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 1"];
    client.add_host_with("test", &sshd, Key::Ed25519, &lines);
    client.know(&sshd, Known::Right);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    for _ in 0..20 {
        live.handle.check();
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(answers(&ready));
    assert_eq!(sshd.connections(), 1, "it never had to log in again");
}

#[test]
fn a_hint_finds_a_dead_link_within_seconds() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    // What is begun beside a new tunnel is done: any byte is an answer.
    std::thread::sleep(Duration::from_secs(3));
    sshd.freeze();
    live.handle.check();
    let found = live.wait_lost(SOON);
    println!("hint: found after {found:?}");
    // One that is slow and alive has so much time.
    let (least, most) = (Duration::from_secs(9), Duration::from_secs(13));
    assert!((least..most).contains(&found), "{found:?}");
    // Only the connection was frozen; the server takes a new one.
    assert_same(&before, &live.wait_ready());
    assert!(answers(&before));
    sshd.thaw();
}

#[test]
fn a_request_sent_meanwhile_is_answered_afterwards() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    sshd.stop_listening();
    sshd.drop_connections();
    live.wait_lost(SOON);
    let requests: Vec<_> = (0..5)
        .map(|_| {
            let ready = ready.clone();
            std::thread::spawn(move || http::api(&ready, "api/status").status)
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    assert!(!requests.iter().any(std::thread::JoinHandle::is_finished));
    sshd.listen_again();
    live.handle.check();
    live.wait_ready();
    for request in requests {
        assert_eq!(request.join().unwrap(), 200);
    }
}

#[test]
fn a_page_whose_request_waits_finds_a_dead_link_within_seconds() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network, &[]);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    assert!(answers(&ready));
    network.silence();
    let request = std::thread::spawn(move || http::try_get(ready["url"].as_str().unwrap()).is_ok());
    let found = live.wait_lost(SOON);
    println!("waiting: found after {found:?}");
    assert!(found < Duration::from_secs(8), "{found:?}");
    network.restore();
    live.wait_ready();
    let _ = request.join();
}

#[test]
fn a_page_that_is_open_finds_a_dead_link_within_a_quarter_of_a_minute() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network, &[]);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let websocket = Websocket::open(&ready, "api/events/subscribe");
    std::thread::sleep(Duration::from_secs(3));
    network.silence();
    let found = live.wait_lost(Duration::from_secs(20));
    println!("open: found after {found:?}");
    assert!(found < Duration::from_secs(17), "{found:?}");
    network.restore();
    live.wait_ready();
    drop(websocket);
}

/// "Give up" is the user's word.
#[test]
fn a_host_that_stays_away_is_tried_without_end() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let patience = Duration::from_secs(4);
    let live = Live::open(&client, |order| order.patience = patience);
    live.wait_ready();
    sshd.stop_listening();
    sshd.drop_connections();
    live.wait_lost(SOON);
    std::thread::sleep(patience * 2);
    sshd.listen_again();
    live.handle.check();
    live.wait_ready();
    assert_eq!(servers(&sshd).len(), 1, "Jupyter is not touched");
}

#[test]
fn a_close_need_not_wait_for_an_attempt() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network, &[]);
    for in_attempt in [true, false] {
        let live = Live::open(&client, |_| ());
        live.wait_ready();
        network.silence();
        if in_attempt {
            // The handshake hangs.
            live.handle.check();
            live.wait_lost(SOON);
            std::thread::sleep(Duration::from_millis(300));
        }
        let began = Instant::now();
        live.handle.close();
        live.wait("closed", SOON, |event| {
            matches!(event, Event::Closed).then_some(())
        });
        assert!(
            // The silent link would be waited for ten seconds and more.
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
        network.cut();
        network.restore();
    }
}

#[test]
fn a_jupyter_that_was_killed_is_told_as_such() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    client.ssh_run("test", &format!("kill -9 {}", ready["server"]["pid"]));
    assert!(eventually(SOON, || servers(&sshd).is_empty()));
    let began = Instant::now();
    // As an open page does. Once is not enough: a process that is being killed has no command line any more while the
    // kernel still takes connections for it, for a moment (1 of 48 runs on a busy machine).
    let url = ready["url"].as_str().unwrap();
    assert!(eventually(SOON, || {
        assert!(http::try_get(url).is_err());
        !opened.is_running()
    }));
    let out = opened.wait_exit_within(SOON);
    println!("killed: told after {:?}", began.elapsed());
    let failed = out.last_event();
    assert_eq!((out.code, text(&failed, "code")), (Some(6), "server_ended"));
    assert!(text(&failed, "title").contains("test"), "{failed}");
}

#[test]
fn a_jupyter_that_ended_meanwhile_is_not_started_again() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let pid = ready["server"]["pid"].to_string();
    sshd.stop_listening();
    sshd.drop_connections();
    live.wait_lost(SOON);
    crate::support::process::must(std::process::Command::new("kill").args(["-9", &pid]));
    assert!(eventually(SOON, || servers(&sshd).is_empty()));
    sshd.listen_again();
    live.handle.check();
    assert_eq!(live.wait_failed(SOON).code, Code::ServerEnded);
    assert!(servers(&sshd).is_empty());
    assert_eq!(live.visits(), 1);
}

#[test]
fn another_host_key_at_the_new_connection_is_refused() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    client.know(&sshd, Known::Wrong);
    sshd.drop_connections();
    let out = opened.wait_exit_within(SOON);
    let failed = out.last_event();
    assert_eq!(
        (out.code, text(&failed, "code")),
        (Some(3), "host_key_changed")
    );
    assert_eq!(sshd.connections(), 1);
}

#[test]
fn a_login_that_is_refused_now_is_not_tried_again() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let wrong = client.read("id_rsa");
    std::fs::write(client.path("id_ed25519"), wrong).unwrap();
    let text_of_config = client
        .read("ssh_config")
        .replace("id_ed25519", "no_such_key");
    std::fs::write(client.path("ssh_config"), text_of_config).unwrap();
    sshd.drop_connections();
    let out = opened.wait_exit_within(SOON);
    let failed = out.last_event();
    assert_eq!((out.code, text(&failed, "code")), (Some(4), "auth_refused"));
}

/// Nobody sits there waiting for a question: the session keeps its port, and asks when the user wants it.
#[cfg(target_os = "linux")]
#[test]
fn a_password_is_asked_for_again_when_the_user_wants_it() {
    use crate::support::RootSshd;
    use crate::support::root_sshd::PASSWORD;
    let sshd = RootSshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host("test", &network, Key::Password);
    client.know(&network, Known::Right);
    client.askpass(&[("Password", PASSWORD)]);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    assert_eq!(client.asked().len(), 1);
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    let request = {
        let before = before.clone();
        std::thread::spawn(move || answers(&before))
    };
    let out = client.open("test").wait_exit_within(SOON);
    assert_eq!(out.code, Some(0), "{out}");
    assert_same(&before, &opened.wait_phase("ready"));
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    assert!(request.join().unwrap(), "the page's request was held");
}

/// Who sits at the terminal is asked there, once they say so: a code may have expired, and a push would have come unasked.
#[cfg(target_os = "linux")]
#[test]
fn who_sits_at_the_terminal_logs_in_again_there() {
    use crate::support::RootSshd;
    use crate::support::root_sshd::PASSWORD;
    let sshd = RootSshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host("test", &network, Key::Password);
    client.know(&network, Known::Right);
    let mut terminal = client.terminal(&["open", "test", "--no-browser"]);
    terminal.expect("assword for ");
    terminal.answer(PASSWORD);
    terminal.expect("until Ctrl-C");
    network.cut();
    terminal.expect("Press Return to log in again here.");
    terminal.answer("");
    terminal.expect("assword for ");
    terminal.answer(PASSWORD);
    terminal.expect("test is connected again");

    // Another program asks for it, while something was typed here that is no password.
    network.cut();
    terminal.expect("Press Return to log in again here.");
    terminal.send("ls");
    let mut second = client.open("test");
    terminal.expect("assword for ");
    terminal.answer(PASSWORD);
    terminal.expect("test is connected again");
    assert_eq!(second.wait_exit_within(SOON).code, Some(0));
}

/// `status` says why, since when, and what comes next; and afterwards why it ended.
#[test]
fn status_tells_of_a_loss_and_of_the_last_end() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    sshd.stop_listening();
    sshd.drop_connections();
    opened.wait_phase_within("reconnecting", SOON);
    let state = || client.run(&["status", "test", "--json"]).last_event();
    assert!(
        eventually(SOON, || state()["loss"]["retry_at"].is_number()),
        "{}",
        state()
    );
    let loss = state()["loss"].clone();
    assert!(
        !text(&loss, "cause").is_empty() && loss["since"].is_number(),
        "{loss}"
    );
    let out = client.run(&["status", "test"]);
    assert!(out.stdout.contains("lost at "), "{out}");

    crate::support::process::must(
        std::process::Command::new("kill").args(["-9", &ready["server"]["pid"].to_string()]),
    );
    sshd.listen_again();
    assert_eq!(opened.wait_exit().code, Some(6));
    let ended = state();
    assert_eq!(
        (text(&ended, "phase"), text(&ended["last_end"], "code")),
        ("closed", "server_ended")
    );
    let out = client.run(&["status", "test"]);
    assert!(out.stdout.contains("Jupyter on test has ended"), "{out}");

    // A new tunnel, and its end by the user, are another matter.
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    assert!(state()["last_end"].is_null(), "{}", state());
}

#[test]
fn the_log_comes_through_the_standing_connection() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    for _ in 0..2 {
        let log = client.run(&["logs", "test"]);
        assert!(
            log.code == Some(0) && log.stdout.contains("Jupyter Server"),
            "{log}"
        );
        let token = http::token(ready["url"].as_str().unwrap()).unwrap();
        assert!(!log.stdout.contains(&token), "{log}");
    }
    assert_eq!(sshd.connections(), 1, "one login serves all of it");
    assert!(answers(&ready));
    opened.interrupt();
    let out = opened.wait_exit();
    assert!(
        !out.stdout.contains("Jupyter Server"),
        "not for `open`: {out}"
    );
}

#[test]
fn kernels_are_watched_and_told_when_they_change() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let every = Duration::from_millis(500);
    let live = Live::open(&client, |order| order.watch_kernels = Some(every));
    let ready = live.wait_ready();
    let next = || {
        live.wait("kernels", SOON, |event| match event {
            Event::Kernels(activity) => Some(activity.clone()),
            _ => None,
        })
    };
    assert_eq!(next().kernels.total, 0);
    sshd.home().write(
        "a.ipynb",
        "{\"cells\":[],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}",
    );
    let body = r#"{"path":"a.ipynb","name":"","type":"notebook","kernel":{"name":"python3"}}"#;
    assert_eq!(http::post(&ready, "api/sessions", body).status, 201);
    let activity = next();
    assert_eq!((activity.kernels.total, activity.kernels.busy), (1, 0));
    let notebook = &activity.notebooks[0];
    assert_eq!(
        (notebook.path.as_str(), notebook.kernel.as_str()),
        ("a.ipynb", "python3")
    );
    sshd.drop_connections();
    live.wait_lost(SOON);
    live.wait_ready();
    let more = r#"{"path":"b","name":"b","type":"console","kernel":{"name":"python3"}}"#;
    assert_eq!(http::post(&ready, "api/sessions", more).status, 201);
    // A change of the first kernel's state may be told before.
    live.wait("the second kernel, seen after the loss", SOON, |event| {
        matches!(event, Event::Kernels(activity) if activity.kernels.total == 2).then_some(())
    });
}
