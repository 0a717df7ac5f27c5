//! Selects one of several running servers: the same working folder first, then the newest that has
//! a token.

use super::host_info::HostInfo;
use super::runtime_file::RuntimeFile;
use super::server::{Endpoint, Server};
use crate::i18n::fl;

/// The configuration's requirements on the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectionCriteria {
    /// A fixed port on the remote host.
    pub port: Option<u16>,
    /// True if the user named a working folder.
    pub workdir: bool,
    /// Runtime files of servers that were tried and are of no use, and why.
    pub refused: Vec<(String, String)>,
}

/// The choice, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The server to use, if one is right.
    pub server: Option<Server>,
    /// Reason for this selection, as text; empty if there was nothing to choose.
    pub why: String,
    /// Number of other servers that fit as well.
    pub others: usize,
    /// Runtime files that were not believed, and why.
    pub passed_over: Vec<String>,
    /// Those among the reasons that are a `JupyterHub`'s servers.
    pub hubs: Vec<String>,
    /// The folder of a launch of ours that runs, and whose server cannot be used.
    pub unusable: Option<String>,
}

/// Chooses among `runtime_files`, newest first.
#[must_use]
pub fn select(
    runtime_files: &[RuntimeFile],
    host_info: &HostInfo,
    wanted: &SelectionCriteria,
) -> Selection {
    let mut servers: Vec<Server> = Vec::new();
    let (mut passed_over, mut hubs, mut unusable) = (Vec::new(), Vec::new(), None);
    for runtime_file in runtime_files {
        let server = runtime_file.server(host_info.uid);
        if server.is_err() {
            unusable = unusable.or_else(|| runtime_file.launch.clone());
        }
        match server.and_then(|server| fits(server, wanted)) {
            // One runtime folder may be reached by two names.
            Ok(server) if servers.iter().any(|known| known.pid == server.pid) => {}
            Ok(server) => servers.push(server),
            Err(reason) => {
                hubs.extend(runtime_file.is_hubs.then(|| reason.clone()));
                passed_over.push(reason);
            }
        }
    }
    // Without one a server asks for a password in the tab, which may be a portal's own, or lets everybody in.
    servers.sort_by_key(|server| server.token.is_empty());
    let count = servers.len();
    let same_folder = servers
        .iter()
        .position(|server| !host_info.workdir.is_empty() && server.root == host_info.workdir);
    let server = match same_folder {
        Some(at) => Some(servers.swap_remove(at)),
        None => servers.into_iter().next(),
    };
    let why = match (&server, same_folder) {
        (Some(server), Some(_)) if count > 1 => {
            fl!("server-same-folder", count = count, folder = &server.root)
        }
        (Some(server), None) if count > 1 => {
            fl!("server-newest", count = count, folder = &server.root)
        }
        (Some(server), None) if wanted.workdir => {
            fl!("server-other-folder", folder = &server.root)
        }
        _ => String::new(),
    };
    Selection {
        server,
        why,
        others: count.saturating_sub(1),
        passed_over,
        hubs,
        unusable,
    }
}

fn fits(server: Server, wanted: &SelectionCriteria) -> Result<Server, String> {
    let is_it = |refused: &&(String, String)| refused.0 == server.file;
    if let Some((_, why)) = wanted.refused.iter().find(is_it) {
        return Err(fl!("server-refused", pid = server.pid, why = why.as_str()));
    }
    match (&server.endpoint, wanted.port) {
        (Endpoint::Tcp { port, .. }, Some(wanted)) if *port != wanted => Err(fl!(
            "server-other-port",
            pid = server.pid,
            port = *port,
            wanted = wanted
        )),
        (Endpoint::Socket { .. }, Some(wanted)) => {
            Err(fl!("server-on-socket", pid = server.pid, wanted = wanted))
        }
        _ => Ok(server),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn runtime_file(pid: u32, port: u16, root: &str) -> RuntimeFile {
        RuntimeFile::parse(&format!(
            "file=/r/jpserver-{pid}.json\npid={pid}\nuid=7\nargs=jupyter-lab\n\
             listeners=127.0.0.1:{port},7\n\n{{\"pid\": {pid}, \"port\": {port}, \
             \"root_dir\": \"{root}\", \"token\": \"t\"}}"
        ))
    }

    fn host_info(workdir: &str) -> HostInfo {
        HostInfo {
            uid: Some(7),
            workdir: workdir.into(),
            ..HostInfo::default()
        }
    }

    #[test]
    fn the_same_folder_comes_before_the_newest() {
        let all = [
            runtime_file(1, 8001, "/a"),
            runtime_file(2, 8002, "/b"),
            runtime_file(3, 8003, "/b"),
        ];
        let choice = select(&all, &host_info("/b"), &SelectionCriteria::default());
        assert_eq!(choice.server.unwrap().pid, 2);
        assert!(choice.why.contains("3 servers") && choice.why.contains("/b"));
        let choice = select(&all, &host_info("/c"), &SelectionCriteria::default());
        assert_eq!(choice.server.unwrap().pid, 1);
        assert!(choice.why.contains("newest"));
    }

    /// As Open `OnDemand` starts one, whose password only its page knows.
    #[test]
    fn a_server_without_a_token_hides_none_that_has_one() {
        let mut portals = runtime_file(1, 8001, "/a");
        portals.json = crate::secret::Secret::new(
            r#"{"pid": 1, "port": 8001, "root_dir": "/a", "password": true, "token": ""}"#,
        );
        let all = [
            portals,
            runtime_file(2, 8002, "/b"),
            runtime_file(3, 8003, "/c"),
        ];
        let chosen = |all: &[RuntimeFile]| {
            select(all, &host_info("/d"), &SelectionCriteria::default())
                .server
                .unwrap()
                .pid
        };
        assert_eq!(chosen(&all), 2);
        assert_eq!(chosen(&all[..1]), 1);
    }

    #[test]
    fn one_server_needs_no_explanation() {
        let choice = select(
            &[runtime_file(1, 8001, "/a")],
            &host_info("/a"),
            &SelectionCriteria::default(),
        );
        assert_eq!(choice.why, "");
        assert!(choice.server.is_some());
    }

    #[test]
    fn a_server_in_another_folder_is_named_to_a_user_who_configured_one() {
        let why = |workdir: bool| {
            let wanted = SelectionCriteria {
                workdir,
                ..SelectionCriteria::default()
            };
            let all = [runtime_file(1, 8001, "/a")];
            select(&all, &host_info("/b"), &wanted).why
        };
        assert!(why(true).contains("/a") && why(true).contains("not the configured one"));
        assert_eq!(why(false), "");
    }

    /// As a home that is mounted twice shows it.
    #[test]
    fn a_server_that_two_names_of_its_folder_show_is_one() {
        let mut again = runtime_file(1, 8001, "/a");
        again.file = "/mnt/r/jpserver-1.json".into();
        let all = [runtime_file(1, 8001, "/a"), again];
        let choice = select(&all, &host_info(""), &SelectionCriteria::default());
        assert_eq!((choice.server.unwrap().pid, choice.others), (1, 0));
    }

    #[test]
    fn a_server_on_a_socket_has_no_fixed_port() {
        let mut on_socket = runtime_file(1, 8001, "/a");
        on_socket.socket_uid = Some(7);
        on_socket.json = crate::secret::Secret::new(r#"{"pid": 1, "sock": "/h/s", "token": "t"}"#);
        let all = [on_socket];
        let wanted = SelectionCriteria {
            port: Some(8001),
            ..SelectionCriteria::default()
        };
        let choice = select(&all, &host_info(""), &wanted);
        assert_eq!(choice.server, None);
        assert!(choice.passed_over[0].contains("socket"));
        let choice = select(&all, &host_info(""), &SelectionCriteria::default());
        assert!(choice.server.is_some());
    }

    #[test]
    fn a_fixed_port_excludes_the_others() {
        let all = [runtime_file(1, 8001, "/a"), runtime_file(2, 8888, "/b")];
        let wanted = SelectionCriteria {
            port: Some(8888),
            ..SelectionCriteria::default()
        };
        assert_eq!(select(&all, &host_info(""), &wanted).server.unwrap().pid, 2);
        let wanted = SelectionCriteria {
            port: Some(9999),
            ..SelectionCriteria::default()
        };
        let choice = select(&all, &host_info(""), &wanted);
        assert_eq!((choice.server, choice.passed_over.len()), (None, 2));
    }

    #[test]
    fn a_server_that_is_of_no_use_hides_no_other() {
        let all = [runtime_file(1, 8001, "/a"), runtime_file(2, 8002, "/b")];
        let mut wanted = SelectionCriteria::default();
        let choice = select(&all, &host_info("/a"), &wanted);
        assert_eq!((choice.server.unwrap().pid, choice.others), (1, 1));
        let file = "/r/jpserver-1.json".to_owned();
        wanted
            .refused
            .push((file, "the server answered 403".into()));
        let choice = select(&all, &host_info("/a"), &wanted);
        assert_eq!((choice.server.unwrap().pid, choice.others), (2, 0));
        assert!(choice.passed_over[0].contains("403"));
    }

    #[test]
    fn a_launch_of_ours_that_cannot_be_used_is_named() {
        let mut silent = runtime_file(1, 8001, "/a");
        silent.listeners.clear();
        let choice = select(
            &[silent.clone()],
            &host_info("/a"),
            &SelectionCriteria::default(),
        );
        assert_eq!((choice.server, choice.unusable), (None, None));
        silent.launch = Some("/s/1".into());
        let choice = select(&[silent], &host_info("/a"), &SelectionCriteria::default());
        assert_eq!(choice.unusable.as_deref(), Some("/s/1"));
    }

    #[test]
    fn a_malformed_file_hides_nothing() {
        let mut broken = runtime_file(1, 8001, "/a");
        broken.json = crate::secret::Secret::new("{");
        let choice = select(
            &[broken, runtime_file(2, 8002, "/b")],
            &host_info(""),
            &SelectionCriteria::default(),
        );
        assert_eq!(choice.server.unwrap().pid, 2);
        assert!(choice.passed_over[0].contains("malformed"));
    }
}
