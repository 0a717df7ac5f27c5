//! The texts of the page, which its script puts in place.

use serde_json::{Map, Value};

use crate::i18n::fl;
use crate::problem::Face;

/// Texts by the names that the script knows them by, which are those of the catalogue.
macro_rules! texts {
    ($($name:literal => $id:literal $(, $argument:ident)*;)+) => {
        [$(($name, fl!($id $(, $argument = concat!("{", stringify!($argument), "}"))*))),+]
    };
}

/// Returns the texts by their names. Arguments stay in braces, for the script to put in.
pub fn all(face: Face) -> Value {
    let texts = texts! {
        "title" => "settings-title";
        "hosts" => "settings-hosts";
        "general" => "settings-general";
        "file" => "settings-file";
        "add" => "settings-add";
        "addIntro" => "settings-add-intro";
        "addNone" => "settings-add-none";
        "addAliases" => "settings-add-aliases";
        "addOther" => "settings-add-other";
        "addButton" => "settings-add-button";
        "addAlias" => "settings-add-alias", host;
        "added" => "settings-added", host;
        "welcome" => "settings-welcome";
        "more" => "settings-more";
        "save" => "settings-save";
        "discard" => "settings-discard";
        "unsaved" => "settings-unsaved";
        "saved" => "settings-saved";
        "notSaved" => "settings-not-saved";
        "changed" => "settings-changed";
        "loadAgain" => "settings-load-again";
        "default" => "settings-default";
        "onlyHost" => "settings-only-host";
        "system" => "settings-system";
        "eachLine" => "settings-each-line";
        "addRow" => "settings-add-row";
        "removeRow" => "settings-remove-row", name;
        "check" => "settings-check";
        "checkStop" => "settings-check-stop";
        "checking" => "settings-checking", host;
        "checkedGood" => "settings-checked-good", host;
        "checkedBad" => "settings-checked-bad", host;
        "verdictGood" => "settings-verdict-good";
        "verdictNote" => "settings-verdict-note";
        "verdictFailed" => "settings-verdict-failed";
        "askChoices" => "settings-ask-choices", host;
        "askChoicesHelp" => "settings-ask-choices-help";
        "askingChoices" => "settings-asking-choices", host;
        "noChoices" => "settings-no-choices", host;
        "offers" => "settings-offers", host;
        "addModule" => "settings-add-module";
        "share" => "settings-share";
        "shareTitle" => "settings-share-title", host;
        "shareText" => "settings-share-text";
        "shareLeftOut" => "settings-share-left-out";
        "copy" => "settings-copy";
        "copied" => "settings-copied";
        "close" => "settings-close";
        "addShared" => "settings-add-shared";
        "addSharedText" => "settings-add-shared-text";
        "saveFirst" => "settings-save-first";
        "seconds" => "settings-seconds", seconds;
        "remove" => "settings-remove";
        "removeAsk" => "settings-remove-ask", host;
        "removeText" => "settings-remove-text";
        "removeYes" => "settings-remove-yes";
        "cancel" => "settings-cancel";
        "removed" => "settings-removed", host;
        "broken" => "settings-broken";
        "brokenText" => "settings-broken-text";
        "closed" => "settings-closed";
        "leave" => "settings-leave";
        "failed" => "settings-failed";
    };
    let mut all: Map<String, Value> = texts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect();
    let (asks, again) = match face {
        Face::Terminal => (
            fl!("settings-asks-terminal"),
            fl!("settings-again-terminal"),
        ),
        #[cfg(feature = "app")]
        Face::App => (fl!("settings-asks-app"), fl!("settings-again-app")),
    };
    all.insert("asks".to_owned(), asks.into());
    all.insert("closedText".to_owned(), again.into());
    all.into()
}
