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
