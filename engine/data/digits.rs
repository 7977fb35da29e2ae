//! The UCI handwritten digits: 1797 images of 8x8 pixels in 10 classes, in the binary.
//!
//! Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998
//! (CC BY 4.0). A pixel counts the dark points, 0 to 16, in a 4x4 block of the scan; here it is divided by 16.

use super::{Answers, LabelledData, TrainTest};
use crate::key::Key;
use ndarray::Array2;
use std::sync::LazyLock;

/// Images.
pub const SAMPLES: usize = 1797;
/// Pixels of an image.
pub const PIXELS: usize = 64;
/// Digits.
pub const CLASSES: usize = 10;
/// Images of the fixed split that are trained on, 80 %; the other 360 are tested on.
pub const TRAIN: usize = 1437;

static DIGITS: LazyLock<LabelledData> = LazyLock::new(|| {
    let text = include_str!("../../data/digits.csv");
    let values: Vec<f64> =
        text.lines().flat_map(|line| line.split(',')).map(|word| word.parse().expect("digits")).collect();
    let table = Array2::from_shape_vec((SAMPLES, PIXELS + 1), values).expect("the digits are complete");
    let y = table.column(PIXELS).iter().map(|&label| label as usize).collect();
    LabelledData { x: table.slice(ndarray::s![.., ..PIXELS]).mapv(|pixel| pixel / 16.0), y: Answers::Classes(y) }
});

/// All images in the order of the file; x: (1797, 64) in [0, 1].
pub fn all() -> &'static LabelledData {
    &DIGITS
}

static SPLIT: LazyLock<TrainTest> = LazyLock::new(|| all().split(TRAIN, &Key::root("digits").child("split")));

/// The fixed split: [`TRAIN`] images drawn from a key of its own, the same in every study, and the rest.
pub fn train_test() -> &'static TrainTest {
    &SPLIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_of_the_repository() {
        let data = all();
        assert_eq!((data.samples(), data.dimension(), data.classes()), (SAMPLES, PIXELS, CLASSES));
        assert!(data.x.iter().all(|&pixel| (0.0..=1.0).contains(&pixel) && (16.0 * pixel).fract() == 0.0));
        let Answers::Classes(labels) = &data.y else { panic!("digits have classes") };
        let counts: Vec<usize> = (0..10).map(|digit| labels.iter().filter(|&&label| label == digit).count()).collect();
        // Counts per class and the mean pixel as published with the data.
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert!((16.0 * data.x.mean().unwrap() - 4.8842).abs() < 5e-5);
    }

    #[test]
    fn the_split_is_fixed() {
        let parts = train_test();
        assert_eq!((parts.train.samples(), parts.test.as_ref().unwrap().samples()), (TRAIN, SAMPLES - TRAIN));
        assert_eq!((parts.train.classes(), parts.test.as_ref().unwrap().classes()), (CLASSES, CLASSES));
    }
}
