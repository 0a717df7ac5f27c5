//! Ways into a host that the system's `ssh` has and a login here has not: where one may do, the login ends before the
//! user is asked anything.

use super::refusal::AuthRefusal;
use super::{AuthAttempt, has};
use crate::ssh::error::SshError;
use crate::ssh::openssh_need::OpensshNeed;
use crate::ssh::resolve::SshTarget;
use crate::ssh::ticket::{TICKETS, Ticket, ticket};

const HOST_BASED: &str = "hostbased";

impl AuthAttempt<'_> {
    /// Ends the login where `ssh` would go on without the user; before each prompt.
    ///
    /// # Errors
    /// [`SshError::NeedsOpenssh`] then.
    pub(super) fn yield_to_openssh(&mut self) -> Result<(), SshError> {
        match self.need(|ticket| ticket == Ticket::Valid)? {
            Some(need) => Err(SshError::NeedsOpenssh(need)),
            None => Ok(()),
        }
    }

    /// The same at the end, with nothing left to try: it is worth an attempt even if nobody knows of a ticket.
    pub(super) fn yields_at_the_end(&mut self) -> Option<SshError> {
        let may_be = |ticket| matches!(ticket, Ticket::Valid | Ticket::Unknown);
        match self.need(may_be) {
            Ok(need) => need.map(SshError::NeedsOpenssh),
            Err(error) => Some(error),
        }
    }

    fn need(&mut self, would_do: fn(Ticket) -> bool) -> Result<Option<OpensshNeed>, SshError> {
        if self.asked {
            return Ok(None);
        }
        for way in ways(self.target, &self.offers, &self.refusal) {
            if way != OpensshNeed::Method(TICKETS) || would_do(self.ticket()?) {
                return Ok(Some(way));
            }
        }
        Ok(None)
    }

    fn ticket(&mut self) -> Result<Ticket, SshError> {
        if let Some(known) = self.ticket {
            return Ok(known);
        }
        let found = ticket(self.poller)?;
        self.silence.begin();
        Ok(*self.ticket.insert(found))
    }

    /// The refusal of a login that a ticket would have made, where that is the better reason.
    pub(super) fn for_want_of_a_ticket(&self, refusal: AuthRefusal) -> AuthRefusal {
        let takes_tickets =
            ways(self.target, &self.offers, &refusal).contains(&OpensshNeed::Method(TICKETS));
        if takes_tickets && !self.asked && is_want_of(self.ticket, &refusal) {
            return AuthRefusal::Ticket;
        }
        refusal
    }
}

/// Returns what only `ssh` could go on with, of what the server offers and the configuration enables; nothing where the
/// target does not yield.
fn ways(target: &SshTarget, offers: &str, refusal: &AuthRefusal) -> Vec<OpensshNeed> {
    if !target.yields {
        return Vec::new();
    }
    let preferred = &target.preferred_auth;
    let is_wanted =
        |method: &str| preferred.is_empty() || preferred.iter().any(|name| name == method);
    let key = match refusal {
        AuthRefusal::SecurityKey(file) => Some(OpensshNeed::SecurityKey(file.clone())),
        _ => None,
    };
    let methods = [(TICKETS, target.gssapi), (HOST_BASED, target.hostbased)];
    let methods = methods
        .into_iter()
        .filter(|(method, is_enabled)| *is_enabled && has(offers, method) && is_wanted(method));
    let methods = methods.map(|(method, _)| OpensshNeed::Method(method));
    key.into_iter().chain(methods).collect()
}

/// Returns true if the ticket is the better reason: the server takes nothing else that is here, or there was one, and it has
/// expired. Some systems enable Kerberos for everybody, so that one who has no ticket need not have meant to use it.
fn is_want_of(ticket: Option<Ticket>, refusal: &AuthRefusal) -> bool {
    matches!(
        (ticket, refusal),
        (
            Some(Ticket::Expired | Ticket::Missing),
            AuthRefusal::Method(_)
        ) | (
            Some(Ticket::Expired),
            AuthRefusal::Plain | AuthRefusal::NoAgent(_)
        )
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::read_options;

    #[test]
    fn what_the_server_offers_and_the_configuration_enables_is_left_to_ssh() {
        let plain = "host k\nuser me\nhostname gpu01\nport 22\n";
        let both = "gssapiauthentication yes\nhostbasedauthentication yes\n";
        let tickets = OpensshNeed::Method(TICKETS);
        let hosts = OpensshNeed::Method(HOST_BASED);
        let device = || AuthRefusal::SecurityKey("/k".into());
        let key = OpensshNeed::SecurityKey("/k".into());
        let all = "publickey,gssapi-with-mic,hostbased";
        let keys_alone = format!("{both}preferredauthentications publickey,hostbased\n");
        for (options, offers, refusal, want) in [
            ("", all, AuthRefusal::Plain, vec![]),
            (both, "publickey,password", AuthRefusal::Plain, vec![]),
            (both, all, AuthRefusal::Plain, vec![&tickets, &hosts]),
            (both, all, device(), vec![&key, &tickets, &hosts]),
            ("", "publickey", device(), vec![&key]),
            (&keys_alone, all, AuthRefusal::Plain, vec![&hosts]),
        ] {
            let mut target = read_options(&format!("{plain}{options}"), "k").unwrap();
            assert!(
                ways(&target, offers, &refusal).is_empty(),
                "it does not yield"
            );
            target.yields = true;
            let found = ways(&target, offers, &refusal);
            assert_eq!(found.iter().collect::<Vec<_>>(), want, "{options} {offers}");
        }
    }

    #[test]
    fn a_ticket_is_the_reason_only_where_one_was_meant() {
        let alone = AuthRefusal::Method("gssapi-with-mic".into());
        for (ticket, refusal, is_it) in [
            (Some(Ticket::Missing), &alone, true),
            (Some(Ticket::Expired), &alone, true),
            (Some(Ticket::Unknown), &alone, false),
            (None, &alone, false),
            (Some(Ticket::Expired), &AuthRefusal::Plain, true),
            (Some(Ticket::Missing), &AuthRefusal::Plain, false),
            (Some(Ticket::Expired), &AuthRefusal::Certificate, false),
        ] {
            assert_eq!(is_want_of(ticket, refusal), is_it, "{ticket:?} {refusal:?}");
        }
    }
}
