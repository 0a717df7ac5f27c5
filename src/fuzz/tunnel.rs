//! The two programs of the remote host that carry connections, as their other ends see them.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::ssh::Stream;
use crate::tunnel::{Frame, FrameReader, Mux, MuxFrame, RelayWho, ResumableStreams, ResumeFrame};

/// Bytes that are read at once.
const SCRATCH: usize = 16 << 10;
/// Bytes that a relay may hold for one connection, and a little more.
const MOST: usize = (1 << 20) + SCRATCH;

/// The bytes that a relay on a compute node sends, in two pieces.
pub fn relay_frames(bytes: &[u8]) {
    same_in_pieces::<MuxFrame>(bytes);
    let (Ok((ours, far)), now) = (UnixStream::pair(), Instant::now()) else {
        return;
    };
    let Ok(mut mux) = Mux::new(ours, "", "mark", now) else {
        return;
    };
    let browsers: Vec<UnixStream> = (0..2)
        .filter_map(|_| browser(&mut |local| mux.add(Some(local))))
        .collect();
    let mut scratch = vec![0; SCRATCH];
    let send = |bytes: &[u8]| {
        let _ = far.set_nonblocking(true);
        (&far).write(bytes).unwrap_or_default()
    };
    send(b"\nmark\n");
    let mut left = bytes;
    for _ in 0..4 {
        left = &left[send(left)..];
        mux.polled(RelayWho::Far, rustix::event::PollFlags::IN);
        for turn in 0..16 {
            mux.work(now + Duration::from_millis(10 * turn), &mut scratch);
        }
        drain(&far);
    }
    let _ = (mux.noise(), mux.take_refusal(), mux.is_carrying());
    drop(browsers);
}

/// The bytes that a holder on the remote host sends, in two pieces.
pub fn resume_frames(bytes: &[u8]) {
    same_in_pieces::<ResumeFrame>(bytes);
    let (Ok((ours, far)), now) = (UnixStream::pair(), Instant::now()) else {
        return;
    };
    let mut locals = Vec::new();
    let mut take = |local| locals.push(local);
    let browsers: Vec<UnixStream> = (0..2).filter_map(|_| browser(&mut take)).collect();
    let Some(mut streams) = ResumableStreams::attached(ours, locals, now) else {
        return;
    };
    for mut browser in &browsers {
        let _ = browser.write(b"GET / HTTP/1.1\r\n\r\n");
    }
    let mut scratch = vec![0; SCRATCH];
    let _ = far.set_nonblocking(true);
    let mut left = bytes;
    for _ in 0..4 {
        left = &left[(&far).write(left).unwrap_or_default()..];
        for _ in 0..16 {
            streams.turn(now, &mut scratch);
        }
        drain(&far);
        assert!(streams.held() <= 2 * MOST, "{} bytes", streams.held());
    }
    let _ = (
        streams.take_refusal(),
        streams.is_carrying(),
        streams.websockets(),
    );
    drop(browsers);
}

/// A connection, whose own end is handed over.
fn browser(take: &mut dyn FnMut(Stream)) -> Option<UnixStream> {
    let (browser, local) = UnixStream::pair().ok()?;
    local.set_nonblocking(true).ok()?;
    browser.set_nonblocking(true).ok()?;
    take(local.into());
    Some(browser)
}

fn drain(mut from: &UnixStream) {
    let mut buffer = [0; 4096];
    while matches!(from.read(&mut buffer), Ok(size) if size > 0) {}
}

/// However bytes are cut, they are the same frames.
fn same_in_pieces<F: Frame + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let whole = FrameReader::<F>::read_pieces([bytes]);
    assert_eq!(whole, FrameReader::read_pieces([first, second]));
}
