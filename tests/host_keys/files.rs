//! Cases about what stands in known-hosts files, for servers with plain keys.

use crate::cases::{Case, STRICT};
use crate::servers::Server;

fn every_way(cases: &[Case]) -> Vec<Case> {
    let ways = |case: &Case| STRICT.map(|strict| case.clone().strict(strict));
    cases.iter().flat_map(ways).collect()
}

/// Ways to write the names of a line, for a host with a port, one without (by its alias), and others.
const NAMES: [(&str, &str); 27] = [
    ("[127.0.0.1]:{port}", "127.0.0.1"),
    ("127.0.0.1", "127.0.0.1"),
    ("*", "127.0.0.1"),
    ("[*]:{port}", "127.0.0.1"),
    ("[127.0.0.*]:*", "127.0.0.1"),
    ("[127.0.0.?]:{port}", "127.0.0.1"),
    ("[127.0.0.1]:1", "127.0.0.1"),
    ("*,!127.0.0.1", "127.0.0.1"),
    ("*,![127.0.0.1]:{port}", "127.0.0.1"),
    ("!127.0.0.1,*", "127.0.0.1"),
    ("!*", "127.0.0.1"),
    ("127.0.0.1,elsewhere", "127.0.0.1"),
    (",[127.0.0.1]:{port},", "127.0.0.1"),
    ("[localhost]:{port}", "127.0.0.1"),
    ("[localhost]:{port}", "localhost"),
    ("[LocalHost]:{port}", "localhost"),
    ("[localhost]:{port}", "LOCALHOST"),
    ("localhost", "localhost"),
    ("[localhost]:{port},[127.0.0.1]:{port}", "localhost"),
    ("[127.0.0.1]:{port}", "localhost"),
    ("[::1]:{port}", "::1"),
    ("::1", "::1"),
    ("[0:0:0:0:0:0:0:1]:{port}", "::1"),
    ("[::*]:{port}", "::1"),
    ("*:*", "::1"),
    ("[127.0.0.1]:{port}x", "127.0.0.1"),
    ("[127.0.0.1]", "127.0.0.1"),
];

pub fn names() -> Vec<Case> {
    let mut cases = Vec::new();
    for (names, host) in NAMES {
        let what = format!("names {names:?} for {host}");
        let right = Case::new(format!("{what}, right key"), format!("{names} {{ed}}\n"));
        cases.push(right.host(host).strict("yes"));
        let other = Case::new(format!("{what}, other key"), format!("{names} {{other}}\n"));
        cases.push(other.host(host));
        let revoked = Case::new(
            format!("{what}, revoked"),
            format!("[{host}]:{{port}} {{ed}}\n@revoked {names} {{ed}}\n"),
        );
        // Under the bare name alone, ours is the stricter one (see `stricter`).
        if ![
            "127.0.0.1",
            "localhost",
            "::1",
            "127.0.0.1,elsewhere",
            "*,![127.0.0.1]:{port}",
        ]
        .contains(&names)
        {
            cases.push(revoked.host(host));
        }
    }
    for (names, alias) in [
        ("cluster", "cluster"),
        ("CLUSTER", "cluster"),
        ("cluster", "Cluster"),
        ("[cluster]:{port}", "cluster"),
        ("clu*", "cluster"),
        ("127.0.0.1", "cluster"),
    ] {
        let option = format!("HostKeyAlias {alias}");
        for (what, key) in [("right", "{ed}"), ("other", "{other}")] {
            let name = format!("names {names:?} for the alias {alias}, {what} key");
            cases.push(Case::new(name, format!("{names} {key}\n")).option(&option));
            let name = format!("names {names:?} for the alias {alias}, {what} key, hashed");
            let case = Case::new(name, format!("{names} {key}\n")).option(&option);
            if !names.contains('*') {
                cases.push(case.keygen("user", &["-q", "-H", "-f"]).strict("yes"));
            }
        }
    }
    cases
}

/// Lines around a good one, and ways to write that.
pub fn shapes() -> Vec<Case> {
    let good = "[127.0.0.1]:{port} {ed}";
    let long = "x".repeat(70_000);
    let mut cases = Vec::new();
    for (what, bad) in [
        ("a comment", "# [127.0.0.1]:{port} {other}"),
        ("an empty line", ""),
        ("blanks", " \t "),
        ("garbage", "garbage"),
        ("half a line", "[127.0.0.1]:{port} ssh-ed25519"),
        ("bad base64", "[127.0.0.1]:{port} ssh-ed25519 !!!!"),
        (
            "a key cut short",
            "[127.0.0.1]:{port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        ),
        ("a bad hash", "|1|bad|hash {other}"),
        ("a hash of another kind", "|2|aaaa|bbbb {other}"),
        ("an unknown marker", "@bogus [127.0.0.1]:{port} {ed}"),
        (
            "two markers",
            "@revoked @cert-authority [127.0.0.1]:{port} {ed}",
        ),
        ("an SSH 1 key", "[127.0.0.1]:{port} 1024 35 1234567890"),
        ("an authority", "@cert-authority [127.0.0.1]:{port} {other}"),
        (
            "the host revoked with another key",
            "@revoked [127.0.0.1]:{port} {other}",
        ),
        ("a NUL", "[127.0.0.1]:{port}\u{0} {other}"),
        ("an over-long line", &long),
        ("a byte-order mark", "\u{feff}[127.0.0.1]:{port} {other}"),
        ("another host", "elsewhere {other}"),
    ] {
        cases.push(Case::new(format!("before: {what}"), format!("{bad}\n{good}\n")).strict("yes"));
        cases.push(Case::new(
            format!("after, no newline: {what}"),
            format!("{good}\n{bad}"),
        ));
        cases.push(Case::new(format!("alone: {what}"), format!("{bad}\n")).strict("accept-new"));
    }
    for (what, text) in [
        ("CRLF", format!("{good}\r\n")),
        ("no newline", good.to_owned()),
        ("a comment behind", format!("{good} me@here # more\n")),
        ("leading blanks", format!(" \t {good}\n")),
        ("tabs", format!("{}\n", good.replace(' ', "\t"))),
        ("CR alone", format!("{good}\r{good}\r")),
        ("a NUL behind", format!("{good}\u{0} x\n")),
        ("a byte-order mark in front", format!("\u{feff}{good}\n")),
        ("a long comment", format!("{good} {long}\n")),
        ("a long list", format!("{}{good}\n", "host,".repeat(2_000))),
        ("a name of 1023", format!("{},{good}\n", "x".repeat(1_023))),
        ("a name of 1022", format!("{},{good}\n", "x".repeat(1_022))),
        (
            "the wrong type in front",
            good.replace("{ed}", "ssh-rsa {ed:blob}"),
        ),
    ] {
        cases.push(Case::new(format!("written with {what}"), text).strict("yes"));
    }
    cases
}

/// Keys known and not known, of this kind and others.
pub fn kinds() -> Vec<Case> {
    let line = |marker: &str, key: &str| format!("{marker}[127.0.0.1]:{{port}} {key}\n");
    let mut cases = Vec::new();
    for (what, text) in [
        ("nothing", String::new()),
        ("ed25519", line("", "{ed}")),
        ("rsa alone", line("", "{rsa}")),
        ("ecdsa alone", line("", "{ec}")),
        ("another ed25519", line("", "{other}")),
        ("another rsa", line("", "{other-rsa}")),
        (
            "the old and the new",
            line("", "{other}") + &line("", "{ed}"),
        ),
        (
            "rsa right, ed25519 wrong",
            line("", "{rsa}") + &line("", "{other}"),
        ),
        (
            "rsa revoked, ed25519 known",
            line("@revoked ", "{rsa}") + &line("", "{ed}"),
        ),
        (
            "ed25519 revoked and listed",
            line("@revoked ", "{ed}") + &line("", "{ed}"),
        ),
        (
            "ed25519 revoked and listed, rsa known",
            line("@revoked ", "{ed}") + &line("", "{ed}") + &line("", "{rsa}"),
        ),
        (
            "ed25519 revoked, rsa known",
            line("@revoked ", "{ed}") + &line("", "{rsa}"),
        ),
        ("revoked alone", line("@revoked ", "{ed}")),
        ("an authority alone", line("@cert-authority ", "{ca}")),
        ("rsa under the bare name", "127.0.0.1 {rsa}\n".into()),
    ] {
        for strict in STRICT {
            cases.push(Case::new(format!("known: {what}"), text.clone()).strict(strict));
        }
        let at_rsa = Case::new(
            format!("a server with rsa alone; known: {what}"),
            text.clone(),
        );
        cases.push(at_rsa.at(Server::Rsa));
        let wanted = Case::new(
            format!("HostKeyAlgorithms with rsa first; known: {what}"),
            text,
        );
        cases.push(wanted.option("HostKeyAlgorithms rsa-sha2-512,ssh-ed25519"));
    }
    cases
}

/// `RequiredRSASize` against every way in which a key of 3072 bits could be accepted, or refused, without a look at it.
pub fn lengths() -> Vec<Case> {
    let known = "[127.0.0.1]:{port} {rsa}\n";
    let authority = "@cert-authority * {ca-ec}\n";
    let mut cases = Vec::new();
    for bits in ["3072", "3073"] {
        let case = |name: &str, text: &str, server| {
            Case::new(format!("RequiredRSASize {bits}, {name}"), text)
                .at(server)
                .option(&format!("RequiredRSASize {bits}"))
        };
        let certified = Server::CertifiedByEcdsa;
        cases.push(case("known", known, Server::Rsa));
        cases.push(case("unknown", "", Server::Rsa).strict("accept-new"));
        cases.push(case(
            "changed",
            "[127.0.0.1]:{port} {other-rsa}\n",
            Server::Rsa,
        ));
        cases.push(case("revoked", "@revoked * {rsa}\n", Server::Rsa));
        cases.push(case("certified", authority, certified).strict("yes"));
        cases.push(case("certified, known as a plain key", known, certified));
        cases.push(
            case(
                "certified, the key in RevokedHostKeys",
                authority,
                certified,
            )
            .option("RevokedHostKeys {dir}/revoked")
            .file("revoked", "{rsa}\n"),
        );
        for server in [Server::Rsa, certified] {
            let name = format!("no authentication for localhost at {server:?}");
            cases.push(case(&name, "", server).option("NoHostAuthenticationForLocalhost yes"));
        }
    }
    cases
}

/// Several files, missing ones, the machine's.
pub fn places() -> Vec<Case> {
    let (right, wrong) = ("[127.0.0.1]:{port} {ed}\n", "[127.0.0.1]:{port} {other}\n");
    let revoked = "@revoked * {ed}\n";
    let two = "UserKnownHostsFile {dir}/user {dir}/second";
    let global = |name: &str, user: &str, text: &str| Case::new(name, user).file("global", text);
    let second =
        |name: &str, user: &str, text: &str| Case::new(name, user).option(two).file("second", text);
    let hashed = |name: &str, text: &str| Case::new(name, text).keygen("user", &["-q", "-H", "-f"]);
    every_way(&[
        global("known by the machine's file", "", right),
        global("revoked in the machine's file", right, revoked),
        global("known by the machine, wrong by the person", wrong, right),
        global("wrong in the machine's file", "", wrong),
        second("known by the second file", "", right),
        second("revoked in the second file", right, revoked),
        Case::new("the file is missing", "").without_file("user"),
        Case::new("all files are missing", "")
            .without_file("user")
            .without_file("global"),
        hashed("hashed and right", right),
        hashed("hashed and wrong", wrong),
        hashed("hashed for elsewhere", "elsewhere {ed}\n"),
        Case::new("no file at all", "").option("UserKnownHostsFile none"),
    ])
}

/// `NoHostAuthenticationForLocalhost`, alone and with the options that take it back or do not: an alias does, even one
/// that is the host's own name.
pub fn localhost() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, key) in [
        ("unknown", ""),
        ("right", "* {ed}\n"),
        ("changed", "* {other}\n"),
        ("revoked", "@revoked * {ed}\n"),
    ] {
        let local = |name: &str| {
            Case::new(
                format!("no authentication for localhost{name}, {what}"),
                key,
            )
            .option("NoHostAuthenticationForLocalhost yes")
        };
        cases.push(local(""));
        cases.push(local(" by name").host("localhost"));
        cases.push(local(" by IPv6").host("::1"));
        cases.push(
            local(" with CheckHostIP")
                .host("localhost")
                .option("CheckHostIP yes"),
        );
        for alias in ["cluster", "127.0.0.1", "localhost", "none"] {
            let aliased = local(&format!(" with the alias {alias}"));
            cases.push(aliased.option(&format!("HostKeyAlias {alias}")));
        }
        let new = local(" with an alias").option("HostKeyAlias cluster");
        cases.push(new.strict("accept-new"));
    }
    let certified = |name: &str, key: &str, option: &str| {
        Case::new(
            format!("no authentication for localhost, certified, {name}"),
            key,
        )
        .at(Server::Certified)
        .option("NoHostAuthenticationForLocalhost yes")
        .option(option)
    };
    let authority = "@cert-authority cluster {ca}\n";
    let other = authority.replace("{ca}", "{ca-rsa}");
    cases.push(certified("unknown", "", "CheckHostIP no"));
    cases.push(certified(
        "with an alias",
        authority,
        "HostKeyAlias cluster",
    ));
    cases.push(certified(
        "with another alias",
        authority,
        "HostKeyAlias other",
    ));
    cases.push(certified(
        "by another authority",
        &other,
        "HostKeyAlias cluster",
    ));
    cases
}

/// What is written down, and under which name. The comparison of the file is what these are for.
pub fn first_use() -> Vec<Case> {
    let new =
        |name: &str, text: &str| Case::new(format!("first use: {name}"), text).strict("accept-new");
    vec![
        new("by name", "").host("localhost"),
        new("by a name in capitals", "").host("LOCALHOST"),
        new("by an IPv6 address", "").host("::1"),
        new("hashed", "").option("HashKnownHosts yes"),
        new("by an alias", "").option("HostKeyAlias cluster"),
        new("by an alias in capitals", "").option("HostKeyAlias Cluster"),
        new("by an alias in capitals, hashed", "")
            .option("HostKeyAlias Cluster")
            .option("HashKnownHosts yes"),
        // Not after a line without newline: ssh 9.2 joins the two lines there, and so loses both keys.
        new("after an empty line", "\n\n"),
        new("after CRLF", "elsewhere {other}\r\n"),
        new("with CheckHostIP on this machine", "")
            .host("localhost")
            .option("CheckHostIP yes"),
        new("of an rsa server", "").at(Server::Rsa),
        new(
            "where the port's number is known for another",
            "127.0.0.1 {other}\n",
        ),
        new("with CheckHostIP and an address of its own", "")
            .host("0:0:0:0:0:ffff:127.0.0.1")
            .option("CheckHostIP yes"),
        new("hashed, with CheckHostIP and an address of its own", "")
            .host("0:0:0:0:0:ffff:127.0.0.1")
            .option("CheckHostIP yes")
            .option("HashKnownHosts yes"),
        new(
            "of the address alone",
            "[0:0:0:0:0:ffff:127.0.0.1]:{port} {ed}\n",
        )
        .host("0:0:0:0:0:ffff:127.0.0.1")
        .option("CheckHostIP yes"),
    ]
}
