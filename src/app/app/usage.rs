//! The load of a server's machine, and forwards to what listens there: asked for by a click.

use super::App;
use crate::app::menu_action::UsagePart;
use crate::app::view::details;
use crate::config::Forward;
use crate::desktop::Desktop;
use crate::ipc::Message;

impl<D: Desktop> App<D> {
    /// Opens a forward and, once it is open, its page.
    pub(super) fn forward_to(&mut self, host: String, name: String, remote: String) {
        let Some(forward) = Forward::to(&remote) else {
            return;
        };
        let name = if name.is_empty() {
            remote.clone()
        } else {
            name
        };
        self.sessions.forward(&host, Forward { name, ..forward });
        self.awaited_forwards.insert((host, remote));
    }

    /// Shows what was asked for with a click; another program asks for itself.
    pub(super) fn look_around(&mut self, message: &Message) {
        let host = message.host.as_str();
        if message.is_end() {
            self.gives_up_looking(host);
        }
        if self.quits_at.is_some() {
            return;
        }
        for part in [UsagePart::Load, UsagePart::Ports] {
            if let Some(usage) = message.usage()
                && self.awaited_usage.remove(&(host.to_owned(), part))
            {
                self.show_details(details::of_usage(host, usage, part));
            }
        }
        let mut open = Vec::new();
        self.awaited_forwards.retain(|(of, remote)| {
            let port = (of == host).then(|| message.leads_to(remote)).flatten();
            open.extend(port);
            port.is_none()
        });
        for port in open {
            self.show_page(format!("http://localhost:{port}/"));
        }
    }

    /// Forgets what was asked for of a host. Returns false if nothing was.
    pub(super) fn gives_up_looking(&mut self, host: &str) -> bool {
        let count = |app: &Self| app.awaited_forwards.len() + app.awaited_usage.len();
        let before = count(self);
        self.awaited_forwards.retain(|(of, _)| of != host);
        self.awaited_usage.retain(|(of, _)| of != host);
        count(self) < before
    }
}
