//! Jupyter: its runtime files and its answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::text::text;
use crate::jupyter::{
    Address, Api, Endpoint, HostInfo, KernelAction, KnownHoles, Page, Pages, RuntimeFile,
    Selection, SelectionCriteria, Server, page_url, redacted, select,
};
use crate::secret::Secret;

/// The account of the remote host.
const ACCOUNT: Option<u32> = Some(1000);

/// The script's words about a runtime file, and the file's text; then, behind a record separator, those about its host.
pub fn runtime_file(bytes: &[u8]) {
    let text = text(bytes);
    let (file, host) = text.split_once('\x1e').unwrap_or((&text, ""));
    let runtime_file = RuntimeFile::parse(file);
    let json = || runtime_file.json.clone();
    let names = ["n7.cluster".to_owned()];
    let elsewhere = RuntimeFile::elsewhere(&runtime_file.file, ACCOUNT, json(), ("n7", &names));
    let host_info = HostInfo::parse(host);
    let _ = (
        host_info.fate(&runtime_file.file),
        host_info.was_idle(&runtime_file.file),
    );
    for file in [Some(runtime_file.clone()), elsewhere]
        .into_iter()
        .flatten()
    {
        if let Ok(server) = file.server(ACCOUNT) {
            let _ = server.version.as_deref().map(KnownHoles::of);
            believed(&file, &server);
        }
        let criteria = SelectionCriteria::default();
        let Selection { server, .. } = select(&[file], &host_info, &criteria);
        drop(server);
    }
}

/// Nothing is believed that is not the account's own, and no page leads elsewhere than to the local computer.
fn believed(file: &RuntimeFile, server: &Server) {
    assert!(!file.is_hubs && file.uid == ACCOUNT);
    match &server.endpoint {
        Endpoint::Socket { .. } => assert_eq!(file.socket_uid, ACCOUNT),
        Endpoint::Tcp { .. } => {
            let mut listeners = file.listeners.iter();
            assert!(listeners.all(|one| one.uid == ACCOUNT) && !file.listeners.is_empty());
        }
    }
    let notebook = Some("../a/../../b c%2e/é.ipynb".to_owned());
    let page = Page {
        app: None,
        notebook,
    };
    let begins = |url: &str| url.starts_with("http://localhost:8888/");
    let begins =
        |url: &str| begins(url) || server.secure && url.starts_with("https://localhost:8888/");
    if let Ok(address) = Address::of(server, 8888, &page) {
        assert!(begins(&address.url), "{}", address.url);
        assert!(!address.url.contains('?'), "{}", address.url);
    }
    if let Ok(url) = page_url(server, 8888, &page) {
        assert!(begins(&url), "{url}");
        assert!(!redacted(&url).contains("token="), "{url}");
    }
}

/// Everything that comes over a connection to a server, whatever it was asked.
pub fn http_answer(bytes: &[u8]) {
    let answer = Answer(bytes.into());
    for token in ["", "t0ken"] {
        let api = Api::over(answer.clone(), LocalResolver, Secret::new(token));
        let _ = api.check();
        let _ = api.kernels();
        let _ = api.observe_use();
        let _ = api.pages(None, Pages::default());
        let _ = api.has_file("a b/../c.ipynb");
        let _ = api.act_on_kernel("../k", KernelAction::Restart);
        let _ = api.shut_down();
    }
}

/// Makes connections over which these bytes come, and no more.
#[derive(Debug, Clone)]
struct Answer(Arc<[u8]>);

impl<In: Transport> Connector<In> for Answer {
    type Out = Answering;

    fn connect(&self, _: &ConnectionDetails, _: Option<In>) -> Result<Option<Answering>, Error> {
        Ok(Some(Answering {
            bytes: Arc::clone(&self.0),
            at: 0,
            buffers: LazyBuffers::new(16 << 10, 16 << 10),
        }))
    }
}

#[derive(Debug)]
struct Answering {
    bytes: Arc<[u8]>,
    at: usize,
    buffers: LazyBuffers,
}

impl Transport for Answering {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let room = self.buffers.input_append_buf();
        let rest = &self.bytes[self.at..];
        let size = rest.len().min(room.len());
        room[..size].copy_from_slice(&rest[..size]);
        self.at += size;
        self.buffers.input_appended(size);
        Ok(size > 0)
    }

    fn is_open(&mut self) -> bool {
        self.at < self.bytes.len()
    }
}

/// Without the thread that the usual one takes for a name.
#[derive(Debug)]
struct LocalResolver;

impl Resolver for LocalResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut all = self.empty();
        all.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        Ok(all)
    }
}
