//! Reads the table of src/config/keys.rs: which keys there are, what each takes, and an example of it.

use std::collections::BTreeMap;

/// The keys that stand under one header: key, value and example of each.
pub struct Level {
    pub title: String,
    pub rows: Vec<Vec<String>>,
}

/// The table of src/config/keys.rs.
pub fn levels() -> Vec<Level> {
    let file = syn::parse_file(include_str!("../../src/config/keys.rs")).expect("src compiles");
    let kinds = file.items.iter().filter_map(|item| match item {
        syn::Item::Const(item) => Some((item.ident.to_string(), (*item.expr).clone())),
        _ => None,
    });
    let kinds: BTreeMap<String, syn::Expr> = kinds.collect();
    let level = |item: &syn::Item| {
        let syn::Item::Static(item) = item else {
            return None;
        };
        let syn::Expr::Struct(level) = &*item.expr else {
            return None;
        };
        let [title, required, keys] = ["title", "required", "keys"].map(|name| field(level, name));
        let required = strings(required?);
        let calls = elements(keys?).into_iter();
        let calls = calls.map(|call| key(&call, &kinds, &required));
        Some(Level {
            title: strings(title?).concat(),
            rows: calls.collect(),
        })
    };
    file.items.iter().filter_map(level).collect()
}

fn key(call: &syn::Expr, kinds: &BTreeMap<String, syn::Expr>, required: &[String]) -> Vec<String> {
    let syn::Expr::Call(call) = call else {
        panic!("the table of keys has another form now")
    };
    let [name, kind, example] = [0, 1, 2].map(|at| &call.args[at]);
    let name = strings(name).concat();
    let kind = match kinds.get(&last_segment(kind)) {
        Some(named) => value(named),
        None => value(kind),
    };
    let must = if required.contains(&name) {
        ", required"
    } else {
        ""
    };
    let example = strings(example).concat();
    vec![format!("`{name}`"), kind + must, format!("`{example}`")]
}

/// The values that a key takes.
fn value(kind: &syn::Expr) -> String {
    match kind {
        syn::Expr::Struct(range) => {
            let [least, most] = ["least", "most"].map(|name| field(range, name));
            let [least, most] = [least, most].map(|end| end.map(spelled).expect("both ends"));
            match most.as_str() {
                "u32::MAX" => format!("whole number, {least} or more"),
                most => format!("whole number, {least} to {most}"),
            }
        }
        syn::Expr::Call(call) => match last_segment(&call.func).as_str() {
            "Word" => words(&call.args[0]),
            "Tables" => "tables".to_owned(),
            "NamedTables" => "tables with names".to_owned(),
            _ => "text".to_owned(),
        },
        other => match last_segment(other).as_str() {
            "Flag" => "`true`, `false`",
            "Texts" => "list of texts",
            "Environment" => "table of texts",
            _ => "text",
        }
        .to_owned(),
    }
}

/// The words of `App::WORDS` and the like, from the schema.
fn words(list: &syn::Expr) -> String {
    let list = spelled(list);
    let name = list.split("::").next().unwrap_or_default();
    let schema = include_str!("../../src/config/schema.rs");
    let (_, body) = schema
        .split_once(&format!("\n    {name} {{\n"))
        .expect("the words");
    let body = body.split("\n    }").next().unwrap_or_default();
    let words = body
        .split("= \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn field<'a>(value: &'a syn::ExprStruct, name: &str) -> Option<&'a syn::Expr> {
    let is_it = |field: &&syn::FieldValue| match &field.member {
        syn::Member::Named(ident) => ident == name,
        syn::Member::Unnamed(_) => false,
    };
    value.fields.iter().find(is_it).map(|field| &field.expr)
}

fn elements(list: &syn::Expr) -> Vec<syn::Expr> {
    match list {
        syn::Expr::Reference(list) => elements(&list.expr),
        syn::Expr::Array(list) => list.elems.iter().cloned().collect(),
        _ => panic!("a list"),
    }
}

/// A text, or a list of them.
fn strings(value: &syn::Expr) -> Vec<String> {
    match value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => vec![text.value()],
        list => elements(list).iter().flat_map(strings).collect(),
    }
}

/// A number, or a path, as the source has it.
fn spelled(value: &syn::Expr) -> String {
    match value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(number),
            ..
        }) => number.base10_digits().to_owned(),
        syn::Expr::Path(path) => {
            let segments = path.path.segments.iter();
            let names: Vec<String> = segments.map(|part| part.ident.to_string()).collect();
            names.join("::")
        }
        _ => String::new(),
    }
}

fn last_segment(path: &syn::Expr) -> String {
    let text = spelled(path);
    text.rsplit("::").next().unwrap_or_default().to_owned()
}
