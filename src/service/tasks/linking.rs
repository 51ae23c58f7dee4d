//! The accounts of a whole site, made ready to be found and linked.

use super::{Entry, NameSource, Part, Remark, Report, Unlinked, Verdict};
use crate::host::{
    Account, AccountRow, AllowLinking, HeldUserName, IndexUser, ListAccounts, LookUpUserNames, Outcome,
    Registration, SiteAccount, UserName,
};
use crate::scim::error::Error;
use crate::service::{Answer, MAX_ATTEMPTS, Reply, Service};
use crate::settings::texts;
use crate::wordpress::linking;
use crate::wordpress::predecessor;
use crate::wordpress::registration::registration;
use serde_json::json;
use std::collections::BTreeSet;

/// An account and the name that it is to have.
struct Candidate {
    account: Account,
    registration: Registration,
    /// The row that it has.
    row: Option<AccountRow>,
    remarks: Vec<Remark>,
}

impl Service {
    /// Goes through accounts and gives those that may be linked a row under the name that the IdP will search
    /// for. It is the IdP's first PUT or PATCH that makes them managed.
    ///
    /// A person that another plugin had locked out is locked out here from then on. The owner has seen that
    /// in the preview and asks for it; an IdP that finds the person inactive may never send anything about
    /// them.
    pub(super) async fn link_accounts(&self, part: Part, source: NameSource, unlinked: Unlinked) -> Answer {
        if !self.shows_unmanaged() {
            return Err(Error::conflict(texts::ACCOUNTS_APART.english()).into());
        }
        let found = self.host.ask(&list(part.after, part.limit(), part.after == 0)).await?;
        let last = found.accounts.last().map(|found| found.account.user_id);
        let is_full = u64::try_from(found.accounts.len()).is_ok_and(|found| found == part.limit());
        let mut report = Report { next: last.filter(|_| is_full), total: found.total, ..Report::default() };
        let mut accounts = found.accounts;
        for attempt in 1..=MAX_ATTEMPTS {
            let mut candidates = Vec::new();
            for found in accounts {
                candidates.extend(self.candidate(found, source, unlinked, &mut report));
            }
            let changed = self.link(candidates, part.apply, attempt == MAX_ATTEMPTS, &mut report).await?;
            accounts = Vec::new();
            for user_id in changed {
                let again = self.host.ask(&list(user_id.saturating_sub(1), 1, false)).await?.accounts;
                accounts.extend(again.into_iter().filter(|found| found.account.user_id == user_id));
            }
            if accounts.is_empty() {
                break;
            }
        }
        Ok(Reply::json(200, json!(report)))
    }

    /// Links some accounts, or tells what that would change. Gives those that somebody else has changed since
    /// they were read: they have to be decided anew.
    async fn link(
        &self,
        candidates: Vec<Candidate>,
        apply: bool,
        is_last_attempt: bool,
        report: &mut Report,
    ) -> Answer<BTreeSet<u64>> {
        let holders = self.holders(&candidates).await?;
        let (taken, free): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|candidate| is_held_by_another(candidate, &holders));
        for candidate in taken {
            tell(report, candidate, Verdict::NameTaken);
        }
        if !apply {
            free.into_iter().for_each(|candidate| tell(report, candidate, Verdict::Changes));
            return Ok(BTreeSet::new());
        }
        let changed = self.give_rows(&free).await?;
        // A name may have been taken in the meantime. The person who has it now was linked.
        let holders = self.holders(&free).await?;
        for candidate in free {
            let user_id = candidate.account.user_id;
            if changed.contains(&user_id) {
                if is_last_attempt {
                    tell(report, candidate, Verdict::Failed);
                }
                continue;
            }
            let is_done = holders.iter().any(|held| held.user_id == Some(user_id));
            if is_done {
                let (login, name) = (&candidate.account.login, &candidate.registration.user_name);
                self.add_change(format!("{login}: userName {name}"));
            }
            tell(report, candidate, if is_done { Verdict::Changed } else { Verdict::NameTaken });
        }
        Ok(if is_last_attempt { BTreeSet::new() } else { changed })
    }

    /// The account, if it may be linked and does not have its name yet; why not is reported.
    fn candidate(
        &self,
        found: SiteAccount,
        source: NameSource,
        unlinked: Unlinked,
        report: &mut Report,
    ) -> Option<Candidate> {
        let SiteAccount { account, row } = found;
        let name = match source {
            NameSource::Login => &account.login,
            NameSource::Email => &account.email,
        };
        let verdict = match &row {
            Some(row) if row.deleted => Verdict::Deleted,
            Some(row) if row.managed => Verdict::Managed,
            _ if account.protected => Verdict::Protected,
            _ if account.unlinked && unlinked == Unlinked::LeaveOut => Verdict::Unlinked,
            _ if name.is_empty() => Verdict::NoAddress,
            Some(row) if row.user_name == *name && !row.locked_before => Verdict::Same,
            _ => {
                let mut registration = registration(&account, name);
                let locked_before = row.as_ref().map_or(registration.locked_before, |row| row.locked_before);
                let remarks = self.remarks(&account, locked_before);
                if locked_before {
                    (registration.active, registration.locked_before) = (false, false);
                }
                return Some(Candidate { registration, account, row, remarks });
            }
        };
        let remarks = if verdict == Verdict::Same { self.remarks(&account, false) } else { Vec::new() };
        match verdict {
            Verdict::Managed => report.count(verdict),
            Verdict::Same if remarks.is_empty() => report.count(verdict),
            _ => {
                let now = row.map(|row| row.user_name).into_iter().collect();
                report.tell(Entry { remarks, ..Entry::of(&account, verdict, now, Vec::new()) });
            }
        }
        None
    }

    /// What linking will do, beside giving the account a name.
    fn remarks(&self, account: &Account, locked_before: bool) -> Vec<Remark> {
        [
            (account.unlinked, Remark::WasUnlinked),
            (locked_before, Remark::LocksOut),
            (linking::ends_credentials(account, &self.settings), Remark::CredentialsEnd),
        ]
        .into_iter()
        .filter_map(|(holds, remark)| holds.then_some(remark))
        .collect()
    }

    async fn holders(&self, candidates: &[Candidate]) -> Answer<Vec<HeldUserName>> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let keys = candidates.iter().map(|candidate| candidate.registration.user_name_key.clone()).collect();
        Ok(self.host.ask(&LookUpUserNames { keys }).await?)
    }

    /// Gives accounts a row, or the row that they have its name. Gives those whose row was changed meanwhile.
    async fn give_rows(&self, candidates: &[Candidate]) -> Answer<BTreeSet<u64>> {
        let unlinked = candidates.iter().filter(|candidate| candidate.account.unlinked);
        let user_ids: Vec<u64> = unlinked.map(|candidate| candidate.account.user_id).collect();
        if !user_ids.is_empty() {
            self.host.ask(&AllowLinking { user_ids }).await?;
        }
        let without_row = candidates.iter().filter(|candidate| candidate.row.is_none());
        let accounts: Vec<Registration> =
            without_row.map(|candidate| candidate.registration.clone()).collect();
        if !accounts.is_empty() {
            self.give_rows_to(accounts).await?;
        }
        let mut changed = BTreeSet::new();
        for Candidate { registration, row, .. } in candidates {
            let Some(row) = row else { continue };
            let name =
                UserName { raw: registration.user_name.clone(), key: registration.user_name_key.clone() };
            let index = IndexUser {
                id: row.id.clone(),
                version: row.version,
                user_name: Some(name),
                lookups: registration.lookups.clone(),
                lock: true,
                modified: None,
            };
            if !matches!(self.host.ask(&index).await?, Outcome::Done { .. }) {
                changed.insert(registration.user_id);
            }
        }
        if !self.settings.site.indexed.is_empty() {
            let user_ids = candidates.iter().map(|candidate| candidate.account.user_id).collect();
            self.index_people(user_ids).await?;
        }
        Ok(changed)
    }
}

/// Asks for accounts by number.
fn list(after: u64, limit: u64, count: bool) -> ListAccounts {
    ListAccounts { after, read: predecessor::METAS.map(str::to_owned).to_vec(), limit, count }
}

fn is_held_by_another(candidate: &Candidate, holders: &[HeldUserName]) -> bool {
    let key = &candidate.registration.user_name_key;
    holders.iter().any(|held| held.key == *key && held.user_id != Some(candidate.account.user_id))
}

fn tell(report: &mut Report, candidate: Candidate, verdict: Verdict) {
    let now = candidate.row.map(|row| row.user_name).into_iter().collect();
    let then = vec![candidate.registration.user_name];
    let entry = Entry::of(&candidate.account, verdict, now, then);
    report.tell(Entry { remarks: candidate.remarks, ..entry });
}
