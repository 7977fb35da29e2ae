//! What people look at: figures drawn from the store, and one HTML page with verdicts, figures and provenance.
//!
//! * [`drawn`]: a figure made from the store, and its files

pub mod drawn;
mod files;
