//! The part of `host_os` that the layer uses.

#[path = "../../../src/host_os/paths.rs"]
pub mod paths;
#[path = "../../../src/host_os/scope.rs"]
pub mod scope;
