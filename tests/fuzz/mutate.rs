//! Random mutations of text and of JSON.

use serde_json::{Map, Value, json};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit; 0 where the limit is.
    pub(crate) fn descendants(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.descendants(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.descendants(list.len())]
    }
}

/// What parsers of SCIM branch on.
const WORDS: &[&str] = &[
    "userName",
    "emails",
    "members",
    "name",
    "name.familyName",
    "emails.value",
    "active",
    "id",
    "meta",
    "meta.created",
    "groups",
    "password",
    "schemas",
    "externalId",
    "displayName",
    "roles",
    "manager",
    "manager.value",
    "$ref",
    "type",
    "value",
    "primary",
    "display",
    "addresses",
    "x509Certificates",
    "title",
    "work",
    "User",
    "Group",
    "True",
    "false",
    "add",
    "Replace",
    "remove",
    "op",
    "path",
    "Operations",
    "emails[type eq \"work\"].value",
    "members[value eq \"",
    "addresses[primary eq true]",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:acme:2.0:User:badge",
    "urn:",
    ":",
    ".",
    "..",
    " and ",
    " or ",
    "not (",
    "not(",
    "(",
    ")",
    "[",
    "]",
    " eq ",
    " ne ",
    " co ",
    " sw ",
    " ew ",
    " gt ",
    " ge ",
    " lt ",
    " le ",
    " pr",
    "\"",
    "\\",
    "\\\"",
    "\\u0000",
    "\\ud83d",
    "\\ud83d\\ude00",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "9223372036854775808",
    "0.1",
    "2011-05-13T04:42:34Z",
    "2011-13-45T99:99:99Z",
    "{",
    "}",
    ",",
    "{}",
    "[]",
    "[[",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "e\u{301}",
    "ß",
    "İ",
    "😀",
    "\u{10ffff}",
    " ",
    "\t",
    "\n",
    "%",
    "_",
    "'",
    "bulkId:a",
    "bulkId:",
    "bulkId",
    "data",
    "method",
    "version",
    "W/\"1\"",
    "*",
    "failOnErrors",
    "cursor",
    "count",
    "startIndex",
    "sortBy",
    "attributes",
    "excludedAttributes",
];

/// Changes a text in one to four places; `others` lend pieces.
pub(crate) fn text(text: &str, others: &[String], random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.descendants(4) {
        let start = random.descendants(characters.len() + 1);
        let end = start + random.descendants((characters.len() - start).min(24) + 1);
        let piece: Vec<char> = match random.descendants(8) {
            0 => Vec::new(),
            1 => characters[start..end].to_vec(),
            2 => random.pick(WORDS).chars().collect(),
            3 => {
                let word = random.pick(WORDS);
                word.repeat(1 + random.descendants(200)).chars().collect()
            }
            4 => {
                let other: Vec<char> = random.pick(others).chars().collect();
                let from = random.descendants(other.len() + 1);
                other[from..].to_vec()
            }
            5 => characters[start..end].iter().map(|one| one.to_ascii_uppercase()).collect(),
            6 => vec![char::from_u32(random.descendants(0x11_0000) as u32).unwrap_or('\u{fffd}')],
            _ => characters[..start].to_vec(),
        };
        if random.once_in(3) {
            characters.splice(start..start, piece);
        } else {
            characters.splice(start..end, piece);
        }
    }
    characters.into_iter().collect()
}

/// Changes a document in one to three places.
pub(crate) fn document(document: &Value, others: &[Value], random: &mut Random) -> Value {
    let mut changed = document.clone();
    for _ in 0..=random.descendants(3) {
        let count = nodes(&changed);
        let mut chosen = random.descendants(count);
        if let Some(node) = node_mut(&mut changed, &mut chosen) {
            change(node, others, random);
        }
    }
    changed
}

fn change(node: &mut Value, others: &[Value], random: &mut Random) {
    match random.descendants(10) {
        0 => *node = odd(random),
        1 => *node = Value::Array(vec![node.take(); random.descendants(4)]),
        2 => *node = json!({ *random.pick(WORDS): node.take() }),
        3 => *node = piece(random.pick(others), random),
        4 => *node = Value::String(node.to_string()),
        _ => match node {
            Value::String(held) => {
                *held = match random.descendants(3) {
                    0 => (*random.pick(WORDS)).to_owned(),
                    1 => flipped(held),
                    _ => text(held, std::slice::from_ref(held), random),
                }
            }
            Value::Array(list) if !list.is_empty() => {
                let index = random.descendants(list.len());
                match random.descendants(3) {
                    0 => drop(list.remove(index)),
                    1 => list.push(list[index].clone()),
                    _ => list.insert(index, odd(random)),
                }
            }
            Value::Object(map) if !map.is_empty() => {
                let key = map.keys().nth(random.descendants(map.len())).cloned().unwrap_or_default();
                let value = if random.once_in(3) { map.get(&key).cloned() } else { map.shift_remove(&key) };
                let renamed = match random.descendants(3) {
                    0 => None,
                    1 => Some(flipped(&key)),
                    _ => Some((*random.pick(WORDS)).to_owned()),
                };
                if let (Some(renamed), Some(value)) = (renamed, value) {
                    map.insert(renamed, value);
                }
            }
            other => *other = odd(random),
        },
    }
}

fn flipped(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_lowercase() { one.to_ascii_uppercase() } else { one.to_ascii_lowercase() })
        .collect()
}

fn odd(random: &mut Random) -> Value {
    match random.descendants(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1.5e300),
        4 => json!(u64::MAX),
        5 => json!(""),
        6 => json!([]),
        7 => json!({}),
        8 => json!("x".repeat(1 + random.descendants(3_000))),
        9 => (0..random.descendants(70)).fold(json!("deep"), |inner, _| json!([inner])),
        10 => Value::Object(Map::from_iter([((*random.pick(WORDS)).to_owned(), json!(*random.pick(WORDS)))])),
        _ => json!(*random.pick(WORDS)),
    }
}

/// Some part of a document.
fn piece(document: &Value, random: &mut Random) -> Value {
    let mut document = document.clone();
    let mut chosen = random.descendants(nodes(&document));
    node_mut(&mut document, &mut chosen).map(|node| node.take()).unwrap_or_default()
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(nodes).sum(),
        Value::Object(map) => map.values().map(nodes).sum(),
        _ => 0,
    }
}

fn node_mut<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter_mut().find_map(|inner| node_mut(inner, left)),
        Value::Object(map) => map.values_mut().find_map(|inner| node_mut(inner, left)),
        _ => None,
    }
}
