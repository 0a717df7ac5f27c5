#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use super::*;

/// Every key there is.
const FULL: &str = r#"
default_host = "gpu01"
browser = "Google Chrome"        # default: the system's
open_at_start = ["gpu01"]        # connect when the app starts
language = "ja"                  # default: the system's
check_updates = false            # default: true

[[host]]
name = "gpu01"                   # the menu's label; alone it is a whole host
ssh = "gpu01"                    # alias, user@host or ssh://user@host:port; default: name
launcher = "direct"              # direct | sge | slurm | pbs | lsf | attach (never launch)
app = "lab"                      # lab | notebook | nbclassic
command = "jupyter lab"          # instead of app: an own command line, run by the login shell
workdir = "~/project"
setup = ["module load python", "conda activate ml"]
env = { OMP_NUM_THREADS = "4" }
base_url = "/gpu/"               # default: the name
local_port = 8890                # default: a free one, remembered per host
remote_port = 8888               # default: any
bind = "auto"                    # auto | socket | loopback | node
queue = "all.q"                  # portable resources, translated for each scheduler:
cores = 4
memory = "8G"
gpus = 1
walltime = "8:00:00"
parallel_environment = "smp"     # SGE
options = ["-l", "hostname=gpu01"]   # passed on as they are
job_script = "run_jupyter.sh"    # the person's own script on the far side, instead of a generated one
poll_seconds = 15                # least time between two scheduler calls
on_quit = "stop"                 # keep | stop
idle_stop = "2h"
remember = false                 # passphrase in the system's keychain

[[host.forward]]                 # further forwards, up with the tunnel
name = "TensorBoard"
remote = "127.0.0.1:6006"
local_port = 16006

[[host.forward]]
name = "Dask"
remote = "[::1]:8787"

[host.profile.small]             # named sets of keys for one start
cores = 1

[host.profile.gpu]
app = "notebook"
workdir = "~/gpu"
setup = ["module load cuda"]
env = {}
local_port = 8891
remote_port = 8889
queue = "gpu.q"
cores = 8
memory = "32G"
gpus = 2
walltime = "4:00:00"
parallel_environment = "mpi"
options = []
job_script = "run_gpu.sh"
"#;

fn parse(text: &str) -> Config {
    Config::parse(Path::new("config.toml"), text).unwrap()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn the_full_example() {
    let config = parse(FULL);
    assert_eq!(config.path, Path::new("config.toml"));
    assert_eq!(config.default_host.as_deref(), Some("gpu01"));
    assert_eq!(config.browser.as_deref(), Some("Google Chrome"));
    assert_eq!(config.open_at_start, ["gpu01"]);
    assert!(!config.checks_updates() && parse("").checks_updates());
    assert_eq!(config.language.as_deref(), Some("ja"));
    let tensorboard = Forward {
        name: "TensorBoard".into(),
        remote_host: "127.0.0.1".into(),
        remote_port: 6006,
        local_port: Some(16006),
    };
    let dask = Forward {
        name: "Dask".into(),
        remote_host: "::1".into(),
        remote_port: 8787,
        local_port: None,
    };
    let expected = Host {
        ssh: Some("gpu01".into()),
        app: Some(App::Lab),
        command: Some("jupyter lab".into()),
        workdir: Some("~/project".into()),
        setup: texts(&["module load python", "conda activate ml"]),
        env: [("OMP_NUM_THREADS".into(), "4".into())].into(),
        base_url: Some("/gpu/".into()),
        local_port: Some(8890),
        remote_port: Some(8888),
        queue: Some("all.q".into()),
        cores: Some(4),
        memory: Some("8G".into()),
        gpus: Some(1),
        walltime: Some("8:00:00".into()),
        parallel_environment: Some("smp".into()),
        options: texts(&["-l", "hostname=gpu01"]),
        job_script: Some("run_jupyter.sh".into()),
        on_quit: OnQuit::Stop,
        idle_stop: Some(Duration::from_secs(7200)),
        forwards: vec![tensorboard, dask],
        profiles: config.hosts[0].profiles.clone(),
        ..Host::named("gpu01")
    };
    assert_eq!(config.hosts, [expected]);
}

#[test]
fn the_full_example_of_a_profile() {
    let config = parse(FULL);
    let own = &config.hosts[0];
    let names = own.profiles.iter().map(|profile| profile.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["small", "gpu"]);
    let mut forwards = own.forwards.clone();
    forwards[0].local_port = None;
    let expected = Host {
        name: "gpu01:gpu".into(),
        profile: Some("gpu".into()),
        unheeded: Some("queue"),
        profiles: vec![],
        app: Some(App::Notebook),
        workdir: Some("~/gpu".into()),
        setup: texts(&["module load cuda"]),
        env: [].into(),
        local_port: Some(8891),
        remote_port: Some(8889),
        queue: Some("gpu.q".into()),
        cores: Some(8),
        memory: Some("32G".into()),
        gpus: Some(2),
        walltime: Some("4:00:00".into()),
        parallel_environment: Some("mpi".into()),
        options: vec![],
        job_script: Some("run_gpu.sh".into()),
        forwards,
        ..own.clone()
    };
    assert_eq!(config.host("gpu01:gpu"), Some(&expected));
}

#[test]
fn a_name_alone_is_a_whole_host() {
    let config = parse("[[host]]\nname = \"gpu01\"\n");
    assert_eq!(config.hosts, [Host::named("gpu01")]);
    let host = config.host("gpu01").unwrap();
    assert_eq!(host.ssh_destination(), "gpu01");
    assert_eq!(host.poll_seconds, 15);
    assert_eq!(host.launcher, LauncherKind::Direct);
    assert_eq!(config.host("gpu02"), None);
}

#[test]
fn ssh_goes_before_the_name() {
    let config = parse("[[host]]\nname = \"GPU box\"\nssh = \"me@gpu01\"\n");
    assert_eq!(config.hosts[0].ssh_destination(), "me@gpu01");
}

#[test]
fn every_word_is_read_as_itself() {
    fn host(key: &str, word: &str) -> Host {
        let text = format!("[[host]]\nname = \"a\"\n{key} = \"{word}\"\n");
        parse(&text).hosts.remove(0)
    }
    for word in LauncherKind::WORDS {
        assert_eq!(host("launcher", word).launcher.to_string(), *word);
    }
    for word in App::WORDS {
        assert_eq!(host("app", word).app.unwrap().as_str(), *word);
    }
    for word in Bind::WORDS {
        assert_eq!(host("bind", word).bind.as_str(), *word);
    }
    for word in OnQuit::WORDS {
        assert_eq!(host("on_quit", word).on_quit.as_str(), *word);
    }
}

#[test]
fn every_example_of_the_key_table_is_in_order() {
    for level in keys::LEVELS {
        for key in level.keys {
            let example = key.example;
            let text = match level.title {
                _ if example.starts_with('[') => continue,
                "" => format!("{example}\n[[host]]\nname = \"gpu01\"\n"),
                title if key.name == "name" && title == "[[host]]" => {
                    format!("{title}\n{example}\n")
                }
                "[[host]]" => format!("[[host]]\nname = \"gpu01\"\n{example}\n"),
                title => {
                    let rest = ["name = \"a\"", "remote = \"1\""].into_iter();
                    let needed = |line: &&str| {
                        let mut required = level.required.iter();
                        !line.starts_with(key.name) && required.any(|name| line.starts_with(name))
                    };
                    let rest: Vec<_> = rest.filter(needed).collect();
                    format!(
                        "[[host]]\nname = \"a\"\n{title}\n{}\n{example}\n",
                        rest.join("\n")
                    )
                }
            };
            parse(&text);
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none/config.toml");
    let config = Config::load(&path).unwrap();
    assert_eq!(
        config,
        Config {
            path,
            ..Config::default()
        }
    );
}

#[test]
fn a_folder_in_the_files_place() {
    let folder = tempfile::tempdir().unwrap();
    let errors = Config::load(folder.path()).unwrap_err().0;
    assert_eq!((errors.len(), errors[0].line, errors[0].column), (1, 0, 0));
    assert!(errors[0].message.starts_with("the file can't be read: "));
    let shown = errors[0].to_string();
    let place = format!("{}: the file", folder.path().display());
    assert!(
        shown.starts_with(&place) && shown.lines().count() == 2,
        "{shown}"
    );
    assert!(
        shown.ends_with("\n  remedy: check that this is a file and that you can read it"),
        "{shown}"
    );
}

#[test]
fn a_file_that_others_can_change_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "[[host]]\nname = \"a\"\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o646)).unwrap();
    let errors = Config::load(&path).unwrap_err().0;
    assert_eq!((errors.len(), errors[0].line), (1, 0));
    assert!(
        errors[0]
            .message
            .starts_with("other accounts can change this file")
    );
    let command = errors[0].remedy.strip_prefix("run: ").unwrap();
    let ran = std::process::Command::new("/bin/sh")
        .arg("-c")
        .arg(command)
        .status();
    assert!(ran.unwrap().success());
    assert_eq!(Config::load(&path).unwrap().hosts.len(), 1);
}

#[test]
fn a_file_that_is_not_utf8() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, b"# ok\nbrowser = \"\xe9\xe9\"\n").unwrap();
    let errors = Config::load(&path).unwrap_err().0;
    assert_eq!((errors.len(), errors[0].line, errors[0].column), (1, 2, 12));
    assert_eq!(errors[0].message, "this is not UTF-8 text");
    assert_eq!(errors[0].remedy, "save the file as UTF-8");
    let shown = errors[0].to_string();
    assert_eq!(shown.lines().nth(2), Some("               ^"), "{shown}");
}

#[test]
fn the_default_file() {
    assert!(Config::default_path().is_absolute());
    assert!(Config::default_path().ends_with("remote-jupyter/config.toml"));
}

#[test]
fn errors_as_a_user_reads_them() {
    let text = "browser = 1\n[[host]]\nname = \"gpu01\"\n  lokal_port = 8890 # mine\n";
    let errors = Config::parse(Path::new("config.toml"), text).unwrap_err();
    let expected = r#"config.toml:1:11: browser takes a string, not a whole number
    browser = 1
              ^
  remedy: write it as in: browser = "Google Chrome"
config.toml:4:3: unknown key "lokal_port"
    lokal_port = 8890 # mine
    ^^^^^^^^^^
  remedy: did you mean "local_port"?"#;
    assert_eq!(errors.to_string(), expected);
}

/// A Japanese letter takes two columns of a terminal.
#[test]
fn the_marks_stand_below_what_they_mean_in_any_script() {
    let text = "host = [{ name = \"計算機\", lokal_port = 1 }]";
    let errors = Config::parse(Path::new("config.toml"), text).unwrap_err();
    let shown = errors.to_string();
    let marks = shown.lines().nth(2);
    let expected = format!("    {}^^^^^^^^^^", " ".repeat(27));
    assert_eq!(marks, Some(expected.as_str()), "{shown}");
}

#[test]
fn a_control_character_never_reaches_the_terminal() {
    let text = "browser = \"\u{1b}]0;x\u{7}\"\n\"\\u001b[2J\" = 1\n";
    for text in [text, "\"\\u001b[2J\" = 1\n", "browser = \"\\u001b[2J\"\n"] {
        let errors = Config::parse(Path::new("config.toml"), text).unwrap_err();
        let shown = errors.to_string();
        assert!(
            !shown.contains(|c: char| c.is_control() && c != '\n'),
            "{shown:?}"
        );
    }
}

/// Cuts and slips of the pen anywhere in the file: a verdict with a place in it each time, and
/// whatever is TOML gets its verdict from the checks, which know a remedy.
#[test]
fn a_damaged_file_never_surprises() {
    let text = FULL.replace("gpu01", "gpü01").replace('\n', "\r\n");
    let ends = text.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
    for (start, end) in ends {
        let (before, after) = (&text[..start], &text[end..]);
        for damaged in [
            before.to_owned(),
            format!("{before}{after}"),
            format!("{before}9{after}"),
            format!("{before}\u{1}{after}"),
        ] {
            let Err(errors) = Config::parse(Path::new(""), &damaged) else {
                continue;
            };
            let is_toml = DeTable::parse(&damaged).is_ok();
            for error in errors.0 {
                let line = damaged.split('\n').nth(error.line - 1).unwrap();
                assert!(
                    (1..=line.chars().count() + 1).contains(&error.column),
                    "{error}"
                );
                assert!(line.contains(&error.text), "{error}");
                assert_eq!(
                    error.message.contains("not valid TOML"),
                    !is_toml,
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn the_usual_host_is_the_default_one_or_the_only_one() {
    let usual = |text: &str| {
        let config = Config::parse(Path::new("c"), text).unwrap();
        config.usual_host().map(|host| host.name.clone())
    };
    let two = "[[host]]\nname = \"a\"\n[[host]]\nname = \"b\"\n";
    assert_eq!(usual(""), None);
    assert_eq!(usual("[[host]]\nname = \"a\"\n").as_deref(), Some("a"));
    assert_eq!(usual(two), None);
    assert_eq!(
        usual(&format!("default_host = \"b\"\n{two}")).as_deref(),
        Some("b")
    );
}

#[test]
fn carets_stand_below_what_follows_japanese_text() {
    let text = "host = [{ name = \"東京大学\", launchr = \"direct\" }]\n";
    let errors = Config::parse(Path::new("c.toml"), text).unwrap_err();
    let shown = errors.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    let carets = lines[2].find('^').unwrap();
    let before = lines[1].split("launchr").next().unwrap();
    let columns = unicode_width::UnicodeWidthStr::width(before);
    assert_eq!(carets, columns, "{shown}");
    assert!(lines[2].ends_with(&"^".repeat("launchr".len())), "{shown}");
}

#[test]
fn a_walltime_is_checked_before_it_is_used() {
    assert_eq!(check_walltime("8:00:00"), Ok(()));
    assert!(check_walltime("eight hours").unwrap_err().contains("; "));
}

#[test]
fn errors_come_in_the_language_that_the_file_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (text, language) in [
        ("language = \"ja\"\nbrowser = 1\n[[host", Some("ja")),
        ("browser = \"x\"\n", None),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(Config::language_in(&path).as_deref(), language, "{text}");
    }
    assert_eq!(Config::language_in(&folder.path().join("none")), None);
}

/// More words are added at its end: a shell that gets a text would take them for itself.
#[test]
fn a_command_of_one_program_is_told_from_a_text_for_a_shell() {
    for (command, is_one) in [
        ("jupyter lab", true),
        ("jupyter lab -c settings.py", true),
        ("bash start.sh", true),
        ("/bin/bash -l start.sh", true),
        ("bash -c 'jupyter lab'", false),
        ("/usr/bin/zsh -lc 'jupyter lab'", false),
        ("eval -c jupyter", false),
        ("jupyter lab; true", false),
    ] {
        assert_eq!(is_plain(command), is_one, "{command}");
    }
}

#[test]
fn a_command_that_says_where_jupyter_listens_is_given_no_second_place() {
    for (command, says) in [
        ("jupyter lab --port 8888", true),
        ("jupyter lab --ServerApp.port=8888", true),
        ("jupyter lab --ip=0.0.0.0", true),
        ("jupyter lab --sock=/h/s", true),
        ("jupyter lab --ServerApp.port_retries=0", true),
        ("jupyter lab --no-browser", false),
        ("jupyter lab port", false),
        ("jupyter lab --support", false),
    ] {
        assert_eq!(says_where(command), says, "{command}");
    }
}

#[test]
fn a_slip_is_told_from_another_word() {
    let nearest = |written| keys::nearest(written, ["memory", "name", "y"].into_iter());
    for (written, meant) in [
        ("memroi", Some("memory")),
        ("nmae", Some("name")),
        ("mem", Some("memory")),
        ("me", None),
        ("x", None),
        ("gpus", None),
    ] {
        assert_eq!(nearest(written), meant, "{written}");
    }
}
