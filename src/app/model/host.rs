//! One host: what its sessions told of it, and what a choice in its part of the menu means.

use std::time::{Duration, Instant};

use super::loss::LossState;
use super::notable_change::{NotableChange, RestartOffer};
use crate::app::effect::AppEffect;
use crate::app::menu_action::HostAction;
use crate::config::{Host, Resources};
use crate::ipc::{Message, MessageBody};
use crate::jupyter::{Activity, Notebook};
use crate::problem::{Code, Problem};
use crate::session::{JobInfo, Listener, NodeUsage, Phase, Ready};

/// A job that waited this long has started when nobody looks any more.
const WAIT: Duration = Duration::from_secs(60);

/// A click this soon after the word that the page is open wants another tab: the user cannot find the
/// one that is there.
const SECOND_CLICK: Duration = Duration::from_secs(10);

const MINUTE: Duration = Duration::from_secs(60);

/// The remarks of a session that the menu keeps.
const NOTES: usize = 3;

/// The part of a host's configuration that the menu depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The destination for ssh.
    pub destination: String,
    /// True if it says no more than the name: what a click on an alias writes.
    pub is_bare: bool,
    /// The names of its profiles, in the file's order.
    pub profiles: Vec<String>,
    /// True if a profile made it of another host.
    pub has_profile: bool,
    /// Resources that its jobs ask for.
    pub resources: Resources,
}

impl Written {
    fn of(host: &Host) -> Self {
        Self {
            destination: host.ssh_destination().to_owned(),
            is_bare: *host == Host::named(&host.name),
            profiles: host.profiles.iter().map(|one| one.name.clone()).collect(),
            has_profile: host.profile.is_some(),
            resources: Resources {
                cores: host.cores,
                memory: host.memory.clone(),
                gpus: host.gpus,
                ..Resources::default()
            },
        }
    }
}

/// A login of its own, beside the tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideLogin {
    /// For what Jupyter printed.
    Log,
    /// For a check of the connection.
    Check,
}

/// One host, as its sessions told it.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
pub struct HostState {
    /// The host's name.
    pub name: String,
    /// The part of its configuration that the menu depends on.
    pub written: Written,
    /// The phase; `Closed` before the first click.
    pub phase: Phase,
    /// Since when.
    pub since: Instant,
    /// Reason why the last session failed, or refused a request.
    pub problem: Option<Problem>,
    /// Gone from the configuration, or not there yet: it stays as long as it is open.
    pub is_unconfigured: bool,
    /// The open tunnel; `None` while it is not open.
    pub ready: Option<Ready>,
    /// The job that is waited for, or that the server runs in.
    pub job: Option<JobInfo>,
    /// The time at which that job reaches its walltime.
    pub ends: Option<Instant>,
    /// Since when it has waited.
    pub queued: Option<Instant>,
    /// Offer to start another server, after the server of an open tunnel has ended.
    pub restart: Option<RestartOffer>,
    /// The notebook that the user had open last.
    pub notebook: Option<String>,
    /// Activity of its kernels, once that is known.
    pub kernels: Option<Activity>,
    /// Load of the server's machine when someone last looked.
    pub usage: Option<NodeUsage>,
    /// Since when each busy kernel has been so, by its id.
    busy: Vec<(String, Instant)>,
    /// True if a dialog waits for the user.
    pub is_prompting: bool,
    /// The login beside the tunnel that is under way.
    pub side_login: Option<SideLogin>,
    /// True if a click began its session; the prompts of another one wait for a click.
    pub is_attended: bool,
    /// True if its tunnel stood when the app ended, and no click has come since.
    pub is_restored: bool,
    /// True if its login needs the user, and waits for a click.
    pub needs_login: bool,
    /// The hint of a login that waits in silence, perhaps for the user.
    pub silence_hint: Option<String>,
    /// The newest remarks of the session that need the user.
    pub notes: Vec<String>,
    /// The loss of the connection, until it is back.
    pub loss: Option<LossState>,
    /// True if another program opened it, which notifies the user itself.
    pub suppresses_notifications: bool,
    /// Time at which the user was told that the page is open, until the next click.
    pub page_told: Option<Instant>,
    /// Until when a missing network is no failure.
    pub retry_until: Option<Instant>,
    /// When its server, or a kernel of it, ends unless it is used, in seconds since 1970; none where that is not near.
    pub idle_ends: Option<i64>,
    /// The job that was refused more time.
    pub refused_time: Option<String>,
}

impl HostState {
    pub(super) fn new(host: &Host, now: Instant) -> Self {
        Self {
            name: host.name.clone(),
            written: Written::of(host),
            phase: Phase::Closed,
            since: now,
            problem: None,
            is_unconfigured: false,
            ready: None,
            job: None,
            ends: None,
            queued: None,
            restart: None,
            notebook: None,
            kernels: None,
            usage: None,
            busy: Vec::new(),
            is_prompting: false,
            side_login: None,
            is_attended: true,
            is_restored: false,
            needs_login: false,
            silence_hint: None,
            notes: Vec::new(),
            loss: None,
            suppresses_notifications: false,
            page_told: None,
            retry_until: None,
            idle_ends: None,
            refused_time: None,
        }
    }

    /// Takes in what the configuration says now.
    pub(super) fn reconfigure(&mut self, host: &Self) {
        self.is_unconfigured = false;
        self.written = host.written.clone();
    }

    /// Returns true if a session runs.
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Failed | Phase::Closed)
    }

    /// Returns true if the menu has a line for it. A host with a profile has one while there is something to say of it: else
    /// the submenu of the host itself leads to it.
    pub fn is_listed(&self) -> bool {
        let says = self.needs_login || self.side_login.is_some();
        !self.written.has_profile || self.phase != Phase::Closed || says
    }

    /// Returns true if it failed only because there is no network yet.
    pub fn waits_for_network(&self) -> bool {
        self.phase == Phase::Failed && self.retry_until.is_some()
    }

    /// Returns true if the scheduler has a command to extend a job, and has not refused it. Whether
    /// the user is allowed to, only the scheduler can say.
    pub fn can_be_extended(&self) -> bool {
        let Some(job) = &self.job else {
            return false;
        };
        job.can_be_extended() && self.refused_time.as_ref() != Some(&job.id)
    }

    /// Takes in that a request was refused.
    pub(super) fn refuse(&mut self, problem: &Problem) {
        if problem.code == Code::NotExtended {
            self.refused_time = self.job.as_ref().map(|job| job.id.clone());
        }
    }

    /// Returns true if there is more to know of it than its line says.
    pub fn has_details(&self) -> bool {
        let has_cause = self
            .loss
            .as_ref()
            .is_some_and(|loss| !loss.cause.is_empty());
        let has_remark = self.silence_hint.is_some() || !self.notes.is_empty();
        self.problem.is_some() || has_cause || has_remark || self.job.is_some()
    }

    /// Returns true if Jupyter's log can be had now: over the open tunnel, while a job waits, or by a
    /// login of its own.
    pub fn can_show_log(&self) -> bool {
        !self.is_active() || matches!(self.phase, Phase::Ready | Phase::Queued)
    }

    /// Returns true if its connection can be checked now: a login that is under way asks the same questions.
    pub fn can_be_checked(&self) -> bool {
        let stands = matches!(
            self.phase,
            Phase::Ready | Phase::Queued | Phase::Reconnecting
        );
        (stands || !self.is_active()) && self.side_login.is_none()
    }

    /// Returns the job that waits in the queue, also while the connection is lost.
    pub fn waiting_job(&self) -> Option<&JobInfo> {
        let waits = matches!(self.phase, Phase::Queued | Phase::Reconnecting);
        self.job.as_ref().filter(|_| waits && self.ready.is_none())
    }

    /// Updates the time that its job has left, and since when its kernels are busy. `time` is the wall clock's at `now`: the monotonic
    /// clock does not advance while the computer is suspended.
    pub(super) fn count_down(&mut self, now: Instant, time: i64) {
        if let Some(ends) = self.job.as_ref().and_then(|job| job.ends) {
            let left = u64::try_from(ends - time).unwrap_or_default();
            self.ends = now.checked_add(Duration::from_secs(left));
        }
        let kernels = self.kernels.iter().flat_map(Activity::each_kernel);
        let busy = kernels.filter_map(|kernel| {
            let passed = u64::try_from(time.saturating_sub(kernel.busy_since?)).unwrap_or_default();
            let since = now.checked_sub(Duration::from_secs(passed))?;
            Some((kernel.id.clone(), since))
        });
        self.busy = busy.collect();
    }

    /// Returns for how long a kernel has been busy, once that is a minute: a menu is no stopwatch.
    pub fn busy_for(&self, id: &str, now: Instant) -> Option<Duration> {
        let (_, since) = self.busy.iter().find(|(kernel, _)| kernel == id)?;
        let time = now.saturating_duration_since(*since);
        (time >= MINUTE).then_some(time)
    }

    /// Returns the time at which the menu next shows another minute of a busy kernel.
    pub fn next_busy_minute(&self, now: Instant) -> Option<Instant> {
        let until = |(_, since): &(String, Instant)| {
            let passed = now.saturating_duration_since(*since).as_secs();
            now + MINUTE.saturating_sub(Duration::from_secs(passed % MINUTE.as_secs()))
        };
        self.busy.iter().map(until).min()
    }

    /// Returns the time that its job has left, and true if that is short.
    pub fn time_left(&self, now: Instant) -> Option<(Duration, bool)> {
        let left = self.ends?.saturating_duration_since(now);
        let is_short = self.job.as_ref().is_some_and(|job| job.is_short(left));
        Some((left, is_short))
    }

    /// Takes in what a message says beside its phase.
    pub(super) fn note(&mut self, message: &Message, now: Instant) {
        match &message.body {
            MessageBody::Note {
                note, waits: true, ..
            } => self.silence_hint = Some(note.clone()),
            MessageBody::Loss { loss, .. } => {
                let state = self.loss.get_or_insert_with(|| LossState::new(now));
                state.hear(loss, now);
            }
            MessageBody::Kernels { kernels } => {
                self.notebook = kernels.latest.clone().or(self.notebook.take());
                self.kernels = Some(kernels.clone());
            }
            MessageBody::Usage { usage } => self.usage = Some(usage.as_ref().clone()),
            _ => {}
        }
        if let Some(job) = message.job() {
            self.ends = job.left().map(|left| now + left);
            self.job = Some(job);
        }
    }

    /// Keeps a remark that needs the user. Returns false if it is known already.
    pub(super) fn keep_note(&mut self, note: &str) -> bool {
        if self.notes.iter().any(|known| known == note) {
            return false;
        }
        self.notes.push(note.to_owned());
        let surplus = self.notes.len().saturating_sub(NOTES);
        self.notes.drain(..surplus);
        true
    }

    /// Offers to start the server again if this problem ended an open tunnel.
    pub(super) fn see_end(&mut self, stood: bool) {
        let ends = [Code::JobTimeUp, Code::JobEnded, Code::ServerEnded];
        let code = self.problem.as_ref().map(|problem| problem.code);
        if (stood || self.is_restored) && code.is_some_and(|code| ends.contains(&code)) {
            let notebook = self.notebook.clone();
            self.restart = Some(RestartOffer { notebook });
        }
    }

    pub(super) fn enter(&mut self, phase: Phase, now: Instant) {
        if self.phase != phase {
            self.phase = phase;
            self.since = now;
            self.silence_hint = None;
        }
        if phase == Phase::Queued {
            self.queued.get_or_insert(now);
        }
        // The return of the connection is told by `notable`.
        if !matches!(phase, Phase::Reconnecting | Phase::Ready) {
            self.loss = None;
        }
        if phase != Phase::Ready {
            self.page_told = None;
        }
        if self.is_active() {
            self.restart = None;
        } else {
            self.ready = None;
            self.job = None;
            self.ends = None;
            self.queued = None;
            self.kernels = None;
            self.idle_ends = None;
            self.usage = None;
            self.is_prompting = false;
            self.notes.clear();
        }
    }

    /// Returns what a choice does now, and has it seen at once. Nothing if the menu has changed since
    /// it was opened, or if the choice came from elsewhere.
    pub(super) fn choose(&mut self, action: &HostAction, now: Instant) -> Option<AppEffect> {
        let name = self.name.clone();
        let begins = matches!(
            action,
            HostAction::Open
                | HostAction::StartAgain
                | HostAction::OpenNotebook(_)
                | HostAction::TryNow
        );
        self.is_attended |= begins;
        self.is_restored &= !begins;
        match action {
            HostAction::Open => self.main_thing(now),
            HostAction::StartAgain if self.restart.is_some() => self.main_thing(now),
            HostAction::OpenNotebook(path) => self.open_notebook(path, now),
            HostAction::AskNotebook if self.can_open_notebook() => {
                Some(AppEffect::AskNotebook(name))
            }
            HostAction::TryNow if self.phase == Phase::Reconnecting => {
                Some(AppEffect::TryNow(name))
            }
            HostAction::Cancel if self.is_active() && self.phase != Phase::Ready => {
                Some(self.cancel(now))
            }
            HostAction::ShowLog if self.side_login.is_none() => Some(AppEffect::ShowHostLog(name)),
            HostAction::CheckConnection if self.can_be_checked() => {
                Some(AppEffect::CheckConnection(name))
            }
            HostAction::CancelSideLogin if self.side_login.is_some() => {
                Some(AppEffect::CancelSideLogin(name))
            }
            HostAction::ShowDetails if self.has_details() => Some(AppEffect::ShowDetails(name)),
            HostAction::Edit => Some(AppEffect::EditConfiguration),
            HostAction::Dismiss if self.phase == Phase::Failed => {
                self.dismiss(now);
                None
            }
            HostAction::Close if self.is_active() => Some(AppEffect::Close(name)),
            action if self.phase == Phase::Ready => self.choose_connected(action),
            _ => None,
        }
    }

    /// Returns what a click on the host's own line does.
    fn main_thing(&mut self, now: Instant) -> Option<AppEffect> {
        match self.phase {
            Phase::Ready => Some(self.show_again(now)),
            Phase::Reconnecting => Some(AppEffect::TryNow(self.name.clone())),
            Phase::Failed | Phase::Closed => {
                let notebook = self.restart.take().and_then(|offer| offer.notebook);
                Some(self.open(notebook, now))
            }
            _ => None,
        }
    }

    /// Tabs do not pile up: one that is open is told first, and only a second click opens another.
    fn show_again(&mut self, now: Instant) -> AppEffect {
        let name = self.name.clone();
        let told = self.page_told.take();
        match told.filter(|at| now.saturating_duration_since(*at) <= SECOND_CLICK) {
            Some(_) => AppEffect::Show(name, None),
            None => AppEffect::ShowUnlessOpen(name),
        }
    }

    fn choose_connected(&self, action: &HostAction) -> Option<AppEffect> {
        let name = self.name.clone();
        match action {
            HostAction::NewTab => Some(AppEffect::Show(name, None)),
            HostAction::Kernel(id, action) if self.kernel(id).is_some() => {
                Some(AppEffect::Kernel(name, id.clone(), *action))
            }
            HostAction::OpenForward(port) => Some(AppEffect::ShowPort(*port)),
            HostAction::ForwardTo(remote) => {
                let name = self.listener(remote)?.name.clone();
                Some(AppEffect::ForwardTo {
                    host: self.name.clone(),
                    name,
                    remote: remote.clone(),
                })
            }
            HostAction::ShowUsage(part) => Some(AppEffect::ShowUsage(name, *part)),
            HostAction::CopyLink => Some(AppEffect::CopyLink(name)),
            HostAction::Extend if self.can_be_extended() => Some(AppEffect::Extend(name)),
            HostAction::Keep => Some(AppEffect::Keep(name)),
            HostAction::Stop => Some(AppEffect::Stop(name)),
            _ => None,
        }
    }

    /// Returns the kernel of that id, if it runs.
    pub fn kernel(&self, id: &str) -> Option<&Notebook> {
        let mut kernels = self.kernels.as_ref()?.each_kernel();
        kernels.find(|kernel| kernel.id == id)
    }

    /// Returns the program that listens there, as far as that is known.
    fn listener(&self, remote: &str) -> Option<&Listener> {
        let listeners = &self.usage.as_ref()?.listeners;
        listeners.iter().find(|listener| listener.remote == remote)
    }

    /// Returns the programs that listen and to which no local port leads yet, where one can be made to.
    pub fn new_listeners(&self) -> impl Iterator<Item = &Listener> {
        let usage = self.usage.iter().filter(|usage| usage.can_forward);
        let listeners = usage.flat_map(|usage| &usage.listeners);
        let forwards = self.ready.iter().flat_map(|ready| &ready.forwards);
        let known: Vec<&str> = forwards.map(|one| one.remote.as_str()).collect();
        listeners.filter(move |listener| !known.contains(&listener.remote.as_str()))
    }

    /// Returns true if a notebook can be opened: in a tab now, or once the host is connected.
    pub fn can_open_notebook(&self) -> bool {
        self.phase == Phase::Ready || !self.is_active()
    }

    fn cancel(&self, now: Instant) -> AppEffect {
        let host = self.name.clone();
        let Some(job) = self.waiting_job() else {
            return AppEffect::Cancel(host);
        };
        let since = self.queued.unwrap_or(self.since);
        AppEffect::CancelJob {
            host,
            job: job.id.clone(),
            waited: now.saturating_duration_since(since),
        }
    }

    fn open_notebook(&mut self, path: &str, now: Instant) -> Option<AppEffect> {
        if !self.can_open_notebook() {
            return None;
        }
        self.notebook = Some(path.to_owned());
        let path = Some(path.to_owned());
        Some(match self.phase {
            Phase::Ready => AppEffect::Show(self.name.clone(), path),
            _ => self.open(path, now),
        })
    }

    fn dismiss(&mut self, now: Instant) {
        self.problem = None;
        self.restart = None;
        self.retry_until = None;
        self.needs_login = false;
        self.enter(Phase::Closed, now);
    }

    /// At once, so that a double click does not connect twice.
    pub(super) fn open(&mut self, notebook: Option<String>, now: Instant) -> AppEffect {
        self.suppresses_notifications = false;
        self.problem = None;
        self.needs_login = false;
        self.enter(Phase::Resolving, now);
        if self.is_restored {
            return AppEffect::Restore(self.name.clone());
        }
        AppEffect::Open {
            host: self.name.clone(),
            notebook,
        }
    }

    pub(super) fn notable(
        &mut self,
        message: &Message,
        before: Phase,
        now: Instant,
    ) -> Option<NotableChange> {
        match self.phase {
            Phase::Ready => {
                let ready = message.ready()?.clone();
                // Its pages go on by themselves.
                let is_new = self.ready.is_none() && !std::mem::take(&mut self.is_restored);
                self.ready = Some(ready.clone());
                self.retry_until = None;
                self.needs_login = false;
                let loss = self.loss.take();
                if let Some(loss) = loss.filter(|loss| loss.is_told && !is_new) {
                    return Some(NotableChange::Returned(loss.time(now)));
                }
                let waited = self.queued.take();
                let waited = waited.map(|since| now.saturating_duration_since(since));
                is_new.then(|| match waited.filter(|waited| *waited >= WAIT) {
                    Some(waited) => NotableChange::Started(ready, waited),
                    None => NotableChange::Opened(ready),
                })
            }
            Phase::Failed if before != Phase::Failed => {
                let problem = self.problem.clone()?;
                let absent = matches!(
                    problem.code,
                    Code::NameUnknown
                        | Code::Unreachable
                        | Code::ProxyCommand
                        | Code::HopUnreachable
                );
                self.retry_until = self.retry_until.filter(|until| absent && *until > now);
                if self.is_restored {
                    return self.unrestored(&problem, now);
                }
                if let Some(again) = self.restart.clone() {
                    return Some(NotableChange::Ended(problem, again));
                }
                (!self.waits_for_network()).then_some(NotableChange::Failed(problem))
            }
            _ => None,
        }
    }

    /// Takes in that a tunnel of the run before does not stand again: the menu says why, but a login
    /// that needs the user is offered.
    fn unrestored(&mut self, problem: &Problem, now: Instant) -> Option<NotableChange> {
        if self.waits_for_network() {
            return None;
        }
        self.is_restored = false;
        if problem.code != Code::Lost {
            return None;
        }
        self.dismiss(now);
        self.needs_login = true;
        Some(NotableChange::LoginPostponed)
    }
}
