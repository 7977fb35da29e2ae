//! # Masks that were trained memorize more than masks found at initialization, and SynFlow comes second
//!
//! On random labels, at the same keep fraction and from the same initial weights, networks under masks of iterative magnitude
//! pruning memorize more than under the mask of any rule that looks at the untrained network. The same score, the magnitude,
//! memorizes more taken after training than before. But memorization does not follow what masks know alone: SynFlow never
//! sees data and comes second, above SNIP and GraSP, which do. It keeps all of its edges on paths.
//!
//! ## Source
//! arXiv 2402.01089, sec. 6 and Figs. 1a, 1b; sizes that it does not state are ours. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Random labels: whatever is fitted was memorized.
//!
//! ## Bound
//! None: a finding. Paired over keys, the mean of M(rule) - M(other) is above 0.
//!
//! ## Checked here
//! Both networks, keep fractions 0.01 to 0.1; readings of the paper beside ours, never gated.
//!
//! ## Not checked here
//! Fig. 1b, on images.
//!
//! ## Gaps to the paper
//! It states neither width nor optimizer of Fig. 1a, and plots magnitude after training in Fig. 1b only.

use super::effective_parameters::{bits, informal};
use super::memorization::{Cells, Gain, INFORMATION, KEEP, MEMORIZED, NETS, POSITIVE, SAMPLES, evidence};
use super::published_memorization::{PRECISION, reading};
use super::{KUMAR, SUBJECT};
use crate::point::Point;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Verdict};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::upper;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::statistics::power::{POWER, paired_t_replicas};
use prunelaw_engine::table::Table;

/// The smallest effect of interest, in standard deviations of the paired differences.
const EFFECT: f64 = 0.6;
/// The effect that `smoke` can see.
const SMOKE_EFFECT: f64 = 1.2;

/// Keep fractions at which no rule but iterative pruning memorizes nearly everything, for the networks in their order.
const HEAVY: [&[f64]; 2] = [&[0.01, 0.02], &[0.01]];
/// The keep fraction at which plain magnitudes leave enough paths to compare them.
const MILD: f64 = 0.1;

/// Rules that look at the untrained network, or at nothing.
const AT_INIT: [&str; 5] = ["random", "magnitude", "snip", "grasp", "synflow"];

static CARD: Card = Card {
    id: "memorization_follows_information",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "at heavy pruning iteratively trained masks memorize more random labels than all masks found at initialization, and \
           magnitudes more after training than before; yet SynFlow, which knows nothing of the data, is second, above SNIP \
           and GraSP",
    statement: "From the same initial weights and at the same keep fraction, masks of iterative magnitude pruning let a network \
                memorize more random labels than masks found at initialization, and magnitude pruning memorizes more after \
                training than before. Information is not all: SynFlow, whose mask is independent of the data, memorizes more \
                than SNIP and GraSP, whose masks are not.",
    source: "arXiv 2402.01089, sec. 6, Figs. 1a and 1b; width, optimizer and rounds are ours",
    reference: KUMAR,
    provenance: Provenance::Published,
    symbols: &[SAMPLES, KEEP, MEMORIZED, INFORMATION],
    assumptions: &[Assumption {
        name: "random labels",
        says: "labels are independent of the inputs, so that what is fitted was memorized",
    }],
    bound: "none: paired over keys, mean M(imp) - M(other) > 0, M(synflow) - M(snip or grasp) > 0, M(magnitude-after) - \
            M(magnitude) > 0. Beside it p_eff = I + E|m|_1 (informal): I = 0 for random, magnitude and SynFlow masks, and at \
            most ln C(p, s) for the others",
    checked: &[
        "n = 30, d = 30, two hidden layers of 30 (1830 weights) and one of 60 (1860), no biases, Adam at 0.01, all samples at \
         once, at most 1000 steps: iterative pruning against each other rule, and SynFlow against SNIP and GraSP, at keep 0.01 and, \
         with two hidden layers, 0.02",
        "magnitude before and after training at keep 0.1",
        "reported, not gated: the order of SynFlow, SNIP and GraSP at keep 0.034 and 0.1; magnitude after training against \
         SynFlow; the levels beside what the paper's figure shows, to 0.02",
    ],
    not_checked: &["Fig. 1b, on FashionMNIST with added noise", "other optimizers, rates and batches of the scores"],
    gaps: &[
        "by information alone SynFlow would be last, with random masks; that it is second is in the paper's Fig. 1a too, and \
         what it does is to keep every edge on a path (`live_edges` in the table)",
        "above keep 0.034 the order of SynFlow and the rules with data turns around, with everybody near 1",
        "one-shot magnitude after training collapses to few paths and stays far below SynFlow here; the paper has it on top in \
         Fig. 1b, on other data, and does not plot it in Fig. 1a",
        "width, optimizer, initialization, batch of SNIP and GraSP, rounds and rewind point are not stated: ours are on the \
         sim's card, and the width is one at which the methods come apart within the paper's range",
    ],
    power: "alternative: a mean difference of 0.6 standard deviations of the paired differences; replicas for power 0.8 at the \
            claim's level (about 80 at 1e-5), at least 40 at `normal` and 250 at `paper`; at `smoke` 1.2 standard deviations",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The finding, or its false sibling: that masks which see data beat SynFlow, as information alone would have it.
#[derive(Debug)]
pub struct MemorizationFollowsInformation {
    information_alone: bool,
}

/// The claim.
pub static CLAIM: MemorizationFollowsInformation = MemorizationFollowsInformation { information_alone: false };
static FALSE: MemorizationFollowsInformation = MemorizationFollowsInformation { information_alone: true };

impl MemorizationFollowsInformation {
    /// Version, whether it counts, the rule that should memorize more, those that should memorize less, and where.
    fn comparisons(&self, heavy: &'static [f64]) -> Vec<(Gain, &'static str, &'static [&'static str], &'static [f64])> {
        let gain = |version, ours| Gain { version, ours, band: POSITIVE };
        let mut all = vec![
            (gain("iterative pruning above rules at init", true), "imp", &AT_INIT[..], heavy),
            (gain("iterative pruning above one shot", true), "imp", &["magnitude-after"], heavy),
            (gain("SynFlow above SNIP and GraSP", true), "synflow", &["snip", "grasp"], heavy),
            (gain("SynFlow above SNIP and GraSP, milder", false), "synflow", &["snip", "grasp"], &[0.034, MILD]),
            (gain("one shot after training above SynFlow", false), "magnitude-after", &["synflow"], &[0.034, MILD]),
            (gain("magnitude after training above before", true), "magnitude-after", &["magnitude"], &[MILD]),
        ];
        if self.information_alone {
            // At exactly 0 nobody is refuted by a tie; SynFlow is far above.
            let less = Interval { low: f64::NEG_INFINITY, high: 0.0 };
            let gain = Gain { version: "information alone orders", ours: true, band: less };
            all = vec![(gain, "synflow", &["snip", "grasp"], heavy)];
        }
        all
    }
}

/// A level beside what the paper's figure shows, and what its mask may know.
fn shown(point: &Point<'_>) -> Option<Finding> {
    let (rule, keep) = (point.word("rule"), point.number("keep"));
    let read = reading(&rule, keep)?;
    let mean = Mean::of(&point.numbers("memorized")).ok()?;
    let kept = point.number("kept_weights");
    let weights: u64 = point.word("weights_by_layer").split(' ').filter_map(|count| count.parse::<u64>().ok()).sum();
    let most = if ["random", "synflow"].contains(&rule.as_str()) { 0.0 } else { upper::size(weights, kept as u64) };
    let seen = format!(
        "memorized {:.3} +- {:.3}, read off the figure {read} +- {PRECISION}; I <= {most:.0} nats ({:.0} bits), p_eff from \
         {kept} to {:.0}",
        mean.mean,
        mean.standard_error,
        bits(most),
        informal(most, kept),
    );
    Some(Finding {
        version: "beside the paper's Fig. 1a",
        ours: false,
        point: point.at(),
        verdict: Verdict::OutOfScope { failed: vec![format!("the paper's width and optimizer are known; {seen}")] },
        p_value: None,
        replicas: point.rows.len() as u64,
        failures: None,
        claimed_rate: None,
        seen,
    })
}

impl Claim for MemorizationFollowsInformation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence> {
        let needed = |effect| paired_t_replicas(effect, alpha, POWER).unwrap_or(u64::MAX);
        let replicas = match effort {
            Effort::Smoke => needed(SMOKE_EFFECT),
            Effort::Normal => needed(EFFECT).max(40),
            Effort::Paper => needed(EFFECT).max(250),
        };
        let of = |widths, rules, keep| evidence(&[("rule", rules), ("keep", keep), ("widths", widths)], replicas);
        let all = "random,magnitude,magnitude-after,snip,grasp,synflow,imp";
        match effort {
            // The network of the paper alone, and the rules that come first.
            Effort::Smoke => vec![of(NETS[0], "snip,grasp,synflow,imp", "0.02")],
            _ => vec![of(NETS[0], all, "0.006,0.01,0.02,0.034,0.1"), of(NETS[1], all, "0.01,0.034,0.1")],
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let nets: Vec<Cells<'_>> = seen.iter().map(|table| Cells::of(std::slice::from_ref(table))).collect();
        let mut pairs = Vec::new();
        for (cells, heavy) in nets.iter().zip(HEAVY) {
            for (gain, more, less, keeps) in self.comparisons(heavy) {
                for (keep, other) in keeps.iter().flat_map(|keep| less.iter().map(move |other| (*keep, *other))) {
                    let pair = cells.at(more, keep, "none").zip(cells.at(other, keep, "none"));
                    pairs.extend(pair.map(|(more, less)| (gain, more, less)));
                }
            }
        }
        let decisions = pairs.iter().filter(|(gain, ..)| gain.ours).count();
        let mut findings: Vec<Finding> =
            pairs.into_iter().map(|(gain, more, less)| gain.judge(more, less, level, decisions)).collect();
        // The paper's network has two hidden layers.
        findings.extend(nets.first().into_iter().flat_map(Cells::all).filter_map(shown));
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
