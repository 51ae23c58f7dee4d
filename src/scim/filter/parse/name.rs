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

    /// The name, if the token begins with a known URN and that is no mere part of a longer one. Of several
    /// URNs the longest counts. One that is known by name alone tells nothing by itself, but where it ends.
    fn in_known_schema(&self, token: &str, start: usize) -> Option<Parsed<Name>> {
        let schemas = self.schemas.iter().map(|schema| (&schema.id, Some(schema)));
        let urns = schemas.chain(self.urns.iter().map(|urn| (urn, None)));
        let (urn, schema, rest) = urns
            .filter_map(|(urn, schema)| {
                let (start, rest) = token.split_at_checked(urn.len())?;
                let ends_here = || match rest.strip_prefix([':', '.']) {
                    Some(name) => !name.contains(':'),
                    None => rest.is_empty() && schema.is_some(),
                };
                (start.eq_ignore_ascii_case(urn) && ends_here()).then_some((urn, schema, rest))
            })
            .max_by_key(|(urn, schema, _)| (urn.len(), schema.is_some()))?;
        let Some(name) = rest.get(1..) else { return Some(Ok(Name::Schema(urn.clone()))) };
        let is_base = schema.is_some_and(|schema| self.schemas.is_base(schema));
        Some(self.dotted_name(name, start + urn.len() + 1).map(|path| {
            let urn = (!is_base).then(|| urn.clone());
            Name::Attribute(AttributePath { urn, ..path })
        }))
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
