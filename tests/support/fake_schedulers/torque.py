#!/usr/bin/env python3
"""Torque, faked: qsub, qstat, qselect, qdel; the name it is called by says which.

FakeScheduler without a real server: after the manual pages and sources of Torque 6.1
(https://github.com/adaptivecomputing/torque, src/cmds and doc/man1; http://docs.adaptivecomputing.com/torque) and the
outputs of real sites that people published. Where it differs from OpenPBS:
- no `select`: nodes=1:ppn=4:gpus=1, and mem on its own;
- a job that fits no node is refused at once; one that waits has no comment that says why;
- `qstat -x` is XML (with times in seconds), not history: a job that ended stays for keep_completed (300 s) as C, which
  qselect lists too; the limit is told as Walltime.Remaining, in seconds;
- "Unknown Job Id Error", and qdel says "nonexistent job id";
- a site's filter refuses in its own words, before qsub adds its own.
Of the statuses 153 (unknown job) was published; the others are OpenPBS's for the same mistake.

Queue: batch (default). The one node has 4 cores. Left out besides what engine.py says: `qstat`'s other lists (-a, -n, -q,
-Q, -B, -u, ...), qalter, qhold (the test is the operator), -k, -W, -t, and Moab's commands.
"""

import os
import re
import sys
import time
from xml.sax.saxutils import escape

sys.dont_write_bytecode = True
import engine  # noqa: E402
import pbs_common as common  # noqa: E402

CORES = 4
QUEUES = ("batch",)
KEEP_COMPLETED = 300
RESOURCES = ("arch", "cput", "epilogue", "feature", "file", "gpus", "host", "mem", "ncpus", "nice", "nodes", "opsys",
             "other", "pcput", "pmem", "procs", "prologue", "pvmem", "size", "software", "vmem", "walltime")
SIZES = ("mem", "vmem", "pmem", "pvmem", "file")
# kill_delay is 2 seconds here.
KILL = [[0, "TERM"], [2, "KILL"]]

QSUB_USAGE = """usage: qsub [-a date_time] [-A account_string] [-b secs]
      [-c [ none | { enabled | periodic | shutdown |
      depth=<int> | dir=<path> | interval=<minutes>}... ]
      [-C directive_prefix] [-d path] [-D path]
      [-e path] [-h] [-I] [-j oe|eo|n] [-k {oe}] [-K <kill delay seconds>] [-l resource_list] [-m n|{abe}]
      [-M user_list] [-N jobname] [-o path] [-p priority] [-P proxy_user [-J <jobid]]
      [-q queue] [-r y|n] [-S path] [-t number_to_submit] [-T type]  [-u user_list]
      [-w] path [-W additional_attributes] [-v variable_list] [-V ] [-x] [-X] [-z] [script]"""
QSTAT_USAGE = """usage: qstat [-f [-1]] [-W site_specific] [-x] [ job_identifier... | destination... ]
       qstat [-a|-i|-r|-e] [-u user] [-n [-1]] [-s] [-t] [-G|-M] [-R] [job_id... | destination...]
       qstat -Q [-f [-1]] [-W site_specific] [ destination... ]
       qstat -q [-G|-M] [ destination... ]
       qstat -B [-f [-1]] [-W site_specific] [ server_name... ]
       qstat [-t] [-l]"""
QDEL_USAGE = "usage: qdel [{ -a | -c | -p | -t | -W delay | -m message}] [<JOBID>[<JOBID>]|'all'|'ALL']..."
QSELECT_USAGE = """usage: qselect [-a [op]date_time] [-A account_string] [-e] [-c [op]interval]
\t[-h hold_list] [-l resource_list] [-N name] [-p [op]priority]
\t[-q destination] [-r y|n] [-s states] [-u user_name]"""


def qsub(spool, args):
    letters = "a:A:b:c:C:d:D:e:EfF:hIj:J:k:K:l:L:m:M:nN:o:p:P:q:r:S:t:T:u:v:Vw:W:xXz"
    given, operands = common.options("qsub", args, letters, QSUB_USAGE)
    name, text = common.script_of(operands, "qsub: script file '%s' cannot be loaded - No such file or directory"
                                  % (operands or [""])[0])
    directed, rest = common.options("qsub", common.directives(text, dict(given).get("C", "#PBS")), letters, QSUB_USAGE)
    if rest:
        engine.die("qsub: directive error: %s" % " ".join(rest), 1)
    wishes = {**dict(directed), **dict(given)}  # the command line wins
    check(wishes)
    if spool.switch("refuse"):
        engine.die(spool.switch("refuse") + "\nqsub: submit filter returned an error code, aborting job submission.", 1)
    queue = wishes.get("q", QUEUES[0]).split("@")[0]
    if queue not in QUEUES:
        engine.die("qsub: submit error (Unknown queue MSG=cannot locate queue)", 15018 % 256)
    listed = resource_list(common.resources(value for letter, value in directed + given if letter == "l"))
    job = {"name": wishes.get("N", name), "queue": queue, "resources": listed, "join": wishes.get("j") in ("oe", "eo"),
           "limit": common.seconds(listed.get("walltime", "")), "on_limit": KILL, "rerunable": wishes.get("r", "y"),
           "cwd": wishes.get("w", wishes.get("d", os.path.expanduser("~"))), "umask": 0o077,
           "arguments": " ".join(args), "never": None}
    if "h" in wishes:
        job.update(state="held", hold="user")
    job = spool.submit(job, text, lambda job: completed(job, wishes), common.deliver)
    if "z" not in wishes:
        print(identifier(job))


def check(wishes):
    """The checks that qsub makes itself."""
    rules = {"j": r"oe|eo|n", "r": r"y|n", "N": r"[A-Za-z]\S*", "p": r"[+-]?\d{1,4}", "S": r"[^ ]+", "m": r"n|[abe]+"}
    for letter, value in wishes.items():
        if letter in "aAbcDEfFIJkKLnPtTuWxX":
            engine.left_out("qsub -" + letter)
        if letter in rules and not re.fullmatch(rules[letter], value):
            engine.die("qsub: illegal -%s value\n%s" % (letter, QSUB_USAGE), 1)


def resource_list(asked):
    """The resources as the server takes them, or its refusal."""
    listed = {"nodes": "1"} if "procs" not in dict(asked) else {}
    for name, value in asked:
        if name not in RESOURCES:
            engine.die("qsub: submit error (Unknown resource type  Resource_List.%s)" % name, 15035 % 256)
        good = common.seconds(value) is not None if name == "walltime" else \
            re.fullmatch(r"\d+([kmgt]?[bw]?)", value, re.IGNORECASE) if name in SIZES else value
        if not good:
            engine.die("qsub: submit error (Illegal attribute or resource value Resource_List.%s)" % name, 15014 % 256)
        listed[name] = common.clock(common.seconds(value)) if name == "walltime" else value
    for part in listed.get("nodes", "").split("+"):
        places = part.split(":")
        bad = [place for place in places[1:] if not re.fullmatch(r"(ppn|gpus|mics)=\d+|\w[\w.-]*", place)]
        if bad:
            engine.die("qsub: submit error (Bad node specification MSG=cannot parse '%s')" % part, 15063 % 256)
        wanted = [int(place[4:]) for place in places if place.startswith("ppn=")]
        if not places[0].isdigit() and places[0] not in ("", engine.host()) or sum(wanted) > CORES or \
                places[0].isdigit() and int(places[0]) > 1:
            engine.die("qsub: submit error (Job exceeds queue resource limits MSG=cannot locate feasible nodes (nodes "
                       "file is empty, all systems are busy, or no nodes have the requested feature))", 15036 % 256)
    return listed


def completed(job, wishes):
    """What depends on the job's number."""
    extra = {"PBS_JOBID": identifier(job), "PBS_JOBNAME": job["name"], "PBS_QUEUE": job["queue"],
             "PBS_O_QUEUE": job["queue"], "PBS_SERVER": server(), "PBS_VERSION": "TORQUE-6.1.2", "PBS_NUM_NODES": "1",
             "PBS_NP": str(cores(job)), "PBS_NUM_PPN": str(cores(job)),
             "PBS_WALLTIME": str(job["limit"] or "")}
    for part in filter(None, wishes.get("v", "").split(",")):
        name, equals, value = part.partition("=")
        extra[name] = value if equals else os.environ.get(name, "")
    taken = {**os.environ, **common.environment(extra)} if "V" in wishes else common.environment(extra)
    base = "%s.%%s%d" % (job["name"], job["number"])
    return {"environment": taken, "out": common.place(wishes.get("o"), base % "o"),
            "err": common.place(wishes.get("e"), base % "e"), "submitted_from": os.getcwd(),
            **common.run_by_shell(job, wishes.get("S", engine.shell()).split(",")[0].split("@")[0])}


def cores(job):
    return max([int(count) for count in re.findall(r"ppn=(\d+)", job["resources"].get("nodes", ""))], default=1)


def identifier(job):
    return "%d.%s" % (job["number"], server())


def server():
    return engine.host()


def known(spool):
    """The server forgets a job some minutes after its end."""
    return [job for job in spool.jobs() if time.time() - job.get("ended", time.time()) < KEEP_COMPLETED]


def qstat(spool, args):
    given, operands = common.options("qstat", args, "aefilnqrsu:xGMQRBW:1tcC", QSTAT_USAGE)
    for letter in dict(given):
        if letter not in "fx1":
            engine.left_out("qstat -" + letter)
    jobs, status = chosen(spool, operands)
    if "x" in dict(given):
        inside = "".join(xml(job) for job in jobs)
        print('<?xml version="1.0"?>\n<Data>%s</Data>' % inside)
    elif "f" in dict(given):
        for job in jobs:
            print_full(job, "1" in dict(given))
    elif jobs:
        print("Job ID                    Name             User            Time Use S Queue")
        print("------------------------- ---------------- --------------- -------- - -----")
        for job in jobs:
            used = common.clock(time_used(job)) if "started" in job else "0"
            print("%-25.25s %-16.16s %-15.15s %8s %s %-15s" % (identifier(job), name_of(job), job["owner"], used,
                                                              state(job), job["queue"]))
    sys.exit(status)


def name_of(job):
    """The plain list cuts a long name at its front."""
    return job["name"] if len(job["name"]) <= 16 else "..." + job["name"][-13:]


def chosen(spool, operands):
    """The jobs that are asked for, and the command's status."""
    if not operands:
        return known(spool), 0
    found, status = [], 0
    for operand in operands:
        number = common.number_of(operand)
        if number is None:
            engine.left_out("a destination")
        job = [job for job in known(spool) if job["number"] == number]
        if not job:
            status = 15001 % 256
            sys.stderr.write("qstat: Unknown Job Id Error %d.%s\n" % (number, server()))
        found += job
    return found, status


def state(job):
    if job["state"] == "running":
        return "E" if job.get("cancel") or job.get("over") else "R"
    return {"queued": "Q", "held": "H", "done": "C"}[job["state"]]


def time_used(job):
    return job.get("ended", time.time()) - job["started"]


def exit_status(job):
    return 256 - job["status"] if job["status"] < 0 else job["status"]


def attributes(job, moment):
    """In the order of the manual's example; `moment` writes a time."""
    began, ended = job.get("started"), job.get("ended")
    runs = job["state"] == "running"
    home = "%s:%%s" % server()
    variables = {name: value for name, value in job["environment"].items() if name.startswith("PBS_O_")}
    limit = job["limit"]
    values = {
        "Job_Name": job["name"], "Job_Owner": "%s@%s" % (job["owner"], server()),
        "resources_used": began and {"cput": "00:00:00", "energy_used": 0, "mem": "0kb", "vmem": "0kb",
                                     "walltime": common.clock(time_used(job))},
        "job_state": state(job), "queue": job["queue"], "server": server(), "Checkpoint": "u",
        "ctime": moment(job["submitted"]), "Error_Path": home % job["err"], "exec_host": began and engine.host() + "/0",
        "Hold_Types": {"": "n", "user": "u", "operator": "o"}[job["hold"]], "Join_Path": "oe" if job["join"] else "n",
        "Keep_Files": "n", "Mail_Points": "a", "mtime": moment(ended or began or job["submitted"]),
        "Output_Path": home % job["out"], "Priority": 0, "qtime": moment(job["submitted"]),
        "Rerunable": "True" if job["rerunable"] == "y" else "False",
        "Resource_List": {**job["resources"], "nodect": 1}, "session_id": job.get("pid"),
        "Variable_List": ",".join("%s=%s" % pair for pair in variables.items()),
        "euser": job["owner"], "egroup": job["owner"], "queue_type": "E",
        "comment": began and "Job started on " + time.strftime("%a %b %d at %H:%M", time.localtime(began)),
        "etime": moment(job["since"]), "exit_status": exit_status(job) if job.get("status") is not None else None,
        "submit_args": job["arguments"], "start_time": began and moment(began),
        "Walltime": {"Remaining": max(0, int(began + limit - time.time()))} if runs and limit else None,
        "start_count": began and 1, "fault_tolerant": "False", "comp_time": ended and moment(ended),
        "job_radix": 0, "submit_host": server(), "init_work_dir": job["submitted_from"], "request_version": 1,
    }
    return {name: value for name, value in values.items() if value is not None}


def print_full(job, one_line):
    print("Job Id: " + identifier(job))
    for name, value in attributes(job, common.date).items():
        pairs = [("%s.%s" % (name, part), amount) for part, amount in value.items()] if isinstance(value, dict) else \
            [(name, value)]
        for pair in pairs:
            print("    %s = %s" % pair if one_line else common.attribute(*pair))
    print()


def xml(job):
    text = "<Job><Job_Id>%s</Job_Id>" % identifier(job)
    for name, value in attributes(job, lambda moment: int(moment)).items():
        if isinstance(value, dict):
            value = "".join("<%s>%s</%s>" % (part, escape(str(amount)), part) for part, amount in value.items())
        else:
            value = escape(str(value))
        text += "<%s>%s</%s>" % (name, value, name)
    return text + "</Job>"


def qselect(spool, args):
    given, operands = common.options("qselect", args, "a:A:ec:h:l:N:p:q:r:s:u:", QSELECT_USAGE)
    if operands:
        engine.die(QSELECT_USAGE, 2)
    wishes = dict(given)
    for letter in wishes:
        if letter not in "uNsq":
            engine.left_out("qselect -" + letter)
    for job in known(spool):
        if wishes.get("u", job["owner"]) == job["owner"] and wishes.get("N", job["name"]) == job["name"] \
                and state(job) in wishes.get("s", state(job)) and wishes.get("q", job["queue"]) == job["queue"]:
            print(identifier(job))


def qdel(spool, args):
    given, operands = common.options("qdel", args, "abcm:pt:W:", QDEL_USAGE)
    if not operands:
        engine.die(QDEL_USAGE, 2)
    if given:
        engine.left_out("qdel -" + given[0][0])
    status = 0
    for operand in operands:
        number = common.number_of(operand)
        job = [job for job in known(spool) if job["number"] == number]
        if number is None:
            status = 1
            sys.stderr.write("qdel: illegally formed job identifier: %s\n" % operand)
        elif not job:
            status = 15001 % 256
            sys.stderr.write("qdel: nonexistent job id: %s\n" % operand)
        elif job[0]["state"] == "done":
            status = 15018 % 256
            words = "Request invalid for state of job MSG=invalid state for job - COMPLETE"
            sys.stderr.write("qdel: %s %s\n" % (words, identifier(job[0])))
        else:
            spool.cancel(number, KILL)
    sys.exit(status)


def main():
    command = os.path.basename(sys.argv[0])
    spool = engine.Spool.of_command()
    if sys.argv[1:] == ["--version"]:
        sys.stderr.write("Version: 6.1.2\nCommit: 661e092552de43a785c15d39a3634a541d86898e\n")
    elif spool.switch("down"):
        words = "%s: cannot connect to server %s (errno=111) Connection refused" % (command, server())
        engine.die("Unable to communicate with %s(127.0.0.1)\n%s" % (server(), words), 111)
    else:
        {"qsub": qsub, "qstat": qstat, "qselect": qselect, "qdel": qdel}[command](spool, sys.argv[1:])


if __name__ == "__main__":
    main()
