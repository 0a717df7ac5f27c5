//! Jupyters that are slow, endless, elsewhere or somebody else's, behind an SSH server that does its part.

use std::io::Result;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::far::{Far, Page, TOKEN};
use crate::run::{Case, Outcome, click, client_of, hold};
use crate::server::{Act, Hostile, large};
use crate::support::eventually;

/// The server said itself that it is of no use, or nothing that can be used.
const OF_NO_USE: &[&str] = &["jupyter_answer", "nothing_running", "timed_out"];

/// A case whose Jupyter is this page.
macro_rules! case {
    ($name:literal, $page:expr, $codes:expr) => {
        Case {
            name: $name,
            act: |wire| {
                let page: Page = $page;
                Far::serve(wire, page)
            },
            codes: $codes,
            seconds: "9",
        }
    };
}

fn run(case: &Case<Act>) -> std::result::Result<Outcome, String> {
    let server = Hostile::start(case.act);
    let client = client_of(&server);
    client.configure("[[host]]\nname = \"gpu77\"\nlauncher = \"attach\"\n");
    let outcome = click(&client, case.seconds)?;
    if outcome.finished.to_string().contains(TOKEN) {
        return Err(format!("the token is shown: {}", outcome.finished));
    }
    if server.is_left_within(Duration::from_secs(10)) {
        Ok(outcome)
    } else {
        Err(format!("a connection was left: {}", outcome.finished))
    }
}

/// A place that nobody may be sent to; how often somebody came.
fn trap() -> (u16, &'static AtomicUsize) {
    static VISITS: AtomicUsize = AtomicUsize::new(0);
    static PORT: OnceLock<u16> = OnceLock::new();
    let port = *PORT.get_or_init(|| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                VISITS.fetch_add(1, Ordering::SeqCst);
            }
        });
        port
    });
    (port, &VISITS)
}

fn redirect(far: &mut Far, channel: u32, status: &str) -> Result<()> {
    let head = format!("Location: http://127.0.0.1:{}/lab\r\n", trap().0);
    far.reply(channel, status, &head, "")
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

#[test]
fn a_jupyter_that_is_slow_endless_or_elsewhere_ends_the_click_in_time() {
    let cases: [Case<Act>; 12] = [
        case!("silent", |_, _, _| Ok(()), OF_NO_USE),
        case!(
            "a byte at a time",
            |far, channel, _| {
                loop {
                    far.write(channel, b"H")?;
                    std::thread::sleep(Duration::from_millis(300));
                }
            },
            OF_NO_USE
        ),
        case!(
            "headers without an end",
            |far, channel, _| {
                far.write(channel, OK)?;
                far.repeat(channel, &b"X-More: and more\r\n".repeat(1000))
            },
            OF_NO_USE
        ),
        case!(
            "one header without an end",
            |far, channel, _| {
                far.write(channel, OK)?;
                far.write(channel, b"X-Long: ")?;
                far.repeat(channel, &large(b'x'))
            },
            OF_NO_USE
        ),
        case!(
            "interim answers without an end",
            |far, channel, _| far
                .repeat(channel, &b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000)),
            OF_NO_USE
        ),
        case!(
            "a body without an end",
            |far, channel, _| {
                far.write(channel, OK)?;
                far.write(channel, b"Connection: close\r\n\r\n[")?;
                far.repeat(channel, &b"{\"execution_state\": \"busy\"}, ".repeat(1000))
            },
            OF_NO_USE
        ),
        case!(
            "pieces without an end",
            |far, channel, _| {
                far.write(channel, OK)?;
                far.write(channel, b"Transfer-Encoding: chunked\r\n\r\n")?;
                far.repeat(channel, &b"1\r\n \r\n".repeat(4000))
            },
            OF_NO_USE
        ),
        case!(
            "brackets that open without an end",
            |far, channel, _| far.reply(channel, "200 OK", "", &"[".repeat(1 << 20)),
            OF_NO_USE
        ),
        case!(
            "no HTTP",
            |far, channel, _| far.repeat(channel, &large(0xFE)),
            OF_NO_USE
        ),
        case!(
            "another place, with the token",
            |far, channel, _| redirect(far, channel, "307 Temporary Redirect"),
            OF_NO_USE
        ),
        case!(
            "another place, for good",
            |far, channel, _| redirect(far, channel, "301 Moved Permanently"),
            OF_NO_USE
        ),
        case!(
            "the token is not taken",
            |far, channel, _| far.reply(channel, "403 Forbidden", "", "\x1b[2Jno"),
            OF_NO_USE
        ),
    ];
    hold(&cases, run);
    let (_, visits) = trap();
    assert_eq!(visits.load(Ordering::SeqCst), 0, "a redirect was followed");
}

/// What the script says of the port's account counts, before anything is sent there.
#[test]
fn a_port_of_another_account_is_not_connected_to() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let cases: [Case<Act>; 1] = [Case {
        name: "another account's port",
        act: |wire| {
            let mut far = Far::with_server_of(wire, 1001)?;
            ASKED.fetch_add(far.is_asked_for_a_connection().into(), Ordering::SeqCst);
            SEEN.fetch_add(1, Ordering::SeqCst);
            Ok(())
        },
        codes: &["nothing_running"],
        seconds: "9",
    }];
    hold(&cases, run);
    assert!(eventually(Duration::from_secs(5), || SEEN
        .load(Ordering::SeqCst)
        == 1));
    assert_eq!(ASKED.load(Ordering::SeqCst), 0);
}
