//! Every error keyword of RFC 7644 Table 9 where it belongs, with a detail that names what was wrong and its
//! cure.
//!
//! Three are not here. `tooMany` needs ten thousand people: see `sorting_limit`. `invalidVers` cannot occur:
//! the version stands in the base address, and at the address of another version there is no service that
//! could answer. `sensitive` cannot occur: no attribute that must not stand in an address can be asked for,
//! as a filter does not see passwords (`passwords_are_not_seen`).

use player::memory::InMemory;
use player::{Outgoing, Site};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What an error is about: the method, the address and body, the status and keyword, and what the detail
/// names: the attribute or place, the value, and how to mend it.
type Case = (&'static str, &'static str, fn() -> Value, u16, &'static str, &'static [&'static str]);

fn nothing() -> Value {
    Value::Null
}

const CASES: &[Case] = &[
    (
        "GET",
        "/Users?filter=userName%20is%20%22x%22",
        nothing,
        400,
        "invalidFilter",
        &["\"is\"", "character 10", "expected an operator"],
    ),
    ("GET", "/Users?filter=userName%20eq%20%22x", nothing, 400, "invalidFilter", &["character 13", "quote"]),
    (
        "GET",
        "/Users?filter=active%20gt%20true",
        nothing,
        400,
        "invalidFilter",
        &["true and false have no order", "eq and ne"],
    ),
    (
        "GET",
        "/Groups?filter=meta.created%20gt%20%22soon%22",
        nothing,
        400,
        "invalidFilter",
        &["meta.created", "soon"],
    ),
    (
        "POST",
        "/Users/.search",
        || json!({ "filter": "(title pr" }),
        400,
        "invalidFilter",
        &["expected \"and\", \"or\" or \")\""],
    ),
    (
        "PATCH",
        "{person}",
        || replace("emails[type eq]", json!("x")),
        400,
        "invalidFilter",
        &["Operation 1", "a comparison value", "emails[type eq]"],
    ),
    (
        "POST",
        "/Users",
        || json!({ "userName": "PERSON" }),
        409,
        "uniqueness",
        &["userName", "\"person\"", "id"],
    ),
    (
        "POST",
        "/Groups",
        || json!({ "displayName": "Group" }),
        409,
        "uniqueness",
        &["displayName", "\"Group\"", "unique"],
    ),
    (
        "PATCH",
        "{person}",
        || replace("userName", json!("other")),
        409,
        "uniqueness",
        &["userName", "\"other\""],
    ),
    (
        "PATCH",
        "{group}",
        || replace("displayName", json!("others")),
        409,
        "uniqueness",
        &["displayName", "\"others\""],
    ),
    (
        "PATCH",
        "{person}",
        || replace("groups", json!([])),
        400,
        "mutability",
        &["groups", "read-only", "Leave the operation out"],
    ),
    (
        "PATCH",
        "{person}",
        || replace("meta.created", json!("2020-01-01T00:00:00Z")),
        400,
        "mutability",
        &["meta.created", "Leave"],
    ),
    (
        "PATCH",
        "{person}",
        || operation(json!({ "op": "remove", "path": "userName" })),
        400,
        "mutability",
        &["userName", "required", "Replace it"],
    ),
    ("POST", "/Users", || json!("{"), 400, "invalidSyntax", &["must be a JSON object", "a string"]),
    (
        "POST",
        "/Users",
        || json!({ "userName": "x", "schemas": "urn:x" }),
        400,
        "invalidSyntax",
        &["schemas", "array", "Send"],
    ),
    (
        "POST",
        "/Users",
        || json!({ "userName": "x", "USERNAME": "y" }),
        400,
        "invalidSyntax",
        &["USERNAME", "twice", "Send it once"],
    ),
    (
        "PATCH",
        "{person}",
        || json!({ "Operations": [] }),
        400,
        "invalidSyntax",
        &["Operations", "at least one"],
    ),
    (
        "PATCH",
        "{person}",
        || operation(json!({ "op": "move", "path": "title" })),
        400,
        "invalidSyntax",
        &["Operation 1", "\"add\", \"replace\" or \"remove\""],
    ),
    ("POST", "/Bulk", || json!({}), 400, "invalidSyntax", &["Operations"]),
    ("GET", "/Users?filter=%ff", nothing, 400, "invalidSyntax", &["UTF-8"]),
    (
        "PATCH",
        "{person}",
        || replace("user name", json!("x")),
        400,
        "invalidPath",
        &["Operation 1", "\"name\"", "expected the end"],
    ),
    (
        "PATCH",
        "{person}",
        || replace("name..x", json!("x")),
        400,
        "invalidPath",
        &["name..x", "an attribute name"],
    ),
    (
        "PATCH",
        "{person}",
        || replace("title[value eq \"x\"]", json!("x")),
        400,
        "invalidPath",
        &["title", "no list", "without filter"],
    ),
    (
        "PATCH",
        "{person}",
        || operation(json!({ "op": "remove" })),
        400,
        "noTarget",
        &["Operation 1", "Name the attribute in \"path\""],
    ),
    (
        "PATCH",
        "{person}",
        || replace("emails[value eq \"x\"].display", json!("x")),
        400,
        "noTarget",
        &["emails[value eq \"x\"]", "selects nothing", "Add the element"],
    ),
    ("POST", "/Users", || json!({ "title": "nobody" }), 400, "invalidValue", &["userName"]),
    (
        "POST",
        "/Users",
        || json!({ "userName": "x", "active": "perhaps" }),
        400,
        "invalidValue",
        &["active", "\"perhaps\"", "Send true or false"],
    ),
    (
        "POST",
        "/Users",
        || json!({ "userName": "x", "name": ["a", "b"] }),
        400,
        "invalidValue",
        &["name", "[\"a\",\"b\"]", "an object"],
    ),
    (
        "POST",
        "/Users",
        || json!({ "userName": "x", ENTERPRISE: "Sales" }),
        400,
        "invalidValue",
        &[ENTERPRISE, "\"Sales\"", "Send an object"],
    ),
    (
        "PATCH",
        "{person}",
        || replace("emails", json!([{ "primary": 7 }])),
        400,
        "invalidValue",
        &["emails.primary", "7", "true or false"],
    ),
    (
        "PATCH",
        "{person}",
        || operation(json!({ "op": "add", "path": "title" })),
        400,
        "invalidValue",
        &["Operation 1", "no value", "Send one"],
    ),
    (
        "PATCH",
        "{group}",
        || replace("members", json!([{ "value": "nobody" }])),
        400,
        "invalidValue",
        &["members", "nobody"],
    ),
    (
        "GET",
        "/Users?sortBy=title&sortOrder=up",
        nothing,
        400,
        "invalidValue",
        &["sortOrder", "up", "ascending"],
    ),
    ("GET", "/Users?cursor=x", nothing, 400, "invalidCursor", &["cursor", "Begin anew"]),
    ("GET", "/Users?cursor&count=0", nothing, 400, "invalidCount", &["count", "between 1 and 200"]),
];

#[test]
fn every_keyword_stands_where_it_belongs_with_its_cure() {
    let mut site = InMemory::new();
    let person = created(
        &mut site,
        "/Users",
        &json!({ "userName": "person", "emails": [{ "value": "p@example.test" }] }),
    );
    created(&mut site, "/Users", &json!({ "userName": "other" }));
    let group = created(&mut site, "/Groups", &json!({ "displayName": "Group" }));
    created(&mut site, "/Groups", &json!({ "displayName": "Others" }));
    for (method, path, body, status, scim_type, words) in CASES {
        let path = path.replace("{person}", &person).replace("{group}", &group);
        let (answered, error) = send(&mut site, method, &path, &body());
        let shown = format!("{method} {path} {}: {error}", body());
        assert_eq!((answered, error["scimType"].as_str()), (*status, Some(*scim_type)), "{shown}");
        assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{shown}");
        assert_eq!(error["status"], status.to_string(), "{shown}");
        let detail = error["detail"].as_str().unwrap();
        for word in *words {
            assert!(detail.contains(word), "{word:?} is missing: {shown}");
        }
    }
}

fn replace(path: &str, value: Value) -> Value {
    operation(json!({ "op": "replace", "path": path, "value": value }))
}

fn operation(operation: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

fn created(site: &mut InMemory, path: &str, body: &Value) -> String {
    let (status, resource) = send(site, "POST", path, body);
    assert_eq!(status, 201, "{resource}");
    format!("{path}/{}", resource["id"].as_str().unwrap())
}

fn send(site: &mut InMemory, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = (!body.is_null()).then(|| body.to_string());
    let (method, path, token) = (method.to_owned(), path.to_owned(), "full".to_owned());
    let answer = site.send(&Outgoing { method, path, headers: Vec::new(), token, body }).unwrap();
    (answer.status, answer.json())
}
