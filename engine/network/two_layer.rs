//! The two-layer ReLU network of the laws of robustness, fitted to +-1 labels with or without a price on its slope.
//!
//! f(x) = sum_j a_j relu(w_j.x + b_j) is trained on the mean squared error plus a penalty (arXiv 2105.12806 and 2009.14444 ask
//! how smooth such an interpolant can be):
//! * path: weight times sum_j |a_j| |w_j|
//! * lipschitz: weight times the power mean (mean_q |grad f(q)|^8)^(1/8) over points q
//!
//! On a cell of the network grad f(q) = sum_j a_j s_jq w_j with s_jq = [w_j.q + b_j > 0], so with v_q = d penalty / d grad f(q)
//! and U = S V the second backward pass is d / d w_j = a_j U_j and d / d a_j = w_j . U_j; cells do not move to first order,
//! so b gets nothing.
//!
//! | letter | name | meaning |
//! |---|---|---|
//! | W, b, a | `w`, `b`, `a` | (k, d), (k), (k); parameters p = k (d + 2) |
//! | x, y | `x`, `y` | (n, d), (n): samples and labels |
//! | q | `points` | (M, d): where slopes are taken |

use crate::key::Key;
use crate::linalg::{Matrix, product};
use crate::training::{Evaluation, Objective};
use ndarray::{Array1, Array2};
use rand::RngExt;
use rand_distr::StandardNormal;

/// A network with one hidden ReLU layer, biases and one output.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLayer {
    /// (k, d).
    pub w: Array2<f64>,
    /// (k).
    pub b: Array1<f64>,
    /// (k).
    pub a: Array1<f64>,
}

impl TwoLayer {
    /// w_j ~ N(0, I_d), b = 0, a ~ N(0, I_k / k): preactivations and output of order 1 for |x| about 1.
    pub fn draw(neurons: usize, dimension: usize, key: &Key) -> TwoLayer {
        let normal = |name: &str, count: usize| -> Vec<f64> {
            let mut rng = key.child(name).rng();
            (0..count).map(|_| rng.sample(StandardNormal)).collect()
        };
        let w = Array2::from_shape_vec((neurons, dimension), normal("w", neurons * dimension));
        let scale = (neurons as f64).sqrt();
        let a = normal("a", neurons).into_iter().map(|a| a / scale).collect();
        TwoLayer { w: w.expect("one weight per entry"), b: Array1::zeros(neurons), a }
    }

    /// The parameters as the objective takes them: W row by row, b, a.
    pub fn pack(&self) -> Vec<f64> {
        self.w.iter().chain(&self.b).chain(&self.a).copied().collect()
    }

    /// The network with these parameters.
    ///
    /// # Panics
    /// If `theta` has not k (d + 2) entries.
    pub fn unpack(theta: &[f64], neurons: usize, dimension: usize) -> TwoLayer {
        let (w, rest) = theta.split_at(neurons * dimension);
        let (b, a) = rest.split_at(neurons);
        let w = Array2::from_shape_vec((neurons, dimension), w.to_vec()).expect("one weight per entry");
        TwoLayer { w, b: b.to_vec().into(), a: a.to_vec().into() }
    }

    /// f at every row of x; (n).
    pub fn outputs(&self, x: &Array2<f64>) -> Array1<f64> {
        ((x.dot(&self.w.t()) + &self.b).mapv(|z| z.max(0.0))).dot(&self.a)
    }

    /// |grad f| at every row of x; (n).
    pub fn slopes(&self, x: &Array2<f64>) -> Array1<f64> {
        let active = (x.dot(&self.w.t()) + &self.b).mapv(|z| f64::from(u8::from(z > 0.0))) * &self.a;
        active.dot(&self.w).map_axis(ndarray::Axis(1), |g| g.dot(&g).sqrt())
    }
}

/// What is added to the mean squared error.
#[derive(Clone, Debug, PartialEq)]
pub enum Penalty {
    /// Nothing.
    None,
    /// weight sum_j |a_j| |w_j|.
    Path {
        /// Its weight.
        weight: f64,
    },
    /// weight (mean_q |grad f(q)|^8)^(1/8).
    Lipschitz {
        /// Its weight.
        weight: f64,
        /// (M, d): the points q.
        points: Array2<f64>,
    },
}

/// Mean squared error plus penalty, as a function of all parameters: W row by row, b, a.
#[derive(Clone, Debug)]
pub struct TwoLayerObjective {
    neurons: usize,
    dimension: usize,
    /// (d, n) and (d, M): points are columns.
    x: Vec<f64>,
    q: Vec<f64>,
    y: Vec<f64>,
    penalty: Penalty,
    /// (k, n) or (k, M), whichever is larger: activations, and what comes back to them.
    active: Vec<f64>,
    back: Vec<f64>,
    /// (k, d): what comes back to W.
    hidden: Vec<f64>,
    /// (M, d): gradients at the points.
    slopes: Vec<f64>,
    /// (n): outputs.
    out: Vec<f64>,
}

impl TwoLayerObjective {
    /// For k neurons on the samples x (n, d) with labels y (n).
    ///
    /// # Panics
    /// If there are no samples, or labels or points of another shape.
    pub fn new(neurons: usize, x: &Array2<f64>, y: &[f64], penalty: Penalty) -> TwoLayerObjective {
        let (n, d) = x.dim();
        assert!(n > 0 && y.len() == n, "one label per sample, and a sample");
        let columns = |x: &Array2<f64>| -> Vec<f64> { x.t().iter().copied().collect() };
        let q = match &penalty {
            Penalty::Lipschitz { points, .. } => {
                assert!(points.ncols() == d && points.nrows() > 0, "points of the samples' dimension");
                columns(points)
            }
            _ => Vec::new(),
        };
        let most = neurons * n.max(q.len() / d);
        TwoLayerObjective {
            neurons,
            dimension: d,
            x: columns(x),
            y: y.to_vec(),
            active: vec![0.0; most],
            back: vec![0.0; most],
            hidden: vec![0.0; neurons * d],
            slopes: vec![0.0; q.len()],
            out: vec![0.0; n],
            q,
            penalty,
        }
    }

    /// The mean squared error alone.
    pub fn squared_error(&mut self, theta: &[f64]) -> f64 {
        let n = self.y.len();
        preactivations(&mut self.active[..self.neurons * n], theta, &self.x, self.neurons, self.dimension);
        let outer = &theta[self.neurons * (self.dimension + 1)..];
        self.out.fill(0.0);
        for (row, a) in self.active.chunks_exact_mut(n).take(self.neurons).zip(outer) {
            row.iter_mut().zip(&mut self.out).for_each(|(z, out)| {
                *z = z.max(0.0);
                *out += a * *z;
            });
        }
        self.out.iter().zip(&self.y).map(|(f, y)| (f - y) * (f - y)).sum::<f64>() / n as f64
    }

    /// The mean squared error with its gradient, which is written over `grad`.
    fn fit(&mut self, theta: &[f64], grad: &mut [f64]) -> f64 {
        let error = self.squared_error(theta);
        let (k, d, n) = (self.neurons, self.dimension, self.y.len());
        let outer = &theta[k * (d + 1)..];
        self.out.iter_mut().zip(&self.y).for_each(|(f, y)| *f = 2.0 * (*f - y) / n as f64);
        let (inner_grad, rest) = grad.split_at_mut(k * d);
        let (bias_grad, outer_grad) = rest.split_at_mut(k);
        for (j, (row, back)) in self.active.chunks_exact(n).zip(self.back.chunks_exact_mut(n)).take(k).enumerate() {
            let (mut to_outer, mut to_bias) = (0.0, 0.0);
            for ((h, back), residual) in row.iter().zip(back).zip(&self.out) {
                to_outer += residual * h;
                *back = if *h > 0.0 { residual * outer[j] } else { 0.0 };
                to_bias += *back;
            }
            (outer_grad[j], bias_grad[j]) = (to_outer, to_bias);
        }
        product(inner_grad, Matrix::new(&self.back, k, n), Matrix::new(&self.x, d, n).t(), false);
        error
    }

    /// weight sum_j |a_j| |w_j|, its gradient added to `grad`.
    fn path(&self, weight: f64, theta: &[f64], grad: &mut [f64]) -> f64 {
        let (k, d) = (self.neurons, self.dimension);
        let mut sum = 0.0;
        for j in 0..k {
            let (w, a) = (&theta[j * d..(j + 1) * d], theta[k * (d + 1) + j]);
            let size = w.iter().map(|w| w * w).sum::<f64>().sqrt();
            sum += a.abs() * size;
            // 0 is a subgradient where w_j or a_j is 0.
            if size > 0.0 && a != 0.0 {
                let pull = weight * a.abs() / size;
                grad[j * d..(j + 1) * d].iter_mut().zip(w).for_each(|(g, w)| *g += pull * w);
                grad[k * (d + 1) + j] += weight * a.signum() * size;
            }
        }
        weight * sum
    }

    /// weight times the power mean of the slopes, its gradient added to `grad`.
    fn steepness(&mut self, weight: f64, theta: &[f64], grad: &mut [f64]) -> f64 {
        let (k, d) = (self.neurons, self.dimension);
        let m = self.q.len() / d;
        let (inner, outer) = (&theta[..k * d], &theta[k * (d + 1)..]);
        preactivations(&mut self.active[..k * m], theta, &self.q, k, d);
        for ((row, back), a) in self.active.chunks_exact_mut(m).zip(self.back.chunks_exact_mut(m)).zip(outer) {
            for (z, back) in row.iter_mut().zip(back) {
                *z = if *z > 0.0 { 1.0 } else { 0.0 };
                *back = a * *z;
            }
        }
        product(&mut self.slopes, Matrix::new(&self.back, k, m).t(), Matrix::new(inner, k, d), false);
        // Eighth powers relative to the largest slope, so that none overflows.
        let square = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>();
        let largest = self.slopes.chunks_exact(d).map(square).fold(0.0, f64::max);
        if largest == 0.0 {
            return 0.0;
        }
        let fourth = |square: f64| (square / largest) * (square / largest) * (square / largest) * (square / largest);
        let mean = self.slopes.chunks_exact(d).map(|g| fourth(square(g))).sum::<f64>() / m as f64;
        let value = (largest * mean.sqrt().sqrt()).sqrt();
        // d value / d g = (|g| / value)^6 g / (value m).
        for g in self.slopes.chunks_exact_mut(d) {
            let ratio = square(g) / (value * value);
            let pull = weight * ratio * ratio * ratio / (value * m as f64);
            g.iter_mut().for_each(|g| *g *= pull);
        }
        product(&mut self.hidden, Matrix::new(&self.active, k, m), Matrix::new(&self.slopes, m, d), false);
        for (j, u) in self.hidden.chunks_exact(d).enumerate() {
            let w = &inner[j * d..(j + 1) * d];
            grad[j * d..(j + 1) * d].iter_mut().zip(u).for_each(|(g, u)| *g += outer[j] * u);
            grad[k * (d + 1) + j] += w.iter().zip(u).map(|(w, u)| w * u).sum::<f64>();
        }
        weight * value
    }
}

/// W Q + b for points that are the columns of `q`, one row per neuron.
fn preactivations(into: &mut [f64], theta: &[f64], q: &[f64], neurons: usize, dimension: usize) {
    let points = q.len() / dimension;
    let bias = &theta[neurons * dimension..neurons * (dimension + 1)];
    into.chunks_exact_mut(points).zip(bias).for_each(|(row, bias)| row.fill(*bias));
    product(into, Matrix::new(theta, neurons, dimension), Matrix::new(q, dimension, points), true);
}

impl Objective<f64> for TwoLayerObjective {
    fn parameters(&self) -> usize {
        self.neurons * (self.dimension + 2)
    }

    fn samples(&self) -> usize {
        self.y.len()
    }

    /// All samples at every step: `batch` is not looked at.
    fn gradient(&mut self, theta: &[f64], _: Option<&[usize]>, grad: &mut [f64]) -> Evaluation {
        let error = self.fit(theta, grad);
        let price = match self.penalty {
            Penalty::None => 0.0,
            Penalty::Path { weight } => self.path(weight, theta, grad),
            Penalty::Lipschitz { weight, .. } => self.steepness(weight, theta, grad),
        };
        Evaluation { loss: error + price, accuracy: f64::NAN }
    }

    fn loss(&mut self, theta: &[f64]) -> Evaluation {
        let mut grad = vec![0.0; theta.len()];
        self.gradient(theta, None, &mut grad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: usize, d: usize, key: &Key) -> (Array2<f64>, Vec<f64>) {
        let mut rng = key.rng();
        let x = Array2::from_shape_simple_fn((n, d), || rng.sample::<f64, _>(StandardNormal));
        let y = (0..n).map(|i| if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
        (x, y)
    }

    fn network(k: usize, d: usize, key: &Key) -> TwoLayer {
        let mut network = TwoLayer::draw(k, d, key);
        network.b.iter_mut().enumerate().for_each(|(j, b)| *b = 0.1 * (j as f64 - 2.0));
        network
    }

    /// The objective in a few plain lines.
    fn plain(network: &TwoLayer, x: &Array2<f64>, y: &[f64], penalty: &Penalty) -> f64 {
        let error = network.outputs(x).iter().zip(y).map(|(f, y)| (f - y).powi(2)).sum::<f64>() / y.len() as f64;
        error
            + match penalty {
                Penalty::None => 0.0,
                Penalty::Path { weight } => {
                    let path = |(w, a): (ndarray::ArrayView1<'_, f64>, &f64)| w.dot(&w).sqrt() * a.abs();
                    weight * network.w.rows().into_iter().zip(&network.a).map(path).sum::<f64>()
                }
                Penalty::Lipschitz { weight, points } => {
                    weight * network.slopes(points).mapv(|g| g.powi(8)).mean().unwrap().powf(0.125)
                }
            }
    }

    #[test]
    fn losses_and_gradients_agree_with_finite_differences() {
        let key = Key::root("two layers");
        let (n, d, k) = (13, 4, 6);
        let ((x, y), (points, _)) = (samples(n, d, &key.child("x")), samples(9, d, &key.child("q")));
        let network = network(k, d, &key.child("init"));
        let theta = network.pack();
        assert_eq!(TwoLayer::unpack(&theta, k, d), network);
        for penalty in
            [Penalty::None, Penalty::Path { weight: 0.3 }, Penalty::Lipschitz { weight: 0.7, points: points.clone() }]
        {
            let mut objective = TwoLayerObjective::new(k, &x, &y, penalty.clone());
            let mut grad = vec![f64::NAN; objective.parameters()];
            let seen = objective.gradient(&theta, None, &mut grad).loss;
            let value = |theta: &[f64]| plain(&TwoLayer::unpack(theta, k, d), &x, &y, &penalty);
            assert!((seen - value(&theta)).abs() < 1e-12, "{penalty:?}");
            for at in 0..theta.len() {
                let moved = |by: f64| {
                    let mut theta = theta.clone();
                    theta[at] += by;
                    value(&theta)
                };
                let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                assert!((grad[at] - difference).abs() < 1e-7, "{penalty:?} at {at}: {} {difference}", grad[at]);
            }
        }
    }

    #[test]
    fn slopes_are_secants_of_one_cell() {
        let key = Key::root("slopes");
        let network = network(5, 3, &key);
        let (x, _) = samples(7, 3, &key.child("x"));
        for (at, slope) in network.slopes(&x).iter().enumerate() {
            let f = |x: Array2<f64>| network.outputs(&x)[at];
            let parts = (0..3).map(|l| {
                let mut step = Array2::zeros(x.dim());
                step[[at, l]] = 1e-6;
                (f(&x + &step) - f(&x - &step)) / 2e-6
            });
            assert!((parts.map(|g| g * g).sum::<f64>().sqrt() - slope).abs() < 1e-7);
        }
    }

    #[test]
    fn a_flat_network_has_no_steepness_and_no_gradient_of_it() {
        let (x, y) = samples(4, 2, &Key::root("flat"));
        let penalty = Penalty::Lipschitz { weight: 1.0, points: x.clone() };
        let mut objective = TwoLayerObjective::new(3, &x, &y, penalty);
        let mut grad = vec![0.0; 12];
        assert_eq!(objective.gradient(&[0.0; 12], None, &mut grad).loss, 1.0);
        assert!(grad.iter().all(|g| g.is_finite()));
    }
}
