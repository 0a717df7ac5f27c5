//! SSH servers that stall, flood, or break the protocol, at each step of a click.

use crate::far::TOKEN;
use crate::run::{Case, click, client_of, hold};
use crate::server::{
    Act, CHANNEL_CLOSE, CHANNEL_CONFIRMATION, CHANNEL_EOF, CHANNEL_EXTENDED_DATA,
    CHANNEL_FAILURE_TO_OPEN, CHANNEL_OPEN, CHANNEL_REQUEST, CHANNEL_SUCCESS, GLOBAL_REQUEST,
    Hostile, INFO_REQUEST, INFO_RESPONSE, PACKET, USERAUTH_BANNER, USERAUTH_FAILURE, WINDOW_ADJUST,
    data, large, opened,
};
use crate::wire::{DEBUG, DISCONNECT, IGNORE, Message, SERVICE_REQUEST, Wire};
use std::time::Duration;

const LATE: &[&str] = &["timed_out"];
const HANDSHAKE: &[&str] = &["handshake"];
const LOST: &[&str] = &["lost"];

const fn case(name: &'static str, act: Act, codes: &'static [&'static str]) -> Case<Act> {
    Case {
        name,
        act,
        codes,
        seconds: "5",
    }
}

/// A case that ends by itself, long before a deadline: what it sends would fill the memory until then.
const fn soon(name: &'static str, act: Act) -> Case<Act> {
    Case {
        name,
        act,
        codes: LOST,
        seconds: "60",
    }
}

fn run(case: &Case<Act>) -> Result<crate::run::Outcome, String> {
    let server = Hostile::start(case.act);
    let outcome = click(&client_of(&server), case.seconds)?;
    if server.is_left_within(Duration::from_secs(10)) {
        Ok(outcome)
    } else {
        Err(format!("a connection was left: {}", outcome.finished))
    }
}

/// A message that no side has use for.
fn ignored() -> Message {
    Message::new(IGNORE).string(large(b'x'))
}

/// Prompts, each with a text of that length.
fn prompts(count: u32, length: usize) -> Message {
    let text = vec![b'?'; length];
    let head = Message::new(INFO_REQUEST).string("").string("").string("");
    (0..count.min(3)).fold(head.number(count), |message, _| {
        message.string(&text).byte(1)
    })
}

/// Talks for ever: each answer brings the same prompts.
fn converse(wire: &mut Wire, prompts: &Message) -> std::io::Result<()> {
    wire.begin_conversation()?;
    loop {
        wire.send(prompts)?;
        wire.await_message(INFO_RESPONSE)?;
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn before_the_login_a_server_that_stalls_floods_or_lies_ends_the_click_in_time() {
    let cases = [
        case("silent", Wire::fall_silent, LATE),
        case(
            "lines without a version",
            |wire| wire.repeat(&b"Welcome!\r\n".repeat(1000)),
            HANDSHAKE,
        ),
        case(
            "a version without an end",
            |wire| {
                wire.raw(b"SSH-2.0-")?;
                wire.repeat(&[b'x'; 4096])
            },
            HANDSHAKE,
        ),
        case(
            "zeros after the version",
            |wire| {
                wire.greet()?;
                wire.repeat(&[0; 4096])
            },
            HANDSHAKE,
        ),
        case(
            "a packet of 4 GiB",
            |wire| {
                wire.greet()?;
                wire.repeat(&[0xFF; 4096])
            },
            HANDSHAKE,
        ),
        case(
            "silent after the version",
            |wire| {
                wire.greet()?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "silent after its offer",
            |wire| {
                wire.greet()?;
                wire.send(&Wire::offer())?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "an offer that is cut short",
            |wire| {
                wire.greet()?;
                let offer = Wire::offer();
                wire.send(&Message(offer.0[..60].to_vec()))?;
                wire.fall_silent()
            },
            HANDSHAKE,
        ),
        case(
            "offers without an end",
            |wire| {
                wire.greet()?;
                wire.flood(&Wire::offer())
            },
            &["handshake", "timed_out"],
        ),
        case(
            "nothing but what is to be ignored",
            |wire| {
                wire.greet()?;
                let packets = wire.packet(&ignored().0).repeat(32);
                wire.repeat(&packets)
            },
            LATE,
        ),
        case(
            "nothing but messages that nobody knows",
            |wire| {
                wire.greet()?;
                wire.flood(&Message::new(192).string(large(0)))
            },
            &["handshake", "timed_out"],
        ),
        case(
            "a signature of something else",
            |wire| {
                wire.forges = true;
                wire.shake_hands()
            },
            HANDSHAKE,
        ),
        case(
            "silent at the service",
            |wire| {
                wire.shake_hands()?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "ignored messages in place of the service",
            |wire| {
                wire.shake_hands()?;
                wire.flood(&ignored())
            },
            LATE,
        ),
    ];
    hold(&cases, run);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn at_the_login_a_server_that_stalls_floods_or_never_stops_asking_ends_the_click_in_time() {
    let cases = [
        case(
            "silent at the login",
            |wire| {
                wire.begin_login()?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "debugging messages without an end",
            |wire| {
                wire.begin_login()?;
                wire.flood(&Message::new(DEBUG).byte(1).string(large(b'd')))
            },
            LATE,
        ),
        soon("banners without an end", |wire| {
            wire.begin_login()?;
            let banner = Message::new(USERAUTH_BANNER).string(large(b'b'));
            wire.flood(&banner.string(""))
        }),
        soon("small banners without an end", |wire| {
            wire.begin_login()?;
            wire.flood(&Message::new(USERAUTH_BANNER).string("b").string(""))
        }),
        case(
            "a banner of one long line with control characters",
            |wire| {
                wire.begin_login()?;
                let text = "\x1b[2J\x07evil ".repeat(3000);
                wire.send(&Message::new(USERAUTH_BANNER).string(text).string(""))?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "refusals without an end",
            |wire| {
                wire.begin_login()?;
                let refusal = Message::new(USERAUTH_FAILURE).string("publickey").byte(0);
                wire.flood(&refusal)
            },
            &["timed_out", "auth_refused", "lost"],
        ),
        case(
            "prompts without an end",
            |wire| converse(wire, &prompts(1, 20)),
            &["auth_refused"],
        ),
        case(
            "messages without a prompt and without an end",
            |wire| {
                let words = Message::new(INFO_REQUEST)
                    .string("")
                    .string("Wait. ".repeat(500));
                converse(wire, &words.string("").number(0))
            },
            &["timed_out", "auth_refused"],
        ),
        case(
            "four milliard prompts",
            |wire| converse(wire, &prompts(u32::MAX, 20)),
            &["auth_refused", "lost"],
        ),
        case(
            "huge prompts without an end",
            |wire| converse(wire, &prompts(3, 10_000)),
            &["auth_refused"],
        ),
        case(
            "a farewell of 32 KiB",
            |wire| {
                wire.begin_login()?;
                let words = Message::new(DISCONNECT).number(2).string(large(b'f'));
                wire.send(&words.string(""))?;
                wire.fall_silent()
            },
            &["auth_refused", "lost"],
        ),
        case(
            "a packet that nothing vouches for",
            |wire| {
                wire.begin_login()?;
                let mut packet = wire.packet(&ignored().0);
                *packet.last_mut().unwrap() ^= 1;
                wire.raw(&packet)?;
                wire.fall_silent()
            },
            &["auth_refused", "lost"],
        ),
        case(
            "a packet that is all padding",
            |wire| {
                wire.begin_login()?;
                let mut packet = vec![0, 0, 0, 12, 11];
                packet.resize(16, 0);
                let sealed = wire.seal(&packet);
                wire.raw(&sealed)?;
                wire.fall_silent()
            },
            &["timed_out", "auth_refused", "lost"],
        ),
        case(
            "more padding than packet",
            |wire| {
                wire.begin_login()?;
                let mut packet = vec![0, 0, 0, 12, 200];
                packet.resize(16, 0);
                let sealed = wire.seal(&packet);
                wire.raw(&sealed)?;
                wire.fall_silent()
            },
            &["auth_refused", "lost"],
        ),
    ];
    hold(&cases, run);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn after_the_login_a_server_that_stalls_floods_or_breaks_the_protocol_ends_the_click_in_time() {
    let cases = [
        case(
            "no answer to a session",
            |wire| {
                wire.await_session()?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "another channel's number",
            |wire| {
                let channel = wire.await_session()?;
                wire.confirm(channel + 7, 1 << 20)?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "a channel that takes packets of no size",
            |wire| {
                let channel = wire.await_session()?;
                let message = Message::new(CHANNEL_CONFIRMATION).number(channel);
                wire.send(&message.number(channel).number(1 << 20).number(0))?;
                wire.fall_silent()
            },
            &["login_shell", "lost"],
        ),
        case(
            "a channel that takes a byte a packet, and no more than that",
            |wire| {
                let channel = wire.await_session()?;
                let message = Message::new(CHANNEL_CONFIRMATION).number(channel);
                wire.send(&message.number(channel).number(1).number(1))?;
                wire.await_message(CHANNEL_REQUEST)?;
                wire.send(&Message::new(CHANNEL_SUCCESS).number(channel))?;
                wire.fall_silent()
            },
            LATE,
        ),
        case(
            "a window beyond all numbers",
            |wire| {
                let channel = wire.begin_command()?;
                let more = Message::new(WINDOW_ADJUST).number(channel);
                wire.send(&more.number(u32::MAX))?;
                wire.fall_silent()
            },
            &["timed_out", "lost"],
        ),
        case(
            "a refusal of 32 KiB",
            |wire| {
                let channel = wire.await_session()?;
                let refusal = Message::new(CHANNEL_FAILURE_TO_OPEN)
                    .number(channel)
                    .number(2);
                wire.send(&refusal.string(large(b'r')).string(""))?;
                let again = opened(&wire.await_message(CHANNEL_OPEN)?).1;
                let refusal = Message::new(CHANNEL_FAILURE_TO_OPEN)
                    .number(again)
                    .number(2);
                wire.send(&refusal.string(large(b'r')).string(""))?;
                wire.fall_silent()
            },
            &["login_shell"],
        ),
        case(
            "data for a channel that is not there",
            |wire| {
                wire.await_session()?;
                wire.flood(&data(77, &large(b'x')))
            },
            LATE,
        ),
        case(
            "data beyond the window",
            |wire| {
                let channel = wire.begin_command()?;
                wire.flood(&data(channel, &large(b'x')))
            },
            LATE,
        ),
        case(
            "a byte a packet",
            |wire| {
                let channel = wire.begin_command()?;
                wire.flood(&data(channel, b"\n"))
            },
            LATE,
        ),
        case(
            "standard error without an end",
            |wire| {
                let channel = wire.begin_command()?;
                let message = Message::new(CHANNEL_EXTENDED_DATA)
                    .number(channel)
                    .number(1);
                wire.flood(&message.string(large(b'e')))
            },
            LATE,
        ),
        case(
            "a stream of error that nobody has heard of",
            |wire| {
                let channel = wire.begin_command()?;
                let message = Message::new(CHANNEL_EXTENDED_DATA)
                    .number(channel)
                    .number(99);
                wire.flood(&message.string(large(b'e')))
            },
            LATE,
        ),
        case(
            "an end, and data after it",
            |wire| {
                let channel = wire.begin_command()?;
                wire.send(&Message::new(CHANNEL_EOF).number(channel))?;
                wire.flood(&data(channel, &large(b'x')))
            },
            &["timed_out", "login_shell"],
        ),
        case(
            "a channel that is closed at once",
            |wire| {
                let channel = wire.begin_command()?;
                wire.send(&Message::new(CHANNEL_CLOSE).number(channel))?;
                wire.fall_silent()
            },
            &["login_shell"],
        ),
        soon("answers to requests that nobody made", |wire| {
            let channel = wire.begin_command()?;
            wire.flood(&Message::new(CHANNEL_SUCCESS).number(channel))
        }),
        soon("large messages that nobody knows", |wire| {
            wire.begin_command()?;
            wire.flood(&Message::new(193).string(large(0)))
        }),
        // How many come to be answered before its deadline depends on the machine; what is kept of them does not.
        Case {
            seconds: "20",
            ..case(
                "requests whose answers are not read",
                |wire| {
                    wire.begin_command()?;
                    let request = Message::new(GLOBAL_REQUEST).string("keepalive@openssh.com");
                    wire.flood(&request.byte(1))
                },
                &["lost", "timed_out"],
            )
        },
        soon("services that are asked of a client", |wire| {
            wire.begin_command()?;
            wire.flood(&Message::new(SERVICE_REQUEST).string("ssh-userauth"))
        }),
        case(
            "channels to an agent and a screen",
            |wire| {
                wire.begin_command()?;
                for kind in [
                    "auth-agent@openssh.com",
                    "x11",
                    "forwarded-tcpip",
                    "session",
                ] {
                    let open = Message::new(CHANNEL_OPEN).string(kind).number(5);
                    wire.send(&open.number(1 << 20).number(PACKET).string("a").number(1))?;
                }
                let opened = wire.await_message(CHANNEL_CONFIRMATION);
                assert!(opened.is_err(), "a client opened a channel for its server");
                Ok(())
            },
            &["timed_out", "lost"],
        ),
        case(
            "new keys again and again",
            |wire| {
                wire.begin_command()?;
                loop {
                    wire.exchange_keys()?;
                }
            },
            LATE,
        ),
        case(
            "a connection that ends",
            |wire| wire.begin_command().map(|_| ()),
            LOST,
        ),
    ];
    hold(&cases, run);
}

#[test]
fn a_host_whose_answers_never_end_or_lie_ends_the_click_in_time() {
    let cases = [
        Case {
            seconds: "60",
            ..case(
                "servers without an end",
                |wire| {
                    let (channel, mark) = wire.begin_script()?;
                    let text = format!("file=/x\npid=7\nargs={}\n\n{{}}", "a".repeat(2000));
                    let line = crate::server::answer(&mark, "server", text.as_bytes());
                    wire.flood(&data(channel, line.repeat(7).as_bytes()))
                },
                &["login_shell"],
            )
        },
        case(
            "an answer without an end",
            |wire| {
                let (channel, mark) = wire.begin_script()?;
                wire.send(&data(channel, format!("\n{mark} server ").as_bytes()))?;
                wire.flood(&data(channel, &large(b'6')))
            },
            LATE,
        ),
        case(
            "waits without an end",
            |wire| {
                let script = wire.begin_script()?;
                let line = crate::server::answer(&script.1, "wait", b"lock");
                wire.flood(&data(script.0, line.repeat(400).as_bytes()))
            },
            LATE,
        ),
        case(
            "a failure of 32 KiB with control characters",
            |wire| {
                let script = wire.begin_script()?;
                let words = "\x1b[2Jevil\x07 ".repeat(1500);
                wire.say(&script, "fail", &format!("unwritable\n{words}"))?;
                wire.fall_silent()
            },
            &["remote_folder"],
        ),
        case(
            "an answer with a token that breaks off, and the end",
            |wire| {
                let (channel, mark) = wire.begin_script()?;
                let text = format!("file=/x\npid=7\n\n{{\"token\": \"{TOKEN}\"}}");
                let line = crate::server::answer(&mark, "server", text.as_bytes());
                let line = &line[..line.len() - 2];
                wire.send(&data(channel, format!("{line}\n").as_bytes()))?;
                wire.send(&Message::new(CHANNEL_EOF).number(channel))?;
                wire.send(&Message::new(CHANNEL_CLOSE).number(channel))?;
                wire.fall_silent()
            },
            &["login_shell", "lost"],
        ),
    ];
    hold(&cases, run);
}
