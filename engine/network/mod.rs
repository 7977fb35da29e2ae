//! Networks, dense or masked.
//!
//! * [`patch`]: K heads of m neurons over two patches
//! * [`mlp`]: fully connected, of any depth
//! * [`init`]: laws of initial weights

pub mod init;
pub mod mlp;
pub mod patch;
