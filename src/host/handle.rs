//! How an operation talks to the host: it asks, and awaits the answer.

use super::{Command, HostError, Question};
use serde_json::Value;
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// The service's side of the exchange. It asks one question at a time and awaits its answer.
pub struct Host {
    pub(crate) turn: Rc<RefCell<Turn>>,
}

impl Host {
    /// Asks, waits, and reads the answer into its type.
    ///
    /// # Errors
    /// [`HostError`] when the command could not be carried out, or its answer has the wrong form.
    pub async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, HostError> {
        self.turn.replace(Turn::Asked(Command::new(question)?));
        let answer = poll_fn(|_| match self.turn.take() {
            Turn::Answered(answer) => Poll::Ready(answer),
            other => {
                self.turn.replace(other);
                Poll::Pending
            }
        })
        .await?;
        serde_json::from_value(answer).map_err(|error| {
            HostError::new(&format!("the answer to {} has the wrong form: {error}", Q::NAME))
        })
    }
}

/// Whose turn it is to speak.
#[derive(Default)]
pub(crate) enum Turn {
    #[default]
    Service,
    Asked(Command),
    /// The command has been handed out and its answer is awaited.
    Owner,
    Answered(Result<Value, HostError>),
}
