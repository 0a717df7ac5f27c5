//! A look at the machine of a host's server, and the ports found there.

use std::process::{Child, Command, Stdio};

use crate::desk::Desk;
use crate::support::process::PATIENCE;
use crate::support::sshd::free_port;
use crate::support::{Sshd, eventually, http, kernels};

/// A program there, ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_program_that_listens_is_found_at_a_click_and_opened_at_the_next() {
    let sshd = Sshd::start();
    let port = free_port([127, 0, 0, 1].into()).port();
    let server = format!(
        "from http.server import *\nHTTPServer(('127.0.0.1', {port}), SimpleHTTPRequestHandler).serve_forever()"
    );
    sshd.home().write("tensorboard", &server);
    let mut python = Command::new("python3");
    python.arg(sshd.home().path().join("tensorboard"));
    python.current_dir(sshd.home().path());
    let board = python.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let _board = Program(board.unwrap());
    let page = || http::try_get(&format!("http://127.0.0.1:{port}/")).is_ok();
    assert!(eventually(PATIENCE, page));

    let desk = Desk::around(sshd, &["gpu01"], "");
    desk.connect("gpu01");
    kernels::start_session(&desk.client, "gpu01", "a b.ipynb");
    desk.desktop.wait_within("● gpu01: 1 kernel, ", PATIENCE);
    let is_known = |text: &str| desk.desktop.texts().iter().any(|line| line.contains(text));
    assert!(!is_known("TensorBoard"), "nobody has asked");
    desk.desktop.click("gpu01 > Ports > Find Ports…");
    let listener = format!("gpu01 > Ports > TensorBoard (port {port})");
    let line = desk.desktop.wait_within(&listener, PATIENCE);
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    // The same look tells the kernel's memory, and the load in place of the words that ask for it.
    assert!(is_known("a b.ipynb (starting) · ") || is_known("a b.ipynb · "));
    desk.desktop.wait_for("gpu01 > load ");

    desk.desktop.click_id(line.id);
    let leads = "gpu01 > Ports > TensorBoard (localhost:";
    let forward = desk.desktop.wait_within(leads, PATIENCE);
    let number = forward
        .text
        .trim_end_matches(')')
        .rsplit(':')
        .next()
        .unwrap();
    let want = format!("http://localhost:{number}/");
    let opened = || desk.desktop.addresses().pop().unwrap_or_default();
    assert!(eventually(PATIENCE, || opened() == want), "{}", opened());
    assert_eq!(http::try_get(&want).unwrap().status, 200);
    assert!(
        !is_known(&format!("TensorBoard (port {port})")),
        "told once"
    );
}
