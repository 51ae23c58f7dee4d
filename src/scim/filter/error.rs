//! What is wrong with a filter or a path, told so that a person finds the place.

use super::MAX_DEPTH;
use crate::scim::error::{Error, ScimType};
use std::fmt;

/// Why a text is no filter, or why a filter cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError(Inner);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Inner {
    Syntax(Problem),
    Incomparable(String),
}

impl FilterError {
    /// The character at which reading failed, counted from 1; `None` where the grammar is kept and the
    /// comparison makes no sense.
    pub fn position(&self) -> Option<usize> {
        match &self.0 {
            Inner::Syntax(problem) => Some(problem.position()),
            Inner::Incomparable(_) => None,
        }
    }

    pub(crate) fn new(failure: Failure, text: &str) -> Self {
        Self(Inner::Syntax(Problem::new(failure, text, "filter")))
    }

    pub(crate) fn incomparable(message: String) -> Self {
        Self(Inner::Incomparable(message))
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Syntax(problem) => problem.fmt(f),
            Inner::Incomparable(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for FilterError {}

impl From<FilterError> for Error {
    /// 400 `invalidFilter` (RFC 7644 Table 9).
    fn from(error: FilterError) -> Self {
        Self::bad_request(ScimType::InvalidFilter, error.to_string())
    }
}

/// Where and why reading stopped. Small, because every step of the parser returns one or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    /// In bytes.
    pub(crate) offset: usize,
    pub(crate) reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    TooLong {
        limit: usize,
    },
    TooDeep,
    /// What stands at the offset is not what the words say.
    Expected(&'static str),
    /// The comparison value at the offset does not go with its operator.
    Mismatch(&'static str),
    UnclosedString,
    InvalidEscape,
    ControlCharacter,
}

/// A failure and the text it happened in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    reason: Reason,
    position: usize,
    /// The word or character at the position; empty at the end of the text.
    found: String,
    /// "filter" or "path".
    noun: &'static str,
}

impl Problem {
    pub(crate) fn new(failure: Failure, text: &str, noun: &'static str) -> Self {
        let (before, from) = text.split_at_checked(failure.offset).unwrap_or((text, ""));
        Self { reason: failure.reason, position: before.chars().count() + 1, found: word(from), noun }
    }

    /// In characters, from 1.
    pub(crate) fn position(&self) -> usize {
        self.position
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, position, found, noun } = self;
        match reason {
            Reason::TooLong { limit } => write!(f, "the {noun} is longer than {limit} bytes"),
            Reason::TooDeep => write!(
                f,
                "parentheses and brackets stand more than {MAX_DEPTH} deep at character {position} of the {noun}"
            ),
            Reason::Expected(expected) if found.is_empty() && *position == 1 => {
                write!(f, "the {noun} is empty, expected {expected}")
            }
            Reason::Expected(expected) if found.is_empty() => {
                write!(f, "unexpected end of the {noun} at character {position}, expected {expected}")
            }
            Reason::Expected(expected) => {
                write!(f, "unexpected \"{found}\" at character {position} of the {noun}, expected {expected}")
            }
            Reason::Mismatch(rule) => write!(f, "\"{found}\" at character {position} of the {noun}: {rule}"),
            Reason::UnclosedString => {
                write!(f, "the string that begins at character {position} of the {noun} has no closing quote")
            }
            Reason::InvalidEscape => write!(
                f,
                "the backslash at character {position} of the {noun} begins no escape of JSON; \
                 a backslash itself is written \\\\"
            ),
            Reason::ControlCharacter => write!(
                f,
                "a control character stands in the string at character {position} of the {noun}; \
                 JSON writes it as an escape"
            ),
        }
    }
}

/// What a person would point at: a run of word characters, cut where it grows long, or a single character.
fn word(text: &str) -> String {
    const MAX_CHARACTERS: usize = 32;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.' | '@');
    let run: String = text.chars().take_while(|&c| is_word(c)).take(MAX_CHARACTERS).collect();
    if run.is_empty() { text.chars().take(1).collect() } else { run }
}
