//! The SSH side: what OpenSSH's own configuration and key files say.

pub mod known_hosts;
pub mod resolve;
