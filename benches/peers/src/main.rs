//! How many nanoseconds parsers written in Rust take for each of the filters given as a JSON array: ours
//! first. Null for a filter that a parser refuses.

use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 200;
const PER_ROUND: u32 = 2_000;

fn main() {
    let argument = std::env::args().nth(1).expect("the filters");
    let filters: Vec<String> = serde_json::from_str(&argument).expect("an array of filters");
    let measured = json!([
        ["rollbook", times(&filters, |text| text.parse::<rollbook::scim::filter::Filter>().ok())],
        ["scim_proto 1.10.4 (kanidm)", times(&filters, |text| text.parse::<scim_proto::filter::ScimFilter>().ok())],
        ["scim-filter 0.2.3", times(&filters, whole)],
    ]);
    println!("{measured}");
}

/// The filter, where nothing is left behind it.
fn whole(text: &str) -> Option<scim_filter::parser::Filter<'_>> {
    scim_filter::parser::filter(text).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, filter)| filter)
}

fn times<'a, T>(filters: &'a [String], parse: impl Fn(&'a str) -> Option<T>) -> Vec<Value> {
    let time = |text: &'a String| parse(text).map_or(Value::Null, |_| json!(best(|| parse(black_box(text)))));
    filters.iter().map(time).collect()
}

/// The least of many rounds: what the machine does besides only adds to it.
fn best<T>(once: impl Fn() -> T) -> f64 {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..PER_ROUND {
            black_box(once());
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(PER_ROUND)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}
