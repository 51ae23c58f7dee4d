//! What the activity log keeps of a request and its answer, where the owner wants it: redacted, and no more
//! than [`secrecy::MAX_SHOWN`] of each.

use super::Summary;
use crate::http::{Request, Response};
use crate::scim::json;
use crate::secrecy::{self, Mask, Shown};
use crate::settings::{KeptBodies, Settings};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

/// How many parameters of an address are kept.
const MAX_PARAMETERS: usize = 20;

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bodies {
    /// What was asked: the query, if there is one, and the body.
    pub request: Option<Body>,
    /// What was answered.
    pub answer: Option<Body>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    /// The text; nothing for a body that is no JSON: nobody can say what of it is secret.
    pub text: Option<String>,
    /// How many bytes were sent.
    pub size: usize,
    /// Whether the text is cut.
    pub is_cut: bool,
}

/// Writes down what the log keeps of an exchange whose token was accepted. What a message quotes of the
/// request may be a secret as well: it is masked whatever else is kept.
pub(super) fn keep(request: &Request, response: &Response, summary: &mut Summary, settings: &Settings) {
    let is_wanted = match settings.activity_bodies {
        KeptBodies::None => false,
        KeptBodies::Problems => summary.outcome != "done",
        KeptBodies::All => true,
    };
    let is_told = summary.detail.is_some() || summary.failure.is_some();
    if summary.token.is_none() || !is_wanted && !is_told {
        return;
    }
    let (sent, answered) = (parsed(&request.body), parsed(response.body.as_bytes()));
    let query = parameters(&request.query);
    let mut mask = Mask::for_places(settings.places());
    let credentials = request.header("Authorization").and_then(|header| header.split_whitespace().last());
    credentials.into_iter().for_each(|token| mask.add(token));
    sent.iter().for_each(|document| mask.learn(document));
    for (name, value) in &query {
        mask.learn_text(value);
        if secrecy::is_secret(name) {
            mask.add(value.as_str());
        }
    }
    for message in [&mut summary.detail, &mut summary.failure].into_iter().flatten() {
        *message = mask.sentence(message);
    }
    if is_wanted {
        let query: String = query
            .iter()
            .map(|(name, value)| format!("{}={}\n", mask.text(name, true), mask.member(name, value)))
            .collect();
        let request = body_of(request.body.len(), sent.as_ref(), |document| mask.show(document));
        let answer = body_of(response.body.len(), answered.as_ref(), |document| mask.show_own(document));
        summary.bodies = Some(Bodies { request: with_query(query, request), answer });
    }
}

fn parsed(body: &[u8]) -> Option<Value> {
    json::value(std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}')).ok()
}

fn body_of(size: usize, document: Option<&Value>, show: impl Fn(&Value) -> Shown) -> Option<Body> {
    if size == 0 {
        return None;
    }
    Some(match document.map(show) {
        Some(Shown { text, is_cut }) => Body { text: Some(text), size, is_cut },
        None => Body { text: None, size, is_cut: false },
    })
}

/// The parameters of an address.
fn parameters(query: &str) -> Vec<(String, String)> {
    let plain = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .take(MAX_PARAMETERS)
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn with_query(query: String, body: Option<Body>) -> Option<Body> {
    if query.is_empty() {
        return body;
    }
    let body = body.unwrap_or(Body { text: Some(String::new()), size: 0, is_cut: false });
    Some(Body { text: body.text.map(|text| query + &text), ..body })
}
