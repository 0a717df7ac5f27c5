//! The settings page of the command, without a browser: its address, and requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use super::{Client, process};

/// Time for an answer of a page on a busy computer.
const ANSWER: Duration = Duration::from_secs(30);

/// `settings --no-browser`. Dropping it ends it.
pub struct Settings {
    child: Child,
    address: String,
}

/// An answer: its status, its head and its body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The cookie that it gives, as a request sends it.
    pub fn cookie(&self) -> String {
        let lines = self.head.lines();
        let cookie = lines
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let (_, cookie) = cookie.unwrap_or_else(|| panic!("no cookie: {}", self.head));
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Settings {
    /// Starts it, and takes in the address that it prints.
    pub fn start(client: &Client) -> Self {
        let mut command = client.command(&["settings", "--no-browser"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        lines.read_line(&mut line).expect("an address");
        Self {
            child,
            address: line.trim().to_owned(),
        }
    }

    /// The one-time address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        self.address.split('/').nth(2).expect("an address")
    }

    /// The path of the entrance.
    pub fn entrance(&self) -> &str {
        &self.address["http://".len() + self.host().len()..]
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request with these lines, and the right `Host` unless they have one.
    pub fn ask(&self, method: &str, path: &str, lines: &[&str], body: &str) -> Answer {
        let mut stream = self.connect();
        self.send(&mut stream, method, path, lines, body);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Answer {
            status: status.expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn send(&self, stream: &mut TcpStream, method: &str, path: &str, lines: &[&str], body: &str) {
        let own = format!("Host: {}", self.host());
        let has_host = lines.iter().any(|line| line.starts_with("Host:"));
        let mut head = vec![format!("{method} {path} HTTP/1.1")];
        head.extend((!has_host).then_some(own));
        head.extend(lines.iter().map(|line| (*line).to_owned()));
        head.push(format!("Content-Length: {}", body.len()));
        head.push("Connection: close".into());
        write!(stream, "{}\r\n\r\n{body}", head.join("\r\n")).expect("a connection");
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).expect("the page's port");
        stream.set_read_timeout(Some(ANSWER)).unwrap();
        stream
    }

    /// Enters as a browser does. Gives what the page knows then.
    pub fn enter(&self) -> Entered<'_> {
        let origin = format!("Origin: http://{}", self.host());
        let entered = self.ask("POST", self.entrance(), &[&origin], "");
        assert_eq!(entered.status, 303, "{entered:?}");
        let cookie = format!("Cookie: {}", entered.cookie());
        let page = self.ask("GET", "/", &[&cookie], "");
        let token = page.body.split("name=\"settings-token\" content=\"").nth(1);
        let token = token.and_then(|rest| rest.split('"').next());
        let token = format!("X-Settings-Token: {}", token.expect("a token"));
        Entered {
            settings: self,
            cookie,
            origin,
            token,
        }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        process::signal(&self.child, Signal::INT);
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let status = process::wait(&mut self.child, process::PATIENCE);
        status.expect("it ends")
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A page that has entered.
pub struct Entered<'a> {
    settings: &'a Settings,
    pub cookie: String,
    pub origin: String,
    pub token: String,
}

impl Entered<'_> {
    pub fn get(&self, path: &str) -> Answer {
        self.settings.ask("GET", path, &[&self.cookie], "")
    }

    pub fn state(&self) -> Value {
        self.get("/state").json()
    }

    /// Sends something as the page does.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let lines = [self.cookie.as_str(), &self.origin, &self.token];
        self.settings.ask("POST", path, &lines, &body.to_string())
    }

    /// Opens the stream of events, which is the page's own life.
    pub fn events(&self) -> BufReader<TcpStream> {
        let mut stream = self.settings.connect();
        let lines = [self.cookie.as_str()];
        self.settings
            .send(&mut stream, "GET", "/events", &lines, "");
        let mut events = BufReader::new(stream);
        let mut line = String::new();
        while !line.contains("open") {
            line.clear();
            let size = events.read_line(&mut line).expect("the head of the stream");
            assert!(size > 0, "no stream");
        }
        events
    }
}

/// Reads events until one is of that kind.
pub fn until(events: &mut impl BufRead, kind: &str) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        let mut line = String::new();
        let size = events.read_line(&mut line).expect("an event");
        assert!(size > 0, "the stream ended: {heard:?}");
        // The rest are the lengths of chunks, and empty lines.
        if let Some(data) = line.strip_prefix("data: ") {
            let event: Value = serde_json::from_str(data).expect("an event");
            heard.push(event);
            if heard.last().unwrap()["kind"] == kind {
                return heard;
            }
        }
    }
}
