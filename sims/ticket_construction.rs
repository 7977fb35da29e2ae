//! Strong tickets of a small network: how the error falls with the width of the random network that is pruned.
//!
//! A target of 8-16-1 ReLU neurons, every layer of spectral norm 1, is approximated by a random network of twice the depth,
//! with strict and with sign-adaptive gadgets. Two regimes are told apart: a half of a gadget whose products do not add up
//! to its weight (range), and one that has the range and misses the accuracy (precision).

use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::ticket::certificate::{LayerError, by_frobenius};
use prunelaw_engine::ticket::gadget::MOST_LIVE;
use prunelaw_engine::ticket::width::{MOST_N, weight_budget};
use prunelaw_engine::ticket::{Construction, Target, Ticket, Variant, WEIGHT_LAWS, certify, construct, network};

/// Starts of the search for the largest error.
const STARTS: usize = 200;

/// The sweep.
#[derive(Debug)]
pub struct TicketConstruction;

static CARD: SimCard = SimCard {
    id: "ticket_construction",
    was: None,
    says: "strong tickets built by subset sums for a target network",
    about: "A random ReLU target network with layers of spectral norm 1 is approximated by a random network of twice the depth \
            that is only pruned: the closest subset of products for every weight and half line. The error over the unit ball is \
            searched from below and bounded from above.",
    source: "arXiv 2006.07990, Theorem 1; target and sizes are ours",
    subject: "strong_tickets",
    family: "tickets",
    protocol: 1,
};

static FIELDS: [Field; 6] = [
    N.within(Domain::Integer { min: 1, max: MOST_N as i64 }).axis(),
    VARIANT.axis(),
    LAW.within(Domain::Choice(&WEIGHT_LAWS)),
    EPS.real(0.01),
    Field { help: "inputs of the target", ..DIMENSION.integer(8) },
    Field { help: "hidden widths of the target, first to last", ..WIDTHS.integers(&[16]) },
];

static SCHEMAS: [Schema; 1] = [Schema { when: "any target", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 9] = [
    Column::real("weight_error", "1", "largest |W - reached weight| over all weights, the worse half of each"),
    Column::real(
        "error_lower",
        "1",
        "largest |f - g| found on the unit sphere by ascent from 200 starts, less rounding",
    ),
    Column::real("error_upper", "1", "|D_1|_F |w_2| + |D_2|_F (|W_1| + |D_1|_F), and its like for more layers"),
    Column::real("error_spectral", "1", "the same with spectral norms of D: the tightest certificate"),
    Column::integer("kept", "weights", "kept among the candidates"),
    Column::integer("candidates", "weights", "weights of every second layer, from which subsets are chosen"),
    Column::integer(
        "halves",
        "halves",
        "halves of gadgets: two per weight of the first target layer, one of the others",
    ),
    Column::integer(
        "range_failures",
        "halves",
        "those whose products do not add up to their weight, and miss the budget",
    ),
    Column::integer(
        "precision_failures",
        "halves",
        "those in range that miss the budget eps / (2 l sqrt(d_{i-1} d_i)) per weight",
    ),
];

/// Inputs, hidden widths, one output.
fn widths(cell: &Settings) -> Vec<usize> {
    let mut widths = cell.counts("widths");
    widths.insert(0, cell.count("dimension"));
    widths.push(1);
    widths
}

fn row(cell: &Settings, job: &Job, stop: &Stop) -> Option<Row> {
    let target = Target::normalised(&widths(cell), &job.key.child("target"));
    let how = Construction {
        n: cell.count("n"),
        variant: Variant::named(cell.text("variant")).expect("the vocabulary knows them"),
        law: SampleLaw::named(cell.text("law")).expect("the vocabulary knows them"),
    };
    let ticket = construct(&target, &how, &job.key.child("init"), stop)?;
    let certificate = certify(&target, &ticket.layers, STARTS, &job.key.child("search"));
    let errors: Vec<LayerError> = ticket.layers.iter().map(LayerError::of).collect();
    let (candidates, kept) = subsets(&ticket);
    let budget = weight_budget(&target, cell.real("eps"));
    let halves = || ticket.layers.iter().flat_map(|layer| layer.halves());
    let missed = |in_range: bool| {
        let all = halves().flat_map(|half| half.error.iter().zip(&half.in_range));
        all.filter(|(error, reached)| **error > budget && **reached == in_range).count()
    };
    Some(vec![
        errors.iter().map(|error| error.largest).fold(0.0, f64::max).into(),
        certificate.lower.into(),
        by_frobenius(target.norms(), &errors).into(),
        certificate.upper.into(),
        kept.into(),
        candidates.into(),
        halves().map(|half| half.error.len()).sum::<usize>().into(),
        missed(false).into(),
        missed(true).into(),
    ])
}

/// Weights of the second layers, and those that are kept.
fn subsets(ticket: &Ticket) -> (usize, usize) {
    let second = || ticket.masks.iter().skip(1).step_by(2);
    (second().map(|mask| mask.len()).sum(), second().map(|mask| mask.kept()).sum())
}

impl Sim for TicketConstruction {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let both = ("variant", "strict,adaptive");
        match effort {
            Effort::Smoke => own(&[("n", "8,16"), both, ("replicas", "4")]),
            Effort::Normal => own(&[("n", "8,12,16,20,24,28"), both, ("replicas", "60")]),
            Effort::Paper => own(&[("n", "8,12,16,20,24,28,40,48,56"), both, ("replicas", "200")]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, _: &Settings) -> Result<(), SettingsError> {
        Ok(())
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let (widths, n) = (widths(cell), cell.count("n") as f64);
        let weights: f64 = widths.windows(2).map(|pair| (pair[0] * pair[1]) as f64).sum();
        let live = if cell.text("variant") == "strict" { 0.5 * n } else { n }.min(MOST_LIVE as f64);
        // Two lists of 2^(live/2) sums per half, sorted by merging; then the search, forwards and backwards.
        let solves = 2.0 * weights * 20.0 * (0.5 * live).exp2();
        let search = STARTS as f64 * 60.0 * 8.0 * weights;
        let all: f64 =
            network::widths(&widths, cell.count("n")).windows(2).map(|pair| (pair[0] * pair[1]) as f64).sum();
        Cost { flops: solves + search, bytes: 24.0 * all + 64.0 * (0.5 * live).exp2() }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        jobs.iter().map(|job| row(&job.settings, job, stop).map(|row| vec![row])).collect()
    }
}
