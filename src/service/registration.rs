//! Accounts that were there before the IdP. They get a row when a request may be about them, so that it finds
//! them.

use super::{Answer, MAX_ATTEMPTS, Service};
use crate::host::{
    Account, FindConflicts, FindUnregisteredAccounts, IndexUser, Lookup, MetaValue, Outcome,
    RegisterAccounts, Registration, UserName, UserRecord, UserRow,
};
use crate::scim::filter::Filter;
use crate::wordpress::columns::{LOOKUP_LENGTH, folded};
use crate::wordpress::hint::AccountHint;
use crate::wordpress::linking::{self, Identity};
use crate::wordpress::predecessor::{self, Predecessor};
use crate::wordpress::{lookups, registration, user};

/// How many accounts are given a row at a time.
const ADOPTION_BATCH: u64 = 500;

impl Service {
    /// Gives a row to accounts that the search may be meant for and that have none yet. Returns whether there
    /// were any.
    pub(super) async fn register_for(&self, filter: Option<&Filter>, total: u64) -> Answer<bool> {
        if !self.shows_unmanaged() {
            return Ok(false);
        }
        let Some(filter) = filter else { return self.register_all().await };
        if AccountHint::is_hopeless(filter) {
            return Ok(false);
        }
        match AccountHint::of(filter) {
            // An IdP matches people one by one: the person who was found is the one.
            Some(_) if total > 0 => Ok(false),
            Some(AccountHint { user_name: Some(name), .. }) => {
                Ok(self.rename_unmanaged(&name).await? || self.register_one(&Identity::named(&name)).await?)
            }
            Some(AccountHint { email: Some(email), .. }) => {
                self.register_one(&Identity::addressed(&email)).await
            }
            Some(AccountHint { external_id, .. }) => {
                self.register_known(&external_id.unwrap_or_default()).await
            }
            None => self.register_all().await,
        }
    }

    /// A question for accounts without a row.
    pub(super) fn find_unregistered_accounts(&self) -> FindUnregisteredAccounts {
        let read = predecessor::METAS.map(str::to_owned).to_vec();
        FindUnregisteredAccounts { read, limit: ADOPTION_BATCH, ..FindUnregisteredAccounts::default() }
    }

    /// Registers the account that this identifies, under the name that the IdP uses.
    async fn register_one(&self, who: &Identity) -> Answer<bool> {
        let name = who.user_name.as_deref();
        let find = FindUnregisteredAccounts {
            login: who.user_name.clone(),
            emails: who.addresses.clone(),
            metas: name.map(|name| having(&predecessor::USER_NAME, name)).unwrap_or_default(),
            ..self.find_unregistered_accounts()
        };
        let accounts = self.host.ask(&find).await?;
        let Some(account) = who.account(&accounts).filter(|account| !account.unlinked) else {
            return Ok(false);
        };
        self.register(account, name.unwrap_or(registration::own_name(account))).await?;
        // Its name may be somebody else's userName by now; then its address is its name.
        if name.is_none() && self.host.ask(&find).await?.iter().any(|left| left.user_id == account.user_id) {
            self.register(account, &account.email).await?;
        }
        Ok(true)
    }

    /// Registers the account that another plugin has noted this `externalId` for.
    async fn register_known(&self, external_id: &str) -> Answer<bool> {
        let metas = having(&predecessor::EXTERNAL_ID, external_id);
        let accounts =
            self.host.ask(&FindUnregisteredAccounts { metas, ..self.find_unregistered_accounts() }).await?;
        let is_known = |account: &&Account| Predecessor::of(account).external_id() == Some(external_id);
        let Some(account) = only(&accounts, is_known) else { return Ok(false) };
        self.register(account, registration::own_name(account)).await?;
        Ok(true)
    }

    /// Registers the account that has this id from another plugin.
    pub(super) async fn register_numbered(&self, id: &str) -> Answer<bool> {
        let Some(user_id) = predecessor::account_number(id).filter(|_| self.shows_unmanaged()) else {
            return Ok(false);
        };
        let find = FindUnregisteredAccounts { user_id: Some(user_id), ..self.find_unregistered_accounts() };
        let accounts = self.host.ask(&find).await?;
        let is_known = |account: &&Account| Predecessor::of(account).id().as_deref() == Some(id);
        let Some(account) = only(&accounts, is_known) else { return Ok(false) };
        self.register(account, registration::own_name(account)).await?;
        Ok(true)
    }

    pub(super) async fn register(&self, account: &Account, user_name: &str) -> Answer<()> {
        self.give_rows_to(vec![registration::registration(account, user_name)]).await
    }

    /// Gives accounts rows, and puts their values into the indexes that the site has.
    pub(super) async fn give_rows_to(&self, accounts: Vec<Registration>) -> Answer<()> {
        let user_ids = accounts.iter().map(|registration| registration.user_id).collect();
        self.host.ask(&RegisterAccounts { accounts, now: self.now }).await?;
        if !self.settings.site.indexed.is_empty() {
            self.index_people(user_ids).await?;
        }
        Ok(())
    }

    /// Lets an account that was registered under its login be found under its address, when that is the
    /// `userName` that the IdP knows it by.
    async fn rename_unmanaged(&self, name: &str) -> Answer<bool> {
        let key = folded(name, usize::MAX);
        let find = FindConflicts {
            user_name_key: Some(key.clone()),
            email: Some(name.to_owned()),
            targets: user::targets(&self.settings),
            ..FindConflicts::default()
        };
        let records = self.host.ask(&find).await?.people;
        let is_meant = |record: &UserRecord| {
            !record.managed && !record.deleted && folded(&record.account.email, usize::MAX) == key
        };
        let Some(record) = records.into_iter().find(is_meant) else { return Ok(false) };
        self.give_name(record, name, is_meant).await?;
        Ok(true)
    }

    /// Lets an unmanaged account that turns out to be a new person's be found under that person's name.
    pub(super) async fn name_unmanaged(&self, known: &[UserRecord], who: &Identity) -> Answer<()> {
        let is_meant =
            |record: &UserRecord| !record.managed && !record.deleted && who.has_address_of(&record.account);
        let (Some(name), true) = (&who.user_name, self.shows_unmanaged()) else { return Ok(()) };
        for record in known.iter().filter(|record| is_meant(record)) {
            self.give_name(record.clone(), name, is_meant).await?;
        }
        Ok(())
    }

    /// Gives an unmanaged account a name. Where somebody has changed the account since it was read, it is
    /// read again, and gets the name if it is still the one that is meant.
    async fn give_name(
        &self,
        mut record: UserRecord,
        name: &str,
        is_meant: impl Fn(&UserRecord) -> bool,
    ) -> Answer<()> {
        for _ in 0..MAX_ATTEMPTS {
            let index = IndexUser {
                id: record.id.clone(),
                version: record.version,
                user_name: Some(UserName { raw: name.to_owned(), key: folded(name, usize::MAX) }),
                lookups: lookups::lookups(&self.user_resource(&record), &self.settings.site),
                lock: false,
                modified: None,
            };
            if !matches!(self.host.ask(&index).await?, Outcome::Stale) {
                break;
            }
            match self.load_users(vec![record.id]).await?.pop().filter(|again| is_meant(again)) {
                Some(again) => record = again,
                None => break,
            }
        }
        Ok(())
    }

    /// The unmanaged people whose account has one of the person's addresses, other than the one that the
    /// person's account is to have.
    pub(super) async fn unmanaged_with_other_addresses(&self, who: &Identity) -> Answer<Vec<UserRecord>> {
        let others = who.addresses.iter().skip(1).filter(|address| address.contains('@'));
        let lookups: Vec<Lookup> = others.map(|address| address_lookup(address)).collect();
        if lookups.is_empty() {
            return Ok(Vec::new());
        }
        let find =
            FindConflicts { lookups, targets: user::targets(&self.settings), ..FindConflicts::default() };
        let mut found = self.host.ask(&find).await?.people;
        found.retain(|record| !record.managed && !record.deleted && who.has_address_of(&record.account));
        Ok(found)
    }

    /// The unmanaged account on this site that belongs to a new person who is to be locked out.
    ///
    /// # Errors
    /// 409 where it is protected.
    pub(super) async fn account_to_lock(&self, row: &UserRow, who: &Identity) -> Answer<Option<UserRecord>> {
        if row.active || !self.shows_unmanaged() {
            return Ok(None);
        }
        self.register_one(who).await?;
        let find = FindConflicts {
            user_name_key: Some(row.user_name_key.clone()),
            lookups: who.addresses.iter().map(|address| address_lookup(address)).collect(),
            targets: user::targets(&self.settings),
            ..FindConflicts::default()
        };
        let found = self.host.ask(&find).await?.people;
        let linkable = found
            .into_iter()
            .filter(|record| !record.managed && !record.deleted && linking::may_link(record, who).is_ok());
        match linkable.min_by_key(|record| who.rank_of_address(&record.account)) {
            Some(record) if record.account.protected => {
                let email = who.addresses.first().map(String::as_str);
                Err(self.email_clash(&record.account, email).into())
            }
            best => Ok(best),
        }
    }

    async fn register_all(&self) -> Answer<bool> {
        let mut any = false;
        loop {
            let accounts: Vec<Account> = self.host.ask(&self.find_unregistered_accounts()).await?;
            if accounts.is_empty() {
                return Ok(any);
            }
            any = true;
            let registrations = accounts
                .iter()
                .map(|account| registration::registration(account, registration::own_name(account)))
                .collect();
            self.give_rows_to(registrations).await?;
        }
    }
}

fn address_lookup(address: &str) -> Lookup {
    Lookup { path: "emails.value".to_owned(), value: folded(address, LOOKUP_LENGTH) }
}

/// Any of these metas with this value.
fn having(keys: &[&str], value: &str) -> Vec<MetaValue> {
    keys.iter().map(|key| MetaValue { key: (*key).to_owned(), value: value.to_owned() }).collect()
}

/// The one account that is meant; `None` where there are several. An account that the owner has unlinked is
/// never meant.
fn only(accounts: &[Account], is_meant: impl Fn(&&Account) -> bool) -> Option<&Account> {
    let mut meant =
        accounts.iter().filter(|account| account.is_on_site() && !account.unlinked && is_meant(account));
    meant.next().filter(|_| meant.next().is_none())
}
