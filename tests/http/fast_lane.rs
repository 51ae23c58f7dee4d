//! Every transcript with the fast lane on: the answers are the same, byte for byte, and what only reads is
//! answered before plugins are loaded.
//!
//! `tests/wordpress/ways-in.php` writes down for which requests plugins were loaded.

use super::SITE;
use super::ways_in::{answers_with, early_answers};
use player::http::OverHttp;
use player::transcript::Transcript;
use serde_json::{Value, json};
use std::sync::PoisonError;

/// The header that asks for it.
const HEADER: &str = "X-Went-Full";

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            the_fast_lane_gives_the_same_answers(&stringify!($name).replace('_', "-"));
        })*
    };
}

player::each_transcript!(tests);

fn the_fast_lane_gives_the_same_answers(name: &str) {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    let early = early_answers(name, site).unwrap_or_else(|problem| panic!("{problem}"));

    let mut transcript = Transcript::load(name).unwrap();
    transcript.headers.insert(HEADER.to_owned(), Some("yes".to_owned()));
    transcript.settings.insert("fast_lane".to_owned(), json!(true));
    site.ask(&json!({ "do": "went_full" })).unwrap();
    // The first request looks whether there may be a fast lane, and so does the first after each change of
    // the settings or the roles. It notes what it found when it has answered: the next few may be too early.
    // And an account that was there before is registered when it is found first, which is a write.
    let mut allowed = 4 * transcript.rounds as usize + transcript.given.len();
    let answers = answers_with(&transcript, site, &mut |played| {
        let step = played.step;
        let changes = !step.settings.is_empty() || step.edit.is_some() || played.request.is_none();
        allowed += 4 * usize::from(changes);
    })
    .unwrap_or_else(|problem| panic!("in the fast lane: {problem}"));
    assert_eq!(early.len(), answers.len());
    for (early, answer) in early.iter().zip(&answers) {
        assert_eq!(early, answer, "in the fast lane");
    }
    let went_full = site.ask(&json!({ "do": "went_full" })).unwrap();
    let requests = went_full.as_array().unwrap().iter().filter_map(Value::as_str);
    let reads: Vec<&str> = requests.filter(only_reads).collect();
    assert!(reads.len() <= allowed, "more than {allowed} went the full way: {reads:?}");
}

fn only_reads(request: &&str) -> bool {
    request.starts_with("GET ") || request.starts_with("HEAD ") || request.ends_with("/.search")
}
