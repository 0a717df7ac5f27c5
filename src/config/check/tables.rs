//! Tables of the parsed file, and the names that they have. Values of the wrong type count as absent: they are reported where
//! each value is checked.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::super::profile::profile_name;

/// A value, and its place in the file.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// The tables of that name below `table`.
pub(super) fn tables<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Vec<&'t DeTable<'i>> {
    let list = table.get(name).and_then(|value| value.get_ref().as_array());
    let items = list.into_iter().flatten();
    items.filter_map(|item| item.get_ref().as_table()).collect()
}

/// The names that those tables give themselves.
pub(super) fn names<'t>(tables: &[&'t DeTable<'_>]) -> Vec<(&'t str, Range<usize>)> {
    let named = tables.iter().filter_map(|table| table.get("name"));
    named.filter_map(text_of).collect()
}

pub(super) fn text_of<'t>(value: &'t Value<'_>) -> Option<(&'t str, Range<usize>)> {
    Some((value.get_ref().as_str()?, value.span()))
}

/// A name in a header, and the table below it.
pub(super) type Named<'t, 'i> = (&'t Spanned<DeString<'i>>, &'t DeTable<'i>);

/// The profiles of a host. Those of the wrong type have been reported.
pub(super) fn profiles<'t, 'i>(host: &'t DeTable<'i>) -> Vec<Named<'t, 'i>> {
    let profiles = host.get("profile");
    let profiles = profiles.and_then(|value| value.get_ref().as_table());
    let items = profiles.into_iter().flatten();
    items
        .filter_map(|(name, item)| Some((name, item.get_ref().as_table()?)))
        .collect()
}

/// The names of a host with each of its profiles.
pub(super) fn profile_names(host: &DeTable<'_>) -> impl Iterator<Item = String> {
    let name = host.get("name").and_then(text_of);
    let name = name.map(|(name, _)| name).unwrap_or_default();
    let profiles = profiles(host).into_iter();
    profiles.map(move |(profile, _)| profile_name(name, profile.get_ref()))
}

/// Returns true for a list without anything in it.
pub(super) fn is_empty(value: &Value<'_>) -> bool {
    value
        .get_ref()
        .as_array()
        .is_some_and(|list| list.is_empty())
}
