//! Our verdict on host keys against OpenSSH's, by running both: a table of cases, and for each a real `ssh` and our own
//! connection to the same throw-away server, with files of the same content. What is compared: whether the host is
//! believed, the key that was agreed on, and what stands in the known-hosts file afterwards, byte by byte.
//!
//! No results are stored. Without OpenSSH these tests fail: an agreement that nobody checked is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/at_once.rs"]
mod at_once;
mod cases;
mod certificates;
mod files;
mod known_hosts;
#[path = "../support/penalties.rs"]
mod penalties;
mod run;
mod servers;
mod skipping;

use std::collections::BTreeSet;

use at_once::at_once;
use cases::Case;
use run::Verdict;
use servers::Servers;

/// The whole table takes some minutes of a processor's time; `HOST_KEY_CASES=alias` narrows it to names with that word.
fn chosen(cases: Vec<Case>) -> Vec<Case> {
    let word = std::env::var("HOST_KEY_CASES").unwrap_or_default();
    let is_chosen = |case: &Case| case.name.contains(&word);
    cases.into_iter().filter(is_chosen).collect()
}

#[test]
fn every_verdict_is_that_of_openssh() {
    let servers = Servers::start();
    let all = cases::all();
    let names: BTreeSet<&str> = all.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "each case has a name of its own");
    assert!(all.len() >= 1000, "{} cases", all.len());

    let (count, cases) = (all.len(), chosen(all));
    let results = at_once(&cases, |_, case| run::both(&servers, case));
    let mut wrong = Vec::new();
    for (case, (ssh, ours)) in cases.iter().zip(&results) {
        if ssh != ours {
            wrong.push(format!("{}\n  ssh:  {ssh:?}\n  ours: {ours:?}", case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    if cases.len() < count {
        return;
    }
    // A table in which everything has the same outcome would prove nothing.
    for verdict in [
        Verdict::Accepted,
        Verdict::Unknown,
        Verdict::Changed,
        Verdict::Revoked,
    ] {
        let count = results
            .iter()
            .filter(|(ssh, _)| ssh.verdict == verdict)
            .count();
        assert!(count >= 15, "only {count} cases are {verdict:?}");
    }
}

/// The cases in which this program is stricter on purpose (docs/security.md): it must not take what `ssh` refuses, and
/// the difference must be there, if only with older versions of OpenSSH, or the document is out of date.
#[test]
fn where_the_verdicts_differ_ours_is_the_stricter_one() {
    let servers = Servers::start();
    let cases = chosen(cases::stricter());
    for (case, (ssh, ours)) in cases
        .iter()
        .zip(at_once(&cases, |_, case| run::both(&servers, case)))
    {
        assert!(
            case.newer_agrees || ssh.verdict != ours.verdict,
            "{}: no difference any more",
            case.name
        );
        assert_ne!(ours.verdict, Verdict::Accepted, "{}: {ssh:?}", case.name);
    }
}
