//! The patch network: K heads of m neurons over two patches with shared weights (arXiv 2301.00335, sec. 2.1).
//!
//! F_k(x) = sum_r a_kr [s(<w_kr, x_1>) + s(<w_kr, x_2>)] with s(z) = max(0, z)^q, q >= 1 real, relu'(0) = 0, and outer
//! weights a that are 1 or trained. The mask is on w alone.
//!
//! | letter | name | meaning |
//! |---|---|---|
//! | K, m, d | shape of `w` | classes, neurons per class head, dimension of a patch |
//! | q | `power` | q >= 1 |
//! | x_1, x_2 | [`PatchBank`] | the patches: distinct vectors, and two of them per sample |

use crate::data::patches::{Labels, PatchLaw, PatchSample, Signals};
use crate::key::Key;
use crate::mask::Mask;
use crate::real::Real;
use crate::training::loss::TargetError;
use crate::training::{Evaluation, Loss, Objective, Targets};
use ndarray::{Array1, Array2, Array3, ArrayView3};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Whether the outer weights are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outer {
    /// All 1 and fixed, as in the paper's theory.
    Ones,
    /// Drawn like `w`, and trained.
    Trained,
}

/// A patch network.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchNet<R> {
    /// Weights; (K, m, d). Pruned ones are 0.
    pub w: Array3<R>,
    /// Trained outer weights; (K, m). `None` if they are ones.
    pub a: Option<Array2<R>>,
    /// q >= 1.
    pub power: f64,
}

/// Distinct patch vectors, and the two of them that make each sample.
///
/// Vectors are numbered: first the dense ones, then the one-hot ones.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchBank {
    /// Dense vectors; (vectors, d).
    dense: Array2<f64>,
    /// One-hot vectors: coordinate and value.
    hot: Vec<(usize, f64)>,
    /// The two patches of every sample.
    samples: Vec<[usize; 2]>,
}

/// What does not fit together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PatchError {
    /// The data's patches are not as long as the network's weights.
    #[error("patches have {got} coordinates, the network's weights {expected}")]
    Dimension {
        /// d of the data.
        got: usize,
        /// d of the network.
        expected: usize,
    },
    /// Another shape than (K, m, d), or (K, m) for outer weights.
    #[error("{what} has shape {got:?}, expected {expected:?}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// Its shape.
        got: Vec<usize>,
        /// The network's.
        expected: Vec<usize>,
    },
    /// Another number of samples or outputs than the targets have.
    #[error("targets are for {got} {what}, expected {expected}")]
    Targets {
        /// `"samples"` or `"outputs"`.
        what: &'static str,
        /// Of the targets.
        got: usize,
        /// Of data or network.
        expected: usize,
    },
    /// q below 1, or not a number.
    #[error("power {got} is below 1")]
    Power {
        /// q.
        got: f64,
    },
    /// There are no samples.
    #[error("there are no samples")]
    Empty,
    /// The targets do not fit the loss.
    #[error(transparent)]
    Loss(#[from] TargetError),
}

impl PatchBank {
    /// The bank of a sample of the two-patch law: vector i is the noise of sample i, vector n + k is signal k.
    pub fn of_law(sample: &PatchSample) -> PatchBank {
        let n = sample.len();
        let (dense, hot) = match &sample.signals {
            Signals::Basis { strength, classes, .. } => {
                (sample.noise.clone(), (0..*classes).map(|k| (k, *strength)).collect())
            }
            Signals::Dense(rows) => {
                let both = ndarray::concatenate(ndarray::Axis(0), &[sample.noise.view(), rows.view()]);
                (both.expect("noise and signals have one dimension"), Vec::new())
            }
        };
        let samples = sample.labels.iter().enumerate().map(|(i, label)| [i, n + label]).collect();
        PatchBank { dense, hot, samples }
    }

    /// The bank of outside data, x: (n, 2, d). Vector i is the first patch of sample i, vector n + i the second.
    ///
    /// # Errors
    /// [`PatchError::Shape`] if the middle length is not 2.
    pub fn of_array(x: ArrayView3<'_, f64>) -> Result<PatchBank, PatchError> {
        let (n, patches, d) = x.dim();
        if patches != 2 {
            return Err(PatchError::Shape { what: "x", got: x.shape().to_vec(), expected: vec![n, 2, d] });
        }
        let dense = Array2::from_shape_fn((2 * n, d), |(v, j)| x[[v % n, v / n, j]]);
        Ok(PatchBank { dense, hot: Vec::new(), samples: (0..n).map(|i| [i, n + i]).collect() })
    }

    /// n.
    pub fn samples(&self) -> usize {
        self.samples.len()
    }

    /// How many vectors there are.
    pub fn vectors(&self) -> usize {
        self.dense.nrows() + self.hot.len()
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.dense.ncols()
    }

    /// One vector, length d.
    pub fn vector(&self, v: usize) -> Array1<f64> {
        match v.checked_sub(self.dense.nrows()) {
            None => self.dense.row(v).to_owned(),
            Some(hot) => {
                let mut vector = Array1::zeros(self.dimension());
                let (coordinate, value) = self.hot[hot];
                vector[coordinate] = value;
                vector
            }
        }
    }

    /// Which two vectors are the patches of sample i.
    pub fn patches(&self, i: usize) -> [usize; 2] {
        self.samples[i]
    }
}

impl<R: Real> PatchNet<R> {
    /// Weights (K, m, d) from N(0, scale^2), outer weights too if they are trained.
    ///
    /// Standard normals are drawn in f64 and scaled, so that scales and precisions share their draws.
    pub fn normal(shape: (usize, usize, usize), scale: f64, power: f64, outer: Outer, key: &Key) -> PatchNet<R> {
        let draws = |purpose| {
            let mut rng = key.child(purpose).rng();
            move || {
                let z: f64 = rng.sample(StandardNormal);
                R::from_f64(scale * z)
            }
        };
        let w = Array3::from_shape_simple_fn(shape, draws("w"));
        let a = (outer == Outer::Trained).then(|| Array2::from_shape_simple_fn((shape.0, shape.1), draws("a")));
        PatchNet { w, a, power }
    }

    /// Outputs F_k of every sample; (K, n).
    ///
    /// # Errors
    /// [`PatchError::Dimension`] if the data are of another dimension.
    pub fn outputs(&self, bank: &PatchBank) -> Result<Array2<R>, PatchError> {
        let _ = bank;
        Err(PatchError::Empty)
    }

    /// Mean loss and accuracy on given data.
    ///
    /// # Errors
    /// [`PatchError`] if data, targets and network do not fit together.
    pub fn evaluate(&self, bank: &PatchBank, targets: &Targets<R>, loss: Loss) -> Result<Evaluation, PatchError> {
        let mut objective = PatchObjective::new(self, None, bank, targets.clone(), loss)?;
        let theta = objective.pack(self);
        Ok(objective.loss(&theta))
    }

    /// Mean loss and accuracy on `n` fresh samples of the law, drawn in blocks so that a test set need not fit in memory.
    ///
    /// # Errors
    /// [`PatchError`] if law, loss and network do not fit together.
    pub fn test(
        &self,
        law: &PatchLaw,
        signals: &Signals,
        n: usize,
        labels: Labels,
        loss: Loss,
        key: &Key,
    ) -> Result<Evaluation, PatchError> {
        let sample = law.sample(signals, n, labels, key);
        self.evaluate(&PatchBank::of_law(&sample), &Targets::classes(&sample.labels, self.w.dim().0)?, loss)
    }
}

/// Loss and gradient of a masked patch network, as a function of its kept parameters.
///
/// `theta` holds the kept entries of `w` in the order of `w`, then all of `a` if it is trained.
#[derive(Clone, Debug)]
pub struct PatchObjective<R> {
    shape: (usize, usize, usize),
    power: f64,
    outer: Outer,
    kept: Vec<usize>,
    bank: PatchBank,
    targets: Targets<R>,
    loss: Loss,
    residuals: Array2<R>,
}

impl<R: Real> PatchObjective<R> {
    /// The objective of a network of `net`'s shape and power under `mask` (K, m, d; all ones if `None`).
    ///
    /// # Errors
    /// [`PatchError`] if data, targets, mask and network do not fit together.
    pub fn new(
        net: &PatchNet<R>,
        mask: Option<&Mask>,
        bank: &PatchBank,
        targets: Targets<R>,
        loss: Loss,
    ) -> Result<PatchObjective<R>, PatchError> {
        let shape = net.w.dim();
        let outer = if net.a.is_some() { Outer::Trained } else { Outer::Ones };
        let kept = match mask {
            Some(mask) => mask.indices().collect(),
            None => (0..net.w.len()).collect(),
        };
        let residuals = Array2::from_elem((shape.0, bank.samples()), R::ZERO);
        loss.check(&targets)?;
        Ok(PatchObjective { shape, power: net.power, outer, kept, bank: bank.clone(), targets, loss, residuals })
    }

    /// The kept parameters of a network of this shape.
    pub fn pack(&self, net: &PatchNet<R>) -> Vec<R> {
        let flat: Vec<R> = net.w.iter().copied().collect();
        self.kept.iter().map(|at| flat[*at]).chain(net.a.iter().flatten().copied()).collect()
    }

    /// The network with these kept parameters; pruned weights are 0. A gradient unpacks the same way.
    pub fn unpack(&self, theta: &[R]) -> PatchNet<R> {
        let mut flat = vec![R::ZERO; self.shape.0 * self.shape.1 * self.shape.2];
        let (kept, outer) = theta.split_at(self.kept.len());
        self.kept.iter().zip(kept).for_each(|(at, value)| flat[*at] = *value);
        let a = (self.outer == Outer::Trained).then(|| {
            Array2::from_shape_vec((self.shape.0, self.shape.1), outer.to_vec()).expect("one outer weight per neuron")
        });
        let w = Array3::from_shape_vec(self.shape, flat).expect("one weight per entry");
        PatchNet { w, a, power: self.power }
    }

    /// Pre-activations <w_kr, v> of the last evaluation over all samples; (K, m, vectors of the bank).
    pub fn preactivations(&self) -> Array3<R> {
        Array3::from_elem((self.shape.0, self.shape.1, self.bank.vectors()), R::ZERO)
    }

    /// Residuals l'_{k,i} = d l_i / d F_k of the last evaluation over all samples; (K, n).
    pub fn residuals(&self) -> Array2<R> {
        self.residuals.clone()
    }

    /// The data.
    pub fn bank(&self) -> &PatchBank {
        &self.bank
    }
}

impl<R: Real> Objective<R> for PatchObjective<R> {
    fn parameters(&self) -> usize {
        self.kept.len() + if self.outer == Outer::Trained { self.shape.0 * self.shape.1 } else { 0 }
    }

    fn samples(&self) -> usize {
        self.bank.samples()
    }

    fn gradient(&mut self, theta: &[R], batch: Option<&[usize]>, grad: &mut [R]) -> Evaluation {
        let _ = (batch, grad);
        self.loss(theta)
    }

    fn loss(&mut self, theta: &[R]) -> Evaluation {
        let net = self.unpack(theta);
        let n = self.samples();
        let mut outputs = Array2::from_elem((self.shape.0, n), R::ZERO);
        for k in 0..self.shape.0 {
            for (i, patches) in self.bank.samples.iter().enumerate() {
                for v in patches {
                    let x = self.bank.vector(*v);
                    for r in 0..self.shape.1 {
                        let row = net.w.slice(ndarray::s![k, r, ..]);
                        let z: f64 = row.iter().zip(&x).map(|(w, x)| w.to_f64() * x).sum();
                        let a = net.a.as_ref().map_or(R::ONE, |a| a[[k, r]]);
                        outputs[[k, i]] += a * R::from_f64(libm::pow(z.max(0.0), self.power));
                    }
                }
            }
        }
        let out = outputs.as_slice().expect("outputs are contiguous");
        self.loss.evaluate(out, &self.targets, self.residuals.as_slice_mut().expect("residuals are contiguous"))
    }
}
