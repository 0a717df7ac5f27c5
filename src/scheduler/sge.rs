//! Grid Engine (SGE and its descendants): `qsub`, `qstat`, `qdel`. Met: SGE 8.1.9.

mod list;

use super::adapter::{DetectError, Dialect, PendingReason, Rehearsal, Scheduler};
use super::job::{Job, Presence};
use super::output::CommandOutput;
use super::resources::{CommandLine, hours};
use super::shell::{count_place, filtered, place, rehearsal};
use crate::config::{Host, LauncherKind};
use crate::shell_quote::quote;
use list::{FILTER, state_of, time};

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Sge;

impl Scheduler for Sge {
    fn id(&self) -> &'static str {
        "sge"
    }

    fn name(&self) -> &'static str {
        "Grid Engine"
    }

    /// PBS has a `qsub` and a `qstat` too. It knows no `-help`, and prints its usage for it; SGE
    /// begins that with its own name and version.
    fn version_command(&self) -> &'static str {
        "LC_ALL=C qstat -help 2>&1 </dev/null | head -3; command -v qsub >/dev/null"
    }

    fn dialect(&self, probe: &CommandOutput) -> Result<Dialect, DetectError> {
        // "SGE 8.1.9", "GE 6.2u5", "OGS/GE 2011.11", "UGE 8.6.18", "AGE 2023.1.1", "OCS 9.0.5", "GCS 9.1.4"; other
        // programs have a usage without a version before it.
        let is_ge = |line: &str| {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let has_version = words
                .next()
                .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
            name.ends_with("GE") || has_version && matches!(name, "OCS" | "GCS")
        };
        match probe.out.lines().find(|line| !line.trim().is_empty()) {
            _ if probe.status != 0 => Err(DetectError::Absent("qsub: not found".into())),
            Some(_) if probe.out.lines().any(is_ge) => Ok(Dialect::Usual),
            Some(_) => Err(DetectError::Other(LauncherKind::Pbs)),
            None => Err(DetectError::Absent(probe.words())),
        }
    }

    /// More than one core requires a parallel environment, and "smp" is its usual name. Memory is
    /// requested as `mem_free`, which every cell knows; a limit (`h_vmem`) is up to the site, and
    /// counts virtual memory, of which Jupyter takes much. `-r n`: a job that is restarted has
    /// another server.
    fn submit(&self, host: &Host, _: Dialect) -> String {
        let host = &Host {
            options: without_waiting(&host.options),
            ..host.clone()
        };
        let generated = "-S /bin/sh -cwd -j y -o \"$rj_dir/batch.log\" -r n";
        let mut line = CommandLine::submission(self, "qsub -terse", generated, "-q", host);
        let environment = host.parallel_environment.as_deref();
        let cores = host.cores.unwrap_or(1);
        if environment.is_some() || cores > 1 {
            line = line
                .option("-pe", Some(environment.unwrap_or("smp")))
                .ours(&cores.to_string());
        }
        if let Some(memory) = &host.memory {
            line = line.option("-l", Some(&format!("mem_free={memory}")));
        }
        if let Some(gpus) = host.gpus.filter(|gpus| *gpus > 0) {
            line = line.ours(&format!("-l gpu={gpus}"));
        }
        if let Some(walltime) = &host.walltime {
            line = line.ours(&format!("-l h_rt={}", hours(walltime)));
        }
        line.end(host)
    }

    /// `-w v` checks the options against an empty cell, and submits nothing. Another `-w` of the user's own would count in
    /// its place.
    fn rehearse(&self, host: &Host, dialect: Dialect) -> Option<String> {
        if host.options.iter().any(|option| option == "-w") {
            return None;
        }
        let line = self.submit(host, dialect);
        Some(rehearsal(&line.replacen("qsub -terse", "qsub -w v", 1)))
    }

    fn rehearsed(&self, answer: &CommandOutput) -> Rehearsal {
        // The master cannot be reached, or says nothing in time.
        let is_silent = [
            "commlib",
            "unable to contact",
            "unable to send",
            "unable to read qmaster",
        ]
        .iter()
        .any(|words| answer.out.contains(words));
        match answer.status {
            0 => Rehearsal::Taken,
            124.. => Rehearsal::Open,
            _ if is_silent => Rehearsal::Open,
            _ => Rehearsal::Refused,
        }
    }

    /// `-terse` prints the number alone, with the tasks of an array (`7.1-10:1`); a user's own `#$` lines may take it back,
    /// and then it is `Your job 7 ("name") has been submitted`, or `Your job-array 7.1-10:1 ("name") …`.
    fn parse_job_id(&self, printed: &str) -> Option<String> {
        printed.lines().rev().find_map(|line| {
            let line = line.trim();
            let rest = line.strip_prefix("Your job ").unwrap_or(line);
            let rest = rest.strip_prefix("Your job-array ").unwrap_or(rest);
            let (id, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let (id, tasks) = id.split_once('.').unwrap_or((id, "1"));
            let is_number =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let has_tasks = tasks.split(['-', ':']).all(is_number);
            (is_number(id) && has_tasks && (rest.is_empty() || rest.starts_with('(')))
                .then(|| id.to_owned())
        })
    }

    /// `-xml`, since the plain list cuts names to ten letters; `-r` for the names in full and for `h_rt`. Files of
    /// defaults (`sge_qstat`) may ask for other users' jobs or for some states alone: `-u` and `-s` are said.
    fn list(&self, _: &Host) -> String {
        filtered("LC_ALL=C qstat -u \"$(id -un)\" -s prs -r -xml", FILTER)
    }

    fn parse_jobs(&self, list: &CommandOutput) -> Result<Vec<Job>, String> {
        list::jobs(list)
    }

    /// `qstat -j` goes by the number alone, whatever a file of defaults says. What has ended is in the accounting file.
    fn query(&self, id: &str) -> String {
        let id = quote(id);
        format!(
            "LC_ALL=C qstat -j {id} 2>&1 || \
             tail -n 20000 \"${{SGE_ROOT:-/var/lib/gridengine}}/${{SGE_CELL:-default}}/common/accounting\" 2>/dev/null | \
             awk -F: -v id={id} '$6 == id {{ print \"rj_ended\"; exit }}'"
        )
    }

    /// SGE tells no state, but for a job that runs its use of resources; Univa and its heirs tell it for each task.
    fn presence(&self, id: &str, answer: &CommandOutput) -> Presence {
        let line = |key: &str| {
            let mut lines = answer.out.lines();
            lines.find_map(|line| line.strip_prefix(key).map(str::trim))
        };
        if line("job_number:") == Some(id) {
            let time = line("submission_time:").and_then(|text| time(text, answer.clock));
            let (state, word) = state_of(&answer.out);
            return Presence::Listed(Box::new(Job {
                id: id.to_owned(),
                name: line("job_name:").unwrap_or_default().to_owned(),
                submitted: time,
                state,
                word,
                ..Job::default()
            }));
        }
        match () {
            () if answer.out.lines().any(|line| line == "rj_ended") => Presence::Ended,
            () if self.denies(&answer.out) => Presence::Unknown,
            () => Presence::Silent(answer.words()),
        }
    }

    /// `Following jobs do not exist:`, and qdel's `denied: job "7" does not exist`.
    fn denies(&self, words: &str) -> bool {
        let denies = |line: &str| line.contains("job") && line.contains("does not exist");
        words.contains("jobs do not exist") || words.lines().any(denies)
    }

    fn pending_reason_calls(&self) -> u32 {
        3
    }

    /// The list tells no reason. `qstat -j` has the error of an `Eqw` job, and where the cell
    /// collects it (`schedd_job_info`) why a job waits; `qalter -w v` says whether it could start on
    /// an empty cell at all, and changes nothing. The place is that among all waiting jobs, which
    /// `qstat` sorts by priority: SGE has no order for each queue, and hides nobody's jobs.
    fn pending_reason_command(&self, id: &str, _: &str) -> Option<String> {
        let word = quote(id);
        Some(format!(
            "LC_ALL=C qstat -j {word}; LC_ALL=C qalter -w v {word} 2>&1; \
             LC_ALL=C qstat -u '*' -s p | {}",
            count_place(id, "/ qw +[0-9][-0-9\\/]+ /", "$1 == id", "1")
        ))
    }

    fn parse_pending_reason(&self, answer: &CommandOutput) -> Option<PendingReason> {
        let after = |line: &str, word: &str| {
            let rest = line.trim().strip_prefix(word)?;
            // "error reason          1:      11/22/2026 18:29:21 [1002:194]: error: can't chdir …"
            Some(rest.split_once(':')?.1.trim().to_owned())
        };
        let find = |word| answer.out.lines().find_map(|line| after(line, word));
        let find_line = |text: &str| {
            let is_there = answer.out.lines().any(|line| line.trim().ends_with(text));
            is_there.then(|| text.to_owned())
        };
        let stuck = answer.out.lines().any(|line| {
            // Not of a job that waits for its dependencies or a reservation.
            line.trim() == "verification: no suitable queues"
        });
        let verdict = answer.out.lines().find(|line| {
            let line = line.trim();
            line.starts_with("Job ") && line.contains("cannot run")
        });
        let error = find("error reason");
        let reason = error
            .clone()
            .or_else(|| verdict.filter(|_| stuck).map(|line| line.trim().to_owned()))
            .or_else(|| find_line("Job is in hold state"))
            .or_else(|| find("scheduling info").filter(|words| is_reason(words)))
            .or_else(|| stuck.then(|| "no suitable queues".to_owned()));
        let place = place(answer);
        if reason.is_none() && place.is_none() {
            return None;
        }
        Some(PendingReason {
            never: stuck || error.is_some(),
            reason: reason.unwrap_or_default(),
            place,
        })
    }

    /// `stdout_path_list: HOST:FILESYSTEM:PATH,…`; none is `NAME.oID` in the folder of `-cwd`, else in
    /// the home folder. The second file is not there with `-j y`.
    fn output_path_command(&self, id: &str) -> String {
        format!("LC_ALL=C qstat -j {} | awk '{OUTPUT}'", quote(id))
    }

    fn cancel(&self, id: &str) -> String {
        format!("LC_ALL=C qdel {}", quote(id))
    }

    /// A task of the job, as `mpirun` starts them: two variables make qrsh believe that it is called
    /// from inside. The execution daemon takes as many tasks as the job has slots besides the first,
    /// and only in a parallel environment with `control_slaves`; else it says that it "didn't accept
    /// task" (measured with 8.1.9, also from a login host that runs no jobs). Without `-noshell`
    /// the words would go through the account's shell there.
    fn exec_in_job_command(&self, id: &str, node: &str) -> Option<String> {
        let (id, node) = (quote(id), quote(node));
        Some(format!(
            "env JOB_ID={id} SGE_TASK_ID=undefined qrsh -inherit -noshell {node}"
        ))
    }

    /// Nobody can: `qalter -l h_rt=…` on a job that runs says "modified hard resource list", `qstat -r`
    /// then shows the new limit, and the job ends at the old one all the same (measured).
    fn extend(&self, _: &str, _: u64, _: Option<u64>) -> Option<String> {
        None
    }

    fn hold_options(&self) -> &'static [&'static str] {
        &["-h"]
    }

    fn name_option(&self) -> &'static [&'static str] {
        &["-N"]
    }
}

/// Takes `-sync y` out: qsub then tells the number at the job's end, and deletes the job when it is ended itself at our time
/// limit (measured with 8.1.9, where a later `-sync n` has no effect).
fn without_waiting(options: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        if option == "-sync" {
            options.next();
        } else {
            kept.push(option.clone());
        }
    }
    kept
}

/// One line, as every command of the conversation.
const OUTPUT: &str = concat!(
    r#"function path(text) { sub(/^[^:]*:[^:]*:/, "", text); sub(/,.*/, "", text); "#,
    r#"gsub(/\$JOB_ID/, v["job_number:"], text); gsub(/\$JOB_NAME/, v["job_name:"], text); "#,
    r#"gsub(/\$HOME/, v["sge_o_home:"], text); gsub(/\$USER/, v["owner:"], text); "#,
    r#"folder = v["cwd:"] == "" ? v["sge_o_home:"] : v["cwd:"]; "#,
    r#"return text ~ /^\// ? text : folder "/" text } "#,
    r#"function usual(letter) { return "::" v["job_name:"] letter v["job_number:"] } "#,
    r#"{ name = $1; sub(/^[^ ]* +/, ""); v[name] = $0 } "#,
    r#"END { if (v["job_number:"] == "") exit; "#,
    r#"out = v["stdout_path_list:"]; print path(out == "" ? usual(".o") : out); "#,
    r#"err = v["stderr_path_list:"]; "#,
    r#"if (v["merge:"] != "y") print path(err == "" ? usual(".e") : err) }"#,
);

/// Returns true if that is the cell's word about a job: `-` and `(Collecting of scheduler job information is turned off)`
/// are none.
fn is_reason(words: &str) -> bool {
    !words.is_empty() && !words.starts_with(['-', '('])
}

#[cfg(test)]
mod tests;
