//! Rollbook in a real WordPress, built by `tests/site` and talked to over HTTP.

use super::transcript::{Edit, Transcript};
use super::{Incoming, Outgoing, Site};
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use ureq::config::AutoHeaderValue;

/// What runs inside WordPress: it reads a question a line and answers each with a line, both JSON.
const PHP: &str = include_str!("wordpress.php");

/// A running site.
pub struct OverHttp {
    /// Whether the accounts that are there stay when a transcript begins.
    pub keeps_accounts: bool,
    /// Whether the people of `tests/site populate` stay when a transcript begins.
    pub keeps_crowd: bool,
    /// The attributes that have an index when a transcript begins.
    pub indexes: Vec<String>,
    client: Client,
    wordpress: WordPress,
}

/// Sends requests, from as many threads as hold a copy.
#[derive(Clone)]
pub struct Client {
    scim: String,
    token: String,
    read_token: String,
    agent: ureq::Agent,
}

impl OverHttp {
    /// The site that `ROLLBOOK_SITE` describes, or else the one that runs on SQLite.
    ///
    /// # Errors
    /// There is none, and why.
    pub fn from_environment() -> Result<Self, String> {
        match std::env::var("ROLLBOOK_SITE") {
            Ok(info) => Self::at(&info),
            Err(_) => Self::at(&info()?),
        }
    }

    /// The site that `tests/site up` has described.
    ///
    /// # Errors
    /// What is missing in the description, or why nothing can be run inside the site's WordPress.
    pub fn at(info: &str) -> Result<Self, String> {
        let info: Value = serde_json::from_str(info)
            .map_err(|error| format!("{error} in the site's description {info:?}"))?;
        let text = |name: &str| {
            let value = info.get(name).and_then(Value::as_str).map(str::to_owned);
            value.ok_or_else(|| format!("the site's description has no {name:?}: {info}"))
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        // In a network it is the second site that is talked to, whose tables have another prefix than those
        // of all sites.
        let service = |name: &str| match info.pointer(&format!("/second/{name}")).and_then(Value::as_str) {
            Some(value) => Ok(value.to_owned()),
            None => text(name),
        };
        let mut wordpress = WordPress::of(Path::new(&text("dir")?))?;
        let read_token = wordpress.ask(&json!({ "do": "read_token" }))?;
        Ok(Self {
            keeps_accounts: false,
            keeps_crowd: false,
            indexes: Vec::new(),
            client: Client {
                scim: service("scim")?,
                token: service("token")?,
                read_token: read_token.as_str().unwrap_or_default().to_owned(),
                agent: agent.into(),
            },
            wordpress,
        })
    }

    /// What sends this site's requests.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Asks a question inside WordPress; `wordpress.php` has the answers.
    ///
    /// # Errors
    /// What went wrong there.
    pub fn ask(&mut self, question: &Value) -> Result<Value, String> {
        self.wordpress.ask(question)
    }
}

impl Client {
    /// Sends a request with the full token; status and body, null where it is empty.
    ///
    /// # Errors
    /// No answer came.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), String> {
        let request = Outgoing {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/scim+json".to_owned())],
            body: body.map(Value::to_string),
            token: "full".to_owned(),
        };
        let answer = self.try_send(&request).map_err(|error| format!("{method} {path}: {error}"))?;
        Ok((answer.status, serde_json::from_str(&answer.body).unwrap_or_default()))
    }

    fn try_send(&self, request: &Outgoing) -> Result<Incoming, ureq::Error> {
        let mut builder = ureq::http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{}{}", self.scim, request.path));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        match request.token.as_str() {
            "none" => {}
            "full" => builder = builder.header("Authorization", format!("Bearer {}", self.token)),
            "read" => builder = builder.header("Authorization", format!("Bearer {}", self.read_token)),
            other => builder = builder.header("Authorization", other),
        }
        let mut response = match &request.body {
            Some(body) => self.agent.run(builder.body(body.as_str())?)?,
            None => self.agent.run(builder.body(())?)?,
        };
        let headers = response.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Incoming {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().read_to_string()?,
        })
    }
}

impl Site for OverHttp {
    fn prepare(&mut self, transcript: &Transcript) -> Result<(), String> {
        let input = json!({
            "do": "prepare",
            "keep": self.keeps_accounts,
            "keep_crowd": self.keeps_crowd,
            "indexes": self.indexes,
            "settings": transcript.settings,
            "given": transcript.given,
        });
        self.wordpress.ask(&input).map(drop)
    }

    fn send(&mut self, request: &Outgoing) -> Result<Incoming, String> {
        self.client.try_send(request).map_err(|error| format!("{} {}: {error}", request.method, request.path))
    }

    fn account(&mut self, login_or_email: &str, fields: &[String], meta: &[String]) -> Result<Value, String> {
        self.wordpress
            .ask(&json!({ "do": "account", "account": login_or_email, "fields": fields, "meta": meta }))
    }

    fn set_role(&mut self, name: &str, capabilities: &[String]) -> Result<(), String> {
        let question = json!({ "do": "set_role", "name": name, "capabilities": capabilities });
        self.wordpress.ask(&question).map(drop)
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), String> {
        self.wordpress.ask(&json!({ "do": "edit", "edit": edit })).map(drop)
    }

    fn configure(&mut self, settings: &Map<String, Value>) -> Result<(), String> {
        self.wordpress.ask(&json!({ "do": "configure", "settings": settings })).map(drop)
    }

    fn publish(&mut self, login_or_email: &str, title: &str) -> Result<(), String> {
        self.wordpress.ask(&json!({ "do": "publish", "account": login_or_email, "title": title })).map(drop)
    }

    fn posts(&mut self) -> Result<Vec<(String, String)>, String> {
        let posts = self.wordpress.ask(&json!({ "do": "posts" }))?;
        serde_json::from_value(posts).map_err(|error| error.to_string())
    }

    fn opens(&mut self, login_or_email: &str, password: &str) -> Result<bool, String> {
        let question = json!({ "do": "opens", "account": login_or_email, "password": password });
        Ok(self.wordpress.ask(&question)? == true)
    }

    fn mails(&mut self) -> Result<u64, String> {
        let mails = self.wordpress.ask(&json!({ "do": "mails" }))?;
        mails.as_u64().ok_or_else(|| format!("{mails} is no number of mails"))
    }

    fn later(&mut self, _days: u32) {}
}

/// PHP inside the site's WordPress, which `tests/site wp` runs until this is dropped.
struct WordPress {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl WordPress {
    /// The WordPress of a site's folder, `<checkout>/build/site-<database>`; a network's ends in `-network`.
    fn of(folder: &Path) -> Result<Self, String> {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let name = name.strip_prefix("site-").ok_or_else(|| format!("{name:?} is no folder of a site"))?;
        let (database, network): (&str, &[&str]) = match name.strip_suffix("-network") {
            Some(database) => (database, &["--network", "--second"]),
            None => (name, &[]),
        };
        let checkout = folder.parent().and_then(Path::parent).unwrap_or(folder);
        let mut process = Command::new(checkout.join("tests/site"))
            .args(["wp", "--db", database])
            .args(network)
            .arg(PHP)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("tests/site: {error}"))?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(questions), Some(answers)) => {
                Ok(Self { process, questions, answers: BufReader::new(answers) })
            }
            _ => Err("tests/site has no pipes".to_owned()),
        }
    }

    fn ask(&mut self, question: &Value) -> Result<Value, String> {
        let mut answer = String::new();
        writeln!(self.questions, "{question}")
            .and_then(|()| self.answers.read_line(&mut answer))
            .map_err(|error| format!("tests/site wp: {error}"))?;
        let answer: Value = serde_json::from_str(&answer)
            .map_err(|_| format!("WordPress answered {answer:?} to {question}; its messages stand above"))?;
        match answer.get("error") {
            Some(error) => Err(format!("WordPress: {error}")),
            None => Ok(answer.get("answer").cloned().unwrap_or_default()),
        }
    }
}

impl Drop for WordPress {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn info() -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site");
    let done = Command::new(&script)
        .arg("info")
        .output()
        .map_err(|error| format!("{}: {error}", script.display()))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&done.stderr).trim().to_owned())
}
