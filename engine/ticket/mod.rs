//! Strong lottery tickets: a random network, only pruned, that approximates a given one.
//!
//! * [`target`]: the network to approximate, and what of it fits
//! * [`gadget`]: one weight, by a subset of random products (arXiv 2006.07990)
//! * [`layer`], [`network`]: a layer, and a whole network of l layers as one of 2l
//! * [`deeper`]: the same as one of l + 1 layers (arXiv 2205.02321)
//! * [`digits`], [`pairs`], [`neurons`]: a weight digit by digit, by a single pair, and whole neurons (arXiv 2006.12156,
//!   2002.00585)
//! * [`width`]: how wide a random network it takes for an accuracy; [`rehearsal`]: whether the widest does
//! * [`difference`]: target minus approximation, without losing digits
//! * [`certificate`], [`ascent`]: how far they are apart on the unit ball, from above and from below

pub mod ascent;
pub mod certificate;
pub mod deeper;
pub mod difference;
pub mod digits;
pub mod gadget;
pub mod layer;
pub mod network;
pub mod neurons;
pub mod pairs;
pub mod rehearsal;
pub mod target;
pub mod width;

pub use certificate::{Certificate, certify};
pub use gadget::Variant;
pub use layer::{Approximation, Construction, WEIGHT_LAWS};
pub use network::{Ticket, construct};
pub use target::{Target, TargetError};
