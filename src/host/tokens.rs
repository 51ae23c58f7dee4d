//! Commands about tokens.

use serde::{Deserialize, Serialize};

/// Every token of the site, expired and revoked ones too, and the one fixed in wp-config.php.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListTokens {}

/// One token. Its text is stored nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Its number, 0 for the one fixed in wp-config.php.
    pub id: u64,
    /// The name that the owner gave it.
    pub name: String,
    /// SHA-256 of its text, 64 hexadecimal digits.
    pub hash: String,
    /// What it may do.
    pub scope: Scope,
    /// When it ends, if ever.
    pub expires: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
    /// When it was last used.
    pub last_used: Option<i64>,
    /// The minute, counted since 1970, that `requests` were counted in.
    #[serde(default)]
    pub minute: i64,
    /// How many requests were counted.
    #[serde(default)]
    pub requests: u64,
    /// Whether it was made on the server or by an administrator of the whole network. True for every token of
    /// a site that is in no network.
    #[serde(default = "yes")]
    pub of_network: bool,
}

fn yes() -> bool {
    true
}

/// Asks whether a request's token is still valid. Asked between the operations of a long request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckToken {
    /// The token's number.
    pub id: u64,
}

/// A token as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenState {
    /// The token; nothing where it is gone.
    pub token: Option<TokenRecord>,
    /// Now.
    pub now: i64,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only GET, HEAD and searches.
    Read,
    /// Everything.
    Full,
}

/// Notes that a token was used now. Asked at most once a minute for a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TouchToken {
    /// The token's number.
    pub id: u64,
    /// Now.
    pub now: i64,
    /// The address that it came from.
    pub address: String,
}

/// Counts a request whose token is not one, unless as many were counted already within its minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountKnock {
    /// From where it came.
    pub address: String,
    /// The minute, counted since 1970.
    pub minute: i64,
    /// The most that are counted from there.
    pub most_here: u64,
    /// The most that are counted from everywhere.
    pub most: u64,
}

/// Counts requests of a token. With a new minute the count begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRequests {
    /// The token's number.
    pub id: u64,
    /// The minute, counted since 1970.
    pub minute: i64,
    /// How many.
    pub requests: u64,
}

/// How many requests of a minute had no valid token, this one included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knocks {
    /// From the same place.
    pub here: u64,
    /// From everywhere.
    pub all: u64,
}
