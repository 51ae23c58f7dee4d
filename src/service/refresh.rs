//! After something changed inside WordPress: what people are searched by is made true again, and fields that
//! have come are filled.

use super::Summary;
use super::loading::load_users_by_account;
use crate::host::{FillTargets, Host, HostError, IndexUser, UserName, UserRecord};
use crate::http::Response;
use crate::scim::resource::Resource;
use crate::settings::Settings;
use crate::wordpress::columns::folded;
use crate::wordpress::{account, lookups, user};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Renews the matchable values of the people of these accounts, and writes what could not be written before.
/// Nobody is answered: the response is empty and says 204, or 500 where it failed, 503 where it was the
/// database and everybody is to be looked at again; the summary says why.
pub(crate) async fn refresh(
    host: Host,
    user_ids: Vec<u64>,
    settings: Rc<Settings>,
    now: i64,
) -> (Response, Summary) {
    let failure = renew(&host, user_ids, &settings, now).await.err();
    let status = match &failure {
        None => 204,
        Some(failure) if failure.passes => 503,
        Some(_) => 500,
    };
    let summary =
        Summary { status, failure: failure.map(|failure| failure.to_string()), ..Summary::default() };
    (Response { status, headers: Vec::new(), body: String::new() }, summary)
}

async fn renew(host: &Host, user_ids: Vec<u64>, settings: &Settings, now: i64) -> Result<(), HostError> {
    let targets = user::targets(settings);
    let mut left: BTreeSet<u64> = user_ids.into_iter().collect();
    let mut failed = None;
    loop {
        let some = load_users_by_account(host, &mut left, &targets).await?;
        if some.is_empty() {
            break;
        }
        for record in some {
            let shown = user::resource(&record, settings, "");
            // One person whom some plugin does not let be written keeps nobody else from it.
            match fill(host, &record, &shown, settings, now).await {
                Err(failure) if failure.passes => return Err(failure),
                filled => failed = failed.or(filled.err()),
            }
            let edited = !record.managed || account::is_locally_edited(&record, settings);
            let lookups = lookups::record_lookups(&record, &shown);
            let user_name = own_name_again(&record);
            let modified = edited.then_some(now);
            let index = IndexUser { id: record.id, user_name, lookups, lock: false, modified };
            host.ask(&index).await?;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The name of somebody whom nobody manages, who is called by an address: it may be another person's address
/// by now. Whom another plugin provisioned keeps the name from there.
fn own_name_again(record: &UserRecord) -> Option<UserName> {
    let email = &record.account.email;
    let keeps = record.managed || email.is_empty() || record.external_id.is_some();
    if keeps || *record.id == record.account.user_id.to_string() || record.user_name == *email {
        return None;
    }
    Some(UserName { raw: email.clone(), key: folded(email, usize::MAX) })
}

/// Writes what fields that have come since the last write are to hold. Whoever writes to the person meanwhile
/// does it as well.
async fn fill(
    host: &Host,
    record: &UserRecord,
    shown: &Resource,
    settings: &Settings,
    now: i64,
) -> Result<(), HostError> {
    let targets = account::due_targets(record, shown, settings);
    if targets.is_empty() || record.unfinished || !record.managed || !record.account.is_writable() {
        return Ok(());
    }
    let change = account::account_change(Some((record, shown)), shown, settings);
    let values = change.values.into_iter().filter(|(target, _)| targets.contains(target)).collect();
    let fill = FillTargets { id: record.id.clone(), version: record.version, values, targets, now };
    host.ask(&fill).await.map(drop)
}
