//! A batch job's time in the app: told before it is up, and started again with a click. The scheduler is faked (a real
//! cluster would add nothing here but its minutes); `tests/schedulers/ending.rs` has the real ones.

use crate::desk::Desk;
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{FakeScheduler, Opened, Sshd, eventually, kernels};

const HOST: &str =
    "[[host]]\nname = \"job\"\nssh = \"test\"\nlauncher = \"pbs\"\nwalltime = \"0:30:20\"\n";

/// Waits for so many notifications, and gives the newest one's title and text.
fn told(desk: &Desk, count: usize) -> (String, String) {
    let posted = || desk.desktop.notifications();
    let came = eventually(PATIENCE, || posted().len() >= count);
    assert!(came && posted().len() == count, "{:#?}", posted());
    let newest = posted().pop().unwrap();
    (newest.title, newest.body)
}

#[test]
fn time_that_runs_out_is_told_once_and_a_click_starts_the_job_again() {
    let sshd = Sshd::start();
    let fake = FakeScheduler::pbs(sshd.home());
    let mut desk = Desk::around(sshd, &[], HOST);
    desk.connect("job");
    assert_eq!(told(&desk, 1).0, "job is ready");
    kernels::start_session(&desk.client, "job", "a b.ipynb");

    let (title, text) = told(&desk, 2);
    assert_eq!(title, "job: 30 min left");
    assert!(text.contains("save your notebooks"), "{text}");
    let says = |end: &str| {
        let texts = || desk.desktop.texts();
        let says = || texts()[0].starts_with("● job: 1 kernel, ") && texts()[0].ends_with(end);
        assert!(eventually(PATIENCE, says), "{:?}", texts());
    };
    says(", 29 min left");
    desk.desktop.click_notification();
    desk.wait_for_pages(2);

    // Neither another start of the app nor another connection says it again.
    desk.desktop.click("Quit Remote Jupyter");
    desk.app.wait_exit();
    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    desk.desktop.wait_within("● job: 1 kernel, ", PATIENCE);
    assert_eq!(desk.desktop.notifications().len(), 2);

    // More time is the scheduler's to give, and it says no in its own words.
    let extend = "job > Extend by 1 Hour";
    desk.desktop.click(extend);
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    let asked = |call: &String| call.contains("qalter -l walltime=1:30:20 ");
    assert!(fake.calls().iter().any(asked), "{:?}", fake.calls());
    let offers = || desk.desktop.texts().iter().any(|text| text == extend);
    assert!(eventually(SOON, || !offers()), "it has been refused");
    fake.let_extend(true);
    let out = desk.client.run(&["extend", "job"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(told(&desk, 3).0, "job has more time");
    let says = |line: &String| line.contains("1 h 29 min left");
    assert!(eventually(SOON, || desk.desktop.texts().iter().any(says)));

    // An operator takes nearly all of it away, and the next connection knows.
    let job = fake.jobs()[0].number;
    let short = format!("bash -lc 'qalter -l walltime=0:01:40 {job}'");
    desk.client.ssh_run("test", &short);
    desk.sshd.drop_connections();
    desk.desktop
        .wait_within("▲ job: job reached its time limit", PATIENCE * 2);
    let (title, text) = told(&desk, 4);
    assert!(
        title.contains("reached its time limit (0:01:40)"),
        "{title}"
    );
    assert_eq!(text, "Click to start again with a b.ipynb.");
    let pages = desk.desktop.answers().len();
    desk.desktop.click_notification();
    desk.desktop.wait_within("● job", PATIENCE);
    desk.wait_for_pages(pages + 1);
    assert_eq!(fake.jobs().len(), 2);
    let status = desk.client.run(&["status", "job", "--json"]);
    assert!(status.stdout.contains("a%20b.ipynb"), "{status}");
    assert_eq!(told(&desk, 5).0, "job is ready");
    let is_new = || {
        let line = &desk.desktop.texts()[0];
        line.ends_with("30 min left") || line.ends_with("29 min left")
    };
    assert!(eventually(SOON, is_new), "{:?}", desk.desktop.texts());

    desk.desktop.click("job > Stop Jupyter");
    desk.desktop.wait_within("○ job", PATIENCE);
    assert!(
        desk.sshd.empties_within(SOON),
        "{:?}",
        desk.sshd.leftovers()
    );
}
