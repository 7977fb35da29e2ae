//! Phase boundaries in the keep fraction for random pruning at initialization, derived here, not in the paper.
//!
//! Figures draw them, always labelled "derived"; the claims about them stand in files of their own.
//!
//! Source: model of arXiv 2301.00335 (JMLR 26(84), 2025); the boundaries are finite-size forms of its two regimes.
//!
//! | letter | argument | meaning |
//! |---|---|---|
//! | n | `samples` | training samples |
//! | K | `classes` | classes |
//! | m | `neurons` | neurons per class head |
//! | d | `dimension` | coordinates of a patch |
//! | q | `power` | s(z) = max(0, z)^q |
//! | SNR | `snr` | mu / (sigma_n sqrt(d)) |

use prunelaw_engine::fraction::KeepFraction;

/// p_c = (n SNR^q / K)^(2/q): above it the network memorizes noise, below it learns the signal.
///
/// Where the growth times of signal and noise meet, log ratios ignored; 1 or more means that the dense network already
/// generalizes. For q > 2; at K = 2, n = 20, SNR = 0.3, q = 3 it is 0.27^(2/3) = 0.4177.
pub fn memorization_keep(samples: usize, snr: f64, classes: usize, power: f64) -> f64 {
    (samples as f64 * snr.powf(power) / classes as f64).powf(2.0 / power)
}

/// The keep fraction where the growth times meet with the log ratios kept: the largest p <= 1 with
/// p^(q/2) = (n SNR^q / K) (ln(m p) / ln m)^((q-2)/2), or `None` if signal never wins the race.
///
/// The largest of p m starting weights grows like sqrt(2 ln(p m)), that of m noise projections like sqrt(2 ln m): the
/// signal has fewer neurons to start from. At m = 60, K = 4, n = 80, SNR = 0.25, q = 3 it is 0.43, against 0.46 without
/// logs. 1 means that the dense network already generalizes.
pub fn memorization_keep_with_logs(
    samples: usize,
    snr: f64,
    classes: usize,
    power: f64,
    neurons: usize,
) -> Option<f64> {
    let (m, race) = (neurons as f64, samples as f64 * snr.powf(power) / classes as f64);
    // The map is increasing, so that from p = 1 it descends to its largest fixed point, or below 1/m, where no neuron
    // is expected to keep its signal entry.
    let mut keep: f64 = 1.0;
    for _ in 0..10_000 {
        let ratio = ((m * keep).ln() / m.ln()).powf((power - 2.0) / 2.0);
        let next = (race * ratio).powf(2.0 / power).min(1.0);
        // Also false for the NaN of a negative logarithm.
        if !(next * m > 1.0) {
            return None;
        }
        if (keep - next).abs() <= 1e-14 {
            return Some(next);
        }
        keep = next;
    }
    Some(keep)
}

/// m = 2 log(K/delta) / min(p_c, 1): the least width at which some keep fraction both loses no class's signal (up to
/// chance `delta`) and learns it before the noise. Where [`signal_loss_keep`] meets [`memorization_keep`].
pub fn minimum_width(samples: usize, snr: f64, classes: usize, power: f64, delta: f64) -> f64 {
    2.0 * (classes as f64 / delta).ln() / memorization_keep(samples, snr, classes, power).min(1.0)
}

/// (1 - p/2)^m: the chance that one class has no usable neuron, one that keeps its signal entry with a positive start.
pub fn class_unusable_rate(neurons: usize, keep: KeepFraction) -> f64 {
    (1.0 - keep.get() / 2.0).powf(neurons as f64)
}

/// (2/m) log(K/delta): below it, with more than chance `delta` some class has no usable neuron.
///
/// The union bound over classes on (1 - p/2)^m <= exp(-p m / 2); finite-size form of C_1 log(d)/m.
pub fn signal_loss_keep(neurons: usize, classes: usize, delta: f64) -> f64 {
    2.0 / neurons as f64 * (classes as f64 / delta).ln()
}

/// 1/(K m log d): here no own-signal entry survives with chance about 1 - 1/log d, and accuracy falls to chance.
pub fn chance_floor_keep(neurons: usize, classes: usize, dimension: usize) -> f64 {
    1.0 / (classes as f64 * neurons as f64 * (dimension as f64).ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_a_has_the_boundaries_of_the_sheet() {
        assert!((memorization_keep(20, 0.3, 2, 3.0) - 0.4177).abs() < 1e-4);
        assert!((chance_floor_keep(50, 2, 20_000) - 0.001_01).abs() < 1e-5);
        assert!((signal_loss_keep(50, 2, 0.1) - 0.119_83).abs() < 1e-5);
    }

    #[test]
    fn logs_lower_the_boundary_of_setting_b_to_the_values_of_the_sheet() {
        for (snr, plain, with_logs) in [(0.15, 0.17, 0.13), (0.2, 0.30, 0.26), (0.25, 0.46, 0.43), (0.3, 0.66, 0.64)] {
            assert!((memorization_keep(80, snr, 4, 3.0) - plain).abs() < 0.006);
            let keep = memorization_keep_with_logs(80, snr, 4, 3.0, 60).unwrap();
            assert!((keep - with_logs).abs() < 0.006, "{keep} at SNR {snr}");
        }
        assert_eq!(memorization_keep_with_logs(80, 0.02, 4, 3.0, 60), None);
        assert_eq!(memorization_keep_with_logs(80, 0.6, 4, 3.0, 60), Some(1.0));
    }

    #[test]
    fn at_the_minimum_width_the_window_closes() {
        let width = minimum_width(20, 0.3, 2, 3.0, 0.1);
        assert!((2.0 / width * 20_f64.ln() - memorization_keep(20, 0.3, 2, 3.0)).abs() < 1e-12);
    }

    #[test]
    fn at_the_signal_loss_boundary_the_union_bound_stays_below_delta() {
        for (neurons, classes) in [(50, 2), (20, 10), (400, 4)] {
            for delta in [0.5, 0.1, 0.01] {
                let keep = signal_loss_keep(neurons, classes, delta).min(1.0);
                if keep < 1.0 {
                    let rate = class_unusable_rate(neurons, KeepFraction::new(keep).unwrap());
                    assert!(classes as f64 * rate <= delta * (1.0 + 1e-12));
                }
            }
        }
    }
}
