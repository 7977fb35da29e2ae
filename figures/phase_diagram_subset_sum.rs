//! The chance that the subset sums of n random numbers cover [-1, 1] to accuracy eps, over n and log2(1/eps), for the laws of
//! samples that strong tickets meet.
//!
//! Numbers uniform on [-1, 1] are those of the theorem and of the published experiments; a pruned ReLU gadget has products
//! instead, half of them dead in its strict form: there sums that are too small to reach +-1 are what fails, at any
//! accuracy. Source: arXiv 2006.07990 (Theorem 1, after Lueker 1998) and 2410.14754; counting line and contours are derived
//! here.

use crate::axis::{Axis, Scale};
use crate::contour;
use crate::drawing::{Drawing, Ink, Layer, Panel, Tile, centres};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::CONSTANT;
use prunelaw_engine::settings::{Assignment, Field, Schema, Settings};
use prunelaw_engine::statistics::binomial::clopper_pearson;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Row, Table};
use prunelaw_theorems::strong_tickets::covering;

/// The figure.
#[derive(Debug)]
pub struct PhaseDiagramSubsetSum;

static CARD: FigureCard = FigureCard {
    id: "phase_diagram_subset_sum",
    was: None,
    says: "probability of covering over samples and bits, four laws",
    subject: "strong_tickets",
    source: "arXiv 2006.07990, Theorem 1, after Lueker 1998; laws of arXiv 2410.14754",
};

/// The laws, in the order of the panels: their word in the sim and their title.
const LAWS: [(&str, &str); 4] = [
    ("uniform", "Uniform on [−1, 1]"),
    ("gaussian", "Normal, variance 1"),
    ("live-product", "Live gadget: products of two numbers"),
    ("strict-half", "Strict gadget: half of the products are 0"),
];

/// Bits of accuracy: eps = 2^-1 to 2^-16.
const BITS: std::ops::RangeInclusive<u32> = 1..=16;
/// Confidence of the exact interval of each probability.
const CONFIDENCE: f64 = 0.95;
/// C of the theorem's n = C log2(2/min(delta, eps)), which no paper gives: the factor of the experiments of arXiv
/// 2006.07990, n = 3 log2(1/eps).
pub const THEOREM_CONSTANT: f64 = 3.0;
static FIELDS: [Field; 1] = [Field {
    help: "C of the theorem's line n = C log2(2/min(delta, eps)), which no paper gives",
    ..CONSTANT.real(THEOREM_CONSTANT)
}];
static SCHEMA: Schema = Schema { when: "the theorem's line", fields: &FIELDS, rules: &[] };

/// Failure rates of the derived contours.
const DELTAS: [f64; 2] = [0.1, 0.01];
/// The largest accuracy at which the law of the contours was measured.
const CONTOUR_FROM: f64 = 0.05;

impl Figure for PhaseDiagramSubsetSum {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, effort: Effort) -> Vec<Need> {
        let need = |words: &[(&'static str, &str)]| Need {
            id: "covering_radius",
            settings: words.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
            columns: &["samples", "law", "replica", "radius"],
        };
        let all = need(&[("law", "uniform,gaussian,live-product,strict-half")]);
        // Range failures of the strict half die out only beyond 60 numbers.
        let wide = |replicas| need(&[("law", "strict-half"), ("samples", "lin(24,64,6)"), ("replicas", replicas)]);
        match effort {
            Effort::Smoke => vec![all],
            Effort::Normal => vec![all, wide("300")],
            Effort::Paper => vec![all, wide("1000")],
        }
    }

    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        drawing(tables, THEOREM_CONSTANT)
    }

    fn draw_with(&self, tables: &Tables, settings: &Settings) -> Drawing {
        drawing(tables, settings.real("constant"))
    }
}

/// The maps of all laws, with the theorem's line at this constant.
fn drawing(tables: &Tables, constant: f64) -> Drawing {
    let panels = LAWS.iter().filter_map(|(word, title)| panel(word, title, constant, tables)).collect();
    let replicas: Vec<u64> = tables.iter().map(|source| source.request.replicas).collect();
    let (least, most) = (replicas.iter().min().unwrap_or(&0), replicas.iter().max().unwrap_or(&0));
    let count = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let key = tables.first().map_or("", |source| &source.request.key);
    let whose = if constant == THEOREM_CONSTANT { "this is the factor" } else { "this is ours, not the factor 3" };
    let caption = format!(
        "Chance that every target in [−1, 1] lies within ε of a subset sum of n random numbers, for four laws of the \
         numbers: uniform on [−1, 1]; standard normal; the product of a uniform number on [0, 1] and one on [−1, 1], as \
         behind a live unit of a pruned gadget; the same with half of the numbers 0, as in the strict gadget. {count} \
         replicas per n, key \"{key}\"; the numbers of a replica at n are the first n of those at any larger n, and all ε \
         are read from the same covering radii, so that cells are not independent. Exact 95 % (Clopper-Pearson) \
         intervals of each cell are in the table behind the figure. Solid black and purple: chance 0.5 and 0.9, linear \
         between the centres of cells. Solid blue: the theorem's n = C log₂(2/min(δ, ε)) at δ = ε with C = {}; no paper \
         gives C, and {whose} of the experiments of arXiv 2006.07990. Dashed, derived here and not in the papers: counting, n = log₂(1/ε), below which no numbers cover; for the uniform law the failure rate δ = {} \
         n^(3/2) 2⁻ⁿ/ε at δ = 0.1 and 0.01, with a simulated constant, drawn for ε up to {}.",
        number(constant, 3),
        covering::TAIL_CONSTANT,
        number(CONTOUR_FROM, 2),
    );
    Drawing { panels, caption }
}

/// The map of one law, if the tables have it.
fn panel(law: &str, title: &str, constant: f64, tables: &Tables) -> Option<Panel> {
    let of_law = |table: &Table| {
        let at = table.index("law");
        table.filter(|row: &Row| row[at] == law.into())
    };
    let mut tiles: Vec<Tile> = tables.iter().flat_map(|source| tiles(&of_law(&source.table))).collect();
    // Where two tables have a cell, the one with more replicas stays.
    tiles.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)).then(b.replicas.cmp(&a.replicas)));
    tiles.dedup_by(|b, a| (a.x, a.y) == (b.x, b.y));
    let (sizes, bits) = (centres(&tiles, |tile| tile.x), centres(&tiles, |tile| tile.y));
    let (across, up) = (Scale::Linear.edges(&sizes), Scale::Linear.edges(&bits));
    let ([first, .., last], [low, .., high]) = (across.as_slice(), up.as_slice()) else { return None };
    let line = |name: String, ink, derived, at| Layer::Line { name, ink, derived, at };
    let level = |chance: f64| contour::of_cells(&tiles, [Scale::Linear; 2], chance);
    let mut layers = vec![Layer::Cells {
        name: "probability of covering".to_owned(),
        shade: Axis::new("probability", Scale::Linear).from_to(0.0, 1.0),
        at: tiles.clone(),
    }];
    layers.push(line("counting".to_owned(), Ink::Orange, true, vec![[0.0, 0.0], [*last, *last]]));
    if law == "uniform" {
        for (delta, ink) in DELTAS.into_iter().zip([Ink::Purple, Ink::Green]) {
            let at = sizes.iter().map(|n| [*n, bits_of(covering::tail_accuracy(*n as usize, delta))]).collect();
            layers.push(line(format!("δ = {}", number(delta, 2)), ink, true, at));
        }
    }
    // n = C log2(2/eps): C more samples for every bit.
    let theorem = |bits: f64| [covering::lueker_samples(constant, (-bits).exp2(), (-bits).exp2()), bits];
    layers.push(line(
        format!("theorem, C = {}", number(constant, 3)),
        Ink::Blue,
        false,
        vec![theorem(*low), theorem(*high)],
    ));
    layers.push(line("chance 0.9".to_owned(), Ink::Purple, false, level(0.9)));
    layers.push(line("chance 0.5".to_owned(), Ink::Black, false, level(0.5)));
    Some(Panel {
        title: title.to_owned(),
        x: Axis::new("samples n", Scale::Linear).from_to(*first, *last),
        y: Axis::new("bits log₂(1/ε)", Scale::Linear).from_to(*low, *high),
        layers,
    })
}

/// Bits of an accuracy, where the law of the contours was measured.
fn bits_of(eps: f64) -> f64 {
    if eps <= CONTOUR_FROM { -eps.log2() } else { f64::NAN }
}

/// The cells of one law: for every n and number of bits the share of replicas whose radius is small enough.
fn tiles(table: &Table) -> Vec<Tile> {
    let samples = table.index("samples");
    let column = |cell| {
        let radii = table.filter(|row| row[samples] == cell).numbers("radius");
        let tile = move |bits: u32| {
            let eps = (-f64::from(bits)).exp2();
            let covered: Vec<f64> = radii.iter().map(|radius| f64::from(u8::from(*radius <= eps))).collect();
            let (hits, trials) = (covered.iter().sum::<f64>(), covered.len() as u64);
            let interval = clopper_pearson(hits as u64, trials, CONFIDENCE).ok();
            Tile {
                x: cell.number(),
                y: f64::from(bits),
                value: hits / trials as f64,
                low: interval.map_or(f64::NAN, |interval| interval.low),
                high: interval.map_or(f64::NAN, |interval| interval.high),
                standard_error: Mean::of(&covered).map_or(f64::NAN, |mean| mean.standard_error),
                replicas: trials,
                unconverged: 0,
                diverged: 0,
            }
        };
        BITS.map(tile).collect::<Vec<_>>()
    };
    table.distinct("samples").into_iter().flat_map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, render};
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 1] = [SAMPLES.axis()];
    static SCHEMAS: [Schema; 1] = [Schema { when: "a law of numbers", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 4] = [
        Column::integer("samples", "numbers", "n"),
        Column::text("law", "of the numbers"),
        Column::integer("replica", "1", "index"),
        Column::real("radius", "1", "rho"),
    ];

    /// Of every ten replicas one misses everything; the others have the radius 2^-(n - 4), the products half as many bits.
    fn source(laws: &[&str], sizes: &[usize], replicas: u64) -> Source {
        let listed = sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let layer = [Assignment::own("samples", listed), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for law in laws {
            for n in sizes {
                for replica in 0..replicas {
                    let factor = if law.contains('-') { 0.5 } else { 1.0 };
                    let radius = if replica % 10 == 9 { 1.0 } else { (-factor * (*n as f64 - 4.0)).exp2() };
                    let row: [Cell; 4] = [(*n).into(), (*law).into(), replica.into(), radius.into()];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    fn layer<'a>(panel: &'a Panel, name: &str) -> &'a Layer {
        panel.layers.iter().find(|layer| layer.label() == name).unwrap_or_else(|| panic!("no layer {name}"))
    }

    #[test]
    fn cells_are_shares_with_exact_intervals() {
        let drawing = PhaseDiagramSubsetSum.draw(&[source(&["uniform"], &[8, 12, 16], 20)]);
        let Layer::Cells { at, .. } = layer(&drawing.panels[0], "probability of covering") else { panic!("a map") };
        assert_eq!(at.len(), 3 * 16);
        let cell = |n: f64, bits: f64| *at.iter().find(|tile| tile.x == n && tile.y == bits).unwrap();
        assert_eq!((cell(12.0, 8.0).value, cell(12.0, 9.0).value), (0.9, 0.0));
        // Clopper-Pearson of 18 in 20: 1 minus that of 2 in 20, [0.0123, 0.3170].
        assert!((cell(12.0, 8.0).low - 0.683).abs() < 5e-4 && (cell(12.0, 8.0).high - 0.9877).abs() < 5e-4);
        assert_eq!((cell(12.0, 9.0).low, cell(12.0, 9.0).replicas), (0.0, 20));
    }

    #[test]
    fn two_tables_of_one_law_make_one_map() {
        let tables = [source(&["uniform", "strict-half"], &[8, 12], 20), source(&["strict-half"], &[12, 24, 32], 10)];
        let drawing = PhaseDiagramSubsetSum.draw(&tables);
        assert_eq!(drawing.panels.len(), 2);
        let Layer::Cells { at, .. } = layer(&drawing.panels[1], "probability of covering") else { panic!("a map") };
        assert_eq!(at.len(), 4 * 16);
        assert_eq!(at.iter().find(|tile| tile.x == 12.0).unwrap().replicas, 20);
        assert!(drawing.caption.contains("10 to 20 replicas per n"), "{}", drawing.caption);
    }

    #[test]
    fn lines_say_what_is_derived_and_what_constant_they_have() {
        let drawing = PhaseDiagramSubsetSum.draw(&[source(&["uniform", "gaussian"], &[8, 12, 16, 20], 20)]);
        let Layer::Line { at, derived: true, .. } = layer(&drawing.panels[0], "counting (derived)") else {
            panic!("a line")
        };
        assert!(at.iter().all(|[n, bits]| n == bits));
        let Layer::Line { at, derived: false, .. } = layer(&drawing.panels[0], "theorem, C = 3") else {
            panic!("a line")
        };
        assert!(at.iter().all(|[n, bits]| (n - 3.0 * (bits + 1.0)).abs() < 1e-9));
        let Layer::Line { at, .. } = layer(&drawing.panels[0], "δ = 0.1 (derived)") else { panic!("a line") };
        // 16 - 1.5 log2 16 + log2(0.1/0.3)
        assert!((at[2][1] - (10.0 + (1.0_f64 / 3.0).log2())).abs() < 1e-9);
        assert!(
            drawing.panels[1].layers.iter().all(|layer| !layer.label().starts_with('δ')),
            "a law of the uniform alone"
        );
        for part in
            ["C = 3; no paper gives C", "20 replicas per n", "derived here and not in the papers", "Clopper-Pearson"]
        {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn the_constant_of_the_theorem_is_a_setting() {
        let tables = [source(&["uniform"], &[8, 12, 16], 20)];
        let set = |words: &[Assignment]| {
            let settings = Request::resolve(&SCHEMA, &[], &[words]).unwrap().cells().remove(0);
            PhaseDiagramSubsetSum.draw_with(&tables, &settings)
        };
        assert_eq!(set(&[]).caption, PhaseDiagramSubsetSum.draw(&tables).caption);
        let drawing = set(&[Assignment::own("constant", "1.5")]);
        let Layer::Line { at, .. } = layer(&drawing.panels[0], "theorem, C = 1.5") else { panic!("a line") };
        assert!(at.iter().all(|[n, bits]| (n - 1.5 * (bits + 1.0)).abs() < 1e-9));
        assert!(drawing.caption.contains("C = 1.5; no paper gives C, and this is ours"), "{}", drawing.caption);
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(&["uniform"], &[8], 1);
        assert!(render::svg(&PhaseDiagramSubsetSum.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&PhaseDiagramSubsetSum.draw(&[source])).is_ok());
    }
}
