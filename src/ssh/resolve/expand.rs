//! Tildes, percent tokens and environment variables in paths. `ssh -G` prints identity and
//! certificate files as they were written, and known-hosts files mostly filled in.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use crate::i18n::fl;

/// Facts about the local computer.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) home: Option<PathBuf>,
    pub(super) user: String,
    pub(super) uid: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) env: fn(&str) -> Option<String>,
}

/// Values of the percent tokens of `ssh_config(5)`.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) local: &'a Local,
    /// `%h`
    pub(super) host: &'a str,
    /// `%n`
    pub(super) alias: &'a str,
    /// `%k`
    pub(super) host_key_alias: &'a str,
    /// `%p`
    pub(super) port: u16,
    /// `%r`
    pub(super) user: &'a str,
    /// `%j`
    pub(super) jump: &'a str,
}

impl Local {
    /// Returns the facts about the local computer; runs programs only for tokens that occur in
    /// `text`, and for a user name that the environment lacks.
    pub(super) fn here(text: &str) -> Self {
        let env = |name: &str| std::env::var(name).ok();
        let user = ["USER", "LOGNAME"]
            .into_iter()
            .find_map(env)
            .filter(|name| !name.is_empty());
        let wants = |token| text.contains(token);
        Self {
            home: home(),
            user: user.or_else(|| ask("id", "-un")).unwrap_or_default(),
            uid: wants("%i").then(|| ask("id", "-u")).flatten(),
            hostname: (wants("%l") || wants("%L"))
                .then(|| ask("uname", "-n"))
                .flatten(),
            env,
        }
    }
}

/// The home that the account has in the system's list of accounts, as for OpenSSH; `HOME` may be
/// another folder.
fn home() -> Option<PathBuf> {
    let own = User::from_uid(Uid::current()).ok().flatten();
    let home = own.map(|user| user.dir).or_else(std::env::home_dir);
    home.filter(|home| !home.as_os_str().is_empty())
}

/// The first line that a system program prints.
fn ask(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

impl Tokens<'_> {
    /// A path as `ssh` would open it.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        tilde(&self.environment(&self.percent(text)), self.local)
    }

    /// Fills in the percent tokens. One that isn't known stays: the file then doesn't exist,
    /// which is better than another file that does.
    pub(super) fn percent(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let token = after.chars().next();
            match token.and_then(|t| self.token(t)) {
                Some(value) => out.push_str(&value),
                None => out.extend(std::iter::once('%').chain(token)),
            }
            rest = after
                .get(token.map_or(0, char::len_utf8)..)
                .unwrap_or_default();
        }
        out + rest
    }

    /// Fills in what a `ProxyCommand` may hold, `%%`, `%h`, `%n`, `%p` and `%r`, and no other token,
    /// as `ssh` does.
    ///
    /// # Errors
    /// A text about a token that is none of these, or about a name that the shell would take for
    /// more than a name. OpenSSH refuses such a name since 9.6 (CVE-2023-51385), and older versions
    /// are still in use.
    pub(super) fn command(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let mut left = after.chars();
            let token = left.next().filter(|token| "%hnpr".contains(*token));
            let value = token.and_then(|token| self.token(token));
            let value = value.ok_or_else(|| fl!("hops-proxy-token", command = text))?;
            if is_shell_text(&value) {
                return Err(fl!("hops-proxy-shell", value = value, command = text));
            }
            out.push_str(&value);
            rest = left.as_str();
        }
        Ok(out + rest)
    }

    fn token(&self, token: char) -> Option<String> {
        let local = self.local;
        match token {
            '%' => Some("%".to_owned()),
            'd' => local
                .home
                .as_ref()
                .map(|home| home.to_string_lossy().into_owned()),
            'h' => Some(self.host.to_owned()),
            'i' => local.uid.clone(),
            'j' => Some(self.jump.to_owned()),
            'k' => Some(self.host_key_alias.to_owned()),
            'l' => local.hostname.clone(),
            'L' => {
                let full = local.hostname.as_deref()?;
                Some(full.split('.').next().unwrap_or(full).to_owned())
            }
            'n' => Some(self.alias.to_owned()),
            'p' => Some(self.port.to_string()),
            'r' => Some(self.user.to_owned()),
            'u' => Some(local.user.clone()),
            _ => None,
        }
    }

    /// Fills in `${NAME}`. An unset name stays, for the same reason as above.
    fn environment(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, later)) = after.split_once('}') else {
                break;
            };
            out.push_str(before);
            out.push_str(&(self.local.env)(name).unwrap_or_else(|| format!("${{{name}}}")));
            rest = later;
        }
        out + rest
    }
}

/// Returns true if a shell might read more than one plain word in it. (A backslash and a dollar
/// sign occur in account names on Windows; they cannot start another command.)
fn is_shell_text(value: &str) -> bool {
    value.starts_with('-')
        || value.ends_with('\\')
        || value.contains(|c: char| c.is_whitespace() || c.is_control())
        || value.contains(|c| "'\"`;&<>|(){}".contains(c))
}

/// Puts the home folder in place of a leading `~`, and another account's in place of `~other`.
pub(super) fn tilde(text: &str, local: &Local) -> PathBuf {
    let Some(rest) = text.strip_prefix('~') else {
        return PathBuf::from(text);
    };
    let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
    let home = match name {
        "" => local.home.clone(),
        name => User::from_name(name).ok().flatten().map(|user| user.dir),
    };
    match home {
        Some(home) if below.is_empty() => home,
        Some(home) => home.join(below.trim_start_matches('/')),
        None => PathBuf::from(text),
    }
}
