//! Profiles in the menu, and what a terminal hands to the app for one start.

use crate::desk::{Desk, servers};
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{Client, FakeScheduler, Opened, Sshd, eventually, kernels};

/// A host without a scheduler, with a profile.
const HOST: &str = "[[host]]\nname = \"gpu01\"\nssh = \"test\"\n\
    [host.profile.salt]\nenv = { FLAVOUR = \"salt\" }\n[host.profile.none]\n";
const JOB: &str = "[[host]]\nname = \"job\"\nssh = \"test\"\nlauncher = \"pbs\"\nwalltime = \"0:50:00\"\n\
    [host.profile.big]\ncores = 2\nwalltime = \"0:40:00\"\n";

/// Waits for the hosts' own lines, as signs and names.
#[track_caller]
fn wait_for_hosts(desk: &Desk, want: &[&str]) {
    let hosts = || -> Vec<String> {
        let lines = desk.desktop.hosts().into_iter();
        let name = |line: String| line.split(": ").next().unwrap_or_default().to_owned();
        // Aliases of the ssh configuration come after those of the configuration.
        lines.map(name).take(want.len()).collect()
    };
    assert!(eventually(PATIENCE, || hosts() == want), "{:?}", hosts());
}

#[test]
fn start_with_a_profile_brings_a_tab_and_a_line_of_its_own() {
    let desk = Desk::around(Sshd::start(), &[], HOST);
    let texts = desk.desktop.texts();
    for item in ["gpu01 > Start With > salt", "gpu01 > Start With > none"] {
        assert!(texts.iter().any(|text| text == item), "{texts:#?}");
    }
    assert!(
        !texts.iter().any(|text| text.contains("gpu01:salt")),
        "{texts:#?}"
    );
    desk.desktop.click("gpu01 > Start With > salt");
    wait_for_hosts(&desk, &["● gpu01:salt", "○ gpu01"]);
    desk.wait_for_pages(1);
    assert_eq!(desk.desktop.notifications()[0].title, "gpu01:salt is ready");
    desk.connect("gpu01");
    wait_for_hosts(&desk, &["● gpu01", "● gpu01:salt"]);
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (2, 2));

    // Once more is its tab again; so is a terminal's word.
    desk.desktop.click("gpu01 > Start With > salt");
    desk.wait_for_pages(3);
    let out = desk
        .client
        .run(&["open", "gpu01", "--profile", "salt", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(out.last_event()["host"], "gpu01:salt");
    desk.wait_for_pages(4);
    assert_eq!(servers(&desk.sshd), 2);

    desk.desktop.click("gpu01:salt > Disconnect");
    wait_for_hosts(&desk, &["● gpu01"]);
    let gone = || {
        !desk
            .desktop
            .texts()
            .iter()
            .any(|text| text.contains("gpu01:salt"))
    };
    assert!(eventually(SOON, gone), "{:?}", desk.desktop.texts());
    assert_eq!(servers(&desk.sshd), 2, "it goes on");
    desk.desktop.click("gpu01 > Start With > salt");
    wait_for_hosts(&desk, &["● gpu01", "● gpu01:salt"]);
    desk.desktop.click("gpu01:salt > Stop Jupyter");
    wait_for_hosts(&desk, &["● gpu01"]);
    assert!(eventually(SOON, || servers(&desk.sshd) == 1));
}

#[test]
fn the_app_takes_over_a_profile_of_the_command_line_and_finds_it_again_after_a_restart() {
    let mut desk = Desk::around(Sshd::start(), &[], HOST);
    let out = desk.client.run(&["open", "gpu01", "--profile", "salt"]);
    assert_eq!(out.code, Some(0), "{out}");
    wait_for_hosts(&desk, &["● gpu01:salt", "○ gpu01"]);
    let port = |desk: &Desk| kernels::ready(&desk.client, "gpu01:salt")["local_port"].clone();
    let before = port(&desk);
    desk.desktop.click("Quit Remote Jupyter");
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    wait_for_hosts(&desk, &["● gpu01:salt", "○ gpu01"]);
    assert_eq!(port(&desk), before);
    assert_eq!(servers(&desk.sshd), 1);
}

#[test]
fn the_app_shows_and_closes_a_profiles_tunnel_of_a_terminal() {
    let open = |client: &Client| {
        let mut opened = client.open("gpu01:salt");
        opened.wait_phase("ready");
        opened
    };
    let (desk, mut opened) = Desk::after(Sshd::start(), &[], HOST, open);
    wait_for_hosts(&desk, &["● gpu01:salt", "○ gpu01"]);
    let mut other = desk.client.open("gpu01:none");
    // The app has taken it over.
    assert_eq!(other.wait_exit().code, Some(0));
    wait_for_hosts(&desk, &["● gpu01:salt", "● gpu01:none", "○ gpu01"]);
    desk.desktop.click("gpu01:salt > Disconnect");
    assert_eq!(opened.wait_exit().code, Some(0));
    wait_for_hosts(&desk, &["● gpu01:none", "○ gpu01"]);
    assert_eq!(servers(&desk.sshd), 2);
}

#[test]
fn resources_of_a_terminal_travel_to_the_app_that_starts_the_job() {
    let sshd = Sshd::start();
    let fake = FakeScheduler::pbs(sshd.home());
    let desk = Desk::around(sshd, &[], JOB);
    let submitted = || -> Vec<String> {
        let calls = fake.calls().into_iter();
        calls
            .filter(|call| call.contains("qsub") && call.contains("walltime"))
            .collect()
    };
    let out = desk.client.run_within(
        &["open", "job", "--cores", "3", "--walltime", "0:45:00"],
        PATIENCE,
    );
    assert_eq!(out.code, Some(0), "{out}");
    wait_for_hosts(&desk, &["● job"]);
    let [own] = &submitted()[..] else {
        panic!("{:?}", submitted())
    };
    assert!(
        own.contains("ncpus=3") && own.contains("walltime=0:45:00"),
        "{own}"
    );

    // Nothing is about to start: the app's tunnel is left as it is.
    let out = desk.client.run(&["open", "job", "--cores", "1"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(
        out.stderr.contains("job is open already, and --cores 1"),
        "{out}"
    );
    assert_eq!(submitted().len(), 1);

    desk.desktop.click("job > Start With > big");
    wait_for_hosts(&desk, &["● job", "● job:big"]);
    let big = submitted().pop().unwrap();
    assert!(
        big.contains("ncpus=2") && big.contains("walltime=0:40:00"),
        "{big}"
    );
    assert_eq!(
        fake.jobs()
            .iter()
            .filter(|job| job.state == "running")
            .count(),
        2
    );
    for name in ["job:big", "job"] {
        let out = desk.client.run_within(&["stop", name, "--yes"], PATIENCE);
        assert_eq!(out.code, Some(0), "{out}");
    }
    let ended = || fake.jobs().iter().all(|job| job.state == "done");
    assert!(eventually(SOON, ended), "{:?}", fake.jobs());
}
