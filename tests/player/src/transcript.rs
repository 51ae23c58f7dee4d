//! The format of a transcript.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A conversation of an identity provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// The identity provider that talks so.
    pub idp: String,
    /// Where it is documented or was recorded.
    pub source: String,
    /// The settings document that the site begins with.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The accounts that the site begins with.
    #[serde(default)]
    pub given: Vec<Given>,
    /// Headers of every request; null takes one away. `Content-Type` goes with bodies only.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    /// How often the steps are played one after the other.
    #[serde(default = "once")]
    pub rounds: u32,
    /// The requests, in their order.
    pub steps: Vec<Step>,
}

/// A local account that is there before the first step.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// `user_login`.
    pub login: String,
    /// `user_email`.
    pub email: String,
    /// `display_name`.
    pub display_name: String,
    /// The role's name.
    pub role: String,
    /// User metas, by their keys.
    #[serde(default)]
    pub meta: Map<String, Value>,
}

/// A request, and what comes before and after it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it shows; a later step names it by this.
    pub title: String,
    /// Days that pass before the step.
    pub later_days: Option<u32>,
    /// Roles that the site has, or gets other capabilities for, before the request, by name.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
    /// A part of the settings document that changes before the request; the site has the roles that it names.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// What an administrator of the site changes before the request.
    pub edit: Option<Edit>,
    /// What somebody writes before the request.
    pub writes: Option<Writes>,
    /// The request, where there is one.
    pub request: Option<Sent>,
    /// What the answer must be like.
    pub expect: Option<Expect>,
    /// Names for values of the answer: a JSON pointer, or `header <name>`.
    #[serde(default, deserialize_with = "pairs")]
    pub capture: Vec<(String, String)>,
    /// What WordPress must hold after the request.
    #[serde(default, deserialize_with = "one_or_many")]
    pub wordpress: Vec<Map<String, Value>>,
}

/// What an administrator changes about an account.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The account's login or address.
    pub account: String,
    /// By the column or core profile field: `first_name`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The roles that it has from now on.
    pub roles: Option<Vec<String>>,
    /// The capabilities that it has from now on beside those of its roles.
    pub capabilities: Option<Vec<String>>,
}

/// What somebody writes.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Writes {
    /// The author's login or address.
    pub account: String,
    /// The titles of new posts.
    pub posts: Vec<String>,
}

/// A request, with placeholders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// `GET`, `POST`, …
    pub method: String,
    /// Behind the base address, with the query.
    pub path: String,
    /// Headers beside those of every request; null takes one away.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    /// `full`, `read`, `none`, or a whole `Authorization` header.
    #[serde(default = "full")]
    pub token: String,
    /// The body as JSON.
    pub body: Option<Value>,
    /// The body as text, where it is no JSON.
    pub raw: Option<String>,
}

/// What an answer must be like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status, or a matcher.
    pub status: Value,
    /// Headers, each a text or a matcher.
    #[serde(default)]
    pub headers: BTreeMap<String, Value>,
    /// What the body holds; keys that are not listed do not count.
    pub body: Option<Value>,
    /// An earlier request whose body the answer gives back.
    pub returns: Option<Compare>,
}

/// Everything that an earlier step sent must be in the answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// The title of the earlier step.
    pub sent_in: String,
    /// Where in the answer the resource stands, a JSON pointer.
    #[serde(default)]
    pub at: String,
    /// Attributes to leave out.
    #[serde(default)]
    pub except: Vec<String>,
}

impl Transcript {
    /// Reads `tests/transcripts/<name>.json`.
    ///
    /// # Errors
    /// It cannot be read, and where.
    pub fn load(name: &str) -> Result<Self, String> {
        let path = folder().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let transcript: Self =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { name: name.to_owned(), ..transcript })
    }

    /// One without steps, to prepare a site with.
    pub fn empty(title: &str) -> Self {
        Self {
            name: String::new(),
            title: title.to_owned(),
            idp: String::new(),
            source: String::new(),
            settings: Map::new(),
            given: Vec::new(),
            headers: BTreeMap::new(),
            rounds: 1,
            steps: Vec::new(),
        }
    }
}

/// Where the transcripts are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../transcripts")
}

fn once() -> u32 {
    1
}

fn full() -> String {
    "full".to_owned()
}

fn pairs<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Map<String, Value>>, D::Error> {
    let facts = match Value::deserialize(deserializer)? {
        Value::Array(list) => list,
        one => vec![one],
    };
    serde_json::from_value(json!(facts)).map_err(serde::de::Error::custom)
}
