//! Parses the kernel's messages about links, addresses and routes, and decides if they are new.
//!
//! Much of it is not: a router's advertisement comes every few seconds and repeats the addresses and
//! the route that everybody knows, and a wireless link tells of each look around.

use std::collections::{HashMap, HashSet};

/// Sizes of the kernel's structures: `nlmsghdr`, `ifinfomsg`, `ifaddrmsg`, `rtmsg`, `nlattr`.
const HEADER: usize = 16;
const LINK: usize = 16;
const ADDRESS: usize = 8;
const ROUTE: usize = 12;
const ATTRIBUTE: usize = 4;
/// The loopback interface has this number in every network namespace.
const LOOPBACK: u32 = 1;

/// State of the computer's network, from the messages so far.
#[derive(Debug, Default)]
pub struct KnownRoutes {
    /// By their numbers: whether they are up, with a carrier.
    links: HashMap<u32, bool>,
    addresses: HashSet<(u32, Vec<u8>)>,
    routes: HashSet<DefaultRoute>,
}

/// A default route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct DefaultRoute {
    family: u8,
    table: u8,
    priority: Vec<u8>,
    hops: Vec<u8>,
}

impl KnownRoutes {
    /// Takes in some messages, and tells whether they change what matters: an address that others
    /// can reach, a link that has one, or a default route.
    pub fn learn(&mut self, bytes: &[u8]) -> bool {
        let mut is_news = false;
        for (kind, flags, body) in messages(bytes) {
            is_news |= match kind {
                libc::RTM_NEWLINK | libc::RTM_DELLINK => self.link(kind, body),
                libc::RTM_NEWADDR | libc::RTM_DELADDR => self.address(kind, body),
                libc::RTM_NEWROUTE | libc::RTM_DELROUTE => self.route(kind, flags, body),
                _ => None,
            }
            .unwrap_or(false);
        }
        is_news
    }

    fn link(&mut self, kind: u16, body: &[u8]) -> Option<bool> {
        let (family, index, flags) = (*body.first()?, word(body, 4)?, word(body, 8)?);
        // A bridge tells of its ports in messages of its own family.
        if i32::from(family) != libc::AF_UNSPEC || index == LOOPBACK {
            return None;
        }
        let is_there = kind == libc::RTM_NEWLINK;
        let both = (libc::IFF_UP | libc::IFF_RUNNING).cast_unsigned();
        let is_up = is_there && flags & both == both;
        let was_up = if is_there {
            self.links.insert(index, is_up)
        } else {
            self.links.remove(&index)
        };
        let has_address = self.addresses.iter().any(|(link, _)| *link == index);
        Some(has_address && was_up != Some(is_up))
    }

    fn address(&mut self, kind: u16, body: &[u8]) -> Option<bool> {
        let (flags, scope, index) = (*body.get(2)?, *body.get(3)?, word(body, 4)?);
        let is_tentative = u32::from(flags) & libc::IFA_F_TENTATIVE != 0;
        if index == LOOPBACK || scope >= libc::RT_SCOPE_LINK || is_tentative {
            return None;
        }
        // On a point-to-point link the other attribute is the peer's address; the local one counts.
        let attribute = |wanted| attribute(body.get(ADDRESS..)?, wanted);
        let address = attribute(libc::IFA_LOCAL).or_else(|| attribute(libc::IFA_ADDRESS))?;
        let address = (index, address.to_vec());
        Some(if kind == libc::RTM_NEWADDR {
            self.addresses.insert(address)
        } else {
            self.addresses.remove(&address)
        })
    }

    fn route(&mut self, kind: u16, flags: u16, body: &[u8]) -> Option<bool> {
        let (family, length, table) = (*body.first()?, *body.get(1)?, *body.get(4)?);
        if length != 0 || *body.get(7)? != libc::RTN_UNICAST {
            return None;
        }
        let attributes = body.get(ROUTE..)?;
        let value = |wanted| attribute(attributes, wanted).unwrap_or_default().to_vec();
        let hops = [libc::RTA_OIF, libc::RTA_GATEWAY, libc::RTA_MULTIPATH];
        let route = DefaultRoute {
            family,
            table,
            priority: value(libc::RTA_PRIORITY),
            hops: hops.into_iter().flat_map(value).collect(),
        };
        if kind == libc::RTM_DELROUTE {
            return Some(self.routes.remove(&route));
        }
        let is_new = !self.routes.contains(&route);
        if i32::from(flags) & libc::NLM_F_REPLACE != 0 {
            self.routes.retain(|other| !other.is_instead_of(&route));
        }
        self.routes.insert(route);
        Some(is_new)
    }
}

impl DefaultRoute {
    fn is_instead_of(&self, other: &Self) -> bool {
        let place = |route: &Self| (route.family, route.table, route.priority.clone());
        place(self) == place(other)
    }
}

/// Kind, flags and body of each message.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::try_from(word(bytes, 0)?).ok()?;
        let message = (half(bytes, 4)?, half(bytes, 6)?, bytes.get(HEADER..length)?);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(message)
    })
}

/// The value of an attribute.
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(half(bytes, 0)?);
        let value = bytes.get(ATTRIBUTE..length)?;
        if half(bytes, 2)? & !NESTED == wanted {
            return Some(value);
        }
        bytes = bytes.get(length.next_multiple_of(4)..)?;
    }
}

/// `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`, which are no part of an attribute's name.
const NESTED: u16 = 0xC000;

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_ne_bytes(bytes.try_into().ok()?))
}

/// Returns the request for all existing links, addresses or routes; the kernel answers as if they
/// were new.
pub fn prompt(kind: u16) -> Vec<u8> {
    let flags = u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_DUMP).unwrap_or_default();
    let length = u32::try_from(HEADER + LINK).unwrap_or_default();
    let mut prompt = Vec::from(length.to_ne_bytes());
    prompt.extend(kind.to_ne_bytes());
    prompt.extend(flags.to_ne_bytes());
    prompt.resize(HEADER + LINK, 0); // No number, no sender, any family.
    prompt
}

#[cfg(test)]
mod tests;
