//! The notification server itself: its abilities, and what it tells to all, on a connection of ours.
//!
//! notify-rust 4.19 has no such call that ends when the server hangs, and listens for a click only
//! after it has posted.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures_lite::StreamExt;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::shown::NotificationName;

/// Signals that may wait to be read.
const SIGNALS: NonZeroUsize = NonZeroUsize::new(32).unwrap();

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const BUS: &str = "org.freedesktop.DBus";

/// The abilities of a server.
pub struct Abilities {
    /// Its name on the bus.
    pub server: String,
    words: Vec<String>,
}

impl Abilities {
    /// Checks for one of the words of the standard, such as `actions`.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }
}

/// An end of a notification.
#[derive(Debug, PartialEq, Eq)]
pub struct NotificationEnd {
    pub name: NotificationName,
    /// The action that the user chose, if that ended it.
    pub action: Option<String>,
}

/// The notification server of a session.
pub struct NotificationServer {
    connection: Connection,
    signals: MessageStream,
}

impl NotificationServer {
    /// Connects to the session's bus. A call that takes longer than `patience` fails.
    pub async fn connect(patience: Duration) -> zbus::Result<Self> {
        let builder = zbus::connection::Builder::session().method_timeout(patience);
        let connection = builder.build().await?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(NAME)
            .build()?;
        let signals = MessageStream::for_match_rule(rule, &connection, Some(SIGNALS)).await?;
        Ok(Self {
            connection,
            signals,
        })
    }

    /// Asks what the server can do; each time, for it may be another one since.
    pub async fn abilities(&self) -> zbus::Result<Abilities> {
        let reply = self.call(NAME, PATH, "GetCapabilities", &()).await?;
        Ok(Abilities {
            server: sender(&reply),
            words: reply.body().deserialize()?,
        })
    }

    /// Asks the bus for the name of the server that runs now.
    pub async fn current(&self) -> zbus::Result<String> {
        let path = "/org/freedesktop/DBus";
        let reply = self.call(BUS, path, "GetNameOwner", &NAME).await?;
        reply.body().deserialize()
    }

    async fn call<B>(&self, name: &str, path: &str, method: &str, body: &B) -> zbus::Result<Message>
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        let call = self
            .connection
            .call_method(Some(name), path, Some(name), method, body);
        call.await
    }

    /// Waits for the next end of a notification that a server tells to all. `None`: the bus is gone.
    pub async fn next(&mut self) -> Option<NotificationEnd> {
        while let Some(Ok(signal)) = self.signals.next().await {
            if let Some(end) = end(&signal) {
                return Some(end);
            }
        }
        None
    }
}

fn sender(message: &Message) -> String {
    let header = message.header();
    header.sender().map(ToString::to_string).unwrap_or_default()
}

fn end(signal: &Message) -> Option<NotificationEnd> {
    let (header, body) = (signal.header(), signal.body());
    let (number, action) = match header.member()?.as_str() {
        "ActionInvoked" => {
            let (number, action) = body.deserialize::<(u32, String)>().ok()?;
            (number, Some(action))
        }
        "NotificationClosed" => (body.deserialize::<(u32, u32)>().ok()?.0, None),
        _ => return None,
    };
    let name = NotificationName {
        server: sender(signal),
        number,
    };
    Some(NotificationEnd { name, action })
}
