//! What people look at: figures drawn from the store, and one HTML page with verdicts, figures and provenance.
//!
//! * [`card`]: what is known about a claim, as JSON
//! * [`drawn`]: a figure made from the store, and its files
//! * [`page`]: the page
//! * `claims`, `html`: its part about claims, and the markup it is made of

pub mod card;
mod claims;
pub mod drawn;
mod html;
pub mod page;
