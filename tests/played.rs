//! The played schedulers themselves: a job really runs, they answer in the recorded forms, and they are strict.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Command;
use std::time::{Duration, SystemTime};

use support::process::{Finished, PATIENCE, alive, finish};
use support::{Client, Home, Options, Played, Sshd, eventually};

const SOON: Duration = Duration::from_secs(20);
const FIELDS: &str = "jobid stat exec_host time_left pend_reason job_name delimiter=\"|\"";

/// An account with a scheduler, and a job in its home that says where it runs and then stays.
struct Site {
    sshd: Sshd,
    client: Client,
    played: Played,
}

impl Site {
    fn with(scheduler: fn(&Home) -> Played) -> Self {
        let sshd = Sshd::with(&Options {
            jupyter: false,
            ..Options::default()
        });
        let played = scheduler(sshd.home());
        let script = "#!/bin/bash\n#PBS -N of_script\n#BSUB -J of_script\n\
            echo \"$PWD ${PBS_JOBID:-$LSB_JOBID}\" >ran.new; mv ran.new \"$HOME/ran\"; echo said; exec sleep 4711\n";
        sshd.home().write("stays.sh", script);
        let client = Client::of(&sshd);
        Self {
            sshd,
            client,
            played,
        }
    }

    fn ask(&self, command: &str) -> Finished {
        let login = format!("bash -lc {}", shell_word(command));
        finish(&mut self.client.ssh(&["test", &login]), PATIENCE)
    }

    /// Standard output of a command that succeeds.
    fn tell(&self, command: &str) -> String {
        let out = self.ask(command);
        assert_eq!(out.code, Some(0), "{command}: {out}");
        out.stdout
    }

    /// A command that fails with this status and these words.
    fn fails(&self, command: &str, status: i32, words: &str) {
        let out = self.ask(command);
        assert!(
            out.code == Some(status) && out.stderr.contains(words),
            "{command}: {out}"
        );
    }

    fn becomes(&self, state: &str) {
        let state_is = || {
            let job = self.played.jobs().pop();
            job.is_some_and(|job| job.state == state)
        };
        assert!(
            eventually(SOON, state_is),
            "not {state}: {:?}",
            self.played.jobs()
        );
    }

    /// Waits until the newest job's own first step is done.
    fn runs(&self) -> String {
        assert!(
            eventually(SOON, || self.sshd.home().read("ran").is_some()),
            "{:?}",
            self.played.jobs()
        );
        self.sshd.home().read("ran").unwrap().trim().to_owned()
    }

    /// The newest job is over, and its processes are gone.
    fn is_gone(&self) {
        self.becomes("done");
        let job = self.played.jobs().pop().unwrap();
        let pid = job.pid.expect("it ran").to_string();
        assert!(!alive(&pid), "{job:?}");
    }
}

fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn node() -> String {
    support::process::must(Command::new("uname").arg("-n"))
        .trim()
        .to_owned()
}

#[test]
fn pbs_runs_a_job_and_ends_it() {
    let site = Site::with(Played::pbs);
    assert_eq!(site.tell("qstat --version"), "pbs_version = 23.06.06\n");
    assert_eq!(site.tell("qstat; qselect"), "");
    let command =
        "qsub -S /bin/sh -j oe -o out -l select=1:ncpus=2:mem=1gb -l walltime=1:00:00 <stays.sh";
    let job = site.tell(command).trim().to_owned();
    assert!(job.starts_with("1."), "{job}");
    let home = site.sshd.home().path().to_str().unwrap();
    assert_eq!(site.runs(), format!("{home} {job}"));
    let full = site.tell(&format!("qstat -f {job}"));
    for line in [
        format!("Job Id: {job}"),
        "    Job_Name = of_script".into(),
        "    job_state = R".into(),
        format!("    exec_host = {}/0", node()),
        "    Resource_List.select = 1:ncpus=2:mem=1gb".into(),
        "    Resource_List.walltime = 01:00:00".into(),
    ] {
        assert!(full.lines().any(|found| found == line), "{line}: {full}");
    }
    let widest = full.lines().map(|line| line.trim_start_matches('\t').len());
    assert!(widest.max() <= Some(79), "{full}");
    let json: serde_json::Value = serde_json::from_str(&site.tell("qstat -f -F json")).unwrap();
    assert_eq!(json["Jobs"][&job]["job_state"], "R");
    assert_eq!(site.tell("qselect -u \"$(id -un)\"").trim(), job);
    assert_eq!(
        site.sshd.home().read("out"),
        None,
        "output comes at the end"
    );
    site.tell(&format!("qdel {job}"));
    site.is_gone();
    assert_eq!(site.sshd.home().read("out").as_deref(), Some("said\n"));
    site.fails(
        &format!("qstat {job}"),
        35,
        "Job has finished, use -x or -H",
    );
    let json: serde_json::Value = serde_json::from_str(&site.tell("qstat -x -f -F json")).unwrap();
    assert_eq!(json["Jobs"][&job]["Exit_status"], 271);
    let calls = site.played.calls();
    assert!(
        calls
            .iter()
            .any(|call| call.ends_with(&format!(" qdel {job}")))
    );
}

#[test]
fn torque_differs_where_it_does() {
    let site = Site::with(Played::torque);
    assert!(site.ask("qstat --version").stderr.starts_with("Version: 6"));
    site.fails("qsub -l select=1:ncpus=1 stays.sh", 187, "Unknown resource");
    let word = "cannot locate feasible nodes";
    site.fails("qsub -l nodes=1:ppn=64 stays.sh", 188, word);
    let job = site.tell("qsub -j oe -o out -l nodes=1:ppn=2 -l walltime=600 stays.sh");
    site.runs();
    let full = site.tell("qstat -f");
    assert!(full.contains("    Walltime.Remaining = 59"), "{full}");
    let xml = site.tell("qstat -x");
    assert!(xml.contains("<job_state>R</job_state>"), "{xml}");
    site.fails("qstat 99", 153, "Unknown Job Id Error 99.");
    site.tell(&format!("qdel {job}"));
    site.is_gone();
    assert!(
        site.tell("qstat").contains(" C batch"),
        "it stays for a while"
    );
    assert_eq!(site.tell("qselect"), job);
}

#[test]
fn lsf_runs_a_job_and_ends_it() {
    let site = Site::with(Played::lsf);
    let list = format!("bjobs -noheader -o '{FIELDS}'");
    site.fails(&list, 255, "No unfinished job found");
    site.tell("mkdir -p here");
    let said = site.tell("cd here && bsub -o out -q normal -n 1 -W 1:30 <../stays.sh");
    assert_eq!(said, "Job <1> is submitted to queue <normal>.\n");
    let home = site.sshd.home().path().to_str().unwrap();
    assert_eq!(
        site.runs(),
        format!("{home}/here 1"),
        "where it was submitted"
    );
    let line = format!("1|RUN|{}|1:29 L|-|of_script\n", node());
    assert_eq!(site.tell(&list), line);
    let json = site.tell(&format!("bjobs -json -o '{FIELDS}'"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["RECORDS"][0]["STAT"], "RUN");
    assert_eq!(site.tell("bkill 1"), "Job <1> is being terminated\n");
    site.is_gone();
    let report = site.sshd.home().read("here/out").unwrap();
    assert!(
        report.contains("TERM_OWNER") && report.ends_with("said\n"),
        "{report}"
    );
    site.fails("bkill 1", 255, "Job <1>: Job has already finished");
    site.fails("bkill 9", 255, "Job <9>: No matching job found");
}

#[test]
fn what_waits_says_why() {
    let site = Site::with(Played::pbs);
    let comment = |word: &str| eventually(SOON, || site.tell("qstat -f").contains(word));
    site.played.close_queue();
    let job = site.tell("qsub stays.sh");
    assert!(comment(
        "comment = Not Running: Insufficient amount of resource"
    ));
    site.played.hold(&job);
    let full = site.tell("qstat -f");
    assert!(
        full.contains("job_state = H") && full.contains("Hold_Types = o"),
        "{full}"
    );
    site.played.release(&job);
    site.played.never_start();
    assert!(comment("comment = Can Never Run: "));
    site.tell(&format!("qdel {job}"));
    site.tell("qsub -l select=1:ncpus=64 stays.sh");
    let words = "comment = Can Never Run: Insufficient amount of resource: ncpus (R: 64";
    assert!(comment(words), "{}", site.tell("qstat -f"));
    assert_eq!(site.sshd.home().read("ran"), None);

    let site = Site::with(Played::lsf);
    site.played.close_queue();
    let start = SystemTime::now() + Duration::from_secs(7200);
    site.played.estimate(start);
    site.tell("bsub <stays.sh; bsub -H <stays.sh");
    let list = "bjobs -noheader -o 'stat estimated_start_time pend_reason delimiter=\"|\"'";
    let told = site.tell(list);
    let lines: Vec<&str> = told.lines().collect();
    assert!(
        lines[0].starts_with("PEND|") && !lines[0].contains("|-|"),
        "{told}"
    );
    assert_eq!(
        lines[1],
        "PSUSP|-|Job was suspended by the user while pending;"
    );
    site.played.never_start();
    assert!(site.tell(list).contains("never satisfied;"));
    site.tell("bkill 1 2");
    site.fails(list, 255, "No unfinished job found");
}

#[test]
fn a_job_waits_its_time_and_ends_with_its_time() {
    for (scheduler, submit, status) in [
        (Played::pbs as fn(&Home) -> Played, "qsub stays.sh", -15),
        (Played::torque, "qsub stays.sh", -15),
        (Played::lsf, "bsub -W 1 <stays.sh", -12),
    ] {
        let site = Site::with(scheduler);
        site.played.wait(Duration::from_secs(2));
        site.played.cut_short(Duration::from_secs(1));
        site.tell(submit);
        site.becomes("queued");
        site.is_gone();
        let job = site.played.jobs().remove(0);
        // SIGUSR2 is 31 on macOS.
        let status = if cfg!(target_os = "macos") && status == -12 {
            -31
        } else {
            status
        };
        assert!(job.over && job.status == Some(status), "{job:?}");
        assert!(site.sshd.home().read("ran").is_some());
    }
}

#[test]
fn what_the_real_commands_refuse_is_refused() {
    let site = Site::with(Played::pbs);
    for (command, status, words) in [
        ("qsub -Y stays.sh", 2, "qsub: invalid option -- 'Y'"),
        ("qsub -q nosuch stays.sh", 170, "qsub: Unknown queue"),
        (
            "qsub -l nosuch=1 stays.sh",
            187,
            "qsub: Unknown resource Resource_List.nosuch",
        ),
        (
            "qsub -l select=1:ncpus=1 -l mem=1gb stays.sh",
            1,
            "cannot be used with",
        ),
        ("qsub -j both stays.sh", 2, "illegal -j value"),
        (
            "qsub -l walltime=1-00:00:00 stays.sh",
            166,
            "Illegal attribute or resource value",
        ),
        (
            "qsub nosuch.sh",
            1,
            "qsub: script file:: No such file or directory",
        ),
        ("qstat 9999", 153, "qstat: Unknown Job Id 9999."),
        ("qdel 9999", 153, "qdel: Unknown Job Id 9999."),
        ("qstat -xml", 2, "invalid option"),
        ("qsub -I", 99, "left out"),
    ] {
        site.fails(command, status, words);
    }
    site.played.refuse("no hours left in project x");
    site.fails("qsub stays.sh", 32, "qsub: no hours left in project x");
    assert_eq!(site.played.jobs(), []);
    site.played.stop_server();
    site.fails("qselect", 255, "qselect: cannot connect to server");

    let site = Site::with(Played::lsf);
    for (command, words) in [
        ("bsub --parsable <stays.sh", "illegal option"),
        (
            "bsub -q nosuch <stays.sh",
            "nosuch: No such queue. Job not submitted.",
        ),
        (
            "bsub -n 64 <stays.sh",
            "Too many processors requested. Job not submitted.",
        ),
        (
            "bsub -R 'rusage[mem=]' <stays.sh",
            "Error in rusage section. Job not submitted.",
        ),
        ("bsub -W 1:00:00 <stays.sh", "Job not submitted."),
        (
            "bsub -J 'a[b' <stays.sh",
            "Bad job name. Job not submitted.",
        ),
        ("bjobs -noheader -json -o jobid", "-noheader"),
        ("bjobs -o 'nosuch delimiter=\"|\"'", "nosuch"),
    ] {
        site.fails(command, 255, words);
    }
    site.played.refuse("no hours left in project x");
    site.fails(
        "bsub <stays.sh",
        255,
        "Request aborted by esub. Job not submitted.",
    );
    assert_eq!(site.played.jobs(), []);
}

#[test]
fn a_job_of_several_slots_is_killed_without_a_word() {
    let site = Site::with(Played::lsf);
    site.tell("bsub -n 2 <stays.sh");
    site.runs();
    site.tell("bkill 1");
    site.is_gone();
    assert_eq!(site.played.jobs()[0].status, Some(-9));
}

#[test]
fn only_a_login_finds_them_and_nothing_outlives_the_server() {
    let site = Site::with(Played::pbs);
    // The machine itself may have another scheduler's.
    let bare = finish(&mut site.client.ssh(&["test", "command -v qsub"]), PATIENCE);
    assert!(!bare.stdout.contains(".played"), "{bare}");
    assert!(site.tell("command -v qsub").contains(".played"));
    site.tell("qsub stays.sh");
    site.runs();
    let pid = site.played.jobs()[0].pid.unwrap().to_string();
    assert!(alive(&pid));
    site.played.lose("1");
    assert!(eventually(SOON, || !alive(&pid)));
    site.fails("qstat 1", 153, "Unknown Job Id");
    site.tell("qsub stays.sh");
    site.becomes("running");
    assert!(eventually(SOON, || site.played.jobs()[0].pid.is_some()));
    let pid = site.played.jobs()[0].pid.unwrap().to_string();
    drop(site);
    assert!(eventually(SOON, || !alive(&pid)));
}
