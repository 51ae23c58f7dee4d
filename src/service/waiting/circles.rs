//! Circles: people who exchange names or addresses get them at once.

use super::{Consequences, MAX_EXCHANGE};
use crate::host::{AccountChange, FindConflicts, UpdateUser, UserRecord, UserRow};
use crate::scim::filter::fold_case;
use crate::scim::schema::ResourceType;
use crate::service::identity::has_name;
use crate::service::{Answer, Service};
use crate::wordpress::email::waiting_email;
use crate::wordpress::lookups;
use serde_json::Value;

impl Service {
    /// Follows the chain of people, where each wants the next one's name. Where it leads back to the first
    /// person, or to a free name, each gets the name that it wants.
    pub(super) async fn close_circle_of_names(
        &self,
        record: &UserRecord,
        holder: &UserRecord,
        consequences: &mut Consequences,
    ) -> Answer<bool> {
        let mut chain: Vec<UpdateUser> = Vec::new();
        let mut before: Vec<UserRecord> = Vec::new();
        let mut holder = holder.clone();
        while chain.len() < MAX_EXCHANGE {
            let Some(wish) = holder.wished_name.clone() else { return Ok(false) };
            let is_in = before.iter().any(|one| one.id == holder.id);
            if !holder.managed || !holder.account.is_writable() || is_in {
                return Ok(false);
            }
            let shown = self.user_resource(&holder);
            let mut resource = shown.clone();
            let Ok(path) = "userName".parse() else { return Ok(false) };
            if resource.set(&path, Value::from(wish.as_str()), ResourceType::User.schemas()).is_err() {
                return Ok(false);
            }
            let update = self.update_of(&holder, &shown, &resource).await?;
            let key = update.row.user_name_key.clone();
            chain.push(update);
            before.push(holder);
            let next = if has_name(record, &key) {
                None
            } else {
                let find = FindConflicts { user_name_key: Some(key.clone()), ..FindConflicts::default() };
                let found = self.conflicts(find).await?.people;
                match found.into_iter().find(|other| has_name(other, &key)) {
                    Some(gone) if gone.deleted => {
                        consequences.giving_up.push(self.giving_up(&gone, false));
                        None
                    }
                    next => next,
                }
            };
            let Some(next) = next else {
                consequences.others = chain;
                consequences.before = before;
                return Ok(true);
            };
            holder = next;
        }
        Ok(false)
    }

    /// Follows the chain of people, where each waits for the next one's address. Where it leads back to the
    /// first person, or to a free address, each gets the address that it waits for. A locked out person who
    /// has another address in the IdP gives up the old one.
    pub(super) async fn close_circle_of_addresses(
        &self,
        record: &UserRecord,
        holder: &UserRecord,
        consequences: &mut Consequences,
    ) -> Answer<bool> {
        let own = fold_case(&record.account.email);
        let mut chain: Vec<UpdateUser> = Vec::new();
        let mut before: Vec<UserRecord> = Vec::new();
        let mut holder = holder.clone();
        let mut giving_up = None;
        while chain.len() < MAX_EXCHANGE {
            let shown = self.user_resource(&holder);
            let Some(wanted) = waiting_email(&holder, &shown) else { return Ok(false) };
            if holder.id == record.id || before.iter().any(|one| one.id == holder.id) {
                return Ok(false);
            }
            let mut update = self.update_of(&holder, &shown, &shown).await?;
            let is_closed = wanted.is_empty() || !own.is_empty() && fold_case(&wanted) == own;
            let conflicts = match is_closed {
                true => None,
                false => {
                    let find = FindConflicts { email: Some(wanted.clone()), ..FindConflicts::default() };
                    Some(self.conflicts(find).await?)
                }
            };
            let next = conflicts.and_then(|conflicts| {
                let next = conflicts.email_holder.filter(|next| *next != holder.account.user_id);
                let next = next.map(|id| conflicts.people.into_iter().find(|one| one.account.user_id == id));
                if conflicts.email_accepted { next } else { Some(None) }
            });
            let next = match next {
                None => None,
                Some(Some(gone)) if gone.gives_up_address() => {
                    giving_up = Some(gone);
                    None
                }
                Some(_) if !holder.active => {
                    update.account.email = Some(String::new());
                    update.row.lookups.push(lookups::waiting_lookup(&wanted));
                    None
                }
                Some(Some(next)) => Some(next),
                Some(None) => return Ok(false),
            };
            chain.push(update);
            before.push(holder);
            let Some(next) = next else {
                consequences.giving_up.extend(giving_up.map(|gone| self.giving_up(&gone, true)));
                consequences.others = chain;
                consequences.before = before;
                return Ok(true);
            };
            holder = next;
        }
        Ok(false)
    }

    /// A person whose address is the userName gets another address with the name, if it is free or one of
    /// those who exchange names leaves it.
    pub(super) async fn decide_addresses_of_others(
        &self,
        record: &UserRecord,
        row: &mut UserRow,
        account: &mut AccountChange,
        consequences: &mut Consequences,
    ) -> Answer<()> {
        let mut holders: Vec<Option<u64>> = Vec::new();
        for index in 0..consequences.others.len() {
            let Some(update) = consequences.others.get(index) else { break };
            let user_id = update.account.user_id;
            let Some(email) = update.account.email.clone().filter(|email| !email.is_empty()) else {
                holders.push(None);
                continue;
            };
            let find = FindConflicts { email: Some(email), ..FindConflicts::default() };
            let conflicts = self.conflicts(find).await?;
            let holder = conflicts.email_holder.filter(|holder| Some(*holder) != user_id);
            let gone = conflicts
                .people
                .iter()
                .find(|one| Some(one.account.user_id) == holder && one.gives_up_address());
            consequences.giving_up.extend(gone.map(|gone| self.giving_up(gone, true)));
            let is_accepted = conflicts.email_accepted;
            holders.push(if is_accepted { holder.filter(|_| gone.is_none()) } else { Some(0) });
        }
        // A person who gets no address keeps one that another was to get.
        loop {
            let leaves = account.email.is_some();
            let kept = consequences.others.iter().zip(&holders).position(|(update, holder)| {
                update.account.email.is_some()
                    && holder.is_some_and(|holder| {
                        !(consequences.leaves_address(holder) || leaves && holder == record.account.user_id)
                    })
            });
            if let Some(update) = kept.and_then(|index| consequences.others.get_mut(index)) {
                if let Some(email) = update.account.email.take() {
                    update.row.lookups.push(lookups::waiting_lookup(&email));
                }
                continue;
            }
            let wanted = account.email.clone().filter(|email| !email.is_empty());
            let keeps = |one: &UserRecord, email: &str| {
                fold_case(&one.account.email) == fold_case(email)
                    && !consequences.leaves_address(one.account.user_id)
            };
            match wanted.filter(|email| consequences.before.iter().any(|one| keeps(one, email))) {
                Some(email) => {
                    account.email = None;
                    row.lookups.push(lookups::waiting_lookup(&email));
                }
                None => return Ok(()),
            }
        }
    }
}
