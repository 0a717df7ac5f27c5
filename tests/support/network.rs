//! A network between a client and a server that can be told to lose everything, in silence or not.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::sshd::Server;

/// Leads to one server; it is one itself, for a client.
pub struct Network {
    address: SocketAddr,
    user: String,
    host_keys: Vec<String>,
    wires: Arc<Wires>,
}

#[derive(Default)]
struct Wires {
    silent: AtomicBool,
    live: Mutex<Vec<TcpStream>>,
}

impl Network {
    pub fn to(server: &dyn Server) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let network = Self {
            address: listener.local_addr().unwrap(),
            user: server.user(),
            host_keys: server.host_keys(),
            wires: Arc::default(),
        };
        let (wires, target) = (Arc::clone(&network.wires), server.address());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // Nobody there: the near side sees its connection end.
                if let Ok(far) = TcpStream::connect(target) {
                    wires.join(&near, &far);
                }
            }
        });
        network
    }

    /// From now on nothing comes through, and nobody is told.
    pub fn silence(&self) {
        self.wires.silent.store(true, Ordering::SeqCst);
    }

    /// What was held back arrives, and all the rest.
    pub fn restore(&self) {
        self.wires.silent.store(false, Ordering::SeqCst);
    }

    /// Ends every connection, and lets new ones through.
    pub fn cut(&self) {
        for stream in self.wires.live.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Wires {
    fn join(self: &Arc<Self>, near: &TcpStream, far: &TcpStream) {
        for (from, to) in [(near, far), (far, near)] {
            let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            from.set_nodelay(true).unwrap();
            self.live.lock().unwrap().push(from.try_clone().unwrap());
            let wires = Arc::clone(self);
            thread::spawn(move || wires.carry(from, to));
        }
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let size = from.read(&mut buffer).unwrap_or(0);
            while self.silent.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
            if size == 0 || to.write_all(&buffer[..size]).is_err() {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

impl Server for Network {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn user(&self) -> String {
        self.user.clone()
    }

    fn host_keys(&self) -> Vec<String> {
        self.host_keys.clone()
    }
}
