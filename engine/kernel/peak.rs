//! Independent chains of multiply-adds, to measure what a core can do at most. The caller holds the clock.

use super::lanes::Lanes;
use super::{Family, Task};
use crate::real::Real;

/// Floating-point operations of [`chains`] per round.
pub fn flops_per_round<R: Real>() -> f64 {
    (2 * CHAINS * 64 / size_of::<R>()) as f64
}

/// Runs so many rounds of multiply-adds in registers and returns a number that depends on all of them.
pub fn chains<R: Real>(family: Family, rounds: u64) -> R {
    family.run(Chains { rounds, start: R::ONE })
}

// Enough to hide a latency of 4 cycles on two units.
const CHAINS: usize = 10;

struct Chains<R> {
    rounds: u64,
    start: R,
}

impl<R: Real> Task<R> for Chains<R> {
    type Output = R;

    #[inline(always)]
    fn run<V: Lanes<R>>(self) -> R {
        let (scale, shift) = (V::splat(R::from_f64(0.5)), V::splat(self.start));
        let mut chains = [V::splat(self.start); CHAINS];
        for _ in 0..self.rounds {
            for chain in &mut chains {
                *chain = chain.fma(scale, shift);
            }
        }
        let mut sum = chains[0];
        for chain in &chains[1..] {
            sum = sum.add(*chain);
        }
        V::sums(&[sum; 16]).first()
    }
}
