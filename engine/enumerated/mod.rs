//! A network and a data law small enough to enumerate: what a mask knows about the data, without sampling error.
//!
//! Six of the eight points of {-1, 1}^3 with labels -1 or 1: 28 * 64 = 1792 equally likely data sets. A 3-4-1 ReLU network
//! with biases has 21 parameters, and a mask may prune any of them. A rule, an initialization and a data set give a mask;
//! going through all data sets gives the law of the mask given the initialization, and with it its information
//! (arXiv 2402.01089, Sec. 6, where 32000 data sets were drawn instead).
//!
//! * [`data`]: the data sets
//! * [`net`]: the network, its initial law, loss and derivatives, one data set at a time
//! * [`descent`]: full-batch gradient descent on all data sets at once, eight per vector
//! * [`rules`]: in which order parameters are pruned, per data set
//! * [`law`]: the law of a mask over all data sets, in bits
//! * [`tickets`]: which data sets some mask of the untrained network fits

pub mod data;
pub mod descent;
pub mod law;
pub mod net;
pub mod rules;
pub mod tickets;

/// Parameters of the network.
pub const PARAMETERS: usize = 21;
/// Parameters of the first layer, its biases among them; the rest is the second layer.
pub const FIRST_LAYER: usize = 16;
