//! What could not be read? The first files in the order of their paths, and how many more there are: there can be millions.

/// Something that was to be read and could not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The path as the user named it.
    pub path: String,
    /// Why.
    pub error: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Unreads {
    kept: Vec<Unread>,
    /// Those that were counted and not kept.
    more: u64,
}

impl Unreads {
    /// How many are kept; where there are more, the first in the order of their paths.
    pub const KEPT: usize = 10_000;

    /// Takes in one.
    pub fn push(&mut self, unread: Unread) {
        self.kept.push(unread);
        if self.kept.len() >= 2 * Self::KEPT {
            self.prune();
        }
    }

    /// Takes in others.
    pub(super) fn merge(&mut self, other: Unreads) {
        self.more += other.more;
        other.kept.into_iter().for_each(|unread| self.push(unread));
    }

    /// No more than are kept.
    pub(super) fn finished(mut self) -> Unreads {
        self.prune();
        self
    }

    fn prune(&mut self) {
        if self.kept.len() + usize::from(self.more > 0) > Self::KEPT {
            self.kept.sort_unstable();
            self.more += self.kept.len().saturating_sub(Self::KEPT) as u64;
            self.kept.truncate(Self::KEPT);
        }
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.kept.len() as u64 + self.more
    }

    /// How many were counted and not kept.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those that are kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Unread> {
        self.kept.iter()
    }
}

impl<'a> IntoIterator for &'a Unreads {
    type Item = &'a Unread;
    type IntoIter = std::slice::Iter<'a, Unread>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(number: usize) -> Unread {
        Unread { path: format!("{number:09}"), error: String::new(), hint: None }
    }

    #[test]
    fn few_stay_in_the_order_in_which_they_were_met() {
        let mut all = Unreads::default();
        assert!(all.is_empty());
        [3, 1, 2].into_iter().for_each(|number| all.push(unread(number)));
        let all = all.finished();
        assert_eq!(all.iter().collect::<Vec<_>>(), [&unread(3), &unread(1), &unread(2)]);
        assert_eq!((all.total(), all.more()), (3, 0));
    }

    #[test]
    fn of_many_the_first_are_kept_whoever_met_them() {
        let many = 5 * Unreads::KEPT;
        let (mut one, mut other) = (Unreads::default(), Unreads::default());
        for number in (0..many).rev() {
            if number % 3 == 0 { &mut one } else { &mut other }.push(unread(number));
            assert!(one.kept.len().max(other.kept.len()) < 2 * Unreads::KEPT);
        }
        one.merge(other);
        let all = one.finished();
        assert!(all.iter().cloned().eq((0..Unreads::KEPT).map(unread)));
        assert_eq!((all.total(), all.more()), (many as u64, (many - Unreads::KEPT) as u64));
    }
}
