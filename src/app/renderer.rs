//! Decides when the menu and the icon change on the screen. Main thread only.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::menu_action::MenuAction;
use super::model::{IconState, Model};
use super::timer::Timer;
use super::tray::{Tray, TrayError};
use super::view::{icon, menu};
use crate::desktop::Desktop;

/// The menu is changed at most that often, and never while it is open.
const SHOW_EVERY: Duration = Duration::from_millis(100);
/// A frame of the icon's animation, while something is under way.
const FRAME: Duration = Duration::from_millis(150);
/// The animation says that something happens just now; what takes longer has a still picture.
const ANIMATION: Duration = Duration::from_secs(60);

/// State of the tray icon and its menu on the screen.
pub struct TrayRenderer<D> {
    desktop: Rc<D>,
    tray: Option<Tray<D>>,
    shown_at: Instant,
    /// The time at which a text of the menu changes although the model does not.
    changes_at: Option<Instant>,
    moving_since: Option<Instant>,
    /// False when the model may have changed since the menu did.
    pub is_current: bool,
}

impl<D: Desktop> TrayRenderer<D> {
    /// Nothing yet.
    pub fn new(desktop: Rc<D>, now: Instant) -> Self {
        Self {
            desktop,
            tray: None,
            shown_at: now,
            changes_at: None,
            moving_since: None,
            is_current: false,
        }
    }

    /// The event loop runs: the icon goes into the tray, and `clicked` gets the action of each item
    /// that is chosen, from any thread.
    ///
    /// # Errors
    /// When there is no tray.
    pub fn begin(
        &mut self,
        model: &Model,
        now: Instant,
        clicked: impl Fn(MenuAction) + Send + Sync + 'static,
    ) -> Result<(), TrayError> {
        let entries = menu::entries(model, now);
        let desktop = Rc::clone(&self.desktop);
        self.tray = Some(Tray::new(desktop, &entries, model.icon_state(), clicked)?);
        Ok(())
    }

    /// Shows the menu at the pointer if the icon is nowhere to be seen, and returns true then.
    pub fn show_menu_of_hidden_icon(&self) -> bool {
        let tray = self.tray.as_ref();
        tray.is_some_and(Tray::show_menu_of_hidden_icon)
    }

    /// Brings the menu and the icon up to date, or has the clock ring when it is time for that.
    /// `next_minute` is the time at which a job has a minute less left.
    pub fn show(
        &mut self,
        model: &Model,
        next_minute: Option<Instant>,
        clock: &mut Timer,
        now: Instant,
    ) {
        let Some(tray) = &mut self.tray else {
            return;
        };
        // What is shown stays until the menu is closed, which is an event.
        if self.desktop.menu_is_open() {
            return;
        }
        if !self.is_current || self.changes_at.is_some_and(|at| at <= now) {
            let next = self.shown_at + SHOW_EVERY;
            if now < next {
                clock.wake_at(next);
            } else {
                tray.show(&menu::entries(model, now));
                self.shown_at = now;
                self.is_current = true;
                let changes = [menu::next_change(model, now), next_minute];
                self.changes_at = changes.into_iter().flatten().min();
            }
        }
        if let Some(at) = self.changes_at.filter(|at| *at > now) {
            clock.wake_at(at);
        }
        let frame = frame(model, &mut self.moving_since, now);
        let frame = frame.filter(|_| !self.desktop.reduces_motion());
        if frame.is_some() {
            clock.wake_at(now + FRAME);
        }
        tray.show_picture(model.icon_state(), frame.unwrap_or_default());
    }
}

/// Returns the frame of the icon's animation; none for a still picture.
fn frame(model: &Model, since: &mut Option<Instant>, now: Instant) -> Option<usize> {
    if model.icon_state() != IconState::Working || !model.is_moving() {
        *since = None;
        return None;
    }
    let passed = now.saturating_duration_since(*since.get_or_insert(now));
    let frames = usize::try_from(passed.as_millis() / FRAME.as_millis()).unwrap_or_default();
    (passed < ANIMATION).then_some(frames % icon::FRAMES)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::event_sender::EventSender;
    use crate::config::Host;
    use crate::ipc::Message;
    use crate::session::{Event, Phase};

    fn in_phase(phase: Phase, now: Instant) -> Model {
        let mut model = Model::new(&[Host::named("gpu01")], now);
        let message = Message::of(&Event::Phase(phase), "gpu01", 0, phase).unwrap();
        model.hear(&message, now);
        model
    }

    #[test]
    fn the_icon_moves_for_a_minute_of_connecting_and_not_while_nothing_happens() {
        let now = Instant::now();
        let moves = |phase, after| {
            let (model, mut since) = (in_phase(phase, now), Some(now));
            frame(&model, &mut since, now + after).is_some()
        };
        let second = Duration::from_secs(1);
        for phase in [Phase::Resolving, Phase::Authenticating, Phase::Starting] {
            assert!(moves(phase, second), "{phase:?}");
            assert!(!moves(phase, ANIMATION + second), "{phase:?}");
        }
        for phase in [Phase::Queued, Phase::Reconnecting, Phase::Closed] {
            assert!(!moves(phase, second), "{phase:?}");
        }
    }

    #[test]
    fn a_menu_without_times_never_changes_by_itself() {
        let now = Instant::now();
        let at_rest = Model::new(&[Host::named("gpu01")], now);
        assert_eq!(menu::next_change(&at_rest, now), None);
        let queued = in_phase(Phase::Queued, now);
        let after = |seconds| {
            let now = now + Duration::from_secs(seconds);
            let next = menu::next_change(&queued, now).unwrap();
            (next - now).as_secs()
        };
        assert_eq!((after(0), after(7), after(59)), (5, 3, 1));
        assert_eq!((after(60), after(3600 + 50)), (60, 10));
    }

    #[test]
    fn a_timer_that_rang_is_set_again() {
        let (sender, rings) = std::sync::mpsc::channel();
        let sender = EventSender::new(move || sender.send(()).is_ok());
        let mut timer = Timer::new(sender.clone()).unwrap();
        for _ in 0..2 {
            timer.wake_at(Instant::now());
            rings.recv_timeout(Duration::from_secs(60)).unwrap();
            assert_eq!(sender.take().len(), 1);
        }
    }
}
