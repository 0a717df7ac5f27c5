//! What a case is, and the table: a few builders, so that a line of it can be read.

use crate::servers::Server;
use crate::{certificates, files, skipping};

/// The way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    Direct,
    /// A `ProxyCommand` that goes to the server, whatever name and port the configuration has.
    Command,
    /// `ProxyJump jump`.
    Jump,
}

/// One host as somebody has it in their configuration and files. Texts hold the tokens of `Servers::fill`.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub server: Server,
    pub route: Route,
    /// `HostName`.
    pub host: &'static str,
    /// `Port`, where it is not the server's own.
    pub port: Option<u16>,
    /// `StrictHostKeyChecking`.
    pub strict: &'static str,
    /// More lines of the configuration; `{dir}` is the folder of the files.
    pub options: Vec<String>,
    /// Lines for the jump host, likewise.
    pub jump_options: Vec<String>,
    /// Files by name: `user` and `global` are the known hosts.
    pub files: Vec<(String, String)>,
    /// Files that `ssh-keygen` changes or makes, with its arguments; `{keys}` is the folder of keys.
    pub keygen: Vec<(String, Vec<String>)>,
    /// Newer versions of OpenSSH decide as this program does.
    pub newer_agrees: bool,
}

/// The four ways to be strict, `off` being another word for `no`.
pub const STRICT: [&str; 4] = ["yes", "ask", "accept-new", "no"];

impl Case {
    pub fn new(name: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            server: Server::Plain,
            route: Route::Direct,
            host: "127.0.0.1",
            port: None,
            strict: "ask",
            options: Vec::new(),
            jump_options: Vec::new(),
            files: vec![
                ("user".into(), user.into()),
                ("global".into(), String::new()),
            ],
            keygen: Vec::new(),
            newer_agrees: false,
        }
    }

    pub fn newer_agrees(mut self) -> Self {
        self.newer_agrees = true;
        self
    }

    pub fn at(mut self, server: Server) -> Self {
        self.server = server;
        self
    }

    pub fn host(mut self, host: &'static str) -> Self {
        self.host = host;
        self
    }

    pub fn by(mut self, route: Route) -> Self {
        self.route = route;
        self
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    pub fn jump_option(mut self, line: &str) -> Self {
        self.jump_options.push(line.into());
        self
    }

    pub fn option(mut self, line: &str) -> Self {
        self.options.push(line.into());
        self
    }

    pub fn file(mut self, name: &str, text: impl Into<String>) -> Self {
        self.files.retain(|(file, _)| file != name);
        self.files.push((name.into(), text.into()));
        self
    }

    pub fn without_file(mut self, name: &str) -> Self {
        self.files.retain(|(file, _)| file != name);
        self
    }

    pub fn keygen(mut self, file: &str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.into()).collect();
        self.keygen.push((file.into(), arguments));
        self
    }

    pub fn strict(mut self, strict: &'static str) -> Self {
        self.name = format!("{} [{strict}]", self.name);
        self.strict = strict;
        self
    }
}

/// The whole table.
pub fn all() -> Vec<Case> {
    let mut cases = files::names();
    cases.extend(files::shapes());
    cases.extend(files::kinds());
    cases.extend(files::lengths());
    cases.extend(files::places());
    cases.extend(files::localhost());
    cases.extend(files::first_use());
    cases.extend(certificates::shown());
    cases.extend(certificates::revoked());
    cases.extend(skipping::combined());
    cases
}

/// What this program refuses though `ssh` does not.
pub fn stricter() -> Vec<Case> {
    let port_and_revoked = "@revoked 127.0.0.1 {ed}\n[127.0.0.1]:{port} {ed}\n";
    let damaged = "@revoked * ssh-rsa {ed:blob}\ncluster {ed}\n";
    let mut cases = vec![
        Case::new(
            "revoked under the bare name, listed under the port's",
            port_and_revoked,
        ),
        Case::new("a revocation with the wrong type in front", damaged)
            .option("HostKeyAlias cluster"),
        Case::new("a file that cannot be read", "[127.0.0.1]:{port} {ed}\n")
            .option("UserKnownHostsFile {dir}/user /"),
    ];
    cases.extend(certificates::nothing_else_wanted());
    cases.extend(skipping::commands());
    cases.extend(skipping::fewer_algorithms());
    cases
}
