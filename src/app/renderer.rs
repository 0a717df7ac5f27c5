//! Decides when the menu and the icon change on the screen. Main thread only.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::menu_action::MenuAction;
use super::model::{IconState, Model};
use super::timer::Timer;
use super::tray::{Tray, TrayError};
use super::view::{icon, menu};
use crate::desktop::Desktop;

/// The menu is changed at most that often.
const SHOW_EVERY: Duration = Duration::from_millis(100);
/// A frame of the icon's animation, while something is under way.
const FRAME: Duration = Duration::from_millis(150);

/// State of the tray icon and its menu on the screen.
pub struct TrayRenderer<D> {
    desktop: Rc<D>,
    tray: Option<Tray<D>>,
    shown_at: Instant,
    working_since: Option<Instant>,
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
            working_since: None,
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

    /// Brings the menu and the icon up to date, or has the clock ring when it is time for that.
    pub fn show(&mut self, model: &Model, clock: &mut Timer, now: Instant) {
        let Some(tray) = &mut self.tray else {
            return;
        };
        let is_working = model.is_working();
        if !self.is_current || is_working {
            let next = self.shown_at + SHOW_EVERY;
            if now < next {
                clock.wake_at(next);
            } else {
                tray.show(&menu::entries(model, now));
                self.shown_at = now;
                self.is_current = true;
            }
        }
        let icon_state = model.icon_state();
        if is_working {
            clock.wake_at(now + FRAME);
        }
        tray.show_picture(icon_state, frame(icon_state, &mut self.working_since, now));
    }
}

/// The frame of the icon's animation: only what works moves.
fn frame(icon_state: IconState, since: &mut Option<Instant>, now: Instant) -> usize {
    if icon_state != IconState::Working {
        *since = None;
        return 0;
    }
    let since = *since.get_or_insert(now);
    let frames = now.saturating_duration_since(since).as_millis() / FRAME.as_millis();
    usize::try_from(frames).unwrap_or_default() % icon::FRAMES
}
