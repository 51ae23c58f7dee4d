//! Puts the values of people who are there already into new indexes.

use crate::host::{IndexUsers, IndexedPerson};
use crate::service::loading::load_users_by_account;
use crate::service::{Answer, Reply, Service};
use crate::wordpress::{lookups, user};
use serde_json::json;
use std::collections::BTreeSet;

impl Service {
    /// Renews the matchable values of the people of these accounts. Nothing else of them changes.
    pub(in crate::service) async fn index_people(&self, user_ids: Vec<u64>) -> Answer {
        let targets = user::targets(&self.settings);
        let mut left: BTreeSet<u64> = user_ids.into_iter().collect();
        let mut examined = 0;
        loop {
            let some = load_users_by_account(&self.host, &mut left, &targets).await?;
            if some.is_empty() {
                return Ok(Reply::json(200, json!({ "examined": examined })));
            }
            examined += some.len();
            let people = some.into_iter().map(|record| {
                let shown = self.user_resource(&record);
                let lookups = lookups::record_lookups(&record, &shown, &self.settings.site);
                IndexedPerson { row: record.row, id: record.id, lookups }
            });
            self.host.ask(&IndexUsers { people: people.collect() }).await?;
        }
    }
}
