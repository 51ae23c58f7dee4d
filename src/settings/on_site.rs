//! Checks what settings name against the site: roles that it lacks or that must not be given, accounts, user
//! metas. A site changes after its settings were saved.

use super::problem::{Sentence, SettingsProblem, Word};
use super::reassign_target::Unfit;
use super::{InvalidSettings, NO_ROLE, Settings, texts};
use crate::host::AccountDisposal;
use crate::mapping::target::Target;
use crate::protection;
use crate::scim::filter::Filter;

/// What is wrong, and with what: the same thing may stand at another place of another document.
struct Finding<'a> {
    subject: Subject<'a>,
    problem: SettingsProblem,
}

#[derive(PartialEq)]
enum Subject<'a> {
    DefaultRole(&'a str),
    Rule(&'a Filter, &'a str),
    ReassignTarget(AccountDisposal, &'a str),
    Meta(&'a str),
}

impl Settings {
    /// What is wrong with the settings as their site is now.
    pub fn problems_on_site(&self) -> Vec<SettingsProblem> {
        self.findings().into_iter().map(|finding| finding.problem).collect()
    }

    /// Checks whether the settings can be saved on their site in the place of the settings `before`. A
    /// problem that those had already, because the site has changed since, does not stop an owner who changes
    /// something else.
    ///
    /// # Errors
    /// [`InvalidSettings`] with everything that would become wrong.
    pub fn check_on_site(&self, before: &Self) -> Result<(), InvalidSettings> {
        let known = before.findings();
        let is_new = |finding: &Finding<'_>| {
            let is_the_same = |old: &Finding<'_>| {
                old.subject == finding.subject && old.problem.reason == finding.problem.reason
            };
            !known.iter().any(is_the_same)
        };
        let mut problems = self.unknown_protected_roles(before);
        problems.extend(self.findings().into_iter().filter(is_new).map(|finding| finding.problem));
        if problems.is_empty() { Ok(()) } else { Err(InvalidSettings { problems }) }
    }

    fn findings(&self) -> Vec<Finding<'_>> {
        let default = self
            .default_role
            .iter()
            .filter(|role| *role != NO_ROLE)
            .map(|role| ("default_role".to_owned(), Subject::DefaultRole(role), role));
        let rules = self.role_rules.iter().enumerate().map(|(index, rule)| {
            (format!("role_rules[{index}].role"), Subject::Rule(&rule.filter, &rule.role), &rule.role)
        });
        let mut findings = self.reassign_target_finding();
        findings.extend(default.chain(rules).filter_map(|(place, subject, role)| {
            let reason = self.role_problem(role)?;
            Some(Finding { subject, problem: SettingsProblem::new(place, reason) })
        }));
        findings.extend(self.meta_findings());
        findings
    }

    fn reassign_target_finding(&self) -> Vec<Finding<'_>> {
        let finding = |login| -> Option<Finding<'_>> {
            let text = match Unfit::of(self.site.reassign_target.as_ref())? {
                Unfit::Missing => texts::REASSIGN_MISSING,
                Unfit::Elsewhere => texts::REASSIGN_ELSEWHERE,
                Unfit::Deactivated => texts::REASSIGN_DEACTIVATED,
            };
            let reason = Sentence::new(text, [Word::plain(login)]);
            let problem = SettingsProblem::new("deletion.reassign_to", reason);
            Some(Finding { subject: Subject::ReassignTarget(self.deletion.disposal, login), problem })
        };
        self.deletion.reassign_to.as_deref().and_then(finding).into_iter().collect()
    }

    fn role_problem(&self, role: &str) -> Option<Sentence> {
        if self.is_protected(role) {
            return Some(Sentence::new(texts::ROLE_PROTECTED, [Word::plain(role)]));
        }
        self.lacks_role(role).then(|| Sentence::new(texts::ROLE_LACKING, [Word::plain(role)]))
    }

    fn lacks_role(&self, role: &str) -> bool {
        self.site.roles.iter().all(|known| known.name != role)
    }

    /// What another plugin keeps with the accounts is not overwritten by mistake.
    fn meta_findings(&self) -> impl Iterator<Item = Finding<'_>> {
        let is_foreign =
            |key: &str| self.site.foreign_metas.iter().any(|meta| meta.eq_ignore_ascii_case(key));
        self.mappings.iter().enumerate().filter_map(move |(index, mapping)| match &mapping.target {
            Target::Meta(key) if !mapping.confirmed && is_foreign(key) => {
                let place = format!("mappings[{index}].confirmed");
                let reason = Sentence::new(texts::META_FOREIGN, [Word::plain(key)]);
                Some(Finding { subject: Subject::Meta(key), problem: SettingsProblem::new(place, reason) })
            }
            _ => None,
        })
    }

    /// A misspelt role would protect nobody. A role that was named before may stay while its plugin is away.
    fn unknown_protected_roles(&self, before: &Self) -> Vec<SettingsProblem> {
        let named = self.protected_roles.iter().enumerate();
        let unknown = named.filter(|(_, name)| {
            self.lacks_role(protection::role_of(name)) && !before.protected_roles.contains(name)
        });
        unknown
            .map(|(index, name)| {
                let reason = Sentence::new(texts::ROLE_UNKNOWN, [Word::plain(protection::role_of(name))]);
                SettingsProblem::new(format!("protected_roles[{index}]"), reason)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::ReassignTarget;
    use crate::host::site::{Role, Site};
    use serde_json::{Value, json};

    fn role(name: &str, capabilities: &[&str]) -> Role {
        let capabilities = capabilities.iter().map(|name| (*name).to_owned()).collect();
        Role { name: name.to_owned(), capabilities }
    }

    fn site() -> Site {
        Site {
            roles: vec![
                role("administrator", &["manage_options"]),
                role("shop_manager", &["edit_users"]),
                role("editor", &[]),
                role("subscriber", &[]),
            ],
            foreign_metas: vec!["Job".to_owned()],
            ..Site::default()
        }
    }

    fn settings(document: &Value, site: Site) -> Settings {
        Settings::parse(document.as_object().unwrap()).unwrap().on(site)
    }

    fn target(active: bool, on_site: bool) -> Option<ReassignTarget> {
        Some(ReassignTarget { user_id: 7, active, on_site })
    }

    /// The places at which a document is refused in the place of another one.
    fn refused(before: &Value, after: &Value, site: impl Fn() -> Site) -> Vec<String> {
        let (before, after) = (settings(before, site()), settings(after, site()));
        let problems = after.check_on_site(&before).err().map(|refusal| refusal.problems);
        problems.into_iter().flatten().map(|problem| problem.place).collect()
    }

    fn rule(filter: &str, role: &str) -> Value {
        json!({ "role_rules": [{ "filter": filter, "role": role }] })
    }

    #[test]
    fn roles_that_the_site_does_not_have_or_give_are_refused() {
        let refused = |after: Value| refused(&json!({}), &after, site);
        for role in ["lost", "administrator", "shop_manager", "Editor"] {
            assert_eq!(refused(json!({ "default_role": role })), ["default_role"], "{role}");
            assert_eq!(refused(rule("title pr", role)), ["role_rules[0].role"], "{role}");
        }
        assert_eq!(refused(json!({ "protected_roles": ["editor", "edtor"] })), ["protected_roles[1]"]);
        assert_eq!(refused(json!({ "protected_roles": ["-shop_maneger"] })), ["protected_roles[0]"]);
        assert!(refused(json!({ "protected_roles": ["editor", "-shop_manager"] })).is_empty());
        for open in [json!(null), json!("")] {
            assert!(refused(json!({ "default_role": open })).is_empty(), "{open}");
        }
        assert!(refused(rule("title pr", "editor")).is_empty());
    }

    #[test]
    fn a_reassign_target_who_cannot_have_the_content_is_refused() {
        let after = json!({ "deletion": { "reassign_to": "archive" } });
        for (target, reason) in [
            (None, "does not exist"),
            (target(false, true), "is deactivated"),
            (target(true, false), "is not on this site"),
        ] {
            let site = || Site { reassign_target: target.clone(), ..site() };
            assert_eq!(refused(&json!({}), &after, site), ["deletion.reassign_to"], "{reason}");
            assert!(settings(&after, site()).problems_on_site()[0].reason.contains(reason), "{reason}");
        }
        assert!(
            refused(&json!({}), &after, || Site { reassign_target: target(true, true), ..site() }).is_empty()
        );
    }

    #[test]
    fn what_has_become_wrong_is_told_and_in_nobody_s_way() {
        let before = json!({
            "default_role": "lost", "protected_roles": ["-also_lost"],
            "role_rules": [{ "filter": "title pr", "role": "shop_manager" }],
            "deletion": { "reassign_to": "gone" },
        });
        let wrong = settings(&before, site()).problems_on_site();
        let places: Vec<&str> = wrong.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(places, ["deletion.reassign_to", "default_role", "role_rules[0].role"]);

        let with = |changes: Value| {
            let mut after = before.clone();
            after.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            refused(&before, &after, site)
        };
        assert!(
            with(json!({ "welcome_mail": true, "protected_roles": ["editor", "-also_lost"] })).is_empty()
        );
        let rules = json!([{ "filter": "userName pr", "role": "editor" }, { "filter": "title pr", "role": "shop_manager" }]);
        assert!(with(json!({ "role_rules": rules })).is_empty(), "at another place it is the same rule");
        // What is changed must be right.
        assert_eq!(with(json!({ "deletion": { "reassign_to": "nobody" } })), ["deletion.reassign_to"]);
        assert_eq!(with(json!({ "default_role": "shop_manager" })), ["default_role"]);
        assert_eq!(with(rule("userName pr", "shop_manager")), ["role_rules[0].role"]);
        // And what was right must not become wrong.
        let out = json!({ "protected_roles": ["-shop_manager"], "default_role": "shop_manager" });
        assert_eq!(refused(&out, &json!({ "default_role": "shop_manager" }), site), ["default_role"]);
    }

    #[test]
    fn a_policy_that_needs_a_reassign_target_needs_one_who_is_there() {
        let kept = json!({ "deletion": { "reassign_to": "gone" } });
        let given = json!({ "deletion": { "policy": "reassign", "reassign_to": "gone" } });
        assert_eq!(refused(&kept, &given, site), ["deletion.reassign_to"]);
        assert!(refused(&given, &given, site).is_empty());
    }

    #[test]
    fn a_meta_that_accounts_had_before_is_confirmed() {
        let refused = |target: &str, confirmed: bool| {
            let row = json!({ "path": "title", "target": target, "confirmed": confirmed });
            refused(&json!({}), &json!({ "mappings": [row] }), site)
        };
        assert_eq!(refused("meta:job", false), ["mappings[0].confirmed"]);
        for (target, confirmed) in [("meta:job", true), ("meta:other", false), ("xprofile:Job", false)] {
            assert!(refused(target, confirmed).is_empty());
        }
    }
}
