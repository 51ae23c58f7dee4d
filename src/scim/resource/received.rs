//! What a client sends in a POST or PUT.

use super::place::{Place, value_of};
use super::{Op, Origin, Reader, Resource, Writer, is_password, names};
use crate::dialect::{Dialect, Dialects};
use crate::scim::error::{Error, Result};
use crate::scim::message::Kind;
use crate::scim::path::{AttributePath, PatchPath};
use crate::scim::schema::ResourceSchemas;
use serde_json::{Map, Value};
use std::fmt;

/// What a client sent in a POST or PUT.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The resource, without password.
    pub resource: Resource,
    /// The password, which belongs into no document (RFC 7643 §4.1.1: it is never returned).
    pub password: Option<String>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Received").field("resource", &self.resource).field("password", &password).finish()
    }
}

impl Resource {
    /// Reads the body of a POST or PUT.
    ///
    /// Names are read in any case; read-only attributes are ignored (RFC 7644 §3.3, §3.5.1), so are unknown
    /// ones, unless they stand under a URN: those are kept. For the tolerances see [`crate::dialect`].
    ///
    /// # Errors
    /// 400 `invalidSyntax`: `schemas` is there and no array of strings, or a name stands twice. 400
    /// `invalidValue`: a required attribute is missing, or a value does not fit its attribute.
    pub fn from_body(
        body: Map<String, Value>,
        schemas: &ResourceSchemas,
        dialects: &mut Dialects,
    ) -> Result<Received> {
        let listed = listed_schemas(&body, schemas, dialects)?;
        let mut assignments = Vec::with_capacity(body.len());
        let mut reader = Reader::new(schemas, dialects);
        reader.listed = listed.as_deref().unwrap_or_default();
        reader.assignments(body, None, Origin::Body, &mut assignments)?;

        let mut values = Vec::with_capacity(assignments.len());
        let mut password = None;
        for assignment in assignments {
            let path = assignment.path.clone();
            let Some(value) = reader.assigned(assignment, false)? else { continue };
            if is_password(&path, schemas) {
                password = value.as_str().map(str::to_owned);
            } else {
                values.push((path, value));
            }
        }
        let mut map = Map::from_iter([("schemas".to_owned(), Value::Null)]);
        let mut writer = Writer::new(&mut map, schemas, dialects);
        for (path, value) in &values {
            writer.refuse_second(path, value)?;
            writer.write(Op::Add, path, Some(value))?;
        }
        let resource = Self::from_document(map, schemas);
        if let Some(listed) = listed {
            let is_unlisted = |urn: &str| !listed.iter().any(|listed| listed.eq_ignore_ascii_case(urn));
            if resource.schemas().skip(1).any(is_unlisted) {
                dialects.note(Dialect::UnlistedExtension);
            }
        }
        resource.check_required(schemas)?;
        resource.check_lengths()?;
        Ok(Received { resource, password })
    }

    fn check_required(&self, schemas: &ResourceSchemas) -> Result<()> {
        let Some(attribute) = self.missing(schemas) else { return Ok(()) };
        Err(Error::invalid_value(format!(
            "{} is required for a {}. Send it, and not empty.",
            attribute.name,
            schemas.resource_type()
        )))
    }
}

/// What `schemas` names; the resource's own are worked out, so only its form matters.
fn listed_schemas(
    body: &Map<String, Value>,
    schemas: &ResourceSchemas,
    dialects: &mut Dialects,
) -> Result<Option<Vec<String>>> {
    let elements = match value_of(body, "schemas") {
        None | Some(Value::Null) => {
            dialects.note(Dialect::MissingSchemas);
            return Ok(None);
        }
        Some(Value::Array(elements)) => Some(elements),
        Some(_) => None,
    };
    let urns: Option<Vec<String>> =
        elements.and_then(|urns| urns.iter().map(|urn| urn.as_str().map(str::to_owned)).collect());
    let Some(urns) = urns else {
        return Err(Error::invalid_syntax(format!(
            "schemas must be an array of URNs. Send \"schemas\": [\"{}\"].",
            schemas.base().id
        )));
    };
    Kind::Resource(schemas.resource_type()).is_named(value_of(body, "schemas"))?;
    for urn in &urns {
        if names::is_legacy_urn(urn) {
            dialects.note(Dialect::LegacyUrn);
        } else if !schemas.iter().any(|schema| schema.id.eq_ignore_ascii_case(urn)) {
            dialects.note(Dialect::UnknownSchemas);
        }
    }
    Ok(Some(urns))
}

impl Writer<'_> {
    /// Refuses a body that says two things of one attribute, once as a member and once by its path, say.
    fn refuse_second(&mut self, path: &PatchPath, value: &Value) -> Result<()> {
        let Some(place) = path.attribute().and_then(|path| Place::of(path, self.schemas)) else {
            return Ok(());
        };
        let present = place.get(self.map);
        if let (Some(Value::Array(elements)), PatchPath::Value(target, Some(_))) = (present, path) {
            self.work.filter(&target.filter, elements)?;
        }
        let differs = match (present, path) {
            (None, _) | (_, PatchPath::Schema(_)) => false,
            (Some(present), PatchPath::Attribute(AttributePath { sub: None, .. })) => {
                match (present, value) {
                    (Value::Object(present), Value::Object(value)) => value
                        .iter()
                        .any(|(name, value)| present.get(name).is_some_and(|present| present != value)),
                    // A list grows by the elements that a path with value filter names.
                    (Value::Array(_), Value::Array(_)) => false,
                    _ => present != value,
                }
            }
            (Some(Value::Object(present)), PatchPath::Attribute(AttributePath { sub: Some(sub), .. })) => {
                value_of(present, sub).is_some_and(|present| present != value)
            }
            (Some(Value::Array(elements)), PatchPath::Value(target, Some(sub))) => elements
                .iter()
                .filter(|element| target.filter.matches_element(element, place.attribute))
                .filter_map(|element| value_of(element.as_object()?, sub))
                .any(|present| present != value),
            _ => false,
        };
        if differs {
            return Err(Error::invalid_syntax(format!(
                "The body gives {path} two different values. Send one."
            )));
        }
        Ok(())
    }
}
