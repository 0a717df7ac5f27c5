#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use base64ct::{Base64, Encoding};
use tempfile::TempDir;

use super::*;

const ED_A: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIEccwANYoN7HZ9QZrrOjiXiVLMov6SquM4QgOHuXqFAi";
const ED_A_PRINT: &str = "SHA256:pHDgQF5+0Dv9ni1SS+EnkFJowfsy4B89XR8WbMUCj3Q";

fn blob(encoded: &str) -> Vec<u8> {
    Base64::decode_vec(encoded).unwrap()
}

/// A well-formed key of a type, told apart by one byte.
fn key(key_type: &str, fill: u8) -> Vec<u8> {
    let parts = match key_type {
        "ssh-ed25519" => 1,
        "ssh-dss" => 4,
        _ => 2,
    };
    let mut blob = Vec::new();
    for part in std::iter::once(key_type.as_bytes()).chain(vec![&[fill; 32][..]; parts]) {
        blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend(part);
    }
    blob
}

fn line(hosts: &str, blob: &[u8]) -> String {
    format!(
        "{hosts} {} {}\n",
        key_type(blob).unwrap(),
        Base64::encode_string(blob)
    )
}

/// Returns the known hosts of two files, the user's and the system's.
fn known(user: &str, global: &str) -> KnownHosts {
    let folder = TempDir::new().unwrap();
    let paths = [folder.path().join("user"), folder.path().join("global")];
    fs::write(&paths[0], user).unwrap();
    fs::write(&paths[1], global).unwrap();
    KnownHosts::read(&paths[..1], &paths[1..]).unwrap()
}

fn unknown() -> Verdict {
    Verdict::Unknown {
        without_port: Vec::new(),
    }
}

/// Returns the kind of key that the server is asked for first.
fn first_of(hosts: &KnownHosts, name: &HostName) -> &'static str {
    hosts.algorithms(name, &[])[0]
}

fn gpu01() -> HostName {
    HostName::new("GPU01", 22)
}

#[test]
fn names_are_lower_case_and_carry_other_ports() {
    assert_eq!(HostName::new("GPU01", 22).as_str(), "gpu01");
    assert_eq!(HostName::new("GPU01", 0).as_str(), "gpu01");
    assert_eq!(HostName::new("GPU01", 2222).as_str(), "[gpu01]:2222");
    assert_eq!(HostName::new("FE80::1", 2222).to_string(), "[fe80::1]:2222");
    assert_eq!(HostName::alias("Cluster").as_str(), "Cluster");
}

#[test]
fn fingerprints_are_those_of_ssh_keygen() {
    assert_eq!(fingerprint(&blob(ED_A)), ED_A_PRINT);
    assert_eq!(key_type(&blob(ED_A)), Some("ssh-ed25519"));
    for bad in [
        &b""[..],
        b"\0\0\0\x09ssh",
        b"\xff\xff\xff\xffssh",
        b"\0\0\0\0",
        b"\0\0\0\x02a\n",
    ] {
        assert_eq!(key_type(bad), None, "{bad:?}");
    }
}

#[test]
fn the_very_key_is_trusted_in_any_file() {
    let ours = key("ssh-ed25519", 1);
    for (user, global) in [
        (line("gpu01", &ours), String::new()),
        (String::new(), line("*", &ours)),
    ] {
        assert_eq!(
            known(&user, &global).verdict(&gpu01(), &ours),
            Verdict::Trusted
        );
    }
    assert_eq!(known("", "").verdict(&gpu01(), &ours), unknown());
    assert_eq!(
        known(&line("other", &ours), "").verdict(&gpu01(), &ours),
        unknown()
    );
}

#[test]
fn one_of_several_keys_is_enough() {
    let (old, new) = (key("ssh-ed25519", 1), key("ssh-ed25519", 2));
    let hosts = known(&line("gpu01", &old), &line("gpu01", &new));
    assert_eq!(hosts.verdict(&gpu01(), &new), Verdict::Trusted);
}

#[test]
fn another_key_is_a_change_told_with_its_place() {
    let text = format!("# mine\n\n{}", line("gpu01", &blob(ED_A)));
    let Verdict::Changed { known, same_type } =
        known(&text, "").verdict(&gpu01(), &key("ssh-ed25519", 9))
    else {
        panic!("not a change")
    };
    assert!(same_type);
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].line, known[0].key_type.as_str()),
        (3, "ssh-ed25519")
    );
    assert_eq!(known[0].fingerprint, ED_A_PRINT);
    assert!(known[0].file.ends_with("user"));
}

/// `ssh` 9.2 says REMOTE HOST IDENTIFICATION HAS CHANGED here, in every mode.
#[test]
fn a_key_of_another_type_is_a_change_too() {
    let hosts = known(&line("gpu01", &key("ssh-rsa", 1)), "");
    let verdict = hosts.verdict(&gpu01(), &key("ssh-ed25519", 1));
    assert!(
        matches!(
            verdict,
            Verdict::Changed {
                same_type: false,
                ..
            }
        ),
        "{verdict:?}"
    );
    assert_eq!(
        first_of(&hosts, &gpu01()),
        "rsa-sha2-512-cert-v01@openssh.com"
    );
}

#[test]
fn a_type_nobody_knows_is_compared_by_its_bytes() {
    let future = key("ssh-future@example.org", 1);
    let hosts = known(&line("gpu01", &future), "");
    assert_eq!(hosts.verdict(&gpu01(), &future), Verdict::Trusted);
    let other = hosts.verdict(&gpu01(), &key("ssh-future@example.org", 2));
    assert!(matches!(
        other,
        Verdict::Changed {
            same_type: true,
            ..
        }
    ));
}

#[test]
fn a_revoked_key_is_refused_wherever_it_also_stands() {
    let ours = key("ssh-ed25519", 1);
    let revoked = format!("@revoked {}", line("*", &ours));
    for (user, global) in [
        (format!("{}{revoked}", line("gpu01", &ours)), String::new()),
        (line("gpu01", &ours), revoked.clone()),
        (revoked.clone(), line("gpu01", &ours)),
        (revoked.replace("@revoked ", "@revoked\t"), String::new()),
        (revoked.replace("ssh-ed25519", "ssh-rsa"), String::new()),
        (revoked.replace('\n', "\r\n"), String::new()),
    ] {
        let hosts = known(&user, &global);
        for name in [gpu01(), HostName::new("gpu01", 2222)] {
            let verdict = hosts.verdict(&name, &ours);
            assert!(
                matches!(verdict, Verdict::Revoked { .. }),
                "{user}{global}{verdict:?}"
            );
        }
    }
}

/// `ssh` takes such a key for a new one; this is deliberately stricter.
#[test]
fn told_keys_count_as_if_they_stood_in_a_file_and_a_revocation_counts_more() {
    let (told, filed, other) = (
        key("ssh-rsa", 1),
        key("ssh-ed25519", 2),
        key("ssh-ed25519", 3),
    );
    let hosts = known("", "").with_told(std::slice::from_ref(&told));
    assert_eq!(hosts.verdict(&gpu01(), &told), Verdict::Trusted);
    assert!(first_of(&hosts, &gpu01()).starts_with("rsa-sha2-512"));
    // Nothing is unknown any more, so nobody is asked about it.
    let refused = hosts.verdict(&gpu01(), &other);
    assert!(
        matches!(
            refused,
            Verdict::Changed {
                same_type: false,
                ..
            }
        ),
        "{refused:?}"
    );
    let text = line("gpu01", &filed);
    let hosts = known(&text, "").with_told(std::slice::from_ref(&told));
    assert_eq!(hosts.verdict(&gpu01(), &told), Verdict::Trusted);
    assert_eq!(hosts.verdict(&gpu01(), &filed), Verdict::Trusted);
    assert!(matches!(
        hosts.verdict(&gpu01(), &other),
        Verdict::Changed { .. }
    ));
    let hosts = known(&format!("@revoked {}", line("gpu01", &told)), "")
        .with_told(std::slice::from_ref(&told));
    assert!(matches!(
        hosts.verdict(&gpu01(), &told),
        Verdict::Revoked { .. }
    ));
}

#[test]
fn a_revocation_under_the_bare_name_holds_for_every_port() {
    let ours = key("ssh-ed25519", 1);
    let text = format!("[gpu01]:2222 x\n@revoked {}", line("gpu01", &ours));
    let hosts = known(&text, &line("[gpu01]:2222", &ours));
    let verdict = hosts.verdict(&HostName::new("gpu01", 2222), &ours);
    assert!(
        matches!(verdict, Verdict::Revoked { line: 2, .. }),
        "{verdict:?}"
    );
}

#[test]
fn a_revocation_for_another_host_or_key_changes_nothing() {
    let (ours, other) = (key("ssh-ed25519", 1), key("ssh-ed25519", 2));
    let text = format!(
        "@revoked {}@revoked {}{}",
        line("elsewhere", &ours),
        line("*", &other),
        line("gpu01", &ours)
    );
    assert_eq!(known(&text, "").verdict(&gpu01(), &ours), Verdict::Trusted);
}

#[test]
fn a_certificate_authority_is_not_a_host_key() {
    let ours = key("ssh-ed25519", 1);
    let hosts = known(&format!("@cert-authority {}", line("*", &ours)), "");
    assert_eq!(hosts.verdict(&gpu01(), &ours), unknown());
    assert_eq!(
        first_of(&hosts, &gpu01()),
        "ssh-ed25519-cert-v01@openssh.com"
    );
}

#[test]
fn a_port_that_has_no_key_of_its_own_takes_the_bare_names() {
    let (ours, other) = (key("ssh-ed25519", 1), key("ssh-ed25519", 2));
    let at_port = HostName::new("gpu01", 2222);
    let bare = known(&line("gpu01", &ours), "");
    assert_eq!(bare.verdict(&at_port, &ours), Verdict::Trusted);
    let Verdict::Unknown { without_port } = bare.verdict(&at_port, &other) else {
        panic!()
    };
    assert_eq!(without_port.len(), 1);
    assert_eq!(bare.verdict(&HostName::alias("other"), &ours), unknown());

    // Once the port has a key, the bare name no longer counts.
    let both = known(&line("gpu01", &ours), &line("[gpu01]:2222", &other));
    assert!(matches!(
        both.verdict(&at_port, &ours),
        Verdict::Changed { .. }
    ));
    // And the other way round, a port's key says nothing about port 22.
    let port_only = known(&line("[gpu01]:2222", &ours), "");
    assert_eq!(port_only.verdict(&gpu01(), &ours), unknown());
}

#[test]
fn a_bad_line_hides_nothing() {
    let ours = key("ssh-ed25519", 1);
    let good = line("gpu01", &ours);
    let long = "x".repeat(300_000);
    for bad in [
        "gpu01",
        "gpu01 ssh-ed25519",
        "gpu01 ssh-ed25519 !!!!",
        "gpu01 ssh-ed25519 AAAA",
        "@",
        "@x a b c",
        "@revoked",
        "@revoked gpu01",
        "@revoked @cert-authority gpu01 ssh-rsa AAAA",
        "|1|",
        "|1|a|b c d",
        "|2|x|y ssh-ed25519 AAAA",
        "gpu01 1024 35 123456789",
        "\u{fffd}\u{0}\u{1}",
        "gpu01 # x",
        "\r",
        &long,
    ] {
        for text in [
            format!("{bad}\n{good}"),
            format!("{good}{bad}"),
            format!("{bad}\r\n{good}{bad}\n"),
        ] {
            assert_eq!(
                known(&text, "").verdict(&gpu01(), &ours),
                Verdict::Trusted,
                "{bad:.80}"
            );
        }
    }
}

#[test]
fn a_damaged_key_is_not_on_file() {
    let ours = key("ssh-ed25519", 1);
    let shown = key("ssh-ed25519", 2);
    let cut = &ours[..ours.len() - 3];
    let joined = [&ours[..], b"xyz"].concat();
    for text in [
        line("gpu01", cut),
        line("gpu01", &joined),
        line("gpu01", &ours).replace("ssh-ed25519", "ssh-rsa"),
    ] {
        assert_eq!(
            known(&text, "").verdict(&gpu01(), &shown),
            unknown(),
            "{text}"
        );
    }
}

#[test]
fn line_endings_comments_and_bytes_beyond_ascii_do_no_harm() {
    let ours = key("ssh-ed25519", 1);
    let plain = line("gpu01", &ours);
    for text in [
        plain.replace('\n', "\r\n"),
        plain.replace('\n', " a comment # more\n"),
        plain.replace('\n', ""),
        format!(" \t{}", plain.replace(' ', " \t ")),
        plain.replace('\n', "\0 the rest"),
    ] {
        assert_eq!(
            known(&text, "").verdict(&gpu01(), &ours),
            Verdict::Trusted,
            "{text:?}"
        );
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kh");
    fs::write(
        &path,
        [b"\xff\xfe gr\xfc\xdfe\n", plain.as_bytes()].concat(),
    )
    .unwrap();
    let hosts = KnownHosts::read(&[path], &[]).unwrap();
    assert_eq!(hosts.verdict(&gpu01(), &ours), Verdict::Trusted);
}

#[test]
fn known_kinds_are_asked_for_first_unless_the_list_is_the_users_own() {
    for (known_key, first) in [
        ("ssh-rsa", "rsa-sha2-512-cert-v01@openssh.com"),
        ("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"),
        (
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp256-cert-v01@openssh.com",
        ),
        ("ssh-dss", "ssh-ed25519-cert-v01@openssh.com"),
    ] {
        let hosts = known(&line("gpu01", &key(known_key, 1)), "");
        assert_eq!(first_of(&hosts, &gpu01()), first, "{known_key}");
        let own = ["ssh-ed25519", "ssh-dss", "rsa-sha2-256"].map(str::to_owned);
        let order = hosts.algorithms(&gpu01(), &own);
        assert_eq!(order, ["ssh-ed25519", "rsa-sha2-256"], "{known_key}");
    }
}

/// Both have all that the default has; only the second is one.
#[test]
fn kinds_that_were_put_in_front_of_the_default_stay_there() {
    let hosts = known(&line("gpu01", &key("ssh-ed25519", 1)), "");
    let owned = |order: &[&str]| -> Vec<String> { order.iter().map(|&it| it.into()).collect() };
    let mut ahead = owned(&ALGORITHMS);
    ahead.rotate_right(1);
    assert_eq!(hosts.algorithms(&gpu01(), &ahead), ahead);
    let mut older = owned(&ALGORITHMS);
    for certified in [0, 6] {
        older[certified..certified + 4].rotate_left(1);
    }
    let sorted = hosts.algorithms(&gpu01(), &older);
    assert_eq!(sorted[0], "ssh-ed25519-cert-v01@openssh.com");
}

/// Two programs may write at once: no line is lost, and none is cut.
#[test]
fn many_writers_write_whole_lines() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("known_hosts");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                for at in 0..25 {
                    let name = HostName::new(&format!("w{writer}n{at}"), 22);
                    remember(path, &[&name], &blob(ED_A), false).unwrap();
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 200);
    let end = format!(" ssh-ed25519 {ED_A}");
    assert!(lines.iter().all(|line| line.ends_with(&end)));
}

#[test]
fn a_missing_file_is_empty_and_an_unreadable_one_an_error() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    let hosts = KnownHosts::read(&[missing], &[]).unwrap();
    assert_eq!(hosts.verdict(&gpu01(), &blob(ED_A)), unknown());
    // A folder can't be read as a file, not even by root.
    let error = KnownHosts::read(&[], &[folder.path().to_owned()])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&folder.path().display().to_string()),
        "{error}"
    );
}

#[test]
fn remember_writes_what_it_then_trusts() {
    for (hash, port) in [(false, 22), (true, 22), (false, 2222), (true, 2222)] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ssh/known_hosts");
        let name = HostName::new("GPU01", port);
        remember(&path, &[&name], &blob(ED_A), hash).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let plain = format!("{name} ssh-ed25519 {ED_A}\n");
        assert_eq!(text == plain, !hash, "{text}");
        assert_eq!(text.contains("gpu01"), !hash);
        let hosts = KnownHosts::read(std::slice::from_ref(&path), &[]).unwrap();
        assert_eq!(hosts.verdict(&name, &blob(ED_A)), Verdict::Trusted);
        assert_eq!(
            hosts.verdict(&HostName::new("gpu02", port), &blob(ED_A)),
            unknown()
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}

#[test]
fn remember_keeps_the_file_its_mode_and_its_links() {
    let folder = TempDir::new().unwrap();
    let (real, path) = (
        folder.path().join("real"),
        folder.path().join("known_hosts"),
    );
    fs::write(&real, "# no newline at the end").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&real, &path).unwrap();
    remember(&path, &[&gpu01()], &blob(ED_A), false).unwrap();
    remember(&path, &[&HostName::new("b", 22)], &blob(ED_A), false).unwrap();
    let want = format!("# no newline at the end\ngpu01 ssh-ed25519 {ED_A}\nb ssh-ed25519 {ED_A}\n");
    assert_eq!(fs::read_to_string(&real).unwrap(), want);
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o644
    );
    assert!(path.is_symlink());
}

#[test]
fn remember_refuses_what_would_mean_more_than_it_says() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("known_hosts");
    for name in [
        "", "*", "gpu?1", "a,b", "a b", "a\nb", "@revoked", "#x", "!x", "|1|a|b",
    ] {
        for hash in [false, true] {
            let error = remember(&path, &[&HostName::alias(name)], &blob(ED_A), hash).unwrap_err();
            assert!(
                matches!(error, KnownHostsError::UnwritableName { .. }),
                "{name:?}"
            );
        }
    }
    let error = remember(&path, &[&gpu01()], b"rubbish", false).unwrap_err();
    assert!(matches!(error, KnownHostsError::MalformedKey { .. }));
    assert!(!path.exists());
    let deep = folder.path().join("no/such/known_hosts");
    let error = remember(&deep, &[&gpu01()], &blob(ED_A), false)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("gpu01") && error.contains("no/such"),
        "{error}"
    );
}

#[test]
fn a_line_whose_label_is_not_its_keys_or_whose_marker_nobody_knows_does_not_count() {
    let (ed, rsa) = (key("ssh-ed25519", 1), key("ssh-rsa", 1));
    let labelled = |label: &str, blob: &[u8]| {
        let text = format!("gpu01 {label} {}\n", Base64::encode_string(blob));
        known(&text, "").verdict(&gpu01(), blob)
    };
    for label in ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"] {
        assert_eq!(labelled(label, &rsa), Verdict::Trusted, "{label}");
        assert_eq!(labelled(label, &ed), unknown(), "{label}");
    }
    assert_eq!(labelled("ssh-ed25519", &rsa), unknown());
    // A damaged line still revokes, which is stricter than ssh.
    for (marker, count) in [("@revoked", 1), ("@cert-authority", 0)] {
        let second = known(&line(&format!("{marker} @x,gpu01"), &ed), "");
        assert_eq!(second.lines().count(), count, "{marker}");
    }
    let marked = known(&line("@gpu", &ed), "");
    assert_eq!(marked.verdict(&HostName::alias("@gpu"), &ed), unknown());
}
