//! Attribute names, with the URN before them and the sub-attribute behind them.

use super::{Parsed, Parser};
use crate::scim::filter::error::{Failure, Reason};
use crate::scim::path::{AttributeName, AttributePath, SchemaUrn, invalid_name_character};

const ATTRIBUTE: &str = "an attribute name";

/// What stands before an operator or a bracket.
pub(super) enum Name {
    Attribute(AttributePath),
    Schema(SchemaUrn),
}

impl Parser<'_> {
    pub(super) fn attribute_path(&mut self) -> Parsed<AttributePath> {
        match self.name()? {
            Name::Attribute(path) => Ok(path),
            Name::Schema(_) => Err(self.expected("a colon and an attribute name behind the URN of a schema")),
        }
    }

    /// An attribute's name with its URN and sub-attribute, or the bare URN of a known schema.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        let start = self.offset;
        let token = self.token();
        if token.is_empty() {
            return Err(self.expected(ATTRIBUTE));
        }
        if !token.contains(':') {
            return self.dotted_name(token, start).map(Name::Attribute);
        }
        if let Some(name) = self.in_known_schema(token, start) {
            return name;
        }
        let colon = token.rfind(':').unwrap_or_default();
        let (urn, rest) = token.split_at_checked(colon).unwrap_or_default();
        let Some(urn) = SchemaUrn::new(urn) else {
            return Err(Failure {
                offset: start,
                reason: Reason::Expected("an attribute name, or one behind a URN"),
            });
        };
        let path = self.dotted_name(rest.get(1..).unwrap_or_default(), start + colon + 1)?;
        Ok(Name::Attribute(AttributePath { urn: Some(urn), ..path }))
    }

    /// The name, if the token begins with the URN of a known schema and that is no mere part of a longer URN.
    fn in_known_schema(&self, token: &str, start: usize) -> Option<Parsed<Name>> {
        self.schemas.iter().find_map(|schema| {
            let (urn, rest) = token.split_at_checked(schema.id.len())?;
            if !urn.eq_ignore_ascii_case(&schema.id) {
                return None;
            }
            if rest.is_empty() {
                return Some(Ok(Name::Schema(schema.id.clone())));
            }
            let name = rest.strip_prefix([':', '.']).filter(|name| !name.contains(':'))?;
            let offset = start + urn.len() + 1;
            let is_base = self.schemas.is_base(schema);
            Some(self.dotted_name(name, offset).map(|path| {
                let urn = (!is_base).then(|| schema.id.clone());
                Name::Attribute(AttributePath { urn, ..path })
            }))
        })
    }

    /// `ATTRNAME *1subAttr`.
    fn dotted_name(&self, token: &str, start: usize) -> Parsed<AttributePath> {
        match token.split_once('.') {
            None => Ok(AttributePath { urn: None, name: self.single_name(token, start)?, sub: None }),
            Some((name, sub)) => Ok(AttributePath {
                urn: None,
                name: self.single_name(name, start)?,
                sub: Some(self.single_name(sub, start + name.len() + 1)?),
            }),
        }
    }

    pub(super) fn sub_attribute(&mut self) -> Parsed<AttributeName> {
        let start = self.offset;
        let token = self.token();
        self.single_name(token, start)
    }

    /// `ATTRNAME` in the schemas' own case, if they know it.
    fn single_name(&self, name: &str, start: usize) -> Parsed<AttributeName> {
        if let Some(canonical) = self.schemas.canonical_name(name) {
            return Ok(canonical.clone());
        }
        AttributeName::new(name).ok_or_else(|| {
            let invalid = invalid_name_character(name).unwrap_or_default();
            Failure { offset: start + invalid, reason: Reason::Expected(ATTRIBUTE) }
        })
    }
}
