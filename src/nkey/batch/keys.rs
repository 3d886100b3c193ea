//! Which keys have been met how often, and how large a table is each worth?

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

use super::table::Table;

/// A key that was met `from` times has a table of this width.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) from: usize,
    pub(super) width: u32,
}

/// About where the time that each table has saved by then equals the time that the next takes to build: half a
/// millisecond, and two. Wider ones save no time: they do not stay in the cache beside what is verified.
pub(super) const LEVELS: [Level; 2] = [Level { from: 24, width: 6 }, Level { from: 1_500, width: 9 }];

/// What the keys may take.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes of tables.
    memory: usize,
    /// How many are remembered.
    keys: usize,
    /// A table is not given up for another key as long as it was used within so many batches.
    recent: u64,
}

const LIMITS: Limits = Limits { memory: 64 << 20, keys: 4_096, recent: 256 };

/// A key, ready to verify with.
pub(super) struct Key {
    pub(super) bytes: [u8; 32],
    /// The multiples of -A, if it was met often enough.
    pub(super) table: Option<Arc<Table>>,
}

/// What is remembered of a key.
struct Met {
    /// Whether a table can serve it, once that was asked: only a point without a part of small order is of the order L
    /// (or is the neutral one), which the signed digits rely on.
    pure: Option<bool>,
    times: usize,
    /// The last batch that named it.
    last: u64,
    table: Option<Arc<Table>>,
    /// Somebody is making a larger table.
    building: bool,
}

/// The keys met so far.
pub(super) struct Keys {
    levels: [Level; 2],
    inner: Mutex<Inner>,
}

struct Inner {
    limits: Limits,
    met: HashMap<[u8; 32], Met>,
    /// The multiples of B, and how often they were used.
    base: Option<Arc<Table>>,
    base_times: usize,
    batches: u64,
    /// Bytes in the tables of keys, with those that are being made.
    memory: usize,
    /// There was no room for another table: not to be asked again before this batch.
    full_until: u64,
}

impl Keys {
    pub(super) fn new(levels: [Level; 2]) -> Keys {
        Keys { levels, inner: Mutex::new(Inner::new(LIMITS)) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What is behind it is whole between any two statements; a panic elsewhere takes nothing from it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that a batch names these keys so many times each, makes the tables that are due, and gives the keys.
    pub(super) fn meet(&self, counts: &[([u8; 32], usize)]) -> Vec<Key> {
        let mut keys = Vec::with_capacity(counts.len());
        let mut due = Vec::new();
        let mut inner = self.inner();
        inner.batches += 1;
        for (bytes, count) in counts {
            let table = inner.meet(*bytes, *count);
            if let Some(width) = inner.due(bytes, &self.levels) {
                due.push((keys.len(), width));
            }
            keys.push(Key { bytes: *bytes, table });
        }
        drop(inner);
        for (index, width) in due {
            let key = &mut keys[index];
            let pure = CompressedEdwardsY(key.bytes).decompress().filter(EdwardsPoint::is_torsion_free);
            let table = pure.map(|point| Arc::new(Table::new(&-point, width)));
            self.inner().built(&key.bytes, width, table.as_ref());
            key.table = table.or(key.table.take());
        }
        keys
    }

    /// The table of B for `times` more uses.
    pub(super) fn base(&self, times: usize) -> Arc<Table> {
        let width = {
            let mut inner = self.inner();
            inner.base_times = inner.base_times.saturating_add(times);
            let width = width(&self.levels, inner.base_times).max(self.levels[0].width);
            match &inner.base {
                Some(table) if table.width() >= width => return Arc::clone(table),
                _ => width,
            }
        };
        let table = Arc::new(Table::new(&ED25519_BASEPOINT_POINT, width));
        self.inner().base = Some(Arc::clone(&table));
        table
    }
}

/// The width that a key met so often deserves; 0 is none.
fn width(levels: &[Level; 2], times: usize) -> u32 {
    levels.iter().rev().find(|level| times >= level.from).map_or(0, |level| level.width)
}

impl Inner {
    fn new(limits: Limits) -> Inner {
        Inner { limits, met: HashMap::new(), base: None, base_times: 0, batches: 0, memory: 0, full_until: 0 }
    }

    fn meet(&mut self, bytes: [u8; 32], count: usize) -> Option<Arc<Table>> {
        if self.met.len() >= self.limits.keys && !self.met.contains_key(&bytes) {
            self.forget_half();
        }
        let new = Met { pure: None, times: 0, last: 0, table: None, building: false };
        let met = self.met.entry(bytes).or_insert(new);
        met.times = met.times.saturating_add(count);
        met.last = self.batches;
        met.table.clone()
    }

    /// The width of the table that the caller is to make for a key, if one is due and there is room.
    fn due(&mut self, bytes: &[u8; 32], levels: &[Level; 2]) -> Option<u32> {
        let met = self.met.get(bytes)?;
        let width = width(levels, met.times);
        let have = met.table.as_ref().map_or(0, |table| table.width());
        if width <= have || met.building || met.pure == Some(false) {
            return None;
        }
        if !self.room(Table::size(width)) {
            return None;
        }
        self.met.get_mut(bytes)?.building = true;
        self.memory += Table::size(width);
        Some(width)
    }

    /// Takes in what [`Inner::due`] asked for; nothing, if the key cannot have a table.
    fn built(&mut self, bytes: &[u8; 32], width: u32, table: Option<&Arc<Table>>) {
        let size = |table: &Arc<Table>| Table::size(table.width());
        match self.met.get_mut(bytes).filter(|met| met.building) {
            Some(met) => {
                met.building = false;
                met.pure = Some(table.is_some());
                let before = std::mem::replace(&mut met.table, table.cloned());
                self.memory -= before.as_ref().map_or(0, size);
                if table.is_none() {
                    self.memory -= Table::size(width);
                }
            }
            // Forgotten meanwhile.
            None => self.memory -= Table::size(width),
        }
    }

    /// Makes room for `size` bytes, if need be out of tables that were not used for long.
    fn room(&mut self, size: usize) -> bool {
        if self.memory + size <= self.limits.memory {
            return true;
        }
        if self.batches < self.full_until {
            return false;
        }
        let horizon = self.batches.saturating_sub(self.limits.recent);
        let stale = |met: &Met| met.last < horizon && met.table.is_some() && !met.building;
        while self.memory + size > self.limits.memory {
            let oldest = self.met.iter().filter(|(_, met)| stale(met)).min_by_key(|(_, met)| met.last);
            let Some(bytes) = oldest.map(|(bytes, _)| *bytes) else {
                self.full_until = self.batches + self.limits.recent / 4;
                return false;
            };
            self.forget(&bytes);
        }
        true
    }

    fn forget_half(&mut self) {
        let mut ages: Vec<(u64, [u8; 32])> = self.met.iter().map(|(bytes, met)| (met.last, *bytes)).collect();
        ages.sort_unstable();
        ages[..ages.len() / 2].iter().for_each(|(_, bytes)| self.forget(bytes));
    }

    fn forget(&mut self, bytes: &[u8; 32]) {
        let table = self.met.remove(bytes).and_then(|met| met.table);
        self.memory -= table.map_or(0, |table| Table::size(table.width()));
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        write!(f, "Keys({} met, {} bytes of tables)", inner.met.len(), inner.memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::scalar::Scalar;

    fn key(number: u64) -> [u8; 32] {
        EdwardsPoint::mul_base(&Scalar::from(number + 1)).compress().0
    }

    /// Keys of which every one deserves a table at once, and who has one after these batches of one key each.
    fn after(limits: Limits, batches: impl IntoIterator<Item = u64>) -> (Keys, Vec<u64>) {
        let levels = [Level { from: 1, width: 6 }, Level { from: 1_000, width: 7 }];
        let keys = Keys { levels, inner: Mutex::new(Inner::new(limits)) };
        for number in batches {
            keys.meet(&[(key(number), 1)]);
            let inner = keys.inner();
            let sizes = inner
                .met
                .values()
                .filter_map(|met| met.table.as_ref())
                .map(|table| Table::size(table.width()));
            assert_eq!(inner.memory, sizes.sum::<usize>(), "what is counted is what there is");
            assert!(inner.memory <= limits.memory && inner.met.len() <= limits.keys);
        }
        let has = |number: &u64| keys.inner().met.get(&key(*number)).is_some_and(|met| met.table.is_some());
        let having = (0..30).filter(has).collect();
        (keys, having)
    }

    #[test]
    fn tables_stay_within_their_memory_and_the_longest_unused_goes() {
        let limits = Limits { memory: 3 * Table::size(6), keys: 100, recent: 4 };
        assert_eq!(after(limits, 0..3).1, [0, 1, 2]);
        // The fourth and fifth find none old enough to go; the sixth sends the first away.
        assert_eq!(after(limits, 0..5).1, [0, 1, 2]);
        assert_eq!(after(limits, 0..6).1, [1, 2, 5]);
        // What is used goes on having its table.
        assert_eq!(after(limits, [0, 1, 2, 0, 5, 0, 6, 0, 7, 0, 8]).1, [0, 6, 7]);
    }

    #[test]
    fn no_more_keys_are_remembered_than_may_be() {
        let limits = Limits { memory: 0, keys: 10, recent: 4 };
        let (keys, having) = after(limits, 0..25);
        assert!(having.is_empty());
        let inner = keys.inner();
        assert!(inner.met.contains_key(&key(24)) && !inner.met.contains_key(&key(0)));
    }

    #[test]
    fn a_larger_table_takes_the_place_of_the_smaller() {
        let limits = |memory| Limits { memory, keys: 10, recent: 4 };
        let (keys, _) = after(limits(2 * Table::size(6)), [0]);
        let table = keys.meet(&[(key(0), 5_000)]).pop().and_then(|key| key.table);
        // Seven bits do not fit: the key keeps what it has.
        assert_eq!(table.map(|table| table.width()), Some(6));
        let (keys, _) = after(limits(Table::size(7) + Table::size(6)), [0]);
        let table = keys.meet(&[(key(0), 1_000)]).pop().and_then(|key| key.table);
        assert_eq!(table.map(|table| table.width()), Some(7));
        assert_eq!(keys.inner().memory, Table::size(7));
    }
}
