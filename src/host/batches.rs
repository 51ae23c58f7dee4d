//! Commands around operations that belong together.

use serde::{Deserialize, Serialize};

/// Says that the operations up to [`EndBatch`] belong together (RFC 7644 §3.7). They may be carried out in
/// one transaction, if each command of them still happens as a whole or leaves nothing behind, for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeginBatch {}

/// The answer to [`BeginBatch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchBegun {
    /// Whether one transaction holds all of the operations, so that what is done for all of them at the end
    /// happens if they do.
    pub shared: bool,
    /// Now.
    pub now: i64,
}

/// Asks, after each operation, what time it is and, in a batch, whether the results of the operations before
/// it still hold. The result of the last operation is true in either case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckBatch {}

/// The answer to [`CheckBatch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchReport {
    /// Whether what was done stands.
    pub state: BatchState,
    /// Now.
    pub now: i64,
}

/// Says that the core has panicked, for the log. The request ends here: nothing of an open batch is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotePanic {
    /// Where in the code.
    pub reason: String,
}

/// Ends the batch, and asks whether the results of its operations hold. A failure means that none holds,
/// unless it says that something may be stored: then nobody knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndBatch {
    /// Whether to keep what the operations did. Otherwise a shared transaction is undone, and the batch is
    /// lost.
    pub keep: bool,
}

/// Whether what was done stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// All of it.
    Kept,
    /// Nothing of it: a hook or the database itself has undone the transaction.
    Lost,
}
