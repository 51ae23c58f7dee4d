//! People who leave, and who gets their content.

use super::reply::written;
use super::{Answer, Change, Event, MAX_ATTEMPTS, Precondition, Reply, Service};
use crate::host::{AccountDisposal, DeleteUser, FindReassignTarget, UserRecord};
use crate::scim::error::Error;
use crate::settings::reassign_target::Unfit;
use crate::wordpress::{lookups, network, user};

impl Service {
    pub(super) async fn delete_user(&self, id: &str, precondition: &Precondition<'_>) -> Answer {
        let deletion = &self.settings.deletion;
        self.remove_user(id, precondition, deletion.disposal, deletion.reassign_to.clone(), true).await
    }

    /// Removes a person who was just created. The account is kept, so that nothing it had before is lost.
    pub(super) async fn withdraw_user(&self, id: &str) -> Answer {
        let any = Precondition { if_match: None, if_none_match: None };
        self.remove_user(id, &any, AccountDisposal::Deactivate, None, false).await
    }

    async fn remove_user(
        &self,
        id: &str,
        precondition: &Precondition<'_>,
        disposal: AccountDisposal,
        reassign_to: Option<String>,
        is_loss: bool,
    ) -> Answer {
        let mut is_held = None;
        for _ in 0..MAX_ATTEMPTS {
            let record = self.load_user(id).await?;
            self.note_attempt(&record);
            precondition.holds(&user::version(&record))?;
            self.may_change(&record)?;
            if !record.managed {
                return Err(Error::new(
                    403,
                    format!(
                        "The WordPress account {:?} was there before the identity provider and has never \
                         been changed by it. Such an account is not deleted through SCIM; send a PUT or \
                         PATCH first to take charge of it.",
                        record.account.login
                    ),
                )
                .into());
            }
            let is_held = match is_held {
                Some(is_held) => is_held,
                None => *is_held.insert(is_loss && self.note_deletion(&record).await?),
            };
            // An account that has become protected is only locked, and so is one whose deletion waits.
            let (disposal, reassign_to) = match record.account.protected || is_held {
                true => (AccountDisposal::Deactivate, None),
                false => (network::disposal(&record.account, disposal), reassign_to.as_ref()),
            };
            if let Some(login) = reassign_to {
                self.check_reassign_target(&record, login).await?;
            }
            let delete = DeleteUser {
                id: record.id.clone(),
                version: record.version,
                disposal,
                managed_here: record.account.is_managed_here(),
                reassign_to: reassign_to.cloned(),
                lookups: lookups::former_lookups(&record.user_name, &record.account.email),
                now: self.now,
            };
            let outcome = self.host.ask(&delete).await?;
            if written(outcome, id, |value| self.taken(value, &record.user_name, None))?.is_some() {
                self.note_person("deleted", &record);
                let became = match disposal {
                    _ if is_held => "held",
                    AccountDisposal::Deactivate => "kept",
                    AccountDisposal::RemoveFromSite => "removed_from_site",
                    AccountDisposal::Delete => "deleted",
                };
                let person = Some((record.id.as_str(), record.user_name.as_str()));
                let changes = vec![Change::new("account", None, Some(became.to_owned()))];
                self.note_effect("deleted", record.account.user_id, person, changes);
                self.tell(Event::UserDeleted {
                    user_id: record.account.user_id,
                    id: record.id.to_string(),
                    account_kept: disposal != AccountDisposal::Delete,
                });
                self.serve_waiting(&record.account.email).await;
                return Ok(Reply::empty(204));
            }
        }
        Err(precondition.lost().into())
    }

    /// Makes sure that the account which gets a leaving person's content exists and can have it.
    ///
    /// # Errors
    /// 409 where the account that the owner has named cannot have the content. The person is not
    /// deleted then, because the content would be lost or belong to nobody.
    pub(super) async fn check_reassign_target(&self, leaving: &UserRecord, login: &str) -> Answer<()> {
        let target = self.host.ask(&FindReassignTarget { login: login.to_owned() }).await?;
        let is_leaving = target.as_ref().is_some_and(|target| target.user_id == leaving.account.user_id);
        let reason = match Unfit::of(target.as_ref()) {
            _ if is_leaving => "is the one to be deleted",
            Some(Unfit::Missing) => "does not exist",
            Some(Unfit::Elsewhere) => "is not on this site of the network",
            Some(Unfit::Deactivated) => "is deactivated",
            None => return Ok(()),
        };
        let detail = format!(
            "The person was not deleted: the content of {:?} would go to the WordPress account {login:?}, \
             which {reason}. Name another account under \"Content goes to\" in the Rollbook settings.",
            leaving.user_name
        );
        Err(Error::new(409, detail).into())
    }
}
