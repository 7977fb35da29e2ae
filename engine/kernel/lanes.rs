//! Vectors of a fixed number of logical lanes: 16 of f32, 8 of f64, whatever the machine's registers hold.
//!
//! A logical vector is one 512-bit register, two 256-bit registers, or an array. Every operation acts lane by lane with
//! one rounding, and sums over lanes run in one fixed order, so that all families give the same bits.

use crate::real::Real;

/// A vector of [`Lanes::COUNT`] numbers.
///
/// Values of the x86 types exist only inside [`Family::run`](super::Family::run), which has checked the machine.
pub trait Lanes<R: Real>: Copy {
    /// How many lanes: 64 bytes' worth.
    const COUNT: usize;
    /// How many such vectors the machine's registers hold.
    const REGISTERS: usize;

    /// All lanes `x`.
    fn splat(x: R) -> Self;
    /// Reads [`Lanes::COUNT`] numbers.
    ///
    /// # Safety
    /// They must be readable at `from`.
    unsafe fn load(from: *const R) -> Self;
    /// Writes [`Lanes::COUNT`] numbers.
    ///
    /// # Safety
    /// They must be writable at `to`.
    unsafe fn store(self, to: *mut R);
    /// self + other.
    fn add(self, other: Self) -> Self;
    /// self - other.
    fn sub(self, other: Self) -> Self;
    /// self * other.
    fn mul(self, other: Self) -> Self;
    /// self / other.
    fn div(self, other: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// self * a + b, rounded once.
    fn fma(self, a: Self, b: Self) -> Self;
    /// self if it is larger, else `other`: where either is NaN, `other`.
    fn max(self, other: Self) -> Self;
    /// self if it is smaller, else `other`: where either is NaN, `other`.
    fn min(self, other: Self) -> Self;
    /// `yes` where self > 0, else 0.
    fn if_positive(self, yes: Self) -> Self;
    /// `yes` where self = other, else 0.
    fn if_equal(self, other: Self, yes: Self) -> Self;
    /// Adds the low bits of `n` to the exponent: self * 2^n for `n` = 1.5 * 2^mantissa + n (see `exp`).
    fn add_exponent(self, n: Self) -> Self;
    /// Lane l of the result is the sum over the lanes of `vectors[l]`, for the first [`Lanes::COUNT`] of them: lane i and
    /// lane i + half are added until one is left.
    fn sums(vectors: &[Self; 16]) -> Self;
    /// Appends the lanes that are not 0 at `values`, and `first` plus their numbers at `places`; returns how many.
    ///
    /// # Safety
    /// [`Lanes::COUNT`] numbers must be writable at both.
    unsafe fn compress(self, first: u32, values: *mut R, places: *mut u32) -> usize;

    /// Lane 0.
    #[inline(always)]
    fn first(self) -> R {
        let mut lane = [R::ZERO];
        self.store_some(&mut lane);
        lane[0]
    }

    /// The first `count` numbers of `from`, then zeros.
    #[inline(always)]
    fn load_some(from: &[R], count: usize) -> Self {
        let mut padded = [R::ZERO; 16];
        padded[..count].copy_from_slice(&from[..count]);
        // SAFETY: 16 numbers are at least COUNT.
        unsafe { Self::load(padded.as_ptr()) }
    }

    /// The numbers of `from`, then zeros; straight from memory if there are as many as lanes.
    #[inline(always)]
    fn load_part(from: &[R]) -> Self {
        if from.len() == Self::COUNT {
            // SAFETY: COUNT numbers.
            unsafe { Self::load(from.as_ptr()) }
        } else {
            Self::load_some(from, from.len())
        }
    }

    /// Writes the first lanes over `to`; straight to memory if it has as many places.
    #[inline(always)]
    fn store_part(self, to: &mut [R]) {
        if to.len() == Self::COUNT {
            // SAFETY: COUNT numbers.
            unsafe { self.store(to.as_mut_ptr()) }
        } else {
            self.store_some(to);
        }
    }

    /// Writes the first `to.len()` lanes.
    #[inline(always)]
    fn store_some(self, to: &mut [R]) {
        let mut padded = [R::ZERO; 16];
        // SAFETY: 16 numbers are at least COUNT.
        unsafe { self.store(padded.as_mut_ptr()) };
        to.copy_from_slice(&padded[..to.len()]);
    }
}

/// The vector types of the three families.
pub trait Vectors: Sized {
    /// 512-bit registers.
    type Avx512: Lanes<Self>
    where
        Self: Real;
    /// Pairs of 256-bit registers.
    type Avx2: Lanes<Self>
    where
        Self: Real;
    /// Arrays.
    type Portable: Lanes<Self>
    where
        Self: Real;
}

macro_rules! portable {
    ($type:ident, $count:literal, $mantissa:literal) => {
        impl Lanes<$type> for [$type; $count] {
            const COUNT: usize = $count;
            const REGISTERS: usize = 8;

            #[inline(always)]
            fn splat(x: $type) -> Self {
                [x; $count]
            }
            #[inline(always)]
            unsafe fn load(from: *const $type) -> Self {
                // SAFETY: the caller's.
                unsafe { from.cast::<Self>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $type) {
                // SAFETY: the caller's.
                unsafe { to.cast::<Self>().write_unaligned(self) }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                std::array::from_fn(|l| self[l] + other[l])
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                std::array::from_fn(|l| self[l] - other[l])
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                std::array::from_fn(|l| self[l] * other[l])
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                std::array::from_fn(|l| self[l] / other[l])
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                std::array::from_fn(|l| self[l].sqrt())
            }
            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                std::array::from_fn(|l| self[l].mul_add(a[l], b[l]))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                std::array::from_fn(|l| if self[l] > other[l] { self[l] } else { other[l] })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                std::array::from_fn(|l| if self[l] < other[l] { self[l] } else { other[l] })
            }
            #[inline(always)]
            fn if_positive(self, yes: Self) -> Self {
                std::array::from_fn(|l| if self[l] > 0.0 { yes[l] } else { 0.0 })
            }
            #[inline(always)]
            fn if_equal(self, other: Self, yes: Self) -> Self {
                std::array::from_fn(|l| if self[l] == other[l] { yes[l] } else { 0.0 })
            }
            #[inline(always)]
            fn add_exponent(self, n: Self) -> Self {
                std::array::from_fn(|l| $type::from_bits(self[l].to_bits().wrapping_add(n[l].to_bits() << $mantissa)))
            }
            #[inline(always)]
            fn sums(vectors: &[Self; 16]) -> Self {
                std::array::from_fn(|v| {
                    let mut lanes = vectors[v];
                    let mut half = $count / 2;
                    while half > 0 {
                        for l in 0..half {
                            lanes[l] += lanes[l + half];
                        }
                        half /= 2;
                    }
                    lanes[0]
                })
            }
            #[inline(always)]
            unsafe fn compress(self, first: u32, values: *mut $type, places: *mut u32) -> usize {
                let mut count = 0;
                for (l, x) in self.into_iter().enumerate() {
                    // SAFETY: count < COUNT, the caller's.
                    unsafe {
                        *values.add(count) = x;
                        *places.add(count) = first + l as u32;
                    }
                    count += usize::from(x != 0.0);
                }
                count
            }
        }
    };
}

portable!(f32, 16, 23);
portable!(f64, 8, 52);

#[cfg(target_arch = "x86_64")]
impl Vectors for f32 {
    type Avx512 = super::x86::F32x16;
    type Avx2 = super::x86::F32x8x2;
    type Portable = [f32; 16];
}

#[cfg(target_arch = "x86_64")]
impl Vectors for f64 {
    type Avx512 = super::x86::F64x8;
    type Avx2 = super::x86::F64x4x2;
    type Portable = [f64; 8];
}

#[cfg(not(target_arch = "x86_64"))]
impl Vectors for f32 {
    type Avx512 = [f32; 16];
    type Avx2 = [f32; 16];
    type Portable = [f32; 16];
}

#[cfg(not(target_arch = "x86_64"))]
impl Vectors for f64 {
    type Avx512 = [f64; 8];
    type Avx2 = [f64; 8];
    type Portable = [f64; 8];
}

#[cfg(test)]
mod tests {
    use super::super::{Family, Task};
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    // Every operation on awkward numbers, one after another.
    struct Everything<R>(Vec<R>);

    impl<R: Real> Task<R> for Everything<R> {
        type Output = Vec<R>;

        #[inline(always)]
        fn run<V: Lanes<R>>(self) -> Vec<R> {
            let mut out = Vec::new();
            let mut put = |v: V| {
                let mut lanes = [R::ZERO; 16];
                // SAFETY: 16 numbers.
                unsafe { v.store(lanes.as_mut_ptr()) };
                out.extend_from_slice(&lanes[..V::COUNT]);
            };
            let load = |at: usize| V::load_some(&self.0[at * V::COUNT..], V::COUNT);
            let blocks = self.0.len() / V::COUNT;
            for at in 0..blocks - 2 {
                let (a, b, c) = (load(at), load(at + 1), load(at + 2));
                for v in [a.add(b), a.sub(b), a.mul(b), a.div(b), a.fma(b, c), a.max(b), a.min(b), a.sqrt()] {
                    put(v);
                }
                for v in [a.if_positive(b), a.if_equal(b, c), a.if_equal(a, c), V::splat(R::ONE)] {
                    put(v);
                }
            }
            let vectors: [V; 16] = std::array::from_fn(|v| load(v % blocks));
            put(V::sums(&vectors));
            let (mut values, mut places) = ([R::ZERO; 16], [0; 16]);
            for at in 0..blocks {
                // SAFETY: 16 numbers each.
                let count = unsafe { load(at).compress(7, values.as_mut_ptr(), places.as_mut_ptr()) };
                out.extend_from_slice(&values[..count]);
                out.extend(places[..count].iter().map(|place| R::from_f64(f64::from(*place))));
            }
            out
        }
    }

    fn agree<R: Real>() {
        let mut rng = Key::root("lanes").rng();
        let mut numbers: Vec<R> =
            (0..512).map(|_| R::from_f64((rng.random::<f64>() - 0.5) * 10f64.powi(rng.random_range(-9..9)))).collect();
        let inf = R::from_f64(f64::INFINITY);
        let odd = [R::ZERO, -R::ZERO, inf, -inf, R::ONE];
        for (at, x) in odd.into_iter().cycle().take(60).enumerate() {
            numbers[at * 7] = x;
        }
        // Sums of infinities of both signs are NaN: equal as NaN, whose bits mean nothing.
        let bits = |family: Family| -> Vec<u64> {
            let values = family.run(Everything(numbers.clone()));
            values.into_iter().map(|x| if !x.to_f64().is_nan() { x.to_f64().to_bits() } else { u64::MAX }).collect()
        };
        let portable = bits(Family::Portable);
        assert!(portable.len() > 1000);
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            assert_eq!(bits(family), portable, "{}", family.name());
        }
    }

    #[test]
    fn all_families_give_the_same_bits() {
        agree::<f32>();
        agree::<f64>();
    }

    #[test]
    fn each_lane_of_sums_is_its_own_vectors_sum() {
        struct Sums;
        impl Task<f64> for Sums {
            type Output = [f64; 16];
            #[inline(always)]
            fn run<V: Lanes<f64>>(self) -> [f64; 16] {
                let vectors: [V; 16] = std::array::from_fn(|v| V::splat(v as f64));
                let mut out = [0.0; 16];
                V::sums(&vectors).store_some(&mut out[..8]);
                out
            }
        }
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            assert_eq!(family.run(Sums)[..8], [0.0, 8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 56.0]);
        }
    }
}
