//! What nobody sends on purpose.

use super::*;
use proptest::prelude::*;

/// Names and paths, right and nearly right.
fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "userName",
        "title",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq \"True\"].primary",
        "emails[not (value pr)]",
        "roles",
        "roles[primary eq true].display",
        "addresses[type eq \"work\" and primary eq true].locality",
        "manager",
        "department",
        "manager.value",
        "managerId",
        ENTERPRISE,
        "urn:a:User:b",
        "urn:a:User:b[type eq \"x\"].c",
        "urn:a:b",
        "members",
        "members[value eq \"a\"]",
        "members.value",
        "displayName",
        "externalId",
        "id",
        "meta",
        "schemas",
        "password",
        "foo",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "[a-zA-Z:.\\[\\]\" ]{0,12}", 1 => any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let texts = vec!["", "True", "work", "a", "{\"value\":\"a\"}", "[\"a\"]"];
    let names = vec!["value", "type", "primary", "$ref", "display", "givenName", "emails", "Value"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let name = prop_oneof![prop::sample::select(names.clone()).prop_map(str::to_owned), path()];
        let members = prop::collection::vec((name, inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Replace", "remove"]);
    (op, prop::option::of(path()), prop::option::of(value())).prop_map(|(op, path, value)| {
        let mut operation = json!({"op": op});
        if let Some(path) = path {
            operation["path"] = json!(path);
        }
        if let Some(value) = value {
            operation["value"] = value;
        }
        operation
    })
}

fn resource_type() -> impl Strategy<Value = ResourceType> {
    prop::sample::select(ResourceType::ALL.to_vec())
}

fn some(resource_type: ResourceType, document: Value) -> Resource {
    let schemas = resource_type.schemas();
    let named = map(json!({"userName": "u", "displayName": "d"}));
    let mut document = document.as_object().cloned().unwrap_or_default();
    document.extend(named.clone());
    let read = |body| Resource::from_body(body, schemas, &mut Dialects::default());
    read(document).or_else(|_| read(named)).unwrap().resource
}

/// Whether a resource keeps the promises of [`Resource`].
fn is_canonical(resource: &Resource, resource_type: ResourceType) -> bool {
    fn is_filled(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(elements) => !elements.is_empty() && elements.iter().all(is_filled),
            Value::Object(map) => !map.is_empty() && map.values().all(is_filled),
            Value::Bool(_) | Value::Number(_) => true,
        }
    }
    let one_primary = |value: &Value| {
        let elements = value.as_array().into_iter().flatten();
        elements.filter(|element| element.get("primary") == Some(&json!(true))).count() < 2
    };
    let map = resource.as_map();
    map.values().all(is_filled)
        && map.values().all(one_primary)
        && !map.contains_key("password")
        && *resource == Resource::from_document(map.clone(), resource_type.schemas())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_operations_on_any_resource_end_in_an_answer(
        resource_type in resource_type(),
        document in value(),
        operations in prop::collection::vec(operation(), 1..6),
    ) {
        let schemas = resource_type.schemas();
        let before = some(resource_type, document);
        prop_assert!(is_canonical(&before, resource_type), "{before:?}");
        let message = map(json!({"Operations": operations}));
        let Ok(patch) = Patch::parse(message, schemas, &mut Dialects::default()) else { return Ok(()) };
        if let Ok(patched) = patch.apply(&before, schemas) {
            prop_assert!(is_canonical(&patched.resource, resource_type), "{:?}", patched.resource);
        }
        if let Ok((rest, _)) = patch.split_members() {
            let is_about_members = |operation: &Operation| operation.path.to_string().starts_with("members");
            prop_assert!(!rest.operations().iter().any(is_about_members));
        }
    }

    /// Every operation says what is to be, so that to say it twice says nothing new (RFC 7644 §3.5.2.1).
    #[test]
    fn an_operation_twice_is_the_operation_once(document in value(), operation in operation()) {
        let schemas = ResourceType::User.schemas();
        let before = some(ResourceType::User, document);
        let message = map(json!({"Operations": [operation]}));
        let Ok(patch) = Patch::parse(message, schemas, &mut Dialects::default()) else { return Ok(()) };
        let Ok(once) = patch.apply(&before, schemas) else { return Ok(()) };
        // A value that says two things of one list is two operations.
        prop_assume!(patch.operations().len() < 2);
        if let Ok(twice) = patch.apply(&once.resource, schemas) {
            prop_assert_eq!(twice.resource, once.resource);
        }
    }

    /// What an IdP reads and sends back is the same resource (Okta's PUT).
    #[test]
    fn a_resource_read_again_is_the_same(resource_type in resource_type(), document in value()) {
        let resource = some(resource_type, document);
        let body = resource.as_map().clone();
        let again = Resource::from_body(body, resource_type.schemas(), &mut Dialects::default());
        prop_assert_eq!(again.map(|received| received.resource), Ok(resource));
    }
}
