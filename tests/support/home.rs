//! A remote account's home: nothing in it is the person's.

use std::fs;
use std::path::{Path, PathBuf};

/// Puts Jupyter on PATH and goes home once: sshd starts a session in the account's real home, whatever HOME says.
const START_UP: &str = r#"
PATH="@BIN@:$PATH"
export PATH
if [ -z "${RJ_AT_HOME:-}" ]; then RJ_AT_HOME=1; export RJ_AT_HOME; cd "$HOME"; fi
"#;

/// Root may run Jupyter only when it says so, and CI is root.
const JUPYTER_CONFIG: &str = "c.ServerApp.allow_root = True\nc.ServerApp.open_browser = False\n";

/// A home folder on the far side.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// Makes it. With `bin`, login shells and others find the programs there (Jupyter's).
    pub fn new(folder: PathBuf, bin: Option<&Path>) -> Self {
        let home = Self(folder);
        home.write(".jupyter/jupyter_server_config.py", JUPYTER_CONFIG);
        let bin = bin.map_or_else(|| "/nonexistent".into(), Path::to_string_lossy);
        let start_up = START_UP.replace("@BIN@", &bin);
        for file in [
            ".profile",
            ".bash_profile",
            ".bashrc",
            ".zshenv",
            ".zprofile",
        ] {
            home.write(file, &start_up);
        }
        home.write(".cshrc", &format!("setenv PATH \"{bin}:$PATH\"\n"));
        home.write(
            ".config/fish/config.fish",
            &format!("set -gx PATH '{bin}' $PATH\n"),
        );
        home
    }

    /// One that somebody else made.
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder in the home"))
            .expect("a folder in the home");
        fs::write(&path, text).unwrap_or_else(|e| panic!("cannot write {}: {e}", path.display()));
    }

    /// Adds to a file that is there, such as a start-up file.
    pub fn append(&self, file: &str, text: &str) {
        let old = self.read(file).unwrap_or_default();
        self.write(file, &(old + text));
    }

    pub fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.0.join(file)).ok()
    }
}
