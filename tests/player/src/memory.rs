//! The core with a WordPress in memory.

use super::transcript::{Edit, Transcript};
use super::{Incoming, Outgoing, Site};
use rollbook::host::Scope;
use rollbook::host::site::{Role, Site as Facts};
use rollbook::http::Request;
use rollbook::memory::{MemoryHost, StoredAccount};
use rollbook::settings::Settings;
use serde_json::{Map, Value, json};
use std::rc::Rc;

const BASE: &str = "https://wordpress.example/wp-json/scim/v2";
const FULL: &str = "full-token-of-the-transcripts-in-memory";
const READ: &str = "read-token-of-the-transcripts-in-memory";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A WordPress in memory with the settings of a transcript, and a clock.
pub struct InMemory {
    /// What carries out the commands.
    pub host: MemoryHost,
    /// What every request is decided by.
    pub settings: Rc<Settings>,
    /// The time of the next request.
    pub now: i64,
    facts: Facts,
}

impl InMemory {
    /// An empty site with its administrator and tokens.
    pub fn new() -> Self {
        let mut host = MemoryHost::new();
        host.add_token(FULL, Scope::Full);
        host.add_token(READ, Scope::Read);
        host.add_account("admin", "admin@wordpress.example", "admin", "administrator");
        // 2026-11-22T06:00:00Z
        Self { host, settings: Rc::default(), now: 1_795_327_200_000, facts: Facts::default() }
    }

    /// Gives the site these settings.
    fn set_up(&mut self, document: &Map<String, Value>) -> Result<(), String> {
        let settings = Settings::parse(document).map_err(|error| error.to_string())?;
        self.settings = Rc::new(settings.on(self.facts.clone()));
        Ok(())
    }

    /// The header with the full token.
    pub fn authorization() -> String {
        format!("Bearer {FULL}")
    }
}

impl Default for InMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Site for InMemory {
    fn prepare(&mut self, transcript: &Transcript) -> Result<(), String> {
        *self = Self::new();
        self.set_up(&transcript.settings)?;
        for given in &transcript.given {
            self.host.add_account(&given.login, &given.email, &given.display_name, &given.role);
            let stored = self.host.account_mut(&given.login).ok_or("the account was not made")?;
            for (key, value) in &given.meta {
                let target = match key.as_str() {
                    "first_name" | "last_name" | "nickname" | "description" => format!("field:{key}"),
                    _ => format!("meta:{key}"),
                };
                stored.values.insert(target, value.clone());
            }
        }
        Ok(())
    }

    fn send(&mut self, request: &Outgoing) -> Result<Incoming, String> {
        self.now += 1_000;
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let mut headers = request.headers.clone();
        match request.token.as_str() {
            "none" => {}
            "full" => headers.push(("Authorization".to_owned(), format!("Bearer {FULL}"))),
            "read" => headers.push(("Authorization".to_owned(), format!("Bearer {READ}"))),
            other => headers.push(("Authorization".to_owned(), other.to_owned())),
        }
        let request = Request {
            method: request.method.clone(),
            base: BASE.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: request.body.clone().unwrap_or_default().into_bytes(),
            remote: "192.0.2.1".to_owned(),
            plain: false,
            now: self.now,
        };
        let exchange = self.host.converse(request, &self.settings);
        if let Some(failure) = exchange.summary().map_err(|error| error.to_string())?.failure.as_ref() {
            return Err(format!("the exchange broke down: {failure}\n{}", self.host));
        }
        let response = exchange.response().map_err(|error| error.to_string())?;
        Ok(Incoming {
            status: response.status,
            headers: response.headers.clone(),
            body: response.body.clone(),
        })
    }

    fn account(&mut self, login_or_email: &str, fields: &[String], meta: &[String]) -> Result<Value, String> {
        let Some(stored) = self.host.account(login_or_email) else {
            return Ok(json!({ "exists": false }));
        };
        let account = &stored.account;
        let read = |prefix: &str, keys: &[String]| -> Value {
            let value =
                |key: &String| self.host.value(stored, &format!("{prefix}:{key}")).unwrap_or_default();
            keys.iter().map(|key| (key.clone(), value(key))).collect()
        };
        let state = self.host.state_of(account.user_id);
        Ok(json!({
            "exists": true,
            "login": account.login,
            "email": account.email,
            "display_name": account.display_name,
            "roles": account.roles,
            "active": state.is_none_or(|(active, _)| active),
            "fields": read("field", fields),
            "meta": read("meta", meta),
        }))
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), String> {
        let stored = self.host.account_mut(&edit.account).ok_or("there is no such account to edit")?;
        for (field, value) in &edit.fields {
            match field.as_str() {
                "display_name" => stored.account.display_name.clone_from(value),
                "user_email" => stored.account.email.clone_from(value),
                _ => drop(stored.values.insert(format!("field:{field}"), json!(value))),
            }
        }
        if let Some(roles) = &edit.roles {
            stored.account.roles.clone_from(roles);
        }
        if let Some(capabilities) = &edit.capabilities {
            stored.capabilities.clone_from(capabilities);
        }
        Ok(())
    }

    fn set_role(&mut self, name: &str, capabilities: &[String]) -> Result<(), String> {
        self.host.roles.insert(name.to_owned());
        self.facts.roles.retain(|role| role.name != name);
        self.facts.roles.push(Role { name: name.to_owned(), capabilities: capabilities.to_vec() });
        let document = self.settings.document();
        self.set_up(&document)
    }

    fn configure(&mut self, settings: &Map<String, Value>) -> Result<(), String> {
        let mut document = self.settings.document();
        merge(&mut document, settings);
        self.set_up(&document)
    }

    fn publish(&mut self, login_or_email: &str, title: &str) -> Result<(), String> {
        let stored = self.host.account_mut(login_or_email).ok_or("there is no such account to write")?;
        stored.posts.push(title.to_owned());
        Ok(())
    }

    fn posts(&mut self) -> Result<Vec<(String, String)>, String> {
        let posts = |stored: &StoredAccount| {
            let author = stored.account.login.clone();
            stored.posts.clone().into_iter().map(move |title| (title, author.clone())).collect::<Vec<_>>()
        };
        Ok(self.host.accounts().flat_map(posts).collect())
    }

    fn opens(&mut self, login_or_email: &str, password: &str) -> Result<bool, String> {
        let stored = self.host.account(login_or_email).ok_or("there is no such account to open")?;
        Ok(stored.password.as_deref() == Some(password))
    }

    fn mails(&mut self) -> Result<u64, String> {
        Ok(0)
    }

    fn later(&mut self, days: u32) {
        self.now += i64::from(days) * DAY;
    }
}

/// As the plugin changes a part of its settings: objects are merged, lists and values replaced.
fn merge(document: &mut Map<String, Value>, partial: &Map<String, Value>) {
    for (key, value) in partial {
        match (document.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => drop(document.insert(key.clone(), value.clone())),
        }
    }
}
