//! Why somebody has the access that they have.

use crate::host::LoadUsersByAccount;
use crate::scim::error::Error;
use crate::service::{Answer, Reply, Service};
use crate::settings::NO_ROLE;
use crate::wordpress::{roles, user};
use serde_json::json;

impl Service {
    /// Tells of an account whether it is managed and active, its groups, and which role the rules give it, by
    /// which rule. Nothing is changed, and nothing is written down.
    pub(super) async fn explain(&self, user_id: u64) -> Answer {
        let load = LoadUsersByAccount {
            user_ids: vec![user_id],
            kept: false,
            targets: user::targets(&self.settings),
        };
        let Some(record) = self.host.ask(&load).await?.into_iter().next() else {
            return Err(Error::new(404, "No identity provider knows this account.").into());
        };
        let shown = user::resource(&record, &self.settings, &self.base);
        let rule = roles::deciding_rule(&shown, &self.settings);
        let number = rule.map(|(number, _)| number);
        let due = roles::of_newcomer(&shown, &self.settings).role;
        let first = record.account.roles.first().map_or(NO_ROLE, String::as_str);
        let now = roles::ruled(&shown, &self.settings);
        let stays = roles::changed(&record, now, now, &self.settings).roles.is_none();
        Ok(Reply::json(
            200,
            json!({
                "id": record.id,
                "user_name": record.user_name,
                "managed": record.managed,
                "active": record.active,
                "locked_before": record.locked_before,
                "linked": record.linked,
                "protected": record.account.protected,
                "roles": record.account.roles,
                "rules": roles::matching(&shown, &self.settings),
                "rule": rule.map(|(number, rule)| json!({
                    "number": number,
                    "filter": rule.filter.to_string(),
                    "role": rule.role,
                })),
                "withheld": roles::withheld(&shown, &self.settings),
                "due": due,
                "is_default": number.is_none() || now.is_none(),
                "changes": !stays && record.managed && !record.deleted,
                "keeps": stays && due.as_deref().is_some_and(|due| due != first),
                "groups": record.groups,
            }),
        ))
    }
}
