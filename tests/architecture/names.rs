//! Names: a type's is unique, unless the type is private to its file; a summary says what the item is or does.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Ident, ItemEnum, ItemMod, ItemStruct, ItemTrait, ItemType, Visibility};

use super::source;

/// One for each system, behind the same path.
const ON_EACH_SYSTEM: [&str; 1] = ["NativeDesktop"];

#[test]
fn a_types_name_is_unique() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let is_test = |path: &&std::path::PathBuf| source::name(path).contains("/tests/");
    for path in source::files().iter().filter(|path| !is_test(path)) {
        let syntax = syn::parse_file(&source::read(path)).expect("src compiles");
        let mut types = Types::default();
        types.visit_file(&syntax);
        for name in types.0 {
            places.entry(name).or_default().push(source::name(path));
        }
    }
    let twice: Vec<String> = places
        .iter()
        .filter(|(name, files)| files.len() > 1 && !ON_EACH_SYSTEM.contains(&name.as_str()))
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn a_summary_begins_with_a_verb_or_a_noun() {
    const QUESTIONS: [&str; 3] = ["What ", "Whether ", "How "];
    let doc = |line: &str| {
        let line = line.trim_start();
        let text = line.strip_prefix("///").or(line.strip_prefix("//!"));
        text.map(|text| text.trim_start().to_owned())
    };
    let mut found = Vec::new();
    for path in source::files() {
        let text = source::read(&path);
        let mut before = None;
        for (number, line) in (1..).zip(text.lines()) {
            let summary = doc(line).filter(|_| before.is_none());
            before = doc(line);
            if summary.is_some_and(|text| QUESTIONS.iter().any(|word| text.starts_with(word))) {
                found.push(format!("{}:{number}: {}", source::name(&path), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The names of the types that other files can see.
#[derive(Default)]
struct Types(Vec<String>);

impl Types {
    fn note(&mut self, name: &Ident, visibility: &Visibility) {
        if !matches!(visibility, Visibility::Inherited) {
            self.0.push(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.note(&item.ident, &item.vis);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.note(&item.ident, &item.vis);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.note(&item.ident, &item.vis);
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.note(&item.ident, &item.vis);
    }
}
