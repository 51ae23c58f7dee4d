//! The schemas that a site shows: those of RFC 7643, and those of the attributes beyond them that the owner
//! has mapped.
//!
//! Attributes under an unknown URN are stored and found whether they are mapped or not. The mapped ones are
//! shown to tell an identity provider what it may send. How a value is read does not depend on that:
//! otherwise one value of an unexpected type would fail a whole person.

use super::{Mapping, Several};
use crate::scim::path::{AttributeName, PatchPath, SchemaUrn};
use crate::scim::schema::{
    Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Schemas, Uniqueness,
    common_attributes,
};

/// The schemas that requests are read by: those of RFC 7643, and where the URNs end that attributes are
/// mapped under.
pub fn for_reading(mappings: &[Mapping]) -> Schemas {
    knowing(mappings.iter().map(|mapping| &mapping.path))
}

/// The schemas of RFC 7643, and where the URNs of these paths end.
pub fn knowing<'a>(paths: impl Iterator<Item = &'a PatchPath>) -> Schemas {
    let standard = Schemas::standard();
    let urns = paths.filter_map(|path| path.attribute()?.urn.as_ref());
    let urns = distinct(urns.filter(|urn| standard.get(urn).is_none()));
    if urns.is_empty() { standard.clone() } else { standard.with_urns(urns.into_iter().cloned()) }
}

/// A schema as the site shows it, which is what holds at the moment. `password` is listed while passwords are
/// synchronised. `externalId` is listed, although it belongs to no schema (RFC 7643 §3.1), because clients
/// look for it among the attributes. `active` is listed as always returned, because a person who was sent
/// without it has one as well.
pub fn shown(schema: &Schema, password_sync: bool) -> Schema {
    let mut schema = schema.clone();
    if !ResourceType::ALL.iter().any(|resource_type| schema.id == resource_type.urn()) {
        return schema;
    }
    schema.attributes.retain(|attribute| password_sync || attribute.name != "password");
    if let Some(active) = schema.attributes.iter_mut().find(|attribute| attribute.name == "active") {
        active.required = true;
    }
    let external_id = common_attributes().iter().find(|attribute| attribute.name == "externalId");
    schema.attributes.splice(0..0, external_id.cloned());
    schema
}

/// The schemas of a site with these mappings.
pub fn of(mappings: &[Mapping]) -> Schemas {
    let mappings: Vec<&Mapping> = mappings.iter().collect();
    let urns = distinct(mappings.iter().filter_map(|mapping| mapping.path.attribute()?.urn.as_ref()));
    urns.into_iter().fold(Schemas::standard().clone(), |schemas, urn| {
        // Refused is what RFC 7643 defines: its schemas are shown as they are.
        schemas.with_extension(ResourceType::User, schema(urn, &mappings)).unwrap_or(schemas)
    })
}

fn schema(urn: &SchemaUrn, mappings: &[&Mapping]) -> Schema {
    let mappings: Vec<&Mapping> =
        mappings.iter().copied().filter(|mapping| urn_of(mapping) == Some(urn)).collect();
    let names = distinct(mappings.iter().filter_map(|mapping| Some(&mapping.path.attribute()?.name)));
    Schema {
        id: urn.clone(),
        name: urn.to_string(),
        description: Some("Attributes that are mapped on the Rollbook settings page.".to_owned()),
        attributes: names.into_iter().map(|name| attribute(name, &mappings)).collect(),
    }
}

/// An attribute with the sub-attributes that mappings name, and that their value filters ask for.
fn attribute(name: &AttributeName, mappings: &[&Mapping]) -> Attribute {
    let is_named = |mapping: &&&Mapping| mapping.path.attribute().is_some_and(|path| path.name == *name);
    let mappings: Vec<&Mapping> = mappings.iter().filter(is_named).copied().collect();
    let subs = distinct(mappings.iter().flat_map(|mapping| {
        let asked = mapping.path.filter().and_then(|filter| filter.equalities()).unwrap_or_default();
        asked.into_iter().map(|(name, _)| name).chain(mapping.path.sub_attribute())
    }));
    let title = mappings.iter().map(|mapping| mapping.title.as_str()).find(|title| !title.is_empty());
    let of_sub = |name| text(name, String::new());
    Attribute {
        type_: if subs.is_empty() { AttributeType::String } else { AttributeType::Complex },
        multi_valued: mappings.iter().any(|mapping| {
            let is_list = matches!(mapping.several, Several::Joined | Several::List);
            matches!(mapping.path, PatchPath::Value(..)) || is_list
        }),
        sub_attributes: subs.into_iter().map(of_sub).collect(),
        ..text(name, title.unwrap_or_default().to_owned())
    }
}

fn text(name: &AttributeName, description: String) -> Attribute {
    Attribute {
        name: name.clone(),
        type_: AttributeType::String,
        multi_valued: false,
        description,
        required: false,
        canonical_values: Vec::new(),
        case_exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        uniqueness: Uniqueness::None,
        reference_types: Vec::new(),
        sub_attributes: Vec::new(),
    }
}

fn urn_of(mapping: &Mapping) -> Option<&SchemaUrn> {
    mapping.path.attribute()?.urn.as_ref()
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(Vec::new(), |mut known, one| {
        if !known.contains(&one) {
            known.push(one);
        }
        known
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use serde_json::{Value, json};

    #[track_caller]
    fn shown(paths: &[&str]) -> Value {
        let mappings: Vec<Value> = paths
            .iter()
            .enumerate()
            .map(|(number, path)| json!({ "path": path, "target": format!("meta:m{number}"), "title": "T" }))
            .collect();
        let settings = json!({ "mappings": mappings });
        let schemas = of(&Settings::parse(settings.as_object().unwrap()).unwrap().mappings);
        let beyond = schemas.iter().filter(|schema| Schemas::standard().get(&schema.id).is_none());
        let attribute = |attribute: &Attribute| {
            let subs: Vec<_> = attribute.sub_attributes.iter().map(|sub| sub.name.as_str()).collect();
            json!([attribute.name, attribute.type_.name(), attribute.multi_valued, subs])
        };
        beyond
            .map(|schema| (schema.id.to_string(), schema.attributes.iter().map(attribute).collect::<Value>()))
            .collect()
    }

    #[test]
    fn what_is_mapped_beyond_the_rfc_is_shown_by_urn() {
        let paths = [
            "title",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "urn:acme:1.0:user:custom",
            "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
            "URN:ACME:1.0:User:Badge",
        ];
        let expected = json!({
            "urn:acme:1.0:user": [["custom", "string", false, []], ["Badge", "string", false, []]],
            "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User": [["objectId", "string", false, []]],
        });
        assert_eq!(shown(&paths), expected);
        assert_eq!(shown(&[]), json!({}));
    }

    #[test]
    fn what_rows_say_of_one_attribute_is_said_of_it_together() {
        let paths = [
            "urn:acme:1.0:User:office.city",
            "urn:acme:1.0:User:office.Country",
            "urn:acme:1.0:User:office",
            "urn:acme:1.0:User:badges[type eq \"door\" and colour eq \"red\"].value",
            "urn:acme:1.0:User:badges[type eq \"gate\"].value",
        ];
        let expected = json!({ "urn:acme:1.0:User": [
            ["office", "complex", false, ["city", "country"]],
            ["badges", "complex", true, ["type", "colour", "value"]],
        ]});
        assert_eq!(shown(&paths), expected);
    }

    #[test]
    fn the_schemas_of_the_rfc_are_shown_as_they_are() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoeSize";
        assert_eq!(shown(&[enterprise]), json!({}));
    }
}
