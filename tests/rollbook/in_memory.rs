//! Plays every transcript with a WordPress in memory.

use player::memory::InMemory;
use player::play;
use player::transcript::{Transcript, folder};

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            let name = stringify!($name).replace('_', "-");
            let played = Transcript::load(&name).and_then(|transcript| play(&transcript, &mut InMemory::new()));
            if let Err(problem) = played {
                panic!("{problem}");
            }
        })*

        #[test]
        fn every_file_is_played() {
            let mut files: Vec<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
                .collect();
            files.sort();
            let mut listed = vec![$(stringify!($name).replace('_', "-")),*];
            listed.sort();
            assert_eq!(files, listed, "tests/player/src/list.rs names every file of tests/transcripts");
        }
    };
}

player::each_transcript!(tests);
