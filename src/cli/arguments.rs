//! Command line arguments. Their texts come from the catalogue when the parser is built, see
//! [`super::usage`].

use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::config::{Resources, check_memory, check_text, check_walltime};
use crate::i18n::fl;
use crate::session::seconds;

/// Default timeout of `open`, in seconds.
const TIMEOUT: u64 = 120;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "remote-jupyter", version, about = fl!("help-about"), max_term_width = 100)]
pub struct Arguments {
    #[arg(short, long, global = true, value_name = "FILE", help = fl!("help-config-file"))]
    pub config: Option<PathBuf>,
    #[arg(short = 'F', global = true, value_name = "SSH_CONFIG", help = fl!("help-ssh-config"))]
    pub ssh_config: Option<PathBuf>,
    #[arg(short, long, global = true, action = ArgAction::Count, help = fl!("help-verbose"))]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(about = fl!("help-open"))]
    Open(OpenOptions),
    #[command(about = fl!("help-list"))]
    List {
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-status"))]
    Status {
        #[arg(help = fl!("help-only-host"))]
        host: Option<String>,
        #[arg(long, help = fl!("help-watch"))]
        watch: bool,
        #[arg(long, conflicts_with = "watch", help = fl!("help-load"))]
        load: bool,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-close"))]
    Close {
        #[arg(help = fl!("help-host"))]
        host: String,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-stop"))]
    Stop {
        #[arg(help = fl!("help-host"))]
        host: String,
        #[arg(long, help = fl!("help-yes"))]
        yes: bool,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-extend"))]
    Extend {
        #[arg(help = fl!("help-host"))]
        host: String,
        #[arg(value_name = "TIME", default_value = "1:00:00", hide_default_value = true,
              value_parser = walltime, help = fl!("help-extend-time"))]
        by: u64,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-keep"))]
    Keep {
        #[arg(help = fl!("help-host"))]
        host: String,
    },
    #[command(about = fl!("help-forward"))]
    Forward {
        #[arg(help = fl!("help-host"))]
        host: String,
        #[arg(value_name = "PORT", help = fl!("help-forward-port"))]
        remote: Option<String>,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-logs"))]
    Logs {
        #[arg(help = fl!("help-host"))]
        host: String,
    },
    #[command(about = fl!("help-doctor"))]
    Doctor {
        #[arg(help = fl!("help-only-host-of-all"))]
        host: Option<String>,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(about = fl!("help-add"))]
    Add {
        #[arg(help = fl!("help-alias"))]
        alias: String,
    },
    #[command(about = fl!("help-config"))]
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    #[command(about = fl!("help-settings"))]
    Settings {
        #[arg(long, help = fl!("help-settings-no-browser"))]
        no_browser: bool,
    },
    #[command(about = fl!("help-login-item"))]
    LoginItem {
        #[arg(hide_possible_values = true, help = fl!("help-login-item-action"))]
        action: LoginItemAction,
    },
    #[command(about = fl!("help-launcher"))]
    Launcher(LauncherOptions),
    #[command(about = fl!("help-uninstall"))]
    Uninstall {
        #[arg(long, help = fl!("help-purge"))]
        purge: bool,
        #[arg(long, help = fl!("help-json"))]
        json: bool,
    },
    #[command(hide = true, about = fl!("help-url"))]
    Url {
        #[arg(help = fl!("help-url-url"))]
        url: String,
    },
    #[command(hide = true, about = fl!("help-complete"))]
    Complete {
        #[arg(help = fl!("help-host"))]
        host: String,
        #[arg(allow_hyphen_values = true, help = fl!("help-complete-typed"))]
        typed: String,
    },
    #[command(about = fl!("help-completions"))]
    Completions {
        #[arg(hide_possible_values = true, help = fl!("help-shell", shells = shells()))]
        shell: Shell,
    },
}

/// Options of `open`.
#[derive(Debug, Args)]
pub struct OpenOptions {
    #[arg(help = fl!("help-open-host"))]
    pub host: Option<String>,
    #[arg(help = fl!("help-open-path"), conflicts_with = "notebook")]
    path: Option<String>,
    #[arg(long, help = fl!("help-no-browser"))]
    pub no_browser: bool,
    #[arg(long, value_name = "PATH", help = fl!("help-notebook"))]
    notebook: Option<String>,
    #[arg(long, value_name = "NAME", help = fl!("help-profile"))]
    pub profile: Option<String>,
    #[command(flatten)]
    pub resources: ResourceOptions,
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, hide_default_value = true,
          value_parser = value_parser!(u64).range(1..=604_800),
          help = fl!("help-timeout", seconds = TIMEOUT))]
    pub timeout: u64,
    #[arg(long, help = fl!("help-json-events"))]
    pub json: bool,
}

impl OpenOptions {
    /// Returns the notebook or folder that is meant.
    pub fn notebook(&self) -> Option<&str> {
        self.notebook.as_deref().or(self.path.as_deref())
    }
}

/// The request to a scheduler at one start.
#[derive(Debug, Args)]
pub struct ResourceOptions {
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), help = fl!("help-cores"))]
    cores: Option<u32>,
    #[arg(long, value_name = "M", value_parser = memory, help = fl!("help-memory"))]
    memory: Option<String>,
    #[arg(long, value_name = "N", help = fl!("help-gpus"))]
    gpus: Option<u32>,
    #[arg(long, value_name = "T", value_parser = walltime_text, help = fl!("help-walltime"))]
    walltime: Option<String>,
    #[arg(long, value_name = "Q", value_parser = plain, help = fl!("help-queue"))]
    queue: Option<String>,
}

impl ResourceOptions {
    /// As the configuration has them.
    pub fn resources(&self) -> Resources {
        Resources {
            queue: self.queue.clone(),
            cores: self.cores,
            memory: self.memory.clone(),
            gpus: self.gpus,
            walltime: self.walltime.clone(),
        }
    }
}

/// Action of `launcher`: one of the three.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["host", "list", "remove"]))]
pub struct LauncherOptions {
    #[arg(help = fl!("help-launcher-host"))]
    pub host: Option<String>,
    #[arg(long, help = fl!("help-launcher-list"))]
    pub list: bool,
    #[arg(long, value_name = "HOST", help = fl!("help-launcher-remove"))]
    pub remove: Option<String>,
    #[arg(long, help = fl!("help-json"))]
    pub json: bool,
}

/// Actions of `login-item`.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum LoginItemAction {
    /// Start it from now on
    On,
    /// Do not start it any more
    Off,
    /// Say whether it starts
    Status,
}

/// Actions of `config`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigAction {
    #[command(about = fl!("help-config-path"))]
    Path,
    #[command(about = fl!("help-config-check"))]
    Check,
    #[command(about = fl!("help-config-edit"))]
    Edit,
}

/// Seconds, from the form that the configuration has for them too.
fn walltime(text: &str) -> Result<u64, String> {
    check_walltime(text).map(|()| seconds(text))
}

/// The same as text.
fn walltime_text(text: &str) -> Result<String, String> {
    check_walltime(text).map(|()| text.to_owned())
}

fn memory(text: &str) -> Result<String, String> {
    check_memory(text).map(|()| text.to_owned())
}

fn plain(text: &str) -> Result<String, String> {
    check_text(text).map(|()| text.to_owned())
}

fn shells() -> String {
    let shells = Shell::value_variants().iter();
    let names: Vec<String> = shells.map(ToString::to_string).collect();
    names.join(", ")
}
