//! The list that answers a query (RFC 7644 §3.4.2).

use serde_json::{Map, Value, json};

/// The schema of a list (RFC 7644 §8.1).
pub const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The most resources on a page; more are never sent, however many a client asks for. Published as the
/// filter's `maxResults`.
pub const MAX_PAGE: u64 = 200;

/// How many resources a page has when the client does not say.
pub const DEFAULT_PAGE: u64 = 100;

/// A page by index, as RFC 7644 §3.4.2.4 corrects what the client asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The first resource's number, counted from 1.
    pub start_index: u64,
    /// The most resources to give; 0 asks for the total alone.
    pub count: u64,
}

impl Page {
    /// A `startIndex` below 1 is 1, a negative `count` is 0.
    pub fn new(start_index: Option<i64>, count: Option<i64>) -> Self {
        let start_index = start_index.and_then(|index| u64::try_from(index).ok()).unwrap_or(1).max(1);
        let count = count.map_or(DEFAULT_PAGE, |count| u64::try_from(count).unwrap_or(0)).min(MAX_PAGE);
        Self { start_index, count }
    }

    /// How many resources stand before the page.
    pub fn offset(self) -> u64 {
        self.start_index - 1
    }
}

/// The message. `totalResults`, `itemsPerPage` and `startIndex` are numbers, which Okta's tests insist on.
pub fn response(total: u64, page: Page, resources: Vec<Map<String, Value>>) -> Value {
    json!({
        "schemas": [LIST_RESPONSE_URN],
        "totalResults": total,
        "itemsPerPage": resources.len(),
        "startIndex": page.start_index,
        "Resources": resources,
    })
}

/// The message for a page by cursor (RFC 9865 §2). Without `nextCursor` it is the last one.
pub fn cursor_response(
    total: u64,
    next: Option<String>,
    previous: Option<String>,
    resources: Vec<Map<String, Value>>,
) -> Value {
    let mut message =
        json!({ "schemas": [LIST_RESPONSE_URN], "totalResults": total, "itemsPerPage": resources.len() });
    if let Some(map) = message.as_object_mut() {
        let cursors = [("nextCursor", next), ("previousCursor", previous)];
        map.extend(cursors.into_iter().filter_map(|(name, cursor)| Some((name.to_owned(), cursor?.into()))));
        map.insert("Resources".to_owned(), resources.into());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_asks_for_is_corrected_as_the_rfc_says() {
        assert_eq!(Page::new(None, None), Page { start_index: 1, count: DEFAULT_PAGE });
        assert_eq!(Page::new(Some(0), Some(-3)), Page { start_index: 1, count: 0 });
        assert_eq!(Page::new(Some(-7), Some(10_000)), Page { start_index: 1, count: MAX_PAGE });
        assert_eq!(Page::new(Some(11), Some(10)).offset(), 10);
    }
}
