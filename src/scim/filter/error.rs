//! What is wrong with a filter or a path, worded so that a person finds the place.

use super::MAX_DEPTH;
use crate::scim::error::{Error, ScimType};
use std::fmt;

/// Why a text is no filter, or why a filter cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    Syntax(Problem),
    /// The grammar is kept, and the comparison makes no sense.
    Incomparable {
        comparison: String,
        why: &'static str,
    },
}

impl FilterError {
    /// The character at which reading failed, counted from 1; `None` where the grammar is kept and the
    /// comparison makes no sense.
    pub fn position(&self) -> Option<usize> {
        match &self.0 {
            Cause::Syntax(problem) => Some(problem.position()),
            Cause::Incomparable { .. } => None,
        }
    }

    pub(crate) fn new(failure: Failure, text: &str) -> Self {
        Self(Cause::Syntax(Problem::new(failure, text, "filter")))
    }

    pub(crate) fn incomparable(comparison: String, why: &'static str) -> Self {
        Self(Cause::Incomparable { comparison, why })
    }

    pub(crate) fn cause(&self) -> &Cause {
        &self.0
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Syntax(problem) => problem.fmt(f),
            Cause::Incomparable { comparison, why } => write!(f, "{comparison}: {why}"),
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
    /// At the offset stands something else than these words.
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

    pub(crate) fn reason(&self) -> Reason {
        self.reason
    }

    /// The word or character at the position; empty at the end of the text.
    pub(crate) fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, position, found, noun } = self;
        match reason {
            Reason::TooLong { limit } => write!(f, "the {noun} is longer than {limit} bytes"),
            Reason::TooDeep => write!(
                f,
                "parentheses and brackets stand more than {MAX_DEPTH} deep at character {position} of the \
                 {noun}"
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

#[cfg(test)]
mod tests {
    use crate::scim::error::{Error, ScimType};
    use crate::scim::filter::{Filter, MAX_DEPTH, MAX_FILTER_LENGTH};

    #[track_caller]
    fn assert_refused(text: &str, message: &str) {
        match Filter::parse(text) {
            Ok(filter) => panic!("{text} was read as {filter}"),
            Err(error) => assert_eq!(error.to_string(), message),
        }
    }

    const OPERATORS: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";

    #[test]
    fn nothing_is_not_everything() {
        for text in ["", " ", "\t\n"] {
            let message = Filter::parse(text).unwrap_err().to_string();
            assert!(message.ends_with("expected an attribute name"), "{message}");
        }
        assert_refused("", "the filter is empty, expected an attribute name");
    }

    #[test]
    fn tells_what_was_found_where_and_what_was_expected() {
        assert_refused(
            "(userName eq )",
            "unexpected \")\" at character 14 of the filter, expected a comparison value",
        );
        assert_refused(
            "userName",
            &format!("unexpected end of the filter at character 9, expected {OPERATORS}"),
        );
        assert_refused(
            "userName eq",
            "unexpected end of the filter at character 12, expected a comparison value",
        );
        assert_refused(
            "userName is \"x\"",
            &format!("unexpected \"is\" at character 10 of the filter, expected {OPERATORS}"),
        );
        assert_refused(
            "userName equals x",
            &format!("unexpected \"equals\" at character 10 of the filter, expected {OPERATORS}"),
        );
        assert_refused(
            "userName = \"x\"",
            &format!("unexpected \"=\" at character 10 of the filter, expected {OPERATORS}"),
        );
        assert_refused(
            "title pr title pr",
            "unexpected \"title\" at character 10 of the filter, expected \"and\", \"or\" or the end",
        );
        assert_refused(
            "title eq Sales Manager",
            "unexpected \"Manager\" at character 16 of the filter, expected \"and\", \"or\" or the end",
        );
        assert_refused(
            "title pr)",
            "unexpected \")\" at character 9 of the filter, expected \"and\", \"or\" or the end",
        );
        assert_refused(
            "(title pr",
            "unexpected end of the filter at character 10, expected \"and\", \"or\" or \")\"",
        );
        assert_refused(
            "emails[type eq \"work\"",
            "unexpected end of the filter at character 22, expected \"and\", \"or\" or \"]\"",
        );
        assert_refused(
            "title pr and",
            "unexpected end of the filter at character 13, expected an attribute name",
        );
        assert_refused(
            "emails[]",
            "unexpected \"]\" at character 8 of the filter, expected an attribute name",
        );
        assert_refused("()", "unexpected \")\" at character 2 of the filter, expected an attribute name");
        assert_refused(
            "not title pr",
            "unexpected \"title\" at character 5 of the filter, expected \"(\" behind \"not\"",
        );
        assert_refused(
            "title eq and active eq true",
            "unexpected \"and\" at character 10 of the filter, expected a comparison value",
        );
        assert_refused(
            "title eq 'x'",
            "unexpected \"'\" at character 10 of the filter, expected a comparison value in double quotes",
        );
        assert_refused(
            "title eq “x”",
            "unexpected \"“\" at character 10 of the filter, expected a comparison value in double quotes",
        );
    }

    #[test]
    fn counts_characters_rather_than_bytes() {
        assert_refused(
            "title eq \"日本\" foo",
            "unexpected \"foo\" at character 15 of the filter, expected \"and\", \"or\" or the end",
        );
        assert_eq!(Filter::parse("title eq \"日本\" foo").unwrap_err().position(), Some(15));
    }

    #[test]
    fn points_at_what_is_wrong_with_a_name() {
        assert_refused(
            "9lives pr",
            "unexpected \"9lives\" at character 1 of the filter, expected an attribute name",
        );
        assert_refused(
            "user/name pr",
            "unexpected \"/\" at character 5 of the filter, expected an attribute name",
        );
        assert_refused(
            "straße pr",
            "unexpected \"ße\" at character 5 of the filter, expected an attribute name",
        );
        assert_refused(
            "$value pr",
            "unexpected \"$value\" at character 1 of the filter, expected an attribute name",
        );
        assert_refused(
            "name. pr",
            "unexpected \" \" at character 6 of the filter, expected an attribute name",
        );
        assert_refused(
            ".name pr",
            "unexpected \".name\" at character 1 of the filter, expected an attribute name",
        );
        assert_refused(
            "a.b.c pr",
            "unexpected \".c\" at character 4 of the filter, expected an attribute name",
        );
        assert_refused(
            "User:userName pr",
            "unexpected \"User\" at character 1 of the filter, expected an attribute name, or one behind a URN",
        );
        assert_refused(
            "urn:x:y: pr",
            "unexpected \" \" at character 9 of the filter, expected an attribute name",
        );
        assert_refused(
            "urn:ietf:params:scim:schemas:core:2.0:User pr",
            "unexpected \" \" at character 43 of the filter, \
             expected a colon and an attribute name behind the URN of a schema",
        );
    }

    #[test]
    fn points_at_what_is_wrong_with_a_string() {
        assert_refused(
            "title eq \"x",
            "the string that begins at character 10 of the filter has no closing quote",
        );
        for text in [
            r#"title eq "ab\x""#,
            r#"title eq "ab\u12""#,
            r#"title eq "ab\ud800""#,
            r#"title eq "ab\ud800\u0041""#,
        ] {
            assert_refused(
                text,
                "the backslash at character 13 of the filter begins no escape of JSON; a backslash itself is written \\\\",
            );
        }
        assert_refused(
            "title eq \"a\nb\"",
            "a control character stands in the string at character 12 of the filter; JSON writes it as an escape",
        );
    }

    #[test]
    fn refuses_comparisons_that_never_make_sense() {
        for operator in ["co", "sw", "ew", "gt", "ge", "lt", "le"] {
            let error = Filter::parse(&format!("title {operator} null")).unwrap_err();
            assert_eq!(error.position(), Some(10));
            assert!(error.to_string().ends_with("null can only be compared with eq and ne"));
        }
        assert_refused(
            "title gt True",
            "\"True\" at character 10 of the filter: true and false have no order, compare them with eq and ne",
        );
    }

    #[test]
    fn refuses_value_filters_where_none_can_be() {
        assert_refused(
            "emails[value[type pr]]",
            "unexpected \"[\" at character 13 of the filter, \
             expected an operator, because no value filter stands within another",
        );
        assert_refused(
            "emails.value[type pr]",
            "unexpected \"[\" at character 13 of the filter, \
             expected an operator or the end, because a sub-attribute has no elements to filter",
        );
    }

    #[test]
    fn names_the_bound_that_was_passed() {
        assert_refused(&" ".repeat(MAX_FILTER_LENGTH + 1), "the filter is longer than 8192 bytes");
        assert_refused(
            &"(".repeat(MAX_DEPTH + 1),
            "parentheses and brackets stand more than 64 deep at character 65 of the filter",
        );
    }

    #[test]
    fn long_words_are_cut() {
        let message = Filter::parse(&format!("title pr {}", "x".repeat(100))).unwrap_err().to_string();
        assert!(message.contains(&format!("\"{}\"", "x".repeat(32))), "{message}");
    }

    #[test]
    fn is_a_400_invalid_filter() {
        let error = Error::from(Filter::parse("title").unwrap_err());
        assert_eq!((error.status(), error.scim_type()), (400, Some(ScimType::InvalidFilter)));
    }
}
