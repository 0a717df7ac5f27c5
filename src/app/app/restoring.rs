//! The tunnels that stand when the app ends, for its next start.

use std::time::Instant;

use super::App;
use crate::app::model::HostState;
use crate::app::os_actions;
use crate::desktop::Desktop;
use crate::host_os::menu_memory::MenuMemory;
use crate::ipc::Message;

impl<D: Desktop> App<D> {
    /// Takes in what is remembered of earlier runs. What stood then stands again, at its port.
    pub(super) fn menu_recalled(&mut self, mut memory: MenuMemory, now: Instant) {
        let open = std::mem::take(&mut memory.open);
        self.model.remember(memory);
        for (host, port) in open {
            if let Some(effect) = self.model.restore(&host, now) {
                self.ports.extend(port.map(|port| (host.clone(), port)));
                self.perform(effect);
            }
        }
    }

    /// Remembers a tunnel of this program's until it ends, or the user closes it.
    pub(super) fn remember_tunnel(&self, message: &Message) {
        let host = &message.host;
        let stands = message.ready().is_some() && !self.sessions.is_attached(host);
        let state = self.model.host(host);
        let waits = state.is_some_and(HostState::waits_for_network);
        // Quitting closes all of them.
        let ends = message.is_end() && !waits && self.quits_at.is_none();
        if stands || ends {
            os_actions::remember_open(self.sessions.scope(), host, stands);
        }
    }

    /// Forgets the tunnels whose servers are stopped as the app quits.
    pub(super) fn forget_stopped(&self) {
        let hosts = self.model.hosts().iter();
        for host in hosts.filter(|host| host.is_active() && self.sessions.stops_on_quit(&host.name))
        {
            os_actions::remember_open(self.sessions.scope(), &host.name, false);
        }
    }
}
