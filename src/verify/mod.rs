//! Verdicts: evidence through the runner, judged by the claim, at levels that bound the errors of the whole call.
//!
//! Of the N statistical claims of a call (probability, scaling, empirical) each is judged at a = A/N, so that the chance
//! of any false `violated` is at most A, and likewise that of any false `holds`. What stays undecided may still be
//! decided by Holm's step-down; see `levels`.
//!
//! A verdict is proved positive: a number that is not finite, or a missing replica, at any point that counts makes every
//! `holds` of the claim `inconclusive`; see `sound`.
//!
//! * [`run`]: checks claims
//! * [`Report`]: what came of one claim, for people and as JSON
//! * [`Bench`]: where rows come from: the store, or memory
//! * [`witness`]: re-runs the one replica, or the one claim, that shows a violation

mod levels;
mod memory;
mod report;
mod sound;
pub mod witness;

pub use memory::InMemory;
pub(crate) use memory::draw;
pub use report::{Config, Report, Version, because, point, to_json, words};
pub(crate) use witness::quoted;

use crate::engine::effort::Effort;
use crate::engine::settings::{Assignment, address};
use crate::engine::stop::Stop;
use crate::engine::table::Table;
use crate::runner::{self, Done, Experiment, How, Layers, RunError, Study, Watch};
use crate::sims;
use crate::store::Store;
use crate::theorems::{Claim, Evidence, Finding, Level, Replicas, Verdict, worst};
use std::time::Instant;

/// The first look of a sequential claim; each further look doubles the replicas.
///
/// A decision depends on the prefix of replicas up to it, never on where the looks fall.
const FIRST_LOOK: u64 = 64;

/// What is asked of a call.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How much work.
    pub effort: Effort,
    /// Bound A on the chance of any false `violated` of the call, and likewise of any false `holds`.
    pub alpha: f64,
    /// Root text of all randomness.
    pub key: String,
    /// Whether the claims are false siblings.
    pub sabotage: bool,
}

/// Why there are no verdicts.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The runner could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Somebody stopped it; what was computed is stored, and the same call continues.
    #[error("stopped; the same command continues")]
    Interrupted,
    /// A level outside (0, 1).
    #[error("`--alpha {got}` is not allowed: numbers between 0 and 1, both excluded")]
    Alpha {
        /// The value given.
        got: f64,
    },
    /// A claim asks for a sim that does not exist.
    #[error("`{claim}` asks for the sim `{sim}`, which does not exist")]
    NoSuchSim {
        /// The claim.
        claim: &'static str,
        /// The sim.
        sim: &'static str,
    },
    /// A claim reads a column that its sim does not have.
    #[error("`{claim}` reads the column `{column}`, which `{sim}` does not have")]
    NoSuchColumn {
        /// The claim.
        claim: &'static str,
        /// The sim.
        sim: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A witness belongs to one claim.
    #[error("`--witness` goes with one claim, not {got}")]
    OneClaim {
        /// Claims named.
        got: usize,
    },
    /// A text that names no replica of a point.
    #[error("`--witness {got}` is no place: expected `axis=value ... replica=R`")]
    NoPlace {
        /// The text.
        got: String,
    },
    /// No point of the claim is called so.
    #[error("`{claim}` has no point `{at}` at this effort")]
    NoSuchPoint {
        /// The claim.
        claim: &'static str,
        /// The point asked for.
        at: String,
    },
}

/// Where rows come from.
pub trait Bench {
    /// All rows of a study.
    ///
    /// # Errors
    /// [`RunError`].
    fn rows(&self, study: &Study) -> Result<Done, RunError>;

    /// What a look at the rows so far says, at most `replicas` of them per point.
    fn look(&self, findings: &[Finding], replicas: u64) {
        let _ = (findings, replicas);
    }
}

/// Rows through the runner and the store.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct Stored<'a> {
    /// The store.
    pub store: &'a Store,
    /// Threads and device.
    pub how: &'a How,
    /// Raised to stop.
    pub stop: &'a Stop,
    /// Who looks on.
    pub watch: &'a dyn Watch,
}

impl Bench for Stored<'_> {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        // Trials take moments and come in many looks: what is worth telling of them are notes.
        let quiet = NotesOnly(self.watch);
        let watch = if matches!(study.experiment, Experiment::Sim(_)) { self.watch } else { &quiet };
        runner::compute(self.store, study, self.how, self.stop, watch)
    }
}

struct NotesOnly<'a>(&'a dyn Watch);

impl Watch for NotesOnly<'_> {
    fn note(&self, text: &str) {
        self.0.note(text);
    }
}

/// Checks claims; one report each, in order.
///
/// # Errors
/// [`VerifyError`]; verdicts of claims that were finished before are lost, their rows are not.
pub fn run(claims: &[&dyn Claim], ask: &Ask, bench: &dyn Bench) -> Result<Vec<Report>, VerifyError> {
    let (statistical, share) = shares(claims, ask)?;
    let mut checks = Vec::with_capacity(claims.len());
    for claim in claims {
        checks.push(Check::of(*claim, ask, share, bench)?);
    }
    levels::holm(&mut checks, ask.alpha, statistical);
    Ok(checks.into_iter().map(|check| check.report(ask)).collect())
}

/// Everything that [`run`] may compute: one study per evidence, with the most replicas that it may ask for.
///
/// # Errors
/// [`VerifyError`], as [`run`] would give before it computes.
pub fn studies(claims: &[&dyn Claim], ask: &Ask) -> Result<Vec<Study>, VerifyError> {
    let (_, share) = shares(claims, ask)?;
    let mut studies = Vec::new();
    for claim in claims {
        for evidence in claim.evidence(ask.effort, share) {
            studies.push(Part::of(*claim, evidence, &ask.key)?.study);
        }
    }
    Ok(studies)
}

/// The number of statistical claims of a call, and the level of each.
fn shares(claims: &[&dyn Claim], ask: &Ask) -> Result<(usize, f64), VerifyError> {
    if !(ask.alpha > 0.0 && ask.alpha < 1.0) {
        return Err(VerifyError::Alpha { got: ask.alpha });
    }
    let statistical = claims.iter().filter(|claim| claim.card().class.statistical()).count();
    Ok((statistical, ask.alpha / statistical.max(1) as f64))
}

/// One claim under check: its rows, and what they say so far.
struct Check<'c> {
    claim: &'c dyn Claim,
    parts: Vec<Part>,
    level: Level,
    findings: Vec<Finding>,
    notes: Vec<String>,
    seconds: f64,
}

/// One evidence of a claim, with the rows that are there.
struct Part {
    study: Study,
    replicas: Replicas,
    /// What the judge may read: axes, replica and the declared columns.
    columns: Option<&'static [&'static str]>,
    table: Table,
}

impl Part {
    fn of(claim: &dyn Claim, evidence: Evidence, key: &str) -> Result<Part, VerifyError> {
        let card = claim.card();
        let (experiment, settings, replicas, columns) = match evidence {
            Evidence::Trial(trial) => {
                let replicas = trial.replicas;
                (Experiment::Trial { card, trial }, Vec::new(), replicas, None)
            }
            Evidence::Sim { id, settings, columns, replicas } => {
                let sim = sims::find(id).ok_or(VerifyError::NoSuchSim { claim: card.id, sim: id })?;
                (Experiment::Sim(sim), settings, replicas, Some(columns))
            }
        };
        let layers = Layers::own(settings)
            .over(vec![Assignment::own("key", key), Assignment::own("replicas", replicas.most().to_string())]);
        // A claim states all the settings it needs, so that a sim's own defaults per effort play no part.
        let request = match &experiment {
            Experiment::Trial { trial, .. } => runner::trial_request(trial, &layers)?,
            Experiment::Sim(sim) => runner::sim_request(*sim, Effort::Paper, &layers)?,
        };
        let there = experiment.columns(request.schema());
        for &column in columns.unwrap_or_default() {
            if !there.iter().any(|known| known.name == column) {
                return Err(VerifyError::NoSuchColumn { claim: card.id, sim: experiment.id(), column });
            }
        }
        Ok(Part { study: Study::new(experiment, request), replicas, columns, table: Table::default() })
    }

    /// Sees to it that the first `most` replicas are there, or all of them where their number is fixed.
    fn fill(&mut self, most: u64, bench: &dyn Bench) -> Result<(), VerifyError> {
        self.study.request.replicas = match self.replicas {
            Replicas::Fixed(count) => count,
            Replicas::UpTo(cap) => most.min(cap),
        };
        let done = bench.rows(&self.study)?;
        if !done.complete {
            return Err(VerifyError::Interrupted);
        }
        self.table = match self.columns {
            None => done.table,
            Some(columns) => project(&done.table, columns),
        };
        Ok(())
    }
}

/// Axes, replica, step where there is one, and these columns.
fn project(table: &Table, columns: &[&str]) -> Table {
    let axes = table.position("replica").unwrap_or(0);
    let wanted =
        |at: usize| at <= axes || table.columns[at].name == "step" || columns.contains(&table.columns[at].name);
    let kept: Vec<usize> = (0..table.columns.len()).filter(|&at| wanted(at)).collect();
    Table {
        columns: kept.iter().map(|&at| table.columns[at]).collect(),
        rows: table.rows.iter().map(|row| kept.iter().map(|&at| row[at].clone()).collect()).collect(),
    }
}

impl<'c> Check<'c> {
    fn of(claim: &'c dyn Claim, ask: &Ask, share: f64, bench: &dyn Bench) -> Result<Check<'c>, VerifyError> {
        let started = Instant::now();
        let mut parts = Vec::new();
        for evidence in claim.evidence(ask.effort, share) {
            parts.push(Part::of(claim, evidence, &ask.key)?);
        }
        let level = Level { alpha: share };
        let mut check = Check { claim, parts, level, findings: Vec::new(), notes: Vec::new(), seconds: 0.0 };
        check.gather(bench)?;
        check.seconds = started.elapsed().as_secs_f64();
        Ok(check)
    }

    /// Computes and judges prefixes of doubling length until every point of ours is decided or the caps are reached.
    fn gather(&mut self, bench: &dyn Bench) -> Result<(), VerifyError> {
        let cap = self.parts.iter().map(|part| part.replicas.most()).max().unwrap_or(0);
        let mut most = FIRST_LOOK;
        loop {
            for part in &mut self.parts {
                part.fill(most, bench)?;
            }
            self.findings = self.judged(self.level);
            bench.look(&self.findings, most.min(cap));
            if most >= cap || self.decided() {
                return Ok(());
            }
            most *= 2;
        }
    }

    /// The claim's findings at a level, with every `holds` that unsound rows permit taken back.
    fn judged(&self, level: Level) -> Vec<Finding> {
        let tables: Vec<Table> = self.parts.iter().map(|part| part.table.clone()).collect();
        let findings = self.claim.judge(&tables, &level);
        sound::hold_back(findings, &self.parts)
    }

    fn decided(&self) -> bool {
        let sequential = self.parts.iter().any(|part| matches!(part.replicas, Replicas::UpTo(_)));
        !sequential || !self.ours().any(|finding| matches!(finding.verdict, Verdict::Inconclusive { .. }))
    }

    fn ours(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.ours)
    }

    fn verdict(&self) -> Verdict {
        worst(self.ours())
    }

    /// Settings and address of every evidence, as TOML text.
    fn config(&self) -> Vec<Config> {
        let config = |part: &Part| Config {
            experiment: part.study.experiment.id(),
            address: part.study.address(),
            replicas: part.study.request.replicas,
            points: part.study.request.cells().len(),
            settings: address::canonical(
                part.study.experiment.id(),
                part.study.experiment.protocol(),
                &part.study.request,
            ),
        };
        self.parts.iter().map(config).collect()
    }
}
