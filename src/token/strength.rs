//! How hard an owner's own token is to guess.
//!
//! The estimate is a lower bound. It reads the text as an attacker would guess it. A repeated piece costs as
//! much as saying where it stood before. A run along the alphabet or the keyboard costs as much as saying
//! which run. A word costs two bits a letter (Shannon's experiments give English less than that). Only what
//! is left over costs as much as random characters.

use std::fmt;

/// The fewest bits of an owner's own token, by the estimate. NIST SP 800-57 asks for 112 beyond 2030. The
/// usual random tokens, a UUID of version 4 (122 bits) and 32 hexadecimal digits (128 bits), pass with a
/// chance pattern in them.
pub const FEWEST_BITS: u32 = 112;

/// The shortest pattern that is one: shorter ones come by chance.
const SHORTEST_PATTERN: usize = 4;

/// What a run along the alphabet, the digits or a keyboard costs: its beginning, its direction and its
/// length.
const BITS_OF_A_RUN: f64 = 10.0;

/// What a date costs: a day of two centuries.
const BITS_OF_A_DATE: f64 = 16.0;

/// What a letter of a word costs.
const BITS_OF_A_LETTER: f64 = 2.0;

/// What a letter costs that seldom follows the one before.
const BITS_OF_A_RARE_LETTER: f64 = 4.7;

/// How far the characters that were seen may fall short of those that could have been: one of 32 random
/// hexadecimal digits shows about 14 of 16.
const BITS_UNSEEN: f64 = 0.5;

/// More different signs than this are chosen characters; fewer only part the text.
const MOST_SEPARATORS: usize = 2;

/// The share of a run's pairs of letters, in hundredths, from which on it reads like a word.
const PAIRS_OF_A_WORD: usize = 75;

/// The shortest run of letters that is looked at: shorter ones read like words by chance.
const SHORTEST_WORD: usize = 5;

const KEYBOARD: [&[u8]; 8] = [
    b"1234567890",
    b"qwertyuiop",
    b"qwertzuiop",
    b"azertyuiop",
    b"asdfghjklm",
    b"qsdfghjklm",
    b"zxcvbnm",
    b"yxcvbnm",
];

/// The pairs of letters that words of English, French, German and Spanish are mostly made of.
const COMMON_PAIRS: &[u8] =
    b"thheineranreonatenndtiesorteofedisitalarsttontngsehaasouiolevecomedehiriroicneearacelichllbemasiomur\
caeltalansdifohopeecprnoctusacotiltrlyncetutsssorsunlowageiewheewiemadolrtpowenaulnitsmoowpaimmiaish\
irsuidosiviaamficivipligtuevldrympfeblabghtyopwosaayexkeuifrooagbyapavifocbospckucuerdgagogrupaueiqu\
dodsefbummttswokcrktrkrnugobrrppff";

/// What makes a token easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// A piece of it, or all, stands there more than once.
    Repeats,
    /// It goes along the alphabet, the digits or a keyboard.
    Runs,
    /// It holds a date or a year.
    Dates,
    /// It is made of words.
    Words,
    /// It has too few characters for how few different ones there are.
    Short,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeats => "it repeats itself",
            Self::Runs => "it counts, or goes along the alphabet or a keyboard",
            Self::Dates => "it holds a date",
            Self::Words => "it is made of words",
            Self::Short => "it has too few different characters for its length",
        })
    }
}

/// What is known of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    /// How many bits it is worth, at least.
    pub(super) bits: f64,
    /// What makes it worth less than random characters.
    pub(super) weakness: Weakness,
}

/// A pattern that begins at a place.
struct Pattern {
    weakness: Weakness,
    length: usize,
    bits: f64,
}

/// Estimates a text of visible ASCII characters.
pub(super) fn estimate(text: &str) -> Estimate {
    let exact = text.as_bytes();
    let lower = text.to_ascii_lowercase().into_bytes();
    let bits_of_one = bits_of_a_character(exact);
    let separators = separators(exact);
    // An attacker also has to guess where a date or a run stands.
    let bits_of_the_place = count_of(lower.len().max(1)).log2();
    let mut bits = 0.0;
    let mut saved: Vec<(Weakness, f64)> = Vec::new();
    let mut at = 0;
    while at < lower.len() {
        let patterns = [repeated(&lower, at), run(&lower, at), date(&lower, at), word(exact, at)];
        let costs = |pattern: &Pattern| match pattern.weakness {
            Weakness::Dates | Weakness::Runs => pattern.bits + bits_of_the_place,
            _ => pattern.bits,
        };
        let saving =
            |pattern: &Pattern| worth(exact, at, pattern.length, bits_of_one, &separators) - costs(pattern);
        let best = patterns
            .into_iter()
            .flatten()
            .filter(|pattern| saving(pattern) > 0.0)
            .max_by(|one, other| saving(one).total_cmp(&saving(other)));
        match best {
            Some(pattern) => {
                saved.push((pattern.weakness, saving(&pattern)));
                bits += costs(&pattern);
                at += pattern.length;
            }
            None => {
                bits += worth(exact, at, 1, bits_of_one, &separators);
                at += 1;
            }
        }
    }
    let total = |weakness: Weakness| -> f64 {
        saved.iter().filter(|(found, _)| *found == weakness).map(|(_, saving)| saving).sum()
    };
    let weakness = saved
        .iter()
        .map(|(weakness, _)| *weakness)
        .max_by(|one, other| total(*one).total_cmp(&total(*other)))
        .unwrap_or(Weakness::Short);
    Estimate { bits, weakness }
}

/// What characters are worth where they follow no pattern. Signs that only part the text are worth nothing.
fn worth(text: &[u8], at: usize, length: usize, bits_of_one: f64, separators: &[u8]) -> f64 {
    let counted = text.iter().skip(at).take(length).filter(|byte| !separators.contains(byte)).count();
    count_of(counted) * bits_of_one
}

/// What one character is worth: how many it was chosen from, as far as the text tells.
fn bits_of_a_character(text: &[u8]) -> f64 {
    let separators = separators(text);
    let mut different: Vec<u8> = text.iter().copied().filter(|byte| !separators.contains(byte)).collect();
    different.sort_unstable();
    different.dedup();
    let class = |all: usize, few: usize, is: fn(&u8) -> bool| {
        let of_class = || different.iter().filter(|byte| is(byte));
        match (of_class().next().is_some(), of_class().all(u8::is_ascii_hexdigit)) {
            (false, _) => 0,
            (true, true) => few,
            (true, false) => all,
        }
    };
    let alphabet = class(26, 6, u8::is_ascii_lowercase)
        + class(26, 6, u8::is_ascii_uppercase)
        + class(10, 10, u8::is_ascii_digit)
        + class(32, 32, u8::is_ascii_punctuation);
    let seen = count_of(different.len()).max(1.0).log2() + BITS_UNSEEN;
    count_of(alphabet).max(1.0).log2().min(seen)
}

/// The signs that part a text, where there are no more than a few.
fn separators(text: &[u8]) -> Vec<u8> {
    let mut signs: Vec<u8> = text.iter().copied().filter(u8::is_ascii_punctuation).collect();
    signs.sort_unstable();
    signs.dedup();
    if signs.len() > MOST_SEPARATORS { Vec::new() } else { signs }
}

/// What stood there before, whatever its case. The pieces may overlap, so that a piece repeated over and over
/// is found.
fn repeated(text: &[u8], at: usize) -> Option<Pattern> {
    let same = |from: usize| {
        text.iter().skip(from).zip(text.iter().skip(at)).take_while(|(one, other)| one == other).count()
    };
    let length = (0..at).map(same).max()?;
    let bits = 1.0 + count_of(at + 1).log2() + count_of(length.max(1)).log2();
    (length >= SHORTEST_PATTERN).then_some(Pattern { weakness: Weakness::Repeats, length, bits })
}

/// A run with one step, up or down, or along a keyboard.
fn run(text: &[u8], at: usize) -> Option<Pattern> {
    let rest = || text.iter().skip(at);
    let step = i16::from(*rest().nth(1)?) - i16::from(*rest().next()?);
    let steady = rest()
        .zip(rest().skip(1))
        .take_while(|(one, next)| i16::from(**next) - i16::from(**one) == step)
        .count();
    let counted = if step.abs() <= 2 { steady + 1 } else { 0 };
    let along = |row: &[u8]| rest().zip(row).take_while(|(one, other)| one == other).count();
    let typed = KEYBOARD
        .iter()
        .flat_map(|row| {
            let back: Vec<u8> = row.iter().rev().copied().collect();
            let from =
                |keys: &[u8]| (0..keys.len()).map(|key| along(keys.get(key..).unwrap_or_default())).max();
            [from(row), from(&back)]
        })
        .flatten()
        .max()?;
    let length = counted.max(typed);
    (length >= SHORTEST_PATTERN).then_some(Pattern { weakness: Weakness::Runs, length, bits: BITS_OF_A_RUN })
}

/// A year of our time, with month and day before or behind it where they stand there.
fn date(text: &[u8], at: usize) -> Option<Pattern> {
    let year = |at: usize| {
        let digits = text.get(at..at + 4)?;
        (digits.iter().all(u8::is_ascii_digit) && (digits.starts_with(b"19") || digits.starts_with(b"20")))
            .then_some(4)
    };
    // A month and a day in either order, with a sign between them or none.
    let month_and_day = |at: usize, gap: usize| {
        let two = |at: usize| std::str::from_utf8(text.get(at..at + 2)?).ok()?.parse::<u8>().ok();
        let (one, other) = (two(at)?, two(at + 2 + gap)?);
        let fits = |month: u8, day: u8| (1..=12).contains(&month) && (1..=31).contains(&day);
        (fits(one, other) || fits(other, one)).then_some(4 + gap)
    };
    let is_gap = |at: usize, gap: usize| gap == 0 || text.get(at).is_some_and(u8::is_ascii_punctuation);
    let year_first = |gap: usize| {
        let before = year(at)? + gap;
        is_gap(at + 4, gap).then_some(before + month_and_day(at + before, gap)?)
    };
    let day_first = |gap: usize| {
        let before = month_and_day(at, gap)? + gap;
        is_gap(at + 4 + gap, gap).then_some(before + year(at + before)?)
    };
    let length = [year_first(1), year_first(0), day_first(1), day_first(0)].into_iter().flatten().max();
    let length = length.or_else(|| year(at))?;
    Some(Pattern {
        weakness: Weakness::Dates,
        length,
        bits: if length > 4 { BITS_OF_A_DATE } else { BITS_OF_A_DATE / 2.0 },
    })
}

/// Letters that read like words, also where digits and signs stand for some of them.
fn word(text: &[u8], at: usize) -> Option<Pattern> {
    if at > 0 && text.get(at - 1).is_some_and(|byte| letter(*byte).is_some()) {
        return None; // It began before.
    }
    let letters: Vec<u8> = text.iter().skip(at).map_while(|byte| letter(*byte)).collect();
    let real = || text.iter().skip(at).take(letters.len()).filter(|byte| byte.is_ascii_alphabetic());
    if real().count() * 3 < letters.len() * 2 || real().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = letters.len().checked_sub(1)?;
    let common = letters.windows(2).filter(|pair| COMMON_PAIRS.chunks(2).any(|known| known == *pair)).count();
    let reads = letters.len() >= SHORTEST_WORD && common * 100 >= pairs * PAIRS_OF_A_WORD;
    let bits = count_of(common + 1) * BITS_OF_A_LETTER + count_of(pairs - common) * BITS_OF_A_RARE_LETTER;
    reads.then_some(Pattern { weakness: Weakness::Words, length: letters.len(), bits })
}

/// The letter that a character is, or stands for.
fn letter(byte: u8) -> Option<u8> {
    match byte {
        b'0' => Some(b'o'),
        b'1' | b'!' => Some(b'i'),
        b'3' => Some(b'e'),
        b'4' | b'@' => Some(b'a'),
        b'5' | b'$' => Some(b's'),
        b'7' => Some(b't'),
        _ => Some(byte.to_ascii_lowercase()).filter(u8::is_ascii_lowercase),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a token has a few hundred characters")]
fn count_of(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
    use sha2::{Digest, Sha256};

    #[track_caller]
    fn assert_strong(text: &str) {
        let Estimate { bits, weakness } = estimate(text);
        assert!(bits >= f64::from(FEWEST_BITS), "{text}: {bits} bits, {weakness:?}");
    }

    #[track_caller]
    fn assert_weak(text: &str, why: Weakness) {
        let Estimate { bits, weakness } = estimate(text);
        assert!(bits < f64::from(FEWEST_BITS), "{text}: {bits} bits");
        assert_eq!(weakness, why, "{text}: {bits} bits");
    }

    #[test]
    fn what_was_made_at_random_is_strong_in_every_usual_form() {
        for number in 0_u32..500 {
            let random = Sha256::digest(number.to_be_bytes());
            let hex = HEXLOWER.encode(&random);
            let part = |from: usize, to: usize| hex.get(from..to).unwrap();
            assert_strong(part(0, 32));
            assert_strong(HEXUPPER.encode(&random).get(..32).unwrap());
            assert_strong(&format!(
                "{}-{}-4{}-a{}-{}",
                part(0, 8),
                part(8, 12),
                part(12, 15),
                part(15, 18),
                part(18, 30)
            ));
            assert_strong(BASE32_NOPAD.encode(&random).get(..40).unwrap());
            assert_strong(BASE64.encode(&random).get(..32).unwrap());
            assert_strong(&BASE64URL_NOPAD.encode(&random));
        }
    }

    #[test]
    fn what_somebody_has_thought_up_is_weak() {
        assert_weak("correct-horse-battery-staple-in-the-garden", Weakness::Words);
        assert_weak("Tr0ub4dor-and-the-3-correct-horses-staple", Weakness::Words);
        assert_weak("ThisIsTheSecretTokenOfOurCompanyForEntra", Weakness::Words);
        assert_weak("P@ssw0rd-P@ssw0rd-P@ssw0rd-P@ssw0rd!", Weakness::Repeats);
        assert_weak("k7Gq2xVb9k7Gq2xVb9k7Gq2xVb9k7Gq2xVb9", Weakness::Repeats);
        assert_weak("k7Gq2xVbK7GQ2XVBk7gq2xvbk7Gq2xVbk7Gq2xVb", Weakness::Repeats);
        assert_weak("qwertyuiopasdfghjklzxcvbnm1234567890", Weakness::Runs);
        assert_weak("mnbvcxzlkjhgfdsapoiuytrewq0987654321", Weakness::Runs);
        assert_weak("abcdefgh12345678ijklmnop87654321qrstuvwx", Weakness::Runs);
        assert_weak("2024-01-31.1999-12-24.2001-09-11.1989-11-09", Weakness::Dates);
        assert_weak("31122024240519491507201901011970", Weakness::Dates);
        assert_weak("39571068427509136840275914688237", Weakness::Short);
        assert_weak("ababbabaabbabaababbaabbabababbaab", Weakness::Repeats);
    }
}
