//! Numbers as whole multiples of a power of two, so that sums are exact and ties are ties.
//!
//! In f64 a sum of 50 samples is wrong by up to 2^-48, which is more than the error of the best subset of 48 of them.

use super::SubsetSumError;

/// The finest step, 2^-57: multiples of it below 2^6 fit into 63 bits.
const FINEST: i32 = 57;

/// A step 2^-bits of the number line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fixed {
    bits: i32,
}

impl Default for Fixed {
    fn default() -> Fixed {
        Fixed { bits: FINEST }
    }
}

impl Fixed {
    /// The finest step of which sums of numbers with sizes adding up to `total` take less than 2^`room` multiples.
    ///
    /// # Errors
    /// [`SubsetSumError::TooLarge`].
    pub(super) fn with_room(total: f64, room: i32) -> Result<Fixed, SubsetSumError> {
        if !(total <= 1e300) {
            return Err(SubsetSumError::TooLarge);
        }
        // total < 2^(exponent + 1), also for 0 (an empty sum is -0) and subnormal numbers.
        let exponent = (total.abs().to_bits() >> 52) as i32 - 1023;
        Ok(Fixed { bits: FINEST.min(room - 1 - exponent) })
    }

    /// The multiple nearest to x, and of two the one farther from 0.
    pub(super) fn whole(self, x: f64) -> i64 {
        // By hand: without newer instructions than every machine has, rounding is a slow call.
        let steps = x * power_of_two(self.bits);
        let whole = steps as i64;
        let rest = steps - whole as f64;
        whole + i64::from(rest >= 0.5) - i64::from(rest <= -0.5)
    }

    /// The number that is so many steps; halves and other fractions of a step are allowed.
    pub(super) fn real(self, steps: f64) -> f64 {
        steps * power_of_two(-self.bits)
    }

    /// How many times the step doubles to reach 2^-`bits`; 0 if that is finer.
    pub(super) fn bits_above(self, bits: i32) -> u32 {
        (self.bits - bits).max(0) as u32
    }

    /// The largest number below 2^`room` steps.
    pub(super) fn most(self, room: i32) -> f64 {
        power_of_two(room - self.bits)
    }
}

/// Checks that samples are finite, and adds up their sizes.
///
/// # Errors
/// [`SubsetSumError::NotFinite`].
pub(super) fn total(samples: &[f64]) -> Result<f64, SubsetSumError> {
    match samples.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(SubsetSumError::NotFinite { index, got: samples[index] }),
        None => Ok(samples.iter().map(|x| x.abs()).sum()),
    }
}

/// Checks a parameter.
///
/// # Errors
/// [`SubsetSumError::NotPositive`].
pub(super) fn positive(name: &'static str, got: f64) -> Result<f64, SubsetSumError> {
    if got > 0.0 && got.is_finite() { Ok(got) } else { Err(SubsetSumError::NotPositive { name, got }) }
}

/// 2^exponent for exponents of normal numbers.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_leave_the_room_that_was_asked_for() {
        for (total, bits) in [(0.0, 57), (-0.0, 57), (1e-300, 57), (15.9, 57), (16.0, 56), (24.0, 56), (1e300, -936)] {
            let fixed = Fixed::with_room(total, 61).unwrap();
            assert_eq!(fixed.bits, bits, "{total}");
            assert!(fixed.whole(total) < 1 << 61);
            assert!(total < fixed.most(61));
        }
        assert_eq!(Fixed::with_room(f64::INFINITY, 61), Err(SubsetSumError::TooLarge));
    }

    #[test]
    fn multiples_of_the_step_come_back_unchanged() {
        let fixed = Fixed::default();
        for x in [0.0, 1.0, -0.75, 0.1, -1.0 / 3.0, power_of_two(-57)] {
            // 0.1 has bits down to 2^-56.
            assert_eq!(fixed.real(fixed.whole(x) as f64), x);
        }
        for (halves, expected) in [(3.0, 2), (-3.0, -2), (1.0, 1), (0.9, 0), (-0.9, 0), (-5.1, -3)] {
            assert_eq!(fixed.whole(power_of_two(-58) * halves), expected, "{halves}");
        }
    }
}
