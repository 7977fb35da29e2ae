//! Entropy of a law and of counts, in nats.

/// -x ln x, 0 at 0.
pub fn term(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { -x * x.ln() }
}

/// Entropy of a law; `law` sums to 1.
pub fn of(law: &[f64]) -> f64 {
    law.iter().copied().map(term).sum()
}

/// h(q), the entropy of one event of chance q in [0, 1].
pub fn of_event(q: f64) -> f64 {
    term(q) + term(1.0 - q)
}

/// Entropy of the law that gives value i the share `counts[i]` of all; 0 if there are none.
///
/// Of the counts of a sample it is the plug-in estimate, which lies below the truth on average; of the counts of a complete
/// enumeration it is exact.
pub fn of_counts(counts: &[u64]) -> f64 {
    let total = counts.iter().sum::<u64>() as f64;
    if total == 0.0 {
        return 0.0;
    }
    let sum: f64 = counts.iter().filter(|count| **count > 0).map(|count| *count as f64 * (*count as f64).ln()).sum();
    (total.ln() - sum / total).max(0.0)
}

/// How often each distinct value occurs, in ascending order of the values.
pub fn counts<T: Ord + Copy>(values: &[T]) -> Vec<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|same| same.len() as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_laws_have_the_logarithm_of_their_size() {
        assert!((of(&[0.125; 8]) - 8.0_f64.ln()).abs() < 1e-15);
        assert!((of_counts(&[3; 1792]) - 1792.0_f64.ln()).abs() < 1e-12);
        assert_eq!((of(&[1.0, 0.0]), of_counts(&[7, 0]), of_counts(&[])), (0.0, 0.0, 0.0));
        assert!((of_event(0.1) - 0.325_082_973_391_448).abs() < 1e-14);
        assert_eq!((of_event(0.0), of_event(1.0)), (0.0, 0.0));
    }

    #[test]
    fn counts_are_those_of_a_naive_search() {
        let values = [3_u64, 1, 3, 3, 9, 1];
        assert_eq!(counts(&values), [2, 3, 1]);
        assert_eq!(counts::<u64>(&[]), [0; 0]);
    }
}
