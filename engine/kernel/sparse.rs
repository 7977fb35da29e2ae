//! Products of a sparse matrix with a dense one whose rows are samples side by side.
//!
//! [`Sums`] is the forward pass of a sparse layer, and with the transposed pattern its backward pass; [`Dots`] is its
//! gradient, one product over the samples for each kept weight. Each runs through the kept weights alone, so that the
//! cost falls with the keep fraction.

use super::Task;
use super::lanes::Lanes;
use crate::real::Real;

/// Vectors that are summed at once.
const ABREAST: usize = 4;

/// The kept entries of a matrix, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// Entries of row r are `starts[r]..starts[r + 1]`.
    starts: Vec<usize>,
    /// Column of each entry.
    columns: Vec<u32>,
    /// Where the weight of each entry stands.
    weights: Vec<u32>,
}

impl Pattern {
    /// The pattern of these row-major indices, ascending; weight t belongs to the t-th of them.
    pub(crate) fn new(rows: usize, columns: usize, kept: &[usize]) -> Pattern {
        let starts = (0..=rows).map(|r| kept.partition_point(|&at| at < r * columns)).collect();
        let columns = kept.iter().map(|&at| (at % columns) as u32).collect();
        Pattern { starts, columns, weights: (0..kept.len() as u32).collect() }
    }

    /// The pattern of the transpose, about the same weights.
    pub(crate) fn transposed(&self, columns: usize) -> Pattern {
        let mut starts = vec![0; columns + 1];
        self.columns.iter().for_each(|&column| starts[column as usize + 1] += 1);
        (0..columns).for_each(|column| starts[column + 1] += starts[column]);
        let (mut next, len) = (starts.clone(), self.columns.len());
        let (mut rows, mut weights) = (vec![0; len], vec![0; len]);
        for row in 0..self.starts.len() - 1 {
            for entry in self.starts[row]..self.starts[row + 1] {
                let to = &mut next[self.columns[entry] as usize];
                (rows[*to], weights[*to]) = (row as u32, self.weights[entry]);
                *to += 1;
            }
        }
        Pattern { starts, columns: rows, weights }
    }
}

/// A dense matrix, `width` samples in each row, row j from `data[j * stride]` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a, R> {
    pub(crate) data: &'a [R],
    pub(crate) width: usize,
    pub(crate) stride: usize,
}

impl<'a, R: Real> Rows<'a, R> {
    fn row(&self, j: usize) -> &'a [R] {
        &self.data[j * self.stride..][..self.width]
    }
}

/// into_r = bias_r + sum over the entries of row r of weight * from_column; rows of `into` stand side by side.
pub(crate) struct Sums<'a, R> {
    pub(crate) pattern: &'a Pattern,
    pub(crate) weights: &'a [R],
    /// One number per row, or nothing.
    pub(crate) bias: &'a [R],
    pub(crate) from: Rows<'a, R>,
    pub(crate) into: &'a mut [R],
}

impl<R: Real> Task<R> for Sums<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let Sums { pattern, weights, bias, from, into } = self;
        for (r, row) in into.chunks_exact_mut(from.width).enumerate() {
            let entries = pattern.starts[r]..pattern.starts[r + 1];
            let (columns, places) = (&pattern.columns[entries.clone()], &pattern.weights[entries]);
            let start = V::splat(bias.get(r).copied().unwrap_or(R::ZERO));
            let whole = from.width - from.width % (ABREAST * V::COUNT);
            for first in (0..whole).step_by(ABREAST * V::COUNT) {
                let mut sums = [start; ABREAST];
                for (&column, &at) in columns.iter().zip(places) {
                    let weight = V::splat(weights[at as usize]);
                    let x = &from.row(column as usize)[first..first + ABREAST * V::COUNT];
                    for (s, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: `x` has ABREAST vectors.
                        *sum = weight.fma(unsafe { V::load(x.as_ptr().add(s * V::COUNT)) }, *sum);
                    }
                }
                for (sum, to) in sums.iter().zip(row[first..].chunks_exact_mut(V::COUNT)) {
                    // SAFETY: `to` has one vector.
                    unsafe { sum.store(to.as_mut_ptr()) };
                }
            }
            for first in (whole..from.width).step_by(V::COUNT) {
                let count = V::COUNT.min(from.width - first);
                let mut sum = start;
                for (&column, &at) in columns.iter().zip(places) {
                    let x = some::<R, V>(&from.row(column as usize)[first..first + count]);
                    sum = V::splat(weights[at as usize]).fma(x, sum);
                }
                sum.store_some(&mut row[first..first + count]);
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
}

impl<R: Real> Task<R> for Dots<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let Dots { pattern, left, right, into, add } = self;
        let zero = V::splat(R::ZERO);
        for r in 0..pattern.starts.len() - 1 {
            let (entries, row) = (pattern.starts[r]..pattern.starts[r + 1], left.row(r));
            let columns = pattern.columns[entries.clone()].chunks(V::COUNT);
            for (columns, into) in columns.zip(into[entries].chunks_mut(V::COUNT)) {
                let mut dots = [zero; 16];
                for (dot, &column) in dots.iter_mut().zip(columns) {
                    *dot = lanes::<R, V>(row, right.row(column as usize));
                }
                let dots = V::sums(&dots);
                let before = if add { V::load_some(into, into.len()) } else { zero };
                dots.add(before).store_some(into);
            }
        }
    }
}

/// The product a b, lane by lane.
#[inline(always)]
fn lanes<R: Real, V: Lanes<R>>(a: &[R], b: &[R]) -> V {
    let mut sums = [V::splat(R::ZERO); ABREAST];
    let wide = ABREAST * V::COUNT;
    let whole = a.len() - a.len() % wide;
    for (a, b) in a[..whole].chunks_exact(wide).zip(b[..whole].chunks_exact(wide)) {
        for (s, sum) in sums.iter_mut().enumerate() {
            // SAFETY: both chunks have ABREAST vectors.
            *sum = unsafe { V::load(a.as_ptr().add(s * V::COUNT)).fma(V::load(b.as_ptr().add(s * V::COUNT)), *sum) };
        }
    }
    let mut rest = V::splat(R::ZERO);
    for (a, b) in a[whole..].chunks(V::COUNT).zip(b[whole..].chunks(V::COUNT)) {
        rest = some::<R, V>(a).fma(some(b), rest);
    }
    sums[0].add(sums[1]).add(sums[2].add(sums[3])).add(rest)
}

#[inline(always)]
fn some<R: Real, V: Lanes<R>>(from: &[R]) -> V {
    if from.len() == V::COUNT {
        // SAFETY: COUNT numbers.
        unsafe { V::load(from.as_ptr()) }
    } else {
        V::load_some(from, from.len())
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
        let back = pattern.transposed(d);
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
                family.run(Sums { pattern: &pattern, weights: &w, bias: &bias, from, into: &mut z });
                family.run(Sums { pattern: &back, weights: &w, bias: &[], from: left, into: &mut below });
                family.run(Dots { pattern: &pattern, left, right: from, into: &mut grad, add: true });
                assert_eq!((z, below, grad), (expected_z, expected_below, expected_grad), "{family:?} {n}");
            }
        }
    }
}
