//! Rollbook in a real WordPress, built by `tests/site` and talked to over HTTP.

use super::transcript::{Edit, Transcript};
use super::{Incoming, Outgoing, Site};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use ureq::config::AutoHeaderValue;

/// What runs inside WordPress; it finds its input in `$input`.
const PHP: &str = include_str!("wordpress.php");

/// A running site.
pub struct OverHttp {
    database: String,
    scim: String,
    token: String,
    read_token: String,
    agent: ureq::Agent,
}

impl OverHttp {
    /// The site that runs on this database: `sqlite` or `mariadb`.
    ///
    /// # Errors
    /// It is not up, and why.
    pub fn on(database: &str) -> Result<Self, String> {
        let info = script(&["info", "--db", database])?;
        let info =
            serde_json::from_str(&info).map_err(|error| format!("tests/site info: {error}: {info}"))?;
        let mut site = Self::at(&info)?;
        site.database = database.to_owned();
        site.read_token = script(&["token", "--db", database, "--scope", "read"])?.trim().to_owned();
        Ok(site)
    }

    /// The site that `tests/site up` has described.
    ///
    /// # Errors
    /// What is missing in the description.
    pub fn at(info: &Value) -> Result<Self, String> {
        let text = |name: &str| {
            let value = info.get(name).and_then(Value::as_str).map(str::to_owned);
            value.ok_or_else(|| format!("the site's description has no {name:?}: {info}"))
        };
        let folder = text("dir")?;
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Ok(Self {
            database: folder.rsplit('-').next().unwrap_or_default().to_owned(),
            scim: text("scim")?,
            token: text("token")?,
            read_token: String::new(),
            agent: agent.into(),
        })
    }

    fn wordpress(&self, input: &Value) -> Result<Value, String> {
        let code = format!("$input = json_decode( <<<'JSON'\n{input}\nJSON, true );\n{PHP}");
        let printed = script(&["wp", "--db", &self.database, &code])?;
        serde_json::from_str(&printed)
            .map_err(|error| format!("WordPress printed no JSON: {error}: {printed}"))
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
        let input = json!({ "do": "prepare", "settings": transcript.settings, "given": transcript.given });
        self.wordpress(&input).map(drop)
    }

    fn send(&mut self, request: &Outgoing) -> Result<Incoming, String> {
        self.try_send(request).map_err(|error| format!("{} {}: {error}", request.method, request.path))
    }

    fn account(&mut self, login_or_email: &str, fields: &[String], meta: &[String]) -> Result<Value, String> {
        self.wordpress(&json!({ "do": "account", "account": login_or_email, "fields": fields, "meta": meta }))
    }

    fn edit(&mut self, edit: &Edit) -> Result<(), String> {
        self.wordpress(&json!({ "do": "edit", "account": edit.account, "fields": edit.fields })).map(drop)
    }

    fn later(&mut self, _days: u32) {}
}

fn script(arguments: &[&str]) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site");
    let done = Command::new(&script)
        .args(arguments)
        .output()
        .map_err(|error| format!("{}: {error}", script.display()))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&done.stderr).trim().to_owned())
}
