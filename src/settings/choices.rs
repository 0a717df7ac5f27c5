//! Offers of a host, as the page shows them.

use serde_json::{Value, json};

use crate::i18n::fl;
use crate::session::{HostChoices, QueueChoice};

/// Returns the event that tells the page.
pub fn event(host: &str, choices: &HostChoices) -> Value {
    let queues = choices.queues.iter();
    let queues = queues.map(|queue| json!({ "name": queue.name, "hint": hint(queue) }));
    let modules = choices.modules.iter();
    let modules: Vec<String> = modules.map(|name| format!("module load {name}")).collect();
    let accounts = choices.accounts.iter();
    let accounts: Vec<String> = accounts.map(|name| format!("--account={name}")).collect();
    json!({
        "kind": "choices",
        "host": host,
        "isEmpty": choices.is_empty(),
        "queue": queues.collect::<Vec<_>>(),
        "parallel_environment": named(&choices.parallel_environments),
        "options": named(&accounts),
        "setup": named(&choices.environments),
        "modules": modules,
    })
}

fn named(names: &[String]) -> Vec<Value> {
    let names = names.iter();
    names
        .map(|name| json!({ "name": name, "hint": "" }))
        .collect()
}

/// Returns what is free, how long a job may run, and which GPUs there are.
fn hint(queue: &QueueChoice) -> String {
    let free = queue.free.map(|free| fl!("settings-free", count = free));
    let limit = Some(queue.limit.clone()).filter(|limit| !limit.is_empty());
    let gpus = Some(queue.gpus.join(", ")).filter(|gpus| !gpus.is_empty());
    let parts: Vec<String> = [free, limit, gpus].into_iter().flatten().collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_says_what_is_free_how_long_a_job_may_run_and_which_gpus_there_are() {
        let queue = QueueChoice {
            name: "gpu".into(),
            limit: "2-00:00:00".into(),
            free: Some(6),
            gpus: vec!["a100:4".into()],
        };
        assert_eq!(hint(&queue), "6 free · 2-00:00:00 · a100:4");
        assert_eq!(hint(&QueueChoice::default()), "");
    }
}
