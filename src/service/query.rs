//! The query string and the path of a request, decoded.

use crate::scim::error::{Error, Result, ScimType};
use crate::scim::json;
use crate::scim::message;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

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

    /// Reads a search request (RFC 7644 §3.4.3, RFC 9865 §3). Names are read in any case and unknown ones
    /// passed over; `schemas` need not be there, because the address says what the body is. `attributes` may
    /// be a list or, as in the query string, text with commas, and a number may stand in quotes.
    ///
    /// # Errors
    /// 400 `invalidSyntax` for a member of the wrong type and for a body that says that it is something else,
    /// and as [`Query::parse`].
    pub(crate) fn from_body(body: Map<String, Value>) -> Result<Self> {
        message::Kind::Search.check(&body)?;
        let mut parsed = Self::default();
        for (name, value) in body {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Array(elements) if Self::is_list(&name) => list(&name, elements)?,
                other if Self::is_known(&name) => return Err(wrong_type(&name, &other)),
                _ => continue,
            };
            parsed.set(&name, text)?;
        }
        Ok(parsed)
    }

    fn is_list(name: &str) -> bool {
        ["attributes", "excludedAttributes"].iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn is_known(name: &str) -> bool {
        let single = ["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"];
        Self::is_list(name) || single.iter().any(|known| known.eq_ignore_ascii_case(name))
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

/// A list of attributes as the query string writes it.
fn list(name: &str, elements: Vec<Value>) -> Result<String> {
    let names = elements.into_iter().map(|element| match element {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(name, &other)),
    });
    Ok(names.collect::<Result<Vec<_>>>()?.join(","))
}

fn wrong_type(name: &str, value: &Value) -> Error {
    let expected = if Query::is_list(name) { "a list of attribute names" } else { "text or a number" };
    Error::invalid_syntax(format!("{name} must be {expected}, but it holds {}.", json::kind(value)))
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
        let detail = format!("The parameter {name} must be a whole number, not {value:?}.");
        match name {
            // RFC 9865 §2.1
            "count" => Error::bad_request(ScimType::InvalidCount, detail),
            _ => Error::invalid_value(detail),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_read_in_any_case_and_plus_is_a_space() {
        let query = Query::parse("Filter=userName+eq+%22a%2Bb%22&startindex=0&Count=2&x=1&").unwrap();
        assert_eq!(query.filter.as_deref(), Some("userName eq \"a+b\""));
        assert_eq!((query.start_index, query.count), (Some(0), Some(2)));
    }

    #[test]
    fn what_is_no_number_or_no_utf8_is_refused() {
        assert_eq!(Query::parse("startIndex=ten").unwrap_err().scim_type().unwrap().as_str(), "invalidValue");
        assert_eq!(Query::parse("count=ten").unwrap_err().scim_type().unwrap().as_str(), "invalidCount");
        assert_eq!(Query::parse("filter=%ff").unwrap_err().scim_type().unwrap().as_str(), "invalidSyntax");
    }

    #[test]
    fn a_body_says_the_same_as_a_query_string() {
        let read = |body: Value| Query::from_body(body.as_object().cloned().unwrap());
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "Attributes": ["userName", "name.givenName"],
            "filter": "active eq true", "sortby": "userName", "startIndex": 11, "count": "10", "cursor": "", "x": [], "sortOrder": null,
        });
        let query = "attributes=userName,name.givenName&filter=active+eq+true&sortBy=userName&startIndex=11&count=10&cursor";
        assert_eq!(read(body).unwrap(), Query::parse(query).unwrap());
        for wrong in [json!({ "filter": {} }), json!({ "attributes": [1] }), json!({ "cursor": true })] {
            assert_eq!(read(wrong).unwrap_err().scim_type().unwrap().as_str(), "invalidSyntax");
        }
        assert!(read(json!({ "count": 1.5 })).is_err());
    }

    #[test]
    fn doubled_and_trailing_slashes_do_not_count() {
        assert_eq!(segments("//Users/a%2Fb/").unwrap(), ["Users", "a/b"]);
    }
}
