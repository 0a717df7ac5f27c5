//! IPC between the programs of one account: the program that holds a host's tunnel listens on a
//! socket of its own (0600, in a 0700 folder), and the others send it requests instead of logging
//! in again.
//!
//! One request line of JSON, then answer lines of JSON: a greeting with the version of the holder,
//! then the same objects as `--json` prints.

mod broadcast;
mod client;
mod event_hook;
mod host_lock;
mod hosted_session;
mod protocol;
mod server;
mod version;

pub use broadcast::EventBroadcaster;
pub use client::{Client, Responses};
pub use event_hook::EventHook;
pub use host_lock::{
    APP, HostLock, IpcListener, LockHolder, LockResult, acquire, held_locks, held_since, holder,
};
pub use hosted_session::HostedSession;
pub use protocol::{AppRequest, LogText, Message, MessageBody, Request};
pub(crate) use protocol::{HolderGreeting, read_request};
pub use server::{receive, send};
