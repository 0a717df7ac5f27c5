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
            let (number, server) = line.split_once('.').unwrap_or((line, ""));
            let number = number.strip_suffix("[]").unwrap_or(number);
            // A host's name, which may be followed by its port.
            let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
            let good = !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && server.bytes().all(of_name);
            good.then(|| line.to_owned())
        })
    }

    /// Attributes as text, which every PBS and Torque prints alike (JSON is PBS Pro's alone, XML Torque's). `qselect` finds
    /// the jobs of the ledger's names; its numbers are asked for as they are, each at its own server, or at the usual one
    /// (Torque's `display_job_server_suffix` leaves the server out). A site without `qselect` has the numbers alone. A server
    /// that is gone, or does not answer in time, keeps nobody from the jobs of the others ([`LISTS`]). Each job
    /// has some kilobytes of attributes, and a dozen of these are read: the others stay there.
    fn list(&self, host: &Host) -> String {
        let queue = value(Style::Getopt, &host.options, &["-q"]).or_else(|| host.queue.clone());
        let server =
            queue.and_then(|queue| Some(format!(" -q {}", quote(&queue[queue.find('@')?..]))));
        let server = server.unwrap_or_default();
        let stat = filtered(LISTS, FILTER);
        format!(
            "(set -f; rj_select=$(command -v qselect); rj_found=$(printf '%s\\n' \"$rj_names\" | sort -u | while IFS= read -r rj_n; do \
             [ -z \"$rj_n\" ] || [ -z \"$rj_select\" ] || LC_ALL=C qselect -u \"$(id -un)\" -N \"$rj_n\"{server} || exit; done) && \
             rj_ids=$(printf '%s\\n' \"$rj_found\" \"$rj_submitted\" | \
             sed -n 's/^ *\\([0-9][0-9]*\\[*[0-9]*\\]*\\(\\.[^ ]*[A-Za-z][^ ]*\\)*\\) *$/\\1/p' | sort -u) && \
             if [ -n \"$rj_ids\" ]; then {stat}; fi)"
        )
    }

    /// `qstat -f` queries one job after another: it reports an unknown one on standard error, with
    /// a status, and prints the others. Any other message there, or a timeout, means that some are
    /// missing.
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

    fn hold_options(&self) -> &'static [&'static str] {
        &["-h"]
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

/// Asks for the jobs of each server. The usual one has answered to `qselect`, and fails with the list; so does every one
/// where nothing tells which is the usual. A job of any other server that does not answer is not listed, and so is asked
/// for alone.
const LISTS: &str = concat!(
    r#"rj_e=0; rj_cut='s/^[^.]*//; s/^$/./'; rj_usual=$(printf '%s\n' "$rj_found" | sed "$rj_cut"); "#,
    r#"for rj_s in $(printf '%s\n' "$rj_ids" | sed "$rj_cut" | sort -u); do "#,
    r#"rj_g=$(printf '%s\n' "$rj_ids" | awk -v at="$rj_s" '{ t = $0; sub(/^[^.]*/, "", t); if (t == "") t = "."; if (t == at) print }'); "#,
    r#"if [ -z "$rj_select" ] || [ "$rj_s" = . ] || printf '%s\n' "$rj_usual" | grep -qxF -e "$rj_s"; then "#,
    r#"LC_ALL=C qstat -f $rj_g || rj_e=$?; echo; else rj_t=$(command -v timeout); "#,
    r#"rj_o=$(LC_ALL=C ${rj_t:+timeout 10} qstat -f $rj_g 2>/dev/null); "#,
    r#"case $? in 124 | 137 | 143) ;; *) printf '%s\n' "$rj_o" ;; esac; fi; done; (exit $rj_e)"#,
);

/// Joins lines that go on after a tab, and keeps what is read here.
const FILTER: &str = concat!(
    r#"function flush() { if (keep) print substr(line, 1, 4000); keep = 0 } "#,
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
        // PBS itself holds a job that waits for another job.
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
mod tests;
