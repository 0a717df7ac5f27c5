//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Opens a Jupyter tab from a remote machine.
#[derive(Debug, Parser)]
#[command(name = "remote-jupyter", version, about, max_term_width = 100)]
pub struct Arguments {
    /// The configuration file [default: ~/.config/remote-jupyter/config.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// An ssh configuration file instead of ~/.ssh/config, as ssh's own -F
    #[arg(short = 'F', global = true, value_name = "SSH_CONFIG")]
    pub ssh_config: Option<PathBuf>,
    /// Say more; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the notebook tab of a host, and hold the tunnel until Ctrl-C
    Open(OpenOptions),
    /// List the configured hosts
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show which tunnels are open, and what their kernels do
    Status {
        /// Only this host
        host: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Close the tunnel; the server stays
    Close {
        /// The host
        host: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Stop the Jupyter server on a host
    Stop {
        /// The host
        host: String,
        /// End busy kernels without asking
        #[arg(long)]
        yes: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show what the newest server that we started has printed
    Logs {
        /// The host
        host: String,
    },
    /// Try every step without starting anything, and say what to do about those that fail
    Doctor {
        /// Only this host [default: all]
        host: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Add a host of your ssh configuration
    Add {
        /// Its name there
        alias: String,
    },
    /// The configuration file
    Config {
        /// What about it
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Start the app at login
    LoginItem {
        /// What about it
        action: LoginItemAction,
    },
    /// Do what an address of ours says, as the system's handler for remote-jupyter://
    #[command(hide = true)]
    Url {
        /// `remote-jupyter://open/HOST`, `…/close/HOST`, or `…/list`
        url: String,
    },
    /// Print a completion script for your shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Options of `open`.
#[derive(Debug, Args)]
pub struct OpenOptions {
    /// The host [default: the configured one, or the only one]
    pub host: Option<String>,
    /// Do not open the browser
    #[arg(long)]
    pub no_browser: bool,
    /// A notebook or folder, relative to the server's working folder
    #[arg(long, value_name = "PATH")]
    pub notebook: Option<String>,
    /// How long it may take, not counting the time of questions
    #[arg(long, value_name = "SECONDS", default_value_t = 120,
          value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub timeout: u64,
    /// Events as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// What `login-item` can do.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum LoginItemAction {
    /// Start it from now on
    On,
    /// Do not start it any more
    Off,
    /// Say whether it starts
    Status,
}

/// What `config` can do.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigAction {
    /// Print where it is
    Path,
    /// Say what is wrong with it
    Check,
    /// Open it in your editor
    Edit,
}
