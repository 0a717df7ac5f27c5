//! Samples that the tests of the menu and the model share.

use crate::secret::Secret;
use crate::session::{Event, Forwarded, KernelMemory, Listener, NodeUsage, Ready, ServerInfo};

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

/// Returns how busy a node is on which a program listens.
pub fn usage() -> NodeUsage {
    NodeUsage {
        node: "n".into(),
        has_server: true,
        load: Some(3.25),
        cores: Some(16),
        kernels: vec![KernelMemory {
            id: "k".into(),
            bytes: 3 << 29,
        }],
        listeners: vec![Listener {
            name: "MLflow".into(),
            port: 5000,
            remote: "127.0.0.1:5000".into(),
            is_known: true,
        }],
        can_forward: true,
        ..NodeUsage::default()
    }
}
