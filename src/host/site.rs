//! What a decision needs to know of the site beside its settings.

use crate::host::ReassignTarget;
use serde::Deserialize;

/// The facts that the plugin reports with every exchange.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Its roles.
    pub roles: Vec<Role>,
    /// The role that WordPress gives to new accounts.
    pub default_role: String,
    /// The user metas of new mappings that accounts have already and that no mapping has written so far. Only
    /// reported when settings are saved.
    pub foreign_metas: Vec<String>,
    /// The account that is to get the content of people who leave, if it exists. Only reported when settings
    /// are saved or shown.
    pub reassign_target: Option<ReassignTarget>,
    /// The languages that are installed, as WordPress writes them: `en_US`, `de_DE`.
    pub languages: Vec<String>,
    /// What the administrator of the network lets its sites do; nothing where the site stands alone.
    pub network: Option<NetworkRules>,
}

/// What the administrator of a network lets its sites do. Each is off until that administrator switches it
/// on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkRules {
    /// Whether the administrators of sites may provision: make tokens and change the settings.
    pub sites_provision: bool,
    /// Whether the IdP of a site may create accounts of the network with a token that an administrator of the
    /// site made.
    pub create_accounts: bool,
    /// WordPress's own rule: whether the administrators of sites may add people to the network.
    pub add_new_users: bool,
}

/// A role of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name: `editor`.
    pub name: String,
    /// What it may do.
    pub capabilities: Vec<String>,
}
