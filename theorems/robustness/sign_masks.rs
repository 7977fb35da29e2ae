//! What claims on masks that carry all of the information share: one network without weights to choose, whose mask copies signs
//! of the data or, with the rest of the chance, looks away.

use super::bounds::{DataLaw, sharp};
use crate::TrialError;
use prunelaw_engine::data::random_labels::RandomLabels;
use prunelaw_engine::key::Key;
use prunelaw_engine::quantised::{correlation, signs, squared_error};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row};
use rand::RngExt;

static FIELDS: [Field; 4] = [
    field::SAMPLES.within(Domain::Integer { min: 2, max: 10_000 }).integer(200),
    field::DIMENSION.within(Domain::Integer { min: 2, max: 100_000 }).integer(3200).axis(),
    field::FLIP.axis(),
    field::SHARE.axis(),
];

/// The cells.
pub(super) static SCHEMA: Schema = Schema { when: "masks that copy signs", fields: &FIELDS, rules: &[] };

/// The measures.
pub(super) static COLUMNS: [Column; 7] = [
    Column::real("train_loss", "1", "mean squared error of the clipped outputs"),
    Column::real("lipschitz", "1", "Lipschitz constant over R^d before clipping, exactly: a sqrt(d)"),
    Column::real("correlation", "1", "mean(f y)"),
    Column::real("normalised", "1", "(mean(f y) - |mean y|) / lipschitz"),
    Column::real(
        "information",
        "nats",
        "I(mask; data): share d (ln 2 - h(flip)), exact at share 1, else at least the truth",
    ),
    Column::real("allowed", "1", "sqrt(2 information / (nd)): the most that S2 allows the mean of `normalised`"),
    Column::real("share_of_allowed", "1", "normalised / allowed; 0 where nothing is known"),
];

/// One mask.
pub(super) fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let [n, d] = ["samples", "dimension"].map(|name| settings.count(name));
    let (flip, share) = (settings.real("flip"), settings.real("share"));
    let data = RandomLabels::draw(n, d, &key.child("data"));
    let looks = key.child("looks").rng().random::<f64>() < share;
    // Convexity: a coin that the data do not know decides whether the mask looks.
    let copy = |flip| signs::copy(&data, flip, &key.child("mask")).map_err(|error| TrialError(error.to_string()));
    let (found, information) = (copy(if looks { flip } else { 0.5 })?, share * signs::information(d, flip));
    let fit = correlation(&found.outputs, &data.y);
    let normalised = (fit - data.imbalance()) / found.lipschitz;
    let allowed = sharp::normalised_correlation(&DataLaw::gaussian(n, d), information);
    Ok(vec![
        squared_error(&found.outputs, &data.y).into(),
        found.lipschitz.into(),
        fit.into(),
        normalised.into(),
        information.into(),
        allowed.into(),
        (if allowed > 0.0 { normalised / allowed } else { 0.0 }).into(),
    ])
}
