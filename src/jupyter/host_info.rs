//! The remote script's report on its host.

use std::path::Path;

/// The remote script's report on its host, which comes after all runtime files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostInfo {
    /// `uname -n`.
    pub node: String,
    /// The account's number.
    pub uid: Option<u32>,
    /// The working folder, absolute and without links; empty if it does not exist.
    pub workdir: String,
    /// The login shell.
    pub shell: String,
    /// The `jupyter` on its PATH; empty if there is none before any set-up line has run.
    pub jupyter: String,
    /// Seconds since 1970 by the clock there, where it was asked.
    pub now: Option<i64>,
    /// The folder of a launch of ours that has not written its runtime file yet.
    pub starting: Option<String>,
    /// Launches of ours that were not ended from here and have not been reported yet.
    pub lost: Vec<Lost>,
    /// Folders of launches and jobs of ours that ended because nobody used them.
    pub idle: Vec<String>,
}

impl HostInfo {
    /// Reads `name=value` lines.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut host_info = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "node" => value.clone_into(&mut host_info.node),
                "uid" => host_info.uid = value.parse().ok(),
                "workdir" => value.clone_into(&mut host_info.workdir),
                "shell" => value.clone_into(&mut host_info.shell),
                "jupyter" => value.clone_into(&mut host_info.jupyter),
                "idle" => host_info.idle.push(value.to_owned()),
                "lost" => host_info.lost.extend(Lost::parse(value)),
                "starting" if !value.is_empty() => host_info.starting = Some(value.to_owned()),
                _ => {}
            }
        }
        host_info
    }

    /// Returns true if the server that wrote this runtime file ended because nobody used it.
    #[must_use]
    pub fn was_idle(&self, file: &str) -> bool {
        let holds = |folder: &String| Path::new(file).starts_with(folder);
        self.idle.iter().any(holds)
    }

    /// Returns what became of the launch that the server of this runtime file belonged to, if it is among the lost ones.
    #[must_use]
    pub fn fate(&self, file: &str) -> Option<Fate> {
        let mut lost = self.lost.iter();
        let lost = lost.find(|lost| Path::new(file).starts_with(&lost.folder))?;
        Some(lost.fate)
    }
}

/// A launch of ours that left no word of its end, or one that nobody here gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its fate.
    pub fate: Fate,
    /// The name of its machine.
    pub node: String,
    /// Its folder.
    pub folder: String,
}

/// The fate of a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// All its processes were ended from outside.
    Outside,
    /// Jupyter was ended by KILL.
    Killed,
    /// Its computer was started again.
    Restart,
    /// It is another computer's, and may run there.
    Elsewhere,
    /// Its job was ended from outside.
    Job,
}

impl Lost {
    /// Reads `FATE NODE FOLDER`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let fate = match words.next()? {
            "outside" => Fate::Outside,
            "killed" => Fate::Killed,
            "restart" => Fate::Restart,
            "elsewhere" => Fate::Elsewhere,
            "job" => Fate::Job,
            _ => return None,
        };
        let (node, folder) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(Self { fate, node, folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read() {
        let host_info = HostInfo::parse(
            "node=login\nuid=1001\nhome=/h\nworkdir=/h/a=b\nshell=/bin/tcsh\njupyter=/opt/bin/jupyter\n\
             idle=/s/1\nidle=/s/2\nstarting=",
        );
        let told = HostInfo {
            node: "login".into(),
            uid: Some(1001),
            workdir: "/h/a=b".into(),
            shell: "/bin/tcsh".into(),
            jupyter: "/opt/bin/jupyter".into(),
            idle: vec!["/s/1".into(), "/s/2".into()],
            ..HostInfo::default()
        };
        assert_eq!(host_info, told);
        let starting = HostInfo::parse("starting=/s/3").starting;
        assert_eq!(starting.as_deref(), Some("/s/3"));
    }

    #[test]
    fn a_server_that_nobody_used_is_told_from_one_that_was_lost() {
        let host_info = HostInfo::parse("idle=/s/1\nlost=killed n1 /s/2");
        assert!(host_info.was_idle("/s/1/runtime/jpserver-7.json"));
        for other in [
            "/s/2/runtime/jpserver-7.json",
            "/s/11/runtime/jpserver-7.json",
        ] {
            assert!(!host_info.was_idle(other), "{other}");
        }
    }

    #[test]
    fn each_fate_of_a_launch_has_its_word() {
        for (word, fate) in [
            ("outside", Fate::Outside),
            ("killed", Fate::Killed),
            ("restart", Fate::Restart),
            ("elsewhere", Fate::Elsewhere),
            ("job", Fate::Job),
        ] {
            let host_info = HostInfo::parse(&format!("lost={word} n1 /s/1"));
            assert_eq!(host_info.fate("/s/1/runtime/a.json"), Some(fate), "{word}");
        }
    }

    #[test]
    fn lost_launches_are_read_and_other_words_are_none() {
        let host_info = HostInfo::parse(
            "lost=killed n1 /h o/s/1\nlost=elsewhere n2 /s/2\nlost=later n2 /s/3\nlost=",
        );
        let told: Vec<_> = host_info
            .lost
            .iter()
            .map(|one| one.folder.as_str())
            .collect();
        assert_eq!(told, ["/h o/s/1", "/s/2"]);
        let file = "/h o/s/1/runtime/jpserver-7.json";
        assert_eq!(host_info.fate(file), Some(Fate::Killed));
        assert_eq!(host_info.fate("/s/22/runtime/jpserver-7.json"), None);
    }
}
