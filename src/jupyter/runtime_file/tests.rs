#![allow(clippy::unwrap_used)]
use super::*;

const JSON: &str = r#"{"base_url": "/", "hostname": "0.0.0.0", "password": false,
    "pid": 2390, "port": 8888, "root_dir": "/home/me", "secure": false, "sock": "",
    "token": "2e02", "url": "http://login:8888/", "version": "2.21.1"}"#;

fn runtime_file() -> RuntimeFile {
    RuntimeFile::parse(&format!(
        "file=/run/jpserver-2390.json\npid=2390\nuid=1001\nargs=python3 jupyter-lab\n\
         listeners=hex:0100007F:22B8,1001\nsocket=\n\n{JSON}"
    ))
}

#[test]
fn an_honest_file_is_a_server() {
    let server = runtime_file().server(Some(1001)).unwrap();
    assert_eq!(
        server.endpoint,
        Endpoint::Tcp {
            host: "127.0.0.1".into(),
            port: 8888
        }
    );
    assert_eq!((server.pid, server.base_url.as_str()), (2390, "/"));
    assert_eq!(server.token.reveal(), "2e02");
    assert_eq!(server.flavour, Flavour::Server2);
}

#[test]
fn nothing_is_believed_that_is_not_the_accounts_own() {
    let reason = |change: &dyn Fn(&mut RuntimeFile)| {
        let mut runtime_file = runtime_file();
        change(&mut runtime_file);
        runtime_file.server(Some(1001)).unwrap_err()
    };
    assert!(reason(&|c| c.uid = Some(0)).contains("another account"));
    assert!(reason(&|c| c.uid = None).contains("another account"));
    assert!(reason(&|c| c.args = "vim".into()).contains("reused"));
    assert!(reason(&|c| c.listeners[0].uid = Some(7)).contains("another account listens"));
    assert!(
        reason(&|c| c.listeners.push(ListeningSocket {
            address: None,
            uid: Some(7)
        }))
        .contains("another account listens")
    );
    assert!(reason(&|c| c.listeners.clear()).contains("nothing listens"));
    assert!(reason(&|c| c.json = Secret::new("{")).contains("malformed"));
    assert!(reason(&|c| c.file = "/run/jpserver-1.json".into()).contains("names process"));
    assert!(runtime_file().server(None).is_err());
}

#[test]
fn a_socket_has_to_be_the_accounts_own() {
    let mut runtime_file = runtime_file();
    runtime_file.json = Secret::new(
        runtime_file
            .json
            .reveal()
            .replace(r#""sock": """#, r#""sock": "/home/me/s""#),
    );
    assert!(
        runtime_file
            .server(Some(1001))
            .unwrap_err()
            .contains("socket")
    );
    runtime_file.socket_uid = Some(1001);
    let server = runtime_file.server(Some(1001)).unwrap();
    assert_eq!(
        server.endpoint,
        Endpoint::Socket {
            path: "/home/me/s".into()
        }
    );
}

#[test]
fn the_kernels_addresses_are_read() {
    let reach = |text: &str| {
        let mut runtime_file = runtime_file();
        runtime_file.listeners = listeners(text);
        runtime_file.reach()
    };
    assert_eq!(reach("hex:00000000:22B8,1"), "127.0.0.1");
    assert_eq!(reach("hex:00000000000000000000000000000000:22B8,1"), "::1");
    let both = "hex:00000000:22B8,1 hex:00000000000000000000000000000000:22B8,1";
    assert_eq!(reach(both), "127.0.0.1");
    assert_eq!(reach("hex:00000000000000000000000001000000:22B8,1"), "::1");
    assert_eq!(reach("hex:0200E70A:22B8,1"), "10.231.0.2");
    assert_eq!(
        reach("hex:0000000000000000FFFF00000100007F:22B8,1"),
        "127.0.0.1"
    );
    assert_eq!(reach("big:7F000001:22B8,1"), "127.0.0.1");
    assert_eq!(reach("big:0AE70002:22B8,1"), "10.231.0.2");
    assert_eq!(reach("big:00000000000000000000000000000001:22B8,1"), "::1");
    assert_eq!(reach("[::1]:8888,501"), "::1");
    assert_eq!(reach("*:8888,501"), "127.0.0.1");
}

#[test]
fn a_word_without_a_value_says_nothing() {
    let told = |text: &str| {
        let file = RuntimeFile::parse(text);
        (file.address, file.began, file.launch, file.socket_uid)
    };
    let nothing = (None, None, None, None);
    assert_eq!(told("address=\nbegan=\nlaunch=\nsocket=\n\n"), nothing);
    let all = ["192.0.2.11", "7081", "/s/1"].map(|value| Some(value.to_owned()));
    let [address, began, launch] = all;
    assert_eq!(
        told("address=192.0.2.11\nbegan=7081\nlaunch=/s/1\nsocket=1001\n\n"),
        (address, began, launch, Some(1001))
    );
}

#[test]
fn a_listener_that_cannot_be_read_may_be_another_accounts() {
    let believed = |listeners: &str| {
        let text = format!(
            "file=/run/jpserver-2390.json\npid=2390\nuid=1001\nargs=python3 jupyter-lab\n\
             listeners={listeners}\n\n{JSON}"
        );
        RuntimeFile::parse(&text).server(Some(1001)).is_ok()
    };
    let ours = "hex:0100007F:22B8,1001";
    assert!(believed(ours));
    assert!(believed("*:8888,1001"), "as lsof prints every address");
    for other in [
        "[fe80::1%eth0]:8888,1002",
        "hex:zz:22B8,1001",
        "hex:0100007F:22B8,",
        "hex:0100007F:22B8,nobody",
        "x",
    ] {
        assert!(!believed(&format!("{ours} {other}")), "{other}");
        assert!(!believed(&format!("{other} {ours}")), "{other}");
        assert!(!believed(other), "{other}");
    }
}

#[test]
fn notebook_6_files_are_read() {
    let text = "file=/r/nbserver-5.json\npid=5\nuid=1\nargs=python jupyter-notebook\n\
        listeners=hex:0100007F:22B8,1\n\n{\"base_url\": \"/jupyter\", \"pid\": 5, \
        \"port\": 8888, \"notebook_dir\": \"/h\", \"token\": \"\", \"password\": true}";
    let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
    assert_eq!(server.flavour, Flavour::Notebook6);
    assert_eq!(
        (server.base_url.as_str(), server.root.as_str()),
        ("/jupyter/", "/h")
    );
    assert!(server.token.is_empty());
}

#[test]
fn a_process_of_a_container_is_known_by_the_number_it_calls_itself() {
    let text = |file: u32| {
        format!(
            "file=/r/jpserver-1.json\npid=4711\nuid=1\nargs=python jupyter-lab\n\
             listeners=hex:0100007F:22B8,1\n\n{{\"pid\": {file}, \"port\": 8888, \"token\": \"t\"}}"
        )
    };
    let server = RuntimeFile::parse(&text(1)).server(Some(1)).unwrap();
    assert_eq!(server.pid, 4711);
    assert!(RuntimeFile::parse(&text(2)).server(Some(1)).is_err());
}

#[test]
fn a_launch_of_ours_is_known_by_its_folder() {
    let text = "file=/s/a/runtime/jpserver-1.json\npid=4711\nuid=1\nargs=sh\nlaunch=/s/a\n\
        listeners=hex:0100007F:22B8,1\n\n{\"pid\": 1, \"port\": 8888, \"token\": \"t\"}";
    let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
    assert_eq!(server.launch.as_deref(), Some("/s/a"));
    let text = text.replace("22B8,1", "22B8,2");
    assert!(RuntimeFile::parse(&text).server(Some(1)).is_err());
}

#[test]
fn a_server_of_a_hub_is_none() {
    let text = "file=/r/jpserver-5.json\npid=5\nuid=1\nargs=jupyterhub-singleuser\nhub=1\n\n";
    let why = RuntimeFile::parse(text).server(Some(1)).unwrap_err();
    assert!(why.contains("JupyterHub"), "{why}");
}

#[test]
fn a_file_without_a_port_gets_the_one_that_its_process_listens_on() {
    let text = "file=/r/nbserver-5.json\npid=5\nuid=1\nport=34567\nargs=jupyter-notebook\n\
        listeners=hex:0100007F:8707,1\n\n{\"pid\": 5, \"port\": 0, \"token\": \"t\"}";
    let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
    let host = "127.0.0.1".into();
    assert_eq!(server.endpoint, Endpoint::Tcp { host, port: 34567 });
}

/// As microsoft/vscode-jupyter 11978 shows its command.
#[test]
fn the_server_of_an_editor_is_left_alone() {
    let text = |rate: &str| {
        format!(
            "file=/r/jpserver-5.json\npid=5\nuid=1\nargs=/opt/python -m jupyter notebook --no-browser \
             --notebook-dir=/home/me --config=/tmp/de949226/jupyter_notebook_config.py {rate}\n\
             listeners=127.0.0.1:1,1\n\n{{\"pid\": 5, \"port\": 1, \"token\": \"t\"}}"
        )
    };
    let rate = "--NotebookApp.iopub_data_rate_limit=10000000000.0";
    let refused = RuntimeFile::parse(&text(rate)).server(Some(1));
    assert!(refused.is_err_and(|why| why.contains("VS Code")));
    assert!(RuntimeFile::parse(&text("")).server(Some(1)).is_ok());
}

#[test]
fn a_file_is_read_as_others_write_it() {
    let mut runtime_file = runtime_file();
    let nulls = r#"{"pid": 2390, "port": 8888, "token": null, "base_url": null, "secure": null}"#;
    runtime_file.json = Secret::new(format!("\u{feff}{nulls}\r\n"));
    let server = runtime_file.server(Some(1001)).unwrap();
    assert!(server.token.is_empty() && !server.secure);
    assert_eq!(server.base_url, "/");
}
