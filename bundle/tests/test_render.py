"""Info.plist, key by key: nothing may stand in it that is not looked at here."""

import plistlib
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests.scripts import ROOT, load

RENDER = load("render")
STRING = re.compile(r'^"(\w+)" = "(.*)";$', re.MULTILINE)


def cargo(key):
    return re.search(rf'^{key} = "([^"]+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def source(path):
    return (ROOT / path).read_text()


class InfoPlist(unittest.TestCase):
    def setUp(self):
        self.info = plistlib.loads(RENDER.render(ROOT / "Info.plist.template").encode())

    def test_every_key(self):
        info = self.info
        numbers = cargo("version").split("-")[0]
        self.assertRegex(numbers, r"^\d+\.\d+\.\d+$")
        wanted = {
            "CFBundleDevelopmentRegion": "en",
            "CFBundleDisplayName": "Remote Jupyter",
            "CFBundleExecutable": cargo("name"),
            "CFBundleIconFile": "remote-jupyter",
            "CFBundleIdentifier": "org.remote-jupyter.RemoteJupyter",
            "CFBundleInfoDictionaryVersion": "6.0",
            "CFBundleLocalizations": ["en", "ja"],
            "CFBundleName": "Remote Jupyter",
            "CFBundlePackageType": "APPL",
            "CFBundleShortVersionString": numbers,
            "CFBundleSupportedPlatforms": ["MacOSX"],
            "CFBundleURLTypes": [
                {
                    "CFBundleTypeRole": "Viewer",
                    "CFBundleURLName": "org.remote-jupyter.RemoteJupyter.url",
                    "CFBundleURLSchemes": ["remote-jupyter"],
                }
            ],
            "CFBundleVersion": numbers,
            "LSApplicationCategoryType": "public.app-category.developer-tools",
            "LSHasLocalizedDisplayName": True,
            "LSMinimumSystemVersion": "11.0",
            "LSUIElement": True,
            "NSHighResolutionCapable": True,
            "NSPrincipalClass": "NSApplication",
            "NSSupportsAutomaticTermination": False,
            "NSSupportsSuddenTermination": False,
        }
        for key, value in wanted.items():
            self.assertEqual(info.pop(key, None), value, key)
        self.assertIn("©", info.pop("NSHumanReadableCopyright"))
        self.assertIn("SSH", info.pop("NSLocalNetworkUsageDescription"))
        self.assertEqual(info, {}, "keys that nobody looks at")

    def test_it_fits_what_else_there_is(self):
        identifier = self.info["CFBundleIdentifier"]
        self.assertRegex(identifier, r"^[A-Za-z0-9.-]+$", "what Apple allows")
        scheme = self.info["CFBundleURLTypes"][0]["CFBundleURLSchemes"][0]
        self.assertIn(f"x-scheme-handler/{scheme};", source("bundle/linux-files/remote-jupyter-url.desktop"))
        icon = ROOT / f"assets/icons/app/{self.info['CFBundleIconFile']}.icns"
        self.assertTrue(icon.is_file(), icon)

    def test_each_language_has_the_texts_and_a_name_that_ju_finds(self):
        for language in self.info["CFBundleLocalizations"]:
            text = source(f"bundle/localised/{language}.lproj/InfoPlist.strings")
            texts = dict(STRING.findall(text))
            self.assertTrue(any(word.startswith("Ju") for word in texts["CFBundleDisplayName"].split()))
            for key in ("CFBundleName", "NSLocalNetworkUsageDescription"):
                self.assertTrue(texts[key], f"{language}: {key}")
            if language == self.info["CFBundleDevelopmentRegion"]:
                for key, value in texts.items():
                    self.assertEqual(self.info[key], value, key)
            else:
                self.assertRegex(texts["NSLocalNetworkUsageDescription"], "[ぁ-ん]", "it is translated")
            self.assertTrue((ROOT / f"assets/locales/{language}").is_dir())


class Templates(unittest.TestCase):
    def test_an_unknown_mark_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, "no value for @NOBODY@"):
            RENDER.fill("<string>@NOBODY@</string>", RENDER.values())

    def test_values_are_escaped_in_xml(self):
        self.assertEqual(RENDER.fill("@A@", {"A": "a < b & c"}, RENDER.escape), "a &lt; b &amp; c")


class Fields(unittest.TestCase):
    def test_those_of_the_package_alone(self):
        other = '[dependencies.other]\nrepository = "https://example.org/other"\n'
        for written, wanted in [("", None), ('repository = "https://example.org/us"\n', "https://example.org/us")]:
            with tempfile.TemporaryDirectory() as folder, mock.patch.object(RENDER, "ROOT", Path(folder)):
                manifest = f'[package]\nversion = "1.2.3"\n{written}\n{other}'
                Path(folder, "Cargo.toml").write_text(manifest, encoding="utf-8")
                self.assertEqual(RENDER.field("repository"), wanted)
                self.assertEqual(RENDER.field("version"), "1.2.3")


if __name__ == "__main__":
    unittest.main()
