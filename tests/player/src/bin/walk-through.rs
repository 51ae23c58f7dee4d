//! Sends every request of the transcripts to a site full of people, whatever is answered: tests/scale looks
//! at what the database has to do for it.
//!
//!     walk-through SITE [TRANSCRIPT]…

use player::http::OverHttp;
use player::transcript::Transcript;
use player::walk_through;

macro_rules! names {
    ($($name:ident)*) => {
        vec![$(stringify!($name).replace('_', "-")),*]
    };
}

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let info = arguments.next().ok_or("the site's description is missing")?;
    let mut names: Vec<String> = arguments.collect();
    if names.is_empty() {
        names = player::each_transcript!(names);
    }
    let mut site = OverHttp::at(&info)?;
    site.keeps_crowd = true;
    names.iter().try_for_each(|name| walk_through(&Transcript::load(name)?, &mut site))
}
