//! What a record needs in memory, refused before any work if the machine has less.

use super::Record;
use crate::engine::settings::{Settings, SettingsError, Value, plain};
use crate::runner::readable;

impl Record {
    /// Refuses sizes that do not fit into `memory` bytes.
    ///
    /// # Errors
    /// Names the largest hidden widths, or neurons, that fit with the other sizes as they are.
    pub fn refuse_what_does_not_fit(&self, memory: f64) -> Result<(), SettingsError> {
        let settings = self.settings();
        let need = bytes(settings);
        if need <= memory {
            return Ok(());
        }
        let (name, sizes) = match settings.text("kind") {
            "mlp" => ("widths", settings.counts("widths")),
            _ => ("neurons", vec![settings.count("neurons")]),
        };
        // The same network with at most `most` neurons in each hidden layer.
        let capped = |most: usize| {
            let cap = |(at, &size): (usize, &usize)| {
                let outer = name == "widths" && (at == 0 || at + 1 == sizes.len());
                if outer { size } else { size.min(most) }
            };
            let capped: Vec<i64> = sizes.iter().enumerate().map(|pair| cap(pair) as i64).collect();
            if name == "widths" { Value::Integers(capped) } else { Value::Integer(capped[0]) }
        };
        let fits = |most: usize| bytes(&settings.with(name, capped(most))) <= memory;
        let largest = sizes.iter().copied().max().unwrap_or(0);
        let nearest = fits(1).then(|| {
            let (mut good, mut bad) = (1, largest);
            while bad - good > 1 {
                let middle = good + (bad - good) / 2;
                if fits(middle) { good = middle } else { bad = middle }
            }
            plain(&capped(good))
        });
        let must = format!("training it takes about {}, and there are {}", readable(need), readable(memory));
        Err(self.conflict(name, must, nearest))
    }
}

/// Bytes of weights with all that is kept beside them, and of the samples that a law draws.
fn bytes(settings: &Settings) -> f64 {
    let real = if settings.text("precision") == "f32" { 4.0 } else { 8.0 };
    let count = |name: &str| settings.count(name) as f64;
    let (weights, coordinates) = match settings.text("kind") {
        "mlp" => (settings.counts("widths").windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum(), 0.0),
        _ => {
            let samples = match settings.text("data") {
                "patches" => count("samples") + count("test_samples"),
                _ => 0.0,
            };
            (count("classes") * count("neurons") * count("dimension"), samples * count("dimension"))
        }
    };
    // A weight is drawn in f64, then stands in the network, in theta, its gradient, two moments, and spread out twice.
    weights * (8.0 + 7.0 * real) + coordinates * (16.0 + real)
}

#[cfg(test)]
mod tests {
    use super::super::Record;
    use std::path::PathBuf;

    #[test]
    fn the_largest_network_that_fits_is_named() {
        let text = |widths: &str| {
            format!(
                "[network]\nkind = \"mlp\"\nwidths = {widths}\n[data]\nsource = \"digits\"\n\
                 [init]\nlaw = \"he-normal\"\n[train]\nrate = 0.1\nsteps = 1\n"
            )
        };
        let record = |widths: &str| Record::parse(&text(widths), "net.toml", PathBuf::new(), None).unwrap();
        let memory = 1e6;
        let said = record("[64, 1000000, 10]").refuse_what_does_not_fit(memory).unwrap_err().to_string();
        // 74 weights per hidden neuron, 64 bytes each: 211 neurons take 999296 bytes.
        assert!(said.contains("`network.widths = 64,1000000,10` (net.toml, line 3)"), "{said}");
        assert!(said.contains("nearest: 64,211,10"), "{said}");
        assert!(record("[64, 211, 10]").refuse_what_does_not_fit(memory).is_ok());
        assert!(record("[64, 212, 10]").refuse_what_does_not_fit(memory).is_err());
    }
}
