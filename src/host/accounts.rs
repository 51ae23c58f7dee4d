//! Commands about accounts, and what an answer says of one. First those that read, then those that write.

use super::{Lookup, Ruling, json_text, map_or_empty_list};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use smol_str::SmolStr;

/// A WordPress account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub user_id: u64,
    /// `user_login`.
    pub login: String,
    /// `user_email`.
    pub email: String,
    /// `display_name`.
    pub display_name: String,
    /// Its roles on this site.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether it is protected on this site: by a role, by a right of its own, as a super administrator, or
    /// because a plugin says so ([`crate::protection`]).
    #[serde(default)]
    pub protected: bool,
    /// Whether anybody could have made it: people register on this site, or check out, and it has no more
    /// rights than that gives.
    #[serde(default)]
    pub self_registered: bool,
    /// Whether the owner has unlinked it on this site: no IdP finds it until the owner allows linking again.
    #[serde(default)]
    pub unlinked: bool,
    /// `user_registered`.
    pub registered: i64,
    /// The metas that [`FindUnregisteredAccounts`] asked for, as far as the account has them as text.
    #[serde(default, deserialize_with = "map_or_empty_list", skip_serializing_if = "Map::is_empty")]
    pub metas: Map<String, Value>,
    /// How it stands in a network of sites; `None` where the site is in no network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<InNetwork>,
}

/// An account in a network of sites, where accounts are common to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InNetwork {
    /// Whether it is on this site.
    pub on_site: bool,
    /// Whether it is on others.
    pub on_others: bool,
    /// The site that owns the account.
    pub owning_site: OwningSite,
    /// Whether this site's IdP created it.
    pub created_here: bool,
    /// Whether the administrator of the network lets the site's IdP touch accounts that it did not create.
    pub touchable: bool,
    /// Whether it is protected on another site.
    pub protected_elsewhere: bool,
}

/// The site that owns an account: its IdP alone writes the account itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwningSite {
    /// No site.
    Nobody,
    /// This one.
    Here,
    /// Another one.
    Elsewhere,
}

/// Accounts of the site that have no row in our tables: all that the owner has not unlinked or, where
/// anything is named, those to which any of it applies; then also those of the network that are not on this
/// site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FindUnregisteredAccounts {
    /// The account with this login…
    pub login: Option<String>,
    /// …or one of these e-mail addresses…
    pub emails: Vec<String>,
    /// …or this number…
    pub user_id: Option<u64>,
    /// …or a meta that has exactly this value.
    pub metas: Vec<MetaValue>,
    /// The metas to read with each account.
    pub read: Vec<String>,
    /// The most accounts to give.
    pub limit: u64,
}

/// A user meta and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaValue {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// The account that gets the content of people who leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindReassignTarget {
    /// Its login.
    pub login: String,
}

/// The answer to [`FindReassignTarget`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReassignTarget {
    /// The account.
    pub user_id: u64,
    /// Whether its person may log in. A deleted person, whose account was kept, may not.
    pub active: bool,
    /// Whether it is on this site; in a network it may be on others alone.
    pub on_site: bool,
}

/// The accounts of the site by number, with and without a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListAccounts {
    /// Only accounts with a higher number.
    pub after: u64,
    /// The metas to read with each account.
    pub read: Vec<String>,
    /// The most accounts to give.
    pub limit: u64,
    /// Whether the total is wanted.
    pub count: bool,
}

/// The answer to [`ListAccounts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteAccounts {
    /// How many accounts the site has.
    pub total: Option<u64>,
    /// Some of them.
    pub accounts: Vec<SiteAccount>,
}

/// An account and the row that it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteAccount {
    /// The account.
    pub account: Account,
    /// Its row, also that of a deleted person.
    pub row: Option<AccountRow>,
}

/// What is known of an account's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The SCIM id.
    pub id: SmolStr,
    /// Counts the writes.
    pub version: u64,
    /// `userName`.
    pub user_name: String,
    /// Whether another plugin had the person locked out, and we do not do so yet.
    #[serde(default)]
    pub locked_before: bool,
    /// Whether an IdP has taken charge of the account.
    pub managed: bool,
    /// Whether the person was deleted and the account kept.
    pub deleted: bool,
}

/// Gives accounts a row, so that they have an id and are found. They stay unmanaged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterAccounts {
    /// The accounts. One that got a row in the meantime is left out.
    pub accounts: Vec<Registration>,
    /// Now.
    pub now: i64,
}

/// An account's new row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// The account.
    pub user_id: u64,
    /// The SCIM id that the IdP knows from another plugin; `None` makes a new one.
    pub id: Option<SmolStr>,
    /// Its `userName`: the login, or the name that the IdP asked for.
    pub user_name: String,
    /// The folded `userName`.
    pub user_name_key: String,
    /// Its `externalId`, where another plugin has noted one.
    pub external_id: Option<String>,
    /// Whether the person may log in. Only the owner's task locks a person out; a search does not.
    pub active: bool,
    /// Whether another plugin had the person locked out: it is shown as inactive, but may still log in.
    #[serde(default)]
    pub locked_before: bool,
    /// When the account was registered.
    pub created: i64,
    /// Its matchable values.
    pub lookups: Vec<Lookup>,
}

/// Lets accounts be found and linked again that were unlinked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllowLinking {
    /// The accounts.
    pub user_ids: Vec<u64>,
}

/// What is to change in a WordPress account. What is `None` or left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountChange {
    /// The account; `None` creates one.
    pub user_id: Option<u64>,
    /// Whether this site owns the account, from now on if not before. Otherwise
    /// only the role is to change.
    pub managed_here: bool,
    /// Logins for a new account, the best first; the first free one is taken. For an existing one: a rename.
    pub logins: Vec<String>,
    /// The address; `""` takes it away.
    pub email: Option<String>,
    /// A password that the IdP sent. A new account without one gets a random one.
    pub password: Option<String>,
    /// Whether the account's credentials end: its password, its application passwords, its sessions, and
    /// pending changes of its address or password.
    #[serde(default)]
    pub end_credentials: bool,
    /// The beginnings of the keys of metas that are deleted with the credentials: second factors.
    #[serde(default)]
    pub credential_metas: Vec<String>,
    /// The role that the account is to have on this site, as its first; `""` for none.
    pub role: Option<String>,
    /// The roles that it is to have besides. They mean nothing where `role` stays.
    #[serde(default)]
    pub other_roles: Vec<String>,
    /// What the rules have decided; to be kept with the row.
    #[serde(default, with = "json_text")]
    pub ruling: Option<Ruling>,
    /// The values to write, by target; null takes the value away.
    #[serde(deserialize_with = "map_or_empty_list")]
    pub values: Map<String, Value>,
}
