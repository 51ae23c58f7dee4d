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

use super::filter::parse::Parser;
use super::filter::{ValueFilter, error::Problem};
use super::schema::{Attribute, ResourceSchemas, Schema, Schemas};
use crate::scim::error::{Error, ScimType};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
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
        parser.patch_path().map_err(|problem| PathError::new(problem, text, parser.in_brackets()))
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
    /// As [`Filter::check`](super::filter::Filter::check), as a 400 `invalidFilter`.
    pub fn check(&self, schemas: &ResourceSchemas) -> Result<(), super::filter::FilterError> {
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
            .map_err(|problem| PathError::new(problem, text, false))
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

/// The name of an attribute or sub-attribute, compared without regard to case (RFC 7643 §2.1).
#[derive(Debug, Clone, Eq, Serialize)]
pub struct AttributeName(SmolStr);

impl AttributeName {
    /// The name of an attribute that a schema defines.
    pub fn of(attribute: &Attribute) -> Self {
        Self(attribute.name.clone())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(name: SmolStr) -> Self {
        Self(name)
    }
}

/// The URN of a schema, compared without regard to case (RFC 8141 §3.1 would tell apart what no client means
/// to).
#[derive(Debug, Clone, Eq, Serialize)]
pub struct SchemaUrn(SmolStr);

impl SchemaUrn {
    /// The URN of a known schema.
    pub fn of(schema: &Schema) -> Self {
        Self(SmolStr::new(&schema.id))
    }

    /// The URN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(urn: SmolStr) -> Self {
        Self(urn)
    }
}

macro_rules! caseless {
    ($type:ty) => {
        impl Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.0.eq_ignore_ascii_case(&other.0)
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.0.eq_ignore_ascii_case(other)
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.0.eq_ignore_ascii_case(other)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                for byte in self.0.bytes() {
                    state.write_u8(byte.to_ascii_lowercase());
                }
                state.write_u8(0xff);
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

caseless!(AttributeName);
caseless!(SchemaUrn);

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

serde_as_text!(AttributePath, PatchPath, super::filter::Filter);

/// Why a text is no path: what was found where, and what was expected instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    problem: Problem,
    in_filter: bool,
}

impl PathError {
    /// The character at which reading failed, counted from 1.
    pub fn position(&self) -> usize {
        self.problem.position()
    }

    fn new(problem: super::filter::error::Failure, text: &str, in_filter: bool) -> Self {
        Self { problem: Problem::new(problem, text, "path"), in_filter }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for PathError {}

impl From<PathError> for Error {
    /// 400 `invalidPath`; `invalidFilter` for what stands within the brackets (RFC 7644 Table 9).
    fn from(error: PathError) -> Self {
        let scim_type = if error.in_filter { ScimType::InvalidFilter } else { ScimType::InvalidPath };
        Self::bad_request(scim_type, error.to_string())
    }
}

/// Whether a text has the form of an attribute's name.
///
/// `ALPHA *(nameChar)` of RFC 7643 §2.1, whose `nameChar` includes `$`, and the `$ref` that this very grammar
/// forgets.
pub(crate) fn is_attribute_name(name: &str) -> bool {
    invalid_name_character(name).is_none() && !name.is_empty()
}

/// The offset of the first byte that cannot stand in an attribute's name.
pub(crate) fn invalid_name_character(name: &str) -> Option<usize> {
    if name.eq_ignore_ascii_case("$ref") {
        return None;
    }
    name.bytes().enumerate().position(|(index, byte)| match byte {
        b'a'..=b'z' | b'A'..=b'Z' => false,
        b'0'..=b'9' | b'-' | b'_' | b'$' => index == 0,
        _ => true,
    })
}

/// Whether a text can be a schema's URI: it has a scheme and nothing that ends a token.
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && !rest.is_empty()
        && !text.ends_with(':')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'[' | b']' | b'"'))
}
