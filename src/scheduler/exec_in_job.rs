//! A route into a job through its scheduler: the command line that runs the remote end of a relay
//! beside the server.

use super::adapter::Scheduler;
use crate::shell_quote::quote;

/// Script that runs on the node, if the server does, with the server's own Python: any other may be
/// too old, or missing. That Python's libraries may come from modules that only its job has loaded.
/// The program is passed in hexadecimal: it then has neither lines nor quotes of its own, wherever
/// it passes.
const START: &str = concat!(
    r#"[ -O "/proc/$1" ] && grep -q "jupyter\|python" "/proc/$1/cmdline" || "#,
    r#"{ echo "process $1 is no Jupyter of ours on $(uname -n)" >&2; exit 1; }; "#,
    r#"p=$(readlink "/proc/$1/exe"); case ${p##*/} in python*|pypy*) [ -x "$p" ] || p=python3;; *) p=python3;; esac; "#,
    r#"l=$(tr "\0" "\n" <"/proc/$1/environ" | sed -n "s/^LD_LIBRARY_PATH=//p"); "#,
    r#"[ -z "$l" ] || { LD_LIBRARY_PATH=$l; export LD_LIBRARY_PATH; }; shift; "#,
    r#"exec "$p" -I -S -c "import sys; exec(bytes.fromhex(sys.argv.pop(1)))" "$@""#
);

/// A server on a node, and what is to run there.
#[derive(Debug)]
pub struct RelayCommand<'a> {
    /// The job's number.
    pub job: &'a str,
    /// The node.
    pub node: &'a str,
    /// The server's process.
    pub pid: u32,
    /// The remote end's program, in Python.
    pub program: &'a str,
    /// Its arguments.
    pub arguments: &'a [String],
}

impl RelayCommand<'_> {
    /// The line for a shell on the login host; none where the scheduler has no way into a job.
    #[must_use]
    pub fn line(&self, scheduler: &dyn Scheduler) -> Option<String> {
        use std::fmt::Write;
        let mut line = scheduler.exec_in_job_command(self.job, self.node)?;
        let lines = self.program.lines().filter(|line| !is_remark(line));
        let program: String = lines
            .flat_map(|line| {
                [
                    line, "
",
                ]
            })
            .collect();
        let program = base16ct::lower::encode_string(program.as_bytes());
        let _ = write!(
            line,
            " /bin/sh -c {} relay {} {program}",
            quote(START),
            self.pid
        );
        for argument in self.arguments {
            line.push(' ');
            line.push_str(&quote(argument));
        }
        Some(line)
    }
}

/// Returns true for a comment, and for a docstring of one line: they stay here, since the program is an argument, which
/// schedulers' own programs carry from hand to hand.
fn is_remark(line: &str) -> bool {
    let line = line.trim();
    let is_docstring = line.len() >= 6 && line.starts_with("\"\"\"") && line.ends_with("\"\"\"");
    line.is_empty() || line.starts_with('#') || is_docstring
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::registry::adapter;
    use super::*;
    use crate::config::LauncherKind;
    use std::io::Read;
    use std::process::{Command, Stdio};

    fn relay<'a>(
        job: &'a str,
        pid: u32,
        program: &'a str,
        arguments: &'a [String],
    ) -> RelayCommand<'a> {
        RelayCommand {
            job,
            node: "c1",
            pid,
            program,
            arguments,
        }
    }

    #[test]
    fn the_program_runs_with_its_arguments_as_they_are() {
        let program = "import sys\n# it's \"quoted\"\nprint(sys.argv[1:], end='')\n";
        let arguments = ["a b", "it's", "$(touch /x)", "é"].map(str::to_owned);
        let mut server = Command::new("python3");
        server.args(["-c", "print('up', flush=True); input()"]);
        let server = server.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = server.spawn().unwrap();
        // The kernel has its command line a moment after its beginning.
        let out = server.stdout.as_mut().unwrap();
        out.read_exact(&mut [0; 2]).unwrap();
        let run = |pid| {
            let line = relay("7", pid, program, &arguments);
            let line = line.line(adapter(LauncherKind::Slurm).unwrap()).unwrap();
            // What comes after srun and its options is a command of its own.
            let (_, command) = line.split_once(" /bin/sh ").unwrap();
            let mut shell = Command::new("/bin/sh");
            let output = shell.args(["-c", &format!("/bin/sh {command}")]).output();
            output.map(|out| (out.stdout, out.stderr)).unwrap()
        };
        // First with the server's own interpreter, then with a process that is not a Python, for
        // which one on the PATH is used.
        for pid in [server.id(), std::process::id()] {
            let (said, error) = run(pid);
            let (said, error) = (String::from_utf8(said), String::from_utf8(error));
            let wanted = r#"['a b', "it's", '$(touch /x)', 'é']"#;
            assert_eq!(said.unwrap(), wanted, "{}", error.unwrap());
        }
        let (said, error) = run(u32::MAX);
        assert!(said.is_empty());
        assert!(
            String::from_utf8(error)
                .unwrap()
                .contains("no Jupyter of ours")
        );
        server.kill().unwrap();
        server.wait().unwrap();
    }

    #[test]
    fn what_a_program_says_to_its_readers_stays_here() {
        let arguments = ["tcp".to_owned()];
        let line = |program| {
            let line = relay("7", 1, program, &arguments);
            line.line(adapter(LauncherKind::Slurm).unwrap())
        };
        let read = "# A relay.\n\ndef run():\n    \"\"\"Runs.\"\"\"\n    # at once\n    print('#')  # so\n";
        assert_eq!(line(read), line("def run():\n    print('#')  # so\n"));
        assert_ne!(line("s = \"\"\"so\"\"\"\n"), line(""));
    }

    #[test]
    fn each_scheduler_has_its_way_or_none() {
        let start = |kind, job| {
            let line = relay(job, 1, "", &[]).line(adapter(kind)?)?;
            Some(line.split_once(" /bin/sh")?.0.to_owned())
        };
        assert_eq!(
            start(LauncherKind::Slurm, "7").as_deref(),
            Some(
                "env -u SLURM_CLUSTERS SLURM_OVERLAP=1 srun --jobid='7' --relative=0 --nodes=1 --ntasks=1 --mem=0 --gres=none \
                 --mpi=none --cpu-bind=none --chdir=/ --unbuffered --quiet"
            )
        );
        assert_eq!(
            start(LauncherKind::Sge, "7").as_deref(),
            Some("env JOB_ID='7' SGE_TASK_ID=undefined qrsh -inherit -noshell 'c1'")
        );
        assert_eq!(start(LauncherKind::Pbs, "7"), None);
        assert_eq!(start(LauncherKind::Lsf, "7"), None);
        assert_eq!(start(LauncherKind::Direct, "7"), None);
    }
}
