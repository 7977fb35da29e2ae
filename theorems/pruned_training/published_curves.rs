//! The published curves of the synthetic ReLU experiment: Figs. 2 and 5 of arXiv 2301.00335 (JMLR 26(84), 2025).
//!
//! Measured from the vector graphics of the figures with calibrated ticks, to about 0.001; the paper prints no numbers. The
//! bars of Fig. 2 are not defined in the paper; those of Fig. 5a, between 0.04 and 0.10 long each way, were not measured
//! one by one. The last three points of Fig. 5a could not be read.

/// One of the published curves, by what the paper states about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Fig. 2a: width 150, sigma_n = 0.5, 1000 steps at rate 0.001, 10 runs.
    Fig2a,
    /// Fig. 2b: the same with sigma_n = 1.
    Fig2b,
    /// Fig. 5: width 4, sigma_n = 1.5, 5000 epochs at rate 0.1, initial standard deviation 0.01; runs not stated.
    Fig5,
}

/// What a curve has at one prune fraction; NaN where it has nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Fraction of the test samples classified wrongly.
    pub test_error: f64,
    /// Half the length of its error bar.
    pub half_bar: f64,
    /// Test loss.
    pub test_loss: f64,
    /// Training loss.
    pub train_loss: f64,
}

/// Nothing published.
pub const NONE: Published =
    Published { test_error: f64::NAN, half_bar: f64::NAN, test_loss: f64::NAN, train_loss: f64::NAN };

const FIG_2A: [[f64; 2]; 10] = [
    [0.024, 0.012],
    [0.023, 0.017],
    [0.028, 0.022],
    [0.014, 0.010],
    [0.034, 0.028],
    [0.023, 0.017],
    [0.048, 0.024],
    [0.050, 0.030],
    [0.081, 0.064],
    [0.137, 0.084],
];

const FIG_2B: [[f64; 2]; 10] = [
    [0.2535, 0.041],
    [0.2507, 0.039],
    [0.2504, 0.041],
    [0.2481, 0.040],
    [0.2475, 0.042],
    [0.2484, 0.041],
    [0.2517, 0.043],
    [0.2543, 0.048],
    [0.2643, 0.052],
    [0.2849, 0.061],
];

/// Test error, test loss, train loss.
const FIG_5: [[f64; 3]; 10] = [
    [0.200, 0.49, 0.001],
    [0.153, 0.41, 0.001],
    [0.183, 0.56, 0.001],
    [0.177, 0.55, 0.001],
    [0.333, 0.97, 0.002],
    [0.303, 0.90, 0.002],
    [0.360, 1.05, 0.014],
    [f64::NAN, 0.79, 0.003],
    [f64::NAN, 1.37, 0.022],
    [f64::NAN, 2.31, 0.028],
];

impl Curve {
    /// The published values at a prune fraction; [`NONE`] off the tenths that are plotted.
    pub fn at(self, prune: f64) -> Published {
        let tenths = 10.0 * prune;
        let nearest = tenths.round();
        if (tenths - nearest).abs() > 1e-9 || !(0.0..=9.0).contains(&nearest) {
            return NONE;
        }
        let at = nearest as usize;
        let with_bar = |[test_error, half_bar]: [f64; 2]| Published { test_error, half_bar, ..NONE };
        match self {
            Curve::Fig2a => with_bar(FIG_2A[at]),
            Curve::Fig2b => with_bar(FIG_2B[at]),
            Curve::Fig5 => {
                let [test_error, test_loss, train_loss] = FIG_5[at];
                Published { test_error, test_loss, train_loss, half_bar: f64::NAN }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dips_and_the_ends_are_where_the_paper_has_them() {
        assert_eq!(Curve::Fig2a.at(0.3).test_error, 0.014);
        assert_eq!(Curve::Fig2a.at(0.9).half_bar, 0.084);
        assert_eq!(Curve::Fig2b.at(0.4).test_error, 0.2475);
        assert_eq!(Curve::Fig5.at(0.9).test_loss, 2.31);
        assert!(Curve::Fig5.at(0.8).test_error.is_nan() && Curve::Fig5.at(0.1).half_bar.is_nan());
    }

    #[test]
    fn between_the_points_nothing_is_published() {
        for prune in [0.05, 0.95, 1.0, -0.1, f64::NAN] {
            assert!(Curve::Fig2a.at(prune).test_error.is_nan());
        }
        // 1 - 0.7 is not 0.3 to the last bit.
        assert_eq!(Curve::Fig2a.at(1.0 - 0.7).test_error, 0.014);
    }
}
