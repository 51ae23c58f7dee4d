use super::*;
use crate::scim::error::ScimType;
use crate::scim::schema::{
    ENTERPRISE_USER_URN as ENTERPRISE, GROUP_URN, ResourceType, Schema, Schemas, USER_URN,
};
use serde_json::json;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

fn read(body: Value) -> Result<Received> {
    Resource::from_body(map(body), ResourceType::User.schemas(), &mut Dialects::default())
}

/// Reads a body with a userName and compares the resource, without userName and `schemas`.
#[track_caller]
fn reads(body: Value, expected: Value) {
    let mut body = map(body);
    body.insert("userName".into(), json!("x"));
    let mut document = read(Value::Object(body)).unwrap().resource.into_map();
    document.shift_remove("schemas");
    document.shift_remove("userName");
    assert_eq!(Value::Object(document), expected);
}

#[track_caller]
fn refused(body: Value, scim_type: ScimType, parts: &[&str]) {
    let mut with_name = map(body);
    with_name.entry("userName").or_insert(json!("x"));
    let error = read(Value::Object(with_name)).unwrap_err();
    assert_eq!((error.status(), error.scim_type()), (400, Some(scim_type)), "{}", error.detail());
    for part in parts {
        assert!(error.detail().contains(part), "{part:?} is not in {:?}", error.detail());
    }
}

fn path(text: &str) -> PatchPath {
    let path = text.parse().unwrap();
    match path {
        PatchPath::Attribute(path) => PatchPath::Attribute(ResourceType::User.schemas().canonical(&path)),
        other => other,
    }
}

fn person(document: Value) -> Resource {
    Resource::from_document(map(document), ResourceType::User.schemas())
}

#[test]
fn names_are_written_as_the_schemas_write_them() {
    reads(
        json!({"DISPLAYNAME": "J", "Name": {"GIVENNAME": "J"}, "Emails": [{"Value": "j@x", "Type": "work"}]}),
        json!({"displayName": "J", "name": {"givenName": "J"}, "emails": [{"value": "j@x", "type": "work"}]}),
    );
    reads(
        json!({"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user": {"Department": "d"}}),
        json!({ENTERPRISE: {"department": "d"}}),
    );
}

#[test]
fn what_is_sent_comes_back_in_its_order() {
    let sent =
        json!({"schemas": [USER_URN], "externalId": "e", "userName": "x", "title": "t", "active": true});
    let document = read(sent.clone()).unwrap().resource.into_map();
    assert_eq!(serde_json::to_string(&document).unwrap(), sent.to_string());
}

#[test]
fn nothing_is_absent() {
    reads(
        json!({"title": null, "nickName": "", "emails": [], "name": {}, "roles": [null],
               "addresses": [{"type": "work", "formatted": ""}], "phoneNumbers": [{"value": null}],
               "urn:example:2.0:User": {"a": null, "b": [], "c": {"d": ""}}}),
        json!({}),
    );
    // What was never there took nothing away with it.
    reads(
        json!({"emails": [{"type": "work", "primary": true}]}),
        json!({"emails": [{"type": "work", "primary": true}]}),
    );
}

#[test]
fn read_only_and_unknown_attributes_are_ignored() {
    reads(
        json!({"id": "mine", "groups": [{"value": "g"}], "meta": {"resourceType": "User"}, "foo": 1,
               "name": {"foo": 1, "givenName": "J"}, "not a name": 1,
               ENTERPRISE: {"manager": {"value": "m", "displayName": "Boss"}}}),
        json!({"name": {"givenName": "J"}, ENTERPRISE: {"manager": {"value": "m"}}}),
    );
}

#[test]
fn what_stands_under_a_urn_is_kept() {
    reads(
        json!({"urn:example:2.0:User": {"Badge": {"no": 7, "x": null}, "ok": [true]},
               "urn:example:2.0:User:Level": 3,
               ENTERPRISE: {"shoeSize": 43, "Cost Centre": "1"}}),
        json!({"urn:example:2.0:User": {"Badge": {"no": 7}, "ok": [true], "Level": 3},
               ENTERPRISE: {"shoeSize": 43, "Cost Centre": "1"}}),
    );
    reads(json!({"urn:example:badge:1.0": {"a": 1}}), json!({"urn:example:badge:1.0": {"a": 1}}));
}

#[test]
fn schemas_are_worked_out() {
    let schemas = |body: Value| -> Vec<String> {
        let mut body = map(body);
        body.insert("userName".into(), json!("x"));
        read(Value::Object(body)).unwrap().resource.schemas().map(str::to_owned).collect()
    };
    assert_eq!(schemas(json!({})), [USER_URN]);
    assert_eq!(schemas(json!({"schemas": ["urn:scim:schemas:core:1.0"]})), [USER_URN]);
    assert_eq!(schemas(json!({"schemas": [USER_URN, ENTERPRISE]})), [USER_URN]);
    assert_eq!(
        schemas(json!({"urn:z:User": {"a": 1}, "department": "d", "urn:a:User": {"a": 1}})),
        [USER_URN, ENTERPRISE, "urn:a:User", "urn:z:User"]
    );
    for wrong in [json!("urn:x"), json!([1]), json!({})] {
        refused(json!({"schemas": wrong}), ScimType::InvalidSyntax, &["schemas", USER_URN]);
    }
}

#[test]
fn the_password_is_handed_over_apart() {
    let received = read(json!({"userName": "x", "PassWord": "secret"})).unwrap();
    assert_eq!(received.password.as_deref(), Some("secret"));
    assert!(!format!("{received:?}").contains("secret"));
    assert!(received.resource.as_map().get("password").is_none());
    let error = read(json!({"userName": "x", "password": ["secret", "secret"]})).unwrap_err();
    assert!(!error.detail().contains("secret"), "{}", error.detail());
}

#[test]
fn required_attributes_must_be_there() {
    for body in [json!({}), json!({"userName": ""}), json!({"userName": null})] {
        let error = read(body).unwrap_err();
        assert_eq!(error.scim_type(), Some(ScimType::InvalidValue));
        assert!(error.detail().contains("userName"));
    }
    let schemas = ResourceType::Group.schemas();
    let error = Resource::from_body(Map::new(), schemas, &mut Dialects::default()).unwrap_err();
    assert!(error.detail().contains("displayName is required for a Group"), "{}", error.detail());
}

#[test]
fn a_value_that_cannot_be_read_is_named_with_its_cure() {
    refused(json!({"active": "maybe"}), ScimType::InvalidValue, &["active", "\"maybe\"", "true or false"]);
    refused(json!({"active": 2}), ScimType::InvalidValue, &["active", "2"]);
    refused(json!({"title": {"a": 1}}), ScimType::InvalidValue, &["title", "a string"]);
    refused(json!({"title": ["a", "b"]}), ScimType::InvalidValue, &["title"]);
    refused(json!({"name": true}), ScimType::InvalidValue, &["name", "an object"]);
    refused(json!({"emails": [{"value": {"a": 1}}]}), ScimType::InvalidValue, &["emails.value"]);
    refused(json!({"emails": [["a@x", "b@x"]]}), ScimType::InvalidValue, &["emails"]);
    refused(json!({ENTERPRISE: 1}), ScimType::InvalidValue, &[ENTERPRISE]);
    refused(json!({"emails[type eq \"work\"]x": 1}), ScimType::InvalidPath, &[]);
    refused(json!({"emails[type eq].value": 1}), ScimType::InvalidFilter, &[]);
    refused(json!({"title": {"a": "x".repeat(500)}}), ScimType::InvalidValue, &["…"]);
}

#[test]
fn one_name_stands_once() {
    refused(json!({"UserName": "y"}), ScimType::InvalidSyntax, &["twice"]);
    refused(
        json!({"name": {"givenName": "a", "GivenName": "b"}}),
        ScimType::InvalidSyntax,
        &["name.givenName"],
    );
    refused(json!({"name": {"givenName": "a"}, "name.givenName": "b"}), ScimType::InvalidSyntax, &["name"]);
    refused(
        json!({"department": "a", ENTERPRISE: {"department": "b"}}),
        ScimType::InvalidSyntax,
        &["department"],
    );
    reads(
        json!({"name": {"givenName": "a"}, "name.givenName": "a", "name.familyName": "b"}),
        json!({"name": {"givenName": "a", "familyName": "b"}}),
    );
}

#[test]
fn lists_hold_no_element_twice_and_one_primary_at_most() {
    reads(
        json!({"emails": [{"value": "A@x", "type": "Work"}, {"value": "a@x", "type": "work", "display": "A", "primary": true},
                          {"value": "b@x", "primary": true}, {"value": "a@x"}]}),
        json!({"emails": [{"value": "A@x", "type": "Work", "display": "A", "primary": true},
                          {"value": "b@x", "primary": false}, {"value": "a@x"}]}),
    );
    reads(
        json!({"addresses": [{"locality": "a", "primary": true}, {"primary": true, "locality": "a"}]}),
        json!({"addresses": [{"locality": "a", "primary": true}]}),
    );
    reads(
        json!({"x509Certificates": [{"value": "AAAA"}, {"value": "aaaa"}]}),
        json!({"x509Certificates": [{"value": "AAAA"}, {"value": "aaaa"}]}),
    );
}

#[test]
fn custom_values_are_bounded_in_depth() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    reads(json!({"urn:a:User": {"b": nested(60)}}), json!({"urn:a:User": {"b": nested(60)}}));
    refused(json!({"urn:a:User": {"b": nested(64)}}), ScimType::InvalidValue, &["nested"]);
}

#[test]
fn a_schema_stands_in_no_other() {
    reads(
        json!({USER_URN: {"title": "t", ENTERPRISE: {"department": "d"}, USER_URN: {"nickName": "n"}},
               ENTERPRISE: {"division": "v", USER_URN: {"nickName": "n"}}}),
        json!({"title": "t", ENTERPRISE: {"division": "v"}}),
    );
}

#[test]
fn managers_come_in_many_forms() {
    let expected = json!({ENTERPRISE: {"manager": {"value": "m"}}});
    for manager in [
        json!("m"),
        json!(["m"]),
        json!([{"value": "m"}]),
        json!({"value": "m"}),
        json!({"managerId": "m"}),
        json!({"value": "m", "$ref": null}),
    ] {
        reads(json!({ENTERPRISE: {"manager": manager}}), expected.clone());
        reads(json!({"manager": manager}), expected.clone());
    }
    reads(json!({"managerId": "m"}), expected.clone());
    reads(json!({format!("{ENTERPRISE}:manager"): "m"}), expected.clone());
    reads(json!({format!("{ENTERPRISE}.manager"): "m"}), expected.clone());
    reads(json!({format!("{ENTERPRISE}:manager.value"): "m"}), expected.clone());
    reads(json!({"urn:scim:schemas:extension:enterprise:1.0": {"manager": {"managerId": "m"}}}), expected);
    reads(json!({ENTERPRISE: {"manager": ""}}), json!({}));
    let both = json!({"$ref": "../Users/m", "value": "m"});
    reads(json!({"manager": [both]}), json!({ENTERPRISE: {"manager": both}}));
}

#[test]
fn a_role_in_json_is_kept_and_matched_by_its_inner_value() {
    let role = r#"{"id":"8f","value":"Admin","displayName":"Administrator"}"#;
    for roles in [json!([{"value": role}]), json!([role]), json!(role)] {
        reads(json!({"roles": roles}), json!({"roles": [{"value": role}]}));
    }
    let person = person(json!({"roles": [{"value": role}, {"value": "Plain"}]}));
    assert_eq!(
        person.matchable().as_map().get("roles"),
        Some(&json!([{"value": "Admin", "display": "Administrator"}, {"value": "Plain"}]))
    );
    reads(
        json!({"roles": [{"value": {"id": "8f", "value": "Admin"}}]}),
        json!({"roles": [{"value": "Admin"}]}),
    );
    for plain in [json!({"roles": [{"value": "Plain"}]}), json!({"phoneNumbers": [{"value": role}]})] {
        assert!(matches!(self::person(plain).matchable(), Cow::Borrowed(_)));
    }
}

#[test]
fn text_that_looks_like_json_stays_text_where_text_belongs() {
    reads(json!({"title": "{\"a\":1}"}), json!({"title": "{\"a\":1}"}));
    reads(json!({"emails": "[broken"}), json!({"emails": [{"value": "[broken"}]}));
}

#[test]
fn values_are_got_by_path() {
    let schemas = ResourceType::User.schemas();
    let person = person(json!({
        "userName": "u", "externalId": "e", "displayName": "d", "active": false, "name": {"givenName": "J"},
        "emails": [{"value": "a", "type": "home"}, {"value": "b", "type": "work", "primary": true}],
        ENTERPRISE: {"department": "x"}
    }));
    assert_eq!(
        (person.user_name(), person.external_id(), person.display_name(), person.active()),
        (Some("u"), Some("e"), Some("d"), Some(false))
    );
    let get = |text: &str| person.get(&schemas.canonical(&text.parse().unwrap())).cloned();
    assert_eq!(get("NAME.givenname"), Some(json!("J")));
    assert_eq!(get("department"), Some(json!("x")));
    assert_eq!(get("emails.value"), Some(json!("b")));
    assert_eq!(get("title"), None);
    let select = |text: &str| json!(person.select(&path(text), schemas));
    assert_eq!(select("emails.value"), json!(["a", "b"]));
    assert_eq!(select("emails[type eq \"home\"].value"), json!(["a"]));
    assert_eq!(select("emails[type eq \"home\"]"), json!([{"value": "a", "type": "home"}]));
    assert_eq!(select("department"), json!(["x"]));
    assert_eq!(select("foo"), json!([]));
}

#[test]
fn the_server_sets_its_own_values_by_path() {
    let schemas = ResourceType::User.schemas();
    let mut person = Resource::new(schemas);
    let mut set = |text: &str, value: Value| person.set(&path(text), value, schemas).unwrap();
    set("id", json!("1"));
    set("meta", json!({"resourceType": "User"}));
    set("groups", json!([{"value": "g"}]));
    set("name.givenName", json!("J"));
    set("emails[type eq \"work\"].value", json!("a@x"));
    set("emails[type eq \"work\"].value", json!("b@x"));
    set("department", json!("d"));
    set("active", json!("1"));
    set("title", json!(""));
    assert_eq!(
        Value::Object(person.clone().into_map()),
        json!({"schemas": [USER_URN, ENTERPRISE], "id": "1", "meta": {"resourceType": "User"},
               "groups": [{"value": "g"}], "name": {"givenName": "J"}, "active": true,
               "emails": [{"type": "work", "value": "b@x"}], ENTERPRISE: {"department": "d"}})
    );
    for text in ["name.givenName", "emails[type eq \"work\"].value", "department", "groups", "id"] {
        person.remove(&path(text), schemas);
    }
    person.set(&path("meta"), Value::Null, schemas).unwrap();
    assert_eq!(Value::Object(person.clone().into_map()), json!({"schemas": [USER_URN], "active": true}));

    let before = person.clone();
    assert!(person.set(&path("active"), json!("maybe"), schemas).is_err());
    assert!(person.set(&path("emails[type ne \"work\"].value"), json!("x"), schemas).is_err());
    assert_eq!(person, before);
}

#[test]
fn members_are_taken_out_of_a_group() {
    let body = json!({"displayName": "G", "members": ["a", {"value": "b", "display": null, "type": "user"}, null,
        {"$ref": "https://x/Groups/c"}, {"value": "a", "$ref": null}, {"value": 7}]});
    let schemas = ResourceType::Group.schemas();
    let mut group = Resource::from_body(map(body), schemas, &mut Dialects::default()).unwrap().resource;
    let members = group.take_members().unwrap();
    let read: Vec<_> = members.iter().map(|member| (member.value.as_str(), member.type_)).collect();
    let (user, group_type) = (Some(ResourceType::User), Some(ResourceType::Group));
    assert_eq!(read, [("a", None), ("b", user), ("c", group_type), ("7", None)]);
    assert_eq!(Value::Object(group.clone().into_map()), json!({"schemas": [GROUP_URN], "displayName": "G"}));
    assert!(group.take_members().unwrap().is_empty());

    for nobody in [json!([{"display": "x"}]), json!(["a", {"type": "User"}])] {
        let body = map(json!({"displayName": "G", "members": nobody}));
        let read = Resource::from_body(body, schemas, &mut Dialects::default());
        let refusal = read.and_then(|mut received| received.resource.take_members()).unwrap_err();
        assert!(refusal.detail().contains("names nobody"), "{}", refusal.detail());
    }
}

fn badge_schemas() -> Schemas {
    let schema: Schema = serde_json::from_value(json!({
        "id": "urn:example:2.0:Badge", "name": "Badge", "attributes": [
            {"name": "number", "type": "integer", "mutability": "immutable"},
            {"name": "ratio", "type": "decimal"},
            {"name": "holder", "required": true},
            {"name": "tags", "multiValued": true}
        ]
    }))
    .unwrap();
    Schemas::standard().with_extension(ResourceType::User, schema).unwrap()
}

#[test]
fn a_site_s_own_schemas_are_read_by_type() {
    let schemas = badge_schemas();
    let schemas = schemas.of(ResourceType::User);
    let read = |body: Value| Resource::from_body(map(body), schemas, &mut Dialects::default());
    let body = json!({"userName": "x", "urn:example:2.0:Badge": {"Number": "7", "ratio": "0.5", "holder": "h", "tags": "a"}});
    let badge = json!({"number": 7, "ratio": 0.5, "holder": "h", "tags": ["a"]});
    let resource = read(body).unwrap().resource;
    assert_eq!(resource.as_map().get("urn:example:2.0:Badge"), Some(&badge));
    assert_eq!(resource.schemas().collect::<Vec<_>>(), [USER_URN, "urn:example:2.0:Badge"]);

    let joined = read(
        json!({"userName": "x", "urn:example:2.0:badge:number": 7, "urn:example:2.0:Badge.holder": "h"}),
    );
    assert_eq!(
        joined.unwrap().resource.as_map().get("urn:example:2.0:Badge"),
        Some(&json!({"number": 7, "holder": "h"}))
    );

    let error = read(json!({"userName": "x", "urn:example:2.0:Badge": {"number": 7}})).unwrap_err();
    assert!(error.detail().contains("holder is required"), "{}", error.detail());
    assert!(read(json!({"userName": "x", "urn:example:2.0:Badge": {"number": 7.5}})).is_err());

    let other =
        read(json!({"userName": "x", "urn:example:2.0:Badge": {"number": 8, "holder": "h"}})).unwrap();
    let error = other.resource.check_replacement(&resource, schemas).unwrap_err();
    assert_eq!(error.scim_type(), Some(ScimType::Mutability));
    assert!(resource.check_replacement(&resource, schemas).is_ok());
}
