//! What is wrong at a place of the document, in a form that the plugin can say in the owner's language.

use super::texts::{self, Text};
use crate::mapping::target::TargetError;
use crate::scim::filter::error::{Cause, FilterError, Problem, Reason};
use crate::scim::path::PathError;
use serde::Serialize;
use std::fmt;

/// What is wrong at one place of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsProblem {
    /// The place: `role_rules[2].filter`.
    pub place: String,
    /// What is wrong and what would be right, in English.
    pub reason: String,
    /// The same as a text to translate.
    #[serde(flatten)]
    pub sentence: Sentence,
}

/// An English text with numbered places (`%1$s`), and what stands there. The plugin translates the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// One of [`texts::all`].
    pub text: Text,
    /// What stands at the numbered places.
    pub values: Vec<Word>,
}

/// What stands at a place of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Word {
    /// As it is: a name, a number, something that was typed.
    Plain(String),
    /// A text to translate.
    Sentence(Sentence),
}

impl SettingsProblem {
    /// A problem at a place.
    pub(super) fn new(place: impl Into<String>, sentence: impl Into<Sentence>) -> Self {
        let sentence = sentence.into();
        Self { place: place.into(), reason: sentence.to_string(), sentence }
    }
}

impl Sentence {
    /// A text with these values at its numbered places.
    pub(crate) fn new<const COUNT: usize>(text: Text, values: [Word; COUNT]) -> Self {
        Self { text, values: values.into() }
    }
}

impl Word {
    /// Something that nobody translates.
    pub(crate) fn plain(value: impl fmt::Display) -> Self {
        Self::Plain(value.to_string())
    }

    fn of_the_parser(text: &'static str) -> Self {
        Self::Sentence(Text::of_the_parser(text).into())
    }
}

impl fmt::Display for Sentence {
    /// The English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text.english();
        while let Some((before, after)) = rest.split_once('%') {
            f.write_str(before)?;
            // Every text is a constant that a test reads: behind a percent sign stands a number and "$s".
            let (number, after) = after.split_once("$s").unwrap_or(("", after));
            let value =
                number.parse::<usize>().ok().and_then(|number| self.values.get(number.checked_sub(1)?));
            if let Some(value) = value {
                value.fmt(f)?;
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Sentence(sentence) => sentence.fmt(f),
        }
    }
}

impl From<Text> for Sentence {
    fn from(text: Text) -> Self {
        Self::new(text, [])
    }
}

impl From<&FilterError> for Sentence {
    fn from(error: &FilterError) -> Self {
        match error.cause() {
            Cause::Syntax(problem) => problem.into(),
            Cause::Incomparable { comparison, why } => {
                Self::new(texts::INCOMPARABLE, [Word::plain(comparison), Word::of_the_parser(why)])
            }
        }
    }
}

impl From<&TargetError> for Sentence {
    fn from(error: &TargetError) -> Self {
        match error {
            TargetError::Form => texts::TARGET_FORM.into(),
            TargetError::Field(name) => Self::new(texts::TARGET_FIELD, [Word::plain(name)]),
            TargetError::Odd(name) => Self::new(texts::TARGET_ODD, [Word::plain(name)]),
            TargetError::Guarded(name) => Self::new(texts::TARGET_GUARDED, [Word::plain(name)]),
        }
    }
}

impl From<&PathError> for Sentence {
    fn from(error: &PathError) -> Self {
        error.problem().into()
    }
}

impl From<&Problem> for Sentence {
    fn from(problem: &Problem) -> Self {
        let position = Word::plain(problem.position());
        let found = || Word::plain(problem.found());
        match problem.reason() {
            Reason::TooLong { limit } => Self::new(texts::TOO_LONG, [Word::plain(limit)]),
            Reason::TooDeep => Self::new(texts::TOO_DEEP, [position]),
            Reason::Expected(expected) => {
                let expected = Word::of_the_parser(expected);
                match (problem.found().is_empty(), problem.position()) {
                    (true, 1) => Self::new(texts::EMPTY, [expected]),
                    (true, _) => Self::new(texts::ENDS_EARLY, [position, expected]),
                    (false, _) => Self::new(texts::UNEXPECTED, [position, found(), expected]),
                }
            }
            Reason::Mismatch(rule) => {
                Self::new(texts::MISMATCH, [position, found(), Word::of_the_parser(rule)])
            }
            Reason::UnclosedString => Self::new(texts::UNCLOSED_STRING, [position]),
            Reason::InvalidEscape => Self::new(texts::INVALID_ESCAPE, [position]),
            Reason::ControlCharacter => Self::new(texts::CONTROL_CHARACTER, [position]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::filter::Filter;
    use crate::scim::path::PatchPath;
    use crate::scim::schema::{ResourceType, Schemas};

    #[test]
    fn a_sentence_has_its_values_at_their_places() {
        let inner =
            Word::Sentence(Sentence::new(Text::of_the_parser("the word %1$s"), [Word::plain("100 %")]));
        let sentence =
            Sentence::new(Text::of_the_parser("%2$s, then %1$s, then %2$s."), [Word::plain(7), inner]);
        assert_eq!(sentence.to_string(), "the word 100 %, then 7, then the word 100 %.");
        let json = serde_json::to_value(SettingsProblem::new("a.b", sentence)).unwrap();
        assert_eq!(json["text"], "%2$s, then %1$s, then %2$s.");
        assert_eq!(
            json["values"],
            serde_json::json!(["7", { "text": "the word %1$s", "values": ["100 %"] }])
        );
    }

    /// The plugin translates the list: it holds what the parser says, and nothing else.
    #[test]
    fn every_text_of_a_filter_is_in_the_list() {
        let filters = [
            "",
            "userName",
            "userName is \"x\"",
            "title eq",
            "title eq 'x'",
            "title eq x y",
            "(title pr",
            "not title pr",
            "emails[type eq \"work\"",
            "emails[value[type pr]]",
            "emails.value[type pr]",
            "User:userName pr",
            "9 pr",
            "urn:ietf:params:scim:schemas:core:2.0:User pr",
            "title co null",
            "title gt True",
            "title gt 7 ",
            "title co 7",
            "title eq \"x",
            "title eq \"\\x\"",
            "title eq \"\n\"",
            "title eq and x",
            "title pr title pr",
            "title gt \"x\" )",
            "emails eq 1",
            "active gt true",
            "active eq \"perhaps\"",
            "x509Certificates.value gt \"x\"",
            "urn:contoso:2.0:User:any gt 1",
            "meta.created gt \"yesterday\"",
            "name eq \"x\"",
            "active co \"x\"",
            "urn:contoso:2.0:Staff.badge sw 4",
            "urn:contoso:2.0:Staff.badge eq \"x\"",
        ];
        let staff = serde_json::json!({ "id": "urn:contoso:2.0:Staff", "name": "Staff", "attributes": [{ "name": "badge", "type": "integer" }] });
        let staff = serde_json::from_value(staff).unwrap();
        let schemas = Schemas::standard().with_extension(ResourceType::User, staff).unwrap();
        let path: Result<PatchPath, _> = "title x".parse();
        let mut seen = Vec::new();
        texts_of(&(&path.unwrap_err()).into(), &mut seen);
        for filter in filters {
            let read = Filter::parse_with(filter, &schemas);
            if let Err(error) = read.and_then(|filter| filter.check(schemas.of(ResourceType::User))) {
                texts_of(&(&error).into(), &mut seen);
            }
        }
        for text in &seen {
            assert!(texts::all().any(|known| known == *text), "texts.rs lacks {text:?}");
        }
        let unsaid: Vec<_> = texts::of_the_parser().filter(|text| !seen.contains(text)).collect();
        assert!(unsaid.is_empty(), "no filter here leads to {unsaid:?}");
    }

    fn texts_of(sentence: &Sentence, into: &mut Vec<Text>) {
        into.push(sentence.text);
        for value in &sentence.values {
            if let Word::Sentence(inner) = value {
                texts_of(inner, into);
            }
        }
    }
}
