//! Hosts that begin to be hostile when the tunnel is open: the program lives on, in bounded memory, and ends when it is told to.

use std::time::Duration;

use crate::far::Far;
use crate::run::{Case, MEMORY, Outcome, client_of, hold_open, left, watched};
use crate::server::{
    Act, CHANNEL_DATA, CHANNEL_OPEN, CHANNEL_SUCCESS, GLOBAL_REQUEST, Hostile, PACKET, data, large,
};
use crate::wire::{IGNORE, Message};

/// What a host does meanwhile.
const HOSTILE_FOR: Duration = Duration::from_secs(5);

fn case(name: &'static str, act: Act) -> Case<Act> {
    Case {
        name,
        act,
        codes: &[],
        seconds: "60",
    }
}

fn run(case: &Case<Act>) -> Result<Outcome, String> {
    let server = Hostile::start(case.act);
    let client = client_of(&server);
    let begun = std::time::Instant::now();
    let mut opened = client.open(crate::run::HOST);
    let pid = opened.pid();
    let (finished, peak) = watched(pid, || {
        opened.wait_phase("ready");
        std::thread::sleep(HOSTILE_FOR);
        opened.interrupt();
        opened.wait_exit_within(Duration::from_secs(20))
    });
    if peak > MEMORY {
        return Err(format!("{} MiB of memory", peak >> 10));
    }
    if !matches!(finished.code, Some(0 | 130)) {
        return Err(format!("{finished}"));
    }
    left(&client)?;
    if server.is_left_within(Duration::from_secs(10)) {
        Ok(Outcome::new(finished, begun.elapsed(), peak))
    } else {
        Err("a connection was left".into())
    }
}

#[test]
fn an_open_tunnel_to_a_host_that_turns_hostile_stays_small_and_ends_when_told() {
    let cases = [
        case("silent", |wire| {
            Far::serve_until_ready(wire)?;
            wire.fall_silent()
        }),
        case("messages to be ignored", |wire| {
            Far::serve_until_ready(wire)?;
            wire.flood(&Message::new(IGNORE).string(large(b'x')))
        }),
        case("answers that nobody waits for", |wire| {
            Far::serve_until_ready(wire)?;
            wire.flood(&Message::new(CHANNEL_SUCCESS).number(0))
        }),
        case("messages that nobody knows", |wire| {
            Far::serve_until_ready(wire)?;
            wire.flood(&Message::new(200).string(large(0)))
        }),
        case("requests whose answers are not read", |wire| {
            Far::serve_until_ready(wire)?;
            let request = Message::new(GLOBAL_REQUEST).string("keepalive@openssh.com");
            wire.flood(&request.byte(1))
        }),
        case(
            "data for channels that are closed or were never open",
            |wire| {
                Far::serve_until_ready(wire)?;
                wire.flood(&data(9999, &large(b'x')))
            },
        ),
        case("data for every channel, beyond its window", |wire| {
            Far::serve_until_ready(wire)?;
            let packets = (0..16).flat_map(|number| wire.packet(&data(number, &large(b'x')).0));
            let packets: Vec<u8> = packets.collect();
            wire.raw(&packets)?;
            wire.flood(&data(1, &large(b'x')))
        }),
        case("channels that the client never asked for", |wire| {
            Far::serve_until_ready(wire)?;
            let open = Message::new(CHANNEL_OPEN)
                .string("forwarded-tcpip")
                .number(1);
            let open = open.number(1 << 20).number(PACKET).string("127.0.0.1");
            wire.flood(&open.number(22).string("127.0.0.1").number(22))
        }),
        case("zeros in place of packets", |wire| {
            Far::serve_until_ready(wire)?;
            wire.repeat(&[0; 4096])
        }),
        case("a message without a body", |wire| {
            Far::serve_until_ready(wire)?;
            wire.flood(&Message::new(CHANNEL_DATA))
        }),
    ];
    hold_open(&cases, run);
}
