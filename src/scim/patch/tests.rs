use super::*;
use crate::scim::resource::{MAX_ELEMENTS, MemberReference};
use crate::scim::schema::{ENTERPRISE_USER_URN as ENTERPRISE, ResourceType, Schema, Schemas};
use serde_json::json;

mod attack;
mod groups;
mod paths;
mod transcripts;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

fn parse(operations: Value) -> Result<Patch> {
    let message = json!({"schemas": [PATCH_OP_URN], "Operations": operations});
    Patch::parse(map(message), ResourceType::User.schemas(), &mut Dialects::default())
}

fn user(document: Value) -> Resource {
    let mut document = map(document);
    document.insert("userName".into(), json!("jdoe"));
    Resource::from_document(document, ResourceType::User.schemas())
}

fn patched(before: Value, operations: Value) -> Result<Patched> {
    parse(operations)?.apply(&user(before), ResourceType::User.schemas())
}

/// Applies the operations and compares the resource, without userName and `schemas`.
#[track_caller]
fn yields(before: Value, operations: Value, after: Value) {
    let mut document = match patched(before, operations) {
        Ok(patched) => patched.resource.into_map(),
        Err(error) => panic!("{error}"),
    };
    document.shift_remove("schemas");
    document.shift_remove("userName");
    assert_eq!(Value::Object(document), after);
}

#[track_caller]
fn refused(before: Value, operations: Value, scim_type: ScimType) -> String {
    let error = patched(before, operations).unwrap_err();
    assert_eq!((error.status(), error.scim_type()), (400, Some(scim_type)), "{}", error.detail());
    error.detail().to_owned()
}

fn add(path: &str, value: Value) -> Value {
    json!({"op": "add", "path": path, "value": value})
}

fn replace(path: &str, value: Value) -> Value {
    json!({"op": "replace", "path": path, "value": value})
}

fn remove(path: &str) -> Value {
    json!({"op": "remove", "path": path})
}

fn merge_in(value: Value) -> Value {
    json!({"op": "replace", "value": value})
}

#[test]
fn a_message_without_operations_is_none() {
    let read = |body: Value| Patch::parse(map(body), ResourceType::User.schemas(), &mut Dialects::default());
    for body in [json!({}), json!({"Operations": []}), json!({"Operations": {}}), json!({"Operations": null})]
    {
        assert_eq!(read(body).unwrap_err().scim_type(), Some(ScimType::InvalidSyntax));
    }
    let twice = json!({"Operations": [remove("title")], "operations": [remove("title")]});
    assert!(read(twice).unwrap_err().detail().contains("\"Operations\" twice"));
    let bare = json!({"operations": [remove("title")], "id": "x", "schemas": "anything"});
    assert_eq!(read(bare).unwrap().operations().len(), 1);
}

#[test]
fn an_operation_that_is_none_is_named_by_its_number() {
    for (operation, scim_type) in [
        (json!("add"), ScimType::InvalidSyntax),
        (json!({"path": "title", "value": "t"}), ScimType::InvalidSyntax),
        (json!({"op": "move", "path": "title", "value": "t"}), ScimType::InvalidSyntax),
        (json!({"op": 1, "path": "title", "value": "t"}), ScimType::InvalidSyntax),
        (json!({"op": "add", "OP": "add", "path": "title", "value": "t"}), ScimType::InvalidSyntax),
        (json!({"op": "add", "path": 1, "value": "t"}), ScimType::InvalidPath),
        (json!({"op": "add", "path": "emails[", "value": "t"}), ScimType::InvalidFilter),
        (json!({"op": "add", "path": "a b", "value": "t"}), ScimType::InvalidPath),
        (json!({"op": "add", "path": "title"}), ScimType::InvalidValue),
        (json!({"op": "replace", "path": "title"}), ScimType::InvalidValue),
        (json!({"op": "remove"}), ScimType::NoTarget),
        (json!({"op": "remove", "path": "", "value": {"title": "t"}}), ScimType::NoTarget),
    ] {
        let detail = refused(json!({}), json!([remove("nickName"), operation]), scim_type);
        assert!(detail.contains("peration 2"), "{detail}");
    }
    for value in [json!(null), json!(1), json!("x"), json!([]), json!([{}, {}])] {
        refused(json!({}), json!([{"op": "add", "value": value}]), ScimType::InvalidValue);
    }
}

#[test]
fn lists_and_resources_do_not_grow_without_bound() {
    let full: Vec<_> = (0..MAX_ELEMENTS).map(|n| json!({"value": n.to_string(), "type": "x"})).collect();
    let before = json!({"emails": full});
    yields(before.clone(), json!([add("emails", json!({"value": "7", "type": "x"}))]), before.clone());
    refused(before.clone(), json!([add("emails", json!("new"))]), ScimType::InvalidValue);
    refused(before, json!([add("emails[type eq \"work\"].value", json!("new"))]), ScimType::InvalidValue);

    let half = "x".repeat(crate::scim::resource::MAX_SIZE / 2);
    let before = json!({"title": half});
    patched(before.clone(), json!([add("nickName", json!("y".repeat(half.len() - 1000)))])).unwrap();
    refused(before, json!([add("nickName", json!(half))]), ScimType::InvalidValue);
}

#[test]
fn an_error_leaves_everything_as_it_was() {
    let before = user(json!({"title": "t", "emails": [{"value": "a@x", "type": "work"}]}));
    let copy = before.clone();
    let patch = parse(json!([
        replace("title", json!("u")),
        remove("emails"),
        replace("emails[type eq \"x\"].value", json!("y"))
    ]));
    assert!(patch.unwrap().apply(&before, ResourceType::User.schemas()).is_err());
    assert_eq!(before, copy);
}

#[test]
fn what_changes_nothing_yields_an_equal_resource() {
    let before = json!({
        "title": "t", "name": {"givenName": "J", "familyName": "D"},
        "emails": [{"value": "a@x", "type": "work", "primary": true}], ENTERPRISE: {"manager": {"value": "m"}}
    });
    let operations = json!([
        replace("title", json!("t")),
        add("name", json!({"familyName": "D", "givenName": "J"})),
        remove("nickName"),
        add("emails", json!([{"primary": true, "type": "work", "value": "a@x"}])),
        remove("ims[type eq \"x\"]"),
        replace("emails[type eq \"work\"].value", json!("a@x")),
        replace("manager", json!("m")),
        add("phoneNumbers", json!([])),
        replace("shoeSize", json!(1)),
        merge_in(json!({"id": "x", "schemas": [], "active": null})),
        remove("urn:example:2.0:User:x"),
        remove(ENTERPRISE).get("no").cloned().unwrap_or(remove("roles"))
    ]);
    assert_eq!(patched(before.clone(), operations).unwrap().resource, user(before));
}

#[test]
fn the_password_is_handed_over_apart() {
    let before = json!({"title": "t"});
    for operation in [
        replace("password", json!("secret")),
        add("Password", json!(["secret"])),
        merge_in(json!({"password": "secret"})),
    ] {
        let patch = parse(json!([operation])).unwrap();
        assert!(!patch.is_empty() && patch.operations().is_empty());
        assert!(!format!("{patch:?}").contains("secret"));
        let patched = patch.apply(&user(before.clone()), ResourceType::User.schemas()).unwrap();
        assert_eq!((patched.password.as_deref(), &patched.resource), (Some("secret"), &user(before.clone())));
        assert!(!format!("{patched:?}").contains("secret"));
    }
    for operation in [remove("password"), replace("password", json!(""))] {
        assert_eq!(patched(before.clone(), json!([operation])).unwrap().password, None);
    }
    let detail =
        refused(before, json!([replace("password", json!({"x": "secret"}))]), ScimType::InvalidValue);
    assert!(!detail.contains("secret"), "{detail}");
}

#[test]
fn read_only_attributes_are_refused_by_path_and_ignored_in_a_value() {
    for path in ["id", "meta", "meta.created", "groups", "groups[value eq \"x\"]", "manager.displayName"] {
        refused(json!({}), json!([replace(path, json!("x"))]), ScimType::Mutability);
        refused(json!({}), json!([remove(path)]), ScimType::Mutability);
    }
    yields(
        json!({}),
        json!([merge_in(json!({"id": "x", "meta": {"version": "1"}, "groups": ["g"], "title": "t",
                               "manager": {"value": "m", "displayName": "M"}}))]),
        json!({"title": "t", ENTERPRISE: {"manager": {"value": "m"}}}),
    );
}

#[test]
fn required_attributes_must_be_there_at_the_end() {
    for operation in [remove("userName"), replace("userName", json!("")), replace("userName", json!(null))] {
        let detail = refused(json!({}), json!([operation]), ScimType::Mutability);
        assert!(detail.contains("userName"), "{detail}");
    }
    let patched = patched(json!({}), json!([remove("userName"), add("userName", json!("new"))])).unwrap();
    assert_eq!(patched.resource.user_name(), Some("new"));
    // A resource that lacks it anyway can be changed.
    let schemas = ResourceType::User.schemas();
    let nobody = Resource::new(schemas);
    assert!(parse(json!([add("title", json!("t"))])).unwrap().apply(&nobody, schemas).is_ok());
}

#[test]
fn immutable_attributes_are_set_once() {
    let schema: Schema =
        serde_json::from_value(json!({"id": "urn:example:2.0:Badge", "name": "Badge", "attributes": [
        {"name": "number", "mutability": "immutable"},
        {"name": "place", "type": "complex", "subAttributes": [{"name": "floor", "mutability": "immutable"}]},
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "mutability": "immutable"}, {"name": "type"}]}]}))
        .unwrap();
    let schemas = Schemas::standard().with_extension(ResourceType::User, schema).unwrap();
    let schemas = schemas.of(ResourceType::User);
    let badge = |name: &str| format!("urn:example:2.0:Badge:{name}");
    let before = json!({"userName": "x", "urn:example:2.0:Badge": {
        "number": "1", "place": {"floor": "2"}, "keys": [{"value": "a", "type": "t"}]}});
    let before = Resource::from_document(map(before), schemas);
    let apply = |operation: Value| {
        let message = map(json!({"Operations": [operation]}));
        Patch::parse(message, schemas, &mut Dialects::default())?.apply(&before, schemas)
    };
    for operation in [
        replace(&badge("number"), json!("2")),
        remove(&badge("number")),
        replace(&badge("place.floor"), json!("3")),
        remove(&badge("place.floor")),
        add(&badge("place"), json!({"floor": "3"})),
        replace(&badge("keys[type eq \"t\"].value"), json!("b")),
        replace(&badge("keys[type eq \"t\"]"), json!({"value": "b"})),
        remove(&badge("keys.value")),
    ] {
        assert_eq!(
            apply(operation.clone()).unwrap_err().scim_type(),
            Some(ScimType::Mutability),
            "{operation}"
        );
    }
    for operation in [
        replace(&badge("number"), json!("1")),
        replace(&badge("place"), json!({"floor": "2"})),
        replace(&badge("keys[type eq \"t\"].value"), json!("a")),
    ] {
        assert_eq!(apply(operation).unwrap().resource, before);
    }
    for operation in [
        remove(&badge("keys[value eq \"a\"]")),
        replace(&badge("keys"), json!(["b"])),
        remove("urn:example:2.0:Badge"),
    ] {
        assert!(apply(operation).is_ok());
    }
}
