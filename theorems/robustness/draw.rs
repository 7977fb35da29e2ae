//! What the trials of this subject draw: inputs of typical norm 1, random signs, and networks that fit them.

use crate::TrialError;
use ndarray::{Array1, Array2};
use prunelaw_engine::data::{Answers, LabelledData};
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::{Domain, End, Kinks, Method};
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Loss, Optimizer, Recipe, Schedule, train};
use std::f64::consts::PI;
use std::sync::Arc;

/// A law of inputs in R^d, with the constant c of its isoperimetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputLaw {
    /// N(0, I/d).
    Gaussian,
    /// Uniform on the unit sphere.
    Sphere,
    /// Uniform on a cube of side d^(-1/2) around the origin.
    SolidCube,
}

impl InputLaw {
    /// The words in settings.
    pub(super) const NAMES: [&str; 3] = ["gaussian", "sphere", "solid-cube"];

    /// The law of this word.
    pub(super) fn named(name: &str) -> InputLaw {
        match name {
            "sphere" => InputLaw::Sphere,
            "solid-cube" => InputLaw::SolidCube,
            _ => InputLaw::Gaussian,
        }
    }

    /// c: 1 by Gaussian concentration, d/(d-1) by the sphere's log-Sobolev constant, 1/(2 pi) since the map from a normal
    /// to a uniform coordinate has the slope (2 pi)^(-1/2) at most.
    pub(super) fn isoperimetry(self, dimension: usize) -> f64 {
        match self {
            InputLaw::Gaussian => 1.0,
            InputLaw::Sphere => dimension as f64 / (dimension as f64 - 1.0),
            InputLaw::SolidCube => 0.5 / PI,
        }
    }

    /// n independent inputs; (n, d).
    pub(super) fn draw(self, samples: usize, dimension: usize, key: &Key) -> Array2<f64> {
        let root = (dimension as f64).sqrt();
        let shape = (samples, dimension);
        match self {
            InputLaw::Gaussian => InitLaw::Normal.draw(shape, 1.0, key) / root,
            InputLaw::SolidCube => InitLaw::Uniform.draw(shape, 0.5, key) / root,
            InputLaw::Sphere => {
                let mut x = InitLaw::Normal.draw(shape, 1.0, key);
                x.rows_mut().into_iter().for_each(|mut row| row /= row.dot(&row).sqrt());
                x
            }
        }
    }
}

/// n independent random signs.
pub(super) fn signs(samples: usize, key: &Key) -> Array1<f64> {
    InitLaw::SignedConstant.draw((1, samples), 1.0, key).row(0).to_owned()
}

/// f(x) = sum_j outer_j relu(inner_j . x + bias_j).
#[derive(Clone, Debug)]
pub(super) struct TwoLayer {
    /// (k, d).
    pub(super) inner: Array2<f64>,
    /// (k), if there are biases.
    pub(super) bias: Option<Array1<f64>>,
    /// (k).
    pub(super) outer: Array1<f64>,
}

impl TwoLayer {
    /// Standard normal weights; biases too, if there are any.
    pub(super) fn random(neurons: usize, dimension: usize, bias: bool, key: &Key) -> TwoLayer {
        let normal = |name: &str, shape| InitLaw::Normal.draw(shape, 1.0, &key.child(name));
        let row = |name: &str| normal(name, (1, neurons)).row(0).to_owned();
        TwoLayer { inner: normal("w1", (neurons, dimension)), bias: bias.then(|| row("b1")), outer: row("w2") }
    }

    /// Trained by full-batch Adam from a He start to a mean squared error of 1e-4, in at most `steps`. A sample on which no
    /// neuron is active is never fitted: some narrow networks end above.
    ///
    /// # Errors
    /// [`TrialError`] if the training leaves the real numbers.
    pub(super) fn trained(
        x: &Array2<f64>,
        y: &Array1<f64>,
        (neurons, bias): (usize, bool),
        steps: u64,
        key: &Key,
    ) -> Result<TwoLayer, TrialError> {
        let refuse = |error: &dyn std::error::Error| TrialError(error.to_string());
        let (n, d) = x.dim();
        let targets = y.to_owned().insert_axis(ndarray::Axis(1));
        let data = LabelledData { x: x.clone(), y: Answers::Values(targets) };
        let samples = Samples::<f64>::new(&data, 1, Loss::Squared).map_err(|error| refuse(&error))?;
        let init = &key.child("init");
        let mut net = Mlp::draw(&[d, neurons, 1], Activation::Relu, bias, InitLaw::HeNormal, 1.0, init);
        // The floors have no constant to add to the output.
        net.layers[1].b = None;
        let objective = MlpObjective::new(&net, None, Arc::new(samples), Loss::Squared);
        let mut objective = objective.map_err(|error| refuse(&error))?;
        let mut theta = objective.pack(&net);
        let optimizer = Optimizer::Adam { batch: n };
        // The loss is half the squared error.
        let recipe = Recipe { optimizer, rate: 0.01, schedule: Schedule::Constant, steps, target_loss: 5e-5 };
        let order = key.child("order");
        let trained = train(&mut objective, &mut theta, &recipe, &order, &mut (), &Stop::new());
        match trained {
            Some(trained) if trained.last.loss.is_finite() => {}
            _ => return Err(TrialError("the training left the real numbers".to_owned())),
        }
        let layers = objective.unpack(&theta).layers;
        let outer = layers[1].w.row(0).to_owned();
        Ok(TwoLayer { inner: layers[0].w.clone(), bias: layers[0].b.clone(), outer })
    }

    /// f at every row of x; (n).
    pub(super) fn outputs(&self, x: &Array2<f64>) -> Array1<f64> {
        let mut z = x.dot(&self.inner.t());
        if let Some(bias) = &self.bias {
            z += bias;
        }
        z.mapv_into(|z| z.max(0.0)).dot(&self.outer)
    }

    /// Its canonical form over `domain`.
    ///
    /// # Errors
    /// [`TrialError`] with the words of the solver.
    pub(super) fn kinks(&self, domain: Domain) -> Result<Kinks, TrialError> {
        let bias = self.bias.as_ref().map(|bias| bias.view());
        Kinks::new(self.inner.view(), bias, self.outer.view(), domain).map_err(|error| TrialError(error.to_string()))
    }

    /// An end of the bracket of its Lipschitz constant over `domain`, where the method has one.
    ///
    /// # Errors
    /// [`TrialError`] with the words of the solver.
    pub(super) fn end(&self, method: Method, domain: Domain, key: &Key) -> Result<Option<End>, TrialError> {
        method.end(&self.kinks(domain)?, key).map_err(|error| TrialError(error.to_string()))
    }
}
