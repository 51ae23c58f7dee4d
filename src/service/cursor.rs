//! Cursors: where a page ended, in a word that the client hands back (RFC 9865 §2).
//!
//! A cursor only says after, or before, which row the next page begins. The client sends the query again with
//! it, and the query's filter decides as before. So an invented cursor shows no more than the query does, and
//! a cursor needs no secret. Nothing is stored on our side (RFC 9865 §5.4). A cursor names a row and not a
//! position in the list, so nobody is left out or shown twice when others come and go in between.

use crate::scim::error::{Error, Result, ScimType};
use crate::scim::schema::ResourceType;
use crate::scim::sort::Key;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many seconds a cursor is valid. Published as `cursorTimeout`.
pub(super) const CURSOR_TIMEOUT: u32 = 24 * 60 * 60;

/// The longest cursor, in characters: one with the longest key in it is half as long.
const MAX_CURSOR_LENGTH: usize = 8 * 1024;

/// How many bytes tell a whole cursor from a damaged one.
const CHECKSUM: usize = 8;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The kind of the row.
    pub(super) kind: ResourceType,
    /// What the row is ordered by, where the query is sorted.
    pub(super) key: Option<Key>,
    /// The row's number.
    pub(super) row: u64,
}

/// What a cursor says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Tells the query from others.
    query: String,
    /// How many resources a page has.
    count: u64,
    /// When the cursor was given out.
    issued: i64,
    /// Whether the page lies before the position.
    pub(super) backward: bool,
    /// Where the page begins or, backward, ends; the row itself is on the page that the cursor came with.
    pub(super) position: Position,
}

/// What must be the same whenever a query is sent (RFC 9865 §2), and when that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Walk {
    /// Everything that the client asked for, but for the page.
    pub(super) query: String,
    /// How many resources a page has.
    pub(super) count: u64,
    /// The time of the request.
    pub(super) now: i64,
}

impl Walk {
    /// A cursor for the page behind the position or, backward, before it.
    pub(super) fn cursor(&self, position: Position, backward: bool) -> String {
        let cursor =
            Cursor { query: self.fingerprint(), count: self.count, issued: self.now, backward, position };
        // A plain structure can always be written down.
        let mut bytes = serde_json::to_vec(&cursor).unwrap_or_default();
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a cursor that belongs to this query.
    ///
    /// # Errors
    /// 400 `invalidCursor` for one that is damaged or belongs to another query, `invalidCount` where the size
    /// of the pages differs, `expiredCursor` after [`CURSOR_TIMEOUT`] (RFC 9865 §2.1).
    pub(super) fn resume(&self, text: &str) -> Result<Cursor> {
        let cursor = read(text).ok_or_else(|| {
            invalid(
                "The cursor is none that was given out here, or it is damaged. Begin anew with an empty \
                cursor.",
            )
        })?;
        if cursor.query != self.fingerprint() {
            return Err(invalid(
                "The cursor belongs to another query. Send the same address and parameters as for the first \
                 page, or begin anew with an empty cursor.",
            ));
        }
        if cursor.count != self.count {
            return Err(Error::bad_request(
                ScimType::InvalidCount,
                format!(
                    "The first page was asked for with a count of {}; send the same with every cursor.",
                    cursor.count
                ),
            ));
        }
        if self.now.saturating_sub(cursor.issued) > i64::from(CURSOR_TIMEOUT) * 1_000 {
            return Err(Error::bad_request(
                ScimType::ExpiredCursor,
                format!(
                    "The cursor is older than {CURSOR_TIMEOUT} seconds. Begin anew with an empty cursor."
                ),
            ));
        }
        Ok(cursor)
    }

    fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.query.as_bytes());
        BASE64URL_NOPAD.encode(digest.get(..CHECKSUM).unwrap_or_default())
    }
}

/// 400 `invalidCursor` (RFC 9865 §2.1).
pub(super) fn invalid(detail: &str) -> Error {
    Error::bad_request(ScimType::InvalidCursor, detail)
}

fn read(text: &str) -> Option<Cursor> {
    if text.len() > MAX_CURSOR_LENGTH {
        return None;
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (json, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if checksum(json) != sum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

fn checksum(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).iter().copied().take(CHECKSUM).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn walk() -> Walk {
        Walk { query: "userName sw \"j\"".to_owned(), count: 10, now: 1_000 }
    }

    fn position() -> Position {
        Position { kind: ResourceType::User, key: Some(Key::Text("ü".repeat(512))), row: u64::MAX }
    }

    #[track_caller]
    fn assert_refused(walk: &Walk, text: &str, scim_type: ScimType) {
        let error = walk.resume(text).unwrap_err();
        assert_eq!((error.status(), error.scim_type()), (400, Some(scim_type)), "{error}");
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_and_fits_into_an_address() {
        let text = walk().cursor(position(), true);
        assert!(text.len() <= MAX_CURSOR_LENGTH / 2, "{}", text.len());
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{text}");
        let cursor = walk().resume(&text).unwrap();
        assert_eq!((cursor.position, cursor.backward), (position(), true));
    }

    #[test]
    fn what_was_changed_on_the_way_is_refused() {
        let text = walk().cursor(position(), false);
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert_refused(&walk(), std::str::from_utf8(&changed).unwrap(), ScimType::InvalidCursor);
        }
        for wrong in [text.split_at(1).1, text.split_at(text.len() - 4).0, "x", "2", "ü", &"A".repeat(5_000)]
        {
            assert_refused(&walk(), wrong, ScimType::InvalidCursor);
        }
        let mut sound = serde_json::to_vec(&json!({ "query": "x" })).unwrap();
        let sum = checksum(&sound);
        sound.extend(sum);
        assert_refused(&walk(), &BASE64URL_NOPAD.encode(&sound), ScimType::InvalidCursor);
    }

    #[test]
    fn it_is_good_for_its_own_query_and_its_own_time() {
        let text = walk().cursor(position(), false);
        let day = i64::from(CURSOR_TIMEOUT) * 1_000;
        assert!(walk().resume(&text).is_ok());
        assert!(Walk { now: 1_000 + day, ..walk() }.resume(&text).is_ok());
        assert_refused(&Walk { now: 1_001 + day, ..walk() }, &text, ScimType::ExpiredCursor);
        assert_refused(&Walk { count: 11, ..walk() }, &text, ScimType::InvalidCount);
        assert_refused(&Walk { query: "userName pr".to_owned(), ..walk() }, &text, ScimType::InvalidCursor);
    }
}
