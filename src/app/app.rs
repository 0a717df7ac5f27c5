//! Everything that the event loop's thread owns, and what each signal does to it.

mod actions;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tao::event_loop::ControlFlow;

use super::deep_link::Visit;
use super::event::{Asked, Errand, Signal};
use super::event_sender::Post;
use super::model::{Action, HostState, Model};
use super::os_actions;
use super::prompts::{self, Pending, Questions};
use super::renderer::Screen;
use super::sessions::Sessions;
use super::timer::Clock;
use super::updates::Updates;
use super::view::menu;
use super::view::notification::{self, News};
use crate::config::{Config, ConfigErrors};
use crate::desktop::Here;
use crate::desktop::{Change, Desktop, Dialog, Given, Wants};
use crate::host_os::Scope;
use crate::i18n::say;
use crate::ipc::{Lease, Message};
use crate::problem::{Code, Problem};
use crate::session::{Phase, Walltime};

/// How long sessions get to close when the person quits; the whole app has five seconds.
const QUIT_PATIENCE: Duration = Duration::from_secs(4);
/// How long servers get of that which are to be stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(3);
/// How often a quit looks whether all has closed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A host that waits for the network is tried again that often, also without a word of a network:
/// a VPN may come up without one.
const RETRY_EVERY: Duration = Duration::from_secs(15);

/// The app.
pub struct App {
    model: Model,
    sessions: Sessions,
    questions: Questions,
    post: Post,
    clock: Clock,
    screen: Screen,
    retry_at: Option<Instant>,
    quits_at: Option<Instant>,
    clipboard: Option<arboard::Clipboard>,
    open_at_start: Vec<String>,
    /// None where there is no place to ask for newer versions.
    updates: Option<Updates>,
    /// The hosts whose logs the person wants to see.
    awaited_logs: HashSet<String>,
    /// Those whose jobs the person wants to have more time.
    awaited_time: HashSet<String>,
    /// Dropped when the app ends: until then it is the only one.
    lease: Option<Lease>,
}

impl App {
    /// Before the event loop runs.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(config: Config, scope: Scope, post: Post, lease: Lease) -> std::io::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            model: Model::new(&config.hosts, now),
            open_at_start: config.open_at_start.clone(),
            updates: Updates::new(post.clone(), config.checks_updates())?,
            sessions: Sessions::new(config, scope, post.clone()),
            questions: Questions::new(post.clone()),
            clock: Clock::new(post.clone())?,
            post,
            screen: Screen::new(now),
            retry_at: None,
            quits_at: None,
            clipboard: None,
            awaited_logs: HashSet::new(),
            awaited_time: HashSet::new(),
            lease: Some(lease),
        })
    }

    /// The event loop runs.
    pub fn begin(&mut self) {
        let now = Instant::now();
        if let Err(error) = self.screen.begin(&self.model, now) {
            eprintln!("{}", say!("app-no-tray", error = error.to_string()));
            self.lease.take();
            std::process::exit(1);
        }
        let post = self.post.clone();
        let tell = move |change| {
            post.send(Signal::Changed(change));
        };
        if let Err(error) = Here.watch(Box::new(tell)) {
            tracing::warn!(%error, "sleep and network changes are not told");
        }
        os_actions::look_at_login_item(&self.post);
        self.model.updates_mut().can_be_asked = self.updates.is_some();
        for host in std::mem::take(&mut self.open_at_start) {
            self.model.be_patient(&host, now);
            self.choose(&format!("host {host}"));
        }
        self.screen.is_current = false;
    }

    /// What lies in the post.
    pub fn take(&mut self, signals: Vec<Signal>) {
        for signal in signals {
            self.handle(signal);
        }
        self.screen.is_current = false;
    }

    fn handle(&mut self, signal: Signal) {
        let now = Instant::now();
        match signal {
            Signal::Said(message) => self.hear(&message, now),
            Signal::Held(host) => {
                if self.model.adopt(&host) {
                    self.sessions.adopt(&host);
                }
            }
            Signal::Asked(asked) => self.asked(asked),
            Signal::Answered(id, given) => {
                if let Some(pending) = self.questions.take(id) {
                    self.answered(pending, given);
                }
            }
            Signal::Chosen(id) => self.choose(&id),
            Signal::Summoned => self.summoned(),
            Signal::Visited(visit) => self.visited(visit),
            Signal::Requested { host, done } => self.requested(&host, done),
            Signal::Configured(config) => self.configured(config, now),
            Signal::Aliases(aliases) => self.model.know_aliases(aliases),
            Signal::Added(alias, open, added) => match added {
                Ok(()) if open => self.choose(&format!("host {alias}")),
                Ok(()) => {}
                Err(problem) => self.trouble(&problem),
            },
            Signal::LoginItem(status) => self.model.know_login_item(status),
            Signal::Launchers(launchers) => self.model.know_launchers(launchers),
            Signal::Release(release) => self.model.updates_mut().release = release,
            Signal::Looked(outcome) => self.looked(outcome),
            Signal::Copy(text) => self.copy(text),
            Signal::HostLog { host, path, text } => self.host_log(&host, &path, &text),
            Signal::NoHostLog(host, problem) => self.no_host_log(&host, &problem),
            Signal::Trouble(problem) => self.trouble(&problem),
            Signal::Changed(change) => self.changed(change, now),
            Signal::Tick => {}
        }
    }

    fn hear(&mut self, message: &Message, now: Instant) {
        let host = &message.host;
        if let Some((path, text)) = message.log() {
            self.host_log(host, path, text);
        }
        let news = self.model.hear(message, now);
        if matches!(message.phase, Phase::Failed | Phase::Closed) {
            self.questions.withdraw(host);
            self.awaited_time.remove(host);
        }
        if message.walltime() == Some(Walltime::Extended) {
            self.awaited_time.remove(host);
        }
        if self.quits_at.is_some() {
            // Nobody is there any more to be asked or told.
            if matches!(news, Some(News::Refused(_))) {
                self.sessions.close(host);
            }
            return;
        }
        match news {
            Some(News::Refused(problem)) if problem.code == Code::KernelsBusy => {
                let busy = Dialog {
                    title: problem.title,
                    text: problem.detail,
                    wants: Wants::Confirmation {
                        yes: say!("dialog-stop-anyway"),
                    },
                };
                let host = host.clone();
                self.questions
                    .show(busy, Pending::Stop { host, force: true });
            }
            Some(News::Refused(problem)) if problem.code == Code::NotExtended => {
                self.not_extended(host, &problem);
            }
            Some(news) => {
                let posting = notification::posting(host, &news);
                let (post, id) = (self.post.clone(), posting.id);
                let clicked = move || {
                    post.send(Signal::Chosen(id));
                };
                Here.notify(posting.notice, Box::new(clicked));
            }
            None => {}
        }
        if self.model.hosts().iter().any(HostState::waits_for_network) {
            self.retry_at.get_or_insert(now + RETRY_EVERY);
        }
    }

    fn asked(&mut self, asked: Asked) {
        let host = asked.host.clone();
        let config = self.sessions.config().host(&host);
        let remembers = config.is_some_and(|host| host.remember);
        if self.questions.ask(asked, remembers) {
            self.model.ask(&host, true);
        }
    }

    fn answered(&mut self, pending: Pending, given: Given) {
        match pending {
            Pending::Asked { asked, remember } => {
                let host = asked.host.clone();
                // First the wish to give up, then the missing answer: else the login would fail.
                if given == Given::Nothing {
                    self.give_up(&host, asked.errand);
                }
                prompts::answer(asked, remember, given);
                let asks = self.questions.has_any_of(&host);
                self.model.ask(&host, asks);
            }
            Pending::Stop { host, force } if given == Given::Yes => {
                self.sessions.stop(&host, force);
            }
            Pending::Page(page) if given == Given::Yes => self.act(Action::ShowPage(page)),
            Pending::Stop { .. } | Pending::Page(_) | Pending::Told => {}
        }
    }

    /// A cancelled question cancels what it was asked for.
    fn give_up(&mut self, host: &str, errand: Errand) {
        match errand {
            Errand::Tunnel => self.sessions.close(host),
            Errand::Log => {
                self.awaited_logs.remove(host);
            }
        }
    }

    /// Started once more: the usual host's tab, or the list of hosts.
    fn summoned(&mut self) {
        let host = self.sessions.config().usual_host();
        match host.map(|host| host.name.clone()) {
            Some(host) => self.choose(&format!("host {host}")),
            None => self.visited(Visit::List),
        }
    }

    fn visited(&mut self, visit: Visit) {
        let (verb, host) = match visit {
            Visit::Open(host) => ("host", host),
            Visit::Close(host) => ("close", host),
            Visit::List => {
                let dialog = Dialog {
                    title: say!("dialog-hosts"),
                    text: menu::list(&self.model, Instant::now()),
                    wants: Wants::Attention,
                };
                return self.questions.show(dialog, Pending::Told);
            }
        };
        if self.model.host(&host).is_none() {
            tracing::warn!(host = %host.escape_debug(), "an address names a host that is not configured: refused");
            return;
        }
        self.choose(&format!("{verb} {host}"));
    }

    /// Another program wants a host connected.
    fn requested(&mut self, host: &str, done: std::sync::mpsc::Sender<Result<(), Problem>>) {
        if self.quits_at.is_some() {
            return; // Which is an answer too: nobody holds the sender any more.
        }
        match self.model.choose(&format!("host {host}"), Instant::now()) {
            Some(Action::Open(host)) => {
                let opened = move || {
                    let _ = done.send(Ok(()));
                };
                self.sessions
                    .open(&host, None, false, Some(Box::new(opened)));
            }
            // Open already, and so its socket is there.
            Some(_) => {
                let _ = done.send(Ok(()));
            }
            // Under way: the program finds its socket, as it finds any other holder's.
            None => drop(done),
        }
    }

    fn configured(&mut self, config: Result<Box<Config>, ConfigErrors>, now: Instant) {
        match config {
            Ok(config) => {
                self.model.reconfigure(&config.hosts, now);
                crate::i18n::speak(config.language.as_deref());
                if let Some(updates) = &self.updates {
                    updates.look_daily(config.checks_updates());
                }
                self.sessions.reconfigure(*config);
            }
            Err(errors) => {
                let first = errors.0.first().map(ToString::to_string);
                let first = first.unwrap_or_default();
                let line = first.lines().next().unwrap_or_default();
                self.model.complain(line.to_owned());
            }
        }
    }

    fn changed(&mut self, change: Change, now: Instant) {
        tracing::info!(?change, "the machine");
        if change == Change::Sleeps {
            return;
        }
        self.sessions.check();
        self.retry(now);
    }

    fn retry(&mut self, now: Instant) {
        self.retry_at = None;
        for action in self.model.retry_patient(now) {
            self.act(action);
        }
    }

    fn choose(&mut self, id: &str) {
        if let Some(action) = self.model.choose(id, Instant::now()) {
            self.act(action);
        }
    }

    /// What the loop does next; the menu and the icon are brought up to date before.
    pub fn flow(&mut self) -> ControlFlow {
        let now = Instant::now();
        if let Some(began) = self.quits_at {
            let passed = now.saturating_duration_since(began);
            if !self.sessions.is_any_ours() || passed >= QUIT_PATIENCE {
                // The process ends without dropping anything.
                self.lease.take();
                return ControlFlow::Exit;
            }
            if passed >= STOP_PATIENCE {
                self.sessions.close_all();
            }
            self.clock.ring_at(now + LOOK_EVERY);
        }
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry(now);
        }
        self.retry_at
            .into_iter()
            .for_each(|at| self.clock.ring_at(at));
        let time = jiff::Timestamp::now().as_second();
        if let Some(at) = self.model.count_down(now, time) {
            self.clock.ring_at(at);
        }
        self.screen.show(&self.model, &mut self.clock, now);
        ControlFlow::Wait
    }
}
