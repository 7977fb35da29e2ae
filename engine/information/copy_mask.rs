//! A mask that copies bits of the data through a noisy channel: any information at one fixed count of kept weights.
//!
//! The data hold r uniform bits. Of the pair of weights 2j and 2j+1 one is kept: the second if bit j, flipped with chance q,
//! is 1. So r of 2r weights are kept, and the mask knows r (ln 2 - h(q)) nats: everything at q = 0, nothing at q = 1/2.

use super::entropy::of_event;
use crate::key::Key;
use crate::statistics::CannotDecide;
use rand::RngExt;

/// The toy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyMask {
    pairs: u32,
    flip: f64,
}

impl CopyMask {
    /// `pairs` r of weights, 1 to 63; chance `flip` q of a flip, in [0, 1/2].
    ///
    /// # Errors
    /// `OutOfRange` for other values.
    pub fn new(pairs: u32, flip: f64) -> Result<CopyMask, CannotDecide> {
        if !(1..64).contains(&pairs) {
            return Err(CannotDecide::OutOfRange { name: "pairs", got: f64::from(pairs), allowed: "1 to 63" });
        }
        if !(0.0..=0.5).contains(&flip) {
            return Err(CannotDecide::OutOfRange { name: "flip", got: flip, allowed: "[0, 1/2]" });
        }
        Ok(CopyMask { pairs, flip })
    }

    /// I(mask; data) = r (ln 2 - h(q)).
    pub fn information(&self) -> f64 {
        f64::from(self.pairs) * (std::f64::consts::LN_2 - of_event(self.flip)).max(0.0)
    }

    /// H(mask) = r ln 2, whatever the noise.
    pub fn entropy(&self) -> f64 {
        f64::from(self.pairs) * std::f64::consts::LN_2
    }

    /// ln(P(mask | data) / P(mask)) where the two differ in `distance` of r bits: the best critic. -inf if that cannot be.
    pub fn log_ratio(&self, distance: u32) -> f64 {
        let times = |count: u32, p: f64| if count == 0 { 0.0 } else { f64::from(count) * (2.0 * p).ln() };
        times(self.pairs - distance, 1.0 - self.flip) + times(distance, self.flip)
    }

    /// One draw: the bits of the data, and those that choose the mask.
    pub fn draw(&self, rng: &mut impl RngExt) -> (u64, u64) {
        let data = rng.random::<u64>() >> (64 - self.pairs);
        let mask = (0..self.pairs).fold(data, |mask, j| mask ^ (u64::from(rng.random::<f64>() < self.flip) << j));
        (data, mask)
    }

    /// `count` independent draws.
    pub fn batch(&self, count: usize, key: &Key) -> Vec<(u64, u64)> {
        let mut rng = key.rng();
        (0..count).map(|_| self.draw(&mut rng)).collect()
    }

    /// Which of the 2r weights are kept, as bits: 2j or 2j+1 by bit j of `mask`. For r up to 32.
    pub fn kept(&self, mask: u64) -> u64 {
        (0..self.pairs.min(32)).map(|j| 1 << (2 * j + (mask >> j & 1) as u32)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::law::information;
    use ndarray::Array2;

    #[test]
    fn the_closed_form_is_that_of_the_joint_law() {
        for flip in [0.0, 0.05, 0.1, 0.5] {
            let toy = CopyMask::new(3, flip).unwrap();
            let joint = Array2::from_shape_fn((8, 8), |(a, b)| toy.log_ratio((a ^ b).count_ones()).exp() / 64.0);
            assert!((information(joint.view()) - toy.information()).abs() < 1e-14, "{flip}");
        }
        assert!((CopyMask::new(8, 0.1).unwrap().information() - 2.945).abs() < 1e-3);
        assert!((CopyMask::new(20, 0.1).unwrap().information() - 7.361).abs() < 1e-3);
    }

    #[test]
    fn bits_are_copied_flipped_and_laid_out_in_pairs() {
        let key = Key::root("copy");
        let flips = |flip: f64| {
            let drawn = CopyMask::new(20, flip).unwrap().batch(5000, &key);
            drawn.iter().map(|(data, mask)| (data ^ mask).count_ones()).sum::<u32>()
        };
        assert_eq!(flips(0.0), 0);
        // 10000 +- 95.
        assert!((9_400..10_600).contains(&flips(0.1)), "{}", flips(0.1));
        let toy = CopyMask::new(3, 0.1).unwrap();
        assert_eq!((toy.kept(0b000), toy.kept(0b101)), (0b010101, 0b100110));
    }

    #[test]
    fn other_sizes_are_refused_by_name() {
        assert!(CopyMask::new(0, 0.1).unwrap_err().to_string().contains("pairs is 0"));
        assert!(CopyMask::new(64, 0.1).is_err());
        assert!(CopyMask::new(4, f64::NAN).unwrap_err().to_string().contains("flip"));
    }
}
