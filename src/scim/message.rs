//! What a body says it is, in `schemas` (RFC 7643 §3, RFC 7644 §3.1).
//!
//! Clients leave `schemas` out or name unknown ones; then the address says what the body is. A body that says
//! it is something else was sent to the wrong address, and nobody can guess what it means.

use super::error::{Error, Result};
use super::patch::PATCH_OP_URN;
use super::schema::{ENTERPRISE_USER_URN, GROUP_URN, ResourceType, USER_URN};
use serde_json::{Map, Value};
use std::fmt;

/// The schema of a search (RFC 7644 §3.4.3).
pub const SEARCH_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The schema of many operations in one request (RFC 7644 §3.7).
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const MESSAGES: &str = "urn:ietf:params:scim:api:messages:2.0:";

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A resource.
    Resource(ResourceType),
    /// The operations of a PATCH.
    Patch,
    /// The operations of Bulk.
    Bulk,
    /// A search.
    Search,
}

impl Kind {
    /// The schema that the body names.
    pub const fn urn(self) -> &'static str {
        match self {
            Self::Resource(resource_type) => resource_type.urn(),
            Self::Patch => PATCH_OP_URN,
            Self::Bulk => BULK_REQUEST_URN,
            Self::Search => SEARCH_REQUEST_URN,
        }
    }

    /// Whether `schemas` names what the body is. `false` where it is missing, or names only what nobody
    /// knows.
    ///
    /// # Errors
    /// 400 `invalidSyntax` where all that it names and that is known is something else.
    pub fn is_named(self, schemas: Option<&Value>) -> Result<bool> {
        let named = match schemas {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let mut other = None;
        for urn in named.iter().filter_map(Value::as_str) {
            match self.is_said_by(urn) {
                Some(true) => return Ok(true),
                Some(false) => other = other.or(Some(urn)),
                None => {}
            }
        }
        match other {
            None => Ok(false),
            Some(urn) => Err(Error::invalid_syntax(format!(
                "schemas says that the body is {urn:?}, but {self} is expected here. Send \"schemas\": \
                 [\"{}\"], or send the body to the address that it is for.",
                self.urn()
            ))),
        }
    }

    /// As [`Self::is_named`], for a message whose `schemas` may be written in any case.
    ///
    /// # Errors
    /// As [`Self::is_named`].
    pub fn check(self, body: &Map<String, Value>) -> Result<()> {
        let schemas = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas"));
        self.is_named(schemas.map(|(_, value)| value)).map(drop)
    }

    /// Whether a URN says that a body is of this kind; `None` for one that says neither that nor anything
    /// else.
    fn is_said_by(self, urn: &str) -> Option<bool> {
        let is = |known: &str| urn.eq_ignore_ascii_case(known);
        let of = |resource_type| Some(self == Self::Resource(resource_type));
        if is(self.urn()) {
            Some(true)
        } else if is(USER_URN) || is(ENTERPRISE_USER_URN) || is_legacy(urn, ":User") {
            of(ResourceType::User)
        } else if is(GROUP_URN) || is_legacy(urn, ":Group") {
            of(ResourceType::Group)
        } else {
            let is_message =
                urn.get(..MESSAGES.len()).is_some_and(|start| start.eq_ignore_ascii_case(MESSAGES));
            is_message.then_some(false)
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(resource_type) => write!(f, "a {resource_type}"),
            Self::Patch => f.write_str("a PATCH message"),
            Self::Bulk => f.write_str("a bulk request"),
            Self::Search => f.write_str("a search request"),
        }
    }
}

/// Whether a URN of SCIM 1.1 or a draft of 2.0 names a resource type. `urn:scim:schemas:core:1.0` is
/// everything's.
fn is_legacy(urn: &str, end: &str) -> bool {
    let urn = urn.to_ascii_lowercase();
    urn.starts_with("urn:scim:schemas:") && urn.ends_with(&end.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USER: Kind = Kind::Resource(ResourceType::User);
    const GROUP: Kind = Kind::Resource(ResourceType::Group);

    #[track_caller]
    fn is_named(kind: Kind, schemas: Value, expected: Option<bool>) {
        assert_eq!(kind.is_named(Some(&schemas)).ok(), expected, "{schemas}");
    }

    #[test]
    fn what_is_something_else_is_refused() {
        for (kind, urn) in [
            (Kind::Bulk, PATCH_OP_URN),
            (Kind::Bulk, "urn:ietf:params:scim:api:messages:2.0:BulkResponse"),
            (Kind::Patch, USER_URN),
            (Kind::Patch, "urn:ietf:params:scim:api:messages:2.0:ListResponse"),
            (Kind::Search, "urn:ietf:params:scim:api:messages:2.0:patchop"),
            (USER, GROUP_URN),
            (USER, PATCH_OP_URN),
            (USER, "urn:scim:schemas:core:2.0:Group"),
            (GROUP, USER_URN),
            (GROUP, ENTERPRISE_USER_URN),
        ] {
            is_named(kind, json!([urn]), None);
            is_named(kind, json!(urn), None);
            is_named(kind, json!([urn, "urn:example:2.0:User"]), None);
            is_named(kind, json!([urn, kind.urn()]), Some(true));
        }
    }

    #[test]
    fn what_says_nothing_or_the_same_in_other_words_is_let_through() {
        for kind in [USER, GROUP, Kind::Patch, Kind::Bulk, Kind::Search] {
            assert_eq!(kind.is_named(None), Ok(false));
            for nothing in [
                json!(null),
                json!([]),
                json!([7]),
                json!({}),
                json!(["urn:scim:schemas:core:1.0"]),
                json!(["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]),
                json!(["urn:example:2.0:Other"]),
            ] {
                is_named(kind, nothing, Some(false));
            }
            is_named(kind, json!([kind.urn().to_uppercase()]), Some(true));
        }
        is_named(USER, json!([ENTERPRISE_USER_URN]), Some(true));
        is_named(USER, json!(["urn:scim:schemas:extension:enterprise:2.0:User"]), Some(true));
    }
}
