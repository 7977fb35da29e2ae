//! `prunelaw run`: one sweep, its table, and nothing more.

use super::{CliError, Exit, Given, Global, Progress, note, say, stop_on_signals, unknown};
use crate::engine::table::Cell;
use crate::runner::{Experiment, Filled, Plan, Shard, Study, fill, plan, readable, sim_request};
use crate::sims::{self, SIMS};
use crate::store::columns;
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  prunelaw run pruning_fraction_sweep --effort smoke
  prunelaw run pruning_fraction_sweep --set keep=log(0.001,1,20) snr=0.3 --replicas 40
  prunelaw run pruning_fraction_sweep --config mine.toml --shard 2/8 --out part2
  prunelaw run pruning_fraction_sweep --effort paper --plan
  prunelaw run covering_radius --set samples=8,12,16 law=uniform,strict-half --replicas 1000
  prunelaw run covering_radius --set values=npz:mine.npz      an array values (trials, n): a row is a replica

`prunelaw show SIM` lists all settings with default, range and unit. A finished row is never computed again: the same
command continues an interrupted run, and more replicas or cells compute only what is new.";

/// Run an experiment
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Run {
    /// The sim
    sim: String,
    #[command(flatten)]
    given: Given,
    /// Only part I of N of the replicas, counted from 1; `collect` merges the parts
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

impl Run {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let ids = SIMS.iter().map(|sim| sim.card().id);
        let sim = sims::find(&self.sim).ok_or_else(|| unknown("sim", &self.sim, ids))?;
        let request = sim_request(sim, global.effort, &global.layers(&self.given)?)?;
        let study = Study { shard: self.shard, ..Study::new(Experiment::Sim(sim), request) };
        let how = global.how();
        if global.plan {
            print_plan(&plan(&global.store(), &study, &how)?, global.json)?;
            return Ok(Exit::Done);
        }
        let stop = stop_on_signals()?;
        let began = Instant::now();
        let progress = Progress::new(&self.sim, global.quiet);
        let filled = fill(&global.store(), &study, &how, &stop, &progress)?;
        drop(progress);
        summarise(&study, &filled, began.elapsed().as_secs_f64(), global.json)?;
        if filled.complete() {
            return Ok(Exit::Done);
        }
        note(&format!(
            "interrupted: {} of {} replicas are stored; the same command continues",
            filled.stored, filled.total
        ));
        Ok(Exit::Interrupted)
    }
}

fn summarise(study: &Study, filled: &Filled, seconds: f64, as_json: bool) -> Result<(), CliError> {
    let schema = study.request.schema();
    let columns = columns(schema, study.experiment.columns(schema));
    let outcome = columns.iter().position(|column| column.name == "outcome");
    let (mut rows, mut outcomes) = (0u64, BTreeMap::<String, u64>::new());
    filled.place.each(&columns, &filled.cells, study.request.replicas, |row| {
        rows += 1;
        if let Some(Cell::Text(word)) = outcome.map(|at| &row[at]) {
            *outcomes.entry(word.clone()).or_default() += 1;
        }
    })?;
    let table = filled.place.table().display().to_string();
    let cells = filled.cells.len();
    if as_json {
        let (id, address, computed) = (study.experiment.id(), &filled.address, filled.computed);
        return say(&format!(
            "{:#}",
            json!({
                "id": id, "address": address, "table": table, "cells": cells, "rows": rows, "computed": computed,
                "outcomes": outcomes, "seconds": seconds,
            })
        ));
    }
    say(&format!(
        "{}: {cells} cells, {rows} rows; {} replicas computed in {seconds:.1} s ({:.1} s CPU), {} were there",
        study.experiment.id(),
        filled.computed,
        filled.cpu_seconds,
        filled.stored - filled.computed,
    ))?;
    if !outcomes.is_empty() {
        let counts: Vec<String> = outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect();
        say(&format!("outcomes: {}", counts.join(", ")))?;
    }
    say(&format!("table: {table}"))
}

/// Prints a plan: cells, what is there, why the rest is not, seconds and bytes.
pub(super) fn print_plan(plan: &Plan, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return say(&serde_json::to_string_pretty(plan)?);
    }
    say(&format!("{}: {} cells\ntable: {}", plan.id, plan.cells.len(), plan.table))?;
    for damaged in &plan.damaged {
        say(&format!("{damaged}; it would be set aside"))?;
    }
    if let Some(differs) = &plan.differs {
        say(&format!("the nearest stored settings differ: {differs}"))?;
    }
    for cell in &plan.cells {
        let at: Vec<String> = cell.at.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let at = if at.is_empty() { "the only cell".to_owned() } else { at.join(" ") };
        let cost = cell.seconds.map_or(String::new(), |seconds| format!(", about {seconds:.2} s of CPU"));
        if cell.missing == 0 {
            say(&format!("  {at}: {} there", cell.there))?;
        } else {
            say(&format!("  {at}: {} there, {} missing ({}){cost}", cell.there, cell.missing, cell.why))?;
        }
    }
    let missing: u64 = plan.cells.iter().map(|cell| cell.missing).sum();
    let seconds = plan.seconds.map_or("unknown time".to_owned(), |seconds| format!("about {seconds:.2} s"));
    let bytes = plan.bytes.map_or("unknown memory".to_owned(), |bytes| format!("about {} of memory", readable(bytes)));
    say(&format!("{missing} replicas to compute: {seconds} on {} threads, {bytes}", plan.threads))
}
