use super::*;
use crate::scim::schema::{ENTERPRISE_USER_URN as ENTERPRISE, ResourceType, Schema, Schemas, USER_URN};
use serde_json::json;

fn person() -> Value {
    json!({
        "meta": {"resourceType": "User", "created": "c"}, "schemas": [USER_URN, ENTERPRISE, "urn:example:2.0:Badge"],
        "userName": "u", "id": "1", "name": {"givenName": "J", "familyName": "D"},
        "emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}],
        ENTERPRISE: {"department": "d", "manager": {"value": "m", "displayName": "M"}},
        "urn:example:2.0:Badge": {"no": 1}
    })
}

fn show(value: Value, projection: &Projection, schemas: &ResourceSchemas) -> Value {
    let Value::Object(map) = value else { panic!("no object") };
    Value::Object(projection.apply(Resource::from_document(map, schemas), schemas))
}

/// What is shown beside `schemas` and `id`.
#[track_caller]
fn shows(attributes: Option<&str>, excluded: Option<&str>, expected: Value) {
    let schemas = ResourceType::User.schemas();
    let projection = Projection::parse(attributes, excluded, schemas).unwrap();
    let Value::Object(mut shown) = show(person(), &projection, schemas) else { panic!("no object") };
    assert!(shown.shift_remove("schemas").is_some() && shown.shift_remove("id").is_some());
    assert_eq!(Value::Object(shown), expected);
}

fn only(attributes: &str, expected: Value) {
    shows(Some(attributes), None, expected);
}

/// What is left out of the default.
#[track_caller]
fn without(excluded: &str, pointers: &[&str]) {
    let mut expected = person();
    for pointer in pointers {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match expected.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.shift_remove(name)),
            Value::Array(list) => drop(list.remove(name.parse().unwrap())),
            _ => unreachable!(),
        }
    }
    let expected = expected.as_object_mut().unwrap();
    expected.remove("schemas");
    expected.remove("id");
    shows(None, Some(excluded), Value::Object(expected.clone()));
}

#[test]
fn by_default_all_is_shown_schemas_and_id_first() {
    without(" ", &[]);
    let schemas = ResourceType::User.schemas();
    let shown = show(person(), &Projection::Default, schemas);
    let names: Vec<_> = shown.as_object().unwrap().keys().take(3).map(String::as_str).collect();
    assert_eq!(names, ["schemas", "id", "meta"]);
}

#[test]
fn attributes_name_what_is_shown() {
    only("userName", json!({"userName": "u"}));
    only(" USERNAME , meta.created ", json!({"userName": "u", "meta": {"created": "c"}}));
    only("name.familyName,name.givenName", json!({"name": {"givenName": "J", "familyName": "D"}}));
    only("emails.value", json!({"emails": [{"value": "a"}, {"value": "b"}]}));
    only("emails.display", json!({}));
    only("department", json!({ENTERPRISE: {"department": "d"}}));
    only(&format!("{ENTERPRISE}:manager.value"), json!({ENTERPRISE: {"manager": {"value": "m"}}}));
    only(ENTERPRISE, json!({ENTERPRISE: person()[ENTERPRISE]}));
    only("urn:example:2.0:Badge", json!({"urn:example:2.0:Badge": {"no": 1}}));
    only("urn:example:2.0:Badge:no", json!({"urn:example:2.0:Badge": {"no": 1}}));
    only(&format!("{USER_URN}:userName"), json!({"userName": "u"}));
    only("foo,,not a name,[", json!({}));
    only("emails[type eq \"work\"]", json!({"emails": [{"value": "a", "type": "work"}]}));
    only("emails[type eq \"work\"].value,userName", json!({"userName": "u", "emails": [{"value": "a"}]}));
    only("emails[value eq \"a,b]\"],userName", json!({"userName": "u"}));
}

#[test]
fn a_base_schema_s_urn_names_all_at_the_top() {
    let mut expected = person();
    let expected = expected.as_object_mut().unwrap();
    for name in ["schemas", "id", ENTERPRISE, "urn:example:2.0:Badge"] {
        expected.remove(name);
    }
    only(USER_URN, Value::Object(expected.clone()));
}

#[test]
fn excluded_attributes_are_left_out_but_for_those_always_returned() {
    without("userName,id,schemas", &["/userName"]);
    without("emails", &["/emails"]);
    without("emails.type", &["/emails/0/type", "/emails/1/type"]);
    without("emails.type,emails.value", &["/emails"]);
    without("name.givenName", &["/name/givenName"]);
    without("meta", &["/meta"]);
    without("department", &[&format!("/{ENTERPRISE}/department")]);
    without(ENTERPRISE, &[&format!("/{ENTERPRISE}")]);
    without("emails[type eq \"work\"]", &["/emails/0"]);
    without("emails[type eq \"work\"].value", &["/emails/0/value"]);
}

#[test]
fn the_two_parameters_exclude_each_other() {
    let schemas = ResourceType::User.schemas();
    let error = Projection::parse(Some("a"), Some("b"), schemas).unwrap_err();
    assert_eq!(error.scim_type().map(|scim_type| scim_type.as_str()), Some("invalidValue"));
    assert_eq!(
        Projection::parse(Some(""), Some("userName"), schemas).unwrap(),
        Projection::parse(None, Some("userName"), schemas).unwrap()
    );
}

#[test]
fn what_nobody_wants_is_told() {
    let schemas = ResourceType::Group.schemas();
    let wants = |attributes: Option<&str>, excluded: Option<&str>| {
        Projection::parse(attributes, excluded, schemas).unwrap().wants("members")
    };
    assert!(wants(None, None));
    assert!(wants(Some("displayName,Members"), None));
    assert!(wants(Some("members.value"), None));
    assert!(wants(Some("members[value eq \"x\"]"), None));
    assert!(wants(Some(crate::scim::schema::GROUP_URN), None));
    assert!(!wants(Some("displayName"), None));
    assert!(!wants(None, Some("members")));
    assert!(wants(None, Some("members.display")));
    assert!(wants(None, Some("displayName")));
}

#[test]
fn each_attribute_says_when_it_is_returned() {
    let schema: Schema = serde_json::from_value(json!({
        "id": "urn:example:2.0:Badge", "name": "Badge", "attributes": [
            {"name": "asked", "returned": "request"},
            {"name": "never", "returned": "never"},
            {"name": "always", "returned": "always"},
            {"name": "parts", "type": "complex", "subAttributes": [
                {"name": "asked", "returned": "request"}, {"name": "never", "returned": "never"},
                {"name": "always", "returned": "always"}, {"name": "plain"}]}
        ]
    }))
    .unwrap();
    let schemas = Schemas::standard().with_extension(ResourceType::User, schema).unwrap();
    let schemas = schemas.of(ResourceType::User);
    let parts = json!({"asked": 1, "never": 1, "always": 1, "plain": 1});
    let badge = json!({"asked": 1, "never": 1, "always": 1, "parts": parts});
    let person = json!({"urn:example:2.0:Badge": badge, "password": "secret"});
    let shown = |attributes: Option<&str>, excluded: Option<&str>| {
        let projection = Projection::parse(attributes, excluded, schemas).unwrap();
        let shown = show(person.clone(), &projection, schemas);
        assert!(shown.get("password").is_none());
        shown["urn:example:2.0:Badge"].clone()
    };
    assert_eq!(shown(None, None), json!({"always": 1, "parts": {"always": 1, "plain": 1}}));
    assert_eq!(shown(Some("asked,never,password"), None), json!({"always": 1, "asked": 1}));
    assert_eq!(
        shown(Some("parts.asked,parts.never"), None),
        json!({"always": 1, "parts": {"asked": 1, "always": 1}})
    );
    assert_eq!(
        shown(None, Some("always,parts.plain,parts.always")),
        json!({"always": 1, "parts": {"always": 1}})
    );
}
