//! The transport that this program brings along: a session of libssh2 over a socket.

mod buffered_socket;
pub mod channel;
pub mod connection;
