//! # A random network one layer deeper than the target is enough
//!
//! Only the first target layer takes a gadget of two layers; every later one is a single random layer, on r copies of every
//! neuron. The error falls geometrically with r, as with twice the depth, and the weights grow like r^2 and not like r.
//!
//! ## Source
//! arXiv 2205.02321, existence of strong tickets of depth L + 1; bits per copy derived here. `burkholz2022most`.
//!
//! ## Symbols
//! On the card.
//!
//! ## Assumptions
//! 1. ReLU, no biases, layers of spectral norm 1/8, uniform weights.
//!
//! ## Law
//! Later weights are the best of 2^r sums of plain uniform numbers: 1 - 3/(2 r ln 2) bits per copy. The first layer has 3r/2 live
//! products per half, since products need more of them for their range. Weights: r^2 from copies to copies, beside terms linear
//! in r. Medians over replicas are fitted: a weight beyond the range of its sums is rare, and makes the mean.
//!
//! ## Checked here
//! The slope of certified bits against r and of the number of weights, on 4-3-2-1 targets; and that no random point errs by
//! more than the certificate.
//!
//! ## Not checked here
//! Activations other than the ReLU.
//!
//! ## Gaps to the paper
//! The published code draws a new sample where a weight is missed; here one random network is only pruned.

use super::construction::{construction, slope_of_medians};
use super::width_logarithmic::bits_per_live_unit;
use super::{BURKHOLZ, SUBJECT};
use crate::exponent::Exponent;
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use ndarray::Axis;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Layer, Mlp};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::statistics::slope::Scale;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::Target;
use prunelaw_engine::ticket::deeper::construct_deeper;

/// Half-width of the band, relative to the expected bits per copy.
pub const BAND: f64 = 0.2;
/// Spectral norm of every target layer: below 1, so that few weights lie beyond the range of their sums.
const NORM: f64 = 0.125;
/// Random points at which the error is measured.
const POINTS: usize = 200;

static CARD: Card = Card {
    id: "one_layer_deeper_is_enough",
    was: None,
    subject: &SUBJECT,
    class: Class::Scaling,
    says: "depth L+1 construction: the certified error falls geometrically with the copies of a neuron, and the weights grow with \
           their square",
    statement: "A target of L layers is approximated by pruning a random network of L + 1 layers in which every hidden neuron \
                stands in r copies: bits of accuracy grow linearly with r, by about one per copy, weights like r^2.",
    source: "arXiv 2205.02321, existence of strong tickets of depth L + 1; bits per copy derived here",
    reference: BURKHOLZ,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol {
            letter: "r",
            name: "n",
            meaning: "copies of every hidden neuron, 2/3 of the n of the gadgets before; count",
        },
        Symbol { letter: "eps", name: "error_upper", meaning: "certified error over the unit ball" },
        Symbol { letter: "m", name: "candidates", meaning: "weights of the random network; count" },
    ],
    assumptions: &[Assumption {
        name: "ReLU and norms below 1",
        says: "ReLU, no biases, every target layer of spectral norm 1/8, weights uniform on [-1, 1]",
    }],
    bound: "slope of -log2 eps against r: 1 - 3/(2 r ln 2) at the middle r, 0.83 at 13; band 20 % either side, which is ours; medians \
            over replicas. \
            Slope of ln m against ln r: 2, band 0.15: copies to copies, beside terms linear in r",
    checked: &[
        "certified errors of 4-3-2-1 targets at r = 10, 12, 14, 16, sign-adaptive gadgets in the first layer",
        "the error at 200 random points of the sphere, never above the certificate",
    ],
    not_checked: &["other activations", "widths printed in the paper, whose formulas were not read"],
    gaps: &[
        "the published code draws samples anew until a weight is met, and counts that as width; here nothing is redrawn",
        "weights beyond the range of their sums are counted in the certified error, and make its mean; medians are fitted",
    ],
    power: "alternative: two bits per copy (the false sibling), which no set of 2^r sums allows; the slope of medians \
            of 500 replicas has a standard error near 0.02: power above 0.8",
    about: "the arrays in f64, by certified upper bounds",
    protocol: 1,
};

static FIELDS: [Field; 4] = [
    Field {
        help: "copies of every hidden neuron; the gadgets before them have n half as large again",
        ..field::N.integer(12).axis()
    },
    field::VARIANT.text("adaptive"),
    Field { help: "inputs of the target", ..field::DIMENSION.integer(4) },
    Field { help: "widths of the target after its inputs, outputs included", ..field::WIDTHS.integers(&[3, 2, 1]) },
];

static SCHEMA: Schema = Schema { when: "the trials of one_layer_deeper_is_enough", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real("error_upper", "1", "certified largest |f - g| over the unit ball"),
    Column::real("ratio", "1", "largest |f - g| at 200 random points of the sphere / error_upper"),
    Column::integer("candidates", "weights", "weights of the random network"),
    Column::integer("kept", "weights", "those that are kept"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let widths = [vec![settings.count("dimension")], settings.counts("widths")].concat();
    let full = Target::normalised(&widths, &key.child("target"));
    let scaled = full.layers().iter().map(|w| w * NORM).collect();
    let target = Target::new(scaled).map_err(|error| TrialError(error.to_string()))?;
    let deeper = construct_deeper(&target, &construction(settings), &key.child("init"), &Stop::new());
    let deeper = deeper.expect("nobody asks to stop");
    let mut x = InitLaw::Normal.draw((POINTS, widths[0]), 1.0, &key.child("test"));
    x.rows_mut().into_iter().for_each(|mut x| x /= x.dot(&x).sqrt());
    let layers = target.layers().iter().map(|w| Layer { w: w.clone(), b: None }).collect();
    let outputs = |net: &Mlp<f64>| net.outputs(&x).map_err(|error| TrialError(error.to_string()));
    let difference = outputs(&deeper.masked())? - outputs(&Mlp { layers, activation: Activation::Relu })?;
    let largest = difference.axis_iter(Axis(1)).map(|d| d.dot(&d).sqrt()).fold(0.0, f64::max);
    let count = |of: fn(&prunelaw_engine::mask::Mask) -> usize| deeper.masks.iter().map(of).sum::<usize>();
    Ok(vec![
        deeper.upper.into(),
        (largest / deeper.upper).into(),
        count(|mask| mask.len()).into(),
        count(|mask| mask.kept()).into(),
    ])
}

/// The law, or its false sibling, in which a copy gives two bits.
#[derive(Debug)]
pub struct OneLayerDeeperIsEnough {
    bits_per_copy: f64,
}

/// The claim.
pub static CLAIM: OneLayerDeeperIsEnough = OneLayerDeeperIsEnough { bits_per_copy: 1.0 };
static FALSE: OneLayerDeeperIsEnough = OneLayerDeeperIsEnough { bits_per_copy: 2.0 };

impl Claim for OneLayerDeeperIsEnough {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 40,
            Effort::Normal => 500,
            Effort::Paper => 2000,
        };
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("n", "10,12,14,16")])]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        let points: Vec<_> = seen.iter().flat_map(points).collect();
        let copies: Vec<f64> = points.iter().map(|point| point.number("n")).collect();
        let middle = copies.iter().sum::<f64>() / copies.len().max(1) as f64;
        let expected = self.bits_per_copy * bits_per_live_unit(middle);
        let fit = |column: &str, scale, of: fn(f64) -> f64| {
            slope_of_medians(&points, column, of, scale, &Key::root(CARD.id).child(column))
        };
        let bits = Exponent { version: "bits per copy", ours: true, expected, band: BAND * expected };
        let weights = Exponent { version: "weights in copies", ours: true, expected: 2.0, band: 0.15 };
        let mut findings = vec![
            bits.judge(&fit("error_upper", Scale::Linear, |error| -error.log2()), level, 2),
            weights.judge(&fit("candidates", Scale::LogLog, |weights| weights), level, 2),
        ];
        let limit = Limit { version: "certificate", ours: true, column: "ratio", limit: 1.0 };
        findings.extend(points.iter().map(|point| limit.beside_a_scaling(point)));
        findings
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
