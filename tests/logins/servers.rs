//! The servers: keys alone, keys and passwords, few tries, two factors of several kinds.

use tempfile::TempDir;

use crate::keys::{Agents, make};
use crate::support::{RootSshd, folder};

/// Passwords and conversations by PAM, without its pause after a wrong one.
const STACK: &str = "auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_permit.so\n";

/// Which server a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// It takes keys alone.
    Keys,
    /// Keys, the server's own conversation, a password.
    All,
    /// Keys and a password, and three tries.
    Few,
    /// A key, and then a password.
    Two,
    /// Two different keys.
    KeyKey,
    /// A key, and then the server's own conversation.
    KeyAsk,
    /// A password, and then a key.
    PasswordKey,
    /// One try.
    One,
}

/// All that the cases share.
pub struct Scene {
    pub folder: TempDir,
    servers: [RootSshd; 8],
    _agents: Agents,
}

impl Scene {
    pub fn start() -> Self {
        let folder = folder("rj-logins-");
        make(folder.path());
        let path = |file: &str| folder.path().join(file).display().to_string();
        let allowed = format!("AuthorizedKeysFile {}", path("allowed"));
        let authority = format!("TrustedUserCAKeys {}", path("ca.pub"));
        let server = |more: &[&str]| {
            let config = [&[allowed.as_str(), authority.as_str()], more].concat();
            RootSshd::with_pam(&config, STACK, "")
        };
        let servers = [
            server(&["AuthenticationMethods publickey", "MaxAuthTries 20"]),
            server(&["MaxAuthTries 20"]),
            server(&["MaxAuthTries 3"]),
            server(&[
                "AuthenticationMethods publickey,password",
                "MaxAuthTries 20",
            ]),
            server(&["AuthenticationMethods publickey,publickey"]),
            server(&["AuthenticationMethods publickey,keyboard-interactive"]),
            server(&["AuthenticationMethods password,publickey"]),
            server(&["MaxAuthTries 1"]),
        ];
        let agents = Agents::start(folder.path());
        Self {
            folder,
            servers,
            _agents: agents,
        }
    }

    pub fn server(&self, at: At) -> &RootSshd {
        &self.servers[match at {
            At::Keys => 0,
            At::All => 1,
            At::Few => 2,
            At::Two => 3,
            At::KeyKey => 4,
            At::KeyAsk => 5,
            At::PasswordKey => 6,
            At::One => 7,
        }]
    }

    /// Fills in `{dir}`.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{dir}", &self.folder.path().display().to_string())
    }
}
