//! PBS Professional, `OpenPBS` and Torque: `qsub`, `qstat`, `qselect`, `qdel`. Met: `OpenPBS` 23.06.06;
//! Torque by its documentation alone.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::adapter::{DetectError, Dialect, Rehearsal, Scheduler};
use super::job::{Job, JobState, Presence};
use super::options::{Style, value};
use super::output::{CommandOutput, LocalTime};
use super::resources::{CommandLine, clock, hours, seconds};
use super::shell::filtered;
use crate::config::{Host, LauncherKind};
use crate::shell_quote::quote;

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Pbs;

impl Scheduler for Pbs {
    fn id(&self) -> &'static str {
        "pbs"
    }

    fn name(&self) -> &'static str {
        "PBS"
    }

    /// SGE has a `qsub` and a `qstat` too, and takes `--version` for a mistake.
    fn version_command(&self) -> &'static str {
        "LC_ALL=C qstat --version 2>&1 </dev/null | head -3; command -v qsub >/dev/null"
    }

    /// `pbs_version = 23.06.06`, or Torque's `Version: 6.1.2` (older: `version: 4.2.10`).
    fn dialect(&self, probe: &CommandOutput) -> Result<Dialect, DetectError> {
        let begins = |word: &str| {
            let mut lines = probe.out.lines();
            lines.any(|line| line.trim().to_lowercase().starts_with(word))
        };
        match () {
            () if probe.status != 0 => Err(DetectError::Absent("qsub: not found".into())),
            () if begins("pbs_version") => Ok(Dialect::Usual),
            () if begins("version:") => Ok(Dialect::Torque),
            () => Err(DetectError::Other(LauncherKind::Sge)),
        }
    }

    /// PBS asks for chunks (`select`), Torque for nodes. The output file is written at the job's end
    /// only; the job itself writes its log.
    fn submit(&self, host: &Host, dialect: Dialect) -> String {
        let generated = "-S /bin/sh -j oe -o \"$rj_dir/batch.log\" -r n";
        let mut line = CommandLine::submission(self, "qsub", generated, "-q", host);
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

    /// PBS checks a job when it is submitted alone: its queue is asked for.
    fn rehearse(&self, host: &Host, _: Dialect) -> Option<String> {
        let queue = value(Style::Getopt, &host.options, &["-q"]).or_else(|| host.queue.clone());
        let queue = queue.map(|queue| quote(&queue)).unwrap_or_default();
        Some(format!("LC_ALL=C qstat -Q {queue} 2>&1"))
    }

    fn rehearsed(&self, answer: &CommandOutput) -> Rehearsal {
        match answer.status {
            0 => Rehearsal::Queue,
            _ if answer.out.contains("Unknown queue") => Rehearsal::Refused,
            _ => Rehearsal::Open,
        }
    }

    /// `12.server`: a number with a dot, or alone; of an array `12[].server`.
    fn parse_job_id(&self, printed: &str) -> Option<String> {
        printed.lines().rev().map(str::trim).find_map(|line| {
            let number = line.split('.').next()?;
            let number = number.strip_suffix("[]").unwrap_or(number);
            let good = !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !line.contains(char::is_whitespace);
            good.then(|| line.to_owned())
        })
    }

    /// Attributes as text, which every PBS and Torque prints alike (JSON is PBS Pro's alone, XML Torque's). `qselect` finds
    /// the jobs of the ledger's names; its numbers are asked for as they are, each at its own server, or at the usual one
    /// (Torque's `display_job_server_suffix` leaves the server out). A site without `qselect` has the numbers alone. Each job
    /// has some kilobytes of attributes, and a dozen of these are read: the others stay there.
    fn list(&self, host: &Host) -> String {
        let queue = value(Style::Getopt, &host.options, &["-q"]).or_else(|| host.queue.clone());
        let server =
            queue.and_then(|queue| Some(format!(" -q {}", quote(&queue[queue.find('@')?..]))));
        let server = server.unwrap_or_default();
        let stat = filtered("LC_ALL=C qstat -f $rj_ids", FILTER);
        format!(
            "(set -f; rj_ids=$(printf '%s\\n' \"$rj_names\" | sort -u | while IFS= read -r rj_n; do \
             [ -z \"$rj_n\" ] || ! command -v qselect >/dev/null 2>&1 || LC_ALL=C qselect -u \"$(id -un)\" -N \"$rj_n\"{server} || exit; done) && \
             rj_ids=$(printf '%s\\n' \"$rj_ids\" \"$rj_submitted\" | \
             sed -n 's/^ *\\([0-9][0-9]*\\[*[0-9]*\\]*\\(\\.[^ ]*[A-Za-z][^ ]*\\)*\\) *$/\\1/p' | sort -u) && \
             if [ -n \"$rj_ids\" ]; then {stat}; fi)"
        )
    }

    /// `qstat -f` asks for one job after the other: one that is not known is told on standard error, with a status, and the
    /// others are there. Whatever else is said there, or a time limit, means that some are missing.
    fn parse_jobs(&self, list: &CommandOutput) -> Result<Vec<Job>, String> {
        let blocks = blocks(&list.out);
        let denied = |line: &str| line.trim().is_empty() || self.denies(line) || has_finished(line);
        let all_denied = !list.err.trim().is_empty() && list.err.lines().all(denied);
        let is_whole = list.has_finished() && (list.status == 0 || all_denied);
        if !is_whole || blocks.is_empty() && !list.out.trim().is_empty() {
            return Err(list.words());
        }
        let jobs = blocks.iter();
        Ok(jobs
            .filter_map(|(id, attributes)| job(id, attributes, list.clock))
            .collect())
    }

    /// A server with a history says that a job "has finished", and says so of one that it has moved to another server as
    /// well (`svr_chk_histjob`). The history tells the two apart, and where the job went: that server is asked.
    fn query(&self, id: &str) -> String {
        let id = quote(id);
        format!(
            "rj_a=$(LC_ALL=C qstat -f {id} 2>&1); printf '%s\\n' \"$rj_a\"; case $rj_a in *'has finished'*) \
             rj_a=$(LC_ALL=C qstat -x -f {id} 2>&1); printf '%s\\n' \"$rj_a\"; \
             rj_n=$(printf '%s\\n' \"$rj_a\" | awk '{MOVED}'); \
             [ -z \"$rj_n\" ] || LC_ALL=C qstat -f {id}\"@$rj_n\" 2>&1 ;; esac"
        )
    }

    fn presence(&self, _: &str, answer: &CommandOutput) -> Presence {
        let blocks = blocks(&answer.out);
        let state = |attributes: &Attributes| attributes.get("job_state").cloned();
        let is_here =
            |block: &&(String, Attributes)| state(&block.1).is_none_or(|word| word != "M");
        let was_moved = !blocks.iter().all(|block| is_here(&block));
        let finished = answer.out.lines().filter(|line| has_finished(line)).count();
        match blocks.iter().find(is_here).or(blocks.first()) {
            // The word of the server that it was moved to comes after that of the first.
            Some((_, attributes))
                if was_moved && state(attributes).as_deref() == Some("M") && finished > 1 =>
            {
                Presence::Ended
            }
            Some((_, attributes))
                if state(attributes).as_deref() == Some("M") && self.denies(&answer.out) =>
            {
                Presence::Unknown
            }
            Some((_, attributes)) if state(attributes).is_some_and(|word| is_over(&word)) => {
                Presence::Ended
            }
            Some((id, attributes)) => match job(id, attributes, answer.clock) {
                Some(job) => Presence::Listed(Box::new(job)),
                None => Presence::Silent(answer.words()),
            },
            None if has_finished(&answer.out) => Presence::Ended,
            None if self.denies(&answer.out) => Presence::Unknown,
            None => Presence::Silent(answer.words()),
        }
    }

    /// `qstat: Unknown Job Id 12.server`; Torque's has `Error` in it, and its qdel says `nonexistent job id`.
    fn denies(&self, words: &str) -> bool {
        words.contains("Unknown Job Id") || words.contains("nonexistent job id")
    }

    /// `Output_Path = HOST:PATH`; a long one goes on after a line break and a tab.
    fn output_path_command(&self, id: &str) -> String {
        format!("LC_ALL=C qstat -f {} | awk '{OUTPUT}'", quote(id))
    }

    fn output_only_at_end(&self) -> bool {
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

    fn style(&self) -> Style {
        Style::Getopt
    }
}

/// `qstat: 12.server Job has finished, use -x or -H to obtain historical job information`
fn has_finished(words: &str) -> bool {
    words.contains("has finished")
}

/// Finished, or Torque's "completed", which it keeps for some minutes.
fn is_over(word: &str) -> bool {
    matches!(word, "F" | "C" | "X")
}

/// The server that a job was moved to, from the queue there: `workq@server`.
const MOVED: &str = concat!(
    r#"$1 == "job_state" { state = $3 } $1 == "queue" { queue = $3 } "#,
    r#"END { if (state == "M" && sub(/^[^@]*@/, "", queue)) print queue }"#,
);

/// Joins lines that go on after a tab, and keeps what is read here.
const FILTER: &str = concat!(
    r#"function flush() { if (keep) print line; keep = 0 } "#,
    r#"/^\t/ { line = line substr($0, 2); next } "#,
    r#"{ flush(); line = $0; keep = !/^    / || "#,
    r#"$1 ~ /^(Job_Name|job_state|server|comment|depend|Hold_Types|exec_host|ctime|qtime|stime|start_time)$/ || "#,
    r#"$1 == "Resource_List.walltime" || $1 == "estimated.start_time" } "#,
    r#"END { flush(); exit status }"#,
);

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

fn job(id: &str, attributes: &Attributes, clock: LocalTime) -> Option<Job> {
    let get = |name: &str| attributes.get(name).map(String::as_str);
    let word = get("job_state")?;
    let comment = get("comment").unwrap_or_default();
    let state = match word {
        // PBS holds by itself what waits for another job.
        "H" if get("depend").is_some() => JobState::Waiting,
        "H" => JobState::Held,
        "Q" | "W" | "T" if comment.starts_with("Can Never Run") => JobState::Never,
        // "M": moved to another server, where it goes on.
        "Q" | "W" | "T" | "M" => JobState::Waiting,
        "R" | "S" | "U" | "B" => JobState::Running,
        _ if is_over(word) => return None,
        "E" => JobState::Ending,
        // A letter that is not known is no end.
        _ => JobState::Waiting,
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
        submitted: time("ctime").or_else(|| time("qtime")),
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
        let jobs = Pbs.parse_jobs(&CommandOutput::printed(LIST)).unwrap();
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
        let gone = CommandOutput {
            status: 153,
            err: "qstat: Unknown Job Id 9999.login\n".into(),
            ..CommandOutput::default()
        };
        assert_eq!(Pbs.parse_jobs(&gone), Ok(vec![]));
        let down = CommandOutput {
            status: 255,
            err: "Connection refused\nqselect: cannot connect to server login (errno=111)\n".into(),
            ..CommandOutput::default()
        };
        assert!(
            Pbs.parse_jobs(&down)
                .unwrap_err()
                .contains("cannot connect")
        );
    }

    #[test]
    fn a_list_that_broke_off_is_none() {
        let list = |status, err: &str| {
            Pbs.parse_jobs(&CommandOutput {
                status,
                err: err.into(),
                ..CommandOutput::printed(LIST)
            })
        };
        assert_eq!(
            list(153, "qstat: Unknown Job Id 9.login\n").map(|jobs| jobs.len()),
            Ok(3)
        );
        assert!(list(124, "").is_err(), "the time limit");
        assert!(list(1, "qstat: End of File\n").is_err());
        assert!(list(153, "qstat: Unknown Job Id 9.login\nqstat: End of File\n").is_err());
        assert!(list(1, "").is_err());
        assert!(
            Pbs.parse_jobs(&CommandOutput::printed("usage: qstat [-f] [job…]\n"))
                .is_err()
        );
    }

    #[test]
    fn one_job_is_there_or_denied_or_the_answer_says_nothing() {
        let presence = |out: &str| Pbs.presence("1.login", &CommandOutput::printed(out));
        assert!(matches!(presence(LIST), Presence::Listed(job) if job.id == "1.login"));
        let finished = LIST.replace("job_state = R", "job_state = F");
        assert_eq!(presence(&finished), Presence::Ended);
        let words =
            "qstat: 1.login Job has finished, use -x or -H to obtain historical job information";
        assert_eq!(presence(words), Presence::Ended);
        assert_eq!(presence("qstat: Unknown Job Id 1.login"), Presence::Unknown);
        assert_eq!(
            presence("qstat: Unknown Job Id Error 1.login"),
            Presence::Unknown
        );
        for nothing in [
            "",
            "qstat: cannot connect to server login (errno=111)",
            "Job Id: 1.login\n",
        ] {
            assert!(
                matches!(presence(nothing), Presence::Silent(_)),
                "{nothing}"
            );
        }
    }

    /// What the commands do by the source of `OpenPBS` (`req_stat.c`): the server of the submission says of a job that it has
    /// moved what it says of one that has finished.
    #[test]
    fn a_job_that_was_moved_to_another_server_is_asked_for_there() {
        let presence = |other: &str| {
            let moved = "Job Id: 1.login\n    Job_Name = a\n    job_state = M\n    queue = workq@head2\n    server = login\n";
            let finished = "qstat: 1.login Job has finished, use -x or -H to obtain historical job information";
            let script = format!(
                "qstat() {{ case \"$*\" in *@head2) cat <<'END'\n{other}\nEND\n;; *-x*) cat <<'END'\n{moved}\nEND\n;; \
                 *) echo '{finished}' >&2; return 35 ;; esac; }}\n{}",
                Pbs.query("1.login")
            );
            let output = std::process::Command::new("/bin/sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            Pbs.presence("1.login", &CommandOutput::printed(&text))
        };
        let there = LIST.split("Job Id: 3").next().unwrap();
        assert!(matches!(presence(there), Presence::Listed(job) if job.state == JobState::Running));
        let down = "qstat: cannot connect to server head2 (errno=15010)";
        assert!(matches!(presence(down), Presence::Listed(job) if job.word == "M"));
        assert_eq!(presence("qstat: Unknown Job Id 1.login"), Presence::Unknown);
        assert_eq!(
            presence("qstat: 1.login Job has finished, use -x or -H"),
            Presence::Ended
        );
    }

    /// The states of the Reference Guide of PBS Professional 2024.1 and of Torque 6.1, and one of none.
    #[test]
    fn every_letter_means_something() {
        for (letter, expected) in [
            ("Q", Some(JobState::Waiting)),
            ("W", Some(JobState::Waiting)),
            ("T", Some(JobState::Waiting)),
            ("M", Some(JobState::Waiting)),
            ("H", Some(JobState::Held)),
            ("R", Some(JobState::Running)),
            ("S", Some(JobState::Running)),
            ("U", Some(JobState::Running)),
            ("B", Some(JobState::Running)),
            ("E", Some(JobState::Ending)),
            ("F", None),
            ("C", None),
            ("X", None),
            ("Z", Some(JobState::Waiting)),
        ] {
            let attributes = Attributes::from([("job_state".into(), letter.into())]);
            let job = job("1.login", &attributes, LocalTime::default());
            assert_eq!(job.map(|job| job.state), expected, "{letter}");
        }
    }

    /// Torque without the server in its ids, ids beyond ten million, and a site without `qselect`.
    #[test]
    fn numbers_of_any_length_are_asked_for_with_and_without_their_server() {
        let line = Pbs.list(&Host::named("h"));
        let asked = |qselect: &str| {
            let script = format!(
                "{qselect}\nqstat() {{ shift; printf '%s\\n' \"$@\" >&2; }}\n\
                 rj_names=jupyter_nb; rj_submitted='10000012.head.example\n12[].head\n13\n7.1-10:1\n4711;gpu'; {line}"
            );
            let output = std::process::Command::new("/bin/sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            String::from_utf8(output.stderr).unwrap()
        };
        assert_eq!(
            asked("qselect() { echo 14; }"),
            "10000012.head.example\n12[].head\n13\n14\n"
        );
        assert_eq!(
            asked("command() { false; }"),
            "10000012.head.example\n12[].head\n13\n"
        );
    }

    #[test]
    fn lists_are_cut_down_on_the_remote_host_to_what_is_read() {
        let line = Pbs.list(&Host::named("h"));
        let script = format!(
            "qselect() {{ echo 1.login; echo 3.login; }}\nqstat() {{ cat <<'END'\n{LIST}END\n}}\n\
             rj_names=jupyter_nb; rj_submitted='4.login\n12'; {line}"
        );
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            Pbs.parse_jobs(&CommandOutput::printed(&text)),
            Pbs.parse_jobs(&CommandOutput::printed(LIST))
        );
        assert!(
            text.len() * 3 < LIST.len(),
            "{} of {}",
            text.len(),
            LIST.len()
        );
        assert!(!text.contains("Variable_List"));
    }

    #[test]
    fn its_kinds_are_told_apart() {
        let status = |out: &str, status| CommandOutput {
            status,
            out: out.to_owned(),
            ..CommandOutput::default()
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
            Err(DetectError::Other(LauncherKind::Sge))
        );
        assert!(matches!(
            Pbs.dialect(&status("sh: qstat: not found\n", 1)),
            Err(DetectError::Absent(_))
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
        assert_eq!(Pbs.parse_job_id("12.login\n").as_deref(), Some("12.login"));
        assert_eq!(
            Pbs.parse_job_id("Project: x\n12.head.example\n").as_deref(),
            Some("12.head.example")
        );
        assert_eq!(
            Pbs.parse_job_id("12[].head\n").as_deref(),
            Some("12[].head")
        );
        assert_eq!(Pbs.parse_job_id("qsub: Unknown queue\n"), None);
    }

    #[test]
    fn a_script_of_ones_own_is_asked_where_it_writes() {
        let files = |more: &str| {
            let printed = format!("{more}{}", LIST.split("Job Id: 3").next().unwrap());
            let line = Pbs.output_path_command("1.login");
            crate::scheduler::shell::ran("qstat", &printed, &line)
        };
        let joined = files("");
        assert!(
            joined.starts_with('/') && joined.lines().count() <= 2,
            "{joined}"
        );
        let printed = "Job Id: 7.login\n    Join_Path = oe\n    Output_Path = login.example:/home/me/a long \n\tname.o7\n    Error_Path = login:/x\n";
        let line = Pbs.output_path_command("7.login");
        let one = crate::scheduler::shell::ran("qstat", printed, &line);
        assert_eq!(one, "/home/me/a long name.o7\n");
    }
}
