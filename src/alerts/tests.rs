use super::*;
use serde_json::json;

const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60 * 1000;

fn settings(alerts: serde_json::Value) -> Settings {
    let mut document = json!({ "alerts": { "mail": ["it@contoso.test"], "failures": 3 } });
    for (key, value) in alerts.as_object().unwrap() {
        match key.as_str() {
            "paused" => document["paused"] = value.clone(),
            _ => document["alerts"][key] = value.clone(),
        }
    }
    Settings::parse(document.as_object().unwrap()).unwrap()
}

fn seen(method: &str, status: u16, minutes_ago: i64) -> Seen {
    let outcome = match status {
        500.. => "failed",
        400.. => "refused",
        _ => "done",
    };
    Seen {
        time: NOW - minutes_ago * MINUTE,
        method: method.to_owned(),
        path: "/Users".to_owned(),
        status,
        outcome: outcome.to_owned(),
    }
}

/// Requests, the newest first: `POST 409`, a minute between them.
fn facts(requests: &[&str]) -> Facts {
    let requests: Vec<Seen> = requests
        .iter()
        .zip(1..)
        .map(|(request, minutes)| {
            let (method, status) = request.split_once(' ').unwrap();
            seen(method, status.parse().unwrap(), minutes)
        })
        .collect();
    let address = SiteAddress { now: "https://contoso.test".to_owned(), noted: None };
    Facts { now: NOW, address, accepted: Some(NOW - MINUTE), requests, refusals: Vec::new() }
}

fn told(settings: &Settings, facts: &Facts, state: &State) -> (Vec<Alert>, State) {
    let decision = decide(settings, facts, state.clone());
    (decision.alerts, decision.state)
}

#[test]
fn failures_in_a_row_are_told_once_and_once_that_they_are_over() {
    let settings = settings(json!({}));
    let none = State::default();
    let (alerts, _) = told(&settings, &facts(&["POST 409", "PATCH 500"]), &none);
    assert_eq!(alerts, [], "two of three");
    let mut failed = facts(&["POST 409", "PATCH 500", "DELETE 403", "POST 201", "POST 400"]);
    let (alerts, state) = told(&settings, &failed, &none);
    assert_eq!(alerts, [Alert::Failing { since: NOW - 3 * MINUTE, times: 3, status: 409 }]);
    let (alerts, same) = told(&settings, &failed, &state);
    assert_eq!((alerts, &same), (vec![], &state), "told before");
    failed.requests.insert(0, seen("POST", 409, 0));
    let (alerts, state) = told(&settings, &failed, &same);
    assert_eq!(alerts, [], "still the same trouble");
    failed.requests.clear();
    assert_eq!(told(&settings, &failed, &state), (vec![], state.clone()), "a cleared log ends nothing");
    let worked = facts(&["PATCH 200", "POST 409", "POST 409", "POST 409"]);
    let later = Facts { now: NOW + 5 * MINUTE, ..worked };
    let later = Facts { requests: vec![Seen { time: NOW + MINUTE, ..seen("PATCH", 200, 0) }], ..later };
    let (alerts, state) = told(&settings, &later, &state);
    assert_eq!(alerts, [Alert::Working { since: NOW - 3 * MINUTE }]);
    assert_eq!(state.failing, None);
}

#[test]
fn searches_that_work_do_not_outweigh_changes_that_fail() {
    let settings = settings(json!({}));
    let none = State::default();
    let cycle = ["POST 409", "GET 200", "POST 409", "GET 200", "POST 409", "GET 200"];
    let (alerts, state) = told(&settings, &facts(&cycle), &none);
    assert_eq!(alerts.len(), 1);
    let mut search = facts(&cycle);
    search.requests.insert(0, Seen { time: NOW, ..seen("GET", 200, 0) });
    assert_eq!(told(&settings, &search, &state).0, [], "a search alone is no cure");
    let mut post = seen("POST", 200, 0);
    post.path = "/Users/.search".to_owned();
    search.requests.insert(0, post);
    assert_eq!(told(&settings, &search, &state).0, [], "nor is one that is posted");
    for (requests, times) in [
        (vec!["GET 500", "GET 503", "GET 500"], Some(3)),
        (vec!["GET 200", "GET 500", "GET 500", "GET 500"], None),
        (vec!["GET 404", "GET 404", "GET 404", "PATCH 404"], None),
        (vec!["GET 404", "POST 500", "GET 404", "POST 500", "POST 500"], Some(3)),
    ] {
        let found = told(&settings, &facts(&requests), &none).0;
        let found = found.first().map(|alert| match alert {
            Alert::Failing { times, .. } => *times,
            other => panic!("{other:?}"),
        });
        assert_eq!(found, times, "{requests:?}");
    }
    // Reading that fails is over when reading works.
    let (_, state) = told(&settings, &facts(&["GET 500", "GET 503", "GET 500"]), &none);
    let mut read = facts(&["GET 500", "GET 503", "GET 500"]);
    read.requests.insert(0, seen("GET", 200, 0));
    assert_eq!(told(&settings, &read, &state).0, [Alert::Working { since: NOW - 3 * MINUTE }]);
}

#[test]
fn failures_of_another_day_and_those_that_nobody_wants_to_know_of_are_not_told() {
    let mut old = facts(&["POST 409", "POST 409", "POST 409"]);
    for seen in &mut old.requests {
        seen.time -= RECENT;
    }
    assert_eq!(told(&settings(json!({})), &old, &State::default()).0, []);
    let failed = facts(&["POST 409", "POST 409", "POST 409"]);
    assert_eq!(told(&settings(json!({ "failing": false })), &failed, &State::default()).0, []);
    assert_eq!(told(&settings(json!({ "mail": [] })), &failed, &State::default()).0, []);
    let (_, open) = told(&settings(json!({})), &failed, &State::default());
    assert_eq!(told(&settings(json!({ "mail": [] })), &failed, &open).1, State::default(), "begins anew");
    assert_eq!(told(&settings(json!({ "failing": false })), &failed, &open).1.failing, None);
}

#[test]
fn a_token_that_has_ended_is_told_where_no_other_is_accepted() {
    let settings = settings(json!({}));
    let refused = |reason: &str, times, minutes_ago: i64| Refused {
        reason: reason.to_owned(),
        times,
        last_time: NOW - minutes_ago * MINUTE,
    };
    let with = |accepted: i64, refusals: Vec<Refused>| {
        let facts = Facts { accepted: Some(NOW - accepted * MINUTE), refusals, ..facts(&[]) };
        told(&settings, &facts, &State::default()).0
    };
    let expected = [Alert::Failing { since: NOW - 90 * MINUTE, times: 4, status: 401 }];
    assert_eq!(with(90, vec![refused("expired", 2, 5), refused("revoked", 2, 4)]), expected);
    assert_eq!(with(90, vec![refused("expired", 2, 5)]), [], "too few");
    assert_eq!(with(30, vec![refused("expired", 9, 5)]), [], "another one is accepted");
    assert_eq!(with(90, vec![refused("unknown", 900, 5), refused("missing", 900, 5)]), [], "anybody can");
    let never = Facts { accepted: None, refusals: vec![refused("expired", 9, 5)], ..facts(&[]) };
    assert_eq!(told(&settings, &never, &State::default()).0, [], "nothing has ever worked");
}

#[test]
fn silence_is_told_once_a_first_request_has_come_and_while_nothing_is_paused() {
    let settings_of = settings;
    let settings = settings_of(json!({ "hours": 24 }));
    let heard = |hours_ago: i64| Facts { accepted: Some(NOW - hours_ago * HOUR), ..facts(&[]) };
    let none = State::default();
    assert_eq!(told(&settings, &Facts { accepted: None, ..facts(&[]) }, &none).0, [], "not connected yet");
    assert_eq!(told(&settings, &heard(23), &none).0, []);
    let silent = Alert::Silent { since: NOW - 24 * HOUR, hours: 24 };
    let (alerts, state) = told(&settings, &heard(24), &none);
    assert_eq!(alerts, [silent]);
    assert_eq!(told(&settings, &heard(24), &state), (vec![], state.clone()), "told before");
    let (alerts, after) = told(&settings, &heard(1), &state);
    assert_eq!(alerts, [Alert::Heard { since: NOW - 24 * HOUR }]);
    assert_eq!(after, none);
    // The log knows of a request that no token of the list had: the one of wp-config.php.
    let mut logged = heard(48);
    logged.requests.push(seen("GET", 200, 5));
    assert_eq!(told(&settings, &logged, &none).0, []);
    // What the owner has paused is silent by itself, and for as long again after that.
    let paused = settings_of(json!({ "paused": true }));
    let (alerts, state) = told(&paused, &heard(48), &none);
    assert_eq!(alerts, []);
    let resumed = |hours: i64| Facts { now: NOW + hours * HOUR, ..heard(48) };
    assert_eq!(told(&settings, &resumed(23), &state).0, []);
    assert_eq!(told(&settings, &resumed(24), &state).0.len(), 1);
    assert_eq!(told(&settings_of(json!({ "silent": false })), &heard(48), &none).0, []);
}

#[test]
fn a_copy_of_the_site_tells_nobody() {
    let address = SiteAddress {
        now: "https://staging.contoso.test".to_owned(),
        noted: Some("https://contoso.test".to_owned()),
    };
    let copy = Facts { accepted: Some(0), address, ..facts(&["POST 500", "POST 500", "POST 500"]) };
    assert_eq!(told(&settings(json!({})), &copy, &State::default()), (vec![], State::default()));
}

#[test]
fn what_is_remembered_comes_back_as_it_was() {
    let settings = settings(json!({}));
    let (_, state) = told(&settings, &facts(&["POST 409", "POST 409", "POST 409"]), &State::default());
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    assert_eq!(serde_json::from_str::<State>("{}").unwrap(), State::default());
    let alert = json!({ "event": "failing", "since": 1, "times": 2, "status": 500 });
    let read: Alert = serde_json::from_value(alert.clone()).unwrap();
    assert_eq!(json!(read), alert);
}
