//! Rounding away from zero: what turns a computed bound into one that holds for the numbers as they are in f64.

/// A number that is at least the exact one, from `value`, computed from numbers of one sign with at most `operations`
/// roundings. 0 stays 0.
pub fn up(value: f64, operations: usize) -> f64 {
    // Each rounding is a factor within 1 +- EPSILON / 2; twice that covers the higher orders and this product.
    value * (1.0 + (operations as f64 + 2.0) * f64::EPSILON)
}

/// An upper bound of the Euclidean norm; the Frobenius norm of a matrix's entries. Scaled, so that no square is lost.
pub fn norm_above<'a>(values: impl IntoIterator<Item = &'a f64> + Clone) -> f64 {
    let largest = values.clone().into_iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        sum += (value / largest).powi(2);
        count += 1;
    }
    // One of the squares is 1: those that underflow are below the rounding of the sum.
    up(largest * sum.sqrt(), count + 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_are_bounded_from_above_and_closely() {
        for (values, exact) in [
            (vec![3.0, -4.0], 5.0),
            (vec![0.0; 3], 0.0),
            (vec![3e-200, 4e-200], 5e-200),
            (vec![-3e200, 4e200], 5e200),
            (vec![0.1; 10_000], 10.0),
        ] {
            let bound = norm_above(&values);
            assert!(bound >= exact && bound <= exact * (1.0 + 1e-11), "{bound} for {exact}");
        }
    }
}
