//! Opening a page in the browser.

/// Opens `url` in `browser`, or the system's own. It does not wait: `xdg-open` may last as long as
/// the browser does.
pub fn open(url: &str, browser: Option<&str>) -> Result<(), String> {
    let result = match browser {
        Some(browser) => open::with_detached(url, browser),
        None => open::that_detached(url),
    };
    result.map_err(|error| match browser {
        Some(browser) => format!("`{browser}`: {error}; check `browser` in the configuration"),
        None => error.to_string(),
    })
}
