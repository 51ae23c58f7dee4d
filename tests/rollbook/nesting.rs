//! Groups in groups: of two requests at the same moment, neither misses what the other does to the roles.

use super::site::{send, site};
use player::memory::InMemory;
use rollbook::exchange::Exchange;
use rollbook::http::Request;
use rollbook::memory::MemoryHost;
use rollbook::service::tasks::Task;
use serde_json::{Value, json};
use std::rc::Rc;

/// How many of the requests are about people in a group. The others are about groups in it.
const OF_PEOPLE: usize = 3;

/// A request: its method, path and body.
type Sent = (&'static str, String, Value);

/// Ann and Bob, and groups of which some are in others. The rule reads the name of the outermost.
fn groups(nested: bool) -> (InMemory, Vec<Sent>) {
    let rule = json!({ "filter": "groups.display eq \"Editors\"", "role": "editor" });
    let mut site = site(json!({ "role_rules": [rule] }));
    let mut made = |path: &str, body: Value| {
        let made = send(&mut site, "POST", path, body).json();
        made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    };
    let mut group = |name: &str, members: &[&String]| {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        made("/Groups", json!({ "displayName": name, "members": members }))
    };
    let inside = |group| if nested { vec![group] } else { Vec::new() };
    let guides = group("Guides", &[]);
    let pilots = group("Pilots", &inside(&guides));
    let editors = group("Editors", &inside(&pilots));
    let [ann, bob] = ["ann", "bob"].map(|name| made("/Users", json!({ "userName": name })));
    let members = |op: &str, group: &String, member: &String| -> Sent {
        let operation = json!({ "op": op, "path": "members", "value": [{ "value": member }] });
        ("PATCH", format!("/Groups/{group}"), json!({ "Operations": [operation] }))
    };
    let (method, path, body) = members("add", &guides, &ann);
    assert_eq!(send(&mut site, method, &path, body).status, 200);
    let at = |group: &String| format!("/Groups/{group}");
    let bulk = |(method, path, data): Sent| -> Sent {
        let operation = json!({ "method": method, "path": path, "data": data });
        let other = json!({ "method": "DELETE", "path": "/Users/nobody" });
        ("POST", "/Bulk".to_owned(), json!({ "Operations": [operation, other] }))
    };
    let requests = vec![
        members("add", &guides, &bob),
        members("remove", &guides, &ann),
        bulk(members("add", &guides, &bob)),
        members("add", &pilots, &guides),
        members("remove", &pilots, &guides),
        members("add", &editors, &pilots),
        members("remove", &editors, &pilots),
        bulk(members("add", &editors, &pilots)),
        ("PUT", at(&editors), json!({ "displayName": "Renamed" })),
        ("DELETE", at(&editors), Value::Null),
        ("DELETE", at(&pilots), Value::Null),
        ("POST", "/Groups".to_owned(), json!({ "displayName": "Others", "members": [{ "value": pilots }] })),
    ];
    (site, requests)
}

/// Each request about people runs between any two commands of each about groups, and the other way round.
/// Afterwards nobody is due another role.
#[test]
fn in_either_order_the_roles_are_those_of_the_groups_at_the_end() {
    assert_eq!(between_all(|_| {}), Vec::<String>::new());
}

/// Without the versions of the groups within, that test fails.
#[test]
fn without_the_versions_of_the_groups_within_a_role_is_wrong() {
    let wrong = between_all(|fields| {
        if let Some(within) = fields.get_mut("within") {
            *within = json!([]);
        }
    });
    assert!(!wrong.is_empty());
}

/// Gives what went wrong, where something is done to the fields of each command.
fn between_all(spoil: impl Fn(&mut serde_json::Map<String, Value>)) -> Vec<String> {
    let mut wrong = Vec::new();
    for nested in [false, true] {
        let (site, requests) = groups(nested);
        for (number, outer) in requests.iter().enumerate() {
            let others = if number < OF_PEOPLE { OF_PEOPLE..requests.len() } else { 0..OF_PEOPLE };
            for inner in &requests[others] {
                for before in 0.. {
                    let mut host = site.host.clone();
                    let is_over = between(&mut host, &site, outer, inner, before, &spoil);
                    let (due, response) = due(&mut host, &site);
                    if due {
                        wrong.push(format!("{nested} {outer:?} after {before}: {inner:?}: {response}"));
                    }
                    if is_over {
                        break;
                    }
                }
            }
        }
    }
    wrong
}

/// Carries out a request, and after so many of its commands the whole of another one. Gives whether it had no
/// more commands than that.
fn between(
    host: &mut MemoryHost,
    site: &InMemory,
    outer: &Sent,
    inner: &Sent,
    before: usize,
    spoil: &impl Fn(&mut serde_json::Map<String, Value>),
) -> bool {
    let settings = Rc::clone(&site.settings);
    host.attend(&settings, site.now);
    let open = |sent: &Sent| Exchange::open(request(site, sent), Rc::clone(&settings));
    let mut exchange = open(outer);
    let mut waiting = Some(open(inner));
    let step = |host: &mut MemoryHost, exchange: &mut Exchange| {
        let Some(mut command) = exchange.command() else { return false };
        spoil(&mut command.fields);
        match host.run(&command) {
            Ok(answer) => exchange.answer(answer),
            Err(reason) => exchange.fail(&reason),
        }
        .unwrap();
        true
    };
    for commands in 0.. {
        if commands >= before
            && !host.is_in_batch()
            && let Some(mut inner) = waiting.take()
        {
            while step(host, &mut inner) {}
        }
        if !step(host, &mut exchange) {
            return commands <= before;
        }
    }
    true
}

fn request(site: &InMemory, (method, path, body): &Sent) -> Request {
    Request {
        method: (*method).to_owned(),
        path: path.clone(),
        headers: vec![("Authorization".to_owned(), InMemory::authorization())],
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        now: site.now,
        ..Request::default()
    }
}

/// Whether somebody is due another role, and the report.
fn due(host: &mut MemoryHost, site: &InMemory) -> (bool, String) {
    let task = json!({ "task": "roles", "part": { "after": 0, "limit": 100, "apply": false } });
    let task: Task = serde_json::from_value(task).unwrap();
    let exchange = host.perform(task, &site.settings, site.now);
    let body = exchange.response().unwrap().body.clone();
    (body.contains("\"verdict\":\"changes\""), body)
}
