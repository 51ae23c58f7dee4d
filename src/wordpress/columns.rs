//! What the columns of our tables hold.

use crate::scim::error::{Error, Result};
use crate::scim::filter::fold_case;

/// The most characters of `userName` and `externalId`.
pub const MAX_KEY_LENGTH: usize = 255;

/// The form of a `userName` that is the same whatever its case.
///
/// # Errors
/// 400 `invalidValue` where the name or this form of it is too long for its column.
pub(crate) fn key(name: &str) -> Result<String> {
    fits("userName", name, MAX_KEY_LENGTH)?;
    let key = folded(name, usize::MAX);
    fits("userName, written without regard to case (ß as ss),", &key, MAX_KEY_LENGTH)?;
    Ok(key)
}

/// # Errors
/// 400 `invalidValue` that names the attribute.
pub(crate) fn fits(attribute: &str, text: &str, limit: usize) -> Result<()> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    Err(Error::invalid_value(format!(
        "{attribute} has {length} characters; WordPress can hold {limit}. Map a shorter attribute to it."
    )))
}

/// Whether a `userName` or an `externalId` has room in its column.
pub(super) fn is_key(text: &str) -> bool {
    text.chars().count() <= MAX_KEY_LENGTH
}

/// How many characters of a matchable value are stored.
pub const LOOKUP_LENGTH: usize = 191;

/// Text as our columns hold it where case does not count: folded, at most so many characters, and with
/// no-break spaces for the spaces at its end. MariaDB would leave those out of account, so that two names
/// would be one there and two on SQLite.
pub fn folded(text: &str, length: usize) -> String {
    let folded: String = fold_case(text).chars().take(length).collect();
    let trimmed = folded.trim_end_matches(' ');
    let spaces = folded.len() - trimmed.len();
    format!("{trimmed}{}", "\u{a0}".repeat(spaces))
}
