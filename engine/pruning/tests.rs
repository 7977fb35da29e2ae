use super::select::{Group, highest};
use super::synflow_l2::Form;
use super::*;
use crate::data::{Answers, LabelledData};
use crate::fraction::KeepFraction;
use crate::key::Key;
use crate::network::init::InitLaw;
use crate::network::mlp::{Activation, MlpObjective};
use crate::training::Objective;
use rand::RngExt;
use rand_distr::StandardNormal;

const RULES: [Rule; 7] = [
    Rule::Magnitude,
    Rule::Snip,
    Rule::Grasp { temperature: 200.0 },
    Rule::SynFlow,
    Rule::SynFlowL2 { form: Form::Saliency },
    Rule::SynFlowL2 { form: Form::Implemented },
    Rule::SynFlowL2 { form: Form::Trace },
];

fn keep(p: f64) -> KeepFraction {
    KeepFraction::new(p).unwrap()
}

fn network(widths: &[usize], name: &str) -> Mlp<f64> {
    Mlp::draw(widths, Activation::Relu, false, InitLaw::HeNormal, 1.0, &Key::root(name))
}

fn batch(n: usize, d: usize, classes: usize, loss: Loss) -> Batch<f64> {
    let mut rng = Key::root("batch").rng();
    let x = Array2::from_shape_simple_fn((n, d), || rng.sample(StandardNormal));
    let y = Answers::Classes((0..n).map(|_| rng.random_range(0..classes.max(2))).collect());
    Batch { samples: Arc::new(Samples::new(&LabelledData { x, y }, classes, loss).unwrap()), loss }
}

fn kept(masks: &[Mask]) -> usize {
    masks.iter().map(Mask::kept).sum()
}

fn within(few: &[Mask], many: &[Mask]) -> bool {
    few.iter().zip(many).all(|(few, many)| few.intersection(many).unwrap() == *few)
}

#[test]
fn selection_is_that_of_a_full_sort_ties_included() {
    for replica in 0..40 {
        let key = Key::root("select").replica(replica);
        let mut rng = key.rng();
        // Few different scores, and zeros of both signs: many ties.
        let shapes = [[7, 5], [4, 7], [3, 4]];
        let mut score = || [-0.0, 0.0, 1.0, -1.0, 2.5][rng.random_range(0..5)];
        let scores: Scores = shapes.iter().map(|shape| Array2::from_shape_simple_fn(*shape, &mut score)).collect();
        let current: Vec<Mask> = Mask::random_global(&shapes.each_ref().map(|shape| &shape[..]), keep(0.6), &key);
        let groups = [Group { layers: 0..2, kept: 17 }, Group { layers: 2..3, kept: 3.min(current[2].kept()) }];
        let found = highest("twin", &scores, &current, &groups).unwrap();
        for group in &groups {
            let mut all: Vec<(f64, usize, usize)> = Vec::new();
            for layer in group.layers.clone() {
                let scores: Vec<f64> = scores[layer].iter().copied().collect();
                all.extend(current[layer].indices().map(|at| (scores[at], layer, at)));
            }
            all.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap());
            for (place, (_, layer, at)) in all.iter().enumerate() {
                assert_eq!(found[*layer].keeps(*at), place < group.kept);
            }
        }
        assert!(within(&found, &current));
    }
}

#[test]
fn every_rule_keeps_the_exact_count_in_every_round_and_revives_nothing() {
    for widths in [vec![9, 20, 3], vec![9, 12, 10, 8, 10, 12, 9, 3]] {
        let net = network(&widths, "rounds");
        let batch = batch(30, 9, 3, Loss::CrossEntropy);
        let start = Mask::random_global(
            &net.layers.iter().map(|layer| layer.w.shape()).collect::<Vec<_>>(),
            keep(0.9),
            &Key::root("start"),
        );
        let total: usize = start.iter().map(Mask::len).sum();
        for rule in RULES {
            for (scope, schedule) in [(Scope::Global, Schedule::Exponential), (Scope::Layer, Schedule::Linear)] {
                for rounds in [1, 5] {
                    let plan = Plan { keep: keep(0.3), scope, output: Output::Full, rounds, schedule };
                    let mut seen = vec![start.clone()];
                    let masks = rounds::prune(rule.name(), &start, &plan, |masks| {
                        seen.push(masks.to_vec());
                        rule.scores(&net, masks, Some(&batch))
                    });
                    let masks = masks.unwrap();
                    seen.push(masks.clone());
                    assert!(seen.windows(2).all(|pair| within(&pair[1], &pair[0])), "{rule:?}");
                    assert_eq!(masks, rule.prune(&net, &start, Some(&batch), &plan).unwrap());
                    match scope {
                        Scope::Global => assert_eq!(kept(&masks), keep(0.3).count_of(total)),
                        Scope::Layer => {
                            assert!(masks.iter().all(|mask| mask.kept() == keep(0.3).count_of(mask.len())));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_smaller_keep_fraction_keeps_a_part_of_what_a_larger_one_keeps() {
    let net = network(&[9, 20, 3], "nested");
    let batch = batch(30, 9, 3, Loss::CrossEntropy);
    for rule in RULES {
        let at = |p| rule.prune(&net, &dense(&net), Some(&batch), &Plan::one_shot(keep(p), Scope::Global)).unwrap();
        assert!(within(&at(0.1), &at(0.2)) && within(&at(0.2), &at(0.8)));
    }
}

#[test]
fn magnitude_is_the_absolute_weight() {
    let net = network(&[3, 4, 2], "magnitude");
    assert_eq!(magnitude::scores(&net)[1], net.layers[1].w.mapv(f64::abs));
    // Singles are widened, not recomputed.
    let single = Mlp::<f32>::draw(&[3, 4], Activation::Relu, false, InitLaw::Normal, 1.0, &Key::root("single"));
    assert_eq!(magnitude::scores(&single)[0][[2, 1]], f64::from(single.layers[0].w[[2, 1]].abs()));
}

/// Loss and gradient of the masked network with its outputs divided by `temperature`, by the product rule on the last layer.
fn tempered(net: &Mlp<f64>, masks: &[Mask], batch: &Batch<f64>, temperature: f64) -> (f64, Vec<Array2<f64>>) {
    let mut cool = masked(net, masks).unwrap();
    let last = cool.layers.last_mut().unwrap();
    last.w /= temperature;
    last.b.iter_mut().for_each(|b| *b /= temperature);
    let mut objective = MlpObjective::new(&cool, None, Arc::clone(&batch.samples), batch.loss).unwrap();
    let theta = objective.pack(&cool);
    let mut grad = vec![0.0; theta.len()];
    let loss = objective.gradient(&theta, None, &mut grad).loss;
    let mut grad: Vec<Array2<f64>> = objective.unpack(&grad).layers.into_iter().map(|layer| layer.w).collect();
    *grad.last_mut().unwrap() /= temperature;
    for (grad, mask) in grad.iter_mut().zip(masks) {
        grad.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, g)| *g = 0.0);
    }
    (loss, grad)
}

fn some_masks(net: &Mlp<f64>) -> Vec<Mask> {
    let shapes: Vec<&[usize]> = net.layers.iter().map(|layer| layer.w.shape()).collect();
    Mask::random_global(&shapes, keep(0.7), &Key::root("some"))
}

/// A network with a bias in every layer, none of them 0.
fn with_biases(mut net: Mlp<f64>) -> Mlp<f64> {
    net.layers.iter_mut().for_each(|layer| layer.b = Some(layer.w.column(0).mapv(|w| 0.3 * w + 0.1)));
    net
}

#[test]
fn snip_is_the_effect_of_a_gate() {
    for (loss, classes) in [(Loss::CrossEntropy, 3), (Loss::Logistic, 1), (Loss::Squared, 2)] {
        let net = with_biases(network(&[5, 7, 4, classes], "snip"));
        // One sample, and more than a block of them.
        for n in [1, 300] {
            let (batch, masks) = (batch(n, 5, classes, loss), some_masks(&net));
            let scores = snip::scores(&net, &masks, &batch).unwrap();
            for layer in 0..net.layers.len() {
                for at in 0..masks[layer].len() {
                    let place = [at / masks[layer].shape()[1], at % masks[layer].shape()[1]];
                    let gated = |c: f64| {
                        let mut net = net.clone();
                        net.layers[layer].w[place] *= c;
                        tempered(&net, &masks, &batch, 1.0).0
                    };
                    let quotient = (gated(1.0 + 1e-6) - gated(1.0 - 1e-6)) / 2e-6;
                    assert!((scores[layer][place] - quotient.abs()).abs() < 1e-8);
                }
            }
        }
    }
}

#[test]
fn grasp_is_half_the_change_of_the_gradient_norm() {
    for (loss, classes) in [(Loss::CrossEntropy, 3), (Loss::Logistic, 1), (Loss::Squared, 2)] {
        for temperature in [1.0, 200.0] {
            let net = with_biases(network(&[4, 6, 5, classes], "grasp"));
            let (batch, masks) = (batch(20, 4, classes, loss), some_masks(&net));
            let scores = grasp::scores(&net, &masks, &batch, temperature).unwrap();
            let energy = |net: &Mlp<f64>| -> f64 {
                let grad = tempered(net, &masks, &batch, temperature).1;
                grad.iter().flatten().map(|g| g * g).sum()
            };
            let size = scores.iter().flatten().map(|score| score.abs()).fold(0.0, f64::max);
            assert!(scores.iter().flatten().any(|score| *score < 0.0), "scores are signed");
            for layer in 0..net.layers.len() {
                for (place, w) in net.layers[layer].w.indexed_iter() {
                    let at = place.0 * masks[layer].shape()[1] + place.1;
                    if !masks[layer].keeps(at) {
                        assert_eq!(scores[layer][place], 0.0);
                        continue;
                    }
                    let moved = |step: f64| {
                        let mut net = net.clone();
                        net.layers[layer].w[place] += step;
                        energy(&net)
                    };
                    let quotient = w * (moved(1e-6) - moved(-1e-6)) / 4e-6;
                    let error = (scores[layer][place] - quotient).abs();
                    assert!(error < 1e-7 * size, "{loss:?} {temperature}: {error:e} of {size:e}");
                }
            }
        }
    }
}

#[test]
fn grasp_obeys_its_exact_law_at_every_hidden_unit() {
    // sum over inputs of w (H g) - sum over outputs = sum over outputs of g^2 - sum over inputs, by rescaling the unit.
    let net = network(&[5, 8, 6, 3], "law");
    let (batch, masks) = (batch(25, 5, 3, Loss::CrossEntropy), some_masks(&net));
    for temperature in [1.0, 200.0] {
        let scores = grasp::scores(&net, &masks, &batch, temperature).unwrap();
        let squares: Vec<_> = tempered(&net, &masks, &batch, temperature).1.iter().map(|g| g * g).collect();
        let size = squares.iter().flatten().fold(0.0, |a: f64, b| a.max(*b));
        for layer in 0..2 {
            for unit in 0..net.layers[layer].w.nrows() {
                let defect = |of: &[Array2<f64>]| of[layer].row(unit).sum() - of[layer + 1].column(unit).sum();
                assert!((defect(&scores) + defect(&squares)).abs() < 1e-12 * size.max(1e-3));
            }
        }
    }
}

#[test]
fn synflow_sums_the_paths_through_every_weight() {
    for widths in [vec![3, 2], vec![3, 4, 2], vec![2, 3, 4, 3, 2]] {
        let net = network(&widths, "paths");
        let masks = some_masks(&net);
        let pruned = masked(&net, &masks).unwrap();
        let mut naive: Scores = net.layers.iter().map(|layer| Array2::zeros(layer.w.dim())).collect();
        let paths: usize = widths.iter().product();
        for mut path in 0..paths {
            let units: Vec<usize> = widths
                .iter()
                .map(|width| {
                    let unit = path % width;
                    path /= width;
                    unit
                })
                .collect();
            let edges = || pruned.layers.iter().zip(units.windows(2)).map(|(layer, pair)| layer.w[[pair[1], pair[0]]]);
            let value: f64 = edges().map(f64::abs).product();
            naive.iter_mut().zip(units.windows(2)).for_each(|(layer, pair)| layer[[pair[1], pair[0]]] += value);
        }
        let scores = synflow::scores(&net, &masks).unwrap();
        // Up to one power of 2.
        let total = naive[0].sum();
        let scale = total / scores[0].sum();
        assert!((scale.log2() - scale.log2().round()).abs() < 1e-12);
        for (naive, score) in naive.iter().zip(&scores) {
            assert!((naive - &(score * scale)).iter().all(|error| error.abs() < 1e-13 * total));
        }
    }
}

#[test]
fn synflow_stays_finite_and_conserved_at_any_depth_and_scale() {
    let mut deep = vec![50];
    deep.extend([40; 300]);
    deep.push(5);
    for (widths, scale) in [(vec![100; 8], 1.0), (deep.clone(), 1e9), (deep, 1e-9)] {
        let net = Mlp::<f64>::draw(&widths, Activation::Relu, false, InitLaw::Normal, scale, &Key::root("deep"));
        let scores = synflow::scores(&net, &dense(&net)).unwrap();
        let total = scores[0].sum();
        assert!(total.is_finite() && total > 0.0);
        for layer in &scores {
            assert!((layer.sum() / total - 1.0).abs() < 1e-10);
        }
    }
}

#[test]
fn synflow_empties_no_layer_and_no_scale_changes_its_masks() {
    // 215 of 43 000 weights of seven layers, with a bottleneck; in one shot no path is left.
    let widths = [60, 100, 100, 30, 100, 100, 100, 10];
    let net = network(&widths, "collapse");
    let total: usize = net.layers.iter().map(|layer| layer.w.len()).sum();
    let plan = Plan::exponential(keep(0.005), Scope::Global, synflow::ROUNDS);
    assert!(rounds::safe_rounds(7, 0.005, Schedule::Exponential) < synflow::ROUNDS);
    let masks = Rule::SynFlow.prune(&net, &dense(&net), None, &plan).unwrap();
    assert_eq!(kept(&masks), keep(0.005).count_of(total));
    assert!(Mask::live(&masks).iter().all(|layer| layer.kept() > 0));
    let mut scaled = net.clone();
    let factors = [0.125, 1024.0, 2.0, 0.5, 1.0, 2f64.powi(-30), 16.0];
    scaled.layers.iter_mut().zip(factors).for_each(|(layer, c)| layer.w *= c);
    assert_eq!(masks, Rule::SynFlow.prune(&scaled, &dense(&net), None, &plan).unwrap());
    let one_shot = Plan { rounds: 1, ..plan };
    let collapsed = Rule::SynFlow.prune(&net, &dense(&net), None, &one_shot).unwrap();
    assert_eq!(kept(&Mask::live(&collapsed)), 0);
}

#[test]
fn enough_rounds_are_those_of_the_sheet() {
    // rho = 10^4 and 16 layers: 143.
    assert_eq!(rounds::safe_rounds(16, 1e-4, Schedule::Exponential), 143);
    assert_eq!(rounds::safe_rounds(2, 1.0, Schedule::Exponential), 1);
    assert_eq!(rounds::safe_rounds(2, 0.25, Schedule::Linear), 4);
    // Linear rounds that are safe, on four layers: (4 - 1) (50 - 1) = 147, and one more.
    let net = network(&[20, 30, 10, 30, 5], "linear");
    let linear = |rounds| Plan { rounds, schedule: Schedule::Linear, ..Plan::one_shot(keep(0.02), Scope::Global) };
    let safe = rounds::safe_rounds(4, 0.02, Schedule::Linear);
    assert_eq!(safe, 148);
    let masks = Rule::SynFlow.prune(&net, &dense(&net), None, &linear(safe)).unwrap();
    assert!(masks.iter().all(|mask| mask.kept() > 0));
}

#[test]
fn the_score_that_decides_is_that_of_the_round_of_removal() {
    let net = network(&[6, 8, 4], "decide");
    let start = dense(&net);
    for rounds in [1, 3] {
        let plan = Plan::exponential(keep(0.2), Scope::Global, rounds);
        let (masks, scores) = Rule::SynFlow.decide(&net, &start, None, &plan).unwrap();
        assert_eq!(masks, Rule::SynFlow.prune(&net, &start, None, &plan).unwrap());
        // What the first round removes has the scores of the dense network; what is left has its own, and the highest.
        let first = Plan { keep: KeepFraction::new(0.2f64.powf(1.0 / rounds as f64)).unwrap(), rounds: 1, ..plan };
        let after = Rule::SynFlow.prune(&net, &start, None, &first).unwrap();
        let at_first = Rule::SynFlow.scores(&net, &start, None).unwrap();
        for ((decided, dense), after) in scores.iter().zip(&at_first).zip(&after) {
            let columns = dense.ncols();
            let removed = (0..after.len()).filter(|at| !after.keeps(*at)).map(|at| [at / columns, at % columns]);
            removed.for_each(|at| assert_eq!(decided[at], dense[at]));
        }
        let of = |stays: bool| {
            let parts = scores.iter().zip(&masks);
            parts.flat_map(move |(s, m)| {
                s.iter().enumerate().filter(move |(at, _)| m.keeps(*at) == stays).map(|(_, s)| *s)
            })
        };
        if rounds == 1 {
            assert!(of(true).fold(f64::INFINITY, f64::min) >= of(false).fold(0.0, f64::max));
        }
        assert!(of(true).all(|score| score > 0.0));
    }
}

#[test]
fn magnitude_pruning_counts_its_rounds_and_rewinds_every_time() {
    let net = network(&[10, 20, 4], "imp");
    let sizes = [200, 80];
    let counts = |scope, output| {
        let plan = Plan {
            keep: imp::keep_after(0.2, 3).unwrap(),
            scope,
            output,
            rounds: 3,
            ..Plan::one_shot(keep(1.0), scope)
        };
        let mut seen = Vec::new();
        let masks = imp::prune(&net, &dense(&net), &plan, |round, start, masks| {
            assert_eq!((round, start), (seen.len(), &net));
            seen.push(masks.iter().map(Mask::kept).collect::<Vec<_>>());
            Some(start.clone())
        });
        seen.push(masks.unwrap().iter().map(Mask::kept).collect());
        seen
    };
    let by_layer = |rate: f64| {
        let of =
            |t| sizes.iter().zip([0.8, rate]).map(move |(n, r): (&usize, f64)| (*n as f64 * r.powi(t) + 0.5) as usize);
        (0..4).map(|t| of(t).collect()).collect::<Vec<Vec<usize>>>()
    };
    assert_eq!(counts(Scope::Layer, Output::Full), by_layer(0.8));
    assert_eq!(counts(Scope::Layer, Output::Half), by_layer(0.9));
    assert_eq!(counts(Scope::Layer, Output::Excluded), by_layer(1.0));
    // With one layer left, the ranking over the network is the layer's own.
    assert_eq!(counts(Scope::Global, Output::Half), by_layer(0.9));
    let total = |kept: Vec<usize>| kept.iter().sum::<usize>();
    let global: Vec<usize> = counts(Scope::Global, Output::Full).into_iter().map(total).collect();
    assert_eq!(global, [280, 224, 179, 143]);
}

#[test]
fn one_shot_pruning_keeps_the_largest_trained_weights() {
    let (net, trained) = (network(&[6, 9, 2], "init"), network(&[6, 9, 2], "trained"));
    let plan = Plan::one_shot(keep(0.25), Scope::Global);
    let masks = imp::prune(&net, &dense(&net), &plan, |_, _, _| Some(trained.clone())).unwrap();
    assert_eq!(masks, Rule::Magnitude.prune(&trained, &dense(&net), None, &plan).unwrap());
    let stopped = imp::prune(&net, &dense(&net), &plan, |_, _, _| None);
    assert_eq!(stopped.unwrap_err(), PruningError::Stopped);
}

#[test]
fn shuffles_keep_their_counts_and_nothing_else() {
    let net = network(&[20, 30, 10], "shuffle");
    let masks = Rule::Magnitude.prune(&net, &dense(&net), None, &Plan::one_shot(keep(0.2), Scope::Global)).unwrap();
    let key = Key::root("order");
    let layers = |masks: &[Mask]| masks.iter().map(Mask::kept).collect::<Vec<_>>();
    let fan_in = |masks: &[Mask]| {
        let rows = |mask: &Mask| {
            mask.to_array().rows().into_iter().map(|row| row.iter().filter(|kept| **kept).count()).collect::<Vec<_>>()
        };
        masks.iter().map(rows).collect::<Vec<_>>()
    };
    let by_layer = shuffle::within_layers(&masks, &key);
    assert!(layers(&by_layer) == layers(&masks) && fan_in(&by_layer) != fan_in(&masks));
    let by_neuron = shuffle::within_neurons(&masks, &key);
    assert!(fan_in(&by_neuron) == fan_in(&masks) && by_neuron != masks);
    let all = shuffle::over_the_network(&masks, &key);
    assert!(kept(&all) == kept(&masks) && layers(&all) != layers(&masks));
    assert_eq!(by_layer, shuffle::within_layers(&masks, &key));
}

#[test]
fn every_place_is_as_likely_after_a_shuffle() {
    // 4000 shuffles of 3 kept in 10: counts have mean 1200 and sd 29. Beyond 5 sd for one of ten: below 6e-6.
    let mask = [Mask::from_indices(&[2, 5], [0, 1, 2])];
    let mut counts = [0.0; 10];
    for replica in 0..4000 {
        let shuffled = shuffle::within_layers(&mask, &Key::root("uniform").replica(replica));
        shuffled[0].indices().for_each(|at| counts[at] += 1.0);
    }
    assert!(counts.iter().all(|count: &f64| (count - 1200.0).abs() < 145.0), "{counts:?}");
}

#[test]
fn fresh_weights_share_the_law_and_keep_signs_where_asked() {
    let net = with_biases(network(&[6, 40, 3], "old"));
    let key = Key::root("new");
    let fresh = reinit::fresh(&net, InitLaw::HeNormal, 1.0, &key);
    let signs = reinit::signs_kept(&net, InitLaw::HeNormal, 1.0, &key);
    for ((old, fresh), signs) in net.layers.iter().zip(&fresh.layers).zip(&signs.layers) {
        assert!(old.w != fresh.w && old.b == fresh.b && old.b == signs.b);
        assert_eq!(fresh.w.mapv(f64::abs), signs.w.mapv(f64::abs));
        assert!(old.w.iter().zip(&signs.w).all(|(old, new)| (*old < 0.0) == (*new < 0.0)));
    }
}

#[test]
fn an_inverted_rule_keeps_what_the_rule_prunes_first() {
    let net = network(&[6, 9, 2], "inverted");
    let scores = magnitude::scores(&net);
    let groups = [Group { layers: 0..2, kept: 36 }];
    let best = highest("magnitude", &scores, &dense(&net), &groups).unwrap();
    let worst = highest("inverted", &inverted(&scores), &dense(&net), &groups).unwrap();
    assert_eq!(kept(&best) + kept(&worst), 72);
    assert!(best.iter().zip(&worst).all(|(best, worst)| best.intersection(worst).unwrap().kept() == 0));
}

#[test]
fn a_layer_that_is_pruned_away_stays_prunable() {
    // No path is left, gradients and path sums are 0, and the lower indices stay.
    let net = network(&[4, 5, 3], "dead");
    let masks = [Mask::from_indices(&[5, 4], []), Mask::ones(&[3, 5])];
    let batch = batch(10, 4, 3, Loss::CrossEntropy);
    let plan = Plan::one_shot(keep(0.2), Scope::Global);
    for rule in [Rule::Snip, Rule::Grasp { temperature: 1.0 }, Rule::SynFlow] {
        let found = rule.prune(&net, &masks, Some(&batch), &plan).unwrap();
        assert_eq!(found[1], Mask::from_indices(&[3, 5], 0..7), "{rule:?}");
    }
}

#[test]
fn what_cannot_be_pruned_is_one_clear_error() {
    let mut net = network(&[10, 20, 2], "errors");
    let all = dense(&net);
    let prune = |rule: Rule, net: &Mlp<f64>, masks: &[Mask], plan: &Plan| {
        rule.prune(net, masks, None, plan).unwrap_err().to_string()
    };
    let half = Plan::one_shot(keep(0.5), Scope::Global);
    assert_eq!(
        prune(Rule::Snip, &net, &all, &half),
        "snip scores weights by their effect on a loss, and there are no data"
    );
    let few = Rule::Magnitude.prune(&net, &all, None, &Plan::one_shot(keep(0.1), Scope::Global)).unwrap();
    assert_eq!(
        prune(Rule::Magnitude, &net, &few, &half),
        "0.5 keeps 120 weights of the network, of which only 24 are left: nothing revives a pruned weight"
    );
    assert_eq!(
        prune(Rule::Magnitude, &net, &all, &Plan::one_shot(keep(0.01), Scope::Layer)),
        "0.01 keeps less than one of the 40 weights of layer 2; the smallest keep fraction is 0.0125"
    );
    assert!(Rule::Magnitude.prune(&net, &all, None, &Plan::one_shot(keep(0.0125), Scope::Layer)).is_ok());
    assert_eq!(
        prune(Rule::Magnitude, &net, &all, &Plan { rounds: 0, ..half }),
        "0 rounds prune nothing; 1 is one shot"
    );
    assert_eq!(prune(Rule::Magnitude, &net, &all[..1], &half), "2 scores for 1 layers");
    let turned = [Mask::ones(&[10, 20]), all[1].clone()];
    assert_eq!(prune(Rule::SynFlow, &net, &turned, &half), "mask of layer 1 has shape [10, 20], expected [20, 10]");
    let batch = batch(3, 10, 2, Loss::CrossEntropy);
    let cold = Rule::Grasp { temperature: 0.0 }.scores(&net, &all, Some(&batch)).unwrap_err();
    assert_eq!(cold.to_string(), "the temperature 0 is not above 0; the usual one is 200");
    net.layers[1].w[[1, 7]] = f64::NAN;
    assert_eq!(
        prune(Rule::Magnitude, &net, &all, &half),
        "magnitude gives weight (1, 7) of layer 2 the score NaN, which is not finite"
    );
    // A pruned weight's score is never read.
    let without = [all[0].clone(), Mask::from_fn(&[2, 20], |at| at != 27)];
    assert!(Rule::Magnitude.prune(&net, &without, None, &half).is_ok());
}

#[test]
fn the_three_forms_of_synflow_l2_are_sums_over_squared_paths() {
    let widths = [3, 4, 2, 3];
    let net = network(&widths, "squares");
    let masks = some_masks(&net);
    let pruned = masked(&net, &masks).unwrap();
    // dR_2/du at every place, path by path, without dividing by a weight.
    let mut rest: Scores = net.layers.iter().map(|layer| Array2::zeros(layer.w.dim())).collect();
    let mut total = 0.0;
    for path in 0..3 * 4 * 2 * 3 {
        let units = [path % 3, path / 3 % 4, path / 12 % 2, path / 24];
        let edge = |at: usize| pruned.layers[at].w[[units[at + 1], units[at]]];
        total += (0..3).map(|at| edge(at) * edge(at)).product::<f64>();
        for at in 0..3 {
            let others: f64 = (0..3).filter(|other| *other != at).map(|other| edge(other) * edge(other)).product();
            rest[at][[units[at + 1], units[at]]] += others;
        }
    }
    let of = |form| synflow_l2::scores(&net, &masks, form).unwrap();
    let (saliency, implemented, trace) = (of(Form::Saliency), of(Form::Implemented), of(Form::Trace));
    let scale = total / saliency[0].sum();
    assert!((scale.log2() - scale.log2().round()).abs() < 1e-12);
    for (at, layer) in pruned.layers.iter().enumerate() {
        for (place, w) in layer.w.indexed_iter() {
            let near = |got: f64, want: f64| (got * scale - want).abs() < 1e-13 * total.max(want);
            assert!(near(trace[at][place], rest[at][place]));
            assert!(near(implemented[at][place], w.abs() * rest[at][place]));
            assert!(near(saliency[at][place], w * w * rest[at][place]));
        }
        assert!((saliency[at].sum() * scale / total - 1.0).abs() < 1e-13, "the saliency has equal layer sums");
    }
}

#[test]
fn three_edges_tell_the_forms_of_synflow_l2_apart() {
    // 1-1-2 with w = 10 and a = (1, 1): (a) removes an output edge, (b) and (c) the only edge of the first layer.
    let layer = |w: Array2<f64>| Layer { w, b: None };
    let net = Mlp {
        layers: vec![layer(ndarray::array![[10.0]]), layer(ndarray::array![[1.0], [1.0]])],
        activation: Activation::Relu,
    };
    let kept = |form| {
        let plan = Plan::one_shot(keep(0.6), Scope::Global);
        let masks = Rule::SynFlowL2 { form }.prune(&net, &dense(&net), None, &plan).unwrap();
        masks.iter().map(Mask::kept).collect::<Vec<_>>()
    };
    assert_eq!(kept(Form::Saliency), [1, 1]);
    assert_eq!(kept(Form::Implemented), [0, 2]);
    assert_eq!(kept(Form::Trace), [0, 2]);
    let scores = synflow_l2::scores(&net, &dense(&net), Form::Saliency).unwrap();
    assert_eq!(scores[0][[0, 0]], 2.0 * scores[1][[0, 0]]);
}

#[test]
fn fresh_weights_for_a_mask_have_the_variance_of_its_fan_in() {
    // 400 neurons with 2 or 38 kept inputs of 40: 20 on average.
    let net = network(&[40, 400], "fan");
    let masks = [Mask::from_fn(&[400, 40], |at| at % 40 < if at / 40 % 2 == 0 { 2 } else { 38 })];
    let variance = |net: &Mlp<f64>, odd: usize| {
        let rows = net.layers[0].w.rows();
        let of = rows.into_iter().enumerate().filter(|(row, _)| row % 2 == odd).flat_map(|(_, row)| row.to_vec());
        let kept: Vec<f64> = of.filter(|w| *w != 0.0).collect();
        (kept.iter().map(|w| w * w).sum::<f64>() / kept.len() as f64, kept.len())
    };
    let key = Key::root("new");
    let by_neuron = reinit::for_fan_in(&net, &masks, &key).unwrap();
    let by_layer = reinit::for_layer_fan_in(&net, &masks, &key).unwrap();
    for (net, odd, fan_in) in [(&by_neuron, 0, 2.0), (&by_neuron, 1, 38.0), (&by_layer, 0, 20.0), (&by_layer, 1, 20.0)]
    {
        let (variance, count) = variance(net, odd);
        assert_eq!(count, if odd == 0 { 400 } else { 7600 });
        // Of a mean of n squares the standard error is sqrt(2 / n) relative; five of them.
        assert!((variance * fan_in / 2.0 - 1.0).abs() < 5.0 * (2.0 / count as f64).sqrt(), "{variance}");
    }
}
