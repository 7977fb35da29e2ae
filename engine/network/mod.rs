//! Networks, dense or masked.
