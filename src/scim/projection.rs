//! Projections: which attributes an answer holds (RFC 7644 §3.9, `returned` of RFC 7643 §7).

use super::error::{Error, Result};
use super::path::PatchPath;
use super::resource::{Reader, Resource, check_length};
use super::schema::{Attribute, ResourceSchemas, Returned};
use crate::dialect::Dialects;
use serde_json::{Map, Value};

/// How many attributes a request may name.
pub const MAX_ATTRIBUTES: usize = 1_000;

/// What a client asked for with `attributes` or `excludedAttributes`.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Projection {
    /// What is returned by default.
    #[default]
    Default,
    /// These and what is always returned.
    Only(Vec<PatchPath>),
    /// What is returned by default, without these.
    Without(Vec<PatchPath>),
}

impl Projection {
    /// Reads the two parameters, each a list separated by commas: attributes and sub-attributes with or
    /// without URN, the URN of a schema for all that it defines and, beyond the RFC, value filters
    /// (`emails[type eq "work"]`, Microsoft's samples). What is unknown or unreadable is ignored.
    ///
    /// # Errors
    /// 400 `invalidValue` where both are given: RFC 7644 §3.9 calls them mutually exclusive, and to prefer
    /// one would show what the client excluded or hide what it asked for. The same for more than
    /// [`MAX_ATTRIBUTES`].
    pub fn parse(
        attributes: Option<&str>,
        excluded_attributes: Option<&str>,
        schemas: &ResourceSchemas,
    ) -> Result<Self> {
        let given = |list: Option<&'_ str>| list.is_some_and(|list| !list.trim().is_empty());
        match (attributes, excluded_attributes) {
            (Some(_), Some(_)) if given(attributes) && given(excluded_attributes) => {
                Err(Error::invalid_value(
                    "attributes and excludedAttributes exclude each other. Send one of them.",
                ))
            }
            (Some(list), _) if given(attributes) => Ok(Self::Only(paths(list, "attributes", schemas)?)),
            (_, Some(list)) if given(excluded_attributes) => {
                Ok(Self::Without(paths(list, "excludedAttributes", schemas)?))
            }
            _ => Ok(Self::Default),
        }
    }

    /// Whether the answer may hold some of an attribute that stands at the top of the resource and is
    /// returned by default; what nobody wants need not be loaded.
    pub fn wants(&self, name: &str) -> bool {
        let names =
            |path: &PatchPath| path.attribute().is_some_and(|path| path.urn.is_none() && path.name == name);
        match self {
            Self::Default => true,
            Self::Only(paths) => paths.iter().any(|path| names(path) || matches!(path, PatchPath::Schema(_))),
            Self::Without(paths) => !paths.iter().any(|path| names(path) && is_whole(path)),
        }
    }

    /// The resource as the answer holds it, `schemas` and `id` first.
    pub fn apply(&self, resource: Resource, schemas: &ResourceSchemas) -> Map<String, Value> {
        let mut map = resource.into_map();
        let mut answer = Map::new();
        for name in ["schemas", "id"] {
            answer.extend(map.shift_remove_entry(name));
        }
        for (name, value) in map {
            let shown = match value {
                Value::Object(members) if name.contains(':') => {
                    let schema = schemas.extensions().find(|schema| schema.id.as_str() == name);
                    let shown: Map<_, _> = members
                        .into_iter()
                        .filter_map(|(member, value)| {
                            let attribute = schema.and_then(|schema| schema.attribute(&member));
                            let shown = self.shown(Some(&name), &member, attribute, value)?;
                            Some((member, shown))
                        })
                        .collect();
                    (!shown.is_empty()).then_some(Value::Object(shown))
                }
                value => {
                    let attribute = schemas.top_attribute(&name);
                    self.shown(None, &name, attribute, value)
                }
            };
            answer.extend(shown.map(|shown| (name, shown)));
        }
        answer
    }

    /// What is shown of an attribute's value.
    fn shown(
        &self,
        urn: Option<&str>,
        name: &str,
        attribute: Option<&Attribute>,
        value: Value,
    ) -> Option<Value> {
        let returned = attribute.map_or(Returned::Default, |attribute| attribute.returned);
        let naming = |paths: &'_ [PatchPath]| -> Vec<PatchPath> {
            paths.iter().filter(|path| is_of(path, urn, name)).cloned().collect()
        };
        let shape = match (returned, self) {
            (Returned::Never, _) => return None,
            (Returned::Always, _) => Shape::All,
            (Returned::Request, Self::Default | Self::Without(_)) => return None,
            (_, Self::Default) => Shape::All,
            (_, Self::Only(paths)) => match naming(paths) {
                named if named.is_empty() => return None,
                named if named.iter().any(is_whole) => Shape::All,
                named => Shape::Only(named),
            },
            (_, Self::Without(paths)) => match naming(paths) {
                named if named.is_empty() => Shape::All,
                named if named.iter().any(is_whole) => return None,
                named => Shape::Without(named),
            },
        };
        shape.of(value, attribute)
    }
}

/// What is shown of the elements of a value.
enum Shape {
    All,
    Only(Vec<PatchPath>),
    Without(Vec<PatchPath>),
}

impl Shape {
    fn of(&self, value: Value, attribute: Option<&Attribute>) -> Option<Value> {
        let is_plain = attribute.is_none_or(|attribute| {
            let is_shown = |sub: &Attribute| matches!(sub.returned, Returned::Always | Returned::Default);
            attribute.sub_attributes.iter().all(is_shown)
        });
        match value {
            value if is_plain && matches!(self, Self::All) => Some(value),
            Value::Array(elements) => {
                let shown: Vec<_> =
                    elements.into_iter().filter_map(|element| self.of_element(element, attribute)).collect();
                (!shown.is_empty()).then_some(Value::Array(shown))
            }
            single => self.of_element(single, attribute),
        }
    }

    fn of_element(&self, element: Value, attribute: Option<&Attribute>) -> Option<Value> {
        let (paths, is_only) = match self {
            Self::All => ([].as_slice(), false),
            Self::Only(paths) => (paths.as_slice(), true),
            Self::Without(paths) => (paths.as_slice(), false),
        };
        let about: Vec<&PatchPath> = paths
            .iter()
            .filter(|path| path.filter().is_none_or(|filter| filter.matches_element(&element, attribute)))
            .collect();
        let names_all = about.iter().any(|path| path.sub_attribute().is_none());
        let names =
            |name: &str| about.iter().any(|path| path.sub_attribute().is_some_and(|sub| *sub == name));
        if is_only && about.is_empty() || !is_only && names_all {
            return None;
        }
        let Value::Object(mut members) = element else {
            let is_shown = if is_only { names_all || names("value") } else { !names("value") };
            return is_shown.then_some(element);
        };
        members.retain(|name, _| {
            let sub = attribute.and_then(|attribute| attribute.sub_attribute(name));
            match sub.map_or(Returned::Default, |sub| sub.returned) {
                Returned::Never => false,
                Returned::Always => true,
                Returned::Request => is_only && names(name),
                Returned::Default if is_only => names_all || names(name),
                Returned::Default => !names(name),
            }
        });
        (!members.is_empty()).then_some(Value::Object(members))
    }
}

/// Whether a path is about an attribute as a whole.
fn is_whole(path: &PatchPath) -> bool {
    path.filter().is_none() && path.sub_attribute().is_none()
}

/// Whether a path is about (a part of) the attribute that stands there.
fn is_of(path: &PatchPath, urn: Option<&str>, name: &str) -> bool {
    match path {
        PatchPath::Schema(schema) => match urn {
            Some(urn) => *schema == urn,
            None => !schema.contains(":extension:"),
        },
        PatchPath::Attribute(_) | PatchPath::Value(..) => path.attribute().is_some_and(|path| {
            match (&path.urn, urn) {
                (None, None) => path.name == name,
                // The URN of an extension without schema reads as an attribute.
                (Some(start), Some(urn)) => {
                    *start == urn && path.name == name
                        || path.sub.is_none()
                            && urn
                                .rsplit_once(':')
                                .is_some_and(|(urn, end)| *start == urn && path.name == end)
                }
                _ => false,
            }
        }),
    }
}

fn paths(list: &str, parameter: &str, schemas: &ResourceSchemas) -> Result<Vec<PatchPath>> {
    let names = names(list);
    check_length(names.len(), MAX_ATTRIBUTES, &parameter)?;
    let mut dialects = Dialects::default();
    let mut reader = Reader::new(schemas, &mut dialects);
    Ok(names.into_iter().filter_map(|name| reader.path(name).ok()).collect())
}

/// The pieces between the commas that stand outside of brackets.
fn names(list: &str) -> Vec<&str> {
    let mut quoted = false;
    let mut in_brackets = false;
    list.split(|character| {
        match character {
            '"' => quoted = in_brackets && !quoted,
            '[' => in_brackets = true,
            ']' if !quoted => in_brackets = false,
            _ => {}
        }
        character == ',' && !in_brackets
    })
    .filter(|name| !name.trim().is_empty())
    .collect()
}

#[cfg(test)]
mod tests;
