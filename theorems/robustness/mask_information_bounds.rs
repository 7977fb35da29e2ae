//! # What bounds the information of a mask
//!
//! A mask knows no more about the data than its own entropy, than the number of masks of its size allows, than the statistic
//! through which its rule sees the data, or than a Gaussian channel where noise was added to its scores. A rule that does not look
//! at the data knows exactly nothing. Given the initialization it knows more than without.
//!
//! ## Source
//! arXiv 2402.01089, Sec. 4.1 and the remark after Thm 4; standard inequalities, collected here. `kumar2024no`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. Finitely many data sets and masks; the initialization is drawn without the data.
//!
//! ## Bound
//! 0 <= I(m; D) <= I(m; D | init), I(m; D) <= H(m) <= ln C(p, s), and the rest on the card.
//!
//! ## Checked here
//! Random finite laws, exactly; the enumerated network, with limits from samples on both sides of the exact value; the role of
//! the initialization over 64 of them.
//!
//! ## Not checked here
//! Continuous data, where only the bounds that count masks stay finite.
//!
//! ## Gaps to the paper
//! The paper takes bits in one place and nats in another.

use super::random_mask_laws::{PART, RANDOM_COLUMNS, RANDOM_SCHEMA, excess, random};
use super::{KUMAR, SUBJECT};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::enumerated::descent::Kept;
use prunelaw_engine::enumerated::law::with_and_without_init;
use prunelaw_engine::enumerated::net::initial;
use prunelaw_engine::enumerated::rules::{Rule, kept};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};

/// Largest excess that is rounding: sums of some thousand terms below 10.
const TOLERANCE: f64 = 1e-9;
/// Initializations of the enumerated network, as a uniform law.
const ENUMERATED_INITS: u64 = 64;

static CARD: Card = Card {
    id: "mask_information_bounds",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "0 <= I <= H(m) <= ln C(p,s); data-agnostic masks exactly 0",
    statement: "The information I(m; D) of a mask about the data is at most the entropy of the mask, which is at most ln C(p, s) \
                for s of p weights kept and at most the sum of the entropies of its entries; at most the entropy of the data and of \
                any statistic through which the rule sees them; at most I(m; D | init). It is 0 for rules that do not look.",
    source: "arXiv 2402.01089, Sec. 4.1 and the remark after Thm 4; collected and checked here",
    reference: KUMAR,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "m, D", name: "mask, data", meaning: "the mask, and the data set" },
        Symbol { letter: "p", name: "weights", meaning: "weights, of which s = p/2 are kept in the random laws" },
        Symbol { letter: "T(D)", name: "statistic", meaning: "all that the rule sees of the data" },
        Symbol { letter: "tau", name: "noise", meaning: "spread of noise added to scores" },
    ],
    assumptions: &[Assumption {
        name: "init without data",
        says: "the initialization and the rule's own chance are independent of the data",
    }],
    bound: "I(m; D) <= H(m) <= min(ln C(p, s), sum_i h(P(m_i = 1))); I(m; D) <= min(H(D), H(T(D)), I(m; D | init), \
            (1/2) ln det(1 + Cov/tau^2)); p_eff corrected >= printed",
    checked: &[
        "random laws of 12 data sets, 3 initializations and a rule with chance of its own, p = 4, 6, 10: all inequalities, from \
         the exact joint law, to 1e-9",
        "the mask that keeps the larger of two noisy scores against the Gaussian channel: its law is a normal tail, so that its \
         information is exact",
        "the enumerated network: limits from 32000 sampled data sets (confidence .999) on both sides of the exact value",
        "the enumerated network with 64 initializations as its law: I(m; D) <= I(m; D | init)",
        "p_eff of Thm 4, corrected, is never below the printed one; bits times ln 2 are nats",
    ],
    not_checked: &["continuous data"],
    gaps: &["the limits from samples fail at rate .001 if the theory is right; none did"],
    power: "no chance enters but in the limits from samples: one replica beyond rounding refutes",
    about: "the real-number laws, exactly up to rounding",
    protocol: 1,
};

const RULE: Field = field::RULE.within(Domain::Choice(&Rule::NAMES)).text("snip").axis();
static INITS_FIELDS: [Field; 3] = [PART, RULE, field::PRUNED.integer(9).axis()];
static INITS_SCHEMA: Schema =
    Schema { when: "initializations of mask_information_bounds", fields: &INITS_FIELDS, rules: &[] };
static INITS_COLUMNS: [Column; 4] = [
    Column::real("without_init", "nats", "I(m; D) on the enumerated network"),
    Column::real("given_init", "nats", "I(m; D | init)"),
    Column::real("over_given_init", "nats", "excess of the first over the second"),
    Column::real("given_init_over", "nats", "excess of the second over the first"),
];

const SIM_COLUMNS: &[&str] = &["bits", "lower_bits", "upper_bits"];

fn over_inits(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let rule = Rule::named(settings.text("rule")).expect("the field has the rules' words");
    let pruned = settings.count("pruned");
    let of = |init: u64| -> Option<Vec<Kept>> {
        let orders = rule.orders(&initial(&key.child("init").replica(init)))?;
        Some(orders.iter().map(|order| kept(order, pruned)).collect())
    };
    let masks: Option<Vec<Vec<Kept>>> = (0..ENUMERATED_INITS).map(of).collect();
    let masks = masks.ok_or_else(|| TrialError("a training is not finite".to_owned()))?;
    let (without, given) = with_and_without_init(&masks);
    Ok(vec![without.into(), given.into(), excess(without, given).into(), excess(given, without).into()])
}

/// The bounds, or the false sibling, which has the initialization on the wrong side.
#[derive(Debug)]
pub struct MaskInformationBounds {
    init: &'static str,
}

/// The claim.
pub static CLAIM: MaskInformationBounds = MaskInformationBounds { init: "over_given_init" };
static FALSE: MaskInformationBounds = MaskInformationBounds { init: "given_init_over" };

/// The excess of the exact value over a limit from samples, in the table of a sim.
fn beyond(version: &'static str, point: &Point<'_>, of: impl Fn(f64, f64, f64) -> f64) -> Finding {
    let [exact, lower, upper] = SIM_COLUMNS else { unreachable!("three columns") };
    let (exact, lower, upper) = (point.numbers(exact), point.numbers(lower), point.numbers(upper));
    let beyond: Vec<f64> = (0..exact.len()).map(|r| of(exact[r], lower[r], upper[r])).collect();
    Limit { version, ours: true, column: "excess", limit: TOLERANCE }.judge_values(point, &beyond, Vec::new())
}

impl Claim for MaskInformationBounds {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let (draws, rules, counts) = match effort {
            Effort::Smoke => (20, "snip", "9"),
            Effort::Normal => (200, "snip,grasp,magnitude-after", "4,9,15"),
            Effort::Paper => (2000, "snip,grasp,magnitude-after,imp", "4,9,15"),
        };
        let (sim, inits) = match effort {
            Effort::Smoke => ("snip,grasp,synflow,magnitude", 2),
            Effort::Normal => ("imp,magnitude-after,snip,grasp,synflow,magnitude", 20),
            Effort::Paper => ("imp,magnitude-after,snip,grasp,synflow,magnitude", 200),
        };
        let inits_at = [("part", "inits"), ("rule", rules), ("pruned", counts)];
        vec![
            Evidence::fixed(&RANDOM_SCHEMA, &RANDOM_COLUMNS, draws, random, &[("weights", "4,6,10")]),
            Evidence::fixed(&INITS_SCHEMA, &INITS_COLUMNS, 1, over_inits, &inits_at),
            Evidence::Sim {
                id: "mask_information_toy",
                settings: vec![Assignment::own("rule", sim), Assignment::own("pruned", "4,11,18")],
                columns: SIM_COLUMNS,
                replicas: Replicas::Fixed(inits),
            },
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = |version, column| Limit { version, ours: true, column, limit: TOLERANCE };
        let random = [
            limit("entropy of the mask", "over_entropy"),
            limit("masks of the size", "over_size"),
            limit("entries", "over_marginals"),
            limit("data", "over_data"),
            limit("statistic", "over_statistic"),
            limit("data-agnostic", "agnostic"),
            limit("noisy scores", "over_channel"),
            limit("p_eff", "over_corrected"),
            limit("units", "units"),
        ];
        let init = limit("given the init", self.init);
        let of = |table: &Table, point: &Point<'_>| -> Vec<Finding> {
            if table.position("lower_bits").is_some() {
                let sees = Rule::named(&point.word("rule")).is_none_or(Rule::sees_data);
                let agnostic = Limit { version: "data-agnostic", ours: true, column: "bits", limit: 0.0 };
                let mut findings = vec![
                    beyond("lower limit from samples", point, |exact, lower, _| excess(lower, exact)),
                    beyond("upper limit from samples", point, |exact, _, upper| excess(exact, upper)),
                    beyond("entropy of the data", point, |exact, _, _| excess(exact, 1792.0_f64.log2())),
                ];
                findings.extend((!sees).then(|| agnostic.judge(point, Vec::new())));
                findings
            } else if table.position("without_init").is_some() {
                vec![init.judge(point, Vec::new())]
            } else {
                random.iter().chain([&init]).map(|limit| limit.judge(point, Vec::new())).collect()
            }
        };
        seen.iter().flat_map(|table| points(table).into_iter().flat_map(move |point| of(table, &point))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
