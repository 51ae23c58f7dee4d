//! Filters: which resources, or which elements of a list, are meant (RFC 7644 §3.4.2.2).
//!
//! One engine serves the `filter` of a query, the value filters of PATCH paths and the role rules. Reading,
//! evaluating, printing and errors have a file each.
//!
//! ```
//! use rollbook::scim::{filter::Filter, schema::ResourceType};
//! use serde_json::json;
//!
//! let filter: Filter = r#"userName eq "bjensen@example.com" and not (emails[type eq "home"])"#.parse()?;
//! let emails = json!([{ "type": "work", "value": "b@example.com" }]);
//! let person = json!({ "userName": "BJensen@example.com", "emails": emails });
//! let schemas = ResourceType::User.schemas();
//! filter.check(schemas)?;
//! assert!(filter.matches(person.as_object().unwrap(), schemas));
//! # Ok::<(), rollbook::scim::filter::FilterError>(())
//! ```
//!
//! # What the RFC leaves open
//!
//! - `ne` is the exact opposite of `eq`: `emails ne "x"` matches everybody who has no address "x", also those
//!   who have no address at all. UnboundID's SCIM 2 SDK (`FilterEvaluator`) does the same. If it meant "some
//!   address differs", `ne` would match nearly everybody who has two.
//! - `eq null` matches those who have no value, because RFC 7643 §2.5 makes null and unassigned the same.
//! - `eq ""` matches a value that is the empty string, and nobody who has no value: an IdP that matches on a
//!   field that is empty on its own side must not find anybody.
//! - A list without sub-attribute stands for its `value` (RFC 7643 §2.4): `emails eq "x"` (PingOne).
//! - An attribute that no schema defines is compared by the type of the literal, without regard to case.

mod compare;
mod dialects;
mod display;
pub(crate) mod error;
mod eval;
pub(crate) mod parse;

pub(crate) use compare::instant;
pub use compare::{Operand, fold_case};
pub use error::FilterError;

use super::path::{AttributeName, AttributePath, ValuePath};
use super::schema::Schemas;
use crate::dialect::Dialects;
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::str::FromStr;

/// The longest filter, in bytes. Web servers take no longer address, and with it a filter holds about a
/// thousand comparisons at most.
pub const MAX_FILTER_LENGTH: usize = 8 * 1024;

/// How deep parentheses and brackets may stand within each other. It bounds every recursion over a filter.
pub const MAX_DEPTH: usize = 64;

/// A filter over a resource, or over one element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]

pub enum Filter {
    /// All of these hold. At least two, and none of them is an `And` itself.
    And(Vec<Self>),
    /// One of these holds. At least two, and none of them is an `Or` itself.
    Or(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// `pr`: the attribute has a value that is not empty.
    Present(AttributePath),
    /// A value compared with a literal.
    Compare(Comparison),
    /// One element of a list fulfils all of a filter: `emails[type eq "work" and value co "@x"]`.
    ///
    /// Entra ID's `emails[type eq "work"].value eq "x"` is read as `emails[type eq "work" and value eq "x"]`,
    /// and with `ne` as the opposite.
    Value(ValuePath),
}

impl Filter {
    /// Reads a filter with the schemas that every site has.
    ///
    /// # Errors
    ///
    /// The text is no filter. The error says where, what stands there and what was expected.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::parse_with(text, Schemas::standard())
    }

    /// Reads a filter with a site's own schemas, which decide what is a known URN and how names are written.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_with(text: &str, schemas: &Schemas) -> Result<Self, FilterError> {
        Self::parse_noting(text, schemas, &mut Dialects::default())
    }

    /// Reads a filter with a site's own schemas, and notes the tolerances that its grammar needed.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_noting(text: &str, schemas: &Schemas, dialects: &mut Dialects) -> Result<Self, FilterError> {
        let mut parser = parse::Parser::new(text, schemas);
        let filter = parser.filter().map_err(|failure| FilterError::new(failure, text))?;
        dialects.merge(parser.dialects());
        Ok(filter)
    }

    /// The filter for which both hold.
    pub fn and(self, other: Self) -> Self {
        let mut operands = Vec::with_capacity(2);
        self.push_onto_and(&mut operands);
        other.push_onto_and(&mut operands);
        Self::And(operands)
    }

    /// The filter for which one of both holds.
    pub fn or(self, other: Self) -> Self {
        let mut operands = Vec::with_capacity(2);
        self.push_onto_or(&mut operands);
        other.push_onto_or(&mut operands);
        Self::Or(operands)
    }

    /// Whether it asks for an attribute, by the attribute's name without a schema.
    pub fn asks_for(&self, name: &str) -> bool {
        match self {
            Self::And(operands) | Self::Or(operands) => operands.iter().any(|filter| filter.asks_for(name)),
            Self::Not(inner) => inner.asks_for(name),
            Self::Present(path) => path.name == name,
            Self::Compare(comparison) => comparison.path.name == name,
            Self::Value(path) => path.attribute.name == name,
        }
    }

    /// The filter for which this one does not hold.
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    fn push_onto_and(self, operands: &mut Vec<Self>) {
        match self {
            Self::And(mut nested) => operands.append(&mut nested),
            other => operands.push(other),
        }
    }

    fn push_onto_or(self, operands: &mut Vec<Self>) {
        match self {
            Self::Or(mut nested) => operands.append(&mut nested),
            other => operands.push(other),
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

/// A filter over one element of a list; the paths in it are sub-attributes. An element that is no object is
/// its own `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFilter(Box<Filter>);

impl ValueFilter {
    /// A filter to be asked of each element. It must not hold a [`Filter::Value`]: elements hold no lists of
    /// objects (RFC 7643 §2.3.8), and no text can be written for it.
    pub fn new(filter: Filter) -> Self {
        Self(Box::new(filter))
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.0
    }

    /// The filter, taken out.
    pub fn into_filter(self) -> Filter {
        *self.0
    }

    /// What an element that fulfils the filter must hold, where the filter is an `eq` or several joined by
    /// `and`; `None` for every other filter.
    ///
    /// PATCH creates an element from it when the filter selects none (Entra ID). `eq null` asks for nothing
    /// and is left out.
    pub fn equalities(&self) -> Option<Vec<(&AttributeName, &Literal)>> {
        let operands = match self.filter() {
            Filter::And(operands) => operands.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut equalities = Vec::with_capacity(operands.len());
        for operand in operands {
            let Filter::Compare(Comparison { path, operator: Operator::Equal, value }) = operand else {
                return None;
            };
            if path.urn.is_some() || path.sub.is_some() {
                return None;
            }
            if *value != Literal::Null {
                equalities.push((&path.name, value));
            }
        }
        Some(equalities)
    }

    /// The element that the [equalities](Self::equalities) describe, as far as they say it.
    pub fn element(&self) -> Option<Map<String, Value>> {
        Some(
            self.equalities()?.into_iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
        )
    }
}

/// A comparison: `attrPath SP compareOp SP compValue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The attribute whose values are compared.
    pub path: AttributePath,
    /// How.
    pub operator: Operator,
    /// With what. [`Literal::Null`] stands behind `eq` and `ne` only, a [`Literal::Boolean`] never behind
    /// `gt`, `ge`, `lt` and `le`.
    pub value: Literal,
}

/// The comparison operators (RFC 7644 Table 3). `pr` is [`Filter::Present`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`, the opposite of `eq`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Operator {
    /// The operator as filters write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }

    /// Whether it is `eq` or `ne`.
    pub const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it is `co`, `sw` or `ew`.
    pub const fn is_substring(self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    /// Whether it is `gt`, `ge`, `lt` or `le`.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual)
    }
}

/// A comparison value as the filter has it. What it means depends on the attribute: see
/// [`Comparison::operand`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A JSON number.
    Number(Number),
    /// A JSON string, or what stands there without quotes.
    String(SmolStr),
}

impl Literal {
    /// The literal as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::Number(number) => serde_json::from_str(number.as_str()).map_or(Value::Null, Value::Number),
            Self::String(string) => Value::from(string.as_str()),
        }
    }
}

/// A JSON number as it was written: without quotes, `1e5` may as well be somebody's identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(SmolStr);

impl Number {
    /// The number, where the text is one as JSON writes it (RFC 8259 §6) and is in the range of a double.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
            && serde_json::from_str::<serde_json::Number>(text).is_ok();
        is_number.then(|| Self(SmolStr::new(text)))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_filter_describes_an_element() {
        let element = |text: &str| {
            let Ok(Filter::Value(path)) = text.parse() else { panic!("{text} is a value filter") };
            path.filter.element().map(Value::Object)
        };
        assert_eq!(
            element(r#"emails[type eq "work" and primary eq true and rank eq 12 and display eq null]"#),
            Some(json!({ "type": "work", "primary": true, "rank": 12 }))
        );
        assert_eq!(element(r#"emails[value eq "12"]"#), Some(json!({ "value": "12" })));
        assert_eq!(element(r#"emails[type eq "work" or type eq "home"]"#), None);
        assert_eq!(element(r#"emails[type ne "work"]"#), None);
    }
}
