//! What a random choice, such as a pruning mask, knows about the data: exact values, upper bounds, lower bounds, estimates.
//!
//! Everything is in nats; [`bits`] converts for display. In reading order:
//! * [`entropy`]: of a law, of counts
//! * [`law`]: mutual information of two finite variables, exactly, from their joint law
//! * [`copy_mask`], [`top_mask`], [`selector`]: toys whose information is known in closed form
//! * [`upper`]: bounds from above: sizes, layers, marginals, noise in the scores
//! * [`lower`]: bounds from below, from samples, each with its confidence and its ceiling
//! * [`critic`]: InfoNCE and NWJ with a critic fixed beforehand
//!
//! No number from samples certifies more than about the logarithm of their count (McAllester and Stratos, arXiv 1811.04251):
//! every estimate carries the largest value that it could have shown. Deliberately missing, because they invent information:
//! binning of weights, and nearest neighbours in high dimension.

pub mod copy_mask;
pub mod critic;
pub mod entropy;
pub mod law;
pub mod lower;
pub mod selector;
pub mod top_mask;
pub mod upper;

/// Nats as bits.
pub fn bits(nats: f64) -> f64 {
    nats / std::f64::consts::LN_2
}

/// A number that is near the truth, on no side of it for certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, in nats.
    pub nats: f64,
    /// The largest value that it can take with this many samples, in nats.
    pub ceiling: f64,
}

/// A number that the truth undercuts with a stated chance at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowerLimit {
    /// The limit, in nats; at least 0.
    pub nats: f64,
    /// The truth lies below it with a chance of at most 1 - confidence.
    pub confidence: f64,
    /// The largest limit that this many samples can give, in nats.
    pub ceiling: f64,
}

/// A number that the truth exceeds with a stated chance at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpperLimit {
    /// The limit, in nats.
    pub nats: f64,
    /// The truth lies above it with a chance of at most 1 - confidence; 1 for a bound without chance.
    pub confidence: f64,
}
