"""The part that all fake schedulers share: a spool folder, and one keeper process for each job.

FakeScheduler, not real. A job is really run: a process in a session of its own, with its script, its environment, its output
files and its limit. Left out of every set: other users' jobs, several nodes (all jobs run on this machine), job arrays,
interactive jobs, dependencies, resources that run out, suspending what runs. What the real command can do and the player
cannot ends with status 99, so that no test rests on it.

The spool is the folder above the commands' own: `switches` (JSON, of the test), `calls`, `jobs/NUMBER`.
As a program it is the operator: `engine.py SPOOL hold|release|lose NUMBER`.
"""

import contextlib
import fcntl
import json
import os
import pwd
import shlex
import signal
import sys
import time

LEFT_OUT = 99


class Spool:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(self.path("jobs"), exist_ok=True)

    @classmethod
    def of_command(cls):
        """The spool of the running command, which notes the call."""
        command = os.path.abspath(sys.argv[0])
        spool = cls(os.path.dirname(os.path.dirname(command)))
        line = shlex.join([os.path.basename(command), *sys.argv[1:]])
        with spool.lock(), open(spool.path("calls"), "a") as calls:
            calls.write("%.2f %s\n" % (time.time(), line.replace("\n", "\\n")))
        return spool

    def path(self, *names):
        return os.path.join(self.folder, *map(str, names))

    @contextlib.contextmanager
    def lock(self):
        with open(self.path("lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def switch(self, name):
        try:
            with open(self.path("switches")) as file:
                return json.load(file).get(name)
        except FileNotFoundError:
            return None

    def jobs(self):
        """All jobs it knows, oldest first."""
        numbers = sorted(int(name) for name in os.listdir(self.path("jobs")) if name.isdigit())
        return [job for job in map(self.job, numbers) if job]

    def job(self, number):
        try:
            with open(self.path("jobs", number)) as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def save(self, job):
        path = self.path("jobs", job["number"])
        with open(path + ".new", "w") as file:
            json.dump(job, file)
        os.replace(path + ".new", path)

    def change(self, number, **fields):
        """Changes a job that is there; gives it."""
        with self.lock():
            job = self.job(number)
            if job:
                job.update(fields)
                self.save(job)
            return job

    def next_number(self):
        try:
            with open(self.path("last")) as file:
                number = int(file.read()) + 1
        except FileNotFoundError:
            number = 1
        with open(self.path("last"), "w") as file:
            file.write(str(number))
        return number

    def submit(self, job, script, complete, deliver):
        """Takes a job in and starts its keeper; gives the job. `complete(job)` gives what depends on its number,
        `deliver(job, out, err)` hands out what it printed."""
        now = time.time()
        with self.lock():
            job = {"state": "queued", "hold": "", **job, "number": self.next_number(), "owner": account()}
            job.update(submitted=now, since=now, script=self.path("jobs", "%d.script" % job["number"]))
            job.update(complete(job))
            with open(job["script"], "w") as file:
                file.write(script)
            os.chmod(job["script"], 0o700)
            self.save(job)
        sys.stdout.flush()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                self.keep(job["number"], deliver)
            os._exit(0)
        return job

    def keep(self, number, deliver):
        """The keeper: waits for the job's turn, runs it, ends it."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.closerange(3, 256)
        os.chdir("/")
        while not self.turn(number):
            job = self.job(number)
            if job is None or job["state"] == "done":
                return
            time.sleep(0.05)
        job = self.job(number)
        out, err = self.path("jobs", "%d.out" % number), self.path("jobs", "%d.err" % number)
        child = start(job, out, out if job["join"] else err)
        self.change(number, pid=child)
        status = self.watch(child, number)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # what the job left behind
        job = self.job(number)
        if job:
            deliver({**job, "ended": time.time(), "status": status}, out, err)
            self.change(number, state="done", ended=time.time(), status=status)

    def turn(self, number):
        """Whether the job may run; it then counts as running."""
        with self.lock():
            job = self.job(number)
            if job is None or job["state"] != "queued" or job.get("never") or self.switch("never"):
                return False
            wait = self.switch("wait")
            if wait is None or time.time() < job["since"] + wait:
                return False
            job.update(state="running", started=time.time())
            self.save(job)
            return True

    def watch(self, child, number):
        """Waits for the job's end, and brings it about when it is cancelled or its time is up; gives its status."""
        began, signals = time.time(), None
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            job = self.job(number)
            if job is None:
                signals = [(0, "KILL")]  # its node is gone
            elif signals is None and job.get("cancel"):
                signals = from_now(job["cancel"])
            elif signals is None and self.is_over(job, began):
                self.change(number, over=True)
                signals = from_now(job["on_limit"])
            while signals and time.time() >= signals[0][0]:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.Signals["SIG" + signals.pop(0)[1]])
            time.sleep(0.05)

    def is_over(self, job, began):
        limits = [limit for limit in (job["limit"], self.switch("cut_short")) if limit]
        return bool(limits) and time.time() >= began + min(limits)

    def cancel(self, number, signals):
        """Ends a job: at once if it waits, by `signals` (`[[seconds, name]]`) if it runs."""
        with self.lock():
            job = self.job(number)
            if job["state"] == "running":
                job["cancel"] = signals
            else:
                job.update(state="done", ended=time.time(), status=None)
            self.save(job)

    def hold(self, number, who):
        with self.lock():
            job = self.job(number)
            if job and job["state"] == "queued":
                job.update(state="held", hold=who)
                self.save(job)

    def release(self, number):
        with self.lock():
            job = self.job(number)
            if job and job["state"] == "held":
                job.update(state="queued", hold="", since=time.time())
                self.save(job)


def from_now(plan):
    return [(time.time() + after, name) for after, name in plan]


def start(job, out, err):
    """Starts the job's first process, the leader of a session."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        os.umask(job["umask"])
        for name in ("SIGPIPE", "SIGINT", "SIGQUIT"):  # Python's own, and those that a shell's `&` left
            signal.signal(signal.Signals[name], signal.SIG_DFL)
        read, write = os.pipe()
        os.write(write, job["stdin"].encode())
        os.close(write)
        os.dup2(read, 0)
        for standard, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), standard)
        os.chdir(job["cwd"])
        os.execve(job["program"], job["argv"], job["environment"])
    except OSError as error:
        os.write(2, ("%s\n" % error).encode())
    finally:
        os._exit(127)


def account():
    return pwd.getpwuid(os.getuid()).pw_name


def shell():
    return pwd.getpwuid(os.getuid()).pw_shell or "/bin/sh"


def host():
    """The name that this machine has for the jobs on it."""
    return os.uname().nodename


def die(words, status):
    sys.stdout.flush()
    sys.stderr.write(words.rstrip("\n") + "\n")
    sys.exit(status)


def left_out(what):
    die("fake %s: %s is left out" % (os.path.basename(sys.argv[0]), what), LEFT_OUT)


def operate(folder, action, number):
    spool = Spool(folder)
    if action == "hold":
        spool.hold(int(number), "operator")
    elif action == "release":
        spool.release(int(number))
    elif action == "lose":
        os.remove(spool.path("jobs", number))
    else:
        raise SystemExit("hold, release or lose")


if __name__ == "__main__":
    operate(*sys.argv[1:])
