//! Every plot, one file each.
//!
//! * [`figure`]: the trait, and the tables a figure asks for
//! * [`drawing`]: what is drawn, as data
//! * [`FIGURES`]: the registry

pub mod drawing;
pub mod figure;

pub use drawing::Drawing;
pub use figure::{Figure, FigureCard, Need, Source, Tables};

/// Every figure. Adding one is one file and one line here.
pub static FIGURES: &[&dyn Figure] = &[];
