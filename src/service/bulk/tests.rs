use super::OPERATIONS_PER_BATCH;
use crate::host::{Scope, TokenRecord};
use crate::http::{Request, Response};
use crate::memory::MemoryHost;
use crate::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;

const BASE: &str = "https://wordpress.example/scim/v2";

fn token_of(name: &str) -> String {
    format!("{name}-token-of-the-tests-of-bulk-requests")
}

struct Site {
    host: MemoryHost,
    settings: Rc<Settings>,
}

impl Site {
    fn new() -> Self {
        let mut host = MemoryHost::new();
        host.add_token(&token_of("full"), Scope::Full);
        host.add_token(&token_of("read"), Scope::Read);
        Self { host, settings: Rc::default() }
    }

    fn send(&mut self, token: &str, method: &str, path: &str, body: &Value) -> Response {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request {
            method: method.to_owned(),
            base: BASE.to_owned(),
            path: path.to_owned(),
            headers: vec![("Authorization".to_owned(), format!("Bearer {}", token_of(token)))],
            body,
            now: 1_795_327_200_000,
            ..Request::default()
        };
        self.host.exchange(request, &self.settings)
    }

    fn get(&mut self, path: &str) -> Value {
        let response = self.send("full", "GET", path, &Value::Null);
        serde_json::from_str(&response.body).unwrap()
    }

    #[track_caller]
    fn bulk(&mut self, operations: Vec<Value>) -> Vec<Value> {
        self.bulk_with(json!({ "Operations": operations }))
    }

    #[track_caller]
    fn bulk_with(&mut self, mut body: Value) -> Vec<Value> {
        body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]);
        let response = self.send("full", "POST", "/Bulk", &body);
        assert_eq!(response.status, 200, "{}", response.body);
        let body: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
        body["Operations"].as_array().unwrap().clone()
    }

    fn names_of_members(&mut self, group: &Value) -> Vec<String> {
        let group = self.get(&path_of(group));
        let members = group["members"].as_array().unwrap();
        let mut name = |member: &Value| {
            let address = member["$ref"].as_str().unwrap().strip_prefix(BASE).unwrap();
            let member = self.get(address);
            let name = member.get("userName").unwrap_or(&member["displayName"]);
            name.as_str().unwrap().to_owned()
        };
        members.iter().map(&mut name).collect()
    }

    /// What an answer calls created is there, at the version that it names. A person's changes with every
    /// group joined later, and a group's where its only member is withdrawn later.
    #[track_caller]
    fn assert_stands(&mut self, answer: &Value, when: &str) {
        let shown = self.get(&path_of(answer));
        assert_eq!(shown["id"], id_of(answer), "{when}: {answer}");
        if shown["members"].as_array().is_some_and(|members| !members.is_empty()) {
            assert_eq!(shown["meta"]["version"], answer["version"], "{when}: {answer}");
        }
    }

    fn count(&mut self, endpoint: &str) -> u64 {
        self.get(endpoint)["totalResults"].as_u64().unwrap()
    }
}

fn person(bulk_id: &str, user_name: &str) -> Value {
    let data = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name });
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data })
}

fn group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": format!("bulkId:{id}") })).collect();
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    let data = json!({ "schemas": schemas, "displayName": name, "members": members });
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data })
}

fn statuses(operations: &[Value]) -> Vec<&str> {
    operations.iter().map(|operation| operation["status"].as_str().unwrap()).collect()
}

fn path_of(operation: &Value) -> String {
    operation["location"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned()
}

fn id_of(operation: &Value) -> String {
    path_of(operation).rsplit('/').next().unwrap().to_owned()
}

#[test]
fn every_operation_tells_what_a_request_of_its_own_would_have() {
    let mut site = Site::new();
    let created = site.bulk(vec![person("a", "ann"), person("b", "bob"), person("c", "cy")]);
    assert_eq!(statuses(&created), ["201"; 3]);
    assert_eq!((&created[0]["method"], &created[0]["bulkId"]), (&json!("POST"), &json!("a")));
    assert!(created[0].get("response").is_none());
    let (ann, bob, cy) = (path_of(&created[0]), path_of(&created[1]), path_of(&created[2]));
    let version = created[1]["version"].clone();
    let patch = json!([{ "op": "add", "path": "nickName", "value": "Bobby" }]);
    let changed = site.bulk(vec![
        json!({ "method": "PUT", "path": ann, "data": { "userName": "anna" } }),
        json!({ "method": "patch", "path": format!("{BASE}{bob}"), "version": version, "data": patch }),
        json!({ "method": "PATCH", "path": bob, "version": version, "data": { "Operations": patch } }),
        json!({ "method": "DELETE", "path": cy.trim_start_matches('/') }),
        json!({ "method": "DELETE", "path": cy }),
    ]);
    assert_eq!(statuses(&changed), ["200", "200", "412", "204", "404"]);
    assert_eq!(changed[1]["version"], site.get(&bob)["meta"]["version"]);
    assert_eq!(changed[2]["response"]["status"], "412");
    assert_eq!(changed[2]["location"], format!("{BASE}{bob}"));
    assert_eq!(site.get(&ann)["userName"], "anna");
    assert_eq!(site.get(&bob)["nickName"], "Bobby");
}

#[test]
fn what_is_wrong_with_an_operation_is_that_operations_error() {
    let mut site = Site::new();
    let data = json!({ "userName": "x" });
    let mut twice = person("a", "twice");
    twice["data"] = json!({ "userName": "twice" });
    let answers = site.bulk(vec![
        person("a", "ann"),
        twice,
        json!({ "method": "POST", "path": "/Users", "data": data }),
        json!({ "method": "GET", "path": "/Users" }),
        json!({ "method": "POST", "path": "/Users/1", "bulkId": "b", "data": data }),
        json!({ "method": "PATCH", "path": "/Users", "data": data }),
        json!({ "method": "POST", "path": "/Bulk", "bulkId": "c", "data": { "Operations": [] } }),
        json!({ "method": "POST", "path": "/Machines", "bulkId": "d", "data": data }),
        json!({ "method": "POST", "path": "/Users", "bulkId": "e" }),
        json!({ "method": "POST", "path": "/Users", "bulkId": 7, "data": data }),
        json!({ "path": "/Users" }),
        json!("POST"),
        json!({ "method": "DELETE", "path": "/Users/nobody" }),
    ]);
    let expected =
        ["201", "400", "400", "405", "405", "405", "400", "404", "400", "400", "400", "400", "404"];
    assert_eq!(statuses(&answers), expected);
    for answer in &answers[1..] {
        assert_eq!(answer["response"]["status"], answer["status"]);
    }
    assert_eq!(site.count("/Users"), 1);
}

#[test]
fn references_are_resolved_wherever_they_stand_and_forward() {
    let mut site = Site::new();
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let mut subordinate = person("s", "sub");
    subordinate["data"][enterprise] =
        json!({ "manager": { "value": "bulkId:m", "$ref": "../Users/bulkId:m" } });
    let remove = json!({ "Operations": [{ "op": "remove", "path": "members[value eq \"bulkId:s\"]" }] });
    let answers = site.bulk(vec![
        group("g", "Team", &["s", "m"]),
        json!({ "method": "PATCH", "path": "/Groups/bulkId:g", "data": remove }),
        subordinate,
        person("m", "boss"),
    ]);
    assert_eq!(statuses(&answers), ["201", "200", "201", "201"], "{answers:?}");
    assert_eq!(site.names_of_members(&answers[0]), ["boss"]);
    let manager = site.get(&path_of(&answers[2]))[enterprise]["manager"].clone();
    let boss = id_of(&answers[3]);
    assert_eq!((&manager["value"], &manager["$ref"]), (&json!(boss), &json!(format!("../Users/{boss}"))));
}

#[test]
fn a_reference_to_nothing_fails_its_operation_alone() {
    let mut site = Site::new();
    site.bulk(vec![person("a", "taken")]);
    let answers = site.bulk(vec![
        person("a", "taken"),
        group("g", "Of a failed one", &["a"]),
        group("h", "Of nobody", &["nobody"]),
        json!({ "method": "DELETE", "path": "/Users/bulkId:a" }),
        group("i", "Empty", &[]),
    ]);
    assert_eq!(statuses(&answers), ["409", "400", "400", "400", "201"]);
    assert_eq!(answers[1]["response"]["scimType"], "invalidValue");
    assert!(answers[3].get("location").is_none());
    assert_eq!(site.count("/Groups"), 1);
}

#[test]
fn circles_are_closed_afterwards() {
    let mut site = Site::new();
    let answers = site.bulk(vec![
        group("outside", "Outside", &["a"]),
        group("a", "A", &["b", "p"]),
        group("b", "B", &["c"]),
        person("p", "pat"),
        group("c", "C", &["a"]),
    ]);
    assert_eq!(statuses(&answers), ["201"; 5], "{answers:?}");
    let members: Vec<Vec<String>> =
        [0, 1, 2, 4].map(|index| site.names_of_members(&answers[index])).into_iter().collect();
    assert_eq!(members, [vec!["A"], vec!["pat", "B"], vec!["C"], vec!["A"]]);
    assert_eq!(answers[1]["version"], site.get(&path_of(&answers[1]))["meta"]["version"]);
}

#[test]
fn managers_of_each_other_are_a_circle_too() {
    let mut site = Site::new();
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let with = |name: &str, manager: &str| {
        let mut person = person(name, name);
        person["data"][enterprise] =
            json!({ "department": "X", "manager": { "value": format!("bulkId:{manager}") } });
        person
    };
    let answers = site.bulk(vec![with("a", "b"), with("b", "a")]);
    for (one, other) in [(0, 1), (1, 0)] {
        let shown = site.get(&path_of(&answers[one]))[enterprise].clone();
        assert_eq!(shown["manager"]["value"], id_of(&answers[other]), "{answers:?}");
        assert_eq!(shown["department"], "X");
    }
}

#[test]
fn what_cannot_be_completed_is_taken_back() {
    let mut site = Site::new();
    site.bulk(vec![group("b", "B", &[])]);
    let answers =
        site.bulk(vec![group("a", "A", &["b"]), group("b", "B", &["a"]), group("self", "Self", &["self"])]);
    assert_eq!(statuses(&answers), ["400", "409", "400"], "{answers:?}");
    assert_eq!(site.count("/Groups"), 1);
    let again = site.bulk(vec![group("a", "A", &[]), group("self", "Self", &[])]);
    assert_eq!(statuses(&again), ["201"; 2]);
}

#[test]
fn fail_on_errors_ends_the_request_and_leaves_nothing_half_done() {
    let mut site = Site::new();
    let nobody = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let operations = [person("a", "ann"), nobody.clone(), person("b", "bob"), nobody, person("c", "cy")];
    let some = |limit: Value| json!({ "failOnErrors": limit, "Operations": operations });
    assert_eq!(statuses(&site.bulk_with(some(json!(1)))), ["201", "404"]);
    assert_eq!(statuses(&site.bulk_with(some(json!(2)))), ["409", "404"]);
    assert_eq!(statuses(&site.bulk_with(some(json!(0)))), ["409"]);
    assert_eq!(statuses(&site.bulk_with(some(Value::Null))).len(), 5);
    let circle = json!({ "failOnErrors": 1, "Operations": [
        group("x", "X", &["y"]), group("y", "Y", &["x", "z"]), json!({ "method": "POST", "path": "/Users", "bulkId": "z" }),
    ]});
    assert_eq!(statuses(&site.bulk_with(circle)), ["400"]);
    assert_eq!(site.count("/Groups"), 0);
    assert_eq!(site.send("full", "POST", "/Bulk", &some(json!("all"))).status, 400);
}

#[test]
fn what_is_no_bulk_request_is_refused() {
    let mut site = Site::new();
    let request = json!({ "Operations": [person("a", "ann")] });
    assert_eq!(site.send("read", "POST", "/Bulk", &request).status, 403);
    assert_eq!(site.send("full", "GET", "/Bulk", &Value::Null).status, 405);
    assert_eq!(site.send("full", "POST", "/Bulk", &json!({})).status, 400);
    assert_eq!(site.send("full", "POST", "/Bulk", &json!({ "Operations": {} })).status, 400);
    assert_eq!(site.count("/Users"), 0);
}

#[test]
fn answers_are_true_whenever_a_batch_is_lost() {
    let count = OPERATIONS_PER_BATCH + 5;
    for lost_before in (0..20).chain([150, 299, 300, 301, 302, 310]) {
        let mut site = Site::new();
        site.host.lose_batch_before(lost_before);
        let mut operations: Vec<Value> =
            (0..count).map(|number| person(&format!("p{number}"), &format!("person{number}"))).collect();
        operations[2] = person("p2", "person0");
        operations[3] = group("g", "G", &["p1", "nobody", "h"]);
        operations[4] = group("h", "H", &["i", "p1", "p104"]);
        operations[5] = group("i", "I", &["h"]);
        let answers = site.bulk(operations);
        for (number, answer) in answers.iter().enumerate() {
            let expected: &[&str] = match number {
                // Two of one name: either may have been the first.
                0 | 2 => &["201", "409"],
                3 => &["400"],
                _ => &["201"],
            };
            let status = answer["status"].as_str().unwrap();
            assert!(expected.contains(&status), "{number}, lost before {lost_before}: {answer}");
            if status == "201" {
                site.assert_stands(answer, &format!("{number}, lost before {lost_before}"));
            }
        }
        assert_eq!(site.count("/Users"), count as u64 - 4, "lost before {lost_before}");
        assert_eq!(site.count("/Groups"), 2, "lost before {lost_before}");
    }
}

#[test]
fn answers_are_true_whichever_command_fails() {
    for failing in 0..40 {
        let mut site = Site::new();
        site.host.fail_after(failing);
        let request = json!({ "Operations": [
            group("g", "G", &["a", "h"]), person("a", "ann"), group("h", "H", &["g"]), person("b", "bob"),
        ]});
        let response = site.send("full", "POST", "/Bulk", &request);
        if response.status == 500 {
            assert!(failing < 2, "only the token comes before: {failing}");
            continue;
        }
        site.host.fail_after(usize::MAX);
        let body: Value = serde_json::from_str(&response.body).unwrap();
        let (mut users, mut groups) = (0, 0);
        for answer in body["Operations"].as_array().unwrap() {
            if answer["status"] == "201" {
                site.assert_stands(answer, &failing.to_string());
                if path_of(answer).starts_with("/Users") { users += 1 } else { groups += 1 }
            }
        }
        assert_eq!((site.count("/Users"), site.count("/Groups")), (users, groups), "{failing}: {body}");
    }
}

type Change = fn(&mut TokenRecord);

/// The answers to four operations when the token changes before the third.
fn after_a_change(fail_on_errors: Value, change: Change) -> (Vec<Value>, u64, u64) {
    let mut site = Site::new();
    site.host.change_token_after(2, change);
    let answers = site.bulk_with(json!({ "failOnErrors": fail_on_errors, "Operations": [
        person("a", "ann"), person("b", "bob"), person("c", "cy"), group("g", "G", &["a"]),
    ]}));
    site.host.add_token(&token_of("another"), Scope::Full);
    let mut count = |endpoint| {
        let response = site.send("another", "GET", endpoint, &Value::Null);
        serde_json::from_str::<Value>(&response.body).unwrap()["totalResults"].as_u64().unwrap()
    };
    (answers, count("/Users"), count("/Groups"))
}

#[test]
fn a_token_that_ends_meanwhile_ends_the_request_at_its_next_operation() {
    let changes: [(Change, &str, &str); 3] = [
        (|token| token.revoked = Some(1), "401", "revoked"),
        (|token| token.expires = Some(0), "401", "expired"),
        (|token| token.scope = Scope::Read, "403", "may only read"),
    ];
    for (change, status, reason) in changes {
        let (answers, users, groups) = after_a_change(Value::Null, change);
        assert_eq!(statuses(&answers), ["201", "201", status, status]);
        assert!(answers[3]["response"]["detail"].as_str().unwrap().contains(reason), "{answers:?}");
        assert_eq!((users, groups), (2, 0));
    }
    let (answers, users, _) = after_a_change(json!(1), |token| token.revoked = Some(1));
    assert_eq!((statuses(&answers), users), (vec!["201", "201", "401"], 2));
}

#[test]
fn what_was_begun_when_the_token_ends_is_taken_back() {
    let mut site = Site::new();
    site.host.change_token_after(2, |token| token.revoked = Some(1));
    let answers = site.bulk(vec![group("a", "A", &["b"]), group("b", "B", &["a", "p"]), person("p", "pat")]);
    assert_eq!(statuses(&answers), ["401", "401", "201"], "{answers:?}");
    site.host.add_token(&token_of("another"), Scope::Full);
    let groups = site.send("another", "GET", "/Groups", &Value::Null);
    assert!(groups.body.contains("\"totalResults\":0"), "{}", groups.body);
}
