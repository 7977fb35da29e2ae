//! The paper's synthetic figures beside our runs of the same experiment, once for each setting that the paper leaves
//! open.
//!
//! Published are Figs. 2a, 2b and 5a of arXiv 2301.00335 (JMLR 26(84), 2025), read from their graphics. What the paper
//! does not state decides the curve: the figure shows by how much, and its caption says what is open.

use crate::axis::{Axis, Scale};
use crate::caption::ended;
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::Table;

/// The figure.
#[derive(Debug)]
pub struct PaperSyntheticCurves;

static CARD: FigureCard = FigureCard {
    id: "paper_synthetic_curves",
    was: None,
    says: "the published synthetic curves beside ours, for each setting that the paper leaves open",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Figs. 2a, 2b and 5a; values read from the figures",
};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;

/// One choice of the open settings, at the stated settings of one published curve.
struct Variant {
    name: &'static str,
    ink: Ink,
    panel: usize,
    /// input, outer, reduction, init_scale, noise.
    open: [&'static str; 5],
    /// Whether the sizes, rate and steps are those of Fig. 5.
    small: bool,
}

const PANELS: [&str; 4] = [
    "Fig. 2a: how the layers are built",
    "Fig. 2a: loss and initial scale",
    "Fig. 2b: more noise",
    "Fig. 5a: four hidden neurons",
];

/// The variant that has the shape of Fig. 2, first of all; every other one changes one thing.
static VARIANTS: [Variant; 9] = {
    const fn variant(panel: usize, name: &'static str, ink: Ink, open: [&'static str; 5], small: bool) -> Variant {
        Variant { name, ink, panel, open, small }
    }
    [
        variant(0, "base", Ink::Blue, ["patches", "pruned", "sum", "0.01", "0.5"], false),
        variant(0, "one joined input", Ink::Orange, ["joined", "pruned", "sum", "0.01", "0.5"], false),
        variant(0, "outer layer not pruned", Ink::Green, ["patches", "trained", "sum", "0.01", "0.5"], false),
        variant(0, "outer layer fixed signs", Ink::Purple, ["patches", "signs", "sum", "0.01", "0.5"], false),
        variant(1, "loss averaged", Ink::Orange, ["patches", "pruned", "mean", "0.01", "0.5"], false),
        variant(1, "initial scale 0.1", Ink::Green, ["patches", "pruned", "sum", "0.1", "0.5"], false),
        variant(2, "base at noise 1", Ink::Blue, ["patches", "pruned", "sum", "0.01", "1"], false),
        variant(3, "base with 4 neurons", Ink::Blue, ["patches", "pruned", "sum", "0.01", "1.5"], true),
        variant(3, "loss averaged with 4 neurons", Ink::Orange, ["patches", "pruned", "mean", "0.01", "1.5"], true),
    ]
};

const COLUMNS: &[&str] =
    &["keep", "replica", "outcome", "prune", "train_error", "test_error", "published_test_error", "published_half_bar"];

impl Variant {
    fn need(&self, effort: Effort) -> Need {
        let names = ["input", "outer", "reduction", "init_scale", "noise"];
        let mut words: Vec<(&str, &str)> = names.into_iter().zip(self.open).collect();
        if self.small {
            words.extend([("neurons", "4"), ("rate", "0.1"), ("steps", "5000")]);
        }
        // The base has the whole curve; the others show where it goes.
        if effort == Effort::Normal && self.ink != Ink::Blue {
            words.push(("prune", "0,0.5,0.9"));
        }
        let settings = words.into_iter().map(|(key, value)| Assignment::own(key, value)).collect();
        Need { id: "paper_synthetic_figure", settings, columns: COLUMNS }
    }
}

impl Figure for PaperSyntheticCurves {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, effort: Effort) -> Vec<Need> {
        VARIANTS.iter().map(|variant| variant.need(effort)).collect()
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let drawn: Vec<(&Variant, &Table)> = VARIANTS.iter().zip(tables.iter().map(|source| &source.table)).collect();
        let panel = |(at, title): (usize, &&'static str)| {
            // The first panel shows small errors; in the others chance is in sight.
            let chance = (at > 0).then(|| Layer::Horizontal { name: "chance".to_owned(), y: 0.5 });
            let mut layers: Vec<Layer> = chance.into_iter().collect();
            let shown = |variant: &Variant| variant.panel == at || (at == 1 && variant.name == "base");
            // Every table of a panel has the same published values; the base has most prune fractions.
            if let Some((_, table)) = drawn.iter().find(|(variant, _)| shown(variant)) {
                layers.extend(curve("published", Ink::Black, published(table)));
            }
            for (variant, table) in drawn.iter().filter(|(variant, _)| shown(variant)) {
                layers.extend(curve(variant.name, variant.ink, means(table)));
            }
            Panel {
                title: (*title).to_owned(),
                x: Axis::new("prune fraction α = 1 − p", Scale::Linear),
                y: Axis::new("test error", Scale::Linear),
                layers,
            }
        };
        Drawing { panels: PANELS.iter().enumerate().map(panel).collect(), caption: caption(&drawn, tables) }
    }
}

/// A line through the values, and their bars; one name, so that the legend has it once.
fn curve(name: &str, ink: Ink, at: Vec<Span>) -> [Layer; 2] {
    let line = at.iter().map(|span| [span.x, span.y]).collect();
    [
        Layer::Line { name: name.to_owned(), ink, derived: false, at: line },
        Layer::Bars { name: name.to_owned(), ink, at },
    ]
}

/// One row per prune fraction.
fn cells(table: &Table) -> Vec<Table> {
    let keep = table.index("keep");
    let cells = table.distinct("keep").into_iter().rev();
    cells.map(|cell| table.filter(|row| row[keep].order(&cell).is_eq())).collect()
}

/// The published value and bar at every prune fraction that has one.
fn published(table: &Table) -> Vec<Span> {
    let span = |cell: &Table| {
        let [x, y, half] = ["prune", "published_test_error", "published_half_bar"].map(|name| cell.numbers(name)[0]);
        // A bar that was not read is none.
        let half = if half.is_finite() { half } else { 0.0 };
        y.is_finite().then_some(Span { x, low: y - half, y, high: y + half })
    };
    cells(table).iter().filter_map(span).collect()
}

/// The mean of each cell with its interval, over the replicas that did not diverge.
fn means(table: &Table) -> Vec<Span> {
    let span = |cell: &Table| {
        let values: Vec<f64> = cell.numbers("test_error").into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        Some(Span { x: cell.numbers("prune")[0], low: interval.low, y: mean.mean, high: interval.high })
    };
    cells(table).iter().filter_map(span).collect()
}

fn caption(drawn: &[(&Variant, &Table)], tables: &Tables) -> String {
    let mut said = vec![
        "Test error against the prune fraction in the synthetic experiment of the paper: as published (black; its \
         bars are not defined in the paper, and Fig. 5a is drawn without), and from our runs (mean over replicas with \
         its 95 % t interval)."
            .to_owned(),
        "Labels +-1, x = [y e_1, noise], one hidden ReLU layer, logistic loss, full-batch descent, n = 100, d = 400 \
         per patch, unless the sizes below say otherwise. Figs. 2a and 2b: 150 neurons, noise 0.5 and 1, 1000 steps \
         at rate 0.001; Fig. 5a: 4 neurons, noise 1.5, 5000 steps at rate 0.1."
            .to_owned(),
        "The paper leaves open: whether weights are shared over the patches; the law of the outer layer, whether it is \
         trained and whether it is pruned; whether the loss is summed or averaged; the initial scale (\"variance \
         0.01\"); biases; for Fig. 5a the number of runs."
            .to_owned(),
        "Base: shared weights, both layers N(0, 0.01^2), both trained and pruned, loss summed. Every other curve \
         changes what its name says and nothing else."
            .to_owned(),
    ];
    if let Some(Source { request, table }) = tables.first() {
        let one = |name: &str| {
            let values = request.fields().find(|(field, _)| field.name == name).map(|(_, values)| values);
            values.and_then(|values| values.first()).map(prunelaw_engine::settings::plain).unwrap_or_default()
        };
        said.push(format!(
            "Here n = {}, d = {}, {} neurons, {} steps, {} fresh test samples, {} replicas, key \"{}\".",
            one("samples"),
            one("dimension"),
            one("neurons"),
            one("steps"),
            one("test_samples"),
            request.replicas,
            request.key
        ));
        said.push(format!("Published at prune {}.", listed(&published(table))));
    }
    for (variant, table) in drawn {
        let wrong = table.numbers("train_error").into_iter().fold(0.0, f64::max);
        let diverged = table.rows.iter().filter(|row| ended(table, row, "diverged")).count();
        said.push(format!(
            "{}: test error at prune {}; largest training error {}; {diverged} of {} runs diverged.",
            variant.name,
            listed(&means(table)),
            number(wrong, 3),
            table.rows.len()
        ));
    }
    said.join(" ")
}

/// The values at no, half and most pruning, as far as they are there.
fn listed(spans: &[Span]) -> String {
    let shown = [0.0, 0.5, 0.9];
    let near = |x: f64| spans.iter().find(move |span| (span.x - x).abs() < 1e-9);
    let words =
        shown.into_iter().filter_map(|x| near(x).map(|span| format!("{}: {}", number(x, 2), number(span.y, 3))));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 6] = [
        NEURONS.integer(150),
        DIMENSION.integer(400),
        SAMPLES.integer(100),
        TEST_SAMPLES.integer(1000),
        STEPS.integer(1000),
        KEEP.axis(),
    ];
    static SCHEMAS: [Schema; 1] = [Schema { when: "this test", fields: &FIELDS, rules: &[] }];
    static MEASURES: [Column; 8] = [
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::text("outcome", "how it ended"),
        Column::real("prune", "fraction", "1 - p"),
        Column::real("train_error", "fraction", "last"),
        Column::real("test_error", "fraction", "last"),
        Column::real("published_test_error", "fraction", "read from the figure"),
        Column::real("published_half_bar", "fraction", "read from the figure"),
    ];

    /// Errors by arithmetic, the same for every variant; nothing is published at prune 0.5.
    fn tables() -> Vec<Source> {
        let layer = [Assignment::own("keep", "0.1,0.5,1"), Assignment::own("replicas", "3")];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&MEASURES);
        for (keep, published) in [(0.1, 0.137), (0.5, f64::NAN), (1.0, 0.024)] {
            for replica in 0..3usize {
                let diverged = keep == 0.1 && replica == 2;
                let error = if diverged { f64::NAN } else { 0.1 * keep + 0.01 * replica as f64 };
                let outcome: Cell = if diverged { "diverged" } else { "cap" }.into();
                let numbers = [1.0 - keep, 0.0, error, published, 0.01].map(Cell::from);
                table.rows.push([keep.into(), replica.into(), outcome].into_iter().chain(numbers).collect());
            }
        }
        vec![Source { table, request }; VARIANTS.len()]
    }

    #[test]
    fn every_variant_and_the_published_curve_are_drawn_with_their_intervals() {
        let drawing = PaperSyntheticCurves.draw(&tables());
        assert!(render::svg(&drawing).is_ok());
        let csv = drawing.table().to_csv();
        for variant in &VARIANTS {
            let lines =
                csv.lines().filter(|line| line.starts_with(&format!("{},{},", PANELS[variant.panel], variant.name)));
            // Three places of the line and three of the bars.
            assert_eq!(lines.count(), 6, "{}", variant.name);
        }
        // Two published points on each of four panels, once as line and once with its bar.
        assert_eq!(csv.matches(",published,").count(), 4 * 2 * 2);
    }

    #[test]
    fn the_caption_says_what_is_open_and_how_far_it_moves_the_curve() {
        let caption = PaperSyntheticCurves.draw(&tables()).caption;
        for part in [
            "The paper leaves open: whether weights are shared",
            "Published at prune 0: 0.024, 0.9: 0.137.",
            "one joined input: test error at prune 0: 0.11, 0.5: 0.06, 0.9: 0.015",
            "1 of 9 runs diverged",
            "3 replicas",
        ] {
            assert!(caption.contains(part), "the caption lacks `{part}`: {caption}");
        }
    }

    #[test]
    fn every_other_variant_changes_one_word_of_its_base() {
        for variant in VARIANTS.iter().filter(|variant| !variant.small && variant.open[4] == "0.5").skip(1) {
            let changed = variant.open.iter().zip(VARIANTS[0].open).filter(|(word, base)| **word != *base).count();
            assert_eq!(changed, 1, "{}", variant.name);
        }
    }
}
