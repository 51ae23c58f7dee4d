//! Reading filters and paths: recursive descent over the grammar of RFC 7644 §3.4.2.2 and §3.5.2, byte by
//! byte, one function a rule.
//!
//! Every byte that means something to the grammar is ASCII, so an offset at one is always a boundary between
//! characters. Lists of operands are flat and nesting is counted, so that no input makes the recursion, or a
//! later one over the tree, deep.

use super::error::{Failure, Reason};
use super::{Comparison, Filter, Literal, MAX_DEPTH, MAX_FILTER_LENGTH, Number, Operator, ValueFilter};
use crate::scim::path::{
    AttributeName, AttributePath, MAX_PATH_LENGTH, PatchPath, SchemaUrn, ValuePath, invalid_name_character,
};
use crate::scim::schema::Schemas;
use smol_str::SmolStr;

type Parsed<T> = Result<T, Failure>;

const ATTRIBUTE: &str = "an attribute name";
const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "a comparison value";

/// A cursor over the text.
pub(crate) struct Parser<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
    in_brackets: bool,
    schemas: &'a Schemas,
}

/// What stands before an operator or a bracket.
enum Name {
    Attribute(AttributePath),
    Schema(SchemaUrn),
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, schemas: &'a Schemas) -> Self {
        Self { text, offset: 0, depth: 0, in_brackets: false, schemas }
    }

    /// Whether reading stopped between brackets.
    pub(crate) fn in_brackets(&self) -> bool {
        self.in_brackets
    }

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
        self.descend(1)?;
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
        let path = self.value_path(attribute)?;
        if !self.eat(b'.') {
            return Ok(Filter::Value(path));
        }
        // What it is turned into may be printed with two parentheses more.
        self.descend(2)?;
        let sub = self.sub_attribute()?;
        let comparison = self.comparison(AttributePath { urn: None, name: sub, sub: None })?;
        self.depth -= 2;
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
        self.descend(1)?;
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

    /// `compValue`, or a word without quotes, which is a string (authentik's old versions, Microsoft's
    /// samples: `userName sw O`).
    fn literal(&mut self) -> Parsed<Literal> {
        match self.peek() {
            Some(b'"') => self.string().map(Literal::String),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Parsed<Literal> {
        // Read as part of the value, another kind of quote would make a filter that matches nobody.
        if self.rest().starts_with(['\'', '`', '´', '‘', '’', '‚', '“', '”', '„', '«', '»']) {
            return Err(self.expected("a comparison value in double quotes"));
        }
        let start = self.offset;
        let word = self.token();
        let reserved = ["and", "or", "not"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        if word.is_empty() || reserved {
            self.offset = start;
            return Err(self.expected(VALUE));
        }
        Ok(if word.eq_ignore_ascii_case("true") {
            Literal::Boolean(true)
        } else if word.eq_ignore_ascii_case("false") {
            Literal::Boolean(false)
        } else if word.eq_ignore_ascii_case("null") {
            Literal::Null
        } else {
            Number::parse(word).map_or_else(|| Literal::String(SmolStr::new(word)), Literal::Number)
        })
    }

    /// A JSON string (RFC 8259 §7), from its opening quote to the closing one.
    fn string(&mut self) -> Parsed<SmolStr> {
        let start = self.offset;
        self.offset += 1;
        let content = self.rest();
        let run = string_run(content.as_bytes());
        self.offset += run;
        if self.eat(b'"') {
            return Ok(SmolStr::new(content.get(..run).unwrap_or_default()));
        }
        let mut unescaped = content.get(..run).unwrap_or_default().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    return Ok(SmolStr::new(unescaped));
                }
                Some(b'\\') => unescaped.push(self.escape()?),
                Some(_) => return Err(self.failure(Reason::ControlCharacter)),
                None => return Err(Failure { offset: start, reason: Reason::UnclosedString }),
            }
            let content = self.rest();
            let run = string_run(content.as_bytes());
            unescaped.push_str(content.get(..run).unwrap_or_default());
            self.offset += run;
        }
    }

    /// One escape, from its backslash on; a pair of surrogates is one.
    fn escape(&mut self) -> Parsed<char> {
        let (character, length) = match *self.bytes() {
            [_, b'"', ..] => ('"', 2),
            [_, b'\\', ..] => ('\\', 2),
            [_, b'/', ..] => ('/', 2),
            [_, b'b', ..] => ('\u{8}', 2),
            [_, b'f', ..] => ('\u{c}', 2),
            [_, b'n', ..] => ('\n', 2),
            [_, b'r', ..] => ('\r', 2),
            [_, b't', ..] => ('\t', 2),
            _ => self.unicode_escape().ok_or_else(|| self.failure(Reason::InvalidEscape))?,
        };
        self.offset += length;
        Ok(character)
    }

    fn unicode_escape(&self) -> Option<(char, usize)> {
        let [b'\\', b'u', a, b, c, d, rest @ ..] = self.bytes() else { return None };
        let first = hexadecimal([*a, *b, *c, *d])?;
        if let Some(character) = char::from_u32(first) {
            return Some((character, 6));
        }
        let [b'\\', b'u', a, b, c, d, ..] = rest else { return None };
        let pair = [u16::try_from(first).ok()?, u16::try_from(hexadecimal([*a, *b, *c, *d])?).ok()?];
        let mut characters = char::decode_utf16(pair);
        let character = characters.next()?.ok()?;
        characters.next().is_none().then_some((character, 12))
    }

    fn attribute_path(&mut self) -> Parsed<AttributePath> {
        match self.name()? {
            Name::Attribute(path) => Ok(path),
            Name::Schema(_) => Err(self.expected("a colon and an attribute name behind the URN of a schema")),
        }
    }

    /// An attribute's name with its URN and sub-attribute, or the bare URN of a known schema.
    fn name(&mut self) -> Parsed<Name> {
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

    fn sub_attribute(&mut self) -> Parsed<AttributeName> {
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

    /// What stands before the next whitespace, parenthesis, bracket or quote.
    fn token(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().position(ends_token).unwrap_or(rest.len());
        self.offset += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Takes the word in any case, if it stands here on its own.
    fn keyword(&mut self, word: &str) -> bool {
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
    fn at_bracket(&mut self) -> bool {
        let before = self.offset;
        self.skip_whitespace();
        let at_bracket = self.peek() == Some(b'[');
        if !at_bracket {
            self.offset = before;
        }
        at_bracket
    }

    fn end(&mut self, expected: &'static str) -> Parsed<()> {
        self.skip_whitespace();
        if self.offset == self.text.len() { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn at_most(&self, limit: usize) -> Parsed<()> {
        if self.text.len() <= limit { Ok(()) } else { Err(self.failure(Reason::TooLong { limit })) }
    }

    fn descend(&mut self, levels: usize) -> Parsed<()> {
        if self.depth + levels > MAX_DEPTH {
            return Err(self.failure(Reason::TooDeep));
        }
        self.depth += levels;
        Ok(())
    }

    fn skip_whitespace(&mut self) {
        while self.peek().is_some_and(is_whitespace) {
            self.offset += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.offset += 1;
        }
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.offset..).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn expected(&self, what: &'static str) -> Failure {
        self.failure(Reason::Expected(what))
    }

    fn failure(&self, reason: Reason) -> Failure {
        Failure { offset: self.offset, reason }
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

/// How many bytes of a string's content stand for themselves.
fn string_run(content: &[u8]) -> usize {
    content.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(content.len())
}

fn hexadecimal(digits: [u8; 4]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn ends_token(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b'[' | b']' | b'"')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'-' | b'_' | b'$' | b'.' | b':')
}
