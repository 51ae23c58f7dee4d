//! What the identity providers of the transcripts send, as the beginning of everything else.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// A request of a transcript. Its placeholders still stand.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

pub(crate) struct Corpus {
    pub(crate) requests: Vec<Sent>,
    pub(crate) bulk: Vec<Sent>,
    pub(crate) bodies: Vec<Value>,
    pub(crate) patches: Vec<Value>,
    pub(crate) filters: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) queries: Vec<String>,
    pub(crate) settings: Vec<Value>,
}

pub(crate) static CORPUS: LazyLock<Corpus> = LazyLock::new(read);

fn read() -> Corpus {
    let mut corpus = Corpus {
        requests: Vec::new(),
        bulk: Vec::new(),
        bodies: Vec::new(),
        patches: Vec::new(),
        filters: Vec::new(),
        paths: Vec::new(),
        queries: Vec::new(),
        settings: vec![Value::Object(Default::default())],
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "json")) {
        let transcript: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        corpus.settings.extend(transcript.get("settings").cloned());
        for step in transcript["steps"].as_array().unwrap() {
            corpus.add(&step["request"]);
        }
    }
    corpus
}

impl Corpus {
    fn add(&mut self, request: &Value) {
        let (Some(method), Some(address)) = (request["method"].as_str(), request["path"].as_str()) else {
            return;
        };
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let body = request["body"].clone();
        for parameter in query.split('&') {
            if let Some(filter) = parameter.strip_prefix("filter=") {
                let spaced = filter.replace('+', " ");
                self.filters.push(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
            }
        }
        if !query.is_empty() {
            self.queries.push(query.to_owned());
        }
        for operation in body["Operations"].as_array().into_iter().flatten() {
            self.paths.extend(operation["path"].as_str().map(str::to_owned));
        }
        if body.is_object() {
            self.bodies.push(body.clone());
        }
        let sent = Sent { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), body };
        if sent.method == "PATCH" {
            self.patches.push(sent.body.clone());
        }
        if path.ends_with("/Bulk") { self.bulk.push(sent) } else { self.requests.push(sent) }
    }
}
