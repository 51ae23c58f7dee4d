//! The seat belt: what happens when an IdP takes something from more people than the owner expects. Most
//! likely a filter there is wrong, and everybody seems to have left.
//!
//! Deletions are held then: the resource goes, as the client is told, and the account is kept and locked
//! until the owner decides. While the owner is asked, every further deletion within the window is held too.
//! Deactivated people are out at once, because people who leave must be. The owner may let all of it stand,
//! or undo it together ([`super::tasks`]).
//!
//! Requests that run at the same moment may each be the last one below the limit; so as many people more may
//! pass as there are such requests.

use super::{Answer, Service};
use crate::host::{BeforeLoss, FindLosses, Loss, LossKind, NoteLosses, RoleChange, UserRecord};
use crate::wordpress::roles;
use serde::Serialize;

/// With so many accounts, those that lost something before are told apart from others. More are all counted.
const MAX_TOLD_APART: usize = 500;

/// The owner is to be told that people lose something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// How many did, these included.
    pub people: u64,
    /// How many may.
    pub limit: u64,
    /// Within how many hours.
    pub hours: u32,
    /// Since when losses count.
    pub since: i64,
}

impl Service {
    /// Notes a deletion that is about to happen. Gives whether it is held.
    pub(super) async fn note_deletion(&self, record: &UserRecord) -> Answer<bool> {
        self.note_losses(vec![loss(record, LossKind::Deleted)]).await
    }

    /// Notes what a change is about to take from a person.
    pub(super) async fn note_change(
        &self,
        record: &UserRecord,
        active: bool,
        role: Option<&str>,
    ) -> Answer<()> {
        let mut losses = Vec::new();
        if record.active && !active {
            losses.push(loss(record, LossKind::Deactivated));
        }
        if record.managed && self.takes_role(&record.account.roles, role) {
            losses.push(loss(record, LossKind::Role));
        }
        self.note_losses(losses).await.map(drop)
    }

    /// Notes the roles that people are about to lose with a group.
    pub(super) async fn note_lost_roles(&self, changes: &[(Loss, RoleChange)]) -> Answer<()> {
        let lost = changes.iter().filter(|(_, change)| self.takes_role(&change.before, Some(&change.role)));
        self.note_losses(lost.map(|(loss, _)| loss.clone()).collect()).await.map(drop)
    }

    /// Whether somebody with these roles loses one that a rule gives, and falls back to the default role.
    fn takes_role(&self, before: &[String], after: Option<&str>) -> bool {
        let Some(after) = after else { return false };
        let falls_back = after.is_empty() || roles::default(&self.settings) == Some(after);
        let first = before.first().filter(|first| *first != after);
        falls_back
            && first.is_some_and(|first| self.settings.role_rules.iter().any(|rule| rule.role == *first))
    }

    /// Notes losses, and tells the owner where they are too many. Gives whether they are.
    async fn note_losses(&self, mut losses: Vec<Loss>) -> Answer<bool> {
        let watch = self.settings.mass_removal;
        if losses.is_empty() || !watch.watch {
            return Ok(false);
        }
        let mut accounts: Vec<u64> = losses.iter().map(|loss| loss.user_id).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let count = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
        let since = self.now.saturating_sub(watch.window());
        let find = FindLosses {
            since,
            besides: if accounts.len() > MAX_TOLD_APART { Vec::new() } else { accounts },
            at_least: (u64::from(watch.people) + 1).saturating_sub(count),
        };
        let recent = self.host.ask(&find).await?;
        if recent.let_go.is_some_and(|time| time > since) {
            return Ok(false);
        }
        let limit = watch.limit(recent.managed.unwrap_or(u64::MAX));
        let people = recent.people.map(|before| before.saturating_add(count));
        let raised = |people| Alarm { people, limit, hours: watch.hours, since };
        let alarm = people.filter(|people| *people > limit).map(raised);
        let too_many = people.is_none() || alarm.is_some();
        for loss in &mut losses {
            loss.held = too_many && loss.kind == LossKind::Deleted;
        }
        self.host.ask(&NoteLosses { losses, now: self.now }).await?;
        if alarm.is_some() {
            self.note.borrow_mut().alarm = alarm;
        }
        Ok(too_many)
    }
}

/// What is taken from a person who is as in `record`.
pub(super) fn loss(record: &UserRecord, kind: LossKind) -> Loss {
    let groups = record.groups.iter().filter(|group| group.direct).map(|group| group.id.clone()).collect();
    let roles = record.account.roles.clone();
    Loss {
        kind,
        user_id: record.account.user_id,
        id: record.id.clone(),
        user_name: record.user_name.clone(),
        held: false,
        before: Some(BeforeLoss { active: record.active, groups, roles }),
    }
}
