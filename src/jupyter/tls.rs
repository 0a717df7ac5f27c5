//! HTTPS to a server with a certificate of its own making, which no authority vouches for.
//!
//! The certificate is trusted because of the route to it: the SSH connection, and a port on which
//! the script has seen the user's own account listen. The certificate of the first answer is
//! pinned, and every later connection of the session has to show the same one. TLS itself proves
//! each time that the other end has the certificate's key.

use std::fmt;
use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use openssl::hash::MessageDigest;
use openssl::ssl::{HandshakeError, SslConnector, SslMethod, SslStream, SslVerifyMode};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

/// The SHA-256 of a certificate, which browsers show in the same form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: Vec<String> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&digits.join(":"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Another certificate than the one that is pinned was shown; nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("{seen} instead of {pinned}")]
pub struct OtherCertificate {
    pinned: Fingerprint,
    seen: Fingerprint,
}

/// The certificate that all connections have to show: the first one decides, where none is known.
#[derive(Debug, Clone, Default)]
pub struct Pin(Arc<OnceLock<Fingerprint>>);

impl Pin {
    /// Known from before, or not.
    pub fn new(known: Option<Fingerprint>) -> Self {
        let pin = Self::default();
        if let Some(known) = known {
            let _ = pin.0.set(known);
        }
        pin
    }

    /// The certificate, once a connection has shown it.
    pub fn get(&self) -> Option<Fingerprint> {
        self.0.get().copied()
    }

    fn accept(&self, seen: Fingerprint) -> Result<(), OtherCertificate> {
        let pinned = *self.0.get_or_init(|| seen);
        if pinned == seen {
            Ok(())
        } else {
            Err(OtherCertificate { pinned, seen })
        }
    }
}

/// Puts TLS around connections for `https`.
#[derive(Debug)]
pub struct PinnedTls(pub Pin);

impl<In: Transport> Connector<In> for PinnedTls {
    type Out = Either<In, Tls>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let mut plain = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        plain.set_timeout(details.timeout);
        let stream = shake_hands(plain)?;
        self.0.accept(fingerprint(&stream)?).map_err(other)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Tls { buffers, stream })))
    }
}

/// Neither an authority nor a name is asked for: the fingerprint is what is compared.
fn shake_hands(plain: TransportAdapter) -> Result<SslStream<TransportAdapter>, Error> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(other)?;
    builder.set_verify(SslVerifyMode::NONE);
    let mut connection = builder.build().configure().map_err(other)?;
    connection.set_verify_hostname(false);
    connection.set_use_server_name_indication(false);
    connection
        .connect("localhost", plain)
        .map_err(|error| match error {
            HandshakeError::SetupFailure(stack) => other(stack),
            HandshakeError::Failure(stream) | HandshakeError::WouldBlock(stream) => {
                let why = stream.into_error().into_io_error();
                why.map_or_else(other, Error::from)
            }
        })
}

fn fingerprint(stream: &SslStream<TransportAdapter>) -> Result<Fingerprint, Error> {
    let certificate = stream.ssl().peer_certificate();
    let certificate = certificate.ok_or(Error::Tls("no certificate"))?;
    let digest = certificate.digest(MessageDigest::sha256()).map_err(other)?;
    let bytes = digest.as_ref().try_into().map_err(other)?;
    Ok(Fingerprint(bytes))
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}

/// A connection with TLS.
pub struct Tls {
    buffers: LazyBuffers,
    stream: SslStream<TransportAdapter>,
}

impl Transport for Tls {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount])?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let size = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(size);
        Ok(size > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_certificate_is_kept_and_another_one_refused() {
        let (one, two) = (Fingerprint([1; 32]), Fingerprint([0xAB; 32]));
        let pin = Pin::new(None);
        assert_eq!(pin.get(), None);
        pin.accept(one).unwrap();
        pin.accept(one).unwrap();
        assert!(pin.accept(two).is_err());
        assert_eq!(pin.get(), Some(one));
        let refused = Pin::new(Some(two)).accept(one).unwrap_err().to_string();
        assert!(
            refused.starts_with("01:01:") && refused.ends_with(":AB"),
            "{refused}"
        );
    }
}
