//! What is known about Jupyter: its runtime files, which server is the right one, its REST
//! interface and its pages. No SSH here.

mod choose;
mod page;
mod pages;
mod rest;
mod server;
mod tls;

pub use choose::{Choice, Wanted, choose};
pub use page::{Address, Login, Page, page_url, redacted};
pub use pages::Pages;
pub use rest::{Activity, Answer, Api, ApiError, Kernels, Notebook};
pub use server::{Candidate, Endpoint, Facts, Fate, Flavour, Lost, Node, Server};
pub use tls::Fingerprint;
