//! People: `/Users`.

use super::query::Query;
use super::reply::written;
use super::waiting::Changing;
use super::{Answer, MAX_ATTEMPTS, Precondition, Reply, RequestError, Service};
use crate::host::{
    Account, AccountChange, CreateUser, LoadUser, NoteWish, Outcome, Unique, UpdateUser, UserRecord, UserRow,
};
use crate::panics;
use crate::scim::error::{Error, Result};
use crate::scim::meta;
use crate::scim::patch::{Patch, Patched};
use crate::scim::projection::Projection;
use crate::scim::resource::{Received, Resource, changes};
use crate::scim::schema::ResourceType;
use crate::wordpress::linking::{self, Identity};
use crate::wordpress::{account, email, network, password, user};
use serde_json::{Map, Value};
use smol_str::SmolStr;

/// Sets `active` where the client does not.
fn set_default_active(resource: &mut Resource, active: bool) -> Result<()> {
    if resource.active().is_none()
        && let Ok(path) = "active".parse()
    {
        resource.set(&path, Value::Bool(active), ResourceType::User.schemas())?;
    }
    Ok(())
}

/// Why a creation is refused that met another one.
const AT_THE_SAME_TIME: &str =
    "The person is being created by another request at the same time. Send the request again.";

impl Service {
    pub(super) async fn get_user(&self, id: &str, precondition: &Precondition<'_>, query: &Query) -> Answer {
        let projection = self.projection(query, ResourceType::User)?;
        let record = self.load_user(id).await?;
        self.note_person("read", &record);
        let unmodified = precondition.unmodified(&user::version(&record))?;
        Ok(unmodified
            .unwrap_or_else(|| self.user_reply(200, &record, self.user_resource(&record), &projection)))
    }

    pub(super) async fn create_user(&self, body: Map<String, Value>, query: &Query) -> Answer {
        let schemas = self.schemas(ResourceType::User);
        let projection = self.projection(query, ResourceType::User)?;
        let Received { mut resource, password } = Resource::from_body(body, schemas, &mut self.dialects())?;
        resource.check_size(None)?;
        set_default_active(&mut resource, true)?;
        let mut row = user::user_row(&resource, &self.settings)?;
        let email = email::email(&resource);
        let mut conflicts = self.conflicts_of_newcomer(&row, email.as_deref()).await?;
        let who = Identity::of(&resource, email.as_deref());
        self.free_name(&mut conflicts.people, &row.user_name_key, &who).await?;
        self.name_unmanaged(&conflicts.people, &who).await?;
        if let Some(record) = self.account_to_lock(&row, &who).await? {
            return self.link_locked_out(&record, resource, password, query).await;
        }
        self.check_name(&conflicts.people, &row.user_name_key, email.as_deref())?;
        let returning = self.returning(&conflicts.people, &row, email.as_deref())?;
        self.check_other_addresses(&who).await?;
        let joining = self.existing_account(&who, email.as_deref(), returning, row.active).await?;
        let before = returning.map(|record| (record, self.user_resource(record)));
        let before = before.as_ref().map(|(record, shown)| (*record, shown));
        let mut account = match &joining {
            Some(joining) => account::joining(joining, &resource, &self.settings),
            None => account::account_change(before, &resource, &self.settings),
        };
        if joining.is_none() && returning.is_none() {
            network::may_create(self.settings.site.network, self.of_network.get())?;
        }
        let takes_password =
            joining.as_ref().or(returning.map(|record| &record.account)).is_none_or(Account::takes_password);
        account.password =
            self.password_to_set(password, account.managed_here && takes_password, row.active)?;
        account.end_credentials =
            joining.as_ref().is_some_and(|joining| linking::ends_credentials(joining, &self.settings));
        row.linked = joining.is_some() || returning.is_some_and(|record| record.linked);
        if let Some((record, shown)) = before.filter(|_| !account.logins.is_empty()) {
            // The kept login stays for now; the next request about the person renames it.
            row.login_of = account::login_of(record, shown, &self.settings);
            account.logins.clear();
        }
        self.keep_existing_role(&mut account, returning.is_some()).await?;
        self.note_withheld_role(&resource);
        let targets = account::written_targets(joining.as_ref(), &self.settings);
        if returning.is_some() && account.managed_here {
            account.end_credentials = true;
            account.credential_metas = Self::credential_metas();
        }
        let (giving_up, waits) =
            self.decide_address_of_newcomer(&conflicts, returning, &mut row, &mut account)?;
        // Named also where it stays: another person may get it at this moment.
        if let Some(record) = returning.filter(|_| account.managed_here && account.email.is_none()) {
            account.email = email.clone().filter(|email| *email == record.account.email);
        }
        let create = CreateUser { row, account, giving_up, targets, now: self.now };
        // A kept account may be gone again, which is no address to the client.
        let outcome = match self.host.ask(&create).await? {
            Outcome::Gone => Outcome::Stale,
            outcome => outcome,
        };
        let taken = |value| self.taken(value, &create.row.user_name, email.as_deref());
        let Some(record) = written(outcome, "", taken)? else {
            return Err(Error::conflict(AT_THE_SAME_TIME).into());
        };
        panics::trip(&create.row.user_name);
        self.note_person("created", &record);
        self.note_received(&record, &resource);
        self.note_unwritten(account::unwritten(
            returning,
            &record,
            &create.account,
            &resource,
            &self.settings,
        ));
        waits.iter().for_each(|sentence| self.note_detail(sentence));
        match joining {
            Some(before) => {
                self.note_detail(linking::credentials_sentence(create.account.end_credentials));
                self.tell_joining(&before, &record);
            }
            None => self.tell_arrival(returning.filter(|record| !record.unfinished), &record),
        }
        let record = match email.filter(|_| waits.is_some()) {
            Some(address) => self.serve_newly_waiting(record, &address).await,
            None => record,
        };
        Ok(self.user_reply(201, &record, self.user_resource(&record), &projection))
    }

    pub(super) async fn replace_user(
        &self,
        id: &str,
        body: Map<String, Value>,
        precondition: &Precondition<'_>,
        query: &Query,
    ) -> Answer {
        let schemas = self.schemas(ResourceType::User);
        let received = Resource::from_body(body, schemas, &mut self.dialects())?;
        self.change_user(id, precondition, query, |current| {
            received.resource.check_replacement(current, schemas)?;
            Ok(Patched { resource: received.resource.clone(), password: received.password.clone() })
        })
        .await
    }

    pub(super) async fn patch_user(
        &self,
        id: &str,
        body: Map<String, Value>,
        precondition: &Precondition<'_>,
        query: &Query,
    ) -> Answer {
        let schemas = self.schemas(ResourceType::User);
        let patch = Patch::parse(body, schemas, &mut self.dialects())?;
        self.change_user(id, precondition, query, |current| {
            patch.apply_noting(current, schemas, &mut self.dialects())
        })
        .await
    }

    /// Reads, decides and writes under the version that was read. If another request wrote in between, it
    /// decides anew.
    async fn change_user(
        &self,
        id: &str,
        precondition: &Precondition<'_>,
        query: &Query,
        decide: impl Fn(&Resource) -> Result<Patched>,
    ) -> Answer {
        let projection = self.projection(query, ResourceType::User)?;
        let mut refused: Option<String> = None;
        for attempt in 1..=MAX_ATTEMPTS {
            let record = self.load_user(id).await?;
            self.note_attempt(&record);
            precondition.holds(&user::version(&record))?;
            self.may_change(&record)?;
            let shown = self.user_resource(&record);
            let Patched { resource, password } = decide(&shown)?;
            let mut resource = user::with_groups_of(resource, &shown);
            let links = !record.managed;
            if links {
                linking::may_link(&record, &Identity::of(&resource, email::email(&resource).as_deref()))?;
            }
            // Nobody is locked out, or let back in, by an attribute that was left out or removed.
            set_default_active(&mut resource, record.active && !record.locked_before)?;
            let mut row = user::user_row(&resource, &self.settings)?;
            row.linked = links || record.linked;
            let withheld_password = password.is_some() && self.settings.password_sync;
            let password = {
                let takes_password = record.account.is_writable() && record.account.takes_password();
                self.password_to_set(password, takes_password, row.active)?
            };
            let mut account = account::account_change(Some((&record, &shown)), &resource, &self.settings);
            self.keep_existing_role(&mut account, false).await?;
            let detail = self.note.borrow().detail.clone();
            let mut changing =
                Changing { record: &record, shown: &shown, row: &mut row, account: &mut account };
            let mut consequences = self.decide_identity(&mut changing, &resource, refused.as_deref()).await?;
            if password.is_none() && self.is_as_it_was(&record, &shown, &row, &account)? {
                self.note_unapplied(&record, &[], withheld_password);
                if record.wished_name.is_some() {
                    self.host.ask(&NoteWish { id: record.id.clone(), user_name: None }).await?;
                }
                self.note_person("unchanged", &record);
                return Ok(self.user_reply(200, &record, shown, &projection));
            }
            let may_wait = !row.active || email::waiting_email(&record, &shown) == account.email;
            account.password = password;
            account.end_credentials = (links || record.unfinished && record.linked)
                && linking::ends_credentials(&record.account, &self.settings);
            let targets = account::written_targets(Some(&record.account), &self.settings);
            let email = account.email.clone();
            if attempt == 1 {
                self.note_change(&record, row.active, account.role.as_deref()).await?;
            }
            let update = UpdateUser {
                id: record.id.clone(),
                version: record.version,
                row,
                account,
                others: std::mem::take(&mut consequences.others),
                giving_up: std::mem::take(&mut consequences.giving_up),
                targets,
                now: self.now,
            };
            let outcome = self.host.ask(&update).await?;
            let outcome = put_off(outcome, attempt == 1, may_wait, &mut refused);
            let taken = |value| self.taken(value, &update.row.user_name, email.as_deref());
            if let Some(written) = written(outcome, id, taken)? {
                self.note_written(&record, &written, &update.account, &resource);
                let now_shown = self.user_resource(&written);
                let mut changes = changes(&shown, &now_shown);
                changes.extend(update.account.password.as_ref().map(|_| "password".to_owned()));
                self.note_unapplied(&record, &changes, withheld_password);
                self.tell_change(&record, &written, changes.clone());
                self.note_changes(changes);
                self.conclude_exchange(&record, &update, &consequences).await;
                let Some(address) = consequences.waits_for() else {
                    return Ok(self.user_reply(200, &written, now_shown, &projection));
                };
                let written = self.serve_newly_waiting(written, address).await;
                return Ok(self.user_reply(200, &written, self.user_resource(&written), &projection));
            }
            self.note.borrow_mut().detail = detail;
        }
        Err(precondition.lost().into())
    }

    /// Whether a write would leave everything as it was. A role that was given by hand may have to be taken
    /// away even if the client changes nothing.
    fn is_as_it_was(
        &self,
        record: &UserRecord,
        shown: &Resource,
        row: &UserRow,
        account: &AccountChange,
    ) -> Result<bool> {
        Ok(record.managed
            && !record.unfinished
            && account.role.is_none()
            && user::user_row(shown, &self.settings)?.document == row.document
            && account.email.is_none()
            && account.logins.is_empty()
            && account::is_complete(record, &self.settings))
    }

    /// Notes what was written, for the log and for mails.
    fn note_written(
        &self,
        record: &UserRecord,
        written: &UserRecord,
        change: &AccountChange,
        resource: &Resource,
    ) {
        let links = !record.managed;
        self.note_person(if links { "linked" } else { "updated" }, written);
        self.note_withheld_role(resource);
        self.note_received(written, resource);
        self.note_unwritten(account::unwritten(Some(record), written, change, resource, &self.settings));
        if links {
            self.note_detail(linking::credentials_sentence(change.end_credentials));
        }
        self.notify(record, written, change);
    }

    /// The password to set, if there is one. A password that cannot be set does not stop a deactivation.
    fn password_to_set(
        &self,
        password: Option<String>,
        managed_here: bool,
        active: bool,
    ) -> Result<Option<String>> {
        let Some(password) = password.filter(|_| self.settings.password_sync && managed_here) else {
            return Ok(None);
        };
        match password::check(&password) {
            Ok(()) => Ok(Some(password)),
            Err(_) if !active => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn load_user(&self, id: &str) -> Answer<UserRecord> {
        let load = LoadUser { id: SmolStr::new(id), targets: user::targets(&self.settings) };
        let record = match self.host.ask(&load).await? {
            None if self.register_numbered(id).await? => self.host.ask(&load).await?,
            record => record,
        };
        let record = record.filter(|record| record.managed || self.shows_unmanaged());
        Ok(record.ok_or_else(|| Error::not_found(id))?)
    }

    pub(super) fn user_resource(&self, record: &UserRecord) -> Resource {
        user::resource(record, &self.settings, &self.base)
    }

    /// `shown` is what the record shows.
    fn user_reply(
        &self,
        status: u16,
        record: &UserRecord,
        shown: Resource,
        projection: &Projection,
    ) -> Reply {
        let resource = projection.apply(shown, self.schemas(ResourceType::User));
        let location = meta::location(&self.base, ResourceType::User, &record.id);
        Reply::resource(status, resource, &user::version(record), &location)
    }

    /// Whether a client may change a person. A managed person can always be locked out, whatever rights they
    /// have. Everything else that is sent for a protected person is stored and not applied to the account.
    ///
    /// # Errors
    /// 403 for a protected account that was there before.
    pub(super) fn may_change(&self, record: &UserRecord) -> Result<()> {
        if record.account.protected && !record.managed { Err(protected(&record.account)) } else { Ok(()) }
    }

    /// Notes for the log what of a change was not applied, because the account is protected.
    fn note_unapplied(&self, record: &UserRecord, changes: &[String], password: bool) {
        let changes = changes.iter().map(String::as_str).filter(|path| *path != "active");
        let kept: Vec<&str> = changes.chain(password.then_some("password, which is not stored")).collect();
        if record.account.protected && !kept.is_empty() {
            self.note_unwritten(vec![format!(
                "The account {:?} is protected, so this was stored and not applied to it: {}. Take its \
                 protected role or right away inside WordPress; the next change by the identity provider \
                 then applies everything.",
                record.account.login,
                kept.join(", ")
            )]);
        }
    }

    /// Links the account of a person who is created locked out, as an IdP would do that found the account and
    /// sent a PUT. With a second account beside it the person could still log in.
    async fn link_locked_out(
        &self,
        record: &UserRecord,
        resource: Resource,
        password: Option<String>,
        query: &Query,
    ) -> Answer {
        let version = user::version(record);
        let as_found = Precondition { if_match: Some(&version), if_none_match: None };
        let sent = |_: &Resource| Ok(Patched { resource: resource.clone(), password: password.clone() });
        let linked = match self.change_user(&record.id, &as_found, query, sent).await {
            // Another request links the account, or has taken the name and with it the account's id.
            Err(RequestError::Client(error)) if matches!(error.status(), 404 | 412) => {
                return Err(Error::conflict(AT_THE_SAME_TIME).into());
            }
            linked => linked?,
        };
        Ok(linked.created(meta::location(&self.base, ResourceType::User, &record.id)))
    }

    pub(super) fn taken(&self, value: Unique, user_name: &str, email: Option<&str>) -> Error {
        Error::conflict(match value {
            Unique::UserName => format!("There is a person with the userName {user_name:?} already."),
            Unique::Email => format!(
                "Another WordPress account has the e-mail address {:?} already; WordPress allows an address \
                 once.",
                email.unwrap_or_default()
            ),
            Unique::Login => format!(
                "No login can be made from the userName {user_name:?}: all that come into question are taken \
                 or forbidden. Choose another username rule in the Rollbook settings."
            ),
            Unique::DisplayName => "The displayName is taken.".to_owned(),
        })
    }
}

/// Turns a refused write into one that is decided anew, where that helps: another request was faster, which
/// the next decision sees, or the address can wait. `refused` says why it has to.
fn put_off(
    outcome: Outcome<UserRecord>,
    is_first: bool,
    may_wait: bool,
    refused: &mut Option<String>,
) -> Outcome<UserRecord> {
    match outcome {
        Outcome::Taken { value: Unique::UserName | Unique::Email } if is_first => Outcome::Stale,
        Outcome::Taken { value: Unique::Email } if refused.is_none() && may_wait => {
            *refused = Some("another WordPress account has it.".to_owned());
            Outcome::Stale
        }
        Outcome::Refused { message, value: Some(Unique::Email) } if refused.is_none() && may_wait => {
            *refused = Some(message);
            Outcome::Stale
        }
        outcome => outcome,
    }
}

/// The refusal to change an account that is out of reach.
fn protected(account: &Account) -> Error {
    Error::new(
        403,
        format!(
            "The WordPress account {:?} has rights over others or over the site. Such accounts are protected \
             and never changed through SCIM; leave the person out of the provisioning or take the role away \
             inside WordPress.",
            account.login
        ),
    )
}
