//! Panics: faults of the core that nobody foresaw.
//!
//! What a panic says may quote what was being read, and that may hold a secret. So nothing of it is shown or
//! logged but the place in the code.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What debug builds panic at on purpose, so that a test sees what becomes of it. Release builds do not know
/// it.
#[cfg(debug_assertions)]
const TRIPWIRE: &str = "tripwire-of-the-debug-build";

/// What debug builds lose memory at on purpose, so that a test sees that a loss would be found.
#[cfg(debug_assertions)]
const LEAK: &str = "leak-of-the-debug-build";

/// A panic that was caught. Its text names the place in the code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Rollbook's core has a fault at {place}. Please report this place to its maintainers.")]
pub struct Panic {
    place: String,
}

/// Keeps what panics say from being printed, in this process and from now on.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let printed = take_hook();
        set_hook(Box::new(move |panic| {
            let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
            PLACE.with_borrow_mut(|noted| *noted = place);
            // What a test of this process says is wrong must be read.
            if cfg!(test) {
                printed(panic);
            }
        }));
    });
}

/// Calls something. Its caller must not use what it worked on after a panic.
///
/// # Errors
/// When it panics.
pub fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| {
        let place = PLACE.with_borrow_mut(Option::take);
        Panic { place: place.unwrap_or_else(|| "an unknown place".to_owned()) }
    })
}

/// Panics or loses memory where a debug build meets its tripwire. In release builds it is nothing.
#[inline]
#[track_caller]
#[cfg_attr(debug_assertions, expect(clippy::panic, reason = "it is there for that"))]
pub(crate) fn trip(text: &str) {
    #[cfg(debug_assertions)]
    {
        if text.contains(TRIPWIRE) {
            panic!("{text}");
        }
        if text.contains(LEAK) {
            std::mem::forget(text.to_owned());
        }
    }
    #[cfg(not(debug_assertions))]
    let _ = text;
}
