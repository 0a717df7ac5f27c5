//! Our logins against OpenSSH's, by running both: a table of cases, and for each a real `ssh` and our own login at the
//! same throw-away server. What is compared: whether it gets in, which keys and certificates the server saw, in which
//! order, and what the user was asked. No results are stored.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/at_once.rs"]
mod at_once;
mod cases;
mod keys;
mod run;
mod servers;

use std::collections::BTreeSet;

use at_once::at_once;
use run::Outcome;
use servers::Scene;

#[test]
fn every_login_is_that_of_openssh_or_stricter_on_purpose() {
    let scene = Scene::start();
    let mut cases = cases::all();
    let same = cases.len();
    cases.extend(cases::stricter());
    let kinder = cases.len();
    cases.extend(cases::kinder());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "each case has a name of its own");
    assert!(same >= 150, "{same} cases");

    let results = at_once(&cases, |at, case| run::both(&scene, case, at));
    let mut wrong = Vec::new();
    for (at, (case, (ssh, ours))) in cases.iter().zip(&results).enumerate() {
        if (ssh == ours) != (at < same) {
            wrong.push(format!("{}\n  ssh:  {ssh:?}\n  ours: {ours:?}", case.name));
        }
        let is_kinder = !ssh.gets_in && ours.gets_in;
        assert_eq!(is_kinder, at >= kinder, "{}: {ssh:?} {ours:?}", case.name);
    }
    let (count, all) = (wrong.len(), cases.len());
    assert!(
        wrong.is_empty(),
        "{count} of {all} cases differ:\n{}",
        wrong.join("\n")
    );
    // A table in which everything has the same outcome would prove nothing.
    let count = |is: fn(&Outcome) -> bool| results.iter().filter(|(ssh, _)| is(ssh)).count();
    for (what, found) in [
        ("get in", count(|ssh| ssh.gets_in)),
        ("are refused", count(|ssh| !ssh.gets_in)),
        ("show several keys", count(|ssh| ssh.seen.len() > 1)),
        ("ask something", count(|ssh| !ssh.asked.is_empty())),
    ] {
        assert!(found >= 20, "only {found} cases {what}");
    }
}
