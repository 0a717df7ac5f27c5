//! Notifications, as <https://specifications.freedesktop.org/notification-spec/latest/> has them.
//!
//! One thread posts and one hears of clicks, however many notifications there are. A server that
//! hangs holds up the first of them only, and only for a while.

mod queue;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_lite::StreamExt;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream, Variant};

use super::super::contract::Notification;
use super::super::notification_actions::NotificationActions;
use super::super::sanitize::sanitized;
use queue::Queue;

/// A server that does not answer for that long gets the next notification instead.
const PATIENCE: Duration = Duration::from_secs(5);
/// Signals that may wait to be read.
const SIGNALS: NonZeroUsize = NonZeroUsize::new(32).unwrap();

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// Name of the action for a click on the notification itself.
const ITSELF: &str = "default";
const BUTTON: &str = "open";

type Clicked = Box<dyn FnOnce() + Send>;
type NotificationQueue = Queue<(Notification, Clicked)>;
type Waiting = Arc<Mutex<NotificationActions<Clicked>>>;

/// Hands a notification to the thread that posts them.
pub fn post(notice: Notification, clicked: Clicked) {
    static QUEUE: LazyLock<Arc<NotificationQueue>> = LazyLock::new(|| {
        let queue = Arc::<NotificationQueue>::default();
        let theirs = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name("notifications".into());
        if let Err(error) = thread.spawn(move || work(&theirs)) {
            tracing::warn!(%error, "no thread posts notifications");
        }
        queue
    });
    QUEUE.put((notice, clicked));
}

fn work(queue: &NotificationQueue) {
    let mut bus: Option<Bus> = None;
    loop {
        let (notice, clicked) = queue.take();
        if bus.as_ref().is_some_and(Bus::is_gone) {
            bus = None;
        }
        let posted = match &bus {
            Some(bus) => bus.post(&notice, clicked),
            None => Bus::connect().and_then(|new| bus.insert(new).post(&notice, clicked)),
        };
        if let Err(error) = posted {
            tracing::warn!(%error, title = notice.title, "the notification was not shown");
        }
    }
}

/// The session bus, and the thread that hears of clicks on it.
struct Bus {
    connection: Connection,
    clicks: Waiting,
    listener: JoinHandle<()>,
    /// Numbers of the newest notifications, by what they are about.
    numbers: Mutex<HashMap<String, u32>>,
}

impl Bus {
    fn connect() -> zbus::Result<Self> {
        let (connection, signals) = zbus::block_on(async {
            let builder = zbus::connection::Builder::session().method_timeout(PATIENCE);
            let connection = builder.build().await?;
            let signals = MatchRule::builder()
                .msg_type(Type::Signal)
                .interface(NAME)
                .build()?;
            let signals =
                MessageStream::for_match_rule(signals, &connection, Some(SIGNALS)).await?;
            zbus::Result::Ok((connection, signals))
        })?;
        let clicks = Arc::new(Mutex::new(NotificationActions::new()));
        let theirs = Arc::clone(&clicks);
        let thread = std::thread::Builder::new().name("clicks on notifications".into());
        let listener = thread.spawn(move || listen(signals, &theirs))?;
        Ok(Self {
            connection,
            clicks,
            listener,
            numbers: Mutex::default(),
        })
    }

    fn is_gone(&self) -> bool {
        self.listener.is_finished()
    }

    fn post(&self, notice: &Notification, clicked: Clicked) -> zbus::Result<()> {
        // Asked each time: the server may be another one since.
        let reply = self.call("GetCapabilities", &())?;
        let abilities: Vec<String> = reply.body().deserialize()?;
        let can = |ability: &str| abilities.iter().any(|has| has == ability);
        let body = body(&notice.body, can("body-markup"));
        let actions = actions(&notice.action, can("actions"));
        let hints = HashMap::from([
            ("desktop-entry", Variant::from("remote-jupyter")),
            ("category", Variant::from("network")),
        ]);
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        // 0: none. One that is gone is no error.
        let replaced = numbers.get(&notice.id).copied().unwrap_or_default();
        // -1: the server knows how long.
        let arguments = (
            "Remote Jupyter",
            replaced,
            "remote-jupyter",
            sanitized(&notice.title),
            body,
            &actions,
            hints,
            -1_i32,
        );
        // A click may be told before we have read the number that it is about.
        let mut clicks = self.clicks.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = self.call("Notify", &arguments)?;
        let number = reply.body().deserialize()?;
        numbers.insert(notice.id.clone(), number);
        if actions.is_empty() {
            return Ok(());
        }
        clicks.keep(name(&reply, number), clicked);
        Ok(())
    }

    fn call<B>(&self, method: &str, body: &B) -> zbus::Result<Message>
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        let call = self
            .connection
            .call_method(Some(NAME), PATH, Some(NAME), method, body);
        zbus::block_on(call)
    }
}

/// The body, escaped for servers that would read markup in it.
fn body(text: &str, markup: bool) -> String {
    let text = sanitized(text);
    if !markup {
        return text;
    }
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Returns pairs of an action's name and its label.
fn actions(button: &str, can: bool) -> Vec<String> {
    let mut actions = Vec::new();
    if can {
        actions.extend([ITSELF.to_owned(), sanitized(button)]);
    }
    if can && !button.is_empty() {
        actions.extend([BUTTON.to_owned(), sanitized(button)]);
    }
    actions
}

/// A notification's number, with its server's name on the bus: another server, or the same one
/// started again, counts from the beginning.
fn name(from: &Message, number: u32) -> String {
    let header = from.header();
    let server = header.sender().map(ToString::to_string);
    format!("{} {number}", server.unwrap_or_default())
}

/// Until the bus is gone.
fn listen(mut signals: MessageStream, clicks: &Mutex<NotificationActions<Clicked>>) {
    while let Some(Ok(signal)) = zbus::block_on(signals.next()) {
        if let Some(clicked) = hear(&signal, clicks) {
            clicked();
        }
    }
}

/// Returns the callback of a notification that was clicked. A notification that was closed loses
/// its callback.
fn hear(signal: &Message, clicks: &Mutex<NotificationActions<Clicked>>) -> Option<Clicked> {
    let body = signal.body();
    let header = signal.header();
    let (number, action) = match header.member()?.as_str() {
        "ActionInvoked" => body.deserialize::<(u32, String)>().ok()?,
        "NotificationClosed" => (body.deserialize::<(u32, u32)>().ok()?.0, String::new()),
        _ => return None,
    };
    let mut clicks = clicks.lock().unwrap_or_else(PoisonError::into_inner);
    let clicked = clicks.take(&name(signal, number))?;
    let is_ours = action == ITSELF || action == BUTTON;
    is_ours.then_some(clicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_escaped_where_markup_is_read() {
        let text = "<b>a & b</b>\0";
        assert_eq!(body(text, true), "&lt;b&gt;a &amp; b&lt;/b&gt;\u{FFFD}");
        assert_eq!(body(text, false), "<b>a & b</b>\u{FFFD}");
    }

    #[test]
    fn a_button_is_there_if_it_says_something_and_the_server_has_any() {
        assert_eq!(
            actions("Open Tab", true),
            ["default", "Open Tab", "open", "Open Tab"]
        );
        assert_eq!(actions("", true), ["default", ""]);
        assert!(actions("Open Tab", false).is_empty());
    }
}
