//! Pruning rules on the enumerated network: for every data set, in which order parameters go.
//!
//! A mask of any size follows from the order: the first `pruned` of it go. Of equal scores the lower index stays.
//!
//! * magnitude at init, SynFlow: no data, one order for all
//! * SNIP (arXiv 1810.02340): |gradient * weight| at the initial weights, least first
//! * GraSP (arXiv 2002.07376): -weight * (Hessian gradient) at the initial weights, highest first
//! * magnitude after training
//! * iterative magnitude pruning: train, prune to floor(0.8 k) survivors, rewind to the initial weights; a size between two
//!   rounds is reached by pruning less in the later one

use super::data::{DATASETS, datasets};
use super::descent::{ALL, Kept, trained};
use super::net::{B, C, HIDDEN, Theta, V, gradient, hessian_times};
use super::{PARAMETERS, data::Dataset};

/// Parameters in the order in which they are pruned.
pub type Order = [u8; PARAMETERS];

/// A pruning rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Iterative magnitude pruning with rewinding.
    Iterative,
    /// Magnitude after training.
    MagnitudeAfter,
    /// SNIP.
    Snip,
    /// GraSP, the highest pruned.
    Grasp,
    /// SynFlow, one parameter a round.
    Synflow,
    /// Magnitude at initialization.
    MagnitudeInit,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 6] =
        [Rule::Iterative, Rule::MagnitudeAfter, Rule::Snip, Rule::Grasp, Rule::Synflow, Rule::MagnitudeInit];

    /// Their words, in the order of [`Rule::ALL`].
    pub const NAMES: [&str; 6] = ["imp", "magnitude-after", "snip", "grasp", "synflow", "magnitude"];

    /// The rule of this word.
    pub fn named(name: &str) -> Option<Rule> {
        Rule::NAMES.iter().position(|word| *word == name).map(|at| Rule::ALL[at])
    }

    /// Whether it looks at the data.
    pub fn sees_data(self) -> bool {
        !matches!(self, Rule::Synflow | Rule::MagnitudeInit)
    }

    /// One order per data set, from the initial weights; `None` if weights are not finite after some training.
    pub fn orders(self, start: &Theta) -> Option<Vec<Order>> {
        let each = |score: &dyn Fn(&Dataset) -> Theta| -> Vec<Order> {
            datasets().iter().map(|data| ascending(&score(data))).collect()
        };
        let orders = match self {
            Rule::Iterative => iterative(start)?,
            Rule::MagnitudeAfter => {
                finite(trained(start, &[ALL; DATASETS]))?.iter().map(|theta| ascending(&sizes(theta))).collect()
            }
            Rule::Snip => each(&|data| {
                let gradient = gradient(start, data);
                std::array::from_fn(|i| (gradient[i] * start[i]).abs())
            }),
            Rule::Grasp => each(&|data| {
                let product = hessian_times(start, &gradient(start, data), data);
                // The highest of -weight * product goes first: the lowest of weight * product.
                std::array::from_fn(|i| start[i] * product[i])
            }),
            Rule::Synflow => vec![synflow(start); DATASETS],
            Rule::MagnitudeInit => vec![ascending(&sizes(start)); DATASETS],
        };
        Some(orders)
    }
}

/// What is kept when the first `pruned` of an order are gone.
pub fn kept(order: &Order, pruned: usize) -> Kept {
    order[..pruned].iter().fold(ALL, |kept, i| kept & !(1 << i))
}

/// The trained weights, if all are finite.
fn finite(trained: Vec<Theta>) -> Option<Vec<Theta>> {
    trained.iter().flatten().all(|weight| weight.is_finite()).then_some(trained)
}

fn sizes(theta: &Theta) -> Theta {
    theta.map(f64::abs)
}

/// Least score first; of equal ones the higher index, so that the lower stays.
fn ascending(scores: &Theta) -> Order {
    let mut order: Order = std::array::from_fn(|i| i as u8);
    order.sort_by(|a, b| scores[usize::from(*a)].total_cmp(&scores[usize::from(*b)]).then(b.cmp(a)));
    order
}

/// Moves the parameters that `here` holds, by ascending score, behind the `done` first of an order.
fn extend(order: &mut Order, done: usize, here: Kept, scores: &Theta) {
    let next = ascending(scores).into_iter().filter(|i| here >> i & 1 == 1);
    order[done..].iter_mut().zip(next).for_each(|(place, i)| *place = i);
}

fn iterative(start: &Theta) -> Option<Vec<Order>> {
    let (mut masks, mut orders) = (vec![ALL; DATASETS], vec![[0; PARAMETERS]; DATASETS]);
    let mut left = PARAMETERS;
    while left > 0 {
        let survivors = left * 4 / 5;
        for ((theta, mask), order) in finite(trained(start, &masks))?.iter().zip(&mut masks).zip(&mut orders) {
            extend(order, PARAMETERS - left, *mask, &sizes(theta));
            *mask = kept(order, PARAMETERS - survivors);
        }
        left = survivors;
    }
    Some(orders)
}

/// One parameter a round, the least of |theta| times the derivative of the output at all ones with |theta| for theta.
fn synflow(start: &Theta) -> Order {
    let (mut order, mut mask) = ([0; PARAMETERS], ALL);
    for round in 0..PARAMETERS {
        let size: Theta = std::array::from_fn(|i| if mask >> i & 1 == 1 { start[i].abs() } else { 0.0 });
        let mut scores = [0.0; PARAMETERS];
        scores[C] = size[C];
        for j in 0..HIDDEN {
            let inside = size[B + j] + size[3 * j] + size[3 * j + 1] + size[3 * j + 2];
            scores[V + j] = size[V + j] * inside;
            scores[B + j] = size[V + j] * size[B + j];
            (0..3).for_each(|i| scores[3 * j + i] = size[V + j] * size[3 * j + i]);
        }
        extend(&mut order, round, mask, &scores);
        mask = kept(&order, round + 1);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumerated::net::initial;
    use crate::key::Key;

    #[test]
    fn every_order_has_every_parameter_once() {
        let start = initial(&Key::root("orders"));
        for rule in Rule::ALL {
            let orders = rule.orders(&start).unwrap();
            assert_eq!(orders.len(), DATASETS);
            for order in &orders {
                assert_eq!(kept(order, PARAMETERS), 0, "{rule:?}");
                assert_eq!(kept(order, 7).count_ones(), 14);
            }
            // Without data there is one order.
            assert_eq!(orders.iter().all(|order| *order == orders[0]), !rule.sees_data(), "{rule:?}");
        }
    }

    #[test]
    fn the_first_round_is_pruning_after_training() {
        let start = initial(&Key::root("rounds"));
        let (rounds, once) = (Rule::Iterative.orders(&start).unwrap(), Rule::MagnitudeAfter.orders(&start).unwrap());
        assert!(rounds.iter().zip(&once).all(|(a, b)| a[..5] == b[..5]));
        assert!(rounds.iter().zip(&once).any(|(a, b)| a[5..] != b[5..]));
    }

    #[test]
    fn of_equal_scores_the_lower_index_stays() {
        let mut scores = [1.0; PARAMETERS];
        scores[3] = 0.5;
        assert_eq!(ascending(&scores)[..3], [3, 20, 19]);
    }

    #[test]
    fn words_name_rules() {
        for (word, rule) in Rule::NAMES.into_iter().zip(Rule::ALL) {
            assert_eq!(Rule::named(word), Some(rule));
        }
        assert_eq!(Rule::named("magic"), None);
    }
}
