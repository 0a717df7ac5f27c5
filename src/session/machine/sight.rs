//! What is seen on the far side, in words, for who only looks.

use super::Machine;
use super::reach::stand;
use crate::jupyter::{Choice, Endpoint, Facts, Server};
use crate::launcher::{Next, Route};
use crate::remote::OurJob;
use crate::session::event::Sight;
use crate::words::say;

impl Machine {
    /// All of it. Nothing is decided here.
    pub(super) fn sight(&self, choice: Choice, facts: Facts) -> Sight {
        let line = |ours: &OurJob| {
            let job = &ours.job;
            let (id, name, word) = (job.id.as_str(), job.name.as_str(), job.word.as_str());
            say!("job-sight", id = id, name = name, state = word)
        };
        let jobs = self.jobs.iter().map(line);
        let server = choice.server.as_ref();
        let route = server.and_then(|server| self.route_in_words(server));
        seen(choice, facts, jobs.chain(route).collect())
    }

    /// The route that would be tried first, in words.
    fn route_in_words(&self, server: &Server) -> Option<String> {
        let node = server.node.as_ref()?;
        let route = match self.routes.next(stand(server), false)? {
            Next::Try(Route::Hop) => say!("route-sight-hop"),
            Next::Try(Route::Relay) => say!("route-sight-relay"),
            _ => say!("route-sight-address"),
        };
        let node = node.name.as_str();
        Some(say!("route-sight", node = node, route = route))
    }
}

fn seen(choice: Choice, facts: Facts, jobs: Vec<String>) -> Sight {
    let server = choice.server.map(|server| {
        let place = match &server.endpoint {
            Endpoint::Tcp { port, .. } => say!("session-place-port", port = port.to_string()),
            Endpoint::Socket { path } => say!("session-place-socket", path = path.as_str()),
        };
        let version = server.version.as_deref().unwrap_or("6");
        say!(
            "session-sight",
            version = version,
            pid = server.pid.to_string(),
            place = place,
            root = server.root.as_str()
        )
    });
    Sight {
        node: facts.node,
        shell: facts.shell,
        jupyter: facts.jupyter,
        server,
        passed_over: choice.passed_over,
        jobs,
    }
}
