//! Pruned networks whose information about the data is finite and known: masks of exactly known I(mask; data), and weights on
//! a grid of b bits, which a kept weight cannot exceed.
//!
//! With them I(f; D) <= I(m; D) + b |m|_1 ln 2 without a covering (arXiv 2402.01089, Theorem 3), so that the laws of
//! robustness say something at sizes that a laptop can train.
//!
//! * [`masks`]: masks that copy labels, or keep the strongest coordinates, and what they know
//! * [`search`]: weights on a grid that fit labels, by moving one at a time
//! * [`signs`]: a network without weights to choose, whose mask alone fits

pub mod masks;
pub mod search;
pub mod signs;

/// mean(f y).
pub fn correlation(outputs: &[f64], labels: &[f64]) -> f64 {
    outputs.iter().zip(labels).map(|(f, y)| f * y).sum::<f64>() / labels.len() as f64
}

/// mean (f - y)^2.
pub fn squared_error(outputs: &[f64], labels: &[f64]) -> f64 {
    outputs.iter().zip(labels).map(|(f, y)| (f - y) * (f - y)).sum::<f64>() / labels.len() as f64
}
