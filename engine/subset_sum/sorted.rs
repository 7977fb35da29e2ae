//! All subset sums of two groups of numbers in ascending order, by doubling: the sums without a number, merged with those
//! with it. Groups of equal size double side by side.

use super::list::List;
use super::merge::{double_two, plain_merge};
use crate::kernel::Family;

/// Numbers whose sums are merged one by one, before lists are as long as a vector.
const FEW: usize = 3;

/// The sorted sums of both groups, in memory that is used again.
#[derive(Clone, Debug)]
pub(super) struct SortedSums {
    sums: [List; 2],
    spare: [List; 2],
}

impl Default for SortedSums {
    fn default() -> SortedSums {
        let empty = || [List::of(&[]), List::of(&[])];
        SortedSums { sums: empty(), spare: empty() }
    }
}

impl SortedSums {
    /// Replaces the sums by those of `lower`, and those of `upper` negated; both have as many numbers.
    pub(super) fn set(&mut self, family: Family, lower: &[i64], upper: &[i64]) {
        let few = lower.len().min(FEW);
        for (list, (numbers, sign)) in self.sums.iter_mut().zip([(lower, 1), (upper, -1)]) {
            let (mut sums, mut with) = ([0; 1 << FEW], [0; 1 << FEW]);
            for (k, number) in numbers[..few].iter().enumerate() {
                let old = &sums[..1 << k];
                plain_merge(old, old, sign * number, &mut with[..2 << k]);
                sums = with;
            }
            list.reset(1 << few).copy_from_slice(&sums[..1 << few]);
        }
        for (x, y) in lower[few..].iter().zip(&upper[few..]) {
            double_two(family, self.sums.each_ref(), [*x, -y], &mut self.spare);
            std::mem::swap(&mut self.sums, &mut self.spare);
        }
    }

    /// The sums of the lower numbers.
    pub(super) fn lower(&self) -> &List {
        &self.sums[0]
    }

    /// The negated sums of the upper numbers.
    pub(super) fn upper(&self) -> &List {
        &self.sums[1]
    }
}
