//! Shortcuts: `src/desktop/macos/shortcut.rs`. The unit tests have the details.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use macos_layer::desktop::macos::shortcut;
use macos_layer::host_os::scope::ConfigOptions;
use plist::Value;

fn path(host: &str) -> PathBuf {
    let folder = shortcut::folder().unwrap();
    fs::create_dir_all(&folder).unwrap();
    folder.join(shortcut::file_name(host))
}

fn write(path: &Path, host: &str) -> std::io::Result<()> {
    shortcut::write(path, host, &ConfigOptions::default())
}

super::scenarios! {
    fn one_is_made_read_replaced_and_removed() {
        let path = path("gpu01");
        assert!(path.ends_with("Applications/Jupyter gpu01.app"));
        write(&path, "gpu01").unwrap();
        write(&path, "gpu01").unwrap();
        assert_eq!(shortcut::read(&path), Some(("gpu01".to_owned(), ConfigOptions::default())));
        let script = path.join("Contents/MacOS/open-host");
        assert_eq!(script.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        assert!(fs::read_to_string(script).unwrap().contains("/usr/bin/open 'remote-jupyter://open/gpu01'"));
        shortcut::remove(&path).unwrap();
        assert_eq!(shortcut::read(&path), None);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0, "nothing is left beside it");
    }

    fn a_name_that_finder_would_show_otherwise_gets_a_number() {
        let name = shortcut::file_name("a:b");
        assert!(name.starts_with("Jupyter a-b-") && name.ends_with(".app"), "{name}");
    }

    fn what_carries_no_mark_is_not_ours() {
        let path = path("other");
        fs::create_dir_all(path.join("Contents")).unwrap();
        Value::Dictionary(plist::Dictionary::new()).to_file_xml(path.join("Contents/Info.plist")).unwrap();
        assert_eq!(shortcut::read(&path), None);
        assert_eq!(shortcut::read(Path::new("/etc/passwd")), None);
    }

    fn one_of_another_configuration_is_refused() {
        let options = ConfigOptions { config: Some(PathBuf::from("/etc/other.toml")), ssh_config: None };
        let error = shortcut::write(&path("gpu01"), "gpu01", &options).unwrap_err();
        assert_eq!(error.to_string(), "launcher-mac-config path=/etc/other.toml");
    }

    fn it_takes_icon_and_family_of_the_application_it_is_made_by() {
        // This program plays the one in the bundle: the files stand where a bundle has them.
        let program = std::env::current_exe().unwrap();
        let contents = program.parent().unwrap().parent().unwrap();
        let info = contents.join("Info.plist");
        let mut keys = plist::Dictionary::new();
        keys.insert("CFBundleIconFile".into(), "remote-jupyter".into());
        keys.insert("CFBundleIdentifier".into(), "org.example.rj".into());
        fs::create_dir_all(contents.join("Resources")).unwrap();
        fs::write(contents.join("Resources/remote-jupyter.icns"), "icns").unwrap();
        Value::Dictionary(keys).to_file_xml(&info).unwrap();
        let path = path("gpu01");
        let made = write(&path, "gpu01");
        fs::remove_file(&info).unwrap();
        fs::remove_dir_all(contents.join("Resources")).unwrap();
        made.unwrap();
        assert_eq!(fs::read_to_string(path.join("Contents/Resources/launcher.icns")).unwrap(), "icns");
        let info = Value::from_file(path.join("Contents/Info.plist")).unwrap();
        let identifier = info.as_dictionary().unwrap()["CFBundleIdentifier"].as_string().unwrap();
        assert!(identifier.starts_with("org.example.rj.launcher."));
    }
}
