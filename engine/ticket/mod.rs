//! Strong lottery tickets: a random network, only pruned, that approximates a given one.
//!
//! * [`target`]: the network to approximate, and what of it fits
//! * [`gadget`]: one weight, by a subset of random products (arXiv 2006.07990)
//! * [`layer`], [`network`]: a layer, and a whole network of l layers as one of 2l
//! * [`width`]: how wide a random network it takes for an accuracy
//! * [`difference`]: target minus approximation, without losing digits
//! * [`certificate`], [`ascent`]: how far they are apart on the unit ball, from above and from below

pub mod ascent;
pub mod certificate;
pub mod difference;
pub mod gadget;
pub mod layer;
pub mod network;
pub mod target;
pub mod width;

pub use certificate::{Certificate, certify};
pub use gadget::Variant;
pub use layer::{Approximation, Construction, WEIGHT_LAWS};
pub use network::{Ticket, construct};
pub use target::{Target, TargetError};
