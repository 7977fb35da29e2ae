//! A check that cannot fail is decoration: false siblings, planted faults, and numbers that are no numbers.

use prunelaw::engine::effort::Effort;
use prunelaw::engine::settings::Value;
use prunelaw::engine::table::{Cell, Kind, Table};
use prunelaw::runner::{Done, RunError, Study};
use prunelaw::theorems::{Claim, THEOREMS, Verdict};
use prunelaw::verify::witness::{self, Place};
use prunelaw::verify::{self, Ask, Bench, InMemory, Report};
use std::cell::RefCell;
use std::collections::HashMap;

fn ask(sabotage: bool) -> Ask {
    Ask { effort: Effort::Smoke, alpha: 1e-3, key: "0".to_owned(), sabotage }
}

fn siblings() -> Vec<&'static dyn Claim> {
    THEOREMS.iter().map(|claim| claim.false_sibling()).collect()
}

/// Rows drawn once per study, then changed.
struct Tampered<'a> {
    drawn: &'a Drawn,
    change: &'a dyn Fn(&mut Table),
}

#[derive(Default)]
struct Drawn(RefCell<HashMap<(String, u64), Done>>);

impl Bench for Drawn {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        let points: Vec<_> = study.request.fields().map(|(_, values)| values).collect();
        let key = (format!("{} {points:?}", study.address()), study.request.replicas);
        if !self.0.borrow().contains_key(&key) {
            let done = InMemory.rows(study)?;
            self.0.borrow_mut().insert(key.clone(), done);
        }
        Ok(self.0.borrow()[&key].clone())
    }
}

impl Bench for Tampered<'_> {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        let mut done = self.drawn.rows(study)?;
        (self.change)(&mut done.table);
        Ok(done)
    }
}

fn check(claims: &[&dyn Claim], bench: &dyn Bench) -> Vec<Report> {
    verify::run(claims, &ask(false), bench).unwrap()
}

fn speaks_for(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Holds { .. } | Verdict::ScalingAgrees { .. } | Verdict::Vacuous { .. })
}

#[test]
fn every_false_sibling_is_violated_at_smoke() {
    for report in verify::run(&siblings(), &ask(true), &InMemory).unwrap() {
        assert!(report.verdict.refutes(), "{}: {:?}", report.card.id, report.verdict);
        assert!(report.witness.is_some_and(|command| command.contains("--sabotage")), "{}", report.card.id);
    }
}

#[test]
fn no_claim_is_violated_at_smoke() {
    for report in check(THEOREMS, &InMemory) {
        assert!(!report.verdict.refutes(), "{}: {:?}", report.card.id, report.verdict);
    }
}

#[test]
fn a_number_that_is_none_in_any_column_never_holds() {
    let drawn = Drawn::default();
    for claim in THEOREMS {
        let reals: RefCell<Vec<&'static str>> = RefCell::default();
        let collect = |table: &mut Table| {
            let axes = table.position("replica").unwrap();
            let measures = table.columns[axes..].iter().filter(|column| column.kind == Kind::Real);
            reals.borrow_mut().extend(measures.map(|column| column.name));
        };
        check(&[*claim], &Tampered { drawn: &drawn, change: &collect });
        let mut names = reals.into_inner();
        names.sort_unstable();
        names.dedup();
        for (name, bad) in names.iter().flat_map(|name| [f64::NAN, f64::INFINITY].map(|bad| (*name, bad))) {
            // One replica of every study, in the middle of its rows.
            let change = |table: &mut Table| {
                // A claim may stand on several tables, of which not all have the column.
                let row = table.rows.len() / 2;
                if let Some(at) = table.position(name) {
                    table.rows[row][at] = Cell::Real(bad);
                }
            };
            let read = |report: &Report| {
                // A sim's column that the claim does not declare is not shown to its judge.
                let declared = claim.evidence(Effort::Smoke, 1e-3).into_iter().any(|evidence| match evidence {
                    prunelaw::theorems::Evidence::Trial(trial) => {
                        trial.columns.iter().any(|column| column.name == name)
                    }
                    prunelaw::theorems::Evidence::Sim { columns, .. } => columns.contains(&name),
                });
                !declared || !speaks_for(&report.verdict)
            };
            let report = &check(&[*claim], &Tampered { drawn: &drawn, change: &change })[0];
            assert!(read(report), "{}: {name} = {bad} gave {:?}", claim.card().id, report.verdict);
        }
    }
}

#[test]
fn a_missing_replica_and_a_missing_point_never_hold() {
    let drawn = Drawn::default();
    for claim in THEOREMS {
        // The last point of every table with several is in scope.
        let one = |table: &mut Table| drop(table.rows.pop());
        let point = |table: &mut Table| {
            let (axes, first) = (table.position("replica").unwrap(), table.rows[0].clone());
            table.rows.retain(|row| row[..axes] != first[..axes]);
        };
        for change in [&one as &dyn Fn(&mut Table), &point] {
            let report = &check(&[*claim], &Tampered { drawn: &drawn, change })[0];
            assert!(!speaks_for(&report.verdict), "{}: {:?}", claim.card().id, report.verdict);
        }
    }
}

/// The field's favourite slip: a keep fraction taken for a prune fraction. Draws at 1 - p are labelled p.
#[test]
fn keep_and_prune_exchanged_is_seen_by_the_law_of_surviving_neurons() {
    struct Exchanged;
    impl Bench for Exchanged {
        fn rows(&self, study: &Study) -> Result<Done, RunError> {
            let mut done = InMemory.rows(study)?;
            let mut other = study.clone();
            if let prunelaw::runner::Experiment::Trial { trial, .. } = &mut other.experiment {
                trial.one = |settings, key| {
                    let exchanged = settings.with("keep", Value::Real(1.0 - settings.real("keep")));
                    let claim = find("surviving_signal_neurons").evidence(Effort::Smoke, 1e-3).remove(0);
                    let prunelaw::theorems::Evidence::Trial(trial) = claim else { unreachable!() };
                    (trial.one)(&exchanged, key)
                };
            }
            done.table = InMemory.rows(&other)?.table;
            Ok(done)
        }
    }
    let report = &check(&[find("surviving_signal_neurons")], &Exchanged)[0];
    assert!(report.verdict.refutes(), "{:?}", report.verdict);
}

fn find(id: &str) -> &'static dyn Claim {
    *THEOREMS.iter().find(|claim| claim.card().id == id).unwrap()
}

#[test]
fn a_witness_shows_the_violation_again_drawn_alone() {
    let mut alone = 0;
    for sibling in siblings() {
        let report = &verify::run(&[sibling], &ask(true), &InMemory).unwrap()[0];
        let command = report.witness.as_ref().unwrap();
        let Some((_, place)) = command.split_once("--witness ") else { continue };
        let place = Place::parse(place.trim_matches('\'')).unwrap();
        let again = witness::rerun(sibling, &ask(true), &place).unwrap();
        assert_eq!(again.verdict, report.verdict, "{command}");
        alone += 1;
    }
    assert!(alone >= 2, "exact claims and inequalities name one replica");
}
