"""The check passes a good application, and finds whatever is wrong with one."""

import plistlib
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests import made_up
from tests.scripts import load

CHECK = load("check-app")
PROGRAM = "Contents/MacOS/remote-jupyter"


def flip(file, at):
    """One bit of a file."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


class CheckApp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # On a Mac codesign would be asked about what is no program.
        patch = mock.patch.object(CHECK, "ask_apple")
        patch.start()
        self.addCleanup(patch.stop)

    def refused(self, app, what):
        with self.assertRaisesRegex(CHECK.macho.Broken, what):
            CHECK.check(app)

    def made(self, **how):
        return made_up.make(self.folder, **how)

    def test_a_good_one_passes(self):
        said = "\n".join(CHECK.check(self.made()))
        self.assertIn("arm64: macOS 11.0, 1 libraries", said)
        self.assertIn("x86_64: macOS 11.0, 1 libraries", said)
        self.assertIn("6 sealed", said)

    def test_a_changed_page(self):
        app = self.made()
        # In the last page of the first program, which begins at 16 KiB.
        flip(app / PROGRAM, (1 << 14) + 2 * 4096 + 77)
        self.refused(app, "page 2 is not what was signed")

    def test_a_program_for_one_processor(self):
        app = self.made()
        data = (app / PROGRAM).read_bytes()
        (app / PROGRAM).write_bytes(data[1 << 14 :])
        self.refused(app, "the program is for")

    def test_a_library_of_somebody_else(self):
        self.refused(self.made(libraries=("/opt/homebrew/lib/libssl.3.dylib",)), "loads /opt/homebrew")

    def test_an_import_that_its_library_does_not_export(self):
        app_kit = "/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit"
        libraries = (made_up.SYSTEM, app_kit)
        good = self.made(libraries=libraries, imports=[(made_up.SYSTEM, "_dlsym"), (app_kit, "_NSImageNameInfo")])
        CHECK.check(good)
        shutil.rmtree(good)
        # As linked until November 2026: `dlsym` was a name of AppKit's.
        bad = self.made(libraries=libraries, imports=[(app_kit, "_dlsym")])
        self.refused(bad, "x86_64 would abort on a Mac: _dlsym is bound to AppKit, and libSystem exports it")

    def test_an_import_that_nobody_has_looked_up(self):
        imports = [(made_up.SYSTEM, "_made_up_call")]
        app = self.made(imports=imports)
        with mock.patch.object(CHECK.sys, "platform", "linux"):
            self.refused(app, "does not list: _made_up_call from libSystem")
        with mock.patch.object(CHECK.sys, "platform", "darwin"):
            CHECK.check(app)

    def test_another_oldest_macos(self):
        self.refused(self.made(minimum=0x000C0000), "starts on 12.0")

    def test_no_hardened_runtime(self):
        self.refused(self.made(flags=2), "hardened")

    def test_nobody_signed(self):
        self.refused(self.made(flags=0x10000), "neither signed ad hoc nor by a certificate")

    def test_an_entitlement(self):
        wish = plistlib.dumps({"com.apple.security.cs.disable-library-validation": True})
        # Its hash stands in slot 5, which the made-up directory does not have.
        self.refused(self.made(entitlements=wish), "slot 5")

    def test_a_file_too_many_and_one_changed(self):
        app = self.made()
        stray = app / "Contents/Resources/stray"
        stray.touch()
        self.refused(app, "stray")
        stray.unlink()
        icon = app / "Contents/Resources/remote-jupyter.icns"
        flip(icon, icon.stat().st_size - 1)
        self.refused(app, "icns is not what was signed")

    def test_licences_that_are_missing(self):
        app = self.made()
        file = app / "Contents/Resources/THIRD-PARTY"
        file.write_text(made_up.THIRD_PARTY.replace("openssl-src", "other"))
        self.refused(app, "THIRD-PARTY lacks openssl-src")
        file.unlink()
        self.refused(app, "THIRD-PARTY is missing")

    def test_another_info_plist(self):
        app = self.made()
        file = app / "Contents/Info.plist"
        file.write_text(file.read_text().replace("11.0", "10.0"))
        self.refused(app, "not the template")


if __name__ == "__main__":
    unittest.main()
