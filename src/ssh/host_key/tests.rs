#![allow(clippy::unwrap_used, clippy::panic)]

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::ssh::prompt::{NoAnswer, PromptAnswer};
use crate::ssh::resolve::read_options;
use crate::ssh::wire::put_string;

const ED: &str = "ssh-ed25519";

fn key(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut blob = Vec::new();
    put_string(&mut blob, kind.as_bytes());
    for part in parts {
        put_string(&mut blob, part);
    }
    blob
}

fn ed(fill: u8) -> Vec<u8> {
    key(ED, &[&[fill; 32]])
}

fn line(hosts: &str, blob: &[u8]) -> String {
    let kind = key_type(blob).unwrap();
    format!("{hosts} {kind} {}\n", Base64::encode_string(blob))
}

/// A user who gives one answer, and what was prompted for.
struct User(&'static str, RefCell<Vec<Prompt>>);

impl Prompter for User {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        self.1.borrow_mut().push(prompt);
        Ok(Zeroizing::new(self.0.to_owned()))
    }
}

/// A host `gpu01` with a known-hosts file of the user's.
struct Set {
    folder: TempDir,
    target: SshTarget,
}

impl Set {
    fn new(known: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let options = "host k\nuser me\nhostname gpu01\nport 22\nhashknownhosts no\n";
        let mut target = read_options(options, "k").unwrap();
        let file = folder.path().join("known_hosts");
        fs::write(&file, known).unwrap();
        (target.user_known_hosts, target.global_known_hosts) = (vec![file], vec![]);
        target.strict = StrictHostKeyChecking::Ask;
        Self { folder, target }
    }

    fn with(known: &str, change: impl Fn(&mut SshTarget)) -> Self {
        let mut set = Self::new(known);
        change(&mut set.target);
        set
    }

    fn keys(&self) -> HostKeys {
        HostKeys::read(&self.target).unwrap()
    }

    fn shown(&self, blob: &[u8], address: Option<&str>) -> Shown<'_> {
        Shown {
            target: &self.target,
            key: blob.to_vec(),
            print: fingerprint(blob),
            why_not_certified: None,
            address: address.map(|address| HostName::new(address, self.target.port)),
        }
    }

    /// Judges a key for a user who would say yes; with the number of prompts.
    fn judge(&self, blob: &[u8], address: Option<&str>) -> (Result<Vec<String>, SshError>, usize) {
        let user = User("yes", RefCell::default());
        let found = self.keys().judge(&self.shown(blob, address), &user);
        (found, user.1.take().len())
    }

    /// The file after that.
    fn known(&self) -> String {
        fs::read_to_string(self.folder.path().join("known_hosts")).unwrap_or_default()
    }
}

#[test]
fn only_yes_or_the_fingerprint_confirms() {
    let said = |text: &str| confirmed(Ok(Zeroizing::new(text.into())), "SHA256:abc");
    assert!(said("yes").is_ok());
    assert!(said(" YES\n").is_ok());
    assert!(said("SHA256:abc").is_ok());
    assert!(said("").is_err());
    assert!(said("y").is_err());
    assert!(said("SHA256:abd").is_err());
    assert!(confirmed(Err(NoAnswer::nobody()), "SHA256:abc").is_err());
}

#[test]
fn a_known_key_is_taken_without_a_prompt_and_nothing_is_written() {
    let known = line("gpu01", &ed(1));
    let set = Set::new(&known);
    let (found, prompts) = set.judge(&ed(1), None);
    assert_eq!((found.unwrap(), prompts), (vec![], 0));
    assert_eq!(set.known(), known);
}

#[test]
fn an_unknown_key_is_prompted_for_with_its_fingerprint_and_written_down_on_yes() {
    let set = Set::with(&line("gpu01", &ed(2)), |target| target.port = 2222);
    let user = User("yes", RefCell::default());
    let keys = set.keys();
    assert!(
        keys.judge(&set.shown(&ed(1), None), &user)
            .unwrap()
            .is_empty()
    );
    assert!(set.known().ends_with(&line("[gpu01]:2222", &ed(1))));
    let asked = user.1.take();
    let [
        Prompt::HostKey {
            alias,
            host,
            key_type,
            fingerprint: print,
            also_known,
        },
    ] = &asked[..]
    else {
        panic!("{asked:?}");
    };
    assert_eq!(
        [alias, host, key_type].map(String::as_str),
        ["k", "[gpu01]:2222", ED]
    );
    assert_eq!(*print, fingerprint(&ed(1)));
    assert_eq!(*also_known, [fingerprint(&ed(2))], "at the usual port");

    let set = Set::new("");
    let no = User("no", RefCell::default());
    let mut shown = set.shown(&ed(1), None);
    shown.why_not_certified = Some("its certificate has expired".into());
    match set.keys().judge(&shown, &no) {
        Err(SshError::HostKeyUnknown { reason, .. }) => {
            assert!(
                reason.starts_with("its certificate has expired\n"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(set.known(), "");
    let yes = User("yes", RefCell::default());
    let notes = set.keys().judge(&shown, &yes).unwrap();
    assert_eq!(notes, ["its certificate has expired"]);
}

#[test]
fn who_is_prompted_for_an_unknown_key_is_as_the_configuration_says() {
    use StrictHostKeyChecking::{AcceptNew, Ask, No, Yes};
    for (strict, batch, has_file, taken, prompts) in [
        (Ask, false, true, true, 1),
        (Ask, true, true, false, 0),
        (Ask, false, false, false, 0),
        (Yes, false, true, false, 0),
        (AcceptNew, false, true, true, 0),
        (AcceptNew, true, true, true, 0),
        (AcceptNew, false, false, false, 0),
        (No, false, true, true, 0),
    ] {
        let set = Set::with("", |target| {
            (target.strict, target.batch) = (strict, batch);
            if !has_file {
                target.user_known_hosts.clear();
            }
        });
        let (found, asked) = set.judge(&ed(1), None);
        let case = format!("{strict:?} batch={batch} file={has_file}");
        assert_eq!((found.is_ok(), asked), (taken, prompts), "{case}");
        assert_eq!(set.known().is_empty(), !taken, "{case}");
        if let Err(error) = found {
            assert!(matches!(error, SshError::HostKeyUnknown { .. }), "{case}");
        }
    }
}

#[test]
fn a_changed_or_revoked_key_is_refused_whatever_the_user_would_say() {
    let revoked = line("@revoked *", &ed(1));
    for strict in [StrictHostKeyChecking::Ask, StrictHostKeyChecking::No] {
        let changed = Set::with(&line("gpu01", &ed(2)), |target| target.strict = strict);
        let (found, prompts) = changed.judge(&ed(1), None);
        assert!(matches!(
            found,
            Err(SshError::HostKeyChanged {
                same_type: true,
                ..
            })
        ));
        assert_eq!(prompts, 0);
        let revoked = Set::with(&revoked, |target| target.strict = strict);
        let (found, prompts) = revoked.judge(&ed(1), None);
        assert!(matches!(
            found,
            Err(SshError::HostKeyRevoked { line: Some(1), .. })
        ));
        assert_eq!(prompts, 0);
    }
}

#[test]
fn the_address_is_looked_at_too_and_learnt_when_it_is_new() {
    use StrictHostKeyChecking::{Ask, No};
    let (address, name) = ("192.0.2.7", line("gpu01", &ed(1)));
    let at = |blob: &[u8]| name.clone() + &line(address, blob);
    for (known, strict, taken) in [
        (at(&ed(1)), Ask, true),
        (at(&ed(2)), Ask, false),
        (at(&ed(2)), No, true),
        (
            name.clone() + &line("@revoked 192.0.2.*", &ed(1)),
            Ask,
            false,
        ),
        (
            name.clone() + &line("@revoked 192.0.2.*", &ed(1)),
            No,
            false,
        ),
    ] {
        let set = Set::with(&known, |target| target.strict = strict);
        let (found, prompts) = set.judge(&ed(1), Some(address));
        assert_eq!((found.is_ok(), prompts), (taken, 0), "{strict:?} {known}");
        assert_eq!(set.known(), known, "{strict:?}");
    }
    let set = Set::new(&name);
    assert!(set.judge(&ed(1), Some(address)).0.is_ok());
    assert_eq!(set.known(), at(&ed(1)));
    let set = Set::new("");
    assert!(set.judge(&ed(1), Some(address)).0.is_ok());
    assert_eq!(set.known(), line("gpu01,192.0.2.7", &ed(1)));
}

#[test]
fn the_address_is_a_name_of_its_own_where_the_host_was_named_otherwise() {
    let (far, here): (IpAddr, IpAddr) =
        ("192.0.2.7".parse().unwrap(), "127.0.0.1".parse().unwrap());
    let address = |peer: Option<IpAddr>, change: &dyn Fn(&mut SshTarget)| {
        let set = Set::with("", |target| {
            target.check_host_ip = true;
            change(target);
        });
        set.keys()
            .address(&set.target, peer)
            .map(|name| name.to_string())
    };
    let is = |name: &str| Some(name.to_owned());
    assert_eq!(address(Some(far), &|_| ()), is("192.0.2.7"));
    assert_eq!(
        address(Some(far), &|target| target.port = 2222),
        is("[192.0.2.7]:2222")
    );
    assert_eq!(
        address(Some(far), &|target| target.check_host_ip = false),
        None
    );
    assert_eq!(address(Some(here), &|_| ()), None);
    assert_eq!(address(None, &|_| ()), None);
    let by_address = |target: &mut SshTarget| target.host = "192.0.2.7".into();
    assert_eq!(address(Some(far), &by_address), None);
    // `host` has no port in it, and an alias no part of the address.
    let at_port = |target: &mut SshTarget| (target.host, target.port) = ("192.0.2.7".into(), 2222);
    assert_eq!(address(Some(far), &at_port), None);
    let alias = |target: &mut SshTarget| {
        (target.host, target.host_key_alias) = ("192.0.2.7".into(), is("gpu"));
    };
    assert_eq!(address(Some(far), &alias), None);
    let same = |target: &mut SshTarget| target.host_key_alias = is("192.0.2.7");
    assert_eq!(address(Some(far), &same), None);
}

#[test]
fn the_local_computer_alone_is_exempt_and_only_by_its_own_name() {
    let (far, here): (IpAddr, IpAddr) = ("192.0.2.7".parse().unwrap(), "::1".parse().unwrap());
    for (trusts, peer, alias, exempt) in [
        (true, Some(here), None, true),
        (false, Some(here), None, false),
        (true, Some(far), None, false),
        (true, None, None, false),
        (true, Some(here), Some("gpu".to_owned()), false),
    ] {
        let set = Set::with("", |target| {
            (target.trust_localhost, target.host_key_alias) = (trusts, alias.clone());
        });
        assert_eq!(
            is_exempt(&set.target, peer),
            exempt,
            "{trusts} {peer:?} {alias:?}"
        );
    }
}

#[test]
fn an_rsa_key_that_is_too_short_is_refused_before_anything_accepts_it() {
    let rsa = |bits: usize| key("ssh-rsa", &[&[1, 0, 1], &vec![0xff; bits / 8]]);
    for (blob, refused) in [
        (rsa(1016), true),
        (rsa(1024), false),
        (rsa(2048), false),
        (ed(1), false),
        (key("ssh-new", &[b"x"]), false),
    ] {
        assert_eq!(
            refuse_short(&blob, 1024).is_err(),
            refused,
            "{:?}",
            key_type(&blob)
        );
    }
    let Err(SshError::HostKeyShort { bits, min, .. }) = refuse_short(&rsa(1016), 1024) else {
        panic!("it is too short");
    };
    assert_eq!((bits, min), (1016, 1024));
}

#[test]
fn a_key_of_the_list_of_revoked_ones_is_refused() {
    let mut set = Set::new("");
    let file = set.folder.path().join("revoked");
    fs::write(&file, line("", &ed(1)).trim_start()).unwrap();
    set.target.revoked_host_keys = Some(file.clone());
    let (keys, poller) = (set.keys(), Poller::new().unwrap());
    match keys.refuse_revoked(&ed(1), &poller) {
        Err(SshError::HostKeyRevoked {
            file: told, line, ..
        }) => {
            assert_eq!((told, line), (file, Some(1)));
        }
        other => panic!("{other:?}"),
    }
    assert!(keys.refuse_revoked(&ed(2), &poller).is_ok());
    set.target.revoked_host_keys = Some(PathBuf::from("/nonexistent/revoked"));
    assert!(
        HostKeys::read(&set.target).is_err(),
        "a list that cannot be read"
    );
}

#[test]
fn a_damaged_certificate_is_no_plain_key() {
    let set = Set::new("");
    let damaged = key("ssh-ed25519-cert-v01@openssh.com", &[b"nonce"]);
    assert!(matches!(
        set.keys().certified(&damaged, &set.target),
        Err(SshError::Handshake { cut: false, .. })
    ));
    let plain = set.keys().certified(&ed(1), &set.target);
    assert!(matches!(plain, Ok(Certified::No(key, None)) if key == ed(1)));
}

#[test]
fn a_key_that_cannot_be_written_down_is_taken_and_the_user_hears_of_it() {
    let set = Set::with("", |target| {
        target.strict = StrictHostKeyChecking::AcceptNew;
    });
    let keys = set.keys();
    let file = set.folder.path().join("known_hosts");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let user = User("yes", RefCell::default());
    let notes = keys.judge(&set.shown(&ed(1), None), &user).unwrap();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("known_hosts"), "{notes:?}");
}

#[test]
fn kinds_of_key_that_are_not_possible_are_named_before_the_handshake() {
    let set = Set::new("");
    let session = Session::new().unwrap();
    let wanted = |name: &str| set.keys().prefer_known(&session, &[name.to_owned()]);
    assert!(wanted(ED).is_ok());
    match wanted("ssh-new") {
        Err(SshError::Algorithms { keyword, asked, .. }) => {
            assert_eq!((keyword, asked.as_str()), ("HostKeyAlgorithms", "ssh-new"));
        }
        other => panic!("{other:?}"),
    }
}
