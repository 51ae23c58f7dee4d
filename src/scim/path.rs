//! Paths: how attributes are named in filters, PATCH operations, `attributes` and mappings.
//!
//! An [`AttributePath`] is `attrPath` and a [`PatchPath`] is `PATH` of RFC 7644 §3.5.2; the URN in front is
//! that of its §3.10. Names and URNs are compared without regard to case and printed as the schemas write
//! them.
//!
//! ```
//! use rollbook::scim::path::PatchPath;
//!
//! let path: PatchPath = r#"Emails[TYPE eq "work"].value"#.parse()?;
//! assert_eq!(path.to_string(), r#"emails[type eq "work"].value"#);
//! # Ok::<(), rollbook::scim::path::PathError>(())
//! ```

mod error;
mod name;

pub use error::PathError;
pub(super) use name::{invalid_name_character, is_uri};
pub use name::{AttributeName, SchemaUrn};

use super::filter::parse::Parser;
use super::filter::{Filter, FilterError, ValueFilter};
use super::schema::{ResourceSchemas, Schemas};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The longest path, in bytes.
pub const MAX_PATH_LENGTH: usize = 8 * 1024;

/// What a PATCH operation is about: `PATH` of RFC 7644 §3.5.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchPath {
    /// A bare URN: everything that the schema defines.
    Schema(SchemaUrn),
    /// An attribute or a sub-attribute: `userName`, `name.givenName`, `emails.value`.
    Attribute(AttributePath),
    /// The elements of a list that a filter selects, or a sub-attribute of each:
    /// `members[value eq "x"]`, `emails[type eq "work"].value`.
    Value(ValuePath, Option<AttributeName>),
}

impl PatchPath {
    /// Reads a path with the schemas that every site has.
    ///
    /// # Errors
    ///
    /// The text is no path. The error says where, what stands there and what was expected.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::parse_with(text, Schemas::standard())
    }

    /// Reads a path with a site's own schemas, which decide what is a known URN and how names are written.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_with(text: &str, schemas: &Schemas) -> Result<Self, PathError> {
        let mut parser = Parser::new(text, schemas);
        parser.patch_path().map_err(|failure| PathError::new(failure, text, parser.in_brackets()))
    }

    /// The attribute, without the sub-attribute that a value filter may be followed by.
    pub fn attribute(&self) -> Option<&AttributePath> {
        match self {
            Self::Schema(_) => None,
            Self::Attribute(path) => Some(path),
            Self::Value(path, _) => Some(&path.attribute),
        }
    }

    /// The value filter.
    pub fn filter(&self) -> Option<&ValueFilter> {
        match self {
            Self::Schema(_) | Self::Attribute(_) => None,
            Self::Value(path, _) => Some(&path.filter),
        }
    }

    /// The sub-attribute, with and without a value filter before it.
    pub fn sub_attribute(&self) -> Option<&AttributeName> {
        match self {
            Self::Schema(_) => None,
            Self::Attribute(path) => path.sub.as_ref(),
            Self::Value(_, sub) => sub.as_ref(),
        }
    }

    /// Whether the value filter compares only what can be compared.
    ///
    /// # Errors
    ///
    /// As [`Filter::check`].
    pub fn check(&self, schemas: &ResourceSchemas) -> Result<(), FilterError> {
        match self {
            Self::Schema(_) | Self::Attribute(_) => Ok(()),
            Self::Value(path, _) => path.check(schemas),
        }
    }
}

impl FromStr for PatchPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(urn) => urn.fmt(f),
            Self::Attribute(path) => path.fmt(f),
            Self::Value(path, None) => path.fmt(f),
            Self::Value(path, Some(sub)) => write!(f, "{path}.{sub}"),
        }
    }
}

/// The elements of a complex attribute that a filter selects: `valuePath` of RFC 7644 §3.4.2.2,
/// `emails[type eq "work"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePath {
    /// The attribute, without sub-attribute.
    pub attribute: AttributePath,
    /// The filter over one element.
    pub filter: ValueFilter,
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.attribute, self.filter)
    }
}

/// An attribute's name with the URN before it and the sub-attribute behind it, where they are there:
/// `attrPath` of RFC 7644 §3.4.2.2.
///
/// The URN of a base schema is not kept: `urn:ietf:params:scim:schemas:core:2.0:User:userName` is `userName`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The schema, for attributes of extensions.
    pub urn: Option<SchemaUrn>,
    /// The attribute.
    pub name: AttributeName,
    /// The sub-attribute.
    pub sub: Option<AttributeName>,
}

impl AttributePath {
    /// Reads a path with the schemas that every site has.
    ///
    /// The URN ends at the last colon (RFC 7644 §3.10). Behind a known URN a dot is read as that colon, the
    /// form of old Entra ID jobs: `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager`.
    ///
    /// # Errors
    ///
    /// The text is no path without value filter. The error says where, what stands there and what was
    /// expected.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::parse_with(text, Schemas::standard())
    }

    /// Reads a path with a site's own schemas, which decide what is a known URN and how names are written.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_with(text: &str, schemas: &Schemas) -> Result<Self, PathError> {
        Parser::new(text, schemas)
            .whole_attribute_path()
            .map_err(|failure| PathError::new(failure, text, false))
    }
}

impl FromStr for AttributePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        self.name.fmt(f)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

macro_rules! serde_as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(AttributePath, PatchPath, Filter);
