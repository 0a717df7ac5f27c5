//! Command line arguments. Their texts come from the catalogue when the parser is built, see
//! [`super::usage`].

use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::config::check_walltime;
use crate::i18n::say;
use crate::session::seconds;

/// Default timeout of `open`, in seconds.
const TIMEOUT: u64 = 120;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "remote-jupyter", version, about = say!("help-about"), max_term_width = 100)]
pub struct Arguments {
    #[arg(short, long, global = true, value_name = "FILE", help = say!("help-config-file"))]
    pub config: Option<PathBuf>,
    #[arg(short = 'F', global = true, value_name = "SSH_CONFIG", help = say!("help-ssh-config"))]
    pub ssh_config: Option<PathBuf>,
    #[arg(short, long, global = true, action = ArgAction::Count, help = say!("help-verbose"))]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(about = say!("help-open"))]
    Open(OpenOptions),
    #[command(about = say!("help-list"))]
    List {
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-status"))]
    Status {
        #[arg(help = say!("help-only-host"))]
        host: Option<String>,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-close"))]
    Close {
        #[arg(help = say!("help-host"))]
        host: String,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-stop"))]
    Stop {
        #[arg(help = say!("help-host"))]
        host: String,
        #[arg(long, help = say!("help-yes"))]
        yes: bool,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-extend"))]
    Extend {
        #[arg(help = say!("help-host"))]
        host: String,
        #[arg(value_name = "TIME", default_value = "1:00:00", hide_default_value = true,
              value_parser = walltime, help = say!("help-extend-time"))]
        by: u64,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-logs"))]
    Logs {
        #[arg(help = say!("help-host"))]
        host: String,
    },
    #[command(about = say!("help-doctor"))]
    Doctor {
        #[arg(help = say!("help-only-host-of-all"))]
        host: Option<String>,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(about = say!("help-add"))]
    Add {
        #[arg(help = say!("help-alias"))]
        alias: String,
    },
    #[command(about = say!("help-config"))]
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    #[command(about = say!("help-login-item"))]
    LoginItem {
        #[arg(hide_possible_values = true, help = say!("help-login-item-action"))]
        action: LoginItemAction,
    },
    #[command(about = say!("help-launcher"))]
    Launcher(LauncherOptions),
    #[command(about = say!("help-uninstall"))]
    Uninstall {
        #[arg(long, help = say!("help-purge"))]
        purge: bool,
        #[arg(long, help = say!("help-json"))]
        json: bool,
    },
    #[command(hide = true, about = say!("help-url"))]
    Url {
        #[arg(help = say!("help-url-url"))]
        url: String,
    },
    #[command(about = say!("help-completions"))]
    Completions {
        #[arg(hide_possible_values = true, help = say!("help-shell", shells = shells()))]
        shell: Shell,
    },
}

/// Options of `open`.
#[derive(Debug, Args)]
pub struct OpenOptions {
    #[arg(help = say!("help-open-host"))]
    pub host: Option<String>,
    #[arg(long, help = say!("help-no-browser"))]
    pub no_browser: bool,
    #[arg(long, value_name = "PATH", help = say!("help-notebook"))]
    pub notebook: Option<String>,
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, hide_default_value = true,
          value_parser = value_parser!(u64).range(1..=604_800),
          help = say!("help-timeout", seconds = TIMEOUT))]
    pub timeout: u64,
    #[arg(long, help = say!("help-json-events"))]
    pub json: bool,
}

/// Action of `launcher`: one of the three.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["host", "list", "remove"]))]
pub struct LauncherOptions {
    #[arg(help = say!("help-launcher-host"))]
    pub host: Option<String>,
    #[arg(long, help = say!("help-launcher-list"))]
    pub list: bool,
    #[arg(long, value_name = "HOST", help = say!("help-launcher-remove"))]
    pub remove: Option<String>,
    #[arg(long, help = say!("help-json"))]
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
    #[command(about = say!("help-config-path"))]
    Path,
    #[command(about = say!("help-config-check"))]
    Check,
    #[command(about = say!("help-config-edit"))]
    Edit,
}

/// Seconds, from the form that the configuration has for them too.
fn walltime(text: &str) -> Result<u64, String> {
    check_walltime(text).map(|()| seconds(text))
}

fn shells() -> String {
    let shells = Shell::value_variants().iter();
    let names: Vec<String> = shells.map(ToString::to_string).collect();
    names.join(", ")
}
