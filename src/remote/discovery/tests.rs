#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::LauncherKind;
use crate::jupyter::Endpoint;
use crate::launch::BatchLaunch;
use crate::remote::{Piece, ScriptMessage};
use crate::scheduler::{CommandOutput, LocalTime};
use crate::secret::Secret;

const READY: &str = "file=/h/jobs/1/runtime/jpserver-9.json\npid=9\nuid=7\nport=8888\nargs=jupyter\n\
    listeners=hex:1101E70A:22B8,7\nsocket=\nnode=c1\nends=1795510620\n\n\
    {\"pid\": 9, \"port\": 8888, \"token\": \"t\", \"root_dir\": \"/h\"}";

fn host() -> Host {
    let mut host = Host::named("cluster");
    host.launcher = LauncherKind::Slurm;
    host
}

fn record(id: &str, name: &str, ready: &str) -> ScriptMessage {
    let wish = BatchLaunch(adapter(LauncherKind::Slurm).unwrap()).wish(&host());
    told(&format!(
        "folder=/h/jobs/{id}\nscheduler=slurm\nhost={name}\nown=0\nname=jupyter_nb\nat=1795503700\nwish={wish}\n\
         submitted={id}\t\nstarted=c1\n\n{ready}"
    ))
}

/// A piece of the ledger.
fn told(text: &str) -> ScriptMessage {
    ScriptMessage::Job(Piece(format!("{text}\x1e\n").into_bytes()))
}

fn files(text: &str) -> ScriptMessage {
    ScriptMessage::Far(Piece(format!("{text}\x1e\n").into_bytes()))
}

/// A list as squeue prints it.
fn printed(list: &str) -> [ScriptMessage; 2] {
    let heading = "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n";
    let list = format!("{heading}{list}");
    let size = list.len();
    let clock = LocalTime {
        now: NOW,
        offset: 0,
    };
    [
        ScriptMessage::Out(Piece(list.into_bytes())),
        ScriptMessage::Ran(0, clock, size),
    ]
}

/// Takes the frames, and says how long the ledger was.
fn discovery_builder(frames: Vec<ScriptMessage>, list: &str) -> DiscoveryBuilder {
    let mut discovery_builder = DiscoveryBuilder::default();
    let size = |frame: &ScriptMessage| match frame {
        ScriptMessage::Job(piece) => piece.0.len(),
        _ => 0,
    };
    let ledger = ScriptMessage::Ledger(frames.iter().map(size).sum());
    for frame in frames.into_iter().chain([ledger]).chain(printed(list)) {
        assert_eq!(discovery_builder.take(frame), None);
    }
    discovery_builder
}

const NOW: i64 = 1_795_503_900;

fn host_info() -> HostInfo {
    HostInfo {
        node: "login".into(),
        uid: Some(7),
        ..HostInfo::default()
    }
}

fn discovery(host: &Host, frames: Vec<ScriptMessage>, list: &str) -> Discovery {
    let mut discovery_builder = discovery_builder(frames, list);
    let host_info = discovery_builder
        .take(ScriptMessage::Found(host_info()))
        .unwrap();
    discovery_builder.finish(host, host_info).unwrap()
}

const RUNNING: &str = "12|RUNNING|1795503762|NONE|1795503700|c1|main|None|jupyter_nb\n";

#[test]
fn a_running_job_with_its_ready_file_is_a_server_on_its_node() {
    let discovery = discovery(&host(), vec![record("12", "cluster", READY)], RUNNING);
    let server = discovery.runtime_files[0].server(Some(7)).unwrap();
    let host = "10.231.1.17".into();
    assert_eq!(server.endpoint, Endpoint::Tcp { host, port: 8888 });
    assert_eq!(
        discovery.jobs[0].file.as_deref(),
        Some(server.file.as_str())
    );
    assert_eq!(discovery.jobs[0].job.ends, Some(1_795_510_620));
    assert!(discovery.jobs[0].tells);
}

#[test]
fn all_times_are_set_back_together() {
    let mut discovery = discovery(&host(), vec![record("12", "cluster", READY)], RUNNING);
    discovery.host_info.now = Some(1_795_504_000);
    discovery.set_back(600);
    let job = &discovery.jobs[0].job;
    let ends = Some(1_795_510_020);
    assert_eq!((job.started, job.ends), (Some(1_795_503_162), ends));
    assert_eq!(discovery.runtime_files[0].ends, ends);
    assert_eq!(discovery.host_info.now, Some(1_795_503_400));
}

#[test]
fn a_ready_file_without_its_job_is_not_believed() {
    let other = "13|RUNNING|1795503762|NONE|1795503700|c1|main|None|other\n";
    for list in ["", other] {
        let discovery = discovery(&host(), vec![record("12", "cluster", READY)], list);
        assert!(discovery.runtime_files.is_empty() && discovery.jobs.is_empty());
    }
}

#[test]
fn a_job_that_was_put_back_into_the_queue_serves_no_more() {
    let pending = RUNNING.replace("|RUNNING|", "|PENDING|");
    let discovery = discovery(&host(), vec![record("12", "cluster", READY)], &pending);
    assert!(discovery.runtime_files.is_empty());
    assert_eq!(discovery.jobs.len(), 1, "it is waited for");
}

#[test]
fn no_list_is_no_proof_of_anything() {
    let mut discovery_builder = DiscoveryBuilder::default();
    discovery_builder.take(record("12", "cluster", READY));
    discovery_builder.take(ScriptMessage::Err("slurm_load_jobs error".into()));
    discovery_builder.take(ScriptMessage::Ran(1, LocalTime::default(), 0));
    assert!(
        discovery_builder
            .finish(&host(), host_info())
            .unwrap_err()
            .contains("slurm_load")
    );
}

#[test]
fn the_same_wishes_are_the_same_job_whatever_the_host_is_called() {
    let found = discovery(&host(), vec![record("12", "elsewhere", READY)], RUNNING);
    assert_eq!(found.jobs.len(), 1);
    let mut other = host();
    other.cores = Some(8);
    let found = discovery(&other, vec![record("12", "elsewhere", READY)], RUNNING);
    assert!(
        found.jobs.is_empty(),
        "and a job with other wishes is not taken for one by hand"
    );
}

/// The record of a job that was submitted with a profile.
fn with_profile(id: &str, name: &str, profile: &str) -> ScriptMessage {
    let ScriptMessage::Job(piece) = record(id, name, READY) else {
        panic!("a record")
    };
    let text = String::from_utf8(piece.0).unwrap();
    let text = text.replacen("own=", &format!("profile={profile}\nown="), 1);
    assert!(text.contains("profile="), "{text}");
    ScriptMessage::Job(Piece(text.into_bytes()))
}

#[test]
fn a_job_with_a_profile_is_that_profiles_alone() {
    let own = host();
    let gpu = Host {
        name: "cluster:gpu".into(),
        profile: Some("gpu".into()),
        ..host()
    };
    let jobs = |host: &Host, record| discovery(host, vec![record], RUNNING).jobs.len();
    assert_eq!(jobs(&gpu, with_profile("12", "cluster:gpu", "gpu")), 1);
    assert_eq!(jobs(&own, with_profile("12", "cluster:gpu", "gpu")), 0);
    assert_eq!(jobs(&gpu, record("12", "cluster", READY)), 0);
    // Another of the user's computers calls the host something else.
    assert_eq!(jobs(&gpu, with_profile("12", "elsewhere:gpu", "gpu")), 1);
    assert_eq!(jobs(&gpu, with_profile("12", "elsewhere:cpu", "cpu")), 0);
}

#[test]
fn a_job_by_hand_is_no_profiles() {
    let gpu = Host {
        profile: Some("gpu".into()),
        ..host()
    };
    assert_eq!(discovery(&host(), vec![], RUNNING).jobs.len(), 1);
    assert_eq!(discovery(&gpu, vec![], RUNNING).jobs.len(), 0);
}

#[test]
fn a_job_that_asked_for_something_else_is_told_from_one_that_did_not() {
    let is_as_asked = |host: &Host| {
        let found = discovery(host, vec![record("12", "cluster", READY)], RUNNING);
        found.jobs[0].is_as_asked
    };
    let mut other = host();
    assert!(is_as_asked(&other));
    other.gpus = Some(2);
    assert!(!is_as_asked(&other));
    let by_hand = discovery(&host(), vec![], RUNNING);
    assert!(!by_hand.jobs[0].is_as_asked, "nobody knows");
}

#[test]
fn a_job_by_hand_is_known_by_its_whole_name() {
    let far = |url: &str, written: i64| {
        files(&format!(
            "file=/h/runtime/jpserver-5.json\nuid=7\nwritten={written}\n\n\
             {{\"pid\": 5, \"port\": 8888, \"hostname\": \"0.0.0.0\", \"url\": \"{url}\"}}"
        ))
    };
    let (url, now) = ("http://c1:8888/", 1_795_503_900);
    let found = discovery(&host(), vec![far(url, now)], RUNNING);
    let server = found.runtime_files[0].server(Some(7)).unwrap();
    let c1 = "c1".into();
    assert_eq!(
        server.endpoint,
        Endpoint::Tcp {
            host: c1,
            port: 8888
        }
    );
    let file = Some("/h/runtime/jpserver-5.json");
    assert_eq!(found.jobs[0].file.as_deref(), file);
    let by_address = files(&format!(
        "file=/h/runtime/jpserver-6.json\nuid=7\nwritten={now}\nnames=c1.example c1\n\n\
         {{\"pid\": 6, \"port\": 8888, \"hostname\": \"0.0.0.0\", \"url\": \"http://192.0.2.11:8888/\"}}"
    ));
    let found = discovery(&host(), vec![by_address], RUNNING);
    assert_eq!(
        found.runtime_files.len(),
        1,
        "the login node knows its name"
    );
    // Another host's file, or one that is older than the job: its port may be any account's.
    for stale in [far("http://c2:8888/", now), far(url, now - 86400)] {
        let found = discovery(&host(), vec![stale], RUNNING);
        assert!(found.runtime_files.is_empty());
        assert_eq!(found.jobs.len(), 1);
    }
    // One that says "localhost" and runs on the login host is no job's, whatever the job's node is.
    let here = ScriptMessage::Server(RuntimeFile {
        file: "/h/runtime/jpserver-5.json".into(),
        ..RuntimeFile::default()
    });
    let found = discovery(
        &host(),
        vec![far("http://localhost:8888/", now), here],
        RUNNING,
    );
    assert!(found.runtime_files.is_empty());
    let longer = RUNNING.replace("jupyter_nb", "jupyter_nb_2");
    assert!(
        discovery(&host(), vec![far(url, now)], &longer)
            .jobs
            .is_empty()
    );
}

#[test]
fn a_server_of_no_job_is_none_of_ours() {
    let local = ScriptMessage::Server(RuntimeFile::parse(&READY.replace("node=c1\n", "")));
    let found = discovery(&host(), vec![local], "");
    assert!(found.runtime_files.is_empty());
    assert_eq!(found.others.pids, [9]);
}

#[test]
fn of_two_jobs_on_one_machine_each_has_its_own_server() {
    let local = |pid: u32| {
        let text = READY
            .replace("node=c1\n", "")
            .replace("pid=9", &format!("pid={pid}"));
        let text = text.replace("\"pid\": 9", &format!("\"pid\": {pid}"));
        let text = text.replace("jobs/1/runtime/jpserver-9", &format!("r/jpserver-{pid}"));
        ScriptMessage::Server(RuntimeFile::parse(&text))
    };
    let here = RUNNING.replace("c1", "login");
    let owned = |pid, job: &str| vec![local(pid), ScriptMessage::Owner(pid, job.into())];
    assert_eq!(
        discovery(&host(), owned(5, "12"), &here)
            .runtime_files
            .len(),
        1
    );
    assert!(
        discovery(&host(), owned(5, "13"), &here)
            .runtime_files
            .is_empty()
    );
    assert!(
        discovery(&host(), owned(5, ""), &here)
            .runtime_files
            .is_empty(),
        "by hand, in no job"
    );
    let mut discovery_builder = DiscoveryBuilder::default();
    for frame in owned(5, "13").into_iter().chain(owned(6, "12")) {
        discovery_builder.take(frame);
    }
    let mut host_info = host_info();
    host_info.uid = Some(7);
    let server =
        discovery_builder.new_server("12", None, &OtherServers::default(), None, &host_info);
    assert_eq!(server.map(|one| one.pid), Some(6));
    assert_eq!(
        discovery_builder.new_server("14", None, &OtherServers::default(), None, &host_info),
        None
    );
}

/// Where the system shows no process' environment.
#[test]
fn where_nobody_knows_the_job_of_a_process_a_launch_of_ours_is_no_jobs_server() {
    let here = RUNNING.replace("c1", "login");
    for (folder, servers) in [("/h/r", 1), ("/h/.local/state/remote-jupyter/servers/1", 0)] {
        let text = READY.replace("node=c1\n", "");
        let text = text.replace("/h/jobs/1/runtime", folder);
        let local = ScriptMessage::Server(RuntimeFile::parse(&text));
        let found = discovery(&host(), vec![local], &here);
        assert_eq!(found.runtime_files.len(), servers, "{folder}");
        let others: &[u32] = if servers == 1 { &[] } else { &[9] };
        assert_eq!(found.others.pids, others, "a job's server is no other's");
    }
}

#[test]
fn a_server_on_a_nodes_loopback_is_known_with_its_node() {
    let ready = READY.replace("1101E70A", "0100007F");
    let found = discovery(&host(), vec![record("12", "cluster", &ready)], RUNNING);
    let server = found.runtime_files[0].server(Some(7)).unwrap();
    assert!(server.is_inside());
    let node = server.node.unwrap();
    assert_eq!((node.name.as_str(), node.is_unverified), ("c1", false));
}

#[test]
fn a_jobs_node_tells_its_address_and_its_host_keys() {
    let ready = READY.replace(
        "node=c1",
        "node=c1\naddress=192.0.2.11\nhostkey=ssh-ed25519 AAAA=\nhostkey=ssh-rsa BBBB",
    );
    let found = discovery(&host(), vec![record("12", "cluster", &ready)], RUNNING);
    let node = found.runtime_files[0]
        .server(Some(7))
        .unwrap()
        .node
        .unwrap();
    assert_eq!(node.address.as_deref(), Some("192.0.2.11"));
    assert_eq!(node.host_keys, ["ssh-ed25519 AAAA=", "ssh-rsa BBBB"]);
}

#[test]
fn a_runtime_file_that_says_localhost_is_unverified_on_the_jobs_node() {
    let json = |url: &str| {
        Secret::new(format!(
            "{{\"pid\": 5, \"port\": 8888, \"hostname\": \"localhost\", \"url\": \"{url}\"}}"
        ))
    };
    let of = |url| RuntimeFile::elsewhere("/h/jpserver-5.json", Some(7), json(url), ("c1", &[]));
    let server = of("http://localhost:8888/")
        .unwrap()
        .server(Some(7))
        .unwrap();
    assert!(server.is_inside() && server.node.unwrap().is_unverified);
    let server = of("http://c1:8888/").unwrap().server(Some(7)).unwrap();
    assert!(!server.is_inside());
    assert_eq!(of("http://c2:8888/"), None);
    // Notebook 6 reports this for every address: the session to the node finds out if the server
    // runs there.
    let server = of("http://0.0.0.0:8888/").unwrap().server(Some(7)).unwrap();
    assert!(server.is_inside());
}

/// A job script of the user's own gives Jupyter the node's address, or a name that the scheduler does not call it by.
#[test]
fn a_runtime_file_names_its_node_as_the_login_host_knows_it() {
    let at = |host: &str, names: &[&str], node: &str| {
        let json = format!(
            "{{\"pid\": 5, \"port\": 8888, \"hostname\": \"{host}\", \"url\": \"http://{host}:8888/\"}}"
        );
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let (file, json) = ("/h/jpserver-5.json", Secret::new(json));
        let server = RuntimeFile::elsewhere(file, Some(7), json, (node, &names))?;
        match server.server(Some(7)).unwrap().endpoint {
            Endpoint::Tcp { host, .. } => Some(host),
            Endpoint::Socket { path } => Some(path),
        }
    };
    let names = ["10.231.1.11", "c1.cluster.example", "c1", "c1-ib"];
    let address = "10.231.1.11";
    assert_eq!(at(address, &names, "c1").as_deref(), Some(address));
    assert_eq!(at(address, &names, "c1-ib").as_deref(), Some(address));
    assert_eq!(at("c1", &names, "c1-ib").as_deref(), Some("c1-ib"));
    // As Debian resolves a computer's own name.
    assert_eq!(at("127.0.1.1", &["c1"], "c1").as_deref(), Some("c1"));
    assert_eq!(at(address, &names, "c2"), None);
    assert_eq!(at(address, &[], "c1"), None);
    assert_eq!(at(address, &[], "10.9.9.9"), None, "addresses are whole");
    assert_eq!(at(address, &[], address).as_deref(), Some(address));
}

/// A server on c1 of which only its runtime file is known.
fn far(pid: u32, port: u16, written: i64) -> ScriptMessage {
    files(&format!(
        "file=/h/runtime/jpserver-{pid}.json\nuid=7\nwritten={written}\n\n\
         {{\"pid\": {pid}, \"port\": {port}, \"hostname\": \"c1\", \"url\": \"http://c1:{port}/\"}}"
    ))
}

/// Jobs 12 and 13 run the user's own scripts on one node; one started an hour after the other, or
/// both at the same time.
fn two_on_one_node(host: &Host, later: i64, servers: Vec<ScriptMessage>) -> Vec<Option<String>> {
    let own = |id: &str, name: &str| {
        told(&format!(
            "folder=/h/jobs/{id}\nscheduler=slurm\nhost={name}\nown=1\nwish=\nsubmitted={id}\t\nstarted=c1\n\n"
        ))
    };
    let frames = vec![own("13", "other"), own("12", "cluster")];
    let started = 1_795_503_762;
    let list = format!(
        "12|RUNNING|{started}|NONE|{started}|c1|main|None|jup_a\n13|RUNNING|{}|NONE|{started}|c1|main|None|jup_b\n",
        started + later
    );
    let found = discovery(host, frames.into_iter().chain(servers).collect(), &list);
    assert_eq!(found.jobs.len(), 1);
    assert!(!found.jobs[0].tells, "a script of the user's own");
    let server = found.runtime_files.first().map(|one| one.pid.to_string());
    let confused = found.jobs[0].confused.then(|| "confused".to_owned());
    vec![server, confused]
}

#[test]
fn of_two_silent_jobs_on_one_node_each_has_its_own_server_or_none() {
    let (start, hour) = (1_795_503_762, 3600);
    let mut fixed = host();
    fixed.remote_port = Some(8888);
    let (first, second) = (far(5, 8888, start + 20), far(6, 9999, start + hour + 20));
    let both = || vec![second.clone(), first.clone()];
    let is = |server: &str| vec![Some(server.to_owned()), None];
    let confused = vec![None, Some("confused".to_owned())];
    assert_eq!(
        two_on_one_node(&host(), hour, both()),
        is("5"),
        "the other came later"
    );
    assert_eq!(
        two_on_one_node(&host(), 10, both()),
        confused,
        "they came together"
    );
    assert_eq!(
        two_on_one_node(&host(), 20 + 120, both()),
        confused,
        "the other may have come with it, by the clocks' difference"
    );
    assert_eq!(
        two_on_one_node(&fixed, 10, both()),
        is("5"),
        "its port tells"
    );
    let one = vec![second.clone()];
    assert_eq!(
        two_on_one_node(&fixed, 10, one),
        confused,
        "the other's, most likely"
    );
    assert_eq!(
        two_on_one_node(&host(), 10, vec![]),
        [None, None],
        "none yet"
    );
}

#[test]
fn a_job_that_tells_of_its_server_or_has_another_name_claims_no_other_server() {
    let own = "folder=/h/jobs/12\nscheduler=slurm\nhost=cluster\nown=1\nwish=\nsubmitted=12\t\n\n";
    let started = 1_795_503_762;
    let line = |id: &str, name: &str| {
        format!("{id}|RUNNING|{started}|NONE|{started}|c1|main|None|{name}\n")
    };
    let confused = |beside: Option<ScriptMessage>, name: &str| {
        let frames = [told(own), far(5, 8888, started + 20)];
        let list = line("12", "jup_a") + &line("13", name);
        let found = discovery(&host(), frames.into_iter().chain(beside).collect(), &list);
        let ours = found.jobs.iter().find(|ours| ours.identity.id == "12");
        ours.unwrap().confused
    };
    assert!(!confused(Some(record("13", "other", "")), "jupyter_nb"));
    assert!(!confused(None, "training"));
    assert!(
        confused(None, "jupyter_nb"),
        "by hand, with the same script"
    );
}

#[test]
fn a_server_that_was_there_before_is_not_the_new_jobs() {
    let mut discovery_builder = DiscoveryBuilder::default();
    discovery_builder.take(far(5, 8888, 1000));
    let known = OtherServers {
        written: Some(1000),
        ..OtherServers::default()
    };
    let new = |discovery_builder: &DiscoveryBuilder, port| {
        let server = discovery_builder.new_server("12", Some("c1"), &known, port, &host_info());
        server.map(|one| one.pid)
    };
    assert_eq!(new(&discovery_builder, None), None);
    discovery_builder.take(far(6, 9999, 1001));
    assert_eq!(new(&discovery_builder, None), Some(6));
    discovery_builder.take(far(7, 8888, 1002));
    assert_eq!(new(&discovery_builder, Some(8888)), Some(7));
}

/// Returns the discovery after the scheduler was queried for the job that its list did not show,
/// and gave that answer.
fn asked(frames: Vec<ScriptMessage>, answer: Option<&str>) -> Discovery {
    let mut discovery_builder = discovery_builder(frames, "");
    let missing = discovery_builder.missing(&host()).unwrap();
    let slurm = adapter(LauncherKind::Slurm).unwrap();
    if let Some(answer) = answer {
        assert_eq!(missing.len(), 1);
        let output = CommandOutput {
            out: format!("rj_id {}\n{answer}\n", missing[0].folder),
            clock: LocalTime {
                now: NOW,
                offset: 0,
            },
            ..CommandOutput::default()
        };
        discovery_builder.answer(slurm, &missing, &output);
    }
    let host_info = discovery_builder
        .take(ScriptMessage::Found(host_info()))
        .unwrap();
    discovery_builder.finish(&host(), host_info).unwrap()
}

fn shown(id: &str, name: &str, state: &str, submitted: i64) -> String {
    format!(
        "JobId={id} JobName={name} UserId=me(7) GroupId=me(7) Priority=1 JobState={state} Reason=None \
         SubmitTime={submitted} StartTime={submitted} EndTime=Unknown Partition=main AllocNode:Sid=login:1 BatchHost=c1"
    )
}

#[test]
fn a_job_that_the_list_does_not_show_is_asked_for_alone() {
    let ledger = |ready| vec![record("12", "cluster", ready)];
    let running = shown("12", "jupyter_nb", "RUNNING", 1_795_503_700);
    let found = asked(ledger(READY), Some(&running));
    assert_eq!((found.jobs.len(), found.runtime_files.len()), (1, 1));
    assert!(found.doubts.is_empty() && found.ended.is_empty());

    let ended = shown("12", "jupyter_nb", "CANCELLED", 1_795_503_700);
    let others = shown("12", "training", "RUNNING", 1_795_403_700);
    let unknown = "slurm_load_jobs error: Invalid job id specified";
    for word in [ended.as_str(), others.as_str(), unknown] {
        let found = asked(ledger(""), Some(word));
        assert_eq!(found.ended, ["/h/jobs/12"], "{word}");
        assert!(found.jobs.is_empty() && found.doubts.is_empty());
    }
    let cut = &running[..running.len() / 2];
    let down = "slurm_load_jobs error: Unable to contact slurm controller (connect failure)";
    for nothing in [Some(""), Some(down), Some(cut), None] {
        let found = asked(ledger(""), nothing);
        assert!(found.jobs.is_empty() && found.ended.is_empty());
        assert_eq!(found.doubts[0].id, "12", "{nothing:?}");
    }
}

#[test]
fn a_list_of_other_jobs_does_not_hide_what_the_scheduler_says_about_ours() {
    let other = RUNNING
        .replace("12|", "13|")
        .replace("jupyter_nb", "training");
    let mut discovery_builder = discovery_builder(vec![record("12", "cluster", READY)], &other);
    let missing = discovery_builder.missing(&host()).unwrap();
    let running = shown("12", "jupyter_nb", "RUNNING", 1_795_503_700);
    let output = CommandOutput {
        out: format!("rj_id {}\n{running}\n", missing[0].folder),
        ..CommandOutput::default()
    };
    discovery_builder.answer(adapter(LauncherKind::Slurm).unwrap(), &missing, &output);
    let found = discovery_builder.finish(&host(), host_info()).unwrap();
    assert_eq!((found.jobs.len(), found.doubts.len()), (1, 0));
}

/// By hand, so no ledger has it.
#[test]
fn a_job_that_was_found_before_is_not_forgotten_because_a_list_lacks_it() {
    let identity = || JobIdentity {
        id: "12".into(),
        name: "jupyter_nb".into(),
        submitted: Some(1_795_503_700),
    };
    let found = |list: &str, answer: Option<&str>| {
        let mut discovery_builder = discovery_builder(vec![], list);
        discovery_builder.expect(identity(), None);
        let missing = discovery_builder.missing(&host()).unwrap();
        if let Some(answer) = answer {
            assert_eq!(missing.len(), 1);
            let output = CommandOutput {
                out: format!("rj_id 12\n{answer}\n"),
                ..CommandOutput::default()
            };
            let slurm = adapter(LauncherKind::Slurm).unwrap();
            discovery_builder.answer(slurm, &missing, &output);
        } else {
            assert_eq!(missing, []);
        }
        let found = discovery_builder.finish(&host(), host_info()).unwrap();
        let doubts: Vec<String> = found.doubts.into_iter().map(|doubt| doubt.id).collect();
        (found.jobs.len(), doubts)
    };
    let twelve = vec!["12".to_owned()];
    assert_eq!(found(RUNNING, None), (1, vec![]));
    let renamed = RUNNING.replace("jupyter_nb", "training");
    assert_eq!(
        found(&renamed, None),
        (0, vec![]),
        "it lives by another name"
    );
    let beside = RUNNING.replace("12|", "13|");
    let both = found(&beside, Some(""));
    assert_eq!(both, (1, twelve.clone()), "another job is not this one");
    let other = RUNNING
        .replace("12|", "13|")
        .replace("jupyter_nb", "training");
    for list in ["", other.as_str()] {
        assert_eq!(
            found(list, Some("")),
            (0, twelve.clone()),
            "no answer: {list}"
        );
        let running = shown("12", "jupyter_nb", "RUNNING", 1_795_503_700);
        assert_eq!(found(list, Some(&running)), (1, vec![]), "{list}");
        let ended = shown("12", "jupyter_nb", "CANCELLED", 1_795_503_700);
        assert_eq!(found(list, Some(&ended)), (0, vec![]), "{list}");
    }
}

#[test]
fn a_job_that_the_ledger_has_is_asked_for_once() {
    let mut discovery_builder = discovery_builder(vec![record("12", "cluster", "")], "");
    let identity = JobIdentity {
        id: "12".into(),
        ..JobIdentity::default()
    };
    discovery_builder.expect(identity.clone(), Some("/h/jobs/12"));
    assert_eq!(discovery_builder.missing(&host()).unwrap().len(), 1);
    let found = discovery_builder.finish(&host(), host_info()).unwrap();
    assert_eq!(found.doubts.len(), 1);
    let mut other = self::discovery_builder(vec![record("12", "cluster", "")], "");
    other.expect(
        JobIdentity {
            id: "13".into(),
            ..identity
        },
        Some("/h/jobs/13"),
    );
    assert_eq!(other.missing(&host()).unwrap().len(), 2);
}

#[test]
fn an_id_that_is_not_known_a_moment_after_the_submission_proves_nothing() {
    let ScriptMessage::Job(piece) = record("12", "cluster", "") else {
        unreachable!()
    };
    let text = String::from_utf8(piece.0).unwrap();
    let young = text.replace("at=1795503700", &format!("at={}", NOW - 10));
    let frames = vec![ScriptMessage::Job(Piece(young.into_bytes()))];
    let found = asked(
        frames,
        Some("slurm_load_jobs error: Invalid job id specified"),
    );
    assert_eq!((found.doubts.len(), found.ended.len()), (1, 0));
}

#[test]
fn a_record_of_an_earlier_version_has_its_time_in_its_folders_name() {
    let earlier = |list: &str| {
        let text = "folder=/h/jobs/20261124-070140-7\nscheduler=slurm\nhost=cluster\nown=0\nwish=\nsubmitted=12\t\nstarted=\n\n";
        discovery(&host(), vec![told(text)], list).jobs.len()
    };
    assert_eq!(earlier(RUNNING), 1);
    let before = RUNNING.replace("1795503700", "1795403700");
    let before = before
        .replace("1795503762", "1795403762")
        .replace("jupyter_nb", "training");
    assert_eq!(earlier(&before), 0, "of the day before");
}

#[test]
fn a_submission_without_an_answer_is_known_by_its_name_and_its_time() {
    let unanswered = |at: i64, list: &str| {
        let text = format!(
            "folder=/h/jobs/1\nscheduler=slurm\nhost=cluster\nown=0\nname=jupyter_nb\nat={at}\nwish=\nsubmitted=\nstarted=\n\n"
        );
        discovery(&host(), vec![told(&text)], list)
    };
    let found = unanswered(1_795_503_690, RUNNING);
    assert_eq!(found.jobs[0].identity.id, "12");
    // The submission itself takes two minutes at most, and the clocks differ by five.
    let submitted = 1_795_503_700;
    for (at, jobs) in [
        (submitted - 421, 0),
        (submitted - 420, 1),
        (submitted + 300, 1),
        (submitted + 301, 0),
    ] {
        let found = unanswered(at, RUNNING);
        let ours = found.jobs.iter().filter(|job| job.folder.is_some());
        assert_eq!(ours.count(), jobs, "{}", at - submitted);
    }
    let renamed = RUNNING.replace("jupyter_nb", "training");
    assert!(unanswered(submitted, &renamed).jobs.is_empty());
    assert_eq!(found.jobs[0].folder.as_deref(), Some("/h/jobs/1"));
    let searched = |at: i64, answer: &str| {
        let text = format!(
            "folder=/h/jobs/1\nscheduler=slurm\nhost=cluster\nown=0\nname=jupyter_nb\nat={at}\nwish=\nsubmitted=\nstarted=\n\n"
        );
        let found = asked(vec![told(&text)], Some(answer));
        (found.jobs.len(), found.doubts.len(), found.ended.len())
    };
    let answered = |answer: &str| {
        let text = format!(
            "folder=/h/jobs/1\nscheduler=slurm\nhost=cluster\nown=0\nname=jupyter_nb\nat={}\nanswered=0\nwish=\nsubmitted=\nstarted=\n\n",
            NOW - 2
        );
        let found = asked(vec![told(&text)], Some(answer));
        (found.jobs.len(), found.doubts.len(), found.ended.len())
    };
    let there = shown("12", "jupyter_nb", "PENDING", NOW - 1);
    assert_eq!(answered(&format!("{there}\nrj_records")), (1, 0, 0));
    assert_eq!(answered("rj_records"), (0, 0, 1), "`--test-only`");
    // One that was cancelled a moment before, and that Slurm still shows.
    let before = shown("11", "jupyter_nb", "CANCELLED", NOW - 60);
    assert_eq!(answered(&format!("{before}\nrj_records")), (0, 0, 1));
    assert_eq!(answered("slurm_load_jobs error"), (0, 1, 0), "no list");
    let (young, old) = (NOW - 100, NOW - 700);
    let waiting = |at| format!("{}\nrj_records", shown("12", "jupyter_nb", "PENDING", at));
    assert_eq!(searched(young, &waiting(young)), (1, 0, 0));
    assert_eq!(searched(old, &waiting(old)), (1, 0, 0));
    assert_eq!(searched(young, "rj_records"), (0, 1, 0), "it may come yet");
    assert_eq!(searched(old, "rj_records"), (0, 0, 1), "it never came");
    assert_eq!(searched(old, ""), (0, 1, 0), "no list");
}

#[test]
fn a_clock_that_was_not_told_is_no_time() {
    for (now, told) in [(NOW, Some(NOW)), (0, None)] {
        let mut discovery_builder = discovery_builder(vec![], "");
        let clock = LocalTime { now, offset: 0 };
        let heading = printed("").into_iter().next();
        discovery_builder.take(heading.unwrap());
        let size = discovery_builder.list().unwrap().out.len();
        discovery_builder.take(ScriptMessage::Ran(0, clock, size));
        let found = discovery_builder.finish(&host(), host_info()).unwrap();
        assert_eq!(found.host_info.now, told);
    }
}

#[test]
fn a_search_for_a_submission_leaves_the_jobs_of_other_records_alone() {
    let at = NOW - 700;
    let unanswered = format!(
        "folder=/h/jobs/1\nscheduler=slurm\nhost=cluster\nown=0\nname=jupyter_nb\nat={at}\nwish=\nsubmitted=\n\n"
    );
    let numbered = unanswered
        .replace("/1\n", "/2\n")
        .replace("submitted=", "submitted=12\t");
    let mut discovery_builder = discovery_builder(vec![told(&unanswered), told(&numbered)], "");
    let missing = discovery_builder.missing(&host()).unwrap();
    let job = shown("12", "jupyter_nb", "RUNNING", at);
    let output = CommandOutput {
        out: format!("rj_id /h/jobs/1\n{job}\nrj_records\nrj_id /h/jobs/2\n{job}\n"),
        ..CommandOutput::default()
    };
    discovery_builder.answer(adapter(LauncherKind::Slurm).unwrap(), &missing, &output);
    let host_info = discovery_builder
        .take(ScriptMessage::Found(host_info()))
        .unwrap();
    let found = discovery_builder.finish(&host(), host_info).unwrap();
    assert_eq!((found.jobs.len(), found.ended.len()), (1, 1));
}

#[test]
fn a_ledger_that_came_cut_off_is_none() {
    let mut discovery_builder = DiscoveryBuilder::default();
    for frame in [record("12", "cluster", ""), ScriptMessage::Ledger(10_000)] {
        discovery_builder.take(frame);
    }
    for frame in printed("") {
        discovery_builder.take(frame);
    }
    assert!(discovery_builder.finish(&host(), host_info()).is_err());
}

#[test]
fn a_server_whose_job_begins_nobody_knows_when_is_not_believed() {
    let frames = || {
        let text = "folder=/h/jobs/12\nscheduler=slurm\nhost=cluster\nown=1\nwish=\nsubmitted=12\t\nstarted=c1\n\n";
        vec![told(text), far(5, 8888, NOW - 400 * 86400)]
    };
    let unknown = "12|RUNNING|N/A|NONE|N/A|c1|main|None|jup\n";
    assert!(
        discovery(&host(), frames(), unknown)
            .runtime_files
            .is_empty()
    );
}
