//! What is known about Jupyter: its runtime files, which server is the right one, its REST
//! interface and its pages. No SSH here.

mod api;
mod page;
mod pages;
mod runtime_file;
mod select;
mod tls;

pub use api::{Activity, Answer, Api, ApiError, Kernels, Notebook};
pub use page::{Address, Login, Page, page_url, redacted};
pub use pages::Pages;
pub use runtime_file::{Candidate, Endpoint, Facts, Fate, Flavour, Lost, Node, Server};
pub use select::{Choice, Wanted, choose};
pub use tls::Fingerprint;
