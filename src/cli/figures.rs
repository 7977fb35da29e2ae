//! `prunelaw figures`

use super::plans::print_plans;
use super::{CliError, Exit, Given, Global, Progress, note, say, stop_on_signals, unknown};
use crate::engine::settings::Assignment;
use crate::figures::{FIGURES, Figure};
use crate::report::drawn::{self, DrawError, Drawn, Format};
use crate::runner::Study;
use crate::theorems::ledger;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Draw figures, computing what is missing
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Figures {
    /// Figures; all if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Picture to write [default: both]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// One setting of the drawing of one figure; `prunelaw show ID` lists them
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    set: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw figures --effort smoke                    every figure, in seconds
  prunelaw figures pruning_threshold_curve           DIR/figures/ID.svg and .png, table .csv, caption .txt
  prunelaw figures pruning_threshold_curve --format svg --effort paper
  prunelaw figures phase_diagram_subset_sum --set constant=2.25      the theorem's line with your own constant";

impl Figures {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let (store, how) = (global.store(), global.how());
        let layers = global.layers(&Given::default())?;
        let figures = named(&self.ids)?;
        if !self.set.is_empty() && figures.len() != 1 {
            return Err(CliError(format!("`--set` goes with one figure, not {}: name it", figures.len())));
        }
        let words: Vec<Assignment> =
            self.set.iter().map(|word| Assignment::from_word(word, "--set")).collect::<Result<_, _>>()?;
        let mut wanted = Vec::new();
        for figure in figures {
            let settings = drawn::settings(figure, &words)?;
            wanted.push((figure, settings, drawn::studies(figure, global.effort, &layers)?));
        }
        if global.plan {
            let studies: Vec<Study> = wanted.into_iter().flat_map(|(.., studies)| studies).collect();
            print_plans(&studies, global)?;
            return Ok(Exit::Done);
        }
        let formats = self.format.map_or(Format::ALL.to_vec(), |format| vec![format]);
        let stop = stop_on_signals()?;
        let mut found = Vec::new();
        for (figure, settings, studies) in wanted {
            let watch = Progress::new(figure.card().id, global.quiet);
            let drawn = match drawn::draw(figure, &settings, studies, &store, &how, &stop, &watch) {
                Err(DrawError::Interrupted) => {
                    note(&DrawError::Interrupted.to_string());
                    return Ok(Exit::Interrupted);
                }
                drawn => drawn?,
            };
            let files = drawn.write(&store, &formats)?;
            if !global.json {
                files.iter().try_for_each(|file| say(&file.display().to_string()))?;
            }
            found.push(json(&drawn, &files));
        }
        if global.json {
            say(&format!("{:#}", Value::Array(found)))?;
        }
        Ok(Exit::Done)
    }
}

/// What is said of a written figure in JSON.
pub(super) fn json(drawn: &Drawn, files: &[PathBuf]) -> Value {
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    json!({ "id": drawn.card.id, "files": files, "caption": drawn.drawing.caption })
}

/// The figures of these ids, each once, in the registry's order; all if nothing is named.
fn named(ids: &[String]) -> Result<Vec<&'static dyn Figure>, CliError> {
    let is = |figure: &dyn Figure, id: &String| figure.card().id == id || figure.card().was == Some(id);
    for id in ids {
        if FIGURES.iter().any(|figure| is(*figure, id)) {
            continue;
        }
        let owed = || ledger::ledger().iter().filter(|entry| entry.kind == ledger::Kind::Figure);
        if let Some(entry) = owed().find(|entry| entry.id == *id) {
            return Err(CliError(format!("`{id}` cannot be drawn yet ({})", entry.status())));
        }
        return Err(unknown("figure", id, owed().map(|entry| entry.id.as_str())));
    }
    let wanted = |figure: &&&dyn Figure| ids.is_empty() || ids.iter().any(|id| is(**figure, id));
    Ok(FIGURES.iter().filter(wanted).copied().collect())
}
