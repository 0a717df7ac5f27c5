//! Circles between files: none but those that are named here, each with its reason.
//!
//! A path is followed to the file that defines what it names: a module that passes a name on with `use` is a signpost,
//! and no part of a circle. Test modules are left out, for they look at what they test from inside.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Path, UseTree};

use super::source;

/// The files of a circle, and why it stays.
const KNOWN: &[(&[&str], &str)] = &[(
    &[
        "connect/jump_host.rs",
        "connect/jump_host_thread.rs",
        "connect/mod.rs",
    ],
    "a jump host is connected to as any other host is, perhaps through further jump hosts",
)];

/// A module's path below the crate, such as `["tunnel", "relay"]`.
type Module = Vec<String>;

#[test]
fn files_use_each_other_in_one_direction() {
    let found = circles();
    let known: BTreeSet<Vec<String>> = KNOWN
        .iter()
        .map(|(files, _)| files.iter().map(|&file| file.to_owned()).collect())
        .collect();
    let list = |circles: Vec<&Vec<String>>| {
        let lines = circles.iter().map(|files| files.join(" "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let new = list(found.difference(&known).collect());
    assert!(new.is_empty(), "new circles:\n{new}");
    let gone = list(known.difference(&found).collect());
    assert!(
        gone.is_empty(),
        "no circles any more, take them out:\n{gone}"
    );
}

#[test]
fn the_app_has_no_circle() {
    let mut of_the_app = KNOWN
        .iter()
        .filter(|(files, _)| files.iter().any(|file| file.starts_with("app/")));
    assert_eq!(of_the_app.next(), None);
}

/// The groups of files of which each one reaches each other one, sorted.
fn circles() -> BTreeSet<Vec<String>> {
    let sources = Sources::read();
    let edges = sources.edges();
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = edges
        .keys()
        .map(|module| (module, reachable(module, &edges)))
        .collect();
    let mut groups = BTreeSet::new();
    for (module, reached) in &reach {
        let leads_back =
            |other: &&&Module| reach.get(**other).is_some_and(|back| back.contains(module));
        let mut group: Vec<String> = reached
            .iter()
            .filter(leads_back)
            .filter_map(|other| Some(sources.files.get(*other)?.name.clone()))
            .collect();
        group.sort();
        if group.len() > 1 {
            groups.insert(group);
        }
    }
    groups
}

fn reachable<'e>(
    from: &Module,
    edges: &'e BTreeMap<Module, BTreeSet<Module>>,
) -> BTreeSet<&'e Module> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&Module> = edges.get(from).into_iter().flatten().collect();
    while let Some(module) = waiting.pop() {
        if reached.insert(module) {
            waiting.extend(edges.get(module).into_iter().flatten());
        }
    }
    reached
}

/// The files of the crate, and the names that their modules pass on.
struct Sources {
    files: BTreeMap<Module, File>,
    passed_on: BTreeMap<Module, Module>,
}

/// A file's imports, each with the name that it gets, and the other paths in it.
#[derive(Default)]
struct File {
    name: String,
    imports: Vec<(Vec<String>, String)>,
    paths: Vec<Vec<String>>,
}

impl Sources {
    fn read() -> Self {
        let mut files = BTreeMap::new();
        for path in source::files() {
            let name = source::name(&path);
            if name == "main.rs" || name.ends_with("tests.rs") || name.contains("/tests/") {
                continue;
            }
            let syntax = syn::parse_file(&source::read(&path));
            let mut file = File {
                name,
                ..File::default()
            };
            file.visit_file(&syntax.expect("src compiles"));
            files.insert(source::module(&path), file);
        }
        let mut this = Self {
            files,
            passed_on: BTreeMap::new(),
        };
        for (module, file) in &this.files {
            for (path, name) in &file.imports {
                if let Some(target) = this.absolute(module, path) {
                    this.passed_on.insert(child(module, name), target);
                }
            }
        }
        this
    }

    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let targets = |module: &Module, file: &File| {
            let imports = file.imports.iter().map(|(path, _)| path);
            imports
                .chain(&file.paths)
                .filter_map(|path| self.absolute(module, path))
                .filter_map(|path| self.file_of(&self.follow(path)))
                .filter(|target| target != module)
                .collect()
        };
        let files = self.files.iter();
        files
            .map(|(module, file)| (module.clone(), targets(module, file)))
            .collect()
    }

    /// The path from the crate's root, of one that is written in `module`; none if it leads out of the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Module> {
        let first = path.first()?.as_str();
        match first {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let base = module.len().checked_sub(ups)?;
                Some([&module[..base], &path[ups..]].concat())
            }
            name if self.files.contains_key(&child(module, name)) => Some([module, path].concat()),
            _ => None,
        }
    }

    /// Replaces a name that a module passes on by what it stands for.
    fn follow(&self, mut path: Module) -> Module {
        const LONGEST_CHAIN: usize = 8;
        for _ in 0..LONGEST_CHAIN {
            let next = (1..=path.len()).rev().find_map(|end| {
                let is_file = self.files.contains_key(&path[..end]);
                let target = self.passed_on.get(&path[..end]).filter(|_| !is_file)?;
                Some([target.as_slice(), &path[end..]].concat())
            });
            let Some(next) = next else { break };
            path = next;
        }
        path
    }

    /// The module whose file defines what the path names.
    fn file_of(&self, path: &[String]) -> Option<Module> {
        let ends = (1..=path.len()).rev();
        ends.map(|end| path[..end].to_vec())
            .find(|module| self.files.contains_key(module))
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        expand(&[], &import.tree, &mut self.imports);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        let parts: Vec<String> = parts.collect();
        if parts.len() > 1 {
            self.paths.push(parts);
        }
        visit::visit_path(self, path);
    }

    /// `pub(in crate::…)` names a module that it does not use.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

/// The paths of a `use` declaration, each with the name that it gets.
fn expand(before: &[String], tree: &UseTree, all: &mut Vec<(Vec<String>, String)>) {
    let with = |name: &syn::Ident| child(before, &name.to_string());
    match tree {
        UseTree::Path(path) => expand(&with(&path.ident), &path.tree, all),
        UseTree::Name(name) if name.ident == "self" => {
            all.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => all.push((with(&name.ident), name.ident.to_string())),
        UseTree::Rename(new) => all.push((with(&new.ident), new.rename.to_string())),
        UseTree::Glob(_) => all.push((before.to_vec(), String::new())),
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|tree| expand(before, tree, all)),
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}
