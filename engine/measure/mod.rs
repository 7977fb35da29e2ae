//! Measures: what an evaluated patch network shows beside its loss and accuracy.
//!
//! * [`alignment`]: how far its neurons lie along signals and noise, and when they first pass a length
//! * [`classes`]: accuracy class by class
//! * [`coefficients`]: what signals and noises have added to its weights, step by step

pub mod alignment;
pub mod classes;
pub mod coefficients;

pub use alignment::{Alignment, FirstPassage};
pub use classes::ClassPoints;
pub use coefficients::Coefficients;
