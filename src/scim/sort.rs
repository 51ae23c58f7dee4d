//! Sorting: in which order a query gives its resources (RFC 7644 §3.4.2.3).
//!
//! ```
//! use rollbook::scim::{resource::Resource, schema::ResourceType, sort::Sort};
//! use serde_json::json;
//!
//! let schemas = ResourceType::User.schemas();
//! let person = |json: serde_json::Value| {
//!     Resource::from_document(json.as_object().cloned().unwrap_or_default(), schemas)
//! };
//! let sort = Sort::parse(Some("name.familyName"), Some("Descending"))?.expect("sortBy is given");
//! let (zoe, ann) = (person(json!({ "name": { "familyName": "Zoe" } })), person(json!({})));
//! assert!(sort.compare(sort.key(&zoe, schemas).as_ref(), sort.key(&ann, schemas).as_ref()).is_gt());
//! # Ok::<(), rollbook::scim::error::Error>(())
//! ```

use super::error::{Error, Result};
use super::filter::{fold_case, instant};
use super::path::AttributePath;
use super::resource::{Resource, preferred};
use super::schema::{Attribute, AttributeType, ResourceSchemas, Returned, Schemas};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// How many characters of a text count when resources are ordered by it.
pub const MAX_KEY_LENGTH: usize = 512;

/// By what to sort, and in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The attribute or sub-attribute.
    pub path: AttributePath,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What a resource is ordered by. Values of different types are ordered by their type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Key {
    /// `false` before `true`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A point in time: seconds since 1970 and nanoseconds, both of the same sign.
    Instant(i64, i32),
    /// Text, folded where case does not matter, at most [`MAX_KEY_LENGTH`] characters.
    Text(String),
}

impl Sort {
    /// Reads `sortBy` and `sortOrder`. A `sortOrder` alone orders nothing, but must be one; so says §3.4.2.3.
    ///
    /// # Errors
    /// 400 `invalidValue` for a `sortBy` that is no attribute's path and a `sortOrder` that is neither
    /// `ascending` nor `descending`, in any case.
    pub fn parse(sort_by: Option<&str>, sort_order: Option<&str>) -> Result<Option<Self>> {
        Self::parse_with(sort_by, sort_order, Schemas::standard())
    }

    /// As [`Self::parse`], with a site's own schemas.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_with(
        sort_by: Option<&str>,
        sort_order: Option<&str>,
        schemas: &Schemas,
    ) -> Result<Option<Self>> {
        let descending = match sort_order.map(str::trim) {
            None => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(order) => {
                return Err(Error::invalid_value(format!(
                    "sortOrder must be \"ascending\" or \"descending\", not {order:?}."
                )));
            }
        };
        let Some(text) = sort_by else { return Ok(None) };
        // Table 9 keeps invalidPath for the path of a PATCH.
        let path = AttributePath::parse_with(text, schemas)
            .map_err(|error| Error::invalid_value(format!("sortBy names no attribute: {error}.")))?;
        Ok(Some(Self { path, descending }))
    }

    /// Whether resources of a type can be ordered so. What the type does not know orders nothing.
    ///
    /// # Errors
    /// 400 `invalidValue` for a complex attribute without `value`, which needs a sub-attribute (§3.4.2.3).
    pub fn check(&self, schemas: &ResourceSchemas) -> Result<()> {
        match schemas.compared_attribute(&self.path) {
            Some(attribute) if attribute.type_ == AttributeType::Complex => {
                let example = attribute.sub_attributes.first().map_or("", |sub| &sub.name);
                Err(Error::invalid_value(format!(
                    "sortBy must name a sub-attribute of {path}, such as {path}.{example}.",
                    path = self.path
                )))
            }
            _ => Ok(()),
        }
    }

    /// What the resource is ordered by: of a list the primary element, or else the first. `None` where it has
    /// no value, and for what is never returned: an order would tell it letter by letter.
    pub fn key(&self, resource: &Resource, schemas: &ResourceSchemas) -> Option<Key> {
        let mut path = schemas.canonical(&self.path);
        let attribute = schemas.attribute(&path);
        let is_secret = |attribute: &Attribute| attribute.returned == Returned::Never;
        if attribute.is_some_and(is_secret)
            || schemas.find(&path).is_some_and(|found| is_secret(found.attribute))
        {
            return None;
        }
        let value = attribute.and_then(|attribute| attribute.sub_attribute("value"));
        if let (None, Some(value)) = (&path.sub, value) {
            path.sub = Some(value.name.clone());
        }
        let found = match resource.get(&path)? {
            Value::Array(elements) => elements.get(preferred(elements)?)?,
            single => single,
        };
        Key::of(found, attribute.map(Attribute::compared))
    }

    /// The order of two resources with these keys: none is last where the order is ascending, and first where
    /// it is descending (§3.4.2.3).
    pub fn compare(&self, one: Option<&Key>, other: Option<&Key>) -> Ordering {
        let ascending = match (one, other) {
            (Some(one), Some(other)) => one.compare(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl Key {
    /// The key of a single value of an attribute, `None` where no schema defines it.
    fn of(value: &Value, attribute: Option<&Attribute>) -> Option<Self> {
        let is_instant = attribute.is_some_and(|attribute| attribute.type_ == AttributeType::DateTime);
        match value {
            Value::Bool(boolean) => Some(Self::Boolean(*boolean)),
            Value::Number(number) => Some(Self::Number(number.clone())),
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => {
                if let Some(instant) = instant(text).filter(|_| is_instant) {
                    return Some(Self::Instant(instant.as_second(), instant.subsec_nanosecond()));
                }
                let is_exact = attribute.is_some_and(|attribute| attribute.case_exact);
                let text = if is_exact { text.into() } else { fold_case(text) };
                Some(Self::Text(text.chars().take(MAX_KEY_LENGTH).collect()))
            }
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => match (one.as_i64(), other.as_i64()) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => double(one).total_cmp(&double(other)),
            },
            (Self::Instant(one, nanos), Self::Instant(other, other_nanos)) => {
                (one, nanos).cmp(&(other, other_nanos))
            }
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(..) => 2,
            Self::Text(_) => 3,
        }
    }
}

fn double(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::ResourceType;
    use serde_json::json;

    fn sorted(sort_by: &str, sort_order: &str, people: &Value) -> Vec<u64> {
        let schemas = ResourceType::User.schemas();
        let sort = Sort::parse(Some(sort_by), Some(sort_order)).unwrap().unwrap();
        let mut keyed: Vec<(u64, Option<Key>)> = (0..)
            .zip(people.as_array().unwrap())
            .map(|(number, person)| {
                let person = Resource::from_document(person.as_object().cloned().unwrap(), schemas);
                (number, sort.key(&person, schemas))
            })
            .collect();
        keyed.sort_by(|(_, one), (_, other)| sort.compare(one.as_ref(), other.as_ref()));
        keyed.into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn text_is_ordered_by_the_rules_of_its_attribute_and_nothing_is_last() {
        let people = json!([
            { "userName": "b", "externalId": "b" },
            { "userName": "C", "externalId": "C" },
            { "userName": "a" },
        ]);
        assert_eq!(sorted("USERNAME", "ascending", &people), [2, 0, 1]);
        assert_eq!(sorted("userName", "DESCENDING", &people), [1, 0, 2]);
        assert_eq!(sorted("externalId", "ascending", &people), [1, 0, 2], "the case of an externalId counts");
        assert_eq!(sorted("externalId", "descending", &people), [2, 0, 1], "nothing is first, descending");
    }

    #[test]
    fn of_a_list_the_primary_element_counts_or_else_the_first() {
        let people = json!([
            { "emails": [{ "value": "a@x" }, { "value": "z@x", "primary": true }] },
            { "emails": [{ "value": "M@x" }, { "value": "b@x" }] },
        ]);
        assert_eq!(sorted("emails", "ascending", &people), [1, 0]);
        assert_eq!(sorted("emails.value", "descending", &people), [0, 1]);
    }

    #[test]
    fn numbers_booleans_and_instants_are_ordered_as_what_they_are() {
        let times = json!([
            { "meta": { "created": "2026-01-01T00:00:00Z" }, "active": true },
            { "meta": { "created": "2026-01-01T00:30:00+01:00" }, "active": false },
            { "meta": { "created": "2025-12-31T23:30:00.001Z" }, "active": true },
        ]);
        assert_eq!(sorted("meta.created", "ascending", &times), [1, 2, 0]);
        assert_eq!(sorted("active", "ascending", &times), [1, 0, 2]);
        let urn = "urn:acme:2.0:Staff";
        let badges = json!([{ urn: { "badge": 10 } }, { urn: { "badge": 9.5 } }, { urn: { "badge": "9" } }]);
        assert_eq!(sorted("urn:acme:2.0:Staff:badge", "ascending", &badges), [1, 0, 2]);
    }

    #[test]
    fn nothing_is_told_by_the_order_that_is_never_returned() {
        let people = json!([{ "password": "b" }, { "password": "a" }]);
        assert_eq!(sorted("password", "ascending", &people), [0, 1]);
    }

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        let schemas = ResourceType::User.schemas();
        for (sort_by, sort_order) in [("name", None), ("user name", None), ("userName", Some("upwards"))] {
            let error = Sort::parse(Some(sort_by), sort_order)
                .and_then(|sort| sort.unwrap().check(schemas))
                .unwrap_err();
            assert_eq!(error.scim_type().unwrap().as_str(), "invalidValue", "{error}");
        }
        assert!(Sort::parse(None, Some("upwards")).is_err());
        assert_eq!(Sort::parse(None, Some("ascending")), Ok(None));
    }
}
