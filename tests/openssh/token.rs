//! A smart card that is a file: a token of softhsm2 behind PKCS#11, with one key in it, made by the tool of opensc.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Client;
use crate::support::process::must;

/// Opens the token.
pub const PIN: &str = "271828";

/// The library that speaks to it.
pub fn library() -> &'static Path {
    let places = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];
    let found = places.map(Path::new).into_iter().find(|path| path.exists());
    found.expect("libsofthsm2.so: run scripts/install")
}

/// Makes the token, and tells the client's programs where it is. Returns the public key, as `authorized_keys` has it.
pub fn insert(client: &Client) -> String {
    let folder: PathBuf = client.path("token");
    fs::create_dir_all(&folder).unwrap();
    let settings = client.path("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        folder.display()
    );
    fs::write(&settings, text).unwrap();
    client.env("SOFTHSM2_CONF", settings.display().to_string());
    let mut init = client.bare("softhsm2-util");
    must(init.args([
        "--init-token",
        "--free",
        "--label",
        "card",
        "--so-pin",
        "31415926",
        "--pin",
        PIN,
    ]));
    let mut make = client.bare("pkcs11-tool");
    make.arg("--module")
        .arg(library())
        .args(["--login", "--pin", PIN]);
    must(make.args([
        "--keypairgen",
        "--key-type",
        "rsa:2048",
        "--id",
        "01",
        "--label",
        "login",
    ]));
    let mut public = client.bare("ssh-keygen");
    must(public.arg("-D").arg(library()))
}
