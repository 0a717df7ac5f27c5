//! Requests to the server through the tunnel. The session's thread has to forward data meanwhile,
//! so each runs in its own thread and returns an event.

use std::io;
use std::time::{Duration, Instant};

use super::fsm::{FsmEvent, KernelCommand, ServerEvent};
use super::handle::Handle;
use crate::config::App;
use crate::jupyter::{Api, ApiError, Page, Server, ServerAnswer};
use crate::problem;

/// A server that ran before and has a listener answers at once; this is for a busy machine.
const REUSED_PATIENCE: Duration = Duration::from_secs(15);

/// Check of a server before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// For its proof of life.
    Life,
    /// And for the page of an application, or any.
    Page(Option<App>),
}

/// Asks the server for its proof of life, again and again while it starts, until `deadline`; and for
/// its pages, where one is to be shown.
pub fn check(
    handle: &Handle,
    host: &str,
    server: Server,
    port: u16,
    asks: Probe,
    reused: bool,
    deadline: Instant,
) {
    let answers = handle.clone();
    let name = host.to_owned();
    let asked = in_thread("check server", move || {
        let deadline = if reused {
            deadline.min(Instant::now() + REUSED_PATIENCE)
        } else {
            deadline
        };
        let api = Api::new(&server, port);
        let result = ask_until(&api, deadline).and_then(|answer| {
            let pages = match asks {
                Probe::Page(app) => api.pages(app, server.pages)?,
                Probe::Life => server.pages,
            };
            Ok(ServerAnswer { pages, ..answer })
        });
        let problem = |error: &ApiError| problem::api(&name, error);
        answers.send(FsmEvent::Server(match &result {
            Err(error) if error.is_definite() => ServerEvent::Unsuitable(problem(error)),
            _ => ServerEvent::Checked(result.map_err(|error| problem(&error))),
        }));
    });
    if let Err(error) = asked {
        handle.send(FsmEvent::Failed(problem::local(host, &error)));
    }
}

/// Makes a request in a thread of that name.
fn in_thread(name: &str, request: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = std::thread::Builder::new().name(name.to_owned());
    builder.spawn(request).map(drop)
}

fn ask_until(api: &Api, deadline: Instant) -> Result<ServerAnswer, ApiError> {
    let mut pause = Duration::from_millis(20);
    loop {
        match api.check() {
            Err(ApiError::NoAnswer(_)) if Instant::now() + pause < deadline => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(250));
            }
            result => return result,
        }
    }
}

/// Asks what goes on in the server, and where so since when it is unused. A server that does not answer says so by refusing connections.
pub fn watch(handle: Handle, server: Server, port: u16, with_use: bool) {
    let asked = in_thread("watch kernels", move || {
        let api = Api::new(&server, port);
        let seen = if with_use {
            api.observe_use()
        } else {
            api.observe()
        };
        if let Ok(seen) = seen {
            handle.send(FsmEvent::Server(ServerEvent::Active(seen)));
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the server is not asked this time");
    }
}

/// Counts the kernels. Without a thread they count as those of a server that would not tell.
pub fn count(handle: &Handle, server: Server, port: u16) {
    let answers = handle.clone();
    let asked = in_thread("count kernels", move || {
        let kernels = Api::new(&server, port).kernels().ok();
        answers.send(FsmEvent::Server(ServerEvent::Counted(kernels)));
    });
    if asked.is_err() {
        handle.send(FsmEvent::Server(ServerEvent::Counted(None)));
    }
}

/// Counts the websockets of pages to the server's kernels, before that page is shown. From a server that
/// does not say, none are known.
pub fn count_pages(handle: &Handle, server: Server, port: u16, page: Page) {
    let answers = handle.clone();
    let counted = |count, page| FsmEvent::Server(ServerEvent::PagesCounted(count, page));
    let shown = page.clone();
    let asked = in_thread("count pages", move || {
        let seen = Api::new(&server, port).observe();
        let open = seen.map(|seen| seen.activity.open);
        answers.send(counted(open.unwrap_or_default(), page));
    });
    if asked.is_err() {
        handle.send(counted(0, shown));
    }
}

/// Asks the server to do something with a kernel.
pub fn act_on_kernel(
    handle: &Handle,
    host: &str,
    server: Server,
    port: u16,
    KernelCommand { id, action }: KernelCommand,
) {
    let answers = handle.clone();
    let acted = |acted| FsmEvent::Server(ServerEvent::KernelActed(acted));
    let name = host.to_owned();
    let asked = in_thread("act on kernel", move || {
        let result = Api::new(&server, port).act_on_kernel(&id, action);
        let result = result.map_err(|error| problem::kernel_action(&name, action, &error));
        answers.send(acted(result));
    });
    if let Err(error) = asked {
        handle.send(acted(Err(problem::local(host, &error))));
    }
}

/// Asks the server to shut down.
pub fn ask_to_end(handle: &Handle, server: Server, port: u16) {
    let answers = handle.clone();
    let asked = in_thread("shut down", move || {
        let asked = Api::new(&server, port).shut_down();
        answers.send(FsmEvent::Server(ServerEvent::AskedToEnd(asked.is_ok())));
    });
    if asked.is_err() {
        handle.send(FsmEvent::Server(ServerEvent::AskedToEnd(false)));
    }
}
