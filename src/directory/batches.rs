//! Commands around operations that belong together.

use serde::{Deserialize, Serialize};

/// Says that the operations up to [`EndBatch`] belong together (RFC 7644 §3.7). They may be carried out in one transaction, if
/// each command of them still happens as a whole or leaves nothing behind, for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeginBatch {}

/// Asks, after each operation of a batch, whether what the operations before it have answered still stands. What this
/// last operation itself has answered is true in either case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckBatch {}

/// Ends the batch, and asks whether all that its operations have answered stands. A failure means that nothing does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndBatch {}

/// Whether what was done stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// All of it.
    Kept,
    /// Nothing of it: somebody else, a hook or the database itself, has undone the transaction.
    Lost,
}
