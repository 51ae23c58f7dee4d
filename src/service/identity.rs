//! Which person a request is about: a new one, one who comes back, or one who has the name or address
//! already.

use super::{Answer, Service};
use crate::host::{Conflicts, FindConflicts, GivingUp, ReleaseRows, UserRecord, UserRow};
use crate::mapping::meta_key::SECOND_FACTORS;
use crate::scim::error::{Error, Result};
use crate::scim::filter::fold_case;
use crate::wordpress::columns::folded;
use crate::wordpress::linking::{self, Identity};
use crate::wordpress::{email, lookups, user};
use smol_str::SmolStr;

impl Service {
    /// Everybody who conflicts with a person. Where existing accounts are kept apart, an account that got its
    /// row when they were linked loses it, so that it blocks no name for the IdP's people.
    pub(super) async fn conflicts(&self, find: FindConflicts) -> Answer<Conflicts> {
        let find = FindConflicts { targets: user::targets(&self.settings), ..find };
        let mut conflicts = self.host.ask(&find).await?;
        if !self.shows_unmanaged() {
            let is_stranger = |record: &UserRecord| !record.managed && !record.deleted;
            let ids: Vec<SmolStr> =
                conflicts.people.iter().filter(|one| is_stranger(one)).map(|one| one.id.clone()).collect();
            if !ids.is_empty() {
                self.host.ask(&ReleaseRows { ids }).await?;
                conflicts.people.retain(|record| !is_stranger(record));
            }
        }
        Ok(conflicts)
    }

    /// Everybody who conflicts with somebody new, or may be the same person.
    pub(super) async fn conflicts_of_newcomer(
        &self,
        row: &UserRow,
        email: Option<&str>,
    ) -> Answer<Conflicts> {
        self.conflicts(FindConflicts {
            user_name_key: Some(row.user_name_key.clone()),
            email: email.map(str::to_owned),
            external_id: row.external_id.clone().filter(|id| !id.is_empty()),
            lookups: lookups::former_lookups(&row.user_name, email.unwrap_or_default()),
            targets: Vec::new(),
        })
        .await
    }

    /// Takes the name from an unmanaged account that is not the person's. It got the name when the account,
    /// or the person, had another address.
    pub(super) async fn free_name(
        &self,
        people: &mut Vec<UserRecord>,
        key: &str,
        who: &Identity,
    ) -> Answer<()> {
        let is_in_the_way = |record: &UserRecord| {
            !record.managed
                && !record.deleted
                && has_name(record, key)
                && linking::may_link(record, who).is_err()
        };
        let ids: Vec<SmolStr> =
            people.iter().filter(|one| is_in_the_way(one)).map(|one| one.id.clone()).collect();
        if !ids.is_empty() {
            self.host.ask(&ReleaseRows { ids }).await?;
            people.retain(|record| !is_in_the_way(record));
        }
        Ok(())
    }

    /// # Errors
    /// 409 where a living person has the name.
    pub(super) fn check_name(&self, people: &[UserRecord], key: &str, email: Option<&str>) -> Result<()> {
        let holder = people.iter().find(|record| !record.deleted && has_name(record, key));
        holder.map_or(Ok(()), |holder| Err(self.name_clash(holder, email)))
    }

    /// The refusal of a name that another person has; `email` is the address of the person who wants it.
    pub(super) fn name_clash(&self, holder: &UserRecord, email: Option<&str>) -> Error {
        if !holder.managed {
            return self.email_clash(&holder.account, email);
        }
        *self.blocked_by.borrow_mut() = Some(holder.id.clone());
        Error::conflict(format!(
            "There is a person with the userName {:?} already. Its id is {}.",
            holder.user_name, holder.id
        ))
    }

    /// The deleted person, with a kept account, who comes back. `externalId` decides first, because an IdP
    /// gives the names and addresses of people who have left to others.
    ///
    /// # Errors
    /// 409 where the account is protected by now.
    pub(super) fn returning<'a>(
        &self,
        people: &'a [UserRecord],
        row: &UserRow,
        email: Option<&str>,
    ) -> Result<Option<&'a UserRecord>> {
        let id = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        let rank = |record: &UserRecord| match (id(&row.external_id), id(&record.external_id)) {
            (Some(one), Some(other)) => (one == other).then_some(0),
            _ if has_name(record, &row.user_name_key) => Some(1),
            _ if email.is_some_and(|email| self.had_address(record, email)) => Some(2),
            _ => None,
        };
        let found = people
            .iter()
            .filter(|record| record.deleted)
            .filter_map(|record| Some((rank(record)?, -record.modified, record)))
            .min_by_key(|(rank, age, _)| (*rank, *age))
            .map(|(_, _, record)| record);
        match found {
            Some(record) if record.account.protected => Err(Error::conflict(format!(
                "The person was deleted, and the WordPress account {:?} was kept; it has rights over others \
                 or over the site by now. Such an account does not come back through SCIM. The owner of the \
                 site takes the role or the right away inside WordPress, or deletes the account; then the \
                 person can be created.",
                record.account.login
            ))),
            found => Ok(found),
        }
    }

    /// Whether a deleted person had an address: the account has it, or has lost it to another person since.
    fn had_address(&self, record: &UserRecord, email: &str) -> bool {
        let same = |other: &str| fold_case(other) == fold_case(email);
        same(&record.account.email)
            || email::email(&self.user_resource(record)).is_some_and(|last| same(&last))
    }

    /// What a deleted person gives up for a living one.
    pub(super) fn giving_up(&self, record: &UserRecord, email: bool) -> GivingUp {
        if email {
            self.note_detail(&format!(
                "The address {} was taken from the kept account {:?} of a deleted person.",
                record.account.email, record.account.login
            ));
        }
        let lookups = lookups::former_lookups(&record.user_name, &record.account.email);
        GivingUp { id: record.id.clone(), email, lookups }
    }

    /// The refusal of an address that another account has; `holder` is its person, if known. It names a next
    /// step only where there is one.
    pub(super) fn address_clash(&self, holder: Option<&UserRecord>, email: &str, is_new: bool) -> Error {
        let Some(holder) = holder else {
            return Error::conflict(format!(
                "Another WordPress account has the e-mail address {email:?} already; WordPress allows an \
                 address once. Give one of the two another address."
            ));
        };
        if holder.managed && !holder.deleted {
            *self.blocked_by.borrow_mut() = Some(holder.id.clone());
            return Error::conflict(format!(
                "The person {:?} has the e-mail address {email:?} already; its id is {}. Two people cannot \
                 share an address: give one of the two another one in the identity provider.",
                holder.user_name, holder.id
            ));
        }
        if holder.deleted {
            return Error::conflict(format!(
                "The WordPress account {:?} has the e-mail address {email:?} already. It was kept when its \
                 person was deleted, and nothing in it is changed through SCIM by now. Give that account \
                 another address inside WordPress, or delete it there.",
                holder.account.login
            ));
        }
        if is_new || holder.account.protected {
            return self.email_clash(&holder.account, Some(email));
        }
        Error::conflict(format!(
            "The WordPress account {:?}, which the identity provider does not manage, has the e-mail address \
             {email:?} already. Give one of the two another address, or delete that account inside \
             WordPress.",
            holder.account.login
        ))
    }

    /// The metas that are deleted with the credentials of a person who comes back.
    pub(super) fn credential_metas() -> Vec<String> {
        SECOND_FACTORS.map(str::to_owned).to_vec()
    }
}

pub(super) fn has_name(record: &UserRecord, key: &str) -> bool {
    folded(&record.user_name, usize::MAX) == key
}
