//! Programs of the account that listen, by their names.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::processes::{Processes, kernel_id};
use super::types::{MOST, named};
use crate::jupyter::socket_address;

/// Programs with a page, by what their command lines call them.
const KNOWN: [(&str, &str); 9] = [
    ("tensorboard", "TensorBoard"),
    ("dask", "Dask"),
    ("distributed", "Dask"),
    ("mlflow", "MLflow"),
    ("streamlit", "Streamlit"),
    ("bokeh", "Bokeh"),
    ("voila", "Voilà"),
    ("marimo", "marimo"),
    ("gradio", "Gradio"),
];

/// Port of Dask's page: its scheduler often runs within a kernel, whose command line says nothing of it.
const DASK: u16 = 8787;

/// The ports that Linux gives to who asks for any begin here. A kernel's own sockets have such ones; its connection file, which
/// names them, cannot be read in a container.
const ANY: u16 = 32768;

/// A program of the account that listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its name, or that of its command; empty where its process cannot be seen.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// Where a forward has to lead, as seen from its machine: `127.0.0.1:6006`.
    pub remote: String,
    /// True if it is known to have a page.
    pub is_known: bool,
}

/// Reads `PID ADDRESS:PORT`, a line each. Left out are Jupyter, the kernels' own sockets, what forwards, and this program.
pub(super) fn listeners<'t>(
    lines: impl Iterator<Item = &'t str>,
    kernel_ports: impl Iterator<Item = &'t str>,
    processes: &Processes<'_>,
    server: u32,
) -> Vec<Listener> {
    let kernel_ports: BTreeSet<u16> = kernel_ports
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    let mut by_port: BTreeMap<u16, (IpAddr, Listener)> = BTreeMap::new();
    for line in lines {
        let Some((pid, address, port)) = place(line) else {
            continue;
        };
        let args = processes.get(pid).map_or("", |process| process.args);
        let is_kernels = kernel_ports.contains(&port) || port >= ANY && kernel_id(args).is_some();
        if pid == server || is_kernels || is_left_out(args) {
            continue;
        }
        // On 127.0.0.1 before ::1: a host may allow forwards to the one alone.
        if by_port
            .get(&port)
            .is_some_and(|(known, _)| known.is_ipv4() || address.is_ipv6())
        {
            continue;
        }
        by_port.insert(port, (address, listener(args, address, port)));
    }
    let mut all: Vec<Listener> = by_port.into_values().map(|(_, one)| one).collect();
    all.sort_by_key(|one| !one.is_known);
    all.truncate(MOST);
    all
}

/// The process, and the address at which its machine reaches it.
fn place(line: &str) -> Option<(u32, IpAddr, u16)> {
    let (pid, place) = line.trim().split_once(' ')?;
    let (address, port) = socket_address(place.trim())?;
    let address = match address {
        // All of IPv6 is all of IPv4 as well, unless a program says that it is not.
        None | Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(address) => address,
    };
    (port != 0).then_some((pid.parse().ok()?, address, port))
}

fn listener(args: &str, address: IpAddr, port: u16) -> Listener {
    let known = known(args).or((kernel_id(args).is_some() && port == DASK).then_some("Dask"));
    let name = known.map_or_else(|| named(names(args)[1]), str::to_owned);
    let remote = match address {
        IpAddr::V4(address) => format!("{address}:{port}"),
        IpAddr::V6(address) => format!("[{address}]:{port}"),
    };
    Listener {
        name,
        port,
        remote,
        is_known: known.is_some(),
    }
}

/// Returns true for Jupyter, for what forwards, and for this program.
fn is_left_out(args: &str) -> bool {
    let is_own = |name: &str| {
        let name = name.trim_end_matches(':');
        ["sshd", "sshd-session", "ssh"].contains(&name)
            || name.starts_with("jupyter")
            || name.starts_with("remote-jupyter")
    };
    names(args).into_iter().any(is_own)
}

/// Returns the name of a program that is known to have a page.
fn known(args: &str) -> Option<&'static str> {
    let is_called = |word: &str, tool: &str| {
        let rest = base(word).strip_prefix(tool);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', ':']))
    };
    let of = |word: &str| KNOWN.iter().find(|(tool, _)| is_called(word, tool));
    let [command, program] = names(args);
    // What serves Python's pages has the program as one of its words: gunicorn … mlflow.server:app.
    let serves = ["gunicorn", "gunicorn:", "uvicorn", "waitress-serve"].contains(&program);
    let found = if serves {
        args.split(' ').find_map(of)
    } else {
        of(command).or_else(|| of(program))
    };
    found.map(|(_, name)| *name)
}

/// Returns the name of a command, and that of the script or module that an interpreter runs: the same one where there is none.
fn names(args: &str) -> [&str; 2] {
    let mut words = args.split(' ').filter(|word| !word.is_empty());
    let command = base(words.next().unwrap_or_default());
    let plain = command.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !["python", "node", "ruby", "perl", "bash", "sh"].contains(&plain) {
        return [command; 2];
    }
    while let Some(word) = words.next() {
        match word {
            "-m" => return [command, words.next().unwrap_or(command)],
            "-c" => break,
            _ if word.starts_with('-') => {}
            _ => return [command, base(word)],
        }
    }
    [command; 2]
}

/// Returns the last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
