//! The generic data of the laws of robustness: x ~ N(0, I_d / d), and labels that are independent fair signs, so pure noise of
//! variance 1 (arXiv 2009.14444, sec. 1; c = 1 in the isoperimetry of 2105.12806).

use super::{Answers, LabelledData};
use crate::key::Key;
use crate::network::init::InitLaw;
use ndarray::{Array2, Axis, concatenate};
use rand::RngExt;

/// n samples.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomLabels {
    /// (n, d).
    pub x: Array2<f64>,
    /// (n): +1 or -1.
    pub y: Vec<f64>,
}

impl RandomLabels {
    /// n samples in d dimensions. The standard variables depend on the key and on d alone.
    pub fn draw(samples: usize, dimension: usize, key: &Key) -> RandomLabels {
        let scale = 1.0 / (dimension as f64).sqrt();
        let x = InitLaw::Normal.draw((samples, dimension), scale, &key.child("inputs"));
        let y = InitLaw::SignedConstant.draw((samples, 1), 1.0, &key.child("labels"));
        RandomLabels { x, y: y.into_iter().collect() }
    }

    /// The samples, and as many points that are uniform on segments between two of them; (2n, d).
    pub fn and_between(&self, key: &Key) -> Array2<f64> {
        let (n, mut rng) = (self.y.len(), key.rng());
        let mut between = Array2::zeros(self.x.dim());
        for mut point in between.rows_mut() {
            let (i, j, t) = (rng.random_range(0..n), rng.random_range(0..n), rng.random::<f64>());
            point.assign(&(&self.x.row(i) * (1.0 - t) + &self.x.row(j) * t));
        }
        concatenate(Axis(0), &[self.x.view(), between.view()]).expect("both have d columns")
    }

    /// The samples as classes, 1 for +1 and 0 for -1, with inputs times `scale`: sqrt(d) gives N(0, I_d).
    pub fn classes(&self, scale: f64) -> LabelledData {
        let y = Answers::Classes(self.y.iter().map(|y| usize::from(*y > 0.0)).collect());
        LabelledData { x: &self.x * scale, y }
    }

    /// Mean over the samples of the distance to the nearest one with the other label; 0 if all labels agree.
    ///
    /// The values y_i (that distance) / 2 are those of a 1-Lipschitz function, whose mean(f y) is half of this mean.
    pub fn nearest_opposite(&self) -> f64 {
        let apart = |i: usize, j: usize| (&self.x.row(i) - &self.x.row(j)).mapv(|x| x * x).sum().sqrt();
        let nearest = |i: usize| {
            let opposite = (0..self.y.len()).filter(|j| self.y[*j] != self.y[i]);
            opposite.map(|j| apart(i, j)).fold(f64::INFINITY, f64::min)
        };
        let mean = (0..self.y.len()).map(nearest).sum::<f64>() / self.y.len() as f64;
        if mean.is_finite() { mean } else { 0.0 }
    }

    /// |mean y|.
    pub fn imbalance(&self) -> f64 {
        (self.y.iter().sum::<f64>() / self.y.len() as f64).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_opposite_label_by_hand() {
        let x = ndarray::array![[0.0], [1.0], [4.0]];
        assert_eq!(RandomLabels { x: x.clone(), y: vec![1.0, 1.0, -1.0] }.nearest_opposite(), (4.0 + 3.0 + 3.0) / 3.0);
        assert_eq!(RandomLabels { x, y: vec![1.0; 3] }.nearest_opposite(), 0.0);
    }

    #[test]
    fn inputs_have_length_one_and_labels_are_fair() {
        let data = RandomLabels::draw(2000, 50, &Key::root("random labels"));
        let square = data.x.mapv(|x| x * x).sum() / 2000.0;
        // Standard deviations sqrt(2 / (n d)) and 1 / sqrt(n); five of each.
        assert!((square - 1.0).abs() < 0.03 && data.imbalance() < 0.12, "{square}");
        assert!(data.y.iter().all(|y| y.abs() == 1.0));
        let classes = data.classes(50f64.sqrt());
        assert!((classes.x.mapv(|x| x * x).mean().unwrap() - 1.0).abs() < 0.03 && classes.classes() == 2);
        let Answers::Classes(y) = classes.y else { panic!("classes") };
        assert!(y.iter().zip(&data.y).all(|(class, sign)| (*class == 1) == (*sign > 0.0)));
        let points = data.and_between(&Key::root("between"));
        assert_eq!(points.dim(), (4000, 50));
        // E |(1 - t) x + t x'|^2 = E (1 - t)^2 + t^2 = 2/3.
        let inner = points.slice(ndarray::s![2000.., ..]).mapv(|x| x * x).sum() / 2000.0;
        assert!((inner - 2.0 / 3.0).abs() < 0.05, "{inner}");
    }
}
