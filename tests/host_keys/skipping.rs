//! Cases about the options that skip or weaken a check, in every combination of a group. What cannot change a verdict
//! by itself (how strict, how the address is written) goes round within a group that would be too large otherwise.

use crate::cases::{Case, Route, STRICT};
use crate::servers::Server;

/// Every word of `StrictHostKeyChecking`.
const WORDS: [&str; 5] = ["yes", "ask", "accept-new", "no", "off"];
const SWITCH: [&str; 2] = ["no", "yes"];

/// An address of this machine that counts as another machine's: the only kind that `CheckHostIP` looks up here.
const MAPPED: &str = "0:0:0:0:0:ffff:127.0.0.1";
const HOSTS: [&str; 4] = ["127.0.0.1", "localhost", "::1", MAPPED];

/// Lines on file, for the names `{names}`.
const KNOWN: [(&str, &str); 4] = [
    ("nothing known", ""),
    ("right", "{names} {ed}\n"),
    ("changed", "{names} {other}\n"),
    ("revoked", "@revoked {names} {ed}\n"),
];

/// The names under which a host could be filed, the alias among them.
fn names(host: &str) -> String {
    format!("[{host}]:{{port}},cluster")
}

fn known(text: &str, names: &str) -> String {
    text.replace("{names}", names)
}

/// Every pair of two lists, the first one's items outermost.
fn pairs<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    let with = |&a: &A| second.iter().map(move |&b| (a, b));
    first.iter().flat_map(with).collect()
}

/// Options of a case, each of which may be absent.
fn with(case: Case, options: &[&str]) -> Case {
    options
        .iter()
        .filter(|option| !option.is_empty())
        .fold(case, |case, option| case.option(option))
}

fn localhost(switch: &str) -> String {
    format!("NoHostAuthenticationForLocalhost {switch}")
}

fn named(options: &[&str]) -> String {
    let given: Vec<&str> = options
        .iter()
        .copied()
        .filter(|text| !text.is_empty())
        .collect();
    given.join(", ")
}

pub fn combined() -> Vec<Case> {
    let mut cases = exemptions();
    cases.extend(addresses());
    cases.extend(places());
    cases.extend(hints());
    cases.extend(revocations());
    cases.extend(algorithms());
    cases.extend(ports());
    cases.extend(behind_a_jump_host());
    cases.extend(at_the_jump_host());
    cases
}

/// `NoHostAuthenticationForLocalhost`, `HostKeyAlias`, `CheckHostIP`, `StrictHostKeyChecking` and a `ProxyCommand`.
fn exemptions() -> Vec<Case> {
    let mut cases = Vec::new();
    let switches = pairs(&SWITCH, &pairs(&SWITCH, &["", "HostKeyAlias cluster"]));
    for (route, (exempt, (address, alias))) in pairs(&[Route::Direct, Route::Command], &switches) {
        for ((what, text), strict) in pairs(&KNOWN, &WORDS) {
            let host = HOSTS[cases.len() % HOSTS.len()];
            let (exempt, address) = (localhost(exempt), format!("CheckHostIP {address}"));
            let options = [exempt.as_str(), &address, alias];
            let name = format!("{route:?} {host}, {}, {what}", named(&options));
            let case = Case::new(name, known(text, &names(host)));
            cases.push(with(case, &options).host(host).by(route).strict(strict));
        }
    }
    cases
}

/// The address as a second name, which `CheckHostIP` looks up.
fn addresses() -> Vec<Case> {
    let mut cases = Vec::new();
    let address = "[::ffff:127.0.0.1]:{port}";
    for (text, (at_address, strict)) in pairs(&KNOWN, &pairs(&KNOWN, &WORDS)) {
        let exempt = localhost(SWITCH[cases.len() % 2]);
        let options = [
            "CheckHostIP yes",
            &exempt,
            ["", "HashKnownHosts yes"][cases.len() / 2 % 2],
        ];
        let name = format!(
            "the name: {}, its address: {}, {}",
            text.0,
            at_address.0,
            named(&options)
        );
        let file = known(text.1, &names(MAPPED)) + &known(at_address.1, address);
        let case = Case::new(name, file).host(MAPPED).strict(strict);
        cases.push(with(case, &options));
    }
    cases
}

/// `UserKnownHostsFile` and `GlobalKnownHostsFile`.
fn places() -> Vec<Case> {
    let mut cases = Vec::new();
    let user = [
        "",
        "UserKnownHostsFile none",
        "UserKnownHostsFile /dev/null",
        "UserKnownHostsFile {dir}/user {dir}/second",
        "UserKnownHostsFile {dir}/missing {dir}/user",
        "UserKnownHostsFile /dev/null {dir}/user",
    ];
    let global = [
        "",
        "GlobalKnownHostsFile none",
        "GlobalKnownHostsFile /dev/null {dir}/global",
    ];
    for ((user, global), ((what, text), strict)) in pairs(
        &pairs(&user, &global),
        &pairs(&KNOWN, &["yes", "accept-new"]),
    ) {
        let hash = ["", "HashKnownHosts yes"][cases.len() % 2];
        let place = ["user", "second", "global"][cases.len() / 2 % 3];
        let options = [user, global, hash];
        let name = format!("{}, in the file {place:?}: {what}", named(&options));
        let case = Case::new(name, "").file(place, known(text, &names("127.0.0.1")));
        cases.push(with(case, &options).strict(strict));
    }
    cases
}

/// `VerifyHostKeyDNS` (an address has no name to ask about) and `UpdateHostKeys` (before a login there are none).
fn hints() -> Vec<Case> {
    let mut cases = Vec::new();
    for ((dns, update), ((what, text), strict)) in pairs(
        &pairs(&["yes", "ask", "no"], &["yes", "ask"]),
        &pairs(&KNOWN, &WORDS),
    ) {
        let dns = format!("VerifyHostKeyDNS {dns}");
        let update = format!("UpdateHostKeys {update}");
        let options = [dns.as_str(), &update];
        let name = format!("{}, {what}", named(&options));
        let case = Case::new(name, known(text, &names("127.0.0.1")));
        cases.push(with(case, &options).strict(strict));
    }
    cases
}

/// `RevokedHostKeys`, which counts where everything else is skipped.
fn revocations() -> Vec<Case> {
    let mut cases = Vec::new();
    let lists = [
        ("the key", "{ed}\n"),
        ("another key", "{other}\n"),
        ("garbage", "garbage\n"),
    ];
    let switches = pairs(&SWITCH, &["", "HostKeyAlias cluster"]);
    for ((list, route), ((exempt, alias), (what, text))) in pairs(
        &pairs(&lists, &[Route::Direct, Route::Command]),
        &pairs(&switches, &KNOWN),
    ) {
        let host = HOSTS[cases.len() % HOSTS.len()];
        let exempt = localhost(exempt);
        let options = ["RevokedHostKeys {dir}/revoked", &exempt, alias];
        let name = format!(
            "{route:?} {host}, {} with {}, {what}",
            named(&options),
            list.0
        );
        let case = Case::new(name, known(text, &names(host))).file("revoked", list.1);
        let case = with(case, &options).host(host).by(route);
        cases.push(case.strict(WORDS[cases.len() % WORDS.len()]));
    }
    cases
}

/// `HostKeyAlgorithms`, which picks the key that is looked at.
fn algorithms() -> Vec<Case> {
    let mut cases = Vec::new();
    let lists = [
        "ssh-ed25519",
        "rsa-sha2-512",
        "ecdsa-sha2-nistp256,ssh-ed25519",
        "^rsa-sha2-256",
        "+ssh-rsa",
        "ssh-ed25519-cert-v01@openssh.com,ssh-ed25519",
    ];
    let known_keys = [
        ("rsa known", "{names} {rsa}\n"),
        (
            "rsa known, ed25519 changed",
            "{names} {rsa}\n{names} {other}\n",
        ),
        ("an authority known", "@cert-authority {names} {ca}\n"),
        ("rsa revoked", "@revoked {names} {rsa}\n{names} {ed}\n"),
    ];
    for ((list, server), (exempt, (what, text))) in pairs(
        &pairs(&lists, &[Server::Plain, Server::Certified]),
        &pairs(&SWITCH, &known_keys),
    ) {
        let list = format!("HostKeyAlgorithms {list}");
        let exempt = localhost(exempt);
        let options = [list.as_str(), &exempt];
        let name = format!("{server:?}, {}, {what}", named(&options));
        let case = Case::new(name, known(text, &names("127.0.0.1"))).at(server);
        cases.push(with(case, &options).strict(STRICT[cases.len() % STRICT.len()]));
    }
    cases
}

/// Names and ports of every form, behind a command, so that none of them needs to exist.
fn ports() -> Vec<Case> {
    let mut cases = Vec::new();
    let hosts = [
        "login.example.org",
        "Login.Example.ORG",
        "login",
        "192.0.2.7",
        "2001:db8::7",
        "127.0.0.1",
        "::1",
        "localhost",
    ];
    for ((host, port), ((exempt, is_bare), (what, text))) in pairs(
        &pairs(&hosts, &[22, 2222]),
        &pairs(&pairs(&SWITCH, &[true, false]), &KNOWN),
    ) {
        if is_bare && port != 22 && what == "revoked" {
            // Stricter on purpose, see `stricter`.
            continue;
        }
        let filed = host.to_ascii_lowercase();
        let names = if is_bare {
            filed
        } else {
            format!("[{filed}]:{port}")
        };
        let exempt = localhost(exempt);
        let options = [exempt.as_str(), ["", "CheckHostIP yes"][cases.len() % 2]];
        let name = format!(
            "{host} port {port} behind a command, {}, {names}: {what}",
            named(&options)
        );
        let case = Case::new(name, known(text, &names)).host(host).port(port);
        let case = with(case, &options).by(Route::Command);
        cases.push(case.strict(WORDS[cases.len() % WORDS.len()]));
    }
    cases
}

/// A jump host's address is not the target's: nothing that its nearness excuses is excused there.
fn behind_a_jump_host() -> Vec<Case> {
    let mut cases = Vec::new();
    for (((what, text), exempt), (alias, strict)) in pairs(
        &pairs(&KNOWN, &SWITCH),
        &pairs(&["", "HostKeyAlias cluster"], &["yes", "accept-new", "no"]),
    ) {
        let exempt = localhost(exempt);
        let options = [exempt.as_str(), alias];
        let name = format!("behind a jump host, {}, {what}", named(&options));
        let case = Case::new(name, known(text, &names("127.0.0.1"))).by(Route::Jump);
        let case = case.file("jump", "[127.0.0.1]:{jump-port} {ec}\n");
        cases.push(with(case, &options).strict(strict));
    }
    cases
}

/// A jump host's own key counts by its own options.
fn at_the_jump_host() -> Vec<Case> {
    let mut cases = Vec::new();
    for (((what, text), exempt), (alias, strict)) in pairs(
        &pairs(&KNOWN, &SWITCH),
        &pairs(&["", "HostKeyAlias cluster"], &["yes", "accept-new"]),
    ) {
        let text = known(text, "[127.0.0.1]:{jump-port},cluster").replace("{ed}", "{ec}");
        let exempt = localhost(exempt);
        let options = named(&[&exempt, alias]);
        let name = format!("at the jump host, {options}, strict {strict}, {what}");
        let case = Case::new(name, "[127.0.0.1]:{port} {ed}\n").by(Route::Jump);
        let case = case
            .file("jump", text)
            .jump_option(&exempt)
            .jump_option(&format!("StrictHostKeyChecking {strict}"));
        cases.push(if alias.is_empty() {
            case
        } else {
            case.jump_option(alias)
        });
    }
    cases
}

/// `HostKeyAlgorithms` with a minus: `ssh -G` shows what is left over as it shows a list of the user's own, and for such
/// a list `ssh` does not ask for the known kinds first. So a key of another kind counts as changed.
pub fn fewer_algorithms() -> Vec<Case> {
    let case = |what: &str, text: &str| {
        let name = format!("HostKeyAlgorithms with a minus, {what}");
        Case::new(name, known(text, &names("127.0.0.1")))
            .option("HostKeyAlgorithms -ssh-ed25519*")
            .strict("yes")
    };
    vec![
        case("rsa known", "{names} {rsa}\n"),
        case(
            "rsa known, ed25519 changed",
            "{names} {rsa}\n{names} {other}\n",
        ),
        case("certified, rsa known", "{names} {rsa}\n").at(Server::Certified),
    ]
}

/// `KnownHostsCommand`: this program runs none, since what it prints may revoke a key, and so it refuses the host that
/// `ssh` believes.
pub fn commands() -> Vec<Case> {
    let mut cases = Vec::new();
    for ((what, text), strict) in pairs(&KNOWN, &WORDS) {
        let text = known(text, &names("127.0.0.1"));
        // Revoked and unknown hosts are refused by both, in other words.
        let case = Case::new(format!("KnownHostsCommand, {what}"), "").file("printed", text);
        let case = case.option("KnownHostsCommand /bin/cat {dir}/printed");
        cases.push(case.strict(strict));
    }
    cases
}
