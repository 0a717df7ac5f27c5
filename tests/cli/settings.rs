//! The settings page: who may read and change it, what it writes, and a real browser that sets a host up.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{assert_nothing_left, put_program, text};
use crate::support::settings::{Settings, until};
use crate::support::{Chromium, Client, Sshd, browser, eventually, keys};

const SOON: Duration = Duration::from_secs(60);
const FILE: &str = "config/remote-jupyter/config.toml";
const CONFIG: &str = "# The lab's machines.\ndefault_host = \"test\" # mine\n\n# The big one.\n[[host]]\nname = \"test\"\n\
                      queue = \"all.q\" # or gpu.q\n";

fn configured() -> Client {
    let client = Client::new();
    client.configure(CONFIG);
    client
}

fn set(version: &Value, host: &str, keys: &Value) -> Value {
    json!({ "version": version, "change": { "kind": "set", "host": host, "keys": keys } })
}

#[test]
fn an_address_opens_the_settings_once() {
    let client = configured();
    let settings = Settings::start(&client);
    let own = format!("Origin: http://{}", settings.host());
    for method in ["HEAD", "GET", "GET"] {
        let look = settings.ask(method, settings.entrance(), &[], "");
        assert_eq!(look.status, 200, "{look:?}");
        assert!(!look.head.to_lowercase().contains("set-cookie"), "{look:?}");
    }
    let entered = settings.ask("POST", settings.entrance(), &[&own], "");
    assert_eq!(entered.status, 303, "{entered:?}");
    for part in [
        "HttpOnly",
        "SameSite=Strict",
        "no-store",
        "default-src 'none'",
    ] {
        assert!(entered.head.contains(part), "{part}: {}", entered.head);
    }
    for method in ["GET", "POST"] {
        let again = settings.ask(method, settings.entrance(), &[&own], "");
        assert_eq!(again.status, 410, "{again:?}");
    }
    let guessed = settings.ask("POST", "/enter/00", &[&own], "");
    assert_eq!(guessed.status, 410, "{guessed:?}");
}

#[test]
fn a_browser_gets_the_address_and_one_that_fails_is_told() {
    let client = configured();
    let browser = browser::script(&client, "log given \"$1\"; visit \"$1\" >/dev/null; exit 3");
    client.configure(&format!("browser = {browser:?}\n"));
    let out = client.run(&["settings"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("browser did not open"), "{out}");
    let given = browser::logged(&client, "given", 1).remove(0);
    assert!(
        given.starts_with("http://127.0.0.1:") && given.contains("/enter/"),
        "{given}"
    );
    let secret = given.rsplit('/').next().unwrap();
    assert!(
        !out.stderr.contains(secret) && !out.stdout.contains(secret),
        "{out}"
    );
}

#[test]
fn no_other_site_and_nobody_without_the_cookie_reads_or_changes_the_settings() {
    let client = configured();
    let settings = Settings::start(&client);
    let foreign = "Origin: http://evil.example";
    let forged = settings.ask("POST", settings.entrance(), &[foreign], "");
    assert_eq!(forged.status, 403, "{forged:?}");
    let page = settings.enter();
    let (cookie, origin, token) = (&*page.cookie, &*page.origin, &*page.token);
    let port = settings.host().rsplit(':').next().unwrap();
    let rebound = format!("Host: evil.example:{port}");
    let localhost = format!("Host: localhost:{port}");
    for path in ["/", "/state", "/settings.js", "/events"] {
        for (lines, status) in [
            (vec![], 403),
            (vec![cookie, &rebound], 421),
            (vec![cookie, &localhost], 421),
            (vec![cookie, "Sec-Fetch-Site: cross-site"], 403),
        ] {
            let answer = settings.ask("GET", path, &lines, "");
            assert_eq!(answer.status, status, "{path} {lines:?}");
            assert!(!answer.body.contains("all.q"), "{answer:?}");
        }
    }
    let change = set(
        &page.state()["version"],
        "test",
        &json!({ "queue": "evil" }),
    )
    .to_string();
    for lines in [
        vec![origin, token],
        vec![cookie, token],
        vec![cookie, origin],
        vec![cookie, foreign, token],
        vec![cookie, "Origin: null", token],
        vec![cookie, origin, token, "Sec-Fetch-Site: same-site"],
        vec![cookie, origin, "X-Settings-Token: 00"],
        vec![cookie, origin, token, &rebound],
    ] {
        let answer = settings.ask("POST", "/change", &lines, &change);
        assert!(matches!(answer.status, 403 | 421), "{lines:?}: {answer:?}");
    }
    assert_eq!(client.read(FILE), CONFIG);
    let right = settings.ask("POST", "/change", &[cookie, origin, token], &change);
    assert_eq!(right.status, 200, "{right:?}");
}

#[test]
fn a_change_keeps_every_comment_and_one_that_is_refused_says_at_which_field() {
    let client = configured();
    let settings = Settings::start(&client);
    let page = settings.enter();
    let version = page.state()["version"].clone();
    let refused = page.post(
        "/change",
        &set(&version, "test", &json!({ "cores": "many" })),
    );
    assert_eq!(refused.status, 422, "{refused:?}");
    let error = &refused.json()["errors"][0];
    assert_eq!((text(error, "key"), text(error, "host")), ("cores", "test"));
    assert_eq!(client.read(FILE), CONFIG);
    let saved = page.post(
        "/change",
        &set(&version, "test", &json!({ "queue": "gpu.q", "cores": 4 })),
    );
    assert_eq!(saved.status, 200, "{saved:?}");
    let want = CONFIG.replace(
        "\"all.q\" # or gpu.q\n",
        "\"gpu.q\" # or gpu.q\ncores = 4\n",
    );
    assert_eq!(client.read(FILE), want);
    assert_eq!(saved.json()["values"]["host"][0]["cores"], 4);
}

#[test]
fn a_file_that_another_program_changed_meanwhile_is_left_alone() {
    let client = configured();
    let settings = Settings::start(&client);
    let page = settings.enter();
    let version = page.state()["version"].clone();
    let theirs = CONFIG.replace("all.q", "long.q");
    client.configure(&theirs);
    let late = set(&version, "test", &json!({ "cores": 4 }));
    assert_eq!(page.post("/change", &late).status, 409);
    assert_eq!(client.read(FILE), theirs);
    let now = set(&page.state()["version"], "test", &json!({ "cores": 4 }));
    assert_eq!(page.post("/change", &now).status, 200);
    assert!(
        client.read(FILE).contains("long.q"),
        "{}",
        client.read(FILE)
    );
}

#[test]
fn a_file_with_errors_is_shown_and_not_touched() {
    let client = Client::new();
    let broken = "[[host]]\nname = \"test\"\ncoers = 4\n";
    client.configure(broken);
    let settings = Settings::start(&client);
    let page = settings.enter();
    let state = page.state();
    assert!(text(&state, "broken").contains("coers"), "{state}");
    let add = json!({ "version": "", "change": { "kind": "add", "destination": "gpu01" } });
    assert_eq!(page.post("/change", &add).status, 409);
    assert_eq!(client.read(FILE), broken);
}

#[test]
fn a_check_tells_the_page_each_step_as_it_comes_with_its_remedy() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(
        "[[host]]\nname = \"test\"\n\n[[host]]\nname = \"gone\"\nssh = \"ssh://127.0.0.1:9\"\n",
    );
    let settings = Settings::start(&client);
    let page = settings.enter();
    let mut events = page.events();
    assert_eq!(page.post("/check", &json!({ "host": "test" })).status, 202);
    let heard = until(&mut events, "checked");
    assert_eq!(heard.last().unwrap()["good"], true, "{heard:?}");
    let said = |part: &str| {
        heard.iter().any(|event| {
            event["text"]
                .as_str()
                .is_some_and(|text| text.contains(part))
        })
    };
    assert!(said("ssh: OpenSSH") && said("jupyter"), "{heard:?}");
    assert!(
        heard.iter().all(|event| event["seconds"].is_f64()),
        "{heard:?}"
    );

    assert_eq!(page.post("/check", &json!({ "host": "gone" })).status, 202);
    let heard = until(&mut events, "checked");
    assert_eq!(heard.last().unwrap()["good"], false, "{heard:?}");
    let failed = heard
        .iter()
        .find(|event| event["verdict"] == "failed")
        .unwrap();
    assert!(!text(failed, "remedy").is_empty(), "{failed}");
    assert_eq!(
        page.post("/check", &json!({ "host": "nobody" })).status,
        400
    );
    drop(settings);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_check_that_needs_a_passphrase_asks_where_the_settings_were_started_and_never_on_the_page() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure("[[host]]\nname = \"test-enc\"\n");
    client.askpass(&[("Passphrase", keys::PASSPHRASE)]);
    let settings = Settings::start(&client);
    let page = settings.enter();
    let mut events = page.events();
    let asked = page.post("/check", &json!({ "host": "test-enc" }));
    assert_eq!(asked.status, 202, "{asked:?}");
    let heard = until(&mut events, "checked");
    assert_eq!(heard.last().unwrap()["good"], true, "{heard:?}");
    assert!(
        heard.iter().any(|event| event["kind"] == "asks"),
        "{heard:?}"
    );
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    let told: String = heard.iter().map(Value::to_string).collect();
    assert!(!told.contains(keys::PASSPHRASE), "{told}");
}

#[test]
fn the_settings_end_some_time_after_the_last_page_is_closed_and_at_ctrl_c() {
    let client = configured();
    let mut settings = Settings::start(&client);
    let page = settings.enter();
    let (first, second) = (page.events(), page.events());
    drop(first);
    drop(second);
    // Loaded again in time, it goes on.
    let page = settings.ask("GET", "/", &[], "");
    assert_eq!(page.status, 403);
    assert!(settings.is_running());
    assert_eq!(settings.wait().code(), Some(0));

    let mut settings = Settings::start(&client);
    settings.enter();
    settings.interrupt();
    assert_eq!(settings.wait().code(), Some(0));
}

/// Pictures of the page, for who wants to look at them.
fn picture(browser: &Chromium, name: &str) {
    let Some(folder) = std::env::var_os("REMOTE_JUPYTER_PICTURES") else {
        return;
    };
    for scheme in ["light", "dark"] {
        let file = PathBuf::from(&folder).join(format!("{name}-{scheme}.png"));
        browser.picture(scheme, &file);
    }
}

fn wait_for(browser: &Chromium, what: &str) {
    let came = eventually(SOON, || {
        browser.try_evaluate(what) == Some(Value::Bool(true))
    });
    assert!(came, "never true: {what}\n{}", browser.text());
}

/// Types into a field, as a user would.
fn fill(browser: &Chromium, key: &str, value: &str) {
    let field = format!("document.getElementById('field-{key}')");
    let filled =
        format!("{field}.value = {value:?}, {field}.dispatchEvent(new Event('input')), true");
    assert_eq!(browser.evaluate(&filled), true);
}

fn click(browser: &Chromium, selector: &str) {
    let clicked = format!("document.querySelector({selector:?}).click(), true");
    assert_eq!(browser.evaluate(&clicked), true, "{selector}");
}

#[test]
fn a_browser_leads_from_an_empty_configuration_to_a_host_that_opens() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut settings = Settings::start(&client);
    let browser = Chromium::open(settings.address());
    wait_for(
        &browser,
        "document.querySelectorAll('.aliases button').length > 3",
    );
    assert!(
        browser
            .text()
            .contains("Which computer does your Jupyter run on?")
    );
    assert!(!browser.tab().1.contains("enter"), "{:?}", browser.tab());
    picture(&browser, "settings-welcome");
    click(&browser, "[aria-label='Add test']");
    wait_for(
        &browser,
        "document.querySelector('h1').textContent == 'test'",
    );
    assert!(client.read(FILE).contains("name = \"test\""));

    // A value that cannot be, at its field; then one that can.
    fill(&browser, "workdir", "~");
    fill(&browser, "local_port", "80");
    click(&browser, "#save");
    wait_for(&browser, "document.activeElement.id == 'field-local_port'");
    let error = browser.evaluate("document.getElementById('field-local_port-error').textContent");
    assert!(error.as_str().unwrap().contains("1024"), "{error}");
    picture(&browser, "settings-error");
    fill(&browser, "local_port", "");
    click(&browser, "#save");
    wait_for(&browser, "document.getElementById('bar').hidden");
    let file = client.read(FILE);
    assert!(
        file.contains("workdir = \"~\"") && !file.contains("local_port"),
        "{file}"
    );

    click(&browser, "#check");
    wait_for(&browser, "document.querySelector('.good-end') !== null");
    let found = browser.text();
    assert!(found.contains("test is ready for a click"), "{found}");
    picture(&browser, "settings-check");

    let mut opened = client.open("test");
    opened.wait_phase("ready");
    opened.interrupt();
    drop(browser);
    assert_eq!(settings.wait().code(), Some(0));
}

/// Stand-ins for what a cluster has; tests/schedulers asks real ones.
fn cluster_tools(sshd: &Sshd) {
    let partitions = "short*|up|1:00:00|(null)|3/0\ngpu|up|2-00:00:00|gpu:a100:4(S:0-1)|1/5\n";
    put_program(sshd.home(), "sinfo", &format!("printf '{partitions}'"));
    put_program(sshd.home(), "sacctmgr", "echo physics");
    let lmod = "[ \"$1 $2 $3\" = 'sh -t avail' ] && printf '/apps/modules:\\npython/3.12\\ncuda/12.4\\n' >&2";
    put_program(sshd.home(), "modulecmd", lmod);
    sshd.home()
        .write("miniforge3/envs/ml/conda-meta/history", "");
    sshd.home().write("project/.venv/pyvenv.cfg", "");
}

#[test]
fn a_browser_shows_what_a_host_offers_and_a_click_takes_it() {
    let sshd = Sshd::start();
    cluster_tools(&sshd);
    let client = Client::of(&sshd);
    client.configure("[[host]]\nname = \"test\"\nlauncher = \"slurm\"\n");
    let settings = Settings::start(&client);
    let browser = Chromium::open(settings.address());
    wait_for(&browser, "document.getElementById('ask-choices') !== null");
    click(&browser, "#ask-choices");
    wait_for(
        &browser,
        "document.querySelectorAll('#field-queue-offers .chip').length == 2",
    );
    let offers = browser.evaluate("document.getElementById('field-queue-offers').innerText");
    let offers = offers.as_str().unwrap();
    assert!(
        offers.contains("gpu") && offers.contains("5 free · 2-00:00:00 · a100:4"),
        "{offers}"
    );
    picture(&browser, "settings-choices");
    click(&browser, "#field-queue-offers .chip:last-of-type");
    click(&browser, "#field-setup-offers .chip");
    let module = "(list => { list.value = 'module load python/3.12'; list.dispatchEvent(new Event('change')); return true })\
                  (document.querySelector('#field-setup-offers select'))";
    assert_eq!(browser.evaluate(module), true);
    click(&browser, "#save");
    wait_for(&browser, "document.getElementById('bar').hidden");
    let file = client.read(FILE);
    assert!(file.contains("queue = \"gpu\""), "{file}");
    let setup = "setup = [\"conda activate ml\", \"module load python/3.12\"]";
    assert!(file.contains(setup), "{file}");
    drop(settings);
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_set_up_is_shared_without_what_is_personal_and_added_by_another_user() {
    let client = Client::new();
    client.configure(
        "[[host]]\nname = \"cluster\"\nssh = \"me@cluster.example.org\"\nlauncher = \"slurm\"\nqueue = \"gpu\"\n\
         workdir = \"/work/me\"\nsetup = [\"module load cuda\"]\nenv = { HF_TOKEN = \"abc\" }\n",
    );
    let settings = Settings::start(&client);
    let browser = Chromium::open(settings.address());
    wait_for(&browser, "document.getElementById('share') !== null");
    click(&browser, "#share");
    wait_for(&browser, "document.getElementById('shared') !== null");
    picture(&browser, "settings-share");
    let shared = browser.evaluate("document.getElementById('shared').value");
    let shared = shared.as_str().unwrap();
    assert!(
        shared.contains("queue = \"gpu\"") && shared.contains("module load cuda"),
        "{shared}"
    );
    assert!(
        !shared.contains("me@") && !shared.contains("/work/me") && !shared.contains("abc"),
        "{shared}"
    );
    let left_out = browser.evaluate("document.getElementById('dialog').innerText");
    assert!(
        left_out.as_str().unwrap().contains("env: HF_TOKEN"),
        "{left_out}"
    );

    let mate = Client::new();
    let settings = Settings::start(&mate);
    let browser = Chromium::open(settings.address());
    wait_for(&browser, "document.getElementById('import') !== null");
    let paste = format!(
        "document.getElementById('import').value = {}, true",
        json!(shared)
    );
    assert_eq!(browser.evaluate(&paste), true);
    click(&browser, "#import ~ button");
    wait_for(
        &browser,
        "document.querySelector('h1').textContent == 'cluster'",
    );
    assert_eq!(mate.read(FILE), shared);
}

/// Presses Tab until an element has the focus.
fn tab_to(browser: &Chromium, selector: &str) {
    let has_focus = format!("document.activeElement.matches({selector:?})");
    for _ in 0..60 {
        if browser.evaluate(&has_focus) == true {
            return;
        }
        browser.press("Tab", false);
    }
    panic!("Tab never leads to {selector}");
}

#[test]
fn a_host_is_set_up_by_the_keyboard_alone_and_the_focus_is_seen() {
    let client = Client::new();
    std::fs::write(
        client.path("ssh_config"),
        "Host gpu01\n  HostName 127.0.0.1\n",
    )
    .unwrap();
    let settings = Settings::start(&client);
    let browser = Chromium::open(settings.address());
    wait_for(
        &browser,
        "document.querySelector('.aliases button') !== null",
    );
    tab_to(&browser, "[aria-label='Add gpu01']");
    browser.press("Enter", false);
    wait_for(
        &browser,
        "document.querySelector('h1').textContent == 'gpu01'",
    );
    tab_to(&browser, "#field-workdir");
    let outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.evaluate(outline), "solid");
    browser.type_text("/work");
    browser.press("s", true);
    wait_for(
        &browser,
        "document.getElementById('toast').textContent == 'Saved'",
    );
    assert!(
        client.read(FILE).contains("workdir = \"/work\""),
        "{}",
        client.read(FILE)
    );
    // The keys go on from where they were.
    assert_eq!(
        browser.evaluate("document.activeElement.id"),
        "field-workdir"
    );
}

#[test]
fn every_field_has_a_label_and_a_help_and_the_page_takes_nothing_from_elsewhere() {
    let client = configured();
    for (language, title) in [("en", "Settings"), ("ja", "設定")] {
        client.configure(&format!("language = {language:?}\n{CONFIG}"));
        let settings = Settings::start(&client);
        let browser = Chromium::open(settings.address());
        wait_for(&browser, "document.querySelectorAll('.field').length > 3");
        browser.wait_title(title);
        picture(&browser, &format!("settings-host-{language}"));
        let labelled = "[...document.querySelectorAll('#form input, #form textarea, #form select')].filter(one => \
                        !one.labels.length && !one.closest('[aria-labelledby]')).map(one => one.id).join()";
        assert_eq!(browser.evaluate(labelled), "", "without a label");
        let helped = "[...document.querySelectorAll('[aria-describedby]')].filter(one => \
                      !document.getElementById(one.getAttribute('aria-describedby').split(' ')[0])?.textContent).length";
        assert_eq!(browser.evaluate(helped), 0);
        let outside = "performance.getEntriesByType('resource').filter(one => \
                       !one.name.startsWith(location.origin) && !one.name.startsWith('data:')).map(one => one.name).join()";
        assert_eq!(browser.evaluate(outside), "");
        let lang = browser.evaluate("document.documentElement.lang");
        assert_eq!(lang, language);
    }
}
