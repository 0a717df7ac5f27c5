//! The configuration files that a process was started with. They decide which remote host and
//! account a name means, so the same name under other files is another host.

use std::path::{Path, PathBuf};

/// Separates a host's name from its files. No name in a configuration holds a control character.
const SEPARATOR: char = '\t';

/// `ssh`'s own word for no configuration file at all: `-F none`.
const NO_FILE: &str = "none";

/// The options `-c` and `-F`, as they were given; their paths are absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigOptions {
    /// The configuration, where it is not the usual one.
    pub config: Option<PathBuf>,
    /// The ssh configuration in place of the account's own.
    pub ssh_config: Option<PathBuf>,
}

impl ConfigOptions {
    /// As words of a command line.
    #[must_use]
    pub fn words(&self) -> Vec<(&'static str, &Path)> {
        let config = self.config.as_deref().map(|path| ("-c", path));
        let ssh_config = self.ssh_config.as_deref().map(|path| ("-F", path));
        ssh_config.into_iter().chain(config).collect()
    }
}

/// The files that give this process's host names their meaning.
#[derive(Debug, Clone)]
pub struct Scope {
    usual: PathBuf,
    options: ConfigOptions,
    /// Paths of the options, with links resolved.
    config: PathBuf,
    ssh_config: Option<PathBuf>,
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        (&self.config, &self.ssh_config) == (&other.config, &other.ssh_config)
    }
}

impl Scope {
    /// Returns the configuration file.
    #[must_use]
    pub fn config_file(&self) -> &Path {
        self.options.config.as_deref().unwrap_or(&self.usual)
    }

    /// From the options, and the configuration that counts without them.
    #[must_use]
    pub fn new(usual: PathBuf, given: ConfigOptions) -> Self {
        let is_named = |path: &PathBuf| !is_same(path, &usual);
        let options = ConfigOptions {
            config: given.config.map(absolute).filter(is_named),
            ssh_config: given.ssh_config.map(absolute),
        };
        // The default configuration goes by its own path: if it is a link to changing places, as
        // some package managers keep them, it still is the same configuration.
        let config = options.config.as_deref().map_or(usual.clone(), followed);
        let ssh_config = options.ssh_config.as_deref().map(followed);
        Self {
            usual,
            options,
            config,
            ssh_config,
        }
    }

    /// That of a process with other options.
    #[must_use]
    pub fn with(&self, options: ConfigOptions) -> Self {
        Self::new(self.usual.clone(), options)
    }

    /// Returns the options with which another process means the same hosts.
    #[must_use]
    pub fn options(&self) -> &ConfigOptions {
        &self.options
    }

    /// The configuration file, as it was named.
    #[must_use]
    pub fn config(&self) -> &Path {
        self.options.config.as_deref().unwrap_or(&self.usual)
    }

    /// The ssh configuration given with `-F`.
    #[must_use]
    pub fn ssh_config(&self) -> Option<&Path> {
        self.options.ssh_config.as_deref()
    }

    /// A name that no host of another scope has.
    #[must_use]
    pub fn identity(&self, host: &str) -> String {
        let ssh_config = self.ssh_config.as_deref().unwrap_or(Path::new(""));
        let (config, ssh_config) = (self.config.display(), ssh_config.display());
        format!("{host}{SEPARATOR}{config}{SEPARATOR}{ssh_config}")
    }

    /// The name that a host has in what is remembered between runs. Those of the usual configuration
    /// have their own names there, as in every version.
    #[must_use]
    pub fn remembered_name(&self, host: &str) -> String {
        if self.config == self.usual {
            return host.to_owned();
        }
        format!("{host}{SEPARATOR}{}", self.config.display())
    }
}

/// The host and, where it is not the usual one, the configuration of a remembered name.
#[must_use]
pub fn parse_remembered(name: &str) -> (&str, Option<&str>) {
    match name.split_once(SEPARATOR) {
        Some((host, config)) => (host, Some(config)),
        None => (name, None),
    }
}

fn absolute(path: PathBuf) -> PathBuf {
    if path.as_os_str() == NO_FILE {
        return path;
    }
    std::path::absolute(&path).unwrap_or(path)
}

/// Through all links, as far as there is something.
fn followed(path: &Path) -> PathBuf {
    let beside = || {
        let folder = path.parent()?.canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    let found = path.canonicalize().ok().or_else(beside);
    found.unwrap_or_else(|| path.to_owned())
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || followed(one) == followed(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    fn scope(usual: &Path, config: Option<&Path>, ssh_config: Option<&Path>) -> Scope {
        let options = ConfigOptions {
            config: config.map(Into::into),
            ssh_config: ssh_config.map(Into::into),
        };
        Scope::new(usual.to_owned(), options)
    }

    #[test]
    fn a_name_under_other_files_is_another_host() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let usual = at("config.toml");
        let all = [
            scope(&usual, None, None),
            scope(&usual, Some(&at("other.toml")), None),
            scope(&usual, Some(&at("third.toml")), None),
            scope(&usual, None, Some(&at("ssh"))),
            scope(&usual, Some(&at("other.toml")), Some(&at("ssh"))),
            scope(&at("elsewhere/config.toml"), None, None),
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[..at] {
                assert_ne!(one, other);
                assert_ne!(one.identity("two"), other.identity("two"));
            }
        }
    }

    #[test]
    fn one_file_under_several_names_is_one_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("real")).unwrap();
        for name in ["usual.toml", "other.toml"] {
            std::fs::write(at("real").join(name), "").unwrap();
            symlink(at("real").join(name), at(name)).unwrap();
        }
        symlink(at("real"), at("folder")).unwrap();
        let usual = at("usual.toml");
        let plain = scope(&usual, None, None);
        for name in ["usual.toml", "real/usual.toml", "folder/../real/usual.toml"] {
            let named = scope(&usual, Some(&at(name)), None);
            assert_eq!(named.identity("h"), plain.identity("h"), "{name}");
            assert_eq!(named.remembered_name("h"), "h");
            assert!(named.options().words().is_empty(), "{name}");
        }
        let other = scope(&usual, Some(&at("other.toml")), None);
        for name in ["real/other.toml", "folder/other.toml"] {
            assert_eq!(scope(&usual, Some(&at(name)), None), other, "{name}");
        }
        assert_eq!(
            other.options().words(),
            [("-c", at("other.toml").as_path())]
        );
    }

    #[test]
    fn a_file_that_is_not_there_yet_is_the_one_that_comes() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("new.toml");
        let before = scope(Path::new("/usual.toml"), Some(&new), None);
        std::fs::write(&new, "").unwrap();
        assert_eq!(scope(Path::new("/usual.toml"), Some(&new), None), before);
    }

    #[test]
    fn what_is_remembered_names_other_configurations_alone() {
        let usual = Path::new("/usual.toml");
        let ssh = scope(usual, None, Some(Path::new("none")));
        assert_eq!(ssh.remembered_name("two"), "two");
        assert_eq!(ssh.options().words(), [("-F", Path::new("none"))]);
        let other = scope(usual, Some(Path::new("/o.toml")), None);
        let name = other.remembered_name("two");
        assert_eq!(parse_remembered(&name), ("two", Some("/o.toml")));
        assert_eq!(parse_remembered("two"), ("two", None));
    }
}
