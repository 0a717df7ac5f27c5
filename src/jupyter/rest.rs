//! Jupyter's REST interface, asked through the tunnel like any browser would.

use std::time::Duration;

use serde::Deserialize;

use super::server::Server;
use crate::token::Secret;
use crate::words::say;

/// A server that does not answer one request in this time is not well: even one that is starting
/// on a busy machine answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(7);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody listens (yet), or the connection broke off: worth another try while starting.
    #[error("{}", say!("api-no-answer", why = .0))]
    NoAnswer(String),
    /// The server answered with this status.
    #[error("{}", say!("api-status", status = .0))]
    Status(u16),
    /// The answer is not what Jupyter says.
    #[error("{}", say!("api-not-jupyter", why = .0))]
    NotJupyter(String),
}

/// The server's proof of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `jupyter_server`'s or notebook's version.
    pub version: String,
    /// False when there is no token to prove that we may: the tab then asks for the password.
    pub authenticated: bool,
}

/// What the kernels do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Kernels {
    /// How many there are.
    pub total: usize,
    /// How many of them compute.
    pub busy: usize,
}

/// A notebook, console or file with a kernel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Notebook {
    /// Its path, as Jupyter's file browser has it.
    pub path: String,
    /// What the tab calls it.
    pub name: String,
    /// The kernel's kind, such as `python3`.
    pub kernel: String,
    /// `idle`, `busy`, `starting`, `dead`…, in Jupyter's own words.
    pub state: String,
}

/// What goes on in a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Activity {
    /// How many kernels there are, and compute.
    #[serde(flatten)]
    pub kernels: Kernels,
    /// What runs in them, by path.
    pub notebooks: Vec<Notebook>,
}

fn no_answer(error: &ureq::Error) -> ApiError {
    ApiError::NoAnswer(match error {
        ureq::Error::Timeout(_) => say!("api-silent", seconds = PATIENCE.as_secs()),
        other => other.to_string(),
    })
}

/// One server's interface at a local port.
pub struct Api {
    agent: ureq::Agent,
    base: String,
    token: Secret,
    /// From the runtime file.
    version: Option<String>,
}

impl Api {
    /// The interface of `server` behind the local port.
    #[must_use]
    pub fn new(server: &Server, local_port: u16) -> Self {
        Self {
            version: server.version.clone(),
            ..Self::at(local_port, &server.base_url, server.token.clone())
        }
    }

    /// The interface behind the local port, at a base URL that begins and ends with a slash.
    #[must_use]
    pub fn at(local_port: u16, base_url: &str, token: Secret) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A proxy from the environment would be shown the token.
            .proxy(None)
            .max_redirects(0)
            .build()
            .new_agent();
        Self {
            agent,
            base: format!("http://127.0.0.1:{local_port}{base_url}"),
            token,
            version: None,
        }
    }

    /// Whether the server is there and takes our token. `/api` answers anybody; `/api/status` only
    /// those who may.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn check(&self) -> Result<Answer, ApiError> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let authenticated = !self.token.is_empty();
        if authenticated {
            // Not to be counted as the person's activity: it would defeat an idle shutdown.
            self.get::<serde_json::Value>("api/status?no_track_activity=1")?;
        }
        // A server that took the token of its runtime file is the one that the file tells of.
        let version = match self.version.clone().filter(|_| authenticated) {
            Some(version) => version,
            None => self.get::<Version>("api")?.version,
        };
        Ok(Answer {
            version,
            authenticated,
        })
    }

    /// Counts the kernels.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn kernels(&self) -> Result<Kernels, ApiError> {
        #[derive(Deserialize)]
        struct Kernel {
            execution_state: Option<String>,
        }
        let kernels: Vec<Kernel> = self.get("api/kernels?no_track_activity=1")?;
        let busy = |kernel: &&Kernel| kernel.execution_state.as_deref() == Some("busy");
        Ok(Kernels {
            total: kernels.len(),
            busy: kernels.iter().filter(busy).count(),
        })
    }

    /// What goes on in the server. Asked like this and not through a kernel's websocket: a second
    /// listener there takes the output that the server keeps for a closed tab.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn activity(&self) -> Result<Activity, ApiError> {
        let kernels = self.kernels()?;
        // No kernels, no notebooks: an idle server is asked once.
        if kernels.total == 0 {
            return Ok(Activity::default());
        }
        let sessions: Vec<Session> = self.get("api/sessions?no_track_activity=1")?;
        let mut notebooks: Vec<Notebook> =
            sessions.into_iter().filter_map(Session::notebook).collect();
        // The server's own order changes from one answer to the next.
        notebooks.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Activity { kernels, notebooks })
    }

    /// Asks the server to end itself, and its kernels.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub fn shut_down(&self) -> Result<(), ApiError> {
        let request = self.agent.post(format!("{}api/shutdown", self.base));
        let response = request
            .header("Authorization", self.authorization())
            .send_empty()
            .map_err(|error| no_answer(&error))?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(ApiError::Status(status)),
        }
    }

    fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.header("Authorization", self.authorization());
        }
        let mut response = request.call().map_err(|error| no_answer(&error))?;
        match response.status().as_u16() {
            200 => response
                .body_mut()
                .read_json()
                .map_err(|error| ApiError::NotJupyter(error.to_string())),
            status => Err(ApiError::Status(status)),
        }
    }

    fn authorization(&self) -> String {
        format!("token {}", self.token.reveal())
    }
}

/// A session, as Jupyter's servers from notebook 6 on tell it.
#[derive(Deserialize)]
struct Session {
    path: Option<String>,
    name: Option<String>,
    kernel: Option<SessionKernel>,
}

#[derive(Deserialize)]
struct SessionKernel {
    name: Option<String>,
    execution_state: Option<String>,
}

impl Session {
    fn notebook(self) -> Option<Notebook> {
        let (path, kernel) = (self.path?, self.kernel?);
        // notebook 6 leaves the name empty; the last part of the path is what its tab shows.
        let name = self.name.filter(|name| !name.is_empty());
        let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(Notebook {
            name: name.unwrap_or_else(last),
            path,
            kernel: kernel.name.unwrap_or_default(),
            state: kernel.execution_state.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sessions_of_both_generations_are_read() {
        let sessions = r#"[
            {"id": "1", "path": "a/b.ipynb", "name": "b.ipynb", "type": "notebook",
             "kernel": {"id": "k", "name": "python3", "execution_state": "busy"}, "notebook": {}},
            {"id": "2", "path": "c.ipynb", "name": "", "type": "notebook",
             "kernel": {"id": "l", "name": "ir", "execution_state": "idle"}},
            {"id": "3", "path": "ended.ipynb", "kernel": null}]"#;
        let sessions: Vec<Session> = serde_json::from_str(sessions).unwrap();
        let notebooks: Vec<Notebook> = sessions.into_iter().filter_map(Session::notebook).collect();
        let seen: Vec<[&str; 4]> = notebooks
            .iter()
            .map(|n| [&n.path, &n.name, &n.kernel, &n.state].map(String::as_str))
            .collect();
        assert_eq!(
            seen,
            [
                ["a/b.ipynb", "b.ipynb", "python3", "busy"],
                ["c.ipynb", "c.ipynb", "ir", "idle"]
            ]
        );
    }

    #[test]
    fn an_activity_is_one_flat_object() {
        let activity = Activity {
            kernels: Kernels { total: 2, busy: 1 },
            notebooks: vec![],
        };
        let text = serde_json::to_string(&activity).unwrap();
        assert_eq!(text, r#"{"total":2,"busy":1,"notebooks":[]}"#);
        assert_eq!(serde_json::from_str::<Activity>(&text).unwrap(), activity);
    }
}
