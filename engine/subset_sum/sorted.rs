//! All subset sums of a few numbers in ascending order, by doubling: the sums without a number, merged with those with it.

use super::merge::merge;

/// The sorted sums, in memory that is used again.
#[derive(Clone, Debug, Default)]
pub(super) struct SortedSums {
    sums: Vec<i64>,
    spare: Vec<i64>,
    count: usize,
}

impl SortedSums {
    /// Replaces the sums by those of `sign` times these numbers.
    pub(super) fn set(&mut self, numbers: &[i64], sign: i64) {
        let count = 1 << numbers.len();
        if self.sums.len() < count {
            self.sums.resize(count, 0);
            self.spare.resize(count, 0);
        }
        self.sums[0] = 0;
        self.count = 1;
        for number in numbers {
            let old = &self.sums[..self.count];
            merge(old, old, sign * number, &mut self.spare[..2 * self.count]);
            std::mem::swap(&mut self.sums, &mut self.spare);
            self.count *= 2;
        }
    }

    /// The sums, ascending, one per subset.
    pub(super) fn get(&self) -> &[i64] {
        &self.sums[..self.count]
    }
}
