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
pub use name::{AttributeName, SchemaUrn};
pub(super) use name::{invalid_name_character, is_uri};

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

    /// As [`Self::parse`], where some more URNs are known by name.
    pub(crate) fn parse_knowing(text: &str, urns: &[SchemaUrn]) -> Result<Self, PathError> {
        let mut parser = Parser::new(text, Schemas::standard()).knowing(urns);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::error::{Error, ScimType};
    use std::collections::HashSet;

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    #[track_caller]
    fn assert_reads(text: &str, canonical: &str) {
        let path = PatchPath::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(path.to_string(), canonical, "{text}");
        assert_eq!(PatchPath::parse(canonical), Ok(path), "{canonical}");
    }

    #[track_caller]
    fn assert_refused(text: &str, message: &str, scim_type: ScimType) {
        let error = PatchPath::parse(text).unwrap_err();
        assert_eq!(error.to_string(), message);
        let error = Error::from(error);
        assert_eq!((error.status(), error.scim_type()), (400, Some(scim_type)));
    }

    #[test]
    fn attributes_and_sub_attributes() {
        assert_reads("userName", "userName");
        assert_reads("USERNAME", "userName");
        assert_reads(" NAME.familyname ", "name.familyName");
        assert_reads("emails.Value", "emails.value");
        assert_reads("members.$REF", "members.$ref");
        assert_reads("favouriteColour.Hue", "favouriteColour.Hue");
    }

    #[test]
    fn urns_with_a_colon_or_a_dot_behind_them() {
        assert_reads(&format!("{ENTERPRISE}:department"), &format!("{ENTERPRISE}:department"));
        assert_reads(&format!("{ENTERPRISE}:Manager.Value"), &format!("{ENTERPRISE}:manager.value"));
        assert_reads(&format!("{ENTERPRISE}.manager"), &format!("{ENTERPRISE}:manager"));
        assert_reads(
            &format!("{ENTERPRISE}.manager.displayName"),
            &format!("{ENTERPRISE}:manager.displayName"),
        );
        assert_reads(&ENTERPRISE.to_lowercase(), ENTERPRISE);
        assert_reads("urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName");
        assert_reads("urn:ietf:params:scim:schemas:core:2.0:user.userName", "userName");
        assert_reads(
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:User",
        );
        assert_reads(
            "urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"x\"]",
            "members[value eq \"x\"]",
        );
        assert_reads("urn:okta:okta_user:1.0:user:x.y", "urn:okta:okta_user:1.0:user:x.y");
        assert_reads("urn:scim:schemas:core:1.0:userName", "urn:scim:schemas:core:1.0:userName");
        assert_reads(
            "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
            "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
        );
        let Ok(PatchPath::Attribute(path)) = PatchPath::parse("urn:acme:2.0:Staff:badge") else { panic!() };
        assert_eq!(path.urn, SchemaUrn::new("urn:acme:2.0:Staff"));
        assert_eq!(path.name, "BADGE");
    }

    #[test]
    fn value_filters_with_and_without_sub_attribute() {
        assert_reads(r#"emails[type eq "work"]"#, r#"emails[type eq "work"]"#);
        assert_reads(r#"Emails[Type EQ "work"].Value"#, r#"emails[type eq "work"].value"#);
        assert_reads(r#"roles[primary eq "True"].display"#, r#"roles[primary eq "True"].display"#);
        assert_reads(
            r#"addresses[type eq "work" or not (primary eq true)].postalcode"#,
            r#"addresses[type eq "work" or not (primary eq true)].postalCode"#,
        );
        assert_reads(&format!("{ENTERPRISE}:x[value eq 1].y"), &format!("{ENTERPRISE}:x[value eq 1].y"));
        let path = PatchPath::parse(r#"emails[type eq "work"].value"#).unwrap();
        assert_eq!(path.attribute(), Some(&"emails".parse().unwrap()));
        assert_eq!(path.sub_attribute(), AttributeName::new("value").as_ref());
        assert_eq!(path.filter().map(ToString::to_string).as_deref(), Some(r#"type eq "work""#));
    }

    #[test]
    fn tells_what_is_wrong_and_where() {
        use ScimType::{InvalidFilter, InvalidPath};
        assert_refused("", "the path is empty, expected an attribute name", InvalidPath);
        assert_refused(
            "user name",
            "unexpected \"name\" at character 6 of the path, expected the end",
            InvalidPath,
        );
        assert_refused(
            "name..x",
            "unexpected \"..x\" at character 5 of the path, expected an attribute name"
                .replace("\"..x\" at character 5", "\".x\" at character 6")
                .as_str(),
            InvalidPath,
        );
        assert_refused(
            "emails[type eq \"work\"].",
            "unexpected end of the path at character 24, expected an attribute name",
            InvalidPath,
        );
        assert_refused(
            "emails[type eq \"work\"]value",
            "unexpected \"value\" at character 23 of the path, expected the end",
            InvalidPath,
        );
        assert_refused(
            "members[value eq \"x\"",
            "unexpected end of the path at character 21, expected \"and\", \"or\" or \"]\"",
            InvalidFilter,
        );
        assert_refused(
            "members[value is \"x\"]",
            "unexpected \"is\" at character 15 of the path, \
             expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)",
            InvalidFilter,
        );
        assert_refused(
            "members[]",
            "unexpected \"]\" at character 9 of the path, expected an attribute name",
            InvalidFilter,
        );
    }

    #[test]
    fn an_attribute_path_has_no_value_filter_and_is_no_bare_urn() {
        assert_eq!("Name.GivenName".parse::<AttributePath>().unwrap().to_string(), "name.givenName");
        for text in ["", "emails[value pr]", ENTERPRISE, "a b", "a.b.c", "a:b"] {
            assert!(AttributePath::parse(text).is_err(), "{text}");
        }
        assert_eq!(AttributePath::parse("a:b").unwrap_err().position(), 1);
    }

    #[test]
    fn comparisons_between_the_brackets_are_checked() {
        let schemas = crate::scim::schema::ResourceType::User.schemas();
        assert!(PatchPath::parse("emails[primary eq \"True\"]").unwrap().check(schemas).is_ok());
        assert!(PatchPath::parse("emails[primary gt \"True\"]").unwrap().check(schemas).is_err());
        assert!(PatchPath::parse("unknown[primary gt \"True\"]").unwrap().check(schemas).is_ok());
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        let paths: HashSet<AttributePath> =
            ["x.Y", "X.y", "urn:a:B:x", "URN:A:b:X"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(paths.len(), 2);
        for name in ["a", "a1", "a-b_c", "$ref", "$REF", "a$b"] {
            assert!(AttributeName::new(name).is_some(), "{name}");
        }
        for name in ["", "1a", "-a", "$", "$value", "a b", "a.b", "é", "a\u{0}"] {
            assert!(AttributeName::new(name).is_none(), "{name}");
        }
        for urn in ["", "urn", "urn:", ":x", "urn:a:", "urn:a b", "urn:é", "urn:a[b]", "1:x"] {
            assert!(SchemaUrn::new(urn).is_none(), "{urn}");
        }
    }

    #[test]
    fn paths_are_text_in_json() {
        let path: PatchPath = serde_json::from_str(r#""Emails[type eq \"work\"].value""#).unwrap();
        assert_eq!(serde_json::to_string(&path).unwrap(), r#""emails[type eq \"work\"].value""#);
        assert!(serde_json::from_str::<AttributePath>(r#""a b""#).is_err());
        let filter: Filter = serde_json::from_str(r#""TITLE pr""#).unwrap();
        assert_eq!(serde_json::to_string(&filter).unwrap(), r#""title pr""#);
    }
}
