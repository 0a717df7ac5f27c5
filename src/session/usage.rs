//! Load of a machine, as text.

use crate::i18n::fl;
use crate::remote::{Gpu, Listener, MemoryUse, NodeUsage, OwnShare};
use crate::session::job::time_of_day;

/// Returns an amount of memory with three digits or more: `812 MiB`, `3.4 GiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    if bytes < 10 * MIB {
        return format!("{} KiB", bytes / KIB);
    }
    if bytes < GIB {
        return format!("{} MiB", bytes / MIB);
    }
    // In tenths: a float would have no digits left for the largest.
    let tenths = bytes / (GIB / 10);
    if tenths < 1000 {
        return format!("{}.{} GiB", tenths / 10, tenths % 10);
    }
    format!("{} GiB", bytes / GIB)
}

/// Returns which machine it is of, and when.
#[must_use]
pub fn usage_title(usage: &NodeUsage) -> String {
    let (node, time) = (usage.node.as_str(), time_of_day(usage.at));
    let time = time.unwrap_or_default();
    if usage.has_server {
        fl!("usage-node", node = node, time = time)
    } else {
        fl!("usage-login", node = node, time = time)
    }
}

/// Returns all that is known of the machine, a line each.
#[must_use]
pub fn usage_lines(usage: &NodeUsage) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(load(usage));
    if let Some(MemoryUse { used, total }) = usage.memory {
        lines.push(fl!("usage-memory", used = size(used), total = size(total)));
    }
    lines.extend(usage.gpus.iter().map(gpu));
    lines.extend(usage.own.as_ref().map(own));
    if !usage.has_server {
        lines.push(fl!("usage-elsewhere"));
    }
    lines
}

/// Returns the load and the GPUs in one line, with the time.
#[must_use]
pub fn usage_brief(usage: &NodeUsage) -> String {
    let busy = usage.gpus.iter().filter_map(|gpu| gpu.busy);
    let gpus = busy.map(|percent| fl!("usage-brief-gpu", busy = percent.to_string()));
    let memory = usage.memory.map(|memory| {
        let (used, total) = (size(memory.used), size(memory.total));
        fl!("usage-memory", used = used, total = total)
    });
    let parts = load(usage).into_iter().chain(memory).chain(gpus.take(4));
    let parts: Vec<String> = parts.collect();
    let time = time_of_day(usage.at).unwrap_or_default();
    fl!("usage-brief", facts = parts.join(" · "), time = time)
}

/// Returns the programs that listen, a line each.
#[must_use]
pub fn listener_lines(usage: &NodeUsage) -> Vec<String> {
    usage.listeners.iter().map(listener_line).collect()
}

/// Returns a program's name and its port.
#[must_use]
pub fn listener_line(listener: &Listener) -> String {
    let port = listener.port.to_string();
    match listener.name.as_str() {
        "" => fl!("usage-listener-unknown", port = port),
        name => fl!("usage-listener", name = name, port = port),
    }
}

fn load(usage: &NodeUsage) -> Option<String> {
    let load = format!("{:.1}", usage.load?);
    Some(match usage.cores {
        Some(cores) => fl!("usage-load", load = load, cores = cores),
        None => fl!("usage-load-alone", load = load),
    })
}

fn gpu(gpu: &Gpu) -> String {
    let busy = |percent: u8| fl!("usage-busy", busy = percent.to_string());
    let memory = |memory: MemoryUse| {
        let (used, total) = (size(memory.used), size(memory.total));
        fl!("usage-memory", used = used, total = total)
    };
    let own = |bytes: u64| fl!("usage-gpu-own", memory = size(bytes));
    let facts = [gpu.busy.map(busy), gpu.memory.map(memory), gpu.own.map(own)];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    fl!(
        "usage-gpu",
        name = gpu.name.as_str(),
        facts = facts.join(", ")
    )
}

fn own(own: &OwnShare) -> String {
    let cores = own.cores.map(|cores| {
        let cores = format!("{cores:.1}");
        fl!("usage-own-cores", cores = cores)
    });
    let memory = fl!("usage-own-memory", memory = size(own.memory));
    let limit = own.limit.map(|limit| {
        let (used, total) = (size(limit.used), size(limit.total));
        fl!("usage-own-limit", used = used, total = total)
    });
    let facts: Vec<String> = cores.into_iter().chain([memory]).chain(limit).collect();
    fl!("usage-own", facts = facts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_memory_has_the_unit_that_suits_it() {
        for (bytes, want) in [
            (0, "0 KiB"),
            (1536, "1 KiB"),
            (10 << 20, "10 MiB"),
            ((1 << 30) - 1, "1023 MiB"),
            (1 << 30, "1.0 GiB"),
            (7 << 29, "3.5 GiB"),
            (512 << 30, "512 GiB"),
            (u64::MAX, "17179869183 GiB"),
        ] {
            assert_eq!(size(bytes), want);
        }
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let usage = NodeUsage {
            node: "c1".into(),
            gpus: vec![Gpu {
                name: "A100".into(),
                busy: Some(87),
                ..Gpu::default()
            }],
            ..NodeUsage::default()
        };
        let lines = usage_lines(&usage);
        assert_eq!(lines[0], "GPU A100: 87 % busy");
        assert!(lines[1].contains("no way"), "of the login host: {lines:?}");
        assert_eq!(lines.len(), 2);
        assert!(usage_brief(&usage).starts_with("GPU 87 %"));
    }
}
