//! The notebooks that ran on a host, the newest first.

use crate::jupyter::Activity;

/// As many as one finds a name among at a glance.
const KEPT: usize = 10;

/// Returns the notebooks after those that run now: the one that was worked with last comes first,
/// then those that are new. The others keep their places, so that a menu does not change for
/// nothing.
pub fn seen(known: &[String], activity: &Activity) -> Vec<String> {
    let running = activity.notebooks.iter().map(|notebook| &notebook.path);
    let new = running.filter(|path| !known.contains(path));
    let newest = activity.latest.iter().chain(new).cloned();
    joined(&newest.collect::<Vec<_>>(), known)
}

/// Returns the newer ones and then the older ones, each of them once.
pub fn joined(newer: &[String], older: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for path in newer.iter().chain(older) {
        if !paths.contains(path) && paths.len() < KEPT {
            paths.push(path.clone());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jupyter::Notebook;

    fn activity(latest: Option<&str>, paths: &[&str]) -> Activity {
        let notebook = |path: &&str| Notebook {
            path: (*path).to_owned(),
            name: String::new(),
            kernel: "python3".into(),
            state: "idle".into(),
            ..Notebook::default()
        };
        Activity {
            latest: latest.map(str::to_owned),
            notebooks: paths.iter().map(notebook).collect(),
            ..Activity::default()
        }
    }

    #[test]
    fn the_notebook_worked_with_last_comes_first_and_the_others_keep_their_order() {
        let first = seen(&[], &activity(Some("b"), &["a", "b"]));
        assert_eq!(first, ["b", "a"]);
        let next = seen(&first, &activity(Some("b"), &["a", "b", "c"]));
        assert_eq!(next, ["b", "c", "a"]);
        assert_eq!(seen(&next, &activity(None, &["a"])), next);
        assert_eq!(seen(&next, &activity(Some("a"), &[])), ["a", "b", "c"]);
    }

    #[test]
    fn ten_are_kept() {
        let old: Vec<String> = (0..KEPT).map(|n| n.to_string()).collect();
        let now = seen(&old, &activity(Some("new"), &[]));
        assert_eq!(now.len(), KEPT);
        assert_eq!((now[0].as_str(), now[9].as_str()), ("new", "8"));
    }
}
