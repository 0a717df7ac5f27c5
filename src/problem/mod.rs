//! The one place that turns errors into texts for the user: what happened, to which host, and what
//! to do.

pub mod code;
mod connection;
mod connection_lost;
mod handshake;
mod host_key;
mod job;
mod jump_host;
pub(crate) mod last_words;
mod local;
mod login;
mod node_route;
mod openssh;
mod remote;
mod server;
mod usage;
mod version;
mod wait;

pub use connection_lost::{
    idle_ended, log_not_now, lost, lost_for_good, lost_launches, needs_user, not_listening,
    not_now, other_machine, server_ended,
};
pub use job::{
    job_confused, job_ended, job_gone, job_never_starts, job_not_taken, job_refused,
    job_start_slow, job_suspended, job_time_up, job_uncertain, job_would_be_refused, no_end,
    no_list, no_scheduler, not_extendable, not_extended, other_resources,
};
pub use local::{
    app_runs, keychain_kept, launcher, login_item, no_browser, no_clipboard, no_release,
    no_settings, not_added, not_opened, not_removed, tunnels_open,
};
pub use node_route::{
    barred, forwarding, no_hop, no_relay, no_route, no_way, not_there, socket_refuses,
};
pub use server::{kernel_action, kernels_busy, not_stopped, nothing_running, unusable};
#[cfg(feature = "app")]
pub use usage::no_display;
pub use usage::{
    broken_config, no_address, no_app, no_config, no_resources, not_open, not_resolved,
    notebook_outside, nothing_configured, open_already, uneditable, unheeded, unknown_host,
    unknown_profile, which_host,
};

pub use code::{Code, Face, Problem, Remedy};
pub use connection_lost::{holder_gone, holder_silent};
pub use local::{bug, local, no_control, no_port};
pub use remote::remote;
pub use server::{api, bad_url};
pub use version::{client_too_old, holder_too_old};
pub use wait::interrupted;

#[cfg(test)]
mod tests;
