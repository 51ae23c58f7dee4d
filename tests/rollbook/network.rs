//! Accounts of a network that are on other sites as well.

use super::site::send;
use player::Incoming;
use player::memory::InMemory;
use rollbook::host::site::NetworkRules;
use rollbook::host::{Account, AccountDisposal, InNetwork, OwningSite, Scope, TokenRecord};
use rollbook::memory::StoredAccount;
use rollbook::settings::Settings;
use rollbook::wordpress::linking::Identity;
use rollbook::wordpress::network::{admits, disposal, may_create};
use serde_json::{Value, json};
use std::rc::Rc;

const ANNA: &str = "anna@contoso.example";

/// Of an account that is only on another site, whose IdP has charge of it.
const OF_ANOTHER_SITE: InNetwork = InNetwork {
    on_site: false,
    on_others: true,
    owning_site: OwningSite::Elsewhere,
    created_here: false,
    touchable: true,
    protected_elsewhere: false,
};

fn person(user_name: &str, email: &str) -> Value {
    json!({ "userName": user_name, "displayName": "As sent", "emails": [{ "value": email, "primary": true }] })
}

fn put(site: &mut InMemory, id: &str, change: Value) -> Incoming {
    let mut body = person(ANNA, ANNA);
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    send(site, "PUT", &format!("/Users/{id}"), body)
}

/// A site with an account of the network that it may not have.
fn site(settings: Value, network: InNetwork) -> InMemory {
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
    site.host.add_account("anna", ANNA, "Anna Arendt", "");
    let stored = site.host.account_mut("anna").unwrap();
    stored.account.roles.clear();
    stored.account.network = Some(network);
    site
}

fn stored(site: &mut InMemory) -> &mut StoredAccount {
    site.host.account_mut("anna").unwrap()
}

fn id_of(answer: &Incoming) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// The account gets on the site, in the role of a new person; nothing else of it changes, whatever is sent
/// then or later.
#[test]
fn an_account_of_another_site_is_added_and_left_as_it_is() {
    let settings = json!({ "password_sync": true, "username": { "from": "userName", "rename": true } });
    let mut site = site(settings, OF_ANOTHER_SITE);
    let mut body = person(ANNA, ANNA);
    body["password"] = json!("a pass-phrase that is sent");
    let id = id_of(&send(&mut site, "POST", "/Users", body));
    let changed = put(
        &mut site,
        &id,
        json!({ "userName": "other", "emails": [{ "value": "other@contoso.example" }], "password": "another one" }),
    );
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["emails"][0]["value"], "other@contoso.example");

    let StoredAccount { account, password, values, .. } = stored(&mut site).clone();
    assert_eq!(
        (account.login.as_str(), account.email.as_str(), account.display_name.as_str()),
        ("anna", ANNA, "Anna Arendt")
    );
    assert_eq!((account.roles, password, values.len()), (vec!["subscriber".to_owned()], None, 0));
    assert!(account.network.unwrap().on_site);
}

/// What the other site's IdP changes is no news to this site's IdP.
#[test]
fn two_directories_have_nothing_to_correct() {
    let mut site = site(json!({}), OF_ANOTHER_SITE);
    let id = id_of(&send(&mut site, "POST", "/Users", person(ANNA, ANNA)));
    let before = send(&mut site, "GET", &format!("/Users/{id}"), Value::Null);
    stored(&mut site).account.email = "changed@contoso.example".to_owned();
    stored(&mut site).account.display_name = "Changed".to_owned();
    let after = send(&mut site, "GET", &format!("/Users/{id}"), Value::Null);
    assert_eq!((before.header("ETag"), before.json()), (after.header("ETag"), after.json()));
    let commands = site.host.trace.len();
    assert_eq!(put(&mut site, &id, json!({})).status, 200);
    let written = site.host.trace.split_off(commands);
    assert!(written.iter().all(|command| command.name != "update_user"), "sending it again writes nothing");
}

/// Once this site owns the account, all that was sent meanwhile is written, even if nothing new is sent.
#[test]
fn what_was_not_applied_is_applied_once_it_may_be() {
    let mut site = site(json!({}), OF_ANOTHER_SITE);
    let id = id_of(&send(&mut site, "POST", "/Users", person(ANNA, ANNA)));
    let network = stored(&mut site).account.network.as_mut().unwrap();
    (network.owning_site, network.on_others) = (OwningSite::Nobody, false);
    assert_eq!(put(&mut site, &id, json!({})).status, 200);
    let account = &stored(&mut site).account;
    assert_eq!(account.display_name, "As sent");
    assert_eq!(account.network.unwrap().owning_site, OwningSite::Here);
}

#[test]
fn whose_account_it_is() {
    let cases = [
        (OwningSite::Here, false, false, true),
        (OwningSite::Here, true, false, true),
        (OwningSite::Here, true, true, false),
        (OwningSite::Nobody, false, false, true),
        (OwningSite::Nobody, true, false, false),
        (OwningSite::Elsewhere, true, false, false),
        (OwningSite::Elsewhere, false, false, false),
    ];
    for (owning_site, on_others, protected_elsewhere, managed_here) in cases {
        let network = InNetwork {
            on_site: true,
            on_others,
            owning_site,
            created_here: owning_site == OwningSite::Here,
            touchable: true,
            protected_elsewhere,
        };
        let account = stored(&mut site(json!({}), network)).account.clone();
        assert_eq!(account.is_managed_here(), managed_here, "{network:?}");
        let deleted = if managed_here && !on_others && owning_site == OwningSite::Here {
            AccountDisposal::Delete
        } else {
            AccountDisposal::RemoveFromSite
        };
        assert_eq!(disposal(&account, AccountDisposal::Delete), deleted, "{network:?}");
        assert_eq!(
            disposal(&account, AccountDisposal::Deactivate),
            AccountDisposal::Deactivate,
            "{network:?}"
        );
    }
    let alone = Account { network: None, ..stored(&mut site(json!({}), OF_ANOTHER_SITE)).account.clone() };
    assert!(alone.is_managed_here() && alone.is_on_site());
    assert_eq!(disposal(&alone, AccountDisposal::Delete), AccountDisposal::Delete);
}

/// An address identifies a person; a login beside another address does not.
#[test]
fn who_is_meant_is_told_by_the_address() {
    let elsewhere = stored(&mut site(json!({}), OF_ANOTHER_SITE)).account.clone();
    let without_address = Account { email: String::new(), ..elsewhere.clone() };
    let here = stored(&mut site(json!({}), InNetwork { on_site: true, ..OF_ANOTHER_SITE })).account.clone();
    for (account, login, email, joins) in [
        (&elsewhere, Some("x"), Some("Anna@Contoso.Example"), true),
        (&elsewhere, Some("ANNA"), None, false),
        (&without_address, Some("ANNA"), None, true),
        (&elsewhere, Some("anna"), Some("anna@fabrikam.example"), false),
        (&elsewhere, None, None, false),
        (&here, Some("anna"), Some(ANNA), false),
    ] {
        let addresses = email.into_iter().map(str::to_owned).collect();
        let who = Identity { user_name: login.map(str::to_owned), addresses };
        let found = who.account_to_join(std::slice::from_ref(account));
        assert_eq!(found.is_some(), joins, "{login:?} {email:?}");
    }
}

#[test]
fn a_super_administrator_is_not_added() {
    let mut site = site(json!({}), OF_ANOTHER_SITE);
    stored(&mut site).account.protected = true;
    let refused = send(&mut site, "POST", "/Users", person(ANNA, ANNA));
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("protected and never linked"), "{}", refused.body);
    assert!(stored(&mut site).account.roles.is_empty());
}

#[test]
fn accounts_of_the_network_are_kept_apart_where_those_of_the_site_are() {
    let mut site = site(json!({ "existing_accounts": "apart" }), OF_ANOTHER_SITE);
    let refused = send(&mut site, "POST", "/Users", person(ANNA, ANNA));
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("kept apart"), "{}", refused.body);
    id_of(&send(&mut site, "POST", "/Users", person("anna", "anna@fabrikam.example")));
    assert!(site.host.account("anna@fabrikam.example").unwrap().account.login != "anna");
}

/// A kept person of this site that returns with the address of another person of the network is told so.
#[test]
fn who_returns_does_not_become_somebody_else() {
    let mut site = site(json!({}), OF_ANOTHER_SITE);
    let id = id_of(&send(&mut site, "POST", "/Users", person("bert", "bert@contoso.example")));
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{id}"), Value::Null).status, 204);
    let refused = send(&mut site, "POST", "/Users", person("bert", ANNA));
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("another person's in this network"), "{}", refused.body);
}

/// An IdP that deletes its person does not delete the account that another IdP has charge of.
#[test]
fn an_account_of_another_home_leaves_only_this_site() {
    let mut site = site(json!({ "deletion": { "policy": "delete" } }), OF_ANOTHER_SITE);
    let id = id_of(&send(&mut site, "POST", "/Users", person(ANNA, ANNA)));
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{id}"), Value::Null).status, 204);
    let account = &stored(&mut site).account;
    assert!(account.roles.is_empty() && !account.is_on_site());
    assert_eq!(send(&mut site, "GET", &format!("/Users/{id}"), Value::Null).status, 404);
}

#[test]
fn a_reassign_target_is_on_the_site() {
    let mut site =
        site(json!({ "deletion": { "policy": "reassign", "reassign_to": "anna" } }), OF_ANOTHER_SITE);
    let id = id_of(&send(&mut site, "POST", "/Users", person("bert", "bert@contoso.example")));
    let refused = send(&mut site, "DELETE", &format!("/Users/{id}"), Value::Null);
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("is not on this site of the network"), "{}", refused.body);
}

/// A person who was deleted here blocks nobody, although the other site's IdP keeps the address at the
/// account: it waits.
#[test]
fn the_address_of_who_left_this_site_waits_for_a_newcomer() {
    let mut site = site(json!({}), OF_ANOTHER_SITE);
    let mut anna = person(ANNA, ANNA);
    anna["externalId"] = json!("emp-1");
    let left = id_of(&send(&mut site, "POST", "/Users", anna));
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{left}"), Value::Null).status, 204);

    let mut other = person("anna.two@contoso.example", ANNA);
    other["externalId"] = json!("emp-2");
    let made = send(&mut site, "POST", "/Users", other);
    let id = id_of(&made);
    assert_eq!(made.json()["emails"][0]["value"], ANNA);
    let living = id_of(&send(&mut site, "POST", "/Users", person("bert", "bert@contoso.example")));
    let patch =
        |value: &str| json!({ "Operations": [{ "op": "replace", "path": "emails.value", "value": value }] });
    let changed = send(&mut site, "PATCH", &format!("/Users/{living}"), patch("Anna@contoso.example"));
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(site.host.account("anna").unwrap().account.email, ANNA);
    assert_eq!(site.host.account("anna.two@contoso.example").unwrap().account.email, "");

    // The other site's IdP gives it another one.
    stored(&mut site).account.email = "moved@contoso.example".to_owned();
    let title = json!({ "Operations": [{ "op": "add", "path": "title", "value": "Second" }] });
    assert_eq!(send(&mut site, "PATCH", &format!("/Users/{id}"), title).status, 200);
    assert_eq!(site.host.account("anna.two@contoso.example").unwrap().account.email, ANNA);
}

/// As long as the administrator of the network does not allow more, people of the site are linked, and their
/// accounts left as they are.
#[test]
fn an_account_that_the_site_did_not_create_is_out_of_reach() {
    let network = InNetwork {
        on_site: true,
        on_others: false,
        owning_site: OwningSite::Nobody,
        touchable: false,
        ..OF_ANOTHER_SITE
    };
    let mut site = site(json!({ "password_sync": true, "link_credentials": "always" }), network);
    stored(&mut site).account.roles = vec!["author".to_owned()];
    stored(&mut site).password = Some("her own".to_owned());
    let filter = "/Users?filter=userName%20eq%20%22anna%40contoso.example%22";
    let found = send(&mut site, "GET", filter, Value::Null).json();
    let id = found["Resources"][0]["id"].as_str().unwrap().to_owned();
    let linked = put(&mut site, &id, json!({ "password": "correct horse battery", "active": false }));
    assert_eq!(linked.status, 200, "{}", linked.body);
    let moved = put(&mut site, &id, json!({ "emails": [{ "value": "evil@contoso.example" }] }));
    assert_eq!(moved.status, 200, "{}", moved.body);
    let StoredAccount { account, password, .. } = stored(&mut site).clone();
    assert_eq!((account.email.as_str(), account.display_name.as_str()), (ANNA, "Anna Arendt"));
    assert_eq!(password.as_deref(), Some("her own"));
    assert_eq!(site.host.state_of(account.user_id).map(|(active, _)| active), Some(false));

    // Nor with the permission is a password set, or the account taken out of the network.
    stored(&mut site).account.network = Some(InNetwork { touchable: true, ..network });
    put(&mut site, &id, json!({ "password": "correct horse battery", "active": true }));
    let account = stored(&mut site).account.clone();
    assert_eq!(stored(&mut site).password.as_deref(), Some("her own"));
    assert_eq!(disposal(&account, AccountDisposal::Delete), AccountDisposal::RemoveFromSite);
}

#[test]
fn an_account_elsewhere_is_not_taken_in_without_permission() {
    let mut site = site(json!({}), InNetwork { touchable: false, ..OF_ANOTHER_SITE });
    let refused = send(&mut site, "POST", "/Users", person(ANNA, ANNA));
    assert!(refused.status == 409 && refused.body.contains("Network Admin"), "{}", refused.body);
    assert!(stored(&mut site).account.roles.is_empty());
}

#[test]
fn what_a_token_may_do_is_said_by_the_network() {
    let rules = |sites_provision, create_accounts, add_new_users| {
        Some(NetworkRules { sites_provision, create_accounts, add_new_users })
    };
    for (rules, of_network, admitted, creates) in [
        (None, false, true, true),
        (rules(false, false, false), false, false, false),
        (rules(false, false, false), true, true, true),
        (rules(true, false, true), false, true, false),
        (rules(true, true, false), false, true, false),
        (rules(true, true, true), false, true, true),
    ] {
        let token = TokenRecord {
            id: 1,
            name: String::new(),
            hash: String::new(),
            scope: Scope::Full,
            expires: None,
            revoked: None,
            last_used: None,
            minute: 0,
            requests: 0,
            of_network,
        };
        assert_eq!(admits(rules, &token).is_ok(), admitted, "{rules:?} {of_network}");
        let created = may_create(rules, of_network);
        assert_eq!(created.is_ok(), creates, "{rules:?} {of_network}");
        assert!(
            created
                .err()
                .is_none_or(|error| error.status() == 403 && error.detail().contains("Network Admin"))
        );
    }
}
