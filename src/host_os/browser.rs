//! Opening a page in the browser.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::i18n::fl;

/// An opener that fails says so within this time; what ends later was a browser.
const WATCH: Duration = Duration::from_secs(10);

/// Opens `url` in `browser`, or the system's own. Does not wait: `xdg-open` may last as long as the
/// browser does. If the opener starts and fails soon after, `failed` is called from another thread.
///
/// # Errors
/// In words, why nothing was started.
pub fn open(
    url: &str,
    browser: Option<&str>,
    failed: impl FnOnce(String) + Send + 'static,
) -> Result<(), String> {
    let url = url.to_owned();
    let started = match browser {
        Some(browser) => Some((start(&url, browser)?, browser.to_owned())),
        None => None,
    };
    let watch = move || {
        let result = match started {
            Some((child, browser)) => watch(child).map_err(|error| told(&browser, &error)),
            // Its words hold the address, which is nobody else's business.
            None => open::that_detached_with_timeout(url, WATCH).map_err(|_| fl!("browser-nobody")),
        };
        if let Err(why) = result {
            failed(why);
        }
    };
    let thread = std::thread::Builder::new().name("browser".into());
    thread.spawn(watch).map(drop).map_err(|why| why.to_string())
}

/// Starts the program in a group of its own: Ctrl-C is not meant for it.
fn start(url: &str, browser: &str) -> Result<Child, String> {
    let mut command = open::with_command(url, browser);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::null()).process_group(0);
    command.spawn().map_err(|error| told(browser, &error))
}

fn watch(mut child: Child) -> io::Result<()> {
    let began = Instant::now();
    let status = child.wait()?;
    if status.success() || began.elapsed() > WATCH {
        return Ok(());
    }
    Err(io::Error::other(status.to_string()))
}

/// Checks that the configured browser can be started, as far as the system tells that beforehand: on
/// a Mac it is the name of an application.
///
/// # Errors
/// The reason why it would not start, as text.
pub fn check(browser: &str) -> Result<(), String> {
    if cfg!(target_os = "macos") || is_program(browser) {
        return Ok(());
    }
    // As a start would fail, in the words of the system.
    let missing = io::Error::from(rustix::io::Errno::NOENT);
    Err(told(browser, &missing))
}

/// As the system looks for a program: a path, else a name in one of the folders of `PATH`.
fn is_program(name: &str) -> bool {
    let can_run = |path: &Path| {
        let meta = path.metadata();
        meta.is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0)
    };
    if name.contains('/') {
        return can_run(Path::new(name));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| can_run(&folder.join(name)))
}

fn told(browser: &str, error: &io::Error) -> String {
    fl!("browser-failed", browser = browser, why = error.to_string())
}

#[cfg(test)]
#[cfg(not(target_os = "macos"))]
mod tests {
    use super::*;

    #[test]
    fn an_opener_that_fails_after_its_start_is_told() {
        for (browser, fails) in [("/bin/false", true), ("/bin/true", false)] {
            let (tell, told) = std::sync::mpsc::channel();
            let failed = move |why| {
                let _ = tell.send(why);
            };
            open("http://127.0.0.1:1/", Some(browser), failed).unwrap_or_default();
            let why = told.recv_timeout(WATCH).ok();
            assert_eq!(why.is_some_and(|why| why.contains("exit status: 1")), fails);
        }
    }

    #[test]
    fn a_browser_that_cannot_start_is_known_before() {
        for browser in ["sh", "/bin/sh"] {
            assert_eq!(check(browser), Ok(()));
        }
        for browser in ["/no/such/browser", "no-such-browser", "/etc/passwd", "/"] {
            let why = check(browser).unwrap_err();
            assert!(why.contains(browser), "{why}");
        }
    }
}
