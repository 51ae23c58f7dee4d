//! The repository's own rules: which room may import which, and what no file may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The rooms of the crate, from the ground up, and what each imports. None imports one above it.
const ROOMS: [(&str, &[&str]); 18] = [
    ("dialect", &[]),
    ("host", &[]),
    ("panics", &[]),
    ("http", &[]),
    ("secrecy", &[]),
    ("protection", &["host"]),
    ("token", &["host", "panics"]),
    ("scim", &["dialect", "panics"]),
    ("mapping", &["scim"]),
    ("settings", &["host", "mapping", "protection", "scim"]),
    ("alerts", &["host", "settings"]),
    ("wordpress", &["host", "mapping", "scim", "settings"]),
    (
        "service",
        &[
            "dialect",
            "host",
            "http",
            "mapping",
            "panics",
            "scim",
            "secrecy",
            "settings",
            "token",
            "wordpress",
        ],
    ),
    ("exchange", &["host", "http", "panics", "service", "settings"]),
    (
        "calls",
        &[
            "alerts",
            "exchange",
            "host",
            "http",
            "mapping",
            "panics",
            "protection",
            "scim",
            "secrecy",
            "settings",
            "token",
            "wordpress",
        ],
    ),
    ("extension", &["calls", "exchange", "host", "http", "panics", "service", "settings", "token"]),
    ("engine", &["calls", "exchange", "host", "http", "panics", "service", "token"]),
    (
        "memory",
        &[
            "host",
            "exchange",
            "http",
            "mapping",
            "protection",
            "scim",
            "service",
            "settings",
            "token",
            "wordpress",
        ],
    ),
];

#[test]
fn no_room_imports_one_above_it() {
    let below = |number: usize| ROOMS.iter().take(number).map(|(room, _)| *room).collect::<Vec<_>>();
    for (number, (room, allowed)) in ROOMS.iter().enumerate() {
        for other in *allowed {
            assert!(below(number).contains(other), "{room} may not import {other}, which stands above it");
        }
    }
    let mut imported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in rust_sources() {
        let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" || inside.iter().any(|part| part == "tests" || part == "tests.rs") {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room).expect("a room stands in the table");
        for other in imports(inside, &text) {
            let is_allowed = other == room || allowed.contains(&other.as_str());
            assert!(is_allowed, "{} imports {other}, which {room} may not", path.display());
            imported.entry(room.clone()).or_default().insert(other);
        }
    }
    for (room, allowed) in ROOMS {
        for other in allowed {
            let is_needed = imported.get(room).is_some_and(|others| others.contains(*other));
            assert!(is_needed, "{room} imports nothing of {other} any more: take it out of the table");
        }
    }
}

/// The rooms that a file names, its own among them; its tests may name every one.
fn imports(file: &Path, text: &str) -> BTreeSet<String> {
    let code: Vec<&str> =
        without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let is_root = file.file_name().is_some_and(|name| name == "mod.rs");
    let depth = file.components().count() - usize::from(is_root);
    let path = regex::Regex::new(r"\b(crate|super(?:::super)*)::(\{|\w+)").unwrap();
    let mut rooms = BTreeSet::new();
    for found in path.captures_iter(&code.join("\n")) {
        if &found[1] != "crate" && found[1].split("::").count() < depth {
            continue;
        }
        assert!(&found[1] != "crate" || &found[2] != "{", "{}: one `use` for each room", file.display());
        if ROOMS.iter().any(|(room, _)| *room == &found[2]) {
            rooms.insert(found[2].to_owned());
        }
    }
    rooms
}

/// The rooms of the plugin, from the ground up, and what each imports. The classes directly in `includes`
/// know the site and the server. The file hooks.php names handlers of every room: it stands above them all.
const PHP_ROOMS: [(&str, &[&str]); 9] = [
    ("access", &[]),
    ("store", &["access"]),
    ("includes", &["store"]),
    ("people", &["access", "includes", "store"]),
    ("endpoint", &["access", "includes", "people", "store"]),
    ("upkeep", &["endpoint", "includes", "people", "store"]),
    ("health", &["endpoint", "includes", "store"]),
    ("admin", &["access", "endpoint", "health", "includes", "people", "store", "upkeep"]),
    ("commands", &["access", "admin", "endpoint", "health", "includes", "store", "upkeep"]),
];

#[test]
fn no_php_room_imports_one_above_it() {
    let mut imported: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for class in php_classes() {
        let number = PHP_ROOMS.iter().position(|(room, _)| *room == class.room);
        let (room, allowed) = PHP_ROOMS[number.unwrap_or_else(|| panic!("no room is called {}", class.room))];
        for other in class.imports.iter().map(|import| room_of(import)).filter(|other| other != room) {
            let is_allowed = allowed.contains(&other.as_str());
            assert!(is_allowed, "{} imports {other}, which {room} may not", class.file.display());
            imported.entry(room).or_default().insert(other);
        }
    }
    for (number, (room, allowed)) in PHP_ROOMS.iter().enumerate() {
        for other in *allowed {
            let is_below = PHP_ROOMS.iter().take(number).any(|(below, _)| below == other);
            assert!(is_below, "{room} may not import {other}, which stands above it");
            let is_needed = imported.get(room).is_some_and(|others| others.contains(*other));
            assert!(is_needed, "{room} imports nothing of {other} any more: take it out of the table");
        }
    }
}

#[test]
fn no_php_classes_need_each_other() {
    let mut left: BTreeMap<String, BTreeSet<String>> =
        php_classes().into_iter().map(|class| (class.name.clone(), class.needs)).collect();
    assert!(left.values().map(BTreeSet::len).sum::<usize>() > 200, "the classes are found");
    // A class that needs none of those that are left is in no circle.
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, needs)| !needs.iter().any(|need| left.contains_key(need)))
            .map(|(name, _)| name.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    // A class that none of those that are left needs only leads into a circle.
    while let Some(outside) =
        left.keys().find(|name| !left.values().any(|needs| needs.contains(*name))).cloned()
    {
        left.remove(&outside);
    }
    let circles: Vec<String> = left
        .iter()
        .map(|(name, needs)| {
            let inside: Vec<&str> =
                needs.iter().filter(|need| left.contains_key(*need)).map(String::as_str).collect();
            format!("{name} needs {}", inside.join(" and "))
        })
        .collect();
    assert!(circles.is_empty(), "classes need each other:\n{}", circles.join("\n"));
}

#[test]
fn a_php_file_holds_the_class_of_its_name() {
    for (path, text) in files("php-plugin", &["php"]) {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let names = php_declarations(&php_code(&text));
        let expected: Vec<String> = names.iter().map(|name| format!("class-{}.php", kebab(name))).collect();
        let is_class_file = file.starts_with("class-");
        let is_stub = path.components().any(|part| part.as_os_str() == "stubs");
        assert!(is_stub || is_class_file || names.is_empty(), "{} holds {names:?}", path.display());
        assert!(!is_class_file || expected == [file], "{} holds {names:?}", path.display());
    }
}

struct PhpClass {
    file: PathBuf,
    room: String,
    /// With its room: `store/Database`.
    name: String,
    /// What it names of the plugin in full, in `use` and elsewhere: `Store\Database`.
    imports: BTreeSet<String>,
    /// The other classes that its code names, with their rooms.
    needs: BTreeSet<String>,
}

/// The classes of the plugin; also its views, which stand for a class each.
fn php_classes() -> Vec<PhpClass> {
    let full_name = regex::Regex::new(r"Rollbook\\WordPress\\([\w\\]+)").unwrap();
    let use_line = regex::Regex::new(r"(?m)^use [^(]*?;$").unwrap();
    let word = regex::Regex::new(r"(->|::|\\|\$|\b(?:function|const)\s+)?\b([A-Z]\w*)\b").unwrap();
    let mut classes = Vec::new();
    let mut codes = Vec::new();
    for (file, text) in files("php-plugin", &["php"]) {
        let inside = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("php-plugin")).unwrap();
        let parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
        let room = match parts.as_slice() {
            ["includes", "hooks.php" | "old-php.php"] => continue,
            ["includes", _] => "includes",
            ["includes", room, _] | [room @ "admin", ..] => room,
            _ => continue,
        };
        let code = php_code(&text);
        let code: String = code
            .lines()
            .filter(|line| !line.starts_with("namespace "))
            .fold(String::new(), |all, line| all + line + "\n");
        let name = php_declarations(&code).pop().unwrap_or_else(|| parts.join("/"));
        // The constants are those of rollbook.php, which is there before every class.
        let is_constant = |name: &str| name.chars().all(|letter| letter.is_uppercase() || letter == '_');
        let imports = full_name
            .captures_iter(&code)
            .map(|found| found[1].to_owned())
            .filter(|name| !is_constant(name))
            .collect();
        classes.push(PhpClass {
            room: room.to_owned(),
            name: format!("{room}/{name}"),
            imports,
            needs: BTreeSet::new(),
            file,
        });
        codes.push(use_line.replace_all(&code, "").into_owned());
    }
    let names: BTreeSet<String> = classes.iter().map(|class| class.name.clone()).collect();
    for (class, code) in classes.iter_mut().zip(&codes) {
        let by_import = class.imports.iter().map(|import| {
            let name = import.rsplit('\\').next().unwrap().to_owned();
            (name, room_of(import))
        });
        let rooms: BTreeMap<String, String> = by_import.collect();
        for found in word.captures_iter(code) {
            // A class of the same room needs no import; one that is named in full is one as well.
            let room = match found.get(1).map(|before| before.as_str()) {
                None | Some("\\") => rooms.get(&found[2]).unwrap_or(&class.room),
                Some(_) => continue,
            };
            let need = format!("{room}/{}", &found[2]);
            let is_foreign = found.get(1).is_some() && !rooms.contains_key(&found[2]);
            if !is_foreign && need != class.name && names.contains(&need) {
                class.needs.insert(need);
            }
        }
    }
    classes
}

/// The room of what is named after `Rollbook\WordPress\`.
fn room_of(import: &str) -> String {
    import.rsplit_once('\\').map_or_else(|| "includes".to_owned(), |(room, _)| room.to_lowercase())
}

/// PHP without its comments and texts.
fn php_code(text: &str) -> String {
    static ASIDE: LazyLock<regex::Regex> = LazyLock::new(|| {
        let aside = r#"(?s)'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|/\*.*?\*/|//[^\n]*"#;
        regex::Regex::new(aside).unwrap()
    });
    ASIDE.replace_all(text, "''").into_owned()
}

fn php_declarations(code: &str) -> Vec<String> {
    static DECLARATION: LazyLock<regex::Regex> = LazyLock::new(|| {
        let declaration = r"(?m)^(?:abstract |final )*(?:class|interface|trait|enum) (\w+)";
        regex::Regex::new(declaration).unwrap()
    });
    DECLARATION.captures_iter(code).map(|found| found[1].to_owned()).collect()
}

/// `AccessControl` as files spell it: `access-control`.
fn kebab(name: &str) -> String {
    static BETWEEN: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new("([a-z])([A-Z])").unwrap());
    BETWEEN.replace_all(name, "$1-$2").to_lowercase()
}

#[test]
fn only_the_extension_names_ext_php_rs() {
    for (path, text) in rust_sources() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_extension =
            name.starts_with("extension") || path.components().any(|part| part.as_os_str() == "extension");
        assert!(is_extension || !text.contains("ext_php_rs"), "{} names ext_php_rs", path.display());
    }
}

#[test]
fn every_call_of_the_core_is_guarded_against_panics() {
    let code = read("src/extension.rs");
    let bare: Vec<&str> =
        code.lines().filter(|line| line.contains(" calls::") || line.contains("(calls::")).collect();
    assert!(!bare.is_empty(), "the extension calls the core by another name now");
    let open: Vec<&&str> = bare.iter().filter(|line| !line.contains("guarded(")).collect();
    assert!(open.is_empty(), "a panic in these would tell PHP what was sent: {open:#?}");
}

/// Compiling the settings takes as long as many a request. It is done where an exchange is opened.
#[test]
fn a_request_compiles_the_settings_once() {
    for (path, text) in rust_sources().iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        let is_called = without_tests(text).contains("Settings::parse(");
        assert!(!is_called || path.ends_with("src/calls.rs"), "{} compiles the settings", path.display());
    }
    for (path, text) in files("php-plugin/includes", &["php"]) {
        let opened = text.matches("Exchange::open(").count();
        // Early; otherwise late, with settings or without.
        let most = if path.ends_with("endpoint/class-endpoint.php") { 3 } else { 0 };
        assert_eq!(opened, most, "{} opens exchanges", path.display());
    }
}

#[test]
fn nothing_but_tokens_reads_the_clock_or_random_bytes() {
    let forbidden = [
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "getrandom",
        " rand::",
        "RandomState",
        "env::var",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "std::process",
    ];
    for (path, text) in rust_sources() {
        if path.ends_with("src/token.rs") {
            continue;
        }
        let code = without_tests(&text);
        for word in forbidden {
            assert!(!code.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn the_protocol_knows_nothing_of_wordpress() {
    for (path, text) in rust_sources() {
        if path.components().any(|part| part.as_os_str() == "scim") {
            // The module documentation says so itself.
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<String>();
            assert!(!code.to_lowercase().contains("wordpress"), "{} speaks of WordPress", path.display());
        }
    }
}

/// Whether a file answers where the extension, which decides everywhere else, is missing or the plugin off.
fn answers_without_the_extension(path: &Path) -> bool {
    ["includes/class-requirements.php", "must-use/rollbook-doors.php"].iter().any(|name| path.ends_with(name))
}

#[test]
fn the_plugin_holds_no_scim_schema() {
    for (path, text) in files("php-plugin", &["php", "js"]) {
        // That answer is a SCIM error too.
        let text = match answers_without_the_extension(&path) {
            true => text.replacen("urn:ietf:params:scim:api:messages:2.0:Error", "", 1),
            false => text,
        };
        assert!(!text.contains("urn:ietf:params:scim"), "{} holds a SCIM URN", path.display());
    }
}

#[test]
fn the_plugin_decides_no_status() {
    let literal = regex::Regex::new(r"(http_response_code|status_header)\(\s*\d").unwrap();
    for (path, text) in files("php-plugin", &["php"]) {
        if answers_without_the_extension(&path) {
            continue;
        }
        assert!(!literal.is_match(&text), "{} decides a status code", path.display());
    }
}

#[test]
fn the_versions_agree() {
    let version = env!("CARGO_PKG_VERSION");
    let plugin = read("php-plugin/rollbook.php");
    let readme = read("php-plugin/readme.txt");
    let changelog = read("CHANGELOG.md");
    let in_plugin = line_after(&plugin, "Version:");
    assert_eq!(in_plugin, version, "php-plugin/rollbook.php");
    for (path, text) in
        files("php-plugin/must-use", &["php"]).into_iter().chain(files("php-plugin/drop-ins", &["php"]))
    {
        assert_eq!(line_after(&text, "Version:"), version, "{}", path.display());
    }
    let constant = regex::Regex::new(r"(?m)^const \w*VERSION\s*= '([^']+)';").unwrap();
    let constants: Vec<String> = files("php-plugin", &["php"])
        .iter()
        .flat_map(|(_, text)| {
            constant.captures_iter(text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(constants, vec![version; 2], "the plugin, the doors");
    let file = regex::Regex::new(r"rollbook(?:-engine)?[-_](\d+\.\d+\.\d+)").unwrap();
    for (path, text) in files(".", &["md"]).into_iter().filter(|(path, _)| !path.ends_with("RELEASING.md")) {
        for found in file.captures_iter(&text) {
            assert_eq!(
                &found[1],
                version,
                "{} names a file of another version: {}",
                path.display(),
                &found[0]
            );
        }
    }
    assert_eq!(line_after(&readme, "Stable tag:"), version, "php-plugin/readme.txt");
    let headings = changelog.lines().filter(|line| line.starts_with("## ") && line.contains(version)).count();
    assert_eq!(headings, 1, "CHANGELOG.md has one heading for {version}");
}

#[test]
fn what_the_plugins_header_names_is_there() {
    let main = read("php-plugin/rollbook.php");
    let folder = line_after(&main, "Domain Path:");
    let texts = read(&format!("php-plugin{folder}/rollbook.pot"));
    assert!(texts.contains("msgid \"Settings saved.\""), "make translations writes it");
}

#[test]
fn every_test_that_the_features_name_is_there() {
    assert!(tests_named_in(&read("docs/features.md")) > 30);
}

#[test]
fn every_promise_about_security_names_a_test_that_is_there() {
    let page = read("docs/security.md");
    let (_, promises) = page.split_once("\n## Against whom\n").unwrap();
    let (promises, _) = promises.split_once("\n## ").unwrap();
    assert!(tests_named_in(promises) >= 9);
}

/// How many rows of a table name tests, in their last column. Each test must be there.
fn tests_named_in(table: &str) -> usize {
    let tests: Vec<String> = files("tests", &["rs", "php", "js"])
        .into_iter()
        // Programs of Python's, which have no ending.
        .chain(["tests/packages/run", "tests/php-versions/run"].map(|path| (PathBuf::from(path), read(path))))
        .chain(files("src", &["rs"]))
        .map(|(_, text)| text)
        .collect();
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with('|')).skip(2) {
        let names: Vec<&str> = row.rsplit('|').nth(1).unwrap().split('`').skip(1).step_by(2).collect();
        rows += usize::from(!names.is_empty());
        let is_heading = row.starts_with("| **");
        assert!(is_heading || !names.is_empty(), "no test is named in: {row}");
        for name in names {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let is_there = match name {
                transcript if transcript.ends_with(".json") => {
                    root.join("tests/transcripts").join(transcript).is_file()
                }
                program if program.starts_with("tests/") => {
                    root.join(program.split(' ').next().unwrap()).is_file()
                }
                _ => {
                    let forms = [
                        format!("fn {name}("),
                        format!("function {name}("),
                        format!("def {name}("),
                        format!("test( '{name}'"),
                    ];
                    tests.iter().any(|text| forms.iter().any(|form| text.contains(form.as_str())))
                }
            };
            assert!(is_there, "{name} is no test");
        }
    }
    rows
}

#[test]
fn no_file_names_a_registry_or_a_machine() {
    let machine_path = ["/wo", "rk/"].concat();
    let hosts = ["crates.io-index", "npmjs", "pypi.", "deb.debian.org", "proxy.golang"];
    for (path, text) in files(
        ".",
        &["rs", "toml", "php", "py", "js", "json", "md", "txt", "yml", "yaml", "sh", "conf", "ini"],
    ) {
        if path.ends_with("tests/rollbook/tidy.rs") {
            continue;
        }
        assert!(!text.contains(&machine_path), "{} names a path of one machine", path.display());
        for host in hosts {
            assert!(!text.contains(host), "{} names {host}", path.display());
        }
    }
}

/// On a new machine a missing program is told with its package, and the group of `tests/install` that has it.
#[test]
fn every_program_that_sites_need_has_a_package_that_is_installed() {
    let table = read("tests/sitebuilder/console.py");
    let install = read("tests/install");
    let row = regex::Regex::new(r#"(?m)^    "([\w-]+)": \("([\w-]+)", "(\w*)"\),$"#).unwrap();
    let rows: BTreeMap<&str, (&str, &str)> = row
        .captures_iter(&table)
        .map(|found| found.extract().1)
        .map(|[program, package, group]| (program, (package, group)))
        .collect();
    for (program, (package, group)) in &rows {
        let line = install.lines().find(|line| line.trim_start().starts_with(&format!("[{group}]=")));
        let installed = line.is_some_and(|line| line.split(['\'', '"', ' ']).any(|word| word == *package));
        assert!(
            group.is_empty() || installed,
            "tests/install {group} installs no {package}, which has {program}"
        );
    }
    let asked_for = regex::Regex::new(r#"\btool\("([\w-]+)""#).unwrap();
    for (path, text) in files("tests/sitebuilder", &["py"]) {
        for found in asked_for.captures_iter(&text) {
            assert!(
                rows.contains_key(&found[1]),
                "{} needs {}, which has no package",
                path.display(),
                &found[1]
            );
        }
    }
}

/// rustfmt does it for code; for comments its stable version does not.
#[test]
fn comments_keep_to_the_width_of_the_code() {
    let width: usize = line_after(&read("rustfmt.toml"), "max_width =").parse().unwrap();
    for (path, text) in files(".", &["rs"]) {
        for (number, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            let length = line.chars().count();
            assert!(
                !is_comment || length <= width,
                "{}:{}: {length} characters, {width} at most",
                path.display(),
                number + 1
            );
        }
    }
}

#[test]
fn no_file_is_over_a_megabyte() {
    for path in tracked(Path::new(".")) {
        let size = fs::metadata(&path).unwrap().len();
        assert!(size <= 1024 * 1024, "{} has {size} bytes", path.display());
    }
}

#[test]
fn transcripts_use_no_real_domain() {
    let address = regex::Regex::new(r"[\w.+-]+(?:@|%40)([a-z0-9.-]+)").unwrap();
    for (path, text) in files("tests/transcripts", &["json"]) {
        for found in address.captures_iter(&text) {
            let domain = found[1].trim_end_matches('.');
            // RFC 2606; and foo.com stands in a filter of RFC 7644 itself.
            let is_reserved = [".test", ".example"].iter().any(|ending| domain.ends_with(ending))
                || ["example", "example.com", "example.net", "example.org", "foo.com"].contains(&domain);
            assert!(is_reserved, "{}: {}", path.display(), &found[0]);
        }
    }
}

/// What a file says outside of its own tests, which stand at its end.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// The crate's; the program around the engine, which only reads and writes lines, is no part of it.
fn rust_sources() -> Vec<(PathBuf, String)> {
    let mut sources = files("src", &["rs"]);
    sources.retain(|(path, _)| !path.components().any(|part| part.as_os_str() == "bin"));
    sources
}

fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    tracked(Path::new(folder))
        .into_iter()
        .filter(|path| {
            path.extension()
                .and_then(|ending| ending.to_str())
                .is_some_and(|ending| endings.contains(&ending))
        })
        .filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
        .collect()
}

/// The files below a folder that belong to the project: none that is built, downloaded or hidden.
fn tracked(folder: &Path) -> Vec<PathBuf> {
    const OURS_NOT: [&str; 6] = ["build", "dist", "modules", "node_modules", "target", "vendor"];
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with('.') || OURS_NOT.contains(&name) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn line_after<'a>(text: &'a str, label: &str) -> &'a str {
    let line = text.lines().find(|line| line.trim_start_matches(['*', ' ']).starts_with(label));
    line.and_then(|line| line.split_once(label)).map_or("", |(_, version)| version.trim())
}
