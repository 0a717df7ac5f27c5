#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// Printed by `ssh -G` of OpenSSH 9.2 for a host with much configured, without the lines that
/// nothing here reads.
const MUCH: &str = "\
host gpu01
user me
hostname gpu01.example.org
port 2222
addressfamily inet
hashknownhosts yes
identitiesonly yes
kbdinteractiveauthentication no
nohostauthenticationforlocalhost no
passwordauthentication no
pubkeyauthentication host-bound
stricthostkeychecking true
numberofpasswordprompts 1
serveralivecountmax 5
serveraliveinterval 60
bindaddress 127.0.0.1
hostkeyalias gpu-alias
identityagent /home/me/agent.sock
preferredauthentications publickey,password
revokedhostkeys ~/.ssh/revoked
identityfile ~/.ssh/%h_%r_%p_%%x
identityfile ~/my keys/id
identityfile ${KEYS}/envkey
identityfile %d/%u-%L-%l-%i-%k-%n-%j-%Z
canonicaldomains none
certificatefile ~/.ssh/%u-cert.pub
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/me/.ssh/kh /home/me/my known/gpu01.example.org /x/gpu-alias
connecttimeout 7
proxycommand nc -x proxy %h %p
";

/// The same for a host with nothing configured.
const LITTLE: &str = "\
host k
user me
hostname k
port 22
addressfamily any
hashknownhosts no
identitiesonly no
kbdinteractiveauthentication yes
passwordauthentication yes
pubkeyauthentication true
stricthostkeychecking ask
numberofpasswordprompts 3
serveralivecountmax 3
serveraliveinterval 0
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ed25519
canonicaldomains none
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/me/.ssh/known_hosts /home/me/.ssh/known_hosts2
connecttimeout none
";

fn local() -> Local {
    Local {
        home: Some("/home/me".into()),
        user: "melocal".into(),
        uid: Some("1000".into()),
        hostname: Some("laptop.example.org".into()),
        env: |name| match name {
            "KEYS" => Some("/keys".into()),
            "MYSOCK" => Some("/run/my.sock".into()),
            _ => None,
        },
    }
}

fn parsed(output: &str) -> SshTarget {
    parse::parse(output, "gpu01", &local()).unwrap()
}

fn paths(list: &[&str]) -> Vec<PathBuf> {
    list.iter().map(PathBuf::from).collect()
}

/// An `ssh` that does what a script says. A shell writes it: were it open for writing here while
/// another test starts a program, that one would inherit it, and running it would fail as busy.
fn fake_ssh(folder: &TempDir, script: &str) -> String {
    let path = folder.path().join("ssh").to_str().unwrap().to_owned();
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 700 "$1""#;
    let status = Command::new("sh")
        .args(["-c", write, "sh", &path, script])
        .status();
    assert!(status.unwrap().success());
    path
}

#[test]
fn a_host_with_much_configured() {
    let target = parsed(MUCH);
    assert_eq!(
        (target.alias.as_str(), target.host.as_str()),
        ("gpu01", "gpu01.example.org")
    );
    assert_eq!((target.port, target.user.as_str()), (2222, "me"));
    assert_eq!(target.known_hosts_name().as_str(), "gpu-alias");
    assert!(target.identities_only && target.hash_known_hosts && target.pubkey);
    assert!(!target.password && !target.kbd_interactive);
    assert_eq!(
        target.identity_agent,
        AgentChoice::Path("/home/me/agent.sock".into())
    );
    assert_eq!(target.strict, StrictHostKeyChecking::Yes);
    assert_eq!(target.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(target.family, AddressFamily::V4);
    assert_eq!(target.bind_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(target.preferred_auth, ["publickey", "password"]);
    assert_eq!((target.password_prompts, target.alive_count_max), (1, 5));
    assert_eq!(target.alive_interval, Duration::from_secs(60));
    assert_eq!(
        target.proxy_command.as_deref(),
        Some("nc -x proxy gpu01.example.org 2222")
    );
    assert_eq!(target.proxy_jump, None);
    assert_eq!(target.source, Source::OpenSsh);
}

#[test]
fn paths_are_those_that_ssh_would_open() {
    let target = parsed(MUCH);
    let want = [
        "/home/me/.ssh/gpu01.example.org_me_2222_%x",
        "/home/me/my keys/id",
        "/keys/envkey",
        "/home/me/melocal-laptop-laptop.example.org-1000-gpu-alias-gpu01--%Z",
    ];
    assert_eq!(target.identity_files, paths(&want));
    assert_eq!(
        target.certificate_files,
        paths(&["/home/me/.ssh/melocal-cert.pub"])
    );
    assert_eq!(
        target.revoked_host_keys,
        Some("/home/me/.ssh/revoked".into())
    );
    let want = [
        "/home/me/.ssh/kh",
        "/home/me/my known/gpu01.example.org",
        "/x/gpu-alias",
    ];
    assert_eq!(target.user_known_hosts, paths(&want));
    let want = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
    assert_eq!(target.global_known_hosts, paths(&want));
}

#[test]
fn a_host_with_nothing_configured() {
    let target = parsed(LITTLE);
    assert_eq!(target.known_hosts_name().as_str(), "k");
    assert_eq!(target.identity_agent, AgentChoice::Default);
    assert_eq!(target.strict, StrictHostKeyChecking::Ask);
    assert_eq!(
        (target.connect_timeout, target.family),
        (None, AddressFamily::Any)
    );
    assert!(target.pubkey && target.password && target.kbd_interactive);
    assert!(!target.identities_only && !target.hash_known_hosts);
    assert!(target.preferred_auth.is_empty() && target.certificate_files.is_empty());
    assert_eq!(target.alive_interval, Duration::ZERO);
    assert_eq!(
        target.identity_files,
        paths(&["/home/me/.ssh/id_rsa", "/home/me/.ssh/id_ed25519"])
    );
}

#[test]
fn none_means_nothing() {
    let text = LITTLE
        .replace("~/.ssh/id_rsa", "none")
        .replace("~/.ssh/id_ed25519", "none");
    let text = text
        .replace(
            "/home/me/.ssh/known_hosts /home/me/.ssh/known_hosts2",
            "none",
        )
        .replace("/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2", "none");
    let text = format!("{text}certificatefile none\nproxyjump none\nproxycommand none\n");
    let target = parsed(&text);
    assert!(target.identity_files.is_empty() && target.certificate_files.is_empty());
    assert!(target.user_known_hosts.is_empty() && target.global_known_hosts.is_empty());
    assert_eq!((target.proxy_jump, target.proxy_command), (None, None));
}

#[test]
fn a_proxy_command_gets_names_and_no_shell_text() {
    let filled = |command: &str, user: &str| {
        let text = LITTLE.replace("user me", &format!("user {user}"));
        let text = format!("{text}proxycommand {command}\n");
        parse::parse(&text, "gpu01", &local()).map(|target| target.proxy_command)
    };
    let command = "relay --to=%h:%p --as=%r %n 100%%";
    let want = "relay --to=k:22 --as=me k 100%";
    assert_eq!(filled(command, "me").unwrap().as_deref(), Some(want));
    assert_eq!(
        filled("x %r", "DOM\\me").unwrap().as_deref(),
        Some("x DOM\\me")
    );
    for (command, user) in [
        ("x %r", "a;b"),
        ("x %r", "-oX"),
        ("x %r", "a b"),
        ("x %r", "$(x)"),
        ("x %r", "a'b"),
        ("x %r", "a\\"),
        ("x %d", "me"),
        ("x %", "me"),
    ] {
        let error = filled(command, user).unwrap_err();
        assert!(
            matches!(error, ResolveError::BadDestination { .. }),
            "{command} {user}: {error}"
        );
    }
    assert!(filled("x %h", "a;b").is_ok(), "it does not name the user");
}

#[test]
fn every_form_of_a_choice() {
    for (value, want) in [
        ("yes", StrictHostKeyChecking::Yes),
        ("true", StrictHostKeyChecking::Yes),
        ("something new", StrictHostKeyChecking::Yes),
        ("accept-new", StrictHostKeyChecking::AcceptNew),
        ("false", StrictHostKeyChecking::No),
        ("off", StrictHostKeyChecking::No),
    ] {
        let text = LITTLE.replace("checking ask", &format!("checking {value}"));
        assert_eq!(parsed(&text).strict, want, "{value}");
    }
    for (value, want) in [
        ("none", AgentChoice::Disabled),
        ("SSH_AUTH_SOCK", AgentChoice::Default),
        ("$MYSOCK", AgentChoice::Path("/run/my.sock".into())),
        ("$UNSET", AgentChoice::Unset("UNSET".into())),
        ("${KEYS}/a b", AgentChoice::Path("/keys/a b".into())),
        ("~/agent", AgentChoice::Path("/home/me/agent".into())),
    ] {
        let text = format!("{LITTLE}identityagent {value}\n");
        assert_eq!(parsed(&text).identity_agent, want, "{value}");
    }
    let text = LITTLE.replace("authentication true", "authentication false");
    assert!(!parsed(&text.replace("family any", "family inet6")).pubkey);
    assert_eq!(
        parsed(&LITTLE.replace("family any", "family inet6")).family,
        AddressFamily::V6
    );
    assert_eq!(
        parsed(&LITTLE.replace("timeout none", "timeout 0")).connect_timeout,
        None
    );
    let jump = parsed(&format!("{LITTLE}proxyjump a@b:22,c\n")).proxy_jump;
    assert_eq!(jump.as_deref(), Some("a@b:22,c"));
}

#[test]
fn an_answer_without_the_essentials_is_refused() {
    for line in ["hostname k\n", "user me\n", "port 22\n"] {
        let error = parse::parse(&LITTLE.replace(line, ""), "k", &local()).unwrap_err();
        assert!(
            error.to_string().contains(line.split(' ').next().unwrap()),
            "{error}"
        );
    }
    for port in ["port 0\n", "port 99999\n", "port x\n"] {
        assert!(parse::parse(&LITTLE.replace("port 22\n", port), "k", &local()).is_err());
    }
}

#[test]
fn an_older_ssh_that_does_not_repeat_the_name() {
    for (given, alias) in [
        ("me@k", "k"),
        ("ssh://me@k:33", "k"),
        ("ssh://[::1]:33/", "::1"),
        ("h:22", "h:22"),
    ] {
        let target = parse::parse(&LITTLE.replace("host k\n", ""), given, &local()).unwrap();
        assert_eq!(target.alias, alias);
    }
}

#[test]
fn what_could_be_an_option_or_a_command_never_reaches_ssh() {
    let folder = TempDir::new().unwrap();
    let mark = folder.path().join("ran");
    let ssh = fake_ssh(&folder, &format!("touch {}", mark.display()));
    for destination in [
        "",
        "-oProxyCommand=x",
        "ssh://",
        "me@",
        "-x@h",
        "me@-x",
        "a b",
        "a\tb",
        "a\nb",
        "a\u{0}b",
        "a;b",
        "x`y`@h",
        "$(x)",
        "a$b",
        "a\\b",
        "ssh://-x",
        "a|b",
        "'a'",
        "a\u{a0}b",
    ] {
        let error = resolve_with(&ssh, &[], destination, None, &poller()).unwrap_err();
        assert!(
            matches!(
                error,
                SshError::Resolve(ResolveError::BadDestination { .. })
            ),
            "{destination:?} {error}"
        );
    }
    assert!(!mark.exists());
    for good in [
        "gpu01",
        "me@gpu01",
        "DOM\\me@h",
        "PC$@h",
        "a@b@c",
        "::1",
        "ssh://me@[::1]:22",
        "ä.example",
    ] {
        assert!(check(good).is_ok(), "{good}");
    }
}

fn poller() -> Poller {
    Poller::new().unwrap()
}

#[test]
fn a_command_of_the_configuration_that_hangs_is_given_up_and_named() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, "Match exec \"sleep 103\"\n User me\n").unwrap();
    let poller = poller();
    poller.set_deadline(Some(Instant::now() + Duration::from_millis(300)));
    let error = resolve_within("gpu01", Some(&config), &poller).unwrap_err();
    assert!(error.to_string().contains("Match exec"), "{error}");
    assert!(
        error.is_of_the_network(),
        "it may ask for a network that is gone"
    );
}

#[test]
fn ssh_is_asked_with_the_file_and_its_complaint_is_passed_on() {
    let folder = TempDir::new().unwrap();
    let ssh = fake_ssh(
        &folder,
        "echo 'Pseudo-terminal will not be allocated because stdin is not a terminal.' >&2\n\
         echo \"args: $*\" >&2; exit 255",
    );
    let error =
        resolve_with(&ssh, &[], "gpu01", Some(Path::new("my config")), &poller()).unwrap_err();
    let SshError::Resolve(ResolveError::Refused { message, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(message, "args: -G -F my config -- gpu01");
    let usage = refusal("usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy]\n  [-b bind_address]\n");
    assert!(usage.contains("user@host"));
    assert_eq!(refusal(""), "it gave no reason");
}

#[test]
fn a_configuration_that_others_can_change_never_reaches_ssh() {
    let folder = TempDir::new().unwrap();
    let ssh = fake_ssh(&folder, "echo asked >&2; exit 255");
    let config = folder.path().join("config");
    std::fs::write(&config, "Host gpu01\n").unwrap();
    let asked = |mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&config, mode).unwrap();
        match resolve_with(&ssh, &[], "gpu01", Some(&config), &poller()).unwrap_err() {
            SshError::Resolve(ResolveError::Refused { message, .. }) => message == "asked",
            SshError::Resolve(ResolveError::OpenToOthers { command, .. }) => {
                assert!(command.starts_with("chmod go-w "), "{command}");
                false
            }
            other => panic!("{other}"),
        }
    };
    assert!(asked(0o644));
    assert!(!asked(0o646));
}

/// OpenSSH checks the owner and mode of what is included, also from a file given with `-F` (readconf.c).
#[test]
fn an_included_file_that_others_can_change_is_refused() {
    let folder = TempDir::new().unwrap();
    let (config, included) = (folder.path().join("config"), folder.path().join("included"));
    std::fs::write(&config, format!("Include {}\n", included.display())).unwrap();
    std::fs::write(&included, "Host gpu01\n  HostName gpu01.example.org\n").unwrap();
    let resolved = |mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&included, mode).unwrap();
        resolve("gpu01", Some(config.as_path()))
    };
    assert_eq!(resolved(0o644).unwrap().host, "gpu01.example.org");
    match resolved(0o646).unwrap_err() {
        ResolveError::Refused { message, .. } => assert!(
            message.contains("Bad owner or permissions") && message.contains("included"),
            "{message}"
        ),
        other => panic!("{other}"),
    }
}

#[test]
fn without_ssh_the_destination_is_read_as_it_stands() {
    let target =
        resolve_with("no-such-ssh-program", &[], "me@GPU01:2222", None, &poller()).unwrap();
    assert_eq!(target.source, Source::Fallback);
    assert_eq!(
        (target.host.as_str(), target.port, target.user.as_str()),
        ("gpu01", 2222, "me")
    );
    assert_eq!(target.known_hosts_name().as_str(), "[gpu01]:2222");

    let error = resolve_with(
        "no-such-ssh-program",
        &[],
        "gpu01",
        Some(Path::new("/my/config")),
        &poller(),
    );
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("/my/config") && text.contains("OpenSSH"),
        "{text}"
    );
}

#[test]
fn the_fallback_has_the_defaults_of_openssh() {
    let target = fallback::target("gpu01", &local()).unwrap();
    assert_eq!((target.port, target.user.as_str()), (22, "melocal"));
    assert_eq!(target.identity_files[0], Path::new("/home/me/.ssh/id_rsa"));
    let want = ["/home/me/.ssh/known_hosts", "/home/me/.ssh/known_hosts2"];
    assert_eq!(target.user_known_hosts, paths(&want));
    assert_eq!(target.strict, StrictHostKeyChecking::Ask);
    for (destination, host, port) in [
        ("ssh://me@h:33/", "h", 33),
        ("h:33", "h", 33),
        ("[::1]:33", "::1", 33),
        ("[::1]", "::1", 22),
        ("fe80::1", "fe80::1", 22),
    ] {
        let target = fallback::target(destination, &local()).unwrap();
        assert_eq!(
            (target.host.as_str(), target.port),
            (host, port),
            "{destination}"
        );
    }
    for bad in ["h:0", "h:99999", "h:x", "h:", ":22", "[]:22"] {
        assert!(fallback::target(bad, &local()).is_err(), "{bad}");
    }
    let nobody = Local {
        user: String::new(),
        ..local()
    };
    assert!(fallback::target("gpu01", &nobody).is_err());
    assert!(fallback::target("me@gpu01", &nobody).is_ok());
}

#[test]
fn a_home_that_is_not_ours_stays_as_written() {
    let local = local();
    assert_eq!(
        expand::tilde("~other/.ssh", &local),
        Path::new("~other/.ssh")
    );
    assert_eq!(expand::tilde("~", &local), Path::new("/home/me"));
    let homeless = Local {
        home: None,
        ..local
    };
    assert_eq!(expand::tilde("~/x", &homeless), Path::new("~/x"));
}

/// Against the real program, which must be there.
#[test]
fn the_real_ssh_is_understood() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("config");
    let text = "Host gpu01\n HostName GPU01.Example.ORG\n Port 2222\n User me\n\
        IdentityFile /k/%h_%r\n UserKnownHostsFile /k/%k \"/k/with space\"\n\
        StrictHostKeyChecking accept-new\n ServerAliveInterval 1m\n ProxyJump a@b:22,c\n";
    fs::write(&config, text).unwrap();
    let target = resolve("gpu01", Some(config.as_path())).unwrap();
    assert_eq!(
        (target.alias.as_str(), target.host.as_str()),
        ("gpu01", "gpu01.example.org")
    );
    assert_eq!(
        target.known_hosts_name().as_str(),
        "[gpu01.example.org]:2222"
    );
    assert_eq!(target.identity_files, paths(&["/k/gpu01.example.org_me"]));
    assert_eq!(
        target.user_known_hosts,
        paths(&["/k/gpu01", "/k/with space"])
    );
    assert_eq!(target.strict, StrictHostKeyChecking::AcceptNew);
    assert_eq!(target.alive_interval, Duration::from_secs(60));
    assert_eq!(target.proxy_jump.as_deref(), Some("a@b:22,c"));
    assert_eq!(target.source, Source::OpenSsh);

    let uri = resolve("ssh://you@other:33", Some(&config)).unwrap();
    assert_eq!(
        (uri.host.as_str(), uri.port, uri.user.as_str()),
        ("other", 33, "you")
    );
    let error = resolve("gpu01", Some(Path::new("/no/such/config")))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/no/such/config") && !error.contains("Pseudo"),
        "{error}"
    );
    let error = resolve("ssh://h:99999", Some(&config)).unwrap_err();
    assert!(matches!(error, ResolveError::Refused { .. }), "{error}");
}
