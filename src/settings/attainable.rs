//! Attributes that an owner names although no person can ever have a value there: the name is misspelt, or
//! the attribute is not stored.

use super::problem::{Sentence, Word};
use super::texts;
use crate::scim::filter::Filter;
use crate::scim::path::{AttributePath, PatchPath, ValuePath};
use crate::scim::schema::{Attribute, Mutability, ResourceSchemas, ResourceType, Returned};

/// Why an attribute that is mapped can never have a value.
pub(super) fn mapping_problem(path: &PatchPath) -> Option<Sentence> {
    let schemas = ResourceType::User.schemas();
    match path {
        PatchPath::Schema(urn) => Some(Sentence::new(texts::SCHEMA_IS_NO_ATTRIBUTE, [Word::plain(urn)])),
        PatchPath::Attribute(path) => unknown(path, schemas).or_else(|| unsent(path, schemas)),
        PatchPath::Value(ValuePath { attribute, filter }, sub) => {
            let path = AttributePath { sub: sub.clone(), ..attribute.clone() };
            unknown(&path, schemas)
                .or_else(|| unsent(&path, schemas))
                .or_else(|| unknown_in_element(filter.filter(), attribute, schemas))
        }
    }
}

/// Why a filter asks for something that nobody can ever have.
pub(super) fn filter_problem(filter: &Filter) -> Option<Sentence> {
    let schemas = ResourceType::User.schemas();
    match filter {
        Filter::And(operands) | Filter::Or(operands) => operands.iter().find_map(filter_problem),
        Filter::Not(inner) => filter_problem(inner),
        Filter::Present(path) => unknown(path, schemas).or_else(|| unseen(path, schemas)),
        Filter::Compare(comparison) => {
            unknown(&comparison.path, schemas).or_else(|| unseen(&comparison.path, schemas))
        }
        Filter::Value(ValuePath { attribute, filter }) => unknown(attribute, schemas)
            .or_else(|| unseen(attribute, schemas))
            .or_else(|| unknown_in_element(filter.filter(), attribute, schemas)),
    }
}

/// What no schema defines is kept under a URN alone.
fn unknown(path: &AttributePath, schemas: &ResourceSchemas) -> Option<Sentence> {
    let Some(found) = schemas.find(path) else {
        let is_unknown = path.urn.is_none();
        return is_unknown.then(|| Sentence::new(texts::ATTRIBUTE_UNKNOWN, [Word::plain(&path.name)]));
    };
    let sub = path.sub.as_ref()?;
    found.attribute.sub_attribute(sub).is_none().then(|| no_sub_attribute(found.attribute, sub))
}

fn no_sub_attribute(attribute: &Attribute, sub: &str) -> Sentence {
    let names: Vec<&str> = attribute.sub_attributes.iter().map(|sub| &*sub.name).collect();
    match names.as_slice() {
        [] => Sentence::new(texts::ATTRIBUTE_SIMPLE, [Word::plain(&attribute.name), Word::plain(sub)]),
        _ => Sentence::new(
            texts::SUB_ATTRIBUTE_UNKNOWN,
            [Word::plain(&attribute.name), Word::plain(sub), Word::plain(names.join(", "))],
        ),
    }
}

/// The names in the brackets of a value filter.
fn unknown_in_element(
    filter: &Filter,
    attribute: &AttributePath,
    schemas: &ResourceSchemas,
) -> Option<Sentence> {
    let name = match filter {
        Filter::And(operands) | Filter::Or(operands) => {
            return operands.iter().find_map(|operand| unknown_in_element(operand, attribute, schemas));
        }
        Filter::Not(inner) => return unknown_in_element(inner, attribute, schemas),
        Filter::Present(path) => &path.name,
        Filter::Compare(comparison) => &comparison.path.name,
        Filter::Value(_) => return None,
    };
    let attribute = schemas.find(attribute)?.attribute;
    // An element of a list of simple values is its own `value`.
    let is_own = attribute.sub_attributes.is_empty() && *name == "value";
    (!is_own && attribute.sub_attribute(name).is_none()).then(|| no_sub_attribute(attribute, name))
}

/// What an identity provider may not send, or what is not kept.
fn unsent(path: &AttributePath, schemas: &ResourceSchemas) -> Option<Sentence> {
    let attribute = schemas.find(path)?.attribute;
    let named = path.sub.as_ref().and_then(|sub| attribute.sub_attribute(sub)).unwrap_or(attribute);
    if [attribute, named].iter().any(|attribute| attribute.mutability == Mutability::WriteOnly) {
        return Some(Sentence::new(texts::ATTRIBUTE_NEVER_KEPT, [Word::plain(&attribute.name)]));
    }
    let is_managed_here =
        [attribute, named].iter().any(|attribute| attribute.mutability == Mutability::ReadOnly);
    is_managed_here.then(|| Sentence::new(texts::ATTRIBUTE_GIVEN_HERE, [Word::plain(path)]))
}

/// What no filter sees.
fn unseen(path: &AttributePath, schemas: &ResourceSchemas) -> Option<Sentence> {
    let attribute = schemas.find(path)?.attribute;
    (attribute.returned == Returned::Never)
        .then(|| Sentence::new(texts::ATTRIBUTE_UNSEEN, [Word::plain(&attribute.name)]))
}
