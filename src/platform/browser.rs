//! Opening a page in the browser.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::words::say;

/// Opens `url` in `browser`, or the system's own. It does not wait: `xdg-open` may last as long as
/// the browser does.
///
/// # Errors
/// In words, why it did not open.
pub fn open(url: &str, browser: Option<&str>) -> Result<(), String> {
    let result = match browser {
        Some(browser) => open::with_detached(url, browser),
        None => open::that_detached(url),
    };
    result.map_err(|error| match browser {
        Some(browser) => failed(browser, &error),
        None => error.to_string(),
    })
}

/// Checks that the configured browser can be started, as far as the system tells that beforehand: on
/// a Mac it is the name of an application.
///
/// # Errors
/// In words, why it would not start.
pub fn check(browser: &str) -> Result<(), String> {
    if cfg!(target_os = "macos") || is_program(browser) {
        return Ok(());
    }
    // As a start would fail, in the words of the system.
    let missing = io::Error::from(rustix::io::Errno::NOENT);
    Err(failed(browser, &missing))
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

fn failed(browser: &str, error: &io::Error) -> String {
    say!("browser-failed", browser = browser, why = error.to_string())
}

#[cfg(test)]
#[cfg(not(target_os = "macos"))]
mod tests {
    use super::*;

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
