//! The streams without an SSH connection, for [`crate::fuzz`]: whoever has the other end of a socket is the holder.

use std::os::unix::net::UnixStream;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::{Attachment, HolderAddress, ResumableStreams};
use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;

impl ResumableStreams {
    /// Streams whose holder is at the other end of `far`, and the connections that they begin with.
    pub(crate) fn attached(far: UnixStream, locals: Vec<Stream>, now: Instant) -> Option<Self> {
        let path = "/x".to_owned();
        let mut streams = Self::new(ForwardTarget::Unix { path: path.clone() });
        for local in locals {
            streams.add(local);
        }
        let secret = String::new();
        let address = HolderAddress { path, secret };
        let received = streams.streams.keys().map(|number| (*number, 0));
        let told = (Arc::<OnceLock<_>>::default(), now);
        let attachment = Attachment::new(far, &address, (received, streams.last), told);
        streams.attachment = Some(attachment.ok()?);
        Some(streams)
    }

    /// Takes a turn in which every socket is ready. False once the holder's word counts no more.
    pub(crate) fn turn(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        let Some(attachment) = &mut self.attachment else {
            return false;
        };
        attachment.polled(true, true);
        let mut progress = self.receive(now, scratch);
        for stream in self.streams.values_mut() {
            (stream.readable, stream.writable) = (true, true);
            progress |= stream.work(scratch);
        }
        self.send(now) | progress
    }

    /// Returns the number of bytes that it keeps.
    pub(crate) fn held(&self) -> usize {
        let streams = self.streams.values().map(super::ResumableStream::held);
        streams.sum::<usize>() + self.attachment.as_ref().map_or(0, Attachment::size)
    }
}
