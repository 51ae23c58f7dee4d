//! The words of a path: attribute names and URNs, which are compared without regard to case.

use crate::scim::schema::{Attribute, Schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// The name of an attribute or sub-attribute, in any case the same (RFC 7643 §2.1).
#[derive(Clone)]
pub struct AttributeName(Word);

impl AttributeName {
    /// The name, if the text has the form of one: `ALPHA *(nameChar)` of RFC 7643 §2.1, whose `nameChar`
    /// includes `$`, and the `$ref` that this very grammar forgets.
    pub fn new(name: &str) -> Option<Self> {
        (!name.is_empty() && invalid_name_character(name).is_none()).then(|| Self(Word::new(name)))
    }

    /// The name of an attribute that a schema defines.
    pub fn of(attribute: &Attribute) -> Self {
        attribute.name.clone()
    }
}

/// The URN of a schema, in any case the same.
///
/// RFC 8141 §3.1 would tell `…:2.0:User` from `…:2.0:user`, which no client means to.
#[derive(Clone)]
pub struct SchemaUrn(Word);

impl SchemaUrn {
    /// The URN, if the text can be a schema's.
    pub fn new(urn: &str) -> Option<Self> {
        is_uri(urn).then(|| Self(Word::new(urn)))
    }

    /// The URN of a known schema.
    pub fn of(schema: &Schema) -> Self {
        schema.id.clone()
    }
}

/// Whether a text can be the URI of a schema: it has a scheme, and nothing in it ends a word of a filter.
pub(in crate::scim) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && !rest.is_empty()
        && !rest.ends_with(':')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'[' | b']' | b'"'))
}

/// The offset of the first byte that cannot stand in an attribute's name.
pub(in crate::scim) fn invalid_name_character(name: &str) -> Option<usize> {
    if name.eq_ignore_ascii_case("$ref") {
        return None;
    }
    name.bytes().enumerate().position(|(index, byte)| match byte {
        b'a'..=b'z' | b'A'..=b'Z' => false,
        b'0'..=b'9' | b'-' | b'_' | b'$' => index == 0,
        _ => true,
    })
}

/// Text that is copied often: what every site knows is never allocated, the rest once.
///
/// No small-string type, because every parsed filter moves some of these about and those keep their length
/// in a byte beside the text, which makes the processor wait for each move.
#[derive(Clone)]
enum Word {
    Known(&'static str),
    Shared(Arc<str>),
}

impl Word {
    fn new(text: &str) -> Self {
        Self::Shared(Arc::from(text))
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Shared(text) => text,
        }
    }
}

macro_rules! word {
    ($type:ident, $noun:literal) => {
        impl $type {
            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The text as it is, for the keys of resources, which may have any form.
            pub fn verbatim(text: &str) -> Self {
                Self(Word::new(text))
            }

            /// The same text until the process ends, so that copies cost nothing. For the schemas that every
            /// site has.
            pub(in crate::scim) fn keep(&mut self) {
                if let Word::Shared(text) = &self.0 {
                    self.0 = Word::Known(Box::leak(Box::from(&**text)));
                }
            }
        }

        impl Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.eq_ignore_ascii_case(other)
            }
        }

        impl Eq for $type {}

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.eq_ignore_ascii_case(other)
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.eq_ignore_ascii_case(other)
            }
        }

        impl PartialEq<String> for $type {
            fn eq(&self, other: &String) -> bool {
                self.eq_ignore_ascii_case(other)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                for byte in self.bytes() {
                    state.write_u8(byte.to_ascii_lowercase());
                }
                state.write_u8(0xff);
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.as_str().fmt(f)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text)
                    .ok_or_else(|| serde::de::Error::custom(format_args!("\"{text}\" is no {}", $noun)))
            }
        }
    };
}

word!(AttributeName, "attribute name");
word!(SchemaUrn, "URN of a schema");
