//! Condition 2 of arXiv 2301.00335 at given sizes, as ratios: its constants are nowhere printed, so that all one can say is
//! how far each item is from being met with a constant of 1.

/// Sizes of a setting.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// m per class head.
    pub neurons: usize,
    /// d.
    pub dimension: usize,
    /// n.
    pub samples: usize,
    /// mu / (sigma_n sqrt(d)).
    pub snr: f64,
    /// sigma_0, for signals of strength mu = 1.
    pub init_scale: f64,
}

/// A ratio this far from 1, either way, is a failed assumption.
const FACTOR: f64 = 10.0;

impl Sizes {
    /// SNR / log d: Condition 2 wants Theta(1).
    pub fn signal_ratio(&self) -> f64 {
        self.snr / (self.dimension as f64).ln()
    }

    /// sigma_0 m^4 n mu: Condition 2 wants Theta(1) up to logs.
    pub fn init_ratio(&self) -> f64 {
        self.init_scale * (self.neurons as f64).powi(4) * self.samples as f64
    }

    /// p m / log d: Thm 3 wants at least C_1.
    pub fn keep_ratio(&self, keep: f64) -> f64 {
        keep * self.neurons as f64 / (self.dimension as f64).ln()
    }

    /// The items of Condition 2 that fail by more than a factor of 10, with their ratios.
    pub fn failed(&self) -> Vec<String> {
        let items = [("SNR / log d", self.signal_ratio()), ("sigma_0 m^4 n mu", self.init_ratio())];
        let far = |ratio: f64| !(1.0 / FACTOR..=FACTOR).contains(&ratio);
        items
            .into_iter()
            .filter(|(_, ratio)| far(*ratio))
            .map(|(item, ratio)| format!("{item} is {ratio:.2e}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_c_is_far_from_the_condition_and_a_size_made_for_it_is_not() {
        let c = Sizes { neurons: 60, dimension: 1000, samples: 80, snr: 0.6, init_scale: 0.3 };
        assert_eq!(c.failed().len(), 2);
        assert!((c.init_ratio() / 3.11e8 - 1.0).abs() < 0.01 && (c.signal_ratio() - 0.0869).abs() < 1e-4);
        assert!((c.keep_ratio(0.2) - 1.737).abs() < 1e-3);
        let met = Sizes { neurons: 10, dimension: 100, samples: 10, snr: 4.6, init_scale: 1e-5 };
        assert!(met.failed().is_empty());
    }
}
