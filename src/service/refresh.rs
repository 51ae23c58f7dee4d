//! After a change inside WordPress: renews the values that people are searched by, and fills fields that are
//! new.

use super::loading::load_users_by_account;
use super::{MAX_ATTEMPTS, Summary};
use crate::host::{FillTargets, Host, HostError, IndexUser, Outcome, UserName, UserRecord};
use crate::http::Response;
use crate::scim::resource::Resource;
use crate::settings::Settings;
use crate::wordpress::columns::folded;
use crate::wordpress::{account, lookups, user};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Renews the matchable values of the people of these accounts, and writes what could not be written before.
/// Where the accounts were `edited` just now, clients must learn of it: people with an edit get the next
/// version.
/// No client waits for the response. It is empty: 204, or 500 after a failure, or 503 if the database failed
/// and everybody has to be looked at again. The summary says why.
pub(crate) async fn refresh(
    host: Host,
    user_ids: Vec<u64>,
    edited: bool,
    settings: Rc<Settings>,
    now: i64,
) -> (Response, Summary) {
    let failure = renew(&host, user_ids, edited, &settings, now).await.err();
    let status = match &failure {
        None => 204,
        Some(failure) if failure.passes => 503,
        Some(_) => 500,
    };
    let summary =
        Summary { status, failure: failure.map(|failure| failure.to_string()), ..Summary::default() };
    (Response { status, headers: Vec::new(), body: String::new() }, summary)
}

async fn renew(
    host: &Host,
    user_ids: Vec<u64>,
    edited: bool,
    settings: &Settings,
    now: i64,
) -> Result<(), HostError> {
    let mut left: BTreeSet<u64> = user_ids.into_iter().collect();
    let mut failed = None;
    for _ in 0..MAX_ATTEMPTS {
        left = renew_as_read(host, left, edited, settings, now, &mut failed).await?;
        if left.is_empty() {
            return failed.map_or(Ok(()), Err);
        }
    }
    Err(HostError::outrun())
}

/// Reads people and renews what is stored of them once. Gives the accounts of those who were changed in
/// between: they have to be read again.
async fn renew_as_read(
    host: &Host,
    mut left: BTreeSet<u64>,
    edited: bool,
    settings: &Settings,
    now: i64,
    failed: &mut Option<HostError>,
) -> Result<BTreeSet<u64>, HostError> {
    let targets = user::targets(settings);
    let mut stale = BTreeSet::new();
    loop {
        let some = load_users_by_account(host, &mut left, &targets).await?;
        if some.is_empty() {
            return Ok(stale);
        }
        for record in some {
            let shown = user::resource(&record, settings, "");
            let user_id = record.account.user_id;
            // A person that a plugin does not allow to be written does not stop the others.
            let version = match fill(host, &record, &shown, settings, now).await {
                Err(failure) if failure.passes => return Err(failure),
                Err(failure) => {
                    failed.get_or_insert(failure);
                    record.version
                }
                Ok(Some(version)) => version,
                Ok(None) => {
                    stale.insert(user_id);
                    continue;
                }
            };
            let is_changed = edited && (!record.managed || account::is_locally_edited(&record, settings));
            let lookups = lookups::record_lookups(&record, &shown, &settings.site);
            let user_name = own_name_again(&record);
            let modified = is_changed.then_some(now);
            let index = IndexUser { id: record.id, version, user_name, lookups, lock: false, modified };
            if matches!(host.ask(&index).await?, Outcome::Stale) {
                stale.insert(user_id);
            }
        }
    }
}

/// The name of an unmanaged person whose name is an address: it may be another person's address by now. A
/// person that another plugin provisioned keeps the name from there.
fn own_name_again(record: &UserRecord) -> Option<UserName> {
    let email = &record.account.email;
    let keeps = record.managed || email.is_empty() || record.external_id.is_some();
    if keeps || *record.id == record.account.user_id.to_string() || record.user_name == *email {
        return None;
    }
    Some(UserName { raw: email.clone(), key: folded(email, usize::MAX) })
}

/// Fills the fields that were mapped since the last write. Gives the version that the person has then;
/// nothing where another request has written to the person meanwhile.
async fn fill(
    host: &Host,
    record: &UserRecord,
    shown: &Resource,
    settings: &Settings,
    now: i64,
) -> Result<Option<u64>, HostError> {
    let targets = account::due_targets(record, shown, settings);
    if targets.is_empty() || record.unfinished || !record.managed || !record.account.is_writable() {
        return Ok(Some(record.version));
    }
    let change = account::account_change(Some((record, shown)), shown, settings);
    let values = change.values.into_iter().filter(|(target, _)| targets.contains(target)).collect();
    let fill = FillTargets { id: record.id.clone(), version: record.version, values, targets, now };
    Ok(match host.ask(&fill).await? {
        Outcome::Done { .. } => Some(record.version + 1),
        Outcome::Stale => None,
        Outcome::Gone | Outcome::Taken { .. } | Outcome::Refused { .. } => Some(record.version),
    })
}
