//! A bus and a screen of the test's own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use super::folder;
use super::process::{self, PATIENCE, eventually};

const SOON: Duration = Duration::from_secs(15);

/// No services that the bus would start: they would be the machine's, and outlive the test.
const BUS_CONFIG: &str = r#"<busconfig><type>session</type><listen>unix:path=@PATH@</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"#;

/// A D-Bus daemon. Dropping it ends it.
pub struct Bus {
    folder: TempDir,
    helper: Helper,
}

impl Bus {
    pub fn start() -> Self {
        let folder = folder("rj-bus-");
        let bus = Self {
            helper: start_bus(&folder),
            folder,
        };
        bus.wait();
        bus
    }

    /// What programs find it by.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    /// Ends it, as a session that is logged out does, and starts another one at the same place.
    pub fn restart(&mut self) {
        self.helper.end();
        let _ = fs::remove_file(self.socket());
        self.helper = start_bus(&self.folder);
        self.wait();
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("bus")
    }

    fn wait(&self) {
        let is_up = || UnixStream::connect(self.socket()).is_ok();
        assert!(eventually(PATIENCE, is_up), "dbus-daemon does not start");
    }
}

fn start_bus(folder: &TempDir) -> Helper {
    let (config, socket) = (folder.path().join("bus.conf"), folder.path().join("bus"));
    let text = BUS_CONFIG.replace("@PATH@", &socket.to_string_lossy());
    fs::write(&config, text).unwrap();
    let mut command = helper("dbus-daemon");
    command
        .args(["--nofork", "--nopidfile"])
        .arg(format!("--config-file={}", config.display()));
    Helper(command.spawn().expect("dbus-daemon"))
}

/// An X server without a monitor. Dropping it ends it.
pub struct Screen {
    _helper: Helper,
    display: String,
}

impl Screen {
    /// The X server chooses a number that is free, and says it once it is up.
    pub fn start() -> Self {
        let mut command = helper("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp"]);
        command.args(["-screen", "0", "1024x768x24"]);
        let mut helper = Helper(command.stdout(Stdio::piped()).spawn().expect("Xvfb"));
        let mut number = String::new();
        let mut out = BufReader::new(helper.0.stdout.take().unwrap());
        out.read_line(&mut number).expect("a display");
        assert!(!number.trim().is_empty(), "Xvfb does not start");
        Self {
            _helper: helper,
            display: format!(":{}", number.trim()),
        }
    }

    /// What programs find it by.
    pub fn display(&self) -> &str {
        &self.display
    }
}

/// Ended by the kernel when the test's thread dies without dropping it.
fn helper(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", program]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

struct Helper(Child);

impl Helper {
    fn end(&mut self) {
        // TERM lets the X server take its lock file away.
        process::signal(&self.0, Signal::TERM);
        if process::wait(&mut self.0, SOON).is_none() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}
