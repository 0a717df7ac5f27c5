//! The stakes at a host: what an act of the user's could cost.

use std::time::{Duration, Instant};

use super::host::HostState;
use crate::jupyter::Notebook;
use crate::session::Phase;

/// The stakes at one host; empty where there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stakes {
    /// The number of the job that waits in the queue, and the time that it has waited.
    pub job: Option<(String, Duration)>,
    /// Number of its kernels.
    pub kernels: usize,
    /// Number of busy kernels.
    pub busy: usize,
    /// Paths of the busy kernels' notebooks, as far as they have some.
    pub busy_notebooks: Vec<String>,
    /// Number of kernels with a page open in a browser.
    pub pages: usize,
}

impl Stakes {
    /// Returns what is at stake at a host now.
    pub fn of(host: &HostState, now: Instant) -> Self {
        let job = host.waiting_job().map(|job| {
            let since = host.queued.unwrap_or(host.since);
            (job.id.clone(), now.saturating_duration_since(since))
        });
        let is_open = matches!(host.phase, Phase::Ready | Phase::Reconnecting);
        let Some(activity) = host.kernels.as_ref().filter(|_| is_open) else {
            return Self {
                job,
                ..Self::default()
            };
        };
        let busy = |notebook: &&Notebook| notebook.state == "busy";
        let busy = activity.notebooks.iter().filter(busy);
        Self {
            job,
            kernels: activity.kernels.total,
            busy: activity.kernels.busy,
            busy_notebooks: busy.map(|notebook| notebook.path.clone()).collect(),
            pages: activity.open,
        }
    }
}
