//! The query string and the path of a request, decoded.

use crate::scim::error::{Error, Result};
use percent_encoding::percent_decode;

/// The query parameters of RFC 7644 §3.4.2 and RFC 9865, or the members of a search body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) sort_by: Option<String>,
    pub(crate) sort_order: Option<String>,
    pub(crate) start_index: Option<i64>,
    pub(crate) count: Option<i64>,
    pub(crate) cursor: Option<String>,
    pub(crate) attributes: Option<String>,
    pub(crate) excluded_attributes: Option<String>,
}

impl Query {
    /// Reads a query string. Names are compared without regard to case, as `startindex` of Microsoft's
    /// inbound client wants it; unknown names and the empty pieces that OneLogin leaves (`filter=…&`) are
    /// passed over.
    pub(crate) fn parse(query: &str) -> Result<Self> {
        let mut parsed = Self::default();
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let name = decode(&name.replace('+', " "), "The query string")?;
            let value = decode(&value.replace('+', " "), "The query string")?;
            parsed.set(&name, value)?;
        }
        Ok(parsed)
    }

    fn set(&mut self, name: &str, value: String) -> Result<()> {
        match name.to_ascii_lowercase().as_str() {
            "filter" => self.filter = Some(value),
            "sortby" => self.sort_by = filled(value),
            "sortorder" => self.sort_order = filled(value),
            "startindex" => self.start_index = whole_number("startIndex", &value)?,
            "count" => self.count = whole_number("count", &value)?,
            "cursor" => self.cursor = Some(value),
            "attributes" => self.attributes = filled(value),
            "excludedattributes" => self.excluded_attributes = filled(value),
            _ => {}
        }
        Ok(())
    }
}

/// The segments of a path, decoded. A doubled or trailing slash does not count.
pub(crate) fn segments(path: &str) -> Result<Vec<String>> {
    path.split('/').filter(|segment| !segment.is_empty()).map(|segment| decode(segment, "The path")).collect()
}

fn decode(text: &str, place: &str) -> Result<String> {
    percent_decode(text.as_bytes()).decode_utf8().map(|decoded| decoded.into_owned()).map_err(|_| {
        Error::invalid_syntax(format!("{place} is not valid UTF-8 after percent-decoding: {text:?}."))
    })
}

fn filled(value: String) -> Option<String> {
    Some(value).filter(|value| !value.trim().is_empty())
}

fn whole_number(name: &str, value: &str) -> Result<Option<i64>> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|_| {
        Error::invalid_value(format!("The parameter {name} must be a whole number, not {value:?}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_plus_is_a_space() {
        let query = Query::parse("Filter=userName+eq+%22a%2Bb%22&startindex=0&Count=2&x=1&").unwrap();
        assert_eq!(query.filter.as_deref(), Some("userName eq \"a+b\""));
        assert_eq!((query.start_index, query.count), (Some(0), Some(2)));
    }

    #[test]
    fn what_is_no_number_or_no_utf8_is_refused() {
        assert_eq!(Query::parse("count=ten").unwrap_err().scim_type().unwrap().as_str(), "invalidValue");
        assert_eq!(Query::parse("filter=%ff").unwrap_err().scim_type().unwrap().as_str(), "invalidSyntax");
    }

    #[test]
    fn doubled_and_trailing_slashes_do_not_count() {
        assert_eq!(segments("//Users/a%2Fb/").unwrap(), ["Users", "a/b"]);
    }
}
