//! Servers of jobs that write nothing for us, on other machines: all that is known of them are
//! runtime files in the shared home.

use super::{FarFile, Surveyor};
use crate::jupyter::{Candidate, Endpoint};
use crate::scheduler::{Job, JobState, same_machine};

/// Clocks of nodes and file systems differ a little.
const SKEW: i64 = 120;

/// What was there before a job began, and is no server of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Processes of servers on the script's own machine.
    pub pids: Vec<u32>,
    /// When the newest runtime file was written.
    pub written: Option<i64>,
    /// Runtime files whose servers are not where these say.
    pub stale: Vec<String>,
}

/// Whose server is looked for.
pub(super) struct Claim<'c> {
    /// The machine that the job runs on.
    pub node: &'c str,
    /// When it began, or a moment before that. Where that is not known no file is its own.
    pub begun: Option<i64>,
    /// The account.
    pub uid: Option<u32>,
    /// The port that its configuration fixes.
    pub port: Option<u16>,
    /// Other jobs there that may have a server too.
    pub rivals: Vec<&'c Job>,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Far {
    /// Its server.
    One(Box<Candidate>),
    /// No server.
    None,
    /// One of these jobs has it, and nothing tells which.
    Anybodys,
}

impl Claim<'_> {
    fn may_own(&self, file: &FarFile) -> bool {
        // An older file may name a port that is another account's now, and so may one of unknown age.
        let Some((begun, written)) = self.begun.zip(file.written) else {
            return false;
        };
        file.uid == self.uid && written >= begun.saturating_sub(SKEW)
    }

    /// Whether no other job has written it: it is older than they are.
    fn alone_may_own(&self, file: &FarFile) -> bool {
        let older = |rival: &&Job| {
            let begun = rival.started.map(|started| started - SKEW);
            begun.is_some() && file.written < begun
        };
        self.rivals.iter().all(older)
    }

    fn has_port(&self, candidate: &Candidate) -> bool {
        self.port.is_some() && port(candidate, self.uid) == self.port
    }
}

fn port(candidate: &Candidate, uid: Option<u32>) -> Option<u16> {
    match candidate.server(uid).ok()?.endpoint {
        Endpoint::Tcp { port, .. } => Some(port),
        Endpoint::Socket { .. } => None,
    }
}

impl Surveyor {
    /// The newest server that is the job's and nobody else's: by its port, or by when it came.
    pub(super) fn far_of(&self, claim: &Claim) -> Far {
        self.far_among(claim, &|_| true)
    }

    fn far_among(&self, claim: &Claim, may_be: &dyn Fn(&FarFile) -> bool) -> Far {
        // One that says "localhost" may be this machine's own.
        let is_local = |file: &FarFile| self.local.iter().any(|local| local.file == file.file);
        let all = self.far_files();
        let files = all.iter();
        let files = files.filter(|file| may_be(file) && claim.may_own(file) && !is_local(file));
        let servers: Vec<(&FarFile, Candidate)> = files
            .filter_map(|file| {
                let json = file.json.clone();
                let (path, uid) = (&file.file, file.uid);
                let server = Candidate::elsewhere(path, uid, json, (claim.node, &file.names))?;
                Some((file, server))
            })
            .collect();
        let find = |is_its: &dyn Fn(&FarFile, &Candidate) -> bool| {
            let mut its = servers.iter().filter(|(file, server)| is_its(file, server));
            its.next()
                .map(|(_, server)| Far::One(Box::new(server.clone())))
        };
        find(&|_, server| claim.has_port(server))
            .or_else(|| find(&|file, _| claim.alone_may_own(file)))
            .unwrap_or(if servers.is_empty() {
                Far::None
            } else {
                Far::Anybodys
            })
    }

    /// A server on that node that was not there before; on a fixed port if there are several.
    pub(super) fn new_far(
        &self,
        node: &str,
        known: &Known,
        uid: Option<u32>,
        port: Option<u16>,
    ) -> Option<Candidate> {
        let claim = Claim {
            node,
            // All that is younger than the newest of those that were there.
            begun: Some(i64::MIN),
            uid,
            port,
            rivals: Vec::new(),
        };
        let is_new =
            |file: &FarFile| file.written > known.written && !known.stale.contains(&file.file);
        match self.far_among(&claim, &is_new) {
            Far::One(candidate) => Some(*candidate),
            Far::None | Far::Anybodys => None,
        }
    }
}

/// The jobs of a list that run on that machine, but for this one.
pub(super) fn beside<'l>(
    list: impl Iterator<Item = &'l Job>,
    id: &str,
    node: &str,
) -> Vec<&'l Job> {
    let is_there = |job: &&Job| {
        let there = job.node.as_deref().is_some_and(|n| same_machine(n, node));
        there && job.state == JobState::Running && job.id != id
    };
    list.filter(is_there).collect()
}
