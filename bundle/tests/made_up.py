"""A made-up application: its programs do nothing, and all that the checks look at is real, signature included.

It is written from Apple's headers and shares no line with macho.py, so that the two keep watch on each other.
"""

import hashlib
import plistlib
import shutil
import struct
from pathlib import Path

from tests.scripts import ROOT, load

SYSTEM = "/usr/lib/libSystem.B.dylib"
ARM, INTEL = 0x0100000C, 0x01000007
HARDENED_ADHOC = 0x10002
PAGE = 4096
THIRD_PARTY = "Others:\n- Rust's standard library: MIT\n- libssh2-sys 1: MIT\n- openssl-src 1: MIT\n"


def digest(data):
    return hashlib.sha256(data).digest()


def directory(body, identifier, specials, flags):
    """A code directory: the hashes of the special slots, last one first, and those of the pages."""
    pages = [digest(body[at : at + PAGE]) for at in range(0, len(body), PAGE)]
    slots = [specials.get(at, bytes(32)) for at in (3, 2, 1)]
    name = identifier.encode() + b"\0"
    hashes_at = 44 + len(name) + 32 * len(slots)
    head = struct.pack(">7I4BI", 0x20001, flags, hashes_at, 44, len(slots), len(pages), len(body), 32, 2, 0, 12, 0)
    data = head + name + b"".join(slots) + b"".join(pages)
    return struct.pack(">II", 0xFADE0C02, len(data) + 8) + data


def sign(body, identifier, info, resources, flags=HARDENED_ADHOC, entitlements=b""):
    """The signature of a program, as it stands at its end."""
    requirements = struct.pack(">III", 0xFADE0C01, 12, 0)
    specials = {1: digest(info), 2: digest(requirements), 3: digest(resources)}
    parts = [(0, directory(body, identifier, specials, flags)), (2, requirements)]
    if entitlements:
        parts.append((5, struct.pack(">II", 0xFADE7171, len(entitlements) + 8) + entitlements))
    index, data, at = b"", b"", 12 + 8 * len(parts)
    for kind, part in parts:
        index += struct.pack(">II", kind, at + len(data))
        data += part
    return struct.pack(">III", 0xFADE0CC0, at + len(data), len(parts)) + index + data


def symbols(imports, libraries):
    """A symbol table at the second page: one symbol of the program's own, then the imports with their library's number."""
    texts, table = b"\0", b""
    for library, name in [(None, "__mh_execute_header"), *imports]:
        kind, number = (0x0F, 0) if library is None else (0x01, libraries.index(library) + 1)
        table += struct.pack("<IBBHQ", len(texts), kind, 0, number << 8, 0)
        texts += name.encode() + b"\0"
    command = struct.pack("<6I", 0x02, 24, PAGE, len(imports) + 1, PAGE + len(table), len(texts))
    return command, table + texts


def body(cpu, libraries, minimum, size, imports, flags=0x200085):
    """Header, load commands, symbols and two pages of nothing; `size` is that of the signature to come."""
    commands = [struct.pack("<6I", 0x32, 24, 1, minimum, minimum, 0)]
    for library in libraries:
        text = library.encode() + b"\0" * (8 - len(library) % 8)
        commands.append(struct.pack("<6I", 0x0C, 24 + len(text), 24, 0, 0, 0) + text)
    command, table = symbols(imports, libraries)
    commands.append(command)
    length = 3 * PAGE
    commands.append(struct.pack("<4I", 0x1D, 16, length, size))
    joined = b"".join(commands)
    head = struct.pack("<8I", 0xFEEDFACF, cpu, 0, 2, len(commands), len(joined), flags, 0)
    return ((head + joined).ljust(PAGE, b"\0") + table).ljust(length, b"\0")


def thin(cpu, identifier, info, resources, libraries=(SYSTEM,), minimum=0x000B0000, imports=None, **how):
    """A signed program for one processor. The size of a signature doesn't depend on what is signed."""
    imports = imports or [(libraries[0], "_exit")]
    size = len(sign(body(cpu, libraries, minimum, 0, imports=imports), identifier, info, resources, **how))
    unsigned = body(cpu, libraries, minimum, size, imports=imports)
    return unsigned + sign(unsigned, identifier, info, resources, **how)


def fat(programs):
    """Programs for several processors in one file."""
    head, data, at = struct.pack(">II", 0xCAFEBABE, len(programs)), b"", 1 << 14
    for cpu, program in programs:
        data = data.ljust(-(-len(data) // at) * at, b"\0")
        head += struct.pack(">5I", cpu, 0, at + len(data), len(program), 14)
        data += program
    return head.ljust(at, b"\0") + data


def resources_of(contents):
    """The seal of a bundle's files."""
    sealed = {}
    for file in sorted((contents / "Resources").rglob("*")):
        if file.is_file():
            sealed[str(file.relative_to(contents))] = {"hash2": digest(file.read_bytes())}
    return plistlib.dumps({"files2": sealed})


def make(folder, **how):
    """The application; `how` spoils its program for Intel."""
    app = Path(folder) / "Made Up.app"
    contents = app / "Contents"
    for name in ("MacOS", "_CodeSignature"):
        (contents / name).mkdir(parents=True)
    shutil.copytree(ROOT / "bundle/localised", contents / "Resources")
    shutil.copy(ROOT / "assets/icons/app/remote-jupyter.icns", contents / "Resources")
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copy(ROOT / name, contents / "Resources")
    (contents / "Resources/THIRD-PARTY").write_text(THIRD_PARTY)
    (contents / "PkgInfo").write_text("APPL????")
    info = load("render").render(ROOT / "Info.plist.template").encode()
    (contents / "Info.plist").write_bytes(info)
    resources = resources_of(contents)
    (contents / "_CodeSignature/CodeResources").write_bytes(resources)
    said = (plistlib.loads(info)["CFBundleIdentifier"], info, resources)
    program = fat([(ARM, thin(ARM, *said)), (INTEL, thin(INTEL, *said, **how))])
    (contents / "MacOS/remote-jupyter").write_bytes(program)
    return app
