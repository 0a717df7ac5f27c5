//! A server that nobody uses is told of before it ends: it can be kept, and stopped.

use std::time::Duration;

use crate::desk::{Desk, configuration, servers};
use crate::support::process::PATIENCE;
use crate::support::{Sshd, eventually, kernels};

/// The configured time, and time for the looks of Jupyter and the app.
const LIMIT: Duration = Duration::from_secs(60);

fn with_a_limit() -> Desk {
    let (desk, ()) = Desk::after(Sshd::start(), &["gpu01"], "", |_| ());
    // The last lines of the file are the last host's.
    let hosts = configuration(
        &desk.desktop,
        &["other", "gpu01"],
        "cell_done_after = \"4s\"",
    );
    desk.client
        .configure(&format!("{hosts}idle_stop = \"60s\"\n"));
    desk.desktop.wait_for("○ other");
    desk.connect("gpu01");
    kernels::start_session(&desk.client, "gpu01", "work/a.ipynb");
    kernels::run_cells(&desk.sshd, &["pass"]);
    desk
}

fn wait_for_warning(desk: &Desk, count: usize) {
    let warned = || {
        let all = desk.desktop.notifications().into_iter();
        all.filter(|one| one.title.contains("it is not used"))
            .count()
            >= count
    };
    assert!(
        eventually(2 * LIMIT, warned),
        "{:?}",
        desk.desktop.notifications()
    );
}

#[test]
fn an_unused_server_is_kept_from_its_notification_and_stopped_from_the_next() {
    let desk = with_a_limit();
    wait_for_warning(&desk, 1);
    let told = desk.desktop.notifications().pop().unwrap();
    let buttons = [
        "default",
        "Keep Running",
        "open",
        "Keep Running",
        "other",
        "Stop Jupyter",
    ];
    assert_eq!(told.actions, buttons);
    desk.desktop.wait_for("gpu01 > Keep Running");
    desk.desktop.click_notification();
    let kept = |text: &str| !desk.desktop.texts().iter().any(|line| line.contains(text));
    assert!(eventually(PATIENCE, || kept("gpu01 > Keep Running")));

    wait_for_warning(&desk, 2);
    assert_eq!(servers(&desk.sshd), 1);
    desk.desktop.click_in_notification("other");
    // Its kernel would be lost: the default of the question is not to.
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_within("○ gpu01", PATIENCE);
    assert!(eventually(PATIENCE, || servers(&desk.sshd) == 0));
}
