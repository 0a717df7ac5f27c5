//! The trait of a batch scheduler: its operations, and the data that its commands print. Each
//! scheduler has a file of its own.
//!
//! Nothing runs here: an adapter gives lines for the remote host's shell, and reads what they printed.
//! Every value of the configuration in such a line went through [`crate::shell_quote::quote`].

mod adapter;
mod choices;
#[cfg(test)]
mod command_tests;
#[cfg(test)]
mod cut_off_tests;
mod exec_in_job;
mod job;
mod job_name;
mod lsf;
#[cfg(test)]
mod many;
mod options;
mod output;
mod pbs;
mod registry;
mod rerun;
mod resources;
mod route;
mod sge;
mod shell;
mod slurm;

pub use adapter::{DetectError, Dialect, PendingReason, Rehearsal, Scheduler, StartObstacle};
pub use choices::{HostChoices, QueueChoice, overview};
pub use exec_in_job::RelayCommand;
pub use job::{Job, JobIdentity, JobState, Presence};
pub use job_name::job_name;
pub use output::{CALL, CommandOutput, LocalTime, SUBMISSION};
pub use registry::{adapter, by_id};
pub use rerun::may_rerun;
pub use resources::{clock, seconds};
pub use route::{ListenScope, Next, Route, Routes};
