//! The bracket against an independent exact constant, its symmetries, and its orderings on 200 networks.

use super::*;
use crate::data::{Answers, LabelledData};
use crate::fraction::KeepFraction;
use crate::mask::Mask;
use crate::network::init::InitLaw;
use crate::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use crate::stop::Stop;
use crate::training::{Loss, Optimizer, Recipe, Schedule, train};
use ndarray::{Array1, Array2, array};
use rand::RngExt;
use rand_distr::StandardNormal;
use std::sync::Arc;

#[derive(Clone)]
struct Net {
    inner: Array2<f64>,
    bias: Option<Array1<f64>>,
    outer: Array1<f64>,
}

impl Net {
    fn draw(k: usize, d: usize, biased: bool, key: &Key) -> Net {
        let mut rng = key.rng();
        let inner = Array2::from_shape_simple_fn((k, d), || rng.sample::<f64, _>(StandardNormal));
        let bias = biased.then(|| Array1::from_shape_simple_fn(k, || rng.sample::<f64, _>(StandardNormal)));
        let outer = Array1::from_shape_simple_fn(k, || rng.sample::<f64, _>(StandardNormal));
        Net { inner, bias, outer }
    }

    /// Trained towards random signs at normal points, as the networks of the sheet's section 6.
    fn trained(n: usize, d: usize, k: usize, key: &Key) -> Net {
        let mut rng = key.child("data").rng();
        let x = Array2::from_shape_simple_fn((n, d), || rng.sample::<f64, _>(StandardNormal) / (d as f64).sqrt());
        let y = Array2::from_shape_simple_fn((n, 1), || if rng.random::<bool>() { 1.0 } else { -1.0 });
        let data = LabelledData { x, y: Answers::Values(y) };
        let samples = Arc::new(Samples::<f64>::new(&data, 1, Loss::Squared).unwrap());
        let net = Mlp::draw(&[d, k, 1], Activation::Relu, true, InitLaw::HeNormal, 1.0, &key.child("init"));
        let mut objective = MlpObjective::new(&net, None, samples, Loss::Squared).unwrap();
        let mut theta = objective.pack(&net);
        let optimizer = Optimizer::Adam { batch: n };
        let recipe = Recipe { optimizer, rate: 0.01, schedule: Schedule::Constant, steps: 8000, target_loss: 5e-5 };
        train(&mut objective, &mut theta, &recipe, &key.child("order"), &mut (), &Stop::new()).unwrap();
        let layers = objective.unpack(&theta).layers;
        Net { inner: layers[0].w.clone(), bias: layers[0].b.clone(), outer: layers[1].w.row(0).to_owned() }
    }

    fn kinks(&self, domain: Domain) -> Kinks {
        Kinks::new(self.inner.view(), self.bias.as_ref().map(|b| b.view()), self.outer.view(), domain).unwrap()
    }

    fn exact(&self, domain: Domain) -> f64 {
        exact::exact(&self.kinks(domain), &root()).unwrap().value
    }

    /// The largest gradient over all patterns of raw neurons whose open cells have a point, by eliminating variables.
    fn naive(&self, radius: Option<f64>) -> f64 {
        assert!(radius.is_none(), "balls are not polyhedra");
        let (k, d) = self.inner.dim();
        let mut most = 0.0f64;
        for pattern in 0..1usize << k {
            let rows: Vec<Vec<f64>> = (0..k)
                .filter(|j| self.inner.row(*j).iter().any(|w| *w != 0.0))
                .map(|j| {
                    let sign = if pattern >> j & 1 == 1 { 1.0 } else { -1.0 };
                    let b = self.bias.as_ref().map_or(0.0, |b| b[j]);
                    self.inner.row(j).iter().copied().chain([b]).map(|x| sign * x).collect()
                })
                .collect();
            if has_a_point(rows, d) {
                let on = (0..k).filter(|j| pattern >> j & 1 == 1);
                let gradient = on
                    .fold(Array1::zeros(d), |sum: Array1<f64>, j| sum + &self.inner.row(j).mapv(|w| w * self.outer[j]));
                most = most.max(gradient.dot(&gradient).sqrt());
            }
        }
        most
    }
}

/// Whether some x has row . (x, 1) > 0 for all rows: Fourier and Motzkin's elimination, coordinate by coordinate.
fn has_a_point(mut rows: Vec<Vec<f64>>, d: usize) -> bool {
    for at in 0..d {
        let (mut next, mut above, mut below) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match row[at] {
                x if x > 1e-12 => above.push(row.iter().map(|y| y / x).collect::<Vec<f64>>()),
                x if x < -1e-12 => below.push(row.iter().map(|y| y / -x).collect::<Vec<f64>>()),
                _ => next.push(row),
            }
        }
        for up in &above {
            next.extend(below.iter().map(|down| {
                let sum: Vec<f64> = up.iter().zip(down).map(|(x, y)| x + y).collect();
                let size = sum.iter().fold(1e-3, |m: f64, x| m.max(x.abs()));
                sum.iter().map(|x| x / size).collect::<Vec<f64>>()
            }));
        }
        rows = next;
    }
    rows.iter().all(|row| row[d] > 1e-11)
}

fn root() -> Key {
    Key::root("lipschitz")
}

#[test]
fn exact_constants_are_those_of_all_patterns_with_a_point() {
    for (at, (d, k)) in [(1, 6), (2, 6), (2, 7), (3, 6), (4, 5), (4, 6), (5, 6), (6, 5)].into_iter().enumerate() {
        for biased in [true, false] {
            let mut net = Net::draw(k, d, biased, &root().child("naive").replica(at as u64 * 2 + u64::from(biased)));
            let (naive, exact) = (net.naive(None), net.exact(Domain::All));
            assert!((naive - exact).abs() <= 1e-9 * naive, "d = {d}, k = {k}, {biased}: {exact}, naively {naive}");
            // A duplicate, its opposite, a dead neuron and a masked entry.
            let first = net.inner.row(0).to_owned();
            net.inner.row_mut(1).assign(&(&first * 2.0));
            net.inner.row_mut(2).assign(&(&first * -0.5));
            net.inner.row_mut(3).fill(0.0);
            net.inner[(4, 0)] = 0.0;
            if let Some(bias) = &mut net.bias {
                (bias[1], bias[2]) = (bias[0] * 2.0, bias[0] * -0.5);
            }
            let (naive, exact) = (net.naive(None), net.exact(Domain::All));
            assert!((naive - exact).abs() <= 1e-9 * naive, "degenerate d = {d}, k = {k}: {exact}, naively {naive}");
        }
    }
}

#[test]
fn the_enumerations_agree_with_each_other() {
    for replica in 0..6 {
        let key = root().child("agree").replica(replica);
        for (d, k) in [(2, 9), (3, 8), (4, 8)] {
            let kinks = Net::draw(k, d, true, &key.replica(d as u64)).kinks(Domain::All);
            let flats: Vec<_> = kinks.walls.iter().map(|wall| (wall.unit.clone(), wall.offset)).collect();
            for radius in [f64::INFINITY, 1.5, 0.7] {
                let most =
                    |points: Vec<Vec<f64>>| points.iter().map(|x| kinks.steepness(x).unwrap().0).fold(0.0, f64::max);
                let by_facets = most(arrangement::points(&flats, d, radius));
                let by_signs = most(feasible::points(&flats, d, radius));
                assert!((by_facets - by_signs).abs() < 1e-12, "{replica} {d} {radius}: {by_facets} {by_signs}");
            }
        }
    }
}

#[test]
fn patterns_are_those_of_the_definition() {
    for (at, (d, k)) in [(1, 1), (2, 3), (5, 9), (3, 12)].into_iter().enumerate() {
        let kinks = Net::draw(k, d, true, &root().child("patterns").replica(at as u64)).kinks(Domain::All);
        let norms = (0..1u32 << k).map(|s| rounding::norm(&kinks.gradient((0..k).map(|j| s >> j & 1 == 1))));
        let naive = norms.fold(0.0, f64::max);
        let (value, high) = patterns::steepest(&kinks);
        assert!(
            (value - naive).abs() < 1e-12 && (naive..naive * (1.0 + 1e-10)).contains(&high),
            "{value} {naive} {high}"
        );
    }
}

#[test]
fn the_shor_bound_of_a_regular_star_is_known() {
    // relu(u_i . x) with m unit vectors at equal angles: the mean gradient is 0, Q = cos(angles) / 4 has the eigenvalue m / 8
    // with multiplicity two, and y = m / 8 is the dual's optimum. The best pattern is half of the star.
    for m in [3usize, 5, 9, 31] {
        let angle = |i: usize| i as f64 * std::f64::consts::TAU / m as f64;
        let inner = Array2::from_shape_fn((m, 2), |(i, c)| if c == 0 { angle(i).cos() } else { angle(i).sin() });
        let kinks = Net { inner, bias: None, outer: Array1::ones(m) }.kinks(Domain::All);
        let (shor, known) = (shor::bound(&kinks, &root()), m as f64 / 8f64.sqrt());
        assert!(shor >= known * (1.0 - 1e-15) && shor <= known * (1.0 + 1e-6), "{m}: {shor} {known}");
        let half = 0.5 / (std::f64::consts::PI / (2 * m) as f64).sin();
        let found = branch::search(&kinks, None, &root());
        assert!((found.value - half).abs() < 1e-9 * half && found.finished, "{m}: {} {half}", found.value);
        assert!((circle::exact(&kinks).value - half).abs() < 1e-12 * half);
    }
}

#[test]
fn branch_and_bound_finds_what_enumeration_finds() {
    for (at, (d, k)) in [(2, 9), (3, 10), (8, 16), (20, 14), (5, 20)].into_iter().enumerate() {
        let key = root().child("branch").replica(at as u64);
        let kinks = Net::draw(k, d, true, &key).kinks(Domain::All);
        let found = branch::search(&kinks, None, &key);
        let (value, _) = patterns::steepest(&kinks);
        assert!(found.finished && (found.value - value).abs() < 1e-9 * value, "{d} {k}: {} {value}", found.value);
        assert!((value..value * (1.0 + 1e-9)).contains(&found.high) && found.low <= value, "{} {value}", found.high);
        if d <= 3 {
            let flats: Vec<_> = kinks.walls.iter().map(|wall| (wall.unit.clone(), wall.offset)).collect();
            let basis: Vec<Vec<f64>> = (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect()).collect();
            let cells = feasible::Cells::new(&flats, d, f64::INFINITY);
            let found = branch::search(&kinks, Some((&cells, &basis)), &key);
            let exact = exact::exact(&kinks, &key).unwrap().value;
            assert!(found.finished && (found.value - exact).abs() < 1e-12, "cells {d} {k}: {} {exact}", found.value);
        }
    }
}

#[test]
fn a_ball_of_two_inputs_sees_the_cells_that_meet_it() {
    for replica in 0..8 {
        let net = Net::draw(10, 2, true, &root().child("ball").replica(replica));
        let mut before = 0.0;
        for radius in [0.01, 0.3, 1.0, 3.0, 1e6] {
            let kinks = net.kinks(Domain::Ball(radius));
            let flats: Vec<_> = kinks.walls.iter().map(|wall| (wall.unit.clone(), wall.offset)).collect();
            let points = feasible::points(&flats, 2, radius * (1.0 - 1e-9));
            let twin = points.iter().map(|x| kinks.steepness(x).unwrap().0).fold(0.0, f64::max);
            let exact = exact::exact(&kinks, &root()).unwrap().value;
            assert!((exact - twin).abs() < 1e-12 && exact >= before - 1e-12, "{radius}: {exact} {twin}");
            before = exact;
        }
        assert!((before - net.exact(Domain::All)).abs() < 1e-12);
    }
}

#[test]
fn the_circle_is_as_steep_as_a_fine_sweep_of_it() {
    for replica in 0..6 {
        let net = Net::draw(8, 2, true, &root().child("circle").replica(replica));
        let kinks = net.kinks(Domain::Sphere);
        let sweep = (0..100_000).filter_map(|at| {
            let angle = f64::from(at) * std::f64::consts::TAU / 1e5;
            kinks.steepness(&[angle.cos(), angle.sin()])
        });
        let most = sweep.fold(0.0, |most: f64, (value, _)| most.max(value));
        let exact = circle::exact(&kinks);
        assert!(exact.value >= most - 1e-12 && exact.value <= most * (1.0 + 1e-3), "{} {most}", exact.value);
        assert!(exact.low > exact.value * (1.0 - 1e-6) && exact.high.is_none_or(|high| high >= exact.value));
    }
}

#[test]
fn known_networks_have_their_constants() {
    // relu(x) - relu(x - 1): a ramp. |x| + |y|: sqrt 2. relu on the ball that misses its wall: 0.
    let ramp = Net { inner: array![[1.0], [1.0]], bias: Some(array![0.0, -1.0]), outer: array![3.0, -3.0] };
    assert_eq!(ramp.exact(Domain::All), 3.0);
    let folded =
        Net { inner: array![[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], bias: None, outer: Array1::ones(4) };
    assert!((folded.exact(Domain::All) - 2f64.sqrt()).abs() < 1e-15);
    // On the circle cos + sin of an angle: tangentially at most 1, on the axes.
    assert!((folded.exact(Domain::Sphere) - 1.0).abs() < 1e-12);
    let away = Net { inner: array![[1.0, 1.0]], bias: Some(array![-9.0]), outer: array![1.0] };
    assert_eq!(away.exact(Domain::Ball(1.0)), 0.0);
}

#[test]
fn ends_never_cross_on_two_hundred_networks() {
    for replica in 0..200u64 {
        let key = root().child("ends").replica(replica);
        let mut rng = key.child("sizes").rng();
        let (d, k) = (1 + (replica % 6) as usize, rng.random_range(1..=12));
        let mut net = Net::draw(k, d, replica % 3 > 0, &key);
        if replica % 4 == 1 {
            let mask = Mask::random(&[k, d], KeepFraction::new(0.5).unwrap(), &key.child("mask"));
            net.inner.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
        }
        if replica % 5 == 2 && k > 2 {
            let row = &net.inner.row(0) * -3.0;
            net.inner.row_mut(k - 1).assign(&row);
            net.outer[1] = 0.0;
        }
        if replica % 40 == 7 {
            net.outer.fill(0.0);
        }
        let domain = if replica % 7 == 3 { Domain::Ball(1.3) } else { Domain::All };
        let kinks = net.kinks(domain);
        let ends: Vec<End> = Method::ALL.into_iter().filter_map(|method| method.end(&kinks, &key).unwrap()).collect();
        let Bracket { lower, upper, exact } = Bracket::of(&ends);
        let exact = exact.unwrap_or_else(|| panic!("{replica}: no exact value in {ends:?}"));
        assert!(lower <= exact && exact <= upper, "{replica}: {lower} {exact} {upper} {ends:?}");
        let value = |name: &str| ends.iter().find(|end| end.method == name).map(|end| end.value);
        for end in &ends {
            match end.says {
                Says::AtLeast => assert!(end.value <= exact * (1.0 + 1e-12), "{replica}: {end:?} over {exact}"),
                Says::AtMost => assert!(end.value >= exact * (1.0 - 1e-12), "{replica}: {end:?} under {exact}"),
                Says::Equal { .. } => {}
            }
        }
        if let (Some(shor), Some(patterns)) = (value("shor"), value("patterns")) {
            assert!(patterns <= shor * (1.0 + 1e-6), "{replica}: {patterns} {shor}");
            assert!(shor <= 1.2534 * patterns, "{replica}: Shor is at most sqrt(pi / 2) above");
            assert!(shor <= value("eigenvalue").unwrap() * (1.0 + 1e-6), "{replica}");
        }
        assert!(value("balanced spectral") <= value("path").map(|path| path * (1.0 + 1e-9)), "{replica}");
    }
}

#[test]
fn scale_and_order_of_neurons_change_nothing() {
    for (replica, d) in [1usize, 2, 3, 6].into_iter().enumerate() {
        let key = root().child("symmetry").replica(replica as u64);
        let net = Net::draw(9, d, true, &key);
        let scales = Array1::from_shape_fn(9, |j| 0.3 + 0.7 * j as f64);
        let order: Vec<usize> = (0..9).map(|j| (j * 4 + 2) % 9).collect();
        let scaled = Net {
            inner: Array2::from_shape_fn((9, d), |(j, i)| net.inner[(order[j], i)] * scales[order[j]]),
            bias: net.bias.as_ref().map(|b| Array1::from_shape_fn(9, |j| b[order[j]] * scales[order[j]])),
            outer: Array1::from_shape_fn(9, |j| net.outer[order[j]] / scales[order[j]]),
        };
        for method in
            [Method::Exact, Method::Patterns, Method::Shor, Method::Eigenvalue, Method::Balanced, Method::Path]
        {
            let value = |net: &Net| method.end(&net.kinks(Domain::All), &key).unwrap().map(|end| end.value);
            let (one, other) = (value(&net), value(&scaled));
            let close = one.zip(other).is_none_or(|(x, y)| (x - y).abs() <= 1e-6 * x);
            assert!(close && one.is_some() == other.is_some(), "{method:?}: {one:?} {other:?}");
        }
        // Twice the outgoing weights, twice the constant.
        let twice = Net { outer: &net.outer * 2.0, inner: net.inner.clone(), bias: net.bias.clone() };
        assert!((twice.exact(Domain::All) - 2.0 * net.exact(Domain::All)).abs() < 1e-12);
    }
}

#[test]
fn generic_networks_are_certified_and_special_ones_are_not() {
    let exact = |net: &Net| exact::exact(&net.kinks(Domain::All), &root()).unwrap();
    for (d, k) in [(1, 20), (2, 14), (3, 10), (4, 9), (7, 9), (12, 9)] {
        let net = Net::draw(k, d, true, &root().child("certified").replica(d as u64));
        let found = exact(&net);
        assert!(found.high.is_some_and(|high| high < found.value * (1.0 + 1e-11)), "d = {d}: {found:?}");
        assert!(found.low > found.value * (1.0 - 1e-11));
    }
    // A hyperplane that is not quite that of another neuron: the cell between them may or may not matter.
    let mut net = Net::draw(5, 3, true, &root().child("close"));
    let row = &net.inner.row(0) * 3.0;
    net.inner.row_mut(1).assign(&row);
    let bias = net.bias.as_mut().unwrap();
    bias[1] = bias[0] * 3.0 * (1.0 + 1e-14);
    assert!(exact(&net).high.is_none());
}

#[test]
fn a_network_that_is_too_large_is_told_what_works() {
    let net = Net::draw(300, 30, true, &root());
    let error = exact::exact(&net.kinks(Domain::All), &root()).unwrap_err().to_string();
    assert!(error.contains("300 hyperplanes") && error.contains("14 in more"), "{error}");
    let error = exact::exact(&net.kinks(Domain::Sphere), &root()).unwrap_err().to_string();
    assert!(error.contains("ball:1"), "{error}");
    for word in ["bal:1", "ball:", "ball:-1", "ball:nan", "cube"] {
        assert!(word.parse::<Domain>().unwrap_err().to_string().contains("`ball:R`"), "{word}");
    }
    assert_eq!("ball:2.5".parse::<Domain>().unwrap().to_string(), "ball:2.5");
}

/// The sheet measured, relative to the largest pattern: exact 0.74 to 0.87, Shor 1.00 to 1.05, eigenvalue 1.20 to 1.56,
/// spectral 2.0 to 2.3, path 2.4 to 3.4, on one network each. Ours are means over eight.
#[test]
fn trained_networks_have_the_brackets_of_the_sheet() {
    for (at, (n, d, k)) in [(20, 2, 10), (20, 2, 14), (30, 3, 12), (40, 4, 14), (60, 8, 14)].into_iter().enumerate() {
        let mut means = [0.0; 6];
        for replica in 0..8 {
            let key = root().child("trained").replica(at as u64).replica(replica);
            let kinks = Net::trained(n, d, k, &key).kinks(Domain::All);
            let value = |method: Method| method.end(&kinks, &key).unwrap().unwrap().value;
            let methods =
                [Method::Ascent, Method::Exact, Method::Shor, Method::Eigenvalue, Method::Spectral, Method::Path];
            let patterns = value(Method::Patterns);
            methods.iter().zip(&mut means).for_each(|(method, mean)| *mean += value(*method) / patterns / 8.0);
        }
        let [ascent, exact, shor, eigenvalue, spectral, path] = means;
        assert!(0.5 < ascent && ascent <= exact && exact <= 1.0, "{means:?}");
        assert!((1.0 - 1e-9..1.06).contains(&shor) && (1.05..2.0).contains(&eigenvalue), "{means:?}");
        assert!((1.2..4.0).contains(&spectral) && (1.8..6.0).contains(&path), "{means:?}");
    }
}
