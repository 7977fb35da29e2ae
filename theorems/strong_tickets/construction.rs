//! What the claims on constructions share: the letters, and the random network that their settings describe.

use crate::Symbol;
use crate::point::Point;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Settings;
use prunelaw_engine::statistics::CannotDecide;
use prunelaw_engine::statistics::mean::quantile;
use prunelaw_engine::statistics::slope::{Scale, Slope};
use prunelaw_engine::subset_sum::SampleLaw;
use prunelaw_engine::ticket::{Construction, Variant};

pub(super) const UNITS: Symbol = Symbol {
    letter: "n",
    name: "n",
    meaning: "2n hidden units stand for each input coordinate of a target layer; count",
};
pub(super) const VARIANT: Symbol = Symbol {
    letter: "variant",
    name: "variant",
    meaning: "strict: n units for each sign of the input, half of them dead; adaptive: each by its own sign",
};

/// The construction of a cell; uniform weights where no law is among its fields.
pub(super) fn construction(settings: &Settings) -> Construction {
    let law = if settings.get("law").is_some() { settings.text("law") } else { "uniform" };
    Construction {
        n: settings.count("n"),
        variant: Variant::named(settings.text("variant")).expect("the vocabulary knows them"),
        law: SampleLaw::named(law).expect("the vocabulary knows them"),
    }
}

/// The slope of the medians over replicas of `of(column)` against n: for laws of a typical error, whose mean is made by the rare
/// replicas with a weight beyond the range of its sums.
pub(super) fn slope_of_medians(
    points: &[Point<'_>],
    column: &str,
    of: fn(f64) -> f64,
    scale: Scale,
    key: &Key,
) -> Result<Slope, CannotDecide> {
    let n: Vec<f64> = points.iter().map(|point| point.number("n")).collect();
    let values: Vec<Vec<f64>> =
        points.iter().map(|point| point.numbers(column).into_iter().map(of).collect()).collect();
    let replicas = values.iter().map(Vec::len).min().unwrap_or(0);
    Slope::through(&n, replicas, scale, key, |drawn| {
        let median = |cell: &Vec<f64>| {
            let values: Vec<f64> = drawn.iter().map(|&replica| cell[replica]).collect();
            quantile(&values, 0.5).unwrap_or(f64::NAN)
        };
        values.iter().map(median).collect()
    })
}
