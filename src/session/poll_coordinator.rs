//! The last list of each scheduler, for all sessions of this process that wait there with the same
//! login: together they cost it one call per interval.
//!
//! Nobody waits for another one's call: who comes too early looks at its files meanwhile, and comes
//! again. So a session stays the only one to touch its connection, and a cancel is always heard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::scheduler::CommandOutput;
use crate::ssh::resolve::SshTarget;

/// Key of a scheduler and of the login that queries it. It includes the route: two clusters may
/// both call their login node `login`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueryKey {
    user: String,
    host: String,
    port: u16,
    way: [Option<String>; 3],
    scheduler: &'static str,
}

impl QueryKey {
    /// That of a resolved destination.
    #[must_use]
    pub fn new(target: &SshTarget, scheduler: &'static str) -> Self {
        Self {
            user: target.user.clone(),
            host: target.host.to_lowercase(),
            port: target.port,
            way: [
                target.host_key_alias.clone(),
                target.proxy_jump.clone(),
                target.proxy_command.clone(),
            ],
            scheduler,
        }
    }
}

/// The calls of all schedulers that sessions of one process wait for. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct PollCoordinator(Arc<Mutex<HashMap<QueryKey, SharedPollState>>>);

impl PollCoordinator {
    /// Registers a session that waits, and wants no two calls within that time.
    #[must_use]
    pub fn register(&self, login: QueryKey, poll: Duration) -> PollClient {
        PollClient::at(Arc::clone(lock(&self.0).entry(login).or_default()), poll)
    }

    /// Shares a list that a click or a stop needed at once, asked for at that time: those who wait
    /// have it too.
    pub fn share(&self, login: &QueryKey, began: Instant, output: &CommandOutput) {
        let Some(ledger) = lock(&self.0).get(login).cloned() else {
            return;
        };
        lock(&ledger).note(began, output);
    }
}

type SharedPollState = Arc<Mutex<PollState>>;

/// State of the calls to one scheduler with one login.
#[derive(Debug, Default)]
struct PollState {
    next_seat: u64,
    /// The least time between two calls, for each session that waits.
    seats: HashMap<u64, Duration>,
    /// The last list, and when it was asked for.
    list: Option<(Instant, CommandOutput)>,
    /// The last turn: when it began, and how many calls it cost.
    called: Option<(Instant, u32)>,
    /// True if the last turn was for a list.
    was_list: bool,
    /// True while a call is in progress.
    busy: bool,
    /// Whose question goes before the next list.
    promised: Option<u64>,
}

/// Query that a session wants to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryKind {
    /// A list that is younger than this.
    List(Duration),
    /// A question of its own, which costs that many calls.
    Answer(u32),
}

/// Decision about a query.
#[derive(Debug)]
pub enum PollDecision {
    /// A list that another session asked for, that long ago.
    Cached(CommandOutput, Duration),
    /// It may ask itself.
    Granted(PollPermit),
    /// Not now.
    NotYet,
}

/// A session that waits. Dropping it leaves.
#[derive(Debug)]
pub struct PollClient {
    ledger: SharedPollState,
    number: u64,
}

/// The right to ask, until it is dropped.
#[derive(Debug)]
pub struct PollPermit {
    ledger: SharedPollState,
    began: Instant,
}

impl PollClient {
    fn at(ledger: SharedPollState, poll: Duration) -> Self {
        let mut open = lock(&ledger);
        let number = open.next_seat;
        open.next_seat += 1;
        open.seats.insert(number, poll);
        drop(open);
        Self { ledger, number }
    }

    /// Asks for a turn; the last one has to be that many times the gap ago.
    #[must_use]
    pub fn decide(&self, wanted: QueryKind, gap: Duration, times: u32) -> PollDecision {
        self.turn_at(Instant::now(), wanted, gap, times)
    }

    fn turn_at(&self, now: Instant, wanted: QueryKind, gap: Duration, times: u32) -> PollDecision {
        let mut ledger = lock(&self.ledger);
        if let (QueryKind::List(young), Some((at, output))) = (wanted, &ledger.list) {
            let age = now.saturating_duration_since(*at);
            if age < young {
                return PollDecision::Cached(output.clone(), age);
            }
        }
        if matches!(wanted, QueryKind::List(_)) {
            // Its question is no longer one: its job has started.
            let own = self.number;
            ledger.promised.take_if(|promised| *promised == own);
        }
        let is_due = ledger.is_due(now, ledger.gap(self.number, gap), times);
        if ledger.busy || !is_due {
            // The longer pause before a question is kept free for it.
            if matches!(wanted, QueryKind::Answer(calls) if calls > 1) && ledger.was_list {
                ledger.promised.get_or_insert(self.number);
            }
            return PollDecision::NotYet;
        }
        // Lists and questions take turns: neither starves the other, however many hosts wait.
        let other = ledger
            .promised
            .is_some_and(|promised| promised != self.number);
        match wanted {
            QueryKind::List(_) if other && ledger.was_list => return PollDecision::NotYet,
            QueryKind::Answer(_) if ledger.seats.len() > 1 && (other || !ledger.was_list) => {
                ledger.promised.get_or_insert(self.number);
                return PollDecision::NotYet;
            }
            _ => {}
        }
        let cost = match wanted {
            QueryKind::List(_) => 1,
            QueryKind::Answer(calls) => {
                ledger.promised = None;
                calls
            }
        };
        ledger.was_list = matches!(wanted, QueryKind::List(_));
        ledger.called = Some((now, cost));
        ledger.busy = true;
        PollDecision::Granted(PollPermit {
            ledger: Arc::clone(&self.ledger),
            began: now,
        })
    }
}

impl PollState {
    /// Returns the interval between two calls: the longest that a waiting session wants applies to
    /// its whole scheduler.
    fn gap(&self, seat: u64, gap: Duration) -> Duration {
        let own = self.seats.get(&seat).copied().unwrap_or_default();
        let longest = self.seats.values().max().copied().unwrap_or_default();
        if longest > own { gap.max(longest) } else { gap }
    }

    fn is_due(&self, now: Instant, gap: Duration, times: u32) -> bool {
        self.called
            .is_none_or(|(at, calls)| now.saturating_duration_since(at) >= gap * calls.max(times))
    }

    /// A list that was asked for out of turn.
    fn note(&mut self, began: Instant, output: &CommandOutput) {
        if self.seats.is_empty() {
            return;
        }
        self.list = Some((began, output.clone()));
        self.called = Some((began, 1));
        self.was_list = true;
    }
}

impl Drop for PollClient {
    fn drop(&mut self) {
        let mut ledger = lock(&self.ledger);
        ledger.seats.remove(&self.number);
        ledger.promised.take_if(|promised| *promised == self.number);
        if ledger.seats.is_empty() {
            ledger.list = None;
        }
    }
}

impl PollPermit {
    /// The list that the scheduler gave, for all who wait.
    pub fn share(self, output: &CommandOutput) {
        lock(&self.ledger).list = Some((self.began, output.clone()));
    }

    /// Returns the time since the query began.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for PollPermit {
    fn drop(&mut self) {
        lock(&self.ledger).busy = false;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::resolve;

    const GAP: Duration = Duration::from_secs(15);
    const LONG: Duration = Duration::from_secs(120);

    /// A clock of our own, and what happened by it.
    struct Play {
        ledger: SharedPollState,
        begin: Instant,
    }

    impl Play {
        fn new() -> Self {
            Self {
                ledger: SharedPollState::default(),
                begin: Instant::now(),
            }
        }

        fn seat(&self, poll: Duration) -> PollClient {
            PollClient::at(Arc::clone(&self.ledger), poll)
        }

        /// Returns what a client gets that many seconds after the beginning: a list's age, its own
        /// turn, or nothing.
        fn asks(&self, seat: &PollClient, seconds: u64, wanted: QueryKind) -> &'static str {
            self.asks_after(seat, seconds, wanted, 1)
        }

        /// The same for one that wants that many times the gap before it.
        fn asks_after(
            &self,
            seat: &PollClient,
            seconds: u64,
            wanted: QueryKind,
            times: u32,
        ) -> &'static str {
            let now = self.begin + Duration::from_secs(seconds);
            match seat.turn_at(now, wanted, GAP, times) {
                PollDecision::Cached(..) => "theirs",
                PollDecision::NotYet => "later",
                PollDecision::Granted(ticket) if matches!(wanted, QueryKind::List(_)) => {
                    ticket.share(&CommandOutput::printed("a list"));
                    "own"
                }
                PollDecision::Granted(_) => "own",
            }
        }
    }

    #[test]
    fn a_list_serves_all_who_wait() {
        let play = Play::new();
        let (one, two) = (play.seat(GAP), play.seat(GAP));
        let list = QueryKind::List(GAP);
        assert_eq!(play.asks(&one, 0, list), "own");
        assert_eq!(play.asks(&two, 9, list), "theirs");
        assert_eq!(play.asks(&two, 15, list), "own");
        assert_eq!(play.asks(&one, 16, list), "theirs");
        // A list from before the session's own last look has no new information, and is no reason
        // to query again so soon.
        assert_eq!(
            play.asks(&one, 18, QueryKind::List(Duration::from_secs(2))),
            "later"
        );
    }

    #[test]
    fn one_asks_at_a_time() {
        let play = Play::new();
        let (one, two) = (play.seat(GAP), play.seat(GAP));
        let now = play.begin;
        let PollDecision::Granted(ticket) = one.turn_at(now, QueryKind::List(GAP), GAP, 1) else {
            panic!("nobody else asks");
        };
        // However long it takes.
        assert_eq!(play.asks(&two, 40, QueryKind::List(GAP)), "later");
        drop(ticket);
        assert_eq!(play.asks(&two, 41, QueryKind::List(GAP)), "own");
    }

    #[test]
    fn who_wants_the_fewest_calls_is_heard() {
        let play = Play::new();
        let (usual, patient) = (play.seat(GAP), play.seat(LONG));
        assert_eq!(play.asks(&usual, 0, QueryKind::List(GAP)), "own");
        assert_eq!(play.asks(&usual, 119, QueryKind::List(GAP)), "later");
        assert_eq!(play.asks(&usual, 120, QueryKind::List(GAP)), "own");
        assert_eq!(play.asks(&patient, 121, QueryKind::List(LONG)), "theirs");
        drop(patient);
        assert_eq!(play.asks(&usual, 136, QueryKind::List(GAP)), "own");
    }

    #[test]
    fn questions_and_lists_take_turns_and_a_question_of_three_calls_counts_for_three() {
        let play = Play::new();
        let seats = [play.seat(GAP), play.seat(GAP), play.seat(GAP)];
        let (list, why) = (QueryKind::List(GAP), QueryKind::Answer(3));
        assert_eq!(play.asks(&seats[0], 0, list), "own");
        assert_eq!(play.asks(&seats[0], 15, why), "own");
        assert_eq!(play.asks(&seats[1], 59, why), "later");
        assert_eq!(play.asks(&seats[1], 60, why), "later", "after a list");
        assert_eq!(play.asks(&seats[2], 60, list), "own");
        assert_eq!(play.asks(&seats[0], 75, list), "later", "it was promised");
        assert_eq!(play.asks(&seats[1], 76, why), "own");
        assert_eq!(play.asks(&seats[0], 121, list), "own");
    }

    #[test]
    fn the_pause_before_a_question_of_several_calls_is_kept_free_for_it() {
        let play = Play::new();
        let (one, two) = (play.seat(GAP), play.seat(GAP));
        let (list, why) = (QueryKind::List(GAP), QueryKind::Answer(3));
        assert_eq!(play.asks(&one, 0, list), "own");
        assert_eq!(play.asks_after(&two, 10, why, 3), "later");
        assert_eq!(play.asks(&one, 16, list), "later");
        assert_eq!(play.asks_after(&two, 45, why, 3), "own");
        assert_eq!(play.asks(&one, 90, list), "own");
        // Its job has started meanwhile: it wants no answer any more.
        assert_eq!(play.asks_after(&two, 100, why, 3), "later");
        assert_eq!(play.asks(&two, 101, list), "theirs");
        assert_eq!(play.asks(&two, 106, list), "own");
        assert_eq!(play.asks(&one, 121, list), "own");
    }

    #[test]
    fn one_host_alone_asks_when_it_likes() {
        let play = Play::new();
        let seat = play.seat(GAP);
        assert_eq!(play.asks(&seat, 0, QueryKind::Answer(1)), "own");
        assert_eq!(play.asks(&seat, 15, QueryKind::Answer(1)), "own");
    }

    #[test]
    fn a_click_s_own_list_is_shared_with_those_who_wait() {
        let play = Play::new();
        let seat = play.seat(GAP);
        let at = play.begin + Duration::from_secs(10);
        lock(&play.ledger).note(at, &CommandOutput::printed("a list"));
        assert_eq!(play.asks(&seat, 14, QueryKind::List(GAP)), "theirs");
        drop(seat);
        assert!(lock(&play.ledger).list.is_none());
    }

    #[test]
    fn a_session_joins_those_of_its_own_process_and_scheduler_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let target = resolve("login", Some(file.path())).unwrap();
        let key = || QueryKey::new(&target, "slurm");
        let (process, other) = (PollCoordinator::default(), PollCoordinator::default());
        let began = Instant::now();
        let has_list = |seat: &PollClient| lock(&seat.ledger).list.is_some();
        let (first, second) = (
            process.register(key(), GAP),
            process.clone().register(key(), GAP),
        );
        let elsewhere = [
            other.register(key(), GAP),
            process.register(QueryKey::new(&target, "sge"), GAP),
        ];
        process.share(&key(), began, &CommandOutput::printed("a list"));
        assert!(has_list(&first) && has_list(&second));
        assert!(!elsewhere.iter().any(has_list));
    }
}
