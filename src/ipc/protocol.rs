//! Requests and answers, and the JSON events of the command line: one object a line.

mod message;
mod request;

pub use message::{LogText, Message, MessageBody};
pub use request::{AppRequest, HolderGreeting, Request, read_request, request_line};

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
