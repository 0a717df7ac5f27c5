//! Activity of a server: its kernels, the notebooks that run in them, and the time of each kernel's last message.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Numbers of kernels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernels {
    /// Number of kernels.
    pub total: usize,
    /// Number of busy kernels.
    pub busy: usize,
}

/// A kernel, with the notebook, console or file that it runs for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notebook {
    /// Its path, as Jupyter's file browser has it; empty for a kernel alone.
    pub path: String,
    /// Name that the tab shows.
    pub name: String,
    /// The kernel's kind, such as `python3`.
    pub kernel: String,
    /// `idle`, `busy`, `starting`, `dead`…, in Jupyter's own words.
    pub state: String,
    /// The kernel's id. (An older version does not say.)
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Since when it has been busy, in seconds since 1970 by this computer's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy_since: Option<i64>,
}

/// Activity of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Numbers of kernels, and of busy ones.
    #[serde(flatten)]
    pub kernels: Kernels,
    /// Number of kernels that a page is connected to: open notebooks.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: usize,
    /// Notebooks that run in them, by path.
    pub notebooks: Vec<Notebook>,
    /// Kernels that run for no notebook, console or file, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<Notebook>,
    /// The path of that notebook which was worked with last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Activity {
    /// Returns each kernel: those of notebooks first.
    pub fn each_kernel(&self) -> impl Iterator<Item = &Notebook> {
        self.notebooks.iter().chain(&self.alone)
    }

    /// As [`Activity::each_kernel`], to be changed.
    pub(crate) fn each_kernel_mut(&mut self) -> impl Iterator<Item = &mut Notebook> {
        self.notebooks.iter_mut().chain(&mut self.alone)
    }
}

/// One look at a server's activity, with times by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The activity.
    pub activity: Activity,
    /// The server's time at the look.
    pub at: Timestamp,
    /// This computer's time at the look.
    pub here: Timestamp,
    /// Time of each kernel's last message, by its id. Silent servers have none.
    pub last_messages: Vec<(String, Timestamp)>,
    /// Names of the errors by which kernels' last cells ended, by their ids.
    pub errors: Vec<(String, String)>,
    /// Since when nothing is used, where that was asked for.
    pub unused: Option<Unused>,
}

/// Use of a server, with times by its clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unused {
    /// Time of the last message of each kernel that computes nothing and that no page shows.
    pub kernels: Vec<Timestamp>,
    /// True if a kernel computes, a page shows one, or a terminal is open.
    pub in_use: bool,
    /// Time at which the server itself was last asked for anything.
    pub server: Option<Timestamp>,
}

/// A kernel, as Jupyter's servers list it.
#[derive(Deserialize)]
pub(super) struct KernelLine {
    #[serde(default)]
    id: String,
    name: Option<String>,
    execution_state: Option<String>,
    /// ISO 8601 in UTC.
    last_activity: Option<String>,
    /// Number of websockets of pages.
    #[serde(default)]
    connections: u64,
    /// Name of the error by which its last cell ended; servers of ours say so (`programs/jupyter_config.py`).
    rj_error: Option<String>,
}

impl KernelLine {
    fn alone(&self) -> Notebook {
        let kernel = self.name.clone().unwrap_or_default();
        Notebook {
            path: String::new(),
            name: kernel.clone(),
            kernel,
            state: self.execution_state.clone().unwrap_or_default(),
            id: self.id.clone(),
            busy_since: None,
        }
    }

    fn last_message(&self) -> Option<(String, Timestamp)> {
        let at = self.last_activity.as_ref()?.parse().ok()?;
        Some((self.id.clone(), at))
    }
}

pub(super) fn count(kernels: &[KernelLine]) -> Kernels {
    let busy = |kernel: &&KernelLine| kernel.execution_state.as_deref() == Some("busy");
    Kernels {
        total: kernels.len(),
        busy: kernels.iter().filter(busy).count(),
    }
}

/// The server's own state, as far as it concerns its use.
#[derive(Deserialize)]
pub(super) struct StatusLine {
    last_activity: Option<String>,
}

/// Returns what is unused, as Jupyter's own limit takes it. A kernel whose last message is not known counts as used.
pub(super) fn unused(
    kernels: &[KernelLine],
    status: Option<StatusLine>,
    terminals: usize,
) -> Unused {
    let rests = |kernel: &KernelLine| {
        let is_busy = kernel.execution_state.as_deref() == Some("busy");
        let at = kernel.last_message().map(|(_, at)| at);
        at.filter(|_| !is_busy && kernel.connections == 0)
    };
    let resting: Vec<Timestamp> = kernels.iter().filter_map(rests).collect();
    Unused {
        in_use: terminals > 0 || resting.len() < kernels.len(),
        kernels: resting,
        server: status.and_then(|status| status.last_activity?.parse().ok()),
    }
}

/// A session, as Jupyter's servers from notebook 6 on tell it.
#[derive(Deserialize)]
pub(super) struct SessionLine {
    path: Option<String>,
    name: Option<String>,
    kernel: Option<SessionKernel>,
}

#[derive(Deserialize)]
struct SessionKernel {
    id: Option<String>,
    name: Option<String>,
    execution_state: Option<String>,
    /// ISO 8601 in UTC, from notebook 5.1 on.
    last_activity: Option<String>,
}

/// The notebook whose kernel had the last activity. Consoles have no page of their own.
fn latest(sessions: &[SessionLine]) -> Option<String> {
    let active = sessions.iter().filter_map(|session| {
        let path = session.path.as_ref()?;
        let at = session.kernel.as_ref()?.last_activity.as_ref()?;
        let end = Path::new(path).extension()?;
        (end == "ipynb").then_some((at, path))
    });
    active.max().map(|(_, path)| path.clone())
}

impl SessionLine {
    pub(super) fn notebook(self) -> Option<Notebook> {
        let (path, kernel) = (self.path?, self.kernel?);
        // notebook 6 leaves the name empty; the last part of the path is what its tab shows.
        let name = self.name.filter(|name| !name.is_empty());
        let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(Notebook {
            name: name.unwrap_or_else(last),
            path,
            kernel: kernel.name.unwrap_or_default(),
            state: kernel.execution_state.unwrap_or_default(),
            id: kernel.id.unwrap_or_default(),
            busy_since: None,
        })
    }
}

/// Puts together what a server told of its kernels and sessions.
pub(super) fn gathered(kernels: &[KernelLine], sessions: Vec<SessionLine>) -> Activity {
    let latest = latest(&sessions);
    let mut notebooks: Vec<Notebook> = sessions
        .into_iter()
        .filter_map(SessionLine::notebook)
        .collect();
    // The server's own order changes from one answer to the next.
    notebooks.sort_by(|one, other| one.path.cmp(&other.path));
    let has_notebook =
        |kernel: &&KernelLine| notebooks.iter().any(|notebook| notebook.id == kernel.id);
    let alone = kernels.iter().filter(|kernel| !has_notebook(kernel));
    let mut alone: Vec<Notebook> = alone.map(KernelLine::alone).collect();
    alone.sort_by(|one, other| one.id.cmp(&other.id));
    let is_open = |kernel: &&KernelLine| kernel.connections > 0;
    Activity {
        kernels: count(kernels),
        open: kernels.iter().filter(is_open).count(),
        notebooks,
        alone,
        latest,
    }
}

/// Returns the times of the kernels' last messages, as far as they can be read.
pub(super) fn last_messages(kernels: &[KernelLine]) -> Vec<(String, Timestamp)> {
    let times = kernels.iter().filter_map(KernelLine::last_message);
    times.collect()
}

/// Returns the errors by which kernels' last cells ended.
pub(super) fn errors(kernels: &[KernelLine]) -> Vec<(String, String)> {
    let errors = kernels.iter();
    let errors = errors.filter_map(|kernel| Some((kernel.id.clone(), kernel.rj_error.clone()?)));
    errors.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_kernel_of_no_notebook_is_listed_too() {
        let kernels: Vec<KernelLine> = serde_json::from_str(
            r#"[{"id": "k", "name": "python3", "execution_state": "idle", "connections": 1,
                 "last_activity": "2026-11-30T10:00:00.000000Z"},
                {"id": "l", "name": "ir", "execution_state": "busy", "last_activity": "never"}]"#,
        )
        .unwrap();
        let sessions: Vec<SessionLine> = serde_json::from_str(
            r#"[{"path": "a.ipynb", "kernel": {"id": "k", "name": "python3"}}]"#,
        )
        .unwrap();
        let activity = gathered(&kernels, sessions);
        assert_eq!(activity.kernels, Kernels { total: 2, busy: 1 });
        let ids: Vec<&str> = activity.each_kernel().map(|one| one.id.as_str()).collect();
        assert_eq!((ids, activity.open), (vec!["k", "l"], 1));
        assert_eq!(activity.alone[0].name, "ir");
        let times = last_messages(&kernels);
        assert_eq!(
            times.len(),
            1,
            "a time that cannot be read is none: {times:?}"
        );
    }

    #[test]
    fn sessions_of_both_generations_are_read() {
        let sessions = r#"[
                {"id": "1", "path": "a/b.ipynb", "name": "b.ipynb", "type": "notebook",
                 "kernel": {"id": "k", "name": "python3", "execution_state": "busy"}, "notebook": {}},
                {"id": "2", "path": "c.ipynb", "name": "", "type": "notebook",
                 "kernel": {"id": "l", "name": "ir", "execution_state": "idle"}},
                {"id": "3", "path": "ended.ipynb", "kernel": null}]"#;
        let sessions: Vec<SessionLine> = serde_json::from_str(sessions).unwrap();
        let notebooks: Vec<Notebook> = sessions
            .into_iter()
            .filter_map(SessionLine::notebook)
            .collect();
        let seen: Vec<[&str; 4]> = notebooks
            .iter()
            .map(|n| [&n.path, &n.name, &n.kernel, &n.state].map(String::as_str))
            .collect();
        assert_eq!(
            seen,
            [
                ["a/b.ipynb", "b.ipynb", "python3", "busy"],
                ["c.ipynb", "c.ipynb", "ir", "idle"]
            ]
        );
    }

    #[test]
    fn the_notebook_that_was_worked_with_last_is_known() {
        let session = |path: &str, at: &str| {
            let text = format!(
                r#"{{"path": "{path}", "kernel": {{"name": "p", "last_activity": "2026-11-24T{at}Z"}}}}"#
            );
            serde_json::from_str::<SessionLine>(&text).unwrap()
        };
        let mut sessions = vec![
            session("a.ipynb", "11:45:24.000000"),
            session("b/c.ipynb", "11:46:01.500000"),
            session("d.ipynb", "09:00:00.000000"),
            session("console-1", "12:00:00.000000"),
        ];
        assert_eq!(latest(&sessions).as_deref(), Some("b/c.ipynb"));
        sessions.drain(..3);
        assert_eq!(latest(&sessions), None);
    }

    #[test]
    fn an_activity_is_one_flat_object() {
        let activity = Activity {
            kernels: Kernels { total: 2, busy: 1 },
            ..Activity::default()
        };
        let text = serde_json::to_string(&activity).unwrap();
        assert_eq!(text, r#"{"total":2,"busy":1,"notebooks":[]}"#);
        assert_eq!(serde_json::from_str::<Activity>(&text).unwrap(), activity);
    }
}
