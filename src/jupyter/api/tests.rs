#![allow(clippy::unwrap_used)]
use super::*;

/// Answers each request with the status that its path has here, or 404.
fn server_with(pages: &'static [(&'static str, u16)]) -> u16 {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let path = line.split(' ').nth(1).unwrap_or_default();
            let page = pages.iter().find(|(page, _)| *page == path);
            let status = page.map_or(404, |(_, status)| *status);
            let head = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close");
            let _ = write!(stream, "{head}\r\n\r\n");
        }
    });
    port
}

#[test]
fn a_page_that_is_broken_is_passed_over() {
    let asked = |pages| {
        let port = server_with(pages);
        Api::at(port, "/", Secret::new("t")).pages(None, Pages::default())
    };
    let pages = asked(&[("/lab", 500), ("/nbclassic/tree", 200)]).unwrap();
    assert!(!pages.lab && pages.classic_apart);
    let broken = asked(&[("/tree", 500)]);
    assert!(matches!(broken, Err(ApiError::Status(500))), "{broken:?}");
    assert!(matches!(asked(&[]), Err(ApiError::NoPage)));
}

/// Answers HTTPS with a new certificate, and tells what it was asked.
fn secure_server() -> (u16, std::sync::mpsc::Receiver<String>) {
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::{ec, ssl, x509};
    use std::io::{Read, Write};
    let curve = ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(ec::EcKey::generate(&curve).unwrap()).unwrap();
    let mut certificate = x509::X509::builder().unwrap();
    certificate.set_pubkey(&key).unwrap();
    let (from, to) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(1));
    certificate.set_not_before(&from.unwrap()).unwrap();
    certificate.set_not_after(&to.unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    let kind = ssl::SslMethod::tls_server();
    let mut acceptor = ssl::SslAcceptor::mozilla_intermediate_v5(kind).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&certificate.build()).unwrap();
    let acceptor = acceptor.build();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for visitor in listener.incoming() {
            let mut stream = acceptor.accept(visitor.unwrap()).unwrap();
            let mut buffer = [0; 4096];
            let size = stream.read(&mut buffer).unwrap_or_default();
            tell.send(String::from_utf8_lossy(&buffer[..size]).into_owned())
                .unwrap();
            let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]";
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.shutdown();
        }
    });
    (port, told)
}

fn secure(certificate: Option<Fingerprint>) -> Server {
    let text = "file=/r/jpserver-5.json\npid=5\nuid=1\nargs=jupyter-lab\n\
            listeners=127.0.0.1:1,1\n\n{\"pid\": 5, \"port\": 1, \"token\": \"t0ken\", \
            \"secure\": true, \"version\": \"2.17.0\"}";
    let mut server = super::super::RuntimeFile::parse(text)
        .server(Some(1))
        .unwrap();
    server.certificate = certificate;
    server
}

#[test]
fn a_certificate_is_pinned_and_another_one_is_sent_nothing() {
    let (port, told) = secure_server();
    let first = Api::new(&secure(None), port).check().unwrap();
    let asked = told.recv().unwrap();
    // As a tab asks, which a server may answer otherwise.
    assert!(asked.contains("token t0ken") && asked.contains(&format!("localhost:{port}\r\n")));
    let pinned = first.certificate;
    assert!(pinned.is_some());
    Api::new(&secure(pinned), port).kernels().unwrap();
    assert!(told.recv().unwrap().starts_with("GET /api/kernels"));

    let (port, told) = secure_server();
    let refused = Api::new(&secure(pinned), port).kernels();
    assert!(
        matches!(refused, Err(ApiError::Certificate(_))),
        "{refused:?}"
    );
    assert_eq!(told.recv().unwrap(), "", "not one byte, nor the token");
}
