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

/// The tabs of the settings page that guides name.
const TABS: [&str; 6] = ["Connection", "People", "Roles & groups", "Attributes", "Activity", "Advanced"];

/// A guide in another language has every step, table, text to copy and link of the English one, and calls
/// the tabs of the screen as the screen does in that language.
#[test]
fn guides_are_the_same_in_every_language() {
    for (language, texts) in [("de", "rollbook-de_DE.po"), ("fr", "rollbook-fr_FR.po")] {
        let texts = entries(texts);
        let tabs = TABS.map(|tab| (tab, translation(&texts, tab)));
        let folder = plugin().join("guides").join(language);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), GUIDES.len(), "{}", folder.display());
        for guide in GUIDES {
            let english = match guide {
                "moving" => plugin().join("MOVING.md"),
                _ => plugin().join("guides").join(guide).with_extension("md"),
            };
            let english = fs::read_to_string(english).unwrap();
            let translated = fs::read_to_string(folder.join(guide).with_extension("md")).unwrap();
            assert_eq!(shape(&english), shape(&translated), "guides/{language}/{guide}.md");
            assert_eq!(codes(&english), codes(&translated), "guides/{language}/{guide}.md");
            for (tab, title) in &tabs {
                let named = |text: &str, tab: &str| {
                    text.matches(&format!("*{tab}*")).count()
                        + text.matches(&format!("*{tab} →")).count()
                        + text.matches(&format!("→ {tab} →")).count()
                        + text.matches(&format!("→ {tab}*")).count()
                };
                assert_eq!(
                    named(&english, tab),
                    named(&translated, title),
                    "guides/{language}/{guide}.md names {tab} as {title} where the English one does"
                );
            }
        }
    }
}

const GUIDES: [&str; 14] = [
    "authentik",
    "cyberark",
    "entra-id",
    "errors",
    "google-workspace",
    "jumpcloud",
    "keycloak",
    "miniorange",
    "moving",
    "okta",
    "onelogin",
    "other",
    "pingone",
    "roles",
];

/// What stands in a guide, part by part: headings, steps, rows with their number of cells, blocks to copy,
/// and where its links lead.
fn shape(guide: &str) -> Vec<String> {
    let link = regex::Regex::new(r"\]\((?:\.\./)?([^)]+)\)").unwrap();
    let mut block = false;
    let mut parts = Vec::new();
    for line in guide.lines() {
        let text = line.trim_start();
        if text.starts_with("```") {
            block = !block;
        }
        let mark = text.split(' ').next().unwrap_or_default();
        if block || text.starts_with("```") {
            parts.push(text.to_owned());
        } else if mark.starts_with('#') || mark == "-" || mark.trim_end_matches('.').parse::<u8>().is_ok() {
            parts.push(mark.to_owned());
        } else if text.starts_with('|') {
            parts.push("|".repeat(text.matches('|').count()));
        }
        for found in link.captures_iter(line) {
            parts.push(format!("link {}", found[1].to_lowercase()));
        }
    }
    parts
}

/// The words in a guide that are typed or read as they stand.
fn codes(guide: &str) -> Vec<&str> {
    let mut codes: Vec<_> = guide.split('`').skip(1).step_by(2).filter(|code| !code.contains('\n')).collect();
    codes.sort_unstable();
    codes
}

fn translation(entries: &[String], text: &str) -> String {
    let id = format!("msgid {text:?}\nmsgstr ");
    let entry = entries.iter().find_map(|entry| entry.split_once(&id));
    let (_, rest) = entry.unwrap_or_else(|| panic!("{text} is not translated"));
    rest.lines().next().unwrap().trim_matches('"').to_owned()
}

fn plugin() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("php-plugin")
}

/// The entries of a file of texts, without its header.
fn entries(file: &str) -> Vec<String> {
    let text = fs::read_to_string(plugin().join("languages").join(file)).unwrap();
    text.split("\n\n").skip(1).filter(|entry| !entry.trim().is_empty()).map(str::to_owned).collect()
}
