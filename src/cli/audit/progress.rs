//! How far is it? Told on a terminal alone.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jwtfix::render::text;

/// Does `work`, and tells meanwhile how many files were read where somebody watches.
pub(super) fn shown<T>(shown: bool, progress: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let teller = shown.then(|| scope.spawn(|| tell(progress, &done)));
        let result = work();
        done.store(true, Relaxed);
        if let Some(teller) = teller {
            teller.thread().unpark();
        }
        result
    })
}

/// Tells how many files were read, after a second, and wipes it in the end.
fn tell(progress: &AtomicU64, done: &AtomicBool) {
    const STEP: Duration = Duration::from_millis(100);
    let mut told = false;
    for step in 0u64.. {
        std::thread::park_timeout(STEP);
        if done.load(Relaxed) {
            break;
        }
        if step >= 10 {
            told = true;
            let files = i64::try_from(progress.load(Relaxed)).unwrap_or(i64::MAX);
            let _ = write!(std::io::stderr(), "\r{} files read", text::grouped(files));
        }
    }
    if told {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
}
