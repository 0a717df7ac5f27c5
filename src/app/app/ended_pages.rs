//! The pages at the local ports of tunnels that have ended, as long as the menu shows why.

use super::App;
use crate::app::event::AppEvent;
use crate::app::menu_action::{HostAction, MenuAction};
use crate::desktop::Desktop;
use crate::host_os::EndedTunnel;
use crate::ipc::Message;
use crate::problem::{Face, Problem};
use crate::session::Phase;

impl<D: Desktop> App<D> {
    /// Shows at the port of a tunnel that has ended why it did.
    pub(super) fn follow_end(&mut self, message: &Message) {
        let host = &message.host;
        if let Some(ready) = message.ready() {
            self.ports.insert(host.clone(), ready.local_port);
        }
        match message.phase {
            Phase::Failed => {
                let (port, problem) = (self.ports.get(host), message.problem());
                if let (Some(port), Some(problem), None) = (port, problem, self.quits_at) {
                    self.show_ended_page(host, *port, &problem);
                }
            }
            // By the user's own word.
            Phase::Closed => {
                self.ports.remove(host);
            }
            _ => {}
        }
    }

    fn show_ended_page(&self, host: &str, port: u16, problem: &Problem) {
        let state = self.model.host(host);
        let tunnel = EndedTunnel {
            host: host.to_owned(),
            port,
            title: problem.title.clone(),
            remedy: problem.remedy_for(Face::App).to_owned(),
            detail: problem.detail.clone(),
            is_jupyter: state.is_some_and(|state| state.restart.is_some()),
        };
        // What a click on the host's line means then.
        let open = MenuAction::host(host, HostAction::Open);
        let sender = self.sender.clone();
        let chosen = move || {
            sender.send(AppEvent::MenuClicked(open.clone()));
        };
        let pages = self.sessions.ended_pages();
        if let Err(error) = pages.show(tunnel, Box::new(chosen)) {
            tracing::info!(%error, host, "no page says that the tunnel has ended");
        }
    }

    /// Takes the pages away of hosts that are open or closed again.
    pub(super) fn close_ended_pages(&mut self) {
        let model = &self.model;
        let ended = |host: &str| {
            model
                .host(host)
                .is_some_and(|state| state.phase != Phase::Closed)
        };
        self.ports.retain(|host, _| ended(host));
        self.sessions.ended_pages().retain(ended);
        for host in model.hosts().iter().filter(|host| host.is_active()) {
            self.sessions.ended_pages().opening(&host.name);
        }
    }
}
