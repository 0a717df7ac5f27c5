//! Parses what Grid Engine's commands print about jobs: the XML of a list, the lines of `qstat -j`.

use jiff::civil::DateTime;
use roxmltree::{Document, Node};

use crate::scheduler::job::{Job, JobState};
use crate::scheduler::output::{CommandOutput, LocalTime};
use crate::unix_time;

/// The end of a complete list.
const END: &str = "</job_info>";

/// Keeps the ledger's jobs, a block each, and the text around the blocks.
pub(super) const FILTER: &str = concat!(
    r#"function text(tag) { if (!match(block, "<" tag ">[^<]*")) return ""; "#,
    r#"return substr(block, RSTART + length(tag) + 2, RLENGTH - length(tag) - 2) } "#,
    r#"function plain(name) { gsub(/&lt;/, "<", name); gsub(/&gt;/, ">", name); gsub(/&quot;/, "\"", name); "#,
    r#"gsub(/&amp;/, "\\&", name); return name } "#,
    r#"/<job_list/ { block = ""; inside = 1 } "#,
    r#"inside { block = block $0 "\n"; if (/<\/job_list>/) { inside = 0; name = text("full_job_name"); "#,
    r#"if (name == "") name = text("JB_name"); "#,
    r#"if ((text("JB_job_number") in own) || (plain(name) in named)) printf "%s", block } next } "#,
    r#"{ print substr($0, 1, 2000) } END { exit status }"#,
);

/// Reads a whole list.
pub(super) fn jobs(list: &CommandOutput) -> Result<Vec<Job>, String> {
    let at = list.out.find("<?xml").ok_or_else(|| list.words())?;
    // A site's own command may say more before and after it.
    let end = list.out.rfind(END).map(|end| end + END.len());
    let text = list.out.get(at..end.unwrap_or(list.out.len()));
    let text = text.ok_or_else(|| list.words())?;
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let lists = document.descendants();
    let lists = lists.filter(|node| node.has_tag_name("job_list"));
    Ok(lists.filter_map(|node| job(node, list.clock)).collect())
}

/// Reads the state from `qstat -j`: `job_state             1:    r`, a line for each task; one that
/// runs comes first.
pub(super) fn state_of(answer: &str) -> (JobState, String) {
    let words: Vec<&str> = answer
        .lines()
        .filter(|line| line.starts_with("job_state "))
        .filter_map(|line| line.rsplit_once(':'))
        .map(|(_, word)| word.trim())
        .collect();
    let runs = words.iter().find(|word| state(word) == JobState::Running);
    if let Some(word) = runs.or(words.first()) {
        let waits_for_another = answer
            .lines()
            .any(|line| line.starts_with("jid_predecessor_list"));
        let state = match state(word) {
            JobState::Held if waits_for_another => JobState::Waiting,
            state => state,
        };
        return (state, (*word).to_owned());
    }
    let runs = answer.lines().any(|line| line.starts_with("usage "));
    let state = if runs {
        JobState::Running
    } else {
        JobState::Waiting
    };
    (state, String::new())
}

/// `2026-11-22T18:46:05` (in lists) and `Sun Nov 22 18:46:05 2026` of SGE; `11/22/2026 18:46:05.123` of Univa and Altair;
/// `2026-11-22 18:46:05.123456` of OCS and GCS. A number counts seconds, milliseconds or microseconds since 1970.
pub(super) fn time(text: &str, clock: LocalTime) -> Option<i64> {
    // Seconds of now have ten digits, and no local time is a number.
    if let Ok(number) = text.parse::<i64>() {
        let digits = text.len();
        return (10..=16).contains(&digits).then(|| {
            let factor = match digits {
                10 => 1,
                11..=13 => 1_000,
                _ => 1_000_000,
            };
            number / factor
        });
    }
    let iso = || text.replacen(' ', "T", 1).parse::<DateTime>();
    let usual = DateTime::strptime("%a %b %e %H:%M:%S %Y", text);
    let univa = || DateTime::strptime("%m/%d/%Y %H:%M:%S%.f", text);
    let time = usual.or_else(|_| univa()).or_else(|_| iso()).ok()?;
    Some(clock.epoch(time))
}

fn job(node: Node<'_, '_>, clock: LocalTime) -> Option<Job> {
    let text = |tag: &str| {
        let child = node.children().find(|child| child.has_tag_name(tag));
        child.and_then(|child| child.text()).map(str::trim)
    };
    let word = text("state")?.to_owned();
    // "all.q@c1"
    let node_name = text("queue_name").and_then(|queue| queue.split_once('@'));
    let time = |tag: &str| time(text(tag)?, clock);
    let started = time("JAT_start_time");
    let limit = node.children().find(|child| {
        child.has_tag_name("hard_request") && child.attribute("name") == Some("h_rt")
    });
    let limit = limit.and_then(|limit| unix_time::parse(limit.text()?));
    // Held by SGE itself until another job has ended.
    let before = text("predecessor_jobs");
    let state = match (state(&word), before) {
        (JobState::Held, Some(_)) => JobState::Waiting,
        (state, _) => state,
    };
    let reason = before.map(|id| format!("predecessor_jobs: {id}"));
    Some(Job {
        id: text("JB_job_number")?.to_owned(),
        name: text("full_job_name").or(text("JB_name"))?.to_owned(),
        // OCS and GCS have another name for it.
        submitted: time("JB_submission_time").or_else(|| time("JAT_submission_time")),
        queue: String::new(),
        state,
        reason: reason.unwrap_or_default(),
        node: node_name.map(|(_, node)| node.to_owned()),
        place: None,
        start_estimate: None,
        started,
        ends: started.zip(limit).map(|(started, limit)| started + limit),
        word,
    })
}

/// Reads the letters, which add up: `Eqw` is an error, `hqw` a hold, `dr` is being deleted, `t` on
/// its way to a node, `Rr` has begun again. A hold of one that runs (`hr`) counts when it is put
/// back into the queue (`hRwq`).
pub(super) fn state(word: &str) -> JobState {
    match word {
        _ if word.contains('d') => JobState::Ending,
        _ if word.contains('E') => JobState::Never,
        _ if word.contains(['r', 't', 's', 'S', 'T']) => JobState::Running,
        _ if word.contains('h') => JobState::Held,
        _ => JobState::Waiting,
    }
}
