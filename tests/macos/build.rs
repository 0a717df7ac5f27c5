//! Compiles the fakes, with GCC: its Objective-C, and its runtime.

use std::path::{Path, PathBuf};
use std::process::Command;

const FAKES: [&str; 8] = [
    "runtime.m",
    "foundation.m",
    "runloop.m",
    "appkit.m",
    "menubar.m",
    "notifications.m",
    "service.m",
    "configd.c",
];

fn main() {
    println!("cargo:rerun-if-changed=fakes");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo's own folder"));
    // Objects, not an archive: classes make themselves known while the program starts, and nothing names them.
    for fake in FAKES {
        let object = out.join(fake).with_extension("o");
        run(Command::new("gcc")
            .args([
                "-std=gnu11",
                "-g",
                "-O1",
                "-fno-omit-frame-pointer",
                "-Wall",
                "-Werror",
                "-Ifakes",
                "-c",
                "-o",
            ])
            .arg(&object)
            .arg(format!("fakes/{fake}")));
        name_classes(&object);
        println!("cargo:rustc-link-arg={}", object.display());
    }
    // Their names stand in objc2's crates; the fakes have what is in them.
    for absent in ["gnustep-base", "dispatch"] {
        run(Command::new("ar")
            .arg("crs")
            .arg(out.join(format!("lib{absent}.a"))));
    }
    println!("cargo:rustc-link-search={}", out.display());
    let runtime = Command::new("gcc")
        .arg("-print-file-name=libobjc.so")
        .output()
        .expect("gcc");
    let runtime = PathBuf::from(String::from_utf8_lossy(&runtime.stdout).trim());
    println!(
        "cargo:rustc-link-search={}",
        runtime.parent().expect("a folder").display()
    );
    for library in ["objc", "BlocksRuntime", "pthread"] {
        println!("cargo:rustc-link-arg=-l{library}");
    }
}

/// objc2 refers to a class by the symbol that clang gives it; GCC's has another name, and is its file's own.
fn name_classes(object: &Path) {
    let symbols = Command::new("nm").arg(object).output().expect("nm");
    let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
    let classes = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().last()?.strip_prefix("_OBJC_Class_"));
    let (mut rename, mut show) = (Command::new("objcopy"), Command::new("objcopy"));
    for class in classes {
        rename.arg(format!(
            "--redefine-sym=_OBJC_Class_{class}=_OBJC_CLASS_{class}"
        ));
        show.arg(format!("--globalize-symbol=_OBJC_CLASS_{class}"));
    }
    run(rename.arg(object));
    run(show.arg(object));
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .expect("gcc and ar: scripts/install macos-layer");
    assert!(status.success(), "{command:?}");
}
