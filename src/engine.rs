//! The core as a program of its own, for sites whose PHP loads no extension.
//!
//! PHP writes a line of JSON for each call and reads a line for each answer:
//!
//! ```text
//! {"call":"open","arguments":[{…},{…},{…}]}    →  {"value":1}, the number of the exchange
//! {"call":"command","exchange":1}              →  {"value":{"do":"list_tokens"}}
//! {"call":"answer","exchange":1,"arguments":[[…]]}  →  {"value":null}
//! {"call":"hash","arguments":["short"]}        →  {"exception":"InvalidToken","message":"…"}
//! ```
//!
//! The calls are those of the extension's classes. A body may hold any bytes, so it comes in base 64.

use crate::calls::{self, CallError};
use crate::exchange::Exchange;
use crate::host::HostError;
use crate::http::{Request, Response};
use crate::panics::caught;
use crate::service::closed::{Closed, closed};
use crate::token;
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

/// The longest line that is read, in bytes: a body and its answers fit in many times.
pub const MAX_LINE: u64 = 64 * 1024 * 1024;

/// The most exchanges that are open at a time. A hook may send requests within a request; that is not deep.
pub const MAX_EXCHANGES: usize = 64;

/// What the core keeps between the lines of one PHP.
#[derive(Default)]
pub struct Engine {
    exchanges: BTreeMap<u64, Exchange>,
    opened: u64,
}

#[derive(Deserialize)]
struct Line {
    call: String,
    #[serde(default)]
    exchange: u64,
    #[serde(default)]
    arguments: Vec<Value>,
}

impl Engine {
    /// Answers each line until there are no more.
    ///
    /// # Errors
    /// When a line cannot be read or an answer cannot be written: nobody is there any more.
    pub fn serve(&mut self, mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if line.last() != Some(&b'\n') {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end"));
            }
            let mut answer = serde_json::to_vec(&self.answer(&line))?;
            answer.push(b'\n');
            output.write_all(&answer)?;
            output.flush()?;
        }
    }

    /// The answer to a line.
    pub fn answer(&mut self, line: &[u8]) -> Value {
        let value = match serde_json::from_slice::<Line>(line) {
            Ok(line) => caught(|| self.call(line)).unwrap_or_else(|panic| Err(panic.into())),
            Err(error) => Err(CallError::Other(format!("The line is no call: {error}"))),
        };
        match value {
            Ok(value) => json!({ "value": value }),
            Err(error) => {
                let message = error.to_string();
                match error {
                    CallError::InvalidToken(_) => json!({ "exception": "InvalidToken", "message": message }),
                    CallError::OutOfTurn(_) => json!({ "exception": "OutOfTurn", "message": message }),
                    CallError::InvalidSettings(refusal) => json!({
                        "exception": "InvalidSettings", "message": message, "problems": refusal.problems,
                    }),
                    CallError::Panic(_) | CallError::Other(_) => {
                        json!({ "exception": "Exception", "message": message })
                    }
                }
            }
        }
    }

    fn call(&mut self, line: Line) -> Result<Value, CallError> {
        let mut given = Arguments(line.arguments.into_iter());
        match line.call.as_str() {
            "version" => Ok(Value::from(env!("CARGO_PKG_VERSION"))),
            "open" => {
                let request = request_of(given.map()?)?;
                let settings = given.optional_map()?;
                self.opened(calls::open(request, settings.as_ref(), given.map()?)?)
            }
            "refresh" => {
                let user_ids = given.list()?.iter().filter_map(Value::as_i64).collect();
                let edited = given.boolean()?;
                self.opened(calls::refresh(user_ids, edited, &given.map()?, given.map()?, given.integer()?)?)
            }
            "task" => self.opened(calls::task(given.map()?, &given.map()?, given.map()?, given.integer()?)?),
            "command" => Ok(self.exchange(line.exchange)?.command().map_or(Value::Null, |command| {
                let mut fields = command.fields;
                fields.insert("do".to_owned(), Value::from(command.name));
                Value::Object(fields)
            })),
            "answer" => {
                self.exchange(line.exchange)?.answer(given.value()?)?;
                Ok(Value::Null)
            }
            "fail" => {
                let failure =
                    HostError::new(&given.text()?).passing(given.boolean()?).maybe_stored(given.boolean()?);
                self.exchange(line.exchange)?.fail_with(failure)?;
                Ok(Value::Null)
            }
            "response" => Ok(response_value(self.exchange(line.exchange)?.response()?)),
            "summary" => Ok(json!(self.exchange(line.exchange)?.summary()?)),
            "close" => {
                self.exchanges.remove(&line.exchange);
                Ok(Value::Null)
            }
            "closed" => {
                let why = if given.boolean()? { Closed::Maintenance } else { Closed::Database };
                Ok(response_value(&closed(why, &given.text()?)))
            }
            "generate" => calls::generate_token(),
            "token_problem" => Ok(calls::token_problem(&given.text()?)),
            "hash" => Ok(Value::from(token::hash_own(&given.text()?)?)),
            "defaults" => Ok(calls::defaults()),
            "validate" => calls::validate(&given.map()?, &given.map()?, given.map()?),
            "problems" => calls::problems(&given.map()?, given.map()?),
            "dangers" => calls::dangers(&given.map()?, &given.map()?, given.map()?),
            "protecting" => calls::protecting(&given.map()?, given.map()?),
            "verdict" => Ok(Value::from(calls::verdict(&given.text()?))),
            "moved" => Ok(Value::from(calls::moved(&given.text()?, &given.text()?))),
            "links" => calls::links(&given.map()?, given.list()?),
            "owned" => calls::owned(&given.map()?, &given.text()?),
            "unreceived" => Ok(calls::unreceived(&given.map()?, &given.list()?)),
            "columns" => calls::columns(&given.map()?, given.map()?),
            "tried" => Ok(calls::tried(given.map()?, &given.text()?)),
            "shown" => Ok(Value::from(calls::shown(&given.map()?, &given.text()?)?)),
            "samples" => calls::samples(&given.map()?, &given.map()?),
            "suggestions" => Ok(calls::suggestions()),
            "decide_alerts" => calls::decide_alerts(&given.map()?, given.map()?, given.map()?),
            "alert_message" => {
                let (alert, id, issuer) = (given.map()?, given.text()?, given.text()?);
                let (raised, now) = (given.integer()?, given.integer()?);
                let secrets: Vec<String> =
                    given.list()?.iter().filter_map(|secret| Some(secret.as_str()?.to_owned())).collect();
                calls::alert_message(alert, &id, &issuer, raised, now, &secrets)
            }
            "alert_secret" => Ok(Value::from(calls::new_alert_secret()?)),
            other => Err(CallError::Other(format!("There is no call \"{other}\"."))),
        }
    }

    fn opened(&mut self, exchange: Exchange) -> Result<Value, CallError> {
        if self.exchanges.len() >= MAX_EXCHANGES {
            return Err(CallError::Other(format!("{MAX_EXCHANGES} exchanges are open already.")));
        }
        self.opened += 1;
        self.exchanges.insert(self.opened, exchange);
        Ok(Value::from(self.opened))
    }

    fn exchange(&mut self, number: u64) -> Result<&mut Exchange, CallError> {
        self.exchanges
            .get_mut(&number)
            .ok_or_else(|| CallError::Other(format!("There is no exchange {number}.")))
    }
}

/// The arguments of a call, one after the other. PHP has one array for lists and objects: an empty list
/// stands for an empty object where one is wanted.
struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    fn value(&mut self) -> Result<Value, CallError> {
        self.0.next().ok_or_else(|| CallError::Other("An argument is missing.".to_owned()))
    }

    fn map(&mut self) -> Result<Map<String, Value>, CallError> {
        self.optional_map()?.ok_or_else(|| wrong("an object"))
    }

    fn optional_map(&mut self) -> Result<Option<Map<String, Value>>, CallError> {
        match self.value()? {
            Value::Null => Ok(None),
            Value::Object(map) => Ok(Some(map)),
            // Keys of a PHP array are numbers where nothing else was given.
            Value::Array(list) => {
                Ok(Some(list.into_iter().enumerate().map(|(key, value)| (key.to_string(), value)).collect()))
            }
            _ => Err(wrong("an object")),
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, CallError> {
        match self.value()? {
            Value::Array(list) => Ok(list),
            Value::Object(map) => Ok(map.into_iter().map(|(_, value)| value).collect()),
            _ => Err(wrong("a list")),
        }
    }

    fn text(&mut self) -> Result<String, CallError> {
        match self.value()? {
            Value::String(text) => Ok(text),
            _ => Err(wrong("a text")),
        }
    }

    fn integer(&mut self) -> Result<i64, CallError> {
        self.value()?.as_i64().ok_or_else(|| wrong("an integer"))
    }

    fn boolean(&mut self) -> Result<bool, CallError> {
        Ok(self.value()?.as_bool().unwrap_or_default())
    }
}

fn wrong(wanted: &str) -> CallError {
    CallError::Other(format!("An argument is not {wanted}."))
}

/// A request as PHP describes it. What is no text counts as none, as it does in the extension.
fn request_of(mut fields: Map<String, Value>) -> Result<Request, CallError> {
    let text = |fields: &Map<String, Value>, key: &str| {
        fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let body = BASE64
        .decode(text(&fields, "body").as_bytes())
        .map_err(|error| CallError::Other(format!("The body is not in base 64: {error}")))?;
    let headers = match fields.remove("headers") {
        Some(Value::Object(headers)) => {
            headers.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    };
    Ok(Request {
        method: text(&fields, "method"),
        base: text(&fields, "base"),
        path: text(&fields, "path"),
        query: text(&fields, "query"),
        headers,
        body,
        remote: text(&fields, "remote"),
        plain: fields.get("plain").and_then(Value::as_bool).unwrap_or_default(),
        now: fields.get("now").and_then(Value::as_i64).unwrap_or_default(),
    })
}

fn response_value(response: &Response) -> Value {
    let headers: Map<String, Value> =
        response.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    json!({ "status": response.status, "headers": headers, "body": response.body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(engine: &mut Engine, line: &Value) -> Value {
        engine.answer(line.to_string().as_bytes())
    }

    #[test]
    fn a_line_is_answered_as_the_extension_answers() {
        let mut engine = Engine::default();
        let request = json!({
            "method": "GET", "base": "https://example.test/scim/v2", "path": "/Users", "body": "",
            "headers": { "Authorization": "Bearer x" }, "now": 1
        });
        let number =
            ask(&mut engine, &json!({ "call": "open", "arguments": [request, [], []] }))["value"].clone();
        let of = |call: &str, arguments: Value| json!({ "call": call, "exchange": number, "arguments": arguments });
        let early = ask(&mut engine, &of("response", json!([])));
        assert_eq!(early["exception"], "OutOfTurn");
        let command = ask(&mut engine, &of("command", json!([])));
        assert_eq!(command["value"]["do"], "list_tokens");
        assert_eq!(ask(&mut engine, &of("answer", json!([[]])))["value"], Value::Null);
        assert_eq!(ask(&mut engine, &of("command", json!([])))["value"]["do"], "count_knock");
        let counted = of("answer", json!([{ "here": 1, "all": 1 }]));
        assert_eq!(ask(&mut engine, &counted)["value"], Value::Null);
        assert_eq!(ask(&mut engine, &of("command", json!([]))), json!({ "value": null }));
        let response = ask(&mut engine, &of("response", json!([])));
        assert_eq!(response["value"]["status"], 401);
        assert_eq!(ask(&mut engine, &of("close", json!([]))), json!({ "value": null }));
        assert_eq!(ask(&mut engine, &of("response", json!([])))["exception"], "Exception");
    }

    #[test]
    fn what_is_no_call_is_refused() {
        let mut engine = Engine::default();
        for line in [
            "",
            "{}",
            "[]",
            "nonsense",
            r#"{"call":"open"}"#,
            r#"{"call":"no-such"}"#,
            r#"{"call":"hash","arguments":[1]}"#,
        ] {
            assert_eq!(engine.answer(line.as_bytes())["exception"], "Exception", "{line}");
        }
        let bytes = json!({ "call": "open", "arguments": [{ "body": "no base 64!" }, [], []] });
        assert_eq!(ask(&mut engine, &bytes)["exception"], "Exception");
        let open = json!({ "call": "open", "arguments": [{}, [], []] });
        let answers: Vec<Value> = (0..=MAX_EXCHANGES).map(|_| ask(&mut engine, &open)).collect();
        assert!(answers.iter().take(MAX_EXCHANGES).all(|answer| answer["value"].is_u64()));
        assert_eq!(answers.last().map(|answer| &answer["exception"]), Some(&json!("Exception")));
    }

    /// Whatever the core panics at, a line is answered, and the next one too.
    #[test]
    #[cfg(debug_assertions)]
    fn a_panic_is_an_answer_that_quotes_nothing() {
        crate::panics::hush();
        let mut engine = Engine::default();
        let trap = "pay-as-secret tripwire-of-the-debug-build";
        let rules = json!({ "role_rules": [{ "filter": format!("title eq \"{trap}\""), "role": "editor" }] });
        for line in [
            json!({ "call": "hash", "arguments": [trap] }),
            json!({ "call": "token_problem", "arguments": [trap] }),
            json!({ "call": "validate", "arguments": [rules, {}, {}] }),
            json!({ "call": "problems", "arguments": [rules, {}] }),
            json!({ "call": "refresh", "arguments": [[1], false, rules, {}, 1] }),
        ] {
            let answer = ask(&mut engine, &line);
            let told = answer["message"].as_str().unwrap();
            assert!(answer["exception"] == "Exception" && told.contains("has a fault at src/"), "{answer}");
            assert!(!told.contains("secret"), "{answer}");
            assert_eq!(
                ask(&mut engine, &json!({ "call": "moved", "arguments": ["a", "a"] }))["value"],
                false
            );
        }
        // A request is answered with an error of SCIM's form, and PHP is asked to log the place.
        let request = json!({ "method": "GET", "path": "/Users", "now": 1 });
        let number =
            ask(&mut engine, &json!({ "call": "open", "arguments": [request, rules, {}] }))["value"].clone();
        let of = |call: &str| json!({ "call": call, "exchange": number, "arguments": [null] });
        let command = ask(&mut engine, &of("command"));
        assert_eq!(command["value"]["do"], "note_panic", "{command}");
        ask(&mut engine, &of("answer"));
        assert_eq!(ask(&mut engine, &of("command"))["value"], Value::Null);
        assert_eq!(ask(&mut engine, &of("response"))["value"]["status"], 500);
    }

    #[test]
    fn lines_come_and_go_until_there_are_no_more() {
        let mut output = Vec::new();
        let input: &[u8] = b"{\"call\":\"version\"}\n{\"call\":\"verdict\",\"arguments\":[\"phone\"]}\n";
        Engine::default().serve(input, &mut output).unwrap();
        let lines = format!("{{\"value\":\"{}\"}}\n{{\"value\":\"open\"}}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8(output).unwrap(), lines);
        assert!(Engine::default().serve(&b"{\"call\":"[..], Vec::new()).is_err(), "a line that was cut off");
    }
}
