//! What the user writes, in the configuration and in files of their own, beside what Jupyter is to be told.

use crate::finding_servers::start_app_by_hand;
use crate::scene::{assert_nothing_left, configure, fails, launches, text, with_jupyter_lab};
use crate::support::{Client, Sshd, http};

/// A click gives a page of the one server that it starts, and `stop` ends that. What the click said.
fn serves(sshd: &Sshd, client: &Client) -> String {
    let before = launches(sshd).len();
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false, "{ready}");
    assert!(http::title(&ready).contains("JupyterLab"));
    opened.interrupt();
    let said = opened.wait_exit().stdout;
    assert_eq!(launches(sshd).len(), before + 1);
    let out = client.run(&["stop", "test", "--yes"]);
    assert!(out.stderr.contains("has shut down"), "{out}");
    assert_nothing_left(sshd, client);
    said
}

#[test]
fn set_up_lines_end_as_their_writer_likes() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let setup = "setup = ['true   # my tools', 'export A=1;', 'sleep 1 &', 'test \"$A\" = 1']";
    configure(&client, setup);
    serves(&sshd, &client);
    // Where `chsh` is not allowed, a start-up file goes on with the shell that is liked better.
    sshd.home().append(".bash_profile", "exec sh\n");
    configure(&client, "setup = ['A=1', 'test \"$A\" = 1']");
    serves(&sshd, &client);
}

/// And one that says nothing, too.
#[test]
fn the_set_up_line_that_keeps_jupyter_from_starting_is_named() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    for (setup, title, text_of_it) in [
        (
            "'true # fine', 'false;', 'true'",
            "Line 2 of `setup` failed",
            "`false;`",
        ),
        (
            "'echo \"x', 'true'",
            "Line 1 of `setup` failed",
            "`echo \"x`",
        ),
        (
            "'true', 'true', 'exit 0'",
            "Line 3 of `setup` ended its shell",
            "`exit 0`",
        ),
        (
            "'exec bash'",
            "Line 1 of `setup` ended its shell",
            "`exec bash`",
        ),
    ] {
        configure(&client, &format!("setup = [{setup}]"));
        let failed = fails(&client, &[], 6, "jupyter_died");
        assert!(text(&failed, "title").contains(title), "{failed}");
        assert!(text(&failed, "remedy").contains(text_of_it), "{failed}");
    }
    assert_nothing_left(&sshd, &client);
}

#[test]
fn commands_end_as_their_writer_likes() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    for command in [
        "jupyter lab  # mine",
        "jupyter lab;",
        "nice jupyter lab || true",
        "bash -c 'jupyter lab'",
        "nohup jupyter lab >out.log 2>&1 &",
    ] {
        configure(
            &client,
            &format!("command = \"{command}\"\nbind = \"socket\""),
        );
        serves(&sshd, &client);
    }
    configure(&client, "command = 'jupyter lab --no-browser --port=0'");
    serves(&sshd, &client);
}

/// In `~/.bash_profile` and in Jupyter's own configuration.
#[test]
fn the_users_own_files_do_not_take_a_server_elsewhere() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let home = sshd.home();
    home.append(
        ".bash_profile",
        "export JUPYTER_RUNTIME_DIR=$HOME/.jupyter_run JUPYTER_TOKEN=weak QUOTING_STYLE=shell-always\ncd /\n",
    );
    home.append(
        ".jupyter/jupyter_server_config.py",
        "c.ServerApp.root_dir = '/tmp'\nc.FileContentsManager.root_dir = '/tmp'\n\
         c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.port = 9999\n\
         c.IdentityProvider.token = ''\nc.ServerApp.local_hostnames = ['gpu.example']\n",
    );
    home.write("my project/notes.ipynb", "{}");
    for how in [
        "setup = ['true']",
        "command = 'jupyter lab'",
        "command = 'jupyter lab;'",
        "bind = 'socket'",
    ] {
        configure(&client, &format!("workdir = '~/my project'\n{how}"));
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        let listing = http::api(&ready, "api/contents").body;
        assert!(listing.contains("notes.ipynb"), "{how}: {listing}");
        let token = http::token(text(&ready, "url")).unwrap();
        assert_eq!(token.len(), 48, "{how}");
        opened.interrupt();
        opened.wait_exit();
        let out = client.run(&["stop", "test", "--yes"]);
        assert!(out.stderr.contains("has shut down"), "{how}: {out}");
    }
    assert_nothing_left(&sshd, &client);
}

/// Their own command has the last word, and what came of it is told.
#[test]
fn a_folder_that_was_not_wished_for_is_told() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let command = "command = 'jupyter lab --ServerApp.root_dir=/tmp'";
    configure(&client, &format!("workdir = '~'\n{command}"));
    let said = serves(&sshd, &client);
    assert!(
        said.contains("working folder of the running server is /tmp"),
        "{said}"
    );
}

#[test]
fn options_for_jupyter_are_passed_as_words_and_root_is_told_which() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let file = ".jupyter/jupyter_server_config.py";
    sshd.home()
        .write(file, "c.ServerApp.open_browser = False\n");
    configure(&client, "");
    let failed = fails(&client, &[], 6, "jupyter_died");
    let remedy = text(&failed, "remedy");
    assert!(remedy.contains("args = [\"--allow-root\"]"), "{failed}");

    let word = "--ServerApp.allow_origin=it's $HOME; a";
    for how in ["", "setup = ['true']", "command = 'jupyter lab'"] {
        configure(
            &client,
            &format!("args = [\"--allow-root\", \"{word}\"]\n{how}"),
        );
        let mut opened = client.open("test");
        opened.wait_phase("ready");
        let running = sshd.leftovers().join("\n");
        assert!(running.contains(word), "{how}: {running}");
        opened.interrupt();
        opened.wait_exit();
        assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    }
}

/// As in an environment that has moved: the program is there, and its Python is not.
#[test]
fn a_program_whose_python_is_gone_is_no_missing_one() {
    let sshd = with_jupyter_lab("");
    let program = sshd.home().path().join("bin/jupyter-lab");
    std::fs::write(program, "#!/no/such/python\n").unwrap();
    let client = Client::of(&sshd);
    for setup in ["", "setup = ['true']"] {
        configure(&client, setup);
        let failed = fails(&client, &[], 6, "jupyter_died");
        let remedy = text(&failed, "remedy");
        assert!(
            remedy.contains("Install Jupyter on the host again"),
            "{failed}"
        );
    }
}

/// `jupyter server` alone answers, and has no page.
#[test]
fn a_tab_shows_a_page_that_is_there() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let file = ".jupyter/jupyter_server_config.py";
    let usual = sshd.home().read(file).unwrap();
    let lacks = |names: &[&str]| {
        let lines = names.iter().map(|name| format!("'{name}': False"));
        let lines: Vec<String> = lines.collect();
        let config = format!(
            "c.ServerApp.jpserver_extensions = {{{}}}\n",
            lines.join(", ")
        );
        sshd.home().write(file, &format!("{usual}{config}"));
    };
    lacks(&["jupyterlab", "notebook", "notebook_shim", "nbclassic"]);
    start_app_by_hand(&sshd, &client, ("server", "work"), "letmein10", "");
    configure(&client, "launcher = \"attach\"");
    let failed = fails(&client, &[], 6, "jupyter_answer");
    assert!(
        text(&failed, "detail").contains("nbclassic page"),
        "{failed}"
    );
    // It is no reason not to start one that has pages.
    sshd.home().write(file, &usual);
    configure(&client, "");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(ready["reused"], false);
    assert!(http::title(&ready).contains("JupyterLab"));
    opened.interrupt();
    opened.wait_exit();
    for _ in 0..2 {
        assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
    }
    assert_nothing_left(&sshd, &client);
}
