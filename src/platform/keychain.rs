//! stub
use std::path::Path;
use zeroize::Zeroizing;
pub fn remember(_: &Path, _: &str) -> Result<(), String> {
    Ok(())
}
pub fn recall(_: &Path) -> Result<Option<Zeroizing<String>>, String> {
    Ok(None)
}
pub fn forget(_: &Path) -> Result<(), String> {
    Ok(())
}
