//! Random pruning at initialization and generalization (arXiv 2301.00335).
//!
//! * [`boundaries`]: derived phase boundaries in the keep fraction, which figures draw

pub mod boundaries;
