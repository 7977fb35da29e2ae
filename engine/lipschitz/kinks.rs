//! The canonical form of one output of a two-layer ReLU network: a slope, and the hyperplanes at which it jumps.
//!
//! f(x) = sum_j a_j relu(w_j.x + b_j) is linear between the hyperplanes w_j.x + b_j = 0. On the side of a wall where
//! w.x + b > 0 its gradient is that of the other side plus `jump`, the sum of a_j w_j over the neurons of this wall, up
//! to the sign of their direction: a neuron that is active on the other side adds a_j w_j to the slope and takes it off
//! by its jump. Neurons share a wall only if (w, b) are exactly proportional, which is decided on the real numbers. So
//! every gradient of f is slope + sum of the jumps of the walls whose positive side x is on (arXiv 2607.07778 calls this
//! the canonical form), and a wall whose jumps cancel is none.

use super::rounding::{add, compare_products, dot, down, gamma, norm, up};
use super::{Domain, LipschitzError};
use ndarray::{ArrayView1, ArrayView2};
use std::cmp::Ordering;

/// One hyperplane w.x + b = 0 at which the gradient jumps.
#[derive(Clone, Debug)]
pub(super) struct Wall {
    /// w of the first of its neurons, as given.
    pub(super) w: Vec<f64>,
    /// b of the same neuron.
    pub(super) b: f64,
    /// |w|.
    pub(super) size: f64,
    /// What the gradient gains on the side w.x + b > 0.
    pub(super) jump: Vec<f64>,
    /// w / |w|.
    pub(super) unit: Vec<f64>,
    /// b / |w|: the signed distance of the origin.
    pub(super) offset: f64,
}

/// a relu(w.x + b), as given.
#[derive(Clone, Debug)]
pub(super) struct Neuron {
    pub(super) a: f64,
    pub(super) w: Vec<f64>,
    pub(super) b: f64,
}

/// What became of the neurons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Neurons of the network.
    pub neurons: usize,
    /// Neurons that add a constant: their ingoing or outgoing weights are all 0, or they are inactive in the domain.
    pub dead: usize,
    /// Neurons that are active everywhere in the domain, and so linear.
    pub linear: usize,
    /// Neurons that share the hyperplane of an earlier one.
    pub merged: usize,
    /// Hyperplanes at which the gradient jumps.
    pub walls: usize,
}

/// One output of a network over a domain, in canonical form.
#[derive(Clone, Debug)]
pub struct Kinks {
    pub(super) domain: Domain,
    pub(super) dimension: usize,
    /// The gradient on the negative side of all walls.
    pub(super) slope: Vec<f64>,
    pub(super) walls: Vec<Wall>,
    /// The norm of what rounding can do to any gradient put together from slope and jumps.
    pub(super) slack: f64,
    /// The neurons that are not dead for want of weights.
    pub(super) neurons: Vec<Neuron>,
    counts: Counts,
}

impl Kinks {
    /// f(x) = sum_j outer_j relu(inner_j . x + bias_j) over `domain`; inner is (k, d), bias (k) or none, outer (k).
    ///
    /// # Errors
    /// [`LipschitzError`] for shapes that do not fit, numbers that are not finite or so large that their products
    /// overflow, and a domain that the dimension does not have.
    pub fn new(
        inner: ArrayView2<'_, f64>,
        bias: Option<ArrayView1<'_, f64>>,
        outer: ArrayView1<'_, f64>,
        domain: Domain,
    ) -> Result<Kinks, LipschitzError> {
        let (k, d) = inner.dim();
        check(inner, bias, outer, domain)?;
        let mut kinks = Kinks {
            domain,
            dimension: d,
            slope: vec![0.0; d],
            walls: Vec::new(),
            slack: 0.0,
            neurons: Vec::new(),
            counts: Counts { neurons: k, ..Counts::default() },
        };
        let mut sizes = vec![0.0; d];
        for (j, w) in inner.rows().into_iter().enumerate() {
            let (a, b, w) = (outer[j], bias.map_or(0.0, |bias| bias[j]), w.to_vec());
            if a == 0.0 || w.iter().all(|&w| w == 0.0) {
                kinks.counts.dead += 1;
                continue;
            }
            sizes.iter_mut().zip(&w).for_each(|(size, w)| *size += (a * w).abs());
            kinks.place(a, &w, b);
            kinks.neurons.push(Neuron { a, w, b });
        }
        kinks.walls.retain(|wall| wall.jump.iter().any(|&jump| jump != 0.0));
        kinks.counts.walls = kinks.walls.len();
        kinks.slack = up(norm(&sizes) * gamma(8 * k + 16), d + k + 4) + k as f64 * f64::MIN_POSITIVE;
        if kinks.slack.is_finite() { Ok(kinks) } else { Err(LipschitzError::Overflow) }
    }

    /// Adds a neuron to the slope, to a wall that is there, or as a new wall.
    fn place(&mut self, a: f64, w: &[f64], b: f64) {
        let size = norm(w);
        if let Some(radius) = self.domain.radius() {
            // Not clearly outside of the domain is inside: an unneeded wall does no harm.
            if b.abs() > up(radius * size, w.len() + 4) {
                if b > 0.0 {
                    self.counts.linear += 1;
                    add(&mut self.slope, a, w);
                } else {
                    self.counts.dead += 1;
                }
                return;
            }
        }
        for wall in &mut self.walls {
            if let Some(same_side) = proportional(wall, w, b) {
                self.counts.merged += 1;
                if !same_side {
                    add(&mut self.slope, a, w);
                }
                add(&mut wall.jump, if same_side { a } else { -a }, w);
                return;
            }
        }
        let unit: Vec<f64> = w.iter().map(|w| w / size).collect();
        let jump = w.iter().map(|w| a * w).collect();
        self.walls.push(Wall { w: w.to_vec(), b, size, jump, unit, offset: b / size });
    }

    /// What became of the neurons.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// For every hyperplane the norm of the jump of the gradient across it, and its signed distance from the origin.
    pub fn jumps(&self) -> Vec<(f64, f64)> {
        self.walls.iter().map(|wall| (norm(&wall.jump), wall.offset)).collect()
    }

    /// Whether every wall goes through the origin.
    pub(super) fn homogeneous(&self) -> bool {
        self.walls.iter().all(|wall| wall.b == 0.0)
    }

    /// The gradient where just the walls of `positive` have x on their positive side.
    pub(super) fn gradient(&self, positive: impl IntoIterator<Item = bool>) -> Vec<f64> {
        let mut gradient = self.slope.clone();
        for (wall, _) in self.walls.iter().zip(positive).filter(|(_, positive)| *positive) {
            add(&mut gradient, 1.0, &wall.jump);
        }
        gradient
    }

    /// On which side of every wall x lies; `None` if rounding could have turned one of them.
    pub(super) fn sides(&self, x: &[f64]) -> Option<Vec<bool>> {
        let size = norm(x);
        self.walls
            .iter()
            .map(|wall| {
                let z = dot(&wall.w, x) + wall.b;
                let error = gamma(self.dimension + 8) * (wall.size * size + wall.b.abs()) * 1.01;
                (z.abs() > error + f64::MIN_POSITIVE).then_some(z > 0.0)
            })
            .collect()
    }

    /// Steepness on the cell around x, with a number that is certainly not above the real one; `None` if x lies on a wall as
    /// far as rounding can tell, or outside of the ball. On the sphere: of the tangential gradient at x / |x|.
    pub(super) fn steepness(&self, x: &[f64]) -> Option<(f64, f64)> {
        match self.domain {
            Domain::Ball(radius) if up(norm(x), self.dimension + 4) > radius => None,
            Domain::Sphere => {
                let size = norm(x);
                let x: Vec<f64> = x.iter().map(|x| x / size).collect();
                let mut gradient = self.gradient(self.sides(&x)?);
                // The point is off the sphere by a few roundings, and the radial part is taken off with a few more.
                let error = gamma(4 * self.dimension + 32) * norm(&gradient);
                let radial = dot(&gradient, &x);
                add(&mut gradient, -radial, &x);
                let value = norm(&gradient);
                Some((value, (self.not_above(value) - error).max(0.0)))
            }
            _ => {
                let value = norm(&self.gradient(self.sides(x)?));
                Some((value, self.not_above(value)))
            }
        }
    }

    /// A number not above the real norm of a gradient that was put together as `value`.
    pub(super) fn not_above(&self, value: f64) -> f64 {
        (down(value, self.dimension + 4) - self.slack).max(0.0)
    }

    /// A number not below it.
    pub(super) fn not_below(&self, value: f64) -> f64 {
        up(up(value, self.dimension + 4) + self.slack, 2)
    }

    /// The same function with walls that coincide up to a relative `tolerance` made one. Whether any did.
    pub(super) fn merged_within(&self, tolerance: f64) -> (Kinks, bool) {
        let mut kinks = Kinks { walls: Vec::new(), ..self.clone() };
        for wall in &self.walls {
            let near = |other: &Wall| {
                let sign = if dot(&wall.unit, &other.unit) < 0.0 { -1.0 } else { 1.0 };
                let apart: f64 = wall.unit.iter().zip(&other.unit).map(|(x, y)| (x - sign * y).abs()).sum();
                let scale = 1.0 + wall.offset.abs();
                (apart <= tolerance && (wall.offset - sign * other.offset).abs() <= tolerance * scale).then_some(sign)
            };
            let found = kinks.walls.iter_mut().find_map(|other| Some((near(other)?, other)));
            match found {
                Some((sign, other)) => {
                    add(&mut other.jump, sign, &wall.jump);
                    if sign < 0.0 {
                        add(&mut kinks.slope, 1.0, &wall.jump);
                    }
                }
                None => kinks.walls.push(wall.clone()),
            }
        }
        let some = kinks.walls.len() < self.walls.len();
        (kinks, some)
    }
}

/// Whether (w, b) lies on the wall's hyperplane, exactly, and then whether with the same positive side.
fn proportional(wall: &Wall, w: &[f64], b: f64) -> Option<bool> {
    let pivot = wall.w.iter().position(|&w| w != 0.0).expect("a wall has a direction");
    if w[pivot] == 0.0 {
        return None;
    }
    let equal = |x: f64, y: f64| compare_products(x, w[pivot], y, wall.w[pivot]) == Some(Ordering::Equal);
    let all = wall.w.iter().zip(w).all(|(&x, &y)| equal(x, y)) && equal(wall.b, b);
    all.then_some((w[pivot] > 0.0) == (wall.w[pivot] > 0.0))
}

fn check(
    inner: ArrayView2<'_, f64>,
    bias: Option<ArrayView1<'_, f64>>,
    outer: ArrayView1<'_, f64>,
    domain: Domain,
) -> Result<(), LipschitzError> {
    let (k, d) = inner.dim();
    let shape = |array: &'static str, got: usize| match got == k {
        true => Ok(()),
        false => Err(LipschitzError::Shape { array, got, neurons: k }),
    };
    shape("bias", bias.map_or(k, |bias| bias.len()))?;
    shape("outer", outer.len())?;
    if d == 0 || k == 0 {
        return Err(LipschitzError::Empty { neurons: k, inputs: d });
    }
    let biases = bias.iter().flatten().map(|b| ("bias", b));
    let all = inner.iter().map(|w| ("inner", w)).chain(biases).chain(outer.iter().map(|a| ("outer", a)));
    if let Some((array, &got)) = all.clone().find(|(_, value)| !value.is_finite()) {
        return Err(LipschitzError::NotFinite { array, got });
    }
    // Products of two norms, squared, must not overflow.
    if all.clone().any(|(_, value)| value.abs() > 1e60) {
        return Err(LipschitzError::Overflow);
    }
    // Nor may they underflow: bounds on rounding are relative.
    if let Some((array, &got)) = all.into_iter().find(|(_, value)| **value != 0.0 && value.abs() < 1e-60) {
        return Err(LipschitzError::Underflow { array, got });
    }
    if domain == Domain::Sphere && d == 1 {
        return Err(LipschitzError::NoSphere);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn neurons_are_merged_dropped_and_counted() {
        let inner = array![[1.0, 2.0], [-2.0, -4.0], [0.0, 0.0], [1.0, 0.0], [3.0, 6.0], [0.0, 1.0], [0.0, -1.0]];
        let bias = array![0.5, -1.0, 1.0, 2.0, 1.5, 0.0, 0.0];
        let outer = array![1.0, 1.0, 1.0, 0.0, 1.0, 1.0, -1.0];
        let kinks = Kinks::new(inner.view(), Some(bias.view()), outer.view(), Domain::All).unwrap();
        // relu(z) - relu(-z) = z: no wall, slope (0, 1).
        assert_eq!(kinks.counts(), Counts { neurons: 7, dead: 2, linear: 0, merged: 3, walls: 1 });
        assert_eq!(kinks.walls[0].jump, [6.0, 12.0]);
        assert_eq!(kinks.jumps(), [(180f64.sqrt(), 0.5 / 5f64.sqrt())]);
        assert_eq!(kinks.slope, [-2.0, -3.0]);
        assert_eq!(kinks.gradient([true]), [4.0, 9.0]);
    }

    #[test]
    fn walls_outside_of_the_ball_are_none() {
        let inner = array![[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]];
        let (bias, outer) = (array![3.0, -3.0, 1.0], array![1.0, 1.0, 1.0]);
        let kinks = Kinks::new(inner.view(), Some(bias.view()), outer.view(), Domain::Ball(2.0)).unwrap();
        assert_eq!(kinks.counts(), Counts { neurons: 3, dead: 1, linear: 1, merged: 0, walls: 1 });
        assert_eq!(kinks.slope, [1.0, 0.0]);
    }

    #[test]
    fn almost_equal_walls_stay_apart_until_asked() {
        let inner = array![[0.1, 0.7], [0.1 * 3.0, 0.7 * 3.0], [-0.1, -0.7 - 1e-13]];
        let outer = array![1.0, 1.0, 1.0];
        let kinks = Kinks::new(inner.view(), None, outer.view(), Domain::All).unwrap();
        assert_eq!(kinks.walls.len(), 3);
        let (merged, some) = kinks.merged_within(1e-10);
        assert!(some && merged.walls.len() == 1);
        let (plus, minus) = (merged.gradient([true]), merged.gradient([false]));
        assert!((plus[1] - 2.8).abs() < 1e-9 && (minus[1] + 0.7).abs() < 1e-9, "{plus:?} {minus:?}");
    }

    #[test]
    fn what_is_no_network_is_named() {
        let new = |inner: &ndarray::Array2<f64>, outer: &ndarray::Array1<f64>, domain| {
            Kinks::new(inner.view(), None, outer.view(), domain).unwrap_err().to_string()
        };
        let (inner, outer) = (array![[1.0], [f64::NAN]], array![1.0, 1.0]);
        assert!(new(&inner, &outer, Domain::All).contains("NaN"));
        assert!(new(&inner, &array![1.0], Domain::All).contains("outer"));
        assert!(new(&array![[1.0]], &array![1.0], Domain::Sphere).contains("sphere"));
        assert!(new(&array![[1e90]], &array![1.0], Domain::All).contains("1e60"));
        // The dual's first step was 0 there, and stayed so however often it was doubled.
        for tiny in [1e-70, 1e-200, 1e-320] {
            assert!(new(&array![[1.0, tiny]], &array![1.0], Domain::All).contains("smaller than 1e-60"));
            assert!(new(&array![[1.0, 0.0]], &array![-tiny], Domain::All).contains("`outer` has the entry -1e-"));
        }
    }
}
