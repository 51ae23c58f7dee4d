use super::*;
use crate::scim::error::Result;
use crate::scim::filter::Filter;
use crate::scim::patch::Patch;
use crate::scim::projection::Projection;
use crate::scim::resource::Resource;
use crate::scim::schema::{ENTERPRISE_USER_URN as ENTERPRISE, ResourceType, Schemas, USER_URN};
use Dialect::*;
use Kind::{Attributes, Body, Operation, Search};
use serde_json::{Map, Value, json};

/// How an example is read.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A POST of a person, to which a `userName` is added.
    Body,
    /// A PATCH operation on the person of [`person`].
    Operation,
    /// A filter that this person fulfils.
    Search,
    /// `attributes` of an answer that shows this person.
    Attributes,
}

/// What is sent; the place in the resource where its effect shows, and what stands there, `null` for nothing.
/// `ext:` is the enterprise extension, `own:` one of the site.
const EXAMPLES: &[(Dialect, Kind, &str, &str, &str)] = &[
    (BooleanText, Body, r#"{"active": "False"}"#, "/active", "false"),
    (BooleanText, Body, r#"{"roles": [{"value": "r", "primary": "True"}]}"#, "/roles/0/primary", "true"),
    (BooleanText, Operation, r#"{"op": "replace", "path": "active", "value": "False"}"#, "/active", "false"),
    (BooleanNumber, Body, r#"{"active": 0}"#, "/active", "false"),
    (NumberForText, Body, r#"{"ext:": {"employeeNumber": 42}}"#, "/ext:/employeeNumber", r#""42""#),
    (
        TextForNumber,
        Body,
        r#"{"own:": {"number": "7", "ratio": "0.5"}}"#,
        "/own:",
        r#"{"number": 7, "ratio": 0.5}"#,
    ),
    (EmptyText, Body, r#"{"title": ""}"#, "/title", "null"),
    (EmptyText, Operation, r#"{"op": "replace", "path": "ext::manager", "value": ""}"#, "/ext:", "null"),
    (OneElementArray, Body, r#"{"title": ["t"]}"#, "/title", r#""t""#),
    (
        OneElementArray,
        Operation,
        r#"{"op": "add", "path": "manager", "value": [{"value": "n"}]}"#,
        "/ext:/manager/value",
        r#""n""#,
    ),
    (SingleForList, Body, r#"{"emails": {"value": "a@x"}}"#, "/emails", r#"[{"value": "a@x"}]"#),
    (SingleForList, Body, r#"{"emails": "a@x"}"#, "/emails", r#"[{"value": "a@x"}]"#),
    (TextForObject, Body, r#"{"emails": ["a@x", {"value": "b@x"}]}"#, "/emails/0", r#"{"value": "a@x"}"#),
    (
        TextForObject,
        Operation,
        r#"{"op": "add", "path": "ext::manager", "value": "n"}"#,
        "/ext:/manager",
        r#"{"value": "n"}"#,
    ),
    (
        ObjectForText,
        Operation,
        r#"{"op": "add", "path": "title", "value": [{"value": "t"}]}"#,
        "/title",
        r#""t""#,
    ),
    (JsonInText, Body, r#"{"name": "{\"givenName\":\"J\"}"}"#, "/name/givenName", r#""J""#),
    (JsonInText, Body, r#"{"emails": "[{\"value\":\"a@x\"}]"}"#, "/emails/0/value", r#""a@x""#),
    (JsonInText, Operation, r#"{"op": "replace", "value": "{\"active\":false}"}"#, "/active", "false"),
    (
        AppRole,
        Body,
        r#"{"roles": [{"value": "{\"value\":\"A\"}"}]}"#,
        "/roles/0/value",
        r#""{\"value\":\"A\"}""#,
    ),
    (ManagerId, Body, r#"{"managerId": "n"}"#, "/ext:/manager/value", r#""n""#),
    (ManagerId, Body, r#"{"ext:": {"manager": {"managerId": "n"}}}"#, "/ext:/manager/value", r#""n""#),
    (
        ManagerId,
        Operation,
        r#"{"op": "add", "path": "manager.managerId", "value": "n"}"#,
        "/ext:/manager/value",
        r#""n""#,
    ),
    (DottedKey, Body, r#"{"name.givenName": "J"}"#, "/name/givenName", r#""J""#),
    (DottedKey, Operation, r#"{"op": "add", "value": {"name.givenName": "J"}}"#, "/name/givenName", r#""J""#),
    (UrnKey, Operation, r#"{"op": "add", "value": {"ext::division": "d"}}"#, "/ext:/division", r#""d""#),
    (
        FilterKey,
        Operation,
        r#"{"op": "add", "value": {"emails[type eq \"work\"].value": "n"}}"#,
        "/emails/0/value",
        r#""n""#,
    ),
    (
        UrnDot,
        Operation,
        r#"{"op": "add", "path": "ext:.manager", "value": "n"}"#,
        "/ext:/manager/value",
        r#""n""#,
    ),
    (
        BareExtensionAttribute,
        Operation,
        r#"{"op": "add", "path": "division", "value": "d"}"#,
        "/ext:/division",
        r#""d""#,
    ),
    (LegacyUrn, Body, r#"{"schemas": ["urn:scim:schemas:core:1.0"]}"#, "/schemas/1", "null"),
    (
        LegacyUrn,
        Body,
        r#"{"urn:scim:schemas:extension:enterprise:2.0": {"division": "d"}}"#,
        "/ext:/division",
        r#""d""#,
    ),
    (MissingSchemas, Body, "{}", "/schemas", r#"["urn:ietf:params:scim:schemas:core:2.0:User"]"#),
    (
        UnknownSchemas,
        Body,
        r#"{"schemas": ["http://schemas.microsoft.com/2006/11/x"]}"#,
        "/schemas/1",
        "null",
    ),
    (UnlistedExtension, Body, r#"{"schemas": ["ext:"], "own:": {"number": 7}}"#, "/schemas/1", r#""own:""#),
    (
        UnknownExtension,
        Body,
        r#"{"urn:scim:wso2:schema": {"country": "LK"}}"#,
        "/urn:scim:wso2:schema/country",
        r#""LK""#,
    ),
    (
        UnknownExtension,
        Operation,
        r#"{"op": "add", "path": "urn:a:User:b", "value": 7}"#,
        "/urn:a:User/b",
        "7",
    ),
    (UnknownAttribute, Body, r#"{"shoeSize": 43}"#, "/shoeSize", "null"),
    (UnknownAttribute, Operation, r#"{"op": "add", "path": "shoeSize", "value": 43}"#, "/shoeSize", "null"),
    (
        SeveralPrimary,
        Body,
        r#"{"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}"#,
        "/emails/1/primary",
        "false",
    ),
    (DuplicateElement, Body, r#"{"emails": ["a@x", "A@X"]}"#, "/emails", r#"[{"value": "a@x"}]"#),
    (OperationCase, Operation, r#"{"op": "Replace", "path": "title", "value": "t"}"#, "/title", r#""t""#),
    (MemberNameCase, Operation, r#"{"Op": "replace", "PATH": "title", "Value": "t"}"#, "/title", r#""t""#),
    (
        MissingMessageSchema,
        Operation,
        r#"{"op": "replace", "path": "title", "value": "t"}"#,
        "/title",
        r#""t""#,
    ),
    (
        ExtraMember,
        Operation,
        r#"{"name": "x", "op": "add", "path": "title", "value": "t"}"#,
        "/title",
        r#""t""#,
    ),
    (
        ReadOnlyInValue,
        Operation,
        r#"{"op": "replace", "value": {"id": "2", "title": "t"}}"#,
        "/title",
        r#""t""#,
    ),
    (NullValue, Operation, r#"{"op": "replace", "path": "emails", "value": null}"#, "/emails", "null"),
    (
        AddCreatesElement,
        Operation,
        r#"{"op": "add", "path": "ims[type eq \"x\"].value", "value": "i"}"#,
        "/ims/0",
        r#"{"type": "x", "value": "i"}"#,
    ),
    (
        ReplaceCreatesElement,
        Operation,
        r#"{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "h"}"#,
        "/emails/1/value",
        r#""h""#,
    ),
    (
        RemoveValues,
        Operation,
        r#"{"op": "remove", "path": "emails", "value": [{"value": "w@x"}]}"#,
        "/emails",
        "null",
    ),
    (
        ListSubAttribute,
        Operation,
        r#"{"op": "replace", "path": "emails.value", "value": "n"}"#,
        "/emails/0/value",
        r#""n""#,
    ),
    (UnquotedLiteral, Search, "userName eq jdoe", "", ""),
    (UnquotedLiteral, Search, "userName sw j and emails[type eq \"work\"]", "", ""),
    (BooleanLiteral, Search, "emails[primary eq \"True\"]", "", ""),
    (BooleanLiteral, Search, "active eq \"True\"", "", ""),
    (ComparedBehindBrackets, Search, "emails[type eq \"work\"].value eq \"w@x\"", "", ""),
    (ComparedList, Search, "emails eq \"w@x\"", "", ""),
    (ComparedList, Search, "manager eq \"m\"", "", ""),
    (FilterInAttributes, Attributes, "emails[type eq \"work\"]", "/emails/0/value", r#""w@x""#),
];

const OWN: &str = "urn:example:2.0:Own";

fn schemas() -> Schemas {
    let attributes = json!([{"name": "number", "type": "integer"}, {"name": "ratio", "type": "decimal"}]);
    let own = json!({"id": OWN, "name": "Own", "attributes": attributes});
    Schemas::standard().with_extension(ResourceType::User, serde_json::from_value(own).unwrap()).unwrap()
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn person() -> Resource {
    let person = json!({"userName": "jdoe", "active": true,
        "emails": [{"type": "work", "value": "w@x", "primary": true}], ENTERPRISE: {"manager": {"value": "m"}}});
    Resource::from_document(map(&person), ResourceType::User.schemas())
}

/// What stands at the pointer, null for nothing, and the dialects that were met.
fn outcome(kind: Kind, sent: &str, pointer: &str) -> Result<(Dialects, Value)> {
    let schemas = schemas();
    let schemas = schemas.of(ResourceType::User);
    let mut dialects = Dialects::default();
    let resource = match kind {
        Body => {
            let mut body = map(&serde_json::from_str(sent).unwrap());
            body.insert("userName".into(), json!("jdoe"));
            Resource::from_body(body, schemas, &mut dialects)?.resource.into_map()
        }
        Operation => {
            let operation: Value = serde_json::from_str(sent).unwrap();
            let patch = Patch::parse(map(&json!({"Operations": [operation]})), schemas, &mut dialects)?;
            patch.apply_noting(&person(), schemas, &mut dialects)?.resource.into_map()
        }
        Attributes => {
            dialects.note_attributes(sent);
            Projection::parse(Some(sent), None, schemas)?.apply(person(), schemas)
        }
        Search => {
            let filter = Filter::parse_noting(sent, Schemas::standard(), &mut dialects)?;
            filter.note_comparisons(schemas, &mut dialects);
            let found = filter.matches(person().as_map(), schemas);
            return Ok((dialects, if found { Value::Null } else { json!("not found") }));
        }
    };
    Ok((dialects, Value::Object(resource).pointer(pointer).cloned().unwrap_or_default()))
}

#[test]
fn every_tolerance_has_an_example_that_works_and_is_noted() {
    for dialect in Dialect::ALL {
        assert!(EXAMPLES.iter().any(|(of, ..)| of == dialect), "{dialect:?} has no example");
    }
    let in_full = |text: &str| text.replace("ext:", ENTERPRISE).replace("own:", OWN);
    for &(dialect, kind, sent, pointer, expected) in EXAMPLES {
        let (dialects, found) = outcome(kind, &in_full(sent), &in_full(pointer)).unwrap();
        let expected: Value = serde_json::from_str(&in_full(expected)).unwrap_or_default();
        assert_eq!(found, expected, "{dialect:?}: {sent}");
        assert!(
            dialects.contains(dialect),
            "{dialect:?} is not among {:?}",
            dialects.names().collect::<Vec<_>>()
        );
    }
}

#[test]
fn what_the_rfc_has_is_no_dialect() {
    let schemas = ResourceType::User.schemas();
    let mut dialects = Dialects::default();
    let body = json!({"schemas": [USER_URN, ENTERPRISE], "userName": "x", "active": true, "id": "1",
        "emails": [{"value": "a@x", "primary": true}], ENTERPRISE: {"manager": {"value": "m"}}});
    Resource::from_body(map(&body), schemas, &mut dialects).unwrap();
    let message = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@x"},
        {"op": "add", "value": {"emails": [{"value": "c@x"}], "name": {"givenName": "J"}}},
        {"op": "remove", "path": format!("{ENTERPRISE}:manager")}]});
    let patch = Patch::parse(map(&message), schemas, &mut dialects).unwrap();
    patch.apply_noting(&person(), schemas, &mut dialects).unwrap();
    let text = "emails[type eq \"work\" and value co \"].x\"] or meta.created gt \"2020-01-01T00:00:00Z\" or active eq true";
    let filter = Filter::parse_noting(text, Schemas::standard(), &mut dialects).unwrap();
    filter.note_comparisons(schemas, &mut dialects);
    dialects.note_attributes("userName,emails.value");
    assert!(dialects.is_empty(), "{:?}", dialects.names().collect::<Vec<_>>());
}

#[test]
fn names_are_words_for_a_log_and_belong_to_one_tolerance() {
    for (index, dialect) in Dialect::ALL.iter().enumerate() {
        let entry = dialect.entry();
        assert!(entry.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", entry.name);
        assert!(
            Dialect::ALL.iter().skip(index + 1).all(|other| other.name() != entry.name),
            "{}",
            entry.name
        );
        assert!(!entry.idp.is_empty() && !entry.source.is_empty() && entry.reads.ends_with('.'));
    }
    let mut dialects = Dialects::default();
    dialects.note(Dialect::OperationCase);
    dialects.note(Dialect::BooleanText);
    dialects.note(Dialect::OperationCase);
    assert_eq!(dialects.names().collect::<Vec<_>>(), ["boolean-text", "operation-case"]);
}
