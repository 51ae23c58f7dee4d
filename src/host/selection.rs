//! Which rows of a table, in which order.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which rows of a table, in which order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The filter in its own words, for the trace and for hosts without SQL.
    pub filter: Option<String>,
    /// What SQL can decide of it.
    pub condition: Condition,
    /// Whether the condition selects exactly what the filter matches. Otherwise it may select more.
    pub exact: bool,
    /// The column to order by. Ties are ordered by row in the same direction, because only so does an index
    /// give the order; with `None` all are ordered by row.
    pub order: Option<Order>,
    /// Only rows that lie behind the one with this number.
    pub after_row: Option<u64>,
    /// What that row has, or had, in the column of the order: text or a whole number. Always there with both
    /// an order and `after_row`.
    pub after_value: Option<Value>,
    /// Whether the order is reversed, ties too: the last row comes first, and "behind" means "before".
    pub backward: bool,
    /// Rows to leave out at the beginning.
    pub offset: u64,
    /// The most rows to give.
    pub limit: u64,
    /// Whether the total is wanted.
    pub count: bool,
}

/// How far an answer to a selection goes. It may stop before the limit, because memory is short; then the
/// rest is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// How many rows were gone through: more than were given where an account is gone.
    pub rows: u64,
    /// The number of the last of them.
    pub last: Option<u64>,
    /// Whether there may be more behind it.
    pub more: bool,
}

impl Reached {
    /// For an answer that does not say how far it goes: it goes to the limit.
    pub fn told_by(rows: u64, last: Option<u64>, limit: u64) -> Self {
        Self { rows, last, more: rows >= limit }
    }
}

/// An SQL condition. `{lookups}` and `{members}` stand for the names of those tables, `u` and `g` for the row
/// of the user or group, and each `%s` or `%d` for an argument, as `$wpdb->prepare()` wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition's text; `1=1` for every row.
    pub sql: String,
    /// The arguments, strings and integers.
    pub arguments: Vec<Value>,
}

impl Default for Condition {
    fn default() -> Self {
        Self { sql: "1=1".to_owned(), arguments: Vec::new() }
    }
}

/// A column and its direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The column's name, of the row's own table.
    pub column: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}
