//! How steep a two-layer ReLU network is that fits random labels, against samples, dimension and width.
//!
//! The law of robustness (arXiv 2105.12806) has every f of p parameters that fits n noisy labels below their noise at least
//! about sqrt(nd/p) steep, anywhere. What is measured is therefore the supremum of the slope, as a bracket: certified from
//! below by secants, gradients and climbs, from above by a relaxation and norms. Norms alone scale differently and stand
//! beside it. Networks are trained as they are, on the path norm, or on the slope itself at data and between them.

use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::data::random_labels::RandomLabels;
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::{self, Bracket, End, Kinks, Method};
use prunelaw_engine::network::two_layer::{Penalty, TwoLayer, TwoLayerObjective};
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::{Optimizer, Recipe, Schedule, train};

/// Weight of the path norm beside the mean squared error.
const PATH_WEIGHT: f64 = 1e-3;
/// Weight of the slope's power mean.
const SLOPE_WEIGHT: f64 = 0.02;
/// The certified ends that are looked at. Cells are too many here for an exact one.
const METHODS: [Method; 7] =
    [Method::Secant, Method::Sampled, Method::Ascent, Method::Shor, Method::Eigenvalue, Method::Balanced, Method::Path];

/// The sweep.
#[derive(Debug)]
pub struct RobustnessWidthSweep;

static CARD: SimCard = SimCard {
    id: "robustness_width_sweep",
    was: None,
    says: "Lipschitz bracket of fitted two-layer networks against n, d and width",
    about: "x ~ N(0, I_d / d) with independent labels +-1; a two-layer ReLU network with biases is trained by full-batch Adam \
            on the mean squared error, plain, with 1e-3 of its path norm, or with 0.02 of the 8-mean of its gradient norms over \
            the data and as many points between them. Its Lipschitz constant over R^d is bracketed by certified ends.",
    source: "arXiv 2105.12806, sec. 1, and 2009.14444, sec. 5; sizes, penalties and optimizer are ours",
    subject: "robustness",
    family: "robustness",
    protocol: 1,
};

static FIELDS: [Field; 7] = [
    SAMPLES.within(Domain::Integer { min: 2, max: 100_000 }).integer(200).axis(),
    DIMENSION.within(Domain::Integer { min: 1, max: 10_000 }).integer(20).axis(),
    Field { symbol: "k", help: "hidden neurons", ..NEURONS.within(Domain::Integer { min: 1, max: 2048 }).integer(64) }
        .axis(),
    PENALTY.axis(),
    Field { help: "learning rate of Adam, falling to 0 as a cosine", ..RATE.real(0.02) },
    STEPS.integer(2000),
    Field {
        unit: "1",
        help: "mean squared error plus penalty at which training stops; a penalty alone stays above it",
        ..TARGET_LOSS.real(1e-4)
    },
];

static SCHEMAS: [Schema; 1] = [Schema { when: "random labels", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 19] = [
    Column::text("outcome", "converged to the target, or cap: all steps were run, as with a penalty"),
    Column::integer("steps", "steps", "updates made"),
    Column::real("train_loss", "1", "mean squared error at the final weights, without the penalty"),
    Column::real("eps", "1", "1 - mean squared error: how far the fit is below the noise, of variance 1"),
    Column::real("lip_lower", "1", "Lipschitz constant over R^d, certified: at least"),
    Column::text("lower_method", "the method of that end"),
    Column::real("lip_upper", "1", "Lipschitz constant over R^d, certified: at most"),
    Column::text("upper_method", "the method of that end"),
    Column::real("rms_gradient", "1", "root mean square of |grad f| at the data"),
    Column::real("data_secant", "1", "steepest secant between two samples"),
    Column::real("path_norm", "1", "sum_j |a_j| |w_j|"),
    Column::real("spectral_norm", "1", "|a| ||W||_op with |a_j| = |w_j|"),
    Column::real("floor", "1", "2 / smallest distance of samples with opposite labels: what any interpolant has"),
    Column::real("gap", "1", "smallest output at +1 minus largest at -1: 2 for an interpolant"),
    Column::integer("parameters", "weights", "p = k (d + 2)"),
    Column::real("p_eff", "nats + weights", "I(mask; data) + |mask|_1: the mask keeps all and knows nothing, so p"),
    Column::real("law", "1", "sqrt(nd/p)"),
    Column::real("ratio", "1", "lip_lower / sqrt(nd/p)"),
    Column::real("upper_ratio", "1", "lip_upper / lip_lower"),
];

/// One cell.
struct Cell<'a> {
    samples: usize,
    dimension: usize,
    neurons: usize,
    penalty: &'a str,
    recipe: Recipe,
}

impl Cell<'_> {
    fn read(cell: &Settings) -> Cell<'_> {
        let samples = cell.count("samples");
        Cell {
            samples,
            dimension: cell.count("dimension"),
            neurons: cell.count("neurons"),
            penalty: cell.text("penalty"),
            recipe: Recipe {
                optimizer: Optimizer::Adam { batch: samples },
                rate: cell.real("rate"),
                schedule: Schedule::Cosine,
                steps: cell.count("steps") as u64,
                target_loss: cell.real("target_loss"),
            },
        }
    }

    fn parameters(&self) -> usize {
        self.neurons * (self.dimension + 2)
    }

    fn run(&self, key: &Key, stop: &Stop) -> Option<Row> {
        let data = RandomLabels::draw(self.samples, self.dimension, &key.child("data"));
        let penalty = match self.penalty {
            "path" => Penalty::Path { weight: PATH_WEIGHT },
            "lipschitz" => Penalty::Lipschitz { weight: SLOPE_WEIGHT, points: data.and_between(&key.child("points")) },
            _ => Penalty::None,
        };
        let mut objective = TwoLayerObjective::new(self.neurons, &data.x, &data.y, penalty);
        let mut theta = TwoLayer::draw(self.neurons, self.dimension, &key.child("init")).pack();
        let trained = train(&mut objective, &mut theta, &self.recipe, &key.child("order"), &mut (), stop)?;
        let error = objective.squared_error(&theta);
        let network = TwoLayer::unpack(&theta, self.neurons, self.dimension);
        let measured = Measured::of(&network, &data, &key.child("measure"));
        let law = ((self.samples * self.dimension) as f64 / self.parameters() as f64).sqrt();
        Some(vec![
            trained.outcome.name().into(),
            trained.steps.into(),
            error.into(),
            (1.0 - error).into(),
            measured.lower.0.into(),
            measured.lower.1.into(),
            measured.upper.0.into(),
            measured.upper.1.into(),
            measured.rms_gradient.into(),
            measured.pairs.secant.into(),
            measured.path.into(),
            measured.spectral.into(),
            measured.pairs.floor.into(),
            measured.pairs.gap.into(),
            self.parameters().into(),
            (self.parameters() as f64).into(),
            law.into(),
            (measured.lower.0 / law).into(),
            (measured.upper.0 / measured.lower.0).into(),
        ])
    }
}

/// What a fitted network shows; no numbers if its weights are none.
struct Measured {
    lower: (f64, &'static str),
    upper: (f64, &'static str),
    path: f64,
    spectral: f64,
    rms_gradient: f64,
    pairs: Pairs,
}

impl Measured {
    fn of(network: &TwoLayer, data: &RandomLabels, key: &Key) -> Measured {
        let ends = ends(network, key);
        let value = |method: &str| ends.iter().find(|end| end.method == method).map_or(f64::NAN, |end| end.value);
        let Bracket { lower, upper, .. } = Bracket::of(&ends);
        let by = |value: f64| ends.iter().find(|end| end.value == value).map_or("none", |end| end.method);
        let (lower, upper) = if ends.is_empty() { (f64::NAN, f64::NAN) } else { (lower, upper) };
        Measured {
            lower: (lower, by(lower)),
            upper: (upper, by(upper)),
            path: value("path"),
            spectral: value("balanced spectral"),
            rms_gradient: network.slopes(&data.x).mapv(|g| g * g).mean().map_or(f64::NAN, f64::sqrt),
            pairs: Pairs::of(network, data),
        }
    }
}

/// The certified ends, none for weights that are no numbers.
fn ends(network: &TwoLayer, key: &Key) -> Vec<End> {
    let Ok(kinks) = Kinks::new(network.w.view(), Some(network.b.view()), network.a.view(), lipschitz::Domain::All)
    else {
        return Vec::new();
    };
    METHODS.iter().filter_map(|method| method.end(&kinks, key).ok().flatten()).collect()
}

/// What pairs of samples show.
struct Pairs {
    secant: f64,
    floor: f64,
    gap: f64,
}

impl Pairs {
    fn of(network: &TwoLayer, RandomLabels { x, y }: &RandomLabels) -> Pairs {
        let f = network.outputs(x);
        let (mut secant, mut nearest) = (0.0f64, f64::INFINITY);
        for i in 0..y.len() {
            for j in 0..i {
                let apart = (&x.row(i) - &x.row(j)).mapv(|x| x * x).sum().sqrt();
                secant = secant.max((f[i] - f[j]).abs() / apart);
                if y[i] != y[j] {
                    nearest = nearest.min(apart);
                }
            }
        }
        let of = |label: f64| f.iter().zip(y).filter(move |(_, y)| **y == label).map(|(f, _)| *f);
        let gap = of(1.0).fold(f64::INFINITY, f64::min) - of(-1.0).fold(f64::NEG_INFINITY, f64::max);
        // Labels that agree ask for nothing.
        let gap = if nearest.is_finite() { gap } else { 0.0 };
        Pairs { secant, floor: 2.0 / nearest, gap }
    }
}

impl Sim for RobustnessWidthSweep {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let penalties = ("penalty", "none,path,lipschitz");
        match effort {
            Effort::Smoke => own(&[
                ("samples", "40"),
                ("dimension", "10"),
                ("neurons", "4,8,16"),
                ("steps", "400"),
                penalties,
                ("replicas", "3"),
            ]),
            Effort::Normal => own(&[("neurons", "16,32,64,128"), penalties, ("replicas", "20")]),
            Effort::Paper => own(&[
                ("samples", "200,300,400"),
                ("dimension", "20,100"),
                ("neurons", "16,32,64,128,256,512"),
                ("steps", "6000"),
                penalties,
                ("replicas", "5"),
            ]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, _: &Settings) -> Result<(), SettingsError> {
        Ok(())
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let cell = Cell::read(cell);
        let [n, d, k] = [cell.samples, cell.dimension, cell.neurons].map(|size| size as f64);
        // Products forwards and backwards; the penalty on slopes has five more of them, in twice the points.
        let products = if cell.penalty == "lipschitz" { 12.0 } else { 2.0 };
        let real = 2.0;
        let training = real * 2.0 * products * n * d * k * cell.recipe.steps as f64;
        // Climbs, the dual ascent with its Cholesky, and pairs of samples.
        let bracket = 160.0 * 2000.0 * k * d + 2000.0 * k * d * (2.0 * k).sqrt() + 2.0 * k * k * k + 3.0 * n * n * d;
        Cost { flops: training + bracket, bytes: 8.0 * (6.0 * n * k + 6.0 * k * (d + 2.0) + 3.0 * k * k + 4.0 * n * d) }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        jobs.iter().map(|job| Cell::read(&job.settings).run(&job.key, stop).map(|row| vec![row])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::settings::Request;

    fn cell(words: &[(&str, &str)]) -> Settings {
        let words: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&words]).unwrap().cells().remove(0)
    }

    fn row(words: &[(&str, &str)]) -> impl Fn(&str) -> f64 + use<> {
        let row = Cell::read(&cell(words)).run(&Key::root("robust").replica(0), &Stop::new()).unwrap();
        assert_eq!(row.len(), COLUMNS.len());
        move |name: &str| row[COLUMNS.iter().position(|column| column.name == name).unwrap()].number()
    }

    const SMALL: [(&str, &str); 4] = [("samples", "20"), ("dimension", "6"), ("neurons", "8"), ("steps", "300")];

    #[test]
    fn a_fit_lies_in_its_bracket_and_above_its_secants() {
        for penalty in ["none", "path", "lipschitz"] {
            let row = row(&[&SMALL[..], &[("penalty", penalty)]].concat());
            assert!(row("eps") > 0.5, "{penalty}: {}", row("eps"));
            assert!(row("lip_lower") <= row("lip_upper") && row("data_secant") <= row("lip_upper") * (1.0 + 1e-12));
            assert!(row("floor") * row("gap") / 2.0 <= row("data_secant") * (1.0 + 1e-12));
            assert!(row("spectral_norm") <= row("path_norm") * (1.0 + 1e-9));
            assert_eq!((row("parameters"), row("law")), (64.0, (120.0f64 / 64.0).sqrt()));
        }
    }

    #[test]
    fn a_penalty_makes_the_same_network_flatter() {
        let [plain, path, flat] =
            ["none", "path", "lipschitz"].map(|penalty| row(&[&SMALL[..], &[("penalty", penalty)]].concat()));
        assert!(path("path_norm") < plain("path_norm"));
        assert!(flat("lip_lower") < plain("lip_lower"));
    }

    #[test]
    fn labels_that_agree_ask_for_nothing_and_stay_finite() {
        let network = TwoLayer::draw(3, 2, &Key::root("agree"));
        let pairs =
            Pairs::of(&network, &RandomLabels { x: ndarray::array![[0.0, 1.0], [1.0, 0.0]], y: vec![1.0, 1.0] });
        assert_eq!((pairs.floor, pairs.gap), (0.0, 0.0));
    }
}
