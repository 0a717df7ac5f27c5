//! Launchers: made in the menu and in a terminal, and started as a desktop starts them.

use std::path::PathBuf;

use crate::desk::Desk;
use crate::desktop::SOON;
use crate::support::process::{PATIENCE, must};
use crate::support::{Client, Finished, Sshd, eventually};

/// Something for each of those who split, unescape or decode on the way.
const ODD: &str = "it's a \"box\" 100% \\n 機🧪";

fn entries(client: &Client) -> Vec<PathBuf> {
    let folder = client.path("home/.local/share/applications");
    let entries = folder.read_dir().into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn run(client: &Client, args: &[&str], code: i32) -> Finished {
    let out = client.run(&[&["launcher"], args].concat());
    assert_eq!(out.code, Some(code), "{out}");
    out
}

#[test]
fn a_launcher_made_in_a_terminal_opens_its_host_in_the_app() {
    let desk = Desk::with(&[ODD, "other"]);
    run(&desk.client, &[ODD], 0);
    let launchers = entries(&desk.client);
    assert_eq!(launchers.len(), 1, "{launchers:?}");
    let mut gio = desk.client.bare("gio");
    must(gio.arg("launch").arg(&launchers[0]));
    desk.desktop.wait_within(&format!("● {ODD}"), PATIENCE);
    desk.wait_for_pages(1);
    desk.desktop.wait_for("○ other");
}

#[test]
fn the_menu_makes_a_launcher_and_takes_it_away() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let entry = "gpu01 > Add Shortcut to Applications";
    desk.desktop.click(entry);
    assert!(eventually(SOON, || entries(&desk.client).len() == 1));
    let out = run(&desk.client, &["--list"], 0);
    assert!(out.stdout.starts_with("gpu01 "), "{out}");
    desk.desktop.click(entry);
    assert!(eventually(SOON, || entries(&desk.client).is_empty()));

    // What a terminal does is seen in the menu, whose next click then takes it away.
    run(&desk.client, &["gpu01"], 0);
    assert!(eventually(SOON, || {
        desk.desktop.click(entry);
        std::thread::sleep(std::time::Duration::from_millis(500));
        entries(&desk.client).is_empty()
    }));
}

#[test]
fn launchers_are_listed_replaced_and_removed() {
    let client = Client::new();
    client.configure("[[host]]\nname = \"gpu01\"\n[[host]]\nname = \"a/b\"\n");
    let out = run(&client, &["--list"], 0);
    assert!(
        out.stdout.is_empty() && out.stderr.contains("no shortcuts"),
        "{out}"
    );

    // Only what is configured, since an address can name nothing else.
    let out = run(&client, &["gpu02"], 2);
    assert!(out.stderr.contains("No host is named gpu02"), "{out}");
    assert!(entries(&client).is_empty());

    let theirs = client.path("home/.local/share/applications/remote-jupyter-host-gpu01.desktop");
    std::fs::create_dir_all(theirs.parent().unwrap()).unwrap();
    std::fs::write(&theirs, "[Desktop Entry]\nName=mine\n").unwrap();
    for host in ["gpu01", "a/b", "gpu01"] {
        run(&client, &[host], 0);
    }
    assert_eq!(entries(&client).len(), 3);
    client.configure("[[host]]\nname = \"gpu01\"\n");
    let out = run(&client, &["--list", "--json"], 0);
    let lines = out.json_lines();
    assert_eq!(lines.len(), 2, "{out}");
    assert_eq!(
        (&lines[0]["host"], &lines[0]["configured"]),
        (&"a/b".into(), &false.into())
    );
    assert_eq!(
        (&lines[1]["host"], &lines[1]["configured"]),
        (&"gpu01".into(), &true.into())
    );

    for host in ["a/b", "gpu01"] {
        run(&client, &["--remove", host], 0);
    }
    let out = run(&client, &["--remove", "gpu01"], 0);
    assert!(out.stderr.contains("no shortcut for gpu01"), "{out}");
    assert_eq!(entries(&client), std::slice::from_ref(&theirs));
    assert_eq!(
        std::fs::read_to_string(theirs).unwrap(),
        "[Desktop Entry]\nName=mine\n"
    );
}

#[test]
fn what_to_do_has_to_be_said_once() {
    let client = Client::new();
    for args in [
        &[][..],
        &["gpu01", "--list"],
        &["--list", "--remove", "gpu01"],
    ] {
        let out = run(&client, args, 2);
        assert!(out.stderr.contains("launcher"), "{out}");
    }
    let out = run(&client, &["gpu01", "--list"], 2);
    assert!(out.stderr.contains("cannot be used with"), "{out}");
}

#[test]
fn a_launcher_for_another_configuration_names_its_file() {
    let client = Client::of(&Sshd::with(&crate::support::Options {
        jupyter: false,
        ..Default::default()
    }));
    let file = client.path("other config.toml");
    std::fs::write(&file, "[[host]]\nname = \"gpu01\"\n").unwrap();
    let named = file.to_string_lossy();
    let out = client.run(&["launcher", "gpu01", "-c", &named]);
    assert_eq!(out.code, Some(0), "{out}");
    let text = std::fs::read_to_string(&entries(&client)[0]).unwrap();
    let want = format!(" -c \"{named}\" url \"remote-jupyter://open/gpu01\"\n");
    assert!(text.contains(&want), "{text}");
}
