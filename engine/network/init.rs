//! Initial weights: the laws, each a standard variable times a scale.
//!
//! The standard variables come from the key alone, so that networks of different scale share their draws.

use crate::key::Key;
use ndarray::Array2;
use rand::RngExt;
use rand_distr::StandardNormal;

/// The law of one weight with fan-in f (the inputs of its neuron) at scale s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitLaw {
    /// N(0, s^2 2 / f) (He et al., Delving Deep into Rectifiers, arXiv 1502.01852, eq. 10 at s = 1).
    HeNormal,
    /// N(0, s^2).
    Normal,
    /// Uniform on [-s, s].
    Uniform,
    /// +s or -s with probability 1/2.
    SignedConstant,
}

impl InitLaw {
    /// All laws.
    pub const ALL: [InitLaw; 4] = [InitLaw::HeNormal, InitLaw::Normal, InitLaw::Uniform, InitLaw::SignedConstant];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            InitLaw::HeNormal => "he-normal",
            InitLaw::Normal => "normal",
            InitLaw::Uniform => "uniform",
            InitLaw::SignedConstant => "signed-constant",
        }
    }

    /// The law of this name.
    pub fn named(name: &str) -> Option<InitLaw> {
        InitLaw::ALL.into_iter().find(|law| law.name() == name)
    }

    /// Weights of `neurons` neurons with `inputs` inputs each; (neurons, inputs).
    pub fn draw(self, (neurons, inputs): (usize, usize), scale: f64, key: &Key) -> Array2<f64> {
        let mut rng = key.rng();
        let scale = match self {
            InitLaw::HeNormal => scale * (2.0 / inputs as f64).sqrt(),
            _ => scale,
        };
        Array2::from_shape_simple_fn((neurons, inputs), || {
            let standard: f64 = match self {
                InitLaw::HeNormal | InitLaw::Normal => rng.sample(StandardNormal),
                InitLaw::Uniform => rng.random_range(-1.0..=1.0),
                InitLaw::SignedConstant => {
                    if rng.random() {
                        1.0
                    } else {
                        -1.0
                    }
                }
            };
            scale * standard
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_share_their_draws() {
        let key = Key::root("init");
        for law in InitLaw::ALL {
            assert_eq!(law.draw((7, 5), 0.5, &key) * 4.0, law.draw((7, 5), 2.0, &key), "{law:?}");
        }
    }

    #[test]
    fn the_second_moment_is_that_of_the_law() {
        // Of 10^5 draws x^2 has mean v and standard error v sqrt(kappa - 1) / sqrt(10^5), kappa = 3 for normal weights.
        // Beyond 6 standard errors: probability below 1e-8.
        let (neurons, inputs, scale) = (500, 200, 0.7);
        for (law, variance, kurtosis) in [
            (InitLaw::HeNormal, 2.0 / 200.0, 3.0),
            (InitLaw::Normal, 1.0, 3.0),
            (InitLaw::Uniform, 1.0 / 3.0, 1.8),
            (InitLaw::SignedConstant, 1.0, 1.0),
        ] {
            let weights = law.draw((neurons, inputs), scale, &Key::root("moment"));
            let count = (neurons * inputs) as f64;
            let v = scale * scale * variance;
            let second = weights.mapv(|w| w * w).mean().unwrap();
            let mean = weights.mean().unwrap();
            assert!((second - v).abs() <= 6.0 * v * f64::sqrt((kurtosis - 1.0) / count) + 1e-12, "{law:?}: {second}");
            assert!(mean.abs() < 6.0 * (v / count).sqrt(), "{law:?}: mean {mean}");
        }
    }

    #[test]
    fn every_law_answers_to_its_name() {
        assert!(InitLaw::ALL.iter().all(|law| InitLaw::named(law.name()) == Some(*law)));
        assert_eq!(InitLaw::named("he"), None);
    }
}
