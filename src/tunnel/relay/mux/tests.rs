//! Both ends together: `relay.py` runs as a child process, before servers of this machine.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, spawn};

use rustix::event::{PollFd, Timespec};

use super::*;

const MARK: &str = "6d61726b";

struct Rig {
    mux: Mux,
    child: Child,
    scratch: Vec<u8>,
}

impl Rig {
    fn new(place: &[&str]) -> Self {
        let (near, far) = UnixStream::pair().unwrap();
        let far: OwnedFd = far.into();
        let child = Command::new("python3")
            .args(["-I", "-c", PROGRAM, MARK])
            .args(place)
            .stdin(Stdio::from(far.try_clone().unwrap()))
            .stdout(Stdio::from(far))
            .spawn()
            .unwrap();
        Self {
            mux: Mux::new(near, "", MARK, Instant::now()).unwrap(),
            child,
            scratch: vec![0; CHUNK],
        }
    }

    fn before(port: u16) -> Self {
        Self::new(&["tcp", "127.0.0.1", &port.to_string()])
    }

    /// The browser's end of one more connection.
    fn connect(&mut self) -> UnixStream {
        let (browser, local) = UnixStream::pair().unwrap();
        local.set_nonblocking(true).unwrap();
        self.mux.add(Some(local.into()));
        browser
    }

    /// Takes turns like the forwarder, until the condition is true.
    fn turn_until(&mut self, mut is_so: impl FnMut(&mut Mux) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so(&mut self.mux) {
            assert!(Instant::now() < deadline, "it takes too long");
            if self.mux.work(Instant::now(), &mut self.scratch) {
                continue;
            }
            let wanted = self.mux.interest();
            let mut fds = Vec::new();
            for (_, fd, flags) in &wanted {
                fds.push(PollFd::from_borrowed_fd(*fd, *flags));
            }
            let pause = Timespec {
                tv_sec: 0,
                tv_nsec: 20_000_000,
            };
            rustix::event::poll(&mut fds, Some(&pause)).unwrap();
            let events: Vec<_> = fds.iter().map(PollFd::revents).collect();
            let who: Vec<_> = wanted.iter().map(|(who, ..)| *who).collect();
            for (who, events) in who.into_iter().zip(events) {
                self.mux.polled(who, events);
            }
        }
    }

    fn await_all<T>(&mut self, threads: Vec<JoinHandle<T>>) -> Vec<T> {
        self.turn_until(|_| threads.iter().all(JoinHandle::is_finished));
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends back what comes, to the end, and then ends.
fn echo(stream: &mut (impl Read + Write)) -> u64 {
    let mut buffer = vec![0; 50_000];
    let mut all = 0;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return all,
            Ok(size) => {
                all += size as u64;
                if stream.write_all(&buffer[..size]).is_err() {
                    return all;
                }
            }
        }
    }
}

fn echo_server() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    spawn(move || {
        for stream in listener.incoming() {
            spawn(move || echo(&mut stream.unwrap()));
        }
    });
    port
}

/// All byte values, and no two connections the same.
fn bytes(seed: u32, size: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..size).map(next).collect()
}

/// Writes all of it while reading what comes back, as a browser does.
fn exchange(mut browser: UnixStream, sent: Vec<u8>) -> JoinHandle<bool> {
    spawn(move || {
        let mut writer = browser.try_clone().unwrap();
        let copy = sent.clone();
        let writing = spawn(move || {
            writer.write_all(&copy).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let mut got = Vec::new();
        browser.read_to_end(&mut got).unwrap();
        writing.join().unwrap();
        got == sent
    })
}

#[test]
fn many_connections_keep_their_bytes_and_end_each_by_itself() {
    let mut rig = Rig::before(echo_server());
    let mut threads = Vec::new();
    for seed in 0..30_u32 {
        let size = 700_000 + seed as usize;
        threads.push(exchange(rig.connect(), bytes(seed, size)));
    }
    // More than one window.
    threads.push(exchange(rig.connect(), bytes(99, 5_000_000)));
    assert!(rig.await_all(threads).into_iter().all(|same| same));
    rig.turn_until(|mux| mux.lines.is_empty());
}

#[test]
fn a_reader_that_stalls_slows_no_other_and_holds_one_window() {
    let mut rig = Rig::before(echo_server());
    let stalled = rig.connect();
    let mut writer = stalled.try_clone().unwrap();
    spawn(move || writer.write_all(&bytes(1, 8 << 20)));
    let other = exchange(rig.connect(), bytes(2, 4 << 20));
    assert_eq!(rig.await_all(vec![other]), [true]);
    rig.turn_until(|mux| mux.lines.len() == 1);
    assert!(
        rig.mux
            .lines
            .values()
            .all(|line| line.down.len() <= WINDOW as usize)
    );
    assert!(rig.mux.out.len() <= CONGESTED + CHUNK + 9);
    assert!(!rig.mux.has_ended());
    drop(stalled);
}

#[test]
fn a_server_that_is_not_there_refuses_and_the_others_do_not_mind() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut rig = Rig::before(port);
    let mut browser = rig.connect();
    let mut reason = None;
    rig.turn_until(|mux| {
        reason = mux.take_refusal();
        reason.is_some()
    });
    assert_eq!(reason.as_deref(), Some("Connection refused"));
    assert_eq!(browser.read(&mut [0; 1]).unwrap(), 0);
    rig.mux.add(None);
    rig.turn_until(|mux| mux.take_refusal().is_some());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    spawn(move || echo(&mut listener.accept().unwrap().0));
    let again = exchange(rig.connect(), b"now".to_vec());
    assert_eq!(rig.await_all(vec![again]), [true]);
}

#[test]
fn a_probe_is_no_refusal_where_a_server_listens() {
    let mut rig = Rig::before(echo_server());
    rig.mux.add(None);
    rig.turn_until(|mux| mux.is_up() && mux.lines.is_empty());
    assert_eq!(rig.mux.take_refusal(), None);
}

#[test]
fn a_connection_that_the_server_breaks_off_is_no_refusal() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut rig = Rig::before(listener.local_addr().unwrap().port());
    spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        stream.write_all(b"some").unwrap();
        // What it has not read makes its close a reset.
        let _: TcpStream = stream;
    });
    let mut browser = rig.connect();
    browser.write_all(b"1234and more").unwrap();
    rig.turn_until(|mux| mux.is_up() && mux.lines.is_empty());
    assert_eq!(rig.mux.take_refusal(), None);
    let mut got = Vec::new();
    browser.read_to_end(&mut got).unwrap();
    assert!(b"some".starts_with(&got));
}

#[test]
fn a_unix_socket_is_reached_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's a sock");
    let listener = UnixListener::bind(&path).unwrap();
    spawn(move || echo(&mut listener.accept().unwrap().0));
    let mut rig = Rig::new(&["unix", path.to_str().unwrap()]);
    let thread = exchange(rig.connect(), b"GET / HTTP/1.1\r\n\r\n".to_vec());
    assert_eq!(rig.await_all(vec![thread]), [true]);
}

#[test]
fn the_program_ends_with_its_input() {
    let mut rig = Rig::before(echo_server());
    let _browser = rig.connect();
    rig.turn_until(|mux| mux.is_up());
    rig.mux.far.shutdown(Shutdown::Write).unwrap();
    rig.turn_until(|mux| mux.has_ended());
    assert!(rig.child.wait().unwrap().success());
}

#[test]
fn what_start_up_files_print_is_none_of_its_words() {
    let (near, mut far) = UnixStream::pair().unwrap();
    let mut mux = Mux::new(near, "exec it\n", MARK, Instant::now()).unwrap();
    let (browser, local) = UnixStream::pair().unwrap();
    local.set_nonblocking(true).unwrap();
    mux.add(Some(local.into()));
    let work = |mux: &mut Mux| {
        mux.polled(Who::Far, PollFlags::IN);
        while mux.work(Instant::now(), &mut vec![0; CHUNK]) {}
    };
    far.write_all(format!("Welcome! {MARK}\n{MARK} hello 6c\nrun {MARK} now\n\n").as_bytes())
        .unwrap();
    work(&mut mux);
    let mut got = [0; 8];
    far.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"exec it\n", "and nothing of a connection yet");
    assert!(!mux.is_up());
    let noise = format!("Welcome! {MARK}\nrun {MARK} now");
    assert_eq!(mux.noise(), noise);
    far.write_all(format!("{MARK}\n").as_bytes()).unwrap();
    work(&mut mux);
    assert!(mux.is_up());
    assert_eq!(mux.lines.len(), 1);
    drop(browser);
    far.write_all(b"slurmstepd: error: gone").unwrap();
    work(&mut mux);
    assert!(mux.has_ended(), "what is no frame is an end");
}

/// Asks for a holder at this socket. Gives this end of the connection, and where a refusal is put.
fn attach(rig: &mut Rig, path: &str) -> (UnixStream, Arc<OnceLock<String>>) {
    let (ours, local) = UnixStream::pair().unwrap();
    local.set_nonblocking(true).unwrap();
    let refusal = Arc::<OnceLock<_>>::default();
    rig.mux.attach(HolderRequest {
        local: local.into(),
        path: path.to_owned(),
        refusal: Arc::clone(&refusal),
    });
    (ours, refusal)
}

#[test]
fn a_holder_beside_the_server_is_reached_and_no_other_socket_is() {
    let folder = tempfile::Builder::new().prefix("rj-").tempdir().unwrap();
    let mut rig = Rig::before(echo_server());
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let holder = UnixListener::bind(at("sock")).unwrap();
    spawn(move || echo(&mut holder.accept().unwrap().0));
    let other = UnixListener::bind(at("other")).unwrap();
    other.set_nonblocking(true).unwrap();
    // The first one before the program's mark.
    let (attached, refusal) = attach(&mut rig, &at("sock"));
    let through = exchange(attached, b"held".to_vec());
    let beside = exchange(rig.connect(), b"as ever".to_vec());
    assert_eq!(rig.await_all(vec![through, beside]), [true, true]);
    assert_eq!(refusal.get(), None);
    let gone = at("gone/sock");
    for (path, reason) in [
        (at("other"), "no socket of a holder"),
        (gone, "no socket of a holder"),
        ("/nowhere/rj-0/sock".into(), "No such file or directory"),
    ] {
        let (mut attached, refusal) = attach(&mut rig, &path);
        rig.turn_until(|_| refusal.get().is_some());
        assert_eq!(refusal.get().map(String::as_str), Some(reason), "{path}");
        rig.turn_until(|mux| mux.lines.is_empty());
        assert_eq!(attached.read(&mut [0; 1]).unwrap(), 0);
    }
    // It is none of the server's.
    assert_eq!(rig.mux.take_refusal(), None);
    assert!(other.accept().is_err());
}

#[test]
fn a_program_that_is_started_beside_the_server_tells_what_it_prints_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("stays");
    // As a holder does: it prints, and goes on without its output.
    let program = "import os, sys, time\n\
        print(*sys.argv[1:], sep='\\n', flush=True)\n\
        if os.fork(): os._exit(0)\n\
        os.setsid()\n\
        for number in range(3): os.close(number)\n\
        time.sleep(.2)\n\
        open(sys.argv[1], 'w').close()\n";
    let mut rig = Rig::before(echo_server());
    let (mut output, local) = UnixStream::pair().unwrap();
    local.set_nonblocking(true).unwrap();
    let path = mark.to_str().unwrap();
    let words = [program, path, "", "it's"].join("\0");
    rig.mux.start_holder(local.into(), words);
    rig.turn_until(|mux| mux.is_up() && mux.lines.values().all(|line| line.came_all));
    let mut said = String::new();
    rig.turn_until(|mux| mux.lines.values().all(|line| line.down.is_empty()));
    output.read_to_string(&mut said).unwrap();
    assert_eq!(said, format!("{path}\n\nit's\n"));
    drop(output);
    rig.turn_until(|mux| mux.lines.is_empty());
    // The relay ends, and it does not.
    drop(rig);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !mark.exists() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
}
