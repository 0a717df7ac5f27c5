"""Reads what the checks need of a Mac's program: its load commands and its signature, which it computes anew.

Apple's own description is <mach-o/loader.h>, <mach-o/fat.h> and, for signatures,
<https://github.com/apple-oss-distributions/xnu/blob/main/osfmk/kern/cs_blobs.h>.
"""

import hashlib
import struct
from dataclasses import dataclass, field

FAT = 0xCAFEBABE
THIN = 0xFEEDFACF
ARCHITECTURES = {0x0100000C: "arm64", 0x01000007: "x86_64"}
PROGRAM = 2  # MH_EXECUTE
PIE = 0x200000
# LC_LOAD_DYLIB, and its weak, re-exported, lazy and upward kin.
LOADS = {0x0C, 0x80000018, 0x8000001F, 0x20, 0x80000023}
RPATH = 0x8000001C
SYMBOLS = 0x02  # LC_SYMTAB
SYMBOL_SIZE = 16
# Of a symbol's kind: a debugger's, its place (none: undefined), visible outside.
DEBUG, PLACE, OUTSIDE = 0xE0, 0x0E, 0x01
# Above these numbers of libraries are special ones: looked up in the program itself, or in all libraries.
LAST_LIBRARY = 0xFD
SIGNATURE = 0x1D
BUILD_VERSION = 0x32
MACOS = 1

SUPERBLOB = 0xFADE0CC0
# Both the kinds of its parts, and the slots below zero in which their hashes stand.
DIRECTORY, INFO, REQUIREMENTS, RESOURCES, ENTITLEMENTS, ENTITLEMENTS_DER, CMS = 0, 1, 2, 3, 5, 7, 0x10000
SHA256 = 2
ADHOC, RUNTIME = 0x2, 0x10000


class Broken(Exception):
    """What is wrong with the file."""


def expect(is_so, what):
    """Ends the reading where something isn't so."""
    if not is_so:
        raise Broken(what)


@dataclass
class Slice:
    """The program for one processor."""

    architecture: str
    data: bytes
    is_pie: bool = False
    platform: int = 0
    minimum: str = ""
    libraries: list = field(default_factory=list)
    rpaths: list = field(default_factory=list)
    signature: tuple = None
    symbols: tuple = None

    @property
    def imports(self):
        """Pairs of a library's path and a name that it must export; the linker decided which library."""
        expect(self.symbols, f"{self.architecture} has no symbol table")
        first, count, texts, _ = self.symbols
        found = set()
        for at in range(first, first + SYMBOL_SIZE * count, SYMBOL_SIZE):
            name, kind, _, description, _ = struct.unpack("<IBBHQ", self.data[at : at + SYMBOL_SIZE])
            if kind & DEBUG or kind & PLACE or not kind & OUTSIDE:
                continue
            name, library = text_at(self.data, texts + name), description >> 8
            expect(0 < library <= LAST_LIBRARY, f"{self.architecture} names no library for {name}")
            expect(library <= len(self.libraries), f"{self.architecture} takes {name} from a library that it does not load")
            found.add((self.libraries[library - 1], name))
        return found


def slices(data):
    """The programs in a file, one for each processor."""
    expect(len(data) > 32, "not a program of a Mac: it is too short")
    if struct.unpack(">I", data[:4])[0] != FAT:
        return [parse(data)]
    (count,) = struct.unpack(">I", data[4:8])
    found = []
    for at in range(count):
        _, _, offset, size, align = struct.unpack(">5I", data[8 + 20 * at : 28 + 20 * at])
        expect(offset % (1 << align) == 0 and offset + size <= len(data), "a part lies outside of the file")
        found.append(parse(data[offset : offset + size]))
    return found


def text_at(data, offset):
    """The text that ends with a zero byte."""
    return data[offset : data.index(b"\0", offset)].decode()


def parse(data):
    """One program: its header and load commands."""
    magic, cpu, _, kind, count, _, flags, _ = struct.unpack("<8I", data[:32])
    expect(magic == THIN, "not a 64-bit program of a Mac")
    expect(cpu in ARCHITECTURES, f"processor {cpu:#x}")
    expect(kind == PROGRAM, "a library, not a program")
    program = Slice(ARCHITECTURES[cpu], data, is_pie=bool(flags & PIE))
    offset = 32
    for _ in range(count):
        command, size = struct.unpack("<II", data[offset : offset + 8])
        take(program, command, data[offset : offset + size])
        offset += size
    return program


def take(program, command, data):
    """What one load command says."""
    if command in LOADS:
        program.libraries.append(text_at(data, struct.unpack("<I", data[8:12])[0]))
    elif command == SYMBOLS:
        program.symbols = struct.unpack("<4I", data[8:24])
    elif command == RPATH:
        program.rpaths.append(text_at(data, struct.unpack("<I", data[8:12])[0]))
    elif command == SIGNATURE:
        program.signature = struct.unpack("<II", data[8:16])
    elif command == BUILD_VERSION:
        program.platform, minimum = struct.unpack("<II", data[8:16])
        program.minimum = f"{minimum >> 16}.{minimum >> 8 & 0xFF}"


@dataclass
class Signature:
    """A signature, as far as this machine can tell: that the hashes are those of the files."""

    identifier: str
    flags: int
    pages: int
    has_entitlements: bool
    has_certificate: bool

    @property
    def is_adhoc(self):
        """Signed by nobody."""
        return bool(self.flags & ADHOC)

    @property
    def is_hardened(self):
        """With the hardened runtime, which notarising asks for."""
        return bool(self.flags & RUNTIME)


def blobs(program):
    """The parts of the signature, by kind."""
    expect(program.signature, "it is not signed")
    offset, size = program.signature
    data = program.data[offset : offset + size]
    magic, _, count = struct.unpack(">III", data[:12])
    expect(magic == SUPERBLOB, "its signature cannot be read")
    parts = {}
    for at in range(count):
        kind, begin = struct.unpack(">II", data[12 + 8 * at : 20 + 8 * at])
        (length,) = struct.unpack(">I", data[begin + 4 : begin + 8])
        parts[kind] = data[begin : begin + length]
    return parts


def verify(program, info, resources):
    """Computes every hash of the signature anew: the program's pages, Info.plist, the seal of the resources."""
    parts = blobs(program)
    expect(DIRECTORY in parts, "the signature has no code directory")
    directory = parts[DIRECTORY]
    _, flags, hashes, name, specials, count, limit = struct.unpack(">7I", directory[8:36])
    size, kind, _, shift = directory[36:40]
    expect((kind, size) == (SHA256, 32), "the hashes are not SHA-256")
    expect(limit == program.signature[0], "something stands between the program and its signature")

    def recorded(at):
        return directory[hashes + 32 * at : hashes + 32 * at + 32]

    page = 1 << shift
    expect(count == -(-limit // page), "the number of pages")
    for at in range(count):
        computed = hashlib.sha256(program.data[at * page : min((at + 1) * page, limit)]).digest()
        expect(recorded(at) == computed, f"page {at} is not what was signed")
    further = {INFO: info, RESOURCES: resources}
    own = (REQUIREMENTS, ENTITLEMENTS, ENTITLEMENTS_DER)
    further.update({kind: parts[kind] for kind in own if kind in parts})
    for kind, data in further.items():
        is_same = specials >= kind and recorded(-kind) == hashlib.sha256(data).digest()
        expect(is_same, f"slot {kind} is not what was signed")
    return Signature(
        identifier=text_at(directory, name),
        flags=flags,
        pages=count,
        has_entitlements=b"<key>" in parts.get(ENTITLEMENTS, b""),
        # An empty envelope, a header of 8 bytes, stands in ad-hoc signatures too.
        has_certificate=len(parts.get(CMS, b"")) > 8,
    )
