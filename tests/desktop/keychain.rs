//! Passphrases in a real GNOME Keyring.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::player::{Player, SOON};
use crate::stand_in::Order;
use crate::support::process::finish;
use crate::support::stage::Bus;
use crate::support::{eventually, folder};

/// Dropping it ends it. What it keeps stays in the folder.
struct Keyring(Child);

impl Keyring {
    fn start(bus: &Bus, home: &TempDir) -> Self {
        let run = home.path().join("run");
        std::fs::create_dir_all(&run).unwrap();
        std::fs::set_permissions(&run, Permissions::from_mode(0o700)).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "gnome-keyring-daemon"]);
        command.args(["--foreground", "--components=secrets", "--unlock"]);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", run)
            .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("gnome-keyring-daemon");
        child.stdin.take().unwrap().write_all(b"login").unwrap();
        let keyring = Self(child);
        let is_there = || owner(bus).contains("boolean true");
        assert!(eventually(SOON, is_there), "{}", owner(bus));
        keyring
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn owner(bus: &Bus) -> String {
    let mut command = Command::new("dbus-send");
    command
        .arg(format!("--bus={}", bus.address()))
        .args(["--print-reply", "--dest=org.freedesktop.DBus", "/"])
        .arg("org.freedesktop.DBus.NameHasOwner")
        .arg("string:org.freedesktop.secrets");
    finish(&mut command, SOON).stdout
}

fn app(bus: &Bus) -> Player {
    Player::start("machine", &[("DBUS_SESSION_BUS_ADDRESS", &bus.address())])
}

fn recall(app: &mut Player, key: &str) -> Result<Option<String>, String> {
    app.does(&Order::Recall(key.into()))
}

fn remember(app: &mut Player, key: &str, secret: &str) -> Result<Option<String>, String> {
    app.does(&Order::Remember(key.into(), secret.into()))
}

#[test]
fn a_passphrase_is_kept_replaced_and_forgotten() {
    let (bus, home) = (Bus::start(), folder("rj-keys-"));
    let keyring = Keyring::start(&bus, &home);
    let mut app = app(&bus);
    let (key, other) = ("/home/a b/.ssh/id_ed25519", "/home/a b/.ssh/id_rsa");
    assert_eq!(recall(&mut app, key), Ok(None));
    assert_eq!(remember(&mut app, key, "first"), Ok(None));
    assert_eq!(remember(&mut app, other, "other"), Ok(None));
    assert_eq!(remember(&mut app, key, "sécond 日本 \"'"), Ok(None));
    assert_eq!(recall(&mut app, key), Ok(Some("sécond 日本 \"'".into())));

    // Another daemon, as after a new login: what was kept is kept, and the app finds it.
    drop(keyring);
    let error = recall(&mut app, key).unwrap_err();
    assert!(error.starts_with("Absent"), "{error}");
    let _keyring = Keyring::start(&bus, &home);
    assert_eq!(recall(&mut app, key), Ok(Some("sécond 日本 \"'".into())));

    assert_eq!(app.does(&Order::Forget(key.into())), Ok(None));
    assert_eq!(recall(&mut app, key), Ok(None));
    assert_eq!(app.does(&Order::Forget(key.into())), Ok(None), "no error");
    assert_eq!(recall(&mut app, other), Ok(Some("other".into())));

    assert_eq!(remember(&mut app, key, "third"), Ok(None));
    let count = app.does(&Order::ForgetAll);
    assert_eq!(count, Ok(Some("2".into())));
    assert_eq!(recall(&mut app, other), Ok(None));
    assert_eq!(app.does(&Order::ForgetAll), Ok(Some("0".into())));
}

#[test]
fn without_a_keychain_or_a_bus_it_says_so() {
    let bus = Bus::start();
    for address in [&*bus.address(), "unix:path=/nonexistent/bus"] {
        let mut app = Player::start("machine", &[("DBUS_SESSION_BUS_ADDRESS", address)]);
        let began = std::time::Instant::now();
        for order in [
            Order::Recall("/k".into()),
            Order::Forget("/k".into()),
            Order::ForgetAll,
            Order::Remember("/k".into(), "geheim".into()),
        ] {
            let error = app.does(&order).unwrap_err();
            assert!(error.starts_with("Absent"), "{error}");
            assert!(!error.contains("geheim"), "{error}");
        }
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
