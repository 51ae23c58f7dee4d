//! One person who is no longer to be managed.

use crate::directory::{LoadAccounts, Outcome, UnlinkUser};
use crate::scim::error::Error;
use crate::service::{Answer, Event, MAX_ATTEMPTS, Reply, Service, refused_by_wordpress};
use crate::wordpress::person;
use serde_json::json;

impl Service {
    /// Takes the resource away and leaves the account as it is: to the IdP it is what it was before it was linked.
    pub(super) async fn unlink(&self, user_id: u64) -> Answer {
        let load = LoadAccounts { user_ids: vec![user_id], targets: person::targets(&self.settings) };
        for _ in 0..MAX_ATTEMPTS {
            let record = self.directory.ask(&load).await?.into_iter().find(|record| record.managed);
            let Some(record) = record else {
                return Err(Error::new(404, "No identity provider manages this account.").into());
            };
            if !record.active {
                return Err(Error::conflict(
                    "This person is deactivated. Nobody would keep the account locked any more: reactivate the person first, or \
                     delete the account.",
                )
                .into());
            }
            match self.directory.ask(&UnlinkUser { id: record.id.clone(), version: record.version }).await? {
                Outcome::Done { .. } => {
                    self.note("unlinked", &record.id, &record.user_name);
                    self.tell(Event::UserUnlinked { user_id, id: record.id.to_string() });
                    return Ok(Reply::json(200, json!({ "login": record.account.login })));
                }
                Outcome::Refused { message } => return Err(refused_by_wordpress(&message).into()),
                Outcome::Stale | Outcome::Gone | Outcome::Taken { .. } => {}
            }
        }
        Err(Error::conflict("The person is being changed by others at the same time. Try again.").into())
    }
}
