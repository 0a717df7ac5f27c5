//! The route to the server of a job: which ones there are, in which order they are tried, and what
//! follows where one fails.

use crate::config::Bind;

/// Route to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It runs on the login host: the login connection leads there.
    Login,
    /// An SSH session of our own to the node, through the login connection. Only from the node
    /// itself are the server's loopback address and socket reachable.
    Hop,
    /// The login host connects to the node's address, where the token guards the server.
    Address,
    /// The scheduler runs a command beside the job, which connects on the node.
    Relay,
}

impl Route {
    /// As it is remembered.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Hop => "hop",
            Self::Address => "address",
            Self::Relay => "relay",
        }
    }

    /// Reads what was remembered; another version may know others.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Login, Self::Hop, Self::Address, Self::Relay];
        all.into_iter().find(|route| route.word() == word)
    }

    /// Returns where a server has to listen to be reached by this route.
    #[must_use]
    pub fn stand(self) -> ListenScope {
        match self {
            Self::Address => ListenScope::Address,
            Self::Login | Self::Hop | Self::Relay => ListenScope::Loopback,
        }
    }

    /// Returns true if it leads to a server on another host that listens there. A connection made
    /// on the node itself reaches all of the node's addresses.
    fn reaches(self, stand: ListenScope) -> bool {
        match self {
            Self::Login => false,
            Self::Hop | Self::Relay => true,
            Self::Address => stand == ListenScope::Address,
        }
    }
}

/// Addresses on which a server listens, as seen from other hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenScope {
    /// On its host's loopback address or a unix socket: no other host can connect.
    Loopback,
    /// On its host's address.
    Address,
}

/// Next step to reach a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go there like this.
    Try(Route),
    /// Restart it, to listen there.
    Relocate(ListenScope),
}

/// The routes to the jobs of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    bind_option: Bind,
    remembered: Option<Route>,
    order: Vec<Route>,
    /// Those that are no part of it, for a server that listens elsewhere than `bind` now wants.
    others: Vec<Route>,
    failed: Vec<Route>,
}

impl Routes {
    /// By the host's `bind`, and by what is remembered where that leaves it open; `relays` where its
    /// scheduler has a relay.
    #[must_use]
    pub fn new(bind: Bind, remembered: Option<Route>, relays: bool) -> Self {
        let all = [Route::Hop, Route::Address, Route::Relay];
        let all = all.into_iter().filter(|r| relays || *r != Route::Relay);
        let remembered = remembered.filter(|_| bind == Bind::Auto);
        let (order, others) = match bind {
            Bind::Auto => (all.collect(), Vec::new()),
            Bind::Node => all.partition(|route| route.stand() == ListenScope::Address),
            Bind::Loopback | Bind::Socket => {
                all.partition(|route| route.stand() == ListenScope::Loopback)
            }
        };
        let mut routes = Self {
            bind_option: bind,
            remembered,
            order,
            others,
            failed: Vec::new(),
        };
        // The others stay in their order.
        routes.order.sort_by_key(|route| Some(*route) != remembered);
        routes
    }

    /// Returns where the server of a new job has to listen (`rj_bind` in job.sh). A job on the
    /// login node itself needs no address unless that is forced.
    #[must_use]
    pub fn bind(&self) -> &'static str {
        let first = self.order.iter().find(|route| !self.failed.contains(route));
        match (self.bind_option, first) {
            (Bind::Auto, Some(route)) if route.stand() == ListenScope::Address => {
                Bind::Auto.as_str()
            }
            (Bind::Auto, _) => Bind::Loopback.as_str(),
            (forced, _) => forced.as_str(),
        }
    }

    /// Returns the next step for a server on another host that listens there. A server is moved
    /// only if `bind` leaves that open. `None` if no route is left.
    #[must_use]
    pub fn next(&self, stand: ListenScope, is_movable: bool) -> Option<Next> {
        let left = |routes: &[Route]| -> Vec<Route> {
            let left = routes.iter().filter(|route| !self.failed.contains(route));
            left.copied().collect()
        };
        let reach = |route: &Route| route.reaches(stand);
        let is_movable = is_movable && self.bind_option == Bind::Auto;
        let order = left(&self.order);
        // What listens on an address was meant to be reached there.
        let mut ways = order.clone();
        ways.retain(reach);
        ways.sort_by_key(|route| route.stand() != stand);
        let first = ways.first().copied();
        // A relay is slower than the others: it waits for them also where a server has to move for that.
        let waits = first == Some(Route::Relay) && order.first() != first.as_ref();
        if let Some(route) = first.filter(|_| !(waits && is_movable)) {
            return Some(Next::Try(route));
        }
        if is_movable {
            let other = order.first().map(|route| route.stand());
            return other.map(Next::Relocate);
        }
        if self.order.iter().any(reach) {
            return None;
        }
        left(&self.others).into_iter().find(reach).map(Next::Try)
    }

    /// Returns true if it is not remembered as a route that led to the server.
    #[must_use]
    pub fn is_new(&self, route: Route) -> bool {
        self.remembered != Some(route)
    }

    /// Returns true if it belongs to the routes and has not failed.
    #[must_use]
    pub fn is_left(&self, route: Route) -> bool {
        self.order.contains(&route) && !self.failed.contains(&route)
    }

    /// Returns true if no better one is left.
    #[must_use]
    pub fn is_best(&self, route: Route) -> bool {
        let better = [Route::Hop, Route::Address].into_iter();
        let mut better = better.take_while(|other| *other != route);
        better.all(|other| !self.is_left(other))
    }

    /// It led nowhere.
    pub fn fail(&mut self, route: Route) {
        self.failed.push(route);
    }

    /// Returns the route if it is worth remembering once it has led to the server. One that the
    /// user forces says nothing about those that were not tried and would have come first.
    #[must_use]
    pub fn to_remember(&self, route: Route) -> Option<Route> {
        let counts = self.bind_option == Bind::Auto || route == Route::Hop;
        (counts && route != Route::Login).then_some(route)
    }
}

#[cfg(test)]
mod tests {
    use super::ListenScope::{Address as Outside, Loopback as Inside};
    use super::Next::{Relocate, Try};
    use super::*;

    fn auto(remembered: Option<Route>) -> Routes {
        Routes::new(Bind::Auto, remembered, false)
    }

    fn without(mut routes: Routes, failed: &[Route]) -> Routes {
        for route in failed {
            routes.fail(*route);
        }
        routes
    }

    #[test]
    fn an_unknown_host_is_hopped_to_and_else_its_server_moves_to_the_address() {
        let routes = auto(None);
        assert_eq!(routes.bind(), "loopback");
        assert_eq!(routes.next(Inside, true), Some(Try(Route::Hop)));
        let routes = without(routes, &[Route::Hop]);
        assert_eq!(routes.next(Inside, true), Some(Relocate(Outside)));
        assert_eq!(routes.next(Inside, false), None, "its kernels stay");
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Address)));
        let routes = without(routes, &[Route::Address]);
        assert_eq!(routes.next(Outside, true), None);
    }

    #[test]
    fn what_is_remembered_comes_first_and_is_not_the_last_word() {
        let routes = auto(None);
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Address)));
        assert!(routes.is_new(Route::Address));
        let routes = auto(Some(Route::Address));
        assert!(!routes.is_new(Route::Address) && routes.is_new(Route::Hop));
        assert_eq!(routes.bind(), "auto");
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Address)));
        // Found again, from a time when it was reached otherwise.
        assert_eq!(routes.next(Inside, false), Some(Try(Route::Hop)));
        let routes = without(routes, &[Route::Address]);
        assert_eq!(routes.bind(), "loopback");
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Hop)));
    }

    #[test]
    fn a_relay_is_the_last_resort_and_needs_no_address() {
        let routes = Routes::new(Bind::Auto, None, true);
        let routes = without(routes, &[Route::Hop]);
        assert_eq!(routes.next(Inside, true), Some(Relocate(Outside)));
        assert_eq!(routes.next(Inside, false), Some(Try(Route::Relay)));
        assert!(routes.is_best(Route::Address) && !routes.is_best(Route::Relay));
        let routes = without(routes, &[Route::Address]);
        assert!(routes.is_best(Route::Relay));
        assert_eq!(routes.next(Inside, true), Some(Try(Route::Relay)));
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Relay)));
        let routes = without(routes, &[Route::Relay]);
        assert_eq!(routes.next(Outside, true), None);
        let routes = Routes::new(Bind::Auto, Some(Route::Relay), true);
        assert_eq!(routes.bind(), "loopback");
        assert_eq!(routes.next(Inside, true), Some(Try(Route::Relay)));
    }

    #[test]
    fn what_the_user_forces_is_not_given_up() {
        for (bind, stand, route) in [
            (Bind::Loopback, Inside, Route::Hop),
            (Bind::Socket, Inside, Route::Hop),
            (Bind::Node, Outside, Route::Address),
        ] {
            let routes = Routes::new(bind, Some(Route::Relay), false);
            assert_eq!(routes.bind(), bind.as_str());
            assert_eq!(routes.next(stand, true), Some(Try(route)));
            assert_eq!(routes.to_remember(Route::Address), None);
            assert_eq!(routes.to_remember(Route::Hop), Some(Route::Hop));
            assert_eq!(without(routes, &[route]).next(stand, true), None);
        }
    }

    #[test]
    fn a_server_that_was_started_otherwise_is_reached_where_it_is() {
        let routes = Routes::new(Bind::Node, None, false);
        assert_eq!(routes.next(Inside, true), Some(Try(Route::Hop)));
        let routes = Routes::new(Bind::Loopback, None, false);
        assert_eq!(routes.next(Outside, true), Some(Try(Route::Hop)));
    }

    #[test]
    fn words_are_read_back() {
        for route in [Route::Login, Route::Hop, Route::Address, Route::Relay] {
            assert_eq!(Route::parse(route.word()), Some(route));
        }
        assert_eq!(Route::parse("tunnel"), None);
        assert_eq!(auto(None).to_remember(Route::Hop), Some(Route::Hop));
        assert_eq!(auto(None).to_remember(Route::Login), None);
    }
}
