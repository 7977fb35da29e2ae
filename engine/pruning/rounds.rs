//! How many weights stay after which round: exponential and linear schedules, globally or layer by layer.
//!
//! A rule with n rounds keeps N (k/N)^(t/n) weights after round t, rounded once per round and never by repeated rounding, and
//! exactly k at the end (arXiv 2006.05467, sec. 6, exponential). The linear schedule removes the same number in every round;
//! its last rounds take so large a share of the rest that layers empty exponentially earlier.

use super::select::{Group, highest, name};
use super::{PruningError, Scores};
use crate::fraction::KeepFraction;
use crate::mask::Mask;

/// Whose scores are ranked together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of all layers.
    Global,
    /// Those of each layer by itself: every layer keeps the same fraction.
    Layer,
}

/// How the output layer is treated; it is the smallest, and in a two-layer network half of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// As any other layer.
    Full,
    /// By itself, at half the rate: a round that removes a fraction r of the rest removes r/2 of it (arXiv 1803.03635).
    Half,
    /// Not at all, as in the authors' later code.
    Excluded,
}

/// How the number of kept weights falls over the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// By the same factor in every round.
    Exponential,
    /// By the same number in every round.
    Linear,
}

/// How far a network is pruned, and in which steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Fraction of the dense network's weights kept in the end, of all layers that are pruned at the full rate.
    pub keep: KeepFraction,
    /// Whose scores are ranked together.
    pub scope: Scope,
    /// How the output layer is treated.
    pub output: Output,
    /// Rounds, at least 1; scores are taken anew before each.
    pub rounds: usize,
    /// Over them.
    pub schedule: Schedule,
}

impl Plan {
    /// Everything in one round, with the output layer as any other.
    pub fn one_shot(keep: KeepFraction, scope: Scope) -> Plan {
        Plan { keep, scope, output: Output::Full, rounds: 1, schedule: Schedule::Exponential }
    }

    /// `rounds` rounds by the exponential schedule, with the output layer as any other.
    pub fn exponential(keep: KeepFraction, scope: Scope, rounds: usize) -> Plan {
        Plan { rounds, ..Plan::one_shot(keep, scope) }
    }

    /// The groups of layers that are ranked together, with what each keeps at the start and in the end.
    fn spans(&self, start: &[Mask]) -> Result<Vec<Span>, PruningError> {
        let inner = start.len() - usize::from(self.output != Output::Full).min(start.len());
        let mut layers = match self.scope {
            Scope::Global if inner > 0 => vec![(0..inner, Output::Full)],
            Scope::Global => Vec::new(),
            Scope::Layer => (0..inner).map(|at| (at..at + 1, Output::Full)).collect(),
        };
        layers.extend((inner..start.len()).map(|at| (at..at + 1, self.output)));
        let span = |(layers, output): (std::ops::Range<usize>, Output)| {
            let masks = &start[layers.clone()];
            let from: usize = masks.iter().map(Mask::kept).sum();
            let weights: usize = masks.iter().map(Mask::len).sum();
            let to = if output == Output::Excluded { from } else { self.keep.count_of(weights) };
            let (what, keep) = (name(&layers, start.len()), self.keep.get());
            if to > from {
                return Err(PruningError::AboveCurrent { what, keep, asked: to, kept: from });
            }
            if to == 0 && weights > 0 && output != Output::Excluded {
                let smallest = 0.5 / weights as f64;
                return Err(PruningError::KeepsNothing { what, keep, weights, smallest });
            }
            Ok(Span { layers, output, from, to })
        };
        layers.into_iter().map(span).collect()
    }
}

struct Span {
    layers: std::ops::Range<usize>,
    output: Output,
    from: usize,
    to: usize,
}

impl Span {
    /// Weights kept after round `t` of `n`.
    fn after(&self, t: usize, n: usize, schedule: Schedule) -> usize {
        let (from, ratio) = (self.from as f64, self.to as f64 / (self.from as f64).max(1.0));
        let part = t as f64 / n as f64;
        let kept = match (self.output, schedule) {
            (Output::Excluded, _) => return self.from,
            (Output::Full, _) if t == n => return self.to,
            (Output::Full, Schedule::Exponential) => ratio.powf(part),
            (Output::Full, Schedule::Linear) => 1.0 - (1.0 - ratio) * part,
            (Output::Half, Schedule::Exponential) => (0.5 + 0.5 * ratio.powf(1.0 / n as f64)).powf(t as f64),
            (Output::Half, Schedule::Linear) => 1.0 - 0.5 * (1.0 - ratio) * part,
        };
        ((from * kept + 0.5).floor() as usize).clamp(self.to, self.from)
    }
}

/// Prunes what `start` keeps by the scores that `score` gives for the masks of each round.
///
/// # Errors
/// [`PruningError`]: the plan asks for more weights than are left or for none, a score is not finite, or `score` refuses.
pub fn prune(
    rule: &'static str,
    start: &[Mask],
    plan: &Plan,
    mut score: impl FnMut(&[Mask]) -> Result<Scores, PruningError>,
) -> Result<Vec<Mask>, PruningError> {
    if plan.rounds == 0 {
        return Err(PruningError::NoRounds);
    }
    let spans = plan.spans(start)?;
    let mut masks = start.to_vec();
    for round in 1..=plan.rounds {
        let group =
            |span: &Span| Group { layers: span.layers.clone(), kept: span.after(round, plan.rounds, plan.schedule) };
        let groups: Vec<Group> = spans.iter().map(group).collect();
        masks = highest(rule, &score(&masks)?, &masks, &groups)?;
    }
    Ok(masks)
}

/// The fewest rounds that provably empty no layer, for non-negative scores that every layer has the same sum of, `ratio` the
/// kept fraction and L >= 2 layers: the smallest n with ratio^(1/n) > 1 - 1/L if exponential, and with
/// n > (L - 1) (1/ratio - 1) if linear.
///
/// Derived here. A round from K to K - D weights removes a score of at most (D/K) L R, and a layer has R: D L < K will do. Of
/// a linear schedule the last round is the worst. Rounding to whole weights is left out: near the end, where a round removes
/// less than one weight, it can break the guarantee.
pub fn safe_rounds(layers: usize, ratio: f64, schedule: Schedule) -> usize {
    let needed = match schedule {
        Schedule::Exponential => ratio.ln() / (-1.0 / layers as f64).ln_1p(),
        Schedule::Linear => (layers as f64 - 1.0) * (1.0 / ratio - 1.0),
    };
    needed.floor().max(0.0) as usize + 1
}
