//! Ways into a host that the system's `ssh` has and a login here has not: where one may do, the login ends before the
//! user is asked anything.

use super::refusal::AuthRefusal;
use super::{AuthAttempt, has};
use crate::ssh::error::SshError;
use crate::ssh::openssh_need::OpensshNeed;
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
        if !self.target.yields || self.asked {
            return Ok(None);
        }
        if let AuthRefusal::SecurityKey(file) = &self.refusal {
            return Ok(Some(OpensshNeed::SecurityKey(file.clone())));
        }
        if self.takes_tickets() && would_do(self.ticket()?) {
            return Ok(Some(OpensshNeed::Method(TICKETS)));
        }
        let is_host_based = self.target.hostbased && self.is_offered(HOST_BASED);
        Ok(is_host_based.then_some(OpensshNeed::Method(HOST_BASED)))
    }

    fn takes_tickets(&self) -> bool {
        self.target.gssapi && self.is_offered(TICKETS)
    }

    fn is_offered(&self, method: &str) -> bool {
        let preferred = &self.target.preferred_auth;
        let is_wanted = preferred.is_empty() || preferred.iter().any(|name| name == method);
        is_wanted && has(&self.offers, method)
    }

    fn ticket(&mut self) -> Result<Ticket, SshError> {
        if let Some(known) = self.ticket {
            return Ok(known);
        }
        let found = ticket(self.poller)?;
        self.silence.begin();
        Ok(*self.ticket.insert(found))
    }

    /// The refusal of a login that a ticket would have made, where that is the better reason: the server takes nothing else
    /// that this program has, or there was a ticket and it has expired.
    pub(super) fn for_want_of_a_ticket(&self, refusal: AuthRefusal) -> AuthRefusal {
        if !self.target.yields || !self.takes_tickets() {
            return refusal;
        }
        let is_it = match (self.ticket, &refusal) {
            (Some(Ticket::Expired | Ticket::Missing), AuthRefusal::Method(_)) => true,
            (Some(Ticket::Expired), AuthRefusal::Plain | AuthRefusal::NoAgent(_)) => !self.asked,
            _ => false,
        };
        if is_it { AuthRefusal::Ticket } else { refusal }
    }
}
