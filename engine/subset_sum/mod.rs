//! Subset sums: which numbers a set of samples can be added up to, and how close they come to a target.
//!
//! The engine behind strong lottery tickets (arXiv 2006.07990, 2204.13929): a random network is pruned to a target weight
//! by choosing a subset of its samples. Samples are x_1..x_n; a subset is a mask whose bit i says that x_(i+1) is in it.
//!
//! In reading order:
//! * [`law`]: the laws from which samples are drawn
//! * [`closest`]: the closest subset sum to a target, exactly, by meeting in the middle
//! * [`sized`]: the same among subsets of exactly k samples, and with as few samples as possible
//! * [`covering`]: the covering radius of an interval by all 2^n sums, exactly
//! * [`reach`]: the same for more samples, between two rigorous bounds
//! * [`mod@greedy`], [`mod@pair_swap`], [`mod@differencing`], [`mod@relaxation`]: what is fast and not exact
//!
//! Exact methods count in whole multiples of a power of two (`fixed`): no sum is rounded, and ties are ties. Of subsets
//! with the same error the one with the smallest mask, read as a number, is taken: later samples are left out first.
//! Their work is passes over sorted lists (`list`, `merge`, `avx512`); masks are found again from sums (`recover`).

pub mod approximation;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod closest;
pub mod covering;
pub mod differencing;
mod fixed;
pub mod greedy;
pub mod law;
mod list;
mod merge;
pub mod pair_swap;
pub mod reach;
mod recover;
pub mod relaxation;
pub mod sized;
mod sorted;

pub use approximation::Approximation;
pub use closest::SubsetSums;
pub use covering::{Covering, CoveringRadius};
pub use differencing::differencing;
pub use greedy::greedy;
pub use law::SampleLaw;
pub use pair_swap::pair_swap;
pub use reach::Reach;
pub use relaxation::relaxation;
pub use sized::SizedSums;

/// A subset of at most 64 samples and what it adds up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subset {
    /// Bit i: whether sample i is in it, counted from 0.
    pub mask: u64,
    /// Its sum.
    pub sum: f64,
    /// |sum - target|.
    pub error: f64,
}

impl Subset {
    /// How many samples are in it.
    pub fn size(&self) -> usize {
        self.mask.count_ones() as usize
    }

    /// Whether sample i is in it.
    pub fn contains(&self, i: usize) -> bool {
        i < 64 && self.mask >> i & 1 == 1
    }
}

/// What a solver cannot work with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubsetSumError {
    /// More samples than the method can take.
    #[error("{method} takes at most {most} samples, and there are {got}: {instead}")]
    TooMany {
        /// The method.
        method: &'static str,
        /// Samples given (those that are not 0, where zeros cost nothing).
        got: usize,
        /// Samples allowed.
        most: usize,
        /// What works instead, with its limit.
        instead: &'static str,
    },
    /// A sample is NaN or infinite.
    #[error("sample {index} is {got}: samples are finite numbers")]
    NotFinite {
        /// Its position, from 0.
        index: usize,
        /// The value.
        got: f64,
    },
    /// Samples so large that their sum overflows.
    #[error("the sizes of the samples add up to more than 1e300: divide samples and targets by their largest")]
    TooLarge,
    /// A target that is NaN or does not fit into the fixed-point numbers of the samples.
    #[error("target {got} is out of range: with these samples targets lie between -{most} and {most}")]
    Target {
        /// The target.
        got: f64,
        /// The largest |target|.
        most: f64,
    },
    /// A parameter that must be positive.
    #[error("{name} is {got}, allowed are finite numbers above 0")]
    NotPositive {
        /// The parameter.
        name: &'static str,
        /// The value.
        got: f64,
    },
    /// A subset larger than the set.
    #[error("a subset of {got} samples was asked for, and there are {most}")]
    Size {
        /// The size asked for.
        got: usize,
        /// The samples there are.
        most: usize,
    },
}
