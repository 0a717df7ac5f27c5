//! Choices of a user on a host: the scheduler's queues, environments and accounts, and what a set-up line can load.
//!
//! `src/remote/choices.sh` prints the tools' own lists; this reads them. A tool that is not there says nothing.

use std::collections::BTreeSet;

use crate::shell_quote::quote;

/// Names of one kind that are kept.
const MOST: usize = 300;
/// The longest name that is kept.
const LONGEST: usize = 200;

/// Returns the line that lists the queues of a scheduler and the accounts for jobs, each below its heading. Which there are is no
/// failure of it.
#[must_use]
pub fn overview(scheduler: &str) -> &'static str {
    match scheduler {
        "slurm" => {
            "echo '## sinfo'; sinfo --noheader --format='%P|%a|%l|%G|%A'; echo '## sacctmgr'; \
             sacctmgr --noheader --parsable2 show associations user=\"$(id -un)\" format=account 2>/dev/null; true"
        }
        "sge" => {
            "echo '## qstat -g c'; qstat -g c; echo '## qconf -sprjl'; qconf -sprjl 2>/dev/null; true"
        }
        "pbs" => "echo '## qstat -Qf'; qstat -Q -f; true",
        "lsf" => "echo '## bqueues'; bqueues; true",
        _ => "true",
    }
}

/// The choices of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostChoices {
    /// Queues or partitions, the default one first.
    pub queues: Vec<QueueChoice>,
    /// Parallel environments of Grid Engine.
    pub parallel_environments: Vec<String>,
    /// Accounts that jobs can be charged to.
    pub accounts: Vec<String>,
    /// The same of Grid Engine: its projects.
    pub projects: Vec<String>,
    /// Lines for `setup` that load an environment: conda's, and virtual ones.
    pub environments: Vec<String>,
    /// Names of modules.
    pub modules: Vec<String>,
}

/// One queue or partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueChoice {
    /// Its name.
    pub name: String,
    /// Longest time of a job, as the scheduler writes it; empty if it has none, or does not say.
    pub limit: String,
    /// Nodes, or slots of Grid Engine, on which nothing runs.
    pub free: Option<u32>,
    /// Kinds of GPUs, with their number on a node: `a100:4`.
    pub gpus: Vec<String>,
}

impl HostChoices {
    /// Returns true if nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the lists, each below a heading of its own.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut choices = Self::default();
        let mut heading = "";
        for line in text.lines().map(str::trim_end) {
            if let Some(next) = line.strip_prefix("## ") {
                heading = next;
            } else if !line.trim().is_empty() {
                choices.take(heading, line);
            }
        }
        choices
    }

    fn take(&mut self, heading: &str, line: &str) {
        match heading {
            "sinfo" => self.partition(line),
            "qconf -sprjl" => add(&mut self.projects, line.trim()),
            "sacctmgr" => add(&mut self.accounts, line.trim()),
            "qconf -spl" => add(&mut self.parallel_environments, line.trim()),
            "qstat -g c" => self.cluster_queue(line),
            "qstat -Qf" => self.pbs_queue(line),
            "bqueues" => self.lsf_queue(line),
            "conda" => {
                let name = line.rsplit('/').next().unwrap_or_default();
                // One below a folder of environments goes by its name, another one by its path.
                let known = if line.ends_with(&format!("/envs/{name}")) {
                    name
                } else {
                    line
                };
                add(
                    &mut self.environments,
                    &format!("conda activate {}", word(known)),
                );
            }
            "venv" => {
                let line = format!("source {}", word(&format!("{line}/bin/activate")));
                add(&mut self.environments, &line);
            }
            "modules" => self.module(line),
            _ => {}
        }
    }

    /// `gpu*|up|2-00:00:00|gpu:a100:4(S:0-1)|3/5`: partition, state, limit, GPUs, nodes in use and idle. A partition has a
    /// line for each kind of its nodes.
    fn partition(&mut self, line: &str) {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let &[name, "up", limit, resources, nodes] = fields.as_slice() else {
            return;
        };
        let (plain, is_default) = match name.strip_suffix('*') {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let limit = if matches!(limit, "infinite" | "n/a") {
            ""
        } else {
            limit
        };
        let Some(queue) = self.queue(plain) else {
            return;
        };
        queue.limit = whole_limit(limit);
        let idle: Option<u32> = nodes.rsplit('/').next().and_then(|idle| idle.parse().ok());
        queue.free = match (queue.free, idle) {
            (Some(free), Some(idle)) => Some(free.saturating_add(idle)),
            (free, idle) => free.or(idle),
        };
        for gpu in resources.split(',').filter_map(gpu_kind) {
            add(&mut queue.gpus, &gpu);
        }
        if is_default {
            let at = self.queues.iter().position(|queue| queue.name == plain);
            let at = at.unwrap_or_default();
            self.queues[..=at].rotate_right(1);
        }
    }

    /// `all.q  0.12  0  0  8  8  0  0`: below a headline, the name, the load, and slots in use, reserved and available.
    fn cluster_queue(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[name, _, _, _, available, ..] = words.as_slice() else {
            return;
        };
        if let Ok(available) = available.parse()
            && let Some(queue) = self.queue(name)
        {
            queue.free = Some(available);
        }
    }

    /// `Queue: workq`, then its attributes.
    fn pbs_queue(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("Queue:") {
            self.queue(name.trim());
        } else if let (Some((key, value)), Some(queue)) =
            (line.split_once(" = "), self.queues.last_mut())
        {
            match (key.trim(), value.trim()) {
                ("resources_max.walltime", limit) => limit.clone_into(&mut queue.limit),
                // One that takes no jobs, or only those of other queues.
                ("enabled", "False") | ("from_route_only", "True") => drop(self.queues.pop()),
                _ => {}
            }
        }
    }

    /// `normal  30  Open:Active  …`, below a headline.
    fn lsf_queue(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(_), Some(status)) = (words.next(), words.next(), words.next())
            && status.starts_with("Open:")
        {
            self.queue(name);
        }
    }

    /// A name of `module -t avail`; others lines are folders, families and marks.
    fn module(&mut self, line: &str) {
        let name = line.trim();
        let name = name.strip_suffix("(default)").unwrap_or(name);
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._+-".contains(letter);
        if name.chars().all(is_plain) && !name.ends_with('/') && !name.starts_with(['/', '-', '.'])
        {
            add(&mut self.modules, name);
        }
    }

    fn queue(&mut self, name: &str) -> Option<&mut QueueChoice> {
        if let Some(at) = self.queues.iter().position(|queue| queue.name == name) {
            return self.queues.get_mut(at);
        }
        if !is_name(name) || self.queues.len() >= MOST {
            return None;
        }
        self.queues.push(QueueChoice {
            name: name.to_owned(),
            ..QueueChoice::default()
        });
        self.queues.last_mut()
    }
}

/// Slurm leaves the hours out where there are none, and this program's `walltime` does not: `5:00` is `0:05:00`.
fn whole_limit(limit: &str) -> String {
    match limit.split_once(':') {
        Some((minutes, seconds)) if !seconds.contains(':') && !limit.contains('-') => {
            format!("0:{minutes:0>2}:{seconds}")
        }
        _ => limit.to_owned(),
    }
}

/// `gpu:a100:4(S:0-1)` is `a100:4`, `gpu:2` is `2`.
fn gpu_kind(resource: &str) -> Option<String> {
    let rest = resource.trim().strip_prefix("gpu:")?;
    Some(rest.split('(').next().unwrap_or_default().to_owned())
}

/// A word of the shell, without quotation marks where it needs none. A `~` in front would not be a home within them.
fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._+-".contains(letter);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    quote(text)
}

/// A configuration takes no control characters, and no endless texts.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control)
}

fn add(list: &mut Vec<String>, name: &str) {
    let known: BTreeSet<&str> = list.iter().map(String::as_str).collect();
    if is_name(name) && list.len() < MOST && !known.contains(name) {
        list.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(choices: &HostChoices) -> Vec<&str> {
        choices
            .queues
            .iter()
            .map(|queue| queue.name.as_str())
            .collect()
    }

    #[test]
    fn slurms_partitions_come_with_free_nodes_limits_and_gpus_and_the_default_one_first() {
        let text = "\n## sinfo\nlong|up|infinite|(null)|10/2\ngpu|up|2-00:00:00|gpu:a100:4(S:0-1)|3/1\n\
                    gpu|up|2-00:00:00|gpu:v100:2,fpga:1|0/5\nshort*|up|1:00:00|(null)|0/0\nold|down|1:00:00|(null)|0/3\n\
                    ## sacctmgr\nphysics\nphysics\nbio\n";
        let choices = HostChoices::parse(text);
        assert_eq!(names(&choices), ["short", "long", "gpu"]);
        let gpu = &choices.queues[2];
        assert_eq!((gpu.free, gpu.limit.as_str()), (Some(6), "2-00:00:00"));
        assert_eq!(gpu.gpus, ["a100:4", "v100:2"]);
        assert_eq!(choices.queues[1].limit, "");
        assert_eq!(whole_limit("5:00"), "0:05:00");
        assert_eq!(choices.accounts, ["physics", "bio"]);
    }

    #[test]
    fn grid_engines_queues_come_with_free_slots_and_its_parallel_environments() {
        let text = "## qstat -g c\nCLUSTER QUEUE                   CQLOAD   USED    RES  AVAIL  TOTAL aoACDS  cdsuE\n\
                    ----------------------------------------------\n\
                    all.q                             0.02      1      0      7      8      0      0\n\
                    gpu.q                             -NA-      0      0      0      4      0      4\n\
                    ## qconf -spl\nmake\nsmp\n## qconf -sprjl\nphysics\n";
        let choices = HostChoices::parse(text);
        assert_eq!(names(&choices), ["all.q", "gpu.q"]);
        assert_eq!(choices.queues[0].free, Some(7));
        assert_eq!(choices.parallel_environments, ["make", "smp"]);
        assert_eq!(choices.projects, ["physics"]);
    }

    #[test]
    fn queues_of_pbs_and_lsf_that_take_no_jobs_are_no_choice() {
        let text = "## qstat -Qf\nQueue: workq\n    queue_type = Execution\n    resources_max.walltime = 24:00:00\n    \
                    enabled = True\nQueue: closed\n    enabled = False\nQueue: inner\n    from_route_only = True\n";
        let choices = HostChoices::parse(text);
        assert_eq!(names(&choices), ["workq"]);
        assert_eq!(choices.queues[0].limit, "24:00:00");
        let text = "## bqueues\nQUEUE_NAME      PRIO STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN  SUSP\n\
                    normal           30  Open:Active       -    -    -    -     0     0     0     0\n\
                    night            20  Closed:Inact      -    -    -    -     0     0     0     0\n";
        assert_eq!(names(&HostChoices::parse(text)), ["normal"]);
    }

    #[test]
    fn environments_and_modules_become_lines_that_load_them() {
        let text = "## conda\n/home/me/miniforge3/envs/ml\n/opt/conda\n/home/me/my envs/envs/a b\n## venv\n/home/me/p/.venv\n\
                    ## modules\n/apps/modules:\npython/3.12(default)\npython/\ncuda/12.4\n--------\nWhere:\n D: Default Module\n";
        let choices = HostChoices::parse(text);
        assert_eq!(
            choices.environments,
            [
                "conda activate ml",
                "conda activate /opt/conda",
                "conda activate 'a b'",
                "source /home/me/p/.venv/bin/activate",
            ]
        );
        assert_eq!(choices.modules, ["python/3.12", "cuda/12.4"]);
    }

    #[test]
    fn what_a_host_makes_up_stays_words_of_a_shell() {
        let text = "## conda\n/x/envs/$(touch gone)\n## venv\n/x/'; rm -rf ~ #\n## modules\na;b\n$(c)\n## sinfo\n|||\n\u{7}|up|1|x|1/1\n";
        let choices = HostChoices::parse(text);
        assert_eq!(choices.environments[0], "conda activate '$(touch gone)'");
        assert!(
            choices.environments[1].starts_with("source '"),
            "{choices:?}"
        );
        assert!(
            choices.modules.is_empty() && choices.queues.is_empty(),
            "{choices:?}"
        );
    }
}
