//! Pieces of the script that runs on the remote host, each in a shell here.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use super::{OneShotScript, RemoteError, SCRIPT};
use crate::config::LauncherKind;
use crate::launch::{BatchLaunch, LaunchMethod};
use crate::scheduler::adapter;

/// Runs lines after the whole script, in a home; gives what they print.
fn runs(home: &Path, lines: &str) -> String {
    let batch = BatchLaunch(adapter(LauncherKind::Slurm).unwrap());
    let launcher = batch.script();
    let head = "rj_nonce=n0 rj_base=$HOME/s rj_about='host=gpu'; mkdir -p \"$rj_base\"";
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("{SCRIPT}{launcher}\n{head}\n{lines}"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The same in a home of its own.
fn run(lines: &str) -> String {
    runs(tempfile::tempdir().unwrap().path(), lines)
}

#[test]
fn the_folder_of_a_job_that_was_killed_goes_as_any_other() {
    let told = run(
        "for n in 1 2 3 4 5 6 7; do mkdir -p \"$rj_base/jobs/$n/runtime\"; : >\"$rj_base/jobs/$n/about\"; : >\"$rj_base/jobs/$n/ready\"; done
         rj_close_jobs 1 2 3 4 5 6 7 >/dev/null
         cat \"$rj_base\"/jobs/*/exit; ls -d \"$rj_base\"/jobs/*/r*
         rj_prune_jobs; ls \"$rj_base/jobs\" | wc -l",
    );
    let words: Vec<&str> = told.split_whitespace().collect();
    assert_eq!(
        words,
        ["gone"; 7].into_iter().chain(["5"]).collect::<Vec<_>>()
    );
}

#[test]
fn a_launch_with_a_profile_is_that_profiles_alone() {
    let told = run(
        "mkdir -p \"$rj_base/servers/1/runtime\" \"$rj_base/servers/2/runtime\" \"$rj_base/servers/3\"
         echo h:gpu >\"$rj_base/servers/2/profile\"; echo 'h:gpu 2' >\"$rj_base/servers/3/profile\"
         for rj_profile in '' h:gpu h:cpu; do
           for one in /home/me/runtime/jpserver-1.json \"$rj_base/servers/1\" \"$rj_base/servers/1/runtime/jpserver-1.json\" \\
             \"$rj_base/servers/2\" \"$rj_base/servers/2/runtime/jpserver-1.json\" \"$rj_base/servers/3\"; do
             if rj_is_wanted \"$one\"; then printf 1; else printf 0; fi
           done; echo
         done; unset rj_profile; rj_is_wanted /x && echo other",
    );
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines, ["111000", "000110", "000000", "other"], "{told}");
}

/// The host's own submission cleans up behind the host's own jobs.
#[test]
fn a_killed_job_with_a_profile_is_told_to_that_profile() {
    let told = run(
        "for n in gpu gpu:big; do d=$rj_base/jobs/$n; mkdir -p \"$d\"; echo host=$n >\"$d/about\"; echo c1 >\"$d/started\"; echo 143 >\"$d/exit\"; done
         show() { rj_print_lost_jobs | sed 's/lost=.*jobs.//' | tr '\\n' ' '; echo; }
         show; rj_prune_jobs; show; rj_about=host=gpu:big; show; rj_prune_jobs; show",
    );
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    assert_eq!(lines, ["gpu", "", "gpu:big", ""], "{told}");
}

/// The host's own start cleans up behind the host's own launches.
#[test]
fn a_lost_launch_with_a_profile_is_told_to_that_profile() {
    let told = run(
        "rj_machine=m rj_node=n; for n in 1 2; do d=$rj_base/servers/$n; mkdir -p \"$d\"; echo m >\"$d/machine\"; echo n >\"$d/node\"
           echo 999999999 >\"$d/pid\"; echo 1 >\"$d/began\"; : >\"$d/log\"; done; echo h:gpu >\"$rj_base/servers/2/profile\"
         show() { rj_print_lost_launches | sed 's/lost=.*servers.//' | tr '\\n' ' '; echo; }
         show; rj_prune_launches; show; rj_profile=h:gpu; show; rj_prune_launches; show",
    );
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    assert_eq!(lines, ["1", "", "2", ""], "{told}");
}

#[test]
fn a_log_is_that_of_the_profile_that_is_meant() {
    let told = run(
        "rj_say() { printf '%s %s\\n' \"$1\" \"$(printf '%s' \"$2\" | sed 's/.*jobs/jobs/' | tr '\\n' ' ')\"; }
         d=$rj_base/jobs; mkdir -p \"$d/1\" \"$d/2\" \"$d/3\"
         echo host=h >\"$d/1/about\"; printf 'host=h\\nprofile=\\n' >\"$d/2/about\"; printf 'host=h:gpu\\nprofile=gpu\\n' >\"$d/3/about\"
         for n in 1 2 3; do echo words$n >\"$d/$n/log\"; done; touch -d 2026-11-01 \"$d/1\"; touch -d 2026-11-02 \"$d/2\"
         rj_about='host=h
profile='; rj_say_job_log ''
         rj_about='host=h:gpu
profile=gpu'; rj_say_job_log ''
         rj_about='host=h:cpu
profile=cpu'; rj_say_job_log ''",
    );
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(
        lines[0].contains("words2") && !lines[0].contains("words3"),
        "{told}"
    );
    assert!(lines[1].contains("words3"), "{told}");
    assert_eq!(lines[2], "log", "{told}");
}

/// A server that moves to another address takes its ready file away between the look for it and its reading.
#[test]
fn a_ready_file_that_goes_while_it_is_read_is_none() {
    let told = run(
        "d=$rj_base/jobs/1; mkdir -p \"$d\"; echo c1 >\"$d/started\"; echo pid=1 >\"$d/ready\"
         cat() { case $1 in */ready) rm -f \"$1\" ;; esac; command cat \"$@\"; }
         rj_say_look \"$d\"",
    );
    assert!(told.contains("looked") && !told.contains("ready"), "{told}");
}

#[test]
fn a_job_of_this_host_that_nobody_here_ended_is_told_once() {
    let told = run(
        "for n in cancelled done ours others never; do d=$rj_base/jobs/$n; mkdir -p \"$d\"; echo host=gpu >\"$d/about\"; echo c1 >\"$d/started\"; echo 143 >\"$d/exit\"; done
         echo 0 >\"$rj_base/jobs/done/exit\"; : >\"$rj_base/jobs/ours/told\"; echo host=cpu >\"$rj_base/jobs/others/about\"; rm \"$rj_base/jobs/never/started\"
         rj_print_lost_jobs; rj_prune_jobs; rj_print_lost_jobs",
    );
    let mut lines = told.lines();
    let only = lines.next().unwrap();
    assert!(
        only.starts_with("lost=job c1 ") && only.ends_with("/s/jobs/cancelled"),
        "{told}"
    );
    assert_eq!(lines.next(), None);
}

/// Another click makes a lock in the place of the stale one, between the look and the removal.
#[test]
fn a_lock_that_is_new_is_not_taken_for_the_stale_one() {
    let told = run(
        "mkdir \"$rj_base/lock\"; echo 'old 1' >\"$rj_base/lock/owner\"; looks=0
         rj_is_stale() {
           rj_held=$(cat \"$rj_base/lock/owner\"); looks=$((looks + 1))
           [ $looks != 1 ] || echo 'new 2' >\"$rj_base/lock/owner\"
         }
         rj_break_stale_lock; cat \"$rj_base/lock/owner\"; ls \"$rj_base\" \"$rj_base/lock\" | tr '\\n' ' '",
    );
    assert!(told.starts_with("new 2\n"), "{told}");
    assert!(!told.contains("stale"), "{told}");
}

/// It could hold programs of that account in the place of ours.
#[test]
fn a_folder_or_link_that_another_account_planted_is_refused() {
    // Only root may give a file away.
    if !rustix::process::getuid().is_root() {
        return;
    }
    let plain = "mkdir -p \"$rj_base\"";
    for (prepare, is_used) in [
        ("true", true),
        (plain, true),
        ("mkdir mine; ln -s mine \"$rj_base\"", true),
        (&*format!("{plain}; chown 65534 \"$rj_base\""), false),
        (
            &*format!("{plain}/servers; chown 65534 \"$rj_base/servers\""),
            false,
        ),
        (
            "mkdir mine; ln -s mine \"$rj_base\"; chown -h 65534 \"$rj_base\"",
            false,
        ),
        (
            "mkdir theirs; chown 65534 theirs; ln -s theirs \"$rj_base\"",
            false,
        ),
        (
            &*format!(
                "{plain}; mkdir mine; ln -s ../mine \"$rj_base/servers\"; chown -h 65534 \"$rj_base/servers\""
            ),
            false,
        ),
    ] {
        let told = run(&format!(
            "cd \"$HOME\"; rmdir \"$rj_base\"; {prepare}; rj_make_base; echo \"status $?\"; ls -ld \"$rj_base/.\""
        ));
        assert_eq!(told.contains("status 0"), is_used, "{prepare}: {told}");
        assert_eq!(
            told.contains("belongs to another account"),
            !is_used,
            "{prepare}: {told}"
        );
    }
    let told = run("chmod 777 \"$rj_base\"; rj_make_base; ls -ld \"$rj_base\"");
    assert!(told.starts_with("drwxr-xr-x"), "{told}");
}

/// As BSD's does: its last line ends whatever came.
#[test]
fn a_text_is_quoted_by_any_sed() {
    let told = run("sed() { printf '%s\\n' \"$(command sed \"$@\")\"; }
         eval \"x=$(rj_quote \"it's /home\")\"; printf '<%s>' \"$x\"");
    assert_eq!(told, "<it's /home>");
}

#[test]
fn servers_are_looked_for_in_the_c_locale_by_all_commands() {
    let told = run(
        "rj_say_found() { echo \"in $LC_ALL\"; }; rj_do_job_command far; rj_do_job_command 'find true'",
    );
    assert_eq!(told.matches("in C\n").count(), 2, "{told}");
}

#[test]
fn a_runtime_file_is_told_once_whatever_names_its_folder_has() {
    let told = run(
        "XDG_DATA_HOME=$HOME/.local/share XDG_RUNTIME_DIR=$HOME/run QUOTING_STYLE=shell-always; export QUOTING_STYLE
         mkdir -p \"$XDG_DATA_HOME/jupyter/runtime\" \"$XDG_RUNTIME_DIR/jupyter\"
         : >\"$XDG_DATA_HOME/jupyter/runtime/jpserver-1.json\"; : >\"$XDG_RUNTIME_DIR/jupyter/nbserver-2.json\"
         rj_print_runtime_files \"$XDG_DATA_HOME/jupyter/runtime\"",
    );
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(!told.contains('\''), "{told}");
}

/// All of a log may be long, and kernels write into it what they like.
#[test]
fn a_server_was_idle_by_its_last_words() {
    let told = run(
        "rj_idle=x; words='[I ServerApp] No kernels for 60 seconds; shutting down'
         for n in early late; do mkdir -p \"$rj_base/servers/$n\"; done
         { echo \"$words\"; awk 'BEGIN { for (n = 0; n < 900; n++) print \"a line of a kernel\" }'; } >\"$rj_base/servers/early/log\"
         { cat \"$rj_base/servers/early/log\"; echo \"$words\"; } >\"$rj_base/servers/late/log\"
         rj_print_idle_ends",
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.trim_end().ends_with("/late"), "{told}");
}

/// A process that has a server's number now, and is a Python too.
#[test]
fn a_process_is_known_by_its_start_before_it_is_ended() {
    let told = run(
        "echo 'sleep 5' >\"$HOME/python.sh\"; sh \"$HOME/python.sh\" >/dev/null 2>&1 & pid=$!
         rj_is_running $pid; is() { rj_is_server $pid \"$1\" && printf 'yes ' || printf 'no '; }
         is \"$rj_began\"; is 1; is -; kill $pid",
    );
    assert_eq!(told, "yes no yes ");
}

/// The number of a server that has gone belongs to another Python of the account.
#[cfg(target_os = "linux")]
#[test]
fn a_process_with_a_servers_number_is_not_ended_in_its_place() {
    let told = run(
        "echo 'sleep 9' >\"$HOME/python.sh\"; sh \"$HOME/python.sh\" >/dev/null 2>&1 & pid=$!
         rj_is_running $pid; began=$rj_began
         rj_say() { [ $1 = wait ] || echo \"$1 $2\"; }; rj_sleep() { sleep 0.02; }
         rj_end_server 99 \"$pid 1 $HOME/none\"; kill -0 $pid && echo lives
         rj_end_server 99 \"$pid $began $HOME/none\"; wait $pid 2>/dev/null; echo $?",
    );
    assert_eq!(told, "gone itself\nlives\ngone TERM\n143\n");
}

/// The kernel writes addresses as its processor has them.
#[cfg(target_os = "linux")]
#[test]
fn listeners_say_in_which_order_their_bytes_are() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // `printf '\1\0' | od -An -tu2` there.
    for (order, number) in [("hex", "     1"), ("big", "   256")] {
        let told = run(&format!(
            "od() {{ echo '{number}'; }}; rj_main '' </dev/null >/dev/null; rj_print_listeners {port}"
        ));
        let begins = format!("{order}:0100007F:{port:04X},");
        assert!(told.starts_with(&begins), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_became_of_a_launch_is_read_from_its_folder() {
    let told = run(
        "rj_node=login1 rj_machine='boot1 7' rj_computer=me
         d=$rj_base/servers/1; mkdir -p \"$d\"; echo 999999 >\"$d/pid\"; echo 1 >\"$d/began\"; : >\"$d/log\"
         tell() { rj_fate_of \"$d\"; printf '%s ' \"${rj_fate:--}\"; }
         echo login1 >\"$d/node\"; tell
         echo 'boot1 7' >\"$d/machine\"; tell
         echo 'boot0 7' >\"$d/machine\"; echo me >\"$d/computer\"; touch -d '2020-01-01' \"$d/pid\"; tell
         touch \"$d/pid\"; tell
         echo other >\"$d/computer\"; touch -d '2020-01-01' \"$d/pid\"; tell
         touch -d '-9 days' \"$d/log\"; tell
         echo 137 >\"$d/exit\"; tell
         echo 0 >\"$d/exit\"; tell",
    );
    let want = "- outside restart elsewhere elsewhere - killed - ";
    assert_eq!(told, want);
}

#[test]
fn a_state_folder_that_is_relative_is_none() {
    for (state, folder) in [
        ("rel/state", ".local/state"),
        ("$HOME/x", "x"),
        ("", ".local/state"),
    ] {
        let told = run(&format!(
            "cd /; XDG_STATE_HOME={state}; rj_main done >/dev/null; [ -d \"$HOME/{folder}/remote-jupyter\" ] && echo yes"
        ));
        assert_eq!(told, "yes\n", "{state}");
    }
}

/// With the lock held it would keep all other clicks waiting, long after the one that asked has gone.
#[test]
fn a_scheduler_that_hangs_is_given_up_whatever_it_is_asked() {
    let begun = std::time::Instant::now();
    let told = run(
        "rj_call_seconds=1 rj_submission_seconds=1 rj_workdir=$HOME rj_umask=022; mkdir -p \"$rj_base/jobs/1\"
         rj_say() { echo \"$1 $2\"; }; rj_make_job() { mkdir -p \"$rj_dir\"; }
         rj_submit_job 'node sleep 60'; rj_run_command 'sleep 60'
         rj_keep_output \"$rj_base/jobs/1\" 'sleep 60'; rj_say_job_log 'sleep 60'
         ls \"$rj_base/jobs\" | wc -l",
    );
    assert!(begun.elapsed().as_secs() < 50, "{told}");
    assert_eq!(told.matches("\nran 124 ").count(), 2, "{told}");
    assert!(
        told.contains("\nlooked ") || told.contains("\nlog "),
        "{told}"
    );
    assert!(
        told.trim_end().ends_with('2'),
        "a job may have been taken: its folder stays\n{told}"
    );
}

/// It may hold a token.
#[test]
fn an_answer_that_was_cut_short_is_not_shown() {
    let aside = OneShotScript { nonce: "n0".into() };
    let lines = ["Welcome", "n0 server 746f6b656", "n0 hello 61"].map(str::to_owned);
    match aside.answers(&lines) {
        Err(RemoteError::NoScript { output }) => assert_eq!(output, "Welcome"),
        other => panic!("{other:?}"),
    }
}
