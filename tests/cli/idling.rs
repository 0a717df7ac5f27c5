//! `idle_stop`: a server that nobody uses ends by itself, and none that somebody uses. Jupyter looks for that once a
//! minute, counted from its start, whatever it is told.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use remote_jupyter::problem::Code;
use remote_jupyter::session::Event;
use serde_json::{Value, json};

use crate::scene::{assert_nothing_left, configure, launches, servers, text, with_notebook_6};
use crate::support::kernels::{make_busy, run_cells, start_kernel_at};
use crate::support::{Client, Live, Opened, Sshd, eventually, http};

/// Shorter than the pauses between Jupyter's own looks.
const IDLE: Duration = Duration::from_secs(5);
/// Two of its looks, and then ours.
const PATIENCE: Duration = Duration::from_secs(190);

fn open_idling(client: &Client) -> (Opened, Value) {
    configure(client, "idle_stop = \"5s\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    (opened, ready)
}

/// The log of the only launch.
fn log(sshd: &Sshd) -> String {
    fs::read_to_string(launches(sshd)[0].join("log")).unwrap()
}

/// At the same time, for they wait.
#[test]
fn a_server_that_nobody_uses_ends_by_itself() {
    thread::scope(|all| {
        all.spawn(one_that_is_looked_at_ends_and_says_why);
        all.spawn(notebook_6_ends_while_nobody_is_connected);
        all.spawn(a_terminal_keeps_it);
    });
}

fn one_that_is_looked_at_ends_and_says_why() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    // Looked at each second, as by the app's menu: that is no use.
    let live = Live::open(&client, |order| {
        order.host.idle_stop = Some(IDLE);
        order.watch_kernels = Some(Duration::from_secs(1));
    });
    let ready = live.wait_ready();
    start_kernel_at(&ready);
    let problem = live.wait_failed(PATIENCE);
    assert_eq!(problem.code, Code::IdleEnded, "{problem:?}");
    assert!(log(&sshd).contains("Culling '"), "{}", log(&sshd));
    drop(live);
    assert_nothing_left(&sshd, &client);
}

fn notebook_6_ends_while_nobody_is_connected() {
    let sshd = with_notebook_6();
    let client = Client::of(&sshd);
    let (mut opened, ready) = open_idling(&client);
    let version = text(&ready["server"], "version");
    assert!(version.starts_with("6."), "{ready}");
    start_kernel_at(&ready);
    opened.interrupt();
    opened.wait_exit();
    assert!(!servers(&sshd).is_empty());
    let ended = || servers(&sshd).is_empty();
    assert!(eventually(PATIENCE, ended), "{}", log(&sshd));
    assert!(log(&sshd).contains("shutting down"), "{}", log(&sshd));
    assert_nothing_left(&sshd, &client);
}

/// Nobody knows whether something runs in it.
fn a_terminal_keeps_it() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let (mut opened, ready) = open_idling(&client);
    let made = http::post(&ready, "api/terminals", &json!({}).to_string());
    assert_eq!(made.status, 200, "{made:?}");
    opened.interrupt();
    opened.wait_exit();
    thread::sleep(Duration::from_secs(75));
    assert!(
        log(&sshd).contains("Will shut down after 5 seconds"),
        "{}",
        log(&sshd)
    );
    assert!(!servers(&sshd).is_empty(), "{}", log(&sshd));
}

/// A kernel's own connection, as a tab has it.
fn show_in_a_tab(ready: &Value, kernel: &str) -> TcpStream {
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();
    let port = ready["local_port"].as_u64().unwrap();
    let mut tab = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
    let base = text(&ready["server"], "base_url");
    let head = format!(
        "GET {base}api/kernels/{kernel}/channels HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Authorization: token {token}\r\n\r\n"
    );
    tab.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    tab.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    tab
}

fn kernels(ready: &Value) -> Vec<String> {
    let told = http::api(ready, "api/kernels").body;
    let all: Vec<Value> = serde_json::from_str(&told).unwrap();
    all.iter()
        .map(|kernel| text(kernel, "id").to_owned())
        .collect()
}

#[test]
fn what_computes_and_what_a_tab_shows_stays() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let (mut opened, ready) = open_idling(&client);
    start_kernel_at(&ready);
    let busy = kernels(&ready).remove(0);
    make_busy(&sshd);
    start_kernel_at(&ready);
    let shown = kernels(&ready).into_iter().find(|id| *id != busy).unwrap();
    let tab = show_in_a_tab(&ready, &shown);
    start_kernel_at(&ready);
    assert_eq!(kernels(&ready).len(), 3);

    let is_alone = || kernels(&ready).len() == 2;
    assert!(eventually(Duration::from_secs(30), is_alone));
    // Another round of its looks.
    thread::sleep(2 * IDLE);
    let mut left = kernels(&ready);
    left.sort();
    let mut wanted = [busy.clone(), shown];
    wanted.sort();
    assert_eq!(left, wanted);

    drop(tab);
    assert!(eventually(Duration::from_secs(30), || kernels(&ready)
        == [busy.as_str()]));
    opened.interrupt();
    opened.wait_exit();
}

/// The next word about idle time: when it ends, or that it is not near any more.
fn told(live: &Live, patience: Duration) -> Option<i64> {
    live.wait("word of idle time", patience, |event| match event {
        Event::Idle(time) => Some(time.ends),
        _ => None,
    })
}

fn now() -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    i64::try_from(now).unwrap()
}

/// Its warning comes a quarter of this before the end.
const LIMIT: Duration = Duration::from_secs(24);

fn watched(client: &Client, change: impl FnOnce(&mut remote_jupyter::config::Host)) -> Live {
    Live::open(client, |order| {
        order.host.idle_stop = Some(LIMIT);
        change(&mut order.host);
        order.watch_kernels = Some(Duration::from_secs(1));
    })
}

#[test]
fn a_kernel_is_kept_as_often_as_the_user_wants_and_ends_when_not() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = watched(&client, |_| {});
    let ready = live.wait_ready();
    start_kernel_at(&ready);
    let began = now();
    let patience = 3 * LIMIT;
    // Without that Jupyter ends it after 24 s, or at its next look, 24 s later at most.
    for _ in 0..3 {
        let ends = told(&live, patience).expect("the end is near");
        assert!((0..=8).contains(&(ends - now())), "{ends}, {}", now());
        live.handle.keep();
        assert_eq!(told(&live, patience), None);
        assert_eq!(kernels(&ready).len(), 1);
    }
    assert!(now() - began > 50, "{} s", now() - began);
    assert!(told(&live, patience).is_some());
    let is_gone = || kernels(&ready).is_empty();
    assert!(eventually(patience, is_gone), "{}", log(&sshd));
}

#[test]
fn a_command_of_ones_own_is_ended_from_here_once_no_cell_runs() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = watched(&client, |host| host.command = Some("jupyter lab".into()));
    let ready = live.wait_ready();
    start_kernel_at(&ready);
    let cell =
        "import time, pathlib; time.sleep(40); (pathlib.Path.home() / 'ended').write_text('')";
    run_cells(&sshd, &[cell]);
    let ends = told(&live, 4 * LIMIT).expect("the end is near");
    assert!(sshd.home().read("ended").is_some(), "a cell runs");
    let problem = live.wait_failed(3 * LIMIT);
    assert_eq!(problem.code, Code::IdleEnded, "{problem:?}");
    assert!(now() >= ends, "{ends}");
    drop(live);
    assert_nothing_left(&sshd, &client);
}
