//! What a log or a screen must not show of JSON: passwords, tokens and the like, wherever a client puts them.
//!
//! A secret is known by a name beside it, by its own form, or because it stands at such a place elsewhere in
//! the same exchange. What looks like one is masked even if it is none.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

/// How much is shown of a document, in bytes.
pub const MAX_SHOWN: usize = 16 * 1024;

/// What stands for a secret.
pub const MASK: &str = "…";

/// How much is shown of a text within a document, in characters.
const MAX_TEXT: usize = 1_000;

/// The shortest secret that is looked for in other texts. Shorter ones are in every word.
const SHORTEST: usize = 4;

/// How many secrets are looked for. Each is compared with all that is shown.
const MAX_SECRETS: usize = 500;

/// Parts of a name by which it names a secret, in lower case and without what is no letter or digit.
const PARTS: [&str; 13] = [
    "pass",
    "pwd",
    "kennwort",
    "secret",
    "token",
    "credential",
    "private",
    "apikey",
    "accesskey",
    "signingkey",
    "recoverykey",
    "authorization",
    "cookie",
];

/// Names of secrets that are parts of other words.
const NAMES: [&str; 4] = ["pin", "otp", "totp", "auth"];

/// Members that say what the members beside them are: `{ "path": "password", "value": … }`.
const NAMING: [&str; 10] = [
    "path",
    "name",
    "attribute",
    "attributename",
    "attributepath",
    "field",
    "key",
    "type",
    "display",
    "property",
];

/// Lists of names, and of nothing else.
const LISTS_OF_NAMES: [&str; 3] = ["schemas", "attributes", "excludedattributes"];

/// Whether something of this name is a secret: `password`, `API-Key`, `urn:example:User:clientSecret`.
pub fn is_secret(name: &str) -> bool {
    let last = name.rsplit([':', '.']).next().unwrap_or(name);
    has_secret_part(&folded(name)) || NAMES.contains(&folded(last).as_str())
}

/// Whether one of [`PARTS`] stands in a folded name. Every attribute of every write is asked about, so it is
/// one walk over the name, and no search for each part.
fn has_secret_part(folded: &str) -> bool {
    let bytes = folded.as_bytes();
    let begins =
        |at: usize, part: &str| bytes.get(at..).is_some_and(|rest| rest.starts_with(part.as_bytes()));
    let candidates = |first: u8| PARTS.iter().filter(move |part| part.as_bytes().first() == Some(&first));
    bytes.iter().enumerate().any(|(at, &first)| candidates(first).any(|part| begins(at, part)))
}

/// A name in lower case, without signs between its words.
fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    if name.is_ascii() {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        folded.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
    } else {
        folded.extend(name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase));
    }
    folded
}

/// What is shown of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Indented JSON.
    pub text: String,
    /// Whether there is more.
    pub is_cut: bool,
}

/// Shows documents of one exchange, so that a secret of one is found in the others.
#[derive(Debug, Default)]
pub struct Mask<'a> {
    secrets: BTreeSet<Cow<'a, str>>,
    /// Attributes that are secrets here, whatever their names say.
    attributes: BTreeSet<String>,
}

impl<'a> Mask<'a> {
    /// A mask that also hides the attributes which go to places with the names of secrets. Each attribute
    /// comes with its place.
    pub fn for_places<'n>(places: impl IntoIterator<Item = (&'n str, String)>) -> Self {
        let secret = places.into_iter().filter(|(_, place)| is_secret(place));
        Self { attributes: secret.map(|(attribute, _)| folded(attribute)).collect(), ..Self::default() }
    }

    /// Whether something of this name is a secret here: `password`, or `urn:example:User:badge.value` where
    /// `badge` goes to `xprofile:Door token`.
    fn hides(&self, name: &str) -> bool {
        let last = name.rsplit(':').next().unwrap_or(name);
        let attribute = last.split(['.', '[']).next().unwrap_or(last);
        is_secret(name) || !self.attributes.is_empty() && self.attributes.contains(&folded(attribute))
    }

    /// Remembers a secret.
    pub fn add(&mut self, secret: impl Into<Cow<'a, str>>) {
        let secret = secret.into();
        if secret.chars().count() < SHORTEST || self.secrets.len() >= MAX_SECRETS {
            return;
        }
        // As messages quote it.
        if secret.contains(['"', '\\']) {
            self.secrets.insert(secret.replace('\\', "\\\\").replace('"', "\\\"").into());
        }
        self.secrets.insert(secret);
    }

    /// Remembers the secrets of a document.
    pub fn learn(&mut self, document: &'a Value) {
        self.learn_from(document, false, false);
    }

    /// Remembers what stands beside the name of a secret in a text: `password eq "…"`.
    pub fn learn_text(&mut self, text: &str) {
        if is_secret(&outside_quotes(text)) || holds_json(text) {
            values_in(text).into_iter().for_each(|value| self.add(value));
        }
    }

    fn learn_from(&mut self, value: &'a Value, is_hidden: bool, is_list_of_names: bool) {
        match value {
            Value::String(text) if is_hidden => self.add(text.as_str()),
            Value::Number(number) if is_hidden => self.add(number.to_string()),
            Value::String(text) if !is_list_of_names => self.learn_text(text),
            Value::Array(list) => {
                let hides = is_hidden || hides_elements(list, is_list_of_names);
                let hidden = |element: &Value| hides && (is_hidden || !is_named_secret(element));
                list.iter().for_each(|element| self.learn_from(element, hidden(element), is_list_of_names));
            }
            Value::Object(map) => {
                let hides = self.hides_members(map);
                for (key, member) in map {
                    self.learn_text(key);
                    let hidden = is_hidden || self.hides(key) || hides && !is_naming(key);
                    self.learn_from(member, hidden, LISTS_OF_NAMES.contains(&folded(key).as_str()));
                }
            }
            _ => {}
        }
    }

    /// Shows a document that a client has sent.
    pub fn show(&self, document: &Value) -> Shown {
        self.written(document, true)
    }

    /// Shows a document of our own. Its sentences may speak of passwords.
    pub fn show_own(&self, document: &Value) -> Shown {
        self.written(document, false)
    }

    fn written(&self, document: &Value, is_foreign: bool) -> Shown {
        let mut writer = Writer { mask: self, is_foreign, text: String::new() };
        writer.value(document, 0, false, false);
        let Writer { mut text, .. } = writer;
        let is_cut = text.len() > MAX_SHOWN;
        if is_cut {
            let end = (0..=MAX_SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            text.truncate(end);
        }
        Shown { text, is_cut }
    }

    /// Whether an object says that what it holds is a secret.
    fn hides_members(&self, map: &Map<String, Value>) -> bool {
        map.iter().any(|(key, member)| is_naming(key) && member.as_str().is_some_and(|name| self.hides(name)))
    }

    /// What a member of this name holds, as it is shown.
    pub fn member(&self, name: &str, value: &str) -> String {
        let is_list_of_names = LISTS_OF_NAMES.contains(&folded(name).as_str());
        if self.hides(name) { MASK.to_owned() } else { self.text(value, !is_list_of_names) }
    }

    /// A text as it is shown. What is foreign may hold a secret beside its name.
    pub fn text(&self, text: &str, is_foreign: bool) -> String {
        if has_form_of_secret(text) {
            return MASK.to_owned();
        }
        if !is_foreign {
            return shortened(&self.sentence(text));
        }
        // A name alone is shown; what may be its value is not.
        let is_cut = is_secret(&outside_quotes(text)) || holds_json(text);
        let is_urn = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        let end = || text.find(|sign: char| is_sign(sign) || sign == ':' && !is_urn);
        let (shown, rest) = match end().filter(|_| is_cut) {
            Some(end) => (text.get(..end).unwrap_or_default(), MASK),
            None => (text, ""),
        };
        if self.secrets.iter().any(|secret| shown.contains(&**secret)) {
            return MASK.to_owned();
        }
        shortened(shown) + rest
    }

    /// A sentence of our own, without the secrets that it quotes.
    pub fn sentence(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.iter().rev() {
            if text.contains(&**secret) {
                text = text.replace(&**secret, MASK);
            }
        }
        text
    }
}

/// Whether a name ends here.
fn is_sign(sign: char) -> bool {
    sign.is_whitespace() || "\"'=[](){}<>&,;".contains(sign)
}

/// A text without what stands in double quotes.
fn outside_quotes(text: &str) -> Cow<'_, str> {
    if !text.contains('"') {
        return Cow::Borrowed(text);
    }
    let mut is_quoted = false;
    let mut is_escaped = false;
    text.chars()
        .filter(|sign| {
            let is_quote = *sign == '"' && !is_escaped;
            is_escaped = *sign == '\\' && !is_escaped;
            is_quoted ^= is_quote;
            !is_quoted && !is_quote
        })
        .collect()
}

/// Whether a text has a quoted name of a secret, as JSON within JSON has it.
fn holds_json(text: &str) -> bool {
    text.contains(['{', '[', '<', '=']) && text.contains('"') && is_secret(text)
}

/// The values in a filter, or in something like one: what is quoted, and what follows an operator.
fn values_in(text: &str) -> Vec<String> {
    const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
    let mut values = Vec::new();
    let mut is_next = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '"' {
            let mut quoted = String::new();
            while let Some(sign) = signs.next().filter(|sign| *sign != '"') {
                quoted.push(if sign == '\\' { signs.next().unwrap_or(sign) } else { sign });
            }
            if !is_secret(&quoted) {
                values.push(quoted);
            }
        } else if sign == '=' {
            is_next = true;
        } else if !is_sign(sign) {
            let mut word = String::from(sign);
            while let Some(sign) = signs.next_if(|sign| !is_sign(*sign)) {
                word.push(sign);
            }
            let is_operator = OPERATORS.iter().any(|operator| word.eq_ignore_ascii_case(operator));
            let follows = std::mem::replace(&mut is_next, is_operator || word.ends_with(':'));
            if follows {
                values.push(word);
            }
        }
    }
    values
}

/// Whether a member says what others are, or what is to become of them.
fn is_naming(key: &str) -> bool {
    let folded = folded(key);
    NAMING.contains(&folded.as_str()) || ["op", "method", "bulkid", "schemas"].contains(&folded.as_str())
}

/// Whether the elements of a list are a name and its value: `["password", "…"]`.
fn hides_elements(list: &[Value], is_list_of_names: bool) -> bool {
    !is_list_of_names && list.iter().any(is_named_secret)
}

fn is_named_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|text| is_secret(text) && !text.contains(char::is_whitespace))
}

/// Whether a text is a token by its form: of ours, of OpenID Connect, or as a header has it.
fn has_form_of_secret(text: &str) -> bool {
    let is_in_header = ["Bearer ", "Basic "]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let is_signed = |word: &str| word.starts_with("eyJ") && word.matches('.').count() >= 2;
    let is_ours = |word: &str| {
        let rest = word.find("rb_").and_then(|start| word.get(start + 3..)).unwrap_or_default();
        rest.len() >= 32 && rest.chars().take(32).all(|sign| sign.is_ascii_alphanumeric())
    };
    is_in_header
        || text.split(|sign: char| !sign.is_ascii_graphic()).any(|word| is_signed(word) || is_ours(word))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}{MASK}", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Writes indented JSON until enough is written.
struct Writer<'a> {
    mask: &'a Mask<'a>,
    is_foreign: bool,
    text: String,
}

impl Writer<'_> {
    fn is_full(&self) -> bool {
        self.text.len() > MAX_SHOWN
    }

    fn value(&mut self, value: &Value, depth: usize, is_hidden: bool, is_list_of_names: bool) {
        match value {
            Value::Array(list) if !list.is_empty() => {
                let hides = is_hidden || hides_elements(list, is_list_of_names);
                self.list('[', ']', depth, list, |writer, element| {
                    let hidden = hides && (is_hidden || !is_named_secret(element));
                    writer.value(element, depth + 1, hidden, is_list_of_names);
                });
            }
            Value::Object(map) if !map.is_empty() => {
                let hides = self.mask.hides_members(map);
                self.list('{', '}', depth, map, |writer, (key, member)| {
                    let hidden = is_hidden || writer.mask.hides(key) || hides && !is_naming(key);
                    let name = writer.mask.text(key, writer.is_foreign);
                    writer.json(&Value::from(name));
                    writer.text.push_str(": ");
                    let is_list = LISTS_OF_NAMES.contains(&folded(key).as_str());
                    writer.value(member, depth + 1, hidden, is_list);
                });
            }
            Value::Null | Value::Array(_) | Value::Object(_) => self.json(value),
            Value::String(text) if text.is_empty() => self.json(value),
            _ if is_hidden => self.json(&Value::from(MASK)),
            Value::String(text) => {
                let shown = self.mask.text(text, self.is_foreign && !is_list_of_names);
                self.json(&Value::from(shown));
            }
            Value::Bool(_) | Value::Number(_) => self.json(value),
        }
    }

    fn list<T>(
        &mut self,
        open: char,
        close: char,
        depth: usize,
        elements: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text.push(open);
        for (number, element) in elements.into_iter().enumerate() {
            if self.is_full() {
                return;
            }
            if number > 0 {
                self.text.push(',');
            }
            self.line(depth + 1);
            write(self, element);
        }
        self.line(depth);
        self.text.push(close);
    }

    fn line(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", depth));
    }

    fn json(&mut self, value: &Value) {
        let _ = write!(self.text, "{value}");
    }
}

#[cfg(test)]
mod tests;
