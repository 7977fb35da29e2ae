//! The embedded font: text has the same shape and width on every machine.

use crate::style::FAMILY;
use plotters::style::{FontDesc, FontStyle, IntoFont, register_font};
use std::sync::Once;

/// The font at `size`, in whatever the backend takes for a size.
pub(crate) fn font(size: f64, bold: bool) -> FontDesc<'static> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A font that does not load shows up as an error of the first text.
        let _ = register_font(FAMILY, FontStyle::Normal, include_bytes!("fonts/DejaVuSans.ttf"));
        let _ = register_font(FAMILY, FontStyle::Bold, include_bytes!("fonts/DejaVuSans-Bold.ttf"));
    });
    (FAMILY, size, if bold { FontStyle::Bold } else { FontStyle::Normal }).into_font()
}

/// Ascent plus descent of the font, in em: what the rasteriser takes for its size.
pub(crate) const LINE_OF_EM: f64 = 1.164;

/// Width of a text whose em is `size`, in the same unit.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    // Widths come in whole units: measured large.
    const LARGE: f64 = 100.0;
    let measured = font(LARGE * LINE_OF_EM, false).layout_box(text);
    measured.map_or(0.6 * text.chars().count() as f64, |(_, (width, _))| f64::from(width) / LARGE) * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_that_figures_use_has_a_glyph() {
        let nothing = text_width("\u{10FFFF}", 1.0);
        assert!(nothing > 0.0, "an unknown sign is a box");
        for sign in "αβγδεηθλμσζφωΣΩ₀₁₂ₙ⁰¹²³⁻⁹−·×±≤≥≈√∞→".chars() {
            let pair = format!("{sign}{sign}");
            assert!((text_width(&pair, 1.0) - 2.0 * nothing).abs() > 1e-9, "{sign} has no glyph");
        }
    }

    #[test]
    fn widths_grow_with_text_and_size() {
        assert!(text_width("loss", 18.0) < text_width("losses", 18.0));
        assert!((text_width("loss", 36.0) - 2.0 * text_width("loss", 18.0)).abs() < 1e-9);
    }
}
