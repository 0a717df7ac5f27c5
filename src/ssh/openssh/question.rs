//! Questions that `ssh` asks through its helper program, as prompts of this program. A question of another form, or in another
//! language, is passed on as it is.

use crate::ssh::prompt::Prompt;

/// Kind of a question, as `ssh` names it in `SSH_ASKPASS_PROMPT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    /// It wants a text.
    Text,
    /// It wants a yes or a no.
    Confirm,
    /// It wants nothing: a security key has to be touched.
    Note,
}

impl QuestionKind {
    /// Reads the word.
    pub fn read(word: &str) -> Self {
        match word {
            "confirm" => Self::Confirm,
            "none" => Self::Note,
            _ => Self::Text,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Confirm => "confirm",
            Self::Note => "none",
        }
    }
}

/// A host, and the account there.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The host as the user named it.
    pub alias: &'a str,
    /// Its name or address.
    pub host: &'a str,
    /// The account.
    pub user: &'a str,
    /// True for a version that marks the questions of servers as such. Of an older one none is what it looks like: a server
    /// could ask for the passphrase of a key.
    pub marks_servers: bool,
}

/// Returns the prompt for a question of an `ssh` that connects there, or to a jump host on the way. `again` says that the
/// same was asked before.
pub fn prompt(text: &str, asked: Asked<'_>, again: bool) -> Prompt {
    let line = text.trim();
    // Its own questions are plain but for line ends; others are made harmless where they are shown.
    let is_plain = !line.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r'));
    let is_own = asked.marks_servers && is_plain;
    let known = is_own.then(|| known(line, asked, again));
    if let Some(prompt) = known.flatten() {
        return prompt;
    }
    // OpenSSH says who asks since 8.7: `(me@gpu) Verification code: `.
    let named = line.strip_prefix('(').and_then(|rest| {
        let (who, question) = rest.split_once(") ")?;
        Some((asked.named(who)?, question))
    });
    let ((user, host), question) = named.unwrap_or(((asked.user, asked.alias), line));
    Prompt::Interactive {
        user: user.to_owned(),
        host: host.to_owned(),
        instruction: String::new(),
        text: question.to_owned(),
        echo: false,
        again,
    }
}

/// Questions of `ssh` itself.
fn known(line: &str, asked: Asked<'_>, again: bool) -> Option<Prompt> {
    if let Some(key) = key_file(line) {
        let key = key.into();
        return Some(Prompt::Passphrase { key, again });
    }
    if let Some(who) = line.strip_suffix("'s password:") {
        let (user, host) = asked.named(who)?;
        return Some(Prompt::Password {
            user: user.to_owned(),
            host: host.to_owned(),
            again,
        });
    }
    host_key(line, asked.alias)
}

impl<'a> Asked<'a> {
    /// Reads `me@gpu`: the account and the host, by the user's name for it if it is the one that is meant.
    fn named(self, who: &'a str) -> Option<(&'a str, &'a str)> {
        let (user, host) = who.rsplit_once('@')?;
        let is_odd = |c: char| c.is_whitespace() || c.is_control();
        let is_name = !host.is_empty() && !who.contains(is_odd);
        let is_it = host == self.host || host == self.alias;
        is_name.then_some((user, if is_it { self.alias } else { host }))
    }
}

/// `Enter passphrase for key '/k': `, or of a certificate's key without the word.
fn key_file(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Enter passphrase for ")?;
    let rest = Some(rest).filter(|rest| !rest.contains(char::is_control))?;
    let rest = rest.strip_prefix("key ").unwrap_or(rest);
    let rest = rest.strip_suffix(':')?;
    let bare = rest.strip_prefix('\'').and_then(|r| r.strip_suffix('\''));
    Some(bare.unwrap_or(rest)).filter(|key| !key.is_empty())
}

fn host_key(text: &str, alias: &str) -> Option<Prompt> {
    let host = text.strip_prefix("The authenticity of host '")?;
    let host = host.split_once("' can't be established")?.0;
    let print = text.lines().find_map(|line| {
        let (key_type, print) = line.trim().split_once(" key fingerprint is ")?;
        let print = print.strip_prefix(':').unwrap_or(print);
        Some((key_type, print.trim_end_matches('.')))
    });
    let (key_type, fingerprint) = print?;
    let fields = [host, key_type, fingerprint];
    if fields.iter().any(|field| field.contains(char::is_control)) {
        return None;
    }
    Some(Prompt::HostKey {
        alias: alias.to_owned(),
        // `[gpu]:2222 ([192.0.2.1]:2222)`.
        host: host.split(" (").next().unwrap_or(host).to_owned(),
        key_type: key_type.to_owned(),
        fingerprint: fingerprint.to_owned(),
        also_known: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    const GPU: Asked<'static> = Asked {
        alias: "gpu",
        host: "gpu.example",
        user: "me",
        marks_servers: true,
    };

    fn of(text: &str) -> Prompt {
        prompt(text, GPU, false)
    }

    #[test]
    fn a_passphrase_and_a_password_are_asked_for_as_always() {
        for text in [
            "Enter passphrase for key '/home/me/.ssh/id': ",
            "Enter passphrase for '/home/me/.ssh/id': ",
            "Enter passphrase for /home/me/.ssh/id: ",
        ] {
            let key = "/home/me/.ssh/id".into();
            assert_eq!(of(text), Prompt::Passphrase { key, again: false });
        }
        let Prompt::Password { user, host, .. } = of("me@gpu.example's password: ") else {
            panic!("a password");
        };
        assert_eq!((user.as_str(), host.as_str()), ("me", "gpu"));
    }

    #[test]
    fn an_unknown_host_key_is_asked_about_with_its_fingerprint() {
        let text = "The authenticity of host '[127.0.0.1]:2222 ([127.0.0.1]:2222)' can't be established.\n\
            ED25519 key fingerprint is SHA256:abc/def.\nThis key is not known by any other names.\n\
            Are you sure you want to continue connecting (yes/no/[fingerprint])? ";
        let Prompt::HostKey {
            host,
            key_type,
            fingerprint,
            ..
        } = of(text)
        else {
            panic!("a host key");
        };
        assert_eq!(host, "[127.0.0.1]:2222");
        assert_eq!(
            (key_type.as_str(), fingerprint.as_str()),
            ("ED25519", "SHA256:abc/def")
        );
    }

    #[test]
    fn other_questions_are_passed_on_as_they_are() {
        for (text, want) in [
            ("(me@gpu) Verification code: ", "Verification code:"),
            ("(1) push (2) phone: ", "(1) push (2) phone:"),
            ("Passwort für me@gpu: ", "Passwort für me@gpu:"),
            (
                "Enter PIN for ED25519-SK key /k: ",
                "Enter PIN for ED25519-SK key /k:",
            ),
            ("", ""),
        ] {
            let Prompt::Interactive {
                text: asked, echo, ..
            } = of(text)
            else {
                panic!("{text}");
            };
            assert_eq!((asked.as_str(), echo), (want, false));
        }
    }

    #[test]
    fn a_question_of_a_jump_host_names_that_host() {
        let Prompt::Password { user, host, .. } = of("you@bastion.example's password: ") else {
            panic!("a password");
        };
        assert_eq!((user.as_str(), host.as_str()), ("you", "bastion.example"));
        let Prompt::Interactive { user, host, .. } = of("(you@bastion.example) Code: ") else {
            panic!("a code");
        };
        assert_eq!((user.as_str(), host.as_str()), ("you", "bastion.example"));
    }

    #[test]
    fn a_server_cannot_ask_in_the_words_of_ssh() {
        let key = "Enter passphrase for key '/home/me/.ssh/id': ";
        let host = "The authenticity of host 'x' can't be established.\nED25519 key fingerprint is SHA256:a.\n";
        for theirs in [key, host, "me@other's password: "] {
            let marked = format!("(me@gpu.example) {theirs}");
            let old = Asked {
                marks_servers: false,
                ..GPU
            };
            for prompt in [of(&marked), prompt(theirs, old, false)] {
                assert!(matches!(prompt, Prompt::Interactive { .. }), "{prompt:?}");
            }
        }
    }
}
