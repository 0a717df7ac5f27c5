//! Notifications, as <https://specifications.freedesktop.org/notification-spec/latest/> has them, posted with
//! notify-rust. docs/decisions/0016-notify-rust-on-linux.md tells what is done beside it.
//!
//! One thread posts them and hears of clicks, however many there are. A server that hangs holds up the first of them
//! only, and only for a while.

mod server;
mod shown;

use std::future::Future;
use std::io;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use futures_lite::future::or;
use notify_rust::{Hint, Notification as Message, NotificationHandle, NotificationResponse};
use zruntime::{Shared, SharedRuntime, Task};

use super::super::contract::{Notification, NotificationButton, NotificationClick};
use super::super::notification_actions::NotificationActions;
use super::super::sanitize::sanitized;
use server::{Abilities, NotificationEnd, NotificationServer};
use shown::{NotificationName, Shown};

/// A server that does not answer for that long gets the next notification instead.
const PATIENCE: Duration = Duration::from_secs(5);
/// Notifications that may wait to be posted: more than a user reads at once.
const MOST_WAITING: usize = 8;
/// Ends of notifications that may wait to be handled.
const MOST_ENDS: usize = 64;

/// Name of the action for a click on the notification itself.
const ITSELF: &str = "default";
const BUTTON: &str = "open";
const ALTERNATIVE: &str = "other";

type Clicked = NotificationClick;
type Order = (Notification, Clicked);

/// Hands a notification to the thread that posts them.
pub fn post(notice: Notification, clicked: Clicked) {
    static ORDERS: LazyLock<Sender<Order>> = LazyLock::new(|| {
        let (sender, orders) = async_channel::bounded(MOST_WAITING);
        let thread = std::thread::Builder::new().name("notifications".into());
        if let Err(error) = thread.spawn(move || zbus::block_on(work(&orders))) {
            tracing::warn!(%error, "no thread posts notifications");
        }
        sender
    });
    match ORDERS.force_send((notice, clicked)) {
        Ok(None) => {}
        Ok(Some(_)) => {
            tracing::warn!("a notification was dropped: older ones still wait for their server");
        }
        Err(_) => tracing::warn!("no thread posts notifications any more"),
    }
}

async fn work(orders: &Receiver<Order>) {
    while let Ok((notice, clicked)) = orders.recv().await {
        match Poster::connect().await {
            Ok(poster) => poster.serve((notice, clicked), orders).await,
            Err(error) => tell(&notice, Some(clicked), &error),
        }
    }
}

/// Notes that nobody sees it. What a click waits for then takes place without it.
fn tell(notice: &Notification, clicked: Option<Clicked>, error: &PostError) {
    tracing::warn!(%error, title = notice.title, "the notification was not shown");
    if let Some(clicked) = clicked.filter(|_| notice.acts_unseen) {
        clicked(NotificationButton::Action);
    }
}

/// Why a notification was not shown.
#[derive(Debug, thiserror::Error)]
enum PostError {
    /// The server, or the bus, takes too long.
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Bus(#[from] zbus::Error),
    #[error(transparent)]
    Notify(#[from] notify_rust::error::Error),
}

/// The next thing to do.
enum Event {
    Order(Order),
    /// The server told all of it.
    End(NotificationEnd),
    /// Somebody told the connection that posted it.
    EndByConnection(NotificationEnd),
    BusGone,
}

/// A notification's connection, and what listens on it.
struct Posted {
    handle: Arc<NotificationHandle>,
    /// Dropping it ends it.
    _listening: Task<(), Shared>,
}

/// The session's bus, and the notifications there.
struct Poster {
    server: NotificationServer,
    clicks: NotificationActions<Clicked>,
    shown: Shown<Posted>,
    /// Ends that a server told to the connection that posted the notification.
    ends: (Sender<NotificationEnd>, Receiver<NotificationEnd>),
}

impl Poster {
    async fn connect() -> Result<Self, PostError> {
        Ok(Self {
            server: within(NotificationServer::connect(PATIENCE)).await??,
            clicks: NotificationActions::new(),
            shown: Shown::new(),
            ends: async_channel::bounded(MOST_ENDS),
        })
    }

    /// Until the bus is gone.
    async fn serve(mut self, first: Order, orders: &Receiver<Order>) {
        let mut event = Event::Order(first);
        loop {
            match event {
                Event::Order((notice, clicked)) => {
                    let mut clicked = Some(clicked);
                    if let Err(error) = self.post(&notice, &mut clicked).await {
                        tell(&notice, clicked, &error);
                    }
                }
                Event::End(end) => self.hear(&end),
                Event::EndByConnection(end) => self.hear_if_current(&end).await,
                Event::BusGone => return,
            }
            event = self.next(orders).await;
        }
    }

    async fn next(&mut self, orders: &Receiver<Order>) -> Event {
        let (server, ends) = (&mut self.server, &self.ends.1);
        let by_all = async { server.next().await.map_or(Event::BusGone, Event::End) };
        let by_one = async {
            ends.recv()
                .await
                .map_or(Event::BusGone, Event::EndByConnection)
        };
        let order = async { orders.recv().await.map_or(Event::BusGone, Event::Order) };
        or(by_all, or(by_one, order)).await
    }

    /// Posts it, and takes what a click does once it is shown.
    async fn post(
        &mut self,
        notice: &Notification,
        clicked: &mut Option<Clicked>,
    ) -> Result<(), PostError> {
        let abilities = self.server.abilities().await?;
        self.shown.forget_others(&abilities.server);
        let older = self.shown.about(&notice.id);
        let older = older.map(|posted| Arc::clone(&posted.handle));
        let message = compose(notice, &abilities);
        let has_actions = !message.actions.is_empty();
        let handle = Arc::new(show(message, older).await?);
        let name = NotificationName {
            server: abilities.server,
            number: handle.id(),
        };
        if let Some(clicked) = clicked.take().filter(|_| has_actions) {
            self.clicks.keep(name.to_string(), clicked);
        }
        let posted = Posted {
            _listening: listen(Arc::clone(&handle), name.clone(), self.ends.0.clone())?,
            handle,
        };
        self.shown.add(name, notice.id.clone(), posted);
        Ok(())
    }

    /// notify-rust knows a notification by its number alone, which the next server counts too.
    async fn hear_if_current(&mut self, end: &NotificationEnd) {
        match self.server.current().await {
            Ok(server) if server == end.name.server => self.hear(end),
            _ => {}
        }
    }

    /// Calls the callback of a notification that was clicked. One that ended otherwise loses its callback.
    fn hear(&mut self, end: &NotificationEnd) {
        let clicked = self.clicks.take(&end.name.to_string());
        self.shown.close(&end.name);
        let button = end.action.as_deref().and_then(button);
        if let (Some(clicked), Some(button)) = (clicked, button) {
            clicked(button);
        }
    }
}

/// Returns what is clicked by an action of that name.
fn button(action: &str) -> Option<NotificationButton> {
    match action {
        ITSELF | BUTTON => Some(NotificationButton::Action),
        ALTERNATIVE => Some(NotificationButton::Alternative),
        _ => None,
    }
}

/// Gives up after a while.
async fn within<T>(call: impl Future<Output = T>) -> io::Result<T> {
    let runtime = SharedRuntime::current()?;
    Ok(runtime.timeout(PATIENCE, call).await?)
}

/// Shows a notification, in place of the older one about the same if there is one.
async fn show(
    mut message: Message,
    older: Option<Arc<NotificationHandle>>,
) -> Result<NotificationHandle, PostError> {
    let Some(older) = older else {
        return Ok(within(message.show_async()).await??);
    };
    message.id(older.id());
    if let Ok(handle) = within(message.show_async()).await? {
        return Ok(handle);
    }
    // GNOME's server refuses: only the connection that posted a notification may replace it, and here each has its own.
    within(older.close_async()).await?;
    message.id(0);
    Ok(within(message.show_async()).await??)
}

/// Listens on the connection that posted a notification: GNOME's server tells nobody else of a click.
fn listen(
    handle: Arc<NotificationHandle>,
    name: NotificationName,
    ends: Sender<NotificationEnd>,
) -> io::Result<Task<(), Shared>> {
    let listening = async move {
        let tell = |response: &NotificationResponse| {
            let action = match response {
                NotificationResponse::Default => Some(ITSELF.to_owned()),
                NotificationResponse::Action(action) => Some(action.clone()),
                _ => None,
            };
            // There is room for an end of each that is shown.
            let _ = ends.try_send(NotificationEnd { name, action });
        };
        handle.wait_for_action_async(tell).await;
    };
    Ok(SharedRuntime::current()?.spawn("notification", listening))
}

/// Returns the notification as a server of these abilities shows it.
fn compose(notice: &Notification, abilities: &Abilities) -> Message {
    let mut message = Message::new();
    message
        .appname("Remote Jupyter")
        .icon("remote-jupyter")
        .summary(&sanitized(&notice.title))
        .body(&body(&notice.body, abilities.has("body-markup")))
        .hint(Hint::DesktopEntry("remote-jupyter".to_owned()))
        .hint(Hint::Category("network".to_owned()));
    let buttons = [
        (BUTTON, &*notice.action),
        (ALTERNATIVE, &*notice.alternative),
    ];
    message.actions = actions(&buttons, abilities.has("actions"));
    message
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
fn actions(buttons: &[(&str, &str)], can: bool) -> Vec<String> {
    let itself = buttons.first().map(|(_, label)| (ITSELF, *label));
    let shown = buttons.iter().filter(|(_, label)| !label.is_empty());
    let actions = itself.into_iter().chain(shown.copied());
    let pairs = actions.filter(|_| can);
    pairs
        .flat_map(|(name, label)| [name.to_owned(), sanitized(label)])
        .collect()
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
        let of = |one, other, can| actions(&[(BUTTON, one), (ALTERNATIVE, other)], can);
        assert_eq!(
            of("Open Tab", "", true),
            ["default", "Open Tab", "open", "Open Tab"]
        );
        assert_eq!(of("", "", true), ["default", ""]);
        assert!(of("Open Tab", "Stop", false).is_empty());
        let both = of("Keep", "Stop", true);
        assert_eq!(both[2..], ["open", "Keep", "other", "Stop"]);
    }
}
