//! Networks, dense or masked.

pub mod patch;
