//! The first run, the next login, and what the system hands over.

use crate::desk::{Desk, configuration};
use crate::desktop::{Desktop, SOON};
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Server, Sshd, eventually};

#[test]
fn without_a_configuration_one_click_adds_a_host_and_opens_it() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let desktop = Desktop::of(&client);
    let config = client.path("config/remote-jupyter/config.toml");
    std::fs::remove_file(&config).unwrap();
    client.env("BROWSER", desktop.browser());
    let _app = Opened::spawn(&mut client.command(&[]));
    desktop.wait_for("○ test");
    let names = || {
        let hosts = desktop.hosts().into_iter();
        let names = hosts.map(|host| host[4..].split(':').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let all = names();
    assert_eq!(all[..3], ["test", "test-rsa", "test-ecdsa"]);
    desktop.click("○ test");
    desktop.wait_within("● test", PATIENCE);
    let text = std::fs::read_to_string(config).unwrap();
    assert!(text.contains("name = \"test\""), "{text}");
    // The others stay where they are, and one that is not wanted goes and comes back.
    assert_eq!(names(), all);
    desktop.click("test-rsa > Hide");
    desktop.wait_for("More Hosts > Hidden Hosts > test-rsa");
    assert_eq!(names(), [&all[..1], &all[2..]].concat());
    let state = || client.read("state/remote-jupyter/state.toml");
    assert!(eventually(SOON, || state().contains("hidden = [\"test-rsa")));
    desktop.click("More Hosts > Hidden Hosts > test-rsa");
    desktop.wait_for("○ test-rsa");
    assert_eq!(names(), all);
}

#[test]
fn without_any_configuration_a_typed_host_is_added_and_opened() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let desktop = Desktop::of(&client);
    client.configure("");
    client.env("BROWSER", desktop.browser());
    let _app = Opened::spawn(&mut client.command(&[]));
    desktop.click("Add Host…");
    let me = sshd.user();
    desktop.answer(&format!("{me}@test"));
    desktop.wait_within("● test", PATIENCE);
    let text = client.read("config/remote-jupyter/config.toml");
    let want = format!("name = \"test\"\nssh = \"{me}@test\"");
    assert!(text.contains(&want), "{text}");
}

#[test]
fn the_first_run_leads_to_a_host_without_a_terminal() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let desktop = Desktop::of(&client);
    let config = client.path("config/remote-jupyter/config.toml");
    std::fs::remove_file(&config).unwrap();
    client.env("BROWSER", desktop.browser());
    let mut app = Opened::spawn(&mut client.command(&[]));
    desktop.wait_for("○ test");
    // A name that leads nowhere is said at once, and not added unless the user wants it.
    desktop.answer("me@nowhere.invalid");
    desktop.press(&["Escape"]);
    desktop.wait_for_no_dialog();
    assert!(!config.exists(), "nothing is written");
    desktop.click("Add Host…");
    desktop.answer("me@nowhere.invalid");
    desktop.press(&["Tab", "Return"]);
    desktop.wait_within("○ nowhere.invalid", PATIENCE);
    desktop.click("Add Host…");
    desktop.answer("test");
    desktop.wait_within("● test", PATIENCE);
    let text = std::fs::read_to_string(config).unwrap();
    assert!(text.contains("ssh = \"me@nowhere.invalid\""), "{text}");
    assert!(text.contains("name = \"test\""), "{text}");

    // The welcome comes once.
    app.terminate();
    app.wait_exit();
    client.configure("");
    let _app = Opened::spawn(&mut client.command(&[]));
    desktop.wait_for("○ test");
    desktop.wait_for_no_dialog();
}

#[test]
fn a_mistake_in_the_configuration_is_told_and_the_corrected_file_counts() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let desktop = Desktop::of(&client);
    client.configure("[[host]]\nname = \"gpu01\"\nlaunchr = \"direct\"\n");
    let mut app = Opened::spawn(&mut client.command(&[]));
    desktop.wait_for("▲ The Configuration Has Errors…");
    assert!(eventually(SOON, || desktop.notifications().len() == 1));
    let told = desktop.notifications().remove(0);
    assert!(told.body.contains("launcher"), "the remedy: {told:?}");

    // Another start and an address reach the app that runs.
    let out = client.run(&[]);
    assert!(
        out.code == Some(0) && out.stderr.contains("already"),
        "{out}"
    );
    let out = client.run(&["url", "remote-jupyter://list"]);
    assert_eq!(out.code, Some(0), "{out}");
    client.configure(&configuration(
        &desktop,
        &["gpu01"],
        "open_at_start = [\"gpu01\"]",
    ));
    desktop.wait_within("● gpu01", PATIENCE);
    assert!(app.is_running());
}

#[test]
fn the_login_item_is_turned_on_and_off() {
    let desk = Desk::with(&["gpu01"]);
    let entry = || {
        desk.client
            .path("config/autostart")
            .read_dir()
            .map(Iterator::count)
    };
    let status = || desk.client.run(&["login-item", "status"]).stdout;
    assert!(status().contains("does not open"), "{}", status());
    desk.desktop.click("Open at Login");
    assert!(eventually(SOON, || entry().is_ok_and(|count| count == 1)));
    assert!(!status().contains("does not"), "{}", status());
    desk.desktop.click("Open at Login");
    assert!(
        eventually(SOON, || status().contains("does not open")),
        "{}",
        status()
    );
}

#[test]
fn addresses_of_ours_open_close_and_do_nothing_else() {
    let desk = Desk::with(&["my box", "other"]);
    let visit = |address: &str| {
        let out = desk.client.run(&["url", address]);
        assert_eq!(out.code, Some(0), "{out}");
    };
    for address in [
        "remote-jupyter://open/nobody",
        "remote-jupyter://open/test",
        "remote-jupyter://stop/other",
        "remote-jupyter://open/my%20box?x",
        "https://open/other",
    ] {
        visit(address);
    }
    visit("remote-jupyter://open/my%20box");
    desk.desktop.wait_within("● my box", PATIENCE);
    desk.wait_for_pages(1);
    assert_eq!(desk.sshd.connections(), 1, "only what is configured");
    // Any page may hold such a link: it is asked about.
    visit("remote-jupyter://close/my%20box");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    desk.desktop.wait_for("● my box");
    visit("remote-jupyter://close/my%20box");
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_for("○ my box");

    visit("remote-jupyter://list");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    let log = desk.log();
    for refused in [
        "nobody",
        "remote-jupyter://stop/other",
        "https://open/other",
    ] {
        assert!(log.contains(refused), "{refused} is not in the log: {log}");
    }
}

#[test]
fn the_menu_speaks_japanese() {
    let lines = "language = \"ja\"";
    let desk = Desk::speaking(Sshd::start(), &["gpu01"], lines, "Remote Jupyter を終了");
    desk.desktop.click("○ gpu01");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.desktop.wait_for("設定ファイルを編集…");
    assert!(eventually(SOON, || !desk
        .desktop
        .notifications()
        .is_empty()));
    let posted = desk.desktop.notifications();
    assert_eq!(posted[0].title, "gpu01 の準備ができました");
}
