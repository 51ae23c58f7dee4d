//! How fast filters are read, compiled to SQL and evaluated:
//! `cargo bench --no-default-features --bench filter`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rollbook::scim::filter::Filter;
use rollbook::scim::schema::ResourceType;
use rollbook::wordpress::sql::SqlPlan;
use serde_json::{Value, json};
use std::hint::black_box;

/// Filters that IdPs send, and one with everything in it.
const FILTERS: [(&str, &str); 5] = [
    ("userName", r#"userName eq "bjensen@example.com""#),
    ("value filter", r#"emails[type eq "work" and value co "@example.com"]"#),
    ("externalId", r#"externalId eq "8f5d4e9a-5f0e-4f5b-9b0a-3f6c2a1b9d10""#),
    (
        "nested",
        r#"(active eq true and (name.familyName sw "J" or title pr)) and not (meta.lastModified lt "2025-01-01T00:00:00Z")"#,
    ),
    ("extension", r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Sales""#),
];

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    for (name, text) in FILTERS {
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |b| b.iter(|| Filter::parse(black_box(text))));
    }
    group.throughput(Throughput::Elements(FILTERS.len() as u64));
    group.bench_function("mixed", |b| {
        b.iter(|| {
            for (_, text) in FILTERS {
                black_box(Filter::parse(black_box(text))).ok();
            }
        });
    });
    group.finish();
}

fn compile(c: &mut Criterion) {
    let schemas = ResourceType::User.schemas();
    let mut group = c.benchmark_group("compile");
    group.throughput(Throughput::Elements(1));
    for (name, text) in FILTERS {
        let Ok(filter) = Filter::parse(text) else { continue };
        group.bench_function(name, |b| b.iter(|| SqlPlan::of(black_box(&filter), schemas)));
    }
    group.finish();
}

fn matches(c: &mut Criterion) {
    let schemas = ResourceType::User.schemas();
    let person = person();
    let Some(resource) = person.as_object() else { return };
    let filters = FILTERS.map(|(name, text)| (name, Filter::parse(text)));

    let mut group = c.benchmark_group("matches");
    for (name, filter) in &filters {
        let Ok(filter) = filter else { continue };
        group.throughput(Throughput::Elements(1));
        group.bench_function(*name, |b| b.iter(|| black_box(filter).matches(black_box(resource), schemas)));
    }
    group.throughput(Throughput::Elements(FILTERS.len() as u64));
    group.bench_function("mixed", |b| {
        b.iter(|| {
            filters
                .iter()
                .flat_map(|(_, filter)| filter)
                .filter(|filter| filter.matches(resource, schemas))
                .count()
        });
    });
    group.finish();
}

fn person() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "externalId": "8f5d4e9a-5f0e-4f5b-9b0a-3f6c2a1b9d10",
        "userName": "BJensen@example.com",
        "name": { "formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara" },
        "displayName": "Babs Jensen",
        "title": "Tour Guide",
        "active": true,
        "emails": [
            { "value": "babs@jensen.org", "type": "home" },
            { "value": "bjensen@example.com", "type": "work", "primary": true }
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "department": "Sales"
        },
        "meta": {
            "resourceType": "User",
            "created": "2024-01-23T04:56:22Z",
            "lastModified": "2025-05-13T04:42:34Z",
            "location": "https://example.com/scim/v2/Users/2819c223-7f76-453a-919d-413861904646",
            "version": "W/\"3694e05e9dff592\""
        }
    })
}

criterion_group!(benches, parse, compile, matches);
criterion_main!(benches);
