//! Texts for the user, in their language: one catalogue for each language, below `assets/locales`.
//!
//! `fl!("phase-ready")` and `fl!("host-unknown", host = name)` give the text. A name or an argument
//! that the English catalogue does not have is a compile error; a text that another language lacks
//! comes in English.

use std::sync::LazyLock;

use i18n_embed::LanguageLoader;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use unic_langid::LanguageIdentifier;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/locales"]
struct Catalogues;

/// The languages that there is a catalogue for; the first one is also what others fall back to.
pub const LANGUAGES: [&str; 2] = ["en", "ja"];

/// The catalogues in use: English until [`set_language`] is called.
pub static CATALOGUE: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let catalogue = fluent_language_loader!();
    load(&catalogue, LANGUAGES[0]);
    catalogue
});

/// A text of the catalogue; see the module's own words. The parentheses are for `fl!`, which puts
/// `.into()` behind whatever it is given.
macro_rules! fl {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        i18n_embed_fl::fl!($crate::i18n::CATALOGUE, $id $(, $name = ($value))*)
    };
}

pub(crate) use fl;

/// Speaks `language` from now on, or, without one that there is a catalogue for, the system's.
pub fn set_language(language: Option<&str>) {
    let system = || closest(&locale(|name| std::env::var(name).ok())?);
    let wanted = language.and_then(closest).or_else(system);
    let wanted = wanted.unwrap_or(LANGUAGES[0]);
    if wanted != self::language() {
        load(&CATALOGUE, wanted);
    }
}

/// The language that is spoken.
#[must_use]
pub fn language() -> &'static str {
    closest(&CATALOGUE.current_language().to_string()).unwrap_or(LANGUAGES[0])
}

/// The catalogue for a locale such as `ja_JP.UTF-8` or `en-GB`, if there is one.
#[must_use]
pub fn closest(locale: &str) -> Option<&'static str> {
    let language = locale.split(['-', '_', '.', '@']).next().unwrap_or("");
    let has = |known: &&str| known.eq_ignore_ascii_case(language);
    LANGUAGES.into_iter().find(has)
}

/// The locale by POSIX' rule ("Environment Variables", section 8.2), and only without one the
/// desktop's own setting: programs that Finder starts have no such variables.
fn locale(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    named.or_else(sys_locale::get_locale)
}

fn load(catalogue: &FluentLanguageLoader, language: &str) {
    let languages: Vec<LanguageIdentifier> = language.parse().into_iter().collect();
    // The catalogues are part of the program, and the tests read all of them.
    if let Err(error) = catalogue.load_languages(&Catalogues, &languages) {
        tracing::error!(%error, language, "the catalogue cannot be used");
    }
    // The marks around arguments would be copied along with paths and commands.
    catalogue.set_use_isolating(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_finds_its_catalogue() {
        for (locale, want) in [
            ("ja_JP.UTF-8", Some("ja")),
            ("ja", Some("ja")),
            ("JA-jp", Some("ja")),
            ("en-GB", Some("en")),
            ("de_DE", None),
            ("jav", None),
            ("C", None),
            ("", None),
        ] {
            assert_eq!(closest(locale), want, "{locale}");
        }
    }

    #[test]
    fn the_environment_is_read_by_the_rule_of_posix() {
        let spoken = |set: &[(&str, &str)]| {
            let found = |name: &str| set.iter().find(|(known, _)| *known == name);
            locale(|name| found(name).map(|(_, value)| (*value).to_owned()))
        };
        let lang = ("LANG", "ja_JP.UTF-8");
        assert_eq!(spoken(&[lang]).as_deref(), Some("ja_JP.UTF-8"));
        assert_eq!(spoken(&[lang, ("LC_MESSAGES", "C")]).as_deref(), Some("C"));
        let all = [lang, ("LC_MESSAGES", "ja"), ("LC_ALL", "en_GB")];
        assert_eq!(spoken(&all).as_deref(), Some("en_GB"));
        let empty = [lang, ("LC_ALL", "")];
        assert_eq!(spoken(&empty).as_deref(), Some("ja_JP.UTF-8"));
    }

    #[test]
    fn texts_come_without_marks_around_them() {
        assert_eq!(fl!("phase-resolving"), "reading the ssh configuration");
    }
}
