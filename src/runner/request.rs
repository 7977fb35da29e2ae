//! From layers of settings to a checked request: effort, config file, `--set`; outside files are read here.

use super::{RunError, outside};
use crate::engine::effort::Effort;
use crate::engine::settings::vocabulary::DATA;
use crate::engine::settings::{Assignment, Domain, Problem, Raw, Request, Schema, SettingsError, assign};
use crate::sims::Sim;
use crate::theorems::Trial;
use std::fs;
use std::path::Path;

/// Cells that one call may ask for.
const MOST_CELLS: usize = 1_000_000;

/// Layers of assignments over the effort's, earliest first; later ones win.
#[derive(Clone, Debug, Default)]
pub struct Layers(pub Vec<Vec<Assignment>>);

impl Layers {
    /// Reads `--config`, then `--set`, `--replicas` and `--key`, which are one layer.
    ///
    /// # Errors
    /// If the file cannot be read as TOML, or a word is no `key=value`.
    pub fn read(
        config: Option<&Path>,
        set: &[String],
        replicas: Option<&str>,
        key: Option<&str>,
    ) -> Result<Layers, RunError> {
        let mut layers = Vec::new();
        if let Some(path) = config {
            let text = fs::read_to_string(path)
                .map_err(|source| RunError::Unreadable { path: path.to_owned(), why: source.to_string() })?;
            let mut said = assign::from_toml(&text, &path.display().to_string()).map_err(RunError::Toml)?;
            outside::locate(&mut said, path.parent().unwrap_or(Path::new("")));
            layers.push(said);
        }
        let mut words: Vec<Assignment> =
            set.iter().map(|word| Assignment::from_word(word, "--set")).collect::<Result<_, _>>()?;
        for (name, flag, value) in [("replicas", "--replicas", replicas), ("key", "--key", key)] {
            if let Some(value) = value {
                words.push(Assignment::from_word(&format!("{name}={value}"), flag)?);
            }
        }
        outside::locate(&mut words, Path::new(""));
        layers.push(words);
        Ok(Layers(layers))
    }

    /// Layers written by the program itself.
    pub fn own(settings: Vec<Assignment>) -> Layers {
        Layers(vec![settings])
    }

    /// These layers with one more on top.
    pub fn over(mut self, layer: Vec<Assignment>) -> Layers {
        self.0.push(layer);
        self
    }

    /// The last word for a key.
    fn last(&self, key: &str) -> Option<&Assignment> {
        self.0.iter().rev().flatten().find(|assignment| assignment.key == key)
    }

    fn resolve(
        &self,
        schema: &'static Schema,
        family: &[Schema],
        effort: Vec<Assignment>,
    ) -> Result<Request, RunError> {
        let layers: Vec<&[Assignment]> =
            [effort.as_slice()].into_iter().chain(self.0.iter().map(Vec::as_slice)).collect();
        Ok(Request::resolve(schema, family, &layers)?)
    }
}

/// The request of a call to a sim.
///
/// # Errors
/// The first wrong setting, or an outside file that cannot be read.
pub fn sim_request(sim: &'static dyn Sim, effort: Effort, layers: &Layers) -> Result<Request, RunError> {
    // The field that names outside data decides which settings there are: `data`, or `values`.
    let fields = sim.schemas().iter().flat_map(|schema| schema.fields);
    let source = fields.into_iter().find(|field| matches!(field.domain, Domain::Source { .. }));
    let data = layers.last(source.map_or(DATA.name, |field| field.name));
    let word = data.map(|data| match &data.raw {
        Raw::Bare(text) => text.as_str(),
        Raw::Typed(value) => value.as_str().unwrap_or_default(),
    });
    let found = word.map_or(sim.schemas().first(), |word| sim.schema_for(word));
    let schema = found.unwrap_or(&sim.schemas()[0]);
    let request = layers.resolve(schema, sim.schemas(), sim.expand(schema, effort))?;
    if let (Some(data), None) = (data, found) {
        let known: Vec<&str> = sim.schemas().iter().map(|schema| schema.when).collect();
        let allowed = format!("this experiment takes {}", known.join(" or "));
        return Err(data.error(Problem::NotAllowed { allowed, nearest: None }).into());
    }
    let request = outside::attach(request)?;
    refuse_too_many_cells(&request)?;
    for cell in request.cells() {
        sim.check(&cell).map_err(|error| request.locate(error))?;
    }
    Ok(request)
}

/// The request of a claim's trials.
///
/// # Errors
/// The first wrong setting.
pub fn trial_request(trial: &Trial, layers: &Layers) -> Result<Request, RunError> {
    let family = std::slice::from_ref(trial.schema);
    layers.resolve(trial.schema, family, trial.settings.clone())
}

fn refuse_too_many_cells(request: &Request) -> Result<(), RunError> {
    let axes = request.fields().filter(|(field, _)| field.axis);
    let lengths: Vec<(&str, usize)> = axes.map(|(field, values)| (field.name, values.len())).collect();
    let cells = lengths.iter().map(|(_, length)| *length).fold(1usize, usize::saturating_mul);
    match lengths.iter().max_by_key(|(_, length)| *length) {
        Some((name, length)) if cells > MOST_CELLS => {
            let fits = MOST_CELLS / (cells / length);
            let must = format!("{cells} cells in one call; at most {MOST_CELLS}");
            let shown = format!("{length} values");
            let error = SettingsError::conflict(name, shown, must, Some(format!("{fits} values")));
            Err(request.locate(error).into())
        }
        _ => Ok(()),
    }
}
