//! Jupyter's REST interface, asked through the tunnel like any browser would.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use ureq::Body;
use ureq::http::Response;
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::{Connector, TcpConnector};

use super::activity::{self, KernelLine, Kernels, Observation, Unused};
use super::page::inside;
use super::pages::{PagePath, Pages};
use super::server::Server;
use super::tls::{Fingerprint, OtherCertificate, Pin, PinnedTls};
use crate::config::App;
use crate::i18n::fl;
use crate::secret::Secret;

/// Longest time for the answer to one request. Even a server that is starting on a busy host
/// answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(7);

/// Path of the status request, which only authorized requests get. It must not count as the user's
/// activity: that would defeat an idle shutdown.
const STATUS: &str = "api/status?no_track_activity=1";

/// Path of the list of kernels, which does not count as the user's activity either.
const KERNELS: &str = "api/kernels?no_track_activity=1";

/// An action on a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelAction {
    /// Interrupt what it runs; its variables stay.
    Interrupt,
    /// End its process, and start another one for the same notebook.
    Restart,
    /// End its process.
    ShutDown,
}

impl KernelAction {
    /// Returns the word for it in logs and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interrupt => "interrupt",
            Self::Restart => "restart",
            Self::ShutDown => "shutdown",
        }
    }
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nothing listens (yet), or the connection broke off: worth another try while starting.
    #[error("{}", fl!("api-no-answer", why = .0))]
    NoAnswer(String),
    /// The server answered with this status.
    #[error("{}", fl!("api-status", status = .0))]
    Status(u16),
    /// The server shows another certificate than before; it was sent nothing.
    #[error("{}", fl!("api-other-certificate", why = .0))]
    Certificate(String),
    /// It answers, and has none of the pages that a tab could show.
    #[error("{}", fl!("api-no-page"))]
    NoPage,
    /// The answer is not what Jupyter says.
    #[error("{}", fl!("api-not-jupyter", why = .0))]
    NotJupyter(String),
}

impl ApiError {
    /// Returns true if the server said itself that it is of no use; silence says nothing.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        match self {
            Self::Status(status) => (400..500).contains(status),
            Self::NotJupyter(_) | Self::NoPage => true,
            Self::NoAnswer(_) | Self::Certificate(_) => false,
        }
    }
}

/// The server's proof of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAnswer {
    /// `jupyter_server`'s or notebook's version.
    pub version: String,
    /// False when there is no token to prove that we may: the tab then asks for the password.
    pub authenticated: bool,
    /// True if it has neither token nor password: every request is authorized.
    pub open: bool,
    /// Its certificate, where it speaks HTTPS.
    pub certificate: Option<Fingerprint>,
    /// Pages that it has, as far as that was queried.
    pub pages: Pages,
}

fn no_answer(error: &ureq::Error) -> ApiError {
    if let ureq::Error::Other(why) = error
        && let Some(other) = why.downcast_ref::<OtherCertificate>()
    {
        return ApiError::Certificate(other.to_string());
    }
    ApiError::NoAnswer(match error {
        ureq::Error::Timeout(_) => fl!("api-silent", seconds = PATIENCE.as_secs()),
        other => other.to_string(),
    })
}

fn read<T: serde::de::DeserializeOwned>(response: &mut Response<Body>) -> Result<T, ApiError> {
    let read = response.body_mut().read_json();
    read.map_err(|error| ApiError::NotJupyter(error.to_string()))
}

fn agent(pin: &Pin) -> ureq::Agent {
    agent_over(TcpConnector::default(), DefaultResolver::default(), pin)
}

fn agent_over(connector: impl Connector, resolver: impl Resolver, pin: &Pin) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // A proxy from the environment would be shown the token.
        .proxy(None)
        .max_redirects(0)
        .build();
    let connector = connector.chain(PinnedTls(pin.clone()));
    ureq::Agent::with_parts(config, connector, resolver)
}

/// Encodes what a request's line cannot hold in an address (`/a b/`); what is encoded already stays.
fn encoded(address: String) -> String {
    url::Url::parse(&address).map_or(address, String::from)
}

/// Returns the address of a file or folder below the server's own.
fn contents(path: &str, query: &str) -> Result<String, ApiError> {
    let mut url = url::Url::parse("http://localhost/api/contents")
        .map_err(|error| ApiError::NotJupyter(error.to_string()))?;
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(inside(path).split('/'));
    }
    url.set_query(Some(&format!("{query}&no_track_activity=1")));
    let place = url.as_str().trim_start_matches("http://localhost/");
    Ok(place.to_owned())
}

/// One server's interface at a local port.
pub struct Api {
    agent: ureq::Agent,
    base: String,
    /// By which name a tab will ask: a server may refuse others (`local_hostnames`).
    host: String,
    token: Secret,
    pin: Pin,
    /// From the runtime file.
    version: Option<String>,
}

impl Api {
    /// The interface of `server` behind the local port.
    #[must_use]
    pub fn new(server: &Server, local_port: u16) -> Self {
        let pin = Pin::new(server.certificate);
        let scheme = if server.secure { "https" } else { "http" };
        Self {
            agent: agent(&pin),
            base: encoded(format!(
                "{scheme}://127.0.0.1:{local_port}{}",
                server.base_url
            )),
            host: format!("localhost:{local_port}"),
            token: server.token.clone(),
            pin,
            version: server.version.clone(),
        }
    }

    /// The interface behind the local port without TLS, at a base URL that begins and ends with a
    /// slash.
    #[must_use]
    pub fn at(local_port: u16, base_url: &str, token: Secret) -> Self {
        let pin = Pin::default();
        Self {
            agent: agent(&pin),
            base: format!("http://127.0.0.1:{local_port}{base_url}"),
            host: format!("localhost:{local_port}"),
            token,
            pin,
            version: None,
        }
    }

    /// The same, whose answers come from `connector`.
    pub(crate) fn over(connector: impl Connector, resolver: impl Resolver, token: Secret) -> Self {
        let at = Self::at(1, "/", token);
        Self {
            agent: agent_over(connector, resolver, &at.pin),
            ..at
        }
    }

    /// Checks that the server is available and accepts our token. `/api` answers any request;
    /// `/api/status` only authorized ones.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn check(&self) -> Result<ServerAnswer, ApiError> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let authenticated = !self.token.is_empty();
        if authenticated {
            self.get::<IgnoredAny>(STATUS)?;
        }
        // Asked and not read from the runtime file: there jupyter_server 2 says `"password": false`
        // of a password that its own `jupyter server password` has set (2.21).
        let open = !authenticated && self.get::<IgnoredAny>(STATUS).is_ok();
        // A server that took the token of its runtime file is the one that the file tells of.
        let version = match self.version.clone().filter(|_| authenticated) {
            Some(version) => version,
            None => self.get::<Version>("api")?.version,
        };
        Ok(ServerAnswer {
            version,
            authenticated,
            open,
            certificate: self.pin.get(),
            pages: Pages::default(),
        })
    }

    /// Returns the pages that the server has: it queries the wished page first, then the others
    /// until one exists. A page that is `known` to exist is not queried.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn pages(&self, wish: Option<App>, known: Pages) -> Result<Pages, ApiError> {
        let mut pages = known;
        let mut broken = None;
        for place in known.order(wish) {
            let is_there = pages.is_sure(place)
                || match self.has(place) {
                    // A part of it is broken, such as Notebook 7 whose Lab is switched off.
                    Err(ApiError::Status(status)) => {
                        broken = Some(status);
                        false
                    }
                    answer => answer?,
                };
            pages.note(place, is_there);
            if is_there {
                return Ok(pages);
            }
        }
        Err(broken.map_or(ApiError::NoPage, ApiError::Status))
    }

    fn has(&self, place: PagePath) -> Result<bool, ApiError> {
        match self.get::<IgnoredAny>(place.front()) {
            Err(ApiError::Status(404)) => Ok(false),
            Err(ApiError::Status(status)) if status >= 500 => Err(ApiError::Status(status)),
            // A page is no JSON, and one behind a login is somewhere else.
            Ok(_) | Err(ApiError::NotJupyter(_) | ApiError::Status(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Counts the kernels.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn kernels(&self) -> Result<Kernels, ApiError> {
        Ok(activity::count(&self.get::<Vec<KernelLine>>(KERNELS)?))
    }

    /// Returns the server's activity. Queries it like this and not through a kernel's websocket: a
    /// second listener there takes the output that the server keeps for a closed tab.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn observe(&self) -> Result<Observation, ApiError> {
        self.look(false)
    }

    /// The same, and since when the server and its kernels are unused.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn observe_use(&self) -> Result<Observation, ApiError> {
        self.look(true)
    }

    fn look(&self, with_use: bool) -> Result<Observation, ApiError> {
        let mut response = self.respond(KERNELS)?;
        let date = response.headers().get("Date");
        let date = date.and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        let kernels: Vec<KernelLine> = read(&mut response)?;
        // No kernels, no notebooks: an idle server is asked once.
        let sessions = if kernels.is_empty() {
            Vec::new()
        } else {
            self.get("api/sessions?no_track_activity=1")?
        };
        let unused = with_use.then(|| self.unused(&kernels));
        Ok(Observation {
            unused,
            activity: activity::gathered(&kernels, sessions),
            at: date.unwrap_or_else(Timestamp::now),
            here: Timestamp::now(),
            last_messages: activity::last_messages(&kernels),
            errors: activity::errors(&kernels),
        })
    }

    /// Asks what the server says of its own use. One without terminals answers that it has no such place.
    fn unused(&self, kernels: &[KernelLine]) -> Unused {
        let status = self.get(STATUS).ok();
        let terminals = self.get::<Vec<IgnoredAny>>("api/terminals?no_track_activity=1");
        let terminals = terminals.map_or(0, |all| all.len());
        activity::unused(kernels, status, terminals)
    }

    /// Interrupts a kernel, starts it again, or shuts it down; returns once the server has done so.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn act_on_kernel(&self, id: &str, action: KernelAction) -> Result<(), ApiError> {
        let place = self.place(&["api", "kernels", id])?;
        let (host, authorization) = (self.host.as_str(), self.authorization());
        let sent = match action {
            KernelAction::ShutDown => {
                let request = self.agent.delete(&place).header("Host", host);
                request.header("Authorization", authorization).call()
            }
            KernelAction::Interrupt | KernelAction::Restart => {
                let place = format!("{place}/{}", action.as_str());
                let request = self.agent.post(place).header("Host", host);
                request.header("Authorization", authorization).send_empty()
            }
        };
        let status = sent.map_err(|error| no_answer(&error))?.status().as_u16();
        match status {
            200..=299 => Ok(()),
            status => Err(ApiError::Status(status)),
        }
    }

    /// Returns the address of those parts below the server's own, each of them encoded.
    fn place(&self, parts: &[&str]) -> Result<String, ApiError> {
        let not_jupyter = |error: url::ParseError| ApiError::NotJupyter(error.to_string());
        let mut url = url::Url::parse(&self.base).map_err(not_jupyter)?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        Ok(url.into())
    }

    /// Checks whether the server has a file or folder of that path in its own folder.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn has_file(&self, path: &str) -> Result<bool, ApiError> {
        match self.get::<IgnoredAny>(&contents(path, "content=0")?) {
            Ok(_) => Ok(true),
            Err(ApiError::Status(404)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the notebooks and folders in a folder of the server's own; folders end with a slash.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn notebooks(&self, folder: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct Entry {
            name: String,
            #[serde(rename = "type")]
            kind: String,
        }
        #[derive(Deserialize)]
        struct Folder {
            content: Vec<Entry>,
        }
        let folder: Folder = self.get(&contents(folder, "type=directory")?)?;
        let name = |entry: Entry| match entry.kind.as_str() {
            "directory" => Some(entry.name + "/"),
            "notebook" => Some(entry.name),
            _ => None,
        };
        Ok(folder.content.into_iter().filter_map(name).collect())
    }

    /// Asks the server to end itself, and its kernels.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn shut_down(&self) -> Result<(), ApiError> {
        let request = self.agent.post(format!("{}api/shutdown", self.base));
        let response = request
            .header("Host", self.host.as_str())
            .header("Authorization", self.authorization())
            .send_empty()
            .map_err(|error| no_answer(&error))?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(ApiError::Status(status)),
        }
    }

    fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        read(&mut self.respond(path)?)
    }

    fn respond(&self, path: &str) -> Result<Response<Body>, ApiError> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let mut request = request.header("Host", self.host.as_str());
        if !self.token.is_empty() {
            request = request.header("Authorization", self.authorization());
        }
        let response = request.call().map_err(|error| no_answer(&error))?;
        match response.status().as_u16() {
            200 => Ok(response),
            status => Err(ApiError::Status(status)),
        }
    }

    fn authorization(&self) -> String {
        format!("token {}", self.token.reveal())
    }
}

#[cfg(test)]
mod tests;
