//! Schemas: which attributes a resource has and how each one behaves (RFC 7643).
//!
//! The schemas of RFC 7643 §4 are data files in the form of its §7, read once. A site's [`Schemas`] are these
//! and those of the owner's mappings. Code that reads a path or a filter gets the [`ResourceSchemas`] of its
//! resource type.
//!
//! ```
//! use rollbook::scim::{path::AttributePath, schema::ResourceType};
//!
//! let path: AttributePath = "Department".parse()?;
//! let found = ResourceType::User.schemas().find(&path).expect("the enterprise extension has it");
//! assert_eq!(found.attribute.name, "department");
//! assert!(found.extension.is_some());
//! # Ok::<(), rollbook::scim::path::PathError>(())
//! ```

mod attribute;
mod name_table;
#[cfg(test)]
mod tests;

pub use attribute::{Attribute, AttributeType, Mutability, Returned, Uniqueness};

use super::path::{AttributeName, AttributePath, SchemaUrn};
use name_table::NameTable;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The core schema of a person (RFC 7643 §4.1).
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The core schema of a group (RFC 7643 §4.2).
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of a person (RFC 7643 §4.3).
pub const ENTERPRISE_USER_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The kinds of resource Rollbook serves (RFC 7643 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResourceType {
    /// A person.
    User,
    /// A group of people.
    Group,
}

impl ResourceType {
    /// Every resource type, in the order in which discovery lists them.
    pub const ALL: [Self; 2] = [Self::User, Self::Group];

    /// The name, as in `meta.resourceType`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The endpoint below the base address, with its slash.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    /// The URN of the base schema.
    pub const fn urn(self) -> &'static str {
        match self {
            Self::User => USER_URN,
            Self::Group => GROUP_URN,
        }
    }

    /// The schemas that every site has for this type.
    pub fn schemas(self) -> &'static ResourceSchemas {
        Schemas::standard().of(self)
    }

    /// The attribute or sub-attribute that the path names in the schemas every site has.
    pub fn attribute(self, path: &AttributePath) -> Option<&'static Attribute> {
        self.schemas().attribute(path)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Every schema that a site knows, by resource type.
#[derive(Debug, Clone)]
pub struct Schemas {
    user: ResourceSchemas,
    group: ResourceSchemas,
    names: Arc<NameTable<()>>,
}

impl Schemas {
    /// The schemas of RFC 7643 §4, which every site has.
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Schemas> = LazyLock::new(|| {
            let user = ResourceSchemas::new(
                ResourceType::User,
                standard_schema(include_str!("schemas/user.json")),
                vec![standard_schema(include_str!("schemas/enterprise_user.json"))],
            );
            let group = ResourceSchemas::new(
                ResourceType::Group,
                standard_schema(include_str!("schemas/group.json")),
                Vec::new(),
            );
            Schemas::of_types(user, group)
        });
        &STANDARD
    }

    /// These schemas and one more extension of a resource type.
    ///
    /// # Errors
    ///
    /// The schema is known already, an attribute is defined twice, or a sub-attribute is complex (RFC 7643
    /// §2.3.8).
    pub fn with_extension(&self, resource_type: ResourceType, schema: Schema) -> Result<Self, SchemaError> {
        if self.get(&schema.id).is_some() {
            return Err(SchemaError(format!("the schema {} is known already", schema.id)));
        }
        schema.check()?;
        let (mut user, mut group) = (self.user.clone(), self.group.clone());
        let extended = match resource_type {
            ResourceType::User => &mut user,
            ResourceType::Group => &mut group,
        };
        let mut extensions = extended.extensions.clone();
        extensions.push(Arc::new(schema));
        *extended = ResourceSchemas::new(resource_type, Arc::clone(&extended.base), extensions);
        Ok(Self::of_types(user, group))
    }

    /// These schemas, and URNs of which no more is known than that attributes stand under them: those that
    /// are mapped. How a value is read does not depend on it, only where a URN ends.
    #[must_use]
    pub fn with_urns(&self, urns: impl IntoIterator<Item = SchemaUrn>) -> Self {
        let urns: Arc<[SchemaUrn]> = urns.into_iter().collect();
        let knowing =
            |schemas: &ResourceSchemas| ResourceSchemas { urns: Arc::clone(&urns), ..schemas.clone() };
        Self { user: knowing(&self.user), group: knowing(&self.group), names: Arc::clone(&self.names) }
    }

    /// The URNs that are known by name alone.
    pub(crate) fn urns(&self) -> &[SchemaUrn] {
        self.user.urns()
    }

    /// The schemas of one resource type.
    pub fn of(&self, resource_type: ResourceType) -> &ResourceSchemas {
        match resource_type {
            ResourceType::User => &self.user,
            ResourceType::Group => &self.group,
        }
    }

    /// The schema with this URN, in any case.
    pub fn get(&self, urn: &str) -> Option<&Schema> {
        self.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// Every schema, in the order in which discovery lists them.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        [&self.user, &self.group].into_iter().flat_map(ResourceSchemas::iter)
    }

    /// An attribute name as the schemas write it, whatever the attribute it belongs to.
    pub(crate) fn canonical_name(&self, name: &str) -> Option<&AttributeName> {
        self.names.get(name).map(|(canonical, ())| canonical)
    }

    /// Whether the schema is the base of a resource type rather than an extension.
    pub(crate) fn is_base(&self, schema: &Schema) -> bool {
        ResourceType::ALL.iter().any(|&resource_type| self.of(resource_type).base().id == schema.id)
    }

    fn of_types(user: ResourceSchemas, group: ResourceSchemas) -> Self {
        let mut names = NameTable::default();
        let schemas = [&user, &group].into_iter().flat_map(ResourceSchemas::iter);
        for attribute in common_attributes().iter().chain(schemas.flat_map(|schema| &schema.attributes)) {
            names.insert(&attribute.name, ());
            for sub_attribute in &attribute.sub_attributes {
                names.insert(&sub_attribute.name, ());
            }
        }
        Self { user, group, names: Arc::new(names) }
    }
}

/// The schemas of one resource type: the base schema, its extensions and the attributes common to all.
#[derive(Debug, Clone)]
pub struct ResourceSchemas {
    resource_type: ResourceType,
    base: Arc<Schema>,
    extensions: Vec<Arc<Schema>>,
    names: Arc<NameTable<Place>>,
    urns: Arc<[SchemaUrn]>,
}

/// Where an attribute is defined.
#[derive(Debug, Clone, Copy)]
enum Place {
    Common(usize),
    Base(usize),
    Extension(usize, usize),
}

impl ResourceSchemas {
    /// The resource type.
    pub fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    /// The base schema, whose attributes stand at the top of the resource.
    pub fn base(&self) -> &Schema {
        &self.base
    }

    /// The extensions, whose attributes stand in an object under the extension's URN (RFC 7643 §3.3).
    pub fn extensions(&self) -> impl ExactSizeIterator<Item = &Schema> {
        self.extensions.iter().map(Arc::as_ref)
    }

    /// The base schema and the extensions.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        std::iter::once(self.base()).chain(self.extensions())
    }

    /// The URNs that are known by name alone: see [`Schemas::with_urns`].
    pub(crate) fn urns(&self) -> &[SchemaUrn] {
        &self.urns
    }

    /// The attribute that the path begins with, and where its value stands.
    ///
    /// A name without a URN is looked for among the common attributes, in the base schema and, because
    /// IdPs leave the URN out, in the extensions. `None` for what no schema defines: the caller treats it
    /// as a string, compared without regard to case (the defaults of RFC 7643 §2.2).
    pub fn find(&self, path: &AttributePath) -> Option<Found<'_>> {
        let Some(urn) = &path.urn else { return self.found(&path.name) };
        if self.base.id.eq_ignore_ascii_case(urn) {
            let attribute = self.top_attribute(&path.name)?;
            return Some(Found { extension: None, attribute });
        }
        let schema = self.extensions().find(|schema| schema.id.eq_ignore_ascii_case(urn))?;
        Some(Found { extension: Some(schema), attribute: schema.attribute(&path.name)? })
    }

    /// The attribute that stands under this name, in any case, at the top of a resource.
    pub fn top_attribute(&self, name: &str) -> Option<&Attribute> {
        self.found(name).filter(|found| found.extension.is_none()).map(|found| found.attribute)
    }

    /// The attribute, or the sub-attribute where the path names one.
    pub fn attribute(&self, path: &AttributePath) -> Option<&Attribute> {
        let attribute = self.find(path)?.attribute;
        match &path.sub {
            Some(sub) => attribute.sub_attribute(sub),
            None => Some(attribute),
        }
    }

    /// The attribute whose values a filter compares: as [`Self::attribute`], but a complex attribute named
    /// without sub-attribute stands for its `value` where it has one.
    ///
    /// `emails eq "x"` (PingOne), `members eq "x"` and `manager eq "x"` (Entra ID) depend on it.
    pub fn compared_attribute(&self, path: &AttributePath) -> Option<&Attribute> {
        self.attribute(path).map(Attribute::compared)
    }

    /// The path as this resource type writes it: the URN there for the attributes of an extension and for
    /// nothing else the schemas define, names in their own case.
    pub fn canonical(&self, path: &AttributePath) -> AttributePath {
        let Some(found) = self.find(path) else { return path.clone() };
        AttributePath {
            urn: found.extension.map(|schema| schema.id.clone()),
            name: found.attribute.name.clone(),
            sub: path.sub.as_ref().map(|sub| match found.attribute.sub_attribute(sub) {
                Some(attribute) => attribute.name.clone(),
                None => sub.clone(),
            }),
        }
    }

    fn new(resource_type: ResourceType, base: Arc<Schema>, extensions: Vec<Arc<Schema>>) -> Self {
        let mut names = NameTable::default();
        for (index, attribute) in common_attributes().iter().enumerate() {
            names.insert(&attribute.name, Place::Common(index));
        }
        for (index, attribute) in base.attributes.iter().enumerate() {
            names.insert(&attribute.name, Place::Base(index));
        }
        for (extension, schema) in extensions.iter().enumerate() {
            for (index, attribute) in schema.attributes.iter().enumerate() {
                names.insert(&attribute.name, Place::Extension(extension, index));
            }
        }
        Self { resource_type, base, extensions, names: Arc::new(names), urns: Arc::default() }
    }

    fn found(&self, name: &str) -> Option<Found<'_>> {
        let (_, place) = self.names.get(name)?;
        Some(match *place {
            Place::Common(index) => Found { extension: None, attribute: common_attributes().get(index)? },
            Place::Base(index) => Found { extension: None, attribute: self.base.attributes.get(index)? },
            Place::Extension(extension, index) => {
                let schema = self.extensions.get(extension)?;
                Found { extension: Some(schema), attribute: schema.attributes.get(index)? }
            }
        })
    }
}

/// An attribute and the place of its value in a resource.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The extension under whose URN the value stands; `None` for the top of the resource.
    pub extension: Option<&'a Schema>,
    /// The attribute.
    pub attribute: &'a Attribute,
}

/// The attributes of every resource: `schemas`, `id`, `externalId` and `meta` (RFC 7643 §3, §3.1).
///
/// They belong to no schema and are not part of what `/Schemas` shows.
pub fn common_attributes() -> &'static [Attribute] {
    static COMMON: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let mut attributes: Vec<Attribute> = embedded(include_str!("schemas/common.json"));
        attributes.iter_mut().for_each(Attribute::keep_names);
        attributes
    });
    &COMMON
}

/// A schema: a URN and the attributes it defines (RFC 7643 §7).
///
/// Printed as JSON it is what `/Schemas` shows, but for `schemas` and `meta`, which the service adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The URN, which is the schema's `id`.
    pub id: SchemaUrn,
    /// The name for people.
    pub name: String,
    /// What the schema describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute with this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    fn check(&self) -> Result<(), SchemaError> {
        check_names(&self.attributes)?;
        for attribute in &self.attributes {
            check_names(&attribute.sub_attributes)?;
            if let Some(sub) = attribute.sub_attributes.iter().find(|sub| sub.type_ == AttributeType::Complex)
            {
                let (name, sub_name) = (&attribute.name, &sub.name);
                return Err(SchemaError(format!("the sub-attribute {name}.{sub_name} cannot be complex")));
            }
        }
        Ok(())
    }
}

fn check_names(attributes: &[Attribute]) -> Result<(), SchemaError> {
    for (index, attribute) in attributes.iter().enumerate() {
        let name = &attribute.name;
        if attributes.iter().take(index).any(|earlier| earlier.name.eq_ignore_ascii_case(name)) {
            return Err(SchemaError(format!("the attribute {name} is defined twice")));
        }
    }
    Ok(())
}

/// Why a schema cannot be added to a site's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(String);

/// A schema that lasts as long as the process.
fn standard_schema(json: &'static str) -> Arc<Schema> {
    let mut schema: Schema = embedded(json);
    schema.id.keep();
    schema.attributes.iter_mut().for_each(Attribute::keep_names);
    Arc::new(schema)
}

#[expect(clippy::expect_used, reason = "the files are compiled in and a test reads them all")]
fn embedded<T: Deserialize<'static>>(json: &'static str) -> T {
    serde_json::from_str(json).expect("the embedded schemas are in the form of RFC 7643")
}
