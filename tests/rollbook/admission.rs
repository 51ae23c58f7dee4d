//! Who is let in, before anything else is looked at.

use player::memory::InMemory;
use rollbook::http::{Request, Response};
use rollbook::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::{Duration, Instant};

const MINUTE: i64 = 60_000;

/// A request with a token, and where it comes from.
struct Knock<'a> {
    token: &'a str,
    remote: &'a str,
    plain: bool,
    headers: &'a [(&'a str, &'a str)],
}

const HONEST: Knock<'static> = Knock { token: "", remote: "203.0.113.5", plain: false, headers: &[] };

fn site(settings: Value) -> InMemory {
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    site.now -= site.now % MINUTE;
    site
}

fn knock(site: &mut InMemory, knock: &Knock<'_>) -> Response {
    let authorization = match knock.token {
        "" => InMemory::authorization(),
        token => format!("Bearer {token}"),
    };
    let mut headers = vec![("Authorization".to_owned(), authorization)];
    headers.extend(knock.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let request = Request {
        method: "GET".to_owned(),
        base: "https://wordpress.example/scim/v2".to_owned(),
        path: "/Users".to_owned(),
        headers,
        remote: knock.remote.to_owned(),
        plain: knock.plain,
        now: site.now,
        ..Request::default()
    };
    let settings = Rc::clone(&site.settings);
    site.host.trace.clear();
    site.host.exchange(request, &settings)
}

const WRONG: &str = "wrong-token-that-is-long-enough-to-be-one";

#[test]
fn failed_tokens_are_throttled_by_address_and_in_all_and_a_right_one_always_passes() {
    let mut site = site(json!({}));
    let wrong = |remote| Knock { token: WRONG, remote, ..HONEST };
    for _ in 0..60 {
        assert_eq!(knock(&mut site, &wrong("203.0.113.5")).status, 401);
    }
    let throttled = knock(&mut site, &wrong("203.0.113.5"));
    assert_eq!((throttled.status, throttled.header("Retry-After")), (429, Some("60")));
    assert_eq!(knock(&mut site, &HONEST).status, 200, "the identity provider at the same address is let in");
    assert_eq!(knock(&mut site, &wrong("203.0.113.6")).status, 401, "others are told what is wrong");
    let addresses: Vec<String> =
        (0..600).map(|number| format!("198.51.{}.{}", number / 250, number % 250)).collect();
    let answers: Vec<u16> = addresses.iter().map(|remote| knock(&mut site, &wrong(remote)).status).collect();
    assert_eq!((answers[0], answers[599]), (401, 429), "so many in all");
    assert_eq!(knock(&mut site, &HONEST).status, 200);
    site.now += MINUTE;
    assert_eq!(knock(&mut site, &wrong("203.0.113.5")).status, 401, "a minute later");
}

#[test]
fn where_the_count_fails_a_wrong_token_is_refused_all_the_same() {
    let mut site = site(json!({}));
    site.host.fail_after(1);
    assert_eq!(knock(&mut site, &Knock { token: WRONG, ..HONEST }).status, 401);
}

#[test]
fn an_address_that_is_not_allowed_is_refused_before_anything_is_asked() {
    let mut site = site(json!({ "allowed_networks": ["192.0.2.0/24"] }));
    let right = knock(&mut site, &HONEST);
    assert_eq!((right.status, site.host.trace.len()), (403, 0));
    let wrong = knock(&mut site, &Knock { token: WRONG, ..HONEST });
    assert_eq!((right, 0), (wrong, site.host.trace.len()), "whatever the token is");
    let claimed = Knock { headers: &[("X-Forwarded-For", "192.0.2.7")], ..HONEST };
    assert_eq!(knock(&mut site, &claimed).status, 403, "a header claims anything");
    assert_eq!(knock(&mut site, &Knock { remote: "192.0.2.7", ..HONEST }).status, 200);
}

#[test]
fn behind_a_proxy_that_the_owner_has_named_the_clients_address_counts() {
    let mut site = site(json!({ "allowed_networks": ["192.0.2.0/24"], "trusted_proxies": ["203.0.113.5"] }));
    let through = |forwarded| Knock { headers: forwarded, ..HONEST };
    assert_eq!(knock(&mut site, &through(&[("X-Forwarded-For", "192.0.2.7")])).status, 200);
    assert_eq!(knock(&mut site, &through(&[("X-Forwarded-For", "198.51.100.1")])).status, 403);
    assert_eq!(knock(&mut site, &through(&[("X-Forwarded-For", "192.0.2.7, 198.51.100.1")])).status, 403);
    assert_eq!(knock(&mut site, &HONEST).status, 403, "the proxy itself is not allowed");
}

#[test]
fn what_comes_without_tls_is_refused_whatever_the_token_is() {
    let mut site = site(json!({}));
    let plain = Knock { plain: true, ..HONEST };
    let right = knock(&mut site, &plain);
    assert_eq!((right.status, site.host.trace.len()), (403, 0));
    assert!(right.body.contains("https"), "{}", right.body);
    assert_eq!(knock(&mut site, &Knock { token: WRONG, ..plain }), right);
    for local in ["127.0.0.1", "::1", "127.8.9.1"] {
        assert_eq!(knock(&mut site, &Knock { plain: true, remote: local, ..HONEST }).status, 200, "{local}");
    }
    let claimed = Knock { plain: true, headers: &[("X-Forwarded-Proto", "https")], ..HONEST };
    assert_eq!(knock(&mut site, &claimed).status, 403, "a header claims anything");
    let settings = json!({ "trusted_proxies": ["203.0.113.5"] });
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    assert_eq!(knock(&mut site, &claimed).status, 200);
    let settings = json!({ "plain_http": true });
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    assert_eq!(knock(&mut site, &Knock { plain: true, ..HONEST }).status, 200);
}

/// How long each of some tries takes, as the median of many, taken in turn.
fn medians<const COUNT: usize>(rounds: usize, mut tries: [&mut dyn FnMut(); COUNT]) -> [Duration; COUNT] {
    let mut times: [Vec<Duration>; COUNT] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for (one, times) in tries.iter_mut().zip(&mut times) {
            let start = Instant::now();
            one();
            times.push(start.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[rounds / 2]
    })
}

/// Whether the times tell what was tried: more than a tenth lies between the medians.
fn tells(times: &[Duration]) -> bool {
    let least = times.iter().min().unwrap().as_secs_f64();
    times.iter().max().unwrap().as_secs_f64() > least * 1.1
}

#[test]
fn the_time_does_not_tell_why_a_token_is_refused() {
    use rollbook::host::{Scope, TokenRecord};
    use rollbook::token;
    let made: Vec<String> = (0..40).map(|_| token::generate().unwrap().text).collect();
    let record = |text: &String| TokenRecord {
        id: 1,
        name: String::new(),
        hash: token::hash(text),
        scope: Scope::Full,
        expires: Some(1),
        revoked: None,
        last_used: None,
        minute: 0,
        requests: 0,
        of_network: true,
    };
    let mut records: Vec<TokenRecord> = made.iter().map(record).collect();
    records[39].expires = None;
    records[39].revoked = Some(1);
    let unknown = token::generate().unwrap().text;
    let refused = |text: &String, records: &[TokenRecord]| {
        let refusal = token::verify(Some(&format!("Bearer {text}")), records, 2);
        assert!(refusal.is_err());
    };
    // A busy machine disturbs a run; it does not disturb each of five in the same way.
    let quiet = (0..5).any(|_| {
        let times = medians(
            2_000,
            [
                &mut || refused(&unknown, &records),
                &mut || refused(&made[0], &records),
                &mut || refused(&made[38], &records),
                &mut || refused(&made[39], &records),
            ],
        );
        !tells(&times)
    });
    assert!(quiet, "unknown, expired and revoked tokens take different times");
    // The same measure sees that half as many are compared.
    let seen = (0..5).filter(|_| {
        let times =
            medians(2_000, [&mut || refused(&unknown, &records), &mut || refused(&unknown, &records[..10])]);
        tells(&times)
    });
    assert!(seen.count() >= 4, "the measure does not see a difference that is there");
}
