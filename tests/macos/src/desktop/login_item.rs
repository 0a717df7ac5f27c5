#[path = "../../../../src/desktop/login_item/status.rs"]
pub mod status;
