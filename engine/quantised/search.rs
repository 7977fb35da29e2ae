//! Weights on a grid of b bits that fit +-1 labels: a greedy search that moves one weight at a time.
//!
//! f(x) = sum_j s_j relu(w_j.x), clipped to [-1, 1], with s_j = +1, -1, +1, ... fixed and every kept w_jl one of 2^b numbers
//! that lie evenly in [-r, r]; pruned ones are 0. So there are 2^(b |m|_1) such networks under a mask m. Rounding a trained
//! network to few bits loses its fit; moving on the grid itself does not.

use crate::data::random_labels::RandomLabels;
use crate::key::Key;
use crate::mask::Mask;
use ndarray::{Array1, Array2};
use rand::RngExt;

/// Passes over all weights, at most.
const PASSES: usize = 40;
/// The search ends below this mean of the squared hinge max(0, 1 - y f)^2.
const TARGET: f64 = 0.01;

/// 2^b numbers, evenly from -r to r: half of them positive, none 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    bits: u32,
    step: f64,
}

impl Grid {
    /// `bits` b from 1 to 16, and r > 0.
    ///
    /// # Panics
    /// If the bits are out of range.
    pub fn new(bits: u32, range: f64) -> Grid {
        assert!((1..=16).contains(&bits), "1 to 16 bits");
        Grid { bits, step: 2.0 * range / f64::from((1u32 << bits) - 1) }
    }

    /// 2^b.
    fn levels(self) -> i32 {
        1 << self.bits
    }

    /// The number at this level, 0 to 2^b - 1.
    pub fn value(self, level: i32) -> f64 {
        self.step * (f64::from(level) - 0.5 * f64::from(self.levels() - 1))
    }
}

/// A network on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct OnGrid {
    /// (k, d).
    pub w: Array2<f64>,
    /// (k): the fixed signs.
    pub a: Array1<f64>,
    /// f at the samples, clipped to [-1, 1].
    pub outputs: Vec<f64>,
}

/// Searches from random signs at the smallest size: every kept weight in turn goes where the squared hinge is smallest among
/// all levels that are a power of two away, until a pass moves nothing or the labels are fitted. Deterministic in the key.
pub fn search(mask: &Mask, grid: Grid, data: &RandomLabels, key: &Key) -> OnGrid {
    let [k, d] = [mask.shape()[0], mask.shape()[1]];
    let n = data.y.len();
    let columns: Vec<f64> = data.x.t().iter().copied().collect();
    let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
    let mut rng = key.rng();
    // Drawn for every weight, so that masks share their draws.
    let mut level: Vec<i32> = (0..k * d).map(|_| grid.levels() / 2 - i32::from(rng.random::<bool>())).collect();
    let (mut z, mut f) = (vec![0.0; k * n], vec![0.0; n]);
    for at in mask.indices() {
        let (j, x) = (at / d, &columns[at % d * n..][..n]);
        z[j * n..][..n].iter_mut().zip(x).for_each(|(z, x)| *z += grid.value(level[at]) * x);
    }
    for (j, z) in z.chunks_exact(n).enumerate() {
        f.iter_mut().zip(z).for_each(|(f, z)| *f += sign(j) * z.max(0.0));
    }
    let hinge = |f: f64, y: f64| (1.0 - y * f).max(0.0) * (1.0 - y * f).max(0.0);
    let mut loss: f64 = f.iter().zip(&data.y).map(|(f, y)| hinge(*f, *y)).sum();
    for _ in 0..PASSES {
        let before = loss;
        for at in mask.indices() {
            let (j, x) = (at / d, &columns[at % d * n..][..n]);
            let z = &mut z[j * n..][..n];
            let moved = |by: f64, f: f64, z: f64, x: f64| f + sign(j) * ((z + by * x).max(0.0) - z.max(0.0));
            let mut best = (loss, 0);
            for power in 0..grid.bits {
                for change in [1 << power, -(1 << power)] {
                    if (0..grid.levels()).contains(&(level[at] + change)) {
                        let by = grid.step * f64::from(change);
                        let each = f.iter().zip(z.iter()).zip(x.iter().zip(&data.y));
                        let there: f64 = each.map(|((f, z), (x, y))| hinge(moved(by, *f, *z, *x), *y)).sum();
                        if there < best.0 {
                            best = (there, change);
                        }
                    }
                }
            }
            if best.1 != 0 {
                let by = grid.step * f64::from(best.1);
                level[at] += best.1;
                loss = best.0;
                for ((f, z), x) in f.iter_mut().zip(z.iter_mut()).zip(x) {
                    *f = moved(by, *f, *z, *x);
                    *z += by * x;
                }
            }
        }
        if loss >= before || loss <= TARGET * n as f64 {
            break;
        }
    }
    let mut w = Array2::zeros((k, d));
    mask.indices().for_each(|at| w[[at / d, at % d]] = grid.value(level[at]));
    let a = Array1::from_shape_fn(k, sign);
    // Afresh, without the rounding of the moves.
    let outputs = data.x.dot(&w.t()).mapv(|z| z.max(0.0)).dot(&a).mapv(|f| f.clamp(-1.0, 1.0)).to_vec();
    OnGrid { w, a, outputs }
}

#[cfg(test)]
mod tests {
    use super::super::squared_error;
    use super::*;

    #[test]
    fn a_grid_has_its_levels_and_is_symmetric() {
        for bits in [1, 2, 4, 8] {
            let grid = Grid::new(bits, 3.0);
            let values: Vec<f64> = (0..grid.levels()).map(|level| grid.value(level)).collect();
            assert_eq!(values.len(), 1 << bits);
            assert!((values[0] + 3.0).abs() < 1e-12 && (values[values.len() - 1] - 3.0).abs() < 1e-12);
            assert!(values.iter().zip(values.iter().rev()).all(|(x, y)| (x + y).abs() < 1e-12 && *x != 0.0));
        }
    }

    #[test]
    fn the_search_fits_random_labels_on_the_grid_and_under_the_mask() {
        let data = RandomLabels::draw(30, 20, &Key::root("fit"));
        let mask = Mask::from_fn(&[6, 20], |at| at % 2 == 0);
        for bits in [1, 2, 4, 8] {
            let grid = Grid::new(bits, 3.0);
            let OnGrid { w, outputs, .. } = search(&mask, grid, &data, &Key::root("init"));
            assert!(squared_error(&outputs, &data.y) < 0.6, "{bits} bits: {}", squared_error(&outputs, &data.y));
            for (at, w) in w.iter().enumerate() {
                let on = (0..grid.levels()).any(|level| grid.value(level) == *w);
                assert!(if mask.keeps(at) { on } else { *w == 0.0 });
            }
        }
    }
}
