//! Tests of names and places, in a folder of the test's own, for both systems' shortcuts.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// Functions that differ between the two systems.
struct Kind {
    file_name: fn(&str) -> String,
    read: Reader,
    write: fn(&Path, &str, &ConfigOptions) -> io::Result<()>,
    remove: fn(&Path) -> io::Result<()>,
}

#[cfg(not(target_os = "macos"))]
use of_the_mac as mac;
#[cfg(target_os = "macos")]
use system as mac;

fn usual() -> Scope {
    Scope::new("/usual.toml".into(), ConfigOptions::default())
}

fn of_another() -> ConfigOptions {
    ConfigOptions {
        config: Some("/other.toml".into()),
        ssh_config: None,
    }
}

fn of_an_ssh_config() -> ConfigOptions {
    ConfigOptions {
        config: None,
        ssh_config: Some("/ssh_config".into()),
    }
}

fn kinds() -> [Kind; 2] {
    [
        Kind {
            file_name: system::file_name,
            read: system::read,
            write: system::write,
            remove: system::remove,
        },
        Kind {
            file_name: mac::file_name,
            read: mac::read,
            write: mac::write,
            remove: mac::remove,
        },
    ]
}

impl Kind {
    fn place(&self, folder: &Path, host: &str) -> Result<PathBuf, ShortcutError> {
        place(folder, &usual(), host, self.file_name, self.read)
    }

    fn make(&self, folder: &Path, host: &str) -> PathBuf {
        let path = self.place(folder, host).unwrap();
        (self.write)(&path, host, &ConfigOptions::default()).unwrap();
        path
    }

    fn hosts(&self, folder: &Path) -> Vec<String> {
        let found = list_in(folder, self.read).into_iter();
        found.map(|launcher| launcher.host).collect()
    }
}

const HOSTS: [&str; 8] = [
    "GPU",
    "a b",
    "a%20b",
    "a-b",
    "a/b",
    "gpu",
    "../../x",
    "機 \"🧪\" & <b>",
];

#[test]
fn each_host_has_its_own_and_all_stay_in_the_folder() {
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let long = "🧪".repeat(300);
        let longer = "🧪".repeat(301);
        let hosts = [&HOSTS[..], &[&long, &longer]].concat();
        for host in &hosts {
            let path = kind.make(folder.path(), host);
            assert_eq!(path.parent(), Some(folder.path()));
            assert!(path.file_name().unwrap().len() <= 255, "{path:?}");
        }
        let mut want: Vec<&str> = hosts.clone();
        want.sort_unstable();
        assert_eq!(kind.hosts(folder.path()), want);
        let entries = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(entries, hosts.len(), "and nothing else is left there");
    }
}

#[cfg(not(target_os = "macos"))]
#[test]
fn hosts_of_one_name_in_several_configurations_have_one_each() {
    let folder = tempfile::tempdir().unwrap();
    let all = [ConfigOptions::default(), of_another(), of_an_ssh_config()];
    for options in all.iter().chain(&all) {
        let scope = usual().with(options.clone());
        let place = place(
            folder.path(),
            &scope,
            "two",
            system::file_name,
            system::read,
        );
        system::write(&place.unwrap(), "two", options).unwrap();
    }
    let found = list_in(folder.path(), system::read);
    assert_eq!(found.len(), all.len(), "{found:?}");
    let of = |scope: &Scope| found.iter().filter(|known| known.is_of(scope)).count();
    assert!(
        all.iter()
            .all(|options| of(&usual().with(options.clone())) == 1)
    );
}

#[test]
fn one_that_is_there_is_replaced_under_whatever_name() {
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let path = kind.make(folder.path(), "gpu01");
        let renamed = path
            .with_file_name("Mine")
            .with_extension(path.extension().unwrap());
        fs::rename(&path, &renamed).unwrap();
        assert_eq!(kind.make(folder.path(), "gpu01"), renamed);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        (kind.remove)(&renamed).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn what_is_not_ours_is_left_alone() {
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join((kind.file_name)("gpu01"));
        fs::write(&first, "somebody's").unwrap();
        let second = kind.make(folder.path(), "gpu01");
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(&first).unwrap(), "somebody's");

        // A link to one of ours is not ours.
        let elsewhere = tempfile::tempdir().unwrap();
        let other = kind.make(elsewhere.path(), "other");
        symlink(&other, folder.path().join(other.file_name().unwrap())).unwrap();
        assert_eq!(kind.hosts(folder.path()), ["gpu01"]);
        let beside = kind.place(folder.path(), "other").unwrap();
        fs::write(&beside, "").unwrap();
        let Err(error) = kind.place(folder.path(), "other") else {
            panic!("both names are taken");
        };
        assert!(error.to_string().contains("other"), "{error}");
    }
}

#[test]
fn where_capitals_do_not_count_the_second_host_gets_another_name() {
    // As such a file system shows it: the name is taken, by another host's.
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join((kind.file_name)("gpu"));
        (kind.write)(&path, "GPU", &ConfigOptions::default()).unwrap();
        let ours = kind.make(folder.path(), "gpu");
        assert_ne!(ours, path);
        assert_eq!(kind.hosts(folder.path()), ["GPU", "gpu"]);
    }
}

#[test]
fn the_macs_is_an_application_that_opens_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let host = "my \"box\" & <1>";
    let path = folder.path().join(mac::file_name(host));
    assert_eq!(path.file_name().unwrap(), "Jupyter my \"box\" & <1>.app");
    mac::write(&path, host, &ConfigOptions::default()).unwrap();
    let info = plist::Value::from_file(path.join("Contents/Info.plist")).unwrap();
    let info = info.as_dictionary().unwrap();
    let said = |key: &str| info[key].as_string().unwrap();
    assert_eq!(said("CFBundleName"), "Jupyter my \"box\" & <1>");
    assert!(said("CFBundleIdentifier").starts_with("remote-jupyter.launcher."));
    assert_eq!(info["LSUIElement"].as_boolean(), Some(true));

    let script = path.join("Contents/MacOS").join(said("CFBundleExecutable"));
    let mode = script.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o700, 0o700);
    let text = fs::read_to_string(&script).unwrap();
    let address = "remote-jupyter://open/my%20%22box%22%20%26%20%3C1%3E";
    assert!(text.ends_with(&format!("open '{address}'\n")), "{text}");
    for options in [of_another(), of_an_ssh_config()] {
        assert!(mac::write(&path, host, &options).is_err());
    }
}
