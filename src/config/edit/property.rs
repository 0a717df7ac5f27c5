//! Whatever a configuration looks like, a host that is added changes nothing else in it: neither what it says nor what the
//! user wrote beside that.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use super::*;
use crate::config::Host;

const TEXTS: u32 = 2_000;

/// A remark, an empty line, or nothing.
fn remark() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => Just("\n".to_owned()),
        2 => r"[ \t]{0,2}#[ a-z\[\]='日é]{0,12}\n",
    ]
}

/// Keys of a host, as its table or as an inline one has them.
fn keys() -> impl Strategy<Value = Vec<String>> {
    let key = prop_oneof![
        Just("ssh = \"me@b\"".to_owned()),
        Just("launcher = 'slurm'".to_owned()),
        Just("queue = \"gpu \\\"q\\\"\"".to_owned()),
        Just("setup = [\"module load x\", 'conda activate \"y\"']".to_owned()),
        Just("env = { A = \"1\", \"B_C\" = \"#\" }".to_owned()),
        Just("\"workdir\" = \"~/日本\"".to_owned()),
        Just("profile.gpu = { gpus = 1, walltime = '4:00:00' }".to_owned()),
        Just("remote_port=8888".to_owned()),
        Just("on_quit   = \"stop\"".to_owned()),
        r"idle_stop = '[1-9][0-9]?h'",
    ];
    vec(key, 0..4)
}

fn hosts() -> impl Strategy<Value = Vec<Vec<String>>> {
    vec(keys(), 0..4)
}

/// The text of a configuration, which may also be wrong.
fn text() -> impl Strategy<Value = String> {
    let form = any::<[bool; 4]>();
    (hosts(), vec(remark(), 24), form).prop_map(|(hosts, remarks, [inline, dos, mark, cut])| {
        let mut remarks = remarks.into_iter().cycle();
        let mut next = || remarks.next().unwrap_or_default();
        let mut text = next();
        text.push_str("check_updates = false");
        text.push_str(if inline { " # here\n" } else { "\n" });
        text.push_str(&next());
        let named =
            |at: usize, keys: Vec<String>| [vec![format!("name = \"h{at}\"")], keys].concat();
        if inline {
            let one = |(at, keys)| format!("  {{ {} }}", named(at, keys).join(", "));
            let all: Vec<String> = hosts.into_iter().enumerate().map(one).collect();
            let all = all.join(", # one\n");
            text = format!("{text}host = [\n{all}\n] # end\n");
        } else {
            for (at, keys) in hosts.into_iter().enumerate() {
                let end = if at % 2 == 0 { "" } else { " # x" };
                text = format!("{text}{}[[host]]{end}\n", next());
                for key in named(at, keys) {
                    text = format!("{text}{}{key}\n", next());
                }
            }
        }
        text.push_str(&next());
        if cut {
            text.truncate(text.trim_end().len());
        }
        if dos {
            text = text.replace('\n', "\r\n");
        }
        if mark {
            format!("\u{feff}{text}")
        } else {
            text
        }
    })
}

/// The remarks, in their order.
fn remarks(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| line.starts_with('#')).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: TEXTS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_host_is_added_and_nothing_else_changes(old in text(), name in r#"[a-z0-9."'\\ 日#-]{1,8}"#) {
        let path = Path::new("");
        let Ok(before) = Config::parse(path, &old) else {
            // What is wrong is not touched.
            assert!(text_with_host(&old, &name).is_err());
            return Ok(());
        };
        let new = match text_with_host(&old, &name) {
            Ok(new) => new,
            Err(error) => {
                let is_right = matches!(error, EditError::Name { .. } | EditError::Exists { .. });
                assert!(is_right, "{error}\n{old}");
                return Ok(());
            }
        };
        let mut after = Config::parse(path, &new).unwrap();
        let added = after.hosts.pop().unwrap();
        assert_eq!(added, Host::named(&name), "{new}");
        assert_eq!(after, before, "{new}");
        assert_eq!(remarks(&new), remarks(&old), "{new}");
        assert_eq!(new.contains('\u{feff}'), old.contains('\u{feff}'));
        assert!(!old.contains("\r\n") || new.matches('\n').count() == new.matches("\r\n").count(), "{new:?}");
        if !old.contains("host = [") {
            assert!(new.starts_with(&old), "{new}");
        }
    }
}
