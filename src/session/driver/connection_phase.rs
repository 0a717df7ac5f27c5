//! A connection and all that exists over it, by its phase.

use std::rc::Rc;

use crate::connect::node::NodeConnection;
use crate::remote::ScriptSession;
use crate::ssh::Connection;
use crate::ssh::poll::Poller;
use crate::tunnel::Forwarder;

/// The connection to the remote host. Each phase holds what exists in it; to leave
/// a phase is to drop that.
pub enum ConnectionPhase {
    /// There is none: not yet, or not any more.
    Disconnected,
    /// It is open, and the host key is right. The login is next.
    Connected(Rc<Connection>),
    /// Logged in. The script has the connection for itself.
    LoggedIn(Box<OpenConnection>),
    /// The forwarder has the connection.
    Forwarding(Box<Forwarding>),
}

/// A connection after its login.
pub struct OpenConnection {
    /// Runs on the remote host from its first command on.
    script: Option<ScriptSession>,
    /// The key that was right there.
    key: Option<Vec<u8>>,
    connection: Rc<Connection>,
}

/// A connection that carries forwards. The script may still have something to do: a session to a
/// node begins meanwhile.
pub struct Forwarding {
    /// The session to the server's node, over this connection.
    pub node: Option<NodeConnection>,
    /// Carries the forwarded connections.
    pub forwarder: Forwarder,
    /// The job that a relay leads into.
    pub relayed_job: Option<String>,
    login: Box<OpenConnection>,
}

impl ConnectionPhase {
    /// Returns the connection, if there is one.
    pub fn connection(&self) -> Option<&Rc<Connection>> {
        match self {
            Self::Disconnected => None,
            Self::Connected(connection) => Some(connection),
            Self::LoggedIn(login) => Some(&login.connection),
            Self::Forwarding(forwarding) => Some(&forwarding.login.connection),
        }
    }

    /// Begins the phase after the login. The key is the one that was right there.
    pub fn log_in(&mut self, key: Option<Vec<u8>>) {
        *self = match std::mem::replace(self, Self::Disconnected) {
            Self::Connected(connection) => Self::LoggedIn(Box::new(OpenConnection {
                script: None,
                key,
                connection,
            })),
            other => other,
        };
    }

    /// Returns the key that was right at the login.
    pub fn key(&self) -> Option<&[u8]> {
        self.login()?.key.as_deref()
    }

    /// Returns the script, if it runs.
    pub fn script(&mut self) -> Option<&mut ScriptSession> {
        self.login_mut()?.script.as_mut()
    }

    /// Returns true if the script runs.
    pub fn has_script(&self) -> bool {
        self.login().is_some_and(|login| login.script.is_some())
    }

    /// Keeps the script that was started over this connection.
    pub fn keep_script(&mut self, script: ScriptSession) {
        if let Some(login) = self.login_mut() {
            login.script = Some(script);
        }
    }

    /// Takes the script, which has nothing more to do.
    pub fn take_script(&mut self) -> Option<ScriptSession> {
        self.login_mut()?.script.take()
    }

    /// Begins to forward, if that has not begun. Returns `None` without a login.
    pub fn forward(&mut self, poller: &Rc<Poller>) -> Option<&mut Forwarding> {
        *self = match std::mem::replace(self, Self::Disconnected) {
            Self::LoggedIn(login) => {
                let connection = Rc::clone(&login.connection);
                Self::Forwarding(Box::new(Forwarding {
                    node: None,
                    forwarder: Forwarder::new(connection, Rc::clone(poller), None),
                    relayed_job: None,
                    login,
                }))
            }
            other => other,
        };
        self.forwarding()
    }

    /// Ends the forwarding. Returns the forwarder, which the caller ends.
    pub fn end_forwarding(&mut self) -> Option<Forwarder> {
        match std::mem::replace(self, Self::Disconnected) {
            Self::Forwarding(forwarding) => {
                let Forwarding {
                    forwarder, login, ..
                } = *forwarding;
                *self = Self::LoggedIn(login);
                Some(forwarder)
            }
            other => {
                *self = other;
                None
            }
        }
    }

    /// Returns the forwarder with the session to the node, while it forwards.
    pub fn forwarding(&mut self) -> Option<&mut Forwarding> {
        match self {
            Self::Forwarding(forwarding) => Some(forwarding),
            Self::Disconnected | Self::Connected(_) | Self::LoggedIn(_) => None,
        }
    }

    /// Returns the forwarder, while it forwards.
    pub fn forwarder(&mut self) -> Option<&mut Forwarder> {
        self.forwarding()
            .map(|forwarding| &mut forwarding.forwarder)
    }

    /// Returns the session to the server's node, if there is one.
    pub fn node(&self) -> Option<&NodeConnection> {
        match self {
            Self::Forwarding(forwarding) => forwarding.node.as_ref(),
            Self::Disconnected | Self::Connected(_) | Self::LoggedIn(_) => None,
        }
    }

    /// Ends the session to the node.
    pub fn drop_node(&mut self) {
        if let Some(forwarding) = self.forwarding() {
            forwarding.node = None;
        }
    }

    fn login(&self) -> Option<&OpenConnection> {
        match self {
            Self::LoggedIn(login) => Some(login.as_ref()),
            Self::Forwarding(forwarding) => Some(forwarding.login.as_ref()),
            Self::Disconnected | Self::Connected(_) => None,
        }
    }

    fn login_mut(&mut self) -> Option<&mut OpenConnection> {
        match self {
            Self::LoggedIn(login) => Some(login.as_mut()),
            Self::Forwarding(forwarding) => Some(forwarding.login.as_mut()),
            Self::Disconnected | Self::Connected(_) => None,
        }
    }
}
