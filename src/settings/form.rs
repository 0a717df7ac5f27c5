//! Contents of the page: the fields in their groups, the file's values, the hosts that could be added.

use std::path::Path;

use serde_json::{Value, json};

use super::texts;
use crate::config::{
    Bind, Config, ConfigText, Field, FieldKind, LauncherKind, OnQuit, Section, Transport,
    batch_launchers, fields,
};
use crate::host_os::Scope;
use crate::i18n::{LANGUAGES, fl, language};
use crate::problem::Face;
use crate::ssh::aliases;

/// Fields that stand together under a heading.
struct Group {
    title: String,
    /// Shown for launch methods that submit jobs.
    is_batch: bool,
    /// Behind "More settings".
    is_more: bool,
    keys: &'static [&'static str],
}

fn group(title: String, is_more: bool, keys: &'static [&'static str]) -> Group {
    Group {
        title,
        is_batch: false,
        is_more,
        keys,
    }
}

fn groups(section: Section) -> Vec<Group> {
    match section {
        Section::Top => vec![
            group(
                fl!("settings-group-app"),
                false,
                &["default_host", "browser", "open_at_start"],
            ),
            group(
                fl!("settings-group-events"),
                false,
                &["cell_done_after", "on_event"],
            ),
            group(
                fl!("settings-group-language"),
                false,
                &["language", "check_updates"],
            ),
        ],
        Section::Host => host_groups(),
        Section::Forward => Vec::new(),
    }
}

fn host_groups() -> Vec<Group> {
    let batch = |group: Group| Group {
        is_batch: true,
        ..group
    };
    let job = &[
        "queue",
        "walltime",
        "cores",
        "memory",
        "gpus",
        "parallel_environment",
    ];
    let more_job = &["options", "job_script", "poll_seconds"];
    vec![
        group(
            fl!("settings-group-host"),
            false,
            &["name", "ssh", "launcher"],
        ),
        batch(group(fl!("settings-group-job"), false, job)),
        group(
            fl!("settings-group-environment"),
            false,
            &["workdir", "setup"],
        ),
        group(
            fl!("settings-group-jupyter"),
            true,
            &["app", "command", "args", "env", "base_url"],
        ),
        batch(group(fl!("settings-group-more-job"), true, more_job)),
        group(
            fl!("settings-group-connection"),
            true,
            &["transport", "local_port", "remote_port", "bind", "forward"],
        ),
        group(
            fl!("settings-group-end"),
            true,
            &["on_quit", "idle_stop", "remember"],
        ),
    ]
}

/// Everything that the page needs to know.
pub fn state(scope: &Scope, face: Face) -> Value {
    let path = scope.config_file();
    let file = match ConfigText::read(path) {
        Ok(file) => file,
        Err(errors) => return broken(scope, face, &errors.to_string()),
    };
    if let Err(errors) = Config::parse(path, &file.text) {
        return broken(scope, face, &errors.to_string());
    }
    let values: Value = toml::from_str(&file.text).unwrap_or_default();
    let hosts = values["host"].as_array();
    let is_known = |alias: &String| {
        let mut hosts = hosts.into_iter().flatten();
        hosts.any(|host| host["name"] == **alias || host["ssh"] == **alias)
    };
    let mut aliases = aliases(scope);
    aliases.retain(|alias| !is_known(alias));
    json!({
        "language": language(),
        "file": shown(path),
        "version": file.version,
        "values": values,
        "aliases": aliases,
        "top": described(Section::Top),
        "host": described(Section::Host),
        "forward": fields(Section::Forward).iter().map(of_field).collect::<Vec<_>>(),
        "batch": batch_launchers().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "texts": texts::all(face),
    })
}

/// A file in error is the user's own to mend.
fn broken(scope: &Scope, face: Face, errors: &str) -> Value {
    json!({
        "language": language(),
        "file": shown(scope.config_file()),
        "broken": errors,
        "texts": texts::all(face),
    })
}

/// A path as it is typed.
fn shown(path: &Path) -> String {
    let home = etcetera::home_dir().ok();
    let below = home.and_then(|home| Some(path.strip_prefix(home).ok()?.to_owned()));
    let below = below.map(|below| Path::new("~").join(below));
    below
        .unwrap_or_else(|| path.to_owned())
        .display()
        .to_string()
}

fn aliases(scope: &Scope) -> Vec<String> {
    let file = scope.ssh_config().map(Path::to_owned);
    let file = file.or_else(aliases::default_file);
    file.map(|file| aliases::read(&file).0).unwrap_or_default()
}

fn described(section: Section) -> Vec<Value> {
    let fields = fields(section);
    let of_group = |group: Group| {
        let find = |key: &&str| fields.iter().find(|field| field.name == *key);
        let fields: Vec<Value> = group.keys.iter().filter_map(find).map(of_field).collect();
        json!({
            "title": group.title,
            "batch": group.is_batch,
            "more": group.is_more,
            "fields": fields,
        })
    };
    groups(section).into_iter().map(of_group).collect()
}

fn of_field(field: &Field) -> Value {
    let (kind, words) = match field.kind {
        FieldKind::Text if field.name == "language" => ("word", &LANGUAGES[..]),
        FieldKind::Text => ("text", &[][..]),
        FieldKind::Word(words) => ("word", words),
        FieldKind::Number { .. } => ("number", &[][..]),
        FieldKind::Flag => ("flag", &[][..]),
        FieldKind::Texts => ("texts", &[][..]),
        FieldKind::Pairs => ("pairs", &[][..]),
        FieldKind::Tables => ("tables", &[][..]),
    };
    json!({
        "name": field.name,
        "label": field.label,
        "help": field.help,
        "kind": kind,
        "words": words,
        "example": field.example,
        "required": field.is_required,
        "default": default_of(field.name),
        // Hosts of this configuration, to choose from.
        "hosts": matches!(field.name, "default_host" | "open_at_start"),
    })
}

/// The value that counts where the file has none.
fn default_of(key: &str) -> Value {
    match key {
        "launcher" => LauncherKind::default().as_str().into(),
        "bind" => Bind::default().as_str().into(),
        "on_quit" => OnQuit::default().as_str().into(),
        "transport" => Transport::default().as_str().into(),
        "check_updates" => true.into(),
        "remember" => false.into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_in_one_group() {
        for section in [Section::Top, Section::Host] {
            let groups = groups(section);
            let mut shown: Vec<&str> = groups
                .iter()
                .flat_map(|group| group.keys)
                .copied()
                .collect();
            let mut keys: Vec<&str> = fields(section).iter().map(|field| field.name).collect();
            // Hosts are pages of their own.
            keys.retain(|key| *key != "host");
            shown.sort_unstable();
            keys.sort_unstable();
            assert_eq!(shown, keys);
        }
    }
}
