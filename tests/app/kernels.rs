//! Kernels in the menu, and cells that are done while nobody looks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::desk::Desk;
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{Sshd, eventually, kernels};

/// The end is told within five seconds; the rest is for a machine that does other things as well.
const TOLD: Duration = Duration::from_secs(10);

/// A cell that takes that many seconds and notes when it ended.
fn cell(seconds: u32) -> String {
    format!(
        "import time, pathlib; time.sleep({seconds}); (pathlib.Path.home() / 'ended').write_text(str(time.time()))"
    )
}

fn seconds_since(ended: &str) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64() - ended.parse::<f64>().unwrap()
}

/// An app with one notebook's kernel, whose tab is closed.
fn with_a_notebook(lines: &str) -> Desk {
    let desk = Desk::around(Sshd::start(), &["gpu01"], lines);
    desk.connect("gpu01");
    kernels::start_session(&desk.client, "gpu01", "work/a b.ipynb");
    // Until its first message it is starting, to Jupyter.
    kernels::run_cells(&desk.sshd, &["pass"]);
    desk.desktop
        .wait_within("gpu01 > Kernels > ○ work/a b.ipynb > ", PATIENCE);
    desk
}

/// The titles of what was told about notebooks.
fn told(desk: &Desk) -> Vec<String> {
    let posted = desk.desktop.notifications().into_iter();
    let about = posted.filter(|one| one.title.ends_with("is done"));
    about
        .map(|one| format!("{}: {}", one.title, one.body))
        .collect()
}

#[test]
fn a_long_cell_is_told_once_when_it_is_done_and_a_click_opens_its_notebook() {
    let desk = with_a_notebook("cell_done_after = \"5s\"");
    kernels::run_cells(&desk.sshd, &[&cell(2)]);
    let ended = || desk.sshd.home().read("ended");
    assert!(eventually(PATIENCE, || ended().is_some()));
    std::fs::remove_file(desk.sshd.home().path().join("ended")).unwrap();

    // One run of all cells, each of them as long as is told.
    kernels::run_cells(
        &desk.sshd,
        &["import time; time.sleep(6)", "1 + 1", &cell(6)],
    );
    desk.desktop
        .wait_within("gpu01 > Kernels > ● work/a b.ipynb > Interrupt", PATIENCE);
    assert!(eventually(PATIENCE, || ended().is_some()));
    assert!(eventually(TOLD, || !told(&desk).is_empty()));
    let late = seconds_since(&ended().unwrap());
    assert!(late < TOLD.as_secs_f64(), "{late} s after its end");
    desk.desktop
        .wait_within("gpu01 > Kernels > ○ work/a b.ipynb > ", PATIENCE);
    // Two more looks at rest.
    std::thread::sleep(Duration::from_secs(11));
    let told = told(&desk);
    let took = |text: &String| text.starts_with("work/a b.ipynb is done: It ran for 1");
    assert!(told.len() == 1 && told.iter().all(took), "{told:?}");

    desk.desktop.click_notification();
    desk.wait_for_pages(2);
    assert!(
        !desk.log().contains("a b.ipynb"),
        "names stay out of the log"
    );
}

#[test]
fn a_run_that_ends_by_an_error_is_told_as_failed_and_the_next_good_one_is_not() {
    let desk = with_a_notebook("cell_done_after = \"3s\"");
    let titles = || {
        let posted = desk.desktop.notifications().into_iter();
        let about = posted.filter(|one| one.title.contains("a b.ipynb"));
        about.map(|one| (one.title, one.body)).collect::<Vec<_>>()
    };
    // The cell after the error is not run any more, as in a tab.
    kernels::run_cells(
        &desk.sshd,
        &["import time; time.sleep(5)", "{}['no such key']"],
    );
    assert!(eventually(PATIENCE, || !titles().is_empty()));
    let (title, body) = titles().remove(0);
    assert_eq!(title, "work/a b.ipynb failed");
    assert!(body.starts_with("KeyError on gpu01, after "), "{body}");
    kernels::run_cells(&desk.sshd, &["1 + 1", "time.sleep(5)"]);
    assert!(eventually(PATIENCE, || titles().len() == 2));
    assert_eq!(titles()[1].0, "work/a b.ipynb is done");
}

#[test]
fn kernels_are_interrupted_restarted_and_shut_down_from_the_menu() {
    let desk = with_a_notebook("cell_done_after = \"never\"");
    let kernel = |state, item| format!("gpu01 > Kernels > {state} work/a b.ipynb > {item}");
    kernels::make_busy(&desk.sshd);
    desk.desktop
        .wait_within(&kernel("●", "Interrupt"), PATIENCE);
    desk.desktop.click(&kernel("●", "Interrupt"));
    desk.desktop
        .wait_within(&kernel("○", "Open Notebook"), SOON);
    assert_eq!(told(&desk), [""; 0]);

    // The default of the question is not to.
    kernels::run_cells(&desk.sshd, &["kept = 1"]);
    desk.desktop.click(&kernel("○", "Restart…"));
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    let note = |name: &str| {
        format!("import pathlib; (pathlib.Path.home() / '{name}').write_text(str('kept' in dir()))")
    };
    let written = |name: &str| {
        let read = || desk.sshd.home().read(name).filter(|text| !text.is_empty());
        eventually(PATIENCE, || read().is_some())
            .then(read)
            .flatten()
    };
    kernels::run_cells(&desk.sshd, &[&note("before")]);
    assert_eq!(written("before").as_deref(), Some("True"));
    desk.desktop.click(&kernel("○", "Restart…"));
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_for_no_dialog();
    let is_new = || {
        let ran = kernels::try_cells(&desk.sshd, &[&note("after")]);
        ran && written("after").as_deref() == Some("False")
    };
    assert!(eventually(PATIENCE, is_new));

    kernels::start_kernel(&desk.client, "gpu01");
    desk.desktop.wait_within("● gpu01: 2 kernels", PATIENCE);
    desk.desktop.click(&kernel("○", "Shut Down…"));
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_within("● gpu01: 1 kernel", PATIENCE);
    desk.desktop
        .wait_for("gpu01 > Kernels > python3 without a notebook (starting) > Restart…");
}
