//! `prunelaw reproduce`: the main job. Sims, verdicts, figures, one HTML report.

use super::figures::json as figure_json;
use super::plans::print_plans;
use super::{CliError, Exit, Given, Global, Progress, note, say, stop_on_signals, unknown, verify as verify_command};
use crate::figures::{FIGURES, Figure};
use crate::report::drawn::{self, DrawError, Drawn, Format};
use crate::report::page::{Page, Ran};
use crate::runner::{Experiment, Study, fill, sim_request};
use crate::sims::{SIMS, Sim};
use crate::store::{Store, now, replace};
use crate::theorems::{Claim, THEOREMS, ledger};
use crate::verify::{self, Ask, Report, Stored, VerifyError};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  prunelaw reproduce --effort smoke                  everything that is built, in seconds
  prunelaw reproduce pruned_training                 one subject: DIR/report.html, figures, verdicts.json
  prunelaw reproduce --effort paper --plan           what would be computed, and what it would cost

Exit codes: 0 complete, whatever the verdicts; 2 bad usage; 3 interrupted, the same command continues";

/// The main job: sims, verdicts, figures, one HTML report
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Reproduce {
    /// Ids or subjects; everything if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Bound on the chance of any false `violated` of this call, and likewise of any false `holds`
    #[arg(long, value_name = "A", default_value_t = 1e-3)]
    alpha: f64,
}

impl Reproduce {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let wanted = Wanted::of(&self.ids)?;
        let layers = global.layers(&Given::default())?;
        let key = global.key.clone().unwrap_or_else(|| "0".to_owned());
        let ask = Ask { effort: global.effort, alpha: self.alpha, key, sabotage: false };

        // Everything is checked before anything is computed.
        let mut sims = Vec::new();
        for sim in &wanted.sims {
            sims.push(Study::new(Experiment::Sim(*sim), sim_request(*sim, global.effort, &layers)?));
        }
        let evidence = verify::studies(&wanted.claims, &ask)?;
        let mut figures = Vec::new();
        for figure in &wanted.figures {
            figures.push((*figure, drawn::studies(*figure, global.effort, &layers)?));
        }
        if global.plan {
            let drawn = figures.iter().flat_map(|(_, studies)| studies);
            let all: Vec<Study> = sims.iter().chain(&evidence).chain(drawn).cloned().collect();
            print_plans(&all, global)?;
            return Ok(Exit::Done);
        }

        let Some(made) = make(global, &wanted, &ask, sims, figures)? else {
            note("interrupted: what was computed is stored; the same command continues");
            return Ok(Exit::Interrupted);
        };
        let store = global.store();
        let how = global.how();
        let page = Page {
            asked: &self.ids,
            ask: &ask,
            how: &how,
            date: &now(),
            ledger: ledger::ledger(),
            claims: &made.claims,
            sims: &made.sims,
            figures: &made.figures,
        };
        replace(&store.verdicts(), format!("{:#}\n", verify::to_json(&made.claims)).as_bytes())?;
        replace(&store.report(), page.html()?.as_bytes())?;
        made.tell(&store, global.json)?;
        Ok(Exit::Done)
    }
}

/// What a call reproduces.
struct Wanted {
    claims: Vec<&'static dyn Claim>,
    sims: Vec<&'static dyn Sim>,
    figures: Vec<&'static dyn Figure>,
}

impl Wanted {
    /// Everything of these ids and subjects, in the registries' order.
    fn of(words: &[String]) -> Result<Wanted, CliError> {
        let says = |word: &String, id: &str, was: Option<&str>, subject: &str| {
            word == id || Some(word.as_str()) == was || word == subject
        };
        let claim = |word: &String, claim: &&dyn Claim| {
            let card = claim.card();
            says(word, card.id, card.was, card.subject.id)
        };
        let sim = |word: &String, sim: &&dyn Sim| says(word, sim.card().id, sim.card().was, sim.card().subject);
        let figure = |word: &String, figure: &&dyn Figure| {
            says(word, figure.card().id, figure.card().was, figure.card().subject)
        };
        for word in words {
            let known = THEOREMS.iter().any(|one| claim(word, one))
                || SIMS.iter().any(|one| sim(word, one))
                || FIGURES.iter().any(|one| figure(word, one));
            if !known {
                return Err(nothing_called(word));
            }
        }
        let all = words.is_empty();
        let (claim, sim, figure) = (&claim, &sim, &figure);
        Ok(Wanted {
            claims: THEOREMS.iter().copied().filter(|one| all || words.iter().any(|word| claim(word, one))).collect(),
            sims: SIMS.iter().copied().filter(|one| all || words.iter().any(|word| sim(word, one))).collect(),
            figures: FIGURES.iter().copied().filter(|one| all || words.iter().any(|word| figure(word, one))).collect(),
        })
    }
}

fn nothing_called(word: &str) -> CliError {
    if let Some(entry) = ledger::find(word) {
        return CliError(format!("`{word}` cannot be reproduced yet ({})", entry.status()));
    }
    let ledger = ledger::ledger();
    if ledger.iter().any(|entry| entry.subject.as_deref() == Some(word)) {
        return CliError(format!("nothing of `{word}` is built yet; `prunelaw list` gives the reasons"));
    }
    let subjects = ledger.iter().filter_map(|entry| entry.subject.as_deref());
    unknown("id or subject", word, ledger.iter().map(|entry| entry.id.as_str()).chain(subjects))
}

/// What a call made.
struct Made {
    sims: Vec<Ran>,
    claims: Vec<Report>,
    figures: Vec<Drawn>,
    files: Vec<Vec<PathBuf>>,
}

/// Computes, judges and draws; `None` if it was stopped.
fn make(
    global: &Global,
    wanted: &Wanted,
    ask: &Ask,
    sims: Vec<Study>,
    figures: Vec<(&'static dyn Figure, Vec<Study>)>,
) -> Result<Option<Made>, CliError> {
    let (store, how, stop) = (global.store(), global.how(), stop_on_signals()?);
    let mut made = Made { sims: Vec::new(), claims: Vec::new(), figures: Vec::new(), files: Vec::new() };
    for study in sims {
        let watch = Progress::new(study.experiment.id(), global.quiet);
        let filled = fill(&store, &study, &how, &stop, &watch)?;
        if !filled.complete() {
            return Ok(None);
        }
        let table = filled.place.table();
        made.sims.push(Ran { study, replicas: filled.total, table });
    }
    let watch = Progress::new("verdicts", global.quiet);
    made.claims =
        match verify::run(&wanted.claims, ask, &Stored { store: &store, how: &how, stop: &stop, watch: &watch }) {
            Err(VerifyError::Interrupted) => return Ok(None),
            reports => reports?,
        };
    drop(watch);
    for (figure, studies) in figures {
        let watch = Progress::new(figure.card().id, global.quiet);
        let drawn = match drawn::draw(figure, &drawn::settings(figure, &[])?, studies, &store, &how, &stop, &watch) {
            Err(DrawError::Interrupted) => return Ok(None),
            drawn => drawn?,
        };
        made.files.push(drawn.write(&store, &Format::ALL)?);
        made.figures.push(drawn);
    }
    Ok(Some(made))
}

impl Made {
    /// Says what was found and written.
    fn tell(&self, store: &Store, as_json: bool) -> Result<(), CliError> {
        let (report, verdicts) = (store.report(), store.verdicts());
        if as_json {
            let claims =
                self.claims.iter().map(|claim| json!({ "id": claim.card.id, "verdict": claim.verdict.name() }));
            let sims = self.sims.iter().map(|ran| {
                let (id, address) = (ran.study.experiment.id(), ran.study.address());
                json!({ "id": id, "address": address, "table": ran.table.display().to_string() })
            });
            let figures = self.figures.iter().zip(&self.files).map(|(drawn, files)| figure_json(drawn, files));
            return say(&format!(
                "{:#}",
                json!({
                    "report": report.display().to_string(), "verdicts": verdicts.display().to_string(),
                    "claims": claims.collect::<Vec<_>>(), "sims": sims.collect::<Vec<_>>(),
                    "figures": figures.collect::<Vec<_>>(),
                })
            ));
        }
        if !self.claims.is_empty() {
            say(verify_command::text(&self.claims).trim_end())?;
        }
        for file in self.files.iter().flatten().chain([&verdicts, &report]) {
            say(&file.display().to_string())?;
        }
        Ok(())
    }
}
