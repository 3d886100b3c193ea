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

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn everything_is_done_once_and_in_order() {
        for count in [0, 1, 7, 1000] {
            let all: Vec<u32> = (0..count).collect();
            for least in [0, 1, 10_000] {
                let twice: Vec<u32> = all.iter().map(|number| number * 2).collect();
                assert_eq!(spread(&all, least, |some| some.iter().map(|n| n * 2).collect()), twice);
            }
        }
    }
}
