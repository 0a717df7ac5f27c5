//! System events: sleep from logind, network changes from netlink.

use std::io;
use std::sync::Arc;
use std::thread::Builder;

use super::super::contract::SystemEventSink;
use super::{logind, netlink};

/// Reports changes from now on. Without logind, as in a container, only those of the network are
/// reported.
///
/// # Errors
/// When the kernel tells nothing either, or there is no thread to listen.
pub fn watch(tell: Box<SystemEventSink>) -> io::Result<()> {
    let tell: Arc<SystemEventSink> = tell.into();
    let theirs = Arc::clone(&tell);
    Builder::new()
        .name("sleep".into())
        .spawn(move || logind::listen(&*theirs))?;
    let socket = netlink::open()?;
    Builder::new()
        .name("network".into())
        .spawn(move || netlink::listen(&socket, &*tell))?;
    Ok(())
}
