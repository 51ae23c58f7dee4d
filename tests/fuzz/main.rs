//! Throws mutated requests at the core and holds it to what must always be true.
//!
//! The same inputs each time; other ones each time, so long for each target; one input again:
//!
//!     cargo test --no-default-features --test fuzz
//!     ROLLBOOK_FUZZ_SECONDS=600 cargo test --release --no-default-features --test fuzz
//!     ROLLBOOK_FUZZ_SEED=… cargo test --no-default-features --test fuzz filter
//!
//! What is mutated are the identity providers' conversations in `tests/transcripts`. Plain random mutation
//! and no coverage feedback: it runs on stable Rust, and the transcripts reach far.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod schedules;

use mutate::Random;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant, SystemTime};

/// How long a single input may take, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    static INPUT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Remembers what is being tried, to be shown when it fails.
fn trying(input: &str) {
    INPUT.with_borrow_mut(|shown| input.clone_into(shown));
}

/// Tries so many inputs, or inputs for as long as the environment says. A seed makes an input.
fn fuzz(target: &str, count: u64, one: impl Fn(&mut Random)) {
    fuzz_from(target, 0, count, one);
}

/// The same, with the inputs of other seeds.
#[expect(clippy::expect_used, clippy::print_stderr, reason = "it runs in a terminal, and fails by panicking")]
fn fuzz_from(target: &str, offset: u64, count: u64, one: impl Fn(&mut Random)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    if let Some(seed) = number("ROLLBOOK_FUZZ_SEED") {
        return one(&mut Random::new(seed));
    }
    let start = Instant::now();
    let (first, goes_on): (u64, Box<dyn Fn(u64) -> bool>) = match number("ROLLBOOK_FUZZ_SECONDS") {
        None => (offset, Box::new(|done| done < count)),
        Some(seconds) => {
            let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_nanos() as u64;
            (now.wrapping_add(offset), Box::new(move |_| start.elapsed() < Duration::from_secs(seconds)))
        }
    };
    let mut done = 0;
    while goes_on(done) {
        let seed = first.wrapping_add(done);
        let begun = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| one(&mut Random::new(seed))));
        let took = begun.elapsed();
        if result.is_err() || took > PATIENCE {
            let input = INPUT.with_borrow(String::clone);
            let shown: String = input.chars().take(4_000).collect();
            eprintln!("{target}: ROLLBOOK_FUZZ_SEED={seed}, {took:?}, the input was\n{shown}");
        }
        if let Err(panic) = result {
            resume_unwind(panic);
        }
        assert!(took <= PATIENCE, "{target}: one input took {took:?}");
        done += 1;
    }
    eprintln!("{target}: {done} inputs in {:?}", start.elapsed());
}

#[test]
fn filter() {
    fuzz("filter", 20_000, parts::filter);
}

#[test]
fn path() {
    fuzz("path", 20_000, parts::path);
}

#[test]
fn patch() {
    fuzz("patch", 4_000, parts::patch);
}

#[test]
fn whole_exchange() {
    fuzz("whole_exchange", 400, |random| exchange::requests(random, false));
}

#[test]
fn bulk() {
    fuzz("bulk", 150, |random| exchange::requests(random, true));
}

/// All schedules, in equal parts on two threads.
#[test]
fn schedules() {
    std::thread::scope(|scope| {
        for part in 0..2 {
            scope.spawn(move || fuzz_from("schedules", part << 32, 50_000, schedules::schedule));
        }
    });
}

#[test]
#[expect(clippy::print_stderr, reason = "it runs in a terminal")]
fn every_command_of_every_request_is_struck() {
    let tried = schedules::strike_each();
    eprintln!("schedules: {tried} commands failed, or were answered too late");
    assert!(tried > 10_000, "{tried}");
}

#[test]
#[expect(clippy::print_stderr, reason = "it runs in a terminal")]
fn what_is_broken_on_purpose_is_found() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !schedules::is_broken_on_purpose() {
            told(panic);
        }
    }));
    for mutant in schedules::Mutant::ALL {
        assert!(schedules::finds(mutant, 20_000), "{mutant:?}");
    }
    eprintln!("broken on purpose: {} faults, each is found", schedules::Mutant::ALL.len());
}
