//! The trajectory against the sweep of the same network, and its rows against each other.

use super::*;
use crate::{patch_sweep, pruning_phase_grid::PruningPhaseGrid};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Request;
use prunelaw_engine::table::Cell;

const SIZES: [(&str, &str); 10] = [
    ("classes", "3"),
    ("neurons", "8"),
    ("dimension", "120"),
    ("samples", "12"),
    ("test_samples", "64"),
    ("snr", "0.6"),
    ("init_scale", "0.2"),
    ("rate", "0.3"),
    ("schedule", "constant"),
    ("steps", "3000"),
];

fn job(sim: &dyn Sim, keep: &str) -> Job {
    let own = |(key, value): (&str, &str)| Assignment::own(key, value);
    let words: Vec<Assignment> = SIZES.into_iter().chain([("keep", keep)]).map(own).collect();
    let schema = &sim.schemas()[0];
    let request = Request::resolve(schema, sim.schemas(), &[&words]).unwrap();
    Job { settings: request.cells()[0].clone(), replica: 0, key: Key::root("trajectory").replica(0) }
}

fn cell<'r>(columns: &[Column], row: &'r Row, name: &str) -> &'r Cell {
    &row[columns.iter().position(|column| column.name == name).unwrap()]
}

#[test]
fn the_last_row_of_a_trajectory_is_the_row_of_the_sweep() {
    for keep in ["1", "0.4"] {
        let rows = trajectory::<f64>(&job(&PruningTrajectory, keep), &Stop::new()).unwrap();
        let swept = patch_sweep::run(&[job(&PruningPhaseGrid, keep)], &Stop::new()).remove(0).unwrap();
        let shared = COLUMNS.iter().filter(|column| patch_sweep::COLUMNS.iter().any(|c| c.name == column.name));
        let shared: Vec<&str> = shared.map(|column| column.name).collect();
        assert!(shared.len() >= 14, "{shared:?}");
        for name in shared {
            let (last, sweep) = (rows.last().unwrap(), &swept[0]);
            let (found, expected) = (cell(&COLUMNS, last, name), cell(&patch_sweep::COLUMNS, sweep, name));
            // One is f64 in one block, the other f32 in several.
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-3 * (1.0 + b.abs());
            match (found, expected) {
                (Cell::Text(a), Cell::Text(b)) => {
                    let numbers = |text: &str| -> Vec<f64> { text.split(' ').map(|x| x.parse().unwrap()).collect() };
                    assert!(numbers(a).into_iter().zip(numbers(b)).all(|(a, b)| close(a, b)), "{name}: {a}, {b}");
                }
                (a, b) => assert!(close(a.number(), b.number()), "{name} at keep {keep}: {a:?}, {b:?}"),
            }
        }
    }
}

#[test]
fn what_is_learned_first_agrees_with_the_rows_and_coefficients_keep_their_signs() {
    let rows = trajectory::<f64>(&job(&PruningTrajectory, "0.4"), &Stop::new()).unwrap();
    let number = |row: &Row, name| cell(&COLUMNS, row, name).number();
    for row in &rows {
        for (alignment, step) in [("signal_alignment", "signal_step"), ("noise_largest", "noise_largest_step")] {
            let passed = number(row, step) <= number(row, "step");
            assert!(passed || number(row, alignment) <= 1.0, "{alignment}");
        }
        assert!(number(row, "gamma_least") <= 0.0 && number(row, "gamma_largest") >= 0.0);
        assert!(number(row, "zeta_least") <= 0.0 && number(row, "zeta_largest") >= 0.0);
    }
    let last = rows.last().unwrap();
    assert_eq!(cell(&COLUMNS, last, "learned_first"), &Cell::Text("signal".to_owned()));
    assert!(number(last, "signal_alignment") > 1.0 && number(last, "gamma_largest") > 0.5);
    assert!(number(&rows[0], "gamma_largest") == 0.0 && number(&rows[0], "signal_step") == f64::INFINITY);
}
