//! A host with profiles: Start With in its submenu, and a line of its own for each server that was started so.

use std::path::Path;

use super::*;
use crate::app::effect::AppEffect;
use crate::config::Config;

const TEXT: &str = "[[host]]\nname = \"gpu01\"\nlauncher = \"slurm\"\n\
    [host.profile.small]\n[host.profile.gpu]\ngpus = 1\n[[host]]\nname = \"other\"\nremember = true\n";

fn model() -> Model {
    let config = Config::parse(Path::new(""), TEXT).unwrap();
    Model::new(&config.hosts, Instant::now())
}

fn choose(model: &mut Model, host: &str, action: HostAction) -> Option<AppEffect> {
    model.choose(MenuAction::host(host, action), Instant::now())
}

/// Returns the texts of the hosts' own lines.
fn hosts(model: &Model) -> Vec<String> {
    let lines = lines(model).into_iter();
    let lines = lines.take_while(|line| !line.starts_with("Add Host"));
    lines
        .filter(|line| !line.starts_with(' ') && line != "-")
        .collect()
}

/// Returns the submenu of the first host with its profiles.
fn start_with(model: &Model) -> Option<Entry> {
    let entries = entries(model, Instant::now());
    let mut entries = entries.into_iter();
    let more = entries.find_map(|entry| match entry {
        Entry::Submenu {
            kind: SubmenuKind::Host(host),
            entries,
            ..
        } if host == "gpu01" => Some(entries),
        _ => None,
    });
    let is_it = |entry: &Entry| {
        let kind = SubmenuKind::Profiles("gpu01".into());
        matches!(entry, Entry::Submenu { kind: known, .. } if *known == kind)
    };
    more?.into_iter().find(is_it)
}

fn profiles(ticks: [bool; 2]) -> Entry {
    let line = |name: &str, ticked| {
        let host = format!("gpu01:{name}");
        tickable(MenuAction::host(&host, HostAction::Open), name, ticked)
    };
    let lines = vec![line("small", ticks[0]), line("gpu", ticks[1])];
    below(SubmenuKind::Profiles, "Start With", lines)
}

#[test]
fn a_hosts_submenu_offers_its_profiles_in_the_files_order() {
    let model = model();
    assert_eq!(hosts(&model), ["○ gpu01", "○ other"]);
    assert_eq!(start_with(&model), Some(profiles([false, false])));
}

#[test]
fn a_server_with_a_profile_has_a_line_of_its_own_until_it_is_closed() {
    let mut model = model();
    let effect = choose(&mut model, "gpu01:gpu", HostAction::Open);
    let open = AppEffect::Open {
        host: "gpu01:gpu".into(),
        notebook: None,
    };
    assert_eq!(effect, Some(open));
    assert_eq!(start_with(&model), Some(profiles([false, true])));
    hear(&mut model, "gpu01:gpu", &ready("gpu01"));
    assert_eq!(hosts(&model), ["● gpu01:gpu", "○ gpu01", "○ other"]);
    // The host's own server is another one.
    let own = choose(&mut model, "gpu01", HostAction::Open);
    assert!(matches!(own, Some(AppEffect::Open { host, .. }) if host == "gpu01"));
    assert_eq!(hosts(&model)[1..], ["● gpu01:gpu", "○ other"]);
    // Once more: the tab of the one that runs.
    let again = choose(&mut model, "gpu01:gpu", HostAction::Open);
    assert_eq!(again, Some(AppEffect::ShowUnlessOpen("gpu01:gpu".into())));
    hear(&mut model, "gpu01:gpu", &Event::Closed);
    assert_eq!(hosts(&model)[1..], ["○ other"]);
}

#[test]
fn a_failure_with_a_profile_stands_until_it_is_dismissed() {
    let mut model = model();
    choose(&mut model, "gpu01:gpu", HostAction::Open);
    hear(&mut model, "gpu01:gpu", &failure(Code::JobRefused));
    assert_eq!(hosts(&model)[0], "▲ gpu01:gpu: job refused");
    assert_eq!(start_with(&model), Some(profiles([false, false])));
    choose(&mut model, "gpu01:gpu", HostAction::Dismiss);
    assert_eq!(hosts(&model), ["○ gpu01", "○ other"]);
}

#[test]
fn a_profile_that_leaves_the_configuration_stays_while_it_is_open() {
    let mut model = model();
    choose(&mut model, "gpu01:gpu", HostAction::Open);
    model.reconfigure(&[host("gpu01")], Instant::now());
    assert_eq!(start_with(&model), None);
    assert!(hosts(&model).iter().any(|line| line.contains("gpu01:gpu")));
    hear(&mut model, "gpu01:gpu", &Event::Closed);
    assert_eq!(hosts(&model), ["○ gpu01"]);
}

#[test]
fn the_dialog_of_hosts_leaves_out_what_nobody_started() {
    let mut model = model();
    assert_eq!(list(&model, Instant::now()), "○ gpu01\n○ other");
    choose(&mut model, "gpu01:gpu", HostAction::Open);
    assert_eq!(list(&model, Instant::now()).lines().count(), 3);
}
