//! Names and addresses that another person has.
//!
//! An address that a managed person cannot have yet waits: it is stored and returned as sent, and the account
//! keeps the address that it has. It waits while another managed person has it. If the request locks the
//! person out, it waits whatever WordPress's objection is. The next request about the person writes it as
//! soon as possible, and so does the request that frees it. A request that completes an exchange of addresses
//! or names writes everybody in it. Of several requests at the same moment each has stored what it waits for
//! when it looks once more, so the last one completes the exchange.

mod circles;
mod serving;

use super::identity::has_name;
use super::{Answer, Service};
use crate::host::{
    AccountChange, Conflicts, FindConflicts, GivingUp, NoteWish, UpdateUser, UserRecord, UserRow,
};
use crate::scim::resource::Resource;
use crate::wordpress::columns::folded;
use crate::wordpress::email::{self, MAX_EMAIL_LENGTH, waiting_email};
use crate::wordpress::linking::Identity;
use crate::wordpress::{account, lookups, user};

/// The most people who exchange names or addresses.
const MAX_EXCHANGE: usize = 10;

/// What becomes of others with a change.
#[derive(Default)]
pub(super) struct Consequences {
    pub(super) others: Vec<UpdateUser>,
    pub(super) giving_up: Vec<GivingUp>,
    /// The people of `others` as they were.
    before: Vec<UserRecord>,
    /// The address that the changed person waits for.
    waits_for: Option<String>,
    /// What waits, for the log.
    sentences: Vec<String>,
}

/// A person who changes: as it was, and as it is to be.
pub(super) struct Changing<'a> {
    pub(super) record: &'a UserRecord,
    pub(super) shown: &'a Resource,
    pub(super) row: &'a mut UserRow,
    pub(super) account: &'a mut AccountChange,
}

impl Service {
    /// Decides which name, address and login a changed person gets now, and what others give up or get with
    /// it. `refused` is why WordPress has just refused the address.
    ///
    /// # Errors
    /// 409 if another person has the name, or another account the address and it cannot wait.
    pub(super) async fn decide_identity(
        &self,
        changing: &mut Changing<'_>,
        after: &Resource,
        refused: Option<&str>,
    ) -> Answer<Consequences> {
        let Changing { record, shown, row, account } = changing;
        let mut consequences = Consequences::default();
        self.decide_login(record, shown, row, account);
        let key = row.user_name_key.clone();
        let renames = folded(&record.user_name, usize::MAX) != key;
        let wanted = account.email.clone().filter(|email| !email.is_empty());
        if !renames && wanted.is_none() {
            return Ok(consequences);
        }
        let find = FindConflicts {
            user_name_key: renames.then(|| key.clone()),
            email: wanted.clone(),
            ..FindConflicts::default()
        };
        let mut conflicts = self.conflicts(find).await?;
        if renames {
            let who = Identity::of(after, email::email(after).as_deref());
            self.free_name(&mut conflicts.people, &key, &who).await?;
            self.decide_name(record, row, after, &conflicts, &mut consequences).await?;
        }
        if let Some(email) = wanted {
            let waited = waiting_email(record, shown).is_some_and(|before| before == email);
            let may_wait = !row.active || waited;
            if let Some(reason) =
                self.reason_to_wait(record, &email, &conflicts, may_wait, refused, &mut consequences).await?
            {
                account.email = None;
                row.lookups.push(lookups::waiting_lookup(&email));
                consequences.sentences.push(format!("The e-mail address {email} waits: {reason}"));
                let is_held = conflicts.email_holder.is_some_and(|holder| holder != record.account.user_id);
                consequences.waits_for = is_held.then_some(email);
            }
        }
        if renames {
            self.decide_addresses_of_others(record, row, account, &mut consequences).await?;
        }
        Ok(consequences)
    }

    /// A person who is locked out needs no new login. So the rename waits until the person is back, maybe
    /// under the old name. The rename of an account that may not be written waits as well.
    fn decide_login(
        &self,
        record: &UserRecord,
        shown: &Resource,
        row: &mut UserRow,
        account: &mut AccountChange,
    ) {
        let waits = !row.active || !record.account.is_writable();
        if waits && !account.logins.is_empty() {
            row.login_of = account::login_of(record, shown, &self.settings);
            account.logins.clear();
        }
    }

    async fn decide_name(
        &self,
        record: &UserRecord,
        row: &UserRow,
        after: &Resource,
        conflicts: &Conflicts,
        consequences: &mut Consequences,
    ) -> Answer<()> {
        let key = &row.user_name_key;
        let others = conflicts.people.iter().filter(|other| other.id != record.id && has_name(other, key));
        for other in others {
            if other.deleted {
                consequences.giving_up.push(self.giving_up(other, false));
            } else if !self.close_circle_of_names(record, other, consequences).await?
                && !self.close_circle_with_wish(record, row, consequences).await?
            {
                return Err(self.name_clash(other, email::email(after).as_deref()).into());
            }
        }
        Ok(())
    }

    /// Notes which name a person wants, and looks at who has it once more. Of two who want each other's name
    /// at the same moment, the second to note it finds what the first has noted.
    async fn close_circle_with_wish(
        &self,
        record: &UserRecord,
        row: &UserRow,
        consequences: &mut Consequences,
    ) -> Answer<bool> {
        if !record.managed {
            return Ok(false);
        }
        let wish = NoteWish { id: record.id.clone(), user_name: Some(row.user_name.clone()) };
        self.host.ask(&wish).await?;
        self.has_noted_wish.set(true);
        let key = Some(row.user_name_key.clone());
        let found = self.conflicts(FindConflicts { user_name_key: key, ..FindConflicts::default() }).await?;
        let is_in_the_way =
            |one: &&UserRecord| !one.deleted && one.id != record.id && has_name(one, &row.user_name_key);
        match found.people.iter().find(is_in_the_way) {
            Some(other) => self.close_circle_of_names(record, other, consequences).await,
            None => Ok(false),
        }
    }

    /// Why a person cannot have an address now; `None` where it gets it.
    async fn reason_to_wait(
        &self,
        record: &UserRecord,
        email: &str,
        conflicts: &Conflicts,
        may_wait: bool,
        refused: Option<&str>,
        consequences: &mut Consequences,
    ) -> Answer<Option<String>> {
        if let Some(message) = refused.filter(|_| may_wait) {
            return Ok(Some(message.to_owned()));
        }
        if email.chars().count() > MAX_EMAIL_LENGTH || !conflicts.email_accepted {
            if may_wait {
                return Ok(Some("WordPress does not accept it, or it is too long.".to_owned()));
            }
            email::check_email_length(email)?;
            return Ok(None); // WordPress says why itself.
        }
        let user_id = record.account.user_id;
        let Some(holder_id) = conflicts.email_holder.filter(|holder| *holder != user_id) else {
            return Ok(None);
        };
        if consequences.leaves_address(holder_id) {
            return Ok(None);
        }
        let holder = conflicts.people.iter().find(|other| other.account.user_id == holder_id);
        match holder {
            Some(holder) if holder.gives_up_address() => {
                consequences.giving_up.push(self.giving_up(holder, true));
                Ok(None)
            }
            Some(holder) if may_exchange(holder) => {
                if consequences.others.is_empty()
                    && self.close_circle_of_addresses(record, holder, consequences).await?
                {
                    return Ok(None);
                }
                Ok(Some(format!(
                    "the person {:?} has it (id {}), and two people cannot share an address. It is written \
                     when that one gets another.",
                    holder.user_name, holder.id
                )))
            }
            Some(gone) if gone.deleted && !gone.account.is_managed_here() => Ok(Some(of_another_site(gone))),
            holder if may_wait => Ok(Some(match holder {
                Some(holder) => format!("the WordPress account {:?} has it.", holder.account.login),
                None => "another WordPress account has it.".to_owned(),
            })),
            holder => Err(self.address_clash(holder, email, false).into()),
        }
    }

    /// The change of another person that a change brings with it.
    async fn update_of(
        &self,
        record: &UserRecord,
        shown: &Resource,
        resource: &Resource,
    ) -> Answer<UpdateUser> {
        let mut row = user::user_row(resource, &self.settings)?;
        row.active = record.active;
        let mut account = account::account_change(Some((record, shown)), resource, &self.settings);
        self.decide_login(record, shown, &mut row, &mut account);
        self.keep_existing_role(&mut account, false).await?;
        Ok(UpdateUser {
            id: record.id.clone(),
            version: record.version,
            row,
            account,
            others: Vec::new(),
            giving_up: Vec::new(),
            targets: account::written_targets(Some(&record.account), &self.settings),
            now: self.now,
        })
    }

    /// Decides the address of a new person. Returns the sentence for the log if it waits.
    ///
    /// # Errors
    /// 409 if another account has it and it may not wait.
    pub(super) fn decide_address_of_newcomer(
        &self,
        conflicts: &Conflicts,
        returning: Option<&UserRecord>,
        row: &mut UserRow,
        account: &mut AccountChange,
    ) -> Answer<(Vec<GivingUp>, Option<String>)> {
        let mut giving_up: Vec<GivingUp> = conflicts
            .people
            .iter()
            .filter(|other| other.deleted && returning.is_none_or(|record| record.id != other.id))
            .filter(|other| has_name(other, &row.user_name_key))
            .map(|other| self.giving_up(other, false))
            .collect();
        let Some(email) = account.email.clone().filter(|email| !email.is_empty()) else {
            return Ok((giving_up, None));
        };
        let own = returning.map(|record| record.account.user_id).or(account.user_id);
        let holder_id = conflicts.email_holder.filter(|holder| Some(*holder) != own);
        let holder = conflicts.people.iter().find(|other| Some(other.account.user_id) == holder_id);
        let fits = email.chars().count() <= MAX_EMAIL_LENGTH && conflicts.email_accepted;
        let reason = match (holder_id, holder) {
            _ if !fits && !row.active => "WordPress does not accept it, or it is too long.".to_owned(),
            _ if !fits => {
                email::check_email_length(&email)?;
                return Ok((giving_up, None)); // WordPress says why itself.
            }
            (None, _) => return Ok((giving_up, None)),
            (_, Some(gone)) if gone.gives_up_address() => {
                giving_up.push(self.giving_up(gone, true));
                return Ok((giving_up, None));
            }
            (_, Some(gone)) if gone.deleted && !gone.account.is_managed_here() => of_another_site(gone),
            (_, Some(other)) if row.active || !other.managed => {
                return Err(self.address_clash(Some(other), &email, true).into());
            }
            (_, Some(other)) => format!("the WordPress account {:?} has it.", other.account.login),
            (_, None) if row.active => return Err(self.address_clash(None, &email, true).into()),
            (_, None) => "another WordPress account has it.".to_owned(),
        };
        account.email = account.user_id.is_none().then(String::new);
        row.lookups.push(lookups::waiting_lookup(&email));
        Ok((giving_up, Some(format!("The e-mail address {email} waits: {reason}"))))
    }
}

/// Whether somebody's address may be exchanged with that of another person.
fn may_exchange(holder: &UserRecord) -> bool {
    holder.managed && !holder.deleted && holder.account.is_writable()
}

/// Why an address waits that a deleted person's account keeps because another site of the network owns that
/// account.
fn of_another_site(gone: &UserRecord) -> String {
    format!(
        "the WordPress account {:?} has it, whose person was deleted here; another site of the network has \
         charge of that account.",
        gone.account.login
    )
}

impl Consequences {
    /// The address that the changed person waits for.
    pub(super) fn waits_for(&self) -> Option<&str> {
        self.waits_for.as_deref()
    }

    /// Whether one of the others gets another address, or none.
    fn leaves_address(&self, user_id: u64) -> bool {
        self.others
            .iter()
            .any(|update| update.account.user_id == Some(user_id) && update.account.email.is_some())
    }
}
