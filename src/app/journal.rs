//! Writes into the app's log what sessions say: connections, losses with their causes, returns, ends.

use crate::ipc::{Message, MessageBody};
use crate::secret::redact;

/// Writes a message of a session into the log, without secrets.
pub fn record(message: &Message) {
    let host = message.host.as_str();
    match &message.body {
        MessageBody::Failed(problem) => tracing::warn!(
            host,
            code = problem.code.word(),
            detail = redact(&problem.detail),
            "failed: {}",
            redact(&problem.title)
        ),
        MessageBody::Refused { refused } => tracing::info!(
            host,
            code = refused.code.word(),
            detail = redact(&refused.detail),
            "refused: {}",
            redact(&refused.title)
        ),
        MessageBody::Ready(ready) => tracing::info!(
            host,
            port = ready.local_port,
            node = ready.server.host,
            reused = ready.reused,
            "{}",
            if ready.again {
                "connected again"
            } else {
                "connected"
            }
        ),
        MessageBody::Loss { loss, .. } => {
            let (cause, retry_in) = (redact(&loss.cause), loss.retry_in);
            tracing::warn!(host, cause, retry_in, "connection lost");
        }
        // A notebook's name is nobody's business.
        MessageBody::CellDone { cell_done, .. } => {
            tracing::info!(host, seconds = cell_done.seconds, "a run of cells is done");
        }
        MessageBody::Walltime { note, .. }
        | MessageBody::Idle { note, .. }
        | MessageBody::PageOpen { note, .. }
        | MessageBody::Note { note, .. } => {
            tracing::info!(host, "{}", redact(note));
        }
        MessageBody::Phase {} => tracing::info!(host, phase = ?message.phase, "phase"),
        MessageBody::Job { .. }
        | MessageBody::Kernels { .. }
        | MessageBody::Log { .. }
        | MessageBody::Usage { .. } => {}
    }
}
