//! The parts that a record names: data, weights and masks, from files or from laws, checked against the network.

use super::Record;
use crate::engine::data::npz::{Npz, NpzError};
use crate::engine::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use crate::engine::data::{LabelledData, TrainTest, digits};
use crate::engine::fraction::KeepFraction;
use crate::engine::key::Key;
use crate::engine::mask::Mask;
use crate::engine::network::init::InitLaw;
use crate::engine::network::mlp::{Activation, Layer, Mlp, MlpError, Samples};
use crate::engine::network::patch::{Outer, PatchBank, PatchError, PatchNet};
use crate::engine::real::Real;
use crate::engine::settings::{SettingsError, plain};
use crate::engine::training::loss::TargetError;
use crate::engine::training::{Loss, Optimizer, Recipe, Schedule, Targets};
use crate::outside;
use ndarray::{Array2, Array3, ArrayD, Axis, Ix1, Ix2, Ix3};
use std::sync::Arc;

/// Labels of a patch law are balanced, as in the sims.
const LABELS: Labels = Labels::Balanced;

impl Record {
    /// The root of all randomness.
    pub(super) fn root(&self) -> Key {
        Key::root(self.key())
    }

    /// The key that draws mini-batches.
    pub fn order(&self) -> Key {
        self.root().child("order")
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        let losses = [Loss::CrossEntropy, Loss::Logistic, Loss::Squared];
        let word = self.settings().text("loss");
        losses.into_iter().find(|loss| loss.name() == word).expect("the vocabulary knows the losses")
    }

    /// Optimizer, rate, schedule, step cap and loss target; the adaptive rate for a patch network under `mask`.
    pub fn recipe(&self, mask: Option<&Mask>) -> Recipe {
        let settings = self.settings();
        let batch = settings.count("batch");
        let (momentum, weight_decay) = (settings.real("momentum"), settings.real("weight_decay"));
        let optimizer = match settings.text("optimizer") {
            "gd" => Optimizer::Gd,
            "sgd" => Optimizer::Sgd { batch, momentum, weight_decay },
            _ => Optimizer::Adam { batch },
        };
        let rate = settings.real("rate");
        let (rate, schedule) = match settings.text("schedule") {
            "cosine" => (rate, Schedule::Cosine),
            "adaptive" => (self.adaptive_rate(rate, mask), Schedule::Constant),
            _ => (rate, Schedule::Constant),
        };
        let (steps, target_loss) = (settings.count("steps") as u64, settings.real("target_loss"));
        Recipe { optimizer, rate, schedule, steps, target_loss }
    }

    fn adaptive_rate(&self, rate: f64, mask: Option<&Mask>) -> f64 {
        let ones = Mask::ones(&self.patch_shape());
        let mask = mask.unwrap_or(&ones);
        let keep = match self.word("rule") {
            Some(_) => self.keep(),
            None => KeepFraction::new(mask.kept() as f64 / mask.len() as f64).expect("a part of all"),
        };
        self.patch_law().adaptive_rate(rate, keep, mask)
    }

    pub(super) fn keep(&self) -> KeepFraction {
        KeepFraction::new(self.settings().real("keep")).expect("the vocabulary keeps keep in [0, 1]")
    }

    fn law(&self) -> InitLaw {
        InitLaw::named(self.settings().text("law")).expect("the vocabulary knows the laws")
    }

    /// Opens the archive that `name` names and takes from it what `take` wants.
    pub(super) fn read_npz<T>(
        &self,
        name: &'static str,
        take: impl FnOnce(&mut Npz<'_>) -> Result<T, NpzError>,
    ) -> Result<T, SettingsError> {
        let word = self.settings().text(name);
        let path = outside::npz_path(word, self.folder()).expect("only npz files are opened here");
        let bytes = outside::read(&path).map_err(|error| self.unusable(name, error.to_string()))?;
        let taken = Npz::open(&bytes).and_then(|mut npz| take(&mut npz));
        taken.map_err(|error| self.unusable(name, format!("{}: {error} ({})", path.display(), self.sizes())))
    }

    /// The sizes of the network, for messages about arrays that do not fit.
    fn sizes(&self) -> String {
        let shown = |key: &str| self.written().find(|(written, _)| *written == key).map(|(_, value)| plain(value));
        let keys: [&str; 4] = ["network.widths", "network.classes", "network.neurons", "network.dimension"];
        let sizes = keys.iter().filter_map(|key| Some(format!("{key} = {}", shown(key)?)));
        sizes.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn misfit(&self, name: &'static str, why: impl std::fmt::Display) -> SettingsError {
        self.unusable(name, format!("{why} ({})", self.sizes()))
    }

    // The fully connected network.

    /// Training samples, and test samples where there are any, for the network of this record.
    ///
    /// # Errors
    /// A file that cannot be read, or data of another size than the network.
    #[allow(clippy::type_complexity)]
    pub fn samples<R: Real>(&self) -> Result<(Arc<Samples<R>>, Option<Arc<Samples<R>>>), SettingsError> {
        self.of_data(|data| {
            let test = data.test.as_ref().map(|test| self.samples_of(test)).transpose()?;
            Ok((self.samples_of(&data.train)?, test))
        })
    }

    /// What `take` makes of the data, which have as many coordinates as the network has inputs.
    pub(super) fn of_data<T>(
        &self,
        take: impl FnOnce(&TrainTest) -> Result<T, SettingsError>,
    ) -> Result<T, SettingsError> {
        let inputs = self.settings().counts("widths")[0];
        let outside;
        let data = match self.settings().text("data") {
            "digits" => digits::train_test(),
            word => {
                outside = outside::load(word, self.folder()).map_err(|error| self.misfit("data", error))?;
                outside.as_ref().expect("npz or idx").data()
            }
        };
        let there = data.train.dimension();
        if there != inputs {
            let why = format!("x has {there} coordinates per sample, and the network takes {inputs}");
            return Err(self.misfit("data", why));
        }
        take(data)
    }

    /// The samples for the network and loss of this record.
    pub(super) fn samples_of<R: Real>(&self, data: &LabelledData) -> Result<Arc<Samples<R>>, SettingsError> {
        let outputs = *self.settings().counts("widths").last().expect("two at least");
        Samples::new(data, outputs, self.loss()).map(Arc::new).map_err(|error| self.mlp_error(error))
    }

    /// The initial fully connected network.
    ///
    /// # Errors
    /// A file that cannot be read, or arrays of other shapes than the network.
    pub fn mlp<R: Real>(&self) -> Result<Mlp<R>, SettingsError> {
        let widths = self.settings().counts("widths");
        let activation = Activation::named(self.settings().text("activation")).expect("the vocabulary knows them");
        let bias = self.settings().text("bias") == "true";
        if self.word("init").is_none() {
            let (scale, key) = (self.settings().real("init_scale"), self.root().child("init"));
            return Ok(Mlp::draw(&widths, activation, bias, self.law(), scale, &key));
        }
        let (layers, biases) = self.read_npz("init", |npz| {
            let layer = |(at, pair): (usize, &[usize])| {
                let (w, b) = (format!("w{}", at + 1), format!("b{}", at + 1));
                let w = npz.numbers_of(&w, &[pair[1], pair[0]])?.mapv(R::from_f64);
                let b = npz.has(&b).then(|| npz.numbers_of(&b, &[pair[1]])).transpose()?;
                Ok(Layer {
                    w: w.into_dimensionality::<Ix2>().expect("checked"),
                    b: b.map(|b| b.mapv(R::from_f64).into_dimensionality::<Ix1>().expect("checked")),
                })
            };
            let layers: Vec<Layer<R>> = widths.windows(2).enumerate().map(layer).collect::<Result<_, _>>()?;
            let used = |at: usize| [format!("w{at}"), format!("b{at}")];
            refuse_unused(npz, &["w", "b"], &(1..widths.len()).flat_map(used).collect::<Vec<_>>())?;
            Ok((layers, npz.names().iter().filter(|name| name.starts_with('b')).cloned().collect::<Vec<_>>()))
        })?;
        // A file says layer by layer which of them have a bias.
        match (bias, layers.iter().any(|layer| layer.b.is_some())) {
            (false, true) => Err(self.unusable(
                "init",
                format!("it has the biases {}, and network.bias = false; write bias = true", biases.join(", ")),
            )),
            (true, false) => {
                Err(self.unusable("init", "network.bias = true, and it has none of the arrays b1, b2, ..."))
            }
            _ => Ok(Mlp { layers, activation }),
        }
    }

    // The patch network.

    fn patch_shape(&self) -> [usize; 3] {
        ["classes", "neurons", "dimension"].map(|name| self.settings().count(name))
    }

    /// The law of `data.source = "patches"`.
    fn patch_law(&self) -> PatchLaw {
        let settings = self.settings();
        PatchLaw {
            classes: settings.count("classes"),
            dimension: settings.count("dimension"),
            signal: settings.real("signal"),
            noise: settings.real("noise"),
            signal_law: if settings.text("signal_law") == "basis" { SignalLaw::Basis } else { SignalLaw::Rotated },
            noise_law: if settings.text("noise_law") == "full" { NoiseLaw::Full } else { NoiseLaw::Orthogonal },
        }
    }

    /// Training samples of the patch network, and test samples where the record asks for any.
    ///
    /// # Errors
    /// A file that cannot be read, or data of another size than the network.
    #[allow(clippy::type_complexity)]
    pub fn patches<R: Real>(
        &self,
    ) -> Result<((PatchBank, Targets<R>), Option<(PatchBank, Targets<R>)>), SettingsError> {
        let [classes, _, dimension] = self.patch_shape();
        if self.settings().text("data") == "patches" {
            let (law, data) = (self.patch_law(), self.root().child("data"));
            let signals = law.signals(&data);
            let part = |samples: usize, key: &Key| {
                let sample = law.sample(&signals, samples, LABELS, key);
                let targets = Targets::classes(&sample.labels, classes).map_err(|error| self.misfit("loss", error))?;
                Ok((PatchBank::of_law(&sample), targets))
            };
            let test = self.settings().count("test_samples");
            let train = part(self.settings().count("samples"), &data)?;
            let test = (test > 0).then(|| part(test, &self.root().child("test"))).transpose()?;
            return Ok((train, test));
        }
        let (x, y) = self.read_npz("data", |npz| {
            let x = npz.numbers("x")?;
            let x = npz_patches(x, dimension)?;
            let y = npz.targets(x.len_of(Axis(0)))?;
            Ok((x, y))
        })?;
        let bank = PatchBank::of_array(x.view()).map_err(|error| self.misfit("data", error))?;
        let targets = Targets::of(&y, classes, self.loss()).map_err(|error| self.misfit(at_fault(&error), error))?;
        Ok(((bank, targets), None))
    }

    /// The initial patch network.
    ///
    /// # Errors
    /// A file that cannot be read, or arrays of other shapes than the network.
    pub fn patch_net<R: Real>(&self) -> Result<PatchNet<R>, SettingsError> {
        let shape = self.patch_shape();
        let [classes, neurons, dimension] = shape;
        let power = self.settings().real("power");
        let outer = if self.settings().text("outer") == "ones" { Outer::Ones } else { Outer::Trained };
        let (w, a) = if self.word("init").is_some() {
            self.read_npz("init", |npz| {
                let w = npz.numbers_of("w", &shape)?.into_dimensionality::<Ix3>().expect("checked");
                let a = (outer == Outer::Trained).then(|| npz.numbers_of("a", &shape[..2])).transpose()?;
                if a.is_none() {
                    refuse_unused(npz, &["a"], &[])?;
                }
                Ok((w, a.map(|a| a.into_dimensionality::<Ix2>().expect("checked"))))
            })?
        } else {
            let (law, scale, key) = (self.law(), self.settings().real("init_scale"), self.root().child("init"));
            let w = law.draw((classes * neurons, dimension), scale, &key.child("w"));
            let a = (outer == Outer::Trained).then(|| law.draw((classes, neurons), scale, &key.child("a")));
            (w.into_shape_with_order((classes, neurons, dimension)).expect("one weight per entry"), a)
        };
        let round = |a: Array2<f64>| a.mapv(R::from_f64);
        Ok(PatchNet { w: w.mapv(R::from_f64), a: a.map(round), power })
    }

    /// The patch network's mask, if the record prunes.
    ///
    /// # Errors
    /// A file that cannot be read, or a mask of another shape than the network.
    pub fn patch_mask(&self) -> Result<Option<Mask>, SettingsError> {
        let shape = self.patch_shape();
        if self.word("mask").is_some() {
            return self.read_npz("mask", |npz| npz.mask_of("mask", &shape)).map(Some);
        }
        let (keep, key) = (self.keep(), self.root().child("mask"));
        Ok(self.word("rule").map(|rule| match rule {
            "bernoulli" => Mask::bernoulli(&shape, keep, &key),
            "neurons" => Mask::neurons(&shape, keep, &key),
            _ => Mask::random(&shape, keep, &key),
        }))
    }

    /// The error of a patch network whose parts do not fit together.
    pub fn patch_error(&self, error: PatchError) -> SettingsError {
        match error {
            PatchError::Loss(error) => self.misfit(at_fault(&error), error),
            error => self.misfit("data", error),
        }
    }

    /// The error of a fully connected network whose parts do not fit together.
    pub fn mlp_error(&self, error: MlpError) -> SettingsError {
        match error {
            MlpError::Loss(error) => self.misfit(at_fault(&error), error),
            error => self.misfit("data", error),
        }
    }
}

/// Whether the answers are wrong for the network, or the loss for both.
fn at_fault(error: &TargetError) -> &'static str {
    if matches!(error, TargetError::Class { .. } | TargetError::Columns { .. }) { "data" } else { "loss" }
}

/// Refuses arrays that the network has no place for: `w3` where there are two layers, `a` where the outer weights are ones.
///
/// # Errors
/// [`NpzError::Unused`] names the first one.
pub fn refuse_unused(npz: &Npz<'_>, prefixes: &[&str], used: &[String]) -> Result<(), NpzError> {
    let layer = |name: &str, prefix: &&str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
    };
    let unused = |name: &&String| prefixes.iter().any(|prefix| layer(name, prefix)) && !used.contains(name);
    match npz.names().iter().find(unused) {
        Some(name) => Err(NpzError::Unused { array: name.clone() }),
        None => Ok(()),
    }
}

/// x as (n, 2, d).
fn npz_patches(x: ArrayD<f64>, d: usize) -> Result<Array3<f64>, NpzError> {
    match *x.shape() {
        [_, 2, width] if width == d => Ok(x.into_dimensionality().expect("three axes were matched")),
        ref got => Err(NpzError::Shape { array: "x".to_owned(), got: got.to_vec(), expected: format!("(n, 2, {d})") }),
    }
}
