//! Addresses that have become free go to those who wait for them.

use super::{Consequences, MAX_EXCHANGE, may_exchange};
use crate::host::{FindConflicts, Outcome, UpdateUser, UserRecord};
use crate::scim::filter::fold_case;
use crate::service::{Answer, Change, Event, MAX_ATTEMPTS, RequestError, Service};
use crate::wordpress::email::waiting_email;
use crate::wordpress::lookups;

impl Service {
    /// Notes what waits and which other people were changed, and gives addresses that are free now to those
    /// who wait for them.
    pub(in crate::service) async fn conclude_exchange(
        &self,
        record: &UserRecord,
        update: &UpdateUser,
        consequences: &Consequences,
    ) {
        consequences.sentences.iter().for_each(|sentence| self.note_detail(sentence));
        self.note_others(update, consequences);
        let everybody = std::iter::once((record, &update.account))
            .chain(consequences.before.iter().zip(update.others.iter().map(|other| &other.account)));
        let changed: Vec<_> = everybody.filter(|(_, account)| account.email.is_some()).collect();
        for (before, _) in &changed {
            let old = fold_case(&before.account.email);
            let is_given = |email: &Option<String>| email.as_ref().is_some_and(|new| fold_case(new) == old);
            if !changed.iter().any(|(_, account)| is_given(&account.email)) {
                self.serve_waiting(&before.account.email).await;
            }
        }
    }

    /// Looks once more at the address that a person has just begun to wait for: its holder may have left it
    /// meanwhile, or wait for this person's, when nobody waited yet. Gives the person as it is now.
    pub(in crate::service) async fn serve_newly_waiting(
        &self,
        written: UserRecord,
        address: &str,
    ) -> UserRecord {
        self.serve_waiting(address).await;
        self.load_user(&written.id).await.unwrap_or(written)
    }

    /// Notes which other people were changed.
    fn note_others(&self, update: &UpdateUser, consequences: &Consequences) {
        for (other, before) in update.others.iter().zip(&consequences.before) {
            let renamed = other.row.user_name != before.user_name;
            let mut changes = Vec::new();
            let mut different = Vec::new();
            if renamed {
                changes.push("userName".to_owned());
                self.note_detail(&format!(
                    "The person {:?} is called {:?} from now on, as the identity provider wants.",
                    before.user_name, other.row.user_name
                ));
            }
            if let Some(email) = &other.account.email {
                changes.push("emails".to_owned());
                different.push(Change::new("email", Some(before.account.email.clone()), Some(email.clone())));
                self.note_detail(&format!(
                    "The person {:?} has got the address {email:?} instead of {:?}.",
                    other.row.user_name, before.account.email
                ));
            }
            let (user_id, id) = (before.account.user_id, before.id.to_string());
            self.note_effect("updated", user_id, Some((&id, &other.row.user_name)), different);
            self.tell(Event::UserUpdated { user_id, id, paths: changes });
        }
    }

    /// Gives an address that has become free to a person who waits for it, the address that this person
    /// leaves to the next, and so on. The request itself is done: what fails here is done by the next request
    /// about the person.
    pub(in crate::service) async fn serve_waiting(&self, address: &str) {
        let mut address = address.to_owned();
        for _ in 0..MAX_EXCHANGE {
            if address.is_empty() {
                return;
            }
            match self.serve_one(&address).await {
                Ok(Some(left)) => address = left,
                Ok(None) | Err(RequestError::Client(_)) => return,
                Err(RequestError::Host(failure)) => {
                    self.note_detail(&format!(
                        "Who waits for the address {address} did not get it yet: {failure}."
                    ));
                    return;
                }
            }
        }
    }

    /// Gives an address to one who waits for it. Returns the address that was left.
    async fn serve_one(&self, address: &str) -> Answer<Option<String>> {
        for _ in 0..MAX_ATTEMPTS {
            let Some((record, update, consequences)) = self.next_to_serve(address).await? else {
                return Ok(None);
            };
            match self.host.ask(&update).await? {
                Outcome::Done { .. } => {}
                // Another request was faster: somebody else may be next now.
                Outcome::Stale | Outcome::Taken { .. } => continue,
                Outcome::Gone | Outcome::Refused { .. } => return Ok(None),
            }
            self.note_detail(&format!(
                "The person {:?} has got the address {address}, for which it waited.",
                record.user_name
            ));
            let person = Some((record.id.as_str(), record.user_name.as_str()));
            let email = Change::new("email", Some(record.account.email.clone()), Some(address.to_owned()));
            self.note_effect("updated", record.account.user_id, person, vec![email]);
            self.tell(Event::UserUpdated {
                user_id: record.account.user_id,
                id: record.id.to_string(),
                paths: vec!["emails".to_owned()],
            });
            self.note_others(&update, &consequences);
            return Ok(Some(record.account.email));
        }
        Ok(None)
    }

    /// Who gets an address now, and the change that gives it: somebody who waits for it, where it is free or
    /// its holder waits for what that person leaves.
    async fn next_to_serve(&self, address: &str) -> Answer<Option<(UserRecord, UpdateUser, Consequences)>> {
        let find = FindConflicts {
            email: Some(address.to_owned()),
            lookups: vec![lookups::waiting_lookup(address)],
            ..FindConflicts::default()
        };
        let conflicts = self.conflicts(find).await?;
        let waiting = |record: &UserRecord| {
            let wanted = waiting_email(record, &self.user_resource(record));
            wanted.is_some_and(|wanted| fold_case(&wanted) == fold_case(address))
        };
        let first =
            conflicts.people.iter().filter(|one| waiting(one)).min_by_key(|one| (!one.active, one.row));
        let Some(record) = first.filter(|_| conflicts.email_accepted) else { return Ok(None) };
        let shown = self.user_resource(record);
        let mut update = self.update_of(record, &shown, &shown).await?;
        let mut consequences = Consequences::default();
        if let Some(holder) = conflicts.email_holder.filter(|holder| *holder != record.account.user_id) {
            match conflicts.people.iter().find(|one| one.account.user_id == holder) {
                Some(gone) if gone.gives_up_address() => {
                    update.giving_up.push(self.giving_up(gone, true));
                }
                Some(other)
                    if may_exchange(other)
                        && self.close_circle_of_addresses(record, other, &mut consequences).await? => {}
                _ => return Ok(None),
            }
        }
        update.others = std::mem::take(&mut consequences.others);
        update.giving_up.append(&mut consequences.giving_up);
        Ok(Some((record.clone(), update, consequences)))
    }
}
