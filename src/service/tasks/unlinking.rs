//! Unlinks one person, or allows an unlinked account to be linked again.

use crate::host::{AllowLinking, FindUnregisteredAccounts, LoadUsersByAccount, Outcome, UnlinkUser};
use crate::scim::error::Error;
use crate::service::{Answer, Event, MAX_ATTEMPTS, Reply, Service};
use crate::settings::texts;
use crate::wordpress::{linking, user};
use serde_json::json;

impl Service {
    /// Takes the resource away and leaves the account as it is. No IdP finds it until the owner allows that.
    pub(super) async fn unlink(&self, user_id: u64) -> Answer {
        let load = LoadUsersByAccount {
            user_ids: vec![user_id],
            kept: true,
            targets: user::targets(&self.settings),
        };
        for _ in 0..MAX_ATTEMPTS {
            let record = self.host.ask(&load).await?.into_iter().find(|record| record.managed);
            let Some(record) = record else {
                return Err(Error::new(404, texts::PERSON_UNMANAGED.english()).into());
            };
            if let Some(reason) = linking::unlinking_problem(record.active) {
                return Err(Error::conflict(reason.english()).into());
            }
            match self.host.ask(&UnlinkUser { id: record.id.clone(), version: record.version }).await? {
                Outcome::Done { .. } => {
                    self.note_person("unlinked", &record);
                    let person = Some((record.id.as_str(), record.user_name.as_str()));
                    self.note_effect("unlinked", user_id, person, Vec::new());
                    self.tell(Event::UserUnlinked { user_id, id: record.id.to_string() });
                    return Ok(Reply::json(200, json!({ "login": record.account.login })));
                }
                Outcome::Refused { message, .. } => return Err(Error::conflict(message).into()),
                Outcome::Stale | Outcome::Gone | Outcome::Taken { .. } => {}
            }
        }
        Err(Error::conflict(texts::PERSON_BUSY.english()).into())
    }

    /// Lets the account be found and linked again.
    pub(super) async fn allow_linking(&self, user_id: u64) -> Answer {
        let find = FindUnregisteredAccounts {
            user_id: Some(user_id),
            limit: 1,
            ..FindUnregisteredAccounts::default()
        };
        let accounts = self.host.ask(&find).await?;
        let Some(account) = accounts.iter().find(|account| account.is_on_site() && account.unlinked) else {
            return Err(Error::new(404, texts::PERSON_NOT_UNLINKED.english()).into());
        };
        if let Some(reason) = linking::allowing_problem(account.protected, &self.settings) {
            return Err(Error::conflict(reason.english()).into());
        }
        self.host.ask(&AllowLinking { user_ids: vec![user_id] }).await?;
        self.note("linking_allowed", &user_id.to_string(), &account.login);
        self.note_account(user_id);
        Ok(Reply::json(200, json!({ "login": account.login })))
    }
}
