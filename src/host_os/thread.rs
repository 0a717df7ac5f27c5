//! Threads for work that may take its time.

/// Runs `work` in a thread of that name. If the system has none to give, `work` is dropped, with a line
/// in the log: a reply or a sender that it holds then says that nothing will come.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let builder = std::thread::Builder::new().name(name.to_owned());
    if let Err(error) = builder.spawn(work) {
        tracing::error!(%error, name, "no thread can be started");
    }
}
