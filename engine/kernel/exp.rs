//! e^x over lanes: the same bits in every family, and no call into the system's library.
//!
//! e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln 2 / 2; e^r by its Taylor polynomial, whose last term is below
//! half a unit in the last place; 2^n into the exponent bits.

use super::lanes::Lanes;
use crate::real::Real;

// Highest and lowest x whose e^x is a normal number; ln 2 in two parts, the first exact when times any n.
struct Constants {
    high: f64,
    low: f64,
    ln2_high: f64,
    ln2_low: f64,
    // 1.5 * 2^(mantissa bits): adding it rounds to an integer that then stands in the low bits.
    magic: f64,
    terms: usize,
}

const F32: Constants = Constants {
    high: 88.37,
    low: -87.33,
    ln2_high: 0.693_359_375,
    ln2_low: -2.121_944_400_546_905_8e-4,
    magic: 12_582_912.0,
    terms: 7,
};

const F64: Constants = Constants {
    high: 709.43,
    low: -708.39,
    ln2_high: 6.931_471_803_691_238e-1,
    ln2_low: 1.908_214_929_270_587_7e-10,
    magic: 6_755_399_441_055_744.0,
    terms: 13,
};

const fn inverse_factorials() -> [f64; 16] {
    let mut table = [1.0; 16];
    let (mut k, mut factorial) = (1, 1.0);
    while k < 16 {
        factorial *= k as f64;
        table[k] = 1.0 / factorial;
        k += 1;
    }
    table
}

const INVERSE_FACTORIALS: [f64; 16] = inverse_factorials();

/// e^x, within 2 units in the last place (tested against libm); 0 below the normal numbers, NaN for NaN, infinity from
/// just below the largest number on.
#[inline(always)]
pub(crate) fn exp<R: Real, V: Lanes<R>>(x: V) -> V {
    let c = if V::COUNT == 16 { &F32 } else { &F64 };
    let number = |value: f64| V::splat(R::from_f64(value));
    // NaN passes: both give their second argument then.
    let inside = number(c.low).max(number(c.high).min(x));
    let shifted = inside.fma(number(std::f64::consts::LOG2_E), number(c.magic));
    let n = shifted.sub(number(c.magic));
    let r = n.fma(number(-c.ln2_low), n.fma(number(-c.ln2_high), inside));
    let mut sum = number(INVERSE_FACTORIALS[c.terms]);
    let mut k = c.terms;
    while k > 0 {
        k -= 1;
        sum = sum.fma(r, number(INVERSE_FACTORIALS[k]));
    }
    let value = sum.add_exponent(shifted);
    // Below the range 0, above it infinity: adding 0 or infinity where x lies outside.
    let zero = number(0.0);
    let above = x.sub(number(c.high)).if_positive(number(f64::INFINITY));
    let below = number(c.low).sub(x).if_positive(value);
    let tail = zero.sub(below);
    value.add(tail).add(above)
}

#[cfg(test)]
mod tests {
    use super::super::{Family, Task};
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    struct Exp<'a, R>(&'a [R]);

    impl<R: Real> Task<R> for Exp<'_, R> {
        type Output = Vec<R>;

        #[inline(always)]
        fn run<V: Lanes<R>>(self) -> Vec<R> {
            let mut out = vec![R::ZERO; self.0.len()];
            for (x, y) in self.0.chunks(V::COUNT).zip(out.chunks_mut(V::COUNT)) {
                exp::<R, V>(V::load_some(x, x.len())).store_some(y);
            }
            out
        }
    }

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        let mut rng = Key::root("exp").rng();
        let x: Vec<f64> = (0..200_000).map(|_| rng.random_range(-708.0..709.0)).collect();
        for (x, y) in x.iter().zip(Family::best().run(Exp(&x))) {
            let exact = libm::exp(*x);
            assert!(exact.to_bits().abs_diff(y.to_bits()) <= 2, "exp({x}) = {y}, libm {exact}");
        }
        let x: Vec<f32> = (0..200_000).map(|_| rng.random_range(-87.0..88.0)).collect();
        for (x, y) in x.iter().zip(Family::best().run(Exp(&x))) {
            let exact = libm::exp(f64::from(*x)) as f32;
            assert!(exact.to_bits().abs_diff(y.to_bits()) <= 2, "exp({x}) = {y}, libm {exact}");
        }
    }

    #[test]
    fn exp_at_the_ends() {
        let x = [0.0, -0.0, -1e4, f64::NEG_INFINITY, 1e4, f64::INFINITY, f64::NAN];
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            let y = family.run(Exp(&x));
            assert_eq!(y[..6], [1.0, 1.0, 0.0, 0.0, f64::INFINITY, f64::INFINITY]);
            assert!(y[6].is_nan());
            let y = family.run(Exp(&x.map(|x| x as f32)));
            assert_eq!(y[..6], [1.0, 1.0, 0.0, 0.0, f32::INFINITY, f32::INFINITY]);
            assert!(y[6].is_nan());
        }
    }
}
