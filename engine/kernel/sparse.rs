//! Products of a sparse matrix with a dense one whose rows are samples side by side.
//!
//! [`Sums`] is the forward pass of a sparse layer, and with the transposed pattern its backward pass; [`Dots`] is its
//! gradient, one product over the samples for each kept weight. Each runs through the kept weights alone, so that the
//! cost falls with the keep fraction.
//!
//! Both work on a *panel* at a time: a few vectors of samples of all rows of the dense matrix, copied together. Rows that
//! stand a power of two apart would fall on the same few lines of the caches; a panel stays in the second one while all
//! lists pass over it.

use super::Task;
use super::aligned::Aligned;
use super::lanes::Lanes;
use super::lists::{combine, dots};
use crate::real::Real;
use std::ops::Range;

/// Most vectors in a row of a panel: what the kernels hold in registers at once.
const WIDE: usize = 8;
/// Fewest, for matrices of many rows.
const NARROW: usize = 4;
/// Bytes of a panel that still stay near.
const NEAR: usize = 1 << 19;

/// The kept entries of a matrix, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// Entries of row r are `starts[r]..starts[r + 1]`.
    starts: Vec<usize>,
    /// Column of each entry.
    places: Vec<u32>,
    /// Where the weight of each entry stands; in the order of the entries if `None`.
    order: Option<Vec<u32>>,
    columns: usize,
}

impl Pattern {
    /// The pattern of these row-major indices, ascending; weight t belongs to the t-th of them.
    pub(crate) fn new(rows: usize, columns: usize, kept: &[usize]) -> Pattern {
        let starts = (0..=rows).map(|r| kept.partition_point(|&at| at < r * columns)).collect();
        let places = kept.iter().map(|&at| (at % columns) as u32).collect();
        Pattern { starts, places, order: None, columns }
    }

    /// The pattern of the transpose, about the same weights.
    pub(crate) fn transposed(&self) -> Pattern {
        let mut starts = vec![0; self.columns + 1];
        self.places.iter().for_each(|&column| starts[column as usize + 1] += 1);
        (0..self.columns).for_each(|column| starts[column + 1] += starts[column]);
        let (mut next, len) = (starts.clone(), self.places.len());
        let (mut rows, mut order) = (vec![0; len], vec![0; len]);
        for row in 0..self.rows() {
            for entry in self.entries(row) {
                let to = &mut next[self.places[entry] as usize];
                (rows[*to], order[*to]) = (row as u32, entry as u32);
                *to += 1;
            }
        }
        Pattern { starts, places: rows, order: Some(order), columns: self.rows() }
    }

    fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    fn entries(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }
}

/// A dense matrix, `width` samples in each row, row j from `data[j * stride]` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a, R> {
    pub(crate) data: &'a [R],
    pub(crate) width: usize,
    pub(crate) stride: usize,
}

/// Memory that the kernels reuse from call to call.
#[derive(Clone, Debug)]
pub(crate) struct Room<R> {
    panel: Aligned<R>,
    /// Weights in the order of a transposed pattern; one row of the left factor.
    values: Vec<R>,
}

impl<R: Real> Room<R> {
    /// Room for products with matrices of up to so many rows, and patterns of up to so many entries.
    pub(crate) fn new(rows: usize, entries: usize) -> Room<R> {
        let lanes = 64 / size_of::<R>();
        Room { panel: Aligned::zeros(rows * WIDE * lanes), values: vec![R::ZERO; entries.max(WIDE * lanes)] }
    }
}

/// Samples of the panels over `width` samples of `rows` rows.
fn panels<R: Real, V: Lanes<R>>(width: usize, rows: usize) -> impl Iterator<Item = Range<usize>> {
    let most = (NEAR / 64 / rows.max(1)).clamp(NARROW, WIDE) * V::COUNT;
    (0..width).step_by(most).map(move |first| first..width.min(first + most))
}

/// Copies `samples` of the first `rows` rows together, padded by zeros to whole vectors; returns the new stride.
fn pack<R: Real, V: Lanes<R>>(from: Rows<'_, R>, rows: usize, samples: &Range<usize>, panel: &mut [R]) -> usize {
    let stride = samples.len().next_multiple_of(V::COUNT);
    for (j, to) in panel.chunks_exact_mut(stride).take(rows).enumerate() {
        let (to, pad) = to.split_at_mut(samples.len());
        to.copy_from_slice(&from.data[j * from.stride..][samples.clone()]);
        pad.fill(R::ZERO);
    }
    stride
}

/// into_r = bias_r + sum over the entries of row r of weight * from_column; rows of `into` stand side by side.
pub(crate) struct Sums<'a, R> {
    pub(crate) pattern: &'a Pattern,
    pub(crate) weights: &'a [R],
    /// One number per row, or nothing.
    pub(crate) bias: &'a [R],
    pub(crate) from: Rows<'a, R>,
    pub(crate) into: &'a mut [R],
    pub(crate) room: &'a mut Room<R>,
}

impl<R: Real> Task<R> for Sums<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let Sums { pattern, weights, bias, from, into, room } = self;
        let Room { panel, values } = room;
        let values = match &pattern.order {
            None => weights,
            Some(order) => {
                let values = &mut values[..order.len()];
                values.iter_mut().zip(order).for_each(|(value, &at)| *value = weights[at as usize]);
                values
            }
        };
        assert_eq!(values.len(), pattern.places.len());
        for samples in panels::<R, V>(from.width, pattern.columns) {
            let stride = pack::<R, V>(from, pattern.columns, &samples, panel);
            for r in 0..pattern.rows() {
                let entries = pattern.entries(r);
                let start = bias.get(r).copied().unwrap_or(R::ZERO);
                let (values, places) = (&values[entries.clone()], &pattern.places[entries]);
                let out = &mut into[r * from.width..][samples.clone()];
                // SAFETY: `pack` filled a row of the panel for every column of the pattern.
                unsafe { combine::<R, V>(start, values, places, panel.as_ptr(), stride, out) };
            }
        }
    }
}

/// into_t = sum over samples of left_row * right_column for each entry t of the pattern, added to what is there if `add`.
pub(crate) struct Dots<'a, R> {
    pub(crate) pattern: &'a Pattern,
    pub(crate) left: Rows<'a, R>,
    pub(crate) right: Rows<'a, R>,
    pub(crate) into: &'a mut [R],
    pub(crate) add: bool,
    pub(crate) room: &'a mut Room<R>,
}

impl<R: Real> Task<R> for Dots<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let Dots { pattern, left, right, into, add, room } = self;
        let Room { panel, values } = room;
        for samples in panels::<R, V>(right.width, pattern.columns) {
            let stride = pack::<R, V>(right, pattern.columns, &samples, panel);
            for r in 0..pattern.rows() {
                let entries = pattern.entries(r);
                let row = &mut values[..stride];
                row[..samples.len()].copy_from_slice(&left.data[r * left.stride..][samples.clone()]);
                row[samples.len()..].fill(R::ZERO);
                let (places, into) = (&pattern.places[entries.clone()], &mut into[entries]);
                // SAFETY: as above.
                unsafe { dots::<R, V>(row, places, panel.as_ptr(), stride, into, add || samples.start > 0) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Family;
    use super::*;

    /// Small whole numbers: sums have the same bits in every order.
    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 29 + salt) % 17) as f32 - 8.0).collect()
    }

    #[test]
    fn every_family_gives_what_the_definition_gives() {
        let (m, d) = (7, 11);
        let kept: Vec<usize> = (0..m * d).filter(|at| (at * 5 + 3) % 7 < 2 && at / d != 4).collect();
        let pattern = Pattern::new(m, d, &kept);
        let back = pattern.transposed();
        let mut room = Room::new(m.max(d), kept.len());
        let w = numbers(kept.len(), 1);
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            for n in [1, 5, 16, 63, 64, 130, 203] {
                // Two samples that nobody asked for stand at the end of each row.
                let (x, delta) = (numbers(d * (n + 2), 2), numbers(m * n, 3));
                let (from, left) =
                    (Rows { data: &x, width: n, stride: n + 2 }, Rows { data: &delta, width: n, stride: n });
                let (mut z, mut below, mut grad) = (vec![9.0; m * n], vec![9.0; d * n], numbers(kept.len(), 4));
                let bias = numbers(m, 5);
                let mut expected_z: Vec<f32> = (0..m * n).map(|at| bias[at / n]).collect();
                let mut expected_below = vec![0.0; d * n];
                let mut expected_grad = grad.clone();
                for (t, &at) in kept.iter().enumerate() {
                    for i in 0..n {
                        expected_z[at / d * n + i] += w[t] * x[at % d * (n + 2) + i];
                        expected_below[at % d * n + i] += w[t] * delta[at / d * n + i];
                        expected_grad[t] += delta[at / d * n + i] * x[at % d * (n + 2) + i];
                    }
                }
                family.run(Sums { pattern: &pattern, weights: &w, bias: &bias, from, into: &mut z, room: &mut room });
                family.run(Sums {
                    pattern: &back,
                    weights: &w,
                    bias: &[],
                    from: left,
                    into: &mut below,
                    room: &mut room,
                });
                family.run(Dots { pattern: &pattern, left, right: from, into: &mut grad, add: true, room: &mut room });
                assert_eq!((z, below, grad), (expected_z, expected_below, expected_grad), "{family:?} {n}");
            }
        }
    }
}
