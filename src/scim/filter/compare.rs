//! Comparing one JSON value with a literal, by the type of the attribute (RFC 7644 Table 3, RFC 7643 §2.3).

use super::{Comparison, FilterError, Literal, Number, Operator};
use crate::scim::schema::{Attribute, AttributeType};
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;
use unicase::UniCase;

/// A literal as the attribute reads it, ready to be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand<'a> {
    /// No value: `eq` asks for its absence, `ne` for its presence.
    Null,
    /// A boolean; `eq` and `ne` only.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A point in time; no `co`, `sw` and `ew`.
    Instant(Timestamp),
    /// Text.
    Text {
        /// As the filter has it.
        text: &'a str,
        /// Whether upper and lower case differ. Where they do not, both sides are compared as
        /// [`fold_case`] gives them.
        case_exact: bool,
    },
}

impl Comparison {
    /// The literal as the attribute reads it; `None` for an attribute that no schema defines, whose type is
    /// that of the literal. A complex attribute stands for its `value` (RFC 7643 §2.4).
    ///
    /// A string is read as the boolean or number it spells, because Entra ID puts every value into quotes
    /// (`primary eq "True"`), and 1 and 0 are booleans as well; a number or boolean without quotes is read as
    /// the text it is, where the attribute is a string; a point in time without offset is UTC.
    ///
    /// # Errors
    ///
    /// A boolean or binary attribute cannot be ordered (RFC 7644 Table 3), a boolean or number not searched
    /// for text, an object not compared at all, and the literal must be of the attribute's type.
    pub fn operand(&self, attribute: Option<&Attribute>) -> Result<Operand<'_>, FilterError> {
        let Self { operator, value, .. } = self;
        let Some(attribute) = attribute.map(Attribute::compared) else {
            return Ok(match value {
                Literal::Null => Operand::Null,
                Literal::Boolean(boolean) if operator.is_equality() => Operand::Boolean(*boolean),
                Literal::Number(number) if !operator.is_substring() => Operand::Number(number.clone()),
                other => Operand::Text { text: text(other), case_exact: false },
            });
        };
        let refused = |why| Err(FilterError::incomparable(format!("{} {operator} {value}", self.path), why));
        match attribute.type_ {
            _ if *value == Literal::Null => Ok(Operand::Null),
            AttributeType::Complex => {
                refused("a complex attribute cannot be compared, only its sub-attributes")
            }
            AttributeType::Boolean if !operator.is_equality() => {
                refused("the attribute is a boolean, which only eq and ne can compare")
            }
            AttributeType::Binary if operator.is_order() => {
                refused("the attribute is binary and has no order")
            }
            AttributeType::Boolean => match boolean(text(value)) {
                Some(boolean) => Ok(Operand::Boolean(boolean)),
                None => refused("the attribute is a boolean, true or false"),
            },
            AttributeType::Integer | AttributeType::Decimal if operator.is_substring() => {
                refused("the attribute is a number, which cannot be searched for text")
            }
            AttributeType::Integer | AttributeType::Decimal => match Number::parse(text(value)) {
                Some(number) => Ok(Operand::Number(number)),
                None => refused("the attribute is a number"),
            },
            AttributeType::DateTime if !operator.is_substring() => match instant(text(value)) {
                Some(instant) => Ok(Operand::Instant(instant)),
                None => refused("the attribute is a point in time, such as \"2025-01-31T12:00:00Z\""),
            },
            AttributeType::String
            | AttributeType::Reference
            | AttributeType::Binary
            | AttributeType::DateTime => {
                Ok(Operand::Text { text: text(value), case_exact: attribute.case_exact })
            }
        }
    }
}

impl Operand<'_> {
    /// Whether a single value fulfils the comparison; `ne` is up to the caller, because it denies `eq` of all
    /// values together.
    pub(super) fn matches(&self, operator: Operator, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean(expected) => match value {
                Value::Bool(found) => found == expected,
                Value::String(found) => boolean(found) == Some(*expected),
                _ => false,
            },
            Self::Number(expected) => {
                let found = match value {
                    Value::Number(found) => Cow::Owned(found.to_string()),
                    Value::String(found) => Cow::Borrowed(found.as_str()),
                    _ => return false,
                };
                compare_numbers(&found, expected.as_str()).is_some_and(|ordering| ordered(operator, ordering))
            }
            Self::Instant(expected) => {
                value.as_str().and_then(instant).is_some_and(|found| ordered(operator, found.cmp(expected)))
            }
            Self::Text { text, case_exact } => match value {
                Value::String(found) => text_matches(operator, found, text, *case_exact),
                Value::Number(found) => text_matches(operator, &found.to_string(), text, *case_exact),
                Value::Bool(found) => {
                    text_matches(operator, if *found { "true" } else { "false" }, text, false)
                }
                _ => false,
            },
        }
    }
}

/// Text as it is compared where case does not matter: under full Unicode case folding, so that "STRASSE" is
/// "Straße".
pub fn fold_case(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        Cow::Owned(UniCase::unicode(text).to_folded_case())
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn text_matches(operator: Operator, found: &str, expected: &str, case_exact: bool) -> bool {
    if case_exact {
        return exact_text_matches(operator, found, expected);
    }
    if found.is_ascii() && expected.is_ascii() {
        return ascii_text_matches(operator, found.as_bytes(), expected.as_bytes());
    }
    exact_text_matches(operator, &fold_case(found), &fold_case(expected))
}

fn exact_text_matches(operator: Operator, found: &str, expected: &str) -> bool {
    match operator {
        Operator::Contains => found.contains(expected),
        Operator::StartsWith => found.starts_with(expected),
        Operator::EndsWith => found.ends_with(expected),
        _ => ordered(operator, found.cmp(expected)),
    }
}

/// Without allocation, since nearly everything that is compared is ASCII.
fn ascii_text_matches(operator: Operator, found: &[u8], expected: &[u8]) -> bool {
    match operator {
        Operator::Equal | Operator::NotEqual => found.eq_ignore_ascii_case(expected),
        Operator::Contains => {
            expected.is_empty()
                || found.windows(expected.len()).any(|window| window.eq_ignore_ascii_case(expected))
        }
        Operator::StartsWith => {
            found.get(..expected.len()).is_some_and(|start| start.eq_ignore_ascii_case(expected))
        }
        Operator::EndsWith => found
            .len()
            .checked_sub(expected.len())
            .and_then(|from| found.get(from..))
            .is_some_and(|end| end.eq_ignore_ascii_case(expected)),
        _ => {
            let lower = u8::to_ascii_lowercase;
            ordered(operator, found.iter().map(lower).cmp(expected.iter().map(lower)))
        }
    }
}

fn ordered(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::Equal | Operator::NotEqual => ordering.is_eq(),
        Operator::Greater => ordering.is_gt(),
        Operator::GreaterOrEqual => ordering.is_ge(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

/// Whole numbers of 64 bits exactly, all others as doubles.
fn compare_numbers(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?)
}

/// The text of a literal, for attributes that are compared as text.
fn text(literal: &Literal) -> &str {
    match literal {
        Literal::Null => "null",
        Literal::Boolean(true) => "true",
        Literal::Boolean(false) => "false",
        Literal::Number(number) => number.as_str(),
        Literal::String(string) => string,
    }
}

/// A boolean as IdPs write it: in any case, or as a digit.
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") || text == "1" {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") || text == "0" {
        Some(false)
    } else {
        None
    }
}

/// A point in time; without offset it is UTC, and beyond the range of a timestamp (.NET's
/// `DateTime.MaxValue`) it is the end of that range.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    if let Ok(timestamp) = PARSER.parse_timestamp(text) {
        return Some(timestamp);
    }
    let pieces = PARSER.parse_pieces(text).ok()?;
    let datetime = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let end = if datetime.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    Some(offset.to_timestamp(datetime).unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_that_of_unicode() {
        for (text, folded) in [
            ("", ""),
            ("plain", "plain"),
            ("BJensen@Example.COM", "bjensen@example.com"),
            ("Straße", "strasse"),
            ("ÄÖÜ", "äöü"),
            ("Σίσυφος", "σίσυφοσ"),
            ("\u{212a}elvin", "kelvin"),
        ] {
            assert_eq!(fold_case(text), folded);
            assert_eq!(fold_case(&fold_case(text)), folded);
        }
        assert!(matches!(fold_case("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn ascii_is_compared_as_if_it_were_folded() {
        let texts = ["", "a", "A", "ab", "aB", "b", "BA", "Zebra", "[", "_", "zebra crossing"];
        let operators = [
            Operator::Equal,
            Operator::Contains,
            Operator::StartsWith,
            Operator::EndsWith,
            Operator::Greater,
            Operator::GreaterOrEqual,
            Operator::Less,
            Operator::LessOrEqual,
        ];
        for operator in operators {
            for found in texts {
                for expected in texts {
                    assert_eq!(
                        text_matches(operator, found, expected, false),
                        exact_text_matches(operator, &fold_case(found), &fold_case(expected)),
                        "{found:?} {operator} {expected:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn instants_are_read_leniently_but_nothing_else_is_an_instant() {
        let seconds = |text: &str| instant(text).map(Timestamp::as_second);
        assert_eq!(seconds("1970-01-01T00:00:10Z"), Some(10));
        assert_eq!(seconds("1970-01-01t00:00:10z"), Some(10));
        assert_eq!(seconds("1970-01-01T02:00:10+02:00"), Some(10));
        assert_eq!(seconds("1969-12-31T17:00:10.0000000-07:00"), Some(10));
        assert_eq!(seconds("1970-01-01T00:00:10"), Some(10));
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        assert_eq!(instant("9999-12-31T23:59:59.9999999Z"), Some(Timestamp::MAX));
        assert_eq!(instant("9999-12-31T23:59:59.9999999"), Some(Timestamp::MAX));
        assert!(instant("0001-01-01T00:00:00Z").is_some());
        for text in [
            "",
            "yesterday",
            "2025",
            "2025-13-01T00:00:00Z",
            "2025-01-01T25:00:00Z",
            "10:00:00",
            "1700000000",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
