//! What the layer uses of `host_os`.

#[path = "../../../src/host_os/paths.rs"]
pub mod paths;
#[path = "../../../src/host_os/scope.rs"]
pub mod scope;
