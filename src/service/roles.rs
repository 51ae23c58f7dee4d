//! Roles that rules name and the site does not have. Nobody gets them, everything else is done, and the owner
//! is told.

use super::{Answer, RequestError, Service};
use crate::host::{AccountChange, FindRoles, Ruling};
use crate::scim::resource::Resource;
use crate::settings::NO_ROLE;
use crate::wordpress::roles;

impl Service {
    /// Leaves a role that the site does not have out of a change. A new account gets the default one instead,
    /// and none where WordPress would give it a protected one.
    pub(super) async fn keep_existing_role(&self, account: &mut AccountChange, is_back: bool) -> Answer<()> {
        let is_new = is_back || account.user_id.is_none();
        if let Some(role) = account.role.take() {
            let default = roles::default(&self.settings).filter(|_| is_new);
            let mut choices = vec![role];
            choices.extend(default.map(str::to_owned));
            let known = self.known_roles(choices.clone()).await?;
            let given = choices.iter().position(|choice| known.contains(choice));
            // A role that could not be given is due again at the next request.
            account.ruling = account
                .ruling
                .take()
                .filter(|_| given == Some(0))
                .or_else(|| given.map(|_| Ruling { rule: None, role: choices.last().cloned() }));
            account.role = given.and_then(|given| choices.into_iter().nth(given));
        }
        if is_new && account.role.is_none() {
            // WordPress gives a new account its own default role, and leaves one that is there as it is.
            let default = &self.settings.site.default_role;
            account.role = match self.settings.is_protected(default) {
                true => Some(String::new()),
                false => is_back.then(|| default.clone()),
            };
        }
        Ok(())
    }

    /// Notes for the log that the settings name a protected role for a person, who did not get it.
    pub(super) fn note_withheld_role(&self, person: &Resource) {
        if let Some(role) = roles::withheld(person, &self.settings) {
            self.note_unwritten(vec![format!(
                "The role {role:?}, which the settings give, is protected: it has rights over others or over \
                 the site, and no rule gives such a role. Choose another one on the Roles & groups tab, or take \
                 this one out of the protected roles there."
            )]);
        }
    }

    /// Those of some roles that the site has, however often each is named.
    pub(super) async fn existing_roles(&self, mut named: Vec<String>) -> Answer<Vec<String>> {
        named.sort_unstable();
        named.dedup();
        self.known_roles(named).await
    }

    /// Those of some roles that the site has. The others are noted for the owner. Every site has [`NO_ROLE`].
    pub(super) async fn known_roles(&self, roles: Vec<String>) -> Answer<Vec<String>> {
        let (none, roles): (Vec<_>, Vec<_>) = roles.into_iter().partition(|role| role == NO_ROLE);
        if roles.is_empty() {
            return Ok(none);
        }
        let find = FindRoles { roles };
        let mut known = self.host.ask(&find).await?;
        for role in find.roles.iter().filter(|role| !known.contains(role)) {
            self.note_failure(format!(
                "This site has no role {role:?}, which the Rollbook settings give; people who are due it were \
                 left without it. Choose another role on the Roles & groups tab, or bring back the plugin \
                 that the role belongs to."
            ));
        }
        known.extend(none);
        Ok(known)
    }

    /// Notes for the owner that something was not done, when it is too late to tell the client.
    pub(super) fn note_problem(&self, problem: &RequestError) {
        self.note_failure(problem.reason());
    }

    /// Notes for the owner what the client is not told.
    pub(super) fn note_failure(&self, text: String) {
        let mut note = self.note.borrow_mut();
        match &mut note.failure {
            Some(noted) if noted.contains(&text) => {}
            Some(noted) => {
                noted.push('\n');
                noted.push_str(&text);
            }
            None => note.failure = Some(text),
        }
    }
}
