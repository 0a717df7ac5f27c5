//! Cases about host certificates, and about `RevokedHostKeys`.

use crate::cases::{Case, STRICT};
use crate::servers::Server;

const AUTHORITY: &str = "@cert-authority [127.0.0.1]:{port} {ca}\n";

pub fn shown() -> Vec<Case> {
    let mut cases = Vec::new();
    let plain = "[127.0.0.1]:{port} {ed}\n";
    for (what, text) in [
        ("by the host's own authority", AUTHORITY.to_owned()),
        (
            "by an authority for every host",
            "@cert-authority * {ca}\n".into(),
        ),
        (
            "by an authority under the bare name",
            "@cert-authority 127.0.0.1 {ca}\n".into(),
        ),
        (
            "by an authority for another host",
            "@cert-authority elsewhere {ca}\n".into(),
        ),
        (
            "by an authority for all but this host",
            "@cert-authority *,!*127* {ca}\n".into(),
        ),
        (
            "by another authority",
            AUTHORITY.replace("{ca}", "{ca-rsa}"),
        ),
        (
            "by two authorities",
            AUTHORITY.replace("{ca}", "{ca-rsa}") + AUTHORITY,
        ),
        ("by nothing", String::new()),
        ("by the plain key", plain.into()),
        ("by another plain key", plain.replace("{ed}", "{other}")),
        (
            "by the authority, with another plain key",
            AUTHORITY.to_owned() + &plain.replace("{ed}", "{other}"),
        ),
        (
            "by a plain key of another kind",
            plain.replace("{ed}", "{rsa}"),
        ),
        (
            "by the authority's key as a plain one",
            plain.replace("{ed}", "{ca}"),
        ),
        (
            "by a revoked authority",
            AUTHORITY.to_owned() + "@revoked * {ca}\n",
        ),
        (
            "by the plain key, the authority being revoked",
            plain.to_owned() + "@revoked * {ca}\n",
        ),
        (
            "by the authority, the key being revoked",
            AUTHORITY.to_owned() + "@revoked * {ed}\n",
        ),
        (
            "by the authority, the certificate being revoked",
            AUTHORITY.to_owned() + "@revoked * {good-cert}\n",
        ),
        (
            "by the authority, another key being revoked",
            AUTHORITY.to_owned() + "@revoked * {other}\n",
        ),
    ] {
        for strict in STRICT {
            let case = Case::new(format!("certified, known {what}"), text.clone());
            cases.push(case.at(Server::Certified).strict(strict));
        }
    }
    for (what, server) in [
        ("for another name", Server::OtherName),
        ("expired", Server::Expired),
        ("not yet valid", Server::Early),
        ("for people", Server::ForPeople),
        ("for anybody", Server::Anybody),
        ("by an RSA authority", Server::CertifiedByRsa),
        ("by an ECDSA authority", Server::CertifiedByEcdsa),
    ] {
        let all = "{ca}\n@cert-authority * {ca-rsa}\n@cert-authority * {ca-ec}\n";
        let authorities = format!("@cert-authority * {all}");
        for strict in ["yes", "accept-new"] {
            let case = Case::new(format!("certificate {what}"), authorities.clone());
            cases.push(case.at(server).strict(strict));
        }
        let known = authorities
            + "[127.0.0.1]:{port} {ed}\n[127.0.0.1]:{port} {ec}\n[127.0.0.1]:{port} {rsa}\n";
        let case = Case::new(format!("certificate {what}, plain key known"), known);
        cases.push(case.at(server).strict("yes"));
    }
    cases.extend(with_options());
    cases
}

fn with_options() -> Vec<Case> {
    let certified = |name: &str, text: &str| {
        Case::new(format!("certified, {name}"), text)
            .at(Server::Certified)
            .strict("yes")
    };
    vec![
        certified("named by an alias", "@cert-authority cluster {ca}\n")
            .option("HostKeyAlias cluster"),
        certified(
            "named by an alias that it does not hold",
            "@cert-authority other {ca}\n",
        )
        .option("HostKeyAlias other"),
        certified("by name", "@cert-authority [localhost]:* {ca}\n").host("localhost"),
        certified(
            "by a name in capitals",
            "@cert-authority [localhost]:* {ca}\n",
        )
        .host("LOCALHOST"),
        certified("by IPv6", "@cert-authority [::1]:* {ca}\n").host("::1"),
        certified("the authority's signature not allowed", AUTHORITY)
            .option("CASignatureAlgorithms rsa-sha2-512"),
        certified("certificates not wanted", AUTHORITY).option("HostKeyAlgorithms ssh-ed25519"),
        certified("nothing but certificates wanted", AUTHORITY)
            .option("HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com"),
        certified("the authority in the machine's file", "").file("global", AUTHORITY),
        certified("the authority hashed", AUTHORITY).keygen("user", &["-q", "-H", "-f"]),
    ]
}

/// Certificates alone are wanted, and the host's does not count: OpenSSH has refused its plain key since a mend of 2026.
pub fn nothing_else_wanted() -> Vec<Case> {
    let known = [
        ("plain key known", "[127.0.0.1]:{port} {ed}\n"),
        (
            "authority of another host",
            "[127.0.0.1]:{port} {ed}\n@cert-authority else {ca}\n",
        ),
    ];
    let mut cases = Vec::new();
    for (what, text) in known {
        for more in ["", ",rsa-sha2-512"] {
            let wanted = format!("ssh-ed25519-cert-v01@openssh.com{more}");
            let case = Case::new(format!("only {wanted} wanted, {what}"), text);
            let case = case.at(Server::Certified).strict("yes");
            let case = case.option(&format!("HostKeyAlgorithms {wanted}"));
            cases.push(case.newer_agrees());
        }
    }
    cases
}

/// `RevokedHostKeys`, as a list and as a KRL.
pub fn revoked() -> Vec<Case> {
    let known = "[127.0.0.1]:{port} {ed}\n@cert-authority * {ca}\n";
    let option = "RevokedHostKeys {dir}/revoked";
    let mut cases = Vec::new();
    for (what, text) in [
        ("this key", "# the list\n\n{ed} a comment\n"),
        ("this key with CRLF", "{ed}\r\n"),
        ("this key without newline", "  {ed}"),
        ("another key", "{other}\n"),
        ("the authority", "{ca}\n"),
        ("the certificate", "{good-cert}\n"),
        ("nothing", ""),
        ("garbage", "{other}\ngarbage\n{ed}\n"),
        (
            "a type in front that is wrong",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==\n",
        ),
        ("a marked line", "@revoked * {ed}\n"),
    ] {
        for server in [Server::Plain, Server::Certified] {
            let case = Case::new(format!("RevokedHostKeys with {what} at {server:?}"), known);
            cases.push(case.at(server).option(option).file("revoked", text));
        }
    }
    for (what, arguments) in [
        ("this key", &["{keys}/ed.pub"][..]),
        ("another key", &["{keys}/other.pub"]),
        ("the authority", &["{keys}/ca.pub"]),
        (
            "the certificate",
            &["-s", "{keys}/ca.pub", "{keys}/good-cert.pub"],
        ),
        ("nothing", &[]),
    ] {
        for server in [Server::Plain, Server::Certified] {
            let case = Case::new(format!("a KRL with {what} at {server:?}"), known);
            let arguments = [&["-q", "-k", "-f", "revoked"], arguments].concat();
            let case = case.at(server).option(option).file("nobody", "{other}\n");
            // The file that comes last is one more key of nobody's.
            cases.push(case.keygen("nobody", &arguments));
        }
    }
    let krl = |name: &str, text: &str| Case::new(name, known).option(option).file("revoked", text);
    cases.push(krl("a KRL that is cut short", "SSHKRL\n\u{0}\u{0}\u{0}"));
    cases.push(Case::new("RevokedHostKeys that is missing", known).option(option));
    cases.push(
        krl(
            "RevokedHostKeys and NoHostAuthenticationForLocalhost",
            "{ed}\n",
        )
        .option("NoHostAuthenticationForLocalhost yes"),
    );
    cases
}
