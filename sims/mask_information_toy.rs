//! What masks know about the data, exactly: every data set of an enumerated law, under one initialization per replica.
//!
//! The 3-4-1 ReLU network of 21 parameters is trained on each of the 1792 data sets (6 of the 8 points of {-1, 1}^3, all
//! labellings), and each pruning rule makes its mask on each. So the law of the mask given the initialization is known, and with
//! it I(mask; data | init) = H(mask | init), without sampling error. The plug-in entropy of 1000 and of 32000 drawn data sets
//! stands beside it: what an experiment without enumeration would have seen.

use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::enumerated::data::{DATASETS, datasets};
use prunelaw_engine::enumerated::descent::{Kept, trained_for};
use prunelaw_engine::enumerated::law::{MaskLaw, sampled};
use prunelaw_engine::enumerated::net::{Theta, fits, initial, masked};
use prunelaw_engine::enumerated::rules::{Order, Rule, kept};
use prunelaw_engine::enumerated::{PARAMETERS, tickets};
use prunelaw_engine::information::{bits, entropy, lower, upper};
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary::{PRUNED, RULE, STEPS};
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use std::collections::HashMap;

/// Confidence of the limits from samples.
const CONFIDENCE: f64 = 0.999;

/// The enumeration.
#[derive(Debug)]
pub struct MaskInformationToy;

static CARD: SimCard = SimCard {
    id: "mask_information_toy",
    was: None,
    says: "exact information of masks about data on an enumerated network",
    about: "A 3-4-1 ReLU network with biases is pruned by each rule on each of 1792 equally likely data sets, under one \
            initialization per replica: full-batch gradient descent on the mean squared error, rate 0.1, 500 steps, where the \
            rule trains. The entropy of the mask over the data sets is its information given the initialization.",
    source: "arXiv 2402.01089, Sec. 6 and Fig. 4 left; the data law is our reading of it",
    subject: "robustness",
    family: "mask_information_toy",
    protocol: 1,
};

static FIELDS: [Field; 3] = [
    RULE.within(Domain::Choice(&Rule::NAMES)).text("magnitude-after").axis(),
    PRUNED.within(Domain::Integer { min: 0, max: PARAMETERS as i64 }).integer(9).axis(),
    Field { help: "steps of training under the mask before `fitted` is taken; 0: the initial weights", ..STEPS }
        .within(Domain::Integer { min: 0, max: 100_000 })
        .integer(0),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "the enumerated data sets", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 9] = [
    Column::real("bits", "bits", "I(mask; data | init), exactly; nan if a training is not finite"),
    Column::integer("distinct", "masks", "distinct masks over the 1792 data sets"),
    Column::real(
        "shuffled_bits",
        "bits",
        "the same after a shuffle within each layer: the entropy of the layer counts",
    ),
    Column::real("plug_in_1000", "bits", "plug-in entropy of the masks of 1000 data sets drawn with replacement"),
    Column::real("plug_in_32000", "bits", "the same of 32000"),
    Column::real("lower_bits", "bits", "lower limit of the information from those 32000, confidence .999"),
    Column::real("upper_bits", "bits", "upper limit from their marginals, confidence .999"),
    Column::real("fitted", "1", "share of the data sets whose labels the masked network has, after `steps` steps"),
    Column::real(
        "fitted_best",
        "1",
        "share of the data sets whose labels the initial weights have under some mask of this size",
    ),
];

/// What all cells of a replica share.
struct Replica {
    key: Key,
    start: Theta,
    /// Per rule, one order per data set.
    orders: HashMap<String, Option<Vec<Order>>>,
    /// How many data sets some mask fits, by its size.
    best: [usize; PARAMETERS + 1],
}

impl Replica {
    fn new(key: &Key) -> Replica {
        let start = initial(&key.child("init"));
        Replica { key: key.clone(), start, orders: HashMap::new(), best: tickets::fitted_by_some_mask(&start) }
    }

    fn row(&mut self, cell: &Settings) -> Row {
        let (word, pruned) = (cell.text("rule"), cell.count("pruned"));
        let rule = Rule::named(word).expect("the field has the rules' words");
        let start = self.start;
        let orders = self.orders.entry(word.to_owned()).or_insert_with(|| rule.orders(&start));
        let Some(orders) = orders else {
            return COLUMNS
                .iter()
                .map(|column| if column.unit == "masks" { 0_usize.into() } else { f64::NAN.into() })
                .collect();
        };
        let masks: Vec<Kept> = orders.iter().map(|order| kept(order, pruned)).collect();
        let law = MaskLaw::of(&masks);
        let drawn = |count: usize| sampled(&masks, count, &self.key.child("samples"));
        let (few, many) = (drawn(1000), drawn(32_000));
        let plug_in = |seen: &[(Kept, u64)]| bits(entropy::of_counts(&counts(seen)));
        let (lower, upper) = limits(&many);
        vec![
            bits(law.information).into(),
            law.distinct.into(),
            bits(law.shuffled).into(),
            plug_in(&few).into(),
            plug_in(&many).into(),
            bits(lower).into(),
            bits(upper).into(),
            share(fitted(&start, &masks, cell.count("steps"))).into(),
            share(self.best[PARAMETERS - pruned]).into(),
        ]
    }
}

fn counts(seen: &[(Kept, u64)]) -> Vec<u64> {
    seen.iter().map(|(_, count)| *count).collect()
}

/// Lower and upper limit of the entropy of a mask from a sample, in nats.
fn limits(seen: &[(Kept, u64)]) -> (f64, f64) {
    let samples = counts(seen).iter().sum();
    let kept = |i: usize| seen.iter().filter(|(mask, _)| mask >> i & 1 == 1).map(|(_, count)| count).sum();
    let marginals: Vec<u64> = (0..PARAMETERS).map(kept).collect();
    let lower = lower::plug_in_limit(&counts(seen), CONFIDENCE).expect("there are samples");
    let upper = upper::marginals(&marginals, samples, CONFIDENCE).expect("there are samples");
    (lower.nats, upper.nats)
}

/// How many data sets have their labels' signs after `steps` steps under their masks.
fn fitted(start: &Theta, masks: &[Kept], steps: usize) -> usize {
    let data = datasets();
    if steps == 0 {
        return data.iter().zip(masks).filter(|(data, mask)| fits(&masked(start, **mask), data)).count();
    }
    trained_for(steps, start, masks).iter().zip(&data).filter(|(theta, data)| fits(theta, data)).count()
}

fn share(datasets: usize) -> f64 {
    datasets as f64 / DATASETS as f64
}

impl Sim for MaskInformationToy {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let replicas = match effort {
            Effort::Smoke => "2",
            Effort::Normal => "50",
            Effort::Paper => "200",
        };
        let rules = Rule::NAMES.join(",");
        [("rule", rules.as_str()), ("pruned", "lin(0,21,22)"), ("replicas", replicas)]
            .map(|(key, value)| Assignment::own(key, value))
            .to_vec()
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, _: &Settings) -> Result<(), SettingsError> {
        Ok(())
    }

    fn cost(&self, cell: &Settings) -> Cost {
        // In operations of the dense f32 kernel, 80 of them in a nanosecond: a replica has all sizes of a rule in one, and
        // 500 steps on all data sets take 10 milliseconds.
        let trainings = match cell.text("rule") {
            "imp" => 11.0 / 22.0,
            "magnitude-after" => 1.0 / 22.0,
            _ => 0.0,
        };
        let after = cell.count("steps") as f64 / 500.0;
        Cost { flops: 80.0 * (5e5 + 1e7 * (trainings + after)), bytes: 2e6 }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let mut replica: Option<Replica> = None;
        let mut row = |job: &Job| {
            if replica.as_ref().is_none_or(|replica| replica.key != job.key) {
                replica = Some(Replica::new(&job.key));
            }
            replica.as_mut().map(|replica| vec![replica.row(&job.settings)])
        };
        jobs.iter().map(|job| if stop.requested() { None } else { row(job) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::device::Cpu;
    use prunelaw_engine::settings::Request;
    use prunelaw_engine::table::Table;

    fn table(words: &[(&str, &str)]) -> Table {
        let words: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&words]).unwrap();
        let job = |settings| Job { settings, replica: 0, key: Key::root("toy").replica(0) };
        let jobs: Vec<Job> = request.cells().into_iter().map(job).collect();
        let mut table = Table::new(&COLUMNS);
        table.rows = MaskInformationToy.run(&jobs, &Cpu, &Stop::new()).into_iter().flatten().flatten().collect();
        table
    }

    #[test]
    fn exact_bits_lie_between_the_limits_from_samples() {
        let table = table(&[("rule", "magnitude-after,snip,grasp,synflow"), ("pruned", "0,4,11,18,21")]);
        assert_eq!(table.rows.len(), 20);
        let column = |name| table.numbers(name);
        let (lower, bits, upper) = (column("lower_bits"), column("bits"), column("upper_bits"));
        assert!(lower.iter().zip(&bits).all(|(lower, bits)| lower <= bits));
        assert!(bits.iter().zip(&upper).all(|(bits, upper)| bits <= upper));
        assert!(
            column("shuffled_bits").iter().zip(&bits).all(|(shuffled, bits)| shuffled <= bits && *shuffled < 2.585)
        );
        // SynFlow's masks know nothing; the empty and the full mask neither.
        assert_eq!(bits.iter().filter(|bits| **bits == 0.0).count(), 5 + 6);
    }

    #[test]
    fn training_under_the_mask_fits_more_than_the_mask_alone() {
        let fitted = |steps| table(&[("rule", "synflow"), ("pruned", "3"), ("steps", steps)]).numbers("fitted")[0];
        assert!(fitted("0") <= 28.0 / 1792.0 && fitted("500") > 0.5);
    }

    #[test]
    fn a_raised_stop_gives_no_rows() {
        let stop = Stop::new();
        stop.request();
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[]).unwrap();
        let job = Job { settings: request.cells().remove(0), replica: 0, key: Key::root("stop") };
        assert_eq!(MaskInformationToy.run(&[job], &Cpu, &stop), [None]);
    }
}
