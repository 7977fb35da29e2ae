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

use crate::data::patches::{PatchSample, PatchStream, Signals};
use crate::kernel::Family;
use crate::kernel::aligned::Aligned;
use crate::kernel::patch::{Activation, Backward, Bank, Forward, Hot, Layer, Look, Support, padded};
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
    /// The bank of these vectors: dense ones, (vectors, d), then one-hot ones, coordinate and value; and which two of them
    /// are the patches of each sample.
    ///
    /// # Panics
    /// If a one-hot vector or a sample names a place that is not there.
    pub fn new(dense: Array2<f64>, hot: Vec<(usize, f64)>, samples: Vec<[usize; 2]>) -> PatchBank {
        let bank = PatchBank { dense, hot, samples };
        assert!(bank.hot.iter().all(|(coordinate, _)| *coordinate < bank.dimension()), "one-hot beyond the dimension");
        assert!(bank.samples.iter().flatten().all(|v| *v < bank.vectors()), "a sample of vectors that are not there");
        bank
    }

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

    // So many first coordinates are 0 in every dense vector: those of basis signals, if the noise is orthogonal to them.
    fn dead(&self) -> usize {
        self.dense.columns().into_iter().take_while(|column| column.iter().all(|x| *x == 0.0)).count()
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
        let (classes, n) = (self.w.dim().0, bank.samples());
        let targets = Targets::values(Array2::zeros((n, classes)).view());
        let mut objective = PatchObjective::new(self, Some(&self.support()), bank, targets, Loss::Squared)?;
        let theta = objective.pack(self);
        objective.loss(&theta);
        Ok(objective.outputs())
    }

    /// Mean loss and accuracy on given data.
    ///
    /// # Errors
    /// [`PatchError`] if data, targets and network do not fit together.
    pub fn evaluate(&self, bank: &PatchBank, targets: &Targets<R>, loss: Loss) -> Result<Evaluation, PatchError> {
        let mut objective = PatchObjective::new(self, Some(&self.support()), bank, targets.clone(), loss)?;
        let theta = objective.pack(self);
        Ok(objective.loss(&theta))
    }

    /// Mean loss and accuracy of each network on `n` fresh samples of one stream, drawn once for all of them and in blocks:
    /// a test set need not fit in memory. `look` sees which network it is, every block, and the objective that was
    /// evaluated on it.
    ///
    /// # Errors
    /// [`PatchError`] if law, loss and networks do not fit together, or n is 0.
    pub fn test(
        networks: &[PatchNet<R>],
        mut stream: PatchStream<'_>,
        n: usize,
        loss: Loss,
        mut look: impl FnMut(usize, &PatchSample, &PatchObjective<R>),
    ) -> Result<Vec<Evaluation>, PatchError> {
        const BLOCK: usize = 64;
        if n == 0 {
            return Err(PatchError::Empty);
        }
        let mut ready: Vec<(PatchObjective<R>, Vec<R>)> = Vec::with_capacity(networks.len());
        let mut totals = vec![Evaluation { loss: 0.0, accuracy: 0.0 }; networks.len()];
        for from in (0..n).step_by(BLOCK) {
            let sample = stream.sample(BLOCK.min(n - from));
            let bank = PatchBank::of_law(&sample);
            for (at, (network, total)) in networks.iter().zip(&mut totals).enumerate() {
                let targets = Targets::classes(&sample.labels, network.w.dim().0)?;
                if let Some((objective, _)) = ready.get_mut(at) {
                    objective.load(&bank, targets)?;
                } else {
                    let objective = PatchObjective::new(network, Some(&network.support()), &bank, targets, loss)?;
                    let theta = objective.pack(network);
                    ready.push((objective, theta));
                }
                let (objective, theta) = &mut ready[at];
                let evaluation = objective.loss(theta);
                look(at, &sample, objective);
                total.loss += evaluation.loss * sample.len() as f64;
                total.accuracy += evaluation.accuracy * sample.len() as f64;
            }
        }
        let mean = |total: Evaluation| Evaluation { loss: total.loss / n as f64, accuracy: total.accuracy / n as f64 };
        Ok(totals.into_iter().map(mean).collect())
    }

    // A weight of 0 does nothing: outside training it may count as pruned.
    fn support(&self) -> Mask {
        let (classes, neurons, dimension) = self.w.dim();
        let flat = self.w.as_standard_layout();
        let flat = flat.as_slice().expect("standard layout is contiguous");
        Mask::from_fn(&[classes, neurons, dimension], |at| flat[at] != R::ZERO)
    }
}

/// Loss and gradient of a masked patch network, as a function of its kept parameters.
///
/// `theta` holds the kept entries of `w` in the order of `w`, then all of `a` if it is trained. The cost of a step falls
/// with the keep fraction, and a step allocates nothing.
#[derive(Clone, Debug)]
pub struct PatchObjective<R> {
    family: Family,
    shape: (usize, usize, usize),
    power: f64,
    outer: Outer,
    loss: Loss,
    // Where the kept weights stand in `w`; all of them if `None`.
    kept: Option<Vec<usize>>,
    // The same, neuron by neuron, as the kernels walk through them.
    layout: Layout,
    hot: Hot<R>,
    all: Data<R>,
    // The last mini-batch.
    batch: Option<Data<R>>,
    work: Workspace<R>,
}

// How the kernels see the kept weights on a bank.
#[derive(Clone, Debug)]
struct Layout {
    support: Support,
    // So many first coordinates are 0 in every dense vector of the bank.
    dead: usize,
    // The bank's coordinates in the order of their numbers there.
    coordinates: Vec<usize>,
    // Whether the gradient goes by rows.
    by_rows: bool,
}

// What one pass runs over: all samples, or a mini-batch.
#[derive(Clone, Debug)]
struct Data<R> {
    bank: Bank<R>,
    dense: usize,
    hot: Vec<(usize, f64)>,
    // In which lanes the two patches of every sample stand: dense ones below the bank's width.
    pairs: Vec<[u32; 2]>,
    targets: Targets<R>,
}

// Rows are (neurons, lanes), (K, lanes) or (K, n); see `kernel::patch` for the lanes.
#[derive(Clone, Debug)]
struct Workspace<R> {
    z: Aligned<R>,
    sums: Aligned<R>,
    head_slopes: Aligned<R>,
    outputs: Aligned<R>,
    residuals: Aligned<R>,
    slopes: Aligned<R>,
    active: Aligned<R>,
    places: Vec<u32>,
    row: Aligned<R>,
    // The dense vectors of a mini-batch.
    chosen: Vec<usize>,
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
        let shape @ (classes, neurons, dimension) = net.w.dim();
        let expected = vec![classes, neurons, dimension];
        if let Some(mask) = mask.filter(|mask| mask.shape() != expected) {
            return Err(PatchError::Shape { what: "mask", got: mask.shape().to_vec(), expected });
        }
        if let Some(a) = net.a.as_ref().filter(|a| a.dim() != (classes, neurons)) {
            return Err(PatchError::Shape { what: "a", got: a.shape().to_vec(), expected: vec![classes, neurons] });
        }
        if !(net.power >= 1.0) {
            return Err(PatchError::Power { got: net.power });
        }
        fits(shape, bank, &targets, loss)?;
        let kept: Option<Vec<usize>> =
            mask.filter(|mask| mask.kept() < mask.len()).map(|mask| mask.indices().collect());
        let layout = Layout::new::<R>(kept.as_deref(), shape, bank);
        let data = data(bank, &layout.coordinates, targets);
        let hot = looks(&data.hot, kept.as_deref(), classes * neurons, dimension);
        let work = Workspace::new(shape, &data, hot.width);
        let outer = if net.a.is_some() { Outer::Trained } else { Outer::Ones };
        Ok(PatchObjective {
            family: Family::best(),
            shape,
            power: net.power,
            outer,
            loss,
            kept,
            layout,
            hot,
            all: data,
            batch: None,
            work,
        })
    }

    /// The same with a given kernel family.
    pub fn with_kernel(self, family: Family) -> PatchObjective<R> {
        PatchObjective { family, ..self }
    }

    /// Puts other data of the same kind in the place of the present ones.
    ///
    /// # Errors
    /// [`PatchError`] if data, targets and network do not fit together.
    pub fn load(&mut self, bank: &PatchBank, targets: Targets<R>) -> Result<(), PatchError> {
        fits(self.shape, bank, &targets, self.loss)?;
        if bank.dead() != self.layout.dead {
            self.layout = Layout::new::<R>(self.kept.as_deref(), self.shape, bank);
        }
        self.all = data(bank, &self.layout.coordinates, targets);
        self.hot = looks(&self.all.hot, self.kept.as_deref(), self.shape.0 * self.shape.1, self.shape.2);
        self.batch = None;
        self.work = Workspace::new(self.shape, &self.all, self.hot.width);
        Ok(())
    }

    /// The kept parameters of a network of this shape.
    pub fn pack(&self, net: &PatchNet<R>) -> Vec<R> {
        let outer = net.a.iter().flatten().copied();
        match &self.kept {
            None => net.w.iter().copied().chain(outer).collect(),
            Some(kept) => {
                let flat = net.w.as_standard_layout();
                let flat = flat.as_slice().expect("standard layout is contiguous");
                kept.iter().map(|at| flat[*at]).chain(outer).collect()
            }
        }
    }

    /// The network with these kept parameters; pruned weights are 0. A gradient unpacks the same way.
    pub fn unpack(&self, theta: &[R]) -> PatchNet<R> {
        let (classes, neurons, dimension) = self.shape;
        let (inner, outer) = theta.split_at(self.inner());
        let mut flat = vec![R::ZERO; classes * neurons * dimension];
        match &self.kept {
            None => flat.copy_from_slice(inner),
            Some(kept) => kept.iter().zip(inner).for_each(|(at, value)| flat[*at] = *value),
        }
        let w = Array3::from_shape_vec(self.shape, flat).expect("one weight per entry");
        let a = (self.outer == Outer::Trained)
            .then(|| Array2::from_shape_vec((classes, neurons), outer.to_vec()).expect("one outer weight per neuron"));
        PatchNet { w, a, power: self.power }
    }

    /// (K, m, d).
    pub fn shape(&self) -> (usize, usize, usize) {
        self.shape
    }

    /// Pre-activations <w_kr, v> of the last evaluation over all samples; (K, m, vectors of the bank).
    pub fn preactivations(&self) -> Array3<R> {
        let (classes, neurons, _) = self.shape;
        Array3::from_shape_fn((classes, neurons, self.all.dense + self.all.hot.len()), |(k, r, v)| {
            let [dense, hot] = self.neuron(k, r);
            v.checked_sub(dense.len()).map_or_else(|| dense[v], |v| hot[v])
        })
    }

    /// The same of one neuron: those of the bank's dense vectors, then those of its one-hot vectors.
    pub fn neuron(&self, k: usize, r: usize) -> [&[R]; 2] {
        let width = self.all.bank.width();
        let lanes = width + self.hot.width;
        let row = &self.work.z[(k * self.shape.1 + r) * lanes..][..lanes];
        [&row[..self.all.dense], &row[width..][..self.all.hot.len()]]
    }

    /// |w_kr| of every neuron under these kept parameters, head by head; K m values.
    pub fn norms(&self, theta: &[R]) -> Vec<f64> {
        let (classes, neurons, dimension) = self.shape;
        let mut squares = vec![0.0; classes * neurons];
        for (i, w) in theta[..self.inner()].iter().enumerate() {
            let at = self.kept.as_ref().map_or(i, |kept| kept[i]);
            squares[at / dimension] += w.to_f64() * w.to_f64();
        }
        squares.into_iter().map(f64::sqrt).collect()
    }

    /// Residuals l'_{k,i} = d l_i / d F_k of the last evaluation over all samples; (K, n).
    pub fn residuals(&self) -> Array2<R> {
        self.head_rows(&self.work.residuals)
    }

    /// Outputs F_k of the last evaluation over all samples; (K, n).
    pub fn outputs(&self) -> Array2<R> {
        self.head_rows(&self.work.outputs)
    }

    fn head_rows(&self, rows: &[R]) -> Array2<R> {
        let n = self.all.pairs.len();
        Array2::from_shape_fn((self.shape.0, n), |(k, i)| rows[k * padded::<R>(n) + i])
    }

    // Kept entries of w.
    fn inner(&self) -> usize {
        self.kept.as_ref().map_or(self.shape.0 * self.shape.1 * self.shape.2, Vec::len)
    }

    // Loss at theta, and its gradient if there is a place for it.
    fn pass(&mut self, theta: &[R], batch: Option<&[usize]>, grad: Option<&mut [R]>) -> Evaluation {
        if let Some(batch) = batch {
            self.select(batch);
        }
        let data = if batch.is_some() { self.batch.as_ref().unwrap_or(&self.all) } else { &self.all };
        let work = &mut self.work;
        let (inner, outer) =
            theta.split_at(self.kept.as_ref().map_or(self.shape.0 * self.shape.1 * self.shape.2, Vec::len));
        let outer = (self.outer == Outer::Trained).then_some(outer);
        let layer = Layer {
            bank: &data.bank,
            support: &self.layout.support,
            hot: &self.hot,
            activation: Activation::new(self.power),
            heads: self.shape.0,
            neurons: self.shape.1,
        };
        let lanes = layer.lanes();
        self.family.run(Forward { layer, weights: inner, outer, z: &mut work.z, sums: &mut work.sums });

        let n = data.pairs.len();
        let stride = padded::<R>(n);
        let rows = self.shape.0 * stride;
        for (output, sums) in work.outputs[..rows].chunks_exact_mut(stride).zip(work.sums.chunks_exact(lanes)) {
            for (output, pair) in output.iter_mut().zip(&data.pairs) {
                *output = sums[pair[0] as usize] + sums[pair[1] as usize];
            }
        }
        let evaluation = self.loss.evaluate(&work.outputs[..rows], &data.targets, &mut work.residuals[..rows]);
        let Some(grad) = grad else { return evaluation };

        let share = R::from_f64(1.0 / n as f64);
        work.head_slopes[..self.shape.0 * lanes].fill(R::ZERO);
        for (residual, slopes) in
            work.residuals[..rows].chunks_exact(stride).zip(work.head_slopes.chunks_exact_mut(lanes))
        {
            for (residual, pair) in residual.iter().zip(&data.pairs) {
                slopes[pair[0] as usize] += *residual * share;
                slopes[pair[1] as usize] += *residual * share;
            }
        }
        let (grad, grad_outer) = grad.split_at_mut(inner.len());
        self.family.run(Backward {
            layer,
            outer,
            z: &work.z,
            head_slopes: &work.head_slopes,
            by_rows: self.layout.by_rows,
            grad,
            grad_outer: outer.is_some().then_some(grad_outer),
            slopes: &mut work.slopes,
            active: &mut work.active,
            places: &mut work.places,
            row: &mut work.row,
        });
        evaluation
    }

    // Copies the samples of a mini-batch together.
    fn select(&mut self, batch: &[usize]) {
        let all = &self.all;
        let data = self.batch.get_or_insert_with(|| Data {
            bank: Bank::room(all.dense, self.layout.coordinates.len()),
            dense: 0,
            hot: all.hot.clone(),
            pairs: Vec::with_capacity(all.pairs.len()),
            targets: all.targets.clone(),
        });
        let chosen = &mut self.work.chosen;
        chosen.clear();
        data.pairs.clear();
        let width = all.bank.width() as u32;
        for i in batch {
            chosen.extend(all.pairs[*i].iter().filter(|lane| **lane < width).map(|lane| *lane as usize));
        }
        all.bank.select(chosen, &mut data.bank);
        data.dense = chosen.len();
        let mut next = 0..chosen.len() as u32;
        let new_width = data.bank.width() as u32;
        for i in batch {
            let place = |lane| if lane < width { next.next().unwrap_or(0) } else { new_width + lane - width };
            data.pairs.push(all.pairs[*i].map(place));
        }
        all.targets.select(batch, &mut data.targets);
    }
}

impl<R: Real> Objective<R> for PatchObjective<R> {
    fn parameters(&self) -> usize {
        self.inner() + if self.outer == Outer::Trained { self.shape.0 * self.shape.1 } else { 0 }
    }

    fn samples(&self) -> usize {
        self.all.pairs.len()
    }

    fn gradient(&mut self, theta: &[R], batch: Option<&[usize]>, grad: &mut [R]) -> Evaluation {
        self.pass(theta, batch, Some(grad))
    }

    fn loss(&mut self, theta: &[R]) -> Evaluation {
        self.pass(theta, None, None)
    }
}

impl<R: Real> Data<R> {
    // Where vector v stands in a row of lanes.
    fn lane(&self, v: usize) -> usize {
        if v < self.dense { v } else { self.bank.width() + v - self.dense }
    }
}

impl<R: Real> Workspace<R> {
    fn new((classes, neurons, dimension): (usize, usize, usize), data: &Data<R>, hot: usize) -> Workspace<R> {
        let (lanes, n) = (data.bank.width() + hot, padded::<R>(data.pairs.len()));
        Workspace {
            z: Aligned::zeros(classes * neurons * lanes),
            sums: Aligned::zeros(classes * lanes),
            head_slopes: Aligned::zeros(classes * lanes),
            outputs: Aligned::zeros(classes * n),
            residuals: Aligned::zeros(classes * n),
            slopes: Aligned::zeros(lanes),
            active: Aligned::zeros(lanes + 16),
            places: vec![0; lanes + 16],
            row: Aligned::zeros(padded::<R>(dimension)),
            chosen: Vec::with_capacity(data.dense),
        }
    }
}

fn fits<R: Real>(
    (classes, _, dimension): (usize, usize, usize),
    bank: &PatchBank,
    targets: &Targets<R>,
    loss: Loss,
) -> Result<(), PatchError> {
    let n = bank.samples();
    if n == 0 {
        return Err(PatchError::Empty);
    }
    if bank.dimension() != dimension {
        return Err(PatchError::Dimension { got: bank.dimension(), expected: dimension });
    }
    if targets.samples() != n {
        return Err(PatchError::Targets { what: "samples", got: targets.samples(), expected: n });
    }
    if targets.outputs() != classes {
        return Err(PatchError::Targets { what: "outputs", got: targets.outputs(), expected: classes });
    }
    Ok(loss.check(targets)?)
}

impl Layout {
    fn new<R: Real>(
        kept: Option<&[usize]>,
        (classes, neurons, dimension): (usize, usize, usize),
        bank: &PatchBank,
    ) -> Layout {
        let dead = bank.dead();
        match kept {
            None => {
                let support = Support::Full { dimension };
                Layout { support, dead, coordinates: (dead..dimension).collect(), by_rows: true }
            }
            Some(kept) => Layout::lists::<R>(kept, classes * neurons, dimension, dead, bank.dense.nrows()),
        }
    }

    // The coordinates that some neuron keeps get new numbers. By rows the numbers ascend along each list, so that a part of
    // the coordinates is a part of the list. By dots a coordinate gets its number when a neuron first keeps it: with few
    // kept entries each neuron then reads its own stretch of the bank.
    fn lists<R: Real>(kept: &[usize], neurons: usize, dimension: usize, dead: usize, vectors: usize) -> Layout {
        let mut number = vec![u32::MAX; dimension];
        let mut seen = Vec::new();
        let mut weights = 0;
        for j in kept.iter().map(|at| at % dimension).filter(|j| *j >= dead) {
            weights += 1;
            if number[j] == u32::MAX {
                number[j] = seen.len() as u32;
                seen.push(j);
            }
        }
        let by_rows = rows_are_cheaper::<R>(neurons, seen.len(), weights, vectors);
        if by_rows {
            seen.sort_unstable();
            seen.iter().enumerate().for_each(|(new, j)| number[*j] = new as u32);
        }
        let coordinates = kept.iter().map(|at| number[at % dimension]).collect();
        let starts = (0..=neurons).map(|neuron| kept.partition_point(|at| *at < neuron * dimension)).collect();
        let live = (0..neurons).map(|neuron| kept.partition_point(|at| *at < neuron * dimension + dead)).collect();
        Layout { support: Support::Lists { starts, live, coordinates }, dead, coordinates: seen, by_rows }
    }
}

fn data<R: Real>(bank: &PatchBank, coordinates: &[usize], targets: Targets<R>) -> Data<R> {
    let dense = bank.dense.nrows();
    let inner = Bank::new(dense, coordinates.len(), |v, j| R::from_f64(bank.dense[[v, coordinates[j]]]));
    let mut data = Data { bank: inner, dense, hot: bank.hot.clone(), pairs: Vec::new(), targets };
    data.pairs = bank.samples.iter().map(|pair| pair.map(|v| data.lane(v) as u32)).collect();
    data
}

// Which kept weights the one-hot vectors see, by their places among their neuron's.
fn looks<R: Real>(hot: &[(usize, f64)], kept: Option<&[usize]>, neurons: usize, dimension: usize) -> Hot<R> {
    let look = |weight: usize, lane: usize, value: f64| Look {
        weight: weight as u32,
        lane: lane as u32,
        value: R::from_f64(value),
    };
    let mut found = Hot { starts: Vec::new(), looks: Vec::new(), width: padded::<R>(hot.len()) };
    let Some(kept) = kept else {
        found.looks = hot.iter().enumerate().map(|(lane, (j, value))| look(*j, lane, *value)).collect();
        return found;
    };
    for neuron in 0..neurons {
        found.starts.push(found.looks.len());
        let first = kept.partition_point(|at| *at < neuron * dimension);
        let seen = hot.iter().enumerate().filter_map(|(lane, (j, value))| {
            let weight = kept.binary_search(&(neuron * dimension + j)).ok()?;
            Some(look(weight - first, lane, *value))
        });
        found.looks.extend(seen);
    }
    found.starts.push(found.looks.len());
    found
}

// By rows costs one multiply-add per active vector (about half of them) and lane of coordinates, by dots one per kept
// weight and lane of vectors, and about three operations per kept weight to add up its lanes.
fn rows_are_cheaper<R: Real>(neurons: usize, coordinates: usize, kept: usize, vectors: usize) -> bool {
    let lanes = padded::<R>(1);
    let by_rows = vectors.div_ceil(2) * neurons * coordinates.div_ceil(lanes);
    let by_dots = kept * (vectors.div_ceil(lanes) + 3);
    by_rows < by_dots
}

#[cfg(test)]
mod tests;
