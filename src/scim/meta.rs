//! What `meta` says of a resource (RFC 7643 §3.1).

use crate::scim::schema::ResourceType;
use jiff::Timestamp;

/// A point in time as SCIM writes it (RFC 7643 §2.3.5).
pub fn date_time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

/// The address of a resource.
pub fn location(base: &str, resource_type: ResourceType, id: &str) -> String {
    format!("{base}{}/{id}", resource_type.endpoint())
}
