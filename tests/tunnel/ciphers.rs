//! Every cipher that libssh2 and the server share carries every byte, in packets of any size and while keys change.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::thread;

use crate::support::services::{Service, check_pattern, exchange, send_pattern};
use crate::support::{Client, Options, Sshd, Tunnel};

const SIZE: u64 = 6 << 20;

/// Ciphers, each with a MAC over the plain text and one over the encrypted text, where it has none of its own.
const SUITES: [&[&str]; 8] = [
    &["Ciphers aes128-gcm@openssh.com"],
    &["Ciphers aes256-gcm@openssh.com"],
    &["Ciphers chacha20-poly1305@openssh.com"],
    &["Ciphers aes128-ctr", "MACs hmac-sha2-256"],
    &["Ciphers aes192-ctr", "MACs hmac-sha2-512-etm@openssh.com"],
    &["Ciphers aes256-ctr", "MACs hmac-sha2-256-etm@openssh.com"],
    &["Ciphers aes128-cbc", "MACs hmac-sha2-256"],
    &["Ciphers aes256-cbc", "MACs hmac-sha2-512-etm@openssh.com"],
];

fn carries_all(suite: &[&str]) {
    let mut config: Vec<String> = suite.iter().map(|&line| line.into()).collect();
    config.push("RekeyLimit 2M".into());
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config,
        ..Options::default()
    });
    let client = Client::of(&sshd);
    let choice = format!("\nHost *\n{}\n", suite.join("\n"));
    let mut ssh_config = OpenOptions::new();
    let mut ssh_config = ssh_config
        .append(true)
        .open(client.path("ssh_config"))
        .unwrap();
    ssh_config.write_all(choice.as_bytes()).unwrap();
    let services = [Service::echo(), Service::source(SIZE), Service::sink()];
    let tunnel = Tunnel::to(&client, &services.each_ref().map(|service| service.port));
    for size in (0..40).chain([255, 4095, 32_699, 32_700, 32_701, 200_000]) {
        let data: Vec<u8> = (0..=255).cycle().take(size).collect();
        assert!(exchange(tunnel.connect_to(0), &data) == data, "{size}");
    }
    let (down, mut up) = (tunnel.connect_to(1), tunnel.connect_to(2));
    thread::scope(|scope| {
        let down = scope.spawn(move || check_pattern(&down));
        send_pattern(&up, SIZE).unwrap();
        let mut answer = String::new();
        up.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, SIZE.to_string());
        assert_eq!(down.join().unwrap(), SIZE);
    });
    assert!(tunnel.stands(), "{suite:?}");
}

#[test]
fn every_cipher_carries_every_byte() {
    for suite in SUITES {
        carries_all(suite);
    }
}
