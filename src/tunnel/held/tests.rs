//! Real browsers' requests at real ports.
#![allow(clippy::unwrap_used)]

use std::net::TcpStream;
use std::thread::sleep;

use super::*;
use crate::tunnel::listener::listen;

const PAGE: &str = "GET /lab HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Dest: document\r\n\r\n";
const DATA: &str = "GET /api HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Dest: empty\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\r\nsoon";

fn held() -> (HeldListeners, u16) {
    let bound = listen(None).unwrap();
    let target = ForwardTarget::Tcp {
        host: "127.0.0.1".into(),
        port: 8888,
    };
    let listener = ForwardListener {
        listeners: bound.listeners,
        target,
        has_spares: true,
    };
    let suspended = SuspendedListeners {
        forward_listeners: vec![listener],
        ..SuspendedListeners::default()
    };
    let page = Box::new(|| ANSWER.as_bytes().to_vec());
    (HeldListeners::new(suspended, page), bound.port)
}

fn send(port: u16, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

#[test]
fn a_new_page_is_answered_and_all_else_is_handed_on_as_it_came() {
    let (held, port) = held();
    let began = Instant::now();
    let _silent = send(port, "");
    let data = send(port, DATA);
    let mut slow = send(port, &PAGE[..20]);
    let mut page = send(port, PAGE);
    sleep(Duration::from_millis(100));
    slow.write_all(&PAGE.as_bytes()[20..]).unwrap();
    for page in [&mut page, &mut slow] {
        let mut answer = String::new();
        page.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, ANSWER);
    }
    assert!(
        began.elapsed() + Duration::from_millis(200) >= BRIEF,
        "{:?}",
        began.elapsed()
    );
    // No flash any more: the next one is answered at once.
    let again = Instant::now();
    send(port, PAGE).read_to_string(&mut String::new()).unwrap();
    assert!(
        again.elapsed() < Duration::from_secs(1),
        "{:?}",
        again.elapsed()
    );

    let suspended = held.release();
    assert_eq!(suspended.forward_listeners.len(), 1);
    let waiting: Vec<String> = suspended.waiting.iter().map(first_bytes).collect();
    assert_eq!(waiting, ["", DATA]);
    drop(data);
}

#[test]
fn a_page_of_a_loss_that_is_over_at_once_goes_to_jupyter() {
    let (held, port) = held();
    let _page = send(port, PAGE);
    sleep(Duration::from_millis(200));
    let waiting: Vec<String> = held.release().waiting.iter().map(first_bytes).collect();
    assert_eq!(waiting, [PAGE]);
}

#[test]
fn a_page_is_answered_however_many_connections_wait() {
    let (held, port) = held();
    let waiting: Vec<TcpStream> = (0..MOST + 20).map(|_| send(port, DATA)).collect();
    let mut answer = String::new();
    send(port, PAGE).read_to_string(&mut answer).unwrap();
    assert_eq!(answer, ANSWER);
    assert_eq!(held.release().waiting.len(), MOST - 1);
    drop(waiting);
}

#[test]
fn the_ports_are_free_once_it_is_dropped() {
    let (held, port) = held();
    let _page = send(port, DATA);
    drop(held);
    assert_eq!(listen(Some(port)).unwrap().port, port);
}

fn first_bytes(request: &OpenRequest) -> String {
    let OpenRequest::Link(local, _) = request else {
        return "no connection".into();
    };
    let mut buffer = [0; 1024];
    let mut local = local;
    let size = Read::read(&mut local, &mut buffer).unwrap_or_default();
    String::from_utf8_lossy(&buffer[..size]).into_owned()
}
