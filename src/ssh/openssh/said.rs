//! Why `ssh` made no connection, as far as its own words tell. In another language they tell nothing, and are shown.

/// The reason that `ssh` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpensshCause {
    /// The name has no address.
    NameUnknown,
    /// The port refused the connection.
    Refused,
    /// The network does not lead there, or the connection broke off.
    Network,
    /// The host shows another key than the known one.
    HostKeyChanged,
    /// The host's key is not known, or revoked, and was not accepted.
    HostKeyUnknown,
    /// A Kerberos ticket is missing, or out of date.
    Ticket,
    /// The server refused every way to log in.
    Denied,
    /// The server hung up after too many refused keys.
    TooManyTries,
    /// There is no algorithm in common.
    NoCommonAlgorithm,
    /// The configuration cannot be used.
    Configuration,
    /// It did not end, and made no connection in time.
    Silent,
    /// None of these.
    Unknown,
}

/// Words of `ssh`, and what they mean. The first that occurs counts: what ends a login comes after what led to it.
const WORDS: [(&str, OpensshCause); 24] = [
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        OpensshCause::HostKeyChanged,
    ),
    ("Host key verification failed", OpensshCause::HostKeyUnknown),
    ("No Kerberos credentials", OpensshCause::Ticket),
    ("Ticket expired", OpensshCause::Ticket),
    ("Credentials cache", OpensshCause::Ticket),
    (
        "Too many authentication failures",
        OpensshCause::TooManyTries,
    ),
    ("Permission denied (", OpensshCause::Denied),
    ("Unable to negotiate with", OpensshCause::NoCommonAlgorithm),
    ("Could not resolve hostname", OpensshCause::NameUnknown),
    ("Connection refused", OpensshCause::Refused),
    ("Connection timed out", OpensshCause::Network),
    ("Operation timed out", OpensshCause::Network),
    ("No route to host", OpensshCause::Network),
    ("Network is unreachable", OpensshCause::Network),
    ("Network is down", OpensshCause::Network),
    ("Connection closed by", OpensshCause::Network),
    ("Connection reset by", OpensshCause::Network),
    ("Connection to ", OpensshCause::Network),
    ("kex_exchange_identification", OpensshCause::Network),
    ("banner exchange", OpensshCause::Network),
    ("Broken pipe", OpensshCause::Network),
    ("Bad configuration option", OpensshCause::Configuration),
    ("bad configuration options", OpensshCause::Configuration),
    ("Bad owner or permissions", OpensshCause::Configuration),
];

impl OpensshCause {
    /// Reads what `ssh` has said before it ended.
    pub fn read(said: &str) -> Self {
        let known = WORDS.iter().find(|(words, _)| said.contains(words));
        known.map_or(Self::Unknown, |(_, cause)| *cause)
    }

    /// Returns true if the host has refused the login.
    #[must_use]
    pub fn is_refused_login(self) -> bool {
        matches!(self, Self::Ticket | Self::Denied | Self::TooManyTries)
    }

    /// Returns true if the network alone may be the cause.
    #[must_use]
    pub fn is_of_the_network(self) -> bool {
        matches!(self, Self::NameUnknown | Self::Refused | Self::Network)
    }
}

/// Returns the methods that the server offers, from `ssh`'s last words: "Permission denied (publickey,gssapi-with-mic)."
pub fn refused_methods(said: &str) -> impl Iterator<Item = &str> {
    let list = said.rsplit_once("Permission denied (");
    let list = list.and_then(|(_, rest)| rest.split_once(')'));
    list.map_or("", |(list, _)| list).split(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_methods_are_in_the_last_words() {
        let said = "sign_and_send_pubkey: no device\nme@gpu: Permission denied (publickey,gssapi-with-mic).";
        let methods: Vec<&str> = refused_methods(said).collect();
        assert_eq!(methods, ["publickey", "gssapi-with-mic"]);
        assert_eq!(refused_methods("Connection refused").count(), 1);
        assert_eq!(refused_methods("Permission denied (").next(), Some(""));
    }

    #[test]
    fn the_cause_is_read_from_what_ssh_says() {
        for (said, want) in [
            (
                "ssh: Could not resolve hostname gpu: Name or service not known",
                OpensshCause::NameUnknown,
            ),
            (
                "ssh: connect to host gpu port 22: Connection refused",
                OpensshCause::Refused,
            ),
            (
                "kex_exchange_identification: Connection closed by remote host",
                OpensshCause::Network,
            ),
            (
                "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
                OpensshCause::HostKeyChanged,
            ),
            (
                "Host key verification failed.",
                OpensshCause::HostKeyUnknown,
            ),
            (
                "No Kerberos credentials available\nme@gpu: Permission denied (gssapi-with-mic).",
                OpensshCause::Ticket,
            ),
            (
                "me@gpu: Permission denied (publickey).",
                OpensshCause::Denied,
            ),
            (
                "Unable to negotiate with 1.2.3.4 port 22: no matching host key type found.",
                OpensshCause::NoCommonAlgorithm,
            ),
            ("Zugriff verweigert", OpensshCause::Unknown),
        ] {
            assert_eq!(OpensshCause::read(said), want, "{said}");
        }
    }
}
