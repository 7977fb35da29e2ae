//! What the runner runs: a sim, or the trials of a claim, seen alike.

use crate::engine::device::Device;
use crate::engine::settings::{Schema, Settings, SettingsError};
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Column, Kind, Row};
use crate::sims::{Cost, Job, Rows, Sim};
use crate::theorems::{Card, Trial};
use std::fmt;

/// A sim, or draws of a claim's own.
#[derive(Clone)]
pub enum Experiment {
    /// A registered sim.
    Sim(&'static dyn Sim),
    /// The trials of a claim, stored under the claim's id.
    Trial {
        /// The claim.
        card: &'static Card,
        /// Its draws.
        trial: Trial,
    },
}

impl Experiment {
    /// The id under which results are stored.
    pub fn id(&self) -> &'static str {
        match self {
            Experiment::Sim(sim) => sim.card().id,
            Experiment::Trial { card, .. } => card.id,
        }
    }

    /// Bumped when anything changes results.
    pub fn protocol(&self) -> u32 {
        match self {
            Experiment::Sim(sim) => sim.card().protocol,
            Experiment::Trial { card, .. } => card.protocol,
        }
    }

    /// The name of its keys.
    pub fn family(&self) -> &'static str {
        match self {
            Experiment::Sim(sim) => sim.card().family,
            Experiment::Trial { card, .. } => card.id,
        }
    }

    /// The measures of a row; trajectories begin with `step`.
    pub fn columns(&self, schema: &'static Schema) -> &'static [Column] {
        match self {
            Experiment::Sim(sim) => sim.columns(schema),
            Experiment::Trial { trial, .. } => trial.columns,
        }
    }

    /// What must hold between the fields of a cell.
    ///
    /// # Errors
    /// As the sim says; the points of a trial are the claim's own and always allowed.
    pub fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        match self {
            Experiment::Sim(sim) => sim.check(cell),
            Experiment::Trial { .. } => Ok(()),
        }
    }

    /// The expected cost of one replica; a trial is too cheap to be estimated.
    pub fn cost(&self, cell: &Settings) -> Option<Cost> {
        match self {
            Experiment::Sim(sim) => Some(sim.cost(cell)),
            Experiment::Trial { .. } => None,
        }
    }

    /// Runs a group of jobs, in order; `None` for a job that `stop` cut short. A draw that could not be made gives a row
    /// of `nan`, -1 and `failed`, and its reason goes to `failed`.
    pub fn run(
        &self,
        jobs: &[Job],
        device: &dyn Device,
        stop: &Stop,
        failed: &dyn Fn(&Job, &str),
    ) -> Vec<Option<Rows>> {
        match self {
            Experiment::Sim(sim) => sim.run(jobs, device, stop),
            Experiment::Trial { trial, .. } => {
                let draw = |job: &Job| match (trial.one)(&job.settings, &job.key) {
                    Ok(row) => vec![row],
                    Err(error) => {
                        failed(job, &error.to_string());
                        vec![failed_row(trial.columns)]
                    }
                };
                jobs.iter().map(|job| (!stop.requested()).then(|| draw(job))).collect()
            }
        }
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Experiment").field(&self.id()).finish()
    }
}

/// The row of a draw that could not be made: no judge can take it for a success.
fn failed_row(columns: &[Column]) -> Row {
    let cell = |column: &Column| match column.kind {
        Kind::Real => Cell::Real(f64::NAN),
        Kind::Integer => Cell::Integer(-1),
        Kind::Text => Cell::Text("failed".to_owned()),
    };
    columns.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::device::Cpu;
    use crate::engine::key::Key;
    use crate::engine::settings::Request;
    use crate::theorems::{Class, Provenance, Replicas, Subject, TrialError};
    use std::sync::Mutex;

    static SUBJECT: Subject = Subject { id: "tests", title: "Tests", papers: &[], open_settings: &[] };
    static CARD: Card = Card {
        id: "test_trial",
        was: None,
        subject: &SUBJECT,
        class: Class::Exact,
        says: "",
        statement: "",
        source: "",
        reference: "",
        provenance: Provenance::Derived,
        symbols: &[],
        assumptions: &[],
        bound: "",
        checked: &[],
        not_checked: &[],
        gaps: &[],
        power: "",
        about: "",
        protocol: 1,
    };
    static SCHEMA: Schema = Schema { when: "a test", fields: &[], rules: &[] };
    static COLUMNS: [Column; 3] =
        [Column::real("x", "1", ""), Column::integer("n", "1", ""), Column::text("outcome", "")];

    #[test]
    fn a_draw_that_cannot_be_made_is_no_success() {
        let trial = Trial {
            schema: &SCHEMA,
            settings: Vec::new(),
            columns: &COLUMNS,
            replicas: Replicas::Fixed(1),
            one: |_, _| Err(TrialError("no width fits".to_owned())),
        };
        let experiment = Experiment::Trial { card: &CARD, trial };
        let settings = Request::resolve(&SCHEMA, &[], &[]).unwrap().cells().remove(0);
        let jobs = [Job { settings, replica: 3, key: Key::root("0") }];
        let said = Mutex::new(Vec::new());
        let failed = |job: &Job, why: &str| said.lock().unwrap().push((job.replica, why.to_owned()));
        let ran = experiment.run(&jobs, &Cpu, &Stop::new(), &failed);
        let [Some(rows)] = ran.as_slice() else { panic!("one answer per job") };
        assert!(rows[0][0].number().is_nan());
        assert_eq!(rows[0][1..], [Cell::Integer(-1), Cell::from("failed")]);
        assert_eq!(*said.lock().unwrap(), [(3, "no width fits".to_owned())]);
    }
}
