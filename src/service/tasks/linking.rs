//! The accounts of a whole site, made ready to be found and linked.

use super::{Entry, NameSource, Part, Remark, Report, Unlinked, Verdict};
use crate::host::{
    Account, AllowLinking, HeldUserName, IndexUser, ListAccounts, LookUpUserNames, Registration, SiteAccount,
    UserName,
};
use crate::scim::error::Error;
use crate::service::{Answer, Reply, Service};
use crate::settings::texts;
use crate::wordpress::linking;
use crate::wordpress::predecessor;
use crate::wordpress::registration::registration;
use serde_json::json;
use smol_str::SmolStr;

/// An account and the name that it is to have.
struct Candidate {
    account: Account,
    registration: Registration,
    /// The row that it has, with its name.
    row: Option<(SmolStr, String)>,
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
        let read = predecessor::METAS.map(str::to_owned).to_vec();
        let list = ListAccounts { after: part.after, read, limit: part.limit(), count: part.after == 0 };
        let found = self.host.ask(&list).await?;
        let last = found.accounts.last().map(|found| found.account.user_id);
        let is_full = u64::try_from(found.accounts.len()).is_ok_and(|found| found == part.limit());
        let mut report = Report { next: last.filter(|_| is_full), total: found.total, ..Report::default() };
        let mut candidates = Vec::new();
        for found in found.accounts {
            candidates.extend(self.candidate(found, source, unlinked, &mut report));
        }
        let holders = self.holders(&candidates).await?;
        let (taken, free): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|candidate| is_held_by_another(candidate, &holders));
        for candidate in taken {
            tell(&mut report, candidate, Verdict::NameTaken);
        }
        if !part.apply {
            free.into_iter().for_each(|candidate| tell(&mut report, candidate, Verdict::Changes));
            return Ok(Reply::json(200, json!(report)));
        }
        self.give_rows(&free).await?;
        // A name may have been taken in the meantime. The person who has it now was linked.
        let holders = self.holders(&free).await?;
        for candidate in free {
            let is_done = holders.iter().any(|held| held.user_id == Some(candidate.account.user_id));
            if is_done {
                let (login, name) = (&candidate.account.login, &candidate.registration.user_name);
                self.add_change(format!("{login}: userName {name}"));
            }
            tell(&mut report, candidate, if is_done { Verdict::Changed } else { Verdict::NameTaken });
        }
        Ok(Reply::json(200, json!(report)))
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
                let row = row.map(|row| (row.id, row.user_name));
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

    /// Gives accounts a row, or the row that they have its name.
    async fn give_rows(&self, candidates: &[Candidate]) -> Answer<()> {
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
        for Candidate { registration, row, .. } in candidates {
            let Some((id, _)) = row else { continue };
            let name =
                UserName { raw: registration.user_name.clone(), key: registration.user_name_key.clone() };
            let index = IndexUser {
                id: id.clone(),
                user_name: Some(name),
                lookups: registration.lookups.clone(),
                lock: true,
                modified: None,
            };
            self.host.ask(&index).await?;
        }
        if !self.settings.site.indexed.is_empty() {
            let user_ids = candidates.iter().map(|candidate| candidate.account.user_id).collect();
            self.index_people(user_ids).await?;
        }
        Ok(())
    }
}

fn is_held_by_another(candidate: &Candidate, holders: &[HeldUserName]) -> bool {
    let key = &candidate.registration.user_name_key;
    holders.iter().any(|held| held.key == *key && held.user_id != Some(candidate.account.user_id))
}

fn tell(report: &mut Report, candidate: Candidate, verdict: Verdict) {
    let now = candidate.row.map(|(_, name)| name).into_iter().collect();
    let then = vec![candidate.registration.user_name];
    let entry = Entry::of(&candidate.account, verdict, now, then);
    report.tell(Entry { remarks: candidate.remarks, ..entry });
}
