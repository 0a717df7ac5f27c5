use super::*;

/// As the kernel lays it out.
fn message(kind: u16, flags: i32, head: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = head.to_vec();
    for (name, value) in attributes {
        let length = u16::try_from(ATTRIBUTE + value.len()).unwrap_or_default();
        body.extend(length.to_ne_bytes());
        body.extend(name.to_ne_bytes());
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let length = u32::try_from(HEADER + body.len()).unwrap_or_default();
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend(u16::try_from(flags).unwrap_or_default().to_ne_bytes());
    message.resize(HEADER, 0);
    message.extend(body);
    message
}

fn link(kind: u16, index: u32, flags: i32) -> Vec<u8> {
    let mut head = vec![0; 4];
    head.extend(index.to_ne_bytes());
    head.extend(flags.to_ne_bytes());
    head.extend([0; 4]);
    message(kind, 0, &head, &[])
}

fn address(kind: u16, index: u32, flags: u32, scope: u8, address: &[u8]) -> Vec<u8> {
    let mut head = vec![2, 24, u8::try_from(flags).unwrap_or_default(), scope];
    head.extend(index.to_ne_bytes());
    message(kind, 0, &head, &[(libc::IFA_ADDRESS, address)])
}

fn route(kind: u16, flags: i32, length: u8, gateway: &[u8]) -> Vec<u8> {
    let head = [2, length, 0, 0, 254, 4, 0, libc::RTN_UNICAST, 0, 0, 0, 0];
    message(kind, flags, &head, &[(libc::RTA_GATEWAY, gateway)])
}

const UP: i32 = libc::IFF_UP | libc::IFF_RUNNING;

#[test]
fn an_address_is_news_once() {
    let mut known = KnownRoutes::default();
    let new = address(libc::RTM_NEWADDR, 2, 0, 0, &[10, 0, 0, 2]);
    assert!(known.learn(&new));
    assert!(!known.learn(&new), "an advertisement that repeats it");
    assert!(known.learn(&address(libc::RTM_DELADDR, 2, 0, 0, &[10, 0, 0, 2])));
    assert!(known.learn(&new), "it is back");
}

#[test]
fn an_address_that_nobody_else_reaches_is_none() {
    let mut known = KnownRoutes::default();
    let lo = address(libc::RTM_NEWADDR, LOOPBACK, 0, 0, &[127, 0, 0, 2]);
    let of_link = address(libc::RTM_NEWADDR, 2, 0, libc::RT_SCOPE_LINK, &[254; 16]);
    let untried = address(libc::RTM_NEWADDR, 2, libc::IFA_F_TENTATIVE, 0, &[32; 16]);
    for message in [lo, of_link, untried] {
        assert!(!known.learn(&message));
    }
}

#[test]
fn a_link_counts_if_it_has_an_address() {
    let mut known = KnownRoutes::default();
    assert!(
        !known.learn(&link(libc::RTM_NEWLINK, 3, UP)),
        "a bridge's port"
    );
    known.learn(&address(libc::RTM_NEWADDR, 3, 0, 0, &[10, 0, 0, 3]));
    assert!(
        !known.learn(&link(libc::RTM_NEWLINK, 3, UP)),
        "a look around"
    );
    assert!(
        known.learn(&link(libc::RTM_NEWLINK, 3, libc::IFF_UP)),
        "the plug"
    );
    assert!(!known.learn(&link(libc::RTM_NEWLINK, 3, libc::IFF_UP)));
    assert!(known.learn(&link(libc::RTM_NEWLINK, 3, UP)), "plugged in");
    assert!(known.learn(&link(libc::RTM_DELLINK, 3, UP)), "pulled out");
}

#[test]
fn another_default_route_is_news() {
    let mut known = KnownRoutes::default();
    let (home, hotel) = ([192, 168, 0, 1], [10, 9, 8, 1]);
    assert!(known.learn(&route(libc::RTM_NEWROUTE, 0, 0, &home)));
    let again = route(libc::RTM_NEWROUTE, libc::NLM_F_REPLACE, 0, &home);
    assert!(!known.learn(&again), "repeated");
    let other = route(libc::RTM_NEWROUTE, libc::NLM_F_REPLACE, 0, &hotel);
    assert!(known.learn(&other));
    assert!(known.learn(&again), "it was replaced in between");
    assert!(known.learn(&route(libc::RTM_DELROUTE, 0, 0, &home)));
    assert!(
        !known.learn(&route(libc::RTM_NEWROUTE, 0, 24, &home)),
        "no default"
    );
}

#[test]
fn messages_come_several_at_once_and_nothing_broken_ends_the_app() {
    let mut known = KnownRoutes::default();
    let mut both = address(libc::RTM_NEWADDR, LOOPBACK, 0, 0, &[127, 0, 0, 2]);
    both.extend(address(libc::RTM_NEWADDR, 2, 0, 0, &[10, 0, 0, 2]));
    assert!(known.learn(&both));
    for length in 0..both.len() {
        KnownRoutes::default().learn(&both[..length]);
    }
    for at in 0..both.len() {
        let mut broken = both.clone();
        broken[at] = 0xFF;
        KnownRoutes::default().learn(&broken);
        broken[at] = 0;
        KnownRoutes::default().learn(&broken);
    }
}
