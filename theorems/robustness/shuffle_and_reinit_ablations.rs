//! # Fresh weights take much from iterative pruning and next to nothing from masks that never saw data
//!
//! The weights under a mask are drawn anew, or the mask is shuffled within its layers, and the network is trained again. If
//! what a mask knows about the data is what makes it good, a mask that knows nothing has nothing to lose. Fresh weights bear
//! this out. The shuffle does not, in networks as small as ours: it takes the paths from SynFlow's masks too.
//!
//! ## Source
//! arXiv 2009.08576, abstract and sec. 5, for the two ablations; what information has to do with it is derived here.
//! `frankle2021pruning`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Something to lose: without ablation, at least [`LEAST`] of the points are memorized.
//!
//! ## Bound
//! I(shuffled mask; D | init) <= ln(min(p_1, p_2) + 1) for two layers, and the like for more; I(m; D) <= I(m; D | init).
//!
//! ## Checked here
//! Mean loss of memorized points, paired over keys: below [`MARGIN`] on fresh weights for random, magnitude and SynFlow
//! masks; above 0 for iterative pruning under both ablations.
//!
//! ## Not checked here
//! Accuracy on images; re-initialization with the kept signs or with the mask's own fan-in.
//!
//! ## Gaps to the paper
//! It ablates networks in which nearly all edges stay on paths, and finds that SNIP, GraSP and SynFlow survive the shuffle.

use super::effective_parameters::bits;
use super::memorization::{Cells, Gain, INFORMATION, KEEP, MEMORIZED, NETS, POSITIVE, SAMPLES, evidence};
use super::{FRANKLE, SUBJECT};
use crate::point::Point;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Verdict};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::upper;
use prunelaw_engine::statistics::Interval;
use prunelaw_engine::statistics::power::{POWER, paired_t_replicas};
use prunelaw_engine::table::Table;

/// A mean loss below this fraction of the points counts as nothing: 4.5 of 30 points.
pub const MARGIN: f64 = 0.15;
/// Fraction of the points that must be memorized without ablation, so that there is something to lose.
pub const LEAST: f64 = 0.2;

/// The smallest effect of interest, in standard deviations of the paired differences.
const EFFECT: f64 = 0.4;
/// The effect that `smoke` can see.
const SMOKE_EFFECT: f64 = 1.2;

static CARD: Card = Card {
    id: "shuffle_and_reinit_ablations",
    was: None,
    subject: &SUBJECT,
    class: Class::Empirical,
    says: "fresh weights take next to nothing from masks that never saw the data and much from those of iterative pruning; a shuffle \
           within the layers takes much from iterative pruning, and in small networks from SynFlow too, whose paths it breaks",
    statement: "A mask is put on fresh initial weights, or shuffled within its layers, and the network is trained again. Masks \
                of random pruning, initial magnitudes and SynFlow memorize about as many random labels on fresh weights as on \
                their own, masks of iterative pruning far fewer. Shuffled, these lose most of what they had; so do SynFlow's, which \
                know nothing of the data but keep edges on paths.",
    source: "arXiv 2009.08576, abstract and sec. 5 (ablations); networks, data and margin are ours",
    reference: FRANKLE,
    provenance: Provenance::Simulated,
    symbols: &[SAMPLES, KEEP, MEMORIZED, INFORMATION],
    assumptions: &[Assumption {
        name: "something to lose",
        says: "without ablation at least a fifth of the points are memorized",
    }],
    bound: "I = 0 for masks that never saw data; a mask shuffled within its layers, of fixed size, knows at most the logarithm \
            of the number of ways to share its size among the layers: ln(min(p_1, p_2) + 1) for two layers, at most the sum of \
            ln(p_l + 1) over all but the largest for more [derived here]. Fresh weights leave I(m; D) <= I(m; D | init) \
            [derived here]. The margin of 0.15 is ours",
    checked: &[
        "n = 30, d = 30, two hidden layers of 30 and one of 60: memorized fraction without ablation minus with it, paired over \
         keys, at keep fractions where the rule memorizes some points and not all",
        "fresh weights: random, magnitude and SynFlow masks lose less than 0.15 of the points (one-sided non-inferiority); \
         masks of iterative pruning lose (t test), and more than SynFlow's",
        "shuffle: masks of iterative pruning lose, and SynFlow's",
        "reported, not gated: as published, that the shuffle takes nothing from masks at initialization, and fresh weights \
         nothing from SNIP and GraSP; that magnitudes after training, in one shot, lose",
    ],
    not_checked: &[
        "accuracy on images, at the densities of the paper",
        "inverted scores, shuffles within a neuron's inputs, fresh weights with kept signs: the engine has them",
    ],
    gaps: &[
        "the paper: accuracy is the same or higher for SNIP, GraSP, SynFlow and magnitude at init under either ablation. With \
         60 to 180 kept weights the shuffle leaves few edges on paths, and memorization falls with them: SNIP, GraSP and \
         SynFlow lose half of all points and more; at keep 0.1, where all memorize nearly everything, they lose nothing",
        "SNIP and GraSP masks know something of the data; on fresh weights they lose a tenth to a fifth of the points with two \
         hidden layers, and next to nothing with one",
        "SynFlow loses on fresh weights a twentieth of the points with two hidden layers, below the margin and not 0: its mask \
         was chosen for large weights, and fresh ones are smaller; with one it loses nothing",
        "magnitudes after training, in one shot, lose a tenth with two hidden layers and next to nothing with one",
        "the margin is no published one: it was set after a first sweep at these sizes",
    ],
    power: "alternative: a mean that is 0.4 standard deviations of the paired differences away from its edge; replicas for power \
            0.8 at the claim's level (about 170 at 1e-5), at least 40 at `normal` and 250 at `paper`; at `smoke` 1.2 standard \
            deviations",
    about: "the floating-point program, f32",
    protocol: 1,
};

/// The finding, or its false sibling: that trained masks lose nothing on fresh weights either.
#[derive(Debug)]
pub struct ShuffleAndReinitAblations {
    trained_too: bool,
}

/// The claim.
pub static CLAIM: ShuffleAndReinitAblations = ShuffleAndReinitAblations { trained_too: false };
static FALSE: ShuffleAndReinitAblations = ShuffleAndReinitAblations { trained_too: true };

/// Less than the margin.
const NOTHING: Interval = Interval { low: f64::NEG_INFINITY, high: MARGIN };

/// Which cells are computed, as (rules, keep); every network has its own keep fractions with something to lose.
static PROBES: [[(&str, &str); 3]; 2] = [
    [("random,magnitude,magnitude-after", "0.1"), ("snip,grasp,synflow", "0.034"), ("synflow,imp", "0.02")],
    [("random,magnitude-after", "0.1"), ("snip,grasp", "0.02"), ("synflow,imp", "0.01")],
];

/// Rules that never see data.
const BLIND: [&str; 3] = ["random", "magnitude", "synflow"];
/// Iterative pruning, which sees a network trained to memorize these points.
const TRAINED: &str = "imp";
/// The same in one shot.
const ONE_SHOT: &str = "magnitude-after";

impl ShuffleAndReinitAblations {
    /// What is claimed of a rule under an ablation: version, whether it counts, and the band of the mean loss.
    fn claimed(&self, rule: &str, ablation: &str) -> Option<Gain> {
        let (blind, trained, fresh) = (BLIND.contains(&rule), rule == TRAINED, ablation == "reinit");
        let (version, ours, band) = match (fresh, self.trained_too) {
            (true, true) if trained => ("fresh weights take nothing from iterative pruning", true, NOTHING),
            (_, true) => return None,
            (true, false) if rule == ONE_SHOT => ("fresh weights take from one-shot magnitudes", false, POSITIVE),
            (false, false) if rule == ONE_SHOT => ("the shuffle takes from one-shot magnitudes", false, POSITIVE),
            (true, false) if blind => ("fresh weights take nothing from blind masks", true, NOTHING),
            (true, false) if trained => ("fresh weights take from iterative pruning", true, POSITIVE),
            (true, false) => ("as published: fresh weights take nothing from SNIP and GraSP", false, NOTHING),
            (false, false) if trained => ("the shuffle takes from iterative pruning", true, POSITIVE),
            (false, false) if rule == "synflow" => ("the shuffle takes from SynFlow", true, POSITIVE),
            (false, false) => ("as published: the shuffle takes nothing from masks at init", false, NOTHING),
        };
        Some(Gain { version, ours, band })
    }

    /// Every comparison of one network.
    fn compare(&self, cells: &Cells<'_>, level: &Level, decisions: usize) -> Vec<Finding> {
        let compare = |ablated: &Point<'_>| {
            let (rule, ablation) = (ablated.word("rule"), ablated.word("ablation"));
            let whole = cells.at(&rule, ablated.number("keep"), "none")?;
            let gain = self.claimed(&rule, &ablation)?;
            let mut finding = gain.judge(whole, ablated, level, decisions);
            finding.seen = format!("{}; {}", finding.seen, knows(ablated));
            Some(in_scope(finding, whole))
        };
        let ablated = cells.all().iter().filter(|point| point.word("ablation") != "none");
        ablated.filter_map(compare).collect()
    }

    fn decisions(&self, cells: &Cells<'_>) -> usize {
        let counts = |point: &&Point<'_>| {
            let gain = self.claimed(&point.word("rule"), &point.word("ablation"));
            point.word("ablation") != "none" && gain.is_some_and(|gain| gain.ours)
        };
        cells.all().iter().filter(counts).count()
    }
}

/// What the mask of a cell may know, in words.
fn knows(point: &Point<'_>) -> String {
    let layers: Vec<u64> = point.word("weights_by_layer").split(' ').filter_map(|count| count.parse().ok()).collect();
    let (weights, kept) = (layers.iter().sum(), point.number("kept_weights") as u64);
    let most = match (BLIND.contains(&point.word("rule").as_str()), point.word("ablation") == "shuffle") {
        (true, _) => return "I = 0".to_owned(),
        (false, true) => upper::layer_counts(&layers, kept),
        (false, false) => upper::size(weights, kept),
    };
    format!("I <= {most:.1} nats ({:.1} bits)", bits(most))
}

/// A finding about a rule that had something to lose, or that it had not.
fn in_scope(mut finding: Finding, whole: &Point<'_>) -> Finding {
    let memorized = whole.numbers("memorized");
    let mean = memorized.iter().sum::<f64>() / memorized.len() as f64;
    if mean < LEAST {
        finding.verdict = Verdict::OutOfScope { failed: vec![format!("something to lose: {mean:.3} memorized")] };
        finding.p_value = None;
    }
    finding
}

/// By how much iterative pruning loses more on fresh weights than SynFlow, key by key.
fn trained_against_blind(cells: &Cells<'_>, keep: f64, level: &Level, decisions: usize) -> Option<Finding> {
    let loss = |rule: &str| {
        let (whole, fresh) = (cells.at(rule, keep, "none")?, cells.at(rule, keep, "reinit")?);
        let pairs = whole.numbers("memorized").into_iter().zip(fresh.numbers("memorized"));
        Some((pairs.map(|(whole, fresh)| whole - fresh).collect::<Vec<f64>>(), *fresh))
    };
    let ((trained, at), (blind, _)) = (loss("imp")?, loss("synflow")?);
    let more: Vec<f64> = trained.iter().zip(&blind).map(|(trained, blind)| trained - blind).collect();
    let version = "fresh weights take more from iterative pruning than from SynFlow";
    let average = crate::average::Average { version, ours: true, band: POSITIVE, scale: 1.0 };
    Some(average.judge("loss of imp minus loss of synflow", at.at(), &more, level, decisions))
}

impl Claim for ShuffleAndReinitAblations {
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
        let ablations = ("ablation", "none,shuffle,reinit");
        let of = |(widths, rules, keep): (&str, &str, &str)| {
            evidence(&[("rule", rules), ("keep", keep), ("widths", widths), ablations], replicas)
        };
        let probes = NETS
            .iter()
            .zip(&PROBES)
            .flat_map(|(widths, probes)| probes.iter().map(move |(rules, keep)| (*widths, *rules, *keep)));
        match effort {
            // The paper's network at its heaviest pruning.
            Effort::Smoke => probes.skip(2).take(1).map(of).collect(),
            _ => probes.map(of).collect(),
        }
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let nets: Vec<Cells<'_>> = seen.chunks(PROBES[0].len()).map(Cells::of).collect();
        let keeps = [0.02, 0.01];
        let against = |cells: &Cells<'_>, keep: f64, decisions| {
            (!self.trained_too).then(|| trained_against_blind(cells, keep, level, decisions)).flatten()
        };
        let decisions = nets.iter().map(|cells| self.decisions(cells) + usize::from(!self.trained_too)).sum();
        let judged = |(cells, keep): (&Cells<'_>, f64)| {
            let mut findings = self.compare(cells, level, decisions);
            findings.extend(against(cells, keep, decisions));
            findings
        };
        nets.iter().zip(keeps).flat_map(judged).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
