//! A fake desktop on the session bus: a place for tray icons, and one for notifications.

// The standards choose the arguments, and the macro uses all of them.
#![allow(
    clippy::unused_self,
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::support::process::PATIENCE;
use zbus::message::Header;
use zbus::{Connection, OwnedVariant, interface};

/// What the app said to the desktop.
#[derive(Debug, Default)]
pub struct Seen {
    /// The bus names of the tray icons.
    pub icons: Vec<String>,
    pub notifications: Vec<Notification>,
}

#[derive(Debug, Clone)]
pub struct Notification {
    pub title: String,
    pub body: String,
    /// Names and labels, one after the other.
    pub actions: Vec<String>,
}

struct Watcher(Arc<Mutex<Seen>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        // A path alone belongs to whoever sends it.
        let name = if service.starts_with('/') {
            header.sender().unwrap().to_string()
        } else {
            service.to_owned()
        };
        self.0.lock().unwrap().icons.push(name);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().icons.clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Notifications(Arc<Mutex<Seen>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
    ) -> u32 {
        let mut seen = self.0.lock().unwrap();
        seen.notifications.push(Notification {
            title,
            body,
            actions,
        });
        u32::try_from(seen.notifications.len()).unwrap()
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = || "test".to_owned();
        (text(), text(), text(), "1.2".to_owned())
    }
}

/// Plays both in a thread, which lives as long as the test's process; signals go out on the connection.
pub fn play(address: &str) -> (Arc<Mutex<Seen>>, Connection) {
    let seen = Arc::<Mutex<Seen>>::default();
    let (address, shared) = (address.to_owned(), Arc::clone(&seen));
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        zbus::block_on(async move {
            let connection = serve(&address, shared).await.expect("a place on the bus");
            ready.send(connection).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let connection = is_ready.recv_timeout(PATIENCE).expect("a fake desktop");
    (seen, connection)
}

async fn serve(address: &str, seen: Arc<Mutex<Seen>>) -> zbus::Result<Connection> {
    let other = Arc::clone(&seen);
    zbus::connection::Builder::address(address)
        .serve_at("/StatusNotifierWatcher", Watcher(seen))
        .serve_at("/org/freedesktop/Notifications", Notifications(other))
        .name("org.kde.StatusNotifierWatcher")
        .name("org.freedesktop.Notifications")
        .build()
        .await
}
