//! What an operation of the core costs in instructions: `benches/core` runs this under callgrind.
//!
//! `instructions <operation> <times>` carries it out so many times; without arguments it names all.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures, and ends where it cannot"
)]

use rollbook::dialect::Dialects;
use rollbook::host::Scope;
use rollbook::http::Request;
use rollbook::memory::MemoryHost;
use rollbook::scim::filter::Filter;
use rollbook::scim::patch::Patch;
use rollbook::scim::projection::Projection;
use rollbook::scim::resource::Resource;
use rollbook::scim::schema::{ENTERPRISE_USER_URN, ResourceType};
use rollbook::settings::Settings;
use rollbook::wordpress::sql::SqlPlan;
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::rc::Rc;

const TOKEN: &str = "a-token-of-our-own-4fG7h2Kq9Lm1Zx8Cv3";
const FILTER: &str = r#"emails[type eq "work" and value eq "bjensen@example.com"]"#;
const BY_NAME: &str = r#"userName eq "bjensen@example.com""#;

type Operation = (&'static str, fn(u32));

const OPERATIONS: [Operation; 7] = [
    ("parse a filter by userName", parse_by_name),
    ("parse a filter by a work address", parse),
    ("compile it to SQL", compile),
    ("read a PATCH of ten operations", read_patch),
    ("apply it to a person of 22 attributes", apply_patch),
    ("show a person", show),
    ("a whole PATCH of ten operations, host in memory", exchange),
];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (Some(name), Some(times)) = (arguments.next(), arguments.next()) else {
        for (name, _) in OPERATIONS {
            println!("{name}");
        }
        return;
    };
    let times = times.parse().expect("a number of times");
    let (_, operation) = OPERATIONS.iter().find(|(known, _)| *known == name).expect("an operation");
    operation(times);
}

fn parse_by_name(times: u32) {
    for _ in 0..times {
        black_box(Filter::parse(black_box(BY_NAME))).expect("a filter");
    }
}

fn parse(times: u32) {
    for _ in 0..times {
        black_box(Filter::parse(black_box(FILTER))).expect("a filter");
    }
}

fn compile(times: u32) {
    let filter = Filter::parse(FILTER).expect("a filter");
    for _ in 0..times {
        black_box(SqlPlan::of(black_box(&filter), ResourceType::User.schemas()));
    }
}

/// The message is read from its bytes each time.
fn read_patch(times: u32) {
    let text = message();
    for _ in 0..times {
        let message = map(serde_json::from_str(black_box(&text)).expect("JSON"));
        black_box(Patch::parse(message, ResourceType::User.schemas(), &mut Dialects::default()))
            .expect("a PATCH");
    }
}

fn apply_patch(times: u32) {
    let schemas = ResourceType::User.schemas();
    let message = map(serde_json::from_str(&message()).expect("JSON"));
    let patch = Patch::parse(message, schemas, &mut Dialects::default()).expect("a PATCH");
    let person = Resource::from_document(map(person()), schemas);
    for _ in 0..times {
        black_box(black_box(&patch).apply(black_box(&person), schemas)).expect("a person");
    }
}

fn show(times: u32) {
    let schemas = ResourceType::User.schemas();
    let person = Resource::from_document(map(person()), schemas);
    let all = Projection::parse(None, None, schemas).expect("a projection");
    for _ in 0..times {
        let shown = all.apply(black_box(&person).clone(), schemas);
        black_box(serde_json::to_string(&shown)).expect("JSON");
    }
}

/// Each changes the name that is shown.
fn exchange(times: u32) {
    let settings = Rc::new(Settings::default());
    let mut site = MemoryHost::new();
    site.add_token(TOKEN, Scope::Full);
    let created = site.exchange(request("POST", "/Users", person().to_string()), &settings);
    assert_eq!(created.status, 201, "{}", created.body);
    let path =
        created.header("Location").and_then(|at| at.rsplit_once("/Users/")).expect("an address").1.to_owned();
    for number in 0..times {
        let body = message().replace("Babs Doe", &format!("Babs Doe {number}"));
        let answer = site.exchange(request("PATCH", &format!("/Users/{path}"), body), &settings);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

fn request(method: &str, path: &str, body: String) -> Request {
    Request {
        method: method.to_owned(),
        base: "https://example.test/wp-json/scim/v2".to_owned(),
        path: path.to_owned(),
        query: String::new(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {TOKEN}"))],
        body: body.into_bytes(),
        remote: "192.0.2.1".to_owned(),
        plain: false,
        now: 1_700_000_000_000,
    }
}

/// What Entra ID sends.
fn message() -> String {
    let enterprise = |name: &str| format!("{ENTERPRISE_USER_URN}:{name}");
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            { "op": "Replace", "path": "displayName", "value": "Babs Doe" },
            { "op": "Replace", "path": "title", "value": "Guide" },
            { "op": "Replace", "path": "name.familyName", "value": "Doe" },
            { "op": "Replace", "path": "name.formatted", "value": "Babs Doe" },
            { "op": "Replace", "path": "emails[type eq \"home\"].value", "value": "babs@doe.example" },
            { "op": "Replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "+1 555 555 0123" },
            { "op": "Add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "+1 555 555 0124" },
            { "op": "Replace", "path": "addresses[type eq \"work\"].locality", "value": "Burbank" },
            { "op": "Add", "path": enterprise("department"), "value": "Sales" },
            { "op": "Add", "path": enterprise("costCenter"), "value": "4130" }
        ]
    })
    .to_string()
}

/// 22 attributes, as Entra ID maps them by default.
fn person() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER_URN],
        "externalId": "701984", "userName": "bjensen@example.com", "active": true, "displayName": "Babs Jensen",
        "name": { "formatted": "Ms. Barbara J Jensen", "familyName": "Jensen", "givenName": "Barbara" },
        "title": "Tour Guide", "preferredLanguage": "en-US",
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.example", "type": "home" }
        ],
        "addresses": [{
            "type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood",
            "region": "CA", "postalCode": "91608", "country": "US"
        }],
        "phoneNumbers": [
            { "value": "+1 555 555 5555", "type": "work" }, { "value": "+1 555 555 4444", "type": "mobile" }
        ],
        ENTERPRISE_USER_URN: { "employeeNumber": "701984", "department": "Tour Operations" }
    })
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
