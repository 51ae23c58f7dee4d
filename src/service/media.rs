//! The bodies of requests, and the media types that are read and sent.

use crate::http::{MAX_BODY, Request};
use crate::scim::error::{Error, Result};
use crate::scim::json;
use serde_json::{Map, Value};

/// The media type of every answer, without a charset: a strict client fails the suffix.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// What some editors and .NET put before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the body of a request that must have one.
pub(super) fn body(request: &Request) -> Result<Map<String, Value>> {
    if request.body.len() > MAX_BODY {
        return Err(Error::new(
            413,
            format!("The body is larger than {MAX_BODY} bytes. Split the request into smaller ones."),
        ));
    }
    if let Some(encoding) = request.header("Content-Encoding").filter(|value| is_encoded(value)) {
        return Err(Error::new(
            415,
            format!(
                "A body with Content-Encoding {encoding:?} cannot be read. Send it as it is, not compressed."
            ),
        ));
    }
    if let Some(content_type) = request.header("Content-Type").filter(|value| !value.is_empty()) {
        check_content_type(content_type)?;
    }
    // A byte order mark says nothing (RFC 8259 §8.1).
    json::object(request.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&request.body))
}

/// Whether a body was changed on its way, by compression for instance (RFC 9110 §8.4).
fn is_encoded(codings: &str) -> bool {
    codings
        .split(',')
        .map(str::trim)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

fn check_content_type(content_type: &str) -> Result<()> {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    if !is_json(media_type) {
        return Err(Error::new(
            415,
            format!("The media type {media_type:?} cannot be read. Send the body as {MEDIA_TYPE}."),
        ));
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    match charset {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("utf8") => {
            Err(Error::new(415, format!("The charset {charset:?} cannot be read. Send JSON in UTF-8.")))
        }
        _ => Ok(()),
    }
}

/// RFC 7644 §3.8: a client asks for SCIM JSON, JSON, or does not care.
pub(super) fn accepts_scim(request: &Request) -> Result<()> {
    let Some(accept) = request.header("Accept").filter(|value| !value.is_empty()) else { return Ok(()) };
    let acceptable = accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
            })
        });
        !refused && (is_json(media_type) || matches!(media_type, "*/*" | "*" | "application/*"))
    });
    if acceptable {
        return Ok(());
    }
    Err(Error::new(
        406,
        format!("Only {MEDIA_TYPE} can be sent, but the Accept header allows only {accept:?}."),
    ))
}

fn is_json(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case(MEDIA_TYPE) || media_type.eq_ignore_ascii_case("application/json")
}
