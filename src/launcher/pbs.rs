//! PBS Professional, `OpenPBS` and Torque: `qsub`, `qstat`, `qselect`, `qdel`. Met: `OpenPBS` 23.06.06;
//! Torque by its documentation alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::quote;
use super::resources::{Line, clock, hours, seconds};
use super::scheduler::{Clock, Dialect, Job, JobState, Output, Scheduler, Stranger};
use crate::config::{Host, LauncherKind};

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Pbs;

impl Scheduler for Pbs {
    fn word(&self) -> &'static str {
        "pbs"
    }

    fn name(&self) -> &'static str {
        "PBS"
    }

    /// SGE has a `qsub` and a `qstat` too, and takes `--version` for a mistake.
    fn probe(&self) -> &'static str {
        "LC_ALL=C qstat --version 2>&1 </dev/null | head -3; command -v qsub >/dev/null"
    }

    /// `pbs_version = 23.06.06`, or Torque's `Version: 6.1.2` (older: `version: 4.2.10`).
    fn dialect(&self, probe: &Output) -> Result<Dialect, Stranger> {
        let begins = |word: &str| {
            let mut lines = probe.out.lines();
            lines.any(|line| line.trim().to_lowercase().starts_with(word))
        };
        match () {
            () if probe.status != 0 => Err(Stranger::Absent("qsub: not found".into())),
            () if begins("pbs_version") => Ok(Dialect::Usual),
            () if begins("version:") => Ok(Dialect::Torque),
            () => Err(Stranger::Other(LauncherKind::Sge)),
        }
    }

    /// PBS asks for chunks (`select`), Torque for nodes. The output file is written at the job's end
    /// only; the job itself writes its log.
    fn submit(&self, host: &Host, dialect: Dialect) -> String {
        let generated = "-S /bin/sh -j oe -o \"$rj_dir/batch.log\" -r n";
        let mut line = Line::submission(self, "qsub", generated, "-q", host);
        let resources = match dialect {
            Dialect::Usual => chunk(host),
            Dialect::Torque => nodes(host),
        };
        for resource in &resources {
            line = line.option("-l", Some(resource));
        }
        if let Some(walltime) = &host.walltime {
            line = line.ours(&format!("-l walltime={}", hours(walltime)));
        }
        line.end(host)
    }

    /// `12.server`: a number with a dot, or alone.
    fn id(&self, printed: &str) -> Option<String> {
        printed.lines().rev().map(str::trim).find_map(|line| {
            let number = line.split('.').next()?;
            let good = !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !line.contains(char::is_whitespace);
            good.then(|| line.to_owned())
        })
    }

    /// Attributes as text, which every PBS and Torque prints alike (JSON is PBS Pro's alone, XML
    /// Torque's). `qselect` first: without an operand `qstat -f` prints everybody's jobs.
    fn list(&self) -> Cow<'static, str> {
        concat!(
            "rj_ids=$(LC_ALL=C qselect -u \"$(id -un)\") && ",
            "if [ -n \"$rj_ids\" ]; then LC_ALL=C qstat -f $rj_ids; fi"
        )
        .into()
    }

    /// A job that ended between the two commands is told on standard error, with a status; the
    /// others are there.
    fn jobs(&self, list: &Output) -> Result<Vec<Job>, String> {
        let jobs: Vec<Job> = blocks(&list.out)
            .iter()
            .filter_map(|(id, attributes)| job(id, attributes, list.clock))
            .collect();
        let vanished = list.err.contains("Unknown Job Id") || list.err.contains("has finished");
        if list.status != 0 && jobs.is_empty() && !vanished {
            return Err(list.words());
        }
        Ok(jobs)
    }

    /// `Output_Path = HOST:PATH`; a long one goes on after a line break and a tab.
    fn output(&self, id: &str) -> String {
        format!("LC_ALL=C qstat -f {} | awk '{OUTPUT}'", quote(id))
    }

    fn delivers_at_end(&self) -> bool {
        true
    }

    fn cancel(&self, id: &str) -> String {
        format!("LC_ALL=C qdel {}", quote(id))
    }

    /// `qalter` takes the whole time, and no more of it. On a job that runs only an operator may raise it,
    /// unless the site says otherwise (PBS Professional's Reference Guide, "qalter").
    fn extend(&self, id: &str, _: u64, limit: Option<u64>) -> Option<String> {
        let limit = clock(limit?);
        Some(format!("LC_ALL=C qalter -l walltime={limit} {}", quote(id)))
    }

    fn name_option(&self) -> &'static [&'static str] {
        &["-N"]
    }
}

/// One line, as every command of the conversation.
const OUTPUT: &str = concat!(
    r#"function attribute() { at = index(text, " = "); name = substr(text, 1, at - 1); "#,
    r#"gsub(/ /, "", name); v[name] = substr(text, at + 3); sub(/^[^\/:]*:/, "", v[name]) } "#,
    r#"/^\t/ { text = text substr($0, 2); next } { attribute(); text = $0 } END { attribute(); "#,
    r#"if (v["Join_Path"] != "eo" && v["Output_Path"] != "") print v["Output_Path"]; "#,
    r#"if (v["Join_Path"] != "oe" && v["Error_Path"] != "") print v["Error_Path"] }"#,
);

fn chunk(host: &Host) -> Vec<String> {
    let mut chunk = Vec::new();
    if let Some(cores) = host.cores {
        chunk.push(format!("ncpus={cores}"));
    }
    if let Some(memory) = &host.memory {
        chunk.push(format!("mem={}b", memory.to_lowercase()));
    }
    if let Some(gpus) = host.gpus.filter(|gpus| *gpus > 0) {
        chunk.push(format!("ngpus={gpus}"));
    }
    if chunk.is_empty() {
        return chunk;
    }
    vec![format!("select=1:{}", chunk.join(":"))]
}

fn nodes(host: &Host) -> Vec<String> {
    let mut resources = Vec::new();
    let gpus = host.gpus.filter(|gpus| *gpus > 0);
    if host.cores.is_some() || gpus.is_some() {
        let gpus = gpus.map_or(String::new(), |gpus| format!(":gpus={gpus}"));
        resources.push(format!("nodes=1:ppn={}{gpus}", host.cores.unwrap_or(1)));
    }
    if let Some(memory) = &host.memory {
        resources.push(format!("mem={}b", memory.to_lowercase()));
    }
    resources
}

type Attributes = BTreeMap<String, String>;

/// `Job Id: ID`, then `    name = value` lines; a long value goes on after a line break and a tab.
fn blocks(text: &str) -> Vec<(String, Attributes)> {
    let text = text.replace("\n\t", "");
    let mut blocks: Vec<(String, Attributes)> = Vec::new();
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("Job Id:") {
            blocks.push((id.trim().to_owned(), Attributes::new()));
        } else if let (Some((_, attributes)), Some((name, value))) =
            (blocks.last_mut(), line.split_once(" = "))
        {
            attributes.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    blocks
}

fn job(id: &str, attributes: &Attributes, clock: Clock) -> Option<Job> {
    let get = |name: &str| attributes.get(name).map(String::as_str);
    let word = get("job_state")?;
    let comment = get("comment").unwrap_or_default();
    let state = match word {
        // PBS holds by itself what waits for another job.
        "H" if get("depend").is_some() => JobState::Waiting,
        "H" => JobState::Held,
        "Q" | "W" | "T" if comment.starts_with("Can Never Run") => JobState::Never,
        "Q" | "W" | "T" => JobState::Waiting,
        "R" | "S" | "U" | "B" => JobState::Running,
        // Finished, or Torque's "completed", which it keeps for some minutes.
        "F" | "C" | "X" => return None,
        _ => JobState::Ending,
    };
    let runs = state == JobState::Running;
    let time = |name| get(name).and_then(time).map(|time| clock.epoch(time));
    let started = time("stime").or_else(|| time("start_time"));
    let started = started.filter(|_| runs);
    let limit = get("Resource_List.walltime").map(seconds);
    let limit = limit.and_then(|limit| i64::try_from(limit).ok());
    let reason = match (comment, word) {
        ("", "H") => format!("Hold_Types = {}", get("Hold_Types").unwrap_or("?")),
        (comment, _) => comment.to_owned(),
    };
    Some(Job {
        id: id.to_owned(),
        name: get("Job_Name").unwrap_or_default().to_owned(),
        queue: String::new(),
        state,
        word: word.to_owned(),
        reason: if runs { String::new() } else { reason },
        // "c1/0*4+c2/0", the first being where the script runs.
        node: get("exec_host")
            .and_then(|host| host.split(['/', '+']).next())
            .map(str::to_owned),
        place: None,
        start_estimate: time("estimated.start_time").filter(|_| !runs),
        started,
        ends: started.zip(limit).map(|(started, limit)| started + limit),
    })
}

/// `Sun Nov 22 18:46:05 2026`
fn time(text: &str) -> Option<DateTime> {
    DateTime::strptime("%a %b %e %H:%M:%S %Y", text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The first job as `OpenPBS` 23.06.06 printed it, with a walltime added; the two others with the
    /// values that it told of such jobs as JSON.
    const LIST: &str = include_str!("recorded/pbs-list.txt");

    #[test]
    fn real_lists_are_read() {
        let jobs = Pbs.jobs(&Output::printed(LIST)).unwrap();
        let states: Vec<_> = jobs
            .iter()
            .map(|job| (job.id.as_str(), job.state))
            .collect();
        assert_eq!(
            states,
            [
                ("1.login", JobState::Running),
                ("3.login", JobState::Never),
                ("4.login", JobState::Held),
            ]
        );
        assert_eq!(jobs[0].name, "jupyter_notebook_server_long_name");
        assert_eq!(jobs[0].node.as_deref(), Some("c1"));
        let started = jobs[0].started.unwrap();
        assert_eq!(started, 1_795_373_165);
        assert_eq!(jobs[0].ends, Some(started + 3600));
        assert!(
            jobs[1]
                .reason
                .starts_with("Can Never Run: Insufficient amount of resource")
        );
        assert_eq!(jobs[2].reason, "Hold_Types = u");
    }

    #[test]
    fn a_long_value_is_one() {
        let blocks = blocks(LIST);
        let path = &blocks[0].1["Variable_List"];
        assert!(path.contains("/usr/local/bin:/usr/bin"), "{path}");
    }

    #[test]
    fn a_job_that_ended_meanwhile_is_no_error() {
        let gone = Output {
            status: 153,
            err: "qstat: Unknown Job Id 9999.login\n".into(),
            ..Output::default()
        };
        assert_eq!(Pbs.jobs(&gone), Ok(vec![]));
        let down = Output {
            status: 255,
            err: "Connection refused\nqselect: cannot connect to server login (errno=111)\n".into(),
            ..Output::default()
        };
        assert!(Pbs.jobs(&down).unwrap_err().contains("cannot connect"));
    }

    #[test]
    fn its_kinds_are_told_apart() {
        let status = |out: &str, status| Output {
            status,
            out: out.to_owned(),
            ..Output::default()
        };
        let dialect = |out| Pbs.dialect(&status(out, 0));
        assert_eq!(dialect("pbs_version = 23.06.06\n"), Ok(Dialect::Usual));
        assert_eq!(
            dialect("Version: 6.1.2\nCommit: 661e092\n"),
            Ok(Dialect::Torque)
        );
        assert_eq!(dialect("version: 4.2.10\n"), Ok(Dialect::Torque));
        assert_eq!(
            dialect("ERROR! invalid option argument \"--version\"\nSGE 8.1.9\n"),
            Err(Stranger::Other(LauncherKind::Sge))
        );
        assert!(matches!(
            Pbs.dialect(&status("sh: qstat: not found\n", 1)),
            Err(Stranger::Absent(_))
        ));
    }

    #[test]
    fn resources_are_translated() {
        let mut host = Host::named("h");
        host.queue = Some("workq".into());
        host.cores = Some(4);
        host.memory = Some("8G".into());
        host.gpus = Some(1);
        host.walltime = Some("2-12:00:00".into());
        let common =
            "qsub -S /bin/sh -j oe -o \"$rj_dir/batch.log\" -r n -N 'jupyter_nb' -q 'workq'";
        assert_eq!(
            Pbs.submit(&host, Dialect::Usual),
            format!(
                "{common} -l 'select=1:ncpus=4:mem=8gb:ngpus=1' -l walltime=60:00:00 \
                 <\"$rj_dir/submit\""
            )
        );
        assert_eq!(
            Pbs.submit(&host, Dialect::Torque),
            format!(
                "{common} -l 'nodes=1:ppn=4:gpus=1' -l 'mem=8gb' -l walltime=60:00:00 \
                 <\"$rj_dir/submit\""
            )
        );
    }

    #[test]
    fn the_number_is_found_among_other_lines() {
        assert_eq!(Pbs.id("12.login\n").as_deref(), Some("12.login"));
        assert_eq!(
            Pbs.id("Project: x\n12.head.example\n").as_deref(),
            Some("12.head.example")
        );
        assert_eq!(Pbs.id("qsub: Unknown queue\n"), None);
    }

    #[test]
    fn a_script_of_ones_own_is_asked_where_it_writes() {
        let files = |more: &str| {
            let printed = format!("{more}{}", LIST.split("Job Id: 3").next().unwrap());
            let line = Pbs.output("1.login");
            crate::launcher::scheduler::ran("qstat", &printed, &line)
        };
        let joined = files("");
        assert!(
            joined.starts_with('/') && joined.lines().count() <= 2,
            "{joined}"
        );
        let printed = "Job Id: 7.login\n    Join_Path = oe\n    Output_Path = login.example:/home/me/a long \n\tname.o7\n    Error_Path = login:/x\n";
        let line = Pbs.output("7.login");
        let one = crate::launcher::scheduler::ran("qstat", printed, &line);
        assert_eq!(one, "/home/me/a long name.o7\n");
    }
}
