//! Does what the owner has decided about losses ([`crate::service::losses`]): deletions that waited happen,
//! or what was taken is given back.
//!
//! Each loss is looked at as its person is now. Where another request has written the person since, it is
//! looked at anew. The latest comes first, so that a person who was deactivated and then deleted is brought
//! back and then let in. What cannot be done is the owner's to decide about again.

use super::MAX_PART;
use crate::host::{
    AccountDisposal, DecidedLoss, Decision, ListDecidedLosses, LoadUsersByAccount, LossKind, Outcome,
    RemoveKept, ReopenLosses, RestoreUser, RoleChange, SetRoles, SettleLosses, UserRecord,
};
use crate::scim::error::Error;
use crate::service::query::Query;
use crate::service::reply::written;
use crate::service::{Answer, Change, Event, MAX_ATTEMPTS, Precondition, Reply, RequestError, Service};
use crate::wordpress::columns::key;
use crate::wordpress::lookups::record_lookups;
use crate::wordpress::{network, roles, user};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What was done, and whether something is left.
#[derive(Debug, Default, Serialize)]
struct Settled {
    left: bool,
    undone: u64,
    let_go: u64,
    failed: u64,
}

impl Service {
    /// Settles some losses.
    pub(super) async fn settle_losses(&self, limit: u64) -> Answer {
        let limit = limit.clamp(1, MAX_PART);
        let list = ListDecidedLosses { limit, targets: user::targets(&self.settings) };
        let losses = self.host.ask(&list).await?;
        let mut settled = Settled {
            left: u64::try_from(losses.len()).is_ok_and(|count| count == limit),
            ..Settled::default()
        };
        let mut seen = BTreeSet::new();
        for mut decided in losses {
            // What came of the first loss of a person is read with the next part.
            if !seen.insert(decided.loss.user_id) {
                settled.left = true;
                continue;
            }
            match (self.settle(&mut decided).await, decided.decision) {
                (Ok(()), Decision::Undo) => settled.undone += 1,
                (Ok(()), Decision::LetGo) => settled.let_go += 1,
                // Nothing of it was stored; it is done when the database is back.
                (Err(RequestError::Host(failure)), _) if failure.passes => {
                    return Err(RequestError::Host(failure));
                }
                (Err(problem), _) => {
                    settled.failed += 1;
                    self.note_failure(format!("{}: {}", decided.loss.user_name, problem.reason()));
                    self.host.ask(&ReopenLosses { user_id: decided.loss.user_id }).await?;
                    continue;
                }
            }
            self.host.ask(&SettleLosses { numbers: vec![decided.number] }).await?;
        }
        self.note.borrow_mut().action = Some(if settled.undone > 0 { "undone" } else { "let_go" });
        Ok(Reply::json(200, json!(settled)))
    }

    /// Settles one loss.
    async fn settle(&self, decided: &mut DecidedLoss) -> Answer<()> {
        for _ in 0..MAX_ATTEMPTS {
            let is_done = match decided.decision {
                Decision::Undo => self.undo_loss(decided).await?,
                Decision::LetGo => self.let_go(decided).await?,
            };
            if is_done {
                return Ok(());
            }
            let load = LoadUsersByAccount {
                user_ids: vec![decided.loss.user_id],
                kept: true,
                targets: user::targets(&self.settings),
            };
            decided.record = self.host.ask(&load).await?.into_iter().next();
        }
        Err(changed_meanwhile())
    }

    /// Gives back what a person has lost, where the loss still stands. Gives whether that is done; it is not
    /// where another request has written the person since.
    async fn undo_loss(&self, decided: &DecidedLoss) -> Answer<bool> {
        let Some(record) = decided.record.as_ref().filter(|record| record.id == decided.loss.id) else {
            return Ok(true);
        };
        match decided.loss.kind {
            LossKind::Deleted if record.deleted => match self.restore(record, decided).await? {
                Some(restored) => self.renew_role(restored).await,
                None => Ok(false),
            },
            // Restored, before something failed.
            LossKind::Deleted => self.renew_role(record.clone()).await,
            LossKind::Deactivated if !record.deleted && !record.active => {
                let operation = json!({ "op": "replace", "path": "active", "value": true });
                let Value::Object(body) = json!({ "Operations": [operation] }) else { return Ok(true) };
                let any = Precondition { if_match: None, if_none_match: None };
                self.patch_user(&record.id, body, &any, &Query::default()).await.map(|_| true)
            }
            LossKind::Role if !record.deleted => self.give_back_roles(record, decided).await,
            _ => Ok(true),
        }
    }

    /// Brings a deleted person back; nothing where another request has written the row since.
    async fn restore(&self, record: &UserRecord, decided: &DecidedLoss) -> Answer<Option<UserRecord>> {
        let before = decided.loss.before.clone();
        let shown = user::resource(record, &self.settings, &self.base);
        let restore = RestoreUser {
            id: record.id.clone(),
            version: record.version,
            user_name_key: key(&record.user_name)?,
            active: before.as_ref().is_none_or(|before| before.active),
            groups: before.map(|before| before.groups).unwrap_or_default(),
            lookups: record_lookups(record, &shown, &self.settings.site),
            targets: user::targets(&self.settings),
            now: self.now,
        };
        let outcome = self.host.ask(&restore).await?;
        let taken = |value| self.taken(value, &record.user_name, Some(&record.account.email));
        let Some(restored) = written(outcome, &record.id, taken)? else { return Ok(None) };
        self.note_difference("reactivated", Some(record), &restored);
        let (user_id, id) = (restored.account.user_id, restored.id.to_string());
        self.tell(Event::UserReactivated { user_id, id });
        Ok(Some(restored))
    }

    /// Gives somebody who is back the role that is due in their groups as these are by now.
    async fn renew_role(&self, restored: UserRecord) -> Answer<bool> {
        if !self.rules_read_groups() {
            return Ok(true);
        }
        let mut record = restored;
        for _ in 0..MAX_ATTEMPTS {
            let now = self.ruled(&record);
            let Some(change) = roles::changed_around(&record, now, now, &self.settings) else {
                return Ok(true);
            };
            if done(self.set_role(change).await?)? {
                return Ok(true);
            }
            let Some(again) = self.load_users(vec![record.id]).await?.pop() else { return Ok(true) };
            record = again;
        }
        Ok(false)
    }

    /// Gives back roles. One that has become protected, or that the site has no more, is not given.
    async fn give_back_roles(&self, record: &UserRecord, decided: &DecidedLoss) -> Answer<bool> {
        let before = decided.loss.before.as_ref().map(|before| before.roles.clone()).unwrap_or_default();
        let mut roles = before.into_iter();
        let Some(role) = roles.next() else { return Ok(true) };
        let other_roles: Vec<String> = roles.collect();
        let is_protected = self.settings.is_protected(&role)
            || other_roles.iter().any(|role| self.settings.is_protected(role));
        if record.account.protected || is_protected || record.account.roles.first() == Some(&role) {
            return Ok(true);
        }
        let change = RoleChange {
            user_id: record.account.user_id,
            version: record.version,
            role,
            other_roles,
            before: record.account.roles.clone(),
            ruling: None,
            person: (record.id.clone(), record.user_name.clone()),
        };
        done(self.set_role(change).await?)
    }

    /// Sets one person's roles, if the site has the role.
    async fn set_role(&self, change: RoleChange) -> Answer<Outcome<()>> {
        if self.existing_roles(vec![change.role.clone()]).await?.is_empty() {
            return Ok(Outcome::Done { record: () });
        }
        let results = self.host.ask(&SetRoles { roles: vec![change.clone()] }).await?;
        let outcome = results.into_iter().next().map_or(Outcome::Gone, |result| result.outcome);
        if matches!(outcome, Outcome::Done { .. }) {
            self.note_role(&change);
            let RoleChange { user_id, role, before, .. } = change;
            self.tell(Event::RoleChanged { user_id, role, before });
        }
        Ok(outcome)
    }

    /// Has a deletion that waited happen, as the settings say now.
    async fn let_go(&self, decided: &DecidedLoss) -> Answer<bool> {
        let is_same = |record: &&UserRecord| record.id == decided.loss.id && record.deleted;
        let Some(record) = decided.record.as_ref().filter(is_same).filter(|_| decided.loss.held) else {
            return Ok(true);
        };
        let deletion = &self.settings.deletion;
        let disposal = network::disposal(&record.account, deletion.disposal);
        let keeps = disposal == AccountDisposal::Deactivate && deletion.reassign_to.is_none();
        if record.account.protected || keeps {
            return Ok(true);
        }
        if let Some(login) = &deletion.reassign_to {
            self.check_reassign_target(record, login).await?;
        }
        let remove = RemoveKept {
            id: record.id.clone(),
            version: record.version,
            disposal,
            reassign_to: deletion.reassign_to.clone(),
        };
        let outcome = self.host.ask(&remove).await?;
        let taken = |value| self.taken(value, &record.user_name, None);
        if written(outcome, &record.id, taken)?.is_none() {
            return Ok(false);
        }
        let (user_id, id) = (record.account.user_id, record.id.to_string());
        let became = if disposal == AccountDisposal::Deactivate { "kept" } else { "deleted" };
        let changes = vec![Change::new("account", Some("held".to_owned()), Some(became.to_owned()))];
        self.note_effect("deleted", user_id, Some((&record.id, &record.user_name)), changes);
        self.tell(Event::UserDeleted { user_id, id, account_kept: disposal != AccountDisposal::Delete });
        Ok(true)
    }
}

/// Whether roles are set; they are not where another request has written the person since.
fn done(outcome: Outcome<()>) -> Answer<bool> {
    match outcome {
        Outcome::Done { .. } => Ok(true),
        Outcome::Refused { message, .. } => Err(Error::conflict(message).into()),
        Outcome::Stale => Ok(false),
        Outcome::Gone | Outcome::Taken { .. } => Err(changed_meanwhile()),
    }
}

fn changed_meanwhile() -> RequestError {
    Error::conflict("The person was changed by others at the same time.").into()
}
