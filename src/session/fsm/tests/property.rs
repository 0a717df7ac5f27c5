//! Whatever becomes of the remote host's answers, no job is lost, none is doubled, and no other job is touched.
//!
//! The machine, the readers of the scheduler's answers and the ledger are the real ones; [`World`] plays the cluster, and
//! this file the driver.

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::world::{Fault, Folder, NAME, World};
use super::*;
use crate::config::{Host, LauncherKind};
use crate::remote::{DiscoveryBuilder, Piece, ScriptMessage, has_gone, was_taken};
use crate::scheduler::{CommandOutput, JobIdentity, Presence, Scheduler, adapter};

const RUNS: u32 = 10_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: RUNS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_job_is_lost_doubled_or_another_accounts(script in vec(any::<u16>(), 0..160), other in any::<bool>()) {
        let mut play = Play::new(script, if other { "gpu" } else { "" });
        for _ in 0..4 {
            play.click(open());
            play.world.now += 20;
        }
        // When everything works again, the job that lives is the one that is found, and a stop ends it.
        play.world.calm();
        play.world.now += 700;
        let before = play.numbers();
        play.click(open());
        let after = play.numbers();
        assert!(before.is_empty() || before == after, "{before:?} {after:?}");
        play.click(stop(Busy::End));
        assert!(play.numbers().is_empty(), "{:?}", play.world);
    }
}

struct Play {
    world: World,
    host: Host,
    scheduler: &'static dyn Scheduler,
}

/// Nothing came of an effect, an event did, or the connection broke.
type Came<T = FsmEvent> = Result<Option<T>, ()>;

impl Play {
    fn new(script: Vec<u16>, cluster: &'static str) -> Self {
        let mut host = Host::named("gpu01");
        host.launcher = LauncherKind::Slurm;
        if cluster == "gpu" {
            host.options = vec!["-M".into(), "gpu".into()];
        }
        Self {
            world: World::new(script, cluster),
            host,
            scheduler: adapter(LauncherKind::Slurm).unwrap(),
        }
    }

    fn numbers(&self) -> Vec<u32> {
        self.world.live().iter().map(|job| job.number).collect()
    }

    /// A whole session, from the login to its end.
    fn click(&mut self, goal: Goal) {
        let mut machine = StateMachine::new(super::job::batch_plan(goal));
        let mut inputs = std::collections::VecDeque::from([FsmInput::from(SessionCommand::Begin)]);
        let mut calm = 0;
        // A job that waits in peace would wait for ever.
        while let (Some(input), 0..40) = (inputs.pop_front(), calm) {
            calm += i32::from(self.world.is_calm());
            for effect in machine.handle(input) {
                let is_wait = matches!(machine.state, State::Queued(_) | State::Returning(..));
                match self.execute(effect) {
                    Ok(input) => inputs.extend(input),
                    Err(()) if is_wait => inputs.push_back(lost().into()),
                    Err(()) => inputs.push_back(FsmEvent::Failed(problem()).into()),
                }
            }
            assert!(self.world.live().len() <= 1, "doubled: {:?}", self.world);
        }
        machine.handle(SessionCommand::Close);
    }

    fn execute(&mut self, effect: Effect) -> Came<FsmInput> {
        match effect {
            Effect::Sleep(pause) | Effect::Pause(pause) => self.rest(pause),
            Effect::EmitReady(..) => Ok(match self.world.draw(3) {
                0 => None,
                1 => Some(FsmEvent::Tunnel(TunnelEvent::Refused).into()),
                _ => Some(SessionCommand::Stop(Busy::End).into()),
            }),
            effect => Ok(self.carry_out(effect)?.map(FsmInput::from)),
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Came {
        Ok(Some(match effect {
            Effect::Resolve => FsmEvent::Connection(ConnectionEvent::Resolved),
            Effect::Connect => FsmEvent::Connection(ConnectionEvent::Connected),
            Effect::LogIn => FsmEvent::Connection(ConnectionEvent::LoggedIn),
            Effect::Discover | Effect::Lock => return self.discovery(),
            Effect::Submit(_) => return self.submit(),
            Effect::ReadJobFiles(folder) => return self.peek(&folder),
            Effect::Poll(call) => {
                let cluster = self.world.cluster;
                let list = self
                    .world
                    .answer(|jobs, _| World::list(jobs, cluster))
                    .ok_or(())?;
                let jobs = self.scheduler.parse_jobs(&list);
                let poll = match jobs.map(|jobs| call.identity.find(&jobs)) {
                    Ok(Some(job)) => PollResult::Listed(Box::new(job)),
                    Ok(None) => PollResult::Missing,
                    Err(words) => PollResult::Failed(words),
                };
                FsmEvent::Job(JobEvent::Polled(poll, Duration::ZERO))
            }
            Effect::Query(call) => FsmEvent::Job(JobEvent::Queried(self.query(&call.identity)?)),
            Effect::QueryPendingReason(_) => FsmEvent::Job(JobEvent::PendingReason(None)),
            Effect::JobOver(folder) => {
                self.world.close(&folder);
                FsmEvent::Job(JobEvent::Over(None, String::new()))
            }
            Effect::EndJob(end) => return self.end(&end),
            Effect::Listen(_) => listening_on(8890),
            Effect::Check(..) => answered(true),
            Effect::InBackground(BackgroundTask::Recheck) => match self.discovery() {
                Ok(Some(FsmEvent::Script(ScriptEvent::Discovered(discovery))))
                    if discovery.doubts.is_empty() =>
                {
                    FsmEvent::Script(ScriptEvent::Rechecked(
                        discovery.runtime_files,
                        discovery.host_info,
                    ))
                }
                _ => return Ok(None),
            },
            Effect::Count(..) => kernels(0, 0),
            Effect::AskToEnd(..) => FsmEvent::Server(ServerEvent::AskedToEnd(true)),
            Effect::Resume => FsmEvent::Tunnel(TunnelEvent::Resumed),
            _ => return Ok(None),
        }))
    }

    /// Time passes, and something may happen meanwhile.
    fn rest(&mut self, pause: Duration) -> Came<FsmInput> {
        self.world.now += i64::try_from(pause.as_secs()).unwrap() + 1;
        let now = self.world.now;
        let ours = |job: &super::world::Job| job.folder.is_some();
        match self.world.draw(16) {
            1 => self.world.change(ours, |job| job.state = "RUNNING"),
            2 => {
                // Its keeper writes its exit.
                let folders: Vec<usize> = self
                    .world
                    .live()
                    .iter()
                    .filter_map(|job| job.folder)
                    .collect();
                self.world.change(ours, |job| job.ended = Some(now));
                for folder in folders {
                    self.world.folders[folder].exit = true;
                }
            }
            3 => self.world.change(ours, |job| job.ended = Some(now)),
            4 => return Ok(Some(SessionCommand::Stop(Busy::End).into())),
            5 => return Ok(Some(SessionCommand::Close.into())),
            6 => self.world.now += 1800,
            7 => return Err(()),
            _ => {}
        }
        Ok(Some(FsmEvent::Local(LocalEvent::Elapsed).into()))
    }

    fn ledger(&self) -> String {
        let folders = self.world.folders.iter().enumerate();
        let live = folders.filter(|(_, folder)| !folder.exit && !folder.removed);
        let records = live.map(|(at, folder)| {
            format!(
                "folder={}\nscheduler=slurm\nhost=gpu01\nown=0\nname={NAME}\nat={}\nwish=\nsubmitted={}\t\nstarted=\n\n\x1e\n",
                World::path(at),
                folder.at,
                folder.printed
            )
        });
        records.collect::<Vec<_>>().concat()
    }

    /// As the driver does it: the ledger and a list, then the jobs that this does not show.
    fn discovery(&mut self) -> Came {
        let (cluster, ledger) = (self.world.cluster, self.ledger());
        let list = self
            .world
            .answer(|jobs, _| World::list(jobs, cluster))
            .ok_or(())?;
        let size = ledger.len();
        let told = match self.world.fault() {
            Fault::Lost => return Err(()),
            Fault::Cut => ledger[..size / 2].to_owned(),
            Fault::Empty => String::new(),
            _ => ledger,
        };
        let mut discovery_builder = DiscoveryBuilder::default();
        let length = list.out.len();
        for frame in [
            ScriptMessage::Job(Piece(told.into_bytes())),
            ScriptMessage::Ledger(size),
            ScriptMessage::Out(Piece(list.out.into_bytes())),
            ScriptMessage::Ran(list.status, list.clock, length),
        ] {
            discovery_builder.take(frame);
        }
        let Ok(missing) = discovery_builder.missing(&self.host) else {
            return Ok(Some(FsmEvent::Failed(problem())));
        };
        if !missing.is_empty() {
            let answer = self.world.answer(|jobs, then| {
                let sections = missing.iter().map(|one| {
                    let word = match one.identity.id.as_str() {
                        "" => World::search(jobs, cluster),
                        id => World::query(jobs, id, then),
                    };
                    format!("rj_id {}\n{word}\n", one.folder)
                });
                sections.collect()
            });
            discovery_builder.answer(self.scheduler, &missing, &answer.ok_or(())?);
        }
        let host_info = HostInfo {
            node: "login".into(),
            ..host_info()
        };
        Ok(Some(
            match discovery_builder.finish(&self.host, host_info) {
                Ok(discovery) => {
                    for folder in &discovery.ended {
                        self.world.close(folder);
                    }
                    FsmEvent::Script(ScriptEvent::Discovered(Box::new(discovery)))
                }
                Err(_) => FsmEvent::Failed(problem()),
            },
        ))
    }

    fn query(&mut self, identity: &JobIdentity) -> Result<Presence, ()> {
        let answer = self
            .world
            .answer(|jobs, then| World::query(jobs, &identity.id, then));
        let presence = self.scheduler.presence(&identity.id, &answer.ok_or(())?);
        Ok(presence.of(identity))
    }

    /// Taken or refused, with or without an answer.
    fn submit(&mut self) -> Came {
        let (at, folder) = (self.world.now, self.world.folders.len());
        let refused = || Ok(Some(FsmEvent::Failed(problem())));
        let kind = self.world.draw(8);
        if kind == 1 {
            return Err(());
        }
        let mut made = Folder {
            at,
            removed: kind == 2,
            ..Folder::default()
        };
        self.world.now += i64::from(self.world.draw(100));
        if kind != 2 && kind != 3 {
            let number = self.world.add(folder);
            let cluster = self.world.cluster;
            let suffix = if cluster.is_empty() {
                String::new()
            } else {
                format!(";{cluster}")
            };
            // The command was killed before it could print anything.
            made.printed = if kind == 4 {
                String::new()
            } else {
                format!("{number}{suffix}")
            };
        }
        let id = made.printed.clone();
        self.world.folders.push(made);
        match kind {
            2..=4 => refused(),
            5 => Err(()),
            _ => Ok(Some(FsmEvent::Job(JobEvent::Submitted {
                folder: World::path(folder),
                identity: JobIdentity {
                    id,
                    name: NAME.into(),
                    submitted: Some(self.world.now - 120),
                },
            }))),
        }
    }

    fn peek(&mut self, folder: &str) -> Came {
        if self.world.fault() == Fault::Lost {
            return Err(());
        }
        let at = World::of_path(folder).unwrap();
        if self.world.folders[at].exit {
            return Ok(Some(FsmEvent::Failed(problem())));
        }
        let runs = self
            .world
            .live()
            .iter()
            .any(|job| job.folder == Some(at) && job.state == "RUNNING");
        Ok(Some(match (runs, self.world.draw(3)) {
            (true, 1) => FsmEvent::Script(ScriptEvent::Launched(running())),
            (true, _) => FsmEvent::Job(JobEvent::FilesRead(Some("login".into()))),
            _ => FsmEvent::Job(JobEvent::FilesRead(None)),
        }))
    }

    /// As the driver does it.
    fn end(&mut self, end: &JobEnd) -> Came {
        let mut is_gone = end.asked && self.query(&end.identity)? == Presence::Ended;
        if !is_gone {
            let answer = self.cancel(&end.identity)?;
            for _ in 0..3 {
                is_gone = was_taken(self.scheduler, &answer)
                    && has_gone(&self.query(&end.identity)?) == Some(true);
                if is_gone {
                    break;
                }
            }
        }
        if let (true, Some(folder)) = (is_gone, &end.folder) {
            self.world.close(folder);
        }
        let how = if is_gone { "job" } else { "no" };
        Ok(Some(FsmEvent::Script(ScriptEvent::Gone(how.into()))))
    }

    /// The command may be lost on its way there, or its answer on the way back.
    fn cancel(&mut self, identity: &JobIdentity) -> Result<CommandOutput, ()> {
        let kind = self.world.draw(6);
        if kind == 1 {
            return Err(());
        }
        let (number, cluster) = identity.id.split_once(';').unwrap_or((&identity.id, ""));
        let is_it =
            |job: &super::world::Job| job.number.to_string() == number && job.cluster == cluster;
        let mut answer = CommandOutput {
            clock: self.world.clock(),
            ..CommandOutput::default()
        };
        match self
            .world
            .jobs
            .iter()
            .find(|job| is_it(job) && job.is_live())
        {
            _ if kind == 2 => {
                answer.status = 1;
                answer.err = "scancel: error: Unable to contact slurm controller".into();
            }
            None => {
                answer.status = 1;
                answer.err =
                    "scancel: error: Kill job error on job id 1: Invalid job id specified".into();
            }
            Some(job) => {
                assert!(job.folder.is_some(), "somebody else's: {job:?}");
                let now = self.world.now;
                self.world.change(is_it, |job| job.ended = Some(now));
            }
        }
        if kind == 3 { Err(()) } else { Ok(answer) }
    }
}

fn lost() -> FsmEvent {
    FsmEvent::Lost {
        problem: problem(),
        stood: Duration::ZERO,
    }
}
