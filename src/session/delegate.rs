//! The part of a session that the program around it provides.

use super::types::LastEnd;
use super::wait_range::PastWait;
use super::walltime::WalltimeWarning;
use crate::jupyter::Address;
use crate::scheduler::Route;

/// Receives the reason why a page was not shown after all.
pub type OnFailed = Box<dyn FnOnce(String) + Send>;

/// The services that a session needs from the program that runs it.
pub trait SessionDelegate: Send + Sync {
    /// Opens a page in the browser. The token must not show in a process list. `failed` is called,
    /// from any thread, if that fails later.
    ///
    /// # Errors
    /// The reason why the page could not be opened, as text.
    fn show(&self, page: Address, failed: OnFailed) -> Result<(), String>;
    /// The local port that this host had the last time.
    fn remembered_port(&self, host: &str) -> Option<u16>;
    /// Lets go of the local port that this host had the last time: a page may be shown there.
    fn free_port(&self, _host: &str) {}
    /// Remembers the local port.
    fn remember_port(&self, host: &str, port: u16);
    /// Remembers the end of this host's last session, or that there is none to tell of.
    fn remember_end(&self, _host: &str, _end: Option<LastEnd>) {}
    /// The route that led to this host's jobs the last time.
    fn remembered_route(&self, host: &str) -> Option<Route>;
    /// Remembers that route.
    fn remember_route(&self, host: &str, route: Route);
    /// Returns how long this host's jobs waited, the newest last.
    fn past_waits(&self, _host: &str) -> Vec<PastWait> {
        Vec::new()
    }
    /// Remembers how long one waited.
    fn remember_wait(&self, _host: &str, _wait: PastWait) {}
    /// Returns the last warning about the walltime of this host's job.
    fn told(&self, host: &str) -> Option<WalltimeWarning>;
    /// Remembers that.
    fn remember_told(&self, host: &str, told: WalltimeWarning);
}
