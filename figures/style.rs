//! Colours, sizes and number formats: the one place where figures get their looks.

use crate::drawing::Ink;

/// Width of every figure in points of its own; at 8 cm in print a text of [`TEXT`] is 6.4 pt.
pub const WIDTH: f64 = 640.0;
/// Height of the plotting area of a panel, where there are one or two.
pub const PANEL_HEIGHT: f64 = 250.0;
/// The same where there are more, so that a figure stays on its page.
pub const LOW_PANEL_HEIGHT: f64 = 160.0;
/// Left margin: tick labels and the axis label.
pub const LEFT: f64 = 92.0;
/// Right margin: labels of horizontal lines.
pub const RIGHT: f64 = 92.0;
/// Right margin beside a map: the colour bar with its numbers and label.
pub const MAP_RIGHT: f64 = 132.0;
/// Size of text.
pub const TEXT: f64 = 18.0;
/// Size of a panel's title.
pub const TITLE: f64 = 19.0;
/// Height of one line of text.
pub const LINE: f64 = 25.0;
/// Radius of a point.
pub const POINT: f64 = 3.6;
/// How far points of one x are spread to either side, at most.
pub const SPREAD: f64 = 8.0;
/// The family, with fallbacks for programs that show an SVG without it.
pub const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Text and axes.
pub const DARK: Rgb = (34, 34, 34);
/// Grid lines.
pub const GRID: Rgb = (228, 228, 228);
/// Boundaries and reference lines.
pub const RULE: Rgb = (96, 96, 96);

/// The colours of Okabe and Ito, which people with any common colour blindness tell apart, and which differ in
/// lightness too, so that a grey print keeps them apart.
pub fn rgb(ink: Ink) -> Rgb {
    match ink {
        Ink::Black => (0, 0, 0),
        Ink::Grey => (150, 150, 150),
        Ink::Blue => (0, 114, 178),
        Ink::Orange => (230, 159, 0),
        Ink::Green => (0, 158, 115),
        Ink::Purple => (204, 121, 167),
    }
}

/// The dashes of a derived line, lengths drawn and left out in turn: each colour has its own, so that lines differ in a grey
/// print too.
pub fn dash(ink: Ink) -> &'static [f64] {
    match ink {
        Ink::Black => &[7.0, 4.0],
        Ink::Grey => &[4.0, 4.0],
        Ink::Blue => &[14.0, 4.0],
        Ink::Orange => &[2.0, 3.5],
        Ink::Green => &[9.0, 3.0, 2.0, 3.0],
        Ink::Purple => &[14.0, 3.0, 2.0, 3.0, 2.0, 3.0],
    }
}

/// A number for people: up to `digits` significant digits, no trailing zeros, a true minus sign.
pub fn number(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 { "0".to_owned() } else { x.to_string() };
    }
    let exponent = x.abs().log10().floor() as i32;
    let text = if (-4..6).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent).max(0) as usize;
        let fixed = format!("{x:.places$}");
        if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_owned() } else { fixed }
    } else {
        let mantissa = number(x / 10f64.powi(exponent), digits);
        format!("{mantissa}·10{}", superscript(exponent))
    };
    text.replace('-', "\u{2212}")
}

/// A power of ten for a tick of a log axis: plain where that is short.
pub fn power_of_ten(exponent: i32) -> String {
    if (-2..=3).contains(&exponent) { number(10f64.powi(exponent), 1) } else { format!("10{}", superscript(exponent)) }
}

fn superscript(exponent: i32) -> String {
    let raise = |c: char| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(0x2070 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    exponent.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (x, text) in [
            (0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (0.417_7, "0.418"),
            (0.001_010_4, "0.00101"),
            (-2.5, "\u{2212}2.5"),
            (20_000.0, "20000"),
            (1.5e-9, "1.5·10⁻⁹"),
            (3e8, "3·10⁸"),
        ] {
            assert_eq!(number(x, 3), text);
        }
        assert_eq!(power_of_ten(-2), "0.01");
        assert_eq!(power_of_ten(-5), "10⁻⁵");
    }
}
