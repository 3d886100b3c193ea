//! How is work spread over the processor's cores?

/// Does the work on a share of `all` for each core, of `least` at least, and gives what comes of them in the order of `all`.
///
/// # Panics
/// Where `work` does.
pub fn spread<T: Sync, R: Send>(all: &[T], least: usize, work: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(cores).max(least).max(1);
    if all.len() <= share {
        return work(all);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let workers: Vec<_> = all.chunks(share).map(|share| scope.spawn(move || work(share))).collect();
        let results = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        results.flatten().collect()
    })
}

/// Items that [`flow`] has in work at a time.
const TOGETHER: usize = 256;

/// The same an item at a time, for results that are large: `take` is given them in the order of `all` while the work goes
/// on, so that they are never held all at once.
///
/// # Errors
/// The first one of `take`, which ends the work.
///
/// # Panics
/// Where `work` does.
pub fn flow<T: Sync, R: Send, E>(
    all: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    for some in all.chunks(TOGETHER) {
        spread(some, 1, |some| some.iter().map(&work).collect()).into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{flow, spread};

    #[test]
    fn everything_is_done_once_and_in_order() {
        for count in [0, 1, 7, 1000] {
            let all: Vec<u32> = (0..count).collect();
            for least in [0, 1, 10_000] {
                let twice: Vec<u32> = all.iter().map(|number| number * 2).collect();
                assert_eq!(spread(&all, least, |some| some.iter().map(|n| n * 2).collect()), twice);
                let mut taken = Vec::new();
                let take = |number| {
                    taken.push(number);
                    if number < 1234 { Ok(()) } else { Err(number) }
                };
                assert_eq!(
                    flow(&all, |number| number * 2, take),
                    if count < 1000 { Ok(()) } else { Err(1234) }
                );
                assert!(twice.starts_with(&taken) && taken.len() == twice.len().min(618));
            }
        }
    }
}
