//! The request that starts a session.

use std::time::Duration;

use super::fsm::Goal;
use crate::config::Host;
use crate::problem;
use crate::problem::Problem;

/// The time for which a lost connection is retried while the local computer has a network. A server
/// that restarts is back within it; a page that was open finds its kernels again when it is
/// reloaded (`JupyterLab` itself stops trying after two minutes); and who comes to a laptop later
/// had better be told than see it trying for ever.
const PATIENCE: Duration = Duration::from_secs(600);

/// Interval between queries of a server's kernels: ten hosts cost 0.5 % of a core at 10 s and two
/// requests each (`make bench-app`).
const WATCH_KERNELS: Duration = Duration::from_secs(15);
/// The same where short runs are of interest.
const WATCH_LEAST: Duration = Duration::from_secs(2);

/// The request that starts a session.
#[derive(Debug, Clone)]
pub struct SessionRequest {
    /// The host.
    pub host: Host,
    /// The ssh configuration file to use instead of the user's own.
    pub ssh_config: Option<std::path::PathBuf>,
    /// Its goal.
    pub goal: Goal,
    /// Longest time until the tunnel is open, not counting the time of prompts.
    pub timeout: Duration,
    /// Interval between queries of the server's activity, for [`Event::Kernels`]; none for no
    /// queries.
    pub watch_kernels: Option<Duration>,
    /// Least time of a run of cells whose end is told by [`Event::CellDone`]; none is told without it, nor
    /// without queries.
    ///
    /// [`Event::CellDone`]: super::Event::CellDone
    pub cell_done_after: Option<Duration>,
    /// The time for which a lost connection is retried, while there is a network.
    pub patience: Duration,
    /// True if it stood before this program started, and no click brings it back: its server is found
    /// again, none is launched, and nobody is prompted.
    pub restores: bool,
    /// True if the user asked for the host's resources at this start: a job with others is not used instead.
    pub is_exact: bool,
}

impl SessionRequest {
    /// An order for a host.
    ///
    /// # Errors
    /// When a server is to be started with a profile that the host cannot heed.
    pub fn new(
        host: Host,
        ssh_config: Option<std::path::PathBuf>,
        goal: Goal,
        timeout: Duration,
    ) -> Result<Self, Problem> {
        if let (Some(key), Goal::Open { .. }) = (host.unheeded, &goal) {
            return Err(problem::unheeded(&host.name, key));
        }
        Ok(Self {
            host,
            ssh_config,
            goal,
            timeout,
            watch_kernels: None,
            cell_done_after: None,
            patience: PATIENCE,
            restores: false,
            is_exact: false,
        })
    }

    /// Returns the interval between queries of the server: a server whose use is limited is asked, too.
    pub(super) fn watch(&self) -> Option<Duration> {
        let limited = self.host.idle_stop.map(|_| WATCH_KERNELS);
        self.watch_kernels.or(limited)
    }

    /// Asks for the activity of the server's kernels, and for the ends of runs of at least that time.
    pub fn watch_cells(&mut self, cell_done_after: Duration) {
        self.watch_kernels = Some(WATCH_KERNELS.min(cell_done_after.max(WATCH_LEAST)));
        self.cell_done_after = Some(cell_done_after);
    }
}
