//! Reading the names that a client gives to attributes: a member of a body, of a PATCH value or a PATCH path.

use super::read::{MAX_ELEMENTS, Reader, check_length, check_names, custom, misfit};
use crate::dialect::Dialect;
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::path::{self, AttributeName, AttributePath, PatchPath, PathError, SchemaUrn};
use crate::scim::schema::{Attribute, ENTERPRISE_USER_URN, Mutability, ResourceSchemas, Schemas};
use serde_json::{Map, Value};

/// The URNs of SCIM 1.1 and of the drafts of 2.0, longest first (OneLogin; goauthentik/authentik#11249).
const LEGACY_URNS: [(&str, Legacy); 8] = [
    ("urn:scim:schemas:extension:enterprise:2.0:User", Legacy::Enterprise),
    ("urn:scim:schemas:extension:enterprise:1.0:User", Legacy::Enterprise),
    ("urn:scim:schemas:extension:enterprise:2.0", Legacy::Enterprise),
    ("urn:scim:schemas:extension:enterprise:1.0", Legacy::Enterprise),
    ("urn:scim:schemas:core:2.0:Group", Legacy::Base),
    ("urn:scim:schemas:core:2.0:User", Legacy::Base),
    ("urn:scim:schemas:core:2.0", Legacy::Base),
    ("urn:scim:schemas:core:1.0", Legacy::Base),
];

#[derive(Debug, Clone, Copy)]
enum Legacy {
    Base,
    Enterprise,
}

/// An attribute that a client names, in canonical form, and what it says of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment {
    /// Where: an attribute that a schema defines, or one under a URN.
    pub(crate) path: PatchPath,
    /// What, not read yet.
    pub(crate) value: Value,
}

/// Where a name was found, which decides what a wrong one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the body of a POST or PUT: read-only attributes are ignored (RFC 7644 §3.3, §3.5.1).
    Body,
    /// In the value of a PATCH operation without path: read-only attributes are ignored (Okta).
    PatchValue,
    /// In the path of a PATCH operation: read-only attributes are refused (RFC 7644 §3.5.2).
    PatchPath,
}

impl Reader<'_> {
    /// The assignments that the members of an object stand for.
    ///
    /// # Errors
    /// 400 `invalidSyntax` for a name twice in different case, and as [`Self::assign`].
    pub(crate) fn assignments(
        &mut self,
        members: Map<String, Value>,
        under: Option<&str>,
        origin: Origin,
        out: &mut Vec<Assignment>,
    ) -> Result<()> {
        check_names(&members)?;
        check_length(members.len(), MAX_ELEMENTS, &under.unwrap_or("The object"))?;
        for (name, value) in members {
            match under {
                Some(urn) if !name.contains(':') => {
                    let qualified = format!("{urn}:{name}");
                    match self.path(&qualified) {
                        Ok(path) => self.assign(path, value, origin, out)?,
                        Err(error) if name.contains('[') => return Err(error.into()),
                        // It has not the form of a name; it is stored under the URN as it is.
                        Err(_) => out.push(Assignment { path: verbatim(urn, &name), value }),
                    }
                }
                _ => self.assign_named(&name, value, origin, out)?,
            }
        }
        Ok(())
    }

    /// The assignments that one member of a resource stands for.
    fn assign_named(
        &mut self,
        name: &str,
        value: Value,
        origin: Origin,
        out: &mut Vec<Assignment>,
    ) -> Result<()> {
        let path = match self.path(name) {
            Ok(path) => path,
            Err(error) if name.contains('[') => return Err(error.into()),
            Err(_) if path::is_uri(name) && value.is_object() => {
                return self.assign_unknown_extension(name, value, out);
            }
            Err(_) => {
                self.note(Dialect::UnknownAttribute);
                return Ok(());
            }
        };
        if name.contains('[') {
            self.note(Dialect::FilterKey);
        } else if !matches!(path, PatchPath::Schema(_)) && !self.is_unknown_extension(&path, &value) {
            if name.contains(':') {
                self.note(Dialect::UrnKey);
            } else if name.contains('.') {
                self.note(Dialect::DottedKey);
            }
        }
        self.assign(path, value, origin, out)
    }

    /// The assignments that a path and its value stand for: none for an attribute that is ignored, several
    /// for a schema.
    ///
    /// # Errors
    /// 400 `mutability` for a read-only attribute in the path of a PATCH, `invalidPath` for a value filter on
    /// what is no list, `invalidFilter` for one that makes no sense, `invalidValue` for a schema's value that
    /// is no object.
    pub(crate) fn assign(
        &mut self,
        path: PatchPath,
        value: Value,
        origin: Origin,
        out: &mut Vec<Assignment>,
    ) -> Result<()> {
        let Some(attribute_path) = path.attribute() else {
            return self.assign_schema(path, value, origin, out);
        };
        if self.is_unknown_extension(&path, &value) {
            return self.assign_unknown_extension(&path.to_string(), value, out);
        }
        let Some(found) = self.schemas.find(attribute_path) else {
            if attribute_path.urn.as_ref().is_none_or(|urn| self.keeps_nothing(urn)) {
                self.note(Dialect::UnknownAttribute);
                return Ok(());
            }
            self.note(Dialect::UnknownExtension);
            out.push(Assignment { path, value });
            return Ok(());
        };
        let attribute = found.attribute;
        if attribute.name == "schemas" {
            return Ok(()); // worked out from the values
        }
        let sub = match path.sub_attribute() {
            None => None,
            Some(name) => match attribute.sub_attribute(name) {
                Some(sub) => Some(sub),
                None => {
                    self.note(Dialect::UnknownAttribute);
                    return Ok(());
                }
            },
        };
        if is_read_only(attribute) || sub.is_some_and(is_read_only) {
            match origin {
                Origin::PatchPath => {
                    return Err(Error::bad_request(
                        ScimType::Mutability,
                        format!("{path} is read-only. Leave the operation out."),
                    ));
                }
                Origin::PatchValue => self.note(Dialect::ReadOnlyInValue),
                Origin::Body => {}
            }
            return Ok(());
        }
        if path.filter().is_some() {
            if !attribute.multi_valued {
                return Err(Error::bad_request(
                    ScimType::InvalidPath,
                    format!(
                        "{} is no list, so {path} selects nothing. Name it without filter.",
                        attribute.name
                    ),
                ));
            }
            path.check(self.schemas)?;
        }
        // `emails.value` with a list of values, and every `members.value`, is about the elements themselves.
        let is_of_elements = attribute.multi_valued && path.filter().is_none();
        let names_elements = value.is_array() || attribute.name == "members" && !value.is_null();
        if is_of_elements && names_elements && path.sub_attribute().is_some_and(|sub| *sub == "value") {
            let path = AttributePath { sub: None, ..attribute_path.clone() };
            out.push(Assignment { path: PatchPath::Attribute(path), value });
            return Ok(());
        }
        out.push(Assignment { path, value });
        Ok(())
    }

    fn assign_schema(
        &mut self,
        path: PatchPath,
        value: Value,
        origin: Origin,
        out: &mut Vec<Assignment>,
    ) -> Result<()> {
        let urn = path.to_string();
        let under = self.schemas.extensions().any(|schema| schema.id.as_str() == urn).then_some(urn.as_str());
        match self.unwrapped(value) {
            Value::Object(members) => {
                // For instance the other resource type's base schema, which names nothing here.
                let is_other = under.is_none() && self.schemas.base().id.as_str() != urn;
                if is_other || self.within_schema {
                    self.note(Dialect::UnknownAttribute);
                    return Ok(());
                }
                self.within_schema = true;
                let result = self.assignments(members, under, origin, out);
                self.within_schema = false;
                result
            }
            Value::Null if under.is_none() => Ok(()),
            Value::Null => {
                out.push(Assignment { path, value: Value::Null });
                Ok(())
            }
            other => Err(Error::invalid_value(format!(
                "{urn} must be an object of its attributes, not {}. Send an object.",
                super::read::shown(&other)
            ))),
        }
    }

    fn assign_unknown_extension(&mut self, urn: &str, value: Value, out: &mut Vec<Assignment>) -> Result<()> {
        self.note(Dialect::UnknownExtension);
        let Value::Object(members) = value else { return Ok(()) };
        check_names(&members)?;
        check_length(members.len(), MAX_ELEMENTS, &urn)?;
        for (name, value) in members {
            out.push(Assignment { path: verbatim(urn, &name), value });
        }
        Ok(())
    }

    /// Whether unknown attributes under a URN are ignored: under the base schema's, as without one, and under
    /// that of a schema that is only another resource type's, as the whole schema is.
    fn keeps_nothing(&self, urn: &SchemaUrn) -> bool {
        let is_known = Schemas::standard().iter().any(|schema| *urn == schema.id);
        let is_extension = self.schemas.extensions().any(|schema| *urn == schema.id);
        is_known && !is_extension
    }

    /// Whether the path is the URN of a schema that nobody knows: `urn:example:2.0:Badge` reads as an
    /// attribute `Badge`. `schemas` may say so. Otherwise its value decides, unless `:User` or `:Group`
    /// before the last colon, with which the URNs of extensions end, shows that the attribute stands behind
    /// it. Okta's end in `:user:custom`.
    fn is_unknown_extension(&self, path: &PatchPath, value: &Value) -> bool {
        let PatchPath::Attribute(attribute) = path else { return false };
        let Some(urn) = &attribute.urn else { return false };
        let ends_in = |end: &str| urn.rsplit(':').next().is_some_and(|last| last.eq_ignore_ascii_case(end));
        let stands_behind = (ends_in("User") || ends_in("Group")) && attribute.name != "custom";
        value.is_object()
            && self.schemas.find(attribute).is_none()
            && !self.schemas.iter().any(|schema| *urn == schema.id)
            && !self.schemas.urns().contains(urn)
            && (!stands_behind || self.is_listed(&attribute.to_string()))
    }

    fn is_listed(&self, urn: &str) -> bool {
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(urn))
    }

    /// A path as the resource type writes it.
    ///
    /// # Errors
    /// The text is no path.
    pub(crate) fn path(&mut self, text: &str) -> std::result::Result<PatchPath, PathError> {
        let text = text.trim();
        let replaced = self.without_legacy_urn(text);
        let text = replaced.as_deref().unwrap_or(text);
        Ok(match PatchPath::parse_knowing(text, self.schemas.urns())? {
            PatchPath::Schema(urn) => PatchPath::Schema(urn),
            PatchPath::Attribute(path) => self.attribute_path(path, text),
            PatchPath::Value(mut path, sub) => {
                let sub = match (sub, self.schemas.attribute(&path.attribute)) {
                    (Some(sub), Some(list)) => Some(list.sub_attribute(&sub).map_or(sub, AttributeName::of)),
                    (sub, _) => sub,
                };
                self.note_spelling(&path.attribute, text);
                path.attribute = self.schemas.canonical(&path.attribute);
                PatchPath::Value(path, sub)
            }
        })
    }

    fn attribute_path(&mut self, path: AttributePath, text: &str) -> PatchPath {
        if let Some(path) = self.in_extension(&path) {
            return path;
        }
        if let Some(manager) = self.manager(&path) {
            return PatchPath::Attribute(manager);
        }
        self.note_spelling(&path, text);
        if self.schemas.find(&path).is_none() {
            // The parser writes names as any schema does; this one is nobody's.
            let behind = path.urn.as_ref().map_or(0, |urn| urn.len() + 1);
            let sent = text.get(behind..).unwrap_or_default();
            if behind > 0 && text.as_bytes().get(behind - 1) == Some(&b'.') {
                self.note(Dialect::UrnDot);
            }
            let name = if path.name == sent { AttributeName::verbatim(sent) } else { path.name.clone() };
            return PatchPath::Attribute(AttributePath { name, ..path });
        }
        PatchPath::Attribute(self.schemas.canonical(&path))
    }

    /// The URN of an extension that this site has and the parser does not know, and what stands behind it.
    fn in_extension(&self, path: &AttributePath) -> Option<PatchPath> {
        let urn = path.urn.as_ref()?;
        let schema = self.schemas.extensions().find(|schema| {
            schema.id.rsplit_once(':').is_some_and(|(start, end)| *urn == start && path.name == end)
        })?;
        let urn = SchemaUrn::of(schema);
        Some(match &path.sub {
            None => PatchPath::Schema(urn),
            Some(name) => PatchPath::Attribute(self.schemas.canonical(&AttributePath {
                urn: Some(urn),
                name: name.clone(),
                sub: None,
            })),
        })
    }

    /// `managerId` and `manager.managerId`, as OneLogin's templates have them.
    fn manager(&mut self, path: &AttributePath) -> Option<AttributePath> {
        let is_alias = path.name == "managerId" && path.sub.is_none()
            || path.name == "manager" && path.sub.as_ref().is_some_and(|sub| *sub == "managerId");
        if !is_alias || path.urn.as_ref().is_some_and(|urn| *urn != ENTERPRISE_USER_URN) {
            return None;
        }
        let manager = AttributePath::parse("manager.value").ok()?;
        let found = self.schemas.find(&manager)?;
        let is_known = self.schemas.find(path).is_some() && path.sub.is_none();
        if is_known || found.extension?.id != ENTERPRISE_USER_URN {
            return None;
        }
        self.note(Dialect::ManagerId);
        Some(self.schemas.canonical(&manager))
    }

    fn note_spelling(&mut self, path: &AttributePath, text: &str) {
        let Some(found) = self.schemas.find(path) else { return };
        let Some(extension) = found.extension else { return };
        match &path.urn {
            None => self.note(Dialect::BareExtensionAttribute),
            Some(_) if text.as_bytes().get(extension.id.len()) == Some(&b'.') => self.note(Dialect::UrnDot),
            Some(_) => {}
        }
    }

    fn without_legacy_urn(&mut self, text: &str) -> Option<String> {
        const START: &str = "urn:scim:";
        if !text.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START)) {
            return None;
        }
        LEGACY_URNS.iter().find_map(|(urn, legacy)| {
            let (start, rest) = text.split_at_checked(urn.len())?;
            let is_whole = rest.is_empty() || rest.starts_with([':', '.']);
            if !start.eq_ignore_ascii_case(urn) || !is_whole {
                return None;
            }
            let current = current_urn(*legacy, self.schemas)?;
            self.dialects.note(Dialect::LegacyUrn);
            Some(format!("{current}{rest}"))
        })
    }

    /// What stands in an array of one or in a string of JSON, where an object belongs.
    pub(crate) fn unwrapped(&mut self, value: Value) -> Value {
        match value {
            Value::Array(mut elements) if elements.len() == 1 => {
                self.note(Dialect::OneElementArray);
                elements.pop().unwrap_or_default()
            }
            Value::String(text) => match super::read::json_in_text(&text) {
                Some(object @ Value::Object(_)) => {
                    self.note(Dialect::JsonInText);
                    object
                }
                _ => Value::String(text),
            },
            other => other,
        }
    }

    /// The value of an assignment as its attribute takes it; `None` for nothing. With `partial`, an object
    /// keeps null for what it takes away.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub(crate) fn assigned(
        &mut self,
        Assignment { path, value }: Assignment,
        partial: bool,
    ) -> Result<Option<Value>> {
        let Some(attribute) = path.attribute().and_then(|path| self.schemas.find(path)).map(|f| f.attribute)
        else {
            return custom(value, &path);
        };
        match path.sub_attribute() {
            Some(name) => match attribute.sub_attribute(name) {
                Some(sub) => self.value(sub, value, &path),
                None => Err(misfit(attribute, &value, &path)),
            },
            None if path.filter().is_some() => self.element(attribute, value, &path, partial),
            None if partial => self.change(attribute, value, &path),
            None => self.value(attribute, value, &path),
        }
    }
}

/// Whether a schema's URN is a legacy one of the resource type's own schemas.
pub(crate) fn is_legacy_urn(urn: &str) -> bool {
    LEGACY_URNS.iter().any(|(legacy, _)| legacy.eq_ignore_ascii_case(urn))
}

fn current_urn(legacy: Legacy, schemas: &ResourceSchemas) -> Option<&str> {
    match legacy {
        Legacy::Base => Some(&schemas.base().id),
        Legacy::Enterprise => {
            schemas.extensions().map(|schema| schema.id.as_str()).find(|&id| id == ENTERPRISE_USER_URN)
        }
    }
}

fn is_read_only(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::ReadOnly
}

fn verbatim(urn: &str, name: &str) -> PatchPath {
    PatchPath::Attribute(AttributePath {
        urn: Some(SchemaUrn::verbatim(urn)),
        name: AttributeName::verbatim(name),
        sub: None,
    })
}
