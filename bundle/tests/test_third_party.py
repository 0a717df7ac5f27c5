"""The licences of others: found, told apart, and never made up."""

import tempfile
import unittest
from pathlib import Path

from tests.scripts import load

THIRD_PARTY = load("third-party")


class ThirdParty(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def crate(self, name, licence, files, authors=()):
        """A crate with some files, as cargo's metadata tells of it."""
        folder = self.folder / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        return {"name": name, "version": "1.0.0", "license": licence, "authors": list(authors),
                "repository": None, "manifest_path": str(folder / "Cargo.toml")}

    def texts(self, *crate):
        return dict(THIRD_PARTY.texts(self.crate(*crate)))

    def test_its_files_and_those_of_what_it_carries(self):
        files = {"LICENSE": "ours", "libz/COPYING": "theirs", "src/copying.rs": "code", "tests/LICENSE": "unused"}
        wanted = {"z-sys 1.0.0": "ours\n", "z-sys 1.0.0 (libz/COPYING)": "theirs\n"}
        self.assertEqual(self.texts("z-sys", "MIT", files), wanted)

    def test_without_a_file_the_text_of_an_offer(self):
        self.assertIn("Apache License", self.texts("either", "MIT/Apache-2.0", {})["either 1.0.0"])
        named = self.texts("one", "MIT", {}, ["Ada <a@b.example>", "Grace"])
        self.assertIn("Copyright (c) Ada, Grace\n", named["one 1.0.0"])
        carried = self.texts("carries", "MIT", {"libz/COPYING": "theirs"})
        self.assertIn("Copyright (c) the authors of carries\n", carried["carries 1.0.0"])

    def test_neither_file_nor_offer(self):
        for licence in ("MPL-2.0", "MIT AND Apache-2.0", None):
            with self.assertRaisesRegex(SystemExit, f"{licence}-crate brings no text"):
                self.texts(f"{licence}-crate", licence, {})

    def test_equal_texts_stand_once(self):
        one = self.crate("a", "MIT", {"LICENSE": "free\nfor all\n"})
        text = THIRD_PARTY.notices([one, self.crate("b", "MIT", {"LICENSE": "free for\r\nall"})])
        self.assertIn("- a 1.0.0: MIT\n- b 1.0.0: MIT", text)
        self.assertIn("\na 1.0.0, b 1.0.0\n", text)
        self.assertEqual(text.count("for all"), 1)


if __name__ == "__main__":
    unittest.main()
