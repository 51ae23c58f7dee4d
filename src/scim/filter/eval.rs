//! Evaluating a filter over a resource, or over one element of a list.

#[cfg(test)]
mod tests;

use super::{Comparison, Filter, FilterError, Literal, Operator, ValueFilter};
use crate::scim::path::{AttributeName, AttributePath, ValuePath};
use crate::scim::resource::matchable;
use crate::scim::schema::{Attribute, ResourceSchemas, Returned};
use serde_json::{Map, Value};

impl Filter {
    /// Whether the resource fulfils the filter.
    ///
    /// The resource is in canonical form: names as the schemas write them, the attributes of an extension in
    /// an object under its URN. A list fulfils a comparison when one of its values does, `ne` when none
    /// equals. What is never returned, such as a password, has no value here. A comparison that
    /// [`Self::check`] refuses is true for no value.
    pub fn matches(&self, resource: &Map<String, Value>, schemas: &ResourceSchemas) -> bool {
        evaluate(self, &Scope::Resource(resource, schemas))
    }

    /// Whether every comparison makes sense for the type of its attribute. A filter is checked before it is
    /// evaluated; one that asks of a single element is checked by [`ValuePath::check`].
    ///
    /// # Errors
    ///
    /// As [`Comparison::operand`]; RFC 7644 Table 3 makes it a 400 `invalidFilter`.
    pub fn check(&self, schemas: &ResourceSchemas) -> Result<(), FilterError> {
        check(self, &|path| schemas.attribute(path), &|path| path.check(schemas))
    }
}

impl ValueFilter {
    /// Whether one element fulfils the filter; `attribute` is the list it belongs to, `None` if no schema
    /// defines it.
    pub fn matches_element(&self, element: &Value, attribute: Option<&Attribute>) -> bool {
        let name = attribute.map_or("", |attribute| attribute.name.as_str());
        evaluate(self.filter(), &Scope::Element(&matchable(name, element), attribute))
    }
}

impl ValuePath {
    /// Whether every comparison of the value filter makes sense for the type of its sub-attribute.
    ///
    /// # Errors
    ///
    /// As [`Filter::check`].
    pub fn check(&self, schemas: &ResourceSchemas) -> Result<(), FilterError> {
        let attribute = schemas.attribute(&self.attribute);
        check(self.filter.filter(), &|path| sub_attribute(attribute, path), &|_| Ok(()))
    }
}

/// What the paths of a filter start from.
enum Scope<'a> {
    Resource(&'a Map<String, Value>, &'a ResourceSchemas),
    Element(&'a Value, Option<&'a Attribute>),
}

impl<'a> Scope<'a> {
    /// The value that the path begins with, and its attribute, if a schema defines it.
    fn get(&self, path: &AttributePath) -> (Option<&'a Value>, Option<&'a Attribute>) {
        match *self {
            Self::Resource(resource, schemas) => match schemas.find(path) {
                Some(found) if found.attribute.returned == Returned::Never => (None, Some(found.attribute)),
                Some(found) => {
                    let container = match found.extension {
                        Some(schema) => get(resource, &schema.id).and_then(Value::as_object),
                        None => Some(resource),
                    };
                    (container.and_then(|map| get(map, &found.attribute.name)), Some(found.attribute))
                }
                None => {
                    let container = match &path.urn {
                        Some(urn) => get(resource, urn).and_then(Value::as_object),
                        None => Some(resource),
                    };
                    (container.and_then(|map| get(map, &path.name)), None)
                }
            },
            Self::Element(element, attribute) => {
                let value = match element {
                    _ if path.urn.is_some() => None,
                    Value::Object(map) => get(map, &path.name),
                    simple => (path.name == "value").then_some(simple),
                };
                (value, sub_attribute(attribute, path))
            }
        }
    }
}

fn evaluate(filter: &Filter, scope: &Scope<'_>) -> bool {
    match filter {
        Filter::And(operands) => operands.iter().all(|operand| evaluate(operand, scope)),
        Filter::Or(operands) => operands.iter().any(|operand| evaluate(operand, scope)),
        Filter::Not(operand) => !evaluate(operand, scope),
        Filter::Present(path) => present(path, scope),
        Filter::Compare(comparison) => compare(comparison, scope),
        Filter::Value(path) => {
            let (Some(value), attribute) = scope.get(&path.attribute) else { return false };
            elements(value).iter().any(|element| path.filter.matches_element(element, attribute))
        }
    }
}

fn present(path: &AttributePath, scope: &Scope<'_>) -> bool {
    let (Some(value), _) = scope.get(path) else { return false };
    match &path.sub {
        None => is_present(value),
        Some(sub) => elements(value).iter().any(|element| sub_value(element, sub).is_some_and(is_present)),
    }
}

fn compare(comparison: &Comparison, scope: &Scope<'_>) -> bool {
    let Comparison { path, operator, value: literal } = comparison;
    if *literal == Literal::Null {
        return present(path, scope) == (*operator == Operator::NotEqual);
    }
    let holds = || {
        let (_, attribute) = scope.get(path);
        let attribute = match &path.sub {
            Some(sub) => attribute.and_then(|attribute| attribute.sub_attribute(sub)),
            None => attribute,
        };
        let Ok(operand) = comparison.operand(attribute) else { return false };
        any_compared(path, scope, &mut |value| operand.matches(*operator, value))
    };
    holds() != (*operator == Operator::NotEqual)
}

/// Whether one of the values that a comparison of the attribute looks at fulfils a condition.
fn any_compared(path: &AttributePath, scope: &Scope<'_>, holds: &mut dyn FnMut(&Value) -> bool) -> bool {
    let (Some(value), _) = scope.get(path) else { return false };
    elements(value).iter().any(|element| {
        let compared = match (&path.sub, element) {
            (Some(sub), element) => sub_value(element, sub),
            (None, Value::Object(map)) => get(map, "value"),
            (None, simple) => Some(simple),
        };
        compared.is_some_and(|value| elements(value).iter().any(&mut *holds))
    })
}

impl AttributePath {
    /// The texts that a comparison of the attribute with a text looks at: for an index of them.
    pub fn compared_texts(&self, resource: &Map<String, Value>, schemas: &ResourceSchemas) -> Vec<String> {
        let mut texts = Vec::new();
        any_compared(self, &Scope::Resource(resource, schemas), &mut |value| {
            match value {
                Value::String(text) => texts.push(text.clone()),
                Value::Number(_) | Value::Bool(_) => texts.push(value.to_string()),
                _ => {}
            }
            false
        });
        texts
    }
}

fn check<'a>(
    filter: &Filter,
    attribute: &impl Fn(&AttributePath) -> Option<&'a Attribute>,
    value_path: &impl Fn(&ValuePath) -> Result<(), FilterError>,
) -> Result<(), FilterError> {
    match filter {
        Filter::And(operands) | Filter::Or(operands) => {
            operands.iter().try_for_each(|operand| check(operand, attribute, value_path))
        }
        Filter::Not(operand) => check(operand, attribute, value_path),
        Filter::Present(_) => Ok(()),
        Filter::Compare(comparison) => comparison.operand(attribute(&comparison.path)).map(drop),
        Filter::Value(path) => value_path(path),
    }
}

/// The sub-attribute that a path within brackets names.
fn sub_attribute<'a>(attribute: Option<&'a Attribute>, path: &AttributePath) -> Option<&'a Attribute> {
    if path.urn.is_some() {
        return None;
    }
    let attribute = attribute?;
    match attribute.sub_attribute(&path.name) {
        None if attribute.sub_attributes.is_empty() && path.name == "value" => Some(attribute),
        found => found,
    }
}

/// A sub-attribute's value; a simple element is its own `value`.
fn sub_value<'a>(element: &'a Value, sub: &AttributeName) -> Option<&'a Value> {
    match element {
        Value::Object(map) => get(map, sub),
        simple => (*sub == "value").then_some(simple),
    }
}

/// The elements of a list; a single value is a list of one.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        single => std::slice::from_ref(single),
    }
}

/// Whether a value is there: not null, not the empty string, and neither an empty list nor object nor one of
/// such (RFC 7643 §2.5, RFC 7644 Table 3). It goes as deep as the value, which the reader of JSON bounds.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(string) => !string.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(map) => map.values().any(is_present),
    }
}

fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}
