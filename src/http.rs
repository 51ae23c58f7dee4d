//! The HTTP request and response as values: what the web server received and what it is to send.

use serde::{Deserialize, Serialize};

/// The largest request body that is read, in bytes. Published as Bulk's `maxPayloadSize`.
pub const MAX_BODY: usize = 1024 * 1024;

/// A request as it came, nothing decoded or merged.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method as sent: `GET`, `PATCH`, …
    pub method: String,
    /// The address of the service as the client wrote it, without a trailing slash:
    /// `https://example.com/wp-json/scim/v2`. Every `location` and `$ref` begins with it.
    pub base: String,
    /// What follows the base in the request's path, still percent-encoded: `/Users/2819c223`.
    pub path: String,
    /// What follows the question mark, still percent-encoded.
    pub query: String,
    /// Header names in any case, and their values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes. One byte more than [`MAX_BODY`] is enough to tell that it is too large.
    pub body: Vec<u8>,
    /// The address that the connection came from, as the web server names it: `203.0.113.7`. Behind a proxy
    /// it is the proxy's.
    pub remote: String,
    /// Whether it came without TLS, as far as the web server knows.
    pub plain: bool,
    /// The time of the request, in milliseconds since 1970 (UTC).
    pub now: i64,
}

impl Request {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body: JSON text, or nothing.
    pub body: String,
}

impl Response {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
