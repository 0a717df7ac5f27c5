//! Samples that the tests of the menu and the model share.

use crate::secret::Secret;
use crate::session::{Event, Forwarded, Ready, ServerInfo};

/// Returns the event of an open tunnel to a server on that node.
pub fn ready(node: &str) -> Event {
    Event::Ready(Box::new(Ready {
        url: Secret::new("http://localhost:8890/lab?token=t"),
        local_port: 8890,
        server: ServerInfo {
            host: node.into(),
            port: Some(8888),
            socket: None,
            pid: 7,
            version: "2.1".into(),
            base_url: "/".into(),
        },
        job: None,
        reused: true,
        again: false,
        forwards: vec![Forwarded {
            name: "TensorBoard".into(),
            local_port: 16006,
            remote: String::new(),
        }],
    }))
}
