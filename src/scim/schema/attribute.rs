//! Attributes and their characteristics.

use crate::scim::path::AttributeName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An attribute and its characteristics (RFC 7643 §2.2, §7). What a definition leaves out has the default
/// of RFC 7643 §2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, compared without regard to case (RFC 7643 §2.1).
    pub name: AttributeName,
    /// The data type.
    #[serde(rename = "type", default)]
    pub type_: AttributeType,
    /// Whether the value is a list.
    #[serde(default)]
    pub multi_valued: bool,
    /// What the attribute means.
    #[serde(default)]
    pub description: String,
    /// Whether a resource must have it.
    #[serde(default)]
    pub required: bool,
    /// The values a client is advised to use; others are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether upper and lower case differ when values are compared.
    #[serde(default)]
    pub case_exact: bool,
    /// When a client may write it.
    #[serde(default)]
    pub mutability: Mutability,
    /// When an answer holds it.
    #[serde(default)]
    pub returned: Returned,
    /// Among which resources its value is unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// What a reference may point to: names of resource types, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// The sub-attributes of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Self>,
}

impl Attribute {
    /// The sub-attribute with this name, in any case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Self> {
        self.sub_attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// The attribute whose values are compared when this one is named: its `value`, where it has one.
    pub fn compared(&self) -> &Self {
        self.sub_attribute("value").unwrap_or(self)
    }

    /// Keeps the names until the process ends: see [`AttributeName`].
    pub(super) fn keep_names(&mut self) {
        self.name.keep();
        self.sub_attributes.iter_mut().for_each(Self::keep_names);
    }

    /// Whether the value is one of the canonical ones, in any case.
    pub fn is_canonical_value(&self, value: &str) -> bool {
        self.canonical_values.iter().any(|canonical| canonical.eq_ignore_ascii_case(value))
    }
}

/// The data type of an attribute (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A point in time, in the form of RFC 3339.
    DateTime,
    /// Bytes, in base64.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

impl AttributeType {
    /// The name as schemas write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When a client may write an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Never.
    ReadOnly,
    /// At any time.
    #[default]
    ReadWrite,
    /// When the resource, or the element of a list, is created.
    Immutable,
    /// At any time, but it cannot be read.
    WriteOnly,
}

/// When an answer holds an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer, whatever the client asked for.
    Always,
    /// In no answer; no filter sees it either, lest its value be guessed letter by letter.
    Never,
    /// Unless the client asked for others or excluded it.
    #[default]
    Default,
    /// When the client asked for it.
    Request,
}

/// Among which resources the value of an attribute is unique (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// None.
    #[default]
    None,
    /// Those of this server.
    Server,
    /// All there are.
    Global,
}
