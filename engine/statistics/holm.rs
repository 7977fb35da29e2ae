//! Holm's step-down: many claims at one level.
//!
//! Over the N claims of a call it bounds the chance of any false rejection by alpha, as Bonferroni's alpha / N does, and
//! rejects at least as much. So it may decide what is still inconclusive and never undoes a verdict.

/// Which hypotheses are rejected at `alpha`, in the order given. A p-value outside [0, 1], such as NaN, counts as one
/// claim and is never rejected.
pub fn rejected(p_values: &[f64], alpha: f64) -> Vec<bool> {
    adjusted(p_values).into_iter().map(|p| p <= alpha).collect()
}

/// Holm-adjusted p-values in the order given: p is rejected at alpha exactly if its adjusted value is <= alpha.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let clean: Vec<f64> = p_values.iter().map(|&p| if (0.0..=1.0).contains(&p) { p } else { f64::NAN }).collect();
    let mut order: Vec<usize> = (0..clean.len()).collect();
    // total_cmp puts NaN last.
    order.sort_by(|&a, &b| clean[a].total_cmp(&clean[b]));
    let mut adjusted = vec![f64::NAN; clean.len()];
    let mut largest: f64 = 0.0;
    for (rank, &at) in order.iter().enumerate().filter(|&(_, &at)| !clean[at].is_nan()) {
        largest = largest.max(clean[at] * (clean.len() - rank) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_example() {
        // Holm (1979): 0.01 * 4, 0.02 * 3, then 0.03 * 2 and 0.04 * 1, both raised to the 0.06 before them.
        let adjusted = adjusted(&[0.04, 0.01, 0.03, 0.02]);
        for (got, expected) in adjusted.iter().zip([0.06, 0.04, 0.06, 0.06]) {
            assert!((got - expected).abs() < 1e-15);
        }
        assert_eq!(rejected(&[0.04, 0.01, 0.03, 0.02], 0.05), [false, true, false, false]);
    }

    #[test]
    fn it_rejects_whatever_bonferroni_rejects() {
        let p_values = [0.0124, 0.9, 0.0001, 0.013, 0.3, f64::NAN, 0.02];
        for alpha in [0.001, 0.05, 0.09, 0.2] {
            for (p, rejected) in p_values.iter().zip(rejected(&p_values, alpha)) {
                assert!(rejected || p.is_nan() || *p > alpha / p_values.len() as f64);
            }
        }
    }

    #[test]
    fn one_that_cannot_decide_still_counts_and_is_never_rejected() {
        assert_eq!(rejected(&[f64::NAN, 0.03], 0.05), [false, false]);
        assert_eq!(rejected(&[0.03], 0.05), [true]);
        assert_eq!(rejected(&[-1.0, 2.0, -f64::NAN], 0.999), [false; 3]);
        assert!(rejected(&[], 0.05).is_empty());
    }
}
