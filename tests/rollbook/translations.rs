//! The plugin's texts in its other languages.

use std::fs;
use std::path::{Path, PathBuf};

/// What has no translation shows English in the midst of another language.
#[test]
fn every_text_is_translated() {
    let wanted = entries("rollbook.pot");
    assert!(wanted.len() > 500, "{}", wanted.len());
    for file in ["rollbook-de_DE.po", "rollbook-fr_FR.po"] {
        let entries = entries(file);
        assert_eq!(entries.len(), wanted.len(), "{file} is not of these texts: make translations");
        for entry in entries {
            let is_open = entry.lines().any(|line| line.starts_with("msgstr") && line.ends_with(" \"\""))
                && !entry.contains("msgstr \"\"\n\"");
            assert!(!is_open && !entry.contains("#, fuzzy"), "{file} lacks a translation:\n{entry}");
        }
    }
}

/// WordPress's files of texts for scripts would have to be built as well, one for each variant of a language.
#[test]
fn scripts_get_their_texts_from_php() {
    for file in fs::read_dir(plugin().join("admin")).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|ending| ending == "js") {
            let script = fs::read_to_string(&file).unwrap();
            assert!(!script.contains("wp.i18n"), "{}: add the text to rollbookTexts", file.display());
        }
    }
}

fn plugin() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("php-plugin")
}

/// The entries of a file of texts, without its header.
fn entries(file: &str) -> Vec<String> {
    let text = fs::read_to_string(plugin().join("languages").join(file)).unwrap();
    text.split("\n\n").skip(1).filter(|entry| !entry.trim().is_empty()).map(str::to_owned).collect()
}
