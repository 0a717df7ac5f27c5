//! What reaches the app from outside its menu: signals, a second start, a changed configuration.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tao::event_loop::EventLoopProxy;

use super::Signal;
use crate::config::Config;
use crate::control::{self, Claim, Lease, Listening, Request};
use crate::platform::runtime_folder;

/// The app's own name among those of the hosts, none of which may hold this character.
const NAME: &str = "app\0";
/// A request is one short line.
const REQUEST_LIMIT: u64 = 4 << 10;
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The right to be the one app of this account; none if another one runs, which is asked to open
/// its usual host.
pub fn claim() -> io::Result<Option<Lease>> {
    match control::claim(&runtime_folder()?, NAME)? {
        Claim::Ours(lease) => Ok(Some(lease)),
        Claim::Theirs(client) => {
            let request = Request::Open {
                browser: true,
                notebook: None,
            };
            client.ask(&request)?.for_each(drop);
            Ok(None)
        }
    }
}

/// Passes on what later starts ask for.
pub fn listen(listening: Listening, proxy: EventLoopProxy<Signal>) -> io::Result<()> {
    spawn("second starts", move || {
        for stream in listening.askers() {
            let mut line = String::new();
            let read = stream
                .set_read_timeout(Some(PATIENCE))
                .and_then(|()| BufReader::new((&stream).take(REQUEST_LIMIT)).read_line(&mut line));
            let asked = read.is_ok() && serde_json::from_str::<Request>(&line).is_ok();
            if asked && proxy.send_event(Signal::Summoned).is_err() {
                return;
            }
        }
    })
}

/// The first signal quits as the menu does; a second one ends the process, for a quit that hangs.
pub fn quit_on_signal(proxy: EventLoopProxy<Signal>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    spawn("signals", move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            let _ = proxy.send_event(Signal::Chosen("quit".to_owned()));
        }
        if signals.next().is_some() {
            std::process::exit(130);
        }
    })
}

/// Reads the configuration again whenever its file changes. A look every two seconds costs
/// nothing, and works on every file system.
pub fn watch(config: &Config, proxy: EventLoopProxy<Signal>) -> io::Result<()> {
    let path = config.path.clone();
    // Not from before the first reading: what changed in between would be missed.
    let mut seen = None;
    spawn("configuration", move || {
        loop {
            let now = Some(stamp(&path));
            if now != seen {
                seen = now;
                let signal = Signal::Configured(Config::load(&path).map(Box::new));
                if proxy.send_event(signal).is_err() {
                    return;
                }
            }
            std::thread::sleep(LOOK_EVERY);
        }
    })
}

/// Changes with the file.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = std::thread::Builder::new().name(name.to_owned());
    builder.spawn(work).map(drop)
}
