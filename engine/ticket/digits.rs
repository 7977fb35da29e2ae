//! One weight digit by digit, without a search: the greedy expansion of Orseau, Hutter and Rivasplata (arXiv 2006.12156).
//!
//! With b the inverse of the golden ratio, b + b^2 = 1, keep one number x_i with b^(i+1) <= x_i <= b^i for each digit i = 1..k.
//! From a rest r <= b^(i-1), subtract x_i if it is at most r: then r - x_i <= b^(i-1) - b^(i+1) = b^i, and else r < x_i <= b^i.
//! So every weight of [0, 1] is met to within b^k. The smallest samples must be as frequent as the large ones, which is what
//! the hyperbolic law is for. The bins are derived here; the paper's batches and constants are its own.

/// The inverse of the golden ratio.
pub const BASE: f64 = 0.618_033_988_749_894_9;

/// Digits for an accuracy: the least k with b^k <= eps, at least 1.
pub fn digits(eps: f64) -> usize {
    (eps.ln() / BASE.ln() - 1e-9).ceil().max(1.0) as usize
}

/// For each sign and each digit 1..k one sample, as samples arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    /// Positive samples, then sizes of negative ones; entry i - 1 is for digit i.
    kept: [Vec<Option<f64>>; 2],
    missing: usize,
}

impl Digits {
    /// No samples yet, for k digits.
    pub fn new(k: usize) -> Digits {
        Digits { kept: [vec![None; k], vec![None; k]], missing: 2 * k }
    }

    /// Keeps the sample if it is the first of its digit.
    pub fn offer(&mut self, sample: f64) {
        let size = sample.abs();
        let digit = (size.ln() / BASE.ln()).floor();
        let bins = &mut self.kept[usize::from(sample < 0.0)];
        if digit >= 1.0 && digit <= bins.len() as f64 {
            let bin = &mut bins[digit as usize - 1];
            self.missing -= usize::from(bin.is_none());
            bin.get_or_insert(size);
        }
    }

    /// Whether every digit of both signs has a sample, so that every weight of [-1, 1] is met to within b^k.
    pub fn complete(&self) -> bool {
        self.missing == 0
    }

    /// weight minus the sum of the samples that the greedy expansion takes.
    pub fn residual(&self, weight: f64) -> f64 {
        let bins = &self.kept[usize::from(weight < 0.0)];
        let rest = bins.iter().flatten().fold(weight.abs(), |rest, x| if *x <= rest { rest - x } else { rest });
        rest.copysign(weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::SampleLaw;
    use rand::RngExt;

    #[test]
    fn complete_digits_meet_every_weight() {
        assert!((BASE + BASE * BASE - 1.0).abs() < 1e-15);
        assert_eq!((digits(1.0), digits(BASE), digits(BASE * BASE), digits(0.5)), (1, 1, 2, 2));
        for eps in [0.3, 0.01, 1e-5] {
            let k = digits(eps);
            let mut digits = Digits::new(k);
            let law = SampleLaw::Hyperbolic { least: BASE.powi(k as i32 + 1) };
            let mut samples = law.draw(20_000, &Key::root("digits")).into_iter();
            while !digits.complete() {
                digits.offer(samples.next().expect("enough"));
            }
            let mut rng = Key::root("weights").rng();
            for weight in (0..200).map(|_| rng.random_range(-1.0..=1.0)).chain([1.0, -1.0, 0.0]) {
                assert!(digits.residual(weight).abs() <= eps, "{weight} to {eps}");
            }
        }
    }

    #[test]
    fn what_has_no_digit_is_not_kept() {
        let mut digits = Digits::new(2);
        // Digit 1 is (b^2, b], digit 2 (b^3, b^2].
        for sample in [0.9, 0.1, 0.5, 0.55] {
            digits.offer(sample);
        }
        assert!(!digits.complete());
        assert_eq!(digits.residual(0.7), 0.7 - 0.5);
        assert_eq!(digits.residual(-0.7), -0.7);
    }
}
