//! The names that an ssh configuration gives to hosts, to choose from.
//!
//! It is read here and not by `ssh -G`, which only answers about a name that one has already, and
//! which runs the commands of `Match exec`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Hosts that serve git repositories only: nobody has a shell there.
const GIT_HOSTS: &[&str] = &[
    "bitbucket.org",
    "codeberg.org",
    "gist.github.com",
    "git.sr.ht",
    "gitee.com",
    "github.com",
    "gitlab.com",
    "salsa.debian.org",
    "ssh.dev.azure.com",
    "ssh.github.com",
    "altssh.gitlab.com",
    "vs-ssh.visualstudio.com",
];

/// The aliases of a configuration file and of those that it includes, in their order: the names of
/// `Host` lines without wildcards, and without hosts that only serve git repositories. Files that
/// cannot be read have none. Returns the files that were read as well.
#[must_use]
pub fn read(file: &Path) -> (Vec<String>, BTreeSet<PathBuf>) {
    let mut found = Found::default();
    found.collect(file);
    found.finish()
}

/// The aliases in a configuration's text, without those of other files.
pub(crate) fn in_text(text: &str) -> Vec<String> {
    let mut found = Found::default();
    for (keyword, words) in text.lines().filter_map(words) {
        let keyword = keyword.to_ascii_lowercase();
        if keyword != "include" {
            found.take(&keyword, words);
        }
    }
    found.finish().0
}

/// `~/.ssh/config`.
#[must_use]
pub fn default_file() -> Option<PathBuf> {
    Some(etcetera::home_dir().ok()?.join(".ssh/config"))
}

/// The names that were found so far.
#[derive(Default)]
struct Found {
    names: Vec<String>,
    /// Those of them that only serve git repositories.
    git: BTreeSet<String>,
    /// The files that were read.
    files: BTreeSet<PathBuf>,
    /// The names of the block that a line belongs to.
    block: Vec<String>,
}

impl Found {
    fn finish(self) -> (Vec<String>, BTreeSet<PathBuf>) {
        let Self {
            mut names,
            git,
            files,
            ..
        } = self;
        let mut seen = BTreeSet::new();
        names.retain(|alias| !git.contains(alias) && seen.insert(alias.clone()));
        (names, files)
    }

    /// Each file is read once: a second time it has no other names, and it might include itself.
    fn collect(&mut self, file: &Path) {
        let Ok(bytes) = std::fs::read(file) else {
            return;
        };
        if !self.files.insert(file.to_path_buf()) {
            return;
        }
        for line in String::from_utf8_lossy(&bytes).lines() {
            if let Some((keyword, words)) = words(line) {
                self.take(&keyword.to_ascii_lowercase(), words);
            }
        }
    }

    fn take(&mut self, keyword: &str, words: Vec<String>) {
        match keyword {
            "host" => {
                let git = words.iter().filter(|word| is_git_host(word));
                self.git.extend(git.cloned());
                self.block = words.into_iter().filter(|word| is_name(word)).collect();
                self.names.extend(self.block.iter().cloned());
            }
            "match" => self.block.clear(),
            "user" if words == ["git"] => self.git.extend(self.block.iter().cloned()),
            "hostname" if words.iter().any(|word| is_git_host(word)) => {
                self.git.extend(self.block.iter().cloned());
            }
            "include" => {
                // A block of an included file ends with it.
                let block = std::mem::take(&mut self.block);
                let files = words.iter().flat_map(|word| included(word));
                files.for_each(|file| self.collect(&file));
                self.block = block;
            }
            _ => {}
        }
    }
}

fn is_git_host(word: &str) -> bool {
    GIT_HOSTS.iter().any(|host| host.eq_ignore_ascii_case(word))
}

/// A line's keyword and words; `Host=a` is allowed, as are quotes.
fn words(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    let end = line.find(|c: char| c.is_whitespace() || c == '=')?;
    let (keyword, rest) = line.split_at(end);
    if keyword.starts_with('#') {
        return None;
    }
    let rest = rest.trim_start().trim_start_matches('=');
    Some((keyword.to_owned(), shlex::split(rest)?))
}

/// Returns true if it names one host, and one that `ssh` would accept as an argument.
fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with(['-', '!']) && !word.contains(['*', '?', ',', '@', '/'])
}

/// Relative paths are below `~/.ssh`, and may have wildcards: `ssh_config(5)`, `Include`.
fn included(pattern: &str) -> Vec<PathBuf> {
    let Ok(home) = etcetera::home_dir() else {
        return Vec::new();
    };
    let path = match pattern.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => home.join(".ssh").join(pattern),
    };
    let found = path.to_str().and_then(|pattern| glob::glob(pattern).ok());
    found.into_iter().flatten().filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_without_wildcards_are_found_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let more = file("more*").display().to_string();
        let text = format!(
            "# Host no\nHost gpu01 gpu02 *.example.org !gpu03\n  HostName x\nhost=eq\n\
             HOST \"quoted\" # remark\nInclude {more}\nInclude /nowhere\nHost gpu01 -x\nHost\n\
             Match exec \"touch /tmp/x\"\n  User a\n"
        );
        std::fs::write(file("config"), text).unwrap();
        std::fs::write(file("more1"), "Host a\nHost b?\n").unwrap();
        std::fs::write(file("more2"), format!("Host c\nInclude {more}\n")).unwrap();
        assert_eq!(
            read(&file("config")).0,
            ["gpu01", "gpu02", "eq", "quoted", "a", "c"]
        );
        assert!(read(&file("nowhere")).0.is_empty());
    }

    #[test]
    fn hosts_that_only_serve_git_repositories_are_none_to_open() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let more = file("more").display().to_string();
        let text = format!(
            "Host gpu01\n  User me\nHost GitHub.com codeberg.org\nHost work\n  HostName github.com\n\
             Host forge forge2\n  Include {more}\n  User git\nHost digit\n  User gitte\n\
             Host *\n  User git\n"
        );
        std::fs::write(file("config"), text).unwrap();
        std::fs::write(file("more"), "Host inside\n  Port 2222\n").unwrap();
        assert_eq!(read(&file("config")).0, ["gpu01", "inside", "digit"]);
    }
}
