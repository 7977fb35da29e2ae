//! The laws of robustness as bounds, each in the versions in which it is in use.
//!
//! * [`universal`]: Bubeck and Sellke, for finite and for Lipschitz-parametrized classes
//! * [`effective`]: Kumar, Luo and Sellke, by the effective parameter count of a masked class
//! * [`sharp`]: the same three steps with random signs for labels, where every constant is of order 1
//! * [`floors`]: what two layers, or the data alone, already demand
//!
//! A bound says nothing where something simpler says as much: a rate of at most 1.2, a Lipschitz constant of at least
//! 0.001 for a function that takes both signs. So every bound carries what is free beside it, and the factor between the two.
//! With their printed constants all the theorems are vacuous at sizes that a laptop can train.
//!
//! Information and logarithms are in nats.

pub mod effective;
pub mod floors;
pub mod sharp;
pub mod universal;

/// In which form a statement is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// As the text that we read prints it: the NeurIPS submission of 2105.12806, v1 of 2402.01089.
    Printed,
    /// As other papers quote a later copy.
    Quoted,
    /// As the journal prints it; from memory.
    Published,
    /// Derived again here from the ingredients that the paper states.
    Corrected,
    /// A sharper form with the same assumptions or stronger ones, derived here.
    Sharp,
}

impl Version {
    /// The word in findings.
    pub const fn name(self) -> &'static str {
        match self {
            Version::Printed => "printed",
            Version::Quoted => "quoted",
            Version::Published => "published (from memory)",
            Version::Corrected => "corrected (derived)",
            Version::Sharp => "sharp (derived)",
        }
    }
}

/// On which side of the bound the bounded number lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The number is at least the bound.
    AtLeast,
    /// The number is at most the bound.
    AtMost,
}

/// A bound in one version, beside what is true without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The version.
    pub version: Version,
    /// The side.
    pub side: Side,
    /// The bound; above 0.
    pub value: f64,
    /// The trivial value: 1 for a rate. For a Lipschitz constant 1 unless [`beside`](Bound::beside) has another: inputs of
    /// typical norm 1 and labels of both signs make an O(1) constant free (Remark 1.1 of 2105.12806).
    pub free: f64,
}

impl Bound {
    fn at_least(version: Version, value: f64) -> Bound {
        Bound { version, side: Side::AtLeast, value, free: 1.0 }
    }

    fn at_most(version: Version, value: f64) -> Bound {
        Bound { version, side: Side::AtMost, value, free: 1.0 }
    }

    /// The same bound beside another trivial value, such as the floor of the data at hand.
    pub fn beside(self, free: f64) -> Bound {
        Bound { free, ..self }
    }

    /// By what factor the bound misses the trivial value: below 1 it says something.
    pub fn factor(self) -> f64 {
        match self.side {
            Side::AtLeast => self.free / self.value,
            Side::AtMost => self.value / self.free,
        }
    }

    /// Whether it is true for free. A factor that is no number says nothing either.
    pub fn vacuous(self) -> bool {
        !matches!(self.factor().partial_cmp(&1.0), Some(std::cmp::Ordering::Less))
    }
}

/// What the theorems ask of the data: n independent samples in d dimensions whose law is a mixture of c-isoperimetric ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataLaw {
    /// n.
    pub samples: usize,
    /// d.
    pub dimension: usize,
    /// c, in P(|f - E f| >= t) <= 2 exp(-d t^2 / (2 c L^2)): 1 for N(0, I/d), d/(d-1) for the unit sphere.
    pub isoperimetry: f64,
    /// k, the components of the mixture.
    pub components: usize,
}

impl DataLaw {
    /// x ~ N(0, I/d).
    pub fn gaussian(samples: usize, dimension: usize) -> DataLaw {
        DataLaw { samples, dimension, isoperimetry: 1.0, components: 1 }
    }

    /// n d / c.
    fn size(&self) -> f64 {
        (self.samples * self.dimension) as f64 / self.isoperimetry
    }

    fn n(&self) -> f64 {
        self.samples as f64
    }

    fn k(&self) -> f64 {
        self.components as f64
    }
}

/// A class f_w, w in R^p within a set of diameter W, with |f_w1 - f_w2| <= J |w1 - w2| everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parametrization {
    /// p.
    pub parameters: usize,
    /// W.
    pub diameter: f64,
    /// J.
    pub sensitivity: f64,
}

impl Parametrization {
    /// Two-layer ReLU networks sum_j a_j relu(w_j.x + b_j) of k neurons whose parameters lie in [-B, B], at inputs of norm
    /// at most R.
    ///
    /// J^2 = k ((B sqrt(d) R + B)^2 + B^2 (R^2 + 1)), the largest squared gradient, attained at a corner of the box; the
    /// diameter is 2 B sqrt(p). Derived here; sharper than Lemma 3.1.
    pub fn two_layer(neurons: usize, dimension: usize, largest: f64, radius: f64) -> Parametrization {
        let (k, d) = (neurons as f64, dimension as f64);
        let parameters = neurons * (dimension + 2);
        let active = largest * (d.sqrt() * radius + 1.0);
        Parametrization {
            parameters,
            diameter: 2.0 * largest * (parameters as f64).sqrt(),
            sensitivity: (k * (active * active + largest * largest * (radius * radius + 1.0))).sqrt(),
        }
    }

    /// Networks of depth D with p parameters of size at most W >= 1, each used at most Q times, at inputs of norm at most
    /// R: J = R (W Q p)^D, from Lemma 3.1 of 2105.12806 and B(w) <= (W sqrt(p Q))^D.
    pub fn deep(parameters: usize, depth: i32, largest: f64, shared: usize, radius: f64) -> Parametrization {
        let p = parameters as f64;
        Parametrization {
            parameters,
            diameter: 2.0 * largest * p.sqrt(),
            sensitivity: radius * (largest * shared as f64 * p).powi(depth),
        }
    }

    /// ln(factor W J / eps): nats for one parameter in a net of the class.
    pub fn nats(&self, factor: f64, eps: f64) -> f64 {
        (factor * self.diameter * self.sensitivity / eps).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_vacuous_unless_it_beats_what_is_free() {
        let lip = Bound::at_least(Version::Printed, 0.25);
        assert_eq!((lip.factor(), lip.vacuous()), (4.0, true));
        assert_eq!((lip.beside(0.125).factor(), lip.beside(0.125).vacuous()), (0.5, false));
        let rate = Bound::at_most(Version::Sharp, 0.25);
        assert_eq!((rate.factor(), rate.vacuous()), (0.25, false));
        assert!(Bound::at_most(Version::Sharp, 1.0).vacuous());
        assert!(Bound::at_least(Version::Sharp, 0.0).vacuous() && Bound::at_most(Version::Sharp, f64::NAN).vacuous());
    }

    #[test]
    fn the_deep_sensitivity_of_one_layer_is_that_of_a_product() {
        // w.x with |w_i| <= W: J = R, and the lemma says R W p.
        let class = Parametrization::deep(3, 1, 2.0, 1, 1.5);
        assert_eq!((class.sensitivity, class.diameter), (9.0, 4.0 * 3f64.sqrt()));
    }
}
