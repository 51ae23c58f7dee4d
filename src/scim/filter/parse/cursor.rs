//! Going through the text.

use super::Parsed;
use crate::dialect::Dialects;
use crate::panics;
use crate::scim::filter::MAX_DEPTH;
use crate::scim::filter::error::{Failure, Reason};
use crate::scim::path::SchemaUrn;
use crate::scim::schema::Schemas;

/// A cursor over the text.
pub(crate) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) offset: usize,
    pub(super) depth: usize,
    /// The greatest depth since the value filter at hand began.
    pub(super) deepest: usize,
    pub(super) in_brackets: bool,
    pub(super) schemas: &'a Schemas,
    /// URNs that are known by name alone.
    pub(super) urns: &'a [SchemaUrn],
    /// The tolerances that were needed so far.
    pub(super) dialects: Dialects,
}

impl<'a> Parser<'a> {
    /// A parser of this text, which takes known names and URNs from the schemas.
    pub(crate) fn new(text: &'a str, schemas: &'a Schemas) -> Self {
        panics::trip(text);
        Self {
            text,
            offset: 0,
            depth: 0,
            deepest: 0,
            in_brackets: false,
            schemas,
            urns: schemas.urns(),
            dialects: Dialects::default(),
        }
    }

    /// The parser, which takes these for URNs that attributes stand under, too.
    pub(crate) fn knowing(self, urns: &'a [SchemaUrn]) -> Self {
        Self { urns, ..self }
    }

    /// Whether reading stopped between brackets.
    pub(crate) fn in_brackets(&self) -> bool {
        self.in_brackets
    }

    /// The tolerances that were needed.
    pub(crate) fn dialects(&self) -> Dialects {
        self.dialects
    }

    /// What stands before the next whitespace, parenthesis, bracket or quote.
    pub(super) fn token(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().position(ends_token).unwrap_or(rest.len());
        self.offset += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Takes the word in any case, if it stands here on its own.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        self.skip_whitespace();
        let found = self.bytes().split_at_checked(word.len()).is_some_and(|(found, rest)| {
            found.eq_ignore_ascii_case(word.as_bytes()) && rest.first().is_none_or(|&byte| ends_token(byte))
        });
        if found {
            self.offset += word.len();
        }
        found
    }

    /// Whether a value filter begins here, perhaps behind whitespace.
    pub(super) fn at_bracket(&mut self) -> bool {
        let before = self.offset;
        self.skip_whitespace();
        let at_bracket = self.peek() == Some(b'[');
        if !at_bracket {
            self.offset = before;
        }
        at_bracket
    }

    pub(super) fn end(&mut self, expected: &'static str) -> Parsed<()> {
        self.skip_whitespace();
        if self.offset == self.text.len() { Ok(()) } else { Err(self.expected(expected)) }
    }

    pub(super) fn at_most(&self, limit: usize) -> Parsed<()> {
        if self.text.len() <= limit { Ok(()) } else { Err(self.failure(Reason::TooLong { limit })) }
    }

    pub(super) fn descend(&mut self) -> Parsed<()> {
        self.within_depth(self.depth + 1)?;
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        Ok(())
    }

    pub(super) fn within_depth(&self, depth: usize) -> Parsed<()> {
        if depth <= MAX_DEPTH { Ok(()) } else { Err(self.failure(Reason::TooDeep)) }
    }

    pub(super) fn skip_whitespace(&mut self) {
        while self.peek().is_some_and(is_whitespace) {
            self.offset += 1;
        }
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.offset += 1;
        }
        found
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.offset..).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    pub(super) fn expected(&self, what: &'static str) -> Failure {
        self.failure(Reason::Expected(what))
    }

    pub(super) fn failure(&self, reason: Reason) -> Failure {
        Failure { offset: self.offset, reason }
    }
}

fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn ends_token(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b'[' | b']' | b'"')
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'-' | b'_' | b'$' | b'.' | b':')
}
