//! Every text that says what is wrong with a settings document, with a token of the owner's own, or why
//! something is not done to a person by hand. The plugin translates them: `make stubs`
//! lists them for its translators.

use serde::Serialize;

/// An English text. What stands at `%1$s`, `%2$s` … comes with it. Only this file makes one, so that the list
/// is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Text(&'static str);

impl Text {
    /// What the parser of filters says belongs at a place, or why something does not.
    pub(super) fn of_the_parser(text: &'static str) -> Self {
        Self(text)
    }

    /// The English.
    pub fn english(self) -> &'static str {
        self.0
    }
}

macro_rules! texts {
    ($seen:vis $list:ident: $($name:ident = $text:literal;)*) => {
        $($seen const $name: Text = Text($text);)*

        const $list: &[Text] = &[$(Text($text)),*];
    };
}

texts! { pub(super) OF_DOCUMENTS:
    // The form of a document. An owner meets these only in a file or on the command line.
    OTHER_KIND = "This is not of the right kind: %1$s.";
    NO_LIST = "This must be a list.";
    NO_OBJECT = "This must be an object.";
    NO_SETTING = "There is no such setting.";
    UNKNOWN_SETTING = "There is no such setting; there are %1$s.";
    TOO_MANY = "%1$s entries are too many; at most %2$s are possible.";
    TOO_MANY_CHARACTERS = "This is too long; at most %1$s characters are possible.";
    NO_WHOLE_NUMBER = "This must be a whole number from %1$s to %2$s.";

    // Roles and people.
    ROLE_NEEDED = "Choose a role.";
    ROLE_BEHIND_MINUS = "The minus takes a role out: name the role behind it.";
    ADMINISTRATOR_PROTECTED = "Administrators are always protected; the role cannot be taken out.";
    ROLE_IN_AND_OUT = "The role is added and taken out; keep one of the two.";
    ROLE_PROTECTED = "The role “%1$s” is protected: it has rights over others or over the site, so it is never given. Choose another role, or take this one out of the protected roles if you know what that means.";
    ROLE_LACKING = "The site has no role “%1$s”: nobody gets it, and the activity log tells who was due it. Choose another role, or activate the plugin that the role belongs to.";
    ROLE_UNKNOWN = "The site has no role “%1$s”. Mind the spelling; a role of a plugin can be named while the plugin is active.";
    POLICY_UNKNOWN = "“%1$s” is no policy; there are “deactivate”, “reassign” and “delete”.";
    REASSIGN_NEEDED = "Name the account that gets the content.";
    REASSIGN_MISSING = "The WordPress account “%1$s” does not exist, so nobody would get the content of people who leave, and they are not deleted. Name another account.";
    REASSIGN_ELSEWHERE = "The WordPress account “%1$s” is not on this site of the network, so nobody would get the content of people who leave, and they are not deleted. Name another account.";
    REASSIGN_DEACTIVATED = "The WordPress account “%1$s” is deactivated, so nobody would get the content of people who leave, and they are not deleted. Name another account.";
    NETWORK_UNREADABLE = "%1$s is no network; write it as 203.0.113.0/24, 2001:db8::/32 or a single address.";

    // Who is told of trouble.
    MAIL_UNREADABLE = "%1$s is no e-mail address; write one a line, such as name@example.com.";
    WEBHOOK_UNREADABLE = "This is no address of a webhook; write it as https://hooks.example.com/path, without a username and a password.";
    WEBHOOK_PLAIN = "The address must begin with https://, so that nobody on the way reads or changes what is sent. With http:// only this machine itself can be reached.";

    // What is asked before it is saved.
    CONTENT_DESTROYED = "When the identity provider deletes a person, the account is deleted with everything that it has written: posts, pages, files. This cannot be undone.";
    ROLE_OPENED = "The role “%1$s” is no longer protected: anybody who controls the identity provider, or has a token, can take over each account with this role, and do with it all that the role may do.";
    NETWORK_LEFT_OUT = "The last request came from %1$s, which is in none of these networks. Requests from there will be refused, and the identity provider may stop.";

    // Patterns.
    PATTERN_UNREADABLE = "This is no regular expression: %1$s.";
    PATTERN_FOR_REPLACEMENT = "There is a replacement, so say what it replaces.";
    PATTERN_FOR_USERNAME = "Say what is to be replaced, or choose another username.";

    // Attributes and where they go.
    TARGET_FORM = "Write where the attribute goes as field:<name>, meta:<key>, xprofile:<field name> or acf:<field name>.";
    TARGET_FIELD = "The field “%1$s” cannot be mapped; possible are first_name, last_name, nickname, description, locale, display_name and user_url. The e-mail address and the username have settings of their own.";
    TARGET_ODD = "“%1$s” is no key of a user meta: letters without accents, digits, spaces and _ . : / - are possible, at most 255, and a letter, a digit or _ at the beginning. The database may take another one for a key that decides who gets in.";
    TARGET_GUARDED = "“%1$s” is the name of something that decides who gets in or what an account may do, of a secret, or of a setting of WordPress’s own, and cannot be mapped. For rights use a role rule; for anything else choose another name.";
    META_FOREIGN = "Accounts have the user meta “%1$s” already, and no mapping has written it: another plugin may keep something there that lets people in. Choose another key, or confirm that it is to be overwritten.";
    FIELD_HOLDS_TEXT = "A field of the account holds text; choose another target, or the type “Text”.";
    FIELD_HOLDS_ONE = "A field of the account holds one value; choose “Joined” or “The first”, or another target.";
    XPROFILE_HOLDS_A_DAY = "A date field of BuddyPress holds a day; choose “Date”.";
    ONLY_TEXT_IS_JOINED = "Only text can be joined; choose “The first” or “A list”, or the type “Text”.";
    TARGET_TAKEN = "Another row writes to this target already; two would overwrite each other for ever.";
    SCHEMA_IS_NO_ATTRIBUTE = "“%1$s” is a schema; name an attribute of it.";
    ATTRIBUTE_UNKNOWN = "There is no attribute “%1$s”; an attribute of your own is named with its schema, urn:…:%1$s.";
    ATTRIBUTE_SIMPLE = "“%1$s” is a simple attribute; leave .%2$s out.";
    SUB_ATTRIBUTE_UNKNOWN = "“%1$s” has no “%2$s”; there are %3$s.";
    ATTRIBUTE_NEVER_KEPT = "“%1$s” is never kept, so there is nothing to map.";
    ATTRIBUTE_GIVEN_HERE = "“%1$s” is given by Rollbook and not by the identity provider.";
    ATTRIBUTE_UNSEEN = "“%1$s” is never kept, so no rule can ask for it.";

    // What is wrong with a filter or a path, and where.
    EMPTY = "This is empty; it begins with %1$s.";
    ENDS_EARLY = "This ends too early: %2$s belongs at character %1$s.";
    UNEXPECTED = "At character %1$s stands “%2$s”; %3$s belongs there.";
    MISMATCH = "At character %1$s stands “%2$s”: %3$s.";
    TOO_LONG = "This is longer than %1$s bytes.";
    TOO_DEEP = "Parentheses and brackets stand too deep within one another at character %1$s.";
    UNCLOSED_STRING = "The text that begins at character %1$s has no closing quotation mark.";
    INVALID_ESCAPE = "The backslash at character %1$s begins no escape of JSON; a backslash itself is written \\\\.";
    CONTROL_CHARACTER = "A control character stands in the text at character %1$s; JSON writes it as an escape.";
    INCOMPARABLE = "%1$s: %2$s.";
}

texts! { pub(crate) OF_ACTIONS:
    // Why something is not done to a person by hand.
    LOCKS_OWN_ACCOUNT = "You cannot lock yourself out. Somebody else who may manage this site can.";
    PERSON_UNFINISHED = "A request about this person broke off before everything was written. The identity provider sends it again; let the person in then.";
    PROTECTED_AMONG_SEVERAL = "This account has rights over others or over the site, so it is left out where several are chosen. Choose it by itself.";
    PERSON_UNMANAGED = "No identity provider manages this account.";
    PERSON_LOCKED = "This person is locked out. Nobody would keep the account locked any more: let the person in first, or delete the account.";
    ACCOUNT_PROTECTED = "This account is protected, and no identity provider is ever linked to it. Give it a role without rights over others or over the site, or take its role out of the protected ones, and allow linking then.";
    ACCOUNTS_APART = "Existing accounts are kept apart from the identity provider. Choose to link them first, and save.";
    PERSON_NOT_UNLINKED = "This account was not unlinked.";
    PERSON_BUSY = "The person is being changed by others at the same time. Try again.";

    // Why a token of the owner's own cannot be used.
    TOKEN_TOO_SHORT = "The token has %1$s characters; it needs at least %2$s.";
    TOKEN_TOO_LONG = "The token has %1$s characters; at most %2$s are possible.";
    TOKEN_CHARACTER = "The token contains %1$s; only visible ASCII characters without spaces can be sent in a header.";
    TOKEN_MISTYPED = "The token begins like one of Rollbook's, but its checksum is wrong: it was mistyped or cut off.";
    TOKEN_WEAK = "The token is too easy to guess: %1$s. Use a random one, or let Rollbook generate it.";
    TOKEN_REPEATS = "it repeats itself";
    TOKEN_RUNS = "it counts, or goes along the alphabet or a keyboard";
    TOKEN_DATES = "it holds a date";
    TOKEN_WORDS = "it is made of words";
    TOKEN_FEW = "it has too few different characters for its length";
}

/// What the parser of filters says inside of those: what belongs at a place, and why something does not.
const OF_THE_PARSER: &[&str] = &[
    "an attribute name",
    "an attribute name, or one behind a URN",
    "a colon and an attribute name behind the URN of a schema",
    "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)",
    "an operator, because no value filter stands within another",
    "an operator or the end, because a sub-attribute has no elements to filter",
    "a comparison value",
    "a comparison value in double quotes",
    "\"(\" behind \"not\"",
    "\"and\", \"or\" or the end",
    "\"and\", \"or\" or \")\"",
    "\"and\", \"or\" or \"]\"",
    "the end",
    "null can only be compared with eq and ne",
    "true and false have no order, compare them with eq and ne",
    "a complex attribute cannot be compared, only its sub-attributes",
    "the attribute is a boolean, which only eq and ne can compare",
    "the attribute is binary and has no order",
    "the attribute is a boolean, true or false",
    "the attribute is a number, which cannot be searched for text",
    "the attribute is a number",
    "the attribute is a point in time, such as \"2025-01-31T12:00:00Z\"",
];

/// Those of the parser.
#[cfg(test)]
pub(super) fn of_the_parser() -> impl Iterator<Item = Text> {
    OF_THE_PARSER.iter().copied().map(Text)
}

/// All of them.
pub fn all() -> impl Iterator<Item = Text> {
    let written = OF_DOCUMENTS.iter().chain(OF_ACTIONS).copied();
    written.chain(OF_THE_PARSER.iter().copied().map(Text))
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn a_percent_sign_begins_a_numbered_place() {
        let place = regex::Regex::new(r"%[1-9]\$s").unwrap();
        for text in all() {
            let text = text.english();
            assert_eq!(text.matches('%').count(), place.find_iter(text).count(), "{text}");
        }
    }

    #[test]
    fn a_text_stands_once() {
        let mut texts: Vec<_> = all().collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), all().count());
    }
}
