//! Programs that run on the remote host as files of their own: the keepers, the start of the server, and Jupyter's
//! configuration. Each stands in a file here, and becomes a function of the script that prints it.

/// Makes a shell function that prints a program as it is. The program's lines stand between two of a marker, which no
/// line of it may be: nothing in them is expanded or quoted.
macro_rules! printer {
    ($name:literal, $marker:literal, $program:expr) => {
        concat!(
            $name,
            "() {\n  cat <<'",
            $marker,
            "'\n",
            $program,
            $marker,
            "\n}\n"
        )
    };
}

/// The functions that all keepers begin with: the login shell, and Jupyter's configuration.
macro_rules! login_shell {
    () => {
        concat!(
            printer!(
                "rj_print_jupyter_config",
                "RJ_PYTHON",
                include_str!("programs/jupyter_config.py")
            ),
            include_str!("programs/login_shell.sh")
        )
    };
}

/// Functions that print the programs of a launch on the remote host itself.
macro_rules! direct_programs {
    () => {
        concat!(
            printer!("rj_print_login_shell", "RJ_END", login_shell!()),
            printer!(
                "rj_print_direct_keeper",
                "RJ_END",
                include_str!("programs/direct_keeper.sh")
            ),
            printer!(
                "rj_print_server",
                "RJ_END",
                include_str!("programs/server.sh")
            ),
            printer!(
                "rj_print_idle_config",
                "RJ_END",
                include_str!("programs/idle_config.py")
            ),
            printer!(
                "rj_print_rehearsal",
                "RJ_END",
                include_str!("programs/rehearsal.sh")
            ),
            printer!(
                "rj_print_find_program",
                "RJ_END",
                include_str!("programs/find_program.sh")
            ),
        )
    };
}

/// The script's part for a launch on the remote host itself.
pub(super) const DIRECT: &str = concat!(include_str!("direct.sh"), direct_programs!());

/// The script's part for a job.
pub(super) const JOB: &str = concat!(
    include_str!("direct.sh"),
    include_str!("job.sh"),
    direct_programs!(),
    printer!(
        "rj_print_job_keeper",
        "RJ_END",
        include_str!("programs/job_keeper.sh")
    ),
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::Command;

    use super::JOB;

    /// Returns what a function of the script prints in a shell of this kind.
    fn printed(shell: &str, function: &str) -> Option<String> {
        let mut command = Command::new(shell);
        let output = command.args(["-c", &format!("{JOB}{function}")]).output();
        // A missing shell is not a failure; `make test` installs them on Debian.
        Some(String::from_utf8(output.ok()?.stdout).unwrap())
    }

    #[test]
    fn a_program_reaches_the_remote_host_byte_for_byte() {
        let config = include_str!("programs/jupyter_config.py");
        let login_shell = format!(
            "rj_print_jupyter_config() {{\n  cat <<'RJ_PYTHON'\n{config}RJ_PYTHON\n}}\n{}",
            include_str!("programs/login_shell.sh")
        );
        let programs = [
            ("login_shell", login_shell.as_str()),
            ("direct_keeper", include_str!("programs/direct_keeper.sh")),
            ("server", include_str!("programs/server.sh")),
            ("idle_config", include_str!("programs/idle_config.py")),
            ("rehearsal", include_str!("programs/rehearsal.sh")),
            ("find_program", include_str!("programs/find_program.sh")),
            ("job_keeper", include_str!("programs/job_keeper.sh")),
        ];
        for shell in ["sh", "dash", "bash", "ksh93", "mksh", "zsh"] {
            for (name, text) in programs {
                let Some(printed) = printed(shell, &format!("rj_print_{name}")) else {
                    continue;
                };
                assert_eq!(printed, text, "{shell}: {name}");
            }
            let inner = "eval \"$(rj_print_login_shell)\"; rj_print_jupyter_config";
            if let Some(printed) = printed(shell, inner) {
                assert_eq!(printed, config, "{shell}");
            }
        }
    }

    #[test]
    fn no_program_holds_the_marker_that_ends_it() {
        for (marker, count) in [("RJ_END", 7), ("RJ_PYTHON", 1)] {
            let ends = JOB.lines().filter(|line| *line == marker).count();
            assert_eq!(ends, count, "{marker}");
        }
    }
}
