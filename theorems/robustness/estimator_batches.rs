//! The trials of the report on estimators: one batch of masks, or of pairs of data and mask, and what estimators make of it.

use super::part;
use crate::TrialError;
use prunelaw_engine::information::copy_mask::CopyMask;
use prunelaw_engine::information::critic::bounds_by_distance;
use prunelaw_engine::information::{entropy, lower, top_mask};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Fallback, Field, Schema, Settings};
use prunelaw_engine::statistics::{CannotDecide, chi_squared};
use prunelaw_engine::table::{Column, Row};
use rand::RngExt;

/// Confidence of the lower limits.
pub(super) const CONFIDENCE: f64 = 0.999;
/// Data sets among which one is to be found from its mask.
const SUSPECTS: usize = 16;

const BATCH: Field = Field {
    name: "batch",
    symbol: "N",
    help: "independent draws that an estimate is made of",
    unit: "draws",
    domain: Domain::Integer { min: 64, max: 1_000_000 },
    ..field::SAMPLES
};
const SOURCE: Field = Field {
    name: "masks",
    symbol: "m",
    help: "law of the masks",
    unit: "word",
    domain: Domain::Choice(&["subsets-12-4", "subsets-16-2", "uniform-512", "uniform-1792"]),
    fallback: Fallback::Text("subsets-12-4"),
    axis: false,
};
const PAIRS: Field = Field {
    name: "pairs",
    symbol: "r",
    help: "bits that the mask copies",
    unit: "bits",
    domain: Domain::Integer { min: 1, max: 63 },
    ..field::SAMPLES
};
const FLIP: Field = Field {
    name: "flip",
    symbol: "q",
    help: "chance that a copied bit is flipped",
    domain: Domain::Real { min: 0.0, max: 0.5, open: false },
    ..field::SIGNAL
};

const PART: Field = part(&["masks", "copies"]);
static MASKS: [Field; 3] = [PART, SOURCE.axis(), BATCH.integer(1000).axis()];
pub(super) static MASKS_SCHEMA: Schema =
    Schema { when: "masks of information_estimators_report", fields: &MASKS, rules: &[] };
pub(super) static MASKS_COLUMNS: [Column; 5] = [
    Column::real("plug_in", "nats", "plug-in entropy of the batch"),
    Column::real("miller_madow", "nats", "the same with Miller and Madow's correction"),
    Column::real("limit", "nats", "lower limit from the plug-in entropy, confidence .999"),
    Column::real("collision_limit", "nats", "lower limit from collisions, confidence .999"),
    Column::real("uniform_p", "1", "p-value of the chi-square test that the masks are uniform"),
];

static COPIES: [Field; 4] = [PART, PAIRS.integer(8).axis(), FLIP.real(0.1).axis(), BATCH.integer(512).axis()];
pub(super) static COPIES_SCHEMA: Schema =
    Schema { when: "copies of information_estimators_report", fields: &COPIES, rules: &[] };
pub(super) static COPIES_COLUMNS: [Column; 5] = [
    Column::real("plug_in", "nats", "plug-in entropy of the masks of the batch"),
    Column::real("info_nce", "nats", "InfoNCE with the best critic"),
    Column::real("nwj", "nats", "NWJ with the best critic"),
    Column::real("limit", "nats", "lower limit of H(m) from the plug-in entropy, confidence .999"),
    Column::real("identification", "nats", "lower limit of I from naming one of 16 data sets, confidence .999"),
];

/// Masks, and H(m) in nats: how many there are.
pub(super) fn size(word: &str) -> f64 {
    match word {
        "subsets-12-4" => top_mask::information(12, 4).exp(),
        "subsets-16-2" => top_mask::information(16, 2).exp(),
        "uniform-512" => 512.0,
        _ => 1792.0,
    }
}

fn refuse(error: impl std::fmt::Display) -> TrialError {
    TrialError(error.to_string())
}

/// One batch of masks.
pub(super) fn masks(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (mut rng, word) = (key.child("data").rng(), settings.text("masks"));
    let draw = |_: usize| match word {
        "subsets-12-4" => top_mask::draw(12, 4, &mut rng),
        "subsets-16-2" => top_mask::draw(16, 2, &mut rng),
        "uniform-512" => rng.random_range(0..512),
        _ => rng.random_range(0..1792),
    };
    let drawn: Vec<u64> = (0..settings.count("batch")).map(draw).collect();
    let counts = entropy::counts(&drawn);
    let (cells, samples) = (size(word).round(), drawn.len() as f64);
    let expected = samples / cells;
    let seen: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    let statistic = seen + (cells - counts.len() as f64) * expected;
    let (agree, pairs) = lower::collisions(&drawn);
    Ok(vec![
        lower::plug_in(&counts).map_err(refuse)?.nats.into(),
        lower::miller_madow(&counts).map_err(refuse)?.nats.into(),
        lower::plug_in_limit(&counts, CONFIDENCE).map_err(refuse)?.nats.into(),
        lower::collision_limit(agree, pairs, CONFIDENCE).map_err(refuse)?.nats.into(),
        (1.0 - chi_squared::at_most(statistic, cells - 1.0)).into(),
    ])
}

/// One batch of pairs of data and mask.
pub(super) fn copies(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let toy = copy_mask(settings.count("pairs") as f64, settings.real("flip")).map_err(refuse)?;
    let drawn = toy.batch(settings.count("batch"), &key.child("data"));
    let by_distance: Vec<f64> = (0..=settings.count("pairs") as u32).map(|distance| toy.log_ratio(distance)).collect();
    let critic = bounds_by_distance(&drawn, &by_distance).map_err(refuse)?;
    let masks: Vec<u64> = drawn.iter().map(|(_, mask)| *mask).collect();
    let counts = entropy::counts(&masks);
    // The nearest of 16 data sets to the mask of the first; a tie names the last of them, as often wrong as it is fair.
    let named = |suspects: &[(u64, u64)]| {
        let near = |at: &usize| (suspects[*at].0 ^ suspects[0].1).count_ones();
        (0..SUSPECTS).rev().min_by_key(near) == Some(0)
    };
    let trials = drawn.chunks_exact(SUSPECTS);
    let (count, right) = (trials.len() as u64, trials.filter(|suspects| named(suspects)).count() as u64);
    let identified = lower::identification(SUSPECTS as u64, right, count, CONFIDENCE).map_err(refuse)?;
    Ok(vec![
        lower::plug_in(&counts).map_err(refuse)?.nats.into(),
        critic.info_nce.nats.into(),
        critic.nwj.nats.into(),
        lower::plug_in_limit(&counts, CONFIDENCE).map_err(refuse)?.nats.into(),
        identified.nats.into(),
    ])
}

pub(super) fn copy_mask(pairs: f64, flip: f64) -> Result<CopyMask, CannotDecide> {
    CopyMask::new(pairs as u32, flip)
}
