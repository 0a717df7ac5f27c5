//! Opening a page in the browser.

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
        Some(browser) => say!("browser-failed", browser = browser, why = error.to_string()),
        None => error.to_string(),
    })
}
