//! The fully connected network of any depth, dense or masked, and its loss as a function of the kept parameters.
//!
//! a_0 = x, z_l = W_l a_{l-1} + b_l, a_l = s(z_l) for l < L, and the outputs are F = z_L. With samples as columns the
//! gradient of the mean loss is, from the residuals D_L = dl/dF,
//!
//! dL/dW_l = D_l A_{l-1}^T / n, dL/db_l = D_l 1 / n, D_{l-1} = (W_l^T D_l) * s'(Z_{l-1}),
//!
//! where s' is a function of a_l for each of the activations (relu'(0) = 0).
//!
//! | letter | name | meaning |
//! |---|---|---|
//! | d, m_1, ..., K | `widths` | inputs, hidden neurons, outputs |
//! | W_l, b_l | `layers[l - 1]` | (out, in) and (out) |
//! | n | samples | columns of all activations; worked through in blocks that stay in the cache |

mod hessian;
mod tangent;

use super::init::InitLaw;
use crate::data::LabelledData;
use crate::kernel::Family;
use crate::kernel::sparse::{Dots, Pattern, Room, Rows, Sums};
use crate::key::Key;
use crate::linalg::{Matrix, product};
use crate::mask::Mask;
use crate::real::Real;
use crate::training::loss::TargetError;
use crate::training::{Evaluation, Loss, Objective, Targets};
use ndarray::{Array1, Array2};
use std::ops::Range;
use std::sync::Arc;

/// Samples worked through at a time.
const BLOCK: usize = 256;
/// Kept fraction of a layer below which its kept weights are walked one by one. At 784 inputs a step costs the same both
/// ways at 0.37, at 64 inputs a little above.
const SPARSE: f64 = 0.35;

/// s of the hidden layers; the outputs are linear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(0, z), with derivative 0 at 0.
    Relu,
    /// z.
    Linear,
    /// tanh z.
    Tanh,
}

impl Activation {
    /// All activations.
    pub const ALL: [Activation; 3] = [Activation::Relu, Activation::Linear, Activation::Tanh];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Linear => "linear",
            Activation::Tanh => "tanh",
        }
    }

    /// The activation of this name.
    pub fn named(name: &str) -> Option<Activation> {
        Activation::ALL.into_iter().find(|activation| activation.name() == name)
    }

    /// z becomes s(z).
    fn apply<R: Real>(self, z: &mut [R]) {
        match self {
            // Written so that NaN stays NaN: a network that diverged must not look alive.
            Activation::Relu => z.iter_mut().for_each(|z| *z = if *z <= R::ZERO { R::ZERO } else { *z }),
            Activation::Linear => {}
            Activation::Tanh => z.iter_mut().for_each(|z| *z = z.tanh()),
        }
    }

    /// Multiplies `d` by s'(z), given a = s(z).
    fn chain<R: Real>(self, a: &[R], d: &mut [R]) {
        let pairs = a.iter().zip(d);
        match self {
            Activation::Relu => pairs.for_each(|(a, d)| *d = if *a <= R::ZERO { R::ZERO } else { *d }),
            Activation::Linear => {}
            Activation::Tanh => pairs.for_each(|(a, d)| *d *= R::ONE - *a * *a),
        }
    }
}

/// One layer, z = W a + b.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer<R> {
    /// W: (out, in). Pruned weights are 0.
    pub w: Array2<R>,
    /// b: (out), if the layer has a bias. Biases are never masked.
    pub b: Option<Array1<R>>,
}

/// A fully connected network.
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp<R> {
    /// The layers, first to last.
    pub layers: Vec<Layer<R>>,
    /// s of the hidden layers.
    pub activation: Activation,
}

/// What does not fit together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MlpError {
    /// An array of another shape than the network has at this place.
    #[error("{what} has shape {got:?}, expected {expected:?}")]
    Shape {
        /// The array: `w2`, `b1`, `mask3`.
        what: String,
        /// Its shape.
        got: Vec<usize>,
        /// The shape that fits.
        expected: Vec<usize>,
    },
    /// Another number of masks than layers.
    #[error("{got} masks for {expected} layers")]
    Masks {
        /// Masks.
        got: usize,
        /// Layers.
        expected: usize,
    },
    /// Samples of another dimension than the network's input.
    #[error("samples have {got} coordinates, the network takes {expected}")]
    Dimension {
        /// d of the samples.
        got: usize,
        /// Inputs of the network.
        expected: usize,
    },
    /// Targets with another number of columns than the network has outputs.
    #[error("targets have {got} columns, the network has {expected} outputs")]
    Outputs {
        /// Columns of the targets.
        got: usize,
        /// Outputs of the network.
        expected: usize,
    },
    /// Another number of targets than samples.
    #[error("{got} targets for {expected} samples")]
    Samples {
        /// Targets.
        got: usize,
        /// Samples.
        expected: usize,
    },
    /// There are no samples.
    #[error("there are no samples")]
    Empty,
    /// The network has no layer, or a layer without neurons or inputs.
    #[error("the network has no layers, or an empty one")]
    NoLayers,
    /// The targets do not fit the loss or the outputs.
    #[error(transparent)]
    Loss(#[from] TargetError),
}

impl<R: Real> Mlp<R> {
    /// A network of these widths, input and output included, with weights of layer l from `key.child("w<l>")`; biases
    /// start at 0.
    ///
    /// Weights are drawn in f64 and rounded, so that both precisions share their draws.
    pub fn draw(widths: &[usize], activation: Activation, bias: bool, law: InitLaw, scale: f64, key: &Key) -> Mlp<R> {
        let layer = |(at, pair): (usize, &[usize])| {
            let w = law.draw((pair[1], pair[0]), scale, &key.child(&format!("w{}", at + 1)));
            Layer { w: w.mapv(R::from_f64), b: bias.then(|| Array1::from_elem(pair[1], R::ZERO)) }
        };
        Mlp { layers: widths.windows(2).enumerate().map(layer).collect(), activation }
    }

    /// d, m_1, ..., K.
    pub fn widths(&self) -> Vec<usize> {
        let inputs = self.layers.first().map(|layer| layer.w.ncols());
        inputs.into_iter().chain(self.layers.iter().map(|layer| layer.w.nrows())).collect()
    }

    /// Outputs F of every sample of x (n, d); (K, n).
    ///
    /// # Errors
    /// [`MlpError`] if network and samples do not fit together.
    pub fn outputs(&self, x: &Array2<f64>) -> Result<Array2<R>, MlpError> {
        let n = x.nrows();
        let targets = Targets::values(Array2::zeros((n, self.widths().last().copied().unwrap_or(0))).view());
        let samples = Arc::new(Samples { x: columns(x), n, dimension: x.ncols(), targets });
        let mut objective = MlpObjective::new(self, None, samples, Loss::Squared)?;
        let theta = objective.pack(self);
        let mut outputs = Array2::from_elem((objective.outputs(), n), R::ZERO);
        for first in (0..n).step_by(BLOCK) {
            let block = Block::Run(first..n.min(first + BLOCK));
            objective.forward(&theta, &block);
            for (row, mut out) in objective.last(&block).chunks_exact(block.len()).zip(outputs.rows_mut()) {
                row.iter().zip(out.iter_mut().skip(first)).for_each(|(from, to)| *to = *from);
            }
        }
        Ok(outputs)
    }

    /// Mean loss and accuracy on these samples.
    ///
    /// # Errors
    /// [`MlpError`] if network, samples and loss do not fit together.
    pub fn evaluate(&self, samples: &Arc<Samples<R>>, loss: Loss) -> Result<Evaluation, MlpError> {
        let mut objective = MlpObjective::new(self, None, Arc::clone(samples), loss)?;
        let theta = objective.pack(self);
        Ok(objective.loss(&theta))
    }

    fn check(&self) -> Result<(), MlpError> {
        if self.layers.is_empty() || self.layers.iter().any(|layer| layer.w.is_empty()) {
            return Err(MlpError::NoLayers);
        }
        let shape = |what: String, got: &[usize], expected: &[usize]| match got == expected {
            true => Ok(()),
            false => Err(MlpError::Shape { what, got: got.to_vec(), expected: expected.to_vec() }),
        };
        let mut inputs = self.layers[0].w.ncols();
        for (at, layer) in self.layers.iter().enumerate() {
            let neurons = layer.w.nrows();
            shape(format!("w{}", at + 1), layer.w.shape(), &[neurons, inputs])?;
            if let Some(b) = &layer.b {
                shape(format!("b{}", at + 1), b.shape(), &[neurons])?;
            }
            inputs = neurons;
        }
        Ok(())
    }
}

/// Samples as the kernels want them, to be shared by all networks that train on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples<R> {
    /// (d, n): samples are columns.
    x: Vec<R>,
    n: usize,
    dimension: usize,
    targets: Targets<R>,
}

impl<R: Real> Samples<R> {
    /// The samples for a network with `outputs` outputs under `loss`.
    ///
    /// # Errors
    /// [`MlpError`] if the targets do not fit the outputs or the loss.
    pub fn new(data: &LabelledData, outputs: usize, loss: Loss) -> Result<Samples<R>, MlpError> {
        let n = data.samples();
        if data.y.len() != n {
            return Err(MlpError::Samples { got: data.y.len(), expected: n });
        }
        let targets = Targets::of(&data.y, outputs, loss)?;
        Ok(Samples { x: columns(&data.x), n, dimension: data.dimension(), targets })
    }

    /// n.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }
}

/// (n, d) to (d, n), one row after the other.
fn columns<R: Real>(x: &Array2<f64>) -> Vec<R> {
    x.t().iter().map(|&x| R::from_f64(x)).collect()
}

/// How a layer's weights lie in `theta`.
#[derive(Clone, Debug)]
enum Support {
    /// All of them, row after row.
    Dense,
    /// The kept ones, at these row-major indices, spread over the whole matrix for the products.
    Kept(Vec<usize>),
    /// The kept ones, walked row by row in the forward pass and column by column in the backward pass.
    Sparse(Vec<usize>, Pattern, Pattern),
}

impl Support {
    /// The kept indices, unless all are kept.
    fn kept(&self) -> Option<&[usize]> {
        match self {
            Support::Dense => None,
            Support::Kept(kept) | Support::Sparse(kept, ..) => Some(kept),
        }
    }
}

#[derive(Clone, Debug)]
struct Place {
    neurons: usize,
    inputs: usize,
    support: Support,
    /// Where its kept weights stand in `theta`.
    weights: Range<usize>,
    /// Where its biases stand.
    biases: Range<usize>,
}

/// Loss and gradient of a masked network, as a function of its kept parameters.
///
/// `theta` holds layer after layer: the kept weights row by row, then the biases if the layer has them.
#[derive(Clone, Debug)]
pub struct MlpObjective<R> {
    places: Vec<Place>,
    activation: Activation,
    family: Family,
    samples: Arc<Samples<R>>,
    loss: Loss,
    /// 0, 1, ..., n - 1.
    everyone: Vec<usize>,
    /// Weights of the masked layers with zeros at pruned places, and the same for their gradients.
    spread: Vec<Vec<R>>,
    spread_grad: Vec<R>,
    /// What the sparse kernels copy together.
    room: Room<R>,
    /// Activations of the block's samples, a_0 to a_L, each (width, block). a_0 only when gathered.
    a: Vec<Vec<R>>,
    /// D_l and D_{l-1}.
    d: [Vec<R>; 2],
    targets: Targets<R>,
}

impl<R: Real> MlpObjective<R> {
    /// The objective of a network of `net`'s widths and activation under one mask per layer (all ones if `None`).
    ///
    /// # Errors
    /// [`MlpError`] if network, masks, samples and loss do not fit together.
    pub fn new(
        net: &Mlp<R>,
        masks: Option<&[Mask]>,
        samples: Arc<Samples<R>>,
        loss: Loss,
    ) -> Result<MlpObjective<R>, MlpError> {
        net.check()?;
        let widths = net.widths();
        let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
        if samples.is_empty() {
            return Err(MlpError::Empty);
        }
        if samples.dimension != inputs {
            return Err(MlpError::Dimension { got: samples.dimension, expected: inputs });
        }
        if samples.targets.outputs() != outputs {
            return Err(MlpError::Outputs { got: samples.targets.outputs(), expected: outputs });
        }
        loss.check(&samples.targets)?;
        let places = places(net, masks)?;
        let block = samples.len().min(BLOCK);
        let size = |place: &Place| place.neurons * place.inputs;
        let masked = |place: &&Place| matches!(place.support, Support::Kept(_));
        let zeros = |len: usize| vec![R::ZERO; len];
        let widest = widths.iter().max().copied().unwrap_or(0);
        Ok(MlpObjective {
            activation: net.activation,
            family: Family::best(),
            loss,
            everyone: (0..samples.len()).collect(),
            spread: places.iter().map(|place| zeros(if masked(&place) { size(place) } else { 0 })).collect(),
            spread_grad: zeros(places.iter().filter(masked).map(size).max().unwrap_or(0)),
            room: room(&places),
            a: widths.iter().map(|width| zeros(width * block)).collect(),
            d: [zeros(widest * block), zeros(widest * block)],
            targets: samples.targets.clone(),
            places,
            samples,
        })
    }

    /// The kept parameters of a network of this shape.
    pub fn pack(&self, net: &Mlp<R>) -> Vec<R> {
        let mut theta = Vec::with_capacity(self.parameters());
        for (place, layer) in self.places.iter().zip(&net.layers) {
            match place.support.kept() {
                None => theta.extend(layer.w.iter()),
                Some(kept) => {
                    theta.extend(kept.iter().map(|&at| layer.w[[at / place.inputs, at % place.inputs]]));
                }
            }
            theta.extend(layer.b.iter().flatten());
        }
        theta
    }

    /// The network with these kept parameters; pruned weights are 0. A gradient unpacks the same way.
    pub fn unpack(&self, theta: &[R]) -> Mlp<R> {
        let layer = |place: &Place| {
            let mut w = vec![R::ZERO; place.neurons * place.inputs];
            match place.support.kept() {
                None => w.copy_from_slice(&theta[place.weights.clone()]),
                Some(kept) => {
                    kept.iter().zip(&theta[place.weights.clone()]).for_each(|(&at, value)| w[at] = *value);
                }
            }
            let b = &theta[place.biases.clone()];
            Layer {
                w: Array2::from_shape_vec((place.neurons, place.inputs), w).expect("one weight per entry"),
                b: (!b.is_empty()).then(|| b.iter().copied().collect()),
            }
        };
        Mlp { layers: self.places.iter().map(layer).collect(), activation: self.activation }
    }

    fn outputs(&self) -> usize {
        self.places.last().map_or(0, |place| place.neurons)
    }

    /// The outputs of `block`, (K, block), after its forward pass.
    fn last(&self, block: &Block<'_>) -> &[R] {
        &self.a[self.places.len()][..self.outputs() * block.len()]
    }

    /// Mean loss and accuracy over `batch`, and the gradient if it is wanted.
    fn pass(&mut self, theta: &[R], batch: Option<&[usize]>, mut grad: Option<&mut [R]>) -> Evaluation {
        self.spread(theta);
        let total = batch.map_or(self.samples.n, <[usize]>::len);
        let (mut loss, mut points) = (0.0, 0.0);
        for first in (0..total).step_by(BLOCK) {
            let run = first..total.min(first + BLOCK);
            let block = batch.map_or(Block::Run(run.clone()), |batch| Block::Picked(&batch[run]));
            self.forward(theta, &block);
            let seen = self.residuals(&block);
            loss += seen.loss * block.len() as f64;
            points += seen.accuracy * block.len() as f64;
            if let Some(grad) = grad.as_deref_mut() {
                self.d[0][..self.places[self.places.len() - 1].neurons * block.len()]
                    .iter_mut()
                    .for_each(|d| *d /= R::from_f64(total as f64));
                self.backward(theta, &block, grad, first > 0);
            }
        }
        Evaluation { loss: loss / total as f64, accuracy: points / total as f64 }
    }

    /// Writes the masked weights with their zeros.
    fn spread(&mut self, theta: &[R]) {
        for (place, spread) in self.places.iter().zip(&mut self.spread) {
            if let Support::Kept(kept) = &place.support {
                kept.iter().zip(&theta[place.weights.clone()]).for_each(|(&at, value)| spread[at] = *value);
            }
        }
    }

    /// Fills a_1 to a_L for the samples of `block` (and a_0 where they must be gathered).
    fn forward(&mut self, theta: &[R], block: &Block<'_>) {
        let b = block.len();
        if let Block::Picked(picked) = block {
            for (row, x) in self.a[0].chunks_exact_mut(b).zip(self.samples.x.chunks_exact(self.samples.n)) {
                row.iter_mut().zip(*picked).for_each(|(to, &i)| *to = x[i]);
            }
        }
        for (at, place) in self.places.iter().enumerate() {
            let (before, after) = self.a.split_at_mut(at + 1);
            let input = input(&self.samples, &before[at], at, block);
            let out = &mut after[0][..place.neurons * b];
            let bias = &theta[place.biases.clone()];
            if let Support::Sparse(_, pattern, _) = &place.support {
                let weights = &theta[place.weights.clone()];
                self.family.run(Sums { pattern, weights, bias, from: input, into: out, room: &mut self.room });
            } else {
                out.chunks_exact_mut(b).zip(bias).for_each(|(row, bias)| row.fill(*bias));
                let input = Matrix::strided(input.data, place.inputs, b, input.stride);
                product(out, place.matrix(theta, &self.spread[at]), input, !bias.is_empty());
            }
            if at + 1 < self.places.len() {
                self.activation.apply(out);
            }
        }
    }

    /// Writes the residuals of `block` to d[0].
    fn residuals(&mut self, block: &Block<'_>) -> Evaluation {
        let outputs = self.outputs() * block.len();
        let targets = match block {
            Block::Run(run) if run.len() == self.samples.n => &self.samples.targets,
            Block::Run(run) => {
                self.samples.targets.select(&self.everyone[run.clone()], &mut self.targets);
                &self.targets
            }
            Block::Picked(picked) => {
                self.samples.targets.select(picked, &mut self.targets);
                &self.targets
            }
        };
        self.loss.evaluate(&self.a[self.places.len()][..outputs], targets, &mut self.d[0][..outputs])
    }

    /// From D_L in d[0], the gradient of `block`, added to what is there if `add`.
    fn backward(&mut self, theta: &[R], block: &Block<'_>, grad: &mut [R], add: bool) {
        let b = block.len();
        let [d, below] = &mut self.d;
        for (at, place) in self.places.iter().enumerate().rev() {
            let (neurons, inputs) = (place.neurons, place.inputs);
            let delta = Matrix::new(&d[..neurons * b], neurons, b);
            let left = Rows { data: &d[..neurons * b], width: b, stride: b };
            let right = input(&self.samples, &self.a[at], at, block);
            let input = Matrix::strided(right.data, inputs, b, right.stride);
            let weights = &mut grad[place.weights.clone()];
            match &place.support {
                Support::Dense => product(weights, delta, input.t(), add),
                Support::Kept(kept) => {
                    let spread = &mut self.spread_grad[..neurons * inputs];
                    product(spread, delta, input.t(), false);
                    let pairs = weights.iter_mut().zip(kept);
                    pairs.for_each(|(grad, &at)| *grad = if add { *grad + spread[at] } else { spread[at] });
                }
                Support::Sparse(_, pattern, _) => {
                    let room = &mut self.room;
                    self.family.run(Dots { pattern, left, right, into: weights, add, room });
                }
            }
            for (grad, row) in grad[place.biases.clone()].iter_mut().zip(d.chunks_exact(b)) {
                let sum = row.iter().copied().sum();
                *grad = if add { *grad + sum } else { sum };
            }
            if at > 0 {
                let below_now = &mut below[..inputs * b];
                if let Support::Sparse(_, _, pattern) = &place.support {
                    let weights = &theta[place.weights.clone()];
                    let room = &mut self.room;
                    self.family.run(Sums { pattern, weights, bias: &[], from: left, into: below_now, room });
                } else {
                    product(below_now, place.matrix(theta, &self.spread[at]).t(), delta, false);
                }
                self.activation.chain(&self.a[at][..inputs * b], below_now);
                std::mem::swap(d, below);
            }
        }
    }
}

impl<R: Real> Objective<R> for MlpObjective<R> {
    fn parameters(&self) -> usize {
        self.places.last().map_or(0, |place| place.biases.end)
    }

    fn samples(&self) -> usize {
        self.samples.n
    }

    fn gradient(&mut self, theta: &[R], batch: Option<&[usize]>, grad: &mut [R]) -> Evaluation {
        self.pass(theta, batch, Some(grad))
    }

    fn loss(&mut self, theta: &[R]) -> Evaluation {
        self.pass(theta, None, None)
    }
}

/// Samples that are worked through together.
enum Block<'a> {
    /// These, one after the other.
    Run(Range<usize>),
    /// These, in this order.
    Picked(&'a [usize]),
}

impl Block<'_> {
    fn len(&self) -> usize {
        match self {
            Block::Run(run) => run.len(),
            Block::Picked(picked) => picked.len(),
        }
    }
}

impl Place {
    /// W, from `theta` or from where it was spread.
    fn matrix<'a, R: Real>(&self, theta: &'a [R], spread: &'a [R]) -> Matrix<'a, R> {
        let w = match self.support {
            Support::Dense => &theta[self.weights.clone()],
            _ => spread,
        };
        Matrix::new(w, self.neurons, self.inputs)
    }
}

/// What layer `at` reads, (inputs, block): the samples where they stand, or the activations below.
fn input<'a, R: Real>(samples: &'a Samples<R>, a: &'a [R], at: usize, block: &Block<'_>) -> Rows<'a, R> {
    match block {
        Block::Run(run) if at == 0 => Rows { data: &samples.x[run.start..], width: run.len(), stride: samples.n },
        _ => Rows { data: a, width: block.len(), stride: block.len() },
    }
}

/// Room for the products of the sparse layers.
fn room<R: Real>(places: &[Place]) -> Room<R> {
    let sparse = || places.iter().filter(|place| matches!(place.support, Support::Sparse(..)));
    let rows = sparse().map(|place| place.inputs.max(place.neurons)).max().unwrap_or(0);
    Room::new(rows, sparse().map(|place| place.weights.len()).max().unwrap_or(0))
}

fn places<R: Real>(net: &Mlp<R>, masks: Option<&[Mask]>) -> Result<Vec<Place>, MlpError> {
    if let Some(masks) = masks
        && masks.len() != net.layers.len()
    {
        return Err(MlpError::Masks { got: masks.len(), expected: net.layers.len() });
    }
    let mut end = 0;
    let mut next = |len: usize| {
        end += len;
        end - len..end
    };
    let place = |(at, layer): (usize, &Layer<R>)| {
        let (neurons, inputs) = layer.w.dim();
        let support = match masks.map(|masks| &masks[at]) {
            Some(mask) if mask.shape() != layer.w.shape() => {
                let (got, expected) = (mask.shape().to_vec(), layer.w.shape().to_vec());
                return Err(MlpError::Shape { what: format!("mask{}", at + 1), got, expected });
            }
            Some(mask) if (mask.kept() as f64) < SPARSE * mask.len() as f64 => {
                let kept: Vec<usize> = mask.indices().collect();
                let pattern = Pattern::new(neurons, inputs, &kept);
                let turned = pattern.transposed();
                Support::Sparse(kept, pattern, turned)
            }
            Some(mask) if !mask.is_dense() => Support::Kept(mask.indices().collect()),
            _ => Support::Dense,
        };
        let weights = next(support.kept().map_or(neurons * inputs, <[usize]>::len));
        Ok(Place { neurons, inputs, support, weights, biases: next(layer.b.as_ref().map_or(0, Array1::len)) })
    };
    net.layers.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Answers;
    use crate::fraction::KeepFraction;
    use ndarray::array;
    use rand::RngExt;
    use rand_distr::StandardNormal;

    const LOSSES: [Loss; 3] = [Loss::CrossEntropy, Loss::Logistic, Loss::Squared];

    fn data(n: usize, d: usize, classes: usize, key: &Key) -> LabelledData {
        let mut rng = key.rng();
        let x = Array2::from_shape_simple_fn((n, d), || rng.sample(StandardNormal));
        LabelledData { x, y: Answers::Classes((0..n).map(|_| rng.random_range(0..classes)).collect()) }
    }

    /// A network with biases on every other layer, none of them 0, and one mask per layer.
    fn network(widths: &[usize], activation: Activation, key: &Key) -> (Mlp<f64>, Vec<Mask>) {
        let mut net = Mlp::draw(widths, activation, false, InitLaw::HeNormal, 1.0, key);
        for (at, layer) in net.layers.iter_mut().enumerate().step_by(2) {
            let b = InitLaw::Normal.draw((1, layer.w.nrows()), 0.3, &key.child(&format!("b{at}")));
            layer.b = Some(b.row(0).to_owned());
        }
        let masks = net.layers.iter().enumerate().map(|(at, layer)| {
            let keep = KeepFraction::new([0.1, 1.0, 0.5][at % 3]).unwrap();
            Mask::random(layer.w.shape(), keep, &key.child(&format!("mask{at}")))
        });
        let masks = masks.collect();
        (net, masks)
    }

    fn outputs_of(loss: Loss) -> usize {
        if loss == Loss::Logistic { 1 } else { 3 }
    }

    /// F by its definition, sample by sample.
    fn naive_outputs(net: &Mlp<f64>, x: &Array2<f64>) -> Array2<f64> {
        let mut a = x.t().to_owned();
        for (at, layer) in net.layers.iter().enumerate() {
            let mut z = layer.w.dot(&a);
            if let Some(b) = &layer.b {
                z += &b.clone().insert_axis(ndarray::Axis(1));
            }
            let hidden = at + 1 < net.layers.len();
            a = match net.activation {
                Activation::Relu if hidden => z.mapv(|z| z.max(0.0)),
                Activation::Tanh if hidden => z.mapv(f64::tanh),
                _ => z,
            };
        }
        a
    }

    #[test]
    fn outputs_equal_their_definition() {
        let key = Key::root("outputs");
        for activation in Activation::ALL {
            for widths in [vec![4, 3], vec![4, 6, 2], vec![4, 7, 5, 3, 1]] {
                let (net, _) = network(&widths, activation, &key);
                for n in [1, 7, BLOCK, BLOCK + 3] {
                    let x = data(n, 4, 2, &key).x;
                    let error = (&net.outputs(&x).unwrap() - &naive_outputs(&net, &x)).mapv(f64::abs);
                    assert!(error.iter().all(|&error| error < 1e-13), "{activation:?} {widths:?} {n}");
                }
            }
        }
    }

    #[test]
    fn gradients_equal_finite_differences() {
        let key = Key::root("gradient");
        for loss in LOSSES {
            // Without relu: at a kink the difference quotient is no derivative.
            for activation in [Activation::Linear, Activation::Tanh] {
                let k = outputs_of(loss);
                let (net, masks) = network(&[5, 6, 4, k], activation, &key);
                let samples = Arc::new(Samples::new(&data(9, 5, k.max(2), &key), k, loss).unwrap());
                let mut objective = MlpObjective::new(&net, Some(&masks), samples, loss).unwrap();
                let theta = objective.pack(&net);
                let mut grad = vec![0.0; theta.len()];
                let at_theta = objective.gradient(&theta, None, &mut grad);
                assert_eq!(at_theta, objective.loss(&theta));
                let h = 1e-5;
                for i in 0..theta.len() {
                    let mut loss_at = |step: f64| {
                        let mut moved = theta.clone();
                        moved[i] += step;
                        objective.loss(&moved).loss
                    };
                    let quotient = (loss_at(h) - loss_at(-h)) / (2.0 * h);
                    // Central differences err by O(h^2) = 1e-10 and by rounding / h = 1e-11.
                    assert!((quotient - grad[i]).abs() < 1e-8, "{loss:?} {activation:?} {i}: {quotient} {}", grad[i]);
                }
            }
        }
    }

    #[test]
    fn a_masked_gradient_is_the_dense_one_on_the_kept_entries() {
        let key = Key::root("masked");
        for activation in Activation::ALL {
            let (net, mut masks) = network(&[5, 8, 6, 3], activation, &key);
            // One layer of each support, and a sparse one below another.
            masks[1] = Mask::random(&[6, 8], KeepFraction::new(0.14).unwrap(), &key);
            let samples = Arc::new(Samples::new(&data(20, 5, 3, &key), 3, Loss::CrossEntropy).unwrap());
            let mut masked = MlpObjective::new(&net, Some(&masks), Arc::clone(&samples), Loss::CrossEntropy).unwrap();
            let theta = masked.pack(&net);
            let pruned = masked.unpack(&theta);
            let mut dense = MlpObjective::new(&pruned, None, samples, Loss::CrossEntropy).unwrap();
            let mut grads = [vec![0.0; masked.parameters()], vec![0.0; dense.parameters()]];
            let a = masked.gradient(&theta, None, &mut grads[0]);
            let b = dense.gradient(&dense.pack(&pruned), None, &mut grads[1]);
            assert!((a.loss - b.loss).abs() < 1e-14 && a.accuracy == b.accuracy);
            let (few, all) = (masked.unpack(&grads[0]), dense.unpack(&grads[1]));
            for ((few, all), mask) in few.layers.iter().zip(&all.layers).zip(&masks) {
                for (i, (few, all)) in few.w.iter().zip(&all.w).enumerate() {
                    let expected = if mask.keeps(i) { *all } else { 0.0 };
                    assert!((few - expected).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn a_batch_is_the_data_set_of_its_samples() {
        let key = Key::root("batch");
        let (net, masks) = network(&[5, 8, 3], Activation::Relu, &key);
        // More than one block in the batch.
        let all = data(BLOCK + 40, 5, 3, &key);
        let batch: Vec<usize> = (0..BLOCK + 20).map(|i| (7 * i) % all.samples()).collect();
        let objective = |data: &LabelledData| {
            let samples = Arc::new(Samples::new(data, 3, Loss::Squared).unwrap());
            MlpObjective::new(&net, Some(&masks), samples, Loss::Squared).unwrap()
        };
        let (mut whole, mut part) = (objective(&all), objective(&all.select(&batch)));
        let theta = whole.pack(&net);
        let mut grads = [vec![0.0; theta.len()], vec![0.0; theta.len()]];
        let a = whole.gradient(&theta, Some(&batch), &mut grads[0]);
        let b = part.gradient(&theta, None, &mut grads[1]);
        assert!((a.loss - b.loss).abs() < 1e-13 && (a.accuracy - b.accuracy).abs() < 1e-13);
        assert!(grads[0].iter().zip(&grads[1]).all(|(a, b)| (a - b).abs() < 1e-13));
    }

    #[test]
    fn packing_and_unpacking_is_masking() {
        let (net, masks) = network(&[4, 6, 3], Activation::Tanh, &Key::root("pack"));
        let samples = Arc::new(Samples::new(&data(2, 4, 3, &Key::root("pack")), 3, Loss::Squared).unwrap());
        let objective = MlpObjective::new(&net, Some(&masks), samples, Loss::Squared).unwrap();
        let pruned = objective.unpack(&objective.pack(&net));
        for ((before, after), mask) in net.layers.iter().zip(&pruned.layers).zip(&masks) {
            assert_eq!(before.b, after.b);
            for (i, (before, after)) in before.w.iter().zip(&after.w).enumerate() {
                assert_eq!(*after, if mask.keeps(i) { *before } else { 0.0 });
            }
        }
    }

    #[test]
    fn a_network_that_diverged_does_not_look_alive() {
        let (mut net, _) = network(&[2, 3, 1], Activation::Relu, &Key::root("nan"));
        net.layers[0].w[[1, 1]] = f64::NAN;
        assert!(net.outputs(&array![[1.0, 1.0]]).unwrap()[[0, 0]].is_nan());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let key = Key::root("fit");
        let (mut net, masks) = network(&[4, 6, 3], Activation::Relu, &key);
        let good = Arc::new(Samples::new(&data(5, 4, 3, &key), 3, Loss::Squared).unwrap());
        let refused = |net: &Mlp<f64>, masks: &[Mask], samples: &Arc<Samples<f64>>| {
            MlpObjective::new(net, Some(masks), Arc::clone(samples), Loss::Squared).unwrap_err()
        };
        assert_eq!(refused(&net, &masks[..1], &good), MlpError::Masks { got: 1, expected: 2 });
        let error = refused(&net, &[masks[1].clone(), masks[0].clone()], &good);
        assert_eq!(error.to_string(), "mask1 has shape [3, 6], expected [6, 4]");
        let wide = Arc::new(Samples::new(&data(5, 7, 3, &key), 3, Loss::Squared).unwrap());
        assert_eq!(refused(&net, &masks, &wide), MlpError::Dimension { got: 7, expected: 4 });
        net.layers[1].w = Array2::zeros((3, 5));
        assert_eq!(refused(&net, &masks, &good).to_string(), "w2 has shape [3, 5], expected [3, 6]");
        let error = Samples::<f64>::new(&data(50, 4, 3, &key), 2, Loss::CrossEntropy).unwrap_err();
        assert!(matches!(error, MlpError::Loss(TargetError::Class { got: 2, .. })));
    }
}
