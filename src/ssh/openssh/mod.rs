//! The transport that the system's `ssh` is: one of its processes has the connection, and shares it over its control
//! socket (OpenSSH's `PROTOCOL.mux`). Each command and each forwarded connection is a channel of that connection.

mod askpass;
pub(super) mod channel;
pub(super) mod connection;
mod control;
mod folder;
mod fuzz;
mod greeting;
mod login;
mod master;
mod message;
mod open;
mod question;
mod refusal;
mod request;
mod said;
mod streams;
mod traffic;
mod transcript;
mod unix_forward;

pub use askpass::answer as answer_as_askpass;
pub use folder::end_all_left_behind;
pub(crate) use fuzz::{read_answers, read_words};
pub use open::{share, start};
pub use said::OpensshCause;
