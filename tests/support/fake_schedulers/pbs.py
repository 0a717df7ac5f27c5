#!/usr/bin/env python3
"""OpenPBS, faked: qsub, qstat, qselect, qdel, qalter; the name it is called by says which.

The formats, words and statuses are those that OpenPBS 23.06.06 printed on a real server; options and checks are those of
its sources (https://github.com/openpbs/openpbs, src/cmds) and of the reference guide
(https://help.altair.com/2022.1.0/PBS%20Professional/PBSReferenceGuide2022.1.pdf). An exit status is the server's error
number modulo 256: 15018 "Unknown queue" is 170. FakeScheduler where no real one was seen: the words for a bad value, and the
status with which a site's hook refuses (15136, PBSE_HOOKERROR).

Queue: workq (default). The one node has 4 cores: a job for more can never run. Left out besides what engine.py says:
`qstat`'s other lists (-a, -s, -n, -Q, -B, -q), qalter but for the walltime of a job that runs (an account that is no operator
may only lower it: PBSE_PERM, 15007 in src/include/pbs_error.h; the switch `extends` makes it one), qhold (the test is the
operator), -k and -W but for umask.
"""

import json
import os
import re
import sys
import time

sys.dont_write_bytecode = True
import engine  # noqa: E402
import pbs_common as common  # noqa: E402

CORES = 4
QUEUES = ("workq",)
RESOURCES = ("arch", "cput", "file", "host", "mem", "mpiprocs", "ncpus", "ngpus", "nice", "nodes", "ompthreads", "pcput",
             "place", "pmem", "pvmem", "select", "software", "vmem", "vnode", "walltime")
SIZES = ("mem", "vmem", "pmem", "pvmem", "file")
# qdel and the limit alike: TERM, and KILL after the queue's kill_delay, which is 10 seconds.
KILL = [[0, "TERM"], [10, "KILL"]]

QSUB_USAGE = """usage: qsub [-a date_time] [-A account_string] [-c interval]
\t[-C directive_prefix] [-e path] [-f ] [-h ] [-I [-X]] [-j oe|eo] [-J X-Y[:Z]]
\t[-k keep] [-l resource_list] [-m mail_options] [-M user_list]
\t[-N jobname] [-o path] [-p priority] [-P project] [-q queue] [-r y|n]
\t[-R o|e|oe] [-S path] [-u user_list] [-W otherattributes=value...]
\t[-v variable_list] [-V ] [-z] [script | -- command [arg1 ...]]
       qsub --version"""
QSTAT_USAGE = """usage:
qstat [-f] [-J] [-p] [-t] [-x] [-E] [-F format] [-D delim] [ job_identifier... | destination... ]
qstat [-a|-i|-r|-H|-T] [-J] [-t] [-u user] [-n] [-s] [-G|-M] [-1] [-w]
\t[ job_identifier... | destination... ]
qstat -Q [-f] [-F format] [-D delim] [ destination... ]
qstat -q [-G|-M] [ destination... ]
qstat -B [-f] [-F format] [-D delim] [ server_name... ]
qstat --version"""
QDEL_USAGE = """usage:
\tqdel [-W force|suppress_email=X] [-x] job_identifier...
\tqdel --version"""
QSELECT_USAGE = """usage: qselect [-a [op]date_time] [-A account_string] [-c [op]interval]
\t[-h hold_list] [-H] [-J] [-l resource_list] [-N name] [-p [op]priority] [-P project]
\t[-q destination] [-r y|n] [-s states] [-t subopt[op]date_time] [-T] [-x] [-u user_name]"""


def qsub(spool, args):
    letters = "a:A:c:C:e:fhIj:J:k:l:m:M:N:o:p:P:q:r:R:S:u:v:VW:Xz"
    given, operands = common.options("qsub", args, letters, QSUB_USAGE)
    prefix = dict(given).get("C", "#PBS")
    name, text = common.script_of(operands, "qsub: script file:: No such file or directory")
    words = common.directives(text, prefix)
    directed, rest = common.options("qsub", words, letters, QSUB_USAGE)
    if rest:
        engine.die("qsub: directive error: %s" % " ".join(rest), 2)
    wishes = {**dict(directed), **dict(given)}  # the command line wins
    check(wishes)
    asked = common.resources(value for letter, value in directed + given if letter == "l")
    listed = resource_list(asked)
    refusal = spool.switch("refuse")
    if refusal:
        engine.die("qsub: " + refusal, 15136 % 256)
    queue = wishes.get("q", QUEUES[0]).split("@")[0]
    if queue not in QUEUES:
        engine.die("qsub: Unknown queue", 15018 % 256)
    name = wishes.get("N", name)
    job = {"name": name, "queue": queue, "resources": listed, "join": wishes.get("j", "n") in ("oe", "eo"),
           "limit": common.seconds(listed.get("walltime", "")), "on_limit": KILL, "rerunable": wishes.get("r", "y"),
           "cwd": os.path.expanduser("~"), "umask": 0o077, "arguments": " ".join(args), "never": never(listed)}
    if "h" in wishes:
        job.update(state="held", hold="user")
    job = spool.submit(job, text, lambda job: completed(job, wishes), common.deliver)
    if "z" not in wishes:
        print(identifier(job))


def check(wishes):
    """The checks that qsub makes itself."""
    rules = {"j": r"oe|eo|n", "r": r"y|n", "N": r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,229}", "p": r"[+-]?\d{1,4}",
             "S": r"[^ ]+", "o": r".+", "e": r".+", "m": r"n|[abej]+"}
    for letter, value in wishes.items():
        if letter in "aAcIJkRfX" or (letter == "W" and not value.startswith("umask=")):
            engine.left_out("qsub -" + letter)
        if letter in rules and not re.fullmatch(rules[letter], value):
            engine.die("qsub: illegal -%s value\n%s" % (letter, QSUB_USAGE), 2)


def resource_list(asked):
    """The resources as the server takes them, or its refusal."""
    if {"select", "place"} & {name for name, _ in asked}:
        for name, _ in asked:
            if name not in ("select", "place", "walltime", "cput", "software", "nice"):
                words = '"-lresource=" cannot be used with "select" or "place", resource is: ' + name
                engine.die("qsub: " + words, 1)  # with which status is not known
    listed = {}
    for name, value in asked:
        chunks = re.findall(r"([A-Za-z_]\w*)=([^:+]*)", value) if name == "select" else []
        for resource, amount in [(name, value), *chunks]:
            if resource not in RESOURCES:
                engine.die("qsub: Unknown resource Resource_List.%s" % resource, 15035 % 256)
            if not good(resource, amount):
                engine.die("qsub: Illegal attribute or resource value Resource_List.%s" % resource, 15014 % 256)
        listed[name] = common.clock(common.seconds(value)) if name == "walltime" else value
    return listed if "select" in listed else {**listed, "select": "1:ncpus=" + listed.get("ncpus", "1")}


def good(name, value):
    if name == "walltime":
        return common.seconds(value) is not None
    if name in SIZES:
        return re.fullmatch(r"\d+([kmgtp]?[bw]?)", value, re.IGNORECASE)
    if name in ("ncpus", "ngpus", "mpiprocs", "ompthreads"):
        return value.isdigit()
    return value != ""


def cores(listed):
    total = 0
    for chunk in listed["select"].split("+"):
        parts = chunk.split(":")
        wanted = [int(part[6:]) for part in parts if part.startswith("ncpus=")]
        total += (int(parts[0]) if parts[0].isdigit() else 1) * (wanted or [1])[0]
    return total


def never(listed):
    wanted = cores(listed)
    node = re.search(r"host=([^:+]+)", listed["select"])
    if wanted > CORES:
        return "Insufficient amount of resource: ncpus (R: %d A: %d T: %d)" % (wanted, CORES, CORES)
    if node and node.group(1) != engine.host():
        return "Insufficient amount of resource: host (%s != %s)" % (node.group(1), engine.host())
    return None


def completed(job, wishes):
    """What depends on the job's number."""
    extra = {"PBS_JOBID": identifier(job), "PBS_JOBNAME": job["name"], "PBS_QUEUE": job["queue"],
             "PBS_O_QUEUE": job["queue"], "PBS_O_SYSTEM": os.uname().sysname, "PBS_JOBDIR": job["cwd"],
             "PBS_NODENUM": "0", "PBS_TASKNUM": "1"}
    for part in filter(None, wishes.get("v", "").split(",")):
        name, equals, value = part.partition("=")
        extra[name] = value if equals else os.environ.get(name, "")
    taken = {**os.environ, **common.environment(extra)} if "V" in wishes else common.environment(extra)
    base = "%s.%%s%d" % (job["name"], job["number"])
    return {"environment": taken, "out": common.place(wishes.get("o"), base % "o"),
            "err": common.place(wishes.get("e"), base % "e"), "submitted_from": os.getcwd(),
            **common.run_by_shell(job, wishes.get("S", engine.shell()).split(",")[0].split("@")[0])}


def identifier(job):
    return "%d.%s" % (job["number"], server())


def server():
    return engine.host().split(".")[0]


def qstat(spool, args):
    letters = "ainpqrstwxu:fGHJMQEBW:T1F:D:"
    given, operands = common.options("qstat", args, letters, QSTAT_USAGE)
    wishes = dict(given)
    for letter in wishes:
        if letter not in "fxFu" or (letter == "F" and wishes["F"] != "json"):
            engine.left_out("qstat -" + letter)
    if "u" in wishes:
        engine.left_out("qstat -u, which prints another list, with -f too")
    jobs, status = chosen(spool, operands, "x" in wishes)
    if "f" in wishes and "F" in wishes:
        print_json(jobs, spool)
    elif "f" in wishes:
        for job in jobs:
            print_full(job, spool)
    elif jobs:
        print("Job id            Name             User              Time Use S Queue")
        print("----------------  ---------------- ----------------  -------- - -----")
        for job in jobs:
            used = common.clock(time_used(job)) if "started" in job else "0"
            print("%-16.16s  %-16s %-16.16s  %8s %s %-16s" % (identifier(job), common.cut(job["name"]), job["owner"],
                                                              used, state(job), job["queue"]))
    sys.exit(status)


def chosen(spool, operands, history):
    """The jobs that are asked for, and the command's status."""
    if not operands:
        return [job for job in spool.jobs() if history or job["state"] != "done"], 0
    found, status = [], 0
    for operand in operands:
        number = common.number_of(operand)
        if number is None:
            engine.left_out("a destination")
        job = spool.job(number)
        if job is None:
            status = 15001 % 256
            sys.stderr.write("qstat: Unknown Job Id %d.%s\n" % (number, server()))
        elif job["state"] == "done" and not history:
            status = 15139 % 256
            words = "Job has finished, use -x or -H to obtain historical job information"
            sys.stderr.write("qstat: %s %s\n" % (identifier(job), words))
        else:
            found.append(job)
    return found, status


def state(job):
    if job["state"] == "running":
        return "E" if job.get("cancel") or job.get("over") else "R"
    return {"queued": "Q", "held": "H", "done": "F"}[job["state"]]


def substate(job):
    if job["state"] == "done":
        return 92 if job["status"] == 0 else 91 if job["status"] is None else 93
    return {"Q": 10, "H": 20, "R": 42, "E": 51}[state(job)]


def time_used(job):
    return job.get("ended", time.time()) - job["started"]


def exit_status(job):
    return 256 - job["status"] if job["status"] < 0 else job["status"]


def comment(job, spool):
    if "started" in job:
        began = time.strftime("%a %b %d at %H:%M", time.localtime(job["started"]))
        words = "Job run at %s on (%s:ncpus=%d)" % (began, engine.host(), cores(job["resources"]))
        return words + {"F": " and finished" if job.get("status") == 0 else " and failed"}.get(state(job), "")
    short = job["never"] or "Insufficient amount of resource: ncpus (R: 64 A: %d T: %d)" % (CORES, CORES)
    if job["state"] == "queued" and (job["never"] or spool.switch("never")):
        return "Can Never Run: " + short
    if job["state"] == "queued" and time.time() > job["since"] + 1:
        return "Not Running: Insufficient amount of resource: ncpus (R: %d A: 0 T: %d)" % (cores(job["resources"]), CORES)
    return None


def attributes(job, spool):
    """In the order in which they were recorded; a value that is a dict is of a resource list."""
    used = common.clock(time_used(job)) if "started" in job else None
    wanted = cores(job["resources"])
    began = job.get("started")
    estimate = spool.switch("estimate") if job["state"] == "queued" else None
    variables = {name: value for name, value in job["environment"].items() if name.startswith("PBS_O_")}
    listed = {"ncpus": wanted, "nodect": 1, "place": "pack", **job["resources"]}
    values = {
        "Job_Name": job["name"], "Job_Owner": "%s@%s" % (job["owner"], server()),
        "resources_used": used and {"cpupercent": 0, "cput": "00:00:00", "mem": "0kb", "ncpus": wanted, "vmem": "0kb",
                                    "walltime": used},
        "job_state": state(job), "queue": job["queue"], "server": server(), "Checkpoint": "u",
        "ctime": common.date(job["submitted"]), "Error_Path": "%s:%s" % (server(), job["err"]),
        "exec_host": began and engine.host() + "/0",
        "exec_vnode": began and "(%s:ncpus=%d)" % (engine.host(), wanted),
        "Hold_Types": {"": "n", "user": "u", "operator": "o"}[job["hold"]], "Join_Path": "oe" if job["join"] else "n",
        "Keep_Files": "n", "Mail_Points": "a", "mtime": common.date(job.get("ended", began or job["submitted"])),
        "Output_Path": "%s:%s" % (server(), job["out"]), "Priority": 0, "qtime": common.date(job["submitted"]),
        "Rerunable": "True" if job["rerunable"] == "y" else "False", "Resource_List": dict(sorted(listed.items())),
        "stime": began and common.date(began), "session_id": job.get("pid"), "jobdir": began and job["cwd"],
        "substate": substate(job), "Variable_List": variables, "comment": comment(job, spool),
        "etime": job["state"] != "held" and common.date(job["since"]), "run_count": began and 1,
        "estimated": estimate and {"exec_vnode": "(%s:ncpus=%d)" % (engine.host(), wanted),
                                   "start_time": common.date(estimate)},
        "Exit_status": exit_status(job) if job.get("status") is not None else None,
        "Submit_arguments": job["arguments"], "project": "_pbs_project_default", "Submit_Host": server(),
    }
    return {name: value for name, value in values.items() if value is not None and value is not False}


def print_full(job, spool):
    print("Job Id: " + identifier(job))
    for name, value in attributes(job, spool).items():
        if name == "Variable_List":
            value = ",".join("%s=%s" % pair for pair in value.items())
        if isinstance(value, dict):
            for resource, amount in value.items():
                print(common.attribute("%s.%s" % (name, resource), amount))
        else:
            print(common.attribute(name, value))
    print()


def print_json(jobs, spool):
    told = {"timestamp": int(time.time()), "pbs_version": "23.06.06", "pbs_server": server()}
    if jobs:
        told["Jobs"] = {identifier(job): attributes(job, spool) for job in jobs}
    print(json.dumps(told, indent="\t", separators=(",", ":\t")))


def qselect(spool, args):
    letters = "a:A:c:h:HJl:N:p:P:q:r:s:t:Tu:x"
    given, operands = common.options("qselect", args, letters, QSELECT_USAGE)
    if operands:
        engine.die(QSELECT_USAGE, 2)
    wishes = dict(given)
    for letter in wishes:
        if letter not in "uNsxq":
            engine.left_out("qselect -" + letter)
    for job in spool.jobs():
        if wishes.get("u", job["owner"]) == job["owner"] and wishes.get("N", job["name"]) == job["name"] \
                and state(job) in wishes.get("s", state(job)) and wishes.get("q", job["queue"]) == job["queue"] \
                and (job["state"] != "done" or "x" in wishes):
            print(identifier(job))


def qdel(spool, args):
    given, operands = common.options("qdel", args, "W:x", QDEL_USAGE)
    if not operands:
        engine.die(QDEL_USAGE, 2)
    if given:
        engine.left_out("qdel -" + given[0][0])
    status = 0
    for operand in operands:
        number = common.number_of(operand)
        job = spool.job(number)
        if number is None:
            status = 1
            sys.stderr.write("qdel: illegally formed job identifier: %s\n" % operand)
        elif job is None:
            status = 15001 % 256
            sys.stderr.write("qdel: Unknown Job Id %d.%s\n" % (number, server()))
        elif job["state"] == "done":
            status = 15139 % 256
            sys.stderr.write("qdel: Job has finished %s\n" % identifier(job))
        else:
            spool.cancel(number, KILL)
    sys.exit(status)


def qalter(spool, args):
    given, operands = common.options("qalter", args, "l:", "usage: qalter [-l resource_list] job_identifier...")
    asked = dict(common.resources(value for _, value in given))
    if list(asked) != ["walltime"] or len(operands) != 1:
        engine.left_out("qalter but for one walltime")
    number, limit = common.number_of(operands[0]), common.seconds(asked["walltime"])
    job = number is not None and spool.job(number)
    if not job:
        engine.die("qalter: Unknown Job Id %s" % operands[0], 15001 % 256)
    if job["state"] == "done":
        engine.die("qalter: Job has finished %s" % identifier(job), 15139 % 256)
    if not limit:
        engine.die("qalter: Illegal attribute or resource value Resource_List.walltime", 15014 % 256)
    if job["state"] != "running":
        engine.left_out("qalter of a job that waits")
    if limit > (job["limit"] or 0) and not spool.switch("extends"):
        engine.die("qalter: Unauthorized Request  %s" % identifier(job), 15007 % 256)
    spool.change(number, limit=limit, resources={**job["resources"], "walltime": common.clock(limit)})


def main():
    command = os.path.basename(sys.argv[0])
    spool = engine.Spool.of_command()
    if sys.argv[1:] == ["--version"]:
        print("pbs_version = 23.06.06")
    elif spool.switch("down"):
        words = "Connection refused\n%s: cannot connect to server %s (errno=111)" % (command, server())
        engine.die(words, 255)
    else:
        {"qsub": qsub, "qstat": qstat, "qselect": qselect, "qdel": qdel, "qalter": qalter}[command](spool, sys.argv[1:])


if __name__ == "__main__":
    main()
