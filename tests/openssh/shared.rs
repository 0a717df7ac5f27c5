//! A connection that an `ssh` of the user's has open already.

use rustix::process::Signal;

use crate::scene::{SOON, configure};
use crate::support::{Live, Sshd, eventually, http};
use crate::user::{Users, client_of, processes, socket, use_host};

#[test]
fn a_connection_that_is_open_is_used_and_nobody_logs_in_again() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    let mut users = Users::log_in(&client);
    // No other login is left.
    sshd.set_authorized_keys("");
    use_host(&sshd, &client, 1);
    assert_eq!(sshd.connections(), 1);
    assert!(users.is_running(), "it is the user's");
    assert!(socket(&client).exists());
}

#[test]
fn without_a_wish_an_open_connection_is_taken_and_a_stale_socket_is_not() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    let users = Users::log_in(&client);
    configure(&client, "");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    assert_eq!(sshd.connections(), 1);
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    // As after a crash: the socket stays.
    users.signal(Signal::KILL);
    assert!(eventually(SOON, || processes(&client).is_empty()));
    assert!(socket(&client).exists());
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!(sshd.connections(), 2);
}

#[test]
fn a_connection_of_the_users_that_ends_is_made_again() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    let users = Users::log_in(&client);
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    assert_eq!(sshd.connections(), 1);
    users.signal(Signal::TERM);
    live.wait_lost(SOON);
    let after = live.wait_ready();
    assert_eq!(before["server"], after["server"]);
    assert_eq!(before["local_port"], after["local_port"]);
    assert_eq!(http::api(&after, "api/status").status, 200);
    assert_eq!(sshd.connections(), 2);
}
