//! Profiles: servers beside the host's own, each found, listed and stopped apart from the others.

use serde_json::Value;

use crate::scene::{SOON, assert_nothing_left, launches, servers, text};
use crate::support::process::alive;
use crate::support::{Chromium, Client, Opened, Sshd, eventually, http};

/// A host without a scheduler, whose profile has another environment.
const HOST: &str = "[[host]]\nname = \"test\"\nenv = { FLAVOUR = \"plain\" }\n\
    [host.profile.salt]\nenv = { FLAVOUR = \"salt\" }\n[host.profile.none]\n";

fn end(mut opened: Opened) {
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
}

/// Ready servers differ in all that a browser or a user tells them by.
fn assert_apart(one: &Value, other: &Value) {
    for part in ["host", "url", "local_port"] {
        assert_ne!(one[part], other[part], "{part}");
    }
    for part in ["pid", "port", "base_url"] {
        assert_ne!(one["server"][part], other["server"][part], "{part}");
    }
}

/// The variable in the environment of a server.
fn flavour(client: &Client, ready: &Value) -> String {
    let pid = &ready["server"]["pid"];
    let show = format!("tr '\\0' '\\n' </proc/{pid}/environ | sed -n 's/^FLAVOUR=//p'");
    client.ssh_run("test", &show).trim().to_owned()
}

#[test]
fn a_profile_starts_a_server_beside_the_hosts_own_and_each_is_found_again() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(HOST);
    let mut own = client.open("test");
    let first = own.wait_phase("ready");
    let mut salted = client.open_with("test", &["--profile", "salt"]);
    let second = salted.wait_phase("ready");
    assert_eq!(
        (&first["reused"], &second["reused"]),
        (&false.into(), &false.into())
    );
    assert_eq!(text(&second, "host"), "test:salt");
    assert_eq!(text(&first["server"], "base_url"), "/test/");
    assert_eq!(text(&second["server"], "base_url"), "/test~salt/");
    assert_apart(&first, &second);
    assert_eq!(flavour(&client, &first), "plain");
    assert_eq!(flavour(&client, &second), "salt");
    assert!(http::title(&second).contains("JupyterLab"));

    // While both are open, each name leads to its own.
    for (args, ready) in [
        (&["open", "test"][..], &first),
        (&["open", "test", "--profile", "salt"], &second),
        (&["open", "test:salt"], &second),
    ] {
        let out = client.run(&[args, &["--json", "--no-browser"]].concat());
        assert_eq!(out.code, Some(0), "{out}");
        assert_eq!(out.last_event()["server"], ready["server"], "{args:?}");
    }
    end(own);
    end(salted);

    // The newest is no better a choice than the other one.
    for (more, ready) in [(&[][..], &first), (&["--profile", "salt"], &second)] {
        let mut again = client.open_with("test", more);
        let found = again.wait_phase("ready");
        assert_eq!(found["reused"], true, "{more:?}");
        assert_eq!(found["server"], ready["server"], "{more:?}");
        assert_eq!(
            found["url"], ready["url"],
            "the browser finds its tabs again"
        );
        end(again);
    }
    assert_eq!((servers(&sshd).len(), launches(&sshd).len()), (2, 2));
    stop_each(&sshd, &client, &first, &second);
}

/// Stops the one with the profile, then the other.
fn stop_each(sshd: &Sshd, client: &Client, first: &Value, second: &Value) {
    let is_alive = |ready: &Value| alive(&ready["server"]["pid"].to_string());
    let out = client.run(&["stop", "test:none", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(is_alive(first) && is_alive(second), "neither was meant");
    let logs = |name: &str| client.run(&["logs", name]).stdout;
    assert!(logs("test:salt").contains("/test~salt/"));
    assert!(!logs("test").contains("~salt"));
    assert_eq!(logs("test:none"), "");
    let out = client.run(&["stop", "test:salt", "--yes"]);
    assert!(
        out.stderr.contains("Jupyter on test:salt has shut down"),
        "{out}"
    );
    assert!(is_alive(first) && !is_alive(second));
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(
        out.stderr.contains("Jupyter on test has shut down"),
        "{out}"
    );
    assert!(!is_alive(first));
    assert_nothing_left(sshd, client);
}

#[test]
fn the_hosts_own_server_is_not_the_one_that_a_profile_started() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(HOST);
    let mut salted = client.open_with("test", &["--profile", "salt"]);
    let first = salted.wait_phase("ready");
    end(salted);
    let mut other = client.open_with("test", &["--profile", "none"]);
    let second = other.wait_phase("ready");
    let mut own = client.open("test");
    let third = own.wait_phase("ready");
    for ready in [&first, &second, &third] {
        assert_eq!(ready["reused"], false);
    }
    assert_apart(&first, &third);
    assert_apart(&second, &third);
    // What a profile does not say is the host's.
    assert_eq!(flavour(&client, &second), "plain");
    end(own);
    end(other);
    for name in ["test", "test:salt", "test:none"] {
        let out = client.run(&["stop", name, "--yes"]);
        assert_eq!(out.code, Some(0), "{out}");
    }
    assert_nothing_left(&sshd, &client);
}

#[test]
fn servers_of_one_host_are_listed_and_closed_one_by_one() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(HOST);
    let hosts = |args: &[&str]| -> Vec<(String, String)> {
        let out = client.run(&[args, &["--json"]].concat());
        let lines = out.stdout.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (
                text(&line, "host").to_owned(),
                text(&line, "phase").to_owned(),
            )
        });
        lines.collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(host, phase)| ((*host).to_owned(), (*phase).to_owned()))
            .collect()
    };
    assert_eq!(hosts(&["status"]), pairs(&[("test", "closed")]));
    let all = [
        ("test", "closed"),
        ("test:salt", "closed"),
        ("test:none", "closed"),
    ];
    assert_eq!(hosts(&["list"]), pairs(&all));
    let (mut own, mut salted) = (client.open("test"), client.open("test:salt"));
    own.wait_phase("ready");
    salted.wait_phase("ready");
    let both = [("test", "ready"), ("test:salt", "ready")];
    assert_eq!(hosts(&["status"]), pairs(&both));
    assert_eq!(hosts(&["status", "test:salt"]), pairs(&both[1..]));
    let in_words = client.run(&["status"]).stdout;
    assert!(
        in_words.contains("/test/lab") && in_words.contains("/test~salt/lab"),
        "{in_words}"
    );

    let out = client.run(&["close", "test:salt"]);
    assert!(
        out.stderr.contains("The tunnel to test:salt is closed"),
        "{out}"
    );
    assert_eq!(salted.wait_exit().code, Some(0));
    assert_eq!(hosts(&["status"]), pairs(&[("test", "ready")]));
    end(own);
    for name in ["test", "test:salt"] {
        assert_eq!(client.run(&["stop", name, "--yes"]).code, Some(0));
    }
    assert_nothing_left(&sshd, &client);
}

/// One browser with the tabs of both on localhost: cookies know paths, but no ports.
#[test]
fn the_tabs_of_two_servers_stay_logged_in_side_by_side() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(HOST);
    let (mut own, mut salted) = (client.open("test"), client.open("test:salt"));
    let ready = [own.wait_phase("ready"), salted.wait_phase("ready")];
    let browser = Chromium::open(text(&ready[0], "url"));
    browser.wait_title("test");
    for ready in [&ready[1], &ready[0], &ready[1]] {
        // The token is needed for the first visit alone.
        let page = text(ready, "url");
        let page = if ready["host"] == "test" {
            page.split('?').next().unwrap()
        } else {
            page
        };
        browser.visit(page);
        let base = text(&ready["server"], "base_url");
        let shown = || browser.tab().1.contains(base) && browser.tab().0.contains("JupyterLab");
        assert!(eventually(SOON, shown), "{base}: {:?}", browser.tab());
        assert_eq!(written(&browser, base), 201, "{base}");
    }
    drop(browser);
    end(own);
    end(salted);
    for name in ["test", "test:salt"] {
        assert_eq!(client.run(&["stop", name, "--yes"]).code, Some(0));
    }
    assert_nothing_left(&sshd, &client);
}

/// Makes a file by the page's own cookies. Returns the server's answer.
fn written(browser: &Chromium, base: &str) -> u64 {
    let request = format!(
        "window.answer = 0; fetch('{base}api/contents', {{ method: 'POST', body: '{{\"type\": \"file\"}}', headers: \
         {{ 'X-XSRFToken': /_xsrf=([^;]*)/.exec(document.cookie)[1] }} }}).then(r => {{ window.answer = r.status }}); 1"
    );
    let mut answer = 0;
    // A page that loads itself again takes the request with it.
    let answered = eventually(SOON, || {
        browser.evaluate(&request);
        eventually(SOON / 4, || {
            answer = browser
                .evaluate("window.answer")
                .as_u64()
                .unwrap_or_default();
            answer > 0
        })
    });
    assert!(answered, "no answer from {base}");
    answer
}

fn says(client: &Client, args: &[&str], parts: &[&str]) {
    let out = client.run(args);
    assert_eq!(out.code, Some(2), "{out}");
    for part in parts {
        assert!(out.stderr.contains(part), "no \"{part}\": {out}");
    }
}

#[test]
fn an_unknown_profile_names_those_there_are() {
    let client = Client::new();
    client.configure(&format!("{HOST}[[host]]\nname = \"bare\"\n"));
    let parts = [
        "test has no profile named sugar",
        "salt, none",
        "[host.profile.sugar]",
    ];
    says(&client, &["open", "test", "--profile", "sugar"], &parts);
    for command in ["open", "stop", "close", "status", "logs"] {
        says(&client, &[command, "test:sugar"], &parts);
    }
    let none = ["bare has no profile named salt", "It has no profiles"];
    says(&client, &["open", "bare", "--profile", "salt"], &none);
    says(
        &client,
        &["open", "other:salt"],
        &["No host is named other:salt"],
    );
    let out = client.run(&["open", "test", "--profile", "sugar", "--json"]);
    let event = out.last_event();
    assert_eq!(
        (out.code, text(&event, "code")),
        (Some(2), "usage"),
        "{out}"
    );
}

#[test]
fn resources_for_a_host_without_a_scheduler_are_refused_before_anything_is_dialled() {
    let client = Client::new();
    let gpu = "[host.profile.gpu]\ngpus = 1\n";
    client.configure(&format!("{HOST}{gpu}"));
    for more in [&["--gpus", "1"][..], &["--profile", "salt", "--gpus", "1"]] {
        let args = [&["open", "test", "--no-browser"], more].concat();
        says(&client, &args, &["no scheduler", "--gpus 1", "launcher"]);
    }
    let args = ["open", "test", "--profile", "gpu", "--no-browser"];
    says(
        &client,
        &args,
        &["test:gpu", "gpus", "launcher = \"slurm\""],
    );
    for (option, value) in [
        ("--cores", "0"),
        ("--memory", "16"),
        ("--gpus", "one"),
        ("--walltime", "4h"),
        ("--queue", ""),
        ("--queue", "a\nb"),
    ] {
        says(&client, &["open", "test", option, value], &[option]);
    }
}
