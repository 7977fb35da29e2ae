//! How far a computed number can lie from the real one, so that an end of a bracket may be called certified.
//!
//! Any sum of n terms, or product of n factors, in any order, is off by at most gamma(n) = n u / (1 - n u) of the sum of
//! the sizes of its terms, u = 2^-53 (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).

/// Unit roundoff of f64.
const U: f64 = f64::EPSILON / 2.0;

/// gamma(n), itself rounded up.
pub(super) fn gamma(n: usize) -> f64 {
    let nu = n as f64 * U;
    if nu < 0.01 { nu / (1.0 - nu) * (1.0 + 4.0 * U) } else { f64::INFINITY }
}

/// A number not below the real one that `value` (>= 0, made of `n` roundings without cancellation) stands for.
pub(super) fn up(value: f64, n: usize) -> f64 {
    value * (1.0 + 2.0 * gamma(n + 2)) + f64::MIN_POSITIVE
}

/// A number not above the real one, and not below 0.
pub(super) fn down(value: f64, n: usize) -> f64 {
    (value * (1.0 - 2.0 * gamma(n + 2)) - f64::MIN_POSITIVE).max(0.0)
}

/// x . y.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Eight sums, so that the compiler may keep them in one vector register.
    let mut sums = [0.0; 8];
    let (blocks, rest) = x.split_at(x.len() - x.len() % 8);
    for (x, y) in blocks.chunks_exact(8).zip(y.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let tail: f64 = rest.iter().zip(&y[blocks.len()..]).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + tail
}

/// The Euclidean norm.
pub(super) fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// `sum` += factor x.
pub(super) fn add(sum: &mut [f64], factor: f64, x: &[f64]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += factor * x);
}

/// x y as a rounded product and what the rounding lost.
fn exact_product(x: f64, y: f64) -> (f64, f64) {
    let product = x * y;
    (product, x.mul_add(y, -product))
}

/// How a b compares with c d, decided on the real numbers. `None` where a product leaves the range in which its
/// rounding is known.
pub(super) fn compare_products(a: f64, b: f64, c: f64, d: f64) -> Option<std::cmp::Ordering> {
    let (x, y) = (exact_product(a, b), exact_product(c, d));
    let known = |p: f64, one: f64, other: f64| one == 0.0 || other == 0.0 || (1e-250..1e250).contains(&p.abs());
    if !known(x.0, a, b) || !known(y.0, c, d) {
        return None;
    }
    // Rounding keeps the order; where the rounded products are equal, what they lost decides.
    let rounded = x.0.partial_cmp(&y.0)?;
    Some(rounded.then(x.1.partial_cmp(&y.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn products_are_compared_beyond_their_rounding() {
        let third = 1.0 / 3.0;
        // fl(3 * fl(1/3)) = 1, and the real product lies below 1.
        assert_eq!(3.0 * third, 1.0);
        assert_eq!(compare_products(3.0, third, 1.0, 1.0), Some(Ordering::Less));
        assert_eq!(compare_products(-3.0, third, -1.0, 1.0), Some(Ordering::Greater));
        assert_eq!(compare_products(0.1, 0.2, 0.2, 0.1), Some(Ordering::Equal));
        assert_eq!(compare_products(0.0, 5.0, -0.0, 1.0), Some(Ordering::Equal));
        assert_eq!(compare_products(1e-200, 1e-200, 1.0, 1.0), None);
    }

    #[test]
    fn sums_are_the_sums() {
        let x: Vec<f64> = (0..37).map(f64::from).collect();
        assert_eq!(dot(&x, &x), (0..37).map(|i| f64::from(i * i)).sum());
        assert!(up(1.0, 10) > 1.0 && down(1.0, 10) < 1.0 && down(0.0, 10) == 0.0);
        assert_eq!(gamma(1 << 60), f64::INFINITY);
    }
}
