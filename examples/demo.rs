//! The demo: provisions a running WordPress as Entra ID and Okta do it, and shows what happens there.
//!
//! ```text
//! tests/site up
//! cargo run --no-default-features --example demo -- "$(tests/site info)"
//! ```
//!
//! The argument is what `tests/site info` prints, or a file that holds it. Ends with status 0 if everything
//! went as expected.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a demo does")]

use player::http::OverHttp;
use player::transcript::Transcript;
use player::{Played, Site, play_and_watch};
use serde_json::{Map, Value};
use std::io::IsTerminal as _;
use std::process::ExitCode;

/// The conversations that are shown.
const SHOWN: [&str; 2] = ["entra-provision-on-demand", "okta-assignment"];

/// The profile fields whose changes are shown.
const FIELDS: [&str; 3] = ["first_name", "last_name", "nickname"];

fn main() -> ExitCode {
    let Some(argument) = std::env::args().nth(1) else {
        eprintln!("usage: demo <what tests/site info prints, or a file that holds it>");
        return ExitCode::from(2);
    };
    match demo(&argument) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn demo(argument: &str) -> Result<(), String> {
    let info = match argument.trim_start().starts_with('{') {
        true => argument.to_owned(),
        false => std::fs::read_to_string(argument).map_err(|error| format!("{argument}: {error}"))?,
    };
    let mut site = OverHttp::at(&info)?;
    let screen = Screen::new();
    let info: Value = serde_json::from_str(&info).map_err(|error| error.to_string())?;
    let value = |place: &str| info.pointer(place).and_then(Value::as_str).unwrap_or_default();
    println!("{}", screen.bold(&format!("A WordPress with Rollbook, at {}", value("/url"))));
    let mut steps = 0;
    for name in SHOWN {
        let transcript = Transcript::load(name)?;
        println!("\n{}", screen.bold(&transcript.title));
        let mut accounts = Accounts::default();
        site.keeps_accounts = steps > 0;
        play_and_watch(&transcript, &mut site, &mut |site, played| {
            steps += 1;
            screen.show(played);
            for line in accounts.changes(site, played) {
                println!("      {}", screen.bold(&line));
            }
        })?;
    }
    println!("\n{} {steps} steps, each as the identity provider expects it.", screen.green("Passed."));
    println!("\n{}", screen.bold("Look around"));
    println!("  people    {}/wp-admin/users.php", value("/url"));
    println!("  settings  {}/wp-admin/options-general.php?page=rollbook", value("/url"));
    println!("  log in    {} / {}", value("/admin/user"), value("/admin/password"));
    println!("  SCIM      {}", value("/scim"));
    println!("  token     {}", value("/token"));
    Ok(())
}

/// The accounts that the conversation is about, as they were after the step before.
#[derive(Default)]
struct Accounts {
    known: Vec<(String, Value)>,
}

impl Accounts {
    /// What the step has changed, a line each.
    fn changes(&mut self, site: &mut dyn Site, played: &Played<'_>) -> Vec<String> {
        let names = played.step.wordpress.iter().filter_map(|facts| facts.get("account")?.as_str());
        for name in names {
            if !self.known.iter().any(|(known, _)| known == name) {
                self.known.push((name.to_owned(), Value::Null));
            }
        }
        let mut lines = Vec::new();
        for (name, before) in &mut self.known {
            let now = site.account(name, &FIELDS.map(str::to_owned), &[]).unwrap_or_default();
            if *before != now {
                lines.extend(difference(name, before, &now));
                *before = now;
            }
        }
        lines
    }
}

fn difference(name: &str, before: &Value, now: &Value) -> Vec<String> {
    let exists = |account: &Value| account.get("exists") == Some(&Value::Bool(true));
    match (exists(before), exists(now)) {
        (false, false) => Vec::new(),
        (true, false) => vec![format!("WordPress: the account {name} is gone")],
        (false, true) => {
            let facts = facts(now).into_iter().map(|(key, value)| format!("  {key:<13}{value}"));
            std::iter::once(format!("WordPress: the account {name} is there")).chain(facts).collect()
        }
        (true, true) => {
            let old = facts(before);
            let changed = facts(now).into_iter().filter(|(key, value)| old.get(key) != Some(value));
            let changed = changed.map(|(key, value)| {
                format!("  {key:<13}{} → {value}", old.get(&key).unwrap_or(&Value::Null))
            });
            std::iter::once(format!("WordPress: the account {name} has changed")).chain(changed).collect()
        }
    }
}

/// What is shown of an account, flat.
fn facts(account: &Value) -> Map<String, Value> {
    let mut facts = Map::new();
    for key in ["login", "email", "display_name", "active"] {
        facts.insert(key.to_owned(), account.get(key).cloned().unwrap_or_default());
    }
    let roles = account.get("roles").and_then(Value::as_array);
    let roles: Vec<&str> = roles.into_iter().flatten().filter_map(Value::as_str).collect();
    facts.insert("role".to_owned(), Value::from(roles.join(", ")));
    for (key, value) in account.get("fields").and_then(Value::as_object).into_iter().flatten() {
        facts.insert(key.clone(), value.clone());
    }
    facts
}

/// Colours, if a terminal shows them.
struct Screen {
    colour: bool,
}

impl Screen {
    fn new() -> Self {
        Self { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() }
    }

    fn show(&self, played: &Played<'_>) {
        let passed = played.differences.is_empty();
        let mark = if passed { self.green("✓") } else { self.red("✗") };
        println!("  {mark} {}", played.step.title);
        if let (Some(request), Some(response)) = (played.request, played.response) {
            let path =
                request.path.replace("%22", "\"").replace("%40", "@").replace("%20", " ").replace('+', " ");
            println!("      {}", self.faint(&format!("{} {path} → {}", request.method, response.status)));
        }
    }

    fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    fn faint(&self, text: &str) -> String {
        self.painted("2", text)
    }

    fn green(&self, text: &str) -> String {
        self.painted("32", text)
    }

    fn red(&self, text: &str) -> String {
        self.painted("31", text)
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
