//! Which of the site's languages a person reads.
//!
//! `preferredLanguage` has the form of the header Accept-Language (RFC 7643 §4.1.1): `de`, `de-AT`,
//! `de-CH,de;q=0.8`. WordPress writes `de_DE`, and loads the files of that name: only the name of an
//! installed language is ever given to an account.

/// The most languages that are looked at in one value.
const MAX_RANGES: usize = 50;

/// Languages that WordPress, or an older standard, calls otherwise than BCP 47 does.
const OTHERWISE: [(&str, &str); 9] = [
    ("be", "bel"),
    ("fil", "tl"),
    ("in", "id"),
    ("iw", "he"),
    ("ky", "kir"),
    ("no", "nb"),
    ("oc", "oci"),
    ("sd", "snd"),
    ("ty", "tah"),
];

/// The installed language that comes nearest to what is preferred; `None` for the site's own. Of each range
/// in its order an exact one counts, in whichever case, and then one of the same language: `de-AT` is German
/// where only `de_DE` is installed.
pub fn nearest<'a>(preferred: &str, installed: &'a [String]) -> Option<&'a str> {
    for range in ranges(preferred) {
        if range == "*" {
            return None;
        }
        let exact = installed.iter().find(|language| fold(language) == range);
        if let Some(found) = exact.or_else(|| of_the_language(&range, installed)) {
            return Some(found);
        }
    }
    None
}

/// The ranges of an Accept-Language value in the form `de_at`, the most wanted first.
fn ranges(preferred: &str) -> Vec<String> {
    let mut ranges: Vec<(f32, String)> = preferred
        .split(',')
        .take(MAX_RANGES)
        .filter_map(|part| {
            let mut parts = part.split(';');
            let range = fold(parts.next()?.trim());
            let quality =
                parts.find_map(|part| part.trim().strip_prefix("q=").map(|quality| quality.trim().parse()));
            let quality: f32 = quality.unwrap_or(Ok(1.0)).ok()?;
            (quality > 0.0 && (range == "*" || is_name(&range))).then_some((quality, range))
        })
        .collect();
    // Stable: of two that are wanted as much, the first stays the first.
    ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranges.into_iter().map(|(_, range)| range).collect()
}

/// The installed language of the same language, whatever the country: that of the country, the bare one, that
/// of the country which the language is named after (`de_DE`), US English, or the first by length and
/// alphabet.
fn of_the_language<'a>(range: &str, installed: &'a [String]) -> Option<&'a String> {
    let (language, country) = parts(range);
    let language =
        OTHERWISE.iter().find(|(theirs, _)| *theirs == language).map_or(language, |(_, ours)| ours);
    installed.iter().filter(|known| parts(&fold(known)).0 == language).min_by_key(|known| {
        let folded = fold(known);
        let (_, of) = parts(&folded);
        let rank = match of {
            Some(of) if Some(of) == country => 0,
            None => 1,
            Some(of) if of == language => 2,
            Some("us") if language == "en" => 3,
            Some(_) => 4,
        };
        (rank, known.len(), (*known).clone())
    })
}

/// The language and the country of a folded name: `zh_hant_tw` is Chinese of Taiwan.
fn parts(folded: &str) -> (&str, Option<&str>) {
    let mut parts = folded.split('_');
    let language = parts.next().unwrap_or_default();
    (language, parts.find(|part| part.len() == 2))
}

fn is_name(range: &str) -> bool {
    !range.is_empty() && range.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn fold(name: &str) -> String {
    name.replace('-', "_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(preferred: &str, installed: &[&str], expected: Option<&str>) {
        let installed: Vec<String> = installed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(nearest(preferred, &installed), expected, "{preferred}");
    }

    #[test]
    fn a_german_site_speaks_german() {
        let german = ["en_US", "de_DE_formal", "de_DE"];
        for preferred in [
            "de_DE",
            "de-DE",
            "DE-de",
            "de",
            "de-AT",
            "de-CH,de;q=0.8",
            "de-Latn-DE",
            "fr;q=0.9, de;q=0.5",
            "fr,de",
        ] {
            is(preferred, &german, Some("de_DE"));
        }
        is("de-DE-formal", &german, Some("de_DE_formal"));
        is("de", &["en_US", "de_DE_formal"], Some("de_DE_formal"));
        is("de-CH", &["de_DE", "de_CH_informal", "de_CH"], Some("de_CH"));
        is("de", &["de_AT", "de_DE"], Some("de_DE"));
        is("de-CH;q=0.3,en;q=0.9", &german, Some("en_US"));
        is("de;q=0,en-GB", &german, Some("en_US"));
    }

    #[test]
    fn what_is_not_installed_is_the_site_s_own() {
        for preferred in
            ["", "*", "fr", "fr-FR,*;q=0.5", "../uploads/evil", "de_DE/../x", ",;,", "de;q=x", "en_US.l10n"]
        {
            is(preferred, &["de_DE"], None);
        }
        is("de", &[], None);
        is(&"x,".repeat(10_000), &["de_DE"], None);
    }

    #[test]
    fn other_names_of_a_language_are_known() {
        is("no", &["nb_NO", "nn_NO"], Some("nb_NO"));
        is("iw-IL", &["he_IL"], Some("he_IL"));
        is("be-BY", &["bel"], Some("bel"));
        is("ca-valencia", &["ca"], Some("ca"));
        is("pt", &["pt_BR", "pt_PT"], Some("pt_PT"));
        is("zh-Hant-TW", &["zh_CN", "zh_TW"], Some("zh_TW"));
        is("ja-JP", &["ja"], Some("ja"));
        is("en", &["en_GB", "en_US"], Some("en_US"));
        is("es-MX", &["es_ES", "es_AR"], Some("es_ES"));
    }
}
