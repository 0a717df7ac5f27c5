//! The processes of the account.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{KernelMemory, MOST};

/// Depth of a family of processes: numbers that are used again could make a circle.
const DEPTH: usize = 32;
/// Processes that are looked at.
const PROCESSES: usize = 3000;

/// One process.
pub(super) struct Process<'t> {
    parent: u32,
    memory: u64,
    pub args: &'t str,
}

/// The processes, by their numbers.
pub(super) struct Processes<'t>(BTreeMap<u32, Process<'t>>);

impl<'t> Processes<'t> {
    /// Reads `PID PARENT KIB ARGUMENTS`, a line each.
    pub fn parse(lines: impl Iterator<Item = &'t str>) -> Self {
        Self(lines.take(PROCESSES).filter_map(process).collect())
    }

    /// Returns the process of that number.
    pub fn get(&self, pid: u32) -> Option<&Process<'t>> {
        self.0.get(&pid)
    }

    /// Returns the numbers of a process and of all that descend from it; none if it is not there.
    pub fn family(&self, first: u32) -> BTreeSet<u32> {
        let descends = |pid: &u32| self.line(*pid).any(|one| one == first);
        self.0.keys().copied().filter(descends).collect()
    }

    /// Returns a process and its ancestors.
    fn line(&self, pid: u32) -> impl Iterator<Item = u32> {
        let parent = |pid: &u32| self.0.get(pid).map(|process| process.parent);
        let is_known = |pid: &u32| self.0.contains_key(pid);
        let line = std::iter::successors(Some(pid), parent).take_while(is_known);
        line.take(DEPTH)
    }

    /// Returns the memory of those processes in bytes.
    pub fn memory(&self, pids: &BTreeSet<u32>) -> u64 {
        let sizes = pids.iter().filter_map(|pid| self.0.get(pid));
        sizes.fold(0, |sum, process| sum.saturating_add(process.memory))
    }

    /// Returns the memory of each kernel. What a kernel forks has its command line, and belongs to it.
    pub fn kernels(&self) -> Vec<KernelMemory> {
        let id = |pid: &u32| self.0.get(pid).and_then(|one| kernel_id(one.args));
        let is_first = |pid: &u32| {
            let own = id(pid);
            own.is_some() && !self.line(*pid).skip(1).any(|above| id(&above) == own)
        };
        let first = self.0.keys().filter(|pid| is_first(pid)).take(MOST);
        let mut sizes: BTreeMap<u32, u64> = first.map(|pid| (*pid, 0)).collect();
        for (pid, process) in &self.0 {
            for above in self.line(*pid) {
                if let Some(size) = sizes.get_mut(&above) {
                    *size = size.saturating_add(process.memory);
                }
            }
        }
        let kernel = |(pid, bytes): (u32, u64)| {
            let id = id(&pid)?.to_owned();
            Some(KernelMemory { id, bytes })
        };
        sizes.into_iter().filter_map(kernel).collect()
    }
}

fn process(line: &str) -> Option<(u32, Process<'_>)> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (parent, rest) = rest.trim_start().split_once(' ')?;
    let (memory, args) = rest.trim_start().split_once(' ')?;
    let memory: u64 = memory.parse().ok()?;
    let process = Process {
        parent: parent.parse().ok()?,
        memory: memory.saturating_mul(1024),
        args: args.trim(),
    };
    Some((pid.parse().ok()?, process))
}

/// Returns the id of a kernel, by the connection file that its command line names.
pub(super) fn kernel_id(args: &str) -> Option<&str> {
    let file = args.split(".json").next()?;
    let (_, id) = file.rsplit_once("/kernel-")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (args.len() > file.len() && !id.is_empty() && id.chars().all(is_plain)).then_some(id)
}

/// Returns the number of processors that processes kept busy between two looks at their `/proc/PID/stat`, each below the
/// clock in seconds. `ticks` is what a second has.
pub(super) fn busy_cores<'t>(
    mut before: impl Iterator<Item = &'t str>,
    mut after: impl Iterator<Item = &'t str>,
    ticks: Option<&str>,
) -> Option<f64> {
    let clock = |line: Option<&str>| line?.trim().parse::<f64>().ok();
    let (from, to) = (clock(before.next())?, clock(after.next())?);
    let ticks: f64 = ticks.map_or(Some(100.0), |text| text.trim().parse().ok())?;
    let was: BTreeMap<u32, u32> = before.filter_map(ticks_of).collect();
    let passed = after.filter_map(ticks_of).map(|(pid, now)| {
        // A process that has just begun counts the next time.
        let then = was.get(&pid).copied().unwrap_or(now);
        f64::from(now.saturating_sub(then))
    });
    let cores = passed.sum::<f64>() / ticks / (to - from);
    (cores.is_finite() && cores >= 0.0).then_some(cores)
}

/// The process number, and the ticks that it has had (utime and stime, see proc(5)). Its name may hold anything.
fn ticks_of(line: &str) -> Option<(u32, u32)> {
    let (start, fields) = line.rsplit_once(')')?;
    let (pid, _name) = start.split_once(' ')?;
    let mut times = fields.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some((pid.parse().ok()?, user.saturating_add(system)))
}
