//! Jobs that are refused, can never start, or die: in the scheduler's own words, and nothing is left queued.

use super::*;

fn detail(event: &Value) -> String {
    event["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn slurm_says_what_is_wrong() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    for (lines, code, words) in [
        (
            "queue = \"nosuch\"",
            "job_refused",
            "invalid partition specified: nosuch",
        ),
        ("options = [\"--hold\"]", "job_never_starts", "JobHeldUser"),
        (
            "queue = \"short\"\nwalltime = \"2:00:00\"",
            "job_never_starts",
            "PartitionTimeLimit",
        ),
        // It is no submission; and the next rows show that it keeps nobody from one.
        ("options = [\"--test-only\"]", "job_refused", "to start at"),
        (
            "job_script = \"nosuch.sh\"",
            "job_refused",
            "Unable to open file",
        ),
        (
            "options = [\"; touch injected\", \"$(touch injected)\"]",
            "job_refused",
            "touch injected",
        ),
    ] {
        configure(&client, &format!("launcher = \"slurm\"\n{lines}"));
        let event = fails(&client, 7, code);
        assert!(detail(&event).contains(words), "{lines}: {event}");
        nothing_queued(&client, Scheduler::Slurm);
        if lines.starts_with("queue") && code == "job_refused" {
            doctor_refuses(&client, words);
        }
    }
    refused_or_never_started(&client);
    configure(&client, "launcher = \"slurm\"");
    let out = client.run(&["doctor", "test"]);
    assert!(
        out.code == Some(0) && out.stdout.contains("✓ Slurm would accept"),
        "{out}"
    );
    nothing_queued(&client, Scheduler::Slurm);
    assert_eq!(cluster.home().read("injected"), None);
}

/// What one version of Slurm refuses and another one accepts, which says then by its reason that it never starts.
fn refused_or_never_started(client: &Client) {
    for (lines, refused, never) in [
        // 22.05 and 24.11.
        (
            "queue = \"staff\"",
            "not permitted",
            "permitted to use this partition",
        ),
        // 24.11 and 22.05.
        (
            "cores = 400",
            "node configuration is not available",
            "PartitionConfig",
        ),
    ] {
        configure(client, &format!("launcher = \"slurm\"\n{lines}"));
        let mut opened = client.open("test");
        let event = opened.wait_phase_within("failed", PATIENCE);
        assert_eq!(opened.wait_exit().code, Some(7), "{event}");
        let is_refused = event["code"] == "job_refused";
        assert!(is_refused || event["code"] == "job_never_starts", "{event}");
        let words = if is_refused { refused } else { never };
        // Between its words there may be underscores.
        assert!(detail(&event).replace('_', " ").contains(words), "{event}");
        nothing_queued(client, Scheduler::Slurm);
        // That of a node is no refusal to `doctor`: the nodes of that kind may be down.
        if is_refused && lines.starts_with("queue") {
            doctor_refuses(client, words);
        }
    }
}

/// `doctor` asks the scheduler about the job, and submits none.
fn doctor_refuses(client: &Client, words: &str) {
    let out = client.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(7), "{out}");
    assert!(out.stdout.contains(words), "{words}: {out}");
}

#[test]
fn grid_engine_says_what_is_wrong() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    for (lines, code, words) in [
        (
            "queue = \"nosuch.q\"",
            "job_refused",
            "unknown queue \"nosuch.q\"",
        ),
        (
            "parallel_environment = \"nosuch\"",
            "job_refused",
            "\"nosuch\" does not exist",
        ),
        ("cores = 64", "job_never_starts", "cannot run in PE"),
        ("options = [\"-h\"]", "job_never_starts", "hqw"),
        ("options = [\"-verify\"]", "job_refused", "-verify"),
        (
            "options = [\"-wd\", \"/nonexistent\"]",
            "job_never_starts",
            "can't chdir to /nonexistent",
        ),
    ] {
        configure(
            &client,
            &format!("launcher = \"sge\"\npoll_seconds = 2\n{lines}"),
        );
        let event = fails(&client, 7, code);
        assert!(detail(&event).contains(words), "{lines}: {event}");
        nothing_queued(&client, Scheduler::Sge);
        if code == "job_refused" && !lines.contains("-verify") || lines.starts_with("cores") {
            doctor_refuses(&client, words);
        }
    }
}

#[test]
fn an_account_without_credit_hears_why_its_job_waits() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    cluster.take_credit();
    configure(&client, "launcher = \"sge\"\npoll_seconds = 2");
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    let said = || client.run(&["status", "test", "--json"]).stdout;
    let told = eventually(SOON, || {
        !opened.is_running() || said().contains("exceeds limit")
    });
    assert!(told, "{}", said());
    if opened.is_running() {
        opened.interrupt();
    }
    let out = opened.wait_exit();
    assert!(out.stdout.contains("exceeds limit"), "{out}");
    nothing_queued(&client, Scheduler::Sge);
}

#[test]
fn a_job_that_starts_and_dies_gives_its_last_words() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(
        &client,
        "launcher = \"slurm\"\nsetup = [\"echo the module is gone\", \"false\"]",
    );
    let event = fails(&client, 6, "jupyter_died");
    assert!(detail(&event).contains("the module is gone"), "{event}");
    assert!(
        event["title"].to_string().contains("Line 2 of `setup`"),
        "{event}"
    );
    nothing_queued(&client, Scheduler::Slurm);

    // A command that ends and leaves its server behind is no end of the job.
    let command = "nohup jupyter lab >out.log 2>&1 &";
    configure(
        &client,
        &format!("launcher = \"slurm\"\ncommand = \"{command}\""),
    );
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    opened.wait_exit();
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn a_job_script_of_ones_own_that_dies_gives_its_last_words_too() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let script = "#!/bin/sh\n#$ -S /bin/sh\n#SBATCH -o own-%N-%j.log\n\
        echo \"the licence server is away, token=0123456789abcdef\"\nexit 3\n";
    cluster.home().write("dies.sh", script);
    for (scheduler, word) in [(Scheduler::Sge, "sge"), (Scheduler::Slurm, "slurm")] {
        configure(
            &client,
            &format!("launcher = \"{word}\"\njob_script = \"dies.sh\"\npoll_seconds = 2"),
        );
        let event = fails(&client, 7, "job_ended");
        assert!(
            detail(&event).contains("the licence server is away"),
            "{event}"
        );
        assert!(!event.to_string().contains("0123456789abcdef"), "{event}");
        let logs = client.run(&["logs", "test"]);
        assert!(logs.stdout.contains("the licence server is away"), "{logs}");
        assert!(!logs.stdout.contains("0123456789abcdef"), "{logs}");
        nothing_queued(&client, scheduler);
    }
}

#[test]
fn the_wrong_scheduler_is_told_the_right_one() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"pbs\"");
    let event = fails(&client, 7, "scheduler_missing");
    assert!(
        event["remedy"]
            .as_str()
            .unwrap()
            .contains("launcher = \"sge\""),
        "{event}"
    );
    configure(&client, "launcher = \"slurm\"");
    let event = fails(&client, 7, "scheduler_missing");
    // Not installed here, or installed and without a controller.
    assert!(detail(&event).contains("sbatch: "), "{event}");
}

#[test]
fn doctor_names_the_queues_and_a_configured_one_that_is_not_among_them() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    for (word, told) in [
        ("slurm", "Slurm has the queues "),
        ("sge", "Grid Engine has the queues all.q"),
    ] {
        configure(
            &client,
            &format!("launcher = \"{word}\"\nqueue = \"nosuch\""),
        );
        let out = client.run_within(&["doctor", "test"], PATIENCE).stdout;
        assert!(out.contains(told), "{out}");
        assert!(out.contains("does not list the queue nosuch"), "{out}");
    }
}
