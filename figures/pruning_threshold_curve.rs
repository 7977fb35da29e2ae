//! Accuracy and loss against the prune fraction, for networks pruned at random before training.
//!
//! Below a threshold pruning does not hurt, and may help; beyond it the network still reaches zero training loss, by
//! memorizing noise, and its test accuracy is chance (arXiv 2301.00335). Between the two every replica is one or the
//! other, by the fate of its few surviving signal entries: the figure shows replicas, and never a smooth curve through
//! means.
//!
//! The vertical boundaries are derived here and labelled so; the paper states scalings only.

use crate::axis::{Axis, Scale};
use crate::caption::{self, real, word};
use crate::drawing::{Drawing, Ink, Layer, Mark, Panel, Span};
use crate::patch_law::{Boundary, PatchLaw};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::settings::{Assignment, Request};
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Cell, Row, Table};

/// The figure, on one kind of data.
#[derive(Debug)]
pub struct PruningThresholdCurve {
    card: &'static FigureCard,
    /// The word of the sim's `data` setting.
    data: &'static str,
}

/// On the two-patch law of the paper, with the derived boundaries.
pub static ON_PATCHES: PruningThresholdCurve = PruningThresholdCurve { card: &PATCHES_CARD, data: "patches" };
/// On the handwritten digits, where no boundary is known.
pub static ON_DIGITS: PruningThresholdCurve = PruningThresholdCurve { card: &DIGITS_CARD, data: "digits" };

static PATCHES_CARD: FigureCard = FigureCard {
    id: "pruning_threshold_curve",
    was: None,
    says: "test accuracy, test loss and train loss against the prune fraction, one point per replica, with the derived \
           boundaries",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Theorems 3 and 9, in the setting of its section 2",
};

static DIGITS_CARD: FigureCard = FigureCard {
    id: "pruning_threshold_digits",
    was: None,
    says: "the same curve on handwritten digits: accuracy and loss against the prune fraction",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), section 5, with the UCI handwritten digits in place of MNIST",
};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;

impl Figure for PruningThresholdCurve {
    fn card(&self) -> &'static FigureCard {
        self.card
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["keep", "replica", "outcome", "train_loss", "test_loss", "test_accuracy"];
        let settings = vec![Assignment::own("data", self.data)];
        vec![Need { id: "pruning_fraction_sweep", settings, columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let law = Law::of(request);
        let alpha = || Axis::new("prune fraction α = 1 − p", Scale::Fraction);
        let [mut accuracy, mut loss] = [Vec::new(), Vec::new()];
        for boundary in law.boundaries() {
            let layer = Layer::Vertical { name: boundary.name.to_owned(), derived: true, x: place(&boundary) };
            accuracy.push(layer.clone());
            loss.push(layer);
        }
        if let Some(classes) = law.classes {
            accuracy.push(Layer::Horizontal { name: "chance".to_owned(), y: 1.0 / classes });
            loss.push(Layer::Horizontal { name: "log K".to_owned(), y: classes.ln() });
        }
        loss.push(Layer::Points { name: "train loss".to_owned(), ink: Ink::Grey, at: marks(table, "train_loss") });
        for (measure, layers) in [("test_accuracy", &mut accuracy), ("test_loss", &mut loss)] {
            layers.extend(replicas(table, measure, law.classes));
            layers.push(Layer::Bars { name: MEAN.to_owned(), ink: Ink::Black, at: means(table, measure) });
        }
        let panels = vec![
            Panel {
                title: "Test accuracy".to_owned(),
                x: alpha(),
                y: Axis::new("fraction correct", Scale::Linear),
                layers: accuracy,
            },
            Panel {
                title: "Test and train loss".to_owned(),
                x: alpha(),
                y: Axis::new("cross-entropy (nats)", Scale::Log),
                layers: loss,
            },
        ];
        Drawing { panels, caption: words(table, request, &law) }
    }
}

const MEAN: &str = "mean over replicas, 95 % interval";

/// What is known of the data.
struct Law {
    classes: Option<f64>,
    patches: Option<PatchLaw>,
}

impl Law {
    fn of(request: &Request) -> Law {
        let digits = word(request, "data").is_some_and(|data| data == "digits");
        Law { classes: real(request, "classes").or(digits.then_some(10.0)), patches: PatchLaw::of(request) }
    }

    fn boundaries(&self) -> Vec<Boundary> {
        self.patches.map_or(Vec::new(), |law| law.boundaries())
    }
}

/// On the axis; a boundary at a keep fraction of 1 or more lies beside it.
fn place(boundary: &Boundary) -> f64 {
    KeepFraction::new(boundary.keep).map_or(-1.0, |keep| keep.pruned().get())
}

/// One point per replica; apart those in which some class has lost every usable neuron, where the table says so.
fn replicas(table: &Table, measure: &str, classes: Option<f64>) -> Vec<Layer> {
    let points =
        |name: &str, ink, table: &Table| Layer::Points { name: name.to_owned(), ink, at: marks(table, measure) };
    let (Some(usable), Some(classes)) = (table.position("usable_classes"), classes) else {
        return vec![points("one replica", Ink::Blue, table)];
    };
    let whole = table.filter(|row| row[usable].number() >= classes);
    let broken = table.filter(|row| row[usable].number() < classes);
    vec![
        points("replica, all classes usable", Ink::Blue, &whole),
        points("replica, a class without usable neuron", Ink::Orange, &broken),
    ]
}

fn marks(table: &Table, measure: &str) -> Vec<Mark> {
    let [replica, y] = ["replica", measure].map(|name| table.index(name));
    let mark = |row: &Row| Mark { replica: row[replica].number() as u64, x: alpha(table, row), y: row[y].number() };
    table.rows.iter().map(mark).collect()
}

/// The mean of each cell with its interval, over the replicas that did not diverge.
fn means(table: &Table, measure: &str) -> Vec<Span> {
    let keep = table.index("keep");
    let cells = table.distinct("keep").into_iter().rev();
    let span = |cell: Cell| {
        let rows = table.filter(|row| row[keep].order(&cell).is_eq());
        let values: Vec<f64> = rows.numbers(measure).into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        Some(Span { x: alpha(table, rows.rows.first()?), low: interval.low, y: mean.mean, high: interval.high })
    };
    cells.filter_map(span).collect()
}

/// The prune fraction of a row.
fn alpha(table: &Table, row: &Row) -> f64 {
    KeepFraction::new(row[table.index("keep")].number()).map_or(f64::NAN, |keep| keep.pruned().get())
}

fn words(table: &Table, request: &Request, law: &Law) -> String {
    let mut said = vec![match word(request, "data").filter(|data| data != "patches") {
        Some(data) => format!(
            "Two-layer networks on data \"{data}\", pruned at random before training: test accuracy, test loss and train \
             loss against the prune fraction."
        ),
        None => {
            "Two-layer networks on the two-patch law, pruned at random before training: test accuracy, test loss and \
                 train loss against the prune fraction."
                .to_owned()
        }
    }];
    let mut parameters = caption::parameters(request);
    if let Some(law) = &law.patches {
        parameters.push(format!("SNR = {}", number(law.snr, 3)));
    }
    if !parameters.is_empty() {
        said.push(format!("Parameters: {}.", parameters.join(", ")));
    }
    said.push(format!(
        "{} replicas per prune fraction, key \"{}\"; a replica has the same draws at every prune fraction, its masks are \
         nested, and it is one point; points are moved sideways so that they can be seen. Ring and bar to their left: mean \
         over replicas with its 95 % t interval, for each prune fraction by itself, without a correction for their \
         number; a bar is cut at the frame. Values are those of the last step.",
        request.replicas, request.key
    ));
    said.extend(caption::endings(table, request));
    let boundaries = law.boundaries();
    if !boundaries.is_empty() {
        let listed: Vec<String> = boundaries.iter().map(Boundary::words).collect();
        said.push(format!(
            "Dashed, where they lie on the axis: boundaries in the keep fraction p = 1 − α, derived here and not in the paper ({}).",
            listed.join("; ")
        ));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Schema};
    use prunelaw_engine::table::Column;

    static PATCHES: [Field; 11] = [
        CLASSES,
        NEURONS.integer(50),
        DIMENSION.integer(20_000),
        SAMPLES.integer(20),
        SIGNAL,
        NOISE.by_alias(0.3).axis(),
        INIT_SCALE.real(0.05),
        POWER.real(3.0),
        KEEP.axis(),
        STEPS.integer(300_000),
        TARGET_LOSS,
    ];
    static DIGITS: [Field; 3] = [KEEP.axis(), STEPS.integer(2000), DATA.text("digits")];
    static SCHEMAS: [Schema; 2] = [
        Schema { when: "data = \"patches\"", fields: &PATCHES, rules: &[] },
        Schema { when: "data = \"digits\"", fields: &DIGITS, rules: &[] },
    ];
    static COLUMNS: [Column; 8] = [
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::text("outcome", "how it ended"),
        Column::integer("steps", "steps", "taken"),
        Column::real("train_loss", "nats", "last"),
        Column::real("test_loss", "nats", "last"),
        Column::real("test_accuracy", "fraction", "last"),
        Column::integer("usable_classes", "classes", "with a usable neuron"),
    ];
    const KEEPS: [f64; 12] = [0.001_01, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0];

    /// A mixture like that of the real sweep, by arithmetic: no network here.
    fn source(schema: &'static Schema, replicas: u64) -> Source {
        let keeps = KEEPS.map(|keep| keep.to_string()).join(",");
        let layer = [Assignment::own("keep", keeps), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(schema, &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(if schema.fields.len() > 5 { &COLUMNS } else { &COLUMNS[..7] });
        for keep in KEEPS {
            for replica in 0..replicas {
                let luck = (replica as f64 * 0.618_034).fract();
                let usable = usize::from(luck < 50.0 * keep) + usize::from(luck < 25.0 * keep);
                let good = 1.0 - (keep - 0.2).abs().min(0.5) * luck;
                let accuracy = if usable == 2 { 0.5 + 0.5 * good.powi(3) } else { 0.5 + 0.02 * (luck - 0.5) };
                let (outcome, loss) = match (keep < 0.002, replica) {
                    (true, 1) => ("cap", 0.3),
                    (true, 2) => ("diverged at step 7", f64::NAN),
                    _ => ("converged", 0.01 - 1e-4 * luck),
                };
                let test_loss = if loss.is_nan() { loss } else { 0.05 + 1.6 * (1.0 - accuracy) };
                let row: [Cell; 8] = [
                    keep.into(),
                    replica.into(),
                    outcome.into(),
                    60usize.into(),
                    loss.into(),
                    test_loss.into(),
                    accuracy.into(),
                    usable.into(),
                ];
                table.rows.push(row.into_iter().take(table.columns.len()).collect());
            }
        }
        Source { table, request }
    }

    fn drawn(schema: usize, replicas: u64) -> Drawing {
        ON_PATCHES.draw(&[source(&SCHEMAS[schema], replicas)])
    }

    #[test]
    fn the_caption_says_what_was_run_and_what_went_wrong() {
        let caption = drawn(0, 20).caption;
        for part in [
            "20 replicas per prune fraction",
            "1 of 240 runs ended at the step cap of 300000 steps.",
            "1 of 240 runs diverged",
            "95 % t interval",
            "SNR = 0.3",
            "K = 2, m = 50, d = 20000, n = 20",
            "σₙ = ",
            "derived here and not in the paper",
            "p = (n SNR^q / K)^(2/q) = 0.418",
            "1/(K m log d) = 0.00101",
        ] {
            assert!(caption.contains(part), "the caption lacks `{part}`: {caption}");
        }
    }

    #[test]
    fn every_replica_is_a_point_and_every_boundary_says_that_it_is_derived() {
        let drawing = drawn(0, 20);
        let table = drawing.table();
        let accuracy = table.filter(|row| row[0] == Cell::from("Test accuracy"));
        let points = accuracy.filter(|row| row[2].number() >= 0.0);
        assert_eq!(points.rows.len(), 12 * 20);
        let derived = accuracy.filter(|row| matches!(&row[1], Cell::Text(name) if name.ends_with("(derived)")));
        assert_eq!(derived.rows.len(), 3);
        let svg = render::svg(&drawing).unwrap();
        assert_eq!(svg.matches("(derived)").count(), 3, "each boundary is labelled once");
    }

    #[test]
    fn digits_have_no_boundaries_and_chance_at_a_tenth() {
        let drawing = drawn(1, 5);
        let csv = drawing.table().to_csv();
        assert!(!csv.contains("derived") && !drawing.caption.contains("derived"));
        assert!(csv.contains("Test accuracy,chance,-1,nan,nan,0.1,nan"));
        assert!(drawing.caption.contains("data \"digits\""));
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        for mut source in [source(&SCHEMAS[0], 1), source(&SCHEMAS[1], 1)] {
            assert!(render::svg(&ON_PATCHES.draw(&[source.clone()])).is_ok());
            source.table.rows.clear();
            assert!(render::png(&ON_PATCHES.draw(&[source])).is_ok());
        }
    }
}
