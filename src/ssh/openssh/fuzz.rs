//! Entry points for tests that feed bytes that are made up.

use super::message::AnswerReader;
use super::question::{Asked, prompt};
use super::said::OpensshCause;
use super::transcript::Transcript;

/// Reads what a control socket may say; the answers are the same in pieces of any size. Returns their number.
pub fn read_answers(bytes: &[u8]) -> usize {
    let read = |size: usize| {
        let mut reader = AnswerReader::default();
        let mut answers = Vec::new();
        for piece in bytes.chunks(size.max(1)) {
            reader.feed(piece);
            loop {
                match reader.next() {
                    Ok(Some(answer)) => answers.push(Ok(answer)),
                    Ok(None) => break,
                    Err(nonsense) => {
                        answers.push(Err(nonsense));
                        return answers;
                    }
                }
            }
        }
        answers
    };
    let whole = read(bytes.len());
    assert_eq!(whole, read(3));
    whole.len()
}

/// Reads what `ssh` may say, and ask.
pub fn read_words(bytes: &[u8], question: &str) -> (usize, String) {
    let mut transcript = Transcript::default();
    bytes.chunks(1000).for_each(|piece| transcript.take(piece));
    transcript.end_line();
    let said = transcript.said();
    let _ = (transcript.method(), transcript.server());
    let _ = OpensshCause::read(&said);
    let asked = Asked {
        alias: "gpu01",
        host: "gpu01.example.org",
        user: "me",
        marks_servers: true,
    };
    let shown = prompt(question, asked, false).text();
    (said.len() + transcript.take_refusals().count(), shown)
}
