//! Accounts in a network of sites, where every site may have an identity provider of its own.
//!
//! All sites of a network share the accounts; membership and roles are each site's own. So every account has
//! one *owning site*: the site whose IdP created it, or linked it while it was on no other site. That IdP
//! alone writes the account itself: login, address, password, profile fields and user metas. The other IdPs
//! say who is on their site, in which role, and who may log in there. What else they send is stored, comes
//! back to them as sent, and is not applied. So two IdPs with different values do not correct each other for
//! ever, and no IdP takes over an account by sending its address.
//!
//! An account that is protected on another site cannot be changed by any IdP, its owning site's included.
//!
//! The administrator of the network decides whether the IdP of a site may create accounts with a token that
//! somebody else made, and whether it may touch those that it did not create. Until then the IdP only decides
//! which role each person has on its site and who may log in there. It never sets the password of an account
//! that it did not create, and never takes one out of the network.

use crate::host::site::NetworkRules;
use crate::host::{Account, AccountDisposal, InNetwork, OwningSite, TokenRecord};
use crate::scim::error::{Error, Result};

impl Account {
    /// Whether this site owns the account, or comes to own it with the next change.
    pub fn is_managed_here(&self) -> bool {
        self.network.is_none_or(
            |InNetwork { on_others, owning_site, protected_elsewhere, created_here, touchable, .. }| {
                !protected_elsewhere
                    && (created_here || touchable)
                    && match owning_site {
                        OwningSite::Here => true,
                        OwningSite::Nobody => !on_others,
                        OwningSite::Elsewhere => false,
                    }
            },
        )
    }

    /// Whether what the IdP sends is applied to the account. It is not applied to a protected account, or to
    /// one that another site owns: there it is only stored and shown as sent.
    pub fn is_writable(&self) -> bool {
        !self.protected && self.is_managed_here()
    }

    /// Whether the IdP may set its password: only where it created the account.
    pub fn takes_password(&self) -> bool {
        self.network.is_none_or(|network| network.created_here)
    }

    /// Whether it may be added to this site.
    pub fn may_join(&self) -> bool {
        self.network.is_none_or(|network| network.created_here || network.touchable)
    }

    /// Whether the account is on this site.
    pub fn is_on_site(&self) -> bool {
        self.network.is_none_or(|network| network.on_site)
    }
}

/// What becomes of the account of a person who is deleted on this site. It is deleted from the network only
/// if this site's IdP created it, this site still owns it, and it is on no other site.
pub fn disposal(account: &Account, wanted: AccountDisposal) -> AccountDisposal {
    let others = account.network.is_some_and(|network| network.on_others || !network.created_here)
        || !account.is_managed_here();
    match wanted {
        AccountDisposal::Delete if others => AccountDisposal::RemoveFromSite,
        wanted => wanted,
    }
}

/// # Errors
/// 403 if another person than an administrator of the network made the token, and those administrators allow
/// nobody else to provision.
pub fn admits(rules: Option<NetworkRules>, token: &TokenRecord) -> Result<()> {
    if token.of_network || rules.is_none_or(|rules| rules.sites_provision) {
        return Ok(());
    }
    Err(Error::new(
        403,
        "The administrators of this network's sites may not provision accounts, and one of them made this \
         token. An administrator of the network can make a token for the site, or allow it under Network \
         Admin → Settings → Rollbook.",
    ))
}

/// # Errors
/// 403 where the site may create no account of the network with this token.
pub fn may_create(rules: Option<NetworkRules>, of_network: bool) -> Result<()> {
    let Some(rules) = rules.filter(|_| !of_network) else { return Ok(()) };
    if !rules.create_accounts {
        return Err(Error::new(
            403,
            "The administrators of this network's sites may not create accounts, and one of them made this \
             token. An administrator of the network can make a token for the site, or allow it under Network \
             Admin → Settings → Rollbook.",
        ));
    }
    if !rules.add_new_users {
        return Err(Error::new(
            403,
            "The administrators of this network's sites may not add new people, and one of them made this \
             token. An administrator of the network can make a token for the site, or allow it under Network \
             Admin → Settings → Add Users.",
        ));
    }
    Ok(())
}
