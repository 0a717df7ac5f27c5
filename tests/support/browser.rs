//! A browser without a screen or scripts: it goes where an address leads, and presses the one button that the page has.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Client, eventually};
use std::time::Duration;

/// Shell functions. `visit ADDRESS` prints the status of the page that a person would see in the end; the form's fields
/// stand in no argument.
pub const VISIT: &str = r#"
plain() { sed -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g'; }
value() { printf '%s' "$page" | sed -n "s/.*$1=\"\([^\"]*\)\".*/\1/p" | plain; }
field() {
    text=$(value "name=\"$1\" value" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')
    printf 'data-urlencode = "%s=%s"\n' "$1" "$text"
}
visit() {
    page=$(curl -sS -L -b '' -w '\n%{http_code}' "$1" 2>&1)
    case $page in
    *'name="token"'*) ;;
    *) printf '%s\n' "$page" | tail -n 1; return ;;
    esac
    { field token; field password; field next; } |
        curl -sS -L -b '' -o /dev/null -w '%{http_code}\n' -K - "$(value action)" 2>&1
}
"#;

/// Makes a browser of shell lines, for the configuration. They may `visit`, and `log NAME TEXT` for [`logged`].
pub fn script(client: &Client, lines: &str) -> String {
    let browser = client.path("browser");
    let log = format!(
        "log() {{ printf '%s\\n' \"$2\" >>'{}/browser-'\"$1\"; }}\n",
        client.path("").display()
    );
    fs::write(&browser, format!("#!/bin/sh\n{log}{VISIT}{lines}\n")).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o700)).unwrap();
    browser.to_string_lossy().into_owned()
}

/// The lines under that name, once there are so many.
pub fn logged(client: &Client, name: &str, count: usize) -> Vec<String> {
    let lines = || -> Vec<String> {
        let text = client.read(&format!("browser-{name}"));
        text.lines().map(str::to_owned).collect()
    };
    let came = eventually(Duration::from_secs(30), || lines().len() >= count);
    assert!(came, "{name}: {:?}", lines());
    lines()
}
