"""The notes of a release are its section of the changelog."""

import unittest

from tests.scripts import load

NOTES = load("release-notes")
CHANGELOG = """# Changelog

## [Unreleased]

- later

## [1.1.0] - 2026-12-01

### Added

- one thing
  in two lines
- another
  - with a part

## [1.0.0] - 2026-11-01

- first
"""


class ReleaseNotes(unittest.TestCase):
    def test_a_section_alone_and_its_entries_on_one_line(self):
        wanted = "### Added\n\n- one thing in two lines\n- another\n  - with a part\n"
        self.assertEqual(NOTES.notes(CHANGELOG, "1.1.0"), wanted)
        self.assertEqual(NOTES.notes(CHANGELOG, "1.0.0"), "- first\n")

    def test_a_version_without_a_section(self):
        with self.assertRaisesRegex(SystemExit, r"no section \[2\.0\.0\]"):
            NOTES.notes(CHANGELOG, "2.0.0")

    def test_a_section_that_is_not_finished(self):
        undated = CHANGELOG.replace("[1.1.0] - 2026-12-01", "[1.1.0]")
        with self.assertRaisesRegex(SystemExit, r"no date beside \[1\.1\.0\].*docs/releasing\.md"):
            NOTES.notes(undated, "1.1.0")
        with self.assertRaisesRegex(SystemExit, r"says nothing below \[1\.0\.0\]"):
            NOTES.notes(CHANGELOG.replace("- first", ""), "1.0.0")


if __name__ == "__main__":
    unittest.main()
