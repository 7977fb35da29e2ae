//! What every sweep over trained patch networks measures: one row per replica.

use crate::patches::{Draws, LABELS, PatchCell, PatchRun, alignments, train_cell};
use crate::{Job, Rows};
use prunelaw_engine::real::Real;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Outcome};

/// The measures.
pub(crate) static COLUMNS: [Column; 15] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "nats", "mean cross-entropy on the training samples at the last step"),
    Column::real("train_accuracy", "fraction", "training samples classified correctly; ties share the point"),
    Column::real("test_loss", "nats", "mean cross-entropy on fresh samples"),
    Column::real("test_accuracy", "fraction", "fresh samples classified correctly; ties share the point"),
    Column::real("snr", "1", "mu / (sigma_n sqrt(d))"),
    Column::real("rate", "1/step", "learning rate that the schedule gave (its start, for cosine)"),
    Column::integer("kept_weights", "weights", "weights that the mask keeps"),
    Column::integer("own_signal_neurons", "neurons", "neurons that see their own class's signal, over all classes"),
    Column::integer("usable_neurons", "neurons", "those with a positive initial correlation with it"),
    Column::integer("usable_classes", "classes", "classes with a usable neuron"),
    Column::real("signal_alignment", "1", "mean over classes of max_r <w_kr, mu_k> at the last step"),
    Column::real("noise_alignment", "1", "mean over training samples of max_r <w_yr, xi> at the last step"),
    Column::real("initial_output", "1", "largest |F| on the training samples at initialization"),
];

/// Trains and tests the jobs of a group, in the precision that their settings name.
pub(crate) fn run(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    match jobs.first().map(|job| job.settings.text("precision")) {
        None => Vec::new(),
        Some("f32") => run_in::<f32>(jobs, stop),
        Some(_) => run_in::<f64>(jobs, stop),
    }
}

fn run_in<R: Real>(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    let mut draws: Option<Draws<R>> = None;
    let run = |job: &Job| {
        let cell = PatchCell::read(&job.settings);
        let drawn = Draws::of(&cell, &job.key, draws.take());
        let ran = train_cell(&cell, &drawn, &mut (), stop)?;
        let row = row(&cell, job, &drawn, &ran);
        draws = Some(drawn);
        Some(vec![row])
    };
    jobs.iter().map(run).collect()
}

fn row<R: Real>(cell: &PatchCell, job: &Job, draws: &Draws<R>, ran: &PatchRun<R>) -> Row {
    let sample = &draws.sample;
    let (test_loss, test_accuracy) = if ran.trained.outcome == Outcome::Diverged {
        (f64::NAN, f64::NAN)
    } else {
        let key = job.key.child("test");
        let test = ran.network.test(&cell.law, &sample.signals, cell.test_samples, LABELS, Loss::CrossEntropy, &key);
        let test = test.expect("law and network of one cell fit");
        (test.loss, test.accuracy)
    };
    let (signal, noise) = alignments(&ran.objective, &sample.labels);
    vec![
        ran.trained.outcome.name().into(),
        ran.trained.steps.into(),
        ran.trained.last.loss.into(),
        ran.trained.last.accuracy.into(),
        test_loss.into(),
        test_accuracy.into(),
        cell.snr().into(),
        ran.rate.into(),
        ran.kept.into(),
        ran.own.seen.into(),
        ran.own.usable.into(),
        ran.own.usable_classes.into(),
        signal.into(),
        noise.into(),
        ran.initial_output.into(),
    ]
}
