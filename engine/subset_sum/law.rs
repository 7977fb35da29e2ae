//! The laws of the samples of random subset sums: plain weights, and the products that a ReLU gadget offers.
//!
//! * uniform: one weight u of a layer without ReLU, Lueker's law (arXiv 2006.07990, sec. 3)
//! * live product: |a| b, what a hidden unit whose first weight a has the right sign offers (Corollary 1 there)
//! * strict half: max(a, 0) b, the same with the units of the wrong sign still counted; half of its mass sits at 0
//! * Gaussian: a standard normal weight
//! * hyperbolic: density proportional to 1/|w|, the law of digit-by-digit tickets (arXiv 2006.12156)
//!
//! The two products share their draws: sample i of the strict half is that of the live product or 0.

use crate::key::Key;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// The smallest size of a hyperbolic sample where nobody says otherwise: 2^-10, a tenth of eps = 0.01.
pub const LEAST_HYPERBOLIC: f64 = 1.0 / 1024.0;

/// A law of samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SampleLaw {
    /// U[-1, 1].
    Uniform,
    /// U[0, 1] times U[-1, 1].
    LiveProduct,
    /// 0 with probability 1/2, else the live product.
    StrictHalf,
    /// N(0, 1).
    Gaussian,
    /// Density proportional to 1/|w| on least <= |w| <= 1.
    Hyperbolic {
        /// The smallest size, above 0 and below 1.
        least: f64,
    },
}

impl SampleLaw {
    /// All laws.
    pub const ALL: [SampleLaw; 5] = [
        SampleLaw::Uniform,
        SampleLaw::LiveProduct,
        SampleLaw::StrictHalf,
        SampleLaw::Gaussian,
        SampleLaw::Hyperbolic { least: LEAST_HYPERBOLIC },
    ];

    /// The words of the laws, in the order of [`SampleLaw::ALL`].
    pub const NAMES: [&str; 5] = ["uniform", "live-product", "strict-half", "gaussian", "hyperbolic"];

    /// Its word in settings.
    pub fn name(self) -> &'static str {
        match self {
            SampleLaw::Uniform => "uniform",
            SampleLaw::LiveProduct => "live-product",
            SampleLaw::StrictHalf => "strict-half",
            SampleLaw::Gaussian => "gaussian",
            SampleLaw::Hyperbolic { .. } => "hyperbolic",
        }
    }

    /// The law of this word.
    pub fn named(name: &str) -> Option<SampleLaw> {
        SampleLaw::ALL.into_iter().find(|law| law.name() == name)
    }

    /// Mass of the single point 0.
    pub fn mass_at_zero(self) -> f64 {
        if self == SampleLaw::StrictHalf { 0.5 } else { 0.0 }
    }

    /// Density at x of the part that has one; infinite at 0 for the products.
    pub fn density(self, x: f64) -> f64 {
        let size = x.abs();
        let within = |inside: bool, density: f64| if inside { density } else { 0.0 };
        match self {
            SampleLaw::Uniform => within(size <= 1.0, 0.5),
            // P(|a| b <= x) integrates 1/(2 a) over a in [|x|, 1].
            SampleLaw::LiveProduct => within(size <= 1.0, -0.5 * size.ln()),
            SampleLaw::StrictHalf => 0.5 * SampleLaw::LiveProduct.density(x),
            SampleLaw::Gaussian => (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt(),
            SampleLaw::Hyperbolic { least } => {
                within((least..=1.0).contains(&size), 1.0 / (2.0 * size * (1.0 / least).ln()))
            }
        }
    }

    /// n samples drawn from `key`; more samples from the same key begin with the same ones.
    pub fn draw(self, n: usize, key: &Key) -> Vec<f64> {
        let signed = |rng: &mut ChaCha8Rng| 2.0 * rng.random::<f64>() - 1.0;
        // One stream per factor, so that the draws of one sample never move those of the next.
        let (mut first, mut second) = (key.child("first").rng(), key.child("second").rng());
        let mut one = || match self {
            SampleLaw::Uniform => signed(&mut second),
            SampleLaw::LiveProduct => signed(&mut first).abs() * signed(&mut second),
            SampleLaw::StrictHalf => signed(&mut first).max(0.0) * signed(&mut second),
            SampleLaw::Gaussian => second.sample(StandardNormal),
            SampleLaw::Hyperbolic { least } => {
                // ln |w| is uniform on [ln least, 0].
                let size = libm::exp(libm::log(least) * first.random::<f64>());
                size.copysign(signed(&mut second))
            }
        };
        (0..n).map(|_| one()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::kolmogorov;

    fn integral(law: SampleLaw, from: f64, to: f64) -> f64 {
        let steps = 200_000;
        let width = (to - from) / steps as f64;
        (0..steps).map(|i| law.density(from + (i as f64 + 0.5) * width)).sum::<f64>() * width
    }

    #[test]
    fn densities_have_the_mass_that_the_point_at_zero_leaves() {
        for law in SampleLaw::ALL {
            let (from, to) = if law == SampleLaw::Gaussian { (-9.0, 9.0) } else { (-1.0, 1.0) };
            let mass = integral(law, from, to) + law.mass_at_zero();
            assert!((mass - 1.0).abs() < 1e-3, "{} {mass}", law.name());
        }
    }

    #[test]
    fn draws_follow_their_law() {
        use statrs::distribution::{ContinuousCDF, Normal};
        let normal = Normal::standard();
        let share = |law: SampleLaw, size: f64| match law {
            SampleLaw::Uniform => size,
            SampleLaw::LiveProduct | SampleLaw::StrictHalf => size * (1.0 - size.ln()),
            SampleLaw::Gaussian => 2.0 * normal.cdf(size) - 1.0,
            SampleLaw::Hyperbolic { least } => 1.0 - size.ln() / least.ln(),
        };
        for law in SampleLaw::ALL {
            let drawn = law.draw(4000, &Key::root("laws"));
            let live: Vec<f64> = drawn.iter().copied().filter(|x| *x != 0.0).collect();
            let cdf = |x: f64| 0.5 + 0.5 * share(law, x.abs()).copysign(x);
            // A right sampler fails once in 10^4; a count five standard deviations off is rarer.
            let fit = kolmogorov::test(&live, cdf).unwrap();
            assert!(fit.p_value > 1e-4, "{} {fit:?}", law.name());
            assert!((live.len() as f64 - 4000.0 * (1.0 - law.mass_at_zero())).abs() < 5.0 * 1000f64.sqrt());
        }
    }

    #[test]
    fn every_word_names_its_law() {
        for (law, name) in SampleLaw::ALL.into_iter().zip(SampleLaw::NAMES) {
            assert_eq!((law.name(), SampleLaw::named(name)), (name, Some(law)));
        }
        assert_eq!(SampleLaw::named("normal"), None);
    }

    #[test]
    fn more_samples_begin_with_the_same_ones() {
        let key = Key::root("prefix");
        for law in SampleLaw::ALL {
            assert_eq!(law.draw(20, &key)[..7], law.draw(7, &key)[..]);
        }
        let (live, strict) = (SampleLaw::LiveProduct.draw(50, &key), SampleLaw::StrictHalf.draw(50, &key));
        assert!(live.iter().zip(&strict).all(|(live, strict)| *strict == 0.0 || live == strict));
    }
}
