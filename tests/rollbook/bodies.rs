//! What the activity log keeps of requests and answers: what the owner wants, and never a secret.

use player::memory::InMemory;
use rollbook::http::Request;
use rollbook::service::Summary;
use rollbook::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;

const PASSWORD: &str = "correct horse battery";

fn site(bodies: &str) -> InMemory {
    let settings = json!({ "activity_bodies": bodies });
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    site
}

/// Sends a request, its body as it is, and gives what the log is told.
fn send(site: &mut InMemory, method: &str, target: &str, body: &[u8], headers: &[(&str, &str)]) -> Summary {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut all = vec![
        ("Authorization".to_owned(), InMemory::authorization()),
        ("Content-Type".to_owned(), "application/scim+json".to_owned()),
    ];
    for (name, value) in headers {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    let request = Request {
        method: method.to_owned(),
        base: "https://wordpress.example/scim/v2".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: all,
        body: body.to_vec(),
        remote: "203.0.113.5".to_owned(),
        now: site.now,
        ..Request::default()
    };
    let settings = Rc::clone(&site.settings);
    site.host.converse(request, &settings).summary().unwrap().clone()
}

fn json_of(site: &mut InMemory, method: &str, target: &str, body: &Value) -> Summary {
    send(site, method, target, body.to_string().as_bytes(), &[])
}

fn texts(summary: &Summary) -> (String, String) {
    let bodies = summary.bodies.clone().unwrap();
    let text = |body: Option<rollbook::service::Body>| body.and_then(|body| body.text).unwrap_or_default();
    (text(bodies.request), text(bodies.answer))
}

fn patch(operation: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

/// An attribute that goes to a place with the name of a secret is one, whatever it is called itself.
#[test]
fn what_goes_to_a_secret_place_is_masked() {
    let settings = json!({
        "activity_bodies": "all",
        "mappings": [{ "path": "userType", "target": "xprofile:Door token" }],
    });
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    let ann = json!({ "schemas": [], "userName": "ann", "userType": "k9-77", "title": "Clerk" });
    let told = json_of(&mut site, "POST", "/Users", &ann);
    let id = told.resource.clone().unwrap();
    let change = patch(json!({ "op": "replace", "path": "userType", "value": "k9-78" }));
    let changed = json_of(&mut site, "PATCH", &format!("/Users/{id}"), &change);
    for told in [told, changed] {
        let (sent, answered) = texts(&told);
        assert!(!sent.contains("k9") && !answered.contains("k9"), "{sent}\n{answered}");
        assert!(answered.contains("Clerk"), "{answered}");
        assert!(!format!("{:?}", told.received).contains("k9"), "{:?}", told.received);
    }
}

#[test]
fn the_owner_says_of_which_requests_bodies_are_kept() {
    let good = json!({ "schemas": [], "userName": "ann" });
    let bad = json!({ "schemas": [], "title": "without a name" });
    for (wish, of_good, of_bad) in [("none", false, false), ("problems", false, true), ("all", true, true)] {
        let mut site = site(wish);
        assert_eq!(json_of(&mut site, "POST", "/Users", &good).bodies.is_some(), of_good, "{wish}");
        assert_eq!(json_of(&mut site, "POST", "/Users", &bad).bodies.is_some(), of_bad, "{wish}");
        let stranger = [("Authorization", "Bearer of-a-stranger-0123456789-0123456789")];
        let summary = send(&mut site, "POST", "/Users", bad.to_string().as_bytes(), &stranger);
        assert_eq!((summary.status, summary.bodies), (401, None), "{wish}: nothing of who has no token");
    }
    let refused = json_of(&mut site("problems"), "POST", "/Users", &bad);
    let (request, answer) = texts(&refused);
    assert_eq!(serde_json::from_str::<Value>(&request).unwrap(), bad);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (answer["status"].as_str(), answer["detail"].as_str()),
        (Some("400"), refused.detail.as_deref())
    );
}

/// Whether it is accepted or refused, synchronised or not: neither the bodies nor anything else that the log
/// is told holds the password.
#[test]
fn no_password_reaches_the_log_whatever_the_request_looks_like() {
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User:password";
    let of_contoso = "urn:contoso:params:scim:schemas:extension:hr:2.0:User";
    let person = |member: &str, value: Value| json!({ "schemas": [], "userName": "ann", "active": true, (member): value });
    let bulk = |method: &str, path: &str, data: Value| json!({ "schemas": [], "Operations": [{ "method": method, "path": path, "bulkId": "a", "data": data }] });
    let mut shapes = vec![
        ("POST", "/Users", person("password", json!(PASSWORD))),
        ("POST", "/Users", person("PASSWORD", json!([PASSWORD]))),
        ("POST", "/Users", person("password", json!({ "value": PASSWORD }))),
        ("POST", "/Users", person(urn, json!(PASSWORD))),
        ("POST", "/Users", person(of_contoso, json!({ "initialPassword": PASSWORD, "ApiKey": PASSWORD }))),
        ("POST", "/Users", json!({ "password": PASSWORD, "displayName": PASSWORD })),
        ("PUT", "{id}", person("password", json!(PASSWORD))),
        ("POST", "/Users/.search", json!({ "schemas": [], "filter": format!("password eq \"{PASSWORD}\"") })),
        ("POST", "/Bulk", bulk("POST", "/Users", person("password", json!(PASSWORD)))),
        ("POST", "/Bulk", bulk("PUT", "{id}", person("password", json!(PASSWORD)))),
    ];
    let operations = [
        json!({ "op": "replace", "path": "password", "value": PASSWORD }),
        json!({ "op": "Replace", "path": urn, "value": PASSWORD }),
        json!({ "op": "add", "path": "PassWord", "value": [{ "value": PASSWORD }] }),
        json!({ "op": "add", "value": { "password": PASSWORD } }),
        json!({ "op": "add", "value": { (urn): PASSWORD } }),
        json!({ "op": "add", "path": of_contoso, "value": { "password": PASSWORD } }),
        json!({ "op": "add", "path": format!("{of_contoso}:clientSecret"), "value": PASSWORD }),
        json!({ "op": "remove", "path": format!("password[value eq \"{PASSWORD}\"]") }),
        json!({ "op": "dance", "path": "password", "value": PASSWORD }),
    ];
    for operation in operations {
        shapes.push(("PATCH", "{id}", patch(operation.clone())));
        shapes.push(("POST", "/Bulk", bulk("PATCH", "{id}", patch(operation))));
    }
    for is_synchronised in [false, true] {
        for (method, target, body) in &shapes {
            let mut site = site("all");
            let mut document = site.settings.document();
            document.insert("password_sync".to_owned(), json!(is_synchronised));
            site.settings = Rc::new(Settings::parse(&document).unwrap());
            let made = json_of(&mut site, "POST", "/Users", &json!({ "schemas": [], "userName": "bob" }));
            let path = format!("/Users/{}", made.resource.unwrap());
            let body: Value = serde_json::from_str(&body.to_string().replace("{id}", &path)).unwrap();
            let summary = json_of(&mut site, method, &target.replace("{id}", &path), &body);
            let told = format!("{summary:?}{}", serde_json::to_string(&summary).unwrap());
            assert!(!told.contains("horse"), "{method} {target} {body}: {told}");
            assert!(texts(&summary).0.contains('…'), "{told}");
        }
    }
}

#[test]
fn what_is_no_json_is_not_kept_and_its_size_is() {
    let mut site = site("all");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let bodies: [&[u8]; 4] = [
        b"userName=ann&password=correct horse battery",
        b"{\"password\":\"correct horse battery\"",
        b"{\"password\":\"x\",\"password\":\"correct horse battery\"}",
        b"\xff\xfe correct horse battery",
    ];
    for body in bodies {
        let summary = send(&mut site, "POST", "/Users", body, &form);
        let request = summary.bodies.clone().unwrap().request.unwrap();
        assert_eq!((request.text, request.size, request.is_cut), (None, body.len(), false));
        assert!(!format!("{summary:?}").contains("horse"), "{summary:?}");
    }
}

#[test]
fn the_query_is_kept_and_a_secret_in_it_is_not() {
    let mut site = site("all");
    let query =
        "/Users?filter=userName%20eq%20%22ann%22&count=5&attributes=userName,password&access_token=horse&&x";
    let (request, answer) = texts(&send(&mut site, "GET", query, b"", &[]));
    assert_eq!(
        request,
        "filter=userName eq \"ann\"\ncount=5\nattributes=userName,password\naccess_token=…\nx=\n"
    );
    assert!(answer.contains("\"totalResults\": 0"), "{answer}");
    let query = "/Users?filter=password%20eq%20%22correct+horse%22";
    let summary = send(&mut site, "GET", query, b"", &[]);
    assert!(!format!("{summary:?}").contains("horse"), "{summary:?}");
    assert_eq!(texts(&summary).0, "filter=password…\n");
}

#[test]
fn the_token_of_the_request_is_masked_wherever_it_stands() {
    let mut site = site("all");
    let authorization = InMemory::authorization();
    let token = authorization.strip_prefix("Bearer ").unwrap();
    let body = json!({ "schemas": [], "userName": "ann", "title": format!("see {token}") });
    let (request, answer) = texts(&json_of(&mut site, "POST", "/Users", &body));
    assert!(!request.contains(token) && !answer.contains(token), "{request}{answer}");
}

#[test]
fn what_is_large_is_cut() {
    let mut site = site("all");
    let mut body = json!({ "schemas": [], "userName": "ann" });
    for number in 0..400 {
        body[format!("urn:contoso:User:n{number:03}")] = json!("x".repeat(60));
    }
    let summary = json_of(&mut site, "POST", "/Users", &body);
    let request = summary.bodies.unwrap().request.unwrap();
    assert_eq!((request.size, request.is_cut), (body.to_string().len(), true));
    assert!(request.text.unwrap().len() <= rollbook::secrecy::MAX_SHOWN);
}
