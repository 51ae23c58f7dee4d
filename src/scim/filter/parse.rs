//! Reading filters and paths: recursive descent over the grammar of RFC 7644 §3.4.2.2 and §3.5.2, byte by
//! byte, one function a rule.
//!
//! Every byte that means something to the grammar is ASCII, so an offset at one is always a boundary between
//! characters. Lists of operands are flat and nesting is counted, so that no input makes the recursion, or a
//! later one over the tree, deep.

mod cursor;
mod literal;
mod name;
#[cfg(test)]
mod tests;

pub(crate) use cursor::Parser;

use super::error::{Failure, Reason};
use super::{Comparison, Filter, Literal, MAX_FILTER_LENGTH, Operator, ValueFilter};
use crate::dialect::Dialect;
use crate::scim::path::{AttributePath, MAX_PATH_LENGTH, PatchPath, ValuePath};
use cursor::is_name_byte;
use name::Name;

type Parsed<T> = Result<T, Failure>;

const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";

impl Parser<'_> {
    /// `FILTER`, and nothing behind it.
    pub(crate) fn filter(&mut self) -> Parsed<Filter> {
        self.at_most(MAX_FILTER_LENGTH)?;
        let filter = self.disjunction()?;
        self.end("\"and\", \"or\" or the end")?;
        Ok(filter)
    }

    /// `PATH`, or the bare URN of a known schema, and nothing behind it.
    pub(crate) fn patch_path(&mut self) -> Parsed<PatchPath> {
        self.at_most(MAX_PATH_LENGTH)?;
        self.skip_whitespace();
        let path = match self.name()? {
            Name::Schema(urn) => PatchPath::Schema(urn),
            Name::Attribute(attribute) if self.at_bracket() => {
                let path = self.value_path(attribute)?;
                let sub = if self.eat(b'.') { Some(self.sub_attribute()?) } else { None };
                PatchPath::Value(path, sub)
            }
            Name::Attribute(attribute) => PatchPath::Attribute(attribute),
        };
        self.end("the end")?;
        Ok(path)
    }

    /// `attrPath`, and nothing behind it.
    pub(crate) fn whole_attribute_path(&mut self) -> Parsed<AttributePath> {
        self.at_most(MAX_PATH_LENGTH)?;
        self.skip_whitespace();
        let path = self.attribute_path()?;
        self.end("the end")?;
        Ok(path)
    }

    /// Terms joined by `or`, which binds least.
    fn disjunction(&mut self) -> Parsed<Filter> {
        let first = self.conjunction()?;
        if !self.keyword("or") {
            return Ok(first);
        }
        let mut operands = Vec::new();
        first.push_onto_or(&mut operands);
        loop {
            self.conjunction()?.push_onto_or(&mut operands);
            if !self.keyword("or") {
                return Ok(Filter::Or(operands));
            }
        }
    }

    /// Terms joined by `and`.
    fn conjunction(&mut self) -> Parsed<Filter> {
        let first = self.term()?;
        if !self.keyword("and") {
            return Ok(first);
        }
        let mut operands = Vec::new();
        first.push_onto_and(&mut operands);
        loop {
            self.term()?.push_onto_and(&mut operands);
            if !self.keyword("and") {
                return Ok(Filter::And(operands));
            }
        }
    }

    /// `attrExp`, `valuePath` or a group, negated or not.
    fn term(&mut self) -> Parsed<Filter> {
        self.skip_whitespace();
        if self.peek() == Some(b'(') {
            return self.group();
        }
        if self.keyword("not") {
            self.skip_whitespace();
            if self.peek() != Some(b'(') {
                return Err(self.expected("\"(\" behind \"not\""));
            }
            return Ok(self.group()?.negated());
        }
        let path = self.attribute_path()?;
        if self.at_bracket() {
            return self.value_path_term(path);
        }
        self.comparison(path)
    }

    fn group(&mut self) -> Parsed<Filter> {
        self.descend()?;
        self.offset += 1;
        let filter = self.disjunction()?;
        self.skip_whitespace();
        if !self.eat(b')') {
            return Err(self.expected("\"and\", \"or\" or \")\""));
        }
        self.depth -= 1;
        Ok(filter)
    }

    /// `attrPath "[" valFilter "]"` and, beyond the RFC, a comparison of a sub-attribute behind it:
    /// `emails[type eq "work"].value eq "x"` (Entra ID).
    fn value_path_term(&mut self, attribute: AttributePath) -> Parsed<Filter> {
        self.deepest = self.depth;
        let path = self.value_path(attribute)?;
        if !self.eat(b'.') {
            return Ok(Filter::Value(path));
        }
        self.dialects.note(Dialect::ComparedBehindBrackets);
        // What it is turned into may be printed with two parentheses more.
        self.within_depth(self.deepest + 2)?;
        let sub = self.sub_attribute()?;
        let comparison = self.comparison(AttributePath { urn: None, name: sub, sub: None })?;
        Ok(compared_behind(path, comparison))
    }

    /// From the opening bracket to the closing one.
    fn value_path(&mut self, attribute: AttributePath) -> Parsed<ValuePath> {
        if self.in_brackets {
            return Err(self.expected("an operator, because no value filter stands within another"));
        }
        if attribute.sub.is_some() {
            return Err(
                self.expected("an operator or the end, because a sub-attribute has no elements to filter")
            );
        }
        self.descend()?;
        self.in_brackets = true;
        self.offset += 1;
        let filter = self.disjunction()?;
        self.skip_whitespace();
        if !self.eat(b']') {
            return Err(self.expected("\"and\", \"or\" or \"]\""));
        }
        self.in_brackets = false;
        self.depth -= 1;
        Ok(ValuePath { attribute, filter: ValueFilter::new(filter) })
    }

    /// The operator and the value behind a path.
    fn comparison(&mut self, path: AttributePath) -> Parsed<Filter> {
        let Some(operator) = self.operator()? else { return Ok(Filter::Present(path)) };
        self.skip_whitespace();
        let start = self.offset;
        let value = self.literal()?;
        let mismatch = match value {
            Literal::Null if !operator.is_equality() => "null can only be compared with eq and ne",
            Literal::Boolean(_) if operator.is_order() => {
                "true and false have no order, compare them with eq and ne"
            }
            _ => return Ok(Filter::Compare(Comparison { path, operator, value })),
        };
        Err(Failure { offset: start, reason: Reason::Mismatch(mismatch) })
    }

    /// `compareOp` in any case; `None` for `pr`.
    fn operator(&mut self) -> Parsed<Option<Operator>> {
        self.skip_whitespace();
        let word = self.bytes();
        let operator = match word {
            [a, b, rest @ ..] if !rest.first().is_some_and(|&byte| is_name_byte(byte)) => {
                match [a.to_ascii_lowercase(), b.to_ascii_lowercase()] {
                    [b'e', b'q'] => Some(Operator::Equal),
                    [b'n', b'e'] => Some(Operator::NotEqual),
                    [b'c', b'o'] => Some(Operator::Contains),
                    [b's', b'w'] => Some(Operator::StartsWith),
                    [b'e', b'w'] => Some(Operator::EndsWith),
                    [b'g', b't'] => Some(Operator::Greater),
                    [b'g', b'e'] => Some(Operator::GreaterOrEqual),
                    [b'l', b't'] => Some(Operator::Less),
                    [b'l', b'e'] => Some(Operator::LessOrEqual),
                    [b'p', b'r'] => None,
                    _ => return Err(self.expected(OPERATOR)),
                }
            }
            _ => return Err(self.expected(OPERATOR)),
        };
        self.offset += 2;
        Ok(operator)
    }
}

/// `emails[F].value eq "x"` as a filter over one element: `emails[F and value eq "x"]`. With `ne`, and with
/// `eq null`, as the opposite of what it denies.
fn compared_behind(path: ValuePath, comparison: Filter) -> Filter {
    let within = |condition: Filter| {
        let ValuePath { attribute, filter } = path;
        Filter::Value(ValuePath { attribute, filter: ValueFilter::new(filter.into_filter().and(condition)) })
    };
    match comparison {
        Filter::Compare(Comparison { path, operator, value }) if operator.is_equality() => {
            let (condition, denied) = match value {
                Literal::Null => (Filter::Present(path), operator == Operator::Equal),
                value => {
                    let equal = Comparison { path, operator: Operator::Equal, value };
                    (Filter::Compare(equal), operator == Operator::NotEqual)
                }
            };
            let filter = within(condition);
            if denied { filter.negated() } else { filter }
        }
        other => within(other),
    }
}
