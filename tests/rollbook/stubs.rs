//! Tells PHP's analyser and editors what each command holds and what its answer has to hold: the array shapes
//! of `php-plugin/stubs/contract.php`, read off the structs of `src/host`. `make stubs` writes the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Fields, GenericArgument, Ident, Item, Lit, Meta, PathArguments, Token, Type};

const STUBS: &str = "php-plugin/stubs/contract.php";
const TEXTS: &str = "php-plugin/stubs/texts.php";

#[test]
fn the_stubs_tell_every_commands_fields_and_answer() {
    written(STUBS, &Contract::read().stubs());
}

/// PHP tells commands that only read apart as well, and lets none of their statements fail. It has the checks
/// of tokens and batches among the others.
#[test]
fn what_only_reads_here_only_reads_in_php() {
    let table =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("php-plugin/includes/endpoint/class-command-table.php");
    let table = fs::read_to_string(table).unwrap();
    let (_, table) = table.split_once("function reading(").unwrap();
    let (reading, writing) = table.split_once("function write(").unwrap();
    for Row { name, does, .. } in Contract::read().commands {
        let reads = does == "reads" && !name.starts_with("check_");
        let row = format!("'{name}' ");
        assert_eq!((reading.contains(&row), writing.contains(&row)), (reads, !reads), "{name} {does}");
    }
}

/// What can be wrong with a settings document. `make translations` reads the file beside the plugin.
#[test]
fn the_stubs_hold_every_text_that_the_plugin_translates() {
    let mut wanted = String::from(
        "<?php\n/**\n * What can be wrong with the settings, as the extension says it. Written by `make stubs`; never loaded.\n */\n\n",
    );
    for text in rollbook::settings::texts::all() {
        writeln!(
            wanted,
            "__( '{}', 'rollbook' );",
            text.english().replace('\\', "\\\\").replace('\'', "\\'")
        )
        .unwrap();
    }
    written(TEXTS, &wanted);
}

/// Compares a file with what it should be; where `make stubs` asks for that, writes it.
fn written(file: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("ROLLBOOK_WRITE_STUBS").is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{file} is not what the extension says now: make stubs");
}

/// A command travels to PHP, an answer from there. What an answer may leave out, a command always has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    ToPhp,
    FromPhp,
}

/// The types of `src/host`, and the commands in their order.
struct Contract {
    types: BTreeMap<String, Item>,
    commands: Vec<Row>,
}

/// A row of `questions!`.
struct Row {
    command: String,
    name: String,
    does: String,
    answer: Type,
}

impl Contract {
    fn read() -> Self {
        let mut contract = Self { types: BTreeMap::new(), commands: Vec::new() };
        for path in sources() {
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
            for item in file.items {
                match item {
                    Item::Macro(it) if it.ident.as_ref().is_some_and(|name| name == "questions") => {
                        contract.commands = it.mac.parse_body_with(commands).unwrap();
                    }
                    Item::Struct(ref it) => {
                        contract.types.insert(it.ident.to_string(), item);
                    }
                    Item::Enum(ref it) => {
                        contract.types.insert(it.ident.to_string(), item);
                    }
                    _ => {}
                }
            }
        }
        assert!(contract.commands.len() > 30, "the table of commands was not found");
        contract
    }

    fn stubs(&self) -> String {
        let mut shapes = Shapes {
            contract: self,
            texts: Vec::new(),
            done: BTreeSet::new(),
            command: String::new(),
            is_within: false,
        };
        for Row { command, name, answer, .. } in &self.commands {
            shapes.command.clone_from(command);
            let fields = shapes.fields(self.fields_of(command), Way::ToPhp);
            let all = [vec![format!("do: '{name}'")], fields].concat().join(", ");
            shapes.texts.push((command.clone(), format!("array{{{all}}}")));
            let answer = shapes.php(answer, Way::FromPhp);
            shapes.texts.push((format!("{command}Answer"), answer));
        }
        let mut text = "<?php\n/**\n * What the commands hold and what their answers have to hold, for analysers and editors. Written by \
                        `make stubs`; never loaded.\n */\n\nnamespace Rollbook;\n\n/**\n * The contract between the extension and the \
                        plugin.\n *\n"
            .to_owned();
        for (name, shape) in &shapes.texts {
            writeln!(text, " * @phpstan-type {name} {shape}").unwrap();
        }
        text + " */\nfinal class Contract {\n}\n"
    }

    fn fields_of(&self, name: &str) -> &Fields {
        match &self.types[name] {
            Item::Struct(it) => &it.fields,
            _ => panic!("{name} is no struct"),
        }
    }
}

/// The shapes that were met so far, each behind those that it holds.
struct Shapes<'a> {
    contract: &'a Contract,
    texts: Vec<(String, String)>,
    done: BTreeSet<(String, Way)>,
    /// The command whose fields are being told, and whether one of them holds such commands, which are told
    /// once.
    command: String,
    is_within: bool,
}

impl Shapes<'_> {
    fn fields(&mut self, fields: &Fields, way: Way) -> Vec<String> {
        let told = |field: &&Field| !serde(&field.attrs).iter().any(|word| word == "skip");
        fields.iter().filter(told).map(|field| self.field(field, way)).collect()
    }

    fn field(&mut self, field: &Field, way: Way) -> String {
        let said = serde(&field.attrs);
        let is_text = said.iter().any(|word| word == "with = \"json_text\"");
        let php = if is_text { "?string".to_owned() } else { self.php(&field.ty, way) };
        let is_optional = match way {
            Way::ToPhp => said.iter().any(|word| word.starts_with("skip_serializing_if")),
            Way::FromPhp => {
                said.iter().any(|word| word.starts_with("default")) || (php.starts_with('?') && !is_text)
            }
        };
        let mark = if is_optional { "?" } else { "" };
        format!("{}{mark}: {php}", field.ident.as_ref().unwrap())
    }

    fn php(&mut self, ty: &Type, way: Way) -> String {
        let (name, arguments) = match ty {
            Type::Tuple(tuple) if tuple.elems.is_empty() => return "null".to_owned(),
            Type::Path(path) => last(path),
            _ => panic!("PHP has no word for a type of the contract"),
        };
        match name.as_str() {
            "bool" => "bool".to_owned(),
            "i64" | "u64" => "int".to_owned(),
            "String" | "SmolStr" => "string".to_owned(),
            "Value" => "mixed".to_owned(),
            "Map" => "array<string, mixed>".to_owned(),
            // A shape that holds itself would have no end.
            "Self" if self.is_within => "array<string, mixed>".to_owned(),
            "Self" => {
                self.is_within = true;
                let fields = self.fields(self.contract.fields_of(&self.command), way).join(", ");
                self.is_within = false;
                format!("array{{{fields}}}")
            }
            "Vec" => format!("list<{}>", self.php(&arguments[0], way)),
            "Option" => match self.php(&arguments[0], way) {
                inner if inner == "mixed" || inner.contains('|') => format!("{inner}|null"),
                inner => format!("?{inner}"),
            },
            _ => self.named(&name, &arguments, way),
        }
    }

    /// The name of a type of the contract's own, whose shape is noted; of one that says how a write ended:
    /// the shape itself.
    fn named(&mut self, name: &str, arguments: &[Type], way: Way) -> String {
        let contract = self.contract;
        let item = contract.types.get(name).unwrap_or_else(|| panic!("{name} is not of the contract"));
        let shape = match item {
            Item::Struct(it) => format!("array{{{}}}", self.fields(&it.fields, way).join(", ")),
            Item::Enum(it) => {
                let said = serde(&it.attrs);
                let is_snake = said.iter().any(|word| word == "rename_all = \"snake_case\"");
                let tag =
                    said.iter().find_map(|word| word.strip_prefix("tag = ")).map(|tag| tag.replace('"', ""));
                let mut variants = Vec::new();
                for variant in &it.variants {
                    let plain = variant.ident.to_string();
                    let word = format!("'{}'", if is_snake { snake(&plain) } else { plain });
                    variants.push(match &tag {
                        None => word,
                        Some(tag) => {
                            let fields = variant.fields.iter().map(|field| match &field.ty {
                                Type::Path(path) if last(path).0 == "T" => {
                                    format!(
                                        "{}: {}",
                                        field.ident.as_ref().unwrap(),
                                        self.php(&arguments[0], way)
                                    )
                                }
                                _ => self.field(field, way),
                            });
                            let fields: Vec<String> = fields.collect();
                            format!(
                                "array{{{}}}",
                                [vec![format!("{tag}: {word}")], fields].concat().join(", ")
                            )
                        }
                    });
                }
                if tag.is_some() {
                    return variants.join("|");
                }
                variants.join("|")
            }
            _ => panic!("{name} is neither struct nor enum"),
        };
        if self.done.insert((name.to_owned(), way)) {
            if let Some((_, other)) = self.texts.iter().find(|(known, _)| known == name) {
                assert!(*other == shape, "{name} goes both ways and is not the same on both");
            } else {
                self.texts.push((name.to_owned(), shape));
            }
        }
        name.to_owned()
    }
}

/// The rows of `questions!`: `FindUsers, find_users, reads => FoundUsers;`. They stand within
/// `($table:ident) => { $table! { … } };`.
fn commands(input: ParseStream<'_>) -> syn::Result<Vec<Row>> {
    let (pattern, body, rows);
    syn::parenthesized!(pattern in input);
    variable(&pattern)?;
    pattern.parse::<Token![:]>()?;
    pattern.parse::<Ident>()?;
    input.parse::<Token![=>]>()?;
    syn::braced!(body in input);
    input.parse::<Token![;]>()?;
    variable(&body)?;
    body.parse::<Token![!]>()?;
    syn::braced!(rows in body);
    Ok(rows.parse_terminated(command, Token![;])?.into_iter().collect())
}

fn command(row: ParseStream<'_>) -> syn::Result<Row> {
    let command: Ident = row.parse()?;
    row.parse::<Token![,]>()?;
    let name: Ident = row.parse()?;
    row.parse::<Token![,]>()?;
    let does: Ident = row.parse()?;
    row.parse::<Token![=>]>()?;
    let [command, name, does] = [command, name, does].map(|word| word.to_string());
    Ok(Row { command, name, does, answer: row.parse()? })
}

/// `$table`
fn variable(input: ParseStream<'_>) -> syn::Result<Ident> {
    input.parse::<Token![$]>()?;
    input.parse()
}

/// What `#[serde(…)]` says: `default`, `tag = "outcome"`, …
fn serde(attributes: &[Attribute]) -> Vec<String> {
    let mut said = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        for meta in attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap() {
            let word = meta.path().get_ident().unwrap().to_string();
            said.push(match meta {
                Meta::NameValue(pair) => match pair.value {
                    syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => {
                        format!("{word} = {:?}", text.value())
                    }
                    _ => panic!("serde's {word} is no text"),
                },
                _ => word,
            });
        }
    }
    said
}

/// The last word of a path, and the types between its angle brackets.
fn last(path: &syn::TypePath) -> (String, Vec<Type>) {
    let segment = path.path.segments.last().unwrap();
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(given) => given.args.iter(),
        _ => return (segment.ident.to_string(), Vec::new()),
    };
    let types = arguments.filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    (segment.ident.to_string(), types.collect())
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

fn sources() -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join("host.rs")];
    files.extend(fs::read_dir(source.join("host")).unwrap().map(|entry| entry.unwrap().path()));
    files.retain(|path| path.is_file());
    files.sort();
    files
}
