//! Locks one person out, or lets one in again, as the owner wants and until the IdP says otherwise.

use super::Access;
use crate::host::{LoadUsersByAccount, Outcome, SetAccess, UserRecord};
use crate::scim::error::Error;
use crate::service::effect::Change;
use crate::service::{Answer, Event, MAX_ATTEMPTS, Reply, Service};
use crate::settings::texts::{self, Text};
use crate::wordpress::user;
use serde_json::json;

impl Service {
    /// Changes nothing but whether the person may log in. What the IdP reads afterwards is how it is.
    pub(super) async fn set_access(&self, access: Access, active: bool) -> Answer {
        let load = LoadUsersByAccount {
            user_ids: vec![access.user_id],
            kept: true,
            targets: user::targets(&self.settings),
        };
        for _ in 0..MAX_ATTEMPTS {
            let record = self.host.ask(&load).await?.into_iter().next();
            let record = record.filter(|record| record.managed || !record.active);
            let Some(record) = record else {
                return Err(Error::new(404, texts::PERSON_UNMANAGED.english()).into());
            };
            self.note_attempt(&record);
            if record.active == active {
                self.note_person("unchanged", &record);
                return Ok(Reply::json(200, json!({ "login": record.account.login })));
            }
            if let Some(reason) = problem(&record, access, active) {
                return Err(Error::conflict(reason.english()).into());
            }
            let set = SetAccess {
                id: record.id.clone(),
                version: record.version,
                active,
                managed_here: record.account.is_managed_here(),
                now: self.now,
            };
            match self.host.ask(&set).await? {
                Outcome::Done { .. } => {
                    self.tell_access(&record, active);
                    return Ok(Reply::json(200, json!({ "login": record.account.login })));
                }
                Outcome::Refused { message, .. } => return Err(Error::conflict(message).into()),
                Outcome::Stale | Outcome::Gone | Outcome::Taken { .. } => {}
            }
        }
        Err(Error::conflict(texts::PERSON_BUSY.english()).into())
    }

    fn tell_access(&self, record: &UserRecord, active: bool) {
        let action = if active { "reactivated" } else { "deactivated" };
        let state = |active| Some(if active { "active" } else { "deactivated" }.to_owned());
        let (user_id, id) = (record.account.user_id, record.id.to_string());
        self.note_person(action, record);
        let changes = vec![Change::new("state", state(!active), state(active))];
        self.note_effect(action, user_id, Some((&record.id, &record.user_name)), changes);
        self.tell(match active {
            true => Event::UserReactivated { user_id, id },
            false => Event::UserDeactivated { user_id, id },
        });
    }
}

/// Why the owner cannot change a person's access.
fn problem(record: &UserRecord, access: Access, active: bool) -> Option<Text> {
    if record.account.user_id == access.actor && !active {
        return Some(texts::LOCKS_OWN_ACCOUNT);
    }
    if record.unfinished && active {
        return Some(texts::PERSON_UNFINISHED);
    }
    (record.account.protected && access.several).then_some(texts::PROTECTED_AMONG_SEVERAL)
}
