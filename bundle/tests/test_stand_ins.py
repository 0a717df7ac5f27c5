"""The stand-ins for Apple's libraries have the names that crates call."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests import scripts  # noqa: F401  makes stand_ins known
import stand_ins

ONE = """
#[link(name = "CoreThings", kind = "framework")]
extern "C" {
    pub fn CTMake(size: usize) -> *mut u8;
    pub static kCTName: *const u8;
    #[link_name = "\\x01_CTReal"]
    fn renamed();
}
"""
TWO = """
#[link(name = "A", kind = "framework")]
extern "C-unwind" { fn a_one(); }
#[link(name = "B", kind = "framework")] extern "C" {}
extern "C" { fn whose(); }
"""

# As in zig's list of libSystem: two documents, names over several lines, quotes around a `$`.
SYSTEM = """--- !tapi-tbd
exports:
  - targets:         [ x86_64-macos ]
    symbols:         [ '_close$NOCANCEL', _dlsym,
                       dyld_stub_binder ]
    objc-classes:    [ OS_object ]
--- !tapi-tbd
exports:
  - targets:         [ x86_64-macos, arm64e-macos ]
    symbols:         [ __NSGetArgv ]
    thread-local-symbols: [ _tls ]
    weak-symbols:    [ __ZdlPv ]
...
"""


class StandIns(unittest.TestCase):
    def test_the_names_of_a_block(self):
        found = stand_ins.names_by_framework([ONE])
        self.assertEqual(found, {"CoreThings": {"CTMake", "kCTName", "renamed", "CTReal"}})

    def test_a_block_without_attribute_is_the_only_framework_s(self):
        apart = ['println!("cargo:rustc-link-lib=framework=Net");', 'extern "C" { fn net_up(); }']
        self.assertEqual(stand_ins.names_by_framework(apart), {"Net": {"net_up"}})
        self.assertEqual(stand_ins.names_by_framework([TWO]), {"A": {"a_one"}, "B": set()})

    def test_the_names_of_a_list(self):
        names = {"close$NOCANCEL", "dlsym", "dyld_stub_binder", "_NSGetArgv", "tls", "_ZdlPv"}
        self.assertEqual(stand_ins.exported(SYSTEM), names)

    def run_for(self, folder, source, system):
        """Runs the script on one made-up crate, as bundle/mac-from-linux does."""
        crate = Path(folder) / "crate"
        (crate / "src").mkdir(parents=True)
        (crate / "src/lib.rs").write_text(source)
        (Path(folder) / "libSystem.tbd").write_text(system)
        package = {"id": "c", "name": "c", "manifest_path": str(crate / "Cargo.toml")}
        metadata = {"resolve": {"nodes": [{"id": "c"}]}, "packages": [package]}
        return subprocess.run(
            [sys.executable, stand_ins.__file__, "aarch64-apple-darwin", folder, f"{folder}/libSystem.tbd"],
            input=json.dumps(metadata), text=True, capture_output=True,
        )

    def test_a_framework_does_not_get_what_libsystem_has(self):
        source = """
            #[link(name = "AppKit", kind = "framework")] extern "C" { static NSAboutPanelOptionCredits: u8; }
            extern "C" { fn dlsym(); fn _NSGetArgv(); }
        """
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_for(folder, source, SYSTEM)
            self.assertEqual(done.returncode, 0, done.stderr)
            stub = (Path(folder) / "System/Library/Frameworks/AppKit.framework/AppKit.tbd").read_text()
        self.assertIn("symbols:         [ _NSAboutPanelOptionCredits ]", stub)

    def test_without_libsystems_names_nothing_is_written(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_for(folder, "", "--- !tapi-tbd\n...\n")
            self.assertIn("lacks dlsym", done.stderr)
            self.assertFalse((Path(folder) / "usr").exists())

    def test_the_file(self):
        text = stand_ins.stub("arm64", "/usr/lib/x.dylib", {"b", "a"})
        self.assertIn("install-name:    '/usr/lib/x.dylib'", text)
        self.assertIn("symbols:         [ _a, _b ]", text)
        self.assertNotIn("exports", stand_ins.stub("arm64", "/usr/lib/x.dylib", set()))


if __name__ == "__main__":
    unittest.main()
