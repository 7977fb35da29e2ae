//! What is drawn, as data.

/// A drawing.
#[derive(Debug)]
pub struct Drawing;
