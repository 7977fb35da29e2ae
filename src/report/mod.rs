//! What people look at: figures drawn from the store, and one HTML page with verdicts, figures and provenance.
//!
//! * [`drawn`]: a figure made from the store, and its files
//! * [`page`]: the page
//! * `claims`, `html`: its part about claims, and the markup it is made of

mod claims;
pub mod drawn;
mod html;
pub mod page;
