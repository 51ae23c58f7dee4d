//! What PHP asks of the core, each a function from values to values.
//!
//! The extension makes PHP's classes of them, the engine answers lines of JSON with them. Both have to give
//! the same answers, so whatever is more than a conversion stands here.

use crate::alerts::{self, signature};
use crate::exchange::{Exchange, OutOfTurn};
use crate::host::site::{Site, SiteAddress};
use crate::http::Request;
use crate::mapping::received::is_received;
use crate::mapping::{self, Mapping, meta_key, target};
use crate::panics::{Panic, caught};
use crate::protection;
use crate::scim::json;
use crate::scim::path::PatchPath;
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use crate::secrecy::Mask;
use crate::settings::problem::{Sentence, Word};
use crate::settings::{self, Settings, texts};
use crate::token;
use crate::wordpress::linking::{Link, LinkActions};
use crate::wordpress::{email, lookups, predecessor};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A call that has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// A token that cannot be used.
    #[error(transparent)]
    InvalidToken(#[from] token::InvalidToken),
    /// A settings document that is refused.
    #[error(transparent)]
    InvalidSettings(#[from] settings::InvalidSettings),
    /// A call that does not fit the order of the exchange.
    #[error(transparent)]
    OutOfTurn(#[from] OutOfTurn),
    /// A fault of the core.
    #[error(transparent)]
    Panic(#[from] Panic),
    /// Anything else. The text says what.
    #[error("{0}")]
    Other(String),
}

type Result<T> = std::result::Result<T, CallError>;

/// Opens the exchange for a request. Settings that cannot be used are answered as an error of the server;
/// `None` stands for those that the database does not give.
///
/// # Errors
/// When the site's facts cannot be read.
pub fn open(
    request: Request,
    settings: Option<&Map<String, Value>>,
    site: Map<String, Value>,
) -> Result<Exchange> {
    let Some(settings) = settings else { return Ok(Exchange::unavailable(request)) };
    let site = site_of(site)?;
    Ok(match caught(|| Settings::parse(settings).map(|settings| settings.on(site))) {
        Ok(Ok(settings)) => Exchange::open(request, Rc::new(settings)),
        Ok(Err(error)) => Exchange::broken(request, &error.to_string()),
        Err(panic) => Exchange::panicked(&request, &panic),
    })
}

/// Opens an exchange of Rollbook's own that renews what people are searched by, after accounts were edited
/// inside WordPress or fields are new.
///
/// # Errors
/// When the settings or the site's facts cannot be used.
pub fn refresh(
    user_ids: Vec<i64>,
    edited: bool,
    settings: &Map<String, Value>,
    site: Map<String, Value>,
    now: i64,
) -> Result<Exchange> {
    let settings = settings_of(settings, site)?;
    let user_ids = user_ids.into_iter().filter_map(|id| u64::try_from(id).ok()).collect();
    Ok(Exchange::refresh(user_ids, edited, Rc::new(settings), now))
}

/// Opens an exchange of Rollbook's own that does something to everybody.
///
/// # Errors
/// When there is no such task, or the settings or the site's facts cannot be used.
pub fn task(
    task: Map<String, Value>,
    settings: &Map<String, Value>,
    site: Map<String, Value>,
    now: i64,
) -> Result<Exchange> {
    let task = serde_json::from_value(Value::Object(task))
        .map_err(|error| CallError::Other(format!("No such task: {error}")))?;
    Ok(Exchange::task(task, Rc::new(settings_of(settings, site)?), now))
}

/// Makes a token: `token`, its text, and `hash`, its stored form.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn generate_token() -> Result<Value> {
    let made = token::generate().map_err(|error| CallError::Other(format!("No random bytes: {error}")))?;
    Ok(json!({ "token": made.text, "hash": made.hash }))
}

/// Why a token of the owner's own cannot be used, as a text to translate; null where it can.
pub fn token_problem(text: &str) -> Value {
    let Err(error) = token::hash_own(text) else { return Value::Null };
    json!({ "reason": error.to_string(), "text": sentence(&error).text, "values": sentence(&error).values })
}

fn sentence(error: &token::InvalidToken) -> Sentence {
    use token::{InvalidToken, LONGEST_OWN_TOKEN, SHORTEST_TOKEN, Weakness};
    match error {
        InvalidToken::TooShort(length) => {
            Sentence::new(texts::TOKEN_TOO_SHORT, [Word::plain(length), Word::plain(SHORTEST_TOKEN)])
        }
        InvalidToken::TooLong(length) => {
            Sentence::new(texts::TOKEN_TOO_LONG, [Word::plain(length), Word::plain(LONGEST_OWN_TOKEN)])
        }
        InvalidToken::Character(character) => {
            Sentence::new(texts::TOKEN_CHARACTER, [Word::plain(format!("{character:?}"))])
        }
        InvalidToken::Mistyped => Sentence::new(texts::TOKEN_MISTYPED, []),
        InvalidToken::Weak(weakness) => {
            let weakness = match weakness {
                Weakness::Repeats => texts::TOKEN_REPEATS,
                Weakness::Runs => texts::TOKEN_RUNS,
                Weakness::Dates => texts::TOKEN_DATES,
                Weakness::Words => texts::TOKEN_WORDS,
                Weakness::Short => texts::TOKEN_FEW,
            };
            Sentence::new(texts::TOKEN_WEAK, [Word::Sentence(Sentence::new(weakness, []))])
        }
    }
}

/// The document that an empty one stands for.
pub fn defaults() -> Value {
    Value::Object(Settings::default().document())
}

/// Completes a document that is to be saved on a site in the place of another one. What the site has lost
/// since that was saved does not stop it, unless it is changed.
///
/// # Errors
/// [`CallError::InvalidSettings`] with every place and reason.
pub fn validate(
    settings: &Map<String, Value>,
    before: &Map<String, Value>,
    site: Map<String, Value>,
) -> Result<Value> {
    let settings = settings_of(settings, site.clone())?;
    // A document that nobody can use excuses nothing.
    let before = Settings::parse(before).unwrap_or_default();
    settings.check_on_site(&before.on(site_of(site)?))?;
    Ok(Value::Object(settings.document()))
}

/// What is wrong with the document of a site as the site is now.
///
/// # Errors
/// When the site's facts cannot be read.
pub fn problems(settings: &Map<String, Value>, site: Map<String, Value>) -> Result<Value> {
    let problems = match Settings::parse(settings) {
        Ok(settings) => settings.on(site_of(site)?).problems_on_site(),
        Err(refusal) => refusal.problems,
    };
    Ok(json!(problems))
}

/// What becomes dangerous when a document is saved on a site in the place of another one.
///
/// # Errors
/// [`CallError::InvalidSettings`] when the document itself is refused.
pub fn dangers(
    settings: &Map<String, Value>,
    before: &Map<String, Value>,
    site: Map<String, Value>,
) -> Result<Value> {
    let settings = settings_of(settings, site.clone())?;
    let before = Settings::parse(before).unwrap_or_default().on(site_of(site)?);
    Ok(json!(settings.dangers(&before)))
}

/// The names of the roles and capabilities of a site that protect an account that has one by itself.
///
/// # Errors
/// When the site's facts cannot be read.
pub fn protecting(settings: &Map<String, Value>, site: Map<String, Value>) -> Result<Value> {
    let named: Vec<String> = match settings.get("protected_roles") {
        Some(Value::Array(named)) => {
            named.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    Ok(json!(protection::names(&named, &site_of(site)?.roles)))
}

/// What may become of a user meta as a target: `open`, `guarded`, or `odd` where the database may take the
/// key for another one.
pub fn verdict(key: &str) -> &'static str {
    match meta_key::verdict(key) {
        meta_key::Verdict::Open => "open",
        meta_key::Verdict::Odd => "odd",
        meta_key::Verdict::Guarded => "guarded",
    }
}

/// Whether a site that was at one address is another one, or a copy, at the address that it has now.
pub fn moved(noted: &str, now: &str) -> bool {
    SiteAddress { noted: Some(noted.to_owned()), now: now.to_owned() }.has_changed()
}

/// Which of some accounts the owner can unlink, and which can be linked again.
///
/// # Errors
/// When the settings or an account cannot be read.
pub fn links(settings: &Map<String, Value>, links: Vec<Value>) -> Result<Value> {
    let settings = Settings::parse(settings)?;
    let links: Vec<Link> = links
        .into_iter()
        .map(serde_json::from_value)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| CallError::Other(format!("The link cannot be read: {error}")))?;
    Ok(json!(LinkActions::of(&links, &settings)))
}

/// What the owner is offered while typing; and what is mapped by itself where a plugin was here before that
/// wrote one of these user metas.
pub fn suggestions() -> Value {
    json!({
        "paths": mapping::COMMON_PATHS,
        "targets": target::common_targets(),
        "former": [predecessor::object_id_mapping()],
    })
}

/// The targets for which a person's stored document has a value: the IdP replaces what is edited there.
///
/// # Errors
/// When the settings cannot be used.
pub fn owned(settings: &Map<String, Value>, document: &str) -> Result<Value> {
    let settings = Settings::parse(settings)?;
    let Ok(Value::Object(document)) = json::value(document) else { return Ok(json!([])) };
    let person = Resource::from_document(document, ResourceType::User.schemas());
    let mappings = settings.mappings.iter().chain(Mapping::standard());
    let targets = mappings.filter(|mapping| mapping.value(&person).is_some());
    let email = email::email(&person).map(|_| target::EMAIL_TARGET.to_owned());
    Ok(json!(targets.map(|mapping| mapping.target.to_string()).chain(email).collect::<BTreeSet<_>>()))
}

/// The numbers of those of a document's mappings whose attribute is not among the paths that were received.
pub fn unreceived(settings: &Map<String, Value>, received: &[Value]) -> Value {
    let received: Vec<PatchPath> = received.iter().filter_map(|path| path.as_str()?.parse().ok()).collect();
    let mappings = settings.get("mappings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_missing = |mapping: &Value| {
        let path = mapping.get("path").and_then(Value::as_str).and_then(|path| path.parse().ok());
        path.is_some_and(|path| !is_received(&path, &received))
    };
    let numbers = mappings.iter().enumerate().filter(|(_, mapping)| is_missing(mapping));
    json!(numbers.map(|(number, _)| number).collect::<Vec<_>>())
}

/// The columns of the list of users that an index can give in order.
///
/// # Errors
/// When the settings or the site's facts cannot be read.
pub fn columns(settings: &Map<String, Value>, site: Map<String, Value>) -> Result<Value> {
    let settings = Settings::parse(settings)?;
    Ok(json!(lookups::ordered_columns(&settings.mappings, &site_of(site)?)))
}

/// What a mapping would store of a value, and what is wrong with the mapping.
pub fn tried(mapping: Map<String, Value>, sample: &str) -> Value {
    let document = Map::from_iter([("mappings".to_owned(), json!([mapping]))]);
    match Settings::parse(&document) {
        Ok(settings) => {
            let stored = settings.mappings.first().and_then(|mapping| mapping.stored(sample));
            json!({ "stored": stored, "problems": [] })
        }
        Err(refusal) => json!({ "stored": null, "problems": refusal.problems }),
    }
}

/// A stored document as it may be shown under these settings: indented, without secrets. Nothing for what is
/// no JSON.
///
/// # Errors
/// When the settings cannot be used.
pub fn shown(settings: &Map<String, Value>, document: &str) -> Result<String> {
    let settings = Settings::parse(settings)?;
    let Ok(document) = json::value(document) else { return Ok(String::new()) };
    let mut mask = Mask::for_places(settings.places());
    mask.learn(&document);
    Ok(mask.show(&document).text)
}

/// Samples of attributes that were received, as they may be shown under these settings: without those whose
/// place has the name of a secret. A mapping may be newer than the sample.
///
/// # Errors
/// When the settings cannot be used.
pub fn samples(settings: &Map<String, Value>, samples: &Map<String, Value>) -> Result<Value> {
    let settings = Settings::parse(settings)?;
    let mask = Mask::for_places(settings.places());
    let shown = samples.iter().map(|(path, text)| {
        let text = text.as_str().filter(|text| !text.is_empty());
        (path.clone(), json!(text.map_or_else(String::new, |text| mask.member(path, text))))
    });
    Ok(Value::Object(shown.collect()))
}

/// What the owner is to be told of the provisioning, and what is to be remembered of it.
///
/// # Errors
/// When the settings, what is reported or what was remembered cannot be read.
pub fn decide_alerts(
    settings: &Map<String, Value>,
    facts: Map<String, Value>,
    state: Map<String, Value>,
) -> Result<Value> {
    let settings = Settings::parse(settings)?;
    let decision = alerts::decide(&settings, &read(facts, "facts")?, read(state, "state")?);
    Ok(json!(decision))
}

/// The headers and the body of an alert's message: see [`alerts::message`].
///
/// # Errors
/// When the alert cannot be read.
pub fn alert_message(
    alert: Map<String, Value>,
    id: &str,
    issuer: &str,
    raised: i64,
    now: i64,
    secrets: &[String],
) -> Result<Value> {
    Ok(json!(alerts::message(&read(alert, "alert")?, id, issuer, raised, now, secrets)))
}

/// Makes a secret that alerts are signed with.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn new_alert_secret() -> Result<String> {
    let random =
        token::random_secret().map_err(|error| CallError::Other(format!("No random bytes: {error}")))?;
    Ok(signature::secret_of(&random))
}

fn read<T: serde::de::DeserializeOwned>(value: Map<String, Value>, what: &str) -> Result<T> {
    serde_json::from_value(Value::Object(value))
        .map_err(|error| CallError::Other(format!("The {what} cannot be read: {error}")))
}

/// What is reported of the site.
fn site_of(facts: Map<String, Value>) -> Result<Site> {
    read(facts, "site's facts")
}

/// A document, on a site.
fn settings_of(settings: &Map<String, Value>, site: Map<String, Value>) -> Result<Settings> {
    Ok(Settings::parse(settings)?.on(site_of(site)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes to a place with the name of a secret is one on screens as well.
    #[test]
    fn a_document_is_shown_without_what_goes_to_a_secret_place() {
        let settings = json!({ "mappings": [{ "path": "userType", "target": "xprofile:Door token" }] });
        let shown =
            shown(settings.as_object().unwrap(), r#"{ "userType": "k9", "title": "Clerk" }"#).unwrap();
        assert!(shown.contains("Clerk") && !shown.contains("k9"), "{shown}");
    }

    #[test]
    fn a_sample_from_before_the_mapping_is_shown_without_its_secret() {
        let samples =
            json!({ "userType": "k9", "title": "Clerk", "nickName": "", "urn:contoso:User:code": "42" });
        let shown = |mappings: Value| {
            let settings = json!({ "mappings": mappings });
            super::samples(settings.as_object().unwrap(), samples.as_object().unwrap()).unwrap()
        };
        assert_eq!(shown(json!([])), samples);
        let mappings = json!([
            { "path": "userType", "target": "xprofile:Door token" },
            { "path": "urn:contoso:User:code", "target": "xprofile:Vault password" },
        ]);
        let expected =
            json!({ "userType": "…", "title": "Clerk", "nickName": "", "urn:contoso:User:code": "…" });
        assert_eq!(shown(mappings), expected);
    }

    /// The text to translate says the same as the error.
    #[test]
    fn why_a_token_cannot_be_used_is_said_twice_alike() {
        let texts = [
            "short".to_owned(),
            "ab".repeat(300),
            "a".repeat(40),
            "abcdefghijkl".repeat(4),
            "4fG7h2Kq9Lm1Zx8Cv3Bn6Ty5Re0Ws uJd".to_owned(),
            "rb_aaaabbbbccccddddeeeeffffgggghhhhiiiijjjj".to_owned(),
            "correct-horse-battery-staple-monday".to_owned(),
            "2024-01-312024-02-282023-03-311999".to_owned(),
            "q7q7qq77q7q77qq7q7q7q77qq7q7qqq7".to_owned(),
        ];
        for text in texts {
            let error = token::hash_own(&text).unwrap_err();
            assert_eq!(sentence(&error).to_string(), error.to_string(), "{text}");
            assert_eq!(token_problem(&text)["reason"], json!(error.to_string()));
        }
        assert_eq!(token_problem("Zx8Cv3Bn6Ty5Re0WsuJd4fG7h2Kq9Lm1pX"), Value::Null);
    }
}
