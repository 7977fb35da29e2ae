//! The colours of a map: from a place in [0, 1] to a colour, dark blue through teal to light yellow.
//!
//! The ramp is a helix in the colour space OKLab (Björn Ottosson, 2020): lightness rises evenly from 0.34 to 0.94 while the
//! hue turns evenly from 290 to 100 degrees at chroma 0.1, so that equal steps of the value look equally large. Lightness
//! alone tells the values apart, in a grey print and to people with any colour blindness. Between the anchors below, which
//! are nine points of the helix, colours are mixed evenly; a test computes the anchors again.

use crate::style::Rgb;

/// Nine points of the helix, evenly spaced, in sRGB.
const ANCHORS: [Rgb; 9] = [
    (57, 44, 103),
    (50, 72, 130),
    (33, 102, 148),
    (11, 131, 157),
    (40, 159, 159),
    (89, 183, 155),
    (142, 204, 150),
    (197, 222, 149),
    (250, 237, 158),
];

/// The colour at a place in [0, 1]; the ends beyond it.
pub fn color(place: f64) -> Rgb {
    let at = place.clamp(0.0, 1.0) * (ANCHORS.len() - 1) as f64;
    let below = (at as usize).min(ANCHORS.len() - 2);
    let (from, to, part) = (ANCHORS[below], ANCHORS[below + 1], at - below as f64);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear light of an 8-bit sRGB channel.
    fn linear(channel: u8) -> f64 {
        let u = f64::from(channel) / 255.0;
        if u <= 0.040_45 { u / 12.92 } else { ((u + 0.055) / 1.055).powf(2.4) }
    }

    fn oklab((r, g, b): Rgb) -> [f64; 3] {
        let [r, g, b] = [r, g, b].map(linear);
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    fn steps() -> impl Iterator<Item = f64> {
        (0..=64).map(|i| f64::from(i) / 64.0)
    }

    #[test]
    fn anchors_lie_on_the_helix() {
        for (i, anchor) in ANCHORS.into_iter().enumerate() {
            let t = i as f64 / 8.0;
            let hue = (290.0 - 190.0 * t).to_radians();
            let helix = [0.34 + 0.6 * t, 0.1 * hue.cos(), 0.1 * hue.sin()];
            // One of 255 levels is at most 0.006 in this space for colours this light.
            assert!(
                oklab(anchor).iter().zip(helix).all(|(got, expected)| (got - expected).abs() < 0.006),
                "{anchor:?}"
            );
        }
    }

    #[test]
    fn equal_steps_of_the_value_look_equally_large() {
        let places: Vec<[f64; 3]> = (0..=8).map(|i| oklab(color(f64::from(i) / 8.0))).collect();
        let far = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
        let each: Vec<f64> = places.windows(2).map(|pair| far(&pair[0], &pair[1])).collect();
        let (least, most) = each.iter().fold((f64::INFINITY, 0.0), |(a, b): (f64, f64), x| (a.min(*x), b.max(*x)));
        assert!(most < 1.12 * least, "{each:?}");
    }

    #[test]
    fn in_grey_and_to_the_colour_blind_larger_is_lighter() {
        let luminance = |(r, g, b): Rgb| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        // What is left of the light where the long, the medium or the short cones are missing.
        let without_red = |(_, g, b): Rgb| 0.9 * linear(g) + 0.1 * linear(b);
        let without_blue = |(r, g, _): Rgb| 0.3 * linear(r) + 0.7 * linear(g);
        let seen: [&dyn Fn(Rgb) -> f64; 3] = [&luminance, &without_red, &without_blue];
        for light in seen {
            let ramp: Vec<f64> = steps().map(|t| light(color(t))).collect();
            assert!(ramp.windows(2).all(|pair| pair[0] < pair[1]), "{ramp:?}");
        }
    }

    #[test]
    fn beyond_the_ends_stand_the_ends() {
        assert_eq!((color(-3.0), color(0.0), color(1.0), color(9.0)), (ANCHORS[0], ANCHORS[0], ANCHORS[8], ANCHORS[8]));
    }
}
