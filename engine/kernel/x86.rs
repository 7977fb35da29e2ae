//! Logical vectors in x86 registers: one of 512 bits, or two of 256.
//!
//! Sums over lanes reduce many vectors at once: halves of pairs are interleaved and added until each lane holds one
//! vector's sum, in the same order of additions as the portable code.

#![allow(clippy::missing_safety_doc)]

use super::lanes::Lanes;
use std::arch::x86_64::*;

/// 16 f32 in one register.
#[derive(Clone, Copy, Debug)]
pub struct F32x16(__m512);

/// 16 f32 in two registers.
#[derive(Clone, Copy, Debug)]
pub struct F32x8x2(__m256, __m256);

/// 8 f64 in one register.
#[derive(Clone, Copy, Debug)]
pub struct F64x8(__m512d);

/// 8 f64 in two registers.
#[derive(Clone, Copy, Debug)]
pub struct F64x4x2(__m256d, __m256d);

// SAFETY of every block below: these types are reached only through `Family::run`, which has checked that the machine
// has the instructions; pointers are the caller's.

macro_rules! wide {
    (
        $name:ident, $type:ident, $count:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident,
        $div:ident, $sqrt:ident, $fma:ident, $max:ident, $min:ident, $cmp:ident, $select:ident, $zero:ident,
        $bits:ident, $back:ident, $shift:ident::<$mantissa:literal>, $iadd:ident, $sums:ident, $compress:ident
    ) => {
        impl Lanes<$type> for $name {
            const COUNT: usize = $count;
            const REGISTERS: usize = 32;

            #[inline(always)]
            fn splat(x: $type) -> Self {
                unsafe { $name($splat(x)) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $type) -> Self {
                unsafe { $name($load(from)) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $type) {
                unsafe { $store(to, self.0) }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                unsafe { $name($add(self.0, other.0)) }
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                unsafe { $name($sub(self.0, other.0)) }
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                unsafe { $name($mul(self.0, other.0)) }
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                unsafe { $name($div(self.0, other.0)) }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                unsafe { $name($sqrt(self.0)) }
            }
            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                unsafe { $name($fma(self.0, a.0, b.0)) }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                unsafe { $name($max(self.0, other.0)) }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                unsafe { $name($min(self.0, other.0)) }
            }
            #[inline(always)]
            fn if_positive(self, yes: Self) -> Self {
                unsafe { $name($select($cmp::<_CMP_GT_OQ>(self.0, $zero()), yes.0)) }
            }
            #[inline(always)]
            fn if_equal(self, other: Self, yes: Self) -> Self {
                unsafe { $name($select($cmp::<_CMP_EQ_OQ>(self.0, other.0), yes.0)) }
            }
            #[inline(always)]
            fn add_exponent(self, n: Self) -> Self {
                unsafe { $name($back($iadd($bits(self.0), $shift::<$mantissa>($bits(n.0))))) }
            }
            #[inline(always)]
            fn sums(vectors: &[Self; 16]) -> Self {
                unsafe { $sums(vectors) }
            }
            #[inline(always)]
            unsafe fn compress(self, first: u32, values: *mut $type, places: *mut u32) -> usize {
                unsafe { $compress(self, first, values, places) }
            }
        }
    };
}

wide!(
    F32x16,
    f32,
    16,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_sqrt_ps,
    _mm512_fmadd_ps,
    _mm512_max_ps,
    _mm512_min_ps,
    _mm512_cmp_ps_mask,
    _mm512_maskz_mov_ps,
    _mm512_setzero_ps,
    _mm512_castps_si512,
    _mm512_castsi512_ps,
    _mm512_slli_epi32::<23>,
    _mm512_add_epi32,
    sums_f32x16,
    compress_f32x16
);
wide!(
    F64x8,
    f64,
    8,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_div_pd,
    _mm512_sqrt_pd,
    _mm512_fmadd_pd,
    _mm512_max_pd,
    _mm512_min_pd,
    _mm512_cmp_pd_mask,
    _mm512_maskz_mov_pd,
    _mm512_setzero_pd,
    _mm512_castpd_si512,
    _mm512_castsi512_pd,
    _mm512_slli_epi64::<52>,
    _mm512_add_epi64,
    sums_f64x8,
    compress_f64x8
);

// Adds neighbours of `$from` by `$add` of their two interleavings. A macro, because a closure would be compiled without
// the instructions that it uses.
macro_rules! halve {
    ($from:ident, $add:ident, $interleave:ident::<$low:literal, $high:literal>, [$($i:literal),*]) => {
        [$($add(
            $interleave::<$low>($from[2 * $i], $from[2 * $i + 1]),
            $interleave::<$high>($from[2 * $i], $from[2 * $i + 1]),
        )),*]
    };
}

#[inline(always)]
unsafe fn sums_f32x16(v: &[F32x16; 16]) -> F32x16 {
    unsafe {
        // The last step leaves the sum of the vector in slot 4c + l in lane 4l + c.
        let slots = [
            v[0].0, v[4].0, v[8].0, v[12].0, v[1].0, v[5].0, v[9].0, v[13].0, v[2].0, v[6].0, v[10].0, v[14].0, v[3].0,
            v[7].0, v[11].0, v[15].0,
        ];
        let eight = halve!(slots, _mm512_add_ps, _mm512_shuffle_f32x4::<0x44, 0xee>, [0, 1, 2, 3, 4, 5, 6, 7]);
        let four = halve!(eight, _mm512_add_ps, _mm512_shuffle_f32x4::<0x88, 0xdd>, [0, 1, 2, 3]);
        let two = halve!(four, _mm512_add_ps, _mm512_shuffle_ps::<0x44, 0xee>, [0, 1]);
        let one = halve!(two, _mm512_add_ps, _mm512_shuffle_ps::<0x88, 0xdd>, [0]);
        F32x16(one[0])
    }
}

#[inline(always)]
unsafe fn sums_f64x8(v: &[F64x8; 16]) -> F64x8 {
    unsafe {
        // Slot 4c + l ends in lane 2l + c.
        let slots = [v[0].0, v[2].0, v[4].0, v[6].0, v[1].0, v[3].0, v[5].0, v[7].0];
        let four = halve!(slots, _mm512_add_pd, _mm512_shuffle_f64x2::<0x44, 0xee>, [0, 1, 2, 3]);
        let two = halve!(four, _mm512_add_pd, _mm512_shuffle_f64x2::<0x88, 0xdd>, [0, 1]);
        let one = halve!(two, _mm512_add_pd, _mm512_shuffle_pd::<0x00, 0xff>, [0]);
        F64x8(one[0])
    }
}

#[inline(always)]
unsafe fn compress_f32x16(v: F32x16, first: u32, values: *mut f32, places: *mut u32) -> usize {
    unsafe {
        let mask = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(v.0, _mm512_setzero_ps());
        let number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let place = _mm512_add_epi32(number, _mm512_set1_epi32(first as i32));
        // In a register and then to memory: compressing straight into memory is slow on Zen 4.
        _mm512_storeu_ps(values, _mm512_maskz_compress_ps(mask, v.0));
        _mm512_storeu_si512(places.cast(), _mm512_maskz_compress_epi32(mask, place));
        mask.count_ones() as usize
    }
}

#[inline(always)]
unsafe fn compress_f64x8(v: F64x8, first: u32, values: *mut f64, places: *mut u32) -> usize {
    unsafe {
        let mask = _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(v.0, _mm512_setzero_pd());
        let number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        let place = _mm256_add_epi32(number, _mm256_set1_epi32(first as i32));
        _mm512_storeu_pd(values, _mm512_maskz_compress_pd(mask, v.0));
        _mm256_storeu_si256(places.cast(), _mm256_maskz_compress_epi32(mask, place));
        mask.count_ones() as usize
    }
}

macro_rules! pair {
    (
        $name:ident, $type:ident, $count:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident,
        $div:ident, $sqrt:ident, $fma:ident, $max:ident, $min:ident, $cmp:ident, $and:ident, $zero:ident, $movemask:ident,
        $bits:ident, $back:ident, $shift:ident::<$mantissa:literal>, $iadd:ident, $sums:ident
    ) => {
        impl Lanes<$type> for $name {
            const COUNT: usize = $count;
            const REGISTERS: usize = 8;

            #[inline(always)]
            fn splat(x: $type) -> Self {
                unsafe { $name($splat(x), $splat(x)) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $type) -> Self {
                unsafe { $name($load(from), $load(from.add($count / 2))) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $type) {
                unsafe {
                    $store(to, self.0);
                    $store(to.add($count / 2), self.1);
                }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                unsafe { $name($add(self.0, other.0), $add(self.1, other.1)) }
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                unsafe { $name($sub(self.0, other.0), $sub(self.1, other.1)) }
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                unsafe { $name($mul(self.0, other.0), $mul(self.1, other.1)) }
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                unsafe { $name($div(self.0, other.0), $div(self.1, other.1)) }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                unsafe { $name($sqrt(self.0), $sqrt(self.1)) }
            }
            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                unsafe { $name($fma(self.0, a.0, b.0), $fma(self.1, a.1, b.1)) }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                unsafe { $name($max(self.0, other.0), $max(self.1, other.1)) }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                unsafe { $name($min(self.0, other.0), $min(self.1, other.1)) }
            }
            #[inline(always)]
            fn if_positive(self, yes: Self) -> Self {
                unsafe {
                    let zero = $zero();
                    let (low, high) = ($cmp::<_CMP_GT_OQ>(self.0, zero), $cmp::<_CMP_GT_OQ>(self.1, zero));
                    $name($and(low, yes.0), $and(high, yes.1))
                }
            }
            #[inline(always)]
            fn if_equal(self, other: Self, yes: Self) -> Self {
                unsafe {
                    let (low, high) = ($cmp::<_CMP_EQ_OQ>(self.0, other.0), $cmp::<_CMP_EQ_OQ>(self.1, other.1));
                    $name($and(low, yes.0), $and(high, yes.1))
                }
            }
            #[inline(always)]
            fn add_exponent(self, n: Self) -> Self {
                unsafe {
                    let low = $iadd($bits(self.0), $shift::<$mantissa>($bits(n.0)));
                    let high = $iadd($bits(self.1), $shift::<$mantissa>($bits(n.1)));
                    $name($back(low), $back(high))
                }
            }
            #[inline(always)]
            fn sums(vectors: &[Self; 16]) -> Self {
                unsafe { $name($sums(vectors, 0), $sums(vectors, $count / 2)) }
            }
            #[inline(always)]
            unsafe fn compress(self, first: u32, values: *mut $type, places: *mut u32) -> usize {
                unsafe {
                    let zero = $zero();
                    let low = $movemask($cmp::<_CMP_NEQ_UQ>(self.0, zero)) as u32;
                    let high = $movemask($cmp::<_CMP_NEQ_UQ>(self.1, zero)) as u32;
                    let mut left = low | high << ($count / 2);
                    let mut lanes = [0.0; $count];
                    self.store(lanes.as_mut_ptr());
                    let mut count = 0;
                    while left != 0 {
                        let lane = left.trailing_zeros();
                        *values.add(count) = lanes[lane as usize % $count];
                        *places.add(count) = first + lane;
                        left &= left - 1;
                        count += 1;
                    }
                    count
                }
            }
        }
    };
}

pair!(
    F32x8x2,
    f32,
    16,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_sqrt_ps,
    _mm256_fmadd_ps,
    _mm256_max_ps,
    _mm256_min_ps,
    _mm256_cmp_ps,
    _mm256_and_ps,
    _mm256_setzero_ps,
    _mm256_movemask_ps,
    _mm256_castps_si256,
    _mm256_castsi256_ps,
    _mm256_slli_epi32::<23>,
    _mm256_add_epi32,
    sums_f32x8
);
pair!(
    F64x4x2,
    f64,
    8,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_div_pd,
    _mm256_sqrt_pd,
    _mm256_fmadd_pd,
    _mm256_max_pd,
    _mm256_min_pd,
    _mm256_cmp_pd,
    _mm256_and_pd,
    _mm256_setzero_pd,
    _mm256_movemask_pd,
    _mm256_castpd_si256,
    _mm256_castsi256_pd,
    _mm256_slli_epi64::<52>,
    _mm256_add_epi64,
    sums_f64x4
);

// Sums of the vectors from `first` on, as one register of 8.
#[inline(always)]
unsafe fn sums_f32x8(v: &[F32x8x2; 16], first: usize) -> __m256 {
    unsafe {
        // Slot 2c + l ends in lane 4l + c.
        let v = [
            v[first],
            v[first + 4],
            v[first + 1],
            v[first + 5],
            v[first + 2],
            v[first + 6],
            v[first + 3],
            v[first + 7],
        ];
        let eight = [
            _mm256_add_ps(v[0].0, v[0].1),
            _mm256_add_ps(v[1].0, v[1].1),
            _mm256_add_ps(v[2].0, v[2].1),
            _mm256_add_ps(v[3].0, v[3].1),
            _mm256_add_ps(v[4].0, v[4].1),
            _mm256_add_ps(v[5].0, v[5].1),
            _mm256_add_ps(v[6].0, v[6].1),
            _mm256_add_ps(v[7].0, v[7].1),
        ];
        let four = halve!(eight, _mm256_add_ps, _mm256_permute2f128_ps::<0x20, 0x31>, [0, 1, 2, 3]);
        let two = halve!(four, _mm256_add_ps, _mm256_shuffle_ps::<0x44, 0xee>, [0, 1]);
        halve!(two, _mm256_add_ps, _mm256_shuffle_ps::<0x88, 0xdd>, [0])[0]
    }
}

// Sums of the vectors from `first` on, as one register of 4.
#[inline(always)]
unsafe fn sums_f64x4(v: &[F64x4x2; 16], first: usize) -> __m256d {
    unsafe {
        // Slot 2c + l ends in lane 2l + c.
        let v = [v[first], v[first + 2], v[first + 1], v[first + 3]];
        let four = [
            _mm256_add_pd(v[0].0, v[0].1),
            _mm256_add_pd(v[1].0, v[1].1),
            _mm256_add_pd(v[2].0, v[2].1),
            _mm256_add_pd(v[3].0, v[3].1),
        ];
        let two = halve!(four, _mm256_add_pd, _mm256_permute2f128_pd::<0x20, 0x31>, [0, 1]);
        halve!(two, _mm256_add_pd, _mm256_shuffle_pd::<0x0, 0xf>, [0])[0]
    }
}
