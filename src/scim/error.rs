//! The SCIM error: an HTTP status, a `scimType`, and a sentence for the person who has to fix the cause.
//!
//! Every refusal of this crate becomes such an error. The small errors of the grammar
//! ([`super::filter::FilterError`], [`super::path::PathError`]) know their position and are converted into
//! it.

use serde_json::{Value, json};
use std::fmt;

/// The schema of an error message (RFC 7644 §3.12).
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A result whose error can be answered as it is.
pub type Result<T> = std::result::Result<T, Error>;

/// What a client is told when its request cannot be carried out (RFC 7644 §3.12).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {detail}")]
pub struct Error {
    status: u16,
    scim_type: Option<ScimType>,
    detail: String,
}

impl Error {
    /// An error with the given HTTP status and no `scimType`.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// A 400 with the `scimType` that says which rule the request broke.
    pub fn bad_request(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { status: 400, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// 400 `invalidSyntax`: the body is not what the operation needs.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidSyntax, detail)
    }

    /// 400 `invalidValue`: an attribute is missing or its value does not fit.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidValue, detail)
    }

    /// 404 for an `id` that names no resource.
    pub fn not_found(id: &str) -> Self {
        Self::new(404, format!("No resource has the id \"{id}\"."))
    }

    /// 409 `uniqueness`: the resource exists already (RFC 7644 §3.3).
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self { status: 409, scim_type: Some(ScimType::Uniqueness), detail: detail.into() }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The `scimType`, where RFC 7644 Table 9 has one.
    pub fn scim_type(&self) -> Option<ScimType> {
        self.scim_type
    }

    /// The sentence for the administrator.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The message body. `status` is a string, as RFC 7644 §3.12 demands.
    pub fn to_json(&self) -> Value {
        let mut body = json!({ "schemas": [ERROR_URN], "status": self.status.to_string() });
        if let (Some(scim_type), Some(map)) = (self.scim_type, body.as_object_mut()) {
            map.insert("scimType".into(), Value::from(scim_type.as_str()));
        }
        if let Some(map) = body.as_object_mut() {
            map.insert("detail".into(), Value::from(self.detail.as_str()));
        }
        body
    }
}

/// The detail error keywords of RFC 7644 Table 9 and RFC 9865 §2.1, except `invalidVers` and `sensitive`,
/// which nothing here gives rise to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter is malformed or compares what cannot be compared.
    InvalidFilter,
    /// The filter would yield more results than the server is willing to return.
    TooMany,
    /// A unique value is taken.
    Uniqueness,
    /// The attempted change concerns an attribute that cannot be changed.
    Mutability,
    /// The body does not fit the operation.
    InvalidSyntax,
    /// The PATCH path is malformed.
    InvalidPath,
    /// The PATCH path names nothing.
    NoTarget,
    /// A required value is missing or a value does not fit its attribute.
    InvalidValue,
    /// The cursor is malformed.
    InvalidCursor,
    /// The cursor was given out too long ago.
    ExpiredCursor,
    /// The page size is refused for this cursor.
    InvalidCount,
}

impl ScimType {
    /// The keyword as it stands in the message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
