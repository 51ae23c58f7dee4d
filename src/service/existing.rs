//! Accounts that were there before the identity provider and conflict with a new person.

use super::{Answer, Service};
use crate::host::{Account, FindUnregisteredAccounts, UserRecord};
use crate::scim::error::Error;
use crate::scim::filter::fold_case;
use crate::settings::ExistingAccounts;
use crate::wordpress::linking::Identity;

impl Service {
    pub(super) fn shows_unmanaged(&self) -> bool {
        self.settings.existing_accounts == ExistingAccounts::Link
    }

    /// # Errors
    /// 409 where an unmanaged account has one of a new person's further addresses.
    pub(super) async fn check_other_addresses(&self, who: &Identity) -> Answer<()> {
        if !self.shows_unmanaged() {
            return Ok(());
        }
        let others = self.unmanaged_with_other_addresses(who).await?;
        self.name_unmanaged(&others, who).await?;
        match others.first() {
            Some(other) => Err(self.email_clash(&other.account, None).into()),
            None => Ok(()),
        }
    }

    /// The account of the network that is to be added to the site for a new person.
    ///
    /// # Errors
    /// 409 where an account of the site that nobody manages is the person's, or has the address. It gets a
    /// row under the person's name, so that the IdP finds it.
    pub(super) async fn existing_account(
        &self,
        who: &Identity,
        email: Option<&str>,
        returning: Option<&UserRecord>,
        active: bool,
    ) -> Answer<Option<Account>> {
        let login = who.user_name.clone().filter(|_| self.shows_unmanaged());
        let emails = match self.shows_unmanaged() {
            true => who.addresses.clone(),
            false => email.into_iter().map(str::to_owned).collect(),
        };
        let find = FindUnregisteredAccounts { login, emails, ..self.find_unregistered_accounts() };
        let accounts = self.host.ask(&find).await?;
        let who = Identity { user_name: find.login, addresses: find.emails };
        let mut others = accounts.clone();
        others.retain(|account| returning.is_none_or(|record| record.account.user_id != account.user_id));
        match (who.account(&others), who.account_to_join(&accounts)) {
            (None, None) => Ok(None),
            (None, Some(account))
                if self.shows_unmanaged()
                    && returning.is_none()
                    && !account.protected
                    && account.may_join() =>
            {
                Ok(Some(account.clone()))
            }
            // A person who is created locked out is created all the same; the address waits.
            (None, Some(_)) if !active => Ok(None),
            (Some(account), _)
                if !active && !account.protected && (account.unlinked || !self.shows_unmanaged()) =>
            {
                self.note_detail(&format!(
                    "The WordPress account {:?} has this person's address and stays as it is: {}.",
                    account.login,
                    if account.unlinked { "it was unlinked" } else { "existing accounts are kept apart" }
                ));
                Ok(None)
            }
            (None, Some(account)) => Err(self.email_clash(account, email).into()),
            // An unlinked account is not matched by its login alone.
            (Some(account), _) if account.unlinked && account.email.is_empty() => Ok(None),
            (Some(account), _) => {
                if let Some(name) = who.user_name.as_deref().filter(|_| !account.unlinked) {
                    self.register(account, name).await?;
                }
                Err(self.email_clash(account, email).into())
            }
        }
    }

    pub(super) fn email_clash(&self, account: &Account, email: Option<&str>) -> Error {
        let what = match email {
            Some(email) if fold_case(email) == fold_case(&account.email) => {
                format!("has the e-mail address {email:?}")
            }
            _ if !account.email.is_empty() => "has another address of this person".to_owned(),
            _ => "has this name".to_owned(),
        };
        let cure = if account.protected {
            "It is protected and never linked: leave the person out of the provisioning."
        } else if account.unlinked && self.shows_unmanaged() {
            "The owner of the site has unlinked it: give one of the two another address, or choose \"Allow \
             linking\" at the account in the list of users inside WordPress."
        } else if !account.may_join() && !account.is_on_site() {
            "This site may not take it in, because its identity provider did not create it. An administrator \
             of the network can add the account to the site, or allow it under Network Admin → Settings → \
             Rollbook."
        } else if !account.is_on_site() && self.shows_unmanaged() {
            "It is another person's in this network: give one of the two another address."
        } else if self.shows_unmanaged() {
            "Match people by userName or emails: the account is found and linked by the first change."
        } else {
            "Existing accounts are kept apart: give one of the two another address, or allow linking in the \
             Rollbook settings."
        };
        let who = match account.is_on_site() {
            true => format!("The WordPress account {:?}", account.login),
            false => "An account on another site of this network".to_owned(),
        };
        Error::conflict(format!("{who} {what} already. {cure}"))
    }
}
