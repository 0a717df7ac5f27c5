//! GPUs, as `nvidia-smi` and `rocm-smi` print them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::types::{MOST, MemoryUse, named};

/// A mebibyte, in which `nvidia-smi` counts.
const MIB: u64 = 1 << 20;

/// A GPU. What its tool does not say is none: "[N/A]" of a part of a GPU, or of one that shares the machine's memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpu {
    /// Its kind: `NVIDIA A100-SXM4-40GB`.
    pub name: String,
    /// Percentage of the time in which it computed.
    pub busy: Option<u8>,
    /// Its memory in bytes.
    pub memory: Option<MemoryUse>,
    /// Memory that the server's processes have of it.
    pub own: Option<u64>,
}

/// Reads the lists of both tools. `family` are the server's processes.
pub(super) fn gpus<'t>(
    (nvidia, in_use): (impl Iterator<Item = &'t str>, impl Iterator<Item = &'t str>),
    rocm: impl Iterator<Item = &'t str>,
    family: &BTreeSet<u32>,
) -> Vec<Gpu> {
    let shares: Vec<(&str, u64)> = in_use.filter_map(|line| share(line, family)).collect();
    let mut gpus: Vec<Gpu> = nvidia
        .filter_map(|line| nvidia_gpu(line, &shares))
        .collect();
    gpus.extend(rocm_gpus(rocm));
    gpus.truncate(MOST);
    gpus
}

/// `0, GPU-4f6a…, 87, 1024, 40960, NVIDIA A100-SXM4-40GB`: number, identity, percentage, MiB in use, all of them, kind.
fn nvidia_gpu(line: &str, shares: &[(&str, u64)]) -> Option<Gpu> {
    let mut fields = line.splitn(6, ',').map(str::trim);
    let _number: u32 = fields.next()?.parse().ok()?;
    let uuid = fields.next()?;
    let busy = fields.next()?.parse().ok();
    let (used, total) = (mebibytes(fields.next()?), mebibytes(fields.next()?));
    let own = shares.iter().filter(|(gpu, _)| *gpu == uuid);
    Some(Gpu {
        name: named(fields.next()?),
        busy: busy.filter(|percent| *percent <= 100),
        memory: used
            .zip(total)
            .map(|(used, total)| MemoryUse { used, total }),
        own: own.map(|(_, size)| *size).reduce(u64::saturating_add),
    })
}

fn mebibytes(text: &str) -> Option<u64> {
    text.parse::<u64>().ok()?.checked_mul(MIB)
}

/// `GPU-4f6a…, 4711, 512`: the share of a process, if it is one of the server's.
fn share<'t>(line: &'t str, family: &BTreeSet<u32>) -> Option<(&'t str, u64)> {
    let mut fields = line.split(',').map(str::trim);
    let gpu = fields.next()?;
    let pid = fields.next()?.parse().ok()?;
    let size = mebibytes(fields.next()?)?;
    family.contains(&pid).then_some((gpu, size))
}

/// A table whose columns have names, which differ between versions: `device,GPU use (%),VRAM Total Memory (B),VRAM Total Used
/// Memory (B),Card Series,…`.
fn rocm_gpus<'t>(mut lines: impl Iterator<Item = &'t str>) -> Vec<Gpu> {
    let Some(head) = lines.find(|line| line.starts_with("device,")) else {
        return Vec::new();
    };
    let head: Vec<String> = head.split(',').map(str::to_lowercase).collect();
    let column = |names: &[&str]| {
        let is_it = |title: &String| names.iter().any(|name| title.trim() == *name);
        head.iter().position(is_it)
    };
    let busy = column(&["gpu use (%)"]);
    let total = column(&["vram total memory (b)"]);
    let used = column(&["vram total used memory (b)"]);
    let kind = column(&["card series", "product name", "card model"]);
    let gpu = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).copied();
        let size = |at| cell(at).and_then(|text| text.parse().ok());
        let percent = cell(busy).and_then(|text| text.parse().ok());
        Gpu {
            name: named(cell(kind).unwrap_or(cells[0])),
            busy: percent.filter(|percent| *percent <= 100),
            memory: size(used)
                .zip(size(total))
                .map(|(used, total)| MemoryUse { used, total }),
            own: None,
        }
    };
    lines
        .filter(|line| line.starts_with("card"))
        .map(gpu)
        .collect()
}
