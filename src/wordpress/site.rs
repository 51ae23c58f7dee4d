//! What a decision needs to know of the site beside its settings.

use serde::Deserialize;

/// The facts that the plugin reports with every exchange.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Its roles.
    pub roles: Vec<Role>,
    /// The role that WordPress gives to new accounts.
    pub default_role: String,
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
