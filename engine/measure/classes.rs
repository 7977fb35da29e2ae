//! Accuracy class by class: classes that lose their signal are lost one at a time, which a mean hides.

use crate::real::Real;
use ndarray::Array2;

/// Points for right answers, class by class, summed over any number of evaluations.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassPoints {
    points: Vec<f64>,
    samples: Vec<usize>,
}

impl ClassPoints {
    /// No samples yet, of K classes.
    pub fn new(classes: usize) -> ClassPoints {
        ClassPoints { points: vec![0.0; classes], samples: vec![0; classes] }
    }

    /// Adds samples with these labels and outputs (K, n). A tie among t largest outputs scores 1/t, as in the loss.
    pub fn add<R: Real>(&mut self, outputs: &Array2<R>, labels: &[usize]) {
        for (row, label) in outputs.columns().into_iter().zip(labels) {
            let own = row[*label];
            // None for an output that is not a number.
            let ties = row.iter().filter(|f| **f == own).count();
            let right = ties > 0 && !row.iter().any(|f| *f > own);
            self.points[*label] += if right { 1.0 / ties as f64 } else { 0.0 };
            self.samples[*label] += 1;
        }
    }

    /// Fraction correct of every class; NaN for a class without samples.
    pub fn accuracy(&self) -> Vec<f64> {
        self.points.iter().zip(&self.samples).map(|(points, n)| points / *n as f64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{Loss, Targets};
    use ndarray::array;

    #[test]
    fn classes_add_up_to_the_accuracy_of_the_loss() {
        // Right, a tie of two, wrong, a tie of three.
        let (outputs, labels) =
            (array![[2.0, 1.0, 3.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.5, 9.0, 0.0]], [0, 1, 1, 2]);
        let mut points = ClassPoints::new(4);
        points.add(&outputs, &labels);
        let [a, b, c, d] = points.accuracy()[..] else { panic!("four classes") };
        assert_eq!((a, b, c), (1.0, 0.25, 1.0 / 3.0));
        assert!(d.is_nan());
        let targets = Targets::<f64>::classes(&labels, 3).unwrap();
        let flat = outputs.as_slice().unwrap();
        let evaluation = Loss::CrossEntropy.evaluate(flat, &targets, &mut [0.0; 12]);
        assert!((evaluation.accuracy - (a + 2.0 * b + c) / 4.0).abs() < 1e-15);
    }
}
