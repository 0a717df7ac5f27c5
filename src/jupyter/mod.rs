//! What is known about Jupyter: its runtime files, which server is the right one, its REST
//! interface and its pages. No SSH here.

mod api;
mod page;
mod pages;
mod runtime_file;
mod select;
mod tls;

pub use api::{Activity, Api, ApiError, Kernels, Notebook, ServerAnswer};
pub use page::{Address, Page, PageLogin, page_url, redacted};
pub use pages::Pages;
pub use runtime_file::{ComputeNode, Endpoint, Fate, Flavour, HostInfo, Lost, RuntimeFile, Server};
pub use select::{Selection, SelectionCriteria, select};
pub use tls::Fingerprint;
