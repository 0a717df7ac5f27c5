//! State of the hosts, and the actions of menu items. No I/O, and no clock: the time is passed in.

mod host;
mod listing;
mod loss;
mod notable_change;
mod notebooks;
mod stakes;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::effect::AppEffect;
use super::menu_action::MenuAction;
use super::updates::Release;
use crate::config::{ConfigError, Host};
use crate::desktop::login_item;
use crate::desktop::shortcut::Shortcut;
use crate::host_os::menu_memory::MenuMemory;
use crate::ipc::{Message, MessageBody};
use crate::session::Phase;
pub use host::{HostState, SideLogin};
pub use listing::Listed;
use listing::Listing;

pub use notable_change::{NotableChange, Outlook};
pub use stakes::Stakes;

/// For how long a host that is to be open at the start is tried again without a word, while there
/// is no network yet: a laptop that wakes at a desk has its wireless network within seconds, a VPN
/// after a login within minutes.
const NETWORK_RETRY_TIME: Duration = Duration::from_secs(5 * 60);

/// Summary of all hosts that the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IconState {
    /// Nothing is connected.
    Idle,
    /// Something is under way.
    Working,
    /// A tunnel is open.
    Connected,
    /// Something failed.
    Failed,
}

/// All hosts, in the order of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    hosts: Vec<HostState>,
    aliases: Vec<String>,
    /// Aliases that the user has taken off the menu.
    hidden: BTreeSet<String>,
    /// The notebooks that ran on each host, the newest first.
    notebooks: BTreeMap<String, Vec<String>>,
    complaint: Option<ConfigMistake>,
    login_item: login_item::Status,
    launchers: Vec<Shortcut>,
    updates: UpdateInfo,
    is_quitting: bool,
    quit_asks: bool,
}

/// The first mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMistake {
    /// The file's name, with the line where it is known, and what is wrong there.
    pub mistake: String,
    /// The remedy.
    pub remedy: String,
}

impl ConfigMistake {
    /// Returns the complaint about an error.
    pub fn of(error: &ConfigError) -> Self {
        let file = error.path.file_name().unwrap_or_default();
        let file = file.to_string_lossy();
        let mistake = match error.line {
            0 => format!("{file}: {}", error.message),
            line => format!("{file}:{line}: {}", error.message),
        };
        Self {
            mistake,
            remedy: error.remedy.clone(),
        }
    }
}

/// Information about newer versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateInfo {
    /// True if there is a source of releases.
    pub can_be_asked: bool,
    /// The newest version, if it is newer than this one.
    pub release: Option<Release>,
}

impl Model {
    /// Nothing is connected yet.
    pub fn new(hosts: &[Host], now: Instant) -> Self {
        Self {
            hosts: states(hosts, now),
            aliases: Vec::new(),
            hidden: BTreeSet::new(),
            notebooks: BTreeMap::new(),
            complaint: None,
            login_item: login_item::Status::Off,
            launchers: Vec::new(),
            updates: UpdateInfo::default(),
            is_quitting: false,
            quit_asks: false,
        }
    }

    /// Other hosts are configured now. What is open stays so, at the end if it is gone from them.
    pub fn reconfigure(&mut self, hosts: &[Host], now: Instant) {
        let mut before = std::mem::replace(&mut self.hosts, states(hosts, now));
        for host in &mut self.hosts {
            if let Some(at) = before.iter().position(|old| old.name == host.name) {
                let mut known = before.remove(at);
                known.reconfigure(host);
                *host = known;
            }
        }
        before.retain(HostState::is_active);
        for mut host in before {
            host.is_unconfigured = true;
            self.hosts.push(host);
        }
        self.complaint = None;
    }

    /// Records the shortcuts that exist now.
    pub fn know_launchers(&mut self, launchers: Vec<Shortcut>) {
        self.launchers = launchers;
    }

    /// Returns true if a host has a shortcut.
    pub fn has_launcher(&self, host: &str) -> bool {
        self.launchers.iter().any(|known| known.host == host)
    }

    /// Gives access to the information about newer versions, to change it.
    pub fn updates_mut(&mut self) -> &mut UpdateInfo {
        &mut self.updates
    }

    /// Information about newer versions.
    pub fn updates(&self) -> &UpdateInfo {
        &self.updates
    }

    /// The configuration's file is broken, and the last good one stays in force.
    pub fn complain(&mut self, complaint: ConfigMistake) {
        self.complaint = Some(complaint);
    }

    /// Returns the first error of the configuration file, if it has any.
    pub fn complaint(&self) -> Option<&ConfigMistake> {
        self.complaint.as_ref()
    }

    /// Takes in what the menu remembers of earlier runs.
    pub fn remember(&mut self, memory: MenuMemory) {
        self.hidden = memory.hidden;
        for (host, paths) in memory.notebooks {
            let known = self.notebooks.entry(host).or_default();
            *known = notebooks::joined(known, &paths);
        }
    }

    /// Returns the notebooks that ran on a host, the newest first.
    pub fn notebooks(&self, host: &str) -> &[String] {
        self.notebooks.get(host).map_or(&[], Vec::as_slice)
    }

    /// Takes in which notebooks run on a host. Returns those to remember, if they are others now.
    pub fn see_notebooks(&mut self, host: &str) -> Option<Vec<String>> {
        let activity = self.host(host)?.kernels.as_ref()?;
        let seen = notebooks::seen(self.notebooks(host), activity);
        if seen == self.notebooks(host) {
            return None;
        }
        self.notebooks.insert(host.to_owned(), seen.clone());
        Some(seen)
    }

    /// The ssh configuration has these aliases now.
    pub fn know_aliases(&mut self, aliases: Vec<String>) {
        self.aliases = aliases;
    }

    /// The aliases of the ssh configuration that are no hosts of ours yet.
    pub fn new_aliases(&self) -> impl Iterator<Item = &str> {
        let is_new = |alias: &&String| self.host(alias).is_none();
        self.aliases.iter().filter(is_new).map(String::as_str)
    }

    /// Returns the hosts of the menu, in its order.
    pub fn listed(&self) -> Vec<Listed<'_>> {
        self.listing().shown().collect()
    }

    /// Returns the names of the hosts that the user has taken off the menu.
    pub fn hidden(&self) -> Vec<&str> {
        self.listing().hidden().map(Listed::name).collect()
    }

    /// Returns true if a host can be taken off the menu.
    pub fn can_be_hidden(&self, listed: Listed<'_>) -> bool {
        self.listing().can_be_hidden(listed)
    }

    fn listing(&self) -> Listing<'_> {
        Listing {
            hosts: &self.hosts,
            aliases: &self.aliases,
            hidden: &self.hidden,
            can_add: self.complaint.is_none(),
        }
    }

    /// Records the status of the login item.
    pub fn know_login_item(&mut self, status: login_item::Status) {
        self.login_item = status;
    }

    /// Status of the login item, with which the app starts at login.
    pub fn login_item(&self) -> &login_item::Status {
        &self.login_item
    }

    /// The hosts, each followed by those that its profiles make of it.
    pub fn hosts(&self) -> &[HostState] {
        &self.hosts
    }

    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&HostState> {
        self.hosts.iter().find(|host| host.name == name)
    }

    fn host_mut(&mut self, name: &str) -> Option<&mut HostState> {
        self.hosts.iter_mut().find(|host| host.name == name)
    }

    /// Returns the most urgent state of the hosts.
    pub fn icon_state(&self) -> IconState {
        let any = |test: fn(&HostState) -> bool| self.hosts.iter().any(test);
        let failed = |host: &HostState| host.phase == Phase::Failed && !host.waits_for_network();
        if self.complaint.is_some() || any(failed) {
            IconState::Failed
        } else if self.is_working() {
            IconState::Working
        } else if any(|host| host.phase == Phase::Ready) {
            IconState::Connected
        } else {
            IconState::Idle
        }
    }

    /// Returns true if a host is being connected or is otherwise busy.
    pub fn is_working(&self) -> bool {
        let works = |host: &HostState| host.is_active() && host.phase != Phase::Ready;
        self.hosts.iter().any(works)
    }

    /// Returns true if something happens just now, in contrast to a wait for a job or a network.
    pub fn is_moving(&self) -> bool {
        let waits = |phase| matches!(phase, Phase::Ready | Phase::Queued | Phase::Reconnecting);
        let moves = |host: &HostState| host.is_active() && !waits(host.phase);
        self.hosts.iter().any(moves)
    }

    /// Records a message of a session, and returns the change of which the user is notified, if
    /// any.
    pub fn hear(&mut self, message: &Message, now: Instant) -> Option<NotableChange> {
        let host = self.host_mut(&message.host)?;
        if message.is_refusal() {
            let problem = message.problem()?;
            host.refuse(&problem);
            return Some(NotableChange::Refused(problem));
        }
        let (before, stood) = (host.phase, host.ready.is_some());
        host.enter(message.phase, now);
        host.note(message, now);
        if let MessageBody::Note {
            note, warns: true, ..
        } = &message.body
        {
            let is_new = host.keep_note(note) && !host.suppresses_notifications;
            return is_new.then(|| NotableChange::Warning(note.clone()));
        }
        if let MessageBody::PageOpen { .. } = message.body {
            host.page_told = Some(now);
            // It answers a click here, whoever has the tunnel.
            return host
                .ready
                .as_ref()
                .map(|ready| NotableChange::PageOpen(ready.local_port));
        }
        if let MessageBody::Idle { idle, .. } = &message.body {
            host.idle_ends = idle.ends;
            let is_near = idle.ends.is_some() && !host.suppresses_notifications;
            return is_near.then_some(NotableChange::Idle(*idle));
        }
        if let MessageBody::CellDone { cell_done, .. } = &message.body {
            return Some(NotableChange::CellDone(cell_done.clone()));
        }
        if message.is_remark() {
            let (job, walltime) = (message.job()?, message.walltime()?);
            let outlook = Outlook {
                busy: Stakes::of(host, now).busy_notebooks,
                can_be_extended: host.can_be_extended(),
            };
            return (!host.suppresses_notifications)
                .then_some(NotableChange::Walltime(job, walltime, outlook));
        }
        host.problem = message.problem();
        host.see_end(stood);
        let notable = host.notable(message, before, now);
        let notable = notable.filter(|_| !host.suppresses_notifications);
        host.suppresses_notifications &= host.is_active();
        self.hosts
            .retain(|host| host.is_active() || !host.is_unconfigured);
        notable
    }

    /// Updates the time that each job has left, see [`HostState::ends`]. Returns the time at which
    /// the menu next shows another minute.
    pub fn count_down(&mut self, now: Instant, time: i64) -> Option<Instant> {
        let minute = |ends: Instant| {
            let left = ends.saturating_duration_since(now);
            (!left.is_zero()).then(|| now + Duration::from_secs(left.as_secs() % 60 + 1))
        };
        let hosts = self.hosts.iter_mut();
        hosts
            .filter_map(|host| {
                host.count_down(now, time);
                minute(host.ends?)
            })
            .min()
    }

    /// Returns the losses that have lasted long enough to be told, each of them once, and the time
    /// at which the next one will have.
    pub fn tell_losses(&mut self, now: Instant) -> (Vec<(String, NotableChange)>, Option<Instant>) {
        let (mut due, mut next) = (Vec::new(), None);
        for host in &mut self.hosts {
            let quiet = host.suppresses_notifications;
            let Some(loss) = host.loss.as_mut().filter(|loss| !loss.is_told && !quiet) else {
                continue;
            };
            let at = loss.told_at();
            if at <= now {
                loss.is_told = true;
                let cause = loss.cause.clone();
                let change = if loss.needs_login {
                    NotableChange::LoginNeeded(cause)
                } else {
                    NotableChange::Lost(cause)
                };
                due.push((host.name.clone(), change));
            } else {
                next = next.into_iter().chain([at]).min();
            }
        }
        (due, next)
    }

    /// Opens a host that is not in the configuration yet. It is in the menu as long as that goes on.
    pub fn try_host(&mut self, host: &Host, now: Instant) -> Option<AppEffect> {
        if self.is_quitting || self.host(&host.name).is_some() {
            return None;
        }
        let mut tried = HostState::new(host, now);
        tried.is_unconfigured = true;
        let open = tried.open(None, now);
        self.hosts.push(tried);
        Some(open)
    }

    /// Another program has opened the host, if it is not open already. True if it is to be followed.
    pub fn adopt(&mut self, name: &str) -> bool {
        let Some(host) = self.host_mut(name).filter(|host| !host.is_active()) else {
            return false;
        };
        host.suppresses_notifications = true;
        true
    }

    /// Records that a login beside the host's tunnel is under way, or none any more.
    pub fn know_side_login(&mut self, name: &str, side_login: Option<SideLogin>) {
        if let Some(host) = self.host_mut(name) {
            host.side_login = side_login;
        }
    }

    /// Records that a dialog of the host waits for the user, or no longer does.
    pub fn ask(&mut self, name: &str, asks: bool) {
        if let Some(host) = self.host_mut(name) {
            host.is_prompting = asks;
        }
    }

    /// Opens a host as soon as there is a network for it, without a click: nobody may be there to
    /// answer its prompts.
    pub fn open_at_start(&mut self, name: &str, now: Instant) -> Option<AppEffect> {
        let is_quitting = self.is_quitting;
        let host = self.host_mut(name)?;
        host.retry_until = Some(now + NETWORK_RETRY_TIME);
        if host.is_active() || is_quitting {
            return None;
        }
        host.is_attended = false;
        host.is_restored = false;
        Some(host.open(None, now))
    }

    /// Connects a host whose tunnel stood when the app ended, as soon as there is a network for it,
    /// if its server still runs and the login needs nobody.
    pub fn restore(&mut self, name: &str, now: Instant) -> Option<AppEffect> {
        let is_quitting = self.is_quitting;
        let host = self.host_mut(name)?;
        if host.is_active() || is_quitting {
            return None;
        }
        host.retry_until = Some(now + NETWORK_RETRY_TIME);
        host.is_attended = false;
        host.is_restored = true;
        Some(host.open(None, now))
    }

    /// Records that a host's login needs the user, and waits for a click.
    pub fn need_login(&mut self, name: &str) {
        if let Some(host) = self.host_mut(name) {
            host.needs_login = true;
            host.retry_until = None;
        }
    }

    /// The app is about to end: nothing is begun any more.
    pub fn quit(&mut self) {
        self.is_quitting = true;
    }

    /// Records that Quit would ask a question first, or would not.
    pub fn know_quit_asks(&mut self, asks: bool) {
        self.quit_asks = asks;
    }

    /// Returns true if Quit asks a question first.
    pub fn quit_asks(&self) -> bool {
        self.quit_asks
    }

    /// Returns true if the app is about to end.
    pub fn is_quitting(&self) -> bool {
        self.is_quitting
    }

    /// Connects the hosts that waited for the network, which may be available now.
    pub fn retry_patient(&mut self, now: Instant) -> Vec<AppEffect> {
        if self.is_quitting {
            return Vec::new();
        }
        let waiting = self.hosts.iter_mut();
        let waiting = waiting.filter(|host| host.waits_for_network());
        waiting.map(|host| host.open(None, now)).collect()
    }

    /// Returns what a choice does now: nothing if it does not apply any more.
    pub fn choose(&mut self, action: MenuAction, now: Instant) -> Option<AppEffect> {
        if self.is_quitting {
            return None;
        }
        match action {
            MenuAction::Host(name, action) => self.host_mut(&name)?.choose(&action, now),
            MenuAction::ToggleShortcut(host) => self.toggle_shortcut(host),
            MenuAction::AddHost { alias, open } => self.add(alias, open),
            MenuAction::AddHostByName => Some(AppEffect::AskHost { welcome: false }),
            MenuAction::ShowWelcome => Some(AppEffect::AskHost { welcome: true }),
            MenuAction::HideHost { alias, hide } => self.hide(alias, hide),
            MenuAction::ShowMistake => self.complaint.is_some().then_some(AppEffect::ShowMistake),
            MenuAction::ShowHosts => Some(AppEffect::ShowHosts),
            MenuAction::ShowSettings => Some(AppEffect::ShowSettings),
            MenuAction::EditConfiguration => Some(AppEffect::EditConfiguration),
            MenuAction::ToggleLoginItem => {
                let on = self.login_item == login_item::Status::On;
                Some(AppEffect::SetLoginItem(!on))
            }
            MenuAction::ExplainLoginItem => Some(AppEffect::ExplainLoginItem),
            MenuAction::ShowRelease => {
                let release = self.updates.release.as_ref();
                release.map(|release| AppEffect::ShowPage(release.page.clone()))
            }
            MenuAction::CheckForUpdates => {
                let can_be_asked = self.updates.can_be_asked;
                can_be_asked.then_some(AppEffect::CheckForUpdates)
            }
            MenuAction::ShowLog => Some(AppEffect::ShowLog),
            MenuAction::CopyDiagnostics => Some(AppEffect::CopyDiagnostics),
            MenuAction::About => Some(AppEffect::About),
            MenuAction::Quit => Some(AppEffect::Quit),
        }
    }

    fn toggle_shortcut(&self, host: String) -> Option<AppEffect> {
        self.host(&host)?;
        let has_one = self.has_launcher(&host);
        Some(AppEffect::SetShortcut(host, !has_one))
    }

    fn add(&self, alias: String, open: bool) -> Option<AppEffect> {
        let is_new = self.new_aliases().any(|new| new == alias);
        is_new.then_some(AppEffect::AddHost(alias, open))
    }

    fn hide(&mut self, alias: String, hide: bool) -> Option<AppEffect> {
        let is_other = if hide {
            self.hidden.insert(alias.clone())
        } else {
            self.hidden.remove(&alias)
        };
        is_other.then_some(AppEffect::RememberHidden(alias, hide))
    }
}

fn states(hosts: &[Host], now: Instant) -> Vec<HostState> {
    let with_profiles = |host: &Host| {
        let own = HostState::new(host, now);
        let others = host.with_profiles();
        let others = others.map(|host| HostState::new(&host, now));
        [own].into_iter().chain(others).collect::<Vec<_>>()
    };
    hosts.iter().flat_map(with_profiles).collect()
}

#[cfg(test)]
mod tests;
