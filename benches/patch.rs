//! How fast bodies and PATCH messages are read and carried out, and resources shown:
//! `cargo bench --no-default-features --bench patch`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rollbook::dialect::Dialects;
use rollbook::scim::patch::Patch;
use rollbook::scim::projection::Projection;
use rollbook::scim::resource::Resource;
use rollbook::scim::schema::{ENTERPRISE_USER_URN, ResourceType};
use serde_json::{Map, Value, json};
use std::hint::black_box;

fn read(c: &mut Criterion) {
    let schemas = ResourceType::User.schemas();
    let mut group = c.benchmark_group("read");
    group.bench_function("body", |b| {
        b.iter_batched(
            || map(person()),
            |body| Resource::from_body(body, schemas, &mut Dialects::default()),
            BatchSize::SmallInput,
        );
    });
    for (name, operations) in messages() {
        group.throughput(Throughput::Elements(operations.as_array().map_or(0, |all| all.len() as u64)));
        group.bench_function(name, |b| {
            b.iter_batched(
                || map(json!({ "Operations": operations })),
                |message| Patch::parse(message, schemas, &mut Dialects::default()),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn apply(c: &mut Criterion) {
    let schemas = ResourceType::User.schemas();
    let person = Resource::from_document(map(person()), schemas);
    let mut group = c.benchmark_group("apply");
    for (name, operations) in messages() {
        let message = map(json!({ "Operations": operations }));
        let Ok(patch) = Patch::parse(message, schemas, &mut Dialects::default()) else { continue };
        group.bench_function(name, |b| b.iter(|| black_box(&patch).apply(black_box(&person), schemas)));
    }
    group.finish();
}

fn members(c: &mut Criterion) {
    let schemas = ResourceType::Group.schemas();
    let members: Vec<_> =
        (0..10_000).map(|n| json!({ "value": format!("2819c223-7f76-453a-919d-{n:012}") })).collect();
    let message = json!({ "Operations": [{ "op": "add", "path": "members", "value": members }] });
    let mut group = c.benchmark_group("members");
    group.throughput(Throughput::Elements(members.len() as u64));
    group.bench_function("10,000 join", |b| {
        b.iter_batched(
            || map(message.clone()),
            |message| Patch::parse(message, schemas, &mut Dialects::default()).and_then(Patch::split_members),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn show(c: &mut Criterion) {
    let schemas = ResourceType::User.schemas();
    let person = Resource::from_document(map(person()), schemas);
    let mut group = c.benchmark_group("show");
    for (name, attributes) in [("all", None), ("three attributes", Some("userName,emails.value,active"))] {
        let Ok(projection) = Projection::parse(attributes, None, schemas) else { continue };
        group.bench_function(name, |b| {
            b.iter_batched(
                || person.clone(),
                |person| projection.apply(person, schemas),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// What Entra ID and Okta send.
fn messages() -> Vec<(&'static str, Value)> {
    let number = format!("{ENTERPRISE_USER_URN}:employeeNumber");
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    vec![
        ("Okta: deactivate", json!([{ "op": "replace", "value": { "active": false } }])),
        (
            "Entra ID: five attributes",
            json!([
                { "op": "Replace", "path": "active", "value": "False" },
                { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com" },
                { "op": "Replace", "path": "name.familyName", "value": "Doe" },
                { "op": "Add", "path": number, "value": "42" },
                { "op": "Add", "path": manager, "value": "2819c223-7f76-453a-919d-413861904646" }
            ]),
        ),
        (
            "Entra ID: elements created",
            json!([
                { "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Admin" },
                { "op": "Add", "path": "roles[primary eq \"True\"].display", "value": "Administrator" },
                { "op": "Add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "+1 201 555 0123" }
            ]),
        ),
    ]
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn person() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER_URN],
        "externalId": "701984", "userName": "bjensen@example.com", "active": true, "displayName": "Babs Jensen",
        "name": { "formatted": "Ms. Barbara J Jensen", "familyName": "Jensen", "givenName": "Barbara" },
        "title": "Tour Guide", "preferredLanguage": "en-US", "timezone": "America/Los_Angeles",
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" }
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

criterion_group!(benches, read, apply, members, show);
criterion_main!(benches);
