//! Certificates as each kind of authority signs them, and what may be wrong with one.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use base64ct::{Base64, Encoding};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;

use super::super::{CertificateVerdict, HostName, KnownHosts, RevokedKeys, key_type, rsa_bits};
use super::*;
use crate::ssh::poll::Poller;
use crate::ssh::wire::put_number;

const NOW: u64 = 1_795_500_000;

fn row(parts: &[&[u8]]) -> Vec<u8> {
    let mut blob = Vec::new();
    for part in parts {
        put_string(&mut blob, part);
    }
    blob
}

/// A well-formed key of a type, told apart by one byte.
fn key(kind: &str, fill: u8) -> Vec<u8> {
    let mut blob = row(&[kind.as_bytes()]);
    for _ in 0..parts(kind).unwrap() {
        put_string(&mut blob, &[fill; 32]);
    }
    blob
}

enum Authority {
    Ed25519(PKey<Private>),
    /// With the name of its signatures.
    Rsa(PKey<Private>, &'static str),
    /// With the last part of its type's name.
    Ecdsa(EcKey<Private>, &'static str, MessageDigest),
}

impl Authority {
    fn ed25519() -> Self {
        Self::Ed25519(PKey::generate_ed25519().unwrap())
    }

    fn rsa(bits: u32, signs_with: &'static str) -> Self {
        Self::Rsa(
            PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap(),
            signs_with,
        )
    }

    fn ecdsa(nid: Nid, curve: &'static str, digest: MessageDigest) -> Self {
        let group = EcGroup::from_curve_name(nid).unwrap();
        Self::Ecdsa(EcKey::generate(&group).unwrap(), curve, digest)
    }

    fn key(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => row(&[b"ssh-ed25519", &key.raw_public_key().unwrap()]),
            Self::Rsa(key, _) => {
                let mut blob = row(&[b"ssh-rsa"]);
                let rsa = key.rsa().unwrap();
                put_number(&mut blob, &rsa.e().to_vec());
                put_number(&mut blob, &rsa.n().to_vec());
                blob
            }
            Self::Ecdsa(key, curve, _) => {
                let (form, mut context) = (
                    PointConversionForm::UNCOMPRESSED,
                    BigNumContext::new().unwrap(),
                );
                let point = key.public_key().to_bytes(key.group(), form, &mut context);
                let kind = format!("ecdsa-sha2-{curve}");
                row(&[kind.as_bytes(), curve.as_bytes(), &point.unwrap()])
            }
        }
    }

    fn sign(&self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => {
                let mut signer = Signer::new_without_digest(key).unwrap();
                row(&[b"ssh-ed25519", &signer.sign_oneshot_to_vec(data).unwrap()])
            }
            Self::Rsa(key, name) => {
                let digest = match *name {
                    "rsa-sha2-512" => MessageDigest::sha512(),
                    "rsa-sha2-256" => MessageDigest::sha256(),
                    _ => MessageDigest::sha1(),
                };
                let mut signer = Signer::new(digest, key).unwrap();
                row(&[name.as_bytes(), &signer.sign_oneshot_to_vec(data).unwrap()])
            }
            Self::Ecdsa(key, curve, digest) => {
                let signature = EcdsaSig::sign(&hash(*digest, data).unwrap(), key).unwrap();
                let mut value = Vec::new();
                put_number(&mut value, &signature.r().to_vec());
                put_number(&mut value, &signature.s().to_vec());
                row(&[format!("ecdsa-sha2-{curve}").as_bytes(), &value])
            }
        }
    }

    /// The line that makes it one for all these hosts.
    fn line(&self, hosts: &str) -> String {
        line("@cert-authority ", hosts, &self.key())
    }
}

fn line(marker: &str, hosts: &str, blob: &[u8]) -> String {
    let encoded = Base64::encode_string(blob);
    format!("{marker}{hosts} {} {encoded}\n", key_type(blob).unwrap())
}

/// A change of that, and what is wrong with it then.
type Change<'a> = (&'a dyn Fn(&mut Word), &'a str);

/// The contents of a certificate.
#[derive(Clone)]
struct Word {
    key: Vec<u8>,
    kind: u32,
    principals: Vec<&'static str>,
    valid: (u64, u64),
    options: Vec<u8>,
}

fn word() -> Word {
    Word {
        key: key("ssh-ed25519", 1),
        kind: FOR_HOSTS,
        principals: vec!["gpu01", "gpu02"],
        valid: (0, u64::MAX),
        options: Vec::new(),
    }
}

impl Word {
    /// All of the certificate but its signature.
    fn unsigned(&self, authority: &Authority) -> Vec<u8> {
        let mut fields = &self.key[..];
        let kind = String::from_utf8(take_string(&mut fields).unwrap().to_vec()).unwrap();
        let kind = kind.strip_suffix("@openssh.com").unwrap_or(&kind);
        let mut blob = row(&[format!("{kind}{SUFFIX}").as_bytes(), b"nonce"]);
        blob.extend(fields);
        blob.extend(7_u64.to_be_bytes());
        blob.extend(self.kind.to_be_bytes());
        put_string(&mut blob, b"id");
        let principals: Vec<&[u8]> = self.principals.iter().map(|name| name.as_bytes()).collect();
        put_string(&mut blob, &row(&principals));
        blob.extend(self.valid.0.to_be_bytes());
        blob.extend(self.valid.1.to_be_bytes());
        for part in [&self.options[..], b"", b"", &authority.key()] {
            put_string(&mut blob, part);
        }
        blob
    }

    fn by(&self, authority: &Authority) -> Vec<u8> {
        let mut blob = self.unsigned(authority);
        let signature = authority.sign(&blob);
        put_string(&mut blob, &signature);
        blob
    }
}

fn verdict_at(known: &str, name: &HostName, blob: &[u8]) -> CertificateVerdict {
    KnownHosts::of_text(known.as_bytes()).certificate_verdict(name, blob, NOW, &[])
}

fn verdict(known: &str, blob: &[u8]) -> CertificateVerdict {
    verdict_at(known, &HostName::new("gpu01", 22), blob)
}

fn plain(why: Option<&str>) -> CertificateVerdict {
    CertificateVerdict::PlainKey {
        key: word().key,
        why: why.map(str::to_owned),
    }
}

#[test]
fn each_kind_of_authority_is_believed_and_a_forged_word_of_it_is_not() {
    for authority in [
        Authority::ed25519(),
        Authority::rsa(2048, "rsa-sha2-256"),
        Authority::rsa(1024, "rsa-sha2-512"),
        Authority::ecdsa(Nid::X9_62_PRIME256V1, "nistp256", MessageDigest::sha256()),
        Authority::ecdsa(Nid::SECP384R1, "nistp384", MessageDigest::sha384()),
        Authority::ecdsa(Nid::SECP521R1, "nistp521", MessageDigest::sha512()),
    ] {
        let (known, good) = (authority.line("gpu0?"), word().by(&authority));
        let name = signature::algorithm(Certificate::parse(&good).unwrap().signature).unwrap();
        assert_eq!(
            verdict(&known, &good),
            CertificateVerdict::Trusted,
            "{name}"
        );
        let unsigned = word().unsigned(&authority);
        let signed = |signature: &[u8]| {
            let mut blob = unsigned.clone();
            put_string(&mut blob, signature);
            verdict(&known, &blob)
        };
        let mut of_another = word();
        of_another.principals = vec!["gpu01", "gpu03"];
        let mut longer = authority.sign(&unsigned);
        longer.push(0);
        for forged in [
            authority.sign(&of_another.unsigned(&authority)),
            longer,
            row(&[name.as_bytes(), b""]),
            row(&[b"ecdsa-sha2-nistp999", &[1; 64]]),
            b"".to_vec(),
        ] {
            assert_eq!(signed(&forged), CertificateVerdict::Malformed, "{name}");
        }
        let mut damaged = good.clone();
        damaged.push(0);
        assert_eq!(verdict(&known, &damaged), CertificateVerdict::Malformed);
        assert_eq!(verdict(&known, &word().key), CertificateVerdict::Malformed);
    }
}

#[test]
fn an_authority_whose_signature_is_not_checked_here_vouches_for_nothing() {
    let why = |name: &str| format!("its certificate is signed with {name}, which is not accepted");
    let sha1 = Authority::rsa(2048, "ssh-rsa");
    let found = verdict(&sha1.line("*"), &word().by(&sha1));
    assert_eq!(found, plain(Some(&why("ssh-rsa"))));
    let short = Authority::rsa(1016, "rsa-sha2-256");
    let found = verdict(&short.line("*"), &word().by(&short));
    assert_eq!(
        found,
        CertificateVerdict::Malformed,
        "shorter than ssh takes"
    );
    // A security key's signature has two more fields.
    let of_device = row(&[b"sk-ssh-ed25519@openssh.com", &[1; 64]]);
    let checked = signature::check(
        &key("sk-ssh-ed25519@openssh.com", 1),
        &[&of_device[..], &[1, 0, 0, 0, 9]].concat(),
        b"",
    );
    assert_eq!(checked, Checked::Unsupported);
}

#[test]
fn a_certificate_counts_for_its_time_its_hosts_and_its_purpose_alone() {
    let authority = Authority::ed25519();
    let known = authority.line("*");
    let found = |change: &dyn Fn(&mut Word)| {
        let mut changed = word();
        change(&mut changed);
        verdict(&known, &changed.by(&authority))
    };
    let (trusted, late) = (CertificateVerdict::Trusted, "its certificate has expired");
    assert_eq!(found(&|word| word.valid = (NOW, NOW + 1)), trusted);
    assert_eq!(
        found(&|word| word.principals.clear()),
        trusted,
        "any host's"
    );
    let early = "its certificate is not valid yet (check the clock of the local computer)";
    let other = "its certificate does not name gpu01";
    let changes: [Change; 6] = [
        (&|word| word.valid.0 = NOW + 1, early),
        (&|word| word.valid.1 = NOW, late),
        (&|word| word.valid.1 = NOW - 1, late),
        (&|word| word.principals = vec!["gpu02"], other),
        (
            &|word| word.kind = FOR_USERS,
            "its certificate is not one for hosts",
        ),
        (
            &|word| word.options = row(&[b"force-command", b""]),
            "its certificate has options that are not supported",
        ),
    ];
    for (change, why) in changes {
        assert_eq!(found(change), plain(Some(why)), "{why}");
    }
    let of_algorithms = |accepted: &[&str]| {
        let accepted: Vec<String> = accepted.iter().map(|&name| name.into()).collect();
        KnownHosts::of_text(known.as_bytes()).certificate_verdict(
            &HostName::new("gpu01", 22),
            &word().by(&authority),
            NOW,
            &accepted,
        )
    };
    assert_eq!(of_algorithms(&["rsa-sha2-512", "ssh-ed25519"]), trusted);
    let why = "its certificate is signed with ssh-ed25519, which is not accepted";
    assert_eq!(of_algorithms(&["rsa-sha2-512"]), plain(Some(why)));
}

#[test]
fn only_the_users_own_authorities_vouch_for_a_host_and_a_revoked_one_for_none() {
    let (ours, other) = (Authority::ed25519(), Authority::ed25519());
    let blob = word().by(&ours);
    for (known, why) in [
        (other.line("*"), "another authority"),
        (ours.line("*.example"), "for other hosts"),
        (line("", "*", &ours.key()), "a host's own key"),
        (String::new(), "nothing on file"),
    ] {
        assert_eq!(verdict(&known, &blob), plain(None), "{why}");
    }
    // Nor does it matter what is wrong with another authority's.
    let mut late = word();
    late.valid.1 = NOW;
    assert_eq!(verdict(&other.line("*"), &late.by(&ours)), plain(None));
    let at_port = HostName::new("gpu01", 2222);
    for hosts in ["gpu01", "[gpu01]:2222"] {
        let found = verdict_at(&ours.line(hosts), &at_port, &blob);
        assert_eq!(found, CertificateVerdict::Trusted, "{hosts}");
    }
    for revoked in [ours.key(), word().key] {
        let known = ours.line("*") + &line("@revoked ", "*", &revoked);
        let file = "known_hosts".into();
        let found = CertificateVerdict::Revoked { file, line: 2 };
        assert_eq!(verdict(&known, &blob), found);
    }
}

#[test]
fn the_key_in_a_certificate_is_the_plain_one_and_damage_is_none() {
    let authority = Authority::ed25519();
    for kind in [
        "ssh-ed25519",
        "ssh-rsa",
        "ssh-dss",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ] {
        let mut of_kind = word();
        of_kind.key = key(kind, 3);
        let certificate = of_kind.by(&authority);
        assert_eq!(plain_key(&certificate), Some(of_kind.key.clone()), "{kind}");
        assert_eq!(plain_key(&of_kind.key), Some(of_kind.key.clone()), "{kind}");
        for damaged in [&certificate, &of_kind.key] {
            let longer = [damaged, &[0][..]].concat();
            assert_eq!(plain_key(&longer), None, "{kind}");
            assert_eq!(plain_key(&damaged[..damaged.len() - 1]), None, "{kind}");
        }
    }
    assert_eq!(plain_key(&row(&[b"ssh-new", b"1"])), None);
}

/// Counted in strings: each type's keys as RFC 4253, 5656 and 8709 and OpenSSH's PROTOCOL.u2f have them.
#[test]
fn a_key_on_file_is_as_long_as_its_type_has_it() {
    for (kind, strings) in [
        ("ssh-ed25519", 1),
        ("ssh-rsa", 2),
        ("ssh-dss", 4),
        ("ecdsa-sha2-nistp256", 2),
        ("ecdsa-sha2-nistp384", 2),
        ("ecdsa-sha2-nistp521", 2),
        ("sk-ssh-ed25519@openssh.com", 2),
        ("sk-ecdsa-sha2-nistp256@openssh.com", 3),
    ] {
        for count in 0..6 {
            let mut blob = row(&[kind.as_bytes()]);
            for _ in 0..count {
                put_string(&mut blob, b"x");
            }
            assert_eq!(
                plain_key(&blob).is_some(),
                count == strings,
                "{kind} {count}"
            );
            let known = KnownHosts::of_text(line("", "gpu01", &blob).as_bytes());
            let is_there = known.lines().count() == 1;
            assert_eq!(is_there, count == strings, "{kind} {count}");
        }
    }
    // Of what nobody has heard of, the name alone is read.
    for kind in ["ssh-new", "ecdsa-sha2-nistp256-cert-v01@openssh.com"] {
        let blob = row(&[kind.as_bytes(), b"x"]);
        let known = KnownHosts::of_text(line("", "gpu01", &blob).as_bytes());
        assert_eq!(known.lines().count(), 1, "{kind}");
    }
}

#[test]
fn a_users_certificate_is_told_from_a_hosts() {
    let authority = Authority::ed25519();
    let mut of_user = word();
    (of_user.kind, of_user.valid) = (FOR_USERS, (5, 9));
    let read = UserCertificate {
        key: of_user.key.clone(),
        valid_after: 5,
        valid_before: 9,
    };
    assert_eq!(user_certificate(&of_user.by(&authority)), Some(read));
    assert_eq!(user_certificate(&word().by(&authority)), None);
    assert_eq!(user_certificate(&word().key), None);
}

#[test]
fn the_length_of_an_rsa_key_is_that_of_its_number() {
    for bits in [1, 8, 9, 1023, 1024, 2047, 3072] {
        let mut number = BigNum::new().unwrap();
        number.set_bit(bits - 1).unwrap();
        let mut key = row(&[b"ssh-rsa", &[1, 0, 1]]);
        put_number(&mut key, &number.to_vec());
        assert_eq!(rsa_bits(&key), usize::try_from(bits).ok());
    }
    assert_eq!(rsa_bits(&row(&[b"ssh-rsa", &[3], &[0, 0]])), None);
    assert_eq!(rsa_bits(&key("ssh-dss", 1)), None);
}

#[test]
fn a_revoked_key_is_found_in_a_list_alone_in_a_certificate_and_as_its_authority() {
    let authority = Authority::ed25519();
    let (revoked, file) = (key("ssh-ed25519", 1), Path::new("revoked"));
    let keys = |lines: &[&[u8]]| {
        let listed = lines
            .iter()
            .map(|blob| line("", "", blob).trim_start().to_owned());
        format!("# keys\n\n{}", listed.collect::<String>())
    };
    let find = |text: &str, blob: &[u8]| {
        let list = RevokedKeys::of_text(file, text.as_bytes()).unwrap();
        let found = list.find(blob, &Poller::new().unwrap()).unwrap();
        found.map(|(_, line)| line)
    };
    let other = key("ssh-rsa", 2);
    let text = keys(&[&other, &revoked]);
    let certificate = word().by(&authority);
    assert_eq!(find(&text, &revoked), Some(Some(4)));
    assert_eq!(find(&text, &certificate), Some(Some(4)));
    assert_eq!(
        find(&keys(&[&authority.key()]), &certificate),
        Some(Some(3))
    );
    assert_eq!(find(&keys(&[&certificate]), &revoked), Some(Some(3)));
    for good in [key("ssh-ed25519", 2), authority.key()] {
        assert_eq!(find(&text, &good), None);
    }
    // OpenSSH reads C strings.
    assert_eq!(
        find(&text.replace("\nssh-rsa", "\n\0ssh-rsa"), &other),
        None
    );
    for bad in [
        "ssh-ed25519",
        "ssh-ed25519 x",
        &text.replace("ssh-rsa", "ssh-dss"),
    ] {
        let error = RevokedKeys::of_text(file, bad.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("revoked"), "{error}");
    }
}

/// OpenSSH's own binary form, which `ssh-keygen` makes and reads.
#[test]
fn a_revoked_key_is_found_in_the_form_of_ssh_keygen() {
    let folder = tempfile::tempdir().unwrap();
    let (revoked, list) = (folder.path().join("key.pub"), folder.path().join("krl"));
    let blobs = [Authority::ed25519().key(), Authority::ed25519().key()];
    std::fs::write(&revoked, line("", "", &blobs[0]).trim_start()).unwrap();
    let mut keygen = std::process::Command::new("ssh-keygen");
    let made = keygen.arg("-kqf").args([&list, &revoked]).status().unwrap();
    assert!(made.success());
    let poller = Poller::new().unwrap();
    let keys = RevokedKeys::read(&list).unwrap();
    let found = keys.find(&blobs[0], &poller).unwrap();
    assert_eq!(found, Some((list.clone(), None)));
    assert_eq!(keys.find(&blobs[1], &poller).unwrap(), None);
    std::fs::write(&list, b"SSHKRL\n\0and no more").unwrap();
    let damaged = RevokedKeys::read(&list).unwrap();
    assert!(damaged.find(&blobs[1], &poller).is_err());
}

/// By OpenSSH 9.2's `ssh-keygen -h -s`.
#[test]
fn what_ssh_keygen_signs_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let keygen = |arguments: &[&str]| {
        let mut keygen = std::process::Command::new("ssh-keygen");
        let done = keygen
            .current_dir(folder.path())
            .arg("-q")
            .args(arguments)
            .status();
        assert!(done.unwrap().success(), "{arguments:?}");
    };
    keygen(&["-t", "ed25519", "-N", "", "-f", "ca"]);
    keygen(&["-t", "ed25519", "-N", "", "-f", "host"]);
    keygen(&["-s", "ca", "-I", "id", "-h", "-n", "gpu01", "host.pub"]);
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        Base64::decode_vec(text.split(' ').nth(1).unwrap()).unwrap()
    };
    let known = line("@cert-authority ", "*", &read("ca.pub"));
    let certificate = read("host-cert.pub");
    assert_eq!(verdict(&known, &certificate), CertificateVerdict::Trusted);
    assert_eq!(plain_key(&certificate), Some(read("host.pub")));
}
