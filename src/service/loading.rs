//! Loads people in parts, because PHP may not have the memory for all at once.

use super::{Answer, Service};
use crate::host::{Host, HostError, LoadUsers, LoadUsersByAccount, UserRecord};
use crate::wordpress::user;
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Service {
    /// The people with these ids, in as many answers as it takes.
    pub(super) async fn load_users(&self, ids: Vec<SmolStr>) -> Answer<Vec<UserRecord>> {
        self.load_with(ids, user::targets(&self.settings)).await
    }

    /// The people with these ids, with no other live values than those that the role rules may ask for: a
    /// group may have thousands of members.
    pub(super) async fn load_users_for_rules(&self, ids: Vec<SmolStr>) -> Answer<Vec<UserRecord>> {
        self.load_with(ids, user::targets_of_rules(&self.settings)).await
    }

    async fn load_with(&self, ids: Vec<SmolStr>, targets: Vec<String>) -> Answer<Vec<UserRecord>> {
        let mut left: BTreeSet<SmolStr> = ids.into_iter().collect();
        let mut people = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let load = LoadUsers { ids: left.iter().cloned().collect(), targets: targets.clone() };
            let found = self.host.ask(&load).await?;
            let before = left.len();
            for record in &found {
                left.remove(&record.id);
            }
            people.extend(found);
            // Those that are left do not exist.
            if left.len() == before {
                break;
            }
        }
        Ok(people)
    }
}

/// Takes some of these accounts out, those that were loaded, with their people; none where nobody is left.
pub(super) async fn load_users_by_account(
    host: &Host,
    left: &mut BTreeSet<u64>,
    targets: &[String],
) -> Result<Vec<UserRecord>, HostError> {
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let load = LoadUsersByAccount {
        user_ids: left.iter().copied().collect(),
        kept: false,
        targets: targets.to_vec(),
    };
    let mut found = host.ask(&load).await?;
    found.retain(|record| left.remove(&record.account.user_id));
    Ok(found)
}
