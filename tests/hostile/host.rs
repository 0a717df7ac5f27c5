//! Real SSH servers with hostile accounts: login shells that print for ever, schedulers that say too much or too little.

use crate::run::{Case, Outcome, click, client_of, hold};
use crate::scene::{bare, put_program};
use crate::support::Sshd;
use std::time::Duration;

/// Processes of the account end with the connection; a command of a scheduler that hangs is given 40 s there.
const SOON: Duration = Duration::from_secs(60);

const LATE: &[&str] = &["timed_out"];

/// A line for the account's start-up files.
fn shell(case: &Case<&str>) -> Result<Outcome, String> {
    let sshd = bare();
    sshd.home().append(".bashrc", &format!("{}\n", case.act));
    let outcome = click(&client_of(&sshd), case.seconds)?;
    nothing_left(&sshd).map(|()| outcome)
}

fn nothing_left(sshd: &Sshd) -> Result<(), String> {
    if sshd.empties_within(SOON) {
        Ok(())
    } else {
        Err(format!("left there: {:?}", sshd.leftovers()))
    }
}

#[test]
fn a_login_shell_that_prints_for_ever_ends_the_click_in_time() {
    let case = |name, act| Case {
        name,
        act,
        codes: LATE,
        seconds: "5",
    };
    hold(
        &[
            case("lines without an end", "yes"),
            case("a line without an end", "cat /dev/zero"),
            case("errors without an end", "yes >&2"),
            case(
                "both, and it reads the script",
                "yes >&2 & yes & cat >/dev/null",
            ),
            case(
                "control characters without an end",
                "yes \"$(printf '\\033[2J\\007')\"",
            ),
        ],
        shell,
    );
}

/// The script of a scheduler's list, which its other commands are too. Nothing may be submitted.
fn scheduler(case: &Case<&str>) -> Result<Outcome, String> {
    let sshd = bare();
    for command in ["squeue", "scontrol", "sinfo", "sacct", "scancel"] {
        put_program(sshd.home(), command, case.act);
    }
    // Its version is asked for, to know whether it is there.
    let sbatch = "[ \"$*\" = --version ] || echo \"$*\" >>\"$HOME/submitted\"; echo 7";
    put_program(sshd.home(), "sbatch", sbatch);
    let client = client_of(&sshd);
    client.configure("[[host]]\nname = \"gpu77\"\nlauncher = \"slurm\"\n");
    let outcome = click(&client, case.seconds)?;
    nothing_left(&sshd)?;
    match sshd.home().read("submitted") {
        None => Ok(outcome),
        Some(calls) => Err(format!(
            "a job was submitted: {calls:?}: {}",
            outcome.finished
        )),
    }
}

#[test]
fn a_scheduler_that_says_too_much_too_little_or_nothing_ends_the_click_and_gets_no_job() {
    let silent: &[&str] = &["scheduler_silent"];
    let case = |name, act, codes| Case {
        name,
        act,
        codes,
        seconds: "8",
    };
    hold(
        &[
            case("hangs", "exec sleep 4719", LATE),
            case(
                "lines without an end",
                "exec yes '12|remote-jupyter|RUNNING|'",
                LATE,
            ),
            case("errors without an end", "exec yes >&2", LATE),
            case(
                "megabytes that are no list",
                "head -c 8388608 /dev/zero | tr '\\0' x",
                &["scheduler_silent", "timed_out"],
            ),
            case(
                "a list that was cut off",
                "printf '12|remote-jup'; echo 'squeue: error: Unexpected message received' >&2; exit 1",
                silent,
            ),
            case(
                "another language",
                "echo 'squeue: Fehler: Keine Verbindung möglich: Verbindung verweigert' >&2; exit 1",
                silent,
            ),
            case(
                "control characters",
                "printf '\\033]0;evil\\007\\033[2Jsqueue: error' >&2; exit 1",
                silent,
            ),
            case("a signal", "kill -9 $$", silent),
        ],
        scheduler,
    );
}
