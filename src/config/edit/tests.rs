#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A folder with this text as its configuration.
fn with(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// The text after `gpu02` is added to `text`.
fn added(text: &str) -> String {
    let (_folder, path) = with(text);
    add_host(&path, "gpu02").unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.hosts.last().unwrap().name, "gpu02");
    fs::read_to_string(&path).unwrap()
}

#[test]
fn a_new_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/config.toml");
    add_host(&path, "gpu01").unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "[[host]]\nname = \"gpu01\"\n"
    );
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("new")), 0o700);
    assert_eq!(mode(&folder.path().join("new/deep")), 0o700);
}

#[test]
fn a_first_file_is_an_example_in_comments_and_a_file_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    begin(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# [[host]]\n# name = ")
            && text
                .lines()
                .all(|line| line.is_empty() || line.starts_with('#'))
    );
    assert_eq!(Config::load(&path).unwrap().hosts, []);
    fs::write(&path, "# mine\n").unwrap();
    begin(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    let (_folder, path) = with("# mine\n");
    add_host(&path, "gpu01").unwrap();
    let added = text_with_host("# mine\n", "gpu01").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), added);
}

#[test]
fn all_else_stays_byte_by_byte() {
    let block = "[[host]]\nname = \"gpu02\"\n";
    for old in [
        "# mine\nbrowser = 'x'   # odd\n\n[[host]]\nname='b' # first\n[[host.forward]]\nname='f'\nremote='1'\n\n[[host]]\nname='a'\n\n# [[host]]\n# name = \"later\"\n",
        "\u{feff}[[host]]\nname = \"gpu01\"\n",
    ] {
        assert_eq!(added(old), format!("{old}\n{block}"));
    }
    assert_eq!(added("# no end"), format!("# no end\n\n{block}"));
    assert_eq!(added(""), block);
    assert_eq!(added("\u{feff}"), format!("\u{feff}{block}"));
    let windows = "# mine\r\n[[host]]\r\nname = \"a\"\r\n";
    assert_eq!(
        added(windows),
        format!("{windows}\r\n[[host]]\r\nname = \"gpu02\"\r\n")
    );
}

#[test]
fn a_list_of_hosts_grows() {
    assert_eq!(
        added("# mine\r\nhost = [{ name = \"a\" }] # all\r\n"),
        "# mine\r\nhost = [{ name = \"a\" }, { name = \"gpu02\" }] # all\r\n"
    );
    assert_eq!(added("host = []\n"), "host = [{ name = \"gpu02\" }]\n");
}

#[test]
fn the_files_mode_and_a_link_to_it_stay() {
    let (folder, path) = with("");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.toml");
    symlink(&path, &link).unwrap();
    add_host(&link, "gpu02").unwrap();
    assert!(link.is_symlink());
    assert_eq!(mode(&path), 0o640);
    assert!(Config::load(&path).unwrap().host("gpu02").is_some());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "no temporary file may stay: {left:?}");
}

#[test]
fn a_link_to_nothing_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("config.toml");
    symlink(folder.path().join("gone.toml"), &link).unwrap();
    assert!(matches!(
        add_host(&link, "gpu02"),
        Err(EditError::Write { .. })
    ));
    assert!(link.is_symlink());
}

#[test]
fn a_host_that_is_there() {
    let text = "[[host]]\nname = \"gpu02\"\n";
    let (_folder, path) = with(text);
    let error = add_host(&path, "gpu02").unwrap_err();
    let expected = format!("{} already has a host \"gpu02\"", path.display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_name_that_is_none() {
    let (_folder, path) = with("");
    for name in ["", " ", "-v", "a b", "a\nb", "a\u{1b}b"] {
        let error = add_host(&path, name).unwrap_err();
        assert!(matches!(error, EditError::Name { .. }), "{name:?}: {error}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    let error = add_host(&path, "-v").unwrap_err();
    assert_eq!(
        error.to_string(),
        "name: \"-v\" begins with a hyphen\n  remedy: remove the hyphen: a command would read the value as an option"
    );
}

#[test]
fn a_broken_file_is_left_alone() {
    for text in ["[[host]\n", "[[host]]\nnaem = \"a\"\n"] {
        let (_folder, path) = with(text);
        let error = add_host(&path, "gpu02").unwrap_err();
        assert!(matches!(error, EditError::Broken(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_folder_that_takes_no_file() {
    let (_folder, path) = with("");
    let error = add_host(&path.join("config.toml"), "gpu02").unwrap_err();
    assert!(matches!(error, EditError::Broken(_)), "{error}");
}

#[test]
#[cfg(feature = "app")]
fn a_destination_becomes_a_host_with_a_short_name() {
    for (destination, name, ssh) in [
        ("gpu01", "gpu01", None),
        (
            "me@gpu01.example.org",
            "gpu01.example.org",
            Some("me@gpu01.example.org"),
        ),
        ("ssh://me@gpu01:2222", "gpu01", Some("ssh://me@gpu01:2222")),
        ("ssh://gpu01", "gpu01", Some("ssh://gpu01")),
        (
            "ssh://me@[2001:db8::1]",
            "[2001:db8::1]",
            Some("ssh://me@[2001:db8::1]"),
        ),
    ] {
        let (_folder, path) = with("# mine\n");
        let before = at_destination(destination).unwrap();
        assert_eq!(add_destination(&path, destination).unwrap(), name);
        let config = Config::load(&path).unwrap();
        let host = config.host(name).unwrap();
        assert_eq!(*host, before, "what was tried is what is added");
        assert_eq!(host.ssh.as_deref(), ssh, "{destination}");
        assert_eq!(host.ssh_destination(), destination);
        assert!(matches!(
            add_destination(&path, destination),
            Err(EditError::Exists { .. })
        ));
    }
}

#[test]
#[cfg(feature = "app")]
fn what_is_no_destination_is_not_written() {
    for bad in ["", "-oProxyCommand=x", "me@", "gpu 01", "me@gpu01:x y"] {
        let (_folder, path) = with("# mine\n");
        let tried = at_destination(bad);
        assert!(matches!(tried, Err(EditError::Name { .. })), "{bad}");
        let added = add_destination(&path, bad);
        assert!(
            matches!(added, Err(EditError::Name { .. })),
            "{bad}: {added:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    }
}
