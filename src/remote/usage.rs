//! Load of a machine, and what of it is a server's: memory, GPUs, kernels, and what listens there.
//!
//! `src/remote/usage.sh` prints what the system's own tools say; this reads it. Any account there can write some of it (names
//! of processes, a program called `nvidia-smi`), so each part is taken for itself, and what cannot be read is left out.

mod gpu;
mod listener;
mod processes;
mod types;

use serde::{Deserialize, Serialize};

pub use gpu::Gpu;
pub use listener::Listener;
use processes::Processes;
use types::named;
pub use types::{KernelMemory, MemoryUse};

/// Functions that only the command `usage` needs.
pub(super) const USAGE: &str = include_str!("usage.sh");

/// Load of a machine at one moment, and what listens there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeUsage {
    /// The machine, as it calls itself.
    pub node: String,
    /// True if the server runs on this machine; false for a login host from which there is no way to the server's node.
    pub has_server: bool,
    /// When, in seconds since 1970 by the local computer's clock.
    pub at: i64,
    /// Processes that ran or waited to run, on average over the last minute.
    pub load: Option<f64>,
    /// Processors.
    pub cores: Option<u32>,
    /// Memory of the machine, in bytes.
    pub memory: Option<MemoryUse>,
    /// Its GPUs.
    pub gpus: Vec<Gpu>,
    /// The share of the server and of all that it has started; none where that cannot be known.
    pub own: Option<OwnShare>,
    /// Memory of each kernel with all that it has started.
    pub kernels: Vec<KernelMemory>,
    /// Where other programs of the account listen, the known ones first.
    pub listeners: Vec<Listener>,
    /// True if a local port can be made to lead to them.
    pub can_forward: bool,
}

/// The share of a server, its kernels and whatever they have started.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnShare {
    /// Its processes.
    pub processes: usize,
    /// Processors that they kept busy; none where the system does not say.
    pub cores: Option<f64>,
    /// Their memory in bytes. What several of them share counts for each.
    pub memory: u64,
    /// The memory of their control group and its limit, where it has one, as a batch job has.
    pub limit: Option<MemoryUse>,
}

impl NodeUsage {
    /// Reads what the script printed of the machine of a server with that process number.
    #[must_use]
    pub fn parse(text: &str, server: u32) -> Self {
        let part = |heading: &str| part(text, heading);
        let first = |heading: &str| part(heading).next();
        let processes = Processes::parse(part("processes"));
        let family = processes.family(server);
        let own = (!family.is_empty()).then(|| OwnShare {
            processes: family.len(),
            cores: processes::busy_cores(part("before"), part("after"), first("ticks")),
            memory: processes.memory(&family),
            limit: limit(part("limit")),
        });
        Self {
            node: named(first("node").unwrap_or_default()),
            load: first("load").and_then(load),
            cores: first("cores").and_then(|text| text.trim().parse().ok()),
            memory: memory(part("memory")),
            gpus: gpu::gpus(
                (part("nvidia"), part("nvidia processes")),
                part("rocm"),
                &family,
            ),
            own,
            kernels: processes.kernels(),
            listeners: listener::listeners(
                part("listeners"),
                part("kernel ports"),
                &processes,
                server,
            ),
            ..Self::default()
        }
    }

    /// Returns the memory of the kernel with that id.
    #[must_use]
    pub fn kernel(&self, id: &str) -> Option<u64> {
        let kernel = self.kernels.iter().find(|kernel| kernel.id == id)?;
        Some(kernel.bytes)
    }
}

/// Returns the lines below a heading.
fn part<'t>(text: &'t str, heading: &str) -> impl Iterator<Item = &'t str> + use<'t> {
    let heading = format!("## {heading}");
    let mut lines = text.lines();
    let has_begun = lines.any(|line| line == heading);
    let lines = lines.take_while(move |line| has_begun && !line.starts_with("## "));
    lines.filter(|line| !line.trim().is_empty())
}

/// `0.42 0.35 …`, or with a decimal comma.
fn load(line: &str) -> Option<f64> {
    let word = line.split_whitespace().next()?.trim_end_matches(',');
    let load: f64 = word.replace(',', ".").parse().ok()?;
    (load.is_finite() && load >= 0.0).then_some(load)
}

/// Lines of `/proc/meminfo`. A system that only says how much there is says too little.
fn memory<'t>(lines: impl Iterator<Item = &'t str>) -> Option<MemoryUse> {
    let (mut total, mut available, mut free) = (None, None, None);
    for line in lines {
        let Some((name, size)) = line.split_once(':') else {
            continue;
        };
        let size = size.trim().strip_suffix(" kB").unwrap_or_default();
        let bytes = size
            .parse()
            .ok()
            .and_then(|size: u64| size.checked_mul(1024));
        match name {
            "MemTotal" => total = bytes,
            "MemAvailable" => available = bytes,
            "MemFree" => free = bytes,
            _ => {}
        }
    }
    let total = total?;
    let used = total.checked_sub(available.or(free)?)?;
    Some(MemoryUse { used, total })
}

/// The memory of a control group, and its limit.
fn limit<'t>(lines: impl Iterator<Item = &'t str>) -> Option<MemoryUse> {
    let mut sizes = lines.map(|line| line.trim().parse().ok());
    let (used, total) = (sizes.next()??, sizes.next()??);
    Some(MemoryUse { used, total })
}

#[cfg(test)]
mod tests;
