"""What OpenPBS and Torque have in common: directives, resources, `qstat -f`'s lines, the plain list, how a job is run."""

import contextlib
import getopt
import os
import re
import shlex
import sys
import time

import engine


def options(name, args, letters, usage):
    """The options as `[(letter, value)]` and the operands, as getopt(3) reads them; ends the command otherwise."""
    try:
        found, rest = getopt.gnu_getopt(args, letters)
    except getopt.GetoptError as error:
        what = "option requires an argument" if "requires argument" in error.msg else "invalid option"
        engine.die("%s: %s -- '%s'\n%s" % (name, what, error.opt[:1], usage), 2)
    return [(option[1:], value) for option, value in found], rest


def script_of(operands, missing):
    """Name and text of the job's script: a file's, or what stands on standard input."""
    if not operands:
        return "STDIN", sys.stdin.read()
    try:
        with open(operands[0]) as file:
            return os.path.basename(operands[0]), file.read()
    except OSError:
        engine.die(missing, 1)


def directives(text, prefix):
    """Words of the lines that begin with the prefix, up to the first command."""
    words = []
    for line in text.splitlines():
        if prefix and line.startswith(prefix):
            words += shlex.split(line[len(prefix):], comments=True)
        elif line.strip() and not line.lstrip().startswith(("#", ":")):
            break
    return words


def resources(values):
    """`-l a=1,b=2 -l c=3` as pairs; a value goes to the next comma, and in a select or nodes value `:` and `+` stand."""
    pairs = []
    for value in values:
        for part in value.split(","):
            name, _, amount = part.partition("=")
            pairs.append((name, amount))
    return pairs


def seconds(walltime):
    """`[[H:]M:]S`, none if it is no time."""
    if not re.fullmatch(r"\d+(:\d+){0,2}(\.\d+)?", walltime):
        return None
    total = 0
    for part in walltime.split(".")[0].split(":"):
        total = total * 60 + int(part)
    return total


def clock(total):
    total = int(total)
    return "%02d:%02d:%02d" % (total // 3600, total // 60 % 60, total % 60)


def date(moment):
    return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(moment))


def attribute(name, value):
    """A line of `qstat -f`, broken at a comma where that helps, and else anywhere, with a tab: as recorded."""
    text, used = "    %s = " % name, len(name) + 7
    for at, piece in enumerate(str(value).split(",")):
        text += "," if at else ""
        if used + len(piece) < 78:
            text, used = text + piece, used + len(piece)
            continue
        if at:
            text, used = text + "\n\t", 9
        for letter in piece:
            text, used = text + letter, used + 1
            if used > 78:
                text, used = text + "\n\t", 8
    return text


def cut(name, width=16):
    """A name as the plain list shows it."""
    return name if len(name) <= width else name[:width - 1] + "*"


def run_by_shell(job, shell_path):
    """PBS starts a login shell, and has it read the name of the script: the script's own first line counts."""
    return {"program": shell_path, "argv": ["-" + os.path.basename(shell_path)], "stdin": job["script"] + "\n"}


def environment(extra):
    """A job begins with little: only what PBS sets. (And the mark by which the test finds its processes.)"""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "RJ_FIXTURE") if name in os.environ}
    origin = {"PBS_O_" + name: os.environ.get(name, "") for name in ("HOME", "LOGNAME", "PATH", "SHELL")}
    return {**kept, "LOGNAME": engine.account(), "USER": engine.account(), "SHELL": engine.shell(),
            "PATH": "/usr/local/bin:/usr/bin:/bin", "ENVIRONMENT": "BATCH", "PBS_ENVIRONMENT": "PBS_BATCH",
            **origin, "PBS_O_HOST": engine.host(), "PBS_O_WORKDIR": os.getcwd(), **extra}


def deliver(job, out, err):
    """Output comes to its place at the job's end only."""
    for source, target in ((out, job["out"]), (err, None if job["join"] else job["err"])):
        with contextlib.suppress(OSError):
            if target and os.path.exists(source):
                with open(source, "rb") as read, open(target, "wb") as write:
                    write.write(read.read())
                os.chmod(target, 0o600)


def place(path, default):
    """Where output goes: `[host:]path`, a folder gets the default name in it."""
    path = os.path.join(os.getcwd(), path.split(":", 1)[-1]) if path else os.path.join(os.getcwd(), default)
    return os.path.join(path, default) if os.path.isdir(path) else path


def number_of(identifier):
    """`12`, `12.server`; none if it is no job identifier."""
    found = re.fullmatch(r"(\d+)(\.[\w.-]+)?(@[\w.-]+)?", identifier)
    return int(found.group(1)) if found else None
