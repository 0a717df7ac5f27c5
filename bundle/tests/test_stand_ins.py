"""The stand-ins for Apple's libraries have the names that crates call."""

import unittest

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


class StandIns(unittest.TestCase):
    def test_the_names_of_a_block(self):
        found = stand_ins.names_by_framework([ONE])
        self.assertEqual(found, {"CoreThings": {"CTMake", "kCTName", "renamed", "CTReal"}})

    def test_a_block_without_attribute_is_the_only_framework_s(self):
        apart = ['println!("cargo:rustc-link-lib=framework=Net");', 'extern "C" { fn net_up(); }']
        self.assertEqual(stand_ins.names_by_framework(apart), {"Net": {"net_up"}})
        self.assertEqual(stand_ins.names_by_framework([TWO]), {"A": {"a_one"}, "B": set()})

    def test_the_file(self):
        text = stand_ins.stub("arm64", "/usr/lib/x.dylib", {"b", "a"})
        self.assertIn("install-name:    '/usr/lib/x.dylib'", text)
        self.assertIn("symbols:         [ _a, _b ]", text)
        self.assertNotIn("exports", stand_ins.stub("arm64", "/usr/lib/x.dylib", set()))


if __name__ == "__main__":
    unittest.main()
