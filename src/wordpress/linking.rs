//! Accounts that were there before the IdP: which person each belongs to, and what the first link does to it.
//!
//! Anybody may register a login, or an address that nobody has checked. So an account is a person's only by
//! its address, and by its login alone where it has none; and the first link ends the credentials of an
//! account that anybody could have made. The person sets a new password through the address, for which the
//! IdP vouches.

use super::predecessor::Predecessor;
use crate::host::{Account, UserRecord};
use crate::scim::error::{Error, Result};
use crate::scim::filter::fold_case;
use crate::scim::resource::Resource;
use crate::settings::texts::{self, Text};
use crate::settings::{ExistingAccounts, LinkCredentials, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why an account belongs to a person, the best reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    /// It has an address of the person's.
    Address,
    /// Another plugin provisioned it under the person's name.
    Predecessor,
    /// It has no address, and the person's name for a login.
    Login,
}

/// What the owner's list of users needs to know of an account's link.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The account.
    pub user_id: u64,
    /// Whether an IdP manages its person.
    pub managed: bool,
    /// Whether the person may log in.
    pub active: bool,
    /// Whether the person was deleted and the account kept.
    #[serde(default)]
    pub deleted: bool,
    /// Whether the owner has unlinked it.
    pub unlinked: bool,
    /// Whether it is protected.
    pub protected: bool,
}

/// The accounts that something can be done to. The list of users offers no more.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkActions {
    /// Those that can be unlinked.
    pub unlinking: Vec<u64>,
    /// Those that can be allowed to be linked again.
    pub allowing_linking: Vec<u64>,
    /// Those whose person can be locked out.
    pub locking: Vec<u64>,
    /// Those whose person can be let in again.
    pub unlocking: Vec<u64>,
}

impl LinkActions {
    /// What can be done to these accounts.
    pub fn of(links: &[Link], settings: &Settings) -> Self {
        let which = |can: fn(&Link, &Settings) -> bool| {
            links.iter().filter(|link| can(link, settings)).map(|link| link.user_id).collect()
        };
        Self {
            unlinking: which(|link, _| link.managed && unlinking_problem(link.active).is_none()),
            allowing_linking: which(|link, settings| {
                link.unlinked && allowing_problem(link.protected, settings).is_none()
            }),
            locking: which(|link, _| link.managed && link.active),
            unlocking: which(|link, _| !link.active),
        }
    }
}

/// Why a managed person cannot be unlinked. A protected person can be: the owner decides which people the IdP
/// manages, and the account stays as it is.
pub fn unlinking_problem(active: bool) -> Option<Text> {
    (!active).then_some(texts::PERSON_LOCKED)
}

/// Why an unlinked account would not be linked again although the owner allowed it.
pub fn allowing_problem(protected: bool, settings: &Settings) -> Option<Text> {
    if protected {
        return Some(texts::ACCOUNT_PROTECTED);
    }
    (settings.existing_accounts == ExistingAccounts::Apart).then_some(texts::ACCOUNTS_APART)
}

/// What an account is recognised by: the person's name and addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// `userName`, where it is known.
    pub user_name: Option<String>,
    /// Every value of `emails`, the one for the account first, and a `userName` that may be one.
    pub addresses: Vec<String>,
}

impl Identity {
    /// Of a person who is searched by name, which may be an address.
    pub fn named(name: &str) -> Self {
        Self { user_name: Some(name.to_owned()), addresses: vec![name.to_owned()] }
    }

    /// Of a person who is searched by address.
    pub fn addressed(address: &str) -> Self {
        Self { user_name: None, addresses: vec![address.to_owned()] }
    }

    /// Of the person that a resource describes. `email` is the address for the account.
    pub fn of(resource: &Resource, email: Option<&str>) -> Self {
        let emails = resource.as_map().get("emails").and_then(Value::as_array).into_iter().flatten();
        let emails = emails.filter_map(|email| email.get("value")?.as_str().map(str::trim));
        let user_name = resource.user_name();
        let mut addresses: Vec<String> = Vec::new();
        for address in email.into_iter().chain(emails).chain(user_name) {
            if !address.is_empty() && !addresses.iter().any(|known| same(known, address)) {
                addresses.push(address.to_owned());
            }
        }
        Self { user_name: user_name.map(str::to_owned), addresses }
    }

    /// Whether the account has one of the addresses.
    pub fn has_address_of(&self, account: &Account) -> bool {
        !account.email.is_empty() && self.addresses.iter().any(|address| same(address, &account.email))
    }

    /// Which of the addresses the account has: the best first, none last.
    pub fn rank_of_address(&self, account: &Account) -> usize {
        let is_it = |address: &String| !account.email.is_empty() && same(address, &account.email);
        self.addresses.iter().position(is_it).unwrap_or(usize::MAX)
    }

    /// The account on this site that is the person's, if there is one. If another plugin left two, nobody can
    /// tell which is meant.
    pub fn account<'a>(&self, accounts: &'a [Account]) -> Option<&'a Account> {
        let meant: Vec<(Evidence, &Account)> = accounts
            .iter()
            .filter(|account| account.is_on_site())
            .filter_map(|account| Some((self.evidence(account)?, account)))
            .collect();
        let best = meant.iter().map(|(evidence, _)| *evidence).min()?;
        let mut best = meant.into_iter().filter(|(evidence, _)| *evidence == best);
        let (evidence, account) = best.next()?;
        (evidence != Evidence::Predecessor || best.next().is_none()).then_some(account)
    }

    /// The account of the network, not on this site, that is the person's.
    pub fn account_to_join<'a>(&self, accounts: &'a [Account]) -> Option<&'a Account> {
        let elsewhere = || accounts.iter().filter(|account| !account.is_on_site());
        let by_address = || elsewhere().find(|account| self.has_address_of(account));
        by_address().or_else(|| {
            elsewhere().find(|account| self.evidence(account).is_some_and(|found| found == Evidence::Login))
        })
    }

    fn evidence(&self, account: &Account) -> Option<Evidence> {
        if self.has_address_of(account) {
            return Some(Evidence::Address);
        }
        let name = self.user_name.as_deref()?;
        if Predecessor::of(account).user_name().is_some_and(|known| same(known, name)) {
            return Some(Evidence::Predecessor);
        }
        (account.email.is_empty() && same(&account.login, name)).then_some(Evidence::Login)
    }
}

/// Checks that an unmanaged account belongs to the person that it is about to be linked to.
///
/// # Errors
/// 409 if it has an address that is none of the person's.
pub fn may_link(record: &UserRecord, person: &Identity) -> Result<()> {
    let account = &record.account;
    // Only another plugin's people have the number of the account for an id, or an externalId before they are
    // linked.
    let was_provisioned = *record.id == account.user_id.to_string() || record.external_id.is_some();
    if account.email.is_empty() || was_provisioned || person.has_address_of(account) {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "The WordPress account {:?} has an e-mail address that is none of this person's, so it is not \
         linked: anybody may have made it. If it is the person's, give it the right address inside \
         WordPress; if not, match people by userName or emails.",
        account.login
    )))
}

/// Whether the first link ends the account's credentials.
pub fn ends_credentials(account: &Account, settings: &Settings) -> bool {
    account.is_managed_here()
        && match settings.link_credentials {
            LinkCredentials::SelfRegistered => account.self_registered,
            LinkCredentials::Always => true,
            LinkCredentials::Never => false,
        }
}

/// What the log says of the credentials of an account that was linked.
pub fn credentials_sentence(ended: bool) -> &'static str {
    if ended {
        "Its password, application passwords and sessions of before were ended; the person sets a new \
         password through the address."
    } else {
        "Its password, application passwords and sessions of before were kept."
    }
}

fn same(one: &str, other: &str) -> bool {
    fold_case(one) == fold_case(other)
}
