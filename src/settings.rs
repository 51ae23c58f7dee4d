//! The settings: one document, the same for the screen, export and import, and every request.
//!
//! An absent key means its default. An unknown key or a wrong value is refused, each with its place and the
//! reason, all of them at once, so that a form can show them at its fields.

pub mod alerts;
mod attainable;
mod danger;
mod former;
pub mod mass_removal;
mod on_site;
pub mod problem;
mod reader;
pub mod reassign_target;
pub mod texts;

use self::alerts::Alerts;
use self::mass_removal::MassRemoval;
use self::problem::SettingsProblem;
use self::reader::SettingsReader;
use crate::host::AccountDisposal;
use crate::host::site::Site;
use crate::mapping::Mapping;
use crate::mapping::target::Target;
use crate::protection;
use crate::scim::filter::Filter;
use ipnet::IpNet;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// What stands for a role where people are to have none, as in WordPress.
pub const NO_ROLE: &str = "";

/// The most role rules.
pub const MAX_ROLE_RULES: usize = 500;

/// The most allowed networks.
pub const MAX_NETWORKS: usize = 1_000;

/// The most mapping rows.
pub const MAX_MAPPINGS: usize = 200;

/// The most characters between joined values.
pub const MAX_SEPARATOR: usize = 20;

/// The longest that the activity log is kept: ten years.
pub const MAX_DAYS: u32 = 3650;

/// The highest limit of requests within a minute.
pub const MAX_REQUESTS: u32 = 1_000_000;

/// Declares the settings of the document, each in one place: its documentation, its key, its type and its
/// default. Structure, defaults, reader and writer follow from it.
///
/// A value is read and written as serde does it, unless the setting names functions of its own.
macro_rules! settings {
    (@first $first:path $(, $other:path)?) => { $first };
    ($(
        $(#[$documentation:meta])*
        $key:ident: $type:ty = $default:expr $(, read by $read:path)? $(, written by $written:path)?;
    )*) => {
        /// The document, read and checked.
        #[derive(Debug, Clone)]
        pub struct Settings {
            $($(#[$documentation])* pub $key: $type,)*
            /// What is known of the site; no part of the document.
            pub site: Site,
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($key: $default,)* site: Site::default() }
            }
        }

        impl Settings {
            fn read(&mut self, key: &str, value: &Value, reader: &mut SettingsReader) {
                match key {
                    $(stringify!($key) => settings!(@first $($read,)? SettingsReader::read)(
                        reader, key, value, &mut self.$key,
                    ),)*
                    _ => reader.refuse(key, texts::NO_SETTING),
                }
            }

            /// The complete document.
            pub fn document(&self) -> Map<String, Value> {
                let values = [$((stringify!($key), settings!(@first $($written,)? written)(&self.$key)),)*];
                values.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
            }
        }
    };
}

settings! {
    /// Whether the owner has paused the provisioning: every request is told to come again.
    paused: bool = false;
    /// What becomes of accounts that were there before the IdP.
    existing_accounts: ExistingAccounts = ExistingAccounts::Link;
    /// Which accounts lose their credentials when they are linked.
    link_credentials: LinkCredentials = LinkCredentials::SelfRegistered;
    /// Whether the holder of an account that was there before, and the owner, are told of a changed address
    /// or password.
    notify_existing_accounts: bool = true;
    /// What the owner has changed about which roles are protected. A role's name protects it; a minus before
    /// the name (`-shop_manager`) takes it out. Which other roles are protected is computed from what they
    /// may do ([`protection`]).
    protected_roles: Vec<String> = Vec::new(),
        read by SettingsReader::protected_roles, written by list_or_null;
    /// How the login of a new account is made.
    username: Username = Username::default(), read by SettingsReader::username, written by Username::document;
    /// What becomes of a deleted person's account.
    deletion: Deletion = Deletion::default(), read by SettingsReader::deletion, written by Deletion::document;
    /// How many people may lose something within a window before the owner is asked.
    mass_removal: MassRemoval = MassRemoval::default(), read by SettingsReader::mass_removal;
    /// The role of people that no rule matches: [`NO_ROLE`] for none; `None` leaves it to WordPress.
    default_role: Option<String> = Some("subscriber".to_owned());
    /// What becomes of roles that were given inside WordPress.
    hand_given_roles: HandGivenRoles = HandGivenRoles::Keep;
    /// The first rule that matches decides.
    role_rules: Vec<RoleRule> = Vec::new(),
        read by SettingsReader::role_rules, written by role_rules_document;
    /// Where attributes are written to, beside the standard ones.
    mappings: Vec<Mapping> = Vec::new(), read by SettingsReader::mappings, written by mappings_document;
    /// Whether a password that the IdP sends is set.
    password_sync: bool = false;
    /// Whether managed people may set a password of their own, where none is synchronised.
    local_passwords: bool = true;
    /// Whether the profile page lets people edit what the IdP has sent. It is replaced with the IdP's next
    /// change of the person all the same.
    profile_edits: bool = false;
    /// Whether new people get WordPress's welcome mail.
    welcome_mail: bool = false;
    /// Networks that requests may come from; none means all.
    allowed_networks: Vec<IpNet> = Vec::new(), read by SettingsReader::networks;
    /// Proxies before the site. What they say of the client's address, and of TLS, counts.
    trusted_proxies: Vec<IpNet> = Vec::new(), read by SettingsReader::networks;
    /// Whether requests from other machines are answered that come without TLS.
    plain_http: bool = false;
    /// How many requests a token may send within a minute; 0 for as many as come.
    requests_per_minute: u32 = 0, read by SettingsReader::requests;
    /// How many days the activity log is kept.
    activity_days: u32 = 90, read by SettingsReader::days;
    /// Of which requests the activity log keeps what was sent and answered.
    activity_bodies: KeptBodies = KeptBodies::Problems;
    /// Who is told when requests fail repeatedly or no more come.
    alerts: Alerts = Alerts::default(), read by SettingsReader::alerts;
    /// Addresses answered for other plugins' sake.
    compatibility: Compatibility = Compatibility::default();
    /// Whether the must-use drop-in answers reads.
    fast_lane: bool = false;
}

/// What becomes of accounts that were there before the provisioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingAccounts {
    /// They are found, and taken charge of by the IdP's first PUT or PATCH.
    Link,
    /// They are not seen at all.
    Apart,
}

/// Whose credentials end when an existing account is linked: its password, its application passwords and its
/// sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkCredentials {
    /// Those of accounts that anybody could have made.
    SelfRegistered,
    /// Everybody's.
    Always,
    /// Nobody's.
    Never,
}

/// What becomes of roles that were given to managed people inside WordPress, and not by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandGivenRoles {
    /// A role stays until a change of the person makes the rules decide otherwise. Roles beside the first one
    /// stay for good.
    Keep,
    /// A managed person has exactly the role that is due. Every request about the person sees to it.
    Overrule,
}

/// Of which requests the activity log keeps what was sent and answered. To find a cause, one needs those
/// that did not go well. Of all others the log has what they changed; a copy of everybody's data beside that
/// would be one more to protect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptBodies {
    /// Of none.
    None,
    /// Of those that were refused or failed, or of which something did not arrive in WordPress.
    Problems,
    /// Of all.
    All,
}

/// How the login of a new account is made.
#[derive(Debug, Clone)]
pub struct Username {
    /// What it is made from.
    pub from: UsernameSource,
    /// For [`UsernameSource::Pattern`]: what is replaced in `userName`.
    pub pattern: Option<Regex>,
    /// What it is replaced by; `$1` stands for a group.
    pub replacement: String,
    /// Whether a new `userName` renames the account.
    pub rename: bool,
}

/// What a login is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsernameSource {
    /// `userName` as sent.
    #[serde(rename = "userName")]
    UserName,
    /// What stands before the @ of `userName`.
    #[serde(rename = "local-part")]
    LocalPart,
    /// The e-mail address of the account.
    #[serde(rename = "email")]
    Email,
    /// `userName`, rewritten.
    #[serde(rename = "pattern")]
    Pattern,
}

/// What becomes of a deleted person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Kept and locked, or deleted.
    pub disposal: AccountDisposal,
    /// The login of the person who gets the content.
    pub reassign_to: Option<String>,
}

/// People that the filter matches get the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// Over the person's resource, groups included.
    pub filter: Filter,
    /// The role's name (`editor`).
    pub role: String,
}

/// Addresses answered for other plugins' sake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compatibility {
    /// `/wp-json/wpo365/v1`, for those who leave WPO365 without touching Entra.
    pub wpo365_route: bool,
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentence(.problems))]
pub struct InvalidSettings {
    /// All that is wrong, in the document's order.
    pub problems: Vec<SettingsProblem>,
}

fn sentence(problems: &[SettingsProblem]) -> String {
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.place, problem.reason)).collect();
    lines.join("\n")
}

impl Default for Username {
    fn default() -> Self {
        Self { from: UsernameSource::UserName, pattern: None, replacement: String::new(), rename: false }
    }
}

impl Username {
    fn document(&self) -> Value {
        json!({
            "from": self.from,
            "pattern": self.pattern.as_ref().map(Regex::as_str),
            "replacement": self.pattern.as_ref().map(|_| &self.replacement),
            "rename": self.rename,
        })
    }
}

impl Default for Deletion {
    fn default() -> Self {
        Self { disposal: AccountDisposal::Deactivate, reassign_to: None }
    }
}

impl Deletion {
    fn document(&self) -> Value {
        let policy = match (self.disposal, &self.reassign_to) {
            (AccountDisposal::Deactivate, _) => "deactivate",
            (AccountDisposal::Delete | AccountDisposal::RemoveFromSite, Some(_)) => "reassign",
            (AccountDisposal::Delete | AccountDisposal::RemoveFromSite, None) => "delete",
        };
        json!({ "policy": policy, "reassign_to": self.reassign_to })
    }
}

fn role_rules_document(rules: &[RoleRule]) -> Value {
    rules.iter().map(|rule| json!({ "filter": rule.filter.to_string(), "role": rule.role })).collect()
}

fn mappings_document(mappings: &[Mapping]) -> Value {
    mappings.iter().map(Mapping::document).collect()
}

fn list_or_null(list: &[String]) -> Value {
    if list.is_empty() { Value::Null } else { written(list) }
}

fn written<T: Serialize + ?Sized>(value: &T) -> Value {
    json!(value)
}

impl Settings {
    /// Reads a document of this version, or of one before it.
    ///
    /// # Errors
    /// [`InvalidSettings`] with everything that is wrong.
    pub fn parse(document: &Map<String, Value>) -> Result<Self, InvalidSettings> {
        let document = former::in_present_shape(document, former::STEPS);
        let mut settings = Self::default();
        let mut reader = SettingsReader::new(&document);
        for (key, value) in &document {
            settings.read(key, value, &mut reader);
        }
        settings.check(&mut reader);
        if reader.problems.is_empty() {
            Ok(settings)
        } else {
            Err(InvalidSettings { problems: reader.problems })
        }
    }

    /// The settings on a site.
    #[must_use]
    pub fn on(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// The name of each mapped attribute, and its place.
    pub fn places(&self) -> impl Iterator<Item = (&str, String)> {
        self.mappings
            .iter()
            .filter_map(|row| Some((row.path.attribute()?.name.as_str(), row.target.to_string())))
    }

    /// Reads the filter of a rule, as the document has it read.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn rule_filter(&self, text: &str) -> Result<Filter, Vec<SettingsProblem>> {
        let rule = json!({ "filter": text, "role": protection::ADMINISTRATOR });
        let mut document = self.document();
        document.insert("role_rules".to_owned(), json!([rule]));
        let read = Self::parse(&document).map_err(|refusal| refusal.problems)?;
        read.role_rules.into_iter().map(|rule| rule.filter).next().ok_or_else(Vec::new)
    }

    /// Whether requests may come from this address. An IPv4 address that is written as an IPv6 one counts as
    /// what it is.
    pub fn admits(&self, remote: &str) -> bool {
        self.allowed_networks.is_empty()
            || remote.parse::<IpAddr>().is_ok_and(|address| {
                self.allowed_networks.iter().any(|network| network.contains(&address.to_canonical()))
            })
    }

    /// Whether managed people may set a password of their own.
    pub fn allows_own_passwords(&self) -> bool {
        self.local_passwords && !self.password_sync
    }

    /// Whether a role is protected.
    pub fn is_protected(&self, role: &str) -> bool {
        protection::is_protected(role, &self.protected_roles, &self.site.roles)
    }

    fn check(&self, reader: &mut SettingsReader) {
        let mut targets: Vec<&Target> = Vec::new();
        for (index, mapping) in self.mappings.iter().enumerate() {
            if targets.contains(&&mapping.target) {
                reader.refuse(&format!("mappings[{index}].target"), texts::TARGET_TAKEN);
            }
            targets.push(&mapping.target);
        }
    }
}

#[cfg(test)]
mod tests;
