//! The entry in the autostart folder:
//! <https://specifications.freedesktop.org/autostart-spec/latest/>.
//!
//! Written here, since auto-launch 0.6 always writes below `~/.config`, puts the program into `Exec`
//! without quoting, and takes an entry that desktops have switched off for one that is on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::super::login_item::status::{LoginItemError, Status};
use super::desktop_entry as form;
use super::desktop_entry::{GROUP, escaped, field};
use crate::host_os::paths::{program, write_whole};
use crate::host_os::scope::ConfigOptions;
use crate::i18n::fl;

const FILE: &str = "remote-jupyter.desktop";

/// Returns the present status.
pub fn status() -> Status {
    let path = match path() {
        Ok(path) => path,
        Err(LoginItemError(why)) => return Status::NotHere(why),
    };
    match fs::read_to_string(path) {
        Ok(text) if starts(&text) => Status::On,
        _ => Status::Off,
    }
}

/// Writes the entry, or takes it away.
pub fn set(on: bool, options: &ConfigOptions) -> Result<(), LoginItemError> {
    let path = path()?;
    let done = if on {
        // Whole or not at all: a session that starts now reads it.
        let text = program().and_then(|program| entry(&program, options));
        let text = text.map_err(LoginItemError)?;
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))
            .and_then(|()| write_whole(&path, text.as_bytes()))
    } else {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    };
    let (path, said) = (path.display().to_string(), |why: io::Error| why.to_string());
    done.map_err(|why| LoginItemError(fl!("autostart-not-written", path = path, why = said(why))))
}

fn path() -> Result<PathBuf, LoginItemError> {
    let xdg = etcetera::base_strategy::Xdg::new();
    let xdg = xdg.map_err(|_| LoginItemError(fl!("autostart-no-folder")))?;
    Ok(xdg.config_dir().join("autostart").join(FILE))
}

fn entry(program: &Path, options: &ConfigOptions) -> Result<String, String> {
    let program = form::program(program)?;
    let command = form::command(program, options)?;
    let comment = fl!("autostart-comment");
    // A program that is gone is passed over in silence, by its TryExec.
    Ok(format!(
        "{GROUP}\nType=Application\nName=Remote Jupyter\nComment={comment}\nIcon=remote-jupyter\n\
         TryExec={}\nExec={}\nTerminal=false\nStartupNotify=false\n",
        escaped(program),
        escaped(&command),
    ))
}

/// Returns true if an entry starts anything. Desktops disable an entry with their own lines in it.
fn starts(entry: &str) -> bool {
    let is = |key, value| field(entry, key).is_some_and(|it| it.eq_ignore_ascii_case(value));
    let program = field(entry, "TryExec").map(|path| path.replace("\\\\", "\\"));
    !is("Hidden", "true")
        && !is("X-GNOME-Autostart-enabled", "false")
        && field(entry, "Exec").is_some()
        && program.is_none_or(|path| Path::new(&path).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, key: &str) -> String {
        field(text, key).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_path_stays_one_word_whatever_is_in_it() {
        for (path, exec, try_exec) in [
            ("/opt/rj", r#""/opt/rj""#, "/opt/rj"),
            ("/o p/r&j", r#""/o p/r&j""#, "/o p/r&j"),
            (r#"/a"$`\b"#, r#""/a\\"\\$\\`\\\\b""#, r#"/a"$`\\b"#),
        ] {
            let text = entry(Path::new(path), &ConfigOptions::default()).unwrap_or_default();
            assert_eq!(line(&text, "Exec"), exec);
            assert_eq!(line(&text, "TryExec"), try_exec);
        }
        let options = ConfigOptions {
            config: Some("/my c%.toml".into()),
            ssh_config: Some("/s".into()),
        };
        let config = entry(Path::new("/rj"), &options).unwrap_or_default();
        assert_eq!(line(&config, "Exec"), r#""/rj" -F "/s" -c "/my c%%.toml""#);
    }

    #[test]
    fn a_path_that_no_desktop_would_find_is_refused() {
        for path in ["/rj\nExec=evil", "/rj\r", "/\u{1b}", "/100%/rj"] {
            assert!(
                entry(Path::new(path), &ConfigOptions::default()).is_err(),
                "{path:?}"
            );
        }
    }

    #[test]
    fn an_entry_that_a_desktop_switched_off_is_off() {
        let entry =
            |more: &str| format!("[Desktop Entry]\nExec=/bin/sh\n{more}\n[Other]\nHidden=true\n");
        for (more, want) in [
            ("", true),
            ("Hidden=false", true),
            ("Hidden = true", false),
            ("X-GNOME-Autostart-enabled=false", false),
            ("X-GNOME-Autostart-enabled=true", true),
            ("TryExec=/bin/sh", true),
            ("TryExec=/nonexistent/rj", false),
        ] {
            assert_eq!(starts(&entry(more)), want, "{more}");
        }
        assert!(!starts(""), "an empty file");
        assert!(!starts("[Other]\nExec=/bin/sh\n"));
    }
}
