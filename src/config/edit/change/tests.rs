use std::fs;

use super::*;

const FILE: &str = "# The lab's machines.\nlanguage = \"en\" # theirs\ndefault_host = \"a\"\nopen_at_start = [\n  \"a\", # always\n  \"b\",\n]\n\n# The big one.\n[[host]]\nname = \"a\" # first\n# Which queue?\nqueue = \"all.q\" # or gpu.q\ncores = 4\n\n[[host.forward]]\nname = \"TensorBoard\" # nice\nremote = \"6006\"\n\n# Its sister.\n[[host]]\nname = \"b\"\nenv = { A = \"1\", B = \"2\" }\n";

#[expect(clippy::unnecessary_wraps, reason = "a change takes a value or none")]
fn text(text: &str) -> Option<ConfigValue> {
    Some(ConfigValue::Text(text.to_owned()))
}

fn set(host: Option<&str>, keys: &[(&str, Option<ConfigValue>)]) -> ConfigChange {
    let keys = keys.iter().cloned();
    ConfigChange::Set {
        host: host.map(str::to_owned),
        keys: keys.map(|(key, value)| (key.to_owned(), value)).collect(),
    }
}

/// The file after a change.
fn after(old: &str, made: &ConfigChange) -> Result<String, ChangeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, old).unwrap();
    let version = ConfigText::read(&path).unwrap().version;
    change(&path, &version, made)?;
    Ok(fs::read_to_string(&path).unwrap())
}

#[test]
fn a_key_changes_alone_and_every_comment_stays() {
    let new = after(FILE, &set(Some("a"), &[("queue", text("gpu.q"))])).unwrap();
    assert_eq!(new, FILE.replace("\"all.q\" #", "\"gpu.q\" #"));
    let new = after(
        FILE,
        &set(Some("a"), &[("cores", Some(ConfigValue::Number(8)))]),
    )
    .unwrap();
    assert_eq!(new, FILE.replace("cores = 4", "cores = 8"));
    let new = after(FILE, &set(None, &[("language", text("ja"))])).unwrap();
    assert_eq!(new, FILE.replace("\"en\" #", "\"ja\" #"));
}

#[test]
fn a_key_that_is_taken_out_leaves_what_stands_above_it() {
    let new = after(FILE, &set(Some("a"), &[("queue", None)])).unwrap();
    assert_eq!(new, FILE.replace("queue = \"all.q\" # or gpu.q\n", ""));
    let new = after(FILE, &set(Some("a"), &[("forward", None)])).unwrap();
    assert!(
        !new.contains("TensorBoard") && new.contains("# Its sister."),
        "{new}"
    );
    let inline = "host = [{ name = \"a\", queue = \"x\" }] # all\n";
    let new = after(inline, &set(Some("a"), &[("queue", None)])).unwrap();
    assert_eq!(new, "host = [{ name = \"a\"}] # all\n");
}

#[test]
fn a_new_key_goes_to_its_host() {
    let new = after(
        FILE,
        &set(Some("a"), &[("gpus", Some(ConfigValue::Number(1)))]),
    )
    .unwrap();
    assert_eq!(new, FILE.replace("cores = 4\n", "cores = 4\ngpus = 1\n"));
    let pairs = vec![("A".into(), "1".into()), ("C".into(), String::new())];
    let new = after(
        FILE,
        &set(Some("b"), &[("env", Some(ConfigValue::Pairs(pairs)))]),
    )
    .unwrap();
    assert!(new.contains("env = { A = \"1\", C = \"\" }"), "{new}");
}

#[test]
fn forwards_change_in_their_places() {
    let row = |name: &str, remote: &str| {
        vec![
            ("name".to_owned(), text(name)),
            ("remote".to_owned(), text(remote)),
        ]
    };
    let rows = vec![row("TensorBoard", "6007"), row("Dask", "8787")];
    let made = set(Some("a"), &[("forward", Some(ConfigValue::Tables(rows)))]);
    let new = after(FILE, &made).unwrap();
    assert!(
        new.contains("name = \"TensorBoard\" # nice\nremote = \"6007\""),
        "{new}"
    );
    let hosts = Config::parse(Path::new(""), &new).unwrap().hosts;
    assert_eq!(hosts[0].forwards.len(), 2, "{new}");
    assert_eq!(hosts[1].forwards.len(), 0, "{new}");
}

#[test]
fn a_host_that_is_named_anew_or_taken_out_is_so_everywhere() {
    let new = after(FILE, &set(Some("a"), &[("name", text("c"))])).unwrap();
    let want = FILE
        .replace("name = \"a\"", "name = \"c\"")
        .replace("default_host = \"a\"", "default_host = \"c\"");
    let config = Config::parse(Path::new(""), &new).unwrap();
    assert_eq!(config.open_at_start, ["c", "b"]);
    assert_eq!(new.lines().count(), want.lines().count(), "{new}");
    assert!(
        new.contains("name = \"c\" # first") && new.contains("# The big one."),
        "{new}"
    );
    let remove = ConfigChange::Remove { host: "a".into() };
    let new = after(FILE, &remove).unwrap();
    let config = Config::parse(Path::new(""), &new).unwrap();
    assert_eq!(
        (config.hosts.len(), config.default_host),
        (1, None),
        "{new}"
    );
    assert!(
        new.contains("# Its sister.\n[[host]]\nname = \"b\""),
        "{new}"
    );
}

#[test]
fn what_the_checks_refuse_is_told_at_its_field_and_nothing_is_written() {
    let refused = |made: &ConfigChange| match after(FILE, made) {
        Err(ChangeError::Refused(errors)) => {
            let errors = errors.into_iter();
            errors
                .map(|error| (error.host, error.key))
                .collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let at = |host: Option<&str>, key: Option<&str>| {
        vec![(host.map(str::to_owned), key.map(str::to_owned))]
    };
    let many = set(Some("b"), &[("cores", text("many"))]);
    assert_eq!(refused(&many), at(Some("b"), Some("cores")));
    let twice = set(Some("b"), &[("name", text("a"))]);
    assert_eq!(refused(&twice), at(Some("a"), Some("name")));
    let env = Some(ConfigValue::Pairs(vec![("1A".into(), "x".into())]));
    assert_eq!(
        refused(&set(Some("b"), &[("env", env)])),
        at(Some("b"), Some("env"))
    );
    let row = vec![
        ("name".to_owned(), text("x")),
        ("remote".to_owned(), text("no")),
    ];
    let rows = Some(ConfigValue::Tables(vec![row]));
    assert_eq!(
        refused(&set(Some("a"), &[("forward", rows)])),
        at(Some("a"), Some("forward"))
    );
    assert_eq!(
        refused(&set(None, &[("language", text("xx"))])),
        at(None, Some("language"))
    );
    let add = ConfigChange::Add {
        name: "a".into(),
        ssh: None,
    };
    assert_eq!(refused(&add), at(None, Some("name")));
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, FILE).unwrap();
    let version = ConfigText::read(&path).unwrap().version;
    let theirs = format!("{FILE}# theirs\n");
    fs::write(&path, &theirs).unwrap();
    let made = set(None, &[("language", text("ja"))]);
    assert!(matches!(
        change(&path, &version, &made),
        Err(ChangeError::Changed)
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
}

#[test]
fn line_ends_and_the_mark_of_another_system_stay() {
    let old = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
    let new = after(
        &old,
        &set(
            Some("a"),
            &[("queue", None), ("cores", Some(ConfigValue::Number(8)))],
        ),
    );
    let want = FILE
        .replace("queue = \"all.q\" # or gpu.q\n", "")
        .replace("cores = 4", "cores = 8");
    assert_eq!(
        new.unwrap(),
        format!("\u{feff}{}", want.replace('\n', "\r\n"))
    );
}

#[test]
fn a_shared_set_up_is_added_below_the_hosts_that_are_there() {
    let import = |text: &str| ConfigChange::Import {
        text: text.to_owned(),
    };
    let shared = "# From the lab.\n[[host]]\nname = \"c\"\nqueue = \"x\"\n";
    let new = after(FILE, &import(shared)).unwrap();
    assert_eq!(new, format!("{FILE}\n{shared}"));
    for (text, why) in [
        ("[[host]]\nname = \"a\"\n", "a name that is taken"),
        ("[[host]]\nname = \"c\"\ncoers = 4\n", "an unknown key"),
        (
            "language = \"ja\"\n[[host]]\nname = \"c\"\n",
            "more than hosts",
        ),
        ("# nothing\n", "no host"),
        ("Dear colleague", "no TOML"),
    ] {
        let made = after(FILE, &import(text));
        assert!(
            matches!(made, Err(ChangeError::Refused(_))),
            "{why}: {made:?}"
        );
    }
}
