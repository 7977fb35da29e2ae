//! A theorem, lemma, identity or published finding, as code that can be checked.

use crate::{Card, Evidence, Finding, Level};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::table::Table;

/// A claim. Its file reads, in this order: parameters, assumptions with margins, bound, one draw, judge, false sibling.
pub trait Claim: Sync {
    /// Statement, symbols, assumptions, source, what is and is not checked.
    fn card(&self) -> &'static Card;

    /// What has to be computed, at this effort. `alpha` is this claim's share of the error budget: replica counts are
    /// those that give power 0.8 at that level.
    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence>;

    /// Findings, one or more per point and version, from one table per evidence, in the same order.
    ///
    /// Rows come sorted by axes and replica; for [`Replicas::UpTo`](crate::Replicas::UpTo) they are a prefix of the
    /// replicas. A pure function: it neither computes replicas nor knows how the rows were made.
    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding>;

    /// A statement about the same evidence that is false enough for `smoke` to see it: it must come out violated.
    fn false_sibling(&self) -> &'static dyn Claim;
}
