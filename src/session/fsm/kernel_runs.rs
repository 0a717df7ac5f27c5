//! Runs of cells, by looks at the kernels' states: since when a kernel is busy, and when it is done.
//!
//! A kernel is idle for an instant between two cells of one run, so it is done only when it is idle at two looks
//! and had no message between them. Times are the server's own, so that neither a pause between two looks nor a
//! lost connection changes what is told of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::jupyter::{Activity, Notebook, Observation};
use crate::session::cell_done::CellDone;

/// When the kernels are to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextLook {
    /// Nothing runs.
    AtRest,
    /// A cell runs.
    WhileBusy,
    /// A cell may be done, or the next one has just begun.
    Soon,
}

/// State of one kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// It is idle, or whatever else that is not busy.
    Idle,
    /// It is busy since then; `here` is the same time by this computer's clock.
    Busy { since: Timestamp, here: i64 },
    /// It was idle at the last look. Its last message came at `ended`.
    Settling {
        since: Timestamp,
        here: i64,
        ended: Timestamp,
    },
}

/// Result of a look.
#[derive(Debug, PartialEq, Eq)]
pub struct Look {
    /// The activity, with the times since when kernels are busy.
    pub activity: Activity,
    /// Runs that are done now and took long enough.
    pub done: Vec<CellDone>,
    /// Time of the next look.
    pub next: NextLook,
}

/// The kernels of a server.
#[derive(Debug)]
pub struct KernelRuns {
    /// Least time of a run that is told; none is told without it.
    least: Option<Duration>,
    runs: BTreeMap<String, Run>,
    last_look: Option<Timestamp>,
}

impl KernelRuns {
    /// Nothing is known yet. Runs of that time and more are told.
    pub fn new(least: Option<Duration>) -> Self {
        Self {
            least,
            runs: BTreeMap::new(),
            last_look: None,
        }
    }

    /// Takes in a look.
    pub fn see(&mut self, mut seen: Observation) -> Look {
        let before = std::mem::take(&mut self.runs);
        let mut done = Vec::new();
        let (at, here) = (seen.at, seen.here);
        for kernel in seen.activity.each_kernel_mut() {
            let mut last = seen.last_messages.iter();
            let last = last.find(|(id, _)| *id == kernel.id).map(|(_, time)| *time);
            let was = before.get(&kernel.id).copied().unwrap_or(Run::Idle);
            let is = match kernel.state.as_str() {
                "busy" => self.busy(was, last, at, here),
                "idle" => {
                    let mut errors = seen.errors.iter();
                    let error = errors.find(|(id, _)| *id == kernel.id);
                    let error = error.map(|(_, name)| name.clone());
                    let count = done.len();
                    let is = self.idle(kernel, was, last, at, &mut done);
                    done.iter_mut()
                        .skip(count)
                        .for_each(|one| one.error.clone_from(&error));
                    is
                }
                // It starts, or has died: what it ran has not come to its end.
                _ => Run::Idle,
            };
            if let Run::Busy { here, .. } | Run::Settling { here, .. } = is {
                kernel.busy_since = Some(here);
            }
            self.runs.insert(kernel.id.clone(), is);
        }
        self.last_look = Some(at);
        Look {
            activity: seen.activity,
            done,
            next: self.next(),
        }
    }

    /// A kernel whose cell prints nothing had its last message when that began. Of one that does print, no more is
    /// known than that it began after the look before.
    fn busy(&self, was: Run, last: Option<Timestamp>, at: Timestamp, here: Timestamp) -> Run {
        match was {
            Run::Idle => {
                let since = last.unwrap_or(at).min(at);
                let since = self.last_look.map_or(since, |look| since.max(look));
                let passed = at.duration_since(since);
                let here = here.saturating_sub(passed).unwrap_or(here).as_second();
                Run::Busy { since, here }
            }
            Run::Busy { since, here } | Run::Settling { since, here, .. } => {
                Run::Busy { since, here }
            }
        }
    }

    fn idle(
        &self,
        kernel: &Notebook,
        was: Run,
        last: Option<Timestamp>,
        at: Timestamp,
        done: &mut Vec<CellDone>,
    ) -> Run {
        match was {
            Run::Idle => Run::Idle,
            Run::Settling { since, ended, .. } if last.is_none_or(|last| last == ended) => {
                done.extend(self.done(kernel, since, ended));
                Run::Idle
            }
            Run::Busy { since, here } | Run::Settling { since, here, .. } => Run::Settling {
                since,
                here,
                ended: last.unwrap_or(at),
            },
        }
    }

    fn done(&self, kernel: &Notebook, since: Timestamp, ended: Timestamp) -> Option<CellDone> {
        let took = ended.duration_since(since).max(SignedDuration::ZERO);
        let took = took.unsigned_abs();
        self.least.filter(|least| took >= *least)?;
        Some(CellDone {
            notebook: kernel.path.clone(),
            name: kernel.name.clone(),
            seconds: took.as_secs(),
            error: None,
        })
    }

    fn next(&self) -> NextLook {
        let any = |is: fn(&Run) -> bool| self.runs.values().any(is);
        if any(|run| matches!(run, Run::Settling { .. })) {
            NextLook::Soon
        } else if any(|run| matches!(run, Run::Busy { .. })) {
            NextLook::WhileBusy
        } else {
            NextLook::AtRest
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Differs from the server's clock.
    const HERE: i64 = 5_000;

    /// A look at one kernel, at that second of the server's: its state, and the second of its last message.
    fn look(at: i64, state: &str, last: i64) -> Observation {
        let time = |second| Timestamp::from_second(second).unwrap();
        let kernel = Notebook {
            path: "work/a.ipynb".into(),
            name: "a.ipynb".into(),
            kernel: "python3".into(),
            state: state.into(),
            id: "k".into(),
            busy_since: None,
        };
        Observation {
            activity: Activity {
                notebooks: vec![kernel],
                ..Activity::default()
            },
            at: time(at),
            here: time(at + HERE),
            unused: None,
            errors: Vec::new(),
            last_messages: vec![("k".into(), time(last))],
        }
    }

    /// Returns the seconds of the runs that those looks have told.
    fn told(least: u64, looks: &[(i64, &str, i64)]) -> Vec<u64> {
        let mut runs = KernelRuns::new(Some(Duration::from_secs(least)));
        let looks = looks.iter();
        let done = looks.flat_map(|(at, state, last)| runs.see(look(*at, state, *last)).done);
        done.map(|done| done.seconds).collect()
    }

    #[test]
    fn a_cell_is_told_with_its_own_time_whenever_it_was_looked_at() {
        let silent = [(0, "idle", -9), (15, "busy", 2), (90, "busy", 2)];
        let end = [(93, "idle", 92), (94, "idle", 92), (110, "idle", 92)];
        assert_eq!(told(60, &[&silent[..], &end].concat()), [90]);
        // It printed all the time: it began after the look before.
        let printing = [(0, "idle", -9), (15, "busy", 15), (90, "busy", 90)];
        assert_eq!(told(60, &[&printing[..], &end].concat()), [77]);
    }

    #[test]
    fn a_short_cell_and_one_that_has_just_ended_are_not_told() {
        let short = [(0, "busy", 0), (20, "idle", 18), (21, "idle", 18)];
        assert_eq!(told(60, &short), [0; 0]);
        assert_eq!(told(18, &short), [18]);
        assert_eq!(told(18, &short[..2]), [0; 0], "the next cell may follow");
        let mut silent = KernelRuns::new(None);
        for (at, state, last) in short {
            assert_eq!(silent.see(look(at, state, last)).done, []);
        }
    }

    #[test]
    fn all_cells_of_a_run_are_told_once() {
        let cells = [
            (0, "busy", 0),
            (60, "idle", 59),
            (61, "busy", 60),
            (120, "idle", 119),
            // In between, a third one has begun and ended.
            (121, "idle", 121),
            (122, "idle", 121),
            (137, "idle", 121),
        ];
        assert_eq!(told(100, &cells), [121]);
    }

    #[test]
    fn a_run_that_ended_during_a_sleep_is_told_once_with_the_time_it_took() {
        let night = [
            (0, "busy", 0),
            (40_000, "idle", 3_600),
            (40_001, "idle", 3_600),
            (80_000, "idle", 3_600),
        ];
        assert_eq!(told(60, &night), [3_600]);
    }

    #[test]
    fn a_kernel_that_was_restarted_or_died_is_not_done() {
        for state in ["starting", "restarting", "dead"] {
            let looks = [
                (0, "busy", 0),
                (90, state, 89),
                (93, "idle", 91),
                (94, "idle", 91),
            ];
            assert_eq!(told(60, &looks), [0; 0], "{state}");
        }
        // Nor one that is gone.
        let mut runs = KernelRuns::new(Some(Duration::ZERO));
        runs.see(look(0, "busy", 0));
        let mut none = look(90, "idle", 0);
        none.activity.notebooks.clear();
        assert_eq!(runs.see(none).next, NextLook::AtRest);
        assert_eq!(runs.see(look(91, "idle", 0)).done, []);
    }

    #[test]
    fn a_busy_kernel_says_since_when_by_this_computers_clock() {
        let mut runs = KernelRuns::new(None);
        let mut since = |at, state, last| {
            let seen = runs.see(look(at, state, last));
            (seen.activity.notebooks[0].busy_since, seen.next)
        };
        assert_eq!(since(0, "idle", 0), (None, NextLook::AtRest));
        let began = Some(7 + HERE);
        assert_eq!(since(15, "busy", 7), (began, NextLook::WhileBusy));
        assert_eq!(since(18, "busy", 17), (began, NextLook::WhileBusy));
        assert_eq!(since(21, "idle", 20), (began, NextLook::Soon));
        assert_eq!(since(22, "idle", 20), (None, NextLook::AtRest));
    }

    #[test]
    fn the_error_by_which_the_last_cell_ended_is_told_of_its_kernel_alone() {
        let mut runs = KernelRuns::new(Some(Duration::from_secs(60)));
        let mut see = |at, state, last, of: &str| {
            let mut seen = look(at, state, last);
            seen.errors = vec![(of.into(), "ValueError".into())];
            runs.see(seen).done
        };
        let mut run = |begun, of: &str| {
            see(begun, "busy", begun, of);
            see(begun + 90, "idle", begun + 89, of);
            see(begun + 91, "idle", begun + 89, of).remove(0).error
        };
        assert_eq!(run(0, "k").as_deref(), Some("ValueError"));
        assert_eq!(run(200, "other"), None);
    }

    #[test]
    fn a_server_that_does_not_say_when_the_last_message_came_is_believed_at_once() {
        let mut runs = KernelRuns::new(Some(Duration::from_secs(60)));
        let mut see = |at, state| {
            let mut seen = look(at, state, 0);
            seen.last_messages.clear();
            runs.see(seen)
        };
        see(0, "busy");
        assert_eq!(see(90, "idle").done.len(), 0);
        assert_eq!(see(91, "idle").done.len(), 1);
    }
}
