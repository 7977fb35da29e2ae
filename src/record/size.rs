//! What a record needs in memory, refused before any work if the machine has less.

use super::Record;
use crate::engine::settings::{Settings, SettingsError, Value, plain};
use crate::runner::readable;

impl Record {
    /// Refuses sizes that do not fit into `memory` bytes.
    ///
    /// # Errors
    /// Names the size that is to blame, and the largest value of it that fits with the others as they are.
    pub fn refuse_what_does_not_fit(&self, memory: f64) -> Result<(), SettingsError> {
        let settings = self.settings();
        let need = bytes(settings);
        if need <= memory {
            return Ok(());
        }
        // The same record with no hidden layer, or nothing else of that name, larger than `most`.
        let capped = |name: &str, most: usize| {
            if name == "widths" {
                let sizes = settings.counts(name);
                let outer = |at: usize| at == 0 || at + 1 == sizes.len();
                let cap = |(at, &size): (usize, &usize)| if outer(at) { size as i64 } else { size.min(most) as i64 };
                Value::Integers(sizes.iter().enumerate().map(cap).collect())
            } else {
                Value::Integer(settings.count(name).min(most) as i64)
            }
        };
        let fits = |name: &'static str, most: usize| bytes(&settings.with(name, capped(name, most))) <= memory;
        // What is named can be made small enough alone; of several the largest.
        let mut names = match settings.text("kind") {
            "mlp" => vec!["widths"],
            _ if settings.text("data") == "patches" => vec!["neurons", "dimension", "samples", "test_samples"],
            _ => vec!["neurons", "dimension"],
        };
        let size = |name: &str| match name {
            "widths" => settings.counts(name).into_iter().max().unwrap_or(0),
            _ => settings.count(name),
        };
        names.sort_by_key(|name| std::cmp::Reverse(size(name)));
        let name = names.iter().copied().find(|name| fits(name, 1)).unwrap_or(names[0]);
        let nearest = fits(name, 1).then(|| {
            let (mut good, mut bad) = (1, size(name));
            while bad - good > 1 {
                let middle = good + (bad - good) / 2;
                if fits(name, middle) { good = middle } else { bad = middle }
            }
            plain(&capped(name, good))
        });
        let must = format!("it takes about {}, and there are {}", readable(need), readable(memory));
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
    use super::super::{Reader, Record};
    use std::path::PathBuf;

    #[test]
    fn the_largest_network_that_fits_is_named() {
        let text = |widths: &str| {
            format!(
                "[network]\nkind = \"mlp\"\nwidths = {widths}\n[data]\nsource = \"digits\"\n\
                 [init]\nlaw = \"he-normal\"\n[train]\nrate = 0.1\nsteps = 1\n"
            )
        };
        let record =
            |widths: &str| Record::parse(&text(widths), "net.toml", PathBuf::new(), None, Reader::Train).unwrap();
        let memory = 1e6;
        let said = record("[64, 1000000, 10]").refuse_what_does_not_fit(memory).unwrap_err().to_string();
        // 74 weights per hidden neuron, 64 bytes each: 211 neurons take 999296 bytes.
        assert!(said.contains("`network.widths = 64,1000000,10` (net.toml, line 3)"), "{said}");
        assert!(said.contains("nearest: 64,211,10"), "{said}");
        let patches = |samples: &str, dimension: &str| {
            let text = format!(
                "[network]\nkind = \"patch\"\nclasses = 2\nneurons = 5\ndimension = {dimension}\npower = 3\n[data]\n\
                 source = \"patches\"\nsamples = {samples}\nsignal = 1\nnoise = 1\n\
                 [init]\nlaw = \"he-normal\"\n[train]\nrate = 0.1\nsteps = 1\n"
            );
            let record = Record::parse(&text, "net.toml", PathBuf::new(), None, Reader::Train).unwrap();
            record.refuse_what_does_not_fit(memory).unwrap_err().to_string()
        };
        // 64 bytes per weight, 24 per coordinate of a sample: (1e6 - 64 * 1000) / 2400, and 1e6 / (64 * 10 + 24 * 20).
        let said = patches("1000000", "100");
        assert!(said.contains("`data.samples = 1000000`") && said.contains("nearest: 390"), "{said}");
        let said = patches("20", "1000000");
        assert!(said.contains("`network.dimension = 1000000`") && said.contains("nearest: 892"), "{said}");
        assert!(record("[64, 211, 10]").refuse_what_does_not_fit(memory).is_ok());
        assert!(record("[64, 212, 10]").refuse_what_does_not_fit(memory).is_err());
    }
}
