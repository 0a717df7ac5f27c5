//! What happens to the machine: sleep by logind's word, the network by the kernel's.

use std::io;
use std::sync::Arc;
use std::thread::Builder;

use super::super::contract::SystemEventSink;
use super::{logind, netlink};

/// Tells of changes from now on. Without logind, as in a container, only those of the network are
/// told.
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
