//! How fast a whole request is, from its bytes to its response, with WordPress in memory:
//! `cargo bench --no-default-features --bench exchange`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rollbook::host::Scope;
use rollbook::http::{Request, Response};
use rollbook::memory::MemoryHost;
use rollbook::settings::Settings;
use serde_json::json;
use std::rc::Rc;

const TOKEN: &str = "a-token-of-our-own-4fG7h2Kq9Lm1Zx8Cv3";

fn request(method: &str, path: &str, query: &str, body: &str) -> Request {
    Request {
        method: method.to_owned(),
        base: "https://example.test/wp-json/scim/v2".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {TOKEN}"))],
        body: body.as_bytes().to_vec(),
        remote: "192.0.2.1".to_owned(),
        plain: false,
        now: 1_700_000_000_000,
    }
}

fn person(name: &str) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": format!("{name}@example.test"),
        "externalId": name,
        "active": true,
        "displayName": name,
        "name": { "givenName": name, "familyName": "Example" },
        "emails": [{ "value": format!("{name}@example.test"), "type": "work", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales" },
    })
    .to_string()
}

/// A site with a person, and the person's address.
fn site(settings: &Rc<Settings>) -> (MemoryHost, String) {
    let mut site = MemoryHost::new();
    site.add_token(TOKEN, Scope::Full);
    let created = site.exchange(request("POST", "/Users", "", &person("jane")), settings);
    let location = created.header("Location").unwrap_or_default().to_owned();
    let path =
        location.find("/Users/").and_then(|start| location.get(start..)).unwrap_or_default().to_owned();
    (site, path)
}

fn exchanges(c: &mut Criterion) {
    let settings = Rc::new(Settings::default());
    let (mut site, path) = site(&settings);
    let by_name = request("GET", "/Users", "filter=userName%20eq%20%22jane%40example.test%22", "");
    let unchanged = r#"{"Operations":[{"op":"Replace","path":"displayName","value":"jane"}]}"#;

    let mut group = c.benchmark_group("exchange");
    group.throughput(Throughput::Elements(1));
    let mut measure = |name: &str, request: &Request, status: u16| {
        group.bench_function(name, |b| {
            b.iter_batched(
                || request.clone(),
                |request| expect(status, site.exchange(request, &settings)),
                BatchSize::SmallInput,
            );
        });
    };
    measure("GET by filter", &by_name, 200);
    measure("GET by id", &request("GET", &path, "", ""), 200);
    measure("PATCH that changes nothing", &request("PATCH", &path, "", unchanged), 200);
    measure("PUT that changes nothing", &request("PUT", &path, "", &person("jane")), 200);
    measure("POST of somebody who is there", &request("POST", "/Users", "", &person("jane")), 409);
    group.finish();
}

fn expect(status: u16, response: Response) -> Response {
    assert_eq!(response.status, status, "{}", response.body);
    response
}

criterion_group!(benches, exchanges);
criterion_main!(benches);
