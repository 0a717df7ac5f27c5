//! How connections get their channels: side by side, and from spares that were opened before.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use crate::support::process::PATIENCE;
use crate::support::services::{Service, exchange};
use crate::support::{Client, Options, Sshd, Tunnel, eventually};

/// Spare channels at rest.
const SPARES: usize = 6;

fn plain(config: &[&str]) -> (Sshd, Client) {
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config: config.iter().map(|&line| line.into()).collect(),
        ..Options::default()
    });
    let client = Client::of(&sshd);
    (sshd, client)
}

/// A port that answers no connection: its queue is full.
#[cfg(target_os = "linux")]
fn black_hole() -> (u16, Vec<socket2::Socket>) {
    use socket2::{Domain, SockAddr, Socket, Type};
    use std::net::{Ipv4Addr, SocketAddr};
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    listener.bind(&any).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut all = vec![listener];
    for _ in 0..4 {
        let filler = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        filler.set_nonblocking(true).unwrap();
        let _ = filler.connect(&address);
        all.push(filler);
    }
    thread::sleep(Duration::from_millis(100));
    (address.as_socket().unwrap().port(), all)
}

#[cfg(target_os = "linux")]
#[test]
fn a_target_that_never_answers_holds_up_no_other() {
    let (_sshd, client) = plain(&[]);
    let (hole, _full) = black_hole();
    let tunnel = Tunnel::to(&client, &[hole, Service::echo().port]);
    let _hanging: Vec<_> = (0..3).map(|_| tunnel.connect_to(0)).collect();
    thread::sleep(Duration::from_millis(300));
    let began = std::time::Instant::now();
    assert_eq!(
        exchange(tunnel.connect_to(1), b"still here?"),
        b"still here?"
    );
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(tunnel.refusals(), [] as [String; 0], "nothing was given up");
}

#[test]
fn spare_channels_are_open_before_a_connection_and_replaced_after_it() {
    // They are no sessions: a server that gives one alone gives them too.
    for config in [&[][..], &["MaxSessions 1"]] {
        let (_sshd, client) = plain(config);
        let echo = Service::echo();
        let tunnel = Tunnel::with_spares(&client, echo.port);
        let live = |count| {
            let are = eventually(PATIENCE, || echo.live() == count);
            assert!(are, "{config:?}: {}", echo.live());
        };
        live(SPARES);
        let mut stream = tunnel.connect();
        stream.write_all(b"hello").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        live(SPARES + 1);
        drop(stream);
        live(SPARES);
        drop(tunnel);
        live(0);
    }
}

#[test]
fn more_connections_at_once_than_spares_keep_their_bytes_apart() {
    let (_sshd, client) = plain(&[]);
    let tunnel = Tunnel::with_spares(&client, Service::echo().port);
    thread::scope(|scope| {
        for number in 0..60_u32 {
            let stream = tunnel.connect();
            scope.spawn(move || {
                let data = number.to_be_bytes().repeat(5000);
                assert!(exchange(stream, &data) == data, "{number}");
            });
        }
    });
}

#[test]
fn other_forwards_have_no_spare_channels() {
    let (_sshd, client) = plain(&[]);
    let echo = Service::echo();
    let tunnel = Tunnel::to(&client, &[echo.port]);
    assert_eq!(exchange(tunnel.connect(), b"hello"), b"hello");
    assert!(eventually(PATIENCE, || echo.live() == 0));
}

#[test]
fn a_spare_channel_that_the_server_has_closed_reaches_no_connection() {
    let (_sshd, client) = plain(&[]);
    // As a server does that waits for no request longer than that.
    let impatient = Service::start(|mut stream| {
        stream
            .set_read_timeout(Some(Duration::from_secs(1)))
            .unwrap();
        let mut buffer = [0; 5];
        if stream.read_exact(&mut buffer).is_ok() {
            let _ = stream.write_all(&buffer);
        }
    });
    let tunnel = Tunnel::with_spares(&client, impatient.port);
    for _ in 0..3 {
        assert!(eventually(PATIENCE, || impatient.live() > 0));
        assert!(
            eventually(PATIENCE, || impatient.live() == 0),
            "none is opened again in vain"
        );
        thread::sleep(Duration::from_millis(500));
        assert_eq!(impatient.live(), 0);
        let mut stream = tunnel.connect();
        stream.write_all(b"hello").unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
    }
}

#[test]
fn a_remote_host_that_refuses_spare_channels_is_not_asked_on_and_on() {
    let (sshd, client) = plain(&["PermitOpen 127.0.0.1:9"]);
    let tunnel = Tunnel::with_spares(&client, Service::echo().port);
    let refused = || sshd.log().matches("the request was denied").count();
    thread::sleep(Duration::from_secs(1));
    let before = refused();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(refused(), before);
    assert!(tunnel.stands());
}
