//! What a person reads, in their language: one catalogue a language, below `assets/locales`.
//!
//! `say!("phase-ready")` and `say!("host-unknown", host = name)` give the text. A name or an argument
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

/// The catalogues in use: English until [`speak`] is called.
pub static CATALOGUE: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let catalogue = fluent_language_loader!();
    load(&catalogue, LANGUAGES[0]);
    catalogue
});

/// A text of the catalogue; see the module's own words.
macro_rules! say {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        i18n_embed_fl::fl!($crate::words::CATALOGUE, $id $(, $name = $value)*)
    };
}

pub(crate) use say;

/// Speaks `language` from now on, or, without one, the system's.
pub fn speak(language: Option<&str>) {
    let wanted = language
        .map(str::to_owned)
        .or_else(sys_locale::get_locale)
        .unwrap_or_default();
    load(&CATALOGUE, closest(&wanted));
}

/// The catalogue for a locale such as `ja_JP.UTF-8` or `en-GB`; English for all that have none.
fn closest(locale: &str) -> &'static str {
    let language = locale.split(['-', '_', '.', '@']).next().unwrap_or("");
    let has = |known: &&&str| known.eq_ignore_ascii_case(language);
    LANGUAGES.iter().find(has).unwrap_or(&LANGUAGES[0])
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
            ("ja_JP.UTF-8", "ja"),
            ("ja", "ja"),
            ("JA-jp", "ja"),
            ("en-GB", "en"),
            ("de_DE", "en"),
            ("C", "en"),
            ("", "en"),
        ] {
            assert_eq!(closest(locale), want, "{locale}");
        }
    }

    #[test]
    fn texts_come_without_marks_around_them() {
        assert_eq!(say!("phase-resolving"), "reading the ssh configuration");
    }
}
