//! The documents that the Debian package and the tarball install.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

const SHARED: &str = "usr/share/doc/remote-jupyter/";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Pairs of a file in the source tree and its place in the package, below the folder of documents.
fn installed() -> Vec<(PathBuf, PathBuf)> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"]
        .as_array()
        .unwrap();
    let mut files = Vec::new();
    for asset in assets {
        let [source, place] = [&asset[0], &asset[1]].map(|text| text.as_str().unwrap());
        let Some(folder) = place.strip_prefix(SHARED) else {
            continue;
        };
        let pattern = root().join(source);
        for file in glob::glob(&pattern.to_string_lossy()).unwrap() {
            let file = file.unwrap();
            let place = Path::new(folder).join(file.file_name().unwrap());
            files.push((file, place));
        }
    }
    files
}

/// The targets of links and pictures in this tree, without their headings.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let linked = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let shown = text
        .split(" src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let all = linked.chain(shown).filter(|target| !target.contains("://"));
    all.filter_map(|target| target.split('#').next())
        .filter(|path| !path.is_empty())
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
        plain
    })
}

#[test]
fn links_of_installed_documents_lead_to_installed_ones() {
    let files = installed();
    let mut places: BTreeSet<_> = files.iter().map(|(_, place)| place.clone()).collect();
    let folders = places
        .iter()
        .filter_map(|place| place.parent())
        .map(PathBuf::from);
    places.extend(folders.collect::<Vec<_>>());
    let mut checked = 0;
    for (file, place) in files
        .iter()
        .filter(|(file, _)| file.extension() == Some("md".as_ref()))
    {
        let text = std::fs::read_to_string(file).unwrap();
        for target in targets(&text) {
            let aim = plain(&place.parent().unwrap().join(target));
            // For those who have the sources.
            let is_of_sources = ["tests", "bundle", "docs/upstream"]
                .iter()
                .any(|folder| aim.starts_with(folder));
            assert!(
                is_of_sources || places.contains(&aim),
                "{}: {target}",
                place.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}
