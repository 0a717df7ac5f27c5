//! Responses of the settings page.

use base64ct::{Base64, Encoding};
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::events::EventStream;
use crate::i18n::{fl, language};
use crate::local_page::escaped;

/// A whole response, or a stream of events.
pub type Body = Either<Full<Bytes>, EventStream>;

const PAGE: &str = include_str!("page.html");
const ENTRANCE: &str = include_str!("entrance.html");
const STYLE: &str = include_str!("settings.css");
/// One script, in the order in which its parts need each other.
const SCRIPT: &str = concat!(
    include_str!("script/base.js"),
    include_str!("script/fields.js"),
    include_str!("script/pages.js"),
    include_str!("script/saving.js"),
    include_str!("script/check.js"),
    include_str!("script/choices.js"),
    include_str!("script/main.js"),
);
const ICON: &str = include_str!("../../assets/icons/app/remote-jupyter-small.svg");

/// Nothing comes from elsewhere or goes there, no text becomes markup, and no page may frame this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Returns a response with what all of them have: nobody may keep, frame or reinterpret it.
fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(body.into())));
    *response.status_mut() = status;
    secure(&mut response, kind);
    response
}

fn secure(response: &mut Response<Body>, kind: &'static str) {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        // Not "no-referrer": a form would say nothing of its origin then.
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// The page.
pub fn page(token: &str) -> Response<Body> {
    let text = PAGE
        .replace("@LANGUAGE@", language())
        .replace("@ICON@", &Base64::encode_string(ICON.as_bytes()))
        .replace("@TITLE@", &escaped(&fl!("settings-title")))
        .replace("@SCRIPT_NEEDED@", &escaped(&fl!("settings-script-needed")))
        .replace("@TOKEN@", &escaped(token));
    response(StatusCode::OK, HTML, text)
}

/// The page's style.
pub fn style() -> Response<Body> {
    response(StatusCode::OK, "text/css; charset=utf-8", STYLE)
}

/// The page's script.
pub fn script() -> Response<Body> {
    response(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT)
}

/// The page whose form enters, by script at once and else by its button.
pub fn entrance() -> Response<Body> {
    let (title, text) = (fl!("settings-title"), fl!("settings-enter-text"));
    let button = format!(
        "<form method=\"post\"><button autofocus>{}</button></form>",
        escaped(&fl!("settings-enter"))
    );
    response(StatusCode::OK, HTML, small_page(&title, &text, &button))
}

/// The script of that page, which holds no secret.
pub fn entrance_script() -> Response<Body> {
    let script = "document.forms[0]?.requestSubmit();";
    response(StatusCode::OK, "text/javascript; charset=utf-8", script)
}

/// Gives the cookie, and leads to the page.
pub fn entered(cookie: &str) -> Response<Body> {
    let mut response = response(StatusCode::SEE_OTHER, HTML, "");
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

/// Says why there is no page. Its text is the same for all who ask.
pub fn refused(status: StatusCode) -> Response<Body> {
    let (title, text) = match status {
        StatusCode::GONE => (fl!("settings-used"), fl!("settings-used-text")),
        _ => (fl!("settings-refused"), fl!("settings-used-text")),
    };
    response(status, HTML, small_page(&title, &text, ""))
}

fn small_page(title: &str, text: &str, form: &str) -> String {
    ENTRANCE
        .replace("@LANGUAGE@", language())
        .replace("@ICON@", &Base64::encode_string(ICON.as_bytes()))
        .replace("@TITLE@", &escaped(title))
        .replace("@TEXT@", &escaped(text).replace('`', ""))
        .replace("@FORM@", form)
}

/// An object as JSON.
pub fn json(status: StatusCode, value: &Value) -> Response<Body> {
    response(status, "application/json", value.to_string())
}

/// A stream of events.
pub fn events(stream: EventStream) -> Response<Body> {
    let mut response = Response::new(Either::Right(stream));
    secure(&mut response, "text/event-stream; charset=utf-8");
    response
}
