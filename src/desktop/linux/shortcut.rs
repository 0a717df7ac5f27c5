//! Launchers as desktop entries:
//! <https://specifications.freedesktop.org/desktop-entry-spec/latest/>.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use percent_encoding::percent_decode_str;

use super::super::shortcut::naming::{address, part_of_a_name};
use super::desktop_entry as form;
use super::desktop_entry::{GROUP, escaped, field, quoted};
use crate::host_os::paths::{program, write_whole};
use crate::host_os::scope::ConfigOptions;
use crate::i18n::fl;

/// Key that marks our entries: its value is the host's name, percent-encoded as in an address.
const MARK: &str = "X-RemoteJupyter-Host";

pub fn folder() -> Option<PathBuf> {
    let xdg = etcetera::base_strategy::Xdg::new().ok()?;
    Some(xdg.data_dir().join("applications"))
}

/// An entry's id is made of its file's name, and is to be plain.
pub fn file_name(host: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let part = part_of_a_name(host, is_plain);
    format!("remote-jupyter-host-{part}.desktop")
}

pub fn read(path: &Path) -> Option<(String, ConfigOptions)> {
    if path.extension()? != "desktop" {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let host = percent_decode_str(field(&text, MARK)?).decode_utf8();
    let host = host.ok()?.into_owned();
    Some((host, form::options(field(&text, "Exec")?)))
}

pub fn write(path: &Path, host: &str, options: &ConfigOptions) -> io::Result<()> {
    let text = program().and_then(|program| entry(host, &program, options));
    write_whole(path, text.map_err(io::Error::other)?.as_bytes())
}

pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

fn entry(host: &str, program: &Path, options: &ConfigOptions) -> Result<String, String> {
    let program = form::program(program)?;
    let address = address(host);
    let mut command = form::command(program, options)?;
    command += " url ";
    command += &quoted(&address);
    let name = fl!("launcher-name", host = host);
    let comment = fl!("launcher-comment", host = host);
    let mark = address.rsplit('/').next().unwrap_or_default();
    // Desktops hide the shortcuts of a program that is gone, because of their TryExec.
    Ok(format!(
        "{GROUP}\nType=Application\nName={}\nComment={}\nIcon=remote-jupyter\nTryExec={}\nExec={}\n\
         Terminal=false\nStartupNotify=false\nCategories=Development;Science;\n{MARK}={mark}\n",
        escaped(&name),
        escaped(&comment),
        escaped(program),
        escaped(&command),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_a_host_is_called_its_entry_has_one_line_for_each_key() {
        for (host, exec, name) in [
            ("gpu01", "gpu01", "Jupyter gpu01"),
            (
                "a \"b\" 100%",
                "a%%20%%22b%%22%%20100%%25",
                "Jupyter a \"b\" 100%",
            ),
            (r"a\b$`", "a%%5Cb%%24%%60", r"Jupyter a\\b$`"),
            (
                "../機🧪",
                "..%%2F%%E6%%A9%%9F%%F0%%9F%%A7%%AA",
                "Jupyter ../機🧪",
            ),
        ] {
            let text = entry(host, Path::new("/opt/r j"), &ConfigOptions::default()).unwrap();
            let want = format!("\"/opt/r j\" url \"remote-jupyter://open/{exec}\"");
            assert_eq!(field(&text, "Exec"), Some(want.as_str()));
            assert_eq!(field(&text, "Name"), Some(name));
            assert_eq!(text.lines().count(), 11, "{text}");
        }
        let options = ConfigOptions {
            config: Some("/my \"c\".toml".into()),
            ssh_config: Some("/100%".into()),
        };
        let text = entry("h", Path::new("/rj"), &options).unwrap();
        let want = r#""/rj" -F "/100%%" -c "/my \\"c\\".toml" url "remote-jupyter://open/h""#;
        assert_eq!(field(&text, "Exec"), Some(want));
    }

    #[test]
    fn the_mark_gives_the_host_back_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        for host in ["gpu01", " a b ", "100%", "a/b\\c", "機🧪"] {
            let path = folder.path().join(file_name(host));
            for config in [None, Some("-c"), Some("/a \"b\" $\\%%.toml")] {
                let options = ConfigOptions {
                    config: config.map(Into::into),
                    ssh_config: config.map(Into::into),
                };
                write(&path, host, &options).unwrap();
                assert_eq!(read(&path), Some((host.to_owned(), options)));
            }
        }
        let other = folder.path().join("other.desktop");
        fs::write(
            &other,
            "[Desktop Entry]\nExec=x\n[Y]\nX-RemoteJupyter-Host=h\n",
        )
        .unwrap();
        assert_eq!(read(&other), None);
        assert_eq!(read(folder.path()), None);
    }
}
