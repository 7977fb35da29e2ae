//! The two fractions of pruning, as two types, because the field's codes mean either by "sparsity".
//!
//! alpha = `PruneFraction` is the fraction of weights removed, p = `KeepFraction` = 1 - alpha the fraction kept.
//! In arXiv 2301.00335 the theory's p is the keep probability and the plots' p the pruned fraction.

use std::fmt;

/// Fraction of weights kept, p in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct KeepFraction(f64);

/// Fraction of weights removed, alpha = 1 - p in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PruneFraction(f64);

/// A fraction outside [0, 1], or not a number.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("fraction {got} is outside [0, 1]")]
pub struct FractionError {
    /// The value that was given.
    pub got: f64,
}

fn checked(got: f64) -> Result<f64, FractionError> {
    if (0.0..=1.0).contains(&got) { Ok(got) } else { Err(FractionError { got }) }
}

impl KeepFraction {
    /// Everything is kept: the dense network.
    pub const DENSE: KeepFraction = KeepFraction(1.0);

    /// A keep fraction from a number in [0, 1].
    ///
    /// # Errors
    /// [`FractionError`] outside [0, 1] and for NaN.
    pub fn new(p: f64) -> Result<Self, FractionError> {
        checked(p).map(Self)
    }

    /// p as a plain number, for formulas.
    pub fn get(self) -> f64 {
        self.0
    }

    /// alpha = 1 - p, taken in decimal: keep 0.1 is prune 0.9 and nothing beside it.
    pub fn pruned(self) -> PruneFraction {
        PruneFraction(decimal_complement(self.0))
    }

    /// How many of `total` weights an exact-count rule keeps: round(p N), halves up.
    pub fn count_of(self, total: usize) -> usize {
        (self.0 * total as f64 + 0.5).floor() as usize
    }
}

impl PruneFraction {
    /// A prune fraction from a number in [0, 1].
    ///
    /// # Errors
    /// [`FractionError`] outside [0, 1] and for NaN.
    pub fn new(alpha: f64) -> Result<Self, FractionError> {
        checked(alpha).map(Self)
    }

    /// alpha as a plain number, for formulas.
    pub fn get(self) -> f64 {
        self.0
    }

    /// p = 1 - alpha, taken in decimal: prune 0.9 is keep 0.1 and not 0.09999999999999998.
    pub fn kept(self) -> KeepFraction {
        KeepFraction(decimal_complement(self.0))
    }
}

impl fmt::Display for KeepFraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for PruneFraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// 1 - x for x in [0, 1], exact on the shortest decimal that denotes x, then rounded once.
///
/// People write fractions in decimal, and two spellings of one network must have one address.
pub(crate) fn decimal_complement(x: f64) -> f64 {
    let text = format!("{x}");
    let Some(digits) = text.strip_prefix("0.") else { return 1.0 - x };
    let Ok(scaled) = digits.parse::<u128>() else { return 1.0 - x };
    let Some(one) = 10u128.checked_pow(digits.len() as u32) else { return 1.0 - x };
    let rest = format!("0.{:0width$}", one - scaled, width = digits.len());
    rest.parse().unwrap_or(1.0 - x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prune_and_keep_are_decimal_complements() {
        for (alpha, p) in [(0.9, 0.1), (0.99, 0.01), (0.997, 0.003), (0.99899, 0.00101), (0.0, 1.0), (1.0, 0.0)] {
            assert_eq!(PruneFraction::new(alpha).unwrap().kept().get(), p);
            assert_eq!(KeepFraction::new(p).unwrap().pruned().get(), alpha);
        }
    }

    #[test]
    fn tiny_fractions_fall_back_to_the_rounded_difference() {
        assert_eq!(PruneFraction::new(1e-300).unwrap().kept().get(), 1.0);
    }

    #[test]
    fn outside_the_unit_interval_is_refused() {
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(KeepFraction::new(bad).is_err());
            assert!(PruneFraction::new(bad).is_err());
        }
    }

    #[test]
    fn half_a_weight_rounds_up() {
        assert_eq!(KeepFraction::new(0.5).unwrap().count_of(5), 3);
        assert_eq!(KeepFraction::new(0.1).unwrap().count_of(4), 0);
    }
}
