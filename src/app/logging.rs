//! The app's own log: nobody reads the standard error of what starts at login.

use std::sync::Mutex;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::host_os::private_logs_folder;

/// Days.
const KEPT: usize = 7;

/// Writes the log to a file of the day from now on, besides what `filter` lets through to standard
/// error; secrets are in neither. Without a folder for it the file is done without.
pub fn log_to_file(filter: EnvFilter, file_filter: EnvFilter) {
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let (file, why) = match file() {
        Ok(file) => (Some(file), None),
        Err(why) => (None, Some(why)),
    };
    let to_file = file.map(|file| {
        let layer = tracing_subscriber::fmt::layer();
        let layer = layer.with_writer(Mutex::new(file)).with_ansi(false);
        layer.with_target(false).with_filter(file_filter)
    });
    let to_stderr = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_filter(filter);
    tracing_subscriber::registry()
        .with(to_stderr)
        .with(to_file)
        .init();
    if let Some(why) = why {
        tracing::warn!(why, "there is no log file");
    }
}

fn file() -> Result<RollingFileAppender, String> {
    let folder = private_logs_folder().map_err(|error| error.to_string())?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("remote-jupyter")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .map_err(|error| error.to_string())
}
