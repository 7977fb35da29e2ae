use super::*;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Request;
use prunelaw_engine::table::Cell;

fn job(words: &[(&str, &str)]) -> Job {
    let tiny = [
        ("samples", "12"),
        ("dimension", "3"),
        ("widths", "6,5"),
        ("test_samples", "50"),
        ("batch", "5"),
        ("steps", "40"),
        ("rounds", "3"),
        ("rate", "0.01"),
    ];
    let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
    let layers: [Vec<Assignment>; 2] = [own(&tiny), own(words)];
    let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layers[0], &layers[1]]).unwrap();
    Job { settings: request.cells().remove(0), replica: 0, key: Key::root("noise").replica(0) }
}

fn rows(words: &[(&str, &str)]) -> Vec<Vec<f64>> {
    let ran = NoiseCorrelation.run(&[job(words)], &prunelaw_engine::device::Cpu, &Stop::new()).remove(0).unwrap();
    ran.iter().map(|row| row.iter().map(Cell::number).collect()).collect()
}

fn index(name: &str) -> usize {
    COLUMNS.iter().position(|column| column.name == name).unwrap()
}

#[test]
fn the_correlation_is_that_of_plain_sums() {
    let job = job(&[("precision", "f64")]);
    let lesson = Lesson::<f64>::of(&job);
    let net = Mlp::<f64>::draw(&student(&job.settings), Activation::Relu, true, InitLaw::HeNormal, 1.0, &job.key);
    let f = |x: &Array2<f64>, i: usize| {
        let mut a = x.row(i).to_vec();
        for (at, layer) in net.layers.iter().enumerate() {
            let z = |j: usize| (0..a.len()).map(|k| layer.w[[j, k]] * a[k]).sum::<f64>();
            let relu = |z: f64| if at < 2 { z.max(0.0) } else { z };
            a = (0..layer.w.nrows()).map(|j| relu(z(j))).collect();
        }
        a[0]
    };
    let mean = (0..50).map(|i| f(&lesson.fresh, i)).sum::<f64>() / 50.0;
    let plain = (0..12).map(|i| (f(&lesson.x, i) - mean) * lesson.z[i]).sum::<f64>() / 12.0;
    assert!((lesson.correlation(&net) - plain).abs() < 1e-12);
}

#[test]
fn every_round_prunes_a_fifth_of_the_weights_left_and_steps_go_on() {
    let rows = rows(&[]);
    let of = |name: &str, round: f64| {
        let rows = rows.iter().filter(|row| row[index("round")] == round);
        rows.map(|row| row[index(name)]).collect::<Vec<f64>>()
    };
    // 53 weights: 0.8 of them are 42.4, and 0.64 are 33.92.
    for (round, kept) in [(1.0, 53.0), (2.0, 42.0), (3.0, 34.0)] {
        assert_eq!(of("kept_weights", round), vec![kept; 21]);
        let steps = of("round_step", round);
        assert_eq!((steps[0], steps[20], steps.len()), (0.0, 40.0, 21));
    }
    let steps: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
    assert_eq!(of("step", 2.0)[0], 41.0);
}

#[test]
fn a_training_that_diverges_ends_the_replica_with_its_last_row() {
    let rows = rows(&[("rate", "1e30")]);
    assert!(rows.iter().all(|row| row[index("round")] == 1.0));
    assert!(rows.last().unwrap()[index("correlation")].is_nan());
}

#[test]
fn gradient_noise_changes_the_training_and_not_its_start() {
    let [quiet, noisy] = ["0", "1"].map(|noise| rows(&[("gradient_noise", noise), ("rounds", "1")]));
    let at = index("correlation");
    assert_eq!(quiet[0][at].to_bits(), noisy[0][at].to_bits());
    assert!(quiet[20][at] != noisy[20][at]);
}

#[test]
fn more_rounds_than_weights_are_refused() {
    let error = NoiseCorrelation.check(&job(&[("rounds", "30")]).settings).unwrap_err();
    // 0.8^17 of 53 weights are 1.19, 0.8^18 are 0.95.
    assert!(error.to_string().contains("none of the 53 weights is left; nearest: 18"), "{error}");
}

#[test]
fn the_lipschitz_bound_of_two_layers_is_no_worse_than_the_path_norm() {
    let job = job(&[("widths", "8")]);
    let net = Mlp::<f64>::draw(&student(&job.settings), Activation::Relu, true, InitLaw::HeNormal, 1.0, &job.key);
    let (w, a) = (&net.layers[0].w, &net.layers[1].w);
    let path: f64 = (0..8).map(|j| a[[0, j]].abs() * w.row(j).dot(&w.row(j)).sqrt()).sum();
    assert!(lip_upper(&net, &job) <= path * (1.0 + 1e-9));
}
