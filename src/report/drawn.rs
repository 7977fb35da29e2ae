//! A figure made from the store: its tables through the runner, its drawing, its files.

use crate::engine::effort::Effort;
use crate::engine::settings::error::nearest;
use crate::engine::settings::{Assignment, Problem, Request, Settings, SettingsError};
use crate::engine::stop::Stop;
use crate::figures::render::{self, RenderError};
use crate::figures::{Drawing, Figure, FigureCard, Need, Source};
use crate::runner::{self, Experiment, How, Layers, RunError, Study, Watch};
use crate::sims;
use crate::store::{Store, StoreError, replace};
use crate::theorems::{Evidence, THEOREMS};
use std::path::PathBuf;

/// The formats of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Vector graphics with real text.
    Svg,
    /// Pixels.
    Png,
}

impl Format {
    /// Both.
    pub const ALL: [Format; 2] = [Format::Svg, Format::Png];
}

/// A figure with what it was drawn from.
#[derive(Debug)]
pub struct Drawn {
    /// Id, source, one line.
    pub card: &'static FigureCard,
    /// The drawing.
    pub drawing: Drawing,
    /// The studies behind it.
    pub studies: Vec<Study>,
}

/// Why a figure was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The runner could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The drawing could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A figure asks for what does not exist.
    #[error("`{figure}` asks for `{id}`, which is neither a sim nor a claim with draws of its own")]
    NoSuchSource {
        /// The figure.
        figure: &'static str,
        /// What it asks for.
        id: &'static str,
    },
    /// Somebody stopped it; what was computed is stored.
    #[error("stopped; the same command continues")]
    Interrupted,
}

/// The studies that a figure draws, at this effort and with these layers on top.
///
/// # Errors
/// [`DrawError::NoSuchSource`], or a wrong setting.
pub fn studies(figure: &dyn Figure, effort: Effort, layers: &Layers) -> Result<Vec<Study>, DrawError> {
    let study = |need: Need| {
        let id = need.id;
        let layers = Layers([vec![need.settings], layers.0.clone()].concat());
        if let Some(sim) = sims::find(id) {
            return Ok(Study::new(Experiment::Sim(sim), runner::sim_request(sim, effort, &layers)?));
        }
        // Trials of a claim are the same at any level; the level only says how many are needed.
        let claim = THEOREMS.iter().find(|claim| claim.card().id == id);
        let trial = claim.and_then(|claim| {
            claim.evidence(effort, DEFAULT_LEVEL).into_iter().find_map(|evidence| match evidence {
                Evidence::Trial(trial) => Some(Experiment::Trial { card: claim.card(), trial }),
                Evidence::Sim { .. } => None,
            })
        });
        match trial {
            Some(Experiment::Trial { card, trial }) => {
                let request = runner::trial_request(&trial, &layers)?;
                Ok(Study::new(Experiment::Trial { card, trial }, request))
            }
            _ => Err(DrawError::NoSuchSource { figure: figure.card().id, id }),
        }
    };
    figure.needs(effort).into_iter().map(study).collect()
}

/// What a person set of the drawing itself; with no words, its defaults.
///
/// # Errors
/// The first word that the figure does not take, or whose value is not allowed.
pub fn settings(figure: &dyn Figure, words: &[Assignment]) -> Result<Settings, SettingsError> {
    let schema = figure.schema();
    if let Some(word) = words.iter().find(|word| schema.field(&word.key).is_none()) {
        let known = || schema.fields.iter().map(|field| field.name);
        let nearest = nearest(&word.key, known());
        return Err(word.error(Problem::UnknownKey { nearest, known: known().map(str::to_owned).collect() }));
    }
    Ok(Request::resolve(schema, &[], &[words])?.cells().remove(0))
}

/// Computes what is missing of a figure's tables and draws it.
///
/// # Errors
/// [`DrawError`].
pub fn draw(
    figure: &dyn Figure,
    settings: &Settings,
    studies: Vec<Study>,
    store: &Store,
    how: &How,
    stop: &Stop,
    watch: &dyn Watch,
) -> Result<Drawn, DrawError> {
    let mut sources = Vec::new();
    for study in &studies {
        let done = runner::compute(store, study, how, stop, watch)?;
        if !done.complete {
            return Err(DrawError::Interrupted);
        }
        sources.push(Source { table: done.table, request: study.request.clone() });
    }
    Ok(Drawn { card: figure.card(), drawing: figure.draw_with(&sources, settings), studies })
}

impl Drawn {
    /// Writes `ID.csv`, `ID.txt` (the caption) and the picture in each format into the store's folder of figures; the
    /// paths, in this order.
    ///
    /// # Errors
    /// [`DrawError::Render`], [`DrawError::Store`].
    pub fn write(&self, store: &Store, formats: &[Format]) -> Result<Vec<PathBuf>, DrawError> {
        let csv = self.drawing.table().to_csv();
        let mut files = vec![("csv", csv.into_bytes()), ("txt", format!("{}\n", self.drawing.caption).into_bytes())];
        for format in formats {
            files.push(match format {
                Format::Svg => ("svg", render::svg(&self.drawing)?.into_bytes()),
                Format::Png => ("png", render::png(&self.drawing)?),
            });
        }
        let mut written = Vec::new();
        for (end, bytes) in files {
            let path = store.figures().join(format!("{}.{end}", self.card.id));
            replace(&path, &bytes)?;
            written.push(path);
        }
        Ok(written)
    }
}

/// The level at which a figure asks a claim for its trials.
const DEFAULT_LEVEL: f64 = 1e-3;
