//! The answers of the settings page.

use std::io;
use std::path::PathBuf;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::access::{Access, Visit};
use super::answers::{self, Body};
use super::changes::{self, ChangeRequest};
use super::checks::{AskUser, Checks};
use super::events::OpenPages;
use super::form;
use crate::config::{self, ChangeError, Config, ConfigText, SharedHost};
use crate::host_os::Scope;
use crate::i18n::set_language;
use crate::problem::Face;

/// The limit for what a page sends.
const LONGEST: usize = 256 << 10;

/// Purpose of a settings page.
pub struct SettingsRequest {
    /// The files that are edited and read.
    pub scope: Scope,
    /// Whose remedies are shown.
    pub face: Face,
    /// Asks the user what a check needs to know.
    pub ask: AskUser,
}

/// Everything that the page's thread knows.
pub struct Service {
    scope: Scope,
    face: Face,
    access: Access,
    pages: OpenPages,
    checks: Checks,
}

/// The host that a request is about.
#[derive(Deserialize)]
struct OfHost {
    host: String,
}

impl Service {
    /// For a page at that port.
    pub fn new(port: u16, request: SettingsRequest) -> io::Result<Self> {
        let SettingsRequest { scope, face, ask } = request;
        let pages = OpenPages::new();
        Ok(Self {
            access: Access::new(port)?,
            checks: Checks::new(scope.clone(), face, ask, pages.clone()),
            scope,
            face,
            pages,
        })
    }

    /// Returns the address that enters, once.
    pub fn address(&self) -> String {
        self.access.address()
    }

    /// Returns another address that enters, once.
    pub fn new_address(&self) -> io::Result<String> {
        self.access.renew()?;
        Ok(self.access.address())
    }

    /// Returns the number of pages that are open, as it changes.
    pub fn pages(&self) -> watch::Receiver<usize> {
        self.pages.count()
    }

    /// Ends what the page has begun.
    pub fn close(&self) {
        self.checks.stop(None);
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let (method, path) = (&parts.method, parts.uri.path());
        match self.access.judge(method, path, &parts.headers) {
            Visit::Refused(status) => answers::refused(status),
            Visit::Entrance => answers::entrance(),
            Visit::Enter => answers::entered(&self.access.cookie()),
            Visit::Allowed if method == Method::GET => self.read(path),
            Visit::Allowed => {
                // A page that sends more, or breaks off, is none of ours.
                let body = Limited::new(body, LONGEST).collect().await;
                match body {
                    Ok(body) => self.act(method, path, &body.to_bytes()),
                    Err(_) => answers::refused(StatusCode::PAYLOAD_TOO_LARGE),
                }
            }
        }
    }

    fn read(&self, path: &str) -> Response<Body> {
        match path {
            "/" => answers::page(self.access.token()),
            "/settings.css" => answers::style(),
            "/settings.js" => answers::script(),
            "/enter.js" => answers::entrance_script(),
            "/state" => answers::json(StatusCode::OK, &self.state()),
            "/events" => answers::events(self.pages.join()),
            _ => answers::refused(StatusCode::NOT_FOUND),
        }
    }

    fn act(&self, method: &Method, path: &str, body: &[u8]) -> Response<Body> {
        let acted = match (method, path) {
            (&Method::POST, "/change") => parsed(body).and_then(|request| self.change(&request)),
            (&Method::POST, "/check") => parsed(body).and_then(|request| self.check(&request)),
            (&Method::POST, "/share") => parsed(body).and_then(|request| self.share(&request)),
            (&Method::POST, "/choices") => parsed(body).and_then(|request| self.choices(&request)),
            (&Method::POST, "/check/stop") => parsed(body).map(|OfHost { host }| {
                self.checks.stop(Some(&host));
                answers::json(StatusCode::OK, &json!({}))
            }),
            _ => return answers::refused(StatusCode::NOT_FOUND),
        };
        acted.unwrap_or_else(|| answers::refused(StatusCode::BAD_REQUEST))
    }

    fn path(&self) -> PathBuf {
        self.scope.config_file().to_owned()
    }

    fn state(&self) -> Value {
        form::state(&self.scope, self.face)
    }

    fn change(&self, request: &ChangeRequest) -> Option<Response<Body>> {
        let path = self.path();
        let changed = config::change(&path, &request.version, &request.change()?);
        Some(match changed {
            Ok(()) => {
                if request.sets_language() {
                    set_language(Config::language_in(&path).as_deref());
                }
                answers::json(StatusCode::OK, &self.state())
            }
            Err(ChangeError::Changed) => answers::json(StatusCode::CONFLICT, &json!({})),
            Err(ChangeError::Refused(errors)) => {
                let errors: Vec<Value> = errors.iter().map(changes::error).collect();
                let errors = json!({ "errors": errors });
                answers::json(StatusCode::UNPROCESSABLE_ENTITY, &errors)
            }
            Err(ChangeError::Edit(error)) => {
                let error = json!({ "message": error.to_string(), "remedy": "" });
                let errors = json!({ "errors": [error] });
                answers::json(StatusCode::UNPROCESSABLE_ENTITY, &errors)
            }
        })
    }

    fn share(&self, OfHost { host }: &OfHost) -> Option<Response<Body>> {
        let file = ConfigText::read(&self.path()).ok()?;
        let shared = SharedHost::of(&file.text, host)?;
        let shared = json!({ "text": shared.text, "leftOut": shared.left_out });
        Some(answers::json(StatusCode::OK, &shared))
    }

    fn choices(&self, OfHost { host }: &OfHost) -> Option<Response<Body>> {
        let config = Config::load(&self.path()).ok()?;
        self.checks.ask_choices(config.host(host)?.clone());
        Some(answers::json(StatusCode::ACCEPTED, &json!({})))
    }

    fn check(&self, OfHost { host }: &OfHost) -> Option<Response<Body>> {
        let path = self.path();
        let config = Config::load(&path).ok()?;
        let host = config.host(host)?.clone();
        self.checks.start(&config, host, &path);
        Some(answers::json(StatusCode::ACCEPTED, &json!({})))
    }
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
