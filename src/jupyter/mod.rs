//! Knowledge about Jupyter: its runtime files, the selection of a server, its REST interface and
//! its pages. No SSH here.

mod activity;
mod advisories;
mod api;
mod host_info;
mod listening_socket;
mod page;
mod pages;
mod runtime_file;
mod select;
mod server;
mod tls;

pub use activity::{Activity, Kernels, Notebook, Observation, Unused};
pub use advisories::KnownHoles;
pub use api::{Api, ApiError, KernelAction, ServerAnswer};
pub use host_info::{Fate, HostInfo, Lost};
pub use listening_socket::{ListeningSocket, socket_address};
pub use page::{Address, Page, PageLogin, is_inside, page_url, redacted};
pub use pages::{Flavour, Pages};
pub use runtime_file::RuntimeFile;
pub use select::{Selection, SelectionCriteria, select};
pub use server::{ComputeNode, Endpoint, Server};
pub use tls::Fingerprint;
