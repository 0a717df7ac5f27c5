//! The keys that the file knows, in one table: what each takes, and an example of it.

use super::schema::{App, Bind, LauncherKind, OnQuit, Transport};
use super::values::{self, Complaint};
use crate::i18n::fl;

/// Type of a key's value.
pub(super) enum Kind {
    /// Any text of one line.
    Text,
    /// A text of a certain form.
    Formed(fn(&str) -> Result<(), Complaint>),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A whole number in a range, both ends in it.
    Number { least: u32, most: u32 },
    /// True or false.
    Flag,
    /// A list of texts.
    Texts,
    /// Names of environment variables and their values.
    Environment,
    /// Tables of their own, as many as wanted.
    Tables(&'static Level),
    /// Tables of their own, each with a name in its header.
    NamedTables(&'static Level),
}

impl Kind {
    /// Returns the type as text, as it follows "takes".
    pub fn expected(&self) -> String {
        match self {
            Self::Text | Self::Formed(_) | Self::Word(_) => fl!("type-string"),
            Self::Number {
                least,
                most: u32::MAX,
            } => fl!("type-number-from", least = *least),
            Self::Number { least, most } => {
                fl!("type-number-between", least = *least, most = *most)
            }
            Self::Flag => fl!("type-flag"),
            Self::Texts => fl!("type-strings"),
            Self::Environment => fl!("type-environment"),
            Self::Tables(level) | Self::NamedTables(level) => {
                fl!("type-tables", header = level.title)
            }
        }
    }
}

/// One key.
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// A line, or a header, as it would stand in the file.
    pub example: &'static str,
}

impl Key {
    /// Returns how to write it, as a remedy.
    pub fn form(&self) -> String {
        match self.kind {
            Kind::Tables(level) => fl!("key-write-table", header = level.title),
            Kind::NamedTables(_) => fl!("key-write-named-table", header = self.example),
            _ => fl!("key-write-as", example = self.example),
        }
    }
}

/// The keys that stand together.
pub(super) struct Level {
    /// The header above them; nothing at the top of the file.
    pub title: &'static str,
    pub keys: &'static [Key],
    /// The keys that can't be left out.
    pub required: &'static [&'static str],
}

impl Level {
    pub fn find(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Returns the place where its keys belong, as text.
    pub fn place(&self) -> String {
        match self.title {
            "" => fl!("key-belongs-top"),
            header => fl!("key-belongs-under", header = header),
        }
    }
}

const fn key(name: &'static str, kind: Kind, example: &'static str) -> Key {
    Key {
        name,
        kind,
        example,
    }
}

/// Ports below are privileged: an ordinary user's program cannot listen on them.
const LOCAL_PORT: Kind = Kind::Number {
    least: 1024,
    most: 65535,
};
const REMOTE_PORT: Kind = Kind::Number {
    least: 1,
    most: 65535,
};

const AT_LEAST_ONE: Kind = Kind::Number {
    least: 1,
    most: u32::MAX,
};
const ANY_NUMBER: Kind = Kind::Number {
    least: 0,
    most: u32::MAX,
};

/// Every level, for a key at the wrong one.
pub(super) static LEVELS: [&Level; 4] = [&TOP, &HOST, &FORWARD, &PROFILE];

/// The top of the file.
pub(super) static TOP: Level = Level {
    title: "",
    required: &[],
    keys: &[
        key("default_host", Kind::Text, r#"default_host = "gpu01""#),
        key("browser", Kind::Text, r#"browser = "Google Chrome""#),
        key("open_at_start", Kind::Texts, r#"open_at_start = ["gpu01"]"#),
        key(
            "language",
            Kind::Formed(values::language),
            r#"language = "ja""#,
        ),
        key("check_updates", Kind::Flag, "check_updates = false"),
        key(
            "cell_done_after",
            Kind::Formed(|text| values::duration_or_never(text).map(drop)),
            r#"cell_done_after = "5m""#,
        ),
        key("on_event", Kind::Text, r#"on_event = "~/bin/notify""#),
        key("host", Kind::Tables(&HOST), "[[host]]"),
    ],
};

/// One `[[host]]`.
pub(super) static HOST: Level = Level {
    title: "[[host]]",
    required: &["name"],
    keys: &[
        key("name", Kind::Formed(values::host_name), r#"name = "gpu01""#),
        key(
            "ssh",
            Kind::Formed(values::destination),
            r#"ssh = "me@gpu01""#,
        ),
        key(
            "launcher",
            Kind::Word(LauncherKind::WORDS),
            r#"launcher = "slurm""#,
        ),
        key("app", Kind::Word(App::WORDS), r#"app = "lab""#),
        key("command", Kind::Text, r#"command = "jupyter lab""#),
        key("args", Kind::Texts, r#"args = ["--allow-root"]"#),
        key("workdir", Kind::Text, r#"workdir = "~/project""#),
        key("setup", Kind::Texts, r#"setup = ["conda activate ml"]"#),
        key(
            "env",
            Kind::Environment,
            r#"env = { OMP_NUM_THREADS = "4" }"#,
        ),
        key(
            "base_url",
            Kind::Formed(values::base_url),
            r#"base_url = "/gpu01/""#,
        ),
        key("local_port", LOCAL_PORT, "local_port = 8890"),
        key("remote_port", REMOTE_PORT, "remote_port = 8888"),
        key("bind", Kind::Word(Bind::WORDS), r#"bind = "auto""#),
        key(
            "transport",
            Kind::Word(Transport::WORDS),
            r#"transport = "openssh""#,
        ),
        key("queue", Kind::Text, r#"queue = "all.q""#),
        key("cores", AT_LEAST_ONE, "cores = 4"),
        key("memory", Kind::Formed(values::memory), r#"memory = "8G""#),
        key("gpus", ANY_NUMBER, "gpus = 1"),
        key(
            "walltime",
            Kind::Formed(values::walltime),
            r#"walltime = "8:00:00""#,
        ),
        key(
            "parallel_environment",
            Kind::Text,
            r#"parallel_environment = "smp""#,
        ),
        key(
            "options",
            Kind::Texts,
            r#"options = ["-l", "hostname=gpu01"]"#,
        ),
        key("job_script", Kind::Text, r#"job_script = "run_jupyter.sh""#),
        key("poll_seconds", AT_LEAST_ONE, "poll_seconds = 15"),
        key("on_quit", Kind::Word(OnQuit::WORDS), r#"on_quit = "keep""#),
        key(
            "idle_stop",
            Kind::Formed(|text| values::duration(text).map(drop)),
            r#"idle_stop = "2h""#,
        ),
        key("remember", Kind::Flag, "remember = true"),
        key("forward", Kind::Tables(&FORWARD), "[[host.forward]]"),
        key("profile", Kind::NamedTables(&PROFILE), "[host.profile.gpu]"),
    ],
};

/// One `[[host.forward]]`.
pub(super) static FORWARD: Level = Level {
    title: "[[host.forward]]",
    required: &["name", "remote"],
    keys: &[
        key("name", Kind::Text, r#"name = "TensorBoard""#),
        key(
            "remote",
            Kind::Formed(|text| values::remote(text).map(drop)),
            r#"remote = "127.0.0.1:6006""#,
        ),
        key("local_port", LOCAL_PORT, "local_port = 16006"),
    ],
};

/// One `[host.profile.NAME]`: what may differ from one start to the next.
pub(super) static PROFILE: Level = Level {
    title: "[host.profile.NAME]",
    required: &[],
    keys: &[
        key("app", Kind::Word(App::WORDS), r#"app = "lab""#),
        key("args", Kind::Texts, r#"args = ["--allow-root"]"#),
        key("workdir", Kind::Text, r#"workdir = "~/project""#),
        key("setup", Kind::Texts, r#"setup = ["module load cuda"]"#),
        key(
            "env",
            Kind::Environment,
            r#"env = { OMP_NUM_THREADS = "8" }"#,
        ),
        key("local_port", LOCAL_PORT, "local_port = 8891"),
        key("remote_port", REMOTE_PORT, "remote_port = 8889"),
        key("queue", Kind::Text, r#"queue = "gpu.q""#),
        key("cores", AT_LEAST_ONE, "cores = 8"),
        key("memory", Kind::Formed(values::memory), r#"memory = "32G""#),
        key("gpus", ANY_NUMBER, "gpus = 1"),
        key(
            "walltime",
            Kind::Formed(values::walltime),
            r#"walltime = "4:00:00""#,
        ),
        key(
            "parallel_environment",
            Kind::Text,
            r#"parallel_environment = "smp""#,
        ),
        key("options", Kind::Texts, r#"options = ["--constraint=a100"]"#),
        key("job_script", Kind::Text, r#"job_script = "run_gpu.sh""#),
    ],
};

/// Returns the one of `known` that `written` most likely means.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let meant = plain(written);
    let length = meant.chars().count();
    let distance = |word: &str| {
        let begun = length >= 3 && plain(word).starts_with(&meant);
        let distance = strsim::osa_distance(&meant, &plain(word));
        // A few slips are a typing error; as many as there are letters, another word.
        (begun || distance <= (length / 3).max(1) && distance < length).then_some(distance)
    };
    known
        .filter_map(|word| Some((distance(word)?, word)))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}
