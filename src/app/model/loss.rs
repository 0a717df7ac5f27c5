//! A connection that is lost, until it is back.

use std::time::{Duration, Instant};

use crate::session::Loss;

/// A loss that is over sooner is nothing to be told of.
pub const TELL_AFTER: Duration = Duration::from_secs(20);

/// Seconds: an open menu changes seldom.
const STEP: u64 = 5;

/// State of a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossState {
    /// Since when.
    pub since: Instant,
    /// The newest cause, in one line.
    pub cause: String,
    /// The time of the next attempt; none while one is made.
    pub retry_at: Option<Instant>,
    /// True if the login needs the user.
    pub needs_login: bool,
    /// True if the user was told by a notification.
    pub is_told: bool,
}

impl LossState {
    /// Creates the state of a loss of this moment.
    pub fn new(now: Instant) -> Self {
        Self {
            since: now,
            cause: String::new(),
            retry_at: None,
            needs_login: false,
            is_told: false,
        }
    }

    /// Takes in what the session says of it.
    pub fn hear(&mut self, loss: &Loss, now: Instant) {
        self.cause.clone_from(&loss.cause);
        // That is told at once, and beside the loss.
        self.is_told &= self.needs_login || !loss.needs_login;
        self.needs_login = loss.needs_login;
        self.retry_at = loss.retry_in.map(|wait| now + Duration::from_secs(wait));
    }

    /// Returns the time at which the user is told.
    pub fn told_at(&self) -> Instant {
        if self.needs_login {
            return self.since;
        }
        self.since + TELL_AFTER
    }

    /// Returns how long it has lasted.
    pub fn time(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Returns the seconds until the next attempt, in steps; none while one is made.
    pub fn seconds_left(&self, now: Instant) -> Option<u64> {
        let left = self.retry_at?.saturating_duration_since(now);
        (!left.is_zero()).then(|| STEP * left.as_secs().div_ceil(STEP).max(1))
    }

    /// Returns the time at which [`LossState::seconds_left`] says something else.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let shown = Duration::from_secs(self.seconds_left(now)? - STEP);
        Some(
            self.retry_at?
                .checked_sub(shown)?
                .max(now + Duration::from_secs(1)),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::effect::AppEffect;
    use crate::app::menu_action::{HostAction, MenuAction};
    use crate::app::model::{Model, NotableChange};
    use crate::app::samples::ready;
    use crate::config::Host;
    use crate::ipc::Message;
    use crate::session::{Event, Phase};

    fn model(now: Instant) -> Model {
        Model::new(&[Host::named("gpu01")], now)
    }

    fn hear(model: &mut Model, event: &Event, now: Instant) -> Option<NotableChange> {
        let phase = model.host("gpu01").unwrap().phase;
        let message = Message::of(event, "gpu01", 0, phase).unwrap();
        model.hear(&message, now)
    }

    fn loss(cause: &str, retry_in: Option<u64>) -> Event {
        let cause = cause.to_owned();
        Event::Loss(Loss {
            cause,
            retry_in,
            needs_login: false,
            ..Loss::default()
        })
    }

    #[test]
    fn a_login_that_needs_the_user_is_told_beside_the_loss_and_once() {
        for (needed, needs, is_told) in [
            (false, false, true),
            (false, true, false),
            (true, true, true),
            (true, false, true),
        ] {
            let mut state = LossState::new(Instant::now());
            (state.is_told, state.needs_login) = (true, needed);
            let heard = Loss {
                needs_login: needs,
                ..Loss::default()
            };
            state.hear(&heard, Instant::now());
            assert_eq!(state.is_told, is_told, "{needed} {needs}");
        }
    }

    #[test]
    fn the_countdown_changes_no_more_than_once_a_second() {
        let now = Instant::now();
        let change = |left: u64| {
            let mut state = LossState::new(now);
            state.retry_at = Some(now + Duration::from_millis(left));
            state.next_change(now)
        };
        assert_eq!(change(0), None);
        assert_eq!(change(500), Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn a_loss_is_told_once_after_a_while_and_so_is_the_return() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut model = model(now);
        hear(&mut model, &ready("gpu01"), now);
        hear(&mut model, &Event::Phase(Phase::Reconnecting), now);
        hear(&mut model, &loss("no answer for 45 s", None), now);
        let (due, next) = model.tell_losses(at(19));
        assert_eq!((due.len(), next), (0, Some(at(20))));

        hear(&mut model, &loss("no route to host", Some(8)), at(19));
        let (due, next) = model.tell_losses(at(20));
        let lost = NotableChange::Lost("no route to host".into());
        assert_eq!((due, next), (vec![("gpu01".into(), lost)], None));
        assert_eq!(model.tell_losses(at(60)), (vec![], None));

        let again = hear(&mut model, &ready("gpu01"), at(60));
        let away = Duration::from_secs(60);
        assert_eq!(again, Some(NotableChange::Returned(away)));
        assert_eq!(model.host("gpu01").unwrap().loss, None);
    }

    #[test]
    fn a_login_that_needs_the_user_is_told_at_once() {
        let now = Instant::now();
        let mut model = model(now);
        hear(&mut model, &ready("gpu01"), now);
        hear(&mut model, &Event::Phase(Phase::Reconnecting), now);
        let cause = "Password:".to_owned();
        let loss = Event::Loss(Loss {
            cause,
            retry_in: None,
            needs_login: true,
            ..Loss::default()
        });
        hear(&mut model, &loss, now);
        let told = NotableChange::LoginNeeded("Password:".into());
        assert_eq!(model.tell_losses(now), (vec![("gpu01".into(), told)], None));
        hear(&mut model, &loss, now);
        assert_eq!(model.tell_losses(now), (vec![], None), "once");
    }

    #[test]
    fn a_short_loss_is_not_told() {
        let now = Instant::now();
        let mut model = model(now);
        hear(&mut model, &ready("gpu01"), now);
        hear(&mut model, &Event::Phase(Phase::Reconnecting), now);
        hear(&mut model, &loss("cut", None), now);
        let again = hear(&mut model, &ready("gpu01"), now);
        assert_eq!(again, None);
        assert_eq!(
            model.tell_losses(now + Duration::from_secs(60)),
            (vec![], None)
        );
    }

    #[test]
    fn a_lost_host_can_be_tried_at_once() {
        let now = Instant::now();
        let mut model = model(now);
        let try_now = || MenuAction::host("gpu01", HostAction::TryNow);
        assert_eq!(model.choose(try_now(), now), None);
        hear(&mut model, &Event::Phase(Phase::Reconnecting), now);
        let effect = model.choose(try_now(), now);
        assert_eq!(effect, Some(AppEffect::TryNow("gpu01".into())));
    }

    #[test]
    fn a_remark_that_needs_the_user_is_kept_and_told_once() {
        let now = Instant::now();
        let mut model = model(now);
        let warning = || Event::Warning("open to all".into());
        hear(&mut model, &Event::Phase(Phase::Resolving), now);
        let told = hear(&mut model, &warning(), now);
        assert_eq!(told, Some(NotableChange::Warning("open to all".into())));
        assert_eq!(hear(&mut model, &warning(), now), None);
        let plain = Event::Note("port 8890 was taken".into());
        assert_eq!(hear(&mut model, &plain, now), None);
        assert_eq!(model.host("gpu01").unwrap().notes, ["open to all"]);
        hear(&mut model, &Event::Closed, now);
        assert!(model.host("gpu01").unwrap().notes.is_empty());
    }

    #[test]
    fn the_time_to_the_next_attempt_is_said_in_steps() {
        let now = Instant::now();
        let mut state = LossState::new(now);
        let after =
            |state: &LossState, seconds| state.seconds_left(now + Duration::from_secs(seconds));
        assert_eq!(after(&state, 0), None, "it begins now");
        let cause = "cut".to_owned();
        state.hear(
            &Loss {
                cause,
                retry_in: Some(12),
                needs_login: false,
                ..Loss::default()
            },
            now,
        );
        let said = [0, 1, 2, 7, 11, 12].map(|seconds| after(&state, seconds));
        assert_eq!(said, [Some(15), Some(15), Some(10), Some(5), Some(5), None]);
        let next = state.next_change(now).unwrap();
        assert_eq!(next - now, Duration::from_secs(2));
    }
}
