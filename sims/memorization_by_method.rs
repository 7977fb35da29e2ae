//! How many random labels a pruned network memorizes, by pruning rule and keep fraction.
//!
//! Gaussian inputs with random labels carry nothing to learn: what a network fits it has memorized. All rules prune the same
//! initial network, are shown the same data, and are trained alike; the axis `ablation` shuffles the final mask within each
//! layer, or puts fresh weights under it.
//!
//! The paper states n = 30, d = 30, two hidden layers, the cross-entropy, a rate of 0.01 and 250 seeds, and gives prune
//! fractions of .90 to .994. Ours, as it does not state them: 30 neurons per layer (of 30, 50 and 100 the width at which the
//! methods come apart within its prune fractions), He-normal weights, no biases (unpruned ones would hide a network without
//! paths), Adam on all samples, the step cap; the whole data as the batch of SNIP and GraSP, temperature 200, SynFlow in 100
//! rounds, iterative magnitude pruning by a fifth per round, rewound to the initial weights.

use crate::patches::by_class;
use crate::{Cost, Job, Rows, Sim, SimCard};

use prunelaw_engine::data::random_labels::RandomLabels;
use prunelaw_engine::data::{Answers, LabelledData};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use prunelaw_engine::pruning::{Batch, Plan, PruningError, Rule, Scope, dense, imp, reinit, shuffle, synflow};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Field, Schema, Settings, SettingsError, plain};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Loss, Optimizer, Recipe, Schedule, Trained, train};
use std::f64::consts::LN_2;
use std::sync::Arc;

/// A point is memorized if its loss is at most this: (ln 2)/10, a tenth of what knowing nothing costs.
const MEMORIZED: f64 = LN_2 / 10.0;

/// Fraction of the remaining weights that iterative magnitude pruning keeps in a round.
const ROUND: f64 = 0.8;

/// As in the authors' code of GraSP.
const TEMPERATURE: f64 = 200.0;

/// The paper's range of prune fractions, .90 to .994.
const KEEPS: &str = "0.006,0.01,0.014,0.02,0.026,0.034,0.045,0.06,0.08,0.1";

/// Scale of the He-normal initial weights.
const SCALE: f64 = 1.0;

/// The experiment.
#[derive(Debug)]
pub struct MemorizationByMethod;

static CARD: SimCard = SimCard {
    id: "memorization_by_method",
    was: None,
    says: "memorized fraction against the keep fraction by pruning method",
    about: "Gaussian inputs with random labels; one initial network per replica, pruned by every rule to every keep fraction \
            and trained on the data; with the mask shuffled within its layers, or on fresh weights. Counts the points whose \
            loss is at most (ln 2)/10.",
    source: "arXiv 2402.01089, Fig. 1a; width, optimizer, initialization and rounds are ours",
    subject: "robustness",
    family: "memorization",
    protocol: 1,
};

static FIELDS: [Field; 10] = [
    RULE.axis(),
    KEEP.axis(),
    ABLATION.axis(),
    SAMPLES.integer(30),
    Field { help: "coordinates of an input", ..DIMENSION.integer(30) },
    WIDTHS.integers(&[30, 30]),
    RATE.real(0.01),
    STEPS.integer(1000),
    TARGET_LOSS.real(0.002),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "any network", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 11] = [
    Column::text("outcome", "converged, cap, or diverged"),
    Column::integer("steps", "steps", "updates made in the final training"),
    Column::real("train_loss", "nats", "mean logistic loss at the last step"),
    Column::real("train_accuracy", "fraction", "samples on their label's side of 0; an output of 0 is half a one"),
    Column::real("memorized", "fraction", "samples whose loss is at most (ln 2)/10"),
    Column::integer("weights", "weights", "weights before pruning"),
    Column::integer("kept_weights", "weights", "weights that the masks keep"),
    Column::integer("live_edges", "weights", "kept weights on a path of kept weights from an input to the output"),
    Column::real("effective_density", "fraction", "live edges over weights before pruning"),
    Column::text("weights_by_layer", "weights of each layer before pruning, first to last"),
    Column::text("kept_by_layer", "weights that the masks keep in each layer, first to last"),
];

fn widths(cell: &Settings) -> Vec<usize> {
    [cell.count("dimension")].into_iter().chain(cell.counts("widths")).chain([1]).collect()
}

fn weights(cell: &Settings) -> usize {
    widths(cell).windows(2).map(|pair| pair[0] * pair[1]).sum()
}

impl Sim for MemorizationByMethod {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let rules = ("rule", "random,magnitude,magnitude-after,snip,grasp,synflow,imp");
        let (keep, replicas) = match effort {
            Effort::Smoke => ("0.02,0.1", "4"),
            Effort::Normal => (KEEPS, "40"),
            Effort::Paper => (KEEPS, "250"),
        };
        [rules, ("keep", keep), ("replicas", replicas)].map(|(key, value)| Assignment::own(key, value)).to_vec()
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        let (all, keep) = (weights(cell), cell.real("keep"));
        if KeepFraction::new(keep).is_ok_and(|keep| keep.count_of(all) > 0) {
            return Ok(());
        }
        let must = format!("less than one of the {all} weights is kept");
        let written = cell.get("keep").map(plain).unwrap_or_default();
        Err(SettingsError::conflict("keep", written, must, Some((1.0 / all as f64).to_string())))
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let (all, n, steps) = (weights(cell) as f64, cell.count("samples") as f64, cell.count("steps") as f64);
        // A step of so small a network costs as much as a hundred thousand operations whatever the mask; trainings that
        // memorize stop early; rules that train spend a training of the dense network or two beside the final one.
        let training = steps * (1e5 + 6.0 * n * all * cell.real("keep"));
        let before = match cell.text("rule") {
            "magnitude-after" | "imp" => 0.3 * steps * (1e5 + 6.0 * n * all),
            "synflow" => 100.0 * 20.0 * all,
            _ => 100.0 * n * all,
        };
        Cost { flops: training + before, bytes: 400.0 * all + 16.0 * n * cell.count("dimension") as f64 }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        match jobs.first().map(|job| job.settings.text("precision")) {
            None => Vec::new(),
            Some("f32") => run_in::<f32>(jobs, stop),
            Some(_) => run_in::<f64>(jobs, stop),
        }
    }
}

fn run_in<R: Real>(jobs: &[Job], stop: &Stop) -> Vec<Option<Rows>> {
    let mut found: Option<Replica<R>> = None;
    let run = |job: &Job| {
        // Cells of a replica differ in rule, keep fraction and ablation: they share data, weights and trainings.
        if found.as_ref().is_none_or(|replica| replica.key != job.key) {
            found = Some(Replica::draw(&job.settings, &job.key));
        }
        Some(vec![found.as_mut().expect("just drawn").row(&job.settings, stop)?])
    };
    jobs.iter().map(run).collect()
}

/// What the cells of a replica share.
struct Replica<R> {
    key: Key,
    data: LabelledData,
    batch: Batch<R>,
    init: Mlp<R>,
    recipe: Recipe,
    /// Iterative magnitude pruning: the masks before a round, and the network that was trained under them. The first is the
    /// dense one.
    rounds: Vec<(Vec<Mask>, Mlp<R>)>,
}

impl<R: Real> Replica<R> {
    fn draw(cell: &Settings, key: &Key) -> Replica<R> {
        let n = cell.count("samples");
        let data = RandomLabels::draw(n, cell.count("dimension"), &key.child("data"))
            .classes((cell.count("dimension") as f64).sqrt());
        let samples = Arc::new(Samples::new(&data, 1, Loss::Logistic).expect("labels of one output are 0 and 1"));
        Replica {
            init: Mlp::draw(&widths(cell), Activation::Relu, false, InitLaw::HeNormal, SCALE, &key.child("init")),
            batch: Batch { samples, loss: Loss::Logistic },
            recipe: Recipe {
                optimizer: Optimizer::Adam { batch: n },
                rate: cell.real("rate"),
                schedule: Schedule::Constant,
                steps: cell.count("steps") as u64,
                target_loss: cell.real("target_loss"),
            },
            rounds: Vec::new(),
            key: key.clone(),
            data,
        }
    }

    /// Trains the network under these masks. `None` if it was stopped.
    fn train(&self, net: &Mlp<R>, masks: &[Mask], stop: &Stop) -> Option<(Trained, Mlp<R>)> {
        let mut objective =
            MlpObjective::new(net, Some(masks), Arc::clone(&self.batch.samples), self.batch.loss).expect("masks fit");
        let mut theta = objective.pack(net);
        let trained = train(&mut objective, &mut theta, &self.recipe, &self.key.child("order"), &mut (), stop)?;
        Some((trained, objective.unpack(&theta)))
    }

    /// Rounds of iterative magnitude pruning, until the next would keep fewer than `kept` weights.
    fn prune_until(&mut self, kept: usize, stop: &Stop) -> Option<usize> {
        let count = |masks: &[Mask]| masks.iter().map(Mask::kept).sum::<usize>();
        if self.rounds.is_empty() {
            let masks = dense(&self.init);
            let trained = self.train(&self.init, &masks, stop)?.1;
            self.rounds.push((masks, trained));
        }
        loop {
            // Also where the round is in store: its masks are those of the last before `kept`.
            let at = self.rounds.iter().rposition(|(masks, _)| count(masks) > kept).unwrap_or(0);
            let left = imp::keep_after(1.0 - ROUND, at as u32 + 1).expect("a fraction");
            let all = self.rounds[0].0.iter().map(Mask::len).sum();
            if at + 1 < self.rounds.len() || left.count_of(all) <= kept {
                return Some(at);
            }
            let (masks, trained) = &self.rounds[at];
            let plan = Plan::one_shot(left, Scope::Global);
            let Ok(masks) = imp::prune(&self.init, masks, &plan, |_, _, _| Some(trained.clone())) else {
                // The training diverged, and gives no better mask to anybody else.
                return Some(at);
            };
            let trained = self.train(&self.init, &masks, stop)?.1;
            self.rounds.push((masks, trained));
        }
    }

    /// The masks of a rule, or why there are none; the outer `None` if a training was stopped.
    fn masks(&mut self, rule: &str, keep: KeepFraction, stop: &Stop) -> Option<Result<Vec<Mask>, PruningError>> {
        let plan = Plan::one_shot(keep, Scope::Global);
        let start = dense(&self.init);
        let kept = keep.count_of(start.iter().map(Mask::len).sum());
        let by = |rule: Rule, plan: &Plan| rule.prune(&self.init, &start, Some(&self.batch), plan);
        Some(match rule {
            "random" => {
                let shapes: Vec<&[usize]> = start.iter().map(Mask::shape).collect();
                Ok(Mask::random_global(&shapes, keep, &self.key.child("mask")))
            }
            "magnitude" => by(Rule::Magnitude, &plan),
            "snip" => by(Rule::Snip, &plan),
            "grasp" => by(Rule::Grasp { temperature: TEMPERATURE }, &plan),
            "synflow" => by(Rule::SynFlow, &Plan { rounds: synflow::ROUNDS, ..plan }),
            _ => {
                let at =
                    if rule == "imp" { self.prune_until(kept, stop)? } else { self.prune_until(usize::MAX, stop)? };
                let (masks, trained) = &self.rounds[at];
                imp::prune(&self.init, masks, &plan, |_, _, _| Some(trained.clone()))
            }
        })
    }

    fn row(&mut self, cell: &Settings, stop: &Stop) -> Option<Row> {
        let keep = KeepFraction::new(cell.real("keep")).expect("the vocabulary keeps keep in [0, 1]");
        let Ok(masks) = self.masks(cell.text("rule"), keep, stop)? else {
            return Some(no_mask(&self.init));
        };
        let (masks, net) = match cell.text("ablation") {
            "shuffle" => (shuffle::within_layers(&masks, &self.key.child("shuffle")), self.init.clone()),
            "reinit" => (masks, reinit::fresh(&self.init, InitLaw::HeNormal, SCALE, &self.key.child("reinit"))),
            _ => (masks, self.init.clone()),
        };
        let (trained, net) = self.train(&net, &masks, stop)?;
        let (all, live) = (masks.iter().map(Mask::len).sum::<usize>(), Mask::live(&masks));
        let edges: usize = live.iter().map(Mask::kept).sum();
        Some(vec![
            trained.outcome.name().into(),
            trained.steps.into(),
            trained.last.loss.into(),
            trained.last.accuracy.into(),
            memorized(&net, &self.data).into(),
            all.into(),
            masks.iter().map(Mask::kept).sum::<usize>().into(),
            edges.into(),
            (edges as f64 / all as f64).into(),
            by_class(&masks.iter().map(Mask::len).collect::<Vec<_>>()).into(),
            by_class(&masks.iter().map(Mask::kept).collect::<Vec<_>>()).into(),
        ])
    }
}

/// The row of a rule that gave no mask: the training behind its scores diverged.
fn no_mask<R: Real>(net: &Mlp<R>) -> Row {
    let sizes: Vec<usize> = net.layers.iter().map(|layer| layer.w.len()).collect();
    let nothing = f64::NAN;
    vec![
        "diverged".into(),
        0_u64.into(),
        nothing.into(),
        nothing.into(),
        nothing.into(),
        sizes.iter().sum::<usize>().into(),
        0_usize.into(),
        0_usize.into(),
        nothing.into(),
        by_class(&sizes).into(),
        by_class(&vec![0; sizes.len()]).into(),
    ]
}

/// Fraction of the samples whose logistic loss is at most [`MEMORIZED`]; NaN if an output is no number.
fn memorized<R: Real>(net: &Mlp<R>, data: &LabelledData) -> f64 {
    let Answers::Classes(labels) = &data.y else { return f64::NAN };
    let outputs = net.outputs(&data.x).expect("the network was trained on these samples");
    let losses = outputs.iter().zip(labels).map(|(f, label)| {
        let wrong = if *label == 1 { -*f } else { *f };
        let loss = R::ZERO.max(wrong) + (-wrong.abs()).exp().ln_1p();
        if wrong.is_finite() { loss.to_f64() } else { f64::NAN }
    });
    let points = losses.map(|loss| if loss.is_nan() { loss } else { f64::from(u8::from(loss <= MEMORIZED)) });
    points.sum::<f64>() / labels.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::device::Cpu;
    use prunelaw_engine::settings::Request;

    /// All rules and ablations at two keep fractions, small.
    fn jobs(replicas: u64) -> Vec<Job> {
        let words = [
            ("rule", "random,magnitude,magnitude-after,snip,grasp,synflow,imp"),
            ("keep", "0.1,0.3"),
            ("ablation", "none,shuffle,reinit"),
            ("samples", "8"),
            ("dimension", "6"),
            ("widths", "9,7"),
            ("steps", "60"),
        ];
        let layer = words.map(|(key, value)| Assignment::own(key, value));
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let job = |replica| {
            let key = Key::root("memorization").replica(replica);
            request.cells().into_iter().map(move |settings| Job { settings, replica, key: key.clone() })
        };
        (0..replicas).flat_map(job).collect()
    }

    fn run(jobs: &[Job]) -> Vec<Row> {
        let rows = MemorizationByMethod.run(jobs, &Cpu, &Stop::new());
        rows.into_iter().map(|rows| rows.expect("nobody stopped it").remove(0)).collect()
    }

    #[test]
    fn a_row_depends_on_its_job_alone() {
        let jobs = jobs(2);
        let alone: Vec<Row> = jobs.iter().flat_map(|job| run(std::slice::from_ref(job))).collect();
        let mut reversed = jobs.clone();
        reversed.reverse();
        let mut turned = run(&reversed);
        turned.reverse();
        assert!(run(&jobs) == alone && turned == alone);
    }

    #[test]
    fn counts_are_exact_and_an_ablation_keeps_those_of_the_layers() {
        // 6 * 9 + 9 * 7 + 7 = 124 weights.
        let at = |name: &str| COLUMNS.iter().position(|column| column.name == name).unwrap();
        let jobs = jobs(1);
        let rows = run(&jobs);
        for (job, row) in jobs.iter().zip(&rows) {
            assert_eq!(row[at("weights")].number(), 124.0);
            let kept = if job.settings.real("keep") == 0.1 { 12.0 } else { 37.0 };
            assert!(row[at("kept_weights")].number() == kept && row[at("live_edges")].number() <= kept);
            let own = jobs.iter().position(|other| {
                let same = |field: &str| other.settings.get(field) == job.settings.get(field);
                other.settings.text("ablation") == "none" && same("rule") && same("keep")
            });
            assert_eq!(row[at("kept_by_layer")], rows[own.unwrap()][at("kept_by_layer")]);
        }
    }

    #[test]
    fn a_point_is_memorized_at_a_tenth_of_a_bit() {
        // -ln of the chance of its label is (ln 2)/10 at the output ln(1 / (2^0.1 - 1)) = 2.634.
        let net = |w: f64| {
            let mut net = Mlp::<f64>::draw(&[1, 1], Activation::Relu, false, InitLaw::Normal, 1.0, &Key::root("one"));
            net.layers[0].w.fill(w);
            net
        };
        let data = LabelledData { x: ndarray::array![[1.0], [-1.0], [0.0]], y: Answers::Classes(vec![1, 0, 1]) };
        let points = |w| (3.0 * memorized(&net(w), &data)).round();
        assert_eq!((points(2.62), points(2.65), points(-2.65)), (0.0, 2.0, 0.0));
    }
}
