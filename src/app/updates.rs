//! Update check: daily, and at once when the user requests it. The user gets the newer version's
//! number and a link; nothing is downloaded.

mod release;
pub(crate) mod releases;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use semver::Version;
use serde::{Deserialize, Serialize};

use super::event::AppEvent;
use super::event_sender::EventSender;
use crate::host_os::{installed_files, private_state_folder, write_whole};
pub use release::Release;
use releases::{ReleaseError, ReleaseSource};

/// Between two looks.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Interval between checks that look if the daily request is due, and retry interval when offline.
/// An hour, since the clocks of waits stop while the computer is suspended.
const THINK_EVERY: Duration = Duration::from_secs(60 * 60);

/// Command to the thread that checks for updates.
enum UpdateCommand {
    /// Check now, and show the user the outcome.
    Now,
    /// Check daily from now on, or not.
    Daily(bool),
}

/// The thread that looks. It ends with this.
pub struct Updates {
    orders: mpsc::Sender<UpdateCommand>,
}

impl Updates {
    /// None where releases are published nowhere.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(sender: EventSender, daily: bool) -> io::Result<Option<Self>> {
        let Some(place) = ReleaseSource::known() else {
            return Ok(None);
        };
        // No bound: an order for each click, and for each change of the configuration.
        let (orders, inbox) = mpsc::channel();
        let update_checker = UpdateChecker {
            place,
            sender,
            daily,
        };
        let builder = std::thread::Builder::new().name("updates".to_owned());
        builder.spawn(move || update_checker.run(&inbox))?;
        Ok(Some(Self { orders }))
    }

    /// Checks now, as the user requested; the outcome is an [`AppEvent::UpdateChecked`].
    pub fn look_now(&self) {
        let _ = self.orders.send(UpdateCommand::Now);
    }

    /// As the configuration has it.
    pub fn look_daily(&self, daily: bool) {
        let _ = self.orders.send(UpdateCommand::Daily(daily));
    }
}

struct UpdateChecker {
    place: ReleaseSource,
    sender: EventSender,
    daily: bool,
}

impl UpdateChecker {
    fn run(mut self, inbox: &mpsc::Receiver<UpdateCommand>) {
        // What an earlier look has found is known without another one.
        if self.daily {
            let release = UpdateCache::read().release(&self.place);
            self.sender.send(AppEvent::Release(release));
        }
        let mut thinks = true;
        loop {
            if thinks && self.daily && is_due(now(), UpdateCache::read().looked) {
                let _ = self.look();
            }
            thinks = match inbox.recv_timeout(THINK_EVERY) {
                Ok(UpdateCommand::Now) => {
                    let outcome = self.look();
                    self.sender.send(AppEvent::UpdateChecked(outcome));
                    false
                }
                // It comes with every change of the configuration.
                Ok(UpdateCommand::Daily(daily)) => {
                    let was = std::mem::replace(&mut self.daily, daily);
                    daily && !was
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => return,
            };
        }
    }

    /// Only the log tells of a failure.
    fn look(&self) -> Result<Option<Release>, String> {
        match self.place.newest() {
            Ok(newest) => {
                let known = UpdateCache {
                    looked: Some(now()),
                    newest,
                };
                known.write();
                let release = known.release(&self.place);
                let version = release.as_ref().map(|release| release.version.to_string());
                tracing::info!(newer = version, "looked for a newer version");
                self.sender.send(AppEvent::Release(release.clone()));
                Ok(release)
            }
            Err(failure) => {
                // An answer was an answer, and counts for the day; a network that is away does not.
                if let ReleaseError::Answer(_) = failure {
                    let looked = Some(now());
                    UpdateCache {
                        looked,
                        ..UpdateCache::read()
                    }
                    .write();
                }
                let why = failure.to_string();
                tracing::info!(why, "looked for a newer version, in vain");
                Err(why)
            }
        }
    }
}

/// State that is kept between runs.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct UpdateCache {
    /// Time of the last check, in seconds since 1970.
    looked: Option<u64>,
    /// Version that it found, newer or not.
    newest: Option<Version>,
}

impl UpdateCache {
    fn file() -> io::Result<PathBuf> {
        Ok(private_state_folder()?.join(installed_files::UPDATES))
    }

    /// A file that cannot be read is as good as none: there is one more look.
    fn read() -> Self {
        let text = Self::file().and_then(std::fs::read_to_string);
        let known = text.ok().and_then(|text| toml::from_str(&text).ok());
        known.unwrap_or_default()
    }

    fn write(&self) {
        let text = toml::to_string(self).map_err(io::Error::other);
        let written = text.and_then(|text| write_whole(&Self::file()?, text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "the look for a newer version could not be remembered");
        }
    }

    fn release(&self, place: &ReleaseSource) -> Option<Release> {
        let newest = self.newest.clone()?;
        let current = Version::parse(env!("CARGO_PKG_VERSION")).ok()?;
        (newest.pre.is_empty() && newest > current).then(|| place.release(newest))
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// A look in the future was one by a clock that was wrong.
fn is_due(now: u64, looked: Option<u64>) -> bool {
    looked.is_none_or(|at| at > now || now - at >= DAY.as_secs())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_look_is_due_once_a_day() {
        let day = DAY.as_secs();
        for (looked, want) in [
            (None, true),
            (Some(10 * day), false),
            (Some(9 * day + 1), false),
            (Some(9 * day), true),
            (Some(10 * day + 1), true),
        ] {
            assert_eq!(is_due(10 * day, looked), want, "{looked:?}");
        }
    }

    #[test]
    fn only_a_newer_version_is_news() {
        let place = ReleaseSource::at("https://example.org/p");
        let of = |version: &str| {
            let newest = Version::parse(version).ok();
            let known = UpdateCache {
                looked: None,
                newest,
            };
            known.release(&place).map(|release| release.page)
        };
        assert_eq!(of(env!("CARGO_PKG_VERSION")), None);
        assert_eq!(of("0.0.9"), None);
        assert_eq!(of("999.0.0-beta.1"), None);
        let page = "https://example.org/p/releases/tag/v999.0.0";
        assert_eq!(of("999.0.0").as_deref(), Some(page));
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let newest = Version::parse("1.2.3").ok();
        let known = UpdateCache {
            looked: Some(1_790_000_000),
            newest,
        };
        let text = toml::to_string(&known).unwrap();
        assert_eq!(toml::from_str::<UpdateCache>(&text).unwrap(), known);
        assert!(toml::from_str::<UpdateCache>("newest = \"http://x\"").is_err());
    }
}
