//! Comparison values.

use super::{Parsed, Parser};
use crate::dialect::Dialect;
use crate::scim::filter::error::{Failure, Reason};
use crate::scim::filter::{Literal, Number};
use smol_str::SmolStr;

const VALUE: &str = "a comparison value";

impl Parser<'_> {
    /// `compValue`, or a word without quotes, which is a string (authentik's old versions, Microsoft's
    /// samples: `userName sw O`).
    pub(super) fn literal(&mut self) -> Parsed<Literal> {
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
        } else if let Some(number) = Number::parse(word) {
            Literal::Number(number)
        } else {
            self.dialects.note(Dialect::UnquotedLiteral);
            Literal::String(SmolStr::new(word))
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
}

/// How many bytes of a string's content stand for themselves.
fn string_run(content: &[u8]) -> usize {
    content.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(content.len())
}

fn hexadecimal(digits: [u8; 4]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}
