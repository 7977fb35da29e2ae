//! The Lipschitz constant of a two-layer ReLU network, in a bracket with certified ends.
//!
//! f(x) = sum_j a_j relu(w_j.x + b_j), one output at a time, is steepest on one of the cells that its hyperplanes cut the domain
//! into; the constant is the largest gradient norm over the cells that meet the inside of the domain. The laws of
//! robustness (arXiv 2105.12806, 2402.01089) speak of this supremum, and neither gradients at data nor norms of layers
//! stand in for it: the first lie below, the second above, and they scale differently.
//!
//! Every end is about the real-number network with exactly the given weights. A certified end holds whatever rounding did on
//! the way; an end that is not certified is the value of the method as computed.
//!
//! In reading order:
//! * `kinks`: the canonical form of an output: a slope, and hyperplanes at which it jumps
//! * `rounding`, `definite`: what makes a computed number certain
//! * lower ends: `secant`, `ascent` (with points from `sample`)
//! * exact: `exact` chooses among `breakpoints` (d = 1), `circle` and `plane` (d = 2), `arrangement` (d <= 4), `feasible`
//!   (k <= 14), `patterns` (where every pattern is a cell) and `branch` (where it ends in time)
//! * upper ends: `patterns` and `branch`, `shor`, `eigenvalue`, `products`; [`lipsdp`] beside Shor's

mod arrangement;
mod ascent;
mod branch;
mod breakpoints;
mod circle;
mod definite;
mod eigenvalue;
mod exact;
mod feasible;
mod kinks;
pub mod lipsdp;
mod patterns;
mod plane;
mod products;
mod rounding;
mod sample;
mod secant;
mod shor;
#[cfg(test)]
mod tests;

pub use feasible::separating;
pub use kinks::{Counts, Kinks};

use crate::key::Key;
use std::fmt;
use std::str::FromStr;

/// Where the constant is taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// All of R^d.
    All,
    /// The ball of this radius around the origin.
    Ball(f64),
    /// The unit sphere, with its tangential gradients and the lengths of its arcs.
    Sphere,
}

impl Domain {
    /// The largest norm of its points, if there is one.
    fn radius(self) -> Option<f64> {
        match self {
            Domain::All => None,
            Domain::Ball(radius) => Some(radius),
            Domain::Sphere => Some(1.0),
        }
    }
}

impl FromStr for Domain {
    type Err = LipschitzError;

    fn from_str(text: &str) -> Result<Domain, LipschitzError> {
        let unknown = || LipschitzError::Domain { got: text.to_owned() };
        match text {
            "all" => Ok(Domain::All),
            "sphere" => Ok(Domain::Sphere),
            _ => {
                let radius: f64 = text.strip_prefix("ball:").and_then(|r| r.parse().ok()).ok_or_else(unknown)?;
                if (1e-60..=1e60).contains(&radius) { Ok(Domain::Ball(radius)) } else { Err(unknown()) }
            }
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::All => f.write_str("all"),
            Domain::Ball(radius) => write!(f, "ball:{radius}"),
            Domain::Sphere => f.write_str("sphere"),
        }
    }
}

/// What a bracket cannot be made of.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LipschitzError {
    /// An array of another length than there are neurons.
    #[error("`{array}` has {got} entries, expected one for each of the {neurons} neurons")]
    Shape {
        /// The array.
        array: &'static str,
        /// Its entries.
        got: usize,
        /// Rows of `inner`.
        neurons: usize,
    },
    /// A network without neurons or inputs.
    #[error("a network of {neurons} neurons on {inputs} inputs: both are at least 1")]
    Empty {
        /// Neurons.
        neurons: usize,
        /// Inputs.
        inputs: usize,
    },
    /// A weight that is no number.
    #[error("`{array}` has the entry {got}: weights are finite numbers")]
    NotFinite {
        /// The array.
        array: &'static str,
        /// The entry.
        got: f64,
    },
    /// Products of weights overflow.
    #[error("a weight is larger than 1e60, and products of such weights overflow: rescale the network")]
    Overflow,
    /// Products of weights underflow.
    #[error(
        "`{array}` has the entry {got:e}, smaller than 1e-60 and not 0, and products of such weights underflow: set it \
             to 0 or rescale the network"
    )]
    Underflow {
        /// The array.
        array: &'static str,
        /// The entry.
        got: f64,
    },
    /// A word that is no domain.
    #[error("domain `{got}`, expected `all`, `ball:R` with a radius R from 1e-60 to 1e60, or `sphere`")]
    Domain {
        /// The word.
        got: String,
    },
    /// The sphere of one input is two points.
    #[error("the unit sphere of 1 input is two points, on which nothing is steep; take `all` or `ball:R`")]
    NoSphere,
    /// No exact method on the sphere.
    #[error(
        "no exact method for the sphere in {dimension} dimensions (2 have one); the ends hold, and `all` or `ball:1` have \
         exact methods"
    )]
    NoExact {
        /// Inputs.
        dimension: usize,
    },
    /// Too many cells.
    #[error(
        "no exact method takes {walls} hyperplanes in {dimension} dimensions: sorting takes any number in 1 and up to 4096 in \
         2, cells up to 96 in 3, 40 in 4 and 14 in more, patterns up to 24 if their directions are independent, branch and bound up to 256 if it ends in time; the ends hold"
    )]
    TooLarge {
        /// Inputs.
        dimension: usize,
        /// Hyperplanes.
        walls: usize,
    },
}

/// An exact value as computed, and what is certain about the real one.
#[derive(Clone, Copy, Debug)]
struct Exact {
    method: &'static str,
    value: f64,
    low: f64,
    high: Option<f64>,
}

/// One end of a bracket, or its exact value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// How it was found.
    pub method: &'static str,
    /// The number: certified lower ends are rounded down, certified upper ends up.
    pub value: f64,
    /// Whether it holds whatever rounding did.
    pub certified: bool,
    /// What it says of the constant.
    pub says: Says,
}

/// What an end says of the constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Says {
    /// The constant is at least this.
    AtLeast,
    /// The constant is at most this.
    AtMost,
    /// The constant is this; for certain it is at least `low`, and at most `high` if that is known.
    Equal {
        /// Certified.
        low: f64,
        /// Certified, if every cell is certain to have been seen.
        high: Option<f64>,
    },
}

/// A method, in the order in which they are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Steepest secant between drawn points.
    Secant,
    /// Largest gradient at drawn points.
    Sampled,
    /// Largest gradient that climbs come to.
    Ascent,
    /// Every cell.
    Exact,
    /// Every pattern, realisable or not.
    Patterns,
    /// The dual of the Shor relaxation.
    Shor,
    /// Half the neurons, and the spectral norm of the rest.
    Eigenvalue,
    /// Product of spectral norms with |a_j| = |w_j|.
    Balanced,
    /// Product of spectral norms.
    Spectral,
    /// sum_j |a_j| |w_j|.
    Path,
}

impl Method {
    /// All of them.
    pub const ALL: [Method; 10] = [
        Method::Secant,
        Method::Sampled,
        Method::Ascent,
        Method::Exact,
        Method::Patterns,
        Method::Shor,
        Method::Eigenvalue,
        Method::Balanced,
        Method::Spectral,
        Method::Path,
    ];

    /// Its end for this network; none where it has nothing to say. `key` draws points and directions.
    ///
    /// # Errors
    /// [`LipschitzError`] from the exact method, where the network is too large for it.
    pub fn end(self, kinks: &Kinks, key: &Key) -> Result<Option<End>, LipschitzError> {
        let certain = |method, value, says| Ok(Some(End { method, value, certified: true, says }));
        let walls = kinks.walls.len();
        match self {
            Method::Secant => certain("secant", secant::steepest(kinks, &key.child("secant")), Says::AtLeast),
            Method::Sampled => certain("gradient", ascent::sampled(kinks, &key.child("gradient")), Says::AtLeast),
            Method::Ascent => certain("gradient ascent", ascent::climbed(kinks, &key.child("ascent")), Says::AtLeast),
            Method::Exact => {
                let Exact { method, value, low, high } = exact::exact(kinks, &key.child("exact"))?;
                Ok(Some(End { method, value, certified: high.is_some(), says: Says::Equal { low, high } }))
            }
            // Where every pattern has a point, the exact method goes through them.
            Method::Patterns if walls == 0 || walls > branch::MOST || exact::every_pattern_has_a_point(kinks) => {
                Ok(None)
            }
            Method::Patterns if walls <= patterns::MOST => {
                certain("patterns", patterns::steepest(kinks).1, Says::AtMost)
            }
            Method::Patterns => {
                let found = branch::search(kinks, None, &key.child("patterns"));
                certain("patterns by branch and bound", found.high, Says::AtMost)
            }
            Method::Shor if (1..=shor::MOST).contains(&walls) => {
                certain("shor", shor::bound(kinks, &key.child("shor")), Says::AtMost)
            }
            Method::Shor => Ok(None),
            Method::Eigenvalue => certain("eigenvalue", eigenvalue::bound(kinks), Says::AtMost),
            Method::Balanced => certain("balanced spectral", products::balanced(kinks), Says::AtMost),
            Method::Spectral => certain("spectral", products::spectral(kinks), Says::AtMost),
            Method::Path => certain("path", products::path(kinks), Says::AtMost),
        }
    }
}

/// What the ends together say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// The largest certified lower end.
    pub lower: f64,
    /// The smallest certified upper end.
    pub upper: f64,
    /// The exact value, between the two; none if no exact method took the network.
    pub exact: Option<f64>,
}

impl Bracket {
    /// The bracket of these ends; an upper end is among them.
    pub fn of(ends: &[End]) -> Bracket {
        let (mut lower, mut upper, mut exact) = (0.0f64, f64::INFINITY, None);
        for end in ends {
            match end.says {
                Says::AtLeast if end.certified => lower = lower.max(end.value),
                Says::AtMost if end.certified => upper = upper.min(end.value),
                Says::Equal { low, high } => {
                    lower = lower.max(low);
                    upper = high.map_or(upper, |high| upper.min(high));
                    exact = Some(end.value);
                }
                _ => {}
            }
        }
        // The value as computed may lie outside by its rounding; by more, it missed a cell and is not shown as exact.
        let rounded = |exact: &f64| *exact >= lower * (1.0 - 1e-9) && *exact <= upper * (1.0 + 1e-9);
        Bracket { lower, upper, exact: exact.filter(rounded).map(|exact: f64| exact.clamp(lower, upper)) }
    }
}
