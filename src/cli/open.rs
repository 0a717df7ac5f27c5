//! `open`: the tab, and the tunnel that it needs.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::arguments::OpenOptions;
use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::errln;
use super::report::Report;
use super::run::{End, attend, channel};
use super::servers::{answers, api};
use crate::config::{Config, Host, Resources};
use crate::host_os::{ReturnKey, runtime_folder};
use crate::i18n::fl;
use crate::ipc::{
    self, AppRequest, Client, EventHook, HostLock, HostedSession, LockResult, Message, Request,
};
use crate::jupyter::{Page, is_inside};
use crate::problem;
use crate::session::{Event, Goal, Handle, Phase, Ready};

/// Longest time for the last answer to another program at the end.
const LAST_ANSWER: Duration = Duration::from_millis(500);

/// Opens a host, or asks the program that has it open to show its tab. With `--json` every failure
/// is an event too.
pub fn open(context: &Context, options: &OpenOptions) -> CommandOutcome {
    let chosen = context.config().and_then(|config| {
        let (name, profile) = (options.host.as_deref(), options.profile.as_deref());
        let host = context.host_with_profile(&config, name, profile)?;
        Ok((config, host))
    });
    let name = match &chosen {
        Ok((_, host)) => host.name.clone(),
        Err(_) => options.host.clone().unwrap_or_default(),
    };
    let mut report = Report::new(&name, options.json);
    let result = chosen
        .and_then(|(config, host)| claim_and_open(context, config, &host, options, &mut report));
    match result {
        Err(problem) if options.json => {
            report.tell_failure(&problem);
            Ok(problem.code.exit())
        }
        other => other,
    }
}

fn claim_and_open(
    context: &Context,
    config: Config,
    host: &Host,
    options: &OpenOptions,
    report: &mut Report,
) -> CommandOutcome {
    let outside = options.notebook().filter(|path| !is_inside(path));
    if let Some(path) = outside {
        return Err(problem::notebook_outside(&host.name, path));
    }
    let resources = options.resources.resources();
    if !resources.is_empty() && !host.launcher.is_scheduler() {
        return Err(problem::no_resources(&host.name, &resources));
    }
    let failed = |error| problem::no_control(&host.name, &error);
    let folder = runtime_folder().map_err(failed)?;
    let is_handed_over = hand_over(context, &folder, host, &resources);
    let claim = ipc::acquire(&folder, context.scope(), &host.name);
    match claim.map_err(failed)? {
        // It was open before, and no job is about to start.
        LockResult::HeldByOther(_) if !is_handed_over && !resources.is_empty() => {
            Err(problem::open_already(&host.name, &resources))
        }
        LockResult::HeldByOther(client) => ask_holder(client, host, options, report),
        LockResult::Acquired(lock) => hold(context, config, host, options, lock, report),
    }
}

/// Lets a running app connect the host, and keep its tunnel: the app then holds the lock. If the
/// app does not, this process opens the tunnel. Returns true if the app does.
fn hand_over(context: &Context, folder: &Path, host: &Host, resources: &Resources) -> bool {
    if ipc::holder(folder, context.scope(), &host.name).is_some() {
        return false;
    }
    let Some(app) = ipc::holder(folder, context.scope(), ipc::APP) else {
        return false;
    };
    let name = host.name.clone();
    let request = if resources.is_empty() {
        AppRequest::Connect { host: name }
    } else {
        AppRequest::Start {
            host: name,
            resources: resources.clone(),
        }
    };
    match app.ask(&request) {
        Ok(mut answers) => answers.any(|answer| answer.phase == Phase::Resolving),
        Err(error) => {
            tracing::debug!(%error, "the app went away");
            false
        }
    }
}

fn page(host: &Host, options: &OpenOptions) -> Page {
    Page {
        app: host.app,
        notebook: options.notebook().map(str::to_owned),
    }
}

fn hold(
    context: &Context,
    config: Config,
    host: &Host,
    options: &OpenOptions,
    lock: HostLock,
    report: &mut Report,
) -> CommandOutcome {
    let goal = Goal::Open {
        page: page(host, options),
        show: !options.no_browser,
    };
    let resources = options.resources.resources();
    let host = &host.with_resources(&resources);
    let mut request = context.order(host.clone(), goal, Duration::from_secs(options.timeout))?;
    request.is_exact = !resources.is_empty();
    let hook = config.on_event.clone().map(EventHook::new);
    if hook.is_some() {
        // Nobody else would hear of it: a terminal is not told what its tabs do.
        request.watch_cells(config.cell_done_after());
    }
    let machine = Arc::new(context.machine(config.browser));
    let (send, events) = channel();
    let pass_on = move |event, message: Option<Message>| {
        if let (Some(hook), Some(message)) = (&hook, &message) {
            hook.hear(message);
        }
        send(event, message);
    };
    let HostedSession {
        handle,
        thread,
        broadcaster,
    } = HostedSession::start(
        lock,
        report.began(),
        request,
        context.shared(),
        machine,
        pass_on,
    )
    .map_err(|error| problem::local(&host.name, &error))?;
    let (mut was_ready, mut offer) = (false, LoginOffer::new(handle.clone()));
    let end = attend(&host.name, handle, thread, events, |event, message| {
        if let Event::Ask(..) = event {
            report.pause();
        }
        offer.withdraw(event);
        if let Some(message) = message {
            report.tell(message);
        }
        if !options.json && offer.make(event) {
            report.pause();
            eprintln!("  {}", fl!("open-press-return"));
        }
        if let Event::Ready(ready) = event {
            was_ready = true;
            if !ready.again {
                look_for_notebook(&host.name, options, ready);
            }
            if !options.json && !ready.again {
                errln!("  {}", fl!("open-stays"));
            }
        }
    })?;
    report.finish();
    broadcaster.wait_for_answers(LAST_ANSWER);
    ended(end, was_ready, host, options)
}

/// Offer to log in again at this terminal. A login that nobody expects could send a push to a phone, and its prompt would
/// outlive the time that the remote host gives it.
struct LoginOffer {
    handle: Handle,
    made: Option<ReturnKey>,
}

impl LoginOffer {
    fn new(handle: Handle) -> Self {
        Self { handle, made: None }
    }

    /// Makes the offer if this event calls for it and somebody is at the terminal.
    fn make(&mut self, event: &Event) -> bool {
        if !matches!(event, Event::Loss(loss) if loss.needs_login) {
            return false;
        }
        let handle = self.handle.clone();
        self.made = ReturnKey::wait(move || handle.try_now());
        self.made.is_some()
    }

    /// Takes it back before a prompt, which reads from the same terminal, and when the wait is over.
    fn withdraw(&mut self, event: &Event) {
        match event {
            Event::Ask(..)
            | Event::Phase(_)
            | Event::Loss(_)
            | Event::Ready(_)
            | Event::Failed(_)
            | Event::Closed => self.made = None,
            _ => {}
        }
    }
}

/// Says so where the server has no such notebook: its page says it late, or shows a new file of that name.
fn look_for_notebook(host: &str, options: &OpenOptions, ready: &Ready) -> Option<JoinHandle<()>> {
    let path = options.notebook().map(str::to_owned)?;
    let api = api(ready)?;
    let host = host.to_owned();
    let look = move || {
        if matches!(api.has_file(&path), Ok(false)) {
            errln!("  {}", fl!("open-no-notebook", host = host, path = path));
        }
    };
    let thread = std::thread::Builder::new().name("notebook".into());
    thread.spawn(look).ok()
}

fn ended(end: End, was_ready: bool, host: &Host, options: &OpenOptions) -> CommandOutcome {
    match end {
        End {
            interrupted: true,
            problem: None,
        } if was_ready => {
            if !options.json {
                errln!("\n{}", fl!("close-done", host = &host.name));
            }
            Ok(0)
        }
        End {
            problem: Some(problem),
            ..
        } => Err(problem),
        End {
            interrupted: true, ..
        } => Err(problem::interrupted(&host.name)),
        End { .. } => {
            if !options.json {
                errln!("{}", fl!("open-closed", host = &host.name));
            }
            Ok(0)
        }
    }
}

/// Another program of this account has the tunnel: it shows the tab, and this one returns.
fn ask_holder(
    client: Client,
    host: &Host,
    options: &OpenOptions,
    report: &mut Report,
) -> CommandOutcome {
    let request = Request::Open {
        browser: !options.no_browser,
        notebook: options.notebook().map(str::to_owned),
        unless_open: false,
    };
    let mut answers = answers(client, host, &request)?;
    for message in answers.by_ref() {
        if let Some(ready) = message.ready() {
            report.tell_held(&message);
            if let Some(look) = look_for_notebook(&host.name, options, ready) {
                let _ = look.join();
            }
            return Ok(0);
        }
        report.tell(&message);
        match message.phase {
            Phase::Failed => {
                return Err(message
                    .problem()
                    .unwrap_or_else(|| problem::holder_gone(&host.name)));
            }
            Phase::Closed => {
                report.finish();
                if !options.json {
                    errln!("{}", fl!("open-closed", host = &host.name));
                }
                return Ok(0);
            }
            _ => {}
        }
    }
    report.finish();
    Err(answers
        .misunderstanding(&host.name)
        .unwrap_or_else(|| problem::holder_gone(&host.name)))
}
