//! What a case is, and the table.

use crate::servers::At;
use crate::servers::At::{All, Few, KeyAsk, KeyKey, Keys, One, PasswordKey, Two};

/// One login. Texts hold `{dir}`, the folder of the keys.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub at: At,
    /// Lines of the configuration.
    pub lines: Vec<String>,
    /// What the user answers, one after the other, the last one again and again; empty: nobody is there.
    pub answers: Vec<&'static str>,
}

const RIGHT: &str = crate::keys::PASSPHRASE;
const WRONG: &str = "wrong";
const PASSWORD: &str = crate::support::root_sshd::PASSWORD;

impl Case {
    fn new(at: At, lines: &[&str]) -> Self {
        Self {
            name: format!("{at:?}: {}", lines.join(", ")),
            at,
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
            answers: Vec::new(),
        }
    }

    fn answers(mut self, answers: &[&'static str]) -> Self {
        self.name = format!("{} {answers:?}", self.name);
        self.answers = answers.to_vec();
        self
    }

    fn line(mut self, line: &str) -> Self {
        self.name = format!("{}, {line}", self.name);
        self.lines.push(line.to_owned());
        self
    }
}

/// `IdentityFile` for each of these names.
fn files(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| format!("IdentityFile {{dir}}/{name}"))
        .collect()
}

fn with_files(at: At, names: &[&str]) -> Case {
    let lines = files(names);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Case::new(at, &lines)
}

/// The cases in which both sides do the same.
pub fn all() -> Vec<Case> {
    let mut cases = identities();
    cases.extend(agents());
    cases.extend(certificates());
    cases.extend(passphrases());
    cases.extend(methods());
    cases.extend(limits());
    cases.extend(forms());
    cases.extend(spellings());
    cases.extend(factors());
    cases
}

/// Key files of all kinds, with and without an agent, and with and without `IdentitiesOnly`.
fn identities() -> Vec<Case> {
    let sets: [&[&str]; 19] = [
        &[],
        &["A"],
        &["x"],
        &["x", "A"],
        &["A", "x"],
        &["x", "y", "R", "B"],
        &["A.pub"],
        &["x.pub", "A.pub"],
        &["half"],
        &["half.pub"],
        &["bare"],
        &["pem"],
        &["mixed"],
        &["mixed-too"],
        &["mixed", "B"],
        &["OPEN", "B"],
        &["garbage", "public", "B"],
        &["missing", "B"],
        &["options.pub", "B"],
    ];
    let mut cases = Vec::new();
    for names in sets {
        cases.push(with_files(Keys, names));
        let held = with_files(Keys, names).line("IdentityAgent {dir}/agent-xyA");
        cases.push(held.clone());
        cases.push(held.line("IdentitiesOnly yes"));
    }
    cases
}

fn agents() -> Vec<Case> {
    let agent = |name: &str| Case::new(Keys, &[&format!("IdentityAgent {name}")]);
    let mut cases = vec![
        agent("none"),
        agent("{dir}/agent-empty"),
        agent("{dir}/agent-dead"),
        agent("{dir}/nowhere"),
        agent("\"{dir}/agent-with a blank\""),
        agent("{dir}/agent-yes"),
        agent("{dir}/agent-no"),
        agent("$NO_SUCH_VARIABLE"),
        agent("SSH_AUTH_SOCK"),
    ];
    for name in ["dead", "no", "yes", "with a blank", "empty"] {
        for file in ["B", "x"] {
            let line = format!("IdentityAgent \"{{dir}}/agent-{name}\"");
            cases.push(with_files(Keys, &[file]).line(&line));
        }
    }
    cases
}

/// Certificates beside keys, named, in agents, in `IdentityFile` itself.
fn certificates() -> Vec<Case> {
    let mut cases = Vec::new();
    let beside: [&[&str]; 7] = [
        &["c"],
        &["d"],
        &["x", "c"],
        &["c", "d"],
        &["c-cert.pub"],
        &["lone-cert.pub", "c"],
        &["lone-cert.pub"],
    ];
    for names in beside {
        cases.push(with_files(Keys, names));
        let agent = with_files(Keys, names).line("IdentityAgent {dir}/agent-c");
        cases.push(agent.clone());
        cases.push(agent.line("IdentitiesOnly yes"));
    }
    for certificate in [
        "c", "ending", "stranger", "host", "of-A", "missing", "garbage",
    ] {
        let file = match certificate {
            "garbage" => "garbage".to_owned(),
            name => format!("{name}-cert.pub"),
        };
        let line = format!("CertificateFile {{dir}}/{file}");
        for names in [&["c"][..], &["x"]] {
            let case = with_files(Keys, names).line(&line);
            cases.push(case.clone());
            cases.push(
                case.line("IdentityAgent {dir}/agent-c")
                    .line("IdentitiesOnly yes"),
            );
        }
        cases.push(Case::new(Keys, &[&line, "IdentityAgent {dir}/agent-Ax"]));
    }
    let two = [
        "CertificateFile {dir}/stranger-cert.pub",
        "CertificateFile {dir}/c-cert.pub",
    ];
    cases.push(with_files(Keys, &["c"]).line(two[0]).line(two[1]));
    cases.push(with_files(Keys, &["c"]).line(two[1]).line(two[0]));
    cases
}

/// Right, wrong, empty, and nobody to ask; alone, before another key, and before a password.
fn passphrases() -> Vec<Case> {
    let mut cases = Vec::new();
    let answers: [&[&'static str]; 6] = [
        &[],
        &[RIGHT],
        &[WRONG],
        &[""],
        &[WRONG, RIGHT],
        &[WRONG, "", RIGHT],
    ];
    for given in answers {
        for names in [
            &["E"][..],
            &["E", "A"],
            &["E", "F"],
            &["bare-locked", "A"],
            &["pem-locked", "A"],
            &["e"],
        ] {
            cases.push(with_files(Keys, names).answers(given));
        }
        let batch = with_files(Keys, &["E", "A"]).line("BatchMode yes");
        cases.push(batch.answers(given));
        let once = with_files(Keys, &["E", "A"]).line("NumberOfPasswordPrompts 1");
        cases.push(once.answers(given));
    }
    let never = with_files(Keys, &["E", "A"]).line("NumberOfPasswordPrompts 0");
    cases.push(never.answers(&[RIGHT]));
    for given in [&[WRONG, WRONG, WRONG, PASSWORD][..], &["", PASSWORD]] {
        cases.push(with_files(All, &["E"]).answers(given));
        let password = with_files(All, &["E"]).line("PreferredAuthentications publickey,password");
        cases.push(password.answers(given));
    }
    cases
}

/// Which methods, in which order, and how often.
fn methods() -> Vec<Case> {
    let mut cases = Vec::new();
    for preferred in [
        "password",
        "keyboard-interactive",
        "password,publickey",
        "keyboard-interactive,password",
        "publickey",
        "gssapi-with-mic,publickey,password",
        "nonsense",
    ] {
        let case = with_files(All, &["x"]).line(&format!("PreferredAuthentications {preferred}"));
        cases.push(case.clone().answers(&[PASSWORD]));
        cases.push(case.clone().answers(&[WRONG, PASSWORD]));
        cases.push(case.line("BatchMode yes").answers(&[PASSWORD]));
    }
    for line in [
        "PubkeyAuthentication no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "NumberOfPasswordPrompts 0",
        "NumberOfPasswordPrompts 2",
    ] {
        for names in [&["A"][..], &["x"]] {
            cases.push(
                with_files(All, names)
                    .line(line)
                    .answers(&[WRONG, PASSWORD]),
            );
        }
    }
    cases.push(with_files(Two, &["x", "A"]).answers(&[PASSWORD]));
    cases.push(with_files(Two, &["A"]).answers(&[WRONG, PASSWORD]));
    cases.push(
        with_files(Two, &["A"])
            .line("BatchMode yes")
            .answers(&[PASSWORD]),
    );
    cases
}

/// Tries of the server's, lengths, algorithms.
fn limits() -> Vec<Case> {
    let mut cases = vec![
        with_files(Few, &["x", "y", "A"]).answers(&[PASSWORD]),
        with_files(Few, &["x", "A"]).answers(&[PASSWORD]),
        with_files(Few, &["x"]).answers(&[PASSWORD]),
        with_files(Few, &["x", "y", "d", "A"]).answers(&[PASSWORD]),
        Case::new(All, &["IdentityAgent {dir}/agent-xyA"]).answers(&[PASSWORD]),
    ];
    for bits in ["3072", "3073"] {
        cases.push(with_files(Keys, &["R"]).line(&format!("RequiredRSASize {bits}")));
    }
    for algorithms in [
        "ssh-ed25519",
        "rsa-sha2-256",
        "rsa-sha2-512,ssh-ed25519",
        "ecdsa-sha2-nistp256",
    ] {
        let line = format!("PubkeyAcceptedAlgorithms {algorithms}");
        cases.push(with_files(Keys, &["x", "R", "B", "c"]).line(&line));
        let agent = Case::new(Keys, &["IdentityAgent {dir}/agent-Ax"]);
        cases.push(agent.line(&line));
    }
    cases
}

/// Forms of key files that `ssh-keygen` can write, and what stands where a key should.
fn forms() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in [
        "pkcs8",
        "rsa-pem",
        "p384",
        "p521",
        "pem-crlf",
        "crlf-half",
        "empty",
        "folder",
    ] {
        cases.push(with_files(Keys, &[name, "B"]));
    }
    let held = with_files(Keys, &["crlf-half"]).line("IdentityAgent {dir}/agent-xyA");
    cases.push(held.line("IdentitiesOnly yes"));
    for name in ["pkcs8", "rsa", "des", "cbc", "gcm", "chacha"] {
        let name = format!("{name}-locked");
        cases.push(with_files(Keys, &[&name]).answers(&[RIGHT]));
    }
    cases.push(with_files(Keys, &["des-locked", "B"]).answers(&[WRONG]));
    cases
}

/// Spellings of one value: tokens, quotes, words of other versions.
fn spellings() -> Vec<Case> {
    let mut cases = Vec::new();
    for line in [
        "IdentityFile {dir}/of-%n",
        "IdentityFile {dir}/of-%r",
        "IdentityFile {dir}/of-%h",
        "IdentityFile {dir}/of-%%",
        "IdentityFile \"{dir}/of a blank\"",
        "CertificateFile {dir}/%n-cert.pub",
        "IdentityAgent {dir}/agent-%n",
    ] {
        cases.push(with_files(Keys, &["x"]).line(line));
    }
    for line in ["unbound", "host-bound"] {
        let case = with_files(Keys, &["x"]).line("IdentityAgent {dir}/agent-Ax");
        cases.push(case.line(&format!("PubkeyAuthentication {line}")));
    }
    cases
}

/// Servers that want two things, and those that allow one try.
fn factors() -> Vec<Case> {
    let mut cases = Vec::new();
    for names in [&["A"][..], &["A", "B"], &["x", "A", "B"]] {
        cases.push(with_files(KeyKey, names));
    }
    cases.push(with_files(KeyKey, &["A", "E"]).answers(&[RIGHT]));
    for at in [KeyAsk, PasswordKey] {
        for names in [&["A"][..], &["x", "A"], &["c"]] {
            cases.push(with_files(at, names).answers(&[WRONG, PASSWORD]));
        }
        cases.push(with_files(at, &["A"]));
        cases.push(with_files(at, &["E"]).answers(&[PASSWORD, RIGHT]));
        let line = "PreferredAuthentications keyboard-interactive,password,publickey";
        cases.push(with_files(at, &["A"]).line(line).answers(&[PASSWORD]));
    }
    for names in [&["A"][..], &["x", "A"]] {
        cases.push(with_files(One, names).answers(&[PASSWORD]));
    }
    cases
}

/// The cases in which ours gets in and ssh does not: files that Windows, an editor or a mail has changed, whose key is
/// whole, and a line that is of no use, which ends the whole of ssh.
pub fn kinder() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["crlf", "blanks", "no-end", "front", "bom"] {
        cases.push(with_files(Keys, &[name]));
    }
    let line = "IdentityFile {dir}/${NO_SUCH_VARIABLE}";
    cases.push(with_files(Keys, &["B"]).line(line));
    cases
}

/// The cases in which ours shows, asks or tells less on purpose (docs/security.md). It gets in nowhere else than ssh.
pub fn stricter() -> Vec<Case> {
    let old = ["CertificateFile {dir}/old-cert.pub"];
    vec![
        // A certificate that is out of date is not shown.
        with_files(Keys, &["c"]).line(old[0]),
        Case::new(Keys, &[old[0], "IdentityAgent {dir}/agent-c"]),
    ]
}
