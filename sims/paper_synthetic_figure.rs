//! The paper's own synthetic experiment (Figs. 2 and 5 of arXiv 2301.00335), with every setting that it leaves open as
//! a setting here, and the published values beside ours.
//!
//! Labels y = +-1, inputs x = [y mu e_1, xi] with xi ~ N(0, sigma_n^2 I_d), a ReLU network with one hidden layer and
//! the logistic loss log(1 + exp(-y F)). What the paper does not state, and the conclusion hinges on:
//!
//! * `input`: "patches", weights shared over the two patches, whose outputs are added; or "joined", one input of 2d
//!   coordinates
//! * `outer`: "pruned", drawn like the hidden weights, trained and pruned; "trained", the same, not pruned; "signs", half
//!   of them fixed to +1 and half to -1
//! * `reduction`: the loss over samples as a "sum" or a "mean", which is the rate times n
//! * `init_scale`: sigma_0, "variance 0.01" in the text, 0.1 or 0.01 as a standard deviation

use crate::relu_patches::ReluCell;
use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::data::patches::PatchLaw;
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_theorems::pruned_training::published_curves::{Curve, NONE, Published};

/// The experiment.
#[derive(Debug)]
pub struct PaperSyntheticFigure;

static CARD: SimCard = SimCard {
    id: "paper_synthetic_figure",
    was: None,
    says: "the paper's own ReLU experiment, with the settings it leaves open stated",
    about: "ReLU networks on y = +-1, x = [y e_1, noise], pruned entry by entry at random before training: test error \
            against the prune fraction, and the published value beside it, for each choice of what the paper does not \
            state: weights shared over patches or not, the outer layer, the loss summed or averaged, the initial \
            scale.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), sec. 5.1 and App. A.3, Figs. 2 and 5; values read from the figures",
    subject: "pruned_training",
    family: "paper_synthetic_figure",
    protocol: 1,
};

static FIELDS: [Field; 16] = [
    DATA.within(Domain::Choice(&["patches"])),
    Field { help: "hidden neurons", ..NEURONS }.integer(150),
    DIMENSION.integer(400),
    SAMPLES.integer(100),
    TEST_SAMPLES.integer(1000),
    SIGNAL.real(1.0),
    NOISE.real(0.5).axis(),
    INPUT.axis(),
    INIT_SCALE.real(0.01).axis(),
    KEEP.axis(),
    Field {
        help: "outer weights trained and pruned, trained and not pruned, or fixed to +1 and -1 by halves",
        ..OUTER.within(Domain::Choice(&["pruned", "trained", "signs"])).text("pruned")
    }
    .axis(),
    REDUCTION.axis(),
    RATE.real(0.001),
    STEPS.integer(1000),
    TARGET_LOSS.real(0.0),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 14] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "nats", "mean logistic loss on the training samples at the last step"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean logistic loss on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::real("prune", "fraction", "1 - keep, the axis of the published figures"),
    Column::real("train_error", "fraction", "1 - train_accuracy"),
    Column::real("test_error", "fraction", "1 - test_accuracy"),
    Column::real("published_test_error", "fraction", "read from Fig. 2 or 5; nan where nothing is published"),
    Column::real("published_half_bar", "fraction", "half its error bar, which the paper does not define"),
    Column::real("published_test_loss", "nats", "read from Fig. 5"),
    Column::real("published_train_loss", "nats", "read from Fig. 5"),
    Column::integer(
        "kept_weights",
        "weights",
        "weights that the masks keep, outer ones included unless they are signs",
    ),
];

impl Sim for PaperSyntheticFigure {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let tenths = ("prune", "0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9");
        match effort {
            // A third of each size and of the steps, at the rate that makes up for it.
            Effort::Smoke => own(&[
                ("prune", "0,0.5,0.9"),
                ("neurons", "50"),
                ("dimension", "130"),
                ("samples", "34"),
                ("steps", "330"),
                ("rate", "0.01"),
                ("test_samples", "200"),
                ("replicas", "2"),
            ]),
            Effort::Normal => own(&[("prune", "0,0.3,0.5,0.7,0.9"), ("replicas", "5")]),
            Effort::Paper => own(&[
                tenths,
                ("noise", "0.5,1"),
                ("input", "patches,joined"),
                ("outer", "pruned,trained,signs"),
                ("reduction", "sum,mean"),
                ("init_scale", "0.01,0.1"),
                ("replicas", "10"),
            ]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        let neurons = cell.count("neurons");
        if cell.text("outer") == "signs" && !neurons.is_multiple_of(2) {
            let must = "half of the outer weights are +1 and half -1, so that their number is even";
            return Err(SettingsError::conflict("neurons", neurons, must, Some((neurons + 1).to_string())));
        }
        Ok(())
    }

    fn cost(&self, cell: &Settings) -> Cost {
        ReluCell::read(cell).cost(cell.text("precision"))
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let run = |job: &Job| {
            let cell = ReluCell::read(&job.settings);
            let row = match job.settings.text("precision") {
                "f32" => row::<f32>(&cell, &job.key, stop),
                _ => row::<f64>(&cell, &job.key, stop),
            };
            row.map(|row| vec![row])
        };
        jobs.iter().map(run).collect()
    }
}

/// What the paper plots at the settings of a cell, if it plots them.
fn published(cell: &ReluCell) -> Published {
    let PatchLaw { dimension, signal, noise, .. } = cell.law;
    let curve = match (cell.neurons, cell.rate, cell.steps) {
        _ if (dimension, cell.samples, signal) != (400, 100, 1.0) => None,
        (150, 0.001, 1000) if noise == 0.5 => Some(Curve::Fig2a),
        (150, 0.001, 1000) if noise == 1.0 => Some(Curve::Fig2b),
        (4, 0.1, 5000) if noise == 1.5 && cell.init_scale == 0.01 => Some(Curve::Fig5),
        _ => None,
    };
    curve.map_or(NONE, |curve| curve.at(cell.keep.pruned().get()))
}

fn row<R: Real>(cell: &ReluCell, key: &Key, stop: &Stop) -> Option<Row> {
    let run = cell.run::<R>(key, stop)?;
    let published = published(cell);
    Some(vec![
        run.trained.outcome.name().into(),
        run.trained.steps.into(),
        run.trained.last.loss.into(),
        run.trained.last.accuracy.into(),
        run.test.loss.into(),
        run.test.accuracy.into(),
        cell.keep.pruned().get().into(),
        (1.0 - run.trained.last.accuracy).into(),
        (1.0 - run.test.accuracy).into(),
        published.test_error.into(),
        published.half_bar.into(),
        published.test_loss.into(),
        published.train_loss.into(),
        run.kept.into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::settings::Request;

    fn cells(words: &[(&str, &str)]) -> Vec<Settings> {
        let words: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&words]).unwrap().cells()
    }

    #[test]
    fn published_values_stand_beside_the_stated_settings_only() {
        let errors = |words: &[(&str, &str)]| -> Vec<f64> {
            cells(words).iter().map(|cell| published(&ReluCell::read(cell)).test_error).collect()
        };
        assert_eq!(errors(&[("keep", "0.1,0.7,1"), ("reduction", "mean")]), [0.137, 0.014, 0.024]);
        assert_eq!(errors(&[("prune", "0.4"), ("noise", "1"), ("outer", "signs")]), [0.2475]);
        let fig_5 = [("neurons", "4"), ("noise", "1.5"), ("rate", "0.1"), ("steps", "5000"), ("prune", "0.4")];
        assert_eq!(errors(&fig_5), [0.333]);
        for other in [("neurons", "100"), ("noise", "0.7"), ("steps", "500"), ("samples", "50"), ("prune", "0.25")] {
            assert!(errors(&[other])[0].is_nan(), "{other:?}");
        }
    }

    #[test]
    fn an_odd_number_of_signs_is_refused() {
        let check = |words: &[(&str, &str)]| PaperSyntheticFigure.check(&cells(words)[0]);
        assert!(check(&[("neurons", "7")]).is_ok() && check(&[("neurons", "8"), ("outer", "signs")]).is_ok());
        let refused = check(&[("neurons", "7"), ("outer", "signs")]).unwrap_err().to_string();
        assert!(refused.contains("neurons") && refused.contains('8'), "{refused}");
    }
}
