//! The patch network against plain loops, finite differences, and the laws that need no oracle.

use super::*;
use crate::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use crate::fraction::KeepFraction;
use crate::stop::Stop;
use crate::training::{Optimizer, Recipe, Schedule, Trained, train};

// Loss and gradient by (w, a) of mean loss over samples, by plain loops over the patches themselves.
fn naive(net: &PatchNet<f64>, x: &Array3<f64>, goal: &Array2<f64>, loss: Loss) -> (f64, Array3<f64>, Array2<f64>) {
    let (classes, neurons, d) = net.w.dim();
    let n = x.dim().0;
    let (mut total, mut grad_w, mut grad_a) = (0.0, Array3::zeros(net.w.dim()), Array2::zeros((classes, neurons)));
    let outer = |k: usize, r: usize| net.a.as_ref().map_or(1.0, |a| a[[k, r]]);
    for i in 0..n {
        let z = |k: usize, r: usize, patch: usize| (0..d).map(|j| net.w[[k, r, j]] * x[[i, patch, j]]).sum::<f64>();
        let s = |z: f64| if z > 0.0 { z.powf(net.power) } else { 0.0 };
        let slope = |z: f64| if z > 0.0 { net.power * z.powf(net.power - 1.0) } else { 0.0 };
        let f: Vec<f64> =
            (0..classes).map(|k| (0..neurons).map(|r| outer(k, r) * (s(z(k, r, 0)) + s(z(k, r, 1)))).sum()).collect();
        let residual: Vec<f64> = match loss {
            Loss::CrossEntropy => {
                let sum: f64 = f.iter().map(|f| f.exp()).sum();
                total += (0..classes).map(|k| goal[[i, k]] * (sum.ln() - f[k])).sum::<f64>();
                (0..classes).map(|k| f[k].exp() / sum - goal[[i, k]]).collect()
            }
            Loss::Logistic => {
                total += (1.0 + f[0].exp()).ln() - goal[[i, 0]] * f[0];
                vec![1.0 / (1.0 + (-f[0]).exp()) - goal[[i, 0]]]
            }
            Loss::Squared => {
                total += (0..classes).map(|k| 0.5 * (f[k] - goal[[i, k]]).powi(2)).sum::<f64>();
                (0..classes).map(|k| f[k] - goal[[i, k]]).collect()
            }
        };
        for k in 0..classes {
            for r in 0..neurons {
                for patch in 0..2 {
                    let z = z(k, r, patch);
                    grad_a[[k, r]] += residual[k] * s(z) / n as f64;
                    for j in 0..d {
                        grad_w[[k, r, j]] += residual[k] * outer(k, r) * slope(z) * x[[i, patch, j]] / n as f64;
                    }
                }
            }
        }
    }
    (total / n as f64, grad_w, grad_a)
}

struct Case {
    net: PatchNet<f64>,
    bank: PatchBank,
    x: Array3<f64>,
    goal: Array2<f64>,
    targets: Targets<f64>,
    loss: Loss,
}

// A network on a sample of the law, with O(1) outputs.
fn case(law: PatchLaw, n: usize, neurons: usize, power: f64, outer: Outer, loss: Loss) -> Case {
    let key = Key::root("patch network");
    let outputs = if loss == Loss::Logistic { 1 } else { law.classes };
    let net = PatchNet::normal((outputs, neurons, law.dimension), 0.3, power, outer, &key.child("init"));
    let sample = law.sample(&law.signals(&key), n, Labels::Uniform, &key.child("data"));
    let x = Array3::from_shape_fn((n, 2, law.dimension), |(i, patch, j)| sample.patches(i)[patch][j]);
    let goal = Array2::from_shape_fn((n, outputs), |(i, k)| match loss {
        Loss::Squared => sample.noise[[i, k]],
        Loss::Logistic => f64::from(u8::from(sample.labels[i] == 1)),
        Loss::CrossEntropy => f64::from(u8::from(sample.labels[i] == k)),
    });
    let targets = match loss {
        Loss::Squared => Targets::values(goal.view()),
        Loss::Logistic => Targets::classes(&sample.labels, 1).unwrap(),
        Loss::CrossEntropy => Targets::classes(&sample.labels, outputs).unwrap(),
    };
    Case { net, bank: PatchBank::of_law(&sample), x, goal, targets, loss }
}

fn law(classes: usize, dimension: usize, signal_law: SignalLaw) -> PatchLaw {
    PatchLaw { classes, dimension, signal: 1.5, noise: 0.4, signal_law, noise_law: NoiseLaw::Full }
}

fn masked(net: &PatchNet<f64>, mask: &Mask) -> PatchNet<f64> {
    let (_, m, d) = net.w.dim();
    let w = Array3::from_shape_fn(
        net.w.dim(),
        |(k, r, j)| {
            if mask.keeps((k * m + r) * d + j) { net.w[[k, r, j]] } else { 0.0 }
        },
    );
    PatchNet { w, ..net.clone() }
}

fn bernoulli(net: &PatchNet<f64>, keep: f64) -> Mask {
    let (k, m, d) = net.w.dim();
    Mask::bernoulli(&[k, m, d], KeepFraction::new(keep).unwrap(), &Key::root("patch network").child("mask"))
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-10 * scale
}

// Every kind of case: sizes off the vector length, both signal laws, all losses and powers, outer weights, keeps.
fn each_case(mut check: impl FnMut(Case, Option<Mask>, Family)) {
    // The last one is too large for one part of the bank.
    let sizes = [(2, 9, 3, 2), (3, 37, 21, 5), (2, 130, 70, 3), (3, 20, 140, 4), (2, 1100, 130, 2)];
    let losses = [Loss::CrossEntropy, Loss::Logistic, Loss::Squared];
    let mut number = 0;
    for (classes, d, n, m) in sizes {
        for power in [1.0, 2.0, 3.0, 1.5] {
            for keep in [1.0, 0.9, 0.3, 0.05] {
                number += 1;
                let signal_law = [SignalLaw::Basis, SignalLaw::Rotated][number % 2];
                let outer = [Outer::Ones, Outer::Trained][number / 2 % 2];
                let classes = if number % 3 == 1 { 2 } else { classes };
                let case = case(law(classes, d, signal_law), n, m, power, outer, losses[number % 3]);
                let mask = (keep < 1.0).then(|| bernoulli(&case.net, keep));
                check(case, mask, Family::ALL[number % Family::ALL.len()]);
            }
        }
    }
}

#[test]
fn the_kernels_agree_with_plain_loops() {
    each_case(|Case { net, bank, x, goal, targets, loss }, mask, family| {
        let plain = mask.as_ref().map_or(net.clone(), |mask| masked(&net, mask));
        let (value, grad_w, grad_a) = naive(&plain, &x, &goal, loss);
        for bank in [bank, PatchBank::of_array(x.view()).unwrap()] {
            let objective = PatchObjective::new(&net, mask.as_ref(), &bank, targets.clone(), loss).unwrap();
            for by_rows in [objective.layout.by_rows, objective.kept.is_none()] {
                let mut objective = objective.clone().with_kernel(family);
                objective.layout.by_rows = by_rows;
                let theta = objective.pack(&net);
                let mut grad = vec![f64::NAN; objective.parameters()];
                let seen = objective.gradient(&theta, None, &mut grad);
                assert!(close(seen.loss, value, value.abs() + 1.0), "{} {value}", seen.loss);
                let got = objective.unpack(&grad);
                let scale = grad_w.iter().chain(&grad_a).fold(0.0f64, |most, g| most.max(g.abs()));
                for (at, (got, want)) in got.w.iter().zip(&grad_w).enumerate() {
                    let kept = mask.as_ref().is_none_or(|mask| mask.keeps(at));
                    assert!(close(*got, if kept { *want } else { 0.0 }, scale), "{at}: {got} {want}");
                }
                if let Some(a) = got.a {
                    assert!(a.iter().zip(&grad_a).all(|(got, want)| close(*got, *want, scale)));
                }
            }
        }
    });
}

#[test]
fn gradients_are_finite_differences() {
    each_case(|Case { net, bank, targets, loss, .. }, mask, _| {
        let mut objective = PatchObjective::new(&net, mask.as_ref(), &bank, targets, loss).unwrap();
        let mut theta = objective.pack(&net);
        let mut grad = vec![0.0; theta.len()];
        objective.gradient(&theta, None, &mut grad);
        let scale = grad.iter().fold(1e-3f64, |most, g| most.max(g.abs()));
        let step = 1e-6;
        for at in (0..theta.len()).step_by(1 + theta.len() / 7) {
            let here = theta[at];
            let mut loss_at = |w: f64| {
                theta[at] = w;
                objective.loss(&theta).loss
            };
            let slope = (loss_at(here + step) - loss_at(here - step)) / (2.0 * step);
            theta[at] = here;
            // A kink inside the step moves the slope by its share only; none of these cases has one there.
            assert!((slope - grad[at]).abs() < 1e-5 * scale, "{at}: {slope} {}", grad[at]);
        }
    });
}

#[test]
fn all_families_give_the_same_bits() {
    fn bits<R: Real>(case: &Case, mask: Option<&Mask>, family: Family) -> Vec<u64> {
        let convert = |x: &f64| R::from_f64(*x);
        let net = PatchNet {
            w: case.net.w.map(convert),
            a: case.net.a.as_ref().map(|a| a.map(convert)),
            power: case.net.power,
        };
        let targets = match case.loss {
            Loss::Squared => Targets::values(case.goal.view()),
            _ => {
                let labels: Vec<usize> = (0..case.goal.nrows())
                    .map(|i| {
                        if case.loss == Loss::Logistic {
                            case.goal[[i, 0]] as usize
                        } else {
                            (0..case.goal.ncols()).find(|k| case.goal[[i, *k]] == 1.0).unwrap()
                        }
                    })
                    .collect();
                Targets::classes(&labels, case.goal.ncols()).unwrap()
            }
        };
        let mut objective =
            PatchObjective::<R>::new(&net, mask, &case.bank, targets, case.loss).unwrap().with_kernel(family);
        let theta = objective.pack(&net);
        let mut grad = vec![R::ZERO; theta.len()];
        let seen = objective.gradient(&theta, None, &mut grad);
        grad.iter().map(|g| g.to_f64().to_bits()).chain([seen.loss.to_bits(), seen.accuracy.to_bits()]).collect()
    }
    each_case(|case, mask, _| {
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            assert_eq!(bits::<f32>(&case, mask.as_ref(), family), bits::<f32>(&case, mask.as_ref(), Family::Portable));
            assert_eq!(bits::<f64>(&case, mask.as_ref(), family), bits::<f64>(&case, mask.as_ref(), Family::Portable));
        }
    });
}

const RECIPE: Recipe =
    Recipe { optimizer: Optimizer::Gd, rate: 0.2, schedule: Schedule::Constant, steps: 60, target_loss: 0.0 };

fn trained(case: &Case, mask: Option<&Mask>, recipe: &Recipe) -> (PatchNet<f64>, Trained) {
    let mut objective = PatchObjective::new(&case.net, mask, &case.bank, case.targets.clone(), case.loss).unwrap();
    let mut theta = objective.pack(&case.net);
    let order = Key::root("order");
    let end = train(&mut objective, &mut theta, recipe, &order, &mut (), &Stop::new()).unwrap();
    (objective.unpack(&theta), end)
}

#[test]
fn a_mask_of_ones_equals_no_mask() {
    let case = case(law(3, 20, SignalLaw::Basis), 15, 6, 3.0, Outer::Ones, Loss::CrossEntropy);
    let ones = Mask::ones(&[3, 6, 20]);
    assert_eq!(trained(&case, Some(&ones), &RECIPE), trained(&case, None, &RECIPE));
}

#[test]
fn training_equals_plain_gradient_descent_with_a_multiplied_mask() {
    for keep in [0.7, 0.2] {
        let case = case(law(3, 40, SignalLaw::Basis), 15, 6, 3.0, Outer::Trained, Loss::CrossEntropy);
        let mask = bernoulli(&case.net, keep);
        let mut plain = masked(&case.net, &mask);
        for _ in 0..RECIPE.steps {
            let (_, grad_w, grad_a) = naive(&plain, &case.x, &case.goal, case.loss);
            plain.w = masked(&PatchNet { w: &plain.w - &(grad_w * RECIPE.rate), ..plain.clone() }, &mask).w;
            plain.a = plain.a.map(|a| a - grad_a * RECIPE.rate);
        }
        let (fast, end) = trained(&case, Some(&mask), &RECIPE);
        assert!(fast.w.iter().zip(&plain.w).all(|(a, b)| close(*a, *b, 1.0)));
        assert!(fast.a.unwrap().iter().zip(&plain.a.unwrap()).all(|(a, b)| close(*a, *b, 1.0)));
        assert_eq!(end.steps, RECIPE.steps);
    }
}

#[test]
fn the_order_of_the_patches_does_not_matter() {
    let case = case(law(3, 20, SignalLaw::Basis), 15, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let turned = Array3::from_shape_fn(case.x.dim(), |(i, patch, j)| case.x[[i, 1 - patch, j]]);
    let outputs = |x: &Array3<f64>| case.net.outputs(&PatchBank::of_array(x.view()).unwrap()).unwrap();
    assert_eq!(outputs(&case.x), outputs(&turned));
    let by_law = case.net.outputs(&case.bank).unwrap();
    assert!(by_law.iter().zip(&outputs(&case.x)).all(|(a, b)| close(*a, *b, 1.0)));
}

#[test]
fn permuting_the_classes_permutes_the_heads() {
    let case = case(law(3, 20, SignalLaw::Basis), 15, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let to = [2, 0, 1];
    let labels: Vec<usize> = (0..15).map(|i| to[(0..3).find(|k| case.goal[[i, *k]] == 1.0).unwrap()]).collect();
    let w = Array3::from_shape_fn(case.net.w.dim(), |(k, r, j)| {
        case.net.w[[to.iter().position(|to| *to == k).unwrap(), r, j]]
    });
    let (net, end) = trained(&case, None, &RECIPE);
    let permuted =
        Case { net: PatchNet { w, ..case.net.clone() }, targets: Targets::classes(&labels, 3).unwrap(), ..case };
    let (other, other_end) = trained(&permuted, None, &RECIPE);
    assert!(close(end.last.loss, other_end.last.loss, 1.0));
    for k in 0..3 {
        let (a, b) = (net.w.index_axis(ndarray::Axis(0), k), other.w.index_axis(ndarray::Axis(0), to[k]));
        assert!(a.iter().zip(b).all(|(a, b)| close(*a, *b, 1.0)));
    }
}

#[test]
fn rescaled_data_weights_and_rate_give_the_same_outputs() {
    // xi -> c xi, mu -> c mu, W -> W / c, eta -> eta / c^2 (theory sheet, 3.1).
    let c = 4.0;
    let one = case(law(3, 20, SignalLaw::Basis), 15, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let law = PatchLaw { signal: 1.5 * c, noise: 0.4 * c, ..law(3, 20, SignalLaw::Basis) };
    let mut other = case(law, 15, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    other.net.w.mapv_inplace(|w| w / c);
    let ((a, _), (b, _)) =
        (trained(&one, None, &RECIPE), trained(&other, None, &Recipe { rate: RECIPE.rate / (c * c), ..RECIPE }));
    // A power of 2 scales without rounding: the runs are the same to the last bit.
    assert_eq!(a.outputs(&one.bank).unwrap(), b.outputs(&other.bank).unwrap());
}

#[test]
fn mini_batches_see_each_sample_once_per_pass() {
    // With rate 0 every batch's gradient is taken at the same weights: their mean over a pass is the full gradient.
    for signal_law in [SignalLaw::Basis, SignalLaw::Rotated] {
        let case = case(law(3, 20, signal_law), 12, 4, 2.0, Outer::Trained, Loss::CrossEntropy);
        let mask = bernoulli(&case.net, 0.6);
        let new = || PatchObjective::new(&case.net, Some(&mask), &case.bank, case.targets.clone(), case.loss).unwrap();
        let (mut objective, mut theta) = (new(), new().pack(&case.net));
        let mut full = vec![0.0; theta.len()];
        new().gradient(&theta, None, &mut full);
        let optimizer = Optimizer::Sgd { batch: 3, momentum: 0.0, weight_decay: 0.0 };
        let recipe = Recipe { optimizer, rate: 0.0, steps: 8, ..RECIPE };
        let mut sums = [vec![0.0; theta.len()], vec![0.0; theta.len()]];
        let mut observer = |step: &crate::training::Step<'_, f64>, _: &PatchObjective<f64>| {
            if let Some(sum) = sums.get_mut(step.index as usize / 4) {
                sum.iter_mut().zip(step.grad).for_each(|(sum, g)| *sum += g / 4.0);
            }
        };
        let end = train(&mut objective, &mut theta, &recipe, &Key::root("order"), &mut observer, &Stop::new()).unwrap();
        assert_eq!(end.steps, 8);
        for sum in sums {
            assert!(sum.iter().zip(&full).all(|(a, b)| close(*a, *b, 1.0)));
        }
    }
}

#[test]
fn a_batch_of_all_samples_is_full_batch_descent() {
    let case = case(law(3, 20, SignalLaw::Basis), 12, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let optimizer = Optimizer::Sgd { batch: 12, momentum: 0.0, weight_decay: 0.0 };
    assert_eq!(trained(&case, None, &Recipe { optimizer, ..RECIPE }), trained(&case, None, &RECIPE));
}

#[test]
fn training_learns_a_strong_signal_and_tests_well() {
    let law = PatchLaw { signal: 3.0, ..law(2, 30, SignalLaw::Basis) };
    let mut case = case(law, 20, 10, 3.0, Outer::Ones, Loss::CrossEntropy);
    // A small start: what is left of it at the end misleads no test sample.
    case.net.w.mapv_inplace(|w| 0.1 * w);
    let recipe = Recipe { steps: 5000, target_loss: 0.01, rate: 0.05, ..RECIPE };
    let (net, end) = trained(&case, None, &recipe);
    assert_eq!((end.outcome.name(), end.last.accuracy), ("converged", 1.0));
    assert!(end.last.loss <= 0.01 && end.steps < 5000);
    let key = Key::root("patch network");
    let signals = law.signals(&key);
    let test = |n| {
        let (stream, mut seen) = (law.stream(&signals, Labels::Balanced, &key.child("test")), 0);
        let networks = [net.clone(), net.clone()];
        let both = PatchNet::test(&networks, stream, n, case.loss, |at, block, _| seen += at * block.len()).unwrap();
        assert_eq!((seen, both[0]), (n, both[1]));
        both[1]
    };
    assert!(test(500).accuracy > 0.95);
    // In blocks or at once: the same samples.
    let sample = law.sample(&law.signals(&key), 100, Labels::Balanced, &key.child("test"));
    let targets = Targets::classes(&sample.labels, 2).unwrap();
    let whole = net.evaluate(&PatchBank::of_law(&sample), &targets, case.loss).unwrap();
    assert!(close(test(100).loss, whole.loss, 1.0) && close(test(100).accuracy, whole.accuracy, 1.0));
}

#[test]
fn a_network_without_weights_scores_by_ties() {
    let case = case(law(4, 20, SignalLaw::Basis), 12, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let nothing = Mask::from_indices(&[4, 4, 20], []);
    let (_, end) = trained(&case, Some(&nothing), &Recipe { target_loss: 0.01, ..RECIPE });
    assert_eq!((end.outcome.name(), end.last.accuracy), ("cap", 0.25));
    assert!(close(end.last.loss, 4f64.ln(), 1.0));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let Case { net, bank, targets, loss, .. } =
        case(law(3, 20, SignalLaw::Basis), 12, 4, 3.0, Outer::Ones, Loss::CrossEntropy);
    let new = |net: &PatchNet<f64>, mask: Option<&Mask>, targets: &Targets<f64>, loss| {
        PatchObjective::new(net, mask, &bank, targets.clone(), loss).map(|_| ()).unwrap_err().to_string()
    };
    assert!(new(&net, Some(&Mask::ones(&[3, 4, 19])), &targets, loss).contains("[3, 4, 19]"));
    assert!(new(&PatchNet { power: 0.5, ..net.clone() }, None, &targets, loss).contains("0.5"));
    assert!(new(&PatchNet { power: f64::NAN, ..net.clone() }, None, &targets, loss).contains("NaN"));
    assert!(new(&net, None, &Targets::classes(&[0, 1], 3).unwrap(), loss).contains("samples"));
    assert!(new(&net, None, &targets, Loss::Logistic).contains("one output"));
    let short = PatchNet::normal((3, 4, 19), 1.0, 3.0, Outer::Ones, &Key::root("x"));
    assert!(new(&short, None, &targets, loss).contains("19"));
    assert!(Targets::<f64>::classes(&[0, 3], 3).unwrap_err().to_string().contains("class 3"));
}

#[test]
fn weights_in_another_memory_order_are_the_same_weights() {
    let case = case(law(3, 20, SignalLaw::Basis), 15, 6, 3.0, Outer::Trained, Loss::CrossEntropy);
    // The same entries with the last index slowest, and so the outer weights.
    let turned = PatchNet {
        w: Array3::from_shape_fn((20, 6, 3), |(j, r, k)| case.net.w[[k, r, j]]).reversed_axes(),
        a: case.net.a.as_ref().map(|a| a.t().as_standard_layout().into_owned().reversed_axes()),
        ..case.net.clone()
    };
    assert!(turned == case.net && !turned.w.is_standard_layout());
    assert_eq!(turned.outputs(&case.bank).unwrap(), case.net.outputs(&case.bank).unwrap());
    for mask in [None, Some(bernoulli(&case.net, 0.4))] {
        let new = |net| PatchObjective::new(net, mask.as_ref(), &case.bank, case.targets.clone(), case.loss).unwrap();
        assert_eq!(new(&turned).pack(&turned), new(&case.net).pack(&case.net));
    }
}
