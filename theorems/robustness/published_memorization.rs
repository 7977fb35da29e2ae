//! Memorized fractions as arXiv 2402.01089 plots them in Fig. 1a: read off the figure by eye, to about 0.02, and no more.
//!
//! The paper prints no numbers. "The others are below .1" at the heaviest pruning is no number either, and stands as none.

/// How far off a reading may be.
pub const PRECISION: f64 = 0.02;

/// Prune fractions at which the figure was read; .966 and .98 to about a third of a percent.
pub const PRUNED: [f64; 4] = [0.9, 0.966, 0.98, 0.994];

/// By the word of the rule, at [`PRUNED`]; NaN where nothing was read.
const READINGS: [(&str, [f64; 4]); 5] = [
    ("imp", [1.0, 0.995, 0.87, 0.25]),
    ("synflow", [0.995, 0.88, 0.53, f64::NAN]),
    ("snip", [0.995, 0.38, 0.08, f64::NAN]),
    ("grasp", [0.93, 0.43, 0.12, f64::NAN]),
    ("random", [0.5, 0.05, f64::NAN, f64::NAN]),
];

/// What was read for a rule: (prune fraction, memorized fraction), none for a rule that the figure lacks.
pub fn readings(rule: &str) -> Vec<(f64, f64)> {
    let read = READINGS.iter().find(|(name, _)| *name == rule);
    let pairs = read.into_iter().flat_map(|(_, values)| PRUNED.into_iter().zip(*values));
    pairs.filter(|(_, value)| value.is_finite()).collect()
}

/// The reading at a keep fraction, if there is one.
pub fn reading(rule: &str, keep: f64) -> Option<f64> {
    readings(rule).into_iter().find(|(pruned, _)| (1.0 - pruned - keep).abs() < 1e-9).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_has_iterative_pruning_first_and_synflow_second() {
        for keep in [0.034, 0.02] {
            let of = |rule| reading(rule, keep).unwrap_or(0.0);
            assert!(
                of("imp") > of("synflow") && ["snip", "grasp", "random"].iter().all(|rule| of("synflow") > of(rule))
            );
        }
        assert_eq!(reading("imp", 0.006), Some(0.25));
        assert_eq!((reading("snip", 0.006), reading("imp", 0.05)), (None, None));
        assert!(readings("magnitude").is_empty());
    }
}
