//! Plays every transcript over HTTP against a real WordPress.
//!
//! Needs a running site, and fails without one: `tests/http/run` brings them up, one a database, and runs
//! this on each. `ROLLBOOK_SITE` holds what `tests/site up` has printed.

#[cfg(test)]
mod fast_lane;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod members;
#[cfg(test)]
mod races;
#[cfg(test)]
mod ways_in;

use player::http::OverHttp;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// One site, one transcript at a time.
static SITE: Mutex<Option<OverHttp>> = Mutex::new(None);

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            play_over_http(&stringify!($name).replace('_', "-"));
        })*
    };
}

player::each_transcript!(tests);

#[expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
fn play_over_http(name: &str) {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    if site.is_none() {
        *site = Some(OverHttp::from_environment().unwrap_or_else(|reason| panic!("{reason}")));
    }
    let played = ways_in::early_answers(name, site.as_mut().unwrap());
    drop(site);
    if let Err(problem) = played {
        panic!("{problem}");
    }
}

/// Runs a test on the empty site.
#[expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
fn on_the_site(test: impl FnOnce(&mut OverHttp)) {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    if site.is_none() {
        *site = Some(OverHttp::from_environment().unwrap_or_else(|reason| panic!("{reason}")));
    }
    let site = site.as_mut().unwrap();
    site.ask(&json!({ "do": "prepare", "keep": false, "settings": {}, "given": [] })).unwrap();
    test(site);
}

/// Status and body.
type Answer = (u16, Value);

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn send(site: &OverHttp, method: &str, path: &str, body: Option<&Value>) -> Answer {
    site.client().request(method, path, body).unwrap()
}
