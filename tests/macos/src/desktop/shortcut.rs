#[path = "../../../../src/desktop/shortcut/naming.rs"]
pub mod naming;
