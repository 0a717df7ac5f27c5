//! The number of files and sockets that this process may have open.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Number of descriptors that are enough for thousands of connections. A Mac refuses more (`OPEN_MAX`).
const ENOUGH: u64 = 10_240;

/// Raises the soft limit, which a Mac sets to 256 for apps and most Linux systems to 1024: each connection of a page
/// takes one. Nothing here uses select(2), which the low limit is for.
pub fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(wanted);
        // A system that refuses leaves all as it was.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
