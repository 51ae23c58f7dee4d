//! Accounts in a network of sites, where every site may have a directory of its own.
//!
//! Accounts are common to all sites of a network; membership and roles are each site's own. So one directory has charge of the account
//! itself: login, address, password, profile fields and user metas. It is the directory of the account's home, the site
//! whose directory created it, or linked it while it was on no other site. Others say who is on their site, in which role, and who may
//! log in there; what else they send comes back to them as sent and is not applied. So two directories with different
//! values never correct each other for ever, and a site's directory takes over nobody's account by sending an address.
//!
//! An account that is protected on any other site is nobody's to change, not even its home's.

use crate::directory::{Account, Fate, Home, InNetwork};

impl Account {
    /// Whether this site's directory has charge of the account itself, or takes charge of it with the next change.
    pub fn is_ours(&self) -> bool {
        self.network.is_none_or(|InNetwork { on_others, home, protected_elsewhere, .. }| {
            !protected_elsewhere
                && match home {
                    Home::Here => true,
                    Home::Nobody => !on_others,
                    Home::Elsewhere => false,
                }
        })
    }

    /// Whether what the IdP sends is applied to the account. To a protected one it is not, nor to that of another home: it is stored
    /// and shown as sent.
    pub fn is_writable(&self) -> bool {
        !self.protected && self.is_ours()
    }

    /// Whether the account is on this site.
    pub fn is_on_site(&self) -> bool {
        self.network.is_none_or(|network| network.on_site)
    }
}

/// What becomes of the account of somebody who is deleted on this site: out of the network goes only one that is this site's and on
/// no other.
pub fn fate(account: &Account, wanted: Fate) -> Fate {
    let others = account.network.is_some_and(|network| network.on_others) || !account.is_ours();
    match wanted {
        Fate::Delete if others => Fate::Leave,
        wanted => wanted,
    }
}
