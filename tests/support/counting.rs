//! A cell that prints for seconds, as a page sees it: every line, once and in its order.

use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use serde_json::Value;

use super::http;
use super::websocket::Websocket;

/// A cell that prints a number five times a second, in a new kernel of the server of a `ready` event, and its websocket.
/// The channel gives the number of lines whenever one comes.
pub fn counting(ready: &Value, seconds: u64) -> (JoinHandle<String>, Receiver<usize>) {
    let made = http::post(ready, "api/kernels", "{}");
    let kernel: Value = serde_json::from_str(&made.body).unwrap();
    counting_in(ready, kernel["id"].as_str().unwrap(), seconds)
}

/// The same in a kernel that is there.
pub fn counting_in(
    ready: &Value,
    kernel: &str,
    seconds: u64,
) -> (JoinHandle<String>, Receiver<usize>) {
    let path = format!("api/kernels/{kernel}/channels?session_id=s1");
    let mut websocket = Websocket::open(ready, &path);
    let code = format!(
        "import time\nfor i in range({}):\n    print(i, flush=True)\n    time.sleep(.2)",
        5 * seconds
    );
    websocket.execute(&code);
    let (tell, told) = channel();
    let reader = std::thread::spawn(move || {
        websocket.output(|all| {
            let _ = tell.send(all.lines().count());
        })
    });
    (reader, told)
}

/// All that such a cell prints.
pub fn all_lines(seconds: u64) -> String {
    let numbers = (0..5 * seconds).map(|number| number.to_string());
    let lines: Vec<String> = numbers.chain([String::new()]).collect();
    lines.join("\n")
}
