//! The path kernel Pi = G G^T of a network without biases (arXiv 2101.10552), G[p, q] = d pi_p / d w_q for the value pi_p of
//! every path p from an input to an output, the product of its weights.
//!
//! The neural tangent kernel is J Pi J^T with J of data and gates alone: Pi is what weights and mask decide. There are as many
//! paths as the product of all widths, and none is enumerated here. The non-zero eigenvalues are those of G^T G, one row per
//! edge, and a product with it takes two sweeps over the layers: with sums over the beginnings of paths that end in a unit, f
//! of value^2 and h of value times its derivative along v, and b, c likewise over the ends of paths,
//! (G^T G v)_ij = w_ij (h_j b_i + f_j c_i) + v_ij f_j b_i.
//!
//! A weight of 0 is no edge. Derived here: the spectrum for two layers, and the rank, which is that of the paths' incidence
//! with edges.

use crate::eigenvalues::symmetric_eigenvalues;
use crate::mask::Mask;
use ndarray::{Array1, Array2};

/// Edges up to which G^T G is written out.
const WRITTEN_OUT: usize = 400;
/// Steps of the Lanczos iteration on larger ones.
const STEPS: usize = 100;
/// How many eigenvalues are leading ones.
const LEADING: usize = 20;
/// Largest distance to an eigenvalue that is reported, over the largest one.
const CONVERGED: f64 = 1e-9;

/// The kernel of one network.
#[derive(Clone, Debug)]
pub struct PathKernel {
    /// (out, in) per layer; 0 off the live edges.
    w: Vec<Array2<f64>>,
    /// Their squares.
    u: Vec<Array2<f64>>,
    live: Vec<Mask>,
}

/// Eigenvalues above 0, descending.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// With their multiplicities if complete; else the leading ones, without.
    pub eigenvalues: Vec<f64>,
    /// Whether there are no others.
    pub complete: bool,
}

impl PathKernel {
    /// The kernel of the network with these weights, (out, in) per layer.
    ///
    /// # Panics
    /// If the widths of neighbouring layers differ.
    pub fn new(mut w: Vec<Array2<f64>>) -> PathKernel {
        let edges = |w: &Array2<f64>| {
            let kept = w.iter().enumerate().filter(|(_, w)| **w != 0.0).map(|(at, _)| at);
            Mask::from_indices(w.shape(), kept)
        };
        let live = Mask::live(&w.iter().map(edges).collect::<Vec<_>>());
        for (w, live) in w.iter_mut().zip(&live) {
            w.iter_mut().enumerate().filter(|(at, _)| !live.keeps(*at)).for_each(|(_, w)| *w = 0.0);
        }
        let u = w.iter().map(|w| w * w).collect();
        PathKernel { w, u, live }
    }

    /// Edges on some path.
    pub fn live_edges(&self) -> usize {
        self.live.iter().map(Mask::kept).sum()
    }

    /// Hidden units on some path.
    pub fn live_hidden(&self) -> usize {
        Mask::active_widths(&self.live).iter().sum()
    }

    /// The rank: live edges less live hidden units, each of which can be rescaled without changing a path.
    pub fn rank(&self) -> usize {
        self.live_edges() - self.live_hidden()
    }

    /// tr Pi, the sum over edges of what the squared values of their paths are without them.
    pub fn trace(&self) -> f64 {
        let none: Vec<Array2<f64>> = self.w.iter().map(|w| Array2::zeros(w.dim())).collect();
        let (below, above) = (self.below(&none), self.above(&none));
        let layer = |(live, ((f, _), (b, _))): (&Mask, (&Ends, &Ends))| -> f64 {
            live.indices().map(|at| b[at / f.len()] * f[at % f.len()]).sum()
        };
        self.live.iter().zip(below.iter().zip(&above)).map(layer).sum()
    }

    /// All eigenvalues above 0 for two layers or few edges; else the leading ones, each to 1e-9 of the largest.
    pub fn spectrum(&self) -> Spectrum {
        match self.w.as_slice() {
            _ if self.rank() == 0 => Spectrum { eigenvalues: Vec::new(), complete: true },
            [below, above] => Spectrum { eigenvalues: two_layers(below, above), complete: true },
            _ if self.live_edges() <= WRITTEN_OUT => Spectrum { eigenvalues: self.written_out(), complete: true },
            _ => Spectrum { eigenvalues: self.leading(STEPS), complete: false },
        }
    }

    /// G^T G v; v is 0 off the live edges.
    fn times(&self, v: &[Array2<f64>]) -> Vec<Array2<f64>> {
        let (below, above) = (self.below(v), self.above(v));
        let layer = |(at, w): (usize, &Array2<f64>)| {
            let ((f, h), (b, c)) = (&below[at], &above[at]);
            Array2::from_shape_fn(w.dim(), |(i, j)| {
                w[[i, j]] * (h[j] * b[i] + f[j] * c[i]) + v[at][[i, j]] * f[j] * b[i]
            })
        };
        self.w.iter().enumerate().map(layer).collect()
    }

    /// f and h below every layer.
    fn below(&self, v: &[Array2<f64>]) -> Vec<Ends> {
        let inputs = self.w.first().map_or(0, Array2::ncols);
        let mut sums = vec![(Array1::ones(inputs), Array1::zeros(inputs))];
        for (at, u) in self.u.iter().enumerate().take(self.u.len().saturating_sub(1)) {
            let (f, h) = &sums[at];
            sums.push((u.dot(f), u.dot(h) + (&self.w[at] * &v[at]).dot(f)));
        }
        sums
    }

    /// b and c above every layer.
    fn above(&self, v: &[Array2<f64>]) -> Vec<Ends> {
        let outputs = self.w.last().map_or(0, Array2::nrows);
        let mut sums = vec![(Array1::ones(outputs), Array1::zeros(outputs))];
        for (at, u) in self.u.iter().enumerate().skip(1).rev() {
            let (b, c) = sums.last().expect("one was there");
            sums.push((u.t().dot(b), u.t().dot(c) + (&self.w[at] * &v[at]).t().dot(b)));
        }
        sums.reverse();
        sums
    }

    fn written_out(&self) -> Vec<f64> {
        let edges = self.live_edges();
        let mut gram = Array2::zeros((edges, edges));
        for at in 0..edges {
            let mut one = vec![0.0; edges];
            one[at] = 1.0;
            gram.column_mut(at).assign(&Array1::from(self.packed(&self.times(&self.unpacked(&one)))));
        }
        let mut values = symmetric_eigenvalues(&gram);
        values.truncate(self.rank());
        values
    }

    /// The leading eigenvalues by the Lanczos iteration with all vectors kept orthogonal, where they have converged.
    fn leading(&self, steps: usize) -> Vec<f64> {
        let edges = self.live_edges();
        // A fixed start, with a part in every direction: a random one would make the answer depend on a key.
        let mut next: Vec<f64> = (1..=edges).map(|at| 1.0 + (at as f64 * 0.618_033_988_75).fract()).collect();
        let (mut basis, mut diagonal, mut beside): (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) = Default::default();
        for _ in 0..steps.min(edges) {
            let norm = dot(&next, &next).sqrt();
            if !basis.is_empty() {
                if norm <= f64::EPSILON * diagonal[0].abs() {
                    break;
                }
                beside.push(norm);
            }
            next.iter_mut().for_each(|x| *x /= norm);
            basis.push(next);
            let last = basis.last().expect("one was pushed");
            next = self.packed(&self.times(&self.unpacked(last)));
            diagonal.push(dot(last, &next));
            // Twice is enough for orthogonality to rounding.
            for vector in basis.iter().chain(&basis) {
                let part = dot(vector, &next);
                next.iter_mut().zip(vector).for_each(|(x, v)| *x -= part * v);
            }
        }
        let small = nalgebra::DMatrix::from_fn(diagonal.len(), diagonal.len(), |i, j| match i.abs_diff(j) {
            0 => diagonal[i],
            1 => beside[i.min(j)],
            _ => 0.0,
        });
        let rest = dot(&next, &next).sqrt();
        let eigen = nalgebra::SymmetricEigen::new(small);
        let last = diagonal.len() - 1;
        let mut found: Vec<(f64, f64)> = eigen
            .eigenvalues
            .iter()
            .enumerate()
            .map(|(at, x)| (*x, rest * eigen.eigenvectors[(last, at)].abs()))
            .collect();
        found.sort_by(|x, y| y.0.total_cmp(&x.0));
        let near = CONVERGED * found[0].0;
        found.into_iter().take(LEADING).take_while(|(_, off)| *off <= near).map(|(value, _)| value).collect()
    }

    /// The entries on live edges, one after the other.
    fn packed(&self, v: &[Array2<f64>]) -> Vec<f64> {
        let layer = |(v, live): (&Array2<f64>, &Mask)| {
            let columns = v.ncols();
            live.indices().map(|at| v[[at / columns, at % columns]]).collect::<Vec<_>>()
        };
        v.iter().zip(&self.live).flat_map(layer).collect()
    }

    fn unpacked(&self, packed: &[f64]) -> Vec<Array2<f64>> {
        let mut packed = packed.iter();
        let mut layer = |(w, live): (&Array2<f64>, &Mask)| {
            let (mut v, columns) = (Array2::zeros(w.dim()), w.ncols());
            live.indices().zip(&mut packed).for_each(|(at, x)| v[[at / columns, at % columns]] = *x);
            v
        };
        self.w.iter().zip(&self.live).map(&mut layer).collect()
    }
}

/// Two sums over the beginnings, or the ends, of paths at every unit of a layer.
type Ends = (Array1<f64>, Array1<f64>);

/// A hidden unit with n live edges below and o above has the eigenvalues |w|^2 + |a|^2, n - 1 times |a|^2, o - 1 times |w|^2.
fn two_layers(below: &Array2<f64>, above: &Array2<f64>) -> Vec<f64> {
    let mut values = Vec::new();
    for (w, a) in below.rows().into_iter().zip(above.columns()) {
        let edges = |of: ndarray::ArrayView1<'_, f64>| of.iter().filter(|w| **w != 0.0).count();
        let (n, o, w, a) = (edges(w), edges(a), w.dot(&w), a.dot(&a));
        if n > 0 && o > 0 {
            values.push(w + a);
            values.extend(std::iter::repeat_n(a, n - 1).chain(std::iter::repeat_n(w, o - 1)));
        }
    }
    values.sort_by(|x, y| y.total_cmp(x));
    values
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fraction::KeepFraction;
    use crate::key::Key;
    use crate::network::init::InitLaw;

    fn network(widths: &[usize], keep: f64, key: &Key) -> Vec<Array2<f64>> {
        let layer = |(at, pair): (usize, &[usize])| {
            let key = key.child(&format!("layer {at}"));
            let mask = Mask::random(&[pair[1], pair[0]], KeepFraction::new(keep).unwrap(), &key.child("mask"));
            let mut w = InitLaw::HeNormal.draw((pair[1], pair[0]), 1.0, &key);
            w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
            w
        };
        widths.windows(2).enumerate().map(layer).collect()
    }

    /// G with a row for every path and a column for every weight, by going through all paths.
    fn enumerated(w: &[Array2<f64>]) -> Array2<f64> {
        let widths: Vec<usize> = std::iter::once(w[0].ncols()).chain(w.iter().map(Array2::nrows)).collect();
        let first = |layer: usize| w[..layer].iter().map(Array2::len).sum::<usize>();
        let mut g = Array2::zeros((widths.iter().product(), first(w.len())));
        for (path, mut row) in g.rows_mut().into_iter().enumerate() {
            let mut rest = path;
            let units: Vec<usize> = widths.iter().map(|n| (rest % n, rest /= n).0).collect();
            let edge = |layer: usize| [units[layer + 1], units[layer]];
            for layer in (0..w.len()).filter(|layer| w[*layer][edge(*layer)] != 0.0) {
                let others = (0..w.len()).filter(|other| *other != layer);
                let [i, j] = edge(layer);
                row[first(layer) + i * widths[layer] + j] = others.map(|other| w[other][edge(other)]).product();
            }
        }
        g
    }

    #[test]
    fn trace_rank_and_spectrum_are_those_of_all_paths() {
        for (widths, keep) in
            [(vec![4, 5, 3], 1.0), (vec![4, 6, 3], 0.5), (vec![3, 4, 3, 2], 0.7), (vec![2, 3, 3, 2, 2], 0.8)]
        {
            for replica in 0..5 {
                let w = network(&widths, keep, &Key::root("paths").replica(replica));
                let g = enumerated(&w);
                let all = symmetric_eigenvalues(&g.t().dot(&g));
                let kernel = PathKernel::new(w);
                let largest = all[0].max(1e-300);
                assert!((kernel.trace() - all.iter().sum::<f64>()).abs() <= 1e-12 * largest * all.len() as f64);
                assert_eq!(kernel.rank(), all.iter().filter(|value| **value > 1e-11 * largest).count());
                let Spectrum { eigenvalues, complete } = kernel.spectrum();
                assert!(complete && eigenvalues.len() == kernel.rank());
                assert!(eigenvalues.iter().zip(&all).all(|(ours, theirs)| (ours - theirs).abs() < 1e-11 * largest));
            }
        }
    }

    #[test]
    fn leading_eigenvalues_are_the_highest_of_all() {
        let kernel = PathKernel::new(network(&[6, 9, 8, 7, 4], 0.8, &Key::root("leading")));
        let all = kernel.written_out();
        let leading = kernel.leading(60);
        assert!(leading.len() >= 5, "{}", leading.len());
        assert!(leading.iter().zip(&all).all(|(ours, theirs)| (ours - theirs).abs() < 1e-9 * all[0]));
    }

    #[test]
    fn without_a_path_there_is_nothing() {
        let kernel = PathKernel::new(vec![Array2::zeros((3, 2)), Array2::ones((2, 3))]);
        assert_eq!((kernel.trace(), kernel.rank(), kernel.live_edges(), kernel.live_hidden()), (0.0, 0, 0, 0));
        assert_eq!(kernel.spectrum(), Spectrum { eigenvalues: Vec::new(), complete: true });
    }
}
