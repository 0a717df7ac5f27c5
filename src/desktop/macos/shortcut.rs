//! Launchers as applications: a folder with a property list and a script. docs/macos.md lists what
//! is assumed of the system.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use plist::{Dictionary, Value};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::super::shortcut::naming::{address, number, part_of_a_name};
use crate::host_os::scope::ConfigOptions;
use crate::i18n::fl;

/// The mark, a key of the property list: the host's name.
const MARK: &str = "RemoteJupyterHost";
const EXECUTABLE: &str = "open-host";
const ICON: &str = "launcher";

pub fn folder() -> Option<PathBuf> {
    Some(etcetera::home_dir().ok()?.join("Applications"))
}

/// Returns the name that Finder and Spotlight show. A colon would be shown as a slash.
pub fn file_name(host: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | ':' | '\\');
    let part = part_of_a_name(host, is_plain);
    format!("Jupyter {part}.app")
}

/// None carries options: [`write`] refuses them.
pub fn read(path: &Path) -> Option<(String, ConfigOptions)> {
    if path.extension()? != "app" {
        return None;
    }
    let info = Value::from_file(path.join("Contents/Info.plist")).ok()?;
    let host = info.as_dictionary()?.get(MARK)?.as_string()?;
    Some((host.to_owned(), ConfigOptions::default()))
}

/// Whole or not at all: it is made beside its place, and takes it in one step.
pub fn write(path: &Path, host: &str, options: &ConfigOptions) -> io::Result<()> {
    if let Some((_, named)) = options.words().first() {
        let path = named.display().to_string();
        return Err(io::Error::other(fl!("launcher-mac-config", path = path)));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let new = tempfile::Builder::new()
        .prefix(".jupyter-")
        .tempdir_in(folder)?;
    fill(new.path(), host, app().as_deref())?;
    if path.symlink_metadata().is_err() {
        return fs::rename(new.keep(), path);
    }
    // The older one goes with the temporary folder.
    Ok(renameat_with(
        CWD,
        new.path(),
        CWD,
        path,
        RenameFlags::EXCHANGE,
    )?)
}

pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

/// The `Contents` of the application that this program is in, if it is in one.
fn app() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let contents = program.parent()?.parent()?;
    contents
        .join("Info.plist")
        .exists()
        .then(|| contents.to_owned())
}

fn fill(bundle: &Path, host: &str, app: Option<&Path>) -> io::Result<()> {
    let contents = bundle.join("Contents");
    fs::create_dir_all(contents.join("MacOS"))?;
    fs::create_dir_all(contents.join("Resources"))?;
    let ours = app.and_then(|app| Value::from_file(app.join("Info.plist")).ok());
    let ours = ours.and_then(Value::into_dictionary).unwrap_or_default();
    let said = |key: &str| ours.get(key).and_then(Value::as_string);
    // With its ending or without, as a property list may have it.
    let icon = app.zip(said("CFBundleIconFile")).map(|(app, name)| {
        let name = name.strip_suffix(".icns").unwrap_or(name);
        app.join(format!("Resources/{name}.icns"))
    });
    let icon = icon.filter(|icon| icon.exists());
    if let Some(icon) = &icon {
        fs::copy(icon, contents.join(format!("Resources/{ICON}.icns")))?;
    }
    let family = said("CFBundleIdentifier").unwrap_or("remote-jupyter");
    let info = Value::Dictionary(info(host, family, icon.is_some()));
    let info_file = contents.join("Info.plist");
    info.to_file_xml(info_file).map_err(io::Error::other)?;
    // The address holds no quotation mark: what is no letter or digit is encoded.
    let script = format!("#!/bin/sh\nexec /usr/bin/open '{}'\n", address(host));
    let mut file = fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(contents.join("MacOS").join(EXECUTABLE))?;
    file.write_all(script.as_bytes())
}

fn info(host: &str, family: &str, has_icon: bool) -> Dictionary {
    let name = fl!("launcher-name", host = host);
    let identifier = format!("{family}.launcher.{}", number(host));
    let mut info = Dictionary::new();
    for (key, value) in [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleDisplayName", &name),
        ("CFBundleExecutable", EXECUTABLE),
        ("CFBundleIdentifier", &identifier),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", &name),
        ("CFBundlePackageType", "APPL"),
        ("CFBundleShortVersionString", env!("CARGO_PKG_VERSION")),
        ("CFBundleVersion", env!("CARGO_PKG_VERSION")),
        (MARK, host),
    ] {
        info.insert(key.to_owned(), value.into());
    }
    if has_icon {
        info.insert("CFBundleIconFile".to_owned(), ICON.into());
    }
    // No place in the Dock; and no request for Rosetta, which a script would cause that names no
    // processor.
    info.insert("LSUIElement".to_owned(), true.into());
    let processors = ["arm64", "x86_64"].map(Value::from).to_vec();
    info.insert("LSArchitecturePriority".to_owned(), processors.into());
    info
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn icon_and_family_are_those_of_the_application() {
        for name in ["My.Icon", "My.Icon.icns"] {
            let folder = tempfile::tempdir().unwrap();
            let app = folder.path().join("Contents");
            fs::create_dir_all(app.join("Resources")).unwrap();
            fs::write(app.join("Resources/My.Icon.icns"), "icns").unwrap();
            let mut info = Dictionary::new();
            info.insert("CFBundleIconFile".into(), name.into());
            info.insert("CFBundleIdentifier".into(), "org.example.rj".into());
            let file = app.join("Info.plist");
            Value::Dictionary(info).to_file_xml(file).unwrap();

            let bundle = folder.path().join("x.app");
            fill(&bundle, "gpu01", Some(&app)).unwrap();
            let info = Value::from_file(bundle.join("Contents/Info.plist")).unwrap();
            let said = |key: &str| info.as_dictionary().unwrap()[key].as_string().unwrap();
            let icon = format!("Contents/Resources/{}.icns", said("CFBundleIconFile"));
            assert_eq!(fs::read_to_string(bundle.join(icon)).unwrap(), "icns");
            assert!(said("CFBundleIdentifier").starts_with("org.example.rj.launcher."));
            let options = ConfigOptions::default();
            assert_eq!(read(&bundle), Some(("gpu01".into(), options)));
        }
    }
}
