//! Everything that the event loop's thread owns, and what each event does to it.

mod actions;
mod dialogs;
mod ended_pages;
mod new_host;
mod restoring;
mod settings;
mod side_logins;
mod usage;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tao::event_loop::ControlFlow;

use super::effect::AppEffect;
use super::event::AppEvent;
use super::event_sender::EventSender;
use super::journal;
use super::menu_action::{HostAction, MenuAction, UsagePart};
use super::model::{ConfigMistake, HostState, Model, NotableChange};
use super::os_actions;
use super::prompts::Prompts;
use super::renderer::TrayRenderer;
use super::sessions::Sessions;
use super::sessions::owned::OnHosted;
use super::timer::Timer;
use super::updates::Updates;
use super::view::notification;
use crate::config::{Config, ConfigErrors, Resources};
use crate::desktop::{Desktop, SystemEvent};
use crate::host_os::Scope;
use crate::i18n::fl;
use crate::ipc::{HostLock, Message};
use crate::problem::{self, Problem};
use crate::session::Walltime;
use crate::settings::SettingsPage;

/// Time that sessions have to close when the user quits; the whole app has five seconds.
const QUIT_PATIENCE: Duration = Duration::from_secs(4);
/// Part of that time that servers have which are to be stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(3);
/// Interval between checks during a quit that everything has closed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A host that waits for the network is tried again that often, also without a word of a network:
/// a VPN may come up without one.
const RETRY_EVERY: Duration = Duration::from_secs(15);

/// The app on a desktop.
pub struct App<D> {
    desktop: Rc<D>,
    model: Model,
    sessions: Sessions,
    prompts: Prompts<D>,
    sender: EventSender,
    clock: Timer,
    screen: TrayRenderer<D>,
    retry_at: Option<Instant>,
    quits_at: Option<Instant>,
    clipboard: Option<arboard::Clipboard>,
    open_at_start: Vec<String>,
    /// The mistakes of the configuration with which the app was started, until they are corrected.
    errors: Option<ConfigErrors>,
    /// None where there is no place to ask for newer versions.
    updates: Option<Updates>,
    /// Hosts whose logs the user wants to see.
    awaited_logs: HashSet<String>,
    /// Hosts whose logs are fetched once they are connected.
    postponed_logs: HashSet<String>,
    /// Hosts whose servers the user wants to stop here.
    awaited_stops: HashSet<String>,
    /// Hosts whose jobs the user wants to extend.
    awaited_time: HashSet<String>,
    /// Hosts whose load or ports the user wants to see.
    awaited_usage: HashSet<(String, UsagePart)>,
    /// Hosts, and where the forward leads whose page the user wants to see.
    awaited_forwards: HashSet<(String, String)>,
    /// Hosts that were just added, until their first attempt ends.
    first_attempts: HashSet<String>,
    /// The local ports of the hosts that were open, until the user closes them.
    ports: HashMap<String, u16>,
    /// Destinations that are tried before they are added, by the names that their hosts get.
    trials: HashMap<String, String>,
    /// The settings page, open or closed since.
    settings: Option<SettingsPage>,
    /// Dropped when the app ends: until then it is the only one.
    host_lock: Option<HostLock>,
}

impl<D: Desktop> App<D> {
    /// Before the event loop runs.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(
        desktop: Rc<D>,
        config: Result<Config, ConfigErrors>,
        scope: Scope,
        sender: EventSender,
        host_lock: HostLock,
    ) -> std::io::Result<Self> {
        let now = Instant::now();
        let errors = config.as_ref().err().cloned();
        let config = config.unwrap_or_else(|_| Config {
            path: scope.config_file().to_owned(),
            ..Config::default()
        });
        Ok(Self {
            errors,
            model: Model::new(&config.hosts, now),
            open_at_start: config.open_at_start.clone(),
            updates: Updates::new(sender.clone(), config.checks_updates())?,
            sessions: Sessions::new(config, scope, sender.clone()),
            prompts: Prompts::new(Rc::clone(&desktop), sender.clone()),
            clock: Timer::new(sender.clone())?,
            sender,
            screen: TrayRenderer::new(Rc::clone(&desktop), now),
            retry_at: None,
            quits_at: None,
            clipboard: None,
            awaited_logs: HashSet::new(),
            postponed_logs: HashSet::new(),
            awaited_stops: HashSet::new(),
            awaited_time: HashSet::new(),
            awaited_usage: HashSet::new(),
            awaited_forwards: HashSet::new(),
            first_attempts: HashSet::new(),
            ports: HashMap::new(),
            trials: HashMap::new(),
            settings: None,
            host_lock: Some(host_lock),
            desktop,
        })
    }

    /// The event loop runs.
    pub fn begin(&mut self) {
        let now = Instant::now();
        let sender = self.sender.clone();
        let clicked = move |action| {
            sender.send(AppEvent::MenuClicked(action));
        };
        if let Err(error) = self.screen.begin(&self.model, now, clicked) {
            eprintln!("{}", fl!("app-no-tray", error = error.to_string()));
            self.host_lock.take();
            std::process::exit(1);
        }
        let sender = self.sender.clone();
        let tell = move |change| {
            sender.send(AppEvent::System(change));
        };
        if let Err(error) = self.desktop.watch(Box::new(tell)) {
            tracing::warn!(%error, "sleep and network changes are not told");
        }
        os_actions::look_at_login_item(&self.sender);
        os_actions::recall_menu(&self.sender, self.sessions.scope());
        self.model.updates_mut().can_be_asked = self.updates.is_some();
        if let Some(errors) = self.errors.clone() {
            self.config_broken(&errors);
        }
        if self.model.hosts().is_empty() && self.errors.is_none() {
            os_actions::welcome_once(&self.sender);
        }
        self.open_at_start(now);
        self.screen.is_current = false;
    }

    /// Opens the hosts that are to be open at the start.
    fn open_at_start(&mut self, now: Instant) {
        for host in std::mem::take(&mut self.open_at_start) {
            if let Some(effect) = self.model.open_at_start(&host, now) {
                self.perform(effect);
            }
        }
    }

    /// Handles the queued events.
    pub fn handle_all(&mut self, signals: Vec<AppEvent>) {
        for signal in signals {
            // A timer alone changes nothing: else it would set itself again for ever.
            self.screen.is_current &= matches!(signal, AppEvent::Tick);
            self.handle(signal);
        }
    }

    fn handle(&mut self, signal: AppEvent) {
        let now = Instant::now();
        match signal {
            AppEvent::SessionMessage(message) => self.session_message(&message, now),
            AppEvent::HostLocked(host) => {
                if self.model.adopt(&host) {
                    self.sessions.attach(&host);
                }
            }
            AppEvent::PromptRequested(asked) => self.prompt_requested(asked),
            AppEvent::DialogAnswered(id, given) => {
                if let Some(pending) = self.prompts.take(id) {
                    self.dialog_answered(pending, given);
                }
            }
            AppEvent::MenuClicked(action) => self.menu_clicked(action),
            AppEvent::SecondLaunch => self.second_launch(),
            AppEvent::DeepLink(action) => self.deep_link(action),
            AppEvent::ConnectRequested {
                host,
                resources,
                done,
            } => self.connect_requested(&host, resources, done),
            AppEvent::ConfigReloaded(config) => self.config_reloaded(config, now),
            AppEvent::Aliases(aliases) => self.model.know_aliases(aliases),
            AppEvent::HostAdded { then, added } => self.host_added(then, added),
            AppEvent::MenuRecalled(memory) => self.menu_recalled(memory, now),
            AppEvent::LoginItem(status) => self.model.know_login_item(status),
            AppEvent::Shortcuts(launchers) => self.model.know_launchers(launchers),
            AppEvent::Release(release) => self.model.updates_mut().release = release,
            AppEvent::UpdateChecked(outcome) => self.update_checked(outcome),
            AppEvent::Copy(text) => self.copy_diagnostics(text),
            AppEvent::HostLog { host, path, text } => self.host_log(&host, &path, &text),
            AppEvent::LogSessionEnded(host) => self.side_login_ended(&host),
            AppEvent::Checked(host, report) => self.checked(&host, report.as_ref()),
            AppEvent::NoHostLog(host, problem) => self.no_host_log(&host, &problem),
            AppEvent::Error(problem) => self.show_error(&problem),
            AppEvent::Terminated => self.quit(),
            AppEvent::System(change) => self.system_event(change, now),
            AppEvent::Tick => {}
        }
    }

    fn session_message(&mut self, message: &Message, now: Instant) {
        journal::record(message);
        let host = &message.host;
        if let Some((path, text)) = message.log() {
            self.host_log(host, path, text);
        }
        self.look_around(message);
        let notable = self.model.hear(message, now);
        self.follow_end(message);
        self.remember_tunnel(message);
        if let Some(paths) = self.model.see_notebooks(host) {
            os_actions::remember_notebooks(self.sessions.scope(), host, paths);
        }
        if message.is_end() {
            self.prompts.withdraw(host, true);
            self.awaited_time.remove(host);
            self.awaited_stops.remove(host);
            self.postponed_logs.remove(host);
            if self.awaited_logs.remove(host) {
                // Over the tunnel that has ended; another look makes a login of its own.
                self.show_error(&problem::log_not_now(host));
            }
        }
        if message.ready().is_some() && self.postponed_logs.remove(host) {
            self.fetch_log(host.clone());
        }
        if message.walltime() == Some(Walltime::Extended) {
            self.awaited_time.remove(host);
        }
        if self.quits_at.is_some() {
            // During a quit there are no dialogs and no notifications.
            if matches!(notable, Some(NotableChange::Refused(_))) {
                self.sessions.close(host);
            }
            return;
        }
        if let Some(destination) = self.hear_of_trial(message) {
            if let Some(NotableChange::Failed(problem)) = notable {
                self.trial_failed(host, destination, &problem);
            }
            return;
        }
        match notable {
            Some(NotableChange::Refused(problem)) => self.refused(host, problem),
            Some(notable) if self.first_attempt_failed(host, &notable) => {}
            Some(notable) => {
                self.notify(notification::notification_request(host, &notable));
            }
            None => {}
        }
        if self.model.hosts().iter().any(HostState::waits_for_network) {
            self.retry_at.get_or_insert(now + RETRY_EVERY);
        }
    }

    /// Started once more: the menu where it cannot be reached otherwise, else the usual host's tab, or
    /// the list of hosts; without hosts the welcome.
    fn second_launch(&mut self) {
        if self.screen.show_menu_of_hidden_icon() {
            return;
        }
        if self.model.hosts().is_empty() && self.model.complaint().is_none() {
            return self.menu_clicked(MenuAction::ShowWelcome);
        }
        let host = self.sessions.config().usual_host();
        let open = host.map(|host| MenuAction::host(&host.name, HostAction::Open));
        self.menu_clicked(open.unwrap_or(MenuAction::ShowHosts));
    }

    fn deep_link(&mut self, action: MenuAction) {
        if let MenuAction::Host(host, _) = &action
            && self.model.host(host).is_none()
        {
            tracing::warn!(host = %host.escape_debug(), "an address names a host that is not configured: refused");
            return;
        }
        match action {
            // Any web page may contain such a link: a tab that is in use is not closed by one.
            MenuAction::Host(host, HostAction::Close) => self.close_by_link(host),
            action => self.menu_clicked(action),
        }
    }

    /// Another program wants a host connected.
    fn connect_requested(
        &mut self,
        host: &str,
        resources: Resources,
        done: std::sync::mpsc::Sender<Result<(), Problem>>,
    ) {
        if self.quits_at.is_some() {
            return; // Which is an answer too: nobody holds the sender any more.
        }
        let open = MenuAction::host(host, HostAction::Open);
        match self.model.choose(open, Instant::now()) {
            Some(AppEffect::Open { host, .. }) => {
                let opened = move || {
                    let _ = done.send(Ok(()));
                };
                let opened = Some(Box::new(opened) as OnHosted);
                self.sessions.start(&host, resources, opened);
            }
            // Nothing starts that could have other resources.
            Some(_) if !resources.is_empty() => {
                let _ = done.send(Err(problem::open_already(host, &resources)));
            }
            // Open already, and so its socket is there.
            Some(_) => {
                let _ = done.send(Ok(()));
            }
            // Under way: the program finds its socket, as it finds any other holder's.
            None => drop(done),
        }
    }

    fn config_reloaded(&mut self, config: Result<Box<Config>, ConfigErrors>, now: Instant) {
        match config {
            Ok(config) => {
                self.model.reconfigure(&config.hosts, now);
                crate::i18n::set_language(config.language.as_deref());
                if let Some(updates) = &self.updates {
                    updates.look_daily(config.checks_updates());
                }
                if self.errors.take().is_some() {
                    self.open_at_start.clone_from(&config.open_at_start);
                }
                self.sessions.reconfigure(*config);
                self.open_at_start(now);
            }
            Err(errors) => self.config_broken(&errors),
        }
    }

    /// Tells of mistakes in the configuration; by a notification only of new ones.
    fn config_broken(&mut self, errors: &ConfigErrors) {
        let Some(first) = errors.0.first() else {
            return;
        };
        let complaint = ConfigMistake::of(first);
        if self.model.complaint() == Some(&complaint) {
            return;
        }
        tracing::warn!("{errors}");
        if self.quits_at.is_none() {
            self.notify(notification::broken_config(&complaint));
        }
        self.model.complain(complaint);
    }

    fn system_event(&mut self, change: SystemEvent, now: Instant) {
        if change == SystemEvent::MenuClosed {
            // It may have been changed in System Settings: the next menu is to show it.
            os_actions::look_at_login_item(&self.sender);
            return;
        }
        tracing::info!(?change, "the computer");
        if change == SystemEvent::Sleep {
            return;
        }
        self.sessions.check();
        self.retry(now);
    }

    fn retry(&mut self, now: Instant) {
        self.retry_at = None;
        self.screen.is_current = false;
        for effect in self.model.retry_patient(now) {
            self.perform(effect);
        }
    }

    /// Tells of connections that have been lost for a while.
    fn tell_losses(&mut self, now: Instant) {
        if self.quits_at.is_some() {
            return;
        }
        let (due, next) = self.model.tell_losses(now);
        for (host, loss) in due {
            self.notify(notification::notification_request(&host, &loss));
        }
        if let Some(at) = next {
            self.clock.wake_at(at);
        }
    }

    fn menu_clicked(&mut self, action: MenuAction) {
        if let Some(effect) = self.model.choose(action, Instant::now()) {
            self.perform(effect);
        }
    }

    /// Ends at once, as the system wants it on a Mac (log-out, or another program's request to quit):
    /// does what Quit does, without a question, and returns when that is done or its time is over.
    pub fn end(&mut self) {
        self.quit();
        while self.flow() != ControlFlow::Exit {
            std::thread::sleep(LOOK_EVERY);
            self.handle_all(self.sender.take());
        }
    }

    /// Returns what the event loop does next, after the menu and the icon are brought up to date.
    pub fn flow(&mut self) -> ControlFlow {
        let now = Instant::now();
        if let Some(began) = self.quits_at {
            let passed = now.saturating_duration_since(began);
            if !self.sessions.owns_any() || passed >= QUIT_PATIENCE {
                // The process ends without dropping anything.
                self.host_lock.take();
                return ControlFlow::Exit;
            }
            if passed >= STOP_PATIENCE {
                self.sessions.close_all();
            }
            self.clock.wake_at(now + LOOK_EVERY);
        }
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry(now);
        }
        self.retry_at
            .into_iter()
            .for_each(|at| self.clock.wake_at(at));
        let time = jiff::Timestamp::now().as_second();
        self.tell_losses(now);
        self.close_ended_pages();
        let next_minute = self.model.count_down(now, time);
        if !self.screen.is_current {
            let asks = self.quit_question().is_some();
            self.model.know_quit_asks(asks);
        }
        self.desktop.keep_busy(self.sessions.owns_any());
        let clock = &mut self.clock;
        self.screen.show(&self.model, next_minute, clock, now);
        ControlFlow::Wait
    }
}

#[cfg(test)]
mod tests;
