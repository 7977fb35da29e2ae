//! Products with those rows of a matrix that a list names: what every sparse kernel spends its time in.
//!
//! The sums of a product stay in registers while the list is walked; each entry costs one load per vector. Both functions
//! give the same bits in every family: the order of additions depends on the lists and on the width alone.

use super::lanes::Lanes;
use crate::real::Real;

/// Vectors of a row whose products are added up before their lanes are.
const TILE: usize = 8;

/// out = start + sum over entries e of values[e] * row places[e]; even and odd entries are added apart, so that additions
/// need not wait for each other.
///
/// # Safety
/// `places` must name rows that are readable from `rows` on, `stride` apart, over the length of `out` padded to whole
/// vectors.
#[inline(always)]
pub(crate) unsafe fn combine<R: Real, V: Lanes<R>>(
    start: R,
    values: &[R],
    places: &[u32],
    rows: *const R,
    stride: usize,
    out: &mut [R],
) {
    let vectors = out.len().div_ceil(V::COUNT);
    let most = if V::REGISTERS >= 32 { 8 } else { 2 };
    let chunks = vectors.div_ceil(most);
    for chunk in 0..chunks {
        // Chunks of almost one size: a narrow one would wait for its own additions.
        let (from, to) = (chunk * vectors / chunks, (chunk + 1) * vectors / chunks);
        let end = out.len().min(to * V::COUNT);
        let out = &mut out[from * V::COUNT..end];
        // SAFETY: the caller's.
        unsafe {
            let rows = rows.add(from * V::COUNT);
            match to - from {
                8 => combine_tile::<R, V, 8>(start, values, places, rows, stride, out),
                7 => combine_tile::<R, V, 7>(start, values, places, rows, stride, out),
                6 => combine_tile::<R, V, 6>(start, values, places, rows, stride, out),
                5 => combine_tile::<R, V, 5>(start, values, places, rows, stride, out),
                4 => combine_tile::<R, V, 4>(start, values, places, rows, stride, out),
                3 => combine_tile::<R, V, 3>(start, values, places, rows, stride, out),
                2 => combine_tile::<R, V, 2>(start, values, places, rows, stride, out),
                _ => combine_tile::<R, V, 1>(start, values, places, rows, stride, out),
            }
        }
    }
}

#[inline(always)]
unsafe fn combine_tile<R: Real, V: Lanes<R>, const WIDE: usize>(
    start: R,
    values: &[R],
    places: &[u32],
    rows: *const R,
    stride: usize,
    out: &mut [R],
) {
    // SAFETY: the caller's.
    unsafe {
        let mut even = [V::splat(start); WIDE];
        let mut odd = [V::splat(R::ZERO); WIDE];
        let mut entry = 0;
        while entry + 1 < values.len() {
            add_row::<R, V, WIDE>(&mut even, values, places, entry, rows, stride);
            add_row::<R, V, WIDE>(&mut odd, values, places, entry + 1, rows, stride);
            entry += 2;
        }
        if entry < values.len() {
            add_row::<R, V, WIDE>(&mut even, values, places, entry, rows, stride);
        }
        for v in 0..WIDE {
            let sum = even[v].add(odd[v]);
            if (v + 1) * V::COUNT <= out.len() {
                sum.store(out.as_mut_ptr().add(v * V::COUNT));
            } else {
                sum.store_some(&mut out[v * V::COUNT..]);
            }
        }
    }
}

#[inline(always)]
unsafe fn add_row<R: Real, V: Lanes<R>, const WIDE: usize>(
    sums: &mut [V; WIDE],
    values: &[R],
    places: &[u32],
    entry: usize,
    rows: *const R,
    stride: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        let value = V::splat(*values.get_unchecked(entry));
        let row = rows.add(*places.get_unchecked(entry) as usize * stride);
        for (v, sum) in sums.iter_mut().enumerate() {
            *sum = value.fma(V::load(row.add(v * V::COUNT)), *sum);
        }
    }
}

/// out_e = sum over lanes of left * row places[e], added to what is there if `add`. `left` is whole vectors.
///
/// # Safety
/// `places` must name rows that are readable from `rows` on, `stride` apart, over the length of `left`.
#[inline(always)]
pub(crate) unsafe fn dots<R: Real, V: Lanes<R>>(
    left: &[R],
    places: &[u32],
    rows: *const R,
    stride: usize,
    out: &mut [R],
    add: bool,
) {
    let vectors = left.len() / V::COUNT;
    // The same width in every family: it decides in which order the lanes of a product are added.
    for from in (0..vectors).step_by(TILE) {
        // SAFETY: the caller's; a tile lies inside the rows and `left`.
        unsafe {
            let rows = rows.add(from * V::COUNT);
            let left = left.as_ptr().add(from * V::COUNT);
            let add = add || from > 0;
            match TILE.min(vectors - from) {
                8 => dot_tile::<R, V, 8>(left, places, rows, stride, out, add),
                7 => dot_tile::<R, V, 7>(left, places, rows, stride, out, add),
                6 => dot_tile::<R, V, 6>(left, places, rows, stride, out, add),
                5 => dot_tile::<R, V, 5>(left, places, rows, stride, out, add),
                4 => dot_tile::<R, V, 4>(left, places, rows, stride, out, add),
                3 => dot_tile::<R, V, 3>(left, places, rows, stride, out, add),
                2 => dot_tile::<R, V, 2>(left, places, rows, stride, out, add),
                _ => dot_tile::<R, V, 1>(left, places, rows, stride, out, add),
            }
        }
    }
}

// As many entries at a time as a vector has lanes, so that their lanes are added up together.
#[inline(always)]
unsafe fn dot_tile<R: Real, V: Lanes<R>, const WIDE: usize>(
    left: *const R,
    places: &[u32],
    rows: *const R,
    stride: usize,
    out: &mut [R],
    add: bool,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut held = [V::splat(R::ZERO); WIDE];
        for (v, held) in held.iter_mut().enumerate() {
            *held = V::load(left.add(v * V::COUNT));
        }
        let (mut places, mut out) = (places.chunks_exact(V::COUNT), out.chunks_exact_mut(V::COUNT));
        for (places, out) in places.by_ref().zip(out.by_ref()) {
            let mut products = [V::splat(R::ZERO); 16];
            for (product, place) in products.iter_mut().zip(places) {
                *product = dot::<R, V, WIDE>(&held, rows.add(*place as usize * stride));
            }
            let sums = V::sums(&products);
            let sums = if add { V::load(out.as_ptr()).add(sums) } else { sums };
            sums.store(out.as_mut_ptr());
        }
        for (place, out) in places.remainder().iter().zip(out.into_remainder()) {
            let product = dot::<R, V, WIDE>(&held, rows.add(*place as usize * stride));
            let sum = V::sums(&[product; 16]).first();
            *out = if add { *out + sum } else { sum };
        }
    }
}

#[inline(always)]
unsafe fn dot<R: Real, V: Lanes<R>, const WIDE: usize>(left: &[V; WIDE], row: *const R) -> V {
    let mut sum = V::splat(R::ZERO);
    for (v, left) in left.iter().enumerate() {
        // SAFETY: the caller's.
        sum = left.fma(unsafe { V::load(row.add(v * V::COUNT)) }, sum);
    }
    sum
}
