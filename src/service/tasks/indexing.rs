//! Puts the values of people who are there already into new indexes.

use crate::host::{HostError, IndexUsers, IndexedPerson};
use crate::service::loading::load_users_by_account;
use crate::service::{Answer, MAX_ATTEMPTS, Reply, RequestError, Service};
use crate::wordpress::{lookups, user};
use serde_json::json;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

impl Service {
    /// Renews the matchable values of the people of these accounts. Nothing else of them changes. Who was
    /// changed since they were read is read again.
    pub(in crate::service) async fn index_people(&self, user_ids: Vec<u64>) -> Answer {
        let mut left: BTreeSet<u64> = user_ids.into_iter().collect();
        let mut indexed = 0;
        for _ in 0..MAX_ATTEMPTS {
            let (read, stale) = self.index_as_read(left).await?;
            indexed += read - stale.len();
            if stale.is_empty() {
                return Ok(Reply::json(200, json!({ "examined": indexed })));
            }
            left = stale;
        }
        Err(RequestError::Host(HostError::outrun()))
    }

    /// Reads people and renews their values once. Gives how many there are, and the accounts of those who
    /// were changed in between.
    async fn index_as_read(&self, mut left: BTreeSet<u64>) -> Answer<(usize, BTreeSet<u64>)> {
        let targets = user::targets(&self.settings);
        let (mut read, mut stale) = (0, BTreeSet::new());
        loop {
            let some = load_users_by_account(&self.host, &mut left, &targets).await?;
            if some.is_empty() {
                return Ok((read, stale));
            }
            read += some.len();
            let accounts: BTreeMap<SmolStr, u64> =
                some.iter().map(|record| (record.id.clone(), record.account.user_id)).collect();
            let people = some.into_iter().map(|record| {
                let shown = self.user_resource(&record);
                let lookups = lookups::record_lookups(&record, &shown, &self.settings.site);
                IndexedPerson { row: record.row, id: record.id, version: record.version, lookups }
            });
            let changed = self.host.ask(&IndexUsers { people: people.collect() }).await?;
            stale.extend(changed.iter().filter_map(|id| accounts.get(id)));
        }
    }
}
