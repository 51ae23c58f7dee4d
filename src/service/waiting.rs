//! Names and addresses that somebody else has.
//!
//! An address that a managed person cannot have yet waits: it is stored and returned as sent, and the account
//! keeps what it has. It waits while another managed person has it, and, where the request locks the person
//! out, whatever WordPress says against it. The next request about the person writes it when it can be
//! written, and so does the request that frees it. A request that closes a circle of exchanged addresses or
//! names writes everybody in it.

use super::identity::has_name;
use super::{Answer, Problem, Service};
use crate::directory::{
    AccountChange, Conflicts, FindConflicts, GivingUp, NoteWish, Outcome, UpdateUser, UserRecord, UserRow,
};
use crate::scim::filter::fold_case;
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use crate::service::Event;
use crate::wordpress::account;
use crate::wordpress::columns::folded;
use crate::wordpress::email;
use crate::wordpress::email::MAX_EMAIL_LENGTH;
use crate::wordpress::email::waiting_email;
use crate::wordpress::linking::Identity;
use crate::wordpress::lookups;
use crate::wordpress::user;
use serde_json::Value;

/// How many people exchange names or addresses at most.
const MAX_EXCHANGE: usize = 10;

/// What becomes of others with a change.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) others: Vec<UpdateUser>,
    pub(super) giving_up: Vec<GivingUp>,
    /// The people of `others` as they were.
    before: Vec<UserRecord>,
    /// What waits, for the log.
    sentences: Vec<String>,
}

/// A person who changes, as it was and as it is to be.
pub(super) struct Changing<'a> {
    pub(super) record: &'a UserRecord,
    pub(super) shown: &'a Resource,
    pub(super) row: &'a mut UserRow,
    pub(super) account: &'a mut AccountChange,
}

impl Service {
    /// Settles which name, address and login a changed person gets now, and what others give up or get with
    /// it. `refused` is why WordPress has just refused the address.
    ///
    /// # Errors
    /// 409 where another person has the name, or an account the address for which nothing can wait.
    pub(super) async fn settle_identity(
        &self,
        changing: &mut Changing<'_>,
        after: &Resource,
        refused: Option<&str>,
    ) -> Answer<Settled> {
        let Changing { record, shown, row, account } = changing;
        let mut settled = Settled::default();
        self.settle_login(record, shown, row, account);
        let key = row.user_name_key.clone();
        let renames = folded(&record.user_name, usize::MAX) != key;
        let wanted = account.email.clone().filter(|email| !email.is_empty());
        if !renames && wanted.is_none() {
            return Ok(settled);
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
            self.settle_name(record, row, after, &conflicts, &mut settled).await?;
        }
        if let Some(email) = wanted {
            let waited = waiting_email(record, shown).is_some_and(|before| before == email);
            let may_wait = !row.active || waited;
            if let Some(reason) =
                self.reason_to_wait(record, &email, &conflicts, may_wait, refused, &mut settled).await?
            {
                account.email = None;
                row.lookups.push(lookups::waiting_lookup(&email));
                settled.sentences.push(format!("The e-mail address {email} waits: {reason}"));
            }
        }
        if renames {
            self.settle_addresses_of_others(record, row, account, &mut settled).await?;
        }
        Ok(settled)
    }

    /// The login of somebody who is locked out is no use to anybody: a rename waits until the person is back,
    /// maybe under the old name. That of an account out of reach waits, too.
    fn settle_login(
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

    async fn settle_name(
        &self,
        record: &UserRecord,
        row: &UserRow,
        after: &Resource,
        conflicts: &Conflicts,
        settled: &mut Settled,
    ) -> Answer<()> {
        let key = &row.user_name_key;
        let others = conflicts.people.iter().filter(|other| other.id != record.id && has_name(other, key));
        for other in others {
            if other.deleted {
                settled.giving_up.push(self.giving_up(other, false));
            } else if !self.close_circle_of_names(record, other, settled).await? {
                if record.managed {
                    let user_name = Some(row.user_name.clone());
                    self.directory.ask(&NoteWish { id: record.id.clone(), user_name }).await?;
                }
                return Err(self.name_clash(other, email::email(after).as_deref()).into());
            }
        }
        Ok(())
    }

    /// Follows who wants whose name. Where that leads back to the person, or to a name that nobody has,
    /// everybody gets the wished one.
    async fn close_circle_of_names(
        &self,
        record: &UserRecord,
        holder: &UserRecord,
        settled: &mut Settled,
    ) -> Answer<bool> {
        let mut chain: Vec<UpdateUser> = Vec::new();
        let mut before: Vec<UserRecord> = Vec::new();
        let mut holder = holder.clone();
        while chain.len() < MAX_EXCHANGE {
            let Some(wish) = holder.wished_name.clone() else { return Ok(false) };
            let is_in = before.iter().any(|one| one.id == holder.id);
            if !holder.managed || !holder.account.is_writable() || is_in {
                return Ok(false);
            }
            let shown = self.user_resource(&holder);
            let mut resource = shown.clone();
            let Ok(path) = "userName".parse() else { return Ok(false) };
            if resource.set(&path, Value::from(wish.as_str()), ResourceType::User.schemas()).is_err() {
                return Ok(false);
            }
            let update = self.update_of(&holder, &shown, &resource).await?;
            let key = update.row.user_name_key.clone();
            chain.push(update);
            before.push(holder);
            let next = if has_name(record, &key) {
                None
            } else {
                let find = FindConflicts { user_name_key: Some(key.clone()), ..FindConflicts::default() };
                let found = self.conflicts(find).await?.people;
                match found.into_iter().find(|other| has_name(other, &key)) {
                    Some(gone) if gone.deleted => {
                        settled.giving_up.push(self.giving_up(&gone, false));
                        None
                    }
                    next => next,
                }
            };
            let Some(next) = next else {
                settled.others = chain;
                settled.before = before;
                return Ok(true);
            };
            holder = next;
        }
        Ok(false)
    }

    /// Why a person cannot have an address now; `None` where it gets it.
    async fn reason_to_wait(
        &self,
        record: &UserRecord,
        email: &str,
        conflicts: &Conflicts,
        may_wait: bool,
        refused: Option<&str>,
        settled: &mut Settled,
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
        if settled.leaves_address(holder_id) {
            return Ok(None);
        }
        let holder = conflicts.people.iter().find(|other| other.account.user_id == holder_id);
        match holder {
            Some(holder) if holder.deleted && holder.account.is_writable() => {
                settled.giving_up.push(self.giving_up(holder, true));
                Ok(None)
            }
            Some(holder) if holder.managed && !holder.deleted && holder.account.is_writable() => {
                if settled.others.is_empty()
                    && self.close_circle_of_addresses(record, holder, settled).await?
                {
                    return Ok(None);
                }
                Ok(Some(format!(
                    "the person {:?} has it (id {}), and two people cannot share an address. It is written when that one gets another.",
                    holder.user_name, holder.id
                )))
            }
            Some(gone) if gone.deleted && !gone.account.is_ours() => Ok(Some(of_another_site(gone))),
            holder if may_wait => Ok(Some(match holder {
                Some(holder) => format!("the WordPress account {:?} has it.", holder.account.login),
                None => "another WordPress account has it.".to_owned(),
            })),
            holder => Err(self.address_clash(holder, email, false).into()),
        }
    }

    /// Follows who waits for whose address. Where that leads back to the person, or to an address that nobody
    /// has, everybody gets the one that they wait for. Who is locked out and has another one in the IdP
    /// leaves the old one.
    async fn close_circle_of_addresses(
        &self,
        record: &UserRecord,
        holder: &UserRecord,
        settled: &mut Settled,
    ) -> Answer<bool> {
        let own = fold_case(&record.account.email);
        let mut chain: Vec<UpdateUser> = Vec::new();
        let mut before: Vec<UserRecord> = Vec::new();
        let mut holder = holder.clone();
        let mut giving_up = None;
        while chain.len() < MAX_EXCHANGE {
            let shown = self.user_resource(&holder);
            let Some(wanted) = waiting_email(&holder, &shown) else { return Ok(false) };
            if holder.id == record.id || before.iter().any(|one| one.id == holder.id) {
                return Ok(false);
            }
            let mut update = self.update_of(&holder, &shown, &shown).await?;
            let is_closed = wanted.is_empty() || !own.is_empty() && fold_case(&wanted) == own;
            let conflicts = match is_closed {
                true => None,
                false => {
                    let find = FindConflicts { email: Some(wanted.clone()), ..FindConflicts::default() };
                    Some(self.conflicts(find).await?)
                }
            };
            let next = conflicts.and_then(|conflicts| {
                let next = conflicts.email_holder.filter(|next| *next != holder.account.user_id);
                let next = next.map(|id| conflicts.people.into_iter().find(|one| one.account.user_id == id));
                if conflicts.email_accepted { next } else { Some(None) }
            });
            let next = match next {
                None => None,
                Some(Some(gone)) if gone.deleted && gone.account.is_writable() => {
                    giving_up = Some(gone);
                    None
                }
                Some(_) if !holder.active => {
                    update.account.email = Some(String::new());
                    update.row.lookups.push(lookups::waiting_lookup(&wanted));
                    None
                }
                Some(Some(next)) => Some(next),
                Some(None) => return Ok(false),
            };
            chain.push(update);
            before.push(holder);
            let Some(next) = next else {
                settled.giving_up.extend(giving_up.map(|gone| self.giving_up(&gone, true)));
                settled.others = chain;
                settled.before = before;
                return Ok(true);
            };
            holder = next;
        }
        Ok(false)
    }

    /// Whose address comes of the name gets another one with it, where it is free or left by one of those who
    /// exchange names.
    async fn settle_addresses_of_others(
        &self,
        record: &UserRecord,
        row: &mut UserRow,
        account: &mut AccountChange,
        settled: &mut Settled,
    ) -> Answer<()> {
        let mut holders: Vec<Option<u64>> = Vec::new();
        for index in 0..settled.others.len() {
            let Some(update) = settled.others.get(index) else { break };
            let user_id = update.account.user_id;
            let Some(email) = update.account.email.clone().filter(|email| !email.is_empty()) else {
                holders.push(None);
                continue;
            };
            let find = FindConflicts { email: Some(email), ..FindConflicts::default() };
            let conflicts = self.conflicts(find).await?;
            let holder = conflicts.email_holder.filter(|holder| Some(*holder) != user_id);
            let gone = conflicts
                .people
                .iter()
                .find(|one| Some(one.account.user_id) == holder && one.deleted && one.account.is_writable());
            settled.giving_up.extend(gone.map(|gone| self.giving_up(gone, true)));
            let is_accepted = conflicts.email_accepted;
            holders.push(if is_accepted { holder.filter(|_| gone.is_none()) } else { Some(0) });
        }
        // Who gets nothing keeps what somebody else was to get.
        loop {
            let leaves = account.email.is_some();
            let kept = settled.others.iter().zip(&holders).position(|(update, holder)| {
                update.account.email.is_some()
                    && holder.is_some_and(|holder| {
                        !(settled.leaves_address(holder) || leaves && holder == record.account.user_id)
                    })
            });
            if let Some(update) = kept.and_then(|index| settled.others.get_mut(index)) {
                if let Some(email) = update.account.email.take() {
                    update.row.lookups.push(lookups::waiting_lookup(&email));
                }
                continue;
            }
            let wanted = account.email.clone().filter(|email| !email.is_empty());
            let keeps = |one: &UserRecord, email: &str| {
                fold_case(&one.account.email) == fold_case(email)
                    && !settled.leaves_address(one.account.user_id)
            };
            match wanted.filter(|email| settled.before.iter().any(|one| keeps(one, email))) {
                Some(email) => {
                    account.email = None;
                    row.lookups.push(lookups::waiting_lookup(&email));
                }
                None => return Ok(()),
            }
        }
    }

    /// The change of a person that another one's change brings with it.
    async fn update_of(
        &self,
        record: &UserRecord,
        shown: &Resource,
        resource: &Resource,
    ) -> Answer<UpdateUser> {
        let mut row = user::row(resource)?;
        row.active = record.active;
        let mut account = account::account_change(Some((record, shown)), resource, &self.settings);
        self.settle_login(record, shown, &mut row, &mut account);
        self.settle_role(&mut account, false).await?;
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

    /// Notes what waits and who was changed beside the one that the request was about, and gives addresses
    /// that are free now to those who wait for them.
    pub(super) async fn conclude_exchange(
        &self,
        record: &UserRecord,
        update: &UpdateUser,
        settled: &Settled,
    ) {
        settled.sentences.iter().for_each(|sentence| self.note_detail(sentence));
        for (other, before) in update.others.iter().zip(&settled.before) {
            let renamed = other.row.user_name != before.user_name;
            let mut changes = Vec::new();
            if renamed {
                changes.push("userName".to_owned());
                self.note_detail(&format!(
                    "The person {:?} is called {:?} from now on, as the identity provider wants.",
                    before.user_name, other.row.user_name
                ));
            }
            if let Some(email) = &other.account.email {
                changes.push("emails".to_owned());
                self.note_detail(&format!(
                    "The person {:?} has got the address {email:?} instead of {:?}.",
                    other.row.user_name, before.account.email
                ));
            }
            let (user_id, id) = (before.account.user_id, before.id.to_string());
            self.tell(Event::UserUpdated { user_id, id, changes });
        }
        let everybody = std::iter::once((record, &update.account))
            .chain(settled.before.iter().zip(update.others.iter().map(|other| &other.account)));
        let changed: Vec<_> = everybody.filter(|(_, account)| account.email.is_some()).collect();
        for (before, _) in &changed {
            let old = fold_case(&before.account.email);
            let is_given = |email: &Option<String>| email.as_ref().is_some_and(|new| fold_case(new) == old);
            if !changed.iter().any(|(_, account)| is_given(&account.email)) {
                self.serve_waiting(&before.account.email).await;
            }
        }
    }

    /// Gives an address that has become free to somebody who waits for it, the one that is left by that to
    /// the next, and so on. The request is done already: what fails here is done by the next request about
    /// the person.
    pub(super) async fn serve_waiting(&self, address: &str) {
        let mut address = address.to_owned();
        for _ in 0..MAX_EXCHANGE {
            if address.is_empty() {
                return;
            }
            match self.serve_one(&address).await {
                Ok(Some(left)) => address = left,
                Ok(None) | Err(Problem::Client(_)) => return,
                Err(Problem::Failure(failure)) => {
                    self.note_detail(&format!(
                        "Who waits for the address {address} did not get it yet: {failure}."
                    ));
                    return;
                }
            }
        }
    }

    /// Gives an address to one who waits for it. Returns the address that was left.
    async fn serve_one(&self, address: &str) -> Answer<Option<String>> {
        let find = FindConflicts {
            email: Some(address.to_owned()),
            lookups: vec![lookups::waiting_lookup(address)],
            ..FindConflicts::default()
        };
        let conflicts = self.conflicts(find).await?;
        let waiting = |record: &UserRecord| {
            let wanted = waiting_email(record, &self.user_resource(record));
            wanted.is_some_and(|wanted| fold_case(&wanted) == fold_case(address))
        };
        let first =
            conflicts.people.iter().filter(|one| waiting(one)).min_by_key(|one| (!one.active, one.row));
        let Some(record) = first.filter(|_| conflicts.email_accepted) else { return Ok(None) };
        let shown = self.user_resource(record);
        let mut update = self.update_of(record, &shown, &shown).await?;
        match conflicts.email_holder.filter(|holder| *holder != record.account.user_id) {
            None => {}
            Some(holder) => match conflicts.people.iter().find(|one| one.account.user_id == holder) {
                Some(gone) if gone.deleted && gone.account.is_writable() => {
                    update.giving_up.push(self.giving_up(gone, true));
                }
                _ => return Ok(None),
            },
        }
        if !matches!(self.directory.ask(&update).await?, Outcome::Done { .. }) {
            return Ok(None);
        }
        self.note_detail(&format!(
            "The person {:?} has got the address {address}, for which it waited.",
            record.user_name
        ));
        let changes = vec!["emails".to_owned()];
        self.tell(Event::UserUpdated { user_id: record.account.user_id, id: record.id.to_string(), changes });
        Ok(Some(record.account.email.clone()))
    }

    /// The address of somebody new. Returns the sentence for the log where it waits.
    ///
    /// # Errors
    /// 409 where another account has it and nothing may wait.
    pub(super) fn settle_address_of_newcomer(
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
            (_, Some(gone)) if gone.deleted && gone.account.is_writable() => {
                giving_up.push(self.giving_up(gone, true));
                return Ok((giving_up, None));
            }
            (_, Some(gone)) if gone.deleted && !gone.account.is_ours() => of_another_site(gone),
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

/// Why an address waits that the account of a deleted person keeps, because another site of the network has
/// charge of it.
fn of_another_site(gone: &UserRecord) -> String {
    format!(
        "the WordPress account {:?} has it, whose person was deleted here; another site of the network has charge of that account.",
        gone.account.login
    )
}

impl Settled {
    /// Whether one of the others gets another address, or none.
    fn leaves_address(&self, user_id: u64) -> bool {
        self.others
            .iter()
            .any(|update| update.account.user_id == Some(user_id) && update.account.email.is_some())
    }
}
