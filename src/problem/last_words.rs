//! Last words of Jupyter's, and of the programs around it, that have one remedy.

use crate::i18n::fl;

/// Number of last lines that count: above them are warnings that ended nothing.
const LINES: usize = 6;

/// Returns the remedy for what a log ends with, if that has a single one.
pub(crate) fn remedy(status: Option<i32>, log: &str) -> Option<String> {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("\n");
    let has = |words: &str| last.contains(words);
    let any = |all: &[&str]| all.iter().any(|words| last.contains(words));
    Some(if log.contains("--allow-root") {
        fl!("explain-died-root-remedy")
    } else if any(&FULL) {
        fl!("explain-died-full-remedy")
    } else if has("Permissions assignment failed for secure file") {
        fl!("explain-died-open-remedy")
    } else if any(&TAKEN) {
        fl!("explain-died-port-remedy")
    } else if any(&THREADS) {
        fl!("explain-died-threads-remedy")
    } else if any(&MEMORY) || status == Some(137) {
        fl!("explain-died-memory-remedy")
    } else if any(&LIBRARY) && any(&["not found", "No such file"]) {
        fl!("explain-died-library-remedy")
    } else if any(&CONDA) {
        fl!("explain-died-conda-remedy")
    } else if any(&MODULE) {
        fl!("explain-died-module-remedy")
    } else if any(&INTERPRETER) {
        fl!("explain-died-interpreter-remedy")
    } else if any(&DATABASE) {
        fl!("explain-died-database-remedy")
    } else if any(&OPTION) {
        fl!("explain-died-option-remedy")
    } else if has("Cannot assign requested address") {
        fl!("explain-died-address-remedy")
    } else if any(&LOCALE) {
        fl!("explain-died-locale-remedy")
    } else if has("Too many open files") {
        fl!("explain-died-files-remedy")
    } else if let Some(path) = denied(&last) {
        fl!("explain-died-denied-remedy", path = path)
    } else if any(&PACKAGES) {
        fl!("explain-died-packages-remedy")
    } else if has("SyntaxError") {
        fl!("explain-died-python-remedy")
    } else {
        return None;
    })
}

const FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];
const TAKEN: [&str; 3] = [
    "Address already in use",
    "is already in use",
    "could be found in the range",
];
/// A login node allows few processes, and numerical libraries begin a thread for each core.
const THREADS: [&str; 4] = [
    "can't start new thread",
    "pthread_create failed",
    "fork: Resource temporarily unavailable",
    "fork: retry: Resource temporarily unavailable",
];
const MEMORY: [&str; 3] = ["MemoryError", "Cannot allocate memory", "out of memory"];
const LIBRARY: [&str; 5] = [
    "`GLIBC",
    "`CXXABI",
    "libstdc++.so",
    "libffi.so",
    "error while loading shared libraries",
];
const CONDA: [&str; 3] = [
    "conda init",
    "properly configured to use 'conda activate'",
    "conda: command not found",
];
const MODULE: [&str; 2] = ["module: command not found", "module: not found"];
/// The last is dash's: the start file has found the program before.
pub(super) const INTERPRETER: [&str; 3] = [
    "bad interpreter",
    "required file not found",
    "exec: jupyter",
];
const DATABASE: [&str; 4] = [
    "database is locked",
    "disk I/O error",
    "locking protocol",
    "unable to open database file",
];
const OPTION: [&str; 5] = [
    "Unrecognized alias",
    "Unrecognized flag",
    "unrecognized arguments",
    "Bad config encountered",
    "TraitError",
];
const LOCALE: [&str; 3] = [
    "unsupported locale setting",
    "codec can't encode character",
    "with ASCII as encoding",
];
const PACKAGES: [&str; 3] = ["ModuleNotFoundError", "ImportError", "has no attribute"];

/// Returns the path in Python's words for one that may not be used.
fn denied(last: &str) -> Option<String> {
    let (_, rest) = last.rsplit_once("Permission denied: '")?;
    Some(rest.split('\'').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Last lines as they stand in reports, and a word of the remedy.
    #[test]
    fn what_has_one_remedy_is_told_with_it() {
        for (log, word) in [
            (
                "[C ServerApp] Running as root is not recommended. Use --allow-root to bypass.",
                "args",
            ),
            (
                "OSError: [Errno 122] Disk quota exceeded: '/home/me/.local'",
                "df -h",
            ),
            (
                "[C ServerApp] ERROR: the Jupyter server could not be started because port 8888 is not available.\nOSError: [Errno 98] Address already in use",
                "remote_port",
            ),
            (
                "OpenBLAS blas_thread_init: pthread_create failed for thread 3 of 64: Resource temporarily unavailable",
                "OPENBLAS_NUM_THREADS",
            ),
            (
                "RuntimeError: can't start new thread",
                "OPENBLAS_NUM_THREADS",
            ),
            ("OSError: [Errno 12] Cannot allocate memory", "memory"),
            (
                "ImportError: /usr/lib64/libstdc++.so.6: version `GLIBCXX_3.4.21' not found (required by /opt/libzmq.so.5)",
                "older",
            ),
            (
                "python: error while loading shared libraries: libpython3.9.so.1.0: cannot open shared object file: No such file or directory",
                "module load",
            ),
            (
                "CondaError: Run 'conda init' before 'conda activate'",
                "conda.sh",
            ),
            (
                "CommandNotFoundError: Your shell has not been properly configured to use 'conda activate'.\nTo initialize your shell, run\n    $ conda init <SHELL_NAME>",
                "conda.sh",
            ),
            ("bash: line 1: module: command not found", "modules.sh"),
            (
                "/bin/sh: /home/me/bin/jupyter-lab: /old/bin/python: bad interpreter: No such file or directory",
                "again",
            ),
            (
                "sqlite3.OperationalError: database is locked",
                "JUPYTER_DATA_DIR",
            ),
            (
                "[C LabApp] Bad config encountered during initialization: The 'port' trait of a ServerApp",
                "args",
            ),
            (
                "OSError: [Errno 99] Cannot assign requested address",
                "address",
            ),
            ("locale.Error: unsupported locale setting", "LC_ALL"),
            ("OSError: [Errno 24] Too many open files", "ulimit"),
            (
                "PermissionError: [Errno 13] Permission denied: '/run/user/1000/jupyter'",
                "/run/user/1000/jupyter",
            ),
            (
                "ModuleNotFoundError: No module named 'notebook_shim'",
                "pip install",
            ),
            (
                "ImportError: cannot import name 'soft_unicode' from 'markupsafe'",
                "pip install",
            ),
            (
                "    if (n := 1):\n          ^\nSyntaxError: invalid syntax",
                "Python",
            ),
        ] {
            let told = remedy(Some(1), log).unwrap_or_default();
            assert!(told.contains(word), "{log}: {told}");
        }
        assert!(remedy(Some(137), "").is_some_and(|told| told.contains("memory")));
    }

    /// An extension that does not load is warned of, and ends nothing.
    #[test]
    fn a_warning_above_is_no_last_word() {
        let later = "[I ServerApp] Serving\n".repeat(LINES);
        let log = format!("ModuleNotFoundError: No module named 'jupyter_tabnine'\n{later}");
        assert_eq!(remedy(Some(1), &log), None);
        assert_eq!(remedy(None, ""), None);
    }
}
