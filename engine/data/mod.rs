//! Data: the papers' laws, the digits, and outside files read from bytes.
//!
//! * [`LabelledData`]: samples with classes or target values
//! * [`patches`]: the two-patch law
//! * [`random_labels`]: normal inputs with labels that are noise
//! * [`digits`]: the handwritten digits in the binary
//! * [`idx`], [`npz`]: formats of outside files
//! * [`outside`]: what `data = "idx:DIR"` and `"npz:FILE"` name

pub mod digits;
pub mod idx;
pub mod npz;
pub mod outside;
pub mod patches;
pub mod random_labels;

pub use outside::Outside;

use crate::key::Key;
use ndarray::{Array2, Axis};
use rand::seq::SliceRandom;

/// What a network should say about each of n samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// The class of each sample, counted from 0.
    Classes(Vec<usize>),
    /// (n, K): the values that the K outputs should take.
    Values(Array2<f64>),
}

impl Answers {
    /// Samples, n.
    pub fn len(&self) -> usize {
        match self {
            Answers::Classes(classes) => classes.len(),
            Answers::Values(values) => values.nrows(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Samples with what a network should say about them.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledData {
    /// (n, d): one sample per row.
    pub x: Array2<f64>,
    /// n targets.
    pub y: Answers,
}

impl LabelledData {
    /// Samples, n.
    pub fn samples(&self) -> usize {
        self.x.nrows()
    }

    /// Coordinates of a sample, d.
    pub fn dimension(&self) -> usize {
        self.x.ncols()
    }

    /// Outputs that the targets speak of, K: the largest class plus one, or the columns of the target values.
    pub fn classes(&self) -> usize {
        match &self.y {
            Answers::Classes(classes) => classes.iter().max().map_or(0, |largest| largest + 1),
            Answers::Values(values) => values.ncols(),
        }
    }

    /// These samples, in this order.
    ///
    /// # Panics
    /// If an index is not below n.
    pub fn select(&self, samples: &[usize]) -> LabelledData {
        let y = match &self.y {
            Answers::Classes(classes) => Answers::Classes(samples.iter().map(|&i| classes[i]).collect()),
            Answers::Values(values) => Answers::Values(values.select(Axis(0), samples)),
        };
        LabelledData { x: self.x.select(Axis(0), samples), y }
    }

    /// `count` samples of every class that has any, drawn from `key`; in the order of the data.
    ///
    /// # Errors
    /// [`FewSamples`] if there are no classes, or one of them has fewer samples.
    pub fn of_each_class(&self, count: usize, key: &Key) -> Result<LabelledData, FewSamples> {
        let Answers::Classes(classes) = &self.y else { return Err(FewSamples::NoClasses) };
        let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); self.classes()];
        classes.iter().enumerate().for_each(|(at, class)| of_class[*class].push(at));
        let (mut rng, mut chosen) = (key.rng(), Vec::new());
        for (class, samples) in of_class.iter_mut().enumerate().filter(|(_, samples)| !samples.is_empty()) {
            if samples.len() < count {
                return Err(FewSamples::Class { class, there: samples.len() });
            }
            chosen.extend_from_slice(samples.partial_shuffle(&mut rng, count).0);
        }
        chosen.sort_unstable();
        Ok(self.select(&chosen))
    }

    /// A random split drawn from `key`: `train` samples to train on (at most n), and the others to test on.
    pub fn split(&self, train: usize, key: &Key) -> TrainTest {
        let mut order: Vec<usize> = (0..self.samples()).collect();
        order.shuffle(&mut key.rng());
        let (train, test) = order.split_at(train.min(order.len()));
        TrainTest { train: self.select(train), test: (!test.is_empty()).then(|| self.select(test)) }
    }
}

/// Why there are not so many samples of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FewSamples {
    /// The targets are values.
    #[error("the data have target values, and no classes")]
    NoClasses,
    /// One class has fewer.
    #[error("class {class} has {there} samples")]
    Class {
        /// The class, counted from 0.
        class: usize,
        /// Its samples.
        there: usize,
    },
}

/// What to train on and, where there is any, what to test on.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainTest {
    /// Training samples.
    pub train: LabelledData,
    /// Test samples.
    pub test: Option<LabelledData>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn numbered(n: usize) -> LabelledData {
        LabelledData {
            x: Array2::from_shape_fn((n, 2), |(i, j)| (10 * i + j) as f64),
            y: Answers::Classes((0..n).collect()),
        }
    }

    #[test]
    fn as_many_samples_of_each_class_as_asked_for() {
        let y = Answers::Classes((0..50).map(|i| if i < 45 { [0, 3][i % 2] } else { 1 }).collect());
        let data = LabelledData { y, ..numbered(50) };
        let some = data.of_each_class(4, &Key::root("batch")).unwrap();
        let Answers::Classes(classes) = &some.y else { panic!() };
        assert_eq!([0, 1, 2, 3].map(|class| classes.iter().filter(|c| **c == class).count()), [4, 4, 0, 4]);
        let samples: Vec<usize> = some.x.column(0).iter().map(|x| (x / 10.0) as usize).collect();
        assert!(samples.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(some, data.of_each_class(4, &Key::root("another batch")).unwrap());
        let few = data.of_each_class(6, &Key::root("batch")).unwrap_err();
        assert_eq!(few, FewSamples::Class { class: 1, there: 5 });
        let values = LabelledData { y: Answers::Values(Array2::zeros((50, 2))), ..data };
        assert_eq!(values.of_each_class(1, &Key::root("batch")).unwrap_err(), FewSamples::NoClasses);
    }

    #[test]
    fn a_split_deals_every_sample_to_one_side() {
        let data = numbered(50);
        let parts = data.split(30, &Key::root("split"));
        let test = parts.test.unwrap();
        assert_eq!((parts.train.samples(), test.samples()), (30, 20));
        let mut seen = Vec::new();
        for part in [&parts.train, &test] {
            let Answers::Classes(classes) = &part.y else { panic!("classes stay classes") };
            for (row, &class) in part.x.rows().into_iter().zip(classes) {
                assert_eq!(row.to_vec(), [10.0 * class as f64, 10.0 * class as f64 + 1.0]);
                seen.push(class);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
        assert_eq!(data.split(50, &Key::root("split")).test, None);
    }

    #[test]
    fn classes_are_counted_from_the_largest() {
        assert_eq!(numbered(7).classes(), 7);
        let values = LabelledData { x: Array2::zeros((3, 1)), y: Answers::Values(Array2::zeros((3, 4))) };
        assert_eq!((values.classes(), values.y.len()), (4, 3));
    }
}
