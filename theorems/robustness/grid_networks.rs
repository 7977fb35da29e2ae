//! What the claims on quantised networks share: one masked network on a grid, searched to fit random labels, with everything
//! that S2 and S3 speak of.

use super::bounds::{DataLaw, sharp};
use super::effective_parameters::{finite, ln_grid};
use crate::TrialError;
use prunelaw_engine::data::random_labels::RandomLabels;
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::{Bracket, Domain, End, Kinks, Method};
use prunelaw_engine::quantised::masks::{Informed, copied, strongest};
use prunelaw_engine::quantised::search::{Grid, search};
use prunelaw_engine::quantised::{correlation, squared_error};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain as Allowed, Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row};

/// k sqrt(d) r, with r the largest weight: preactivations of order 1 that shrink with the width. It knows k and d only.
const RANGE: f64 = 40.0;
/// Certified ends.
const METHODS: [Method; 5] = [Method::Sampled, Method::Ascent, Method::Shor, Method::Eigenvalue, Method::Path];

static FIELDS: [Field; 6] = [
    field::SAMPLES.within(Allowed::Integer { min: 2, max: 10_000 }).integer(60),
    field::DIMENSION.within(Allowed::Integer { min: 2, max: 1000 }).integer(30).axis(),
    Field {
        symbol: "k",
        help: "hidden neurons",
        ..field::NEURONS.within(Allowed::Integer { min: 1, max: 256 }).integer(8)
    }
    .axis(),
    field::BITS.axis(),
    field::MASK.axis(),
    field::FLIP,
];

/// The cells.
pub(super) static SCHEMA: Schema = Schema { when: "masked networks on a grid", fields: &FIELDS, rules: &[] };

/// The measures.
pub(super) static COLUMNS: [Column; 11] = [
    Column::real("train_loss", "1", "mean squared error of the clipped outputs"),
    Column::real("lip_lower", "1", "Lipschitz constant over R^d before clipping, certified: at least"),
    Column::real("lip_upper", "1", "Lipschitz constant over R^d, certified: at most"),
    Column::real("correlation", "1", "mean(f y)"),
    Column::real("normalised", "1", "(mean(f y) - |mean y|) / lip_upper"),
    Column::real(
        "reachable",
        "1",
        "mean distance to the nearest opposite label / 2 - |mean y|: what some 1-Lipschitz function has",
    ),
    Column::real("information", "nats", "I(mask; data), exactly"),
    Column::integer("kept", "weights", "|mask|_1"),
    Column::real("p_eff", "nats", "I(mask; data) + b |mask|_1 ln 2"),
    Column::real("allowed", "1", "sqrt(2 p_eff / (nd)): the most that S2 allows the mean of `normalised`"),
    Column::real("share_of_allowed", "1", "normalised / allowed"),
];

/// One network.
pub(super) fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let [n, d, k] = ["samples", "dimension", "neurons"].map(|name| settings.count(name));
    let bits = settings.count("bits");
    let data = RandomLabels::draw(n, d, &key.child("data"));
    let refuse = |error: &dyn std::fmt::Display| TrialError(error.to_string());
    let Informed { mask, information } = match settings.text("mask") {
        "copy" => copied(&data.y, [k, d], settings.real("flip"), &key.child("mask")).map_err(|error| refuse(&error))?,
        _ => strongest(&data, k),
    };
    let grid = Grid::new(bits as u32, RANGE / (k as f64 * (d as f64).sqrt()));
    let network = search(&mask, grid, &data, &key.child("init"));
    let kinks = Kinks::new(network.w.view(), None, network.a.view(), Domain::All).map_err(|error| refuse(&error))?;
    let ends: Result<Vec<Option<End>>, _> =
        METHODS.iter().map(|method| method.end(&kinks, &key.child("measure"))).collect();
    let ends: Vec<End> = ends.map_err(|error| refuse(&error))?.into_iter().flatten().collect();
    let Bracket { lower, upper, .. } = Bracket::of(&ends);
    let fit = correlation(&network.outputs, &data.y);
    let normalised = (fit - data.imbalance()) / upper;
    let p_eff = finite(information, ln_grid(bits as f64, mask.kept() as f64));
    let allowed = sharp::normalised_correlation(&DataLaw::gaussian(n, d), p_eff);
    Ok(vec![
        squared_error(&network.outputs, &data.y).into(),
        lower.into(),
        upper.into(),
        fit.into(),
        normalised.into(),
        (0.5 * data.nearest_opposite() - data.imbalance()).into(),
        information.into(),
        mask.kept().into(),
        p_eff.into(),
        allowed.into(),
        (normalised / allowed).into(),
    ])
}
