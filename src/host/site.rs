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
    /// The address that the last request came from. Only reported when settings are saved.
    pub last_address: Option<String>,
    /// The languages that are installed, as WordPress writes them: `en_US`, `de_DE`.
    pub languages: Vec<String>,
    /// What the administrator of the network lets its sites do; nothing where the site stands alone.
    pub network: Option<NetworkRules>,
    /// Where the site is, and where it was when a token was last used. Only reported with requests.
    pub address: Option<SiteAddress>,
    /// The attributes whose values have an index because somebody has filtered by them.
    pub indexed: Vec<IndexedAttribute>,
}

/// An attribute of people whose values have an index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedAttribute {
    /// Its path, as the schemas write it.
    pub path: String,
    /// Whether the values of everybody are in it. Until then only those of people written since are.
    pub complete: bool,
}

/// The address of a site, now and when a token was last used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteAddress {
    /// Where it is: `https://contoso.test/blog`.
    pub now: String,
    /// Where it was; nothing where no token was used yet.
    pub noted: Option<String>,
}

impl SiteAddress {
    /// Whether the site is somewhere else now. A copy of a site has its tokens too, and only the owner knows
    /// whether it is the copy or the site itself that has moved. The scheme and a leading `www.` do not
    /// count: a site that is given a certificate stays where it is.
    pub fn has_changed(&self) -> bool {
        self.noted.as_deref().is_some_and(|noted| place(noted) != place(&self.now))
    }
}

/// What tells one site from another: host, port and path.
fn place(address: &str) -> String {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host);
    format!("{}/{}", host.strip_prefix("www.").unwrap_or(host), path.trim_end_matches('/'))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_at_another_address_may_be_a_copy() {
        let changed = |noted: &str, now: &str| {
            SiteAddress { noted: Some(noted.to_owned()), now: now.to_owned() }.has_changed()
        };
        for (noted, now) in [
            ("https://contoso.test", "https://staging.contoso.test"),
            ("https://contoso.test", "https://contoso.test:8443"),
            ("https://contoso.test", "https://contoso.test/staging"),
            ("https://contoso.test/Blog", "https://contoso.test/blog"),
            ("http://127.0.0.1:8001", "http://127.0.0.1:8002"),
        ] {
            assert!(changed(noted, now), "{noted} → {now}");
        }
        for (noted, now) in [
            ("http://contoso.test", "https://contoso.test"),
            ("https://contoso.test", "https://www.contoso.test/"),
            ("https://Contoso.test/blog/", "https://contoso.test/blog"),
            ("http://contoso.test:80", "https://contoso.test:443"),
        ] {
            assert!(!changed(noted, now), "{noted} → {now}");
        }
        assert!(!SiteAddress { noted: None, now: "https://contoso.test".to_owned() }.has_changed());
    }
}
