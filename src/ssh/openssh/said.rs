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
    /// A jump host may not connect to the next host.
    HopForbids,
    /// A jump host does not reach the next host.
    HopUnreachable,
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
const WORDS: [(&str, OpensshCause); 23] = [
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        OpensshCause::HostKeyChanged,
    ),
    ("Host key verification failed", OpensshCause::HostKeyUnknown),
    (
        "Too many authentication failures",
        OpensshCause::TooManyTries,
    ),
    ("Permission denied (", OpensshCause::Denied),
    (
        "open failed: administratively prohibited",
        OpensshCause::HopForbids,
    ),
    ("open failed: connect failed", OpensshCause::HopUnreachable),
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
    #[must_use]
    pub fn read(said: &str) -> Self {
        match Self::read_words(said) {
            // A missing ticket is told wherever one might do; it matters where little else is taken.
            Self::Denied if wants_ticket(said) => Self::Ticket,
            cause => cause,
        }
    }

    fn read_words(said: &str) -> Self {
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
        let of_the_network = [
            Self::NameUnknown,
            Self::Refused,
            Self::Network,
            Self::HopUnreachable,
        ];
        of_the_network.contains(&self)
    }
}

/// Words of Kerberos for a ticket that is out of date.
const EXPIRED: &str = "Ticket expired";

/// Words of Kerberos for a ticket that is missing or out of date.
const NO_TICKET: [&str; 5] = [
    "No Kerberos credentials",
    "No credentials were supplied",
    "Credentials cache",
    "Credential cache",
    EXPIRED,
];

fn wants_ticket(said: &str) -> bool {
    let offered = said.rsplit("Permission denied (").next();
    let offered = offered.and_then(|rest| rest.split(')').next());
    let offered: Vec<&str> = offered.unwrap_or_default().split(',').collect();
    let asks = ["password", "keyboard-interactive"];
    let is_gssapi = |method: &&str| method.starts_with("gssapi");
    if !offered.iter().any(is_gssapi) || offered.iter().any(|method| asks.contains(method)) {
        return false;
    }
    // Some systems enable it for everybody: where a key would do, one who has no ticket need not have meant to use it.
    let words = if offered.iter().all(is_gssapi) {
        &NO_TICKET[..]
    } else {
        &[EXPIRED][..]
    };
    words.iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

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
                "No Kerberos credentials available\nme@gpu: Permission denied (publickey,password).",
                OpensshCause::Denied,
            ),
            (
                "me@gpu: Permission denied (publickey).",
                OpensshCause::Denied,
            ),
            (
                "Unable to negotiate with 1.2.3.4 port 22: no matching host key type found.",
                OpensshCause::NoCommonAlgorithm,
            ),
            (
                "channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed\n\
                 kex_exchange_identification: Connection closed by remote host",
                OpensshCause::HopForbids,
            ),
            ("Zugriff verweigert", OpensshCause::Unknown),
        ] {
            assert_eq!(OpensshCause::read(said), want, "{said}");
        }
    }
}
