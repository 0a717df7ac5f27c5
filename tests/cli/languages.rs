//! What people read comes in their language; what scripts read stays as it is.

use crate::scene::{bare, fails, text};
use crate::support::{Client, Finished, Known};

const HOST: &str = "[[host]]\nname = \"test\"\n";

fn is_japanese(text: &str) -> bool {
    text.contains(|c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

/// A client whose environment asks for this locale, and whose configuration says this at its top.
fn speaking(locale: &str, top: &str) -> Client {
    let client = Client::new();
    client.env("LANG", locale);
    client.configure(&format!("{top}\n{HOST}"));
    client
}

#[test]
fn the_environment_or_the_configuration_says_which_language() {
    let speaking_japanese = [
        speaking("ja_JP.UTF-8", ""),
        speaking("C", "language = \"ja\""),
        speaking("en_US.UTF-8", "language = \"ja_JP\""),
    ];
    for client in speaking_japanese {
        let said = |args: &[&str], code| {
            let out: Finished = client.run(args);
            assert_eq!(out.code, Some(code), "{args:?}: {out}");
            let words = format!("{}{}", out.stdout, out.stderr);
            assert!(is_japanese(&words), "{args:?}: {out}");
            words
        };
        let help = said(&["--help"], 0);
        assert!(
            help.contains("使い方: remote-jupyter [OPTIONS] [COMMAND]"),
            "{help}"
        );
        assert!(!help.contains("Usage") && !help.contains("Print"), "{help}");
        assert!(said(&["opem"], 2).contains("エラー: 'opem'"));
        assert!(said(&["open", "nowhere"], 2).contains("nowhere というホストはありません"));
        assert!(said(&["list"], 0).contains("切断"));
    }
}

#[test]
fn english_is_what_everybody_else_gets() {
    for (locale, top) in [
        ("C", ""),
        ("de_DE.UTF-8", ""),
        ("ja_JP.UTF-8", "language = \"en\""),
    ] {
        let client = speaking(locale, top);
        for args in [&["--help"][..], &["opem"], &["open", "nowhere"], &["list"]] {
            let out = client.run(args);
            assert!(!is_japanese(&out.to_string()), "{locale}: {args:?}: {out}");
        }
        assert!(client.run(&["list"]).stdout.ends_with("closed\n"));
    }
}

#[test]
fn errors_of_the_configuration_come_in_the_language_that_it_names() {
    let client = speaking("C", "language = \"ja\"\nbrowser = 5");
    let out = client.run(&["config", "check"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("browser の値は文字列です"), "{out}");
    assert!(
        out.stderr
            .contains("対処: 次のように書いてください: browser = \""),
        "{out}"
    );

    // A language without a catalogue is one of the errors.
    client.configure("language = \"de\"\n");
    let out = client.run(&["config", "check"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(
        out.stderr.contains("\"de\" is not a supported language"),
        "{out}"
    );
    assert!(out.stderr.contains("write one of: en, ja"), "{out}");
}

#[test]
fn another_file_may_name_another_language() {
    let client = speaking("C", "");
    let file = client.path("home/other.toml");
    std::fs::write(&file, format!("language = \"ja\"\n{HOST}")).unwrap();
    let named = client.run(&["-c", file.to_str().unwrap(), "list"]);
    assert!(named.stdout.ends_with("切断\n"), "{named}");
}

#[test]
fn what_scripts_read_is_the_same_in_every_language() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.env("LANG", "ja_JP.UTF-8");
    // The question says in Japanese to type a word that every keyboard has.
    client.know(&sshd, Known::Not);
    client.askpass(&[("yes か no を入力してください", "yes")]);
    let failed = fails(&client, &[], 6, "no_jupyter");
    assert_eq!(client.asked().len(), 1);
    for field in ["title", "remedy"] {
        assert!(is_japanese(text(&failed, field)), "{failed}");
    }
}
