//! A websocket as a page has one: what the browser does, and no more.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::http;

/// A client that answers no pings by itself: nothing here runs unless somebody reads.
pub struct Websocket {
    stream: TcpStream,
    came: Vec<u8>,
}

impl Websocket {
    /// Opens it at that path below the base URL of the server of a `ready` event.
    pub fn open(ready: &Value, path: &str) -> Self {
        let port = u16::try_from(ready["local_port"].as_u64().unwrap()).unwrap();
        let base = ready["server"]["base_url"].as_str().unwrap();
        let token = http::token(ready["url"].as_str().unwrap()).unwrap();
        let login = format!("Authorization: token {token}\r\n");
        Self::connect(port, &format!("{base}{path}"), &login)
    }

    /// Opens it at that path of a local port, with further header lines.
    pub fn connect(port: u16, path: &str, lines: &str) -> Self {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(600)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             {lines}Sec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Self {
            stream,
            came: Vec::new(),
        }
    }

    /// Sends a text.
    pub fn send(&mut self, text: &str) {
        self.put(1, text.as_bytes());
    }

    fn put(&mut self, opcode: u8, data: &[u8]) {
        let mut frame = vec![0x80 | opcode];
        let size = u16::try_from(data.len()).expect("a short text");
        if size < 126 {
            frame.push(0x80 | u8::try_from(size).unwrap());
        } else {
            frame.push(0xfe);
            frame.extend(size.to_be_bytes());
        }
        frame.extend([0; 4]);
        frame.extend(data);
        self.stream.write_all(&frame).unwrap();
    }

    /// The next text; answers pings on the way. Nothing at the end.
    pub fn receive(&mut self) -> Option<String> {
        loop {
            let (opcode, data) = self.frame()?;
            match opcode {
                8 => return None,
                9 => self.put(10, &data),
                1 => return Some(String::from_utf8(data).unwrap()),
                _ => {}
            }
        }
    }

    /// Waits for the server's next ping, and answers it.
    pub fn wait_ping(&mut self) {
        loop {
            let (opcode, data) = self.frame().expect("the websocket stays open");
            if opcode == 9 {
                return self.put(10, &data);
            }
        }
    }

    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let head = self.take(2)?;
        let size = match head[1] & 127 {
            126 => self
                .take(2)?
                .iter()
                .fold(0, |all, byte| all << 8 | usize::from(*byte)),
            127 => self
                .take(8)?
                .iter()
                .fold(0, |all, byte| all << 8 | usize::from(*byte)),
            size => usize::from(size),
        };
        Some((head[0] & 15, self.take(size)?))
    }

    fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        while self.came.len() < size {
            let mut buffer = [0; 16 << 10];
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(more) => self.came.extend(&buffer[..more]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("the websocket is silent: {error}"),
            }
        }
        let rest = self.came.split_off(size);
        Some(std::mem::replace(&mut self.came, rest))
    }

    /// Lets the kernel at the other end run a cell.
    pub fn execute(&mut self, code: &str) {
        let message = json!({
            "channel": "shell",
            "header": {
                "msg_id": "m1", "msg_type": "execute_request", "username": "", "session": "s1",
                "date": "2026-01-01T00:00:00Z", "version": "5.3",
            },
            "parent_header": {},
            "metadata": {},
            "content": {
                "code": code, "silent": false, "store_history": false, "user_expressions": {},
                "allow_stdin": false, "stop_on_error": true,
            },
        });
        self.send(&message.to_string());
    }

    /// Returns the output of the cell, until it has been run; `tell` is called with all of it after each piece.
    pub fn output(&mut self, mut tell: impl FnMut(&str)) -> String {
        let mut all = String::new();
        loop {
            let text = self.receive().expect("the websocket stays open");
            let message: Value = serde_json::from_str(&text).unwrap();
            match message["header"]["msg_type"].as_str() {
                Some("stream") => {
                    all += message["content"]["text"].as_str().unwrap();
                    tell(&all);
                }
                Some("execute_reply") => {
                    assert_eq!(message["content"]["status"], "ok", "{message}");
                    return all;
                }
                _ => {}
            }
        }
    }
}
