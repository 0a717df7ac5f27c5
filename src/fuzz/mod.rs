//! One entry point to each reader of bytes from outside, for programs that feed them everything: `tests/hostile_input` on every
//! run of the tests, `fuzz/` for as long as one likes. Nothing else uses it, and no program links it.
//!
//! An entry point takes any bytes. It panics where an answer breaks a promise, and returns otherwise, soon and with little memory.

mod far;
mod near;
mod schedulers;
mod server;
mod ssh;
mod text;
mod tunnel;

/// A reader of bytes from outside.
#[derive(Debug, Clone, Copy)]
pub struct FuzzTarget {
    /// Its name, which is also that of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Reads the bytes with it.
    pub read: fn(&[u8]),
}

const fn target(name: &'static str, read: fn(&[u8])) -> FuzzTarget {
    FuzzTarget { name, read }
}

/// All of them, the most exposed first: what any account of the remote host, or any web page, can write.
pub const TARGETS: &[FuzzTarget] = &[
    target("runtime_file", server::runtime_file),
    target("http_answer", server::http_answer),
    target("script_frames", far::script_frames),
    target("job_records", far::job_records),
    target("relay_frames", tunnel::relay_frames),
    target("resume_frames", tunnel::resume_frames),
    target("ssh_greeting", ssh::greeting),
    target("control_socket", ssh::control_socket),
    target("ssh_words", ssh::words),
    target("terminal_text", near::terminal_text),
    target("qstat_xml", schedulers::grid_engine),
    target("squeue", schedulers::slurm),
    target("qstat_f", schedulers::pbs),
    target("bjobs", schedulers::lsf),
    target("choices", schedulers::choices),
    target("usage", far::usage),
    #[cfg(feature = "app")]
    target("deep_link", near::deep_link),
    #[cfg(feature = "app")]
    target("release", near::release),
    target("browser_request", near::browser_request),
    target("settings_change", near::settings_change),
    target("ipc_request", near::ipc_request),
    target("ipc_answer", near::ipc_answer),
    target("ssh_options", ssh::options),
    target("ssh_destination", ssh::destination),
    target("known_hosts", ssh::known_hosts),
    target("certificate", ssh::certificate),
    target("revoked_keys", ssh::revoked_keys),
    target("private_key", ssh::private_key),
    target("agent", ssh::agent),
    target("configuration", near::configuration),
    target("ssh_aliases", ssh::aliases),
];
