//! Chance that can be played again: the seed of a run is printed, and `JWTFIX_SEED` sets it.

/// A source of numbers (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// Numbers out of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Numbers of this run, whose seed is told.
    pub fn of_run() -> Self {
        let set = std::env::var("JWTFIX_SEED").ok();
        let seed = match set {
            Some(text) => text.parse().expect("JWTFIX_SEED is a number"),
            None => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                u64::from(since.expect("a clock after 1970").subsec_nanos())
            }
        };
        println!("JWTFIX_SEED={seed}");
        Self::new(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }

    /// True once in `often`.
    pub fn one_in(&mut self, often: usize) -> bool {
        self.below(often) == 0
    }

    /// Some numbers below `bound`, each once, in order.
    pub fn some(&mut self, bound: usize, many: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..bound).collect();
        while all.len() > many {
            let at = self.below(all.len());
            all.remove(at);
        }
        all
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
