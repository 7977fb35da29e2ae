//! Somebody's own bound, checked over a sim's regime.
//!
//! ```text
//! text -> Statement -> Bound (names found) -> rows through the runner -> findings -> smallest witness -> Report
//! ```
//!
//! * [`expression`]: `LEFT >= RIGHT` as text
//! * [`names`]: measures, settings and letters
//! * `bound`: both sides in every row
//! * `shrink`: from a violation to a small one
//!
//! The statement is about the numbers in the table, row by row, without any tolerance: no chance enters, and no level.

mod bound;
pub mod expression;
pub mod names;
mod shrink;

use crate::engine::effort::Effort;
use crate::engine::settings::{Assignment, Field, Settings, Value, address, plain};
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Table};
use crate::runner::{self, Experiment, How, Layers, RunError, Study, Watch, sim_request};
use crate::sims::Sim;
use crate::store::{Store, columns};
use crate::theorems::point::points;
use crate::theorems::{Card, Class, Finding, Verdict, worst};
use crate::verify::{Config, Report, Version, quoted};
use bound::{Bound, axes, is};
use expression::{ExpressionError, Statement};
use shrink::{Refuted, Search};
use std::collections::BTreeMap;
use std::time::Instant;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The text is no statement about this sim.
    #[error(transparent)]
    Statement(#[from] ExpressionError),
    /// The settings are wrong, or the runner could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Somebody stopped it; what was computed is stored, and the same call continues.
    #[error("stopped; the same command continues")]
    Interrupted,
}

/// A statement about a sim's regime, checked as far as that goes without computing anything.
#[allow(missing_debug_implementations)]
pub struct OwnClaim {
    text: String,
    bound: Bound,
    sim: &'static dyn Sim,
    effort: Effort,
    /// What it speaks of.
    pub study: Study,
}

impl OwnClaim {
    /// The statement of this text, over the regime that effort and settings span.
    ///
    /// # Errors
    /// [`ClaimError::Statement`], [`ClaimError::Run`].
    pub fn new(text: &str, sim: &'static dyn Sim, effort: Effort, layers: &Layers) -> Result<OwnClaim, ClaimError> {
        let statement = Statement::parse(text)?;
        let study = Study::new(Experiment::Sim(sim), sim_request(sim, effort, layers)?);
        let schema = study.request.schema();
        let columns = columns(schema, sim.columns(schema));
        let bound = Bound::new(&statement, schema, &columns, &study.request.cells())?;
        Ok(OwnClaim { text: text.trim().to_owned(), bound, sim, effort, study })
    }

    /// Computes what is missing, judges every row, and looks for the smallest violation if there is one.
    ///
    /// # Errors
    /// [`ClaimError::Run`], [`ClaimError::Interrupted`].
    pub fn check(&self, store: &Store, how: &How, stop: &Stop, watch: &dyn Watch) -> Result<Report, ClaimError> {
        let started = Instant::now();
        let done = runner::compute(store, &self.study, how, stop, watch)?;
        if !done.complete {
            return Err(ClaimError::Interrupted);
        }
        let findings = self.bound.judge(&self.study.request, &done.table);
        let mut notes = self.notes(&findings, &done.table);
        let witness = self.first(&done.table).map(|first| {
            let mut search = Search::new(self.sim, &self.study, &self.bound, stop);
            let smallest = search.smallest(first);
            notes.push(self.told(&smallest));
            self.command(&smallest)
        });
        Ok(self.report(findings, witness, notes, started.elapsed().as_secs_f64()))
    }

    /// The violation to begin with: in the cheapest cell that has one, the first replica.
    fn first(&self, table: &Table) -> Option<Refuted> {
        let mut cells = self.study.request.cells();
        cells.sort_by(|a, b| self.sim.cost(a).flops.total_cmp(&self.sim.cost(b).flops));
        let points = points(table);
        cells.into_iter().find_map(|cell| {
            let point = points.iter().find(|point| is(point, &cell))?;
            point.rows.iter().enumerate().find_map(|(at, row)| {
                let sides = self.bound.sides(&cell, row);
                let refuted = || Refuted { cell: cell.clone(), replica: point.replica(at), sides };
                self.bound.refuted(&sides).then(refuted)
            })
        })
    }

    /// What a reader should know beside the verdict: how much room there is, and rows that are not as they should be.
    fn notes(&self, findings: &[Finding], table: &Table) -> Vec<String> {
        let mut notes = Vec::new();
        let holds = findings.iter().all(|finding| matches!(finding.verdict, Verdict::Holds { .. }));
        let cells = self.study.request.cells();
        let factors: Option<Vec<f64>> = points(table)
            .iter()
            .filter_map(|point| Some((point, cells.iter().find(|cell| is(point, cell))?)))
            .flat_map(|(point, cell)| point.rows.iter().map(|row| self.bound.factor(&self.bound.sides(cell, row))))
            .collect();
        if let Some(least) = factors.filter(|_| holds).and_then(|factors| factors.into_iter().reduce(f64::min)) {
            notes.push(format!("with a constant {least:.4} times as strong it would still hold in every row"));
        }
        let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
        for row in table.position("outcome").into_iter().flat_map(|at| table.rows.iter().map(move |row| &row[at])) {
            if let Cell::Text(word) = row {
                *outcomes.entry(word).or_default() += 1;
            }
        }
        let unfinished = outcomes.iter().filter(|(word, _)| **word != "converged");
        let rows = table.rows.len();
        notes.extend(
            unfinished.map(|(word, count)| format!("{count} of {rows} rows are `{word}`, judged like all others")),
        );
        notes
    }

    fn told(&self, smallest: &Refuted) -> String {
        let sizes = self.differing(&smallest.cell);
        let at = if sizes.is_empty() { axes(&smallest.cell) } else { sizes };
        let at = at.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        format!("smallest violation found: {at} replica={}: {}", smallest.replica, smallest.sides.words())
    }

    /// The settings that differ from what the effort says, as words of `--set`.
    fn differing(&self, cell: &Settings) -> Vec<(String, String)> {
        // Where the data come from decides which settings there are, and what they are by default.
        let source = |name: &str| ["data", "values"].contains(&name);
        let of_source = |(field, values): (&Field, &[Value])| {
            source(field.name).then(|| Assignment::own(field.name, plain(&values[0])))
        };
        let layers = Layers::own(self.study.request.fields().filter_map(of_source).collect());
        let usual = sim_request(self.sim, self.effort, &layers).ok();
        let differs = |field: &Field, value: &Value| {
            (source(field.name) && self.study.request.said(field.name))
                || usual.as_ref().is_none_or(|usual| usual.values(field.name) != [value.clone()])
        };
        let differing = cell.iter().filter(|(field, value)| differs(field, value));
        differing.map(|(field, value)| (field.name.to_owned(), plain(value))).collect()
    }

    /// The one command that runs a violation again.
    fn command(&self, smallest: &Refuted) -> String {
        let (id, effort, key) = (self.sim.card().id, self.effort, quoted(&self.study.request.key));
        let set = self.differing(&smallest.cell);
        let set =
            set.iter().map(|(name, value)| format!(" {}", quoted(&format!("{name}={value}")))).collect::<String>();
        let set = if set.is_empty() { set } else { format!(" --set{set}") };
        let replicas = smallest.replica + 1;
        format!(
            "prunelaw claim {} --sim {id} --effort {effort} --key {key} --replicas {replicas}{set}",
            quoted(&self.text)
        )
    }

    fn report(&self, points: Vec<Finding>, witness: Option<String>, notes: Vec<String>, seconds: f64) -> Report {
        let (request, id) = (&self.study.request, self.sim.card().id);
        let verdict = worst(&points);
        let deciding = points.iter().find(|finding| finding.verdict == verdict);
        Report {
            card: self.card(),
            replicas: deciding.map_or(0, |finding| finding.replicas),
            failures: deciding.and_then(|finding| finding.failures),
            claimed_failure_rate: None,
            alpha: None,
            p_value: None,
            versions: vec![Version { name: "as stated", verdict: verdict.clone() }],
            config: vec![Config {
                experiment: id,
                address: self.study.address(),
                replicas: request.replicas,
                points: points.len(),
                settings: address::canonical(id, self.study.experiment.protocol(), request),
            }],
            key: request.key.clone(),
            seconds,
            witness,
            notes,
            points,
            verdict,
        }
    }

    /// The card of the statement. It is leaked: a program checks one statement and ends, and cards live as long as programs.
    fn card(&self) -> &'static Card {
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let says = leak(format!("{} in every row of {}", self.text, self.sim.card().id));
        Box::leak(Box::new(Card::own(leak(self.text.clone()), Class::Inequality, says)))
    }
}
