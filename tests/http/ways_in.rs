//! Every transcript through WordPress's REST server as well: the answers are the same, byte for byte, as
//! those of the early answer.
//!
//! `tests/wordpress/ways-in.php` opens the other ways, by a header.

use super::SITE;
use player::Played;
use player::http::OverHttp;
use player::play_and_watch;
use player::transcript::Transcript;
use regex::{Captures, Regex};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The header that chooses a way, and the ways: a request that the REST server dispatches, and one that is
/// made inside WordPress.
const HEADER: &str = "X-Way-In";
const WAYS: [&str; 3] = ["dispatch", "within", SET_UP];

/// The way with everything set up as for a page, which the early answer leaves out. It has its own header.
const SET_UP: &str = "set-up";

/// Names the only ways that are tried, with a comma between them.
const ONLY: &str = "ROLLBOOK_WAY_IN";

/// The headers that say something to a client.
const HEADERS: [&str; 10] = [
    "allow",
    "cache-control",
    "content-location",
    "content-type",
    "etag",
    "link",
    "location",
    "retry-after",
    "vary",
    "www-authenticate",
];

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            every_way_in_gives_the_same_answers(&stringify!($name).replace('_', "-"));
        })*
    };
}

player::each_transcript!(tests);

#[test]
fn a_whole_life_beside_plugins_that_end_requests() {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    for name in ["entra-life", "entra-lifecycle", "okta-life"] {
        let mut transcript = Transcript::load(name).unwrap();
        transcript.headers.insert("X-Neighbours".to_owned(), Some("yes".to_owned()));
        play_and_watch(&transcript, site, &mut |_, _| {}).unwrap_or_else(|problem| panic!("{problem}"));
    }
}

fn every_way_in_gives_the_same_answers(name: &str) {
    let mut site = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    let site = site.get_or_insert_with(|| OverHttp::from_environment().unwrap());
    let early = early_answers(name, site).unwrap_or_else(|problem| panic!("{problem}"));
    let only = std::env::var(ONLY).unwrap_or_default();
    for way in WAYS.into_iter().filter(|way| only.is_empty() || only.split(',').any(|one| one == *way)) {
        let answers = answers(name, Some(way), site).unwrap_or_else(|problem| panic!("{way}: {problem}"));
        assert_eq!(early.len(), answers.len(), "{way}");
        for (early, answer) in early.iter().zip(&answers) {
            assert_eq!(early, answer, "{way}");
        }
    }
}

/// The early answers of each transcript, so that it is played so only once.
static EARLY: Mutex<BTreeMap<String, Arc<[String]>>> = Mutex::new(BTreeMap::new());

/// Plays a transcript as identity providers do, unless that was done already.
pub(crate) fn early_answers(name: &str, site: &mut OverHttp) -> Result<Arc<[String]>, String> {
    let known = EARLY.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(answers) = known {
        return Ok(answers);
    }
    let answers: Arc<[String]> = answers(name, None, site)?.into();
    EARLY.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&answers));
    Ok(answers)
}

/// Plays a transcript and gives each step's answer as text: what is made up anew each time is replaced by its
/// turn.
fn answers(name: &str, way: Option<&str>, site: &mut OverHttp) -> Result<Vec<String>, String> {
    let mut transcript = Transcript::load(name)?;
    if let Some(way) = way {
        let header = if way == SET_UP { "X-Set-Up" } else { HEADER };
        transcript.headers.insert(header.to_owned(), Some(way.to_owned()));
    }
    answers_with(&transcript, site, &mut |_| {})
}

/// The same for a transcript that was changed, with somebody who watches each step.
pub(crate) fn answers_with(
    transcript: &Transcript,
    site: &mut OverHttp,
    watch: &mut dyn FnMut(&Played<'_>),
) -> Result<Vec<String>, String> {
    let mut made_up = MadeUp::default();
    let mut answers = Vec::new();
    play_and_watch(transcript, site, &mut |_, played: &Played<'_>| {
        watch(played);
        let Some(response) = played.response else { return };
        let mut text = format!("{}\n{}\n", played.step.title, response.status);
        for name in HEADERS {
            if let Some(value) = response.header(name) {
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        // Ids are others each time, and so is their order.
        if !played.request.is_some_and(|request| request.path.contains("sortBy=id")) {
            text.push_str(&response.body);
        }
        answers.push(made_up.replaced(&text));
    })?;
    Ok(answers)
}

/// Ids, times and cursors by the order in which they were first seen.
#[derive(Default)]
struct MadeUp(HashMap<String, usize>);

impl MadeUp {
    fn replaced(&mut self, text: &str) -> String {
        let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        let made_up = Regex::new(&format!(
            r#"(?P<key>"id":"|/Users/|)(?:{uuid})|(?P<number>"id":"|/Users/)\d+\b|(?P<version>W/\\?"\d+-)[0-9a-f]+|(?P<cursor>"(?:next|previous)Cursor":")[^"]+|\d{{4}}-\d\d-\d\dT[\d:.]+Z"#,
        ));
        let replaced = made_up.unwrap().replace_all(text, |found: &Captures<'_>| {
            let key = ["key", "number", "version", "cursor"]
                .into_iter()
                .find_map(|name| found.name(name))
                .map_or("", |key| key.as_str());
            let value = found[0].strip_prefix(key).unwrap();
            if value.contains('T') || found.name("cursor").is_some() {
                return format!("{key}…");
            }
            let turn = self.0.len();
            format!("{key}#{}", self.0.entry(value.to_owned()).or_insert(turn))
        });
        in_one_order(&in_one_spelling(&replaced))
    }
}

/// Percent-encoding may be written in either case; what WordPress has decoded is encoded anew.
fn in_one_spelling(text: &str) -> String {
    let encoded = Regex::new("%[0-9A-Fa-f]{2}").unwrap();
    encoded.replace_all(text, |byte: &Captures<'_>| byte[0].to_uppercase()).into_owned()
}

/// Members and groups come in the order of their ids.
fn in_one_order(text: &str) -> String {
    let lists = Regex::new(r#"("(?:members|groups)":\[\{)([^\]]*)(\}\])"#);
    let sorted = lists.unwrap().replace_all(text, |list: &Captures<'_>| {
        let mut elements: Vec<&str> = list[2].split("},{").collect();
        elements.sort_unstable();
        format!("{}{}{}", &list[1], elements.join("},{"), &list[3])
    });
    sorted.into_owned()
}
