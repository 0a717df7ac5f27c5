//! The state machine's data. Its transitions are divided by topic over the files beside this one.

use super::backoff::ReconnectBackoff;
use super::effect::Effect;
use super::idle_guard::IdleGuard;
use super::kernel_runs::KernelRuns;
use super::state::State;
use super::types::{Goal, SessionPlan};
use crate::jupyter::Activity;
use crate::problem::Problem;
use crate::remote::{OtherServers, OurJob, UncertainJob};
use crate::scheduler::Routes;

/// The machine.
#[derive(Debug)]
pub struct StateMachine {
    pub(super) plan: SessionPlan,
    pub(super) state: State,
    pub(super) uid: Option<u32>,
    /// The machine that the script runs on.
    pub(super) node: String,
    /// The working folder there.
    pub(super) workdir: String,
    /// This host's jobs, at the last look.
    pub(super) jobs: Vec<OurJob>,
    /// Those that may live, though no list showed them.
    pub(super) doubts: Vec<UncertainJob>,
    /// Servers that are in none of them.
    pub(super) others: OtherServers,
    /// The ways to servers in jobs, those that failed among them.
    pub(super) routes: Routes,
    /// The problems of those that failed.
    pub(super) refusals: Vec<Problem>,
    pub(super) trouble: ReconnectBackoff,
    pub(super) activity: Option<Activity>,
    pub(super) kernel_runs: KernelRuns,
    pub(super) idle: IdleGuard,
    /// True if the server is being ended because nobody uses it.
    pub(super) ends_idle: bool,
    /// Notebook that the user opened last, as far as it is known.
    pub(super) notebook: Option<String>,
    /// The number of seconds more that the job is to get, until its end was read.
    pub(super) more_time: Option<u64>,
    /// True if other servers than the chosen one run there.
    pub(super) others_run: bool,
}

impl StateMachine {
    /// A machine at its beginning.
    #[must_use]
    pub fn new(plan: SessionPlan) -> Self {
        let notebook = match &plan.goal {
            Goal::Open { page, .. } => page.notebook.clone(),
            _ => None,
        };
        let idle = IdleGuard::new(plan.idle.map(|(limit, _)| limit));
        let kernel_runs = KernelRuns::new(plan.cell_done_after);
        Self {
            routes: plan.routes.clone(),
            refusals: Vec::new(),
            plan,
            notebook,
            state: State::Idle,
            uid: None,
            node: String::new(),
            workdir: String::new(),
            jobs: Vec::new(),
            doubts: Vec::new(),
            others: OtherServers::default(),
            trouble: ReconnectBackoff::default(),
            activity: None,
            kernel_runs,
            idle,
            ends_idle: false,
            more_time: None,
            others_run: false,
        }
    }

    /// Returns true if it is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Returns true if the tunnel is open and nothing is under way.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(..))
    }
}

/// Ends the session by that effect.
pub(super) fn over(last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![last])
}

/// Ends the session by those two effects.
pub(super) fn over_with(first: Effect, last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![first, last])
}
