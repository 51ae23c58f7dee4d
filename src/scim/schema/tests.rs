//! What the schemas hold and how attributes are found.

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
        include_str!("../schemas/user.json"),
        include_str!("../schemas/group.json"),
        include_str!("../schemas/enterprise_user.json"),
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
    for plural in ["emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates"] {
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
    assert!(user("emails.type").is_canonical_value("WORK") && !user("emails.type").is_canonical_value("fax"));
    let members = attribute(ResourceType::Group, "members").unwrap();
    assert!(members.multi_valued);
    let of_members = |name: &str| members.sub_attribute(name).unwrap().mutability;
    assert!(["value", "$ref", "type"].iter().all(|name| of_members(name) == Mutability::Immutable));
    // RFC 7643 §2.4; who sends one is not to expect it back.
    assert_eq!(of_members("display"), Mutability::ReadOnly);
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
                for name in
                    [expected.name.to_string(), expected.name.to_uppercase(), expected.name.to_lowercase()]
                {
                    let path: AttributePath = name.parse().unwrap();
                    assert_eq!(schemas.find(&path).map(|found| found.attribute), Some(expected), "{name}");
                    let urn = schema.map_or(resource_type.urn(), |schema| &schema.id).to_uppercase();
                    let path: AttributePath = format!("{urn}:{name}").parse().unwrap();
                    assert_eq!(schemas.find(&path).map(|found| found.attribute), Some(expected), "{path}");
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
    let with =
        |attributes: Value| json!({ "id": "urn:acme:2.0:Staff", "name": "Staff", "attributes": attributes });
    assert_eq!(
        refused(json!({ "id": ENTERPRISE_USER_URN.to_uppercase(), "name": "x", "attributes": [] })),
        format!("the schema {} is known already", ENTERPRISE_USER_URN.to_uppercase())
    );
    assert_eq!(refused(with(json!([{ "name": "a" }, { "name": "A" }]))), "the attribute A is defined twice");
    let nested =
        json!([{ "name": "a", "type": "complex", "subAttributes": [{ "name": "b", "type": "complex" }] }]);
    assert_eq!(refused(with(nested)), "the sub-attribute a.b cannot be complex");
    for broken in
        [json!([{ "name": "a b" }]), json!([{ "name": "" }]), json!([{ "name": "a", "type": "text" }])]
    {
        assert!(serde_json::from_value::<Schema>(with(broken)).is_err());
    }
    assert!(
        serde_json::from_value::<Schema>(json!({ "id": "Staff", "name": "x", "attributes": [] })).is_err()
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
