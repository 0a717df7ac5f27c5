//! Jobs of the ledger that a list does not show. None of them is given up for that: it is asked for by its id, where it was
//! submitted, and has ended when the scheduler says so.

use super::builder::DiscoveryBuilder;
use super::pass::{DiscoveryPass, is_of};
use super::record::JobRecord;
use super::types::{Discovery, UncertainJob, UnlistedJob};
use crate::config::Host;
use crate::i18n::fl;
use crate::scheduler::{
    CommandOutput, Job, JobIdentity, JobState, Presence, SUBMISSION, Scheduler, adapter,
};
use crate::shell_quote::quote;

/// That an id is not known proves nothing so soon after the submission began: that may have taken its two minutes, and an
/// answer may be a minute old.
const FRESH: i64 = 180;
/// A submission whose id never came may still be under way for so long.
const UNNUMBERED: i64 = 600;
/// The clocks of login host and scheduler differ by no more.
const SKEW: i64 = 300;

impl UnlistedJob {
    /// Returns the line that asks for it, in the environment that it was submitted in. A submission whose answer never
    /// came has no id.
    fn query(&self, scheduler: &dyn Scheduler, host: &Host) -> String {
        let line = match self.identity.id.as_str() {
            "" => scheduler.search(host),
            id => scheduler.query(id),
        };
        there(Some(&self.folder), &line)
    }

    fn key(&self) -> &str {
        match self.folder.as_str() {
            "" => &self.identity.id,
            folder => folder,
        }
    }
}

/// Runs a line in the environment that a job was submitted in: that may choose another cluster than today's.
#[must_use]
pub fn there(folder: Option<&str>, line: &str) -> String {
    match folder {
        None | Some("") => line.to_owned(),
        Some(folder) => {
            let place = quote(&format!("{folder}/where"));
            format!("([ ! -r {place} ] || . {place}; {line})")
        }
    }
}

/// Checks whether the scheduler has taken a command that ends a job, or has no such job.
#[must_use]
pub fn was_taken(scheduler: &dyn Scheduler, answer: &CommandOutput) -> bool {
    answer.status == 0 || scheduler.denies(&answer.out) || scheduler.denies(&answer.err)
}

/// Checks whether a job has gone for whose end the scheduler has taken the command; none where its answer is empty, which
/// is left to the list.
#[must_use]
pub fn has_gone(presence: &Presence) -> Option<bool> {
    match presence {
        Presence::Ended | Presence::Unknown => Some(true),
        Presence::Listed(job) => Some(job.state == JobState::Ending),
        Presence::Silent(words) if words.trim().is_empty() => None,
        Presence::Silent(_) => Some(false),
    }
}

/// Returns the line that asks for all of these, and heads each answer.
#[must_use]
pub fn queries(scheduler: &dyn Scheduler, host: &Host, missing: &[UnlistedJob]) -> String {
    let lines = missing.iter().map(|one| {
        let head = quote(&format!("rj_id {}", one.key()));
        format!("echo {head}; {}; echo", one.query(scheduler, host))
    });
    lines.collect::<Vec<_>>().join("; ")
}

impl DiscoveryBuilder {
    /// Has a job looked for that was found before, whatever list and ledger say.
    pub fn expect(&mut self, identity: JobIdentity, folder: Option<&str>) {
        self.expected = Some(UnlistedJob {
            folder: folder.unwrap_or_default().to_owned(),
            identity,
        });
    }

    /// Returns the jobs of this host that have to be asked for alone, since the list does not show them.
    ///
    /// # Errors
    /// The scheduler's own words when it gave no list.
    pub fn missing(&self, host: &Host) -> Result<Vec<UnlistedJob>, String> {
        let Some(scheduler) = adapter(host.launcher) else {
            return Ok(Vec::new());
        };
        let (list, records) = (self.jobs(scheduler)?, self.records()?);
        let look = DiscoveryPass {
            discovery_builder: self,
            scheduler,
            host,
            list: &list,
            records: &records,
        };
        let own = records
            .iter()
            .filter(|record| is_of(scheduler, record, host));
        let mut missing: Vec<UnlistedJob> = own
            .filter(|record| look.listed(record).is_none())
            .map(|record| {
                let folder = record.folder.clone();
                let unnumbered = || JobIdentity {
                    id: String::new(),
                    name: record.name.clone(),
                    submitted: look.submitted_at(record),
                };
                let identity = look.identity(record).unwrap_or_else(unnumbered);
                UnlistedJob { folder, identity }
            })
            .collect();
        if let Some(expected) = &self.expected
            && expected.identity.find(&list).is_none()
            && !missing.iter().any(|one| one.key() == expected.key())
        {
            missing.push(expected.clone());
        }
        Ok(missing)
    }

    /// Returns what tells the jobs of the records that have an id.
    fn numbered(&self, scheduler: &dyn Scheduler) -> Vec<JobIdentity> {
        let clock = self.list.as_ref().map(|list| list.clock);
        let records = self.records().unwrap_or_default();
        let identities = records.iter().filter_map(|record| {
            Some(JobIdentity {
                id: scheduler.parse_job_id(&record.printed())?,
                name: record.name.clone(),
                submitted: record.submitted_at(clock.unwrap_or_default()),
            })
        });
        identities.collect()
    }

    /// Takes what came of [`queries`].
    pub fn answer(
        &mut self,
        scheduler: &dyn Scheduler,
        missing: &[UnlistedJob],
        output: &CommandOutput,
    ) {
        let others = self.numbered(scheduler);
        for one in missing {
            let section = output.section(one.key());
            let presence = if one.identity.id.is_empty() {
                searched(scheduler, &one.identity, &section, &others)
            } else {
                let presence = scheduler.presence(&one.identity.id, &section);
                presence.of(&one.identity)
            };
            self.answers.insert(one.key().to_owned(), presence);
        }
    }
}

/// Reads a search for a submission without an id: a whole list in which no living job has its name
/// and time and belongs to no other record.
fn searched(
    scheduler: &dyn Scheduler,
    identity: &JobIdentity,
    list: &CommandOutput,
    others: &[JobIdentity],
) -> Presence {
    let may_be = |job: &Job| {
        is_in_time(identity.submitted, job)
            && job.name == identity.name
            && job.state != JobState::Ending
            && !others.iter().any(|other| other.is(job))
    };
    match scheduler.parse_jobs(list) {
        Ok(jobs) => match jobs.into_iter().find(may_be) {
            Some(job) => Presence::Listed(Box::new(job)),
            None => Presence::Unknown,
        },
        Err(words) => Presence::Silent(words),
    }
}

/// Returns true if a job may have been submitted by a command that began then.
fn is_in_time(began: Option<i64>, job: &Job) -> bool {
    let longest = i64::try_from(SUBMISSION.as_secs()).unwrap_or_default();
    let time = began.zip(job.submitted.or(job.started));
    time.is_some_and(|(began, time)| (began - SKEW..=began + longest + SKEW).contains(&time))
}

impl DiscoveryPass<'_> {
    /// Returns what tells a record's job from others; none where the submission's answer never came.
    pub(super) fn identity(&self, record: &JobRecord) -> Option<JobIdentity> {
        let id = self.scheduler.parse_job_id(&record.printed())?;
        Some(JobIdentity {
            id,
            name: record.name.clone(),
            submitted: self.submitted_at(record),
        })
    }

    fn submitted_at(&self, record: &JobRecord) -> Option<i64> {
        let clock = self.discovery_builder.list.as_ref().map(|list| list.clock);
        record.submitted_at(clock.unwrap_or_default())
    }

    /// Returns a record's job where the scheduler shows it.
    pub(super) fn listed(&self, record: &JobRecord) -> Option<(JobIdentity, Job)> {
        if let Some(identity) = self.identity(record) {
            let job = identity.find(self.list)?;
            return Some((identity, job));
        }
        let job = self.unnumbered(record)?;
        Some((JobIdentity::of(job), job.clone()))
    }

    /// A submission whose answer never came has a name and a time, and no other record's number.
    fn unnumbered(&self, record: &JobRecord) -> Option<&Job> {
        let began = self.submitted_at(record);
        let mut jobs = self.list.iter().filter(|job| {
            is_in_time(began, job) && !record.name.is_empty() && job.name == record.name
        });
        jobs.find(|job| !self.records.iter().any(|other| self.is_its(other, job)))
    }

    /// A record whose job is not shown: it has ended, or that is not known.
    pub(super) fn absent(&self, record: &JobRecord, discovery: &mut Discovery) {
        let now = discovery.host_info.now;
        let age = now.zip(self.submitted_at(record)).map(|(now, at)| now - at);
        let is_older = |than: i64| age.is_some_and(|age| age >= than);
        let id = self.scheduler.parse_job_id(&record.printed());
        let words = match (&id, self.discovery_builder.answers.get(&record.folder)) {
            (Some(_), Some(Presence::Ended)) => None,
            (Some(_), Some(Presence::Unknown)) if is_older(FRESH) => None,
            // A submission that ended on its own is no longer under way.
            (None, Some(Presence::Unknown)) if record.answered || is_older(UNNUMBERED) => None,
            (_, Some(Presence::Silent(words))) => Some(words.clone()),
            (Some(_), _) => Some(String::new()),
            (None, _) => Some(fl!("job-unnumbered")),
        };
        match words {
            None => discovery.ended.push(record.folder.clone()),
            Some(words) => discovery.doubts.push(UncertainJob {
                id: id.unwrap_or_default(),
                folder: record.folder.clone(),
                words,
            }),
        }
    }

    /// A job by hand that was found before, and is not shown now.
    pub(super) fn of_expected(&self, discovery: &mut Discovery) {
        let Some(expected) = &self.discovery_builder.expected else {
            return;
        };
        let id = &expected.identity.id;
        let is_known = discovery.jobs.iter().any(|ours| ours.identity.id == *id)
            || discovery.doubts.iter().any(|doubt| doubt.id == *id)
            || discovery.ended.contains(&expected.folder)
            || expected.identity.find(self.list).is_some();
        let has_ended = matches!(
            self.discovery_builder.answers.get(expected.key()),
            Some(Presence::Ended | Presence::Unknown)
        );
        if !is_known && !has_ended {
            discovery.doubts.push(UncertainJob {
                id: id.clone(),
                folder: expected.folder.clone(),
                words: String::new(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::LauncherKind;

    fn slurm() -> &'static dyn Scheduler {
        adapter(LauncherKind::Slurm).unwrap()
    }

    fn answer(status: i32, out: &str, err: &str) -> CommandOutput {
        CommandOutput {
            status,
            out: out.into(),
            err: err.into(),
            ..CommandOutput::default()
        }
    }

    #[test]
    fn a_job_is_asked_for_on_the_cluster_that_it_was_submitted_to() {
        assert_eq!(there(None, "squeue"), "squeue");
        assert_eq!(there(Some(""), "squeue"), "squeue");
        let line = there(Some("/h/a b"), "squeue");
        assert_eq!(
            line,
            "([ ! -r '/h/a b/where' ] || . '/h/a b/where'; squeue)"
        );
    }

    #[test]
    fn each_job_is_asked_for_alone_and_its_answer_has_its_name() {
        let one = |id: &str, folder: &str| UnlistedJob {
            folder: folder.into(),
            identity: JobIdentity {
                id: id.into(),
                ..JobIdentity::default()
            },
        };
        let host = Host::named("cluster");
        let line = queries(slurm(), &host, &[one("12", "/h/1"), one("13", "")]);
        let (first, second) = line.split_once("; echo; ").unwrap();
        let asked = slurm().query("12");
        assert!(
            first.starts_with("echo 'rj_id /h/1'; (") && first.contains(&asked),
            "{first}"
        );
        assert!(
            second.contains("rj_id 13") && second.contains(&slurm().query("13")),
            "{second}"
        );
        let unnumbered = queries(slurm(), &host, &[one("", "/h/1")]);
        assert!(unnumbered.contains(&slurm().search(&host)), "{unnumbered}");
    }

    #[test]
    fn a_command_that_ends_a_job_was_taken_unless_the_scheduler_says_something_else() {
        let unknown = "scancel: error: Kill job error on job id 12: Invalid job id specified";
        let down = "scancel: error: Unable to contact slurm controller";
        for (status, out, err, is_taken) in [
            (0, "", "", true),
            (1, "", unknown, true),
            (1, unknown, "", true),
            (1, "", down, false),
            (1, "", "", false),
        ] {
            let answer = answer(status, out, err);
            assert_eq!(was_taken(slurm(), &answer), is_taken, "{answer:?}");
        }
    }

    #[test]
    fn a_job_has_gone_when_the_scheduler_says_so_and_not_when_it_says_nothing() {
        let listed = |state| {
            Presence::Listed(Box::new(Job {
                state,
                ..Job::default()
            }))
        };
        for (presence, gone) in [
            (Presence::Ended, Some(true)),
            (Presence::Unknown, Some(true)),
            (listed(JobState::Ending), Some(true)),
            (listed(JobState::Running), Some(false)),
            (
                Presence::Silent("slurm_load_jobs error".into()),
                Some(false),
            ),
            (Presence::Silent(" \n".into()), None),
        ] {
            assert_eq!(has_gone(&presence), gone, "{presence:?}");
        }
    }
}
