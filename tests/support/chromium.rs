//! A real Chromium without a screen, whose tab is watched and clicked over its debugging port.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::websocket::Websocket;
use super::{eventually, folder, http};

/// A page of Jupyter's may take so long on a busy computer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Dropping it ends it.
pub struct Chromium {
    child: Child,
    folder: TempDir,
}

impl Chromium {
    /// Opens a tab.
    pub fn open(url: &str) -> Self {
        let folder = folder("rj-chromium-");
        let profile = format!("--user-data-dir={}", folder.path().display());
        let name = ["chromium", "google-chrome"].into_iter().find(|name| {
            let mut version = Command::new(name);
            version
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            version.status().is_ok_and(|status| status.success())
        });
        let child = Command::new(name.expect("a Chromium"))
            // Root has to ask it to run without a sandbox.
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--lang=en",
            ])
            .args([
                "--remote-debugging-port=0",
                "--window-size=900,600",
                profile.as_str(),
                url,
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        Self { child, folder }
    }

    fn port(&self) -> Option<u16> {
        let text = fs::read_to_string(self.folder.path().join("DevToolsActivePort")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// The tabs, as the debugging port lists them.
    fn tabs(&self) -> Vec<Value> {
        let list = self.port().and_then(|port| {
            let reply = http::try_get(&format!("http://127.0.0.1:{port}/json")).ok()?;
            serde_json::from_str::<Vec<Value>>(&reply.body).ok()
        });
        let is_page = |tab: &Value| tab["type"] == "page";
        list.unwrap_or_default()
            .into_iter()
            .filter(is_page)
            .collect()
    }

    /// The title and the address of the tab.
    pub fn tab(&self) -> (String, String) {
        let tab = self.tabs().pop().unwrap_or_default();
        let text = |name: &str| tab[name].as_str().unwrap_or_default().to_owned();
        (text("title"), text("url"))
    }

    /// Waits until the tab's title holds this.
    pub fn wait_title(&self, part: &str) {
        let shown = eventually(PATIENCE, || self.tab().0.contains(part));
        assert!(shown, "no \"{part}\" in {:?}", self.tab());
    }

    /// Goes to an address in the same tab.
    pub fn visit(&self, url: &str) {
        call(
            &mut self.debugger(),
            "Page.navigate",
            &json!({ "url": url }),
        );
    }

    /// What stands in the page, as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A page that is loading itself again has none, and its tab answers nothing.
        let there = eventually(PATIENCE, || {
            let value = self.try_evaluate("document.body.innerText");
            text = value
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default();
            !text.is_empty()
        });
        assert!(there, "an empty page: {:?}", self.tab());
        text
    }

    /// Lets the page compute something, as its user could.
    pub fn evaluate(&self, expression: &str) -> Value {
        let value = self.try_evaluate(expression);
        value.unwrap_or_else(|| panic!("no answer to {expression}"))
    }

    /// The same, for a tab that may be on its way to another page.
    pub fn try_evaluate(&self, expression: &str) -> Option<Value> {
        let mut debugger = self.try_debugger()?;
        let parameters =
            json!({ "expression": expression, "userGesture": true, "returnByValue": true });
        let result = try_call(&mut debugger, "Runtime.evaluate", &parameters).ok()?;
        Some(result["result"]["value"].clone())
    }

    /// Presses a key; the one with Ctrl if `ctrl`.
    pub fn press(&self, key: &str, ctrl: bool) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            letter => u32::from(letter.to_uppercase().as_bytes()[0]),
        };
        let mut event =
            json!({ "key": key, "windowsVirtualKeyCode": code, "modifiers": u8::from(ctrl) * 2 });
        if key == "Enter" {
            event["text"] = json!("\r");
        }
        let mut debugger = self.debugger();
        for kind in ["keyDown", "keyUp"] {
            event["type"] = json!(kind);
            call(&mut debugger, "Input.dispatchKeyEvent", &event);
        }
    }

    /// Types a text into what has the focus.
    pub fn type_text(&self, text: &str) {
        let text = json!({ "text": text });
        call(&mut self.debugger(), "Input.insertText", &text);
    }

    /// Takes a picture of the tab in a light or dark scheme.
    pub fn picture(&self, scheme: &str, file: &Path) {
        let mut debugger = self.debugger();
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        call(&mut debugger, "Emulation.setEmulatedMedia", &features);
        let picture = call(&mut debugger, "Page.captureScreenshot", &json!({}));
        let data = picture["data"].as_str().expect("a picture");
        fs::write(file, Base64::decode_vec(data).unwrap()).unwrap();
    }

    fn debugger(&self) -> Websocket {
        self.try_debugger().expect("its debugging port, and a tab")
    }

    fn try_debugger(&self) -> Option<Websocket> {
        let (port, tab) = (self.port()?, self.tabs().pop()?);
        let path = format!("/devtools/page/{}", tab["id"].as_str()?);
        Some(Websocket::connect(port, &path, ""))
    }
}

/// Calls a method of the debugging protocol.
fn call(debugger: &mut Websocket, method: &str, parameters: &Value) -> Value {
    let result = try_call(debugger, method, parameters);
    result.unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// The same, for a tab that may be on its way to another page.
fn try_call(debugger: &mut Websocket, method: &str, parameters: &Value) -> Result<Value, String> {
    debugger.send(&json!({ "id": 1, "method": method, "params": parameters }).to_string());
    loop {
        let text = debugger.receive().ok_or("the debugging port was closed")?;
        let message: Value = serde_json::from_str(&text).unwrap();
        if message["id"] == 1 {
            return match message["error"] {
                Value::Null => Ok(message["result"].clone()),
                _ => Err(message.to_string()),
            };
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
