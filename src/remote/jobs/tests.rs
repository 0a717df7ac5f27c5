#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::LauncherKind;
use crate::jupyter::Endpoint;
use crate::launcher::Clock;

const READY: &str = "file=/h/jobs/1/runtime/jpserver-9.json\npid=9\nuid=7\nport=8888\nargs=jupyter\n\
    listeners=hex:1101E70A:22B8,7\nsocket=\nnode=c1\nends=1795510620\n\n\
    {\"pid\": 9, \"port\": 8888, \"token\": \"t\", \"root_dir\": \"/h\"}";

fn host() -> Host {
    let mut host = Host::named("cluster");
    host.launcher = LauncherKind::Slurm;
    host
}

fn record(id: &str, name: &str, ready: &str) -> Frame {
    let wish = Batch(scheduler(LauncherKind::Slurm).unwrap()).wish(&host());
    Frame::Job(Record::parse(&format!(
        "folder=/h/jobs/{id}\nscheduler=slurm\nhost={name}\nown=0\nwish={wish}\nsubmitted={id}\t\n\
         started=c1\n\n{ready}"
    )))
}

fn facts() -> Facts {
    Facts {
        node: "login".into(),
        uid: Some(7),
        ..Facts::default()
    }
}

fn survey(host: &Host, frames: Vec<Frame>, list: &str) -> Survey {
    let mut surveyor = Surveyor::default();
    let ran = [Frame::Out(list.into()), Frame::Ran(0, Clock::default())];
    for frame in frames.into_iter().chain(ran) {
        assert_eq!(surveyor.take(frame), None);
    }
    let facts = surveyor.take(Frame::Found(facts())).unwrap();
    surveyor.survey(host, facts).unwrap()
}

const RUNNING: &str = "12|RUNNING|1795503762|NONE|c1|main|None|jupyter_nb\n";

#[test]
fn a_running_job_with_its_ready_file_is_a_server_on_its_node() {
    let survey = survey(&host(), vec![record("12", "cluster", READY)], RUNNING);
    let server = survey.candidates[0].server(Some(7)).unwrap();
    let host = "10.231.1.17".into();
    assert_eq!(server.endpoint, Endpoint::Tcp { host, port: 8888 });
    assert_eq!(survey.jobs[0].file.as_deref(), Some(server.file.as_str()));
    assert_eq!(survey.jobs[0].job.ends, Some(1_795_510_620));
}

#[test]
fn all_times_are_set_back_together() {
    let mut survey = survey(&host(), vec![record("12", "cluster", READY)], RUNNING);
    survey.facts.now = Some(1_795_504_000);
    survey.set_back(600);
    let job = &survey.jobs[0].job;
    let ends = Some(1_795_510_020);
    assert_eq!((job.started, job.ends), (Some(1_795_503_162), ends));
    assert_eq!(survey.candidates[0].ends, ends);
    assert_eq!(survey.facts.now, Some(1_795_503_400));
}

#[test]
fn a_ready_file_without_its_job_is_not_believed() {
    let other = "13|RUNNING|1795503762|NONE|c1|main|None|other\n";
    for list in ["", other] {
        let survey = survey(&host(), vec![record("12", "cluster", READY)], list);
        assert!(survey.candidates.is_empty() && survey.jobs.is_empty());
    }
}

#[test]
fn no_list_is_no_proof_of_anything() {
    let mut surveyor = Surveyor::default();
    surveyor.take(record("12", "cluster", READY));
    surveyor.take(Frame::Err("slurm_load_jobs error".into()));
    surveyor.take(Frame::Ran(1, Clock::default()));
    assert!(
        surveyor
            .survey(&host(), facts())
            .unwrap_err()
            .contains("slurm_load")
    );
}

#[test]
fn the_same_wishes_are_the_same_job_whatever_the_host_is_called() {
    let found = survey(&host(), vec![record("12", "elsewhere", READY)], RUNNING);
    assert_eq!(found.jobs.len(), 1);
    let mut other = host();
    other.cores = Some(8);
    let found = survey(&other, vec![record("12", "elsewhere", READY)], RUNNING);
    assert!(
        found.jobs.is_empty(),
        "and a job with other wishes is not taken for one by hand"
    );
}

#[test]
fn a_job_by_hand_is_known_by_its_whole_name() {
    let far = |url: &str, written: i64| {
        Frame::Far(FarFile::parse(&format!(
            "file=/h/runtime/jpserver-5.json\nuid=7\nwritten={written}\n\n\
             {{\"pid\": 5, \"port\": 8888, \"hostname\": \"0.0.0.0\", \"url\": \"{url}\"}}"
        )))
    };
    let (url, now) = ("http://c1:8888/", 1_795_503_900);
    let found = survey(&host(), vec![far(url, now)], RUNNING);
    let server = found.candidates[0].server(Some(7)).unwrap();
    let c1 = "c1".into();
    assert_eq!(
        server.endpoint,
        Endpoint::Tcp {
            host: c1,
            port: 8888
        }
    );
    // Another machine's file, or one that is older than the job: its port may be anybody's.
    for stale in [far("http://c2:8888/", now), far(url, now - 86400)] {
        let found = survey(&host(), vec![stale], RUNNING);
        assert!(found.candidates.is_empty());
        assert_eq!(found.jobs.len(), 1);
    }
    let longer = RUNNING.replace("jupyter_nb", "jupyter_nb_2");
    assert!(
        survey(&host(), vec![far(url, now)], &longer)
            .jobs
            .is_empty()
    );
}

#[test]
fn a_server_of_no_job_is_none_of_ours() {
    let local = Frame::Server(Candidate::parse(&READY.replace("node=c1\n", "")));
    let found = survey(&host(), vec![local], "");
    assert!(found.candidates.is_empty());
    assert_eq!(found.others, [9]);
}

#[test]
fn of_two_jobs_on_one_machine_each_has_its_own_server() {
    let local = |pid: u32| {
        let text = READY
            .replace("node=c1\n", "")
            .replace("pid=9", &format!("pid={pid}"));
        let text = text.replace("\"pid\": 9", &format!("\"pid\": {pid}"));
        let text = text.replace("jobs/1/runtime/jpserver-9", &format!("r/jpserver-{pid}"));
        Frame::Server(Candidate::parse(&text))
    };
    let here = RUNNING.replace("c1", "login");
    let owned = |pid, job: &str| vec![local(pid), Frame::Owner(pid, job.into())];
    assert_eq!(survey(&host(), owned(5, "12"), &here).candidates.len(), 1);
    assert!(survey(&host(), owned(5, "13"), &here).candidates.is_empty());
    assert!(
        survey(&host(), owned(5, ""), &here).candidates.is_empty(),
        "by hand, in no job"
    );
    let mut surveyor = Surveyor::default();
    for frame in owned(5, "13").into_iter().chain(owned(6, "12")) {
        surveyor.take(frame);
    }
    let mut facts = facts();
    facts.uid = Some(7);
    let server = surveyor.new_server("12", None, &[], &facts);
    assert_eq!(server.map(|one| one.pid), Some(6));
    assert_eq!(surveyor.new_server("14", None, &[], &facts), None);
}

#[test]
fn a_server_on_a_nodes_loopback_is_known_with_its_node() {
    let ready = READY.replace("1101E70A", "0100007F");
    let found = survey(&host(), vec![record("12", "cluster", &ready)], RUNNING);
    let server = found.candidates[0].server(Some(7)).unwrap();
    assert!(server.is_inside());
    let node = server.node.unwrap();
    assert_eq!((node.name.as_str(), node.is_hearsay), ("c1", false));
}

#[test]
fn a_jobs_node_tells_its_address_and_its_host_keys() {
    let ready = READY.replace(
        "node=c1",
        "node=c1\naddress=192.0.2.11\nhostkey=ssh-ed25519 AAAA=\nhostkey=ssh-rsa BBBB",
    );
    let found = survey(&host(), vec![record("12", "cluster", &ready)], RUNNING);
    let node = found.candidates[0].server(Some(7)).unwrap().node.unwrap();
    assert_eq!(node.address.as_deref(), Some("192.0.2.11"));
    assert_eq!(node.host_keys, ["ssh-ed25519 AAAA=", "ssh-rsa BBBB"]);
}

#[test]
fn a_runtime_file_that_says_localhost_is_hearsay_of_the_jobs_node() {
    let json = |url: &str| {
        Secret::new(format!(
            "{{\"pid\": 5, \"port\": 8888, \"hostname\": \"localhost\", \"url\": \"{url}\"}}"
        ))
    };
    let of = |url| Candidate::elsewhere("/h/jpserver-5.json", Some(7), json(url), "c1");
    let server = of("http://localhost:8888/")
        .unwrap()
        .server(Some(7))
        .unwrap();
    assert!(server.is_inside() && server.node.unwrap().is_hearsay);
    let server = of("http://c1:8888/").unwrap().server(Some(7)).unwrap();
    assert!(!server.is_inside());
    assert_eq!(of("http://c2:8888/"), None);
}
