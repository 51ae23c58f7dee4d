//! How much a token may ask for within a minute.

use player::memory::InMemory;
use rollbook::host::{Command, Scope};
use rollbook::http::{Request, Response};
use rollbook::service::demand::{PEOPLE_PER_REQUEST, SEARCHES_PER_MINUTE};
use rollbook::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;

const MINUTE: i64 = 60_000;
const OTHER: &str = "another-token-that-is-long-enough-to-be-one";

fn site(settings: &Value) -> InMemory {
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    site.now -= site.now % MINUTE;
    site
}

fn send(site: &mut InMemory, method: &str, path: &str, body: &Value) -> Response {
    send_as(site, &InMemory::authorization(), method, path, body)
}

fn send_as(site: &mut InMemory, token: &str, method: &str, path: &str, body: &Value) -> Response {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method: method.to_owned(),
        base: "https://wordpress.example/scim/v2".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: vec![("Authorization".to_owned(), token.to_owned())],
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        now: site.now,
        ..Request::default()
    };
    let settings = Rc::clone(&site.settings);
    site.host.trace.clear();
    site.host.exchange(request, &settings)
}

/// How many requests the last one was counted as, in all.
fn counted(site: &InMemory) -> u64 {
    let counts = site.host.trace.iter().filter(|command| command.name == "count_requests");
    counts.map(|command| command.fields["requests"].as_u64().unwrap()).sum()
}

#[test]
fn a_token_that_asks_too_much_waits_a_minute_and_others_do_not() {
    let mut site = site(&json!({ "requests_per_minute": 5 }));
    site.host.add_token(OTHER, Scope::Full);
    for _ in 0..5 {
        assert_eq!(send(&mut site, "GET", "/Users", &Value::Null).status, 200);
    }
    let waits = send(&mut site, "POST", "/Users", &json!({ "userName": "jane" }));
    assert_eq!((waits.status, waits.header("Retry-After")), (429, Some("60")), "{}", waits.body);
    let asked: Vec<&str> = site.host.trace.iter().map(|command| command.name).collect();
    assert_eq!(asked, ["list_tokens"], "it costs nothing, and nothing is written");
    let other = format!("Bearer {OTHER}");
    assert_eq!(send_as(&mut site, &other, "GET", "/Users", &Value::Null).status, 200, "another token");
    site.now += MINUTE;
    assert_eq!(send(&mut site, "GET", "/Users", &Value::Null).status, 200, "a minute later");
}

#[test]
fn operations_of_bulk_count_as_requests() {
    let operation = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": vec![operation; 7],
    });
    let mut limited = site(&json!({ "requests_per_minute": 100 }));
    assert_eq!(send(&mut limited, "POST", "/Bulk", &body).status, 200);
    assert_eq!(counted(&limited), 7);
    let mut free = site(&json!({}));
    assert_eq!(send(&mut free, "POST", "/Bulk", &body).status, 200);
    assert_eq!(counted(&free), 0);
}

#[test]
fn without_a_limit_entra_ids_pace_is_let_through_and_nothing_is_counted() {
    let mut site = site(&json!({}));
    for number in 0..25 * 60 {
        let path = format!("/Users?filter=userName%20eq%20%22jane{number}%22");
        assert_eq!(send(&mut site, "GET", &path, &Value::Null).status, 200, "number {number}");
        assert_eq!(counted(&site), 0);
        site.now += 40;
    }
}

#[test]
fn searches_that_look_at_many_people_one_by_one_are_always_counted() {
    let mut site = site(&json!({}));
    for number in 0..600 {
        let made =
            send(&mut site, "POST", "/Users", &json!({ "userName": format!("p{number}"), "title": "x" }));
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let search = "/Users?filter=title%20co%20%22x%22";
    assert_eq!(send(&mut site, "GET", search, &Value::Null).status, 200, "it registers accounts");
    site.now += MINUTE;
    assert_eq!(send(&mut site, "GET", search, &Value::Null).status, 200);
    let requests = counted(&site);
    assert!((600..640).contains(&(requests * PEOPLE_PER_REQUEST)), "{requests}");
    let rest = SEARCHES_PER_MINUTE - requests;
    let token =
        site.host.trace.iter().find(|command| command.name == "count_requests").unwrap().fields["id"].clone();
    let fields = json!({ "id": token, "minute": site.now / MINUTE, "requests": rest });
    let Value::Object(fields) = fields else { unreachable!() };
    site.host.run(&Command { name: "count_requests", fields }).unwrap();
    assert_eq!(send(&mut site, "GET", search, &Value::Null).status, 429);
    site.now += MINUTE;
    assert_eq!(send(&mut site, "GET", search, &Value::Null).status, 200, "a minute later");
}

#[test]
fn where_the_count_fails_the_request_is_answered_all_the_same() {
    let mut site = site(&json!({ "requests_per_minute": 5 }));
    assert_eq!(send(&mut site, "GET", "/Users", &Value::Null).status, 200, "the token's use is noted");
    site.host.fail_after(1);
    assert_eq!(send(&mut site, "GET", "/Users", &Value::Null).status, 200);
}
