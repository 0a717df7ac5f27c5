//! `completions`, and the paths on a host that those scripts ask for (`complete`, which no help shows).

use std::io::Write as _;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use clap_complete::Shell;

use super::context::Context;
use super::servers::{api, held};
use super::usage;
use crate::config::Host;
#[cfg(feature = "app")]
use crate::host_os::menu_memory::MenuMemory;
use crate::ipc::{Client, Request};
use crate::jupyter::is_inside;
use crate::session::{self, Event, Goal};

/// Longest time for all of it: a shell waits, and whoever pressed Tab looks at it.
const PATIENCE: Duration = Duration::from_secs(4);

/// Stands in the scripts for the options that take a value.
const VALUED: &str = "@VALUED@";

/// Prints a completion script, with what completes paths on a host.
pub fn print_script(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut usage::command(), "remote-jupyter", &mut script);
    let script = with_paths(shell, &String::from_utf8_lossy(&script));
    // A reader such as `head` may close the pipe after the first lines: that is no error.
    let _ = std::io::stdout().write_all(script.as_bytes());
}

fn with_paths(shell: Shell, script: &str) -> String {
    match shell {
        Shell::Bash => {
            let paths = include_str!("completions/paths.bash").replace(VALUED, &valued("|"));
            format!("{script}{paths}")
        }
        Shell::Fish => {
            let paths = include_str!("completions/paths.fish").replace(VALUED, &valued(" "));
            format!("{script}{paths}")
        }
        Shell::Zsh => {
            // Its words for values that it knows nothing of.
            let known = script.replace(":PATH:_default'", ":PATH:_remote_jupyter_paths'");
            let lines = known
                .lines()
                .map(|line| match line.strip_prefix("'::path -- ") {
                    Some(_) => line.replace(":_default'", ":_remote_jupyter_paths'"),
                    None => line.to_owned(),
                });
            let known: Vec<String> = lines.collect();
            // The first line has to stay so, and the last ones run what is above them.
            let known = known.join("\n") + "\n";
            let (head, rest) = known.split_once('\n').unwrap_or((&known, ""));
            let paths = include_str!("completions/paths.zsh").replace(VALUED, &valued("|"));
            format!("{head}\n{paths}{rest}")
        }
        _ => script.to_owned(),
    }
}

/// Returns the options of `open` that take a value: the word after one is no host, and no path.
fn valued(separator: &str) -> String {
    let command = usage::command();
    let open = command.find_subcommand("open");
    let options = open.into_iter().flat_map(clap::Command::get_opts);
    let valued = options.filter(|option| option.get_action().takes_values());
    let names = valued.flat_map(|option| {
        let short = option.get_short().map(|short| format!("-{short}"));
        let long = option.get_long().map(|long| format!("--{long}"));
        short.into_iter().chain(long)
    });
    names.collect::<Vec<_>>().join(separator)
}

/// Prints the paths on a host that begin as was typed, a line each: notebooks that ran there, and what a tunnel that stands or
/// a login that asks nothing finds in time. Nothing is said of what fails.
pub fn complete(context: &Context, host: &str, typed: &str) {
    if let Ok(Ok(config)) = context.try_config()
        && let Ok(host) = context.host(&config, Some(host))
    {
        let mut paths = recent(context, &host.name);
        paths.extend(listed(context, host, typed));
        let mut paths: Vec<String> = paths.into_iter().filter(|one| begins(one, typed)).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            println!("{path}");
        }
    }
}

/// Returns the notebooks that ran there, which the app remembers.
#[cfg(feature = "app")]
fn recent(context: &Context, host: &str) -> Vec<String> {
    let mut memory = MenuMemory::load(context.scope());
    memory.notebooks.remove(host).unwrap_or_default()
}

/// Without the app nothing remembers them.
#[cfg(not(feature = "app"))]
fn recent(_: &Context, _: &str) -> Vec<String> {
    Vec::new()
}

/// Returns true for a path that a shell can take: a line, with that beginning.
fn begins(path: &str, typed: &str) -> bool {
    path.starts_with(typed) && !path.contains(char::is_control)
}

/// Returns what is in the folder that was typed so far.
fn listed(context: &Context, host: Host, typed: &str) -> Vec<String> {
    let folder = typed.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !is_inside(folder) && !folder.is_empty() || folder.contains(char::is_control) {
        return Vec::new();
    }
    let names = match held(context, &host) {
        Ok(Some(client)) => by_tunnel(client, folder),
        _ => by_login(context, host, folder),
    };
    let inside = |name: String| match folder {
        "" => name,
        folder => format!("{folder}/{name}"),
    };
    names.unwrap_or_default().into_iter().map(inside).collect()
}

fn by_tunnel(client: Client, folder: &str) -> Option<Vec<String>> {
    let message = client.ask(&Request::Status).ok()?.next()?;
    let api = api(message.ready()?)?;
    let folder = folder.to_owned();
    let (sender, names) = mpsc::channel();
    std::thread::Builder::new()
        .name("list folder".into())
        .spawn(move || sender.send(api.notebooks(&folder).ok()))
        .ok()?;
    names.recv_timeout(PATIENCE).ok()?
}

/// Lists a folder by a login of its own. Its questions get no answer, so it fails where it would need one.
fn by_login(context: &Context, host: Host, folder: &str) -> Option<Vec<String>> {
    let until = Instant::now() + PATIENCE;
    let goal = Goal::Paths(folder.to_owned());
    let mut request = context.order(host, goal, PATIENCE).ok()?;
    request.restores = true;
    let (sender, events) = mpsc::channel();
    let pass_on = move |event| {
        // Nobody hears the last ones, once the paths are there.
        let _ = sender.send(event);
    };
    let machine = Arc::new(context.machine(None));
    let started = session::start(request, context.shared(), machine, pass_on);
    let (handle, thread) = started.ok()?;
    let mut names = None;
    while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
        match event {
            Event::Paths(found) => names = Some(found),
            Event::Failed(_) | Event::Closed => {
                let _ = thread.join();
                return names;
            }
            _ => {}
        }
    }
    handle.close();
    names
}
