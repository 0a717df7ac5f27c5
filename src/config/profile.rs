//! Profiles: named sets of keys that a server of a host may be started with, and resources for a single start.
//!
//! A server that was started with a profile lives beside the host's own. So it is a host of its own to the rest of the
//! program, under the name `HOST:PROFILE`: with its own lock, port, tunnel, records on the remote host and base URL.

use std::fmt;

use super::schema::{Host, LauncherKind, Profile, Resources};

/// Stands between the names of a host and of a profile. No name of a profile holds it.
const SEPARATOR: char = ':';

impl Resources {
    /// Returns true if nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn put_into(&self, host: &mut Host) {
        replace_some(&mut host.queue, self.queue.as_ref());
        replace_some(&mut host.cores, self.cores.as_ref());
        replace_some(&mut host.memory, self.memory.as_ref());
        replace_some(&mut host.gpus, self.gpus.as_ref());
        replace_some(&mut host.walltime, self.walltime.as_ref());
    }
}

/// In the form of a command line's options.
impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let options = [
            ("--cores", number(self.cores)),
            ("--memory", self.memory.clone()),
            ("--gpus", number(self.gpus)),
            ("--walltime", self.walltime.clone()),
            ("--queue", self.queue.clone()),
        ];
        let said = options.into_iter().filter_map(|(option, value)| {
            let value = value?;
            Some(format!("{option} {value}"))
        });
        f.write_str(&said.collect::<Vec<_>>().join(" "))
    }
}

impl Profile {
    /// Returns the first key by which it asks a scheduler for something.
    fn scheduler_key(&self) -> Option<&'static str> {
        let Resources {
            queue,
            cores,
            memory,
            gpus,
            walltime,
        } = &self.resources;
        let keys = [
            ("queue", queue.is_some()),
            ("cores", cores.is_some()),
            ("memory", memory.is_some()),
            ("gpus", gpus.is_some()),
            ("walltime", walltime.is_some()),
            ("parallel_environment", self.parallel_environment.is_some()),
            ("options", self.options.is_some()),
            ("job_script", self.job_script.is_some()),
        ];
        keys.iter().find(|(_, is_said)| *is_said).map(|key| key.0)
    }
}

impl Host {
    /// Returns the host with one of its profiles: a server beside its own.
    #[must_use]
    pub fn with_profile(&self, profile: &Profile) -> Self {
        let mut host = self.clone();
        host.name = profile_name(&self.name, &profile.name);
        host.ssh = Some(self.ssh_destination().to_owned());
        host.profile = Some(profile.name.clone());
        host.unheeded = profile
            .scheduler_key()
            .filter(|_| !self.launcher.is_scheduler());
        host.profiles = Vec::new();
        host.local_port = profile.local_port;
        // The servers of two jobs may run on two nodes; those of the host itself cannot share a port.
        let fixed = self.remote_port.filter(|_| self.launcher.is_scheduler());
        host.remote_port = profile.remote_port.or(fixed);
        // The tunnel of the host's own server has these.
        for forward in &mut host.forwards {
            forward.local_port = None;
        }
        replace_some(&mut host.app, profile.app.as_ref());
        replace_some(&mut host.workdir, profile.workdir.as_ref());
        replace_some(&mut host.job_script, profile.job_script.as_ref());
        let environment = profile.parallel_environment.as_ref();
        replace_some(&mut host.parallel_environment, environment);
        replace(&mut host.args, profile.args.as_ref());
        replace(&mut host.setup, profile.setup.as_ref());
        replace(&mut host.env, profile.env.as_ref());
        replace(&mut host.options, profile.options.as_ref());
        profile.resources.put_into(&mut host);
        host
    }

    /// Returns the host with other resources.
    #[must_use]
    pub fn with_resources(&self, resources: &Resources) -> Self {
        let mut host = self.clone();
        resources.put_into(&mut host);
        host
    }

    /// Returns the hosts that its profiles make of it, in the file's order.
    pub fn with_profiles(&self) -> impl Iterator<Item = Self> {
        self.profiles
            .iter()
            .map(|profile| self.with_profile(profile))
    }

    /// The profile of that name.
    #[must_use]
    pub fn find_profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The name without that of the profile.
    #[must_use]
    pub fn base_name(&self) -> &str {
        let end = self.profile.as_ref().map_or(0, |name| name.len() + 1);
        let length = self.name.len().saturating_sub(end);
        self.name.get(..length).unwrap_or(&self.name)
    }
}

impl LauncherKind {
    /// Returns true if servers are started as jobs.
    #[must_use]
    pub const fn is_scheduler(self) -> bool {
        match self {
            Self::Sge | Self::Slurm | Self::Pbs | Self::Lsf => true,
            Self::Direct | Self::Attach => false,
        }
    }
}

/// Returns the name of a host with a profile.
#[must_use]
pub fn profile_name(host: &str, profile: &str) -> String {
    format!("{host}{SEPARATOR}{profile}")
}

/// Returns the two parts of such a name.
#[must_use]
pub fn parse_profile_name(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once(SEPARATOR)
}

fn replace<T: Clone>(own: &mut T, other: Option<&T>) {
    if let Some(other) = other {
        own.clone_from(other);
    }
}

fn replace_some<T: Clone>(own: &mut Option<T>, other: Option<&T>) {
    if other.is_some() {
        *own = other.cloned();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use std::collections::BTreeMap;

    use super::super::Config;
    use super::*;

    fn config(text: &str) -> Config {
        Config::parse(Path::new("config.toml"), text).unwrap()
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    const CLUSTER: &str = r#"
[[host]]
name = "cluster"
ssh = "me@login"
launcher = "slurm"
setup = ["module load python"]
env = { A = "1" }
base_url = "/x/"
local_port = 8890
remote_port = 8888
queue = "cpu"
cores = 2
memory = "8G"
walltime = "8:00:00"
options = ["--account=lab"]
poll_seconds = 60

[[host.forward]]
name = "TensorBoard"
remote = "6006"
local_port = 16006

[host.profile.small]

[host.profile.gpu]
queue = "gpu"
gpus = 1
walltime = "4:00:00"
setup = ["module load cuda"]
env = {}
"#;

    #[test]
    fn a_profile_takes_the_place_of_what_it_says_and_of_nothing_else() {
        let config = config(CLUSTER);
        let host = config.host("cluster:gpu").unwrap();
        assert_eq!(
            (host.base_name(), host.ssh_destination()),
            ("cluster", "me@login")
        );
        assert_eq!(host.profile.as_deref(), Some("gpu"));
        assert_eq!(host.queue.as_deref(), Some("gpu"));
        assert_eq!((host.cores, host.gpus), (Some(2), Some(1)));
        assert_eq!(host.memory.as_deref(), Some("8G"));
        assert_eq!(host.walltime.as_deref(), Some("4:00:00"));
        assert_eq!(host.setup, words(&["module load cuda"]));
        assert_eq!(host.env, BTreeMap::new());
        assert_eq!(host.options, words(&["--account=lab"]));
        assert_eq!(
            (host.launcher, host.poll_seconds),
            (LauncherKind::Slurm, 60)
        );
    }

    #[test]
    fn a_second_tunnel_does_not_get_the_ports_of_the_first() {
        let config = config(CLUSTER);
        let host = config.host("cluster:gpu").unwrap();
        assert_eq!((host.local_port, host.remote_port), (None, Some(8888)));
        assert_eq!(host.forwards[0].local_port, None);
        assert_eq!(host.forwards[0].remote_port, 6006);
        let text = "[[host]]\nname = \"a\"\nremote_port = 8888\n[host.profile.b]\n\
                    [host.profile.c]\nremote_port = 8889\nlocal_port = 8891\n";
        let config = Config::parse(Path::new(""), text).unwrap();
        assert_eq!(config.host("a:b").unwrap().remote_port, None);
        let host = config.host("a:c").unwrap();
        assert_eq!(
            (host.local_port, host.remote_port),
            (Some(8891), Some(8889))
        );
    }

    #[test]
    fn profiles_keep_the_order_of_the_file() {
        let config = config(CLUSTER);
        let names: Vec<&str> = config.all_hosts().map(|host| host.name.as_str()).collect();
        assert_eq!(names, ["cluster", "cluster:small", "cluster:gpu"]);
        assert!(config.host("cluster").unwrap().profile.is_none());
    }

    #[test]
    fn what_only_a_scheduler_heeds_is_known() {
        let text = "[[host]]\nname = \"a\"\n[host.profile.gpu]\ncores = 2\ngpus = 1\n\
                    [host.profile.conda]\nsetup = [\"conda activate b\"]\n\
                    [host.profile.script]\njob_script = \"run.sh\"\n";
        let direct = config(text);
        let key = |config: &Config, name: &str| config.host(name).unwrap().unheeded;
        assert_eq!(key(&direct, "a:gpu"), Some("cores"));
        assert_eq!(key(&direct, "a:script"), Some("job_script"));
        assert_eq!(key(&direct, "a:conda"), None);
        let slurm = text.replacen("\n[", "\nlauncher = \"slurm\"\n[", 1);
        assert_eq!(key(&config(&slurm), "a:gpu"), None);
    }

    #[test]
    fn a_command_line_has_the_last_word() {
        let config = config(CLUSTER);
        let more = Resources {
            cores: Some(8),
            walltime: Some("2:00:00".into()),
            ..Resources::default()
        };
        let host = config.host("cluster:gpu").unwrap().with_resources(&more);
        assert_eq!((host.cores, host.gpus), (Some(8), Some(1)));
        assert_eq!(host.walltime.as_deref(), Some("2:00:00"));
        assert_eq!(host.name, "cluster:gpu");
        assert_eq!(more.to_string(), "--cores 8 --walltime 2:00:00");
        assert!(!more.is_empty() && Resources::default().is_empty());
    }
}
