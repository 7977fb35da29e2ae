//! Networks, dense or masked.
//!
//! * [`patch`]: K heads of m neurons over two patches
//! * [`mlp`]: fully connected, of any depth
//! * [`two_layer`]: one hidden ReLU layer fitted to +-1 labels, with a price on its slope
//! * [`init`]: laws of initial weights

pub mod init;
pub mod mlp;
pub mod patch;
pub mod two_layer;
