#![allow(clippy::unwrap_used)]

use super::*;
use crate::desktop::DialogStyle;

fn gpu01() -> Host {
    Host {
        ssh: Some("me@gpu.example.org".into()),
        ..Host::named("gpu01")
    }
}

fn host_key_prompt(also_known: &[&str]) -> Prompt {
    Prompt::HostKey {
        alias: "gpu.example.org".into(),
        host: "[10.0.0.7]:2222".into(),
        key_type: "ssh-ed25519".into(),
        fingerprint: "SHA256:abc".into(),
        also_known: also_known.iter().map(|&print| print.into()).collect(),
    }
}

fn interactive_prompt(instruction: &str, text: &str, echo: bool) -> Prompt {
    Prompt::Interactive {
        user: "me".into(),
        host: "gpu.example.org".into(),
        instruction: instruction.into(),
        text: text.into(),
        echo,
        again: false,
    }
}

fn yes(dialog: &Dialog) -> &str {
    match &dialog.kind {
        DialogKind::Confirmation { yes, .. } | DialogKind::Line { yes, .. } => yes,
        DialogKind::Message => "",
    }
}

fn destroys(dialog: &Dialog) -> bool {
    matches!(dialog.kind, DialogKind::Confirmation { destroys: true, .. })
}

#[test]
fn a_first_connection_is_no_alarm_and_says_how_to_check_the_key() {
    let dialog = prompt(&gpu01(), &host_key_prompt(&["SHA256:other"]));
    assert_eq!(dialog.title, "Connect to gpu01 for the first time?");
    assert_eq!(yes(&dialog), "Trust and Connect");
    assert!(!destroys(&dialog) && dialog.style == DialogStyle::Information);
    let evidence = dialog.evidence.unwrap();
    assert_eq!(
        (evidence.text, evidence.copy),
        ("SHA256:abc".into(), "SHA256:abc".into())
    );
    for part in [
        "[10.0.0.7]:2222",
        "ED25519",
        "ssh_host_ed25519_key.pub",
        "SHA256:other",
    ] {
        assert!(dialog.text.contains(part), "{}", dialog.text);
    }
    assert!(!dialog.text.contains("yes/no"), "{}", dialog.text);
}

#[test]
fn a_window_names_the_host_and_a_question_names_who_asks() {
    let password = |alias: &str| {
        let asked = Prompt::Password {
            user: "casebp".into(),
            host: alias.into(),
            again: false,
        };
        prompt(&gpu01(), &asked)
    };
    let dialog = password("gpu.example.org");
    assert_eq!(dialog.window_title(), "gpu01 - Remote Jupyter");
    assert_eq!(
        (dialog.title.as_str(), dialog.text.as_str()),
        ("Password for casebp@gpu01", "")
    );
    assert_eq!(yes(&dialog), "Log In");
    let jump_host = password("gate.example.org");
    assert_eq!(jump_host.title, "Password for casebp@gate.example.org");
    assert_eq!(jump_host.window_title(), "gpu01 - Remote Jupyter");
}

#[test]
fn a_refused_answer_is_said_before_the_next_try() {
    let password = Prompt::Password {
        user: "me".into(),
        host: "gpu.example.org".into(),
        again: true,
    };
    let dialog = prompt(&gpu01(), &password);
    assert_eq!(dialog.text, "The password was not accepted. Try again.");
    let passphrase = Prompt::Passphrase {
        key: "/k/id_rsa".into(),
        again: true,
    };
    let dialog = prompt(&gpu01(), &passphrase);
    assert!(
        dialog
            .text
            .starts_with("The passphrase was not accepted. Try again.\n\n")
    );
    assert!(dialog.text.contains("/k/id_rsa"), "{}", dialog.text);
    assert_eq!(
        (dialog.title.as_str(), yes(&dialog)),
        ("Unlock the key for gpu01", "Unlock")
    );
}

#[test]
fn a_menu_of_two_factors_keeps_its_lines() {
    let menu = "Duo two-factor login for me\r\n\r\n 1. Duo Push to XXX\r\n 2. Phone call\r\n\r\nPasscode or option (1-2): ";
    let dialog = prompt(&gpu01(), &interactive_prompt("", menu, true));
    assert_eq!(dialog.title, "Log in to gpu01");
    let lines: Vec<&str> = dialog.text.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[1..3], ["1. Duo Push to XXX", "2. Phone call"]);
    assert!(matches!(dialog.kind, DialogKind::Line { echo: true, .. }));
}

#[test]
fn a_password_that_the_server_asks_for_itself_is_a_password() {
    for text in ["Password:", "password: ", "(me@10.0.0.7) Password:"] {
        let dialog = prompt(&gpu01(), &interactive_prompt("", text, false));
        assert_eq!(
            (dialog.title.as_str(), dialog.text.as_str()),
            ("Password for me@gpu01", "")
        );
    }
    for (instruction, text) in [("", "New password:"), ("Two factors", "Password:")] {
        let dialog = prompt(&gpu01(), &interactive_prompt(instruction, text, false));
        assert_eq!(dialog.title, "Log in to gpu01");
        assert!(dialog.text.contains(text), "{}", dialog.text);
    }
}

#[test]
fn a_passphrase_that_is_kept_anyway_has_no_box_to_tick() {
    let passphrase = Prompt::Passphrase {
        key: "/k".into(),
        again: false,
    };
    for keeps in [false, true] {
        let host = Host {
            remember: keeps,
            ..gpu01()
        };
        let DialogKind::Line { remember, .. } = prompt(&host, &passphrase).kind else {
            panic!("a line is typed")
        };
        assert_eq!(remember.is_none(), keeps);
    }
}

fn notebook(path: &str, state: &str) -> Notebook {
    Notebook {
        path: path.into(),
        name: path.into(),
        kernel: "python3".into(),
        state: state.into(),
        ..Notebook::default()
    }
}

fn activity(total: usize, busy: usize) -> Activity {
    Activity {
        kernels: Kernels { total, busy },
        ..Activity::default()
    }
}

#[test]
fn a_kernel_is_not_ended_without_a_question_that_says_what_runs() {
    let ask = |state, action| before_kernel("gpu01", &notebook("a.ipynb", state), action);
    assert_eq!(ask("busy", KernelAction::Interrupt), None);
    let restart = ask("idle", KernelAction::Restart).unwrap();
    assert_eq!(restart.title, "Restart the kernel of a.ipynb on gpu01?");
    assert!(restart.text.starts_with("Its variables"), "{restart:?}");
    let busy = ask("busy", KernelAction::ShutDown).unwrap();
    assert!(busy.text.starts_with("A cell is running"), "{busy:?}");
    assert!(
        matches!(busy.kind, DialogKind::Confirmation { destroys: true, .. }),
        "{busy:?}"
    );
}

#[test]
fn only_what_would_be_lost_is_asked_about() {
    let text = |total, busy| before_stop("h", Some(&activity(total, busy))).map(|it| it.text);
    assert_eq!(text(0, 0), None);
    assert!(text(3, 2).is_some_and(|text| text.contains("2 of")));
    assert!(text(1, 0).is_some());
    assert!(before_stop("h", None).is_some());
}

#[test]
fn a_stop_names_the_notebooks_and_the_busy_ones_first() {
    let activity = Activity {
        notebooks: vec![
            notebook("a.ipynb", "idle"),
            notebook("deep/train.ipynb", "busy"),
        ],
        ..activity(2, 1)
    };
    let dialog = before_stop("h", Some(&activity)).unwrap();
    assert!(destroys(&dialog) && dialog.style == DialogStyle::Warning);
    let (_, names) = dialog.text.split_once("\n\n").unwrap();
    assert_eq!(names, "● deep/train.ipynb (busy)\n○ a.ipynb");
    let many = Activity {
        notebooks: (0..NAMES + 3)
            .map(|at| notebook(&format!("{at}.ipynb"), "idle"))
            .collect(),
        ..activity
    };
    let text = before_stop("h", Some(&many)).unwrap().text;
    assert!(text.ends_with("and 3 more"), "{text}");
}

#[test]
fn closing_a_tunnel_says_what_it_costs_and_without_that_asks_nothing() {
    assert_eq!(before_close("h", &Stakes::default()), None);
    let idle = Stakes {
        kernels: 3,
        ..Stakes::default()
    };
    assert_eq!(before_close("h", &idle), None, "the kernels keep running");
    let busy = Stakes {
        busy: 1,
        busy_notebooks: vec!["train.ipynb".into()],
        pages: 2,
        ..idle
    };
    let dialog = before_close("h", &busy).unwrap();
    assert_eq!(
        (dialog.title.as_str(), yes(&dialog)),
        ("Disconnect h?", "Disconnect")
    );
    assert!(
        dialog.text.contains("train.ipynb is busy"),
        "{}",
        dialog.text
    );
    assert!(
        dialog.text.contains("2 notebooks are open"),
        "{}",
        dialog.text
    );
    let unnamed = Stakes { busy: 4, ..busy };
    let text = before_close("h", &unnamed).unwrap().text;
    assert!(text.contains("train.ipynb and 3 more are busy"), "{text}");
}

#[test]
fn a_quit_is_one_question_that_names_all_hosts() {
    let queued = Stakes {
        job: Some(("4711".into(), Duration::from_secs(12 * 60))),
        ..Stakes::default()
    };
    let idle = Stakes {
        kernels: 2,
        ..Stakes::default()
    };
    assert_eq!(
        before_quit(&[("a", Stakes::default(), true), ("b", idle.clone(), false)]),
        None
    );
    let hosts = [
        ("hpc", queued, false),
        ("gpu01", idle, true),
        ("c", Stakes::default(), true),
    ];
    let dialog = before_quit(&hosts).unwrap();
    let texts: Vec<&str> = dialog.text.split("\n\n").collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].starts_with("hpc: Job 4711 has waited for 12 min."),
        "{texts:?}"
    );
    assert!(
        texts[1].starts_with("gpu01: Jupyter is stopped, and its 2 kernels"),
        "{texts:?}"
    );
    assert_eq!(
        (yes(&dialog), dialog.window_title().as_str()),
        ("Quit", "Remote Jupyter")
    );
}

#[test]
fn the_app_says_where_it_comes_from_if_it_knows() {
    let page = "https://example.org/remote-jupyter";
    let known = about(page);
    assert!(known.title.contains(env!("CARGO_PKG_VERSION")));
    assert!(known.text.ends_with(page), "{}", known.text);
    assert!(matches!(
        known.kind,
        DialogKind::Confirmation {
            destroys: false,
            ..
        }
    ));
    let unknown = about("");
    assert_eq!(unknown.kind, DialogKind::Message);
    assert!(!unknown.text.contains("http") && !unknown.text.ends_with('\n'));
}

#[test]
fn a_new_host_is_chosen_where_there_are_any_to_choose() {
    let text = |aliases: &[&str]| {
        let aliases = aliases.iter().map(|&alias| alias.to_owned()).collect();
        add_host(aliases).text
    };
    assert!(text(&[]).starts_with("Enter it as you would for ssh"));
    assert!(text(&["gpu01"]).starts_with("Choose a host of your SSH configuration"));
}
