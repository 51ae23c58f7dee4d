//! Schemas: which attributes a resource has and how each one behaves (RFC 7643).
//!
//! The schemas of RFC 7643 §4 are data files in the form of its §7, read once. A site's [`Schemas`] are
//! these and, later, the owner's own; whoever reads a path or a filter is handed the [`ResourceSchemas`]
//! of the resource type at hand.
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

use super::path::{AttributeName, AttributePath, SchemaUrn};
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
    names: NameTable<()>,
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
        Self { user, group, names }
    }
}

/// The schemas of one resource type: the base schema, its extensions and the attributes common to all.
#[derive(Debug, Clone)]
pub struct ResourceSchemas {
    resource_type: ResourceType,
    base: Arc<Schema>,
    extensions: Vec<Arc<Schema>>,
    names: NameTable<Place>,
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
        Self { resource_type, base, extensions, names }
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

/// An attribute and its characteristics (RFC 7643 §2.2, §7). What a definition leaves out has the default
/// of RFC 7643 §2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, compared without regard to case (RFC 7643 §2.1).
    pub name: AttributeName,
    /// The data type.
    #[serde(rename = "type", default)]
    pub type_: AttributeType,
    /// Whether the value is a list.
    #[serde(default)]
    pub multi_valued: bool,
    /// What the attribute means.
    #[serde(default)]
    pub description: String,
    /// Whether a resource must have it.
    #[serde(default)]
    pub required: bool,
    /// The values a client is advised to use; others are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether upper and lower case differ when values are compared.
    #[serde(default)]
    pub case_exact: bool,
    /// When a client may write it.
    #[serde(default)]
    pub mutability: Mutability,
    /// When an answer holds it.
    #[serde(default)]
    pub returned: Returned,
    /// Among which resources its value is unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// What a reference may point to: names of resource types, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// The sub-attributes of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// The sub-attribute with this name, in any case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// The attribute whose values are compared when this one is named: its `value`, where it has one.
    pub fn compared(&self) -> &Attribute {
        self.sub_attribute("value").unwrap_or(self)
    }

    fn keep_names(&mut self) {
        self.name.keep();
        self.sub_attributes.iter_mut().for_each(Self::keep_names);
    }

    /// Whether the value is one of the canonical ones, in any case.
    pub fn is_canonical_value(&self, value: &str) -> bool {
        self.canonical_values.iter().any(|canonical| canonical.eq_ignore_ascii_case(value))
    }
}

/// The data type of an attribute (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A point in time, in the form of RFC 3339.
    DateTime,
    /// Bytes, in base64.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

impl AttributeType {
    /// The name as schemas write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When a client may write an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Never.
    ReadOnly,
    /// At any time.
    #[default]
    ReadWrite,
    /// When the resource, or the element of a list, is created.
    Immutable,
    /// At any time, but it cannot be read.
    WriteOnly,
}

/// When an answer holds an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer, whatever the client asked for.
    Always,
    /// In no answer; no filter sees it either, lest its value be guessed letter by letter.
    Never,
    /// Unless the client asked for others or excluded it.
    #[default]
    Default,
    /// When the client asked for it.
    Request,
}

/// Among which resources the value of an attribute is unique (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// None.
    #[default]
    None,
    /// Those of this server.
    Server,
    /// All there are.
    Global,
}

/// Values by attribute name, in any case. The first value of a name stays.
///
/// A hash table whose hash is the length and the outer letters: that tells attribute names apart as well as
/// a better one, for less.
#[derive(Debug, Clone)]
struct NameTable<T> {
    buckets: Vec<Vec<(AttributeName, T)>>,
}

impl<T> NameTable<T> {
    const BUCKETS: usize = 256;

    fn insert(&mut self, name: &AttributeName, value: T) {
        if self.get(name).is_some() {
            return;
        }
        if let Some(bucket) = self.buckets.get_mut(Self::bucket(name)) {
            bucket.push((name.clone(), value));
        }
    }

    fn get(&self, name: &str) -> Option<&(AttributeName, T)> {
        self.buckets.get(Self::bucket(name))?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn bucket(name: &str) -> usize {
        let letter = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte | 0x20));
        let bytes = name.as_bytes();
        (bytes.len().wrapping_mul(67) ^ letter(bytes.first()).wrapping_mul(5) ^ letter(bytes.last()))
            % Self::BUCKETS
    }
}

impl<T> Default for NameTable<T> {
    fn default() -> Self {
        Self { buckets: std::iter::repeat_with(Vec::new).take(Self::BUCKETS).collect() }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn attribute(resource_type: ResourceType, path: &str) -> Option<&'static Attribute> {
        resource_type.attribute(&path.parse().unwrap())
    }

    #[track_caller]
    fn assert_canonical(resource_type: ResourceType, path: &str, canonical: &str) {
        assert_eq!(resource_type.schemas().canonical(&path.parse().unwrap()).to_string(), canonical);
    }

    fn staff() -> Value {
        json!({ "id": "urn:acme:2.0:Staff", "name": "Staff", "attributes": [{ "name": "badge", "type": "integer" }, { "name": "title" }] })
    }

    fn extended(schema: Value) -> Result<Schemas, SchemaError> {
        Schemas::standard().with_extension(ResourceType::User, serde_json::from_value(schema).unwrap())
    }

    #[test]
    fn schemas_print_what_was_read() {
        for json in [
            include_str!("schemas/user.json"),
            include_str!("schemas/group.json"),
            include_str!("schemas/enterprise_user.json"),
        ] {
            let schema: Schema = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_value(&schema).unwrap(), serde_json::from_str::<Value>(json).unwrap());
            assert_eq!(schema.check(), Ok(()));
            assert!(schema.attributes.iter().all(|attribute| !attribute.description.is_empty()));
        }
        assert_eq!(common_attributes().len(), 4);
    }

    #[test]
    fn the_attributes_are_those_of_rfc_7643_section_4() {
        let names = |attributes: &[Attribute]| {
            attributes.iter().map(|attribute| attribute.name.to_string()).collect::<Vec<_>>().join(" ")
        };
        let subs = |resource_type, path: &str| names(&attribute(resource_type, path).unwrap().sub_attributes);
        let schemas = Schemas::standard();
        assert_eq!(
            names(&schemas.get(USER_URN).unwrap().attributes),
            "userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active \
             password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates"
        );
        assert_eq!(
            names(&schemas.get(ENTERPRISE_USER_URN).unwrap().attributes),
            "employeeNumber costCenter organization division department manager"
        );
        assert_eq!(names(&schemas.get(GROUP_URN).unwrap().attributes), "displayName members");
        assert_eq!(
            subs(ResourceType::User, "name"),
            "formatted familyName givenName middleName honorificPrefix honorificSuffix"
        );
        assert_eq!(
            subs(ResourceType::User, "addresses"),
            "formatted streetAddress locality region postalCode country type primary"
        );
        for plural in ["emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates"]
        {
            assert_eq!(subs(ResourceType::User, plural), "value display type primary", "{plural}");
        }
        assert_eq!(subs(ResourceType::User, "groups"), "value $ref display type");
        assert_eq!(subs(ResourceType::User, "manager"), "value $ref displayName");
        assert_eq!(subs(ResourceType::Group, "members"), "value $ref type display");
        assert_eq!(subs(ResourceType::User, "meta"), "resourceType created lastModified location version");
    }

    #[test]
    fn characteristics_that_others_depend_on() {
        let user = |path: &str| attribute(ResourceType::User, path).unwrap();
        assert!(user("userName").required && !user("userName").case_exact);
        assert_eq!(user("userName").uniqueness, Uniqueness::Server);
        assert_eq!(
            (user("password").mutability, user("password").returned),
            (Mutability::WriteOnly, Returned::Never)
        );
        assert_eq!((user("id").mutability, user("id").returned), (Mutability::ReadOnly, Returned::Always));
        assert!(user("id").case_exact && user("externalId").case_exact && user("manager.value").case_exact);
        assert_eq!(user("groups").mutability, Mutability::ReadOnly);
        assert_eq!(user("active").type_, AttributeType::Boolean);
        assert_eq!(user("meta.created").type_, AttributeType::DateTime);
        assert!(
            user("emails.type").is_canonical_value("WORK") && !user("emails.type").is_canonical_value("fax")
        );
        let members = attribute(ResourceType::Group, "members").unwrap();
        assert!(members.multi_valued);
        assert!(members.sub_attributes.iter().all(|sub| sub.mutability == Mutability::Immutable));
    }

    #[test]
    fn every_attribute_is_found_by_its_name_in_any_case() {
        for resource_type in ResourceType::ALL {
            let schemas = resource_type.schemas();
            for (schema, attributes) in schemas
                .iter()
                .map(|schema| (Some(schema), schema.attributes.as_slice()))
                .chain([(None, common_attributes())])
            {
                for expected in attributes {
                    for name in [
                        expected.name.to_string(),
                        expected.name.to_uppercase(),
                        expected.name.to_lowercase(),
                    ] {
                        let path: AttributePath = name.parse().unwrap();
                        assert_eq!(
                            schemas.find(&path).map(|found| found.attribute),
                            Some(expected),
                            "{name}"
                        );
                        let urn = schema.map_or(resource_type.urn(), |schema| &schema.id).to_uppercase();
                        let path: AttributePath = format!("{urn}:{name}").parse().unwrap();
                        assert_eq!(
                            schemas.find(&path).map(|found| found.attribute),
                            Some(expected),
                            "{path}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_belongs_to_its_resource_type_and_schema() {
        assert!(attribute(ResourceType::Group, "userName").is_none());
        assert!(attribute(ResourceType::User, "members").is_none());
        assert!(attribute(ResourceType::Group, "department").is_none());
        assert!(attribute(ResourceType::User, "name.unknown").is_none());
        assert!(attribute(ResourceType::User, "unknown.value").is_none());
        assert!(attribute(ResourceType::User, "urn:acme:2.0:User:userName").is_none());
        assert!(attribute(ResourceType::User, &format!("{ENTERPRISE_USER_URN}:userName")).is_none());
        assert!(attribute(ResourceType::User, &format!("{ENTERPRISE_USER_URN}:id")).is_none());
        let schemas = ResourceType::User.schemas();
        assert!(schemas.top_attribute("USERNAME").is_some() && schemas.top_attribute("meta").is_some());
        assert!(schemas.top_attribute("department").is_none());
        let compared =
            |path: &str| schemas.compared_attribute(&path.parse().unwrap()).map(|found| found.name.as_str());
        assert_eq!(compared("emails"), Some("value"));
        assert_eq!(compared("name"), Some("name"));
        assert_eq!(compared("name.familyName"), Some("familyName"));
    }

    #[test]
    fn a_path_is_written_as_its_resource_type_has_it() {
        use ResourceType::{Group, User};
        assert_canonical(User, "DEPARTMENT", &format!("{ENTERPRISE_USER_URN}:department"));
        assert_canonical(User, "manager.VALUE", &format!("{ENTERPRISE_USER_URN}:manager.value"));
        assert_canonical(User, &format!("{}:username", USER_URN.to_uppercase()), "userName");
        assert_canonical(User, "emails.value", "emails.value");
        assert_canonical(User, "emails.Unknown", "emails.Unknown");
        assert_canonical(Group, "department", "department");
        assert_canonical(Group, "urn:x:y:Z.a", "urn:x:y:Z.a");
    }

    #[test]
    fn a_site_adds_its_own_attributes() {
        let schemas = extended(staff()).unwrap();
        let user = schemas.of(ResourceType::User);
        let find = |path: &str| user.find(&AttributePath::parse_with(path, &schemas).unwrap());
        assert_eq!(find("BADGE").unwrap().extension.unwrap().id, "urn:acme:2.0:Staff");
        assert_eq!(find("urn:acme:2.0:Staff.badge").unwrap().attribute.type_, AttributeType::Integer);
        assert!(find("title").unwrap().extension.is_none());
        assert!(find("urn:acme:2.0:staff:title").unwrap().extension.is_some());
        assert!(schemas.of(ResourceType::Group).find(&"badge".parse().unwrap()).is_none());
        assert_eq!(schemas.iter().count(), 4);
        assert!(Schemas::standard().get("urn:acme:2.0:Staff").is_none());
    }

    #[test]
    fn a_schema_that_cannot_be_is_refused_with_the_reason() {
        let refused = |schema: Value| extended(schema).unwrap_err().to_string();
        let with = |attributes: Value| json!({ "id": "urn:acme:2.0:Staff", "name": "Staff", "attributes": attributes });
        assert_eq!(
            refused(json!({ "id": ENTERPRISE_USER_URN.to_uppercase(), "name": "x", "attributes": [] })),
            format!("the schema {} is known already", ENTERPRISE_USER_URN.to_uppercase())
        );
        assert_eq!(
            refused(with(json!([{ "name": "a" }, { "name": "A" }]))),
            "the attribute A is defined twice"
        );
        let nested = json!([{ "name": "a", "type": "complex", "subAttributes": [{ "name": "b", "type": "complex" }] }]);
        assert_eq!(refused(with(nested)), "the sub-attribute a.b cannot be complex");
        for broken in
            [json!([{ "name": "a b" }]), json!([{ "name": "" }]), json!([{ "name": "a", "type": "text" }])]
        {
            assert!(serde_json::from_value::<Schema>(with(broken)).is_err());
        }
        assert!(
            serde_json::from_value::<Schema>(json!({ "id": "Staff", "name": "x", "attributes": [] }))
                .is_err()
        );
    }

    #[test]
    fn what_a_definition_leaves_out_has_the_defaults_of_rfc_7643_section_2_2() {
        let attribute: Attribute = serde_json::from_value(json!({ "name": "a" })).unwrap();
        assert_eq!(attribute.type_, AttributeType::String);
        assert!(!attribute.multi_valued && !attribute.required && !attribute.case_exact);
        assert_eq!(attribute.mutability, Mutability::ReadWrite);
        assert_eq!((attribute.returned, attribute.uniqueness), (Returned::Default, Uniqueness::None));
    }
}
