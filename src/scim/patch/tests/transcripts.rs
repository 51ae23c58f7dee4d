//! Whole requests as identity providers send them.

use super::*;

/// What Microsoft's validator sends to a person who has only a userName, one operation each (its test 9).
const VALIDATOR: [(&str, &str); 36] = [
    ("active", "True"),
    ("displayName", "JVAJEQRHJLBO"),
    ("title", "WBVMWPEDPKLA"),
    ("nickName", "n"),
    ("userType", "u"),
    ("preferredLanguage", "rw-RW"),
    ("locale", "l"),
    ("timezone", "America/Argentina/La_Rioja"),
    ("profileUrl", "p"),
    ("externalId", "e"),
    ("name.givenName", "Jasmin"),
    ("name.familyName", "Eleanora"),
    ("name.formatted", "Savanah"),
    ("name.middleName", "m"),
    ("name.honorificPrefix", "hp"),
    ("name.honorificSuffix", "D385N05’TEST"),
    ("emails[type eq \"work\"].value", "w@x"),
    ("addresses[type eq \"work\"].formatted", "f"),
    ("addresses[type eq \"work\"].streetAddress", "s"),
    ("addresses[type eq \"work\"].locality", "l"),
    ("addresses[type eq \"work\"].region", "r"),
    ("addresses[type eq \"work\"].postalCode", "sl1 2lt"),
    ("addresses[type eq \"work\"].primary", "True"),
    ("addresses[type eq \"work\"].country", "Colombia"),
    ("phoneNumbers[type eq \"work\"].value", "1"),
    ("phoneNumbers[type eq \"work\"].primary", "True"),
    ("phoneNumbers[type eq \"mobile\"].value", "2"),
    ("phoneNumbers[type eq \"fax\"].value", "3"),
    ("roles[primary eq \"True\"].display", "d"),
    ("roles[primary eq \"True\"].value", "v"),
    ("roles[primary eq \"True\"].type", "t"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "E"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "D"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "C"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization", "O"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division", "V"),
];

#[test]
fn microsoft_s_validator_adds_and_replaces_attributes_one_by_one() {
    let complete = json!({
        "active": true, "displayName": "JVAJEQRHJLBO", "title": "WBVMWPEDPKLA", "nickName": "n", "userType": "u",
        "preferredLanguage": "rw-RW", "locale": "l", "timezone": "America/Argentina/La_Rioja",
        "profileUrl": "p", "externalId": "e",
        "name": {"givenName": "Jasmin", "familyName": "Eleanora", "formatted": "Savanah",
            "middleName": "m", "honorificPrefix": "hp", "honorificSuffix": "D385N05’TEST"},
        "emails": [{"type": "work", "value": "w@x"}],
        "addresses": [{"type": "work", "formatted": "f", "streetAddress": "s", "locality": "l", "region": "r",
            "postalCode": "sl1 2lt", "primary": true, "country": "Colombia"}],
        "phoneNumbers": [{"type": "work", "value": "1", "primary": true}, {"type": "mobile", "value": "2"},
            {"type": "fax", "value": "3"}],
        "roles": [{"primary": true, "display": "d", "value": "v", "type": "t"}],
        ENTERPRISE: {"employeeNumber": "E", "department": "D", "costCenter": "C", "organization": "O",
            "division": "V"}
    });
    let all = |op: fn(&str, Value) -> Value| {
        Value::from_iter(VALIDATOR.map(|(path, value)| op(path, value.into())))
    };
    yields(json!({}), all(add), complete.clone());
    yields(json!({}), all(replace), complete.clone());
    yields(complete.clone(), all(replace), complete);
}

#[test]
fn microsoft_s_validator_changes_one_attribute_three_times() {
    yields(
        json!({"displayName": "a"}),
        json!([remove("displayName"), add("displayName", json!("b")), replace("displayName", json!("c"))]),
        json!({"displayName": "c"}),
    );
    let path = "phoneNumbers[type eq \"mobile\"].value";
    yields(
        json!({"phoneNumbers": [{"type": "mobile", "value": "1"}]}),
        json!([remove(path), add(path, json!("2")), replace(path, json!("3"))]),
        json!({"phoneNumbers": [{"type": "mobile", "value": "3"}]}),
    );
}

#[test]
fn entra_deactivates_and_renames_without_the_flag() {
    yields(
        json!({"active": true, "name": {"familyName": "D"}, "emails": [
            {"value": "old@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}]}),
        json!([
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@x"},
            {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Ops"},
            {"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "id"},
            {"op": "Replace", "path": "name.familyName", "value": "Doe"}
        ]),
        json!({"active": false, "name": {"familyName": "Doe"}, "emails": [
                   {"value": "new@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
               ENTERPRISE: {"department": "Ops", "manager": {"value": "id"}}}),
    );
}

#[test]
fn entra_sends_one_operation_for_many_attributes_with_the_flag() {
    let number = format!("{ENTERPRISE}:employeeNumber");
    yields(
        json!({}),
        json!([
            {"op": "replace", "value": {"displayName": "J D", "name.givenName": "J", number: "42"}},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "j@x"}
        ]),
        json!({"displayName": "J D", "name": {"givenName": "J"}, ENTERPRISE: {"employeeNumber": "42"},
               "emails": [{"type": "work", "value": "j@x"}]}),
    );
}

#[test]
fn entra_assigns_roles() {
    let role = r#"{"id":"8f","value":"Admin","displayName":"Admin"}"#;
    let before = json!({"roles": [{"value": "Reader"}]});
    let sent = json!([{"value": role}]);
    yields(
        before.clone(),
        json!([{"op": "Add", "path": "roles", "value": sent}]),
        json!({"roles": [{"value": "Reader"}, {"value": role}]}),
    );
    yields(before, json!([replace("roles", sent.clone())]), json!({"roles": sent}));
    yields(
        json!({}),
        json!([
            replace("roles[primary eq \"True\"].value", json!("Admin")),
            replace("roles[primary eq \"True\"].display", json!("A"))
        ]),
        json!({"roles": [{"primary": true, "value": "Admin", "display": "A"}]}),
    );
}

#[test]
fn okta_deactivates_and_sets_a_password() {
    let operations = json!([merge_in(json!({"active": false})), merge_in(json!({"password": "new"}))]);
    let patched = patched(json!({"active": true}), operations).unwrap();
    assert_eq!((patched.resource.active(), patched.password.as_deref()), (Some(false), Some("new")));
}

#[test]
fn keycloak_sends_booleans_as_text_and_null() {
    yields(
        json!({"active": true, "externalId": "e"}),
        json!([replace("active", json!("false")), replace("externalId", json!(null))]),
        json!({"active": false}),
    );
}
