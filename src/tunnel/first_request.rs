//! Tells what a local connection is by its first request: a websocket, a new page, or anything else.

use std::io::ErrorKind;

use httparse::{Request, Status};

use crate::local_page::request::{asks_for_page, values};
use crate::ssh::Stream;

/// A longer header is none of a websocket's, and none of a page's. (Jupyter itself takes 64 KiB, with cookies.)
pub const LONGEST: usize = 32 << 10;

/// Number of headers that are read.
const HEADERS: usize = 100;

/// The kind of a connection, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// Nothing has come.
    Silent,
    /// The header has begun.
    Partial,
    /// A request for a websocket.
    Websocket,
    /// A browser's request for a new page, which is to fill a tab; with the length of the request.
    Page(usize),
    /// Anything else.
    Other,
}

/// Looks at what has come, and leaves it in the socket.
pub fn peek(local: &Stream, scratch: &mut [u8]) -> RequestKind {
    let Stream::Tcp(local) = local else {
        return RequestKind::Other;
    };
    let size = scratch.len().min(LONGEST);
    match local.peek(&mut scratch[..size]) {
        Ok(0) => RequestKind::Other,
        Ok(came) if came == size && kind(&scratch[..came]) == RequestKind::Partial => {
            RequestKind::Other
        }
        Ok(came) => kind(&scratch[..came]),
        Err(error) if error.kind() == ErrorKind::WouldBlock => RequestKind::Silent,
        Err(_) => RequestKind::Other,
    }
}

/// Tells what the first bytes of a connection begin.
pub fn kind(data: &[u8]) -> RequestKind {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    let size = match request.parse(data) {
        Ok(Status::Complete(size)) => size,
        // Any other method decides it before its header is here in full.
        Ok(Status::Partial) if request.method.is_none_or(|method| method == "GET") => {
            return RequestKind::Partial;
        }
        _ => return RequestKind::Other,
    };
    if values(request.headers, "upgrade").any(|value| value.eq_ignore_ascii_case(b"websocket")) {
        RequestKind::Websocket
    } else if asks_for_page(&request) {
        RequestKind::Page(size)
    } else {
        RequestKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBSOCKET: &str = "GET /api/kernels/1/channels HTTP/1.1\r\nHost: localhost:8888\r\n\
                             Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n";

    #[test]
    fn the_first_request_tells_what_a_connection_is() {
        for (request, is) in [
            (WEBSOCKET, RequestKind::Websocket),
            (&WEBSOCKET[..1], RequestKind::Partial),
            (&WEBSOCKET[..60], RequestKind::Partial),
            (
                "GET /lab HTTP/1.1\r\nHost: localhost\r\n\r\n",
                RequestKind::Other,
            ),
            ("PUT /api/contents/a HTTP/1.1\r\nHo", RequestKind::Other),
            ("\x16\x03\x01\x02", RequestKind::Other),
        ] {
            assert_eq!(kind(request.as_bytes()), is, "{request:?}");
        }
    }
}
