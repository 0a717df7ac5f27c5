"""Stand-ins for Apple's libraries, so that a Mac's program can be linked without Apple's SDK.

The linker asks a library for two things: its place on the Mac, and the names that it has. Both stand in the source of
the crates that call it, in their `extern` blocks. So this reads the crates of a build (cargo's metadata, on standard
input) and writes for each library a text file of the form that Apple's linker also takes, `.tbd`:
<https://github.com/llvm/llvm-project/blob/main/llvm/lib/TextAPI/TextStub.cpp>

    cargo metadata … | stand_ins.py TARGET FOLDER LIBSYSTEM_TBD

A framework never gets a name that libSystem has: crates declare such functions (`dlsym`, `_NSGetArgv`) in blocks
without an attribute, and a program that asks AppKit for them aborts at the first call. LIBSYSTEM_TBD is zig's list of
libSystem's names.

What is wrong in an `extern` block is wrong here as well. check-app compares each import with a list of names that were
looked up (imports.txt).
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

# A framework's current version is a letter, which stands in its path.
LETTER = defaultdict(lambda: "A", AppKit="C", Foundation="C")
# Named by crates that also serve the iPhone.
NOT_ON_A_MAC = {"UIKit"}

COMMENT = re.compile(r"//[^\n]*")
LINKED = re.compile(r'link\(\s*name\s*=\s*"(\w+)"\s*,\s*kind\s*=\s*"framework"')
LINKED_BY_BUILD = re.compile(r"rustc-link-lib=framework=(\w+)")
BLOCK = re.compile(r'extern\s+"(?:C|C-unwind|system)"\s*\{')
ITEM = re.compile(r"\b(?:fn|static(?:\s+mut)?)\s+(?:r#)?(\w+)\s*[:(<]")
RENAMED = re.compile(r'link_name\s*=\s*"(?:\\x01_)?(\w+)"')
# The names in a `.tbd` file, of every kind but classes. Quotes stand around those with a `$`.
EXPORTED = re.compile(r"\b(?:weak-|thread-local-)?symbols:\s*\[([^\]]*)\]")
# objc2 declares the language's own runtime in a macro of its own.
RUNTIME = re.compile(r"fn\s+((?:objc|class|object|sel|ivar|method|property|protocol|imp)_\w+)")


def sources(package):
    """The text of a crate's files, without comments."""
    root = Path(package["manifest_path"]).parent
    files = [*sorted(root.glob("src/**/*.rs")), root / "build.rs"]
    for file in files:
        if file.is_file() and "/platform_impl/ios" not in str(file):
            yield COMMENT.sub("", file.read_text(errors="replace"))


def inside(text, start):
    """What stands between the brace that ends before `start` and its partner."""
    depth, end = 1, start
    while depth and end < len(text):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start:end]


def attributes_before(text, start):
    """The attributes of the block that begins at `start`."""
    head = text[max(0, start - 200) : start]
    return head[max(head.rfind("}"), head.rfind(";")) + 1 :]


def names_by_framework(texts):
    """What one crate's source calls: the names that it expects, for each framework."""
    frameworks = set()
    for text in texts:
        frameworks.update(LINKED.findall(text), LINKED_BY_BUILD.findall(text))
    frameworks -= NOT_ON_A_MAC
    names = {framework: set() for framework in frameworks}
    for text in texts:
        for block in BLOCK.finditer(text):
            linked = LINKED.findall(attributes_before(text, block.start()))[-1:]
            # A block without an attribute belongs to the crate's only framework.
            owners = linked or (list(frameworks) if len(frameworks) == 1 else [])
            body = inside(text, block.end())
            for owner in owners:
                names.setdefault(owner, set()).update(ITEM.findall(body), RENAMED.findall(body))
    return names


def exported(text):
    """The names that a `.tbd` file lists, without the leading underscore of C."""
    listed = ",".join(EXPORTED.findall(text)).split(",")
    return {name.strip().strip("'\"").removeprefix("_") for name in listed} - {""}


def stub(architecture, place, names):
    """The text of a `.tbd` file."""
    lines = [
        "--- !tapi-tbd",
        "tbd-version:     4",
        f"targets:         [ {architecture}-macos ]",
        f"install-name:    '{place}'",
    ]
    if names:
        exported = ", ".join(f"_{name}" for name in sorted(names))
        lines += ["exports:", f"  - targets:         [ {architecture}-macos ]", f"    symbols:         [ {exported} ]"]
    return "\n".join([*lines, "...", ""])


def write(folder, file, text):
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main():
    target, folder = sys.argv[1], Path(sys.argv[2])
    system = exported(Path(sys.argv[3]).read_text(encoding="utf-8"))
    if "dlsym" not in system:
        sys.exit(f"{sys.argv[3]}: not a list of libSystem's names, for it lacks dlsym")
    architecture = "arm64" if target.startswith("aarch64") else "x86_64"
    metadata = json.load(sys.stdin)
    used = {node["id"] for node in metadata["resolve"]["nodes"]}
    frameworks, runtime = defaultdict(set), set()
    for package in metadata["packages"]:
        if package["id"] not in used:
            continue
        texts = list(sources(package))
        for framework, names in names_by_framework(texts).items():
            frameworks[framework] |= names - system
        if package["name"] == "objc2":
            runtime.update(*(RUNTIME.findall(text) for text in texts))
    for name, names in frameworks.items():
        place = f"/System/Library/Frameworks/{name}.framework/Versions/{LETTER[name]}/{name}"
        file = f"System/Library/Frameworks/{name}.framework/{name}.tbd"
        write(folder, file, stub(architecture, place, names))
    write(folder, "usr/lib/libobjc.tbd", stub(architecture, "/usr/lib/libobjc.A.dylib", runtime - system))
    print(f"stand-ins for {len(frameworks)} frameworks and the Objective-C runtime")


if __name__ == "__main__":
    main()
