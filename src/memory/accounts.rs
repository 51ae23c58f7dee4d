//! WordPress accounts, with and without a row of ours.

use super::MemoryHost;
use super::roles::give_roles;
use super::users::Person;
use crate::host::{
    Account, AccountChange, AllowLinking, FindUnregisteredAccounts, ListAccounts, OwningSite,
    RegisterAccounts, SiteAccount, SiteAccounts, Unique,
};
use crate::mapping::target::MAX_DISPLAY_NAME_LENGTH;
use crate::protection;
use serde_json::{Map, Value};

/// A WordPress account and what hangs on it.
#[derive(Debug, Clone)]
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// The password that an IdP sent; `None` for a random one.
    pub password: Option<String>,
    /// Profile fields and usermeta, by target.
    pub values: Map<String, Value>,
    /// The capabilities that it has beside those of its roles.
    pub capabilities: Vec<String>,
    /// What its person has written: titles.
    pub posts: Vec<String>,
}

/// What WordPress makes of a value: a profile field becomes a line of text without tags, a scalar usermeta
/// a string.
pub fn wordpress_stores(target: &str, value: &Value) -> Value {
    let text = match value {
        Value::Null => return if is_field(target) { Value::from("") } else { Value::Null },
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) => String::new(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => return value.clone(),
    };
    if is_field(target) { Value::from(line_of_text(&text)) } else { Value::from(text) }
}

impl MemoryHost {
    /// Makes an account as an administrator of the site would, and gives its number.
    pub fn add_account(&mut self, login: &str, email: &str, display_name: &str, role: &str) -> u64 {
        let user_id = self.number();
        let account = Account {
            user_id,
            login: login.to_owned(),
            email: email.to_owned(),
            display_name: display_name.to_owned(),
            roles: vec![role.to_owned()],
            protected: false,
            self_registered: false,
            unlinked: false,
            registered: 0,
            metas: Map::new(),
            network: None,
        };
        self.accounts.insert(
            user_id,
            StoredAccount {
                account,
                password: None,
                values: Map::new(),
                capabilities: Vec::new(),
                posts: Vec::new(),
            },
        );
        user_id
    }

    /// Deletes an account as an administrator of the site would. Its row goes with it.
    pub fn remove_account(&mut self, user_id: u64) {
        self.accounts.remove(&user_id);
        self.forget_people(|person| person.user_id == user_id);
    }

    /// The account with this login or e-mail address.
    pub fn account(&self, login_or_email: &str) -> Option<&StoredAccount> {
        self.accounts.values().find(|stored| {
            equal(&stored.account.login, login_or_email) || equal(&stored.account.email, login_or_email)
        })
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = &StoredAccount> {
        self.accounts.values()
    }

    /// The same as [`Self::account`], to edit it as an administrator of the site would.
    pub fn account_mut(&mut self, login_or_email: &str) -> Option<&mut StoredAccount> {
        self.accounts.values_mut().find(|stored| {
            equal(&stored.account.login, login_or_email) || equal(&stored.account.email, login_or_email)
        })
    }

    /// The value that stands at a target of an account, or `None` where the site has no such target.
    pub fn value(&self, stored: &StoredAccount, target: &str) -> Option<Value> {
        if is_of_plugin(target) && !self.plugin_fields.contains(target) {
            return None;
        }
        Some(match target {
            "field:user_login" => Value::from(stored.account.login.as_str()),
            "field:user_email" => Value::from(stored.account.email.as_str()),
            "field:display_name" => Value::from(stored.account.display_name.as_str()),
            _ => match stored.values.get(target) {
                Some(value) => value.clone(),
                None if is_field(target) => Value::from(""),
                None => Value::Null,
            },
        })
    }

    pub(super) fn find_unregistered_accounts(
        &mut self,
        find: FindUnregisteredAccounts,
    ) -> Result<Vec<Account>, String> {
        let has_row =
            |account: &Account| self.people.values().any(|person| person.user_id == account.user_id);
        let limit = usize::try_from(find.limit).unwrap_or(usize::MAX);
        let all =
            find.login.is_none() && find.emails.is_empty() && find.user_id.is_none() && find.metas.is_empty();
        let is_meant = |stored: &&StoredAccount| {
            let account = &stored.account;
            find.login.as_deref().is_some_and(|login| equal(login, &account.login))
                || find.emails.iter().any(|email| !email.is_empty() && equal(email, &account.email))
                || find.user_id == Some(account.user_id)
                || find.metas.iter().any(|wanted| {
                    meta(stored, &wanted.key).is_some_and(|value| value.as_str() == Some(&wanted.value))
                })
        };
        Ok(self
            .accounts
            .values()
            .filter(|stored| match all {
                true => stored.account.is_on_site() && !stored.account.unlinked,
                false => is_meant(stored),
            })
            .filter(|stored| !has_row(&stored.account))
            .take(limit)
            .map(|stored| self.with_metas(stored, &find.read))
            .collect())
    }

    /// An account as it is told of: protected by what the settings say of its roles and its own capabilities,
    /// and where a test says so.
    pub(super) fn told(&self, stored: &StoredAccount) -> Account {
        let account = &stored.account;
        let by_right = stored.capabilities.iter().any(|name| protection::is_right(name));
        let by_role = account.roles.iter().any(|role| self.settings.is_protected(role));
        Account { protected: account.protected || by_right || by_role, ..account.clone() }
    }

    fn with_metas(&self, stored: &StoredAccount, keys: &[String]) -> Account {
        let metas = keys.iter().filter_map(|key| Some((key.clone(), meta(stored, key)?))).collect();
        Account { metas, ..self.told(stored) }
    }

    pub(super) fn register_accounts(&mut self, register: RegisterAccounts) -> Result<(), String> {
        for registration in register.accounts {
            let is_known = self.people.values().any(|person| person.user_id == registration.user_id);
            let is_taken =
                self.people.values().any(|person| person.user_name_key == registration.user_name_key);
            if !is_known && !is_taken && self.accounts.contains_key(&registration.user_id) {
                self.add_unmanaged(registration, register.now);
            }
        }
        Ok(())
    }

    pub(super) fn allow_linking(&mut self, allow: AllowLinking) -> Result<(), String> {
        for user_id in allow.user_ids {
            if let Some(stored) = self.accounts.get_mut(&user_id) {
                stored.account.unlinked = false;
            }
        }
        Ok(())
    }

    /// Whether WordPress would carry out the change, and under which login.
    pub(super) fn check_account(&self, change: &AccountChange) -> Result<Option<String>, Unique> {
        let others =
            || self.accounts.values().filter(|stored| Some(stored.account.user_id) != change.user_id);
        let is_free = |login: &&String| !others().any(|stored| equal(&stored.account.login, login));
        let login = change.logins.iter().find(is_free);
        if login.is_none() && (change.user_id.is_none() || !change.logins.is_empty()) {
            return Err(Unique::Login);
        }
        if let Some(email) = change.email.as_deref().filter(|email| !email.is_empty())
            && others().any(|stored| equal(&stored.account.email, email))
        {
            return Err(Unique::Email);
        }
        Ok(login.cloned())
    }

    pub(super) fn list_accounts(&mut self, list: ListAccounts) -> Result<SiteAccounts, String> {
        let total = list.count.then(|| u64::try_from(self.accounts.len()).unwrap_or(u64::MAX));
        let limit = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let accounts =
            self.accounts.range(list.after + 1..).take(limit).map(|(user_id, stored)| SiteAccount {
                account: self.with_metas(stored, &list.read),
                row: self.people.values().find(|person| person.user_id == *user_id).map(Person::row),
            });
        Ok(SiteAccounts { total, accounts: accounts.collect() })
    }

    /// Gives an account's content to another account.
    pub(super) fn reassign(&mut self, user_id: u64, target: &str) {
        let posts = self.accounts.get_mut(&user_id).map(|stored| std::mem::take(&mut stored.posts));
        if let Some(target) = self.account_mut(target) {
            target.posts.extend(posts.unwrap_or_default());
        }
    }

    /// Takes an account off the site that stays in the network.
    pub(super) fn take_off(&mut self, user_id: u64) {
        let Some(stored) = self.accounts.get_mut(&user_id) else { return };
        stored.account.roles.clear();
        if let Some(network) = &mut stored.account.network {
            network.on_site = false;
            if network.owning_site == OwningSite::Here {
                network.owning_site = OwningSite::Nobody;
            }
        }
    }

    /// Carries out a change that [`Self::check_account`] let pass, and gives the account's number.
    pub(super) fn change_account(
        &mut self,
        change: AccountChange,
        login: Option<String>,
        now: i64,
    ) -> Result<u64, String> {
        let user_id = match change.user_id {
            Some(user_id) => user_id,
            None => self.add_account(login.as_deref().unwrap_or_default(), "", "", "subscriber"),
        };
        let stores = self.stores;
        let stored = self.accounts.get_mut(&user_id).ok_or("the account is gone")?;
        let account = &mut stored.account;
        if let Some(network) = &mut account.network {
            network.on_site = true;
            if change.managed_here {
                network.owning_site = OwningSite::Here;
            }
        }
        if change.user_id.is_none() {
            account.registered = now - now.rem_euclid(1000);
            account.display_name.clone_from(&account.login);
        }
        if let Some(login) = login {
            account.login = login;
        }
        if let Some(email) = change.email {
            account.email = email;
        }
        if let Some(role) = change.role {
            give_roles(account, role, change.other_roles);
        }
        if change.password.is_some() || change.end_credentials {
            stored.password = change.password;
        }
        let there = |target: &&String| !is_of_plugin(target) || self.plugin_fields.contains(*target);
        for (target, value) in change.values.iter().filter(|(target, _)| there(target)) {
            let value = stores(target, value);
            match target.as_str() {
                "field:display_name" => {
                    let text = value.as_str().unwrap_or_default();
                    if text.chars().count() > MAX_DISPLAY_NAME_LENGTH {
                        return Err("the column display_name is too short".to_owned());
                    }
                    text.clone_into(&mut stored.account.display_name);
                }
                "field:user_email" => {
                    value.as_str().unwrap_or_default().clone_into(&mut stored.account.email)
                }
                _ if value.is_null() => drop(stored.values.remove(target)),
                _ => drop(stored.values.insert(target.clone(), value)),
            }
        }
        Ok(user_id)
    }
}

fn meta(stored: &StoredAccount, key: &str) -> Option<Value> {
    stored.values.get(&format!("meta:{key}")).cloned()
}

fn is_of_plugin(target: &str) -> bool {
    target.starts_with("xprofile:") || target.starts_with("acf:")
}

fn is_field(target: &str) -> bool {
    target.starts_with("field:")
}

/// As WordPress's tables compare logins and addresses.
pub(super) fn equal(one: &str, other: &str) -> bool {
    unicase::eq(one, other)
}

/// What `sanitize_text_field()` makes of a text: no tags, no line breaks, single spaces.
fn line_of_text(text: &str) -> String {
    let mut without_tags = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        without_tags.push_str(before);
        match after.split_once('>') {
            Some((_tag, behind)) => rest = behind,
            None => {
                without_tags.push('<');
                rest = after;
            }
        }
    }
    without_tags.push_str(rest);
    without_tags.split_whitespace().collect::<Vec<_>>().join(" ")
}
