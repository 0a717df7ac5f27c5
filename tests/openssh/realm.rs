//! A Kerberos realm of a test's own: MIT's KDC on loopback, whose files are in one folder.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::process::{PATIENCE, eventually, must};
use crate::support::sshd::{Reaper, free_port, new_id};
use crate::support::{Client, Options, Sshd, folder};

const NAME: &str = "RJ.TEST";

/// Dropping it ends the KDC.
pub struct Realm {
    folder: TempDir,
    address: SocketAddr,
    kdc: Option<(Child, Reaper)>,
}

impl Realm {
    pub fn start() -> Self {
        let mut realm = Self {
            folder: folder("rj-realm-"),
            address: free_port(Ipv4Addr::LOCALHOST.into()),
            kdc: None,
        };
        // Another process may take the port between our look and the KDC's bind.
        for _ in 0..5 {
            realm.write_configuration();
            if realm.try_launch() {
                return realm;
            }
            realm.address = free_port(Ipv4Addr::LOCALHOST.into());
        }
        panic!("krb5kdc does not start: {}", realm.log())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("kdc.log")).unwrap_or_default()
    }

    fn write_configuration(&self) {
        let (folder, address) = (self.folder.path().display(), self.address);
        let client = format!(
            "[libdefaults]\n  default_realm = {NAME}\n  dns_lookup_kdc = false\n  dns_lookup_realm = false\n  \
             dns_canonicalize_hostname = false\n  rdns = false\n[realms]\n  {NAME} = {{\n    kdc = {address}\n  }}\n"
        );
        let server = format!(
            "[kdcdefaults]\n  kdc_listen = {address}\n  kdc_tcp_listen = {address}\n[realms]\n  {NAME} = {{\n    \
             database_name = {folder}/principals\n    key_stash_file = {folder}/stash\n    acl_file = {folder}/acl\n  \
             }}\n[logging]\n  kdc = FILE:{folder}/kdc.log\n"
        );
        fs::write(self.path("krb5.conf"), client).unwrap();
        fs::write(self.path("kdc.conf"), server).unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("KRB5_CONFIG", self.path("krb5.conf"))
            .env("KRB5_KDC_PROFILE", self.path("kdc.conf"))
            .stdin(Stdio::null());
        command
    }

    fn try_launch(&mut self) -> bool {
        if !self.path("principals").exists() {
            let mut create = self.command("/usr/sbin/kdb5_util");
            must(create.args(["create", "-s", "-r", NAME, "-P", "master"]));
            for ip in ["127.0.0.1", "localhost"] {
                self.administer(&format!("addprinc -randkey host/{ip}@{NAME}"));
                let keytab = self.path("keytab").display().to_string();
                self.administer(&format!("ktadd -k {keytab} host/{ip}@{NAME}"));
            }
        }
        let id = new_id();
        let mut command = self.command("/usr/sbin/krb5kdc");
        // It is ended with the test, even when that is killed.
        command.env("RJ_FIXTURE", &id).args(["-n", "-r", NAME]);
        let kdc = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut kdc = kdc.expect("krb5kdc: run scripts/install");
        let reaper = Reaper::of(&id, kdc.id());
        let up = eventually(PATIENCE, || {
            std::net::TcpStream::connect(self.address).is_ok() || kdc.try_wait().unwrap().is_some()
        });
        let up = up && kdc.try_wait().unwrap().is_none();
        self.kdc = Some((kdc, reaper));
        up
    }

    fn administer(&self, line: &str) {
        let mut kadmin = self.command("/usr/sbin/kadmin.local");
        must(kadmin.args(["-r", NAME, "-q", line]));
    }

    /// A server that takes Kerberos' tickets; these lines say what else.
    pub fn sshd(&self, more: &[&str]) -> Sshd {
        let config = ["GSSAPIAuthentication yes", "GSSAPIStrictAcceptorCheck no"];
        let path = |file: &str| self.path(file).display().to_string();
        Sshd::with(&Options {
            config: [more, &config]
                .concat()
                .iter()
                .map(ToString::to_string)
                .collect(),
            server_environment: vec![
                ("KRB5_CONFIG".into(), path("krb5.conf")),
                ("KRB5_KTNAME".into(), format!("FILE:{}", path("keytab"))),
            ],
            ..Options::default()
        })
    }

    /// Lets a client's programs know the realm, in which that user has no ticket yet.
    pub fn introduce(&self, client: &Client, user: &str) {
        self.administer(&format!("addprinc -randkey {user}@{NAME}"));
        let keytab = client.path("user.keytab").display().to_string();
        self.administer(&format!("ktadd -k {keytab} {user}@{NAME}"));
        client.env("KRB5_CONFIG", self.path("krb5.conf").display().to_string());
        let cache = client.path("ticket").display().to_string();
        client.env("KRB5CCNAME", format!("FILE:{cache}"));
    }

    /// Gets the user of [`Self::introduce`] a ticket that is good for so long (`1h`, `2s`).
    pub fn ticket(client: &Client, user: &str, life: &str) {
        let mut kinit = client.bare("kinit");
        let keytab = client.path("user.keytab");
        must(
            kinit
                .args(["-l", life, "-k", "-t"])
                .arg(keytab)
                .arg(format!("{user}@{NAME}")),
        );
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        if let Some((mut kdc, mut reaper)) = self.kdc.take() {
            let _ = kdc.kill();
            let _ = kdc.wait();
            reaper.reap();
        }
    }
}
