#!/usr/bin/env python3
"""LSF, faked: bsub, bjobs, bkill, bmod, lsid; the name it is called by says which.

FakeScheduler without a real server: after IBM's reference of LSF 10.1 and the outputs of real sites that people published.
- bsub: https://www.ibm.com/docs/en/SSWRJV_10.1.0/lsf_command_ref/bsub.man_top.1.html. `#BSUB` lines count on standard
  input alone; the command line wins; the job has the submission's whole environment and folder.
- bjobs: https://www.ibm.com/docs/en/SSWRJV_10.1.0/lsf_command_ref/bjobs.o.1.html. A value that is not there is `-`, in
  JSON it is empty; -json does not go with -noheader. Without jobs it says so on standard error; the status is 255 at some
  sites and 0 at others, here 255.
- bkill: a job of one slot gets INT, TERM and KILL, 10 seconds apart; one of several only KILL
  (https://www.ibm.com/support/knowledgecenter/SSWRJV_10.1.0/lsf_config_ref/lsf.conf.lsb_use_sequential_signal.5.html).
- -W: at the limit the job gets USR2, and is killed ten minutes later
  (https://www.ibm.com/docs/en/SSWRJV_10.1.0/lsf_command_ref/bsub.__w.1.html).
- A server that is down is waited for, without end.

Words for wrong options are the player's own: nobody published them. Queues: normal (default), short; at most 4 slots. Left
out besides what engine.py says: bstop (the test is the operator), bmod but for -W of a job that runs (as with
LSB_MOD_ALL_JOBS=Y where the switch `extends` is on, and else refused, in words of the player's), mail, -w, -b, -l, lists without a delimiter, and
that a job lives on while any process of its does.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import time

sys.dont_write_bytecode = True
import engine  # noqa: E402

SLOTS = 4
QUEUES = ("normal", "short")
ENDING = [[0, "INT"], [10, "TERM"], [20, "KILL"]]
AT_LIMIT = [[0, "USR2"]] + [[600 + after, name] for after, name in ENDING]
SIZE = r"\d+([KMGTPEZ]B?)?"

# Options with a value and without one; of these the last ones are not supported.
BSUB_VALUES = "J q n R M W o oo e eo gpu cwd P G u Jd env L " \
    "a app b C c clusters D data E Ep eptl F f freq g h i is k Lp m mig network p pack ptl Q rcacct S sla sp stage T t " \
    "ti tty U ul v w We wt wa XF Zs hostfile"
BSUB_FLAGS = "H r rn x N B V K I Ip Is ISp ISs ar outdir core_isolation jsdl notify hl"
BSUB_SUPPORTED = set("J q n R M W o oo e eo gpu cwd P G u Jd H r rn x N B".split())
BJOBS_VALUES = "u o J q m P G g sla app Jd Lp U rusage env"
BJOBS_FLAGS = "noheader json a d p r s w l W X x A aff hms N WF WL WP UF sum psum pe pi pei plan prio ss V data fwd gpu"
BJOBS_SUPPORTED = set("u o J q noheader json a w p r".split())
BKILL_VALUES = "s J q m u g app sla Lp stat"
BKILL_FLAGS = "b d r f l C V h"

REASONS = {"new": "New job is waiting for scheduling;", "full": "Job slot limit reached: 1 host;",
           "never": "Dependency condition invalid or never satisfied;",
           "user": "Job was suspended by the user while pending;",
           "operator": "Job was suspended by LSF admin or root while pending;"}


def options(args, values, flags, supported):
    """The options as pairs, and the words from the first that is none."""
    command, found, args = os.path.basename(sys.argv[0]), [], list(args)
    while args and args[0].startswith("-") and len(args[0]) > 1:
        name = args.pop(0)[1:]
        if name in values.split():
            if not args:
                engine.die("%s: option -%s needs a value." % (command, name), 255)
            found.append((name, args.pop(0)))
        elif name in flags.split():
            found.append((name, None))
        else:
            engine.die("%s: illegal option -%s." % (command, name), 255)
        if name not in supported:
            engine.left_out("%s -%s" % (command, name))
    return found, args


def refuse(words):
    engine.die(words + " Job not submitted.", 255)


def bsub(spool, args):
    given, command = options(args, BSUB_VALUES, BSUB_FLAGS, BSUB_SUPPORTED)
    text, directed = " ".join(command) + "\n", []
    if not command:
        text = sys.stdin.read()
        lines = [line[5:] for line in text.splitlines() if line.startswith("#BSUB")]
        words = [word for line in lines for word in shlex.split(line, comments=True)]
        directed, rest = options(words, BSUB_VALUES, BSUB_FLAGS, BSUB_SUPPORTED)
        if rest:
            engine.left_out("a command in a #BSUB line")
    wishes = {**dict(directed), **dict(given)}
    for requirement in [value for name, value in given if name == "R"] or [v for n, v in directed if n == "R"]:
        check_requirement(requirement)
    slots = check(wishes)
    if spool.switch("refuse"):
        engine.die(spool.switch("refuse") + "\nRequest aborted by esub. Job not submitted.", 255)
    queue = wishes.get("q", QUEUES[0])
    if queue not in QUEUES:
        refuse(queue + ": No such queue.")
    out = wishes.get("oo") or wishes.get("o")
    err = wishes.get("eo") or wishes.get("e")
    job = {"name": wishes.get("J", " ".join(command) or text.strip().split("\n")[0]), "queue": queue, "slots": slots,
           "limit": minutes(wishes.get("W")), "on_limit": AT_LIMIT, "cwd": os.path.abspath(wishes.get("cwd", ".")),
           "umask": current_umask(), "join": err is None, "never": None, "stdin": "", "append": "oo" not in wishes,
           "text": text}
    if "H" in wishes:
        job.update(state="held", hold="user")
    job = spool.submit(job, text, lambda job: completed(job, out, err), deliver)
    print("Job <%d> is submitted to %squeue <%s>." % (job["number"], "" if "q" in wishes else "default ", queue))


def check(wishes):
    """Checks the values; gives the number of slots."""
    slots = wishes.get("n", "1")
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)?", slots):
        refuse("%s: Bad number of processors." % slots)
    if int(slots.split(",")[0]) > SLOTS:
        refuse("Too many processors requested.")
    if "W" in wishes and minutes(wishes["W"]) is None:
        refuse("%s: Bad run limit." % wishes["W"])
    if "M" in wishes and not re.fullmatch(SIZE, wishes["M"]):
        refuse("%s: Bad memory limit." % wishes["M"])
    if "gpu" in wishes and not re.fullmatch(r"-|num=[1-9]\d*(/task|/host)?(:\w+=[\w.,-]+)*", wishes["gpu"]):
        refuse("%s: Bad GPU requirement." % wishes["gpu"])
    if re.search(r"\[[\d,:-]+\](%\d+)?$", wishes.get("J", "")):
        engine.left_out("a job array")
    if "[" in wishes.get("J", "") or wishes.get("J") == "":
        refuse("Bad job name.")
    return int(slots.split(",")[0])


def check_requirement(text):
    sections = re.findall(r"(\w+)\[([^\]]*)\]", text)
    rest = re.sub(r"\w+\[[^\]]*\]", "", text).strip()
    if re.search(r"[\[\]]", rest) or (sections and rest and not re.fullmatch(r"[\w\s=!<>&|().'+-]+", rest)):
        refuse("Bad resource requirement syntax.")
    for name, inside in sections:
        if name not in ("select", "order", "rusage", "span", "same", "cu", "affinity"):
            refuse("Bad resource requirement syntax.")
        if name == "rusage" and not all(re.fullmatch(r"\w+=(%s|[\d.]+)(:\w+=\w+)*" % SIZE, part.strip())
                                        for part in re.split("[,:]", inside)):
            refuse("Error in rusage section.")
        if name == "span" and not re.fullmatch(r"hosts=1|ptile=\d+|block=\d+|hosts=-1", inside):
            refuse("Error in span section.")


def minutes(limit):
    """`[hours:]minutes[/host]` in seconds, none if it is none."""
    found = re.fullmatch(r"(?:(\d+):)?(\d+)(?:/\S+)?", limit or "")
    return (int(found.group(1) or 0) * 60 + int(found.group(2))) * 60 if found else None


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def completed(job, out, err):
    """What depends on the job's number."""
    number, host = str(job["number"]), engine.host()
    extra = {"LSB_JOBID": number, "LSB_BATCH_JID": number, "LSB_JOBNAME": job["name"], "LSB_QUEUE": job["queue"],
             "LSB_HOSTS": " ".join([host] * job["slots"]), "LSB_MCPU_HOSTS": "%s %d" % (host, job["slots"]),
             "LSB_DJOB_NUMPROC": str(job["slots"]), "LSB_SUB_HOST": host, "LSB_JOBFILENAME": job["script"],
             "LSB_JOBINDEX": "0", "LS_SUBCWD": os.getcwd(), "LSFUSER": engine.account()}

    def place(path):
        return path and os.path.join(job["cwd"], path.replace("%J", number).replace("%I", "0"))
    words = [job["script"]] if job["text"].startswith("#!") else ["/bin/sh", job["script"]]
    return {"environment": {**os.environ, **extra}, "program": words[0], "argv": words, "out": place(out),
            "err": place(err), "submitted_from": os.getcwd()}


def deliver(job, out, err):
    """At its end the job's report and output come to the file of -o. (Without one they would be mailed.)"""
    mode = "a" if job["append"] else "w"
    for source, target, head in ((out, job["out"], report(job)), (err, job["err"], "")):
        with contextlib.suppress(OSError):
            if target and os.path.exists(source):
                with open(target, mode) as to, open(source, errors="replace") as read:
                    to.write(head)
                    shutil.copyfileobj(read, to)


def report(job):
    def date(name):
        return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(job[name]))
    code = job["status"] if job["status"] >= 0 else 128 - job["status"]
    why = "TERM_RUNLIMIT: job killed after reaching LSF run time limit.\n" if job.get("over") else \
        "TERM_OWNER: job killed by owner.\n" if job.get("cancel") else ""
    verdict = "Successfully completed." if code == 0 else why + "Exited with exit code %d." % code
    who = "user <%s> in cluster <cluster1>" % job["owner"]
    return """Sender: LSF System <lsfadmin@%(host)s>
Subject: Job %(number)d: <%(name)s> in cluster <cluster1> %(word)s

Job <%(name)s> was submitted from host <%(host)s> by %(who)s at %(submitted)s
Job was executed on host(s) <%(host)s>, in queue <%(queue)s>, as %(who)s at %(started)s
<%(cwd)s> was used as the working directory.
Started at %(started)s
Terminated at %(ended)s
Results reported at %(ended)s

Your job looked like:

------------------------------------------------------------
# LSBATCH: User input
%(text)s
------------------------------------------------------------

%(verdict)s

The output (if any) follows:

""" % {**job, "host": engine.host(), "who": who, "word": "Exited" if code else "Done", "verdict": verdict,
       **{name: date(name) for name in ("submitted", "started", "ended")}}


def stat(job):
    if job["state"] == "done":
        return "DONE" if job["status"] == 0 else "EXIT"
    return {"queued": "PEND", "held": "PSUSP", "running": "RUN"}[job["state"]]


def reason(job, spool):
    if job["state"] == "held":
        return REASONS[job["hold"]]
    if job["state"] != "queued":
        return ""
    if spool.switch("never"):
        return REASONS["never"]
    return REASONS["new" if time.time() < job["since"] + 1 else "full"]


def moment(seconds, after=""):
    return time.strftime("%b %e %H:%M", time.localtime(seconds)) + after if seconds else ""


def left(job):
    """`0:51 L`: hours and minutes, and that a limit says so."""
    if job["state"] != "running" or not job["limit"]:
        return ""
    rest = max(0, int(job["started"] + job["limit"] - time.time()))
    return "%d:%d L" % (rest // 3600, rest // 60 % 60)


def fields(job, spool):
    ran = "started" in job
    finish = job.get("ended") or (ran and job["limit"] and job["started"] + job["limit"])
    code = job.get("status") or 0
    return {
        "jobid": job["number"], "jobindex": 0, "stat": stat(job), "user": job["owner"], "queue": job["queue"],
        "job_name": job["name"], "from_host": engine.host(), "slots": job["slots"] if ran else "",
        "exec_host": ":".join([engine.host()] * job["slots"]) if ran else "", "submit_time": moment(job["submitted"]),
        "start_time": moment(job.get("started")), "finish_time": moment(finish, "" if "ended" in job else " L"),
        "estimated_start_time": moment(spool.switch("estimate")) if stat(job) == "PEND" else "", "time_left": left(job),
        "pend_reason": reason(job, spool), "exit_code": code if code > 0 else 128 - code if code else "",
        "run_time": "%d second(s)" % (job.get("ended", time.time()) - job["started"]) if ran else "0 second(s)",
        "runtimelimit": "%.1f" % (job["limit"] / 60) if job["limit"] else "", "sub_cwd": job["submitted_from"],
        "exec_cwd": job["cwd"] if ran else "", "output_file": job["out"] or "", "command": job["text"].strip(),
    }


ALIASES = {"id": "jobid", "name": "job_name", "ehost": "exec_host", "fhost": "from_host", "cmd": "command",
           "estart_time": "estimated_start_time"}


def bjobs(spool, args):
    given, ids = options(args, BJOBS_VALUES, BJOBS_FLAGS, BJOBS_SUPPORTED)
    wishes = dict(given)
    if "json" in wishes and ("noheader" in wishes or "o" not in wishes):
        engine.die("bjobs: -json goes with -o, and not with -noheader.", 255)
    names, delimiter = custom_format(wishes["o"], spool) if "o" in wishes else ([], None)
    jobs = [job for job in spool.jobs() if wanted(job, wishes)]
    status = 0
    if ids:
        jobs = []
        for word in ids:
            if not word.isdigit():
                engine.die("%s: Illegal job ID." % word, 255)
            job = spool.job(int(word))
            jobs += [job] if job else []
            if not job:
                status = 255
                sys.stderr.write("Job <%s> is not found\n" % word)
    elif not jobs and "json" not in wishes:
        words = "No job found" if "a" in wishes else "No unfinished job found"
        engine.die(words, 255)
    if "o" in wishes:
        customized([fields(job, spool) for job in jobs], names, delimiter, wishes)
    elif jobs:
        plain(jobs)
    sys.exit(status)


def wanted(job, wishes):
    return wishes.get("u", job["owner"]) in (job["owner"], "all") and wishes.get("J", job["name"]) == job["name"] \
        and wishes.get("q", job["queue"]) == job["queue"] and ("a" in wishes or job["state"] != "done") \
        and ("r" not in wishes or stat(job) == "RUN") and ("p" not in wishes or stat(job) == "PEND")


def custom_format(text, spool):
    """Names and delimiter of -o; it is checked before any job is looked up."""
    delimiter, names = None, []
    for word in shlex.split(text):
        if word.startswith("delimiter="):
            delimiter = word[10:]
            continue
        name = word.split(":")[0].lower()
        names.append(ALIASES.get(name, name))
        if ":" in word:
            engine.left_out("a width")
    if delimiter is not None and len(delimiter) != 1:
        engine.die("bjobs: the delimiter is one character.", 255)
    known = fields({**EXAMPLE, "owner": engine.account()}, spool)
    for name in names:
        if name not in known:
            engine.die("bjobs: there is no field %s, or the player lacks it." % name, 255)
    return names, delimiter


def customized(rows, names, delimiter, wishes):
    if "json" in wishes:
        records = [{name.upper(): str(row[name]) for name in names} for row in rows]
        text = json.dumps({"COMMAND": "bjobs", "JOBS": len(records), "RECORDS": records}, indent=2,
                          separators=(",", ":"))
        print(text.replace("/", "\\/"))
        return
    if delimiter is None and len(names) > 1:
        engine.left_out("a list without a delimiter")
    delimiter = delimiter or ""
    if "noheader" not in wishes:
        print(delimiter.join(name.upper() for name in names))
    for row in rows:
        print(delimiter.join(str(row[name]) if row[name] != "" else "-" for name in names))


EXAMPLE = {"number": 1, "state": "queued", "queue": "", "name": "", "slots": 1, "submitted": 1, "since": 0, "limit": None,
           "submitted_from": "", "cwd": "", "out": "", "text": "", "hold": ""}


def plain(jobs):
    print("JOBID   USER    STAT  QUEUE      FROM_HOST   EXEC_HOST   JOB_NAME   SUBMIT_TIME")
    for job in jobs:
        name = job["name"] if len(job["name"]) <= 10 else "*" + job["name"][-9:]
        ran = engine.host() if "started" in job else ""
        print("%-7d %-7.7s %-5.5s %-10.10s %-11.11s %-11.11s %-10.10s %s" % (
            job["number"], job["owner"], stat(job), job["queue"], engine.host(), ran, name, moment(job["submitted"])))


def bkill(spool, args):
    given, ids = options(args, BKILL_VALUES, BKILL_FLAGS, set())
    if not ids or "0" in ids:
        engine.left_out("bkill of all jobs")
    status = 0
    for word in ids:
        if not word.isdigit():
            engine.die("%s: Illegal job ID." % word, 255)
        job = spool.job(int(word))
        if job is None or job["state"] == "done":
            status = 255
            words = "Job has already finished" if job else "No matching job found"
            sys.stderr.write("Job <%s>: %s\n" % (word, words))
        else:
            spool.cancel(job["number"], ENDING if job["slots"] == 1 else [[0, "KILL"]])
            print("Job <%s> is being terminated" % word)
    sys.exit(status)


def bmod(spool, args):
    given, ids = options(args, "W", "", {"W"})
    limit = minutes(dict(given).get("W"))
    if len(ids) != 1 or not ids[0].isdigit() or limit is None:
        engine.left_out("bmod but for -W of one job")
    job = spool.job(int(ids[0]))
    if job is None or job["state"] == "done":
        engine.die("Job <%s>: %s" % (ids[0], "Job has already finished" if job else "No matching job found"), 255)
    if job["state"] != "running":
        engine.left_out("bmod of a job that waits")
    if not spool.switch("extends"):
        engine.die("Job <%s>: Parameters of a job that has started cannot be modified" % ids[0], 255)
    spool.change(job["number"], limit=limit)
    print("Parameters of job <%s> are being changed" % ids[0])


VERSION = """IBM Spectrum LSF Standard 10.1.0.14, Dec 18 2023
Copyright International Business Machines Corp. 1992, 2016.
US Government Users Restricted Rights - Use, duplication or disclosure restricted by GSA ADP Schedule Contract with IBM Corp.
"""


def lsid(_spool, _args):
    print(VERSION + "\nMy cluster name is cluster1\nMy master name is " + engine.host())


def main():
    command = os.path.basename(sys.argv[0])
    spool = engine.Spool.of_command()
    if sys.argv[1:] == ["-V"]:
        sys.stderr.write(VERSION + "\n  Binary type: linux3.10-glibc2.17-x86_64\n")
        return
    while spool.switch("down"):
        sys.stderr.write("LSF is down. Please wait ...\n")
        sys.stderr.flush()
        time.sleep(1)
    {"bsub": bsub, "bjobs": bjobs, "bkill": bkill, "bmod": bmod, "lsid": lsid}[command](spool, sys.argv[1:])


if __name__ == "__main__":
    main()
