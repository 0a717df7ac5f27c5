//! Source of the project's releases. GitHub and Forgejo redirect requests for `releases/latest` to
//! the page of the newest release that is neither a draft nor a pre-release. The target of that
//! redirect is the whole answer, and nothing else is read:
//! <https://docs.github.com/en/repositories/releasing-projects-on-github/linking-to-releases>.

use std::time::Duration;

use semver::Version;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use super::release::Release;
use crate::i18n::fl;

/// The project's own address; empty as long as it has none.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
/// For tests: their own server on the local computer, as `http://127.0.0.1:PORT`. Any other value
/// is ignored.
const FOR_TESTS: &str = "REMOTE_JUPYTER_RELEASES";
/// For the whole answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// All that is sent beside the address.
const AGENT: &str = concat!("remote-jupyter/", env!("CARGO_PKG_VERSION"));

/// Why nothing is known.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// There was no answer: the network may be down.
    #[error("{0}")]
    Silence(#[from] ureq::Error),
    /// It was not an answer to this request.
    #[error("{}", fl!("release-status", status = .0.to_string()))]
    Answer(u16),
}

/// Web address at which releases are published.
#[derive(Debug)]
pub struct ReleaseSource {
    address: String,
}

impl ReleaseSource {
    /// None as long as it is nowhere.
    pub fn known() -> Option<Self> {
        let of_a_test = std::env::var(FOR_TESTS).ok();
        let address = of_a_test
            .filter(|address| is_loopback(address))
            .unwrap_or_else(|| REPOSITORY.to_owned());
        (!address.is_empty()).then(|| Self::at(&address))
    }

    /// At an address.
    pub fn at(address: &str) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
        }
    }

    /// The newest version; none when none is published yet.
    pub fn newest(&self) -> Result<Option<Version>, ReleaseError> {
        // The system's own certificates, and its own TLS, as its browsers have.
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(AGENT)
            .tls_config(tls)
            .build()
            .into();
        let answer = agent
            .get(format!("{}/releases/latest", self.address))
            .call()?;
        if !answer.status().is_redirection() {
            return Err(ReleaseError::Answer(answer.status().as_u16()));
        }
        let target = answer.headers().get("location");
        Ok(target.and_then(|target| version(target.to_str().ok()?)))
    }

    /// A version, and its page here, wherever the answer came from.
    pub fn release(&self, version: Version) -> Release {
        let page = format!("{}/releases/tag/v{version}", self.address);
        Release { version, page }
    }
}

/// The version whose page it is.
pub(crate) fn version(page: &str) -> Option<Version> {
    let (_, tag) = page.rsplit_once("/releases/tag/v")?;
    Version::parse(tag).ok()
}

fn is_loopback(address: &str) -> bool {
    let host = address.strip_prefix("http://127.0.0.1:");
    host.is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_page_of_a_version_gives_one() {
        for (page, want) in [
            ("https://example.org/a/b/releases/tag/v1.2.3", Some("1.2.3")),
            ("/a/b/releases/tag/v0.2.0-rc.1", Some("0.2.0-rc.1")),
            ("https://example.org/a/b/releases", None),
            ("https://example.org/a/b/releases/tag/nightly", None),
            ("https://example.org/a/b/releases/tag/v1.2", None),
            ("https://example.org/a/b/releases/tag/v1.2.3/../..", None),
            ("https://example.org/login", None),
            ("", None),
        ] {
            assert_eq!(
                version(page),
                want.and_then(|text| Version::parse(text).ok()),
                "{page}"
            );
        }
    }

    #[test]
    fn tests_lead_it_to_this_machine_and_nowhere_else() {
        assert!(is_loopback("http://127.0.0.1:8080"));
        for address in [
            "http://example.org",
            "http://127.0.0.1:80@example.org",
            "http://127.0.0.1:80/x",
            "http://127.0.0.1.example.org:80",
            "https://127.0.0.1:80",
            "",
        ] {
            assert!(!is_loopback(address), "{address}");
        }
    }

    #[test]
    fn nobody_there_is_silence() {
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = free.map(|address| address.port()).unwrap_or_default();
        let newest = ReleaseSource::at(&format!("http://127.0.0.1:{port}")).newest();
        assert!(
            matches!(newest, Err(ReleaseError::Silence(_))),
            "{newest:?}"
        );
    }

    /// Reads a request, answers with a redirect, and gives what was asked.
    fn answer(stream: &mut (impl std::io::Read + std::io::Write)) -> String {
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).unwrap_or_default();
        let page = "https://elsewhere.example/releases/tag/v9.9.9";
        let head = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close";
        let _ = write!(stream, "{head}\r\nLocation: {page}\r\n\r\n");
        String::from_utf8_lossy(&request[..read]).into_owned()
    }

    #[test]
    fn the_request_says_the_version_and_nothing_else() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let place = ReleaseSource::at(&format!("http://{}/a/b/", listener.local_addr().unwrap()));
        let asked = std::thread::spawn(move || answer(&mut listener.accept().unwrap().0));
        let newest = place.newest().unwrap().unwrap();
        assert_eq!(newest, Version::new(9, 9, 9));
        assert!(!place.release(newest).page.contains("elsewhere"));
        let asked = asked.join().unwrap().to_lowercase();
        let mut lines = asked.lines();
        assert_eq!(lines.next(), Some("get /a/b/releases/latest http/1.1"));
        let mut names: Vec<&str> = lines
            .filter_map(|line| Some(line.split_once(':')?.0))
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "host", "user-agent"]);
        assert!(
            asked.contains(&format!("user-agent: {AGENT}\r\n")),
            "{asked}"
        );
    }

    #[test]
    fn a_server_without_a_good_certificate_is_not_listened_to() {
        use openssl::ssl::{SslAcceptor, SslMethod};

        let (key, certificate) = self_signed();
        let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&key).unwrap();
        acceptor.set_certificate(&certificate).unwrap();
        let acceptor = acceptor.build();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let place = ReleaseSource::at(&format!("https://{}", listener.local_addr().unwrap()));
        let asked = std::thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            acceptor
                .accept(stream)
                .ok()
                .map(|mut stream| answer(&mut stream))
        });
        let newest = place.newest().map_err(|failure| failure.to_string());
        let why = newest.unwrap_err();
        assert!(why.to_lowercase().contains("certificate"), "{why}");
        let asked = asked.join().unwrap().unwrap_or_default();
        assert_eq!(asked, "", "nothing was asked");
    }

    fn self_signed() -> (
        openssl::pkey::PKey<openssl::pkey::Private>,
        openssl::x509::X509,
    ) {
        use openssl::asn1::Asn1Time;

        let group = openssl::nid::Nid::X9_62_PRIME256V1;
        let group = openssl::ec::EcGroup::from_curve_name(group).unwrap();
        let key = openssl::ec::EcKey::generate(&group).unwrap();
        let key = openssl::pkey::PKey::from_ec_key(key).unwrap();
        let mut certificate = openssl::x509::X509::builder().unwrap();
        certificate.set_pubkey(&key).unwrap();
        certificate
            .set_not_before(&Asn1Time::days_from_now(0).unwrap())
            .unwrap();
        certificate
            .set_not_after(&Asn1Time::days_from_now(1).unwrap())
            .unwrap();
        let mut name = openssl::x509::extension::SubjectAlternativeName::new();
        let name = name.ip("127.0.0.1");
        let name = name.build(&certificate.x509v3_context(None, None)).unwrap();
        certificate.append_extension(name).unwrap();
        certificate
            .sign(&key, openssl::hash::MessageDigest::sha256())
            .unwrap();
        (key, certificate.build())
    }
}
