//! How steep networks are that fit random labels: against sqrt(nd/p), and against the effective parameters of masked networks on
//! a grid.
//!
//! The law of robustness (arXiv 2105.12806) is a lower bound on the Lipschitz constant over R^d, with the effective parameters of
//! arXiv 2402.01089 in the place of p where weights are few bits. Only certified ends are drawn: points cannot lie below the law
//! by a search that failed. Fitted slopes stand in the caption with their standard errors; nothing was tuned towards slope 1.

use crate::axis::{Axis, Scale};
use crate::drawing::{Drawing, Ink, Layer, Mark, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::mean::{Mean, quantile};
use prunelaw_engine::statistics::slope::{self, Slope};
use prunelaw_engine::table::{Cell, Table};

/// The figure.
#[derive(Debug)]
pub struct RobustnessLaw;

static CARD: FigureCard = FigureCard {
    id: "robustness_law",
    was: None,
    says: "Lipschitz bracket against sqrt(nd/p) and against effective parameters",
    subject: "robustness",
    source: "arXiv 2105.12806, Theorem 1, and 2402.01089, Theorem 3; S2 derived here; sizes are ours",
};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;
/// Penalties, as settings, legend and captions name them.
const PENALTIES: [(&str, &str, Ink); 3] = [
    ("none", "plain", Ink::Blue),
    ("path", "path-norm penalty", Ink::Orange),
    ("lipschitz", "slope penalty", Ink::Green),
];
/// Masks, the same.
const MASKS: [(&str, &str, Ink); 2] =
    [("copy", "mask copies labels", Ink::Blue), ("top", "mask keeps the strongest coordinates", Ink::Orange)];

impl Figure for RobustnessLaw {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, effort: Effort) -> Vec<Need> {
        let columns = &["penalty", "neurons", "replica", "lip_lower", "lip_upper", "law", "floor"];
        // One size per panel.
        let size: &[(&str, &str)] = match effort {
            Effort::Smoke => &[],
            Effort::Normal | Effort::Paper => &[("samples", "200"), ("dimension", "20")],
        };
        let settings = size.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let masked =
            &["dimension", "neurons", "bits", "mask", "replica", "normalised", "reachable", "p_eff", "allowed"];
        let replicas = match effort {
            Effort::Smoke => "12",
            Effort::Normal => "20",
            Effort::Paper => "400",
        };
        let trials = vec![Assignment::own("replicas", replicas)];
        vec![
            Need { id: "robustness_width_sweep", settings, columns },
            Need { id: "effective_parameter_law_quantized", settings: trials, columns: masked },
        ]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let (widths, masked) = (&tables[0], &tables[1]);
        let slopes: Vec<String> = PENALTIES.iter().filter_map(|penalty| slopes(&widths.table, penalty)).collect();
        let floor = quantile(&widths.table.numbers("floor"), 0.5).unwrap_or(f64::NAN);
        let words = |source: &Source, name: &str| -> String {
            source.table.distinct(name).iter().map(|cell| number(cell.number(), 6)).collect::<Vec<_>>().join(", ")
        };
        let field = |source: &Source, name: &str| {
            crate::caption::real(&source.request, name).map_or_else(|| words(source, name), |value| number(value, 6))
        };
        let caption = format!(
            "Two-layer ReLU networks that fit random ±1 labels. Top: n = {}, d = {}, k = {}, p = k (d + 2); {} replicas per \
             point, key \"{}\". Points: certified lower end of the Lipschitz constant over ℝᵈ, one per replica; black bars: \
             from its median to the median certified upper end. Dashed: the law with constant 1, a reading of runs and not a \
             theorem. The line labelled floor is the median of 2 / (smallest distance of opposite labels), {}, which any exact fit \
             has. Slopes of log Lip in log √(nd/p) over k, ± standard error over whole replicas: {}. Bottom: masked networks \
             on a grid of b = {} bits, n = {}, d = {}, k = {}, {} replicas per point: Lip / (mean(f y) − |mean y|) by certified \
             upper ends, in the harmonic mean over replicas with its {} % interval, against √(nd / 2p_eff), p_eff = I(mask; \
             data) + b |mask| ln 2 nats with exactly known I. S2 allows nothing below the dashed line. The lines labelled by d are \
             what some 1-Lipschitz function reaches on such data: where the dashed line lies below, it says nothing.",
            field(widths, "samples"),
            field(widths, "dimension"),
            words(widths, "neurons"),
            widths.request.replicas,
            widths.request.key,
            number(floor, 3),
            if slopes.is_empty() { "too few replicas".to_owned() } else { slopes.join("; ") },
            words(masked, "bits"),
            field(masked, "samples"),
            words(masked, "dimension"),
            words(masked, "neurons"),
            masked.request.replicas,
            100.0 * CONFIDENCE,
        );
        Drawing { panels: vec![width_panel(&widths.table, floor), mask_panel(&masked.table)], caption }
    }
}

/// The rows with this word in a column.
fn rows(table: &Table, column: &str, word: &str) -> Table {
    let at = table.index(column);
    table.filter(|row| row[at] == word.into())
}

/// The rows with this cell in a column.
fn at(table: &Table, column: &str, cell: &Cell) -> Table {
    let index = table.index(column);
    table.filter(|row| row[index] == *cell)
}

fn width_panel(table: &Table, floor: f64) -> Panel {
    let law: Vec<f64> = table.numbers("law");
    let mut layers = vec![identity("√(nd/p)", &law)];
    let mut brackets = Vec::new();
    for (word, name, ink) in PENALTIES {
        let rows = rows(table, "penalty", word);
        let each = rows.numbers("law").into_iter().zip(rows.numbers("lip_lower")).zip(rows.numbers("replica"));
        let marks = each.map(|((x, y), replica)| Mark { replica: replica as u64, x, y }).collect();
        layers.push(Layer::Points { name: format!("{name}, lower ends"), ink, at: marks });
        brackets.extend(rows.distinct("neurons").iter().filter_map(|k| {
            let rows = at(&rows, "neurons", k);
            let median = |column| quantile(&rows.numbers(column), 0.5).ok();
            let lower = median("lip_lower")?;
            Some(Span { x: median("law")?, low: lower, y: lower, high: median("lip_upper")? })
        }));
    }
    layers.push(Layer::Bars { name: "median lower to median upper end".to_owned(), ink: Ink::Black, at: brackets });
    if floor.is_finite() {
        layers.push(Layer::Horizontal { name: "floor".to_owned(), y: floor });
    }
    Panel {
        title: "Trained networks".to_owned(),
        x: Axis::new("√(nd/p)", Scale::Log),
        y: Axis::new("Lipschitz constant", Scale::Log),
        layers,
    }
}

fn mask_panel(table: &Table) -> Panel {
    let inverse = |allowed: Vec<f64>| -> Vec<f64> { allowed.iter().map(|allowed| 1.0 / allowed).collect() };
    let mut layers = vec![identity("√(nd / 2p_eff)", &inverse(table.numbers("allowed")))];
    for (word, name, ink) in MASKS {
        let rows = rows(table, "mask", word);
        layers.push(Layer::Bars { name: name.to_owned(), ink, at: spans(&rows) });
    }
    for dimension in table.distinct("dimension") {
        let rows = at(table, "dimension", &dimension);
        if let Ok(mean) = Mean::of(&rows.numbers("reachable")) {
            layers.push(Layer::Horizontal { name: format!("d={}", dimension.number()), y: 1.0 / mean.mean });
        }
    }
    Panel {
        title: "Masked networks on a grid".to_owned(),
        x: Axis::new("√(nd / 2p_eff)", Scale::Log),
        y: Axis::new("Lip / (mean(f y) − |mean y|)", Scale::Log),
        layers,
    }
}

/// The law: y = x over these places.
fn identity(name: &str, places: &[f64]) -> Layer {
    let low = places.iter().copied().fold(f64::INFINITY, f64::min);
    let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let line = if low.is_finite() && high > 0.0 { vec![[low, low], [high, high]] } else { Vec::new() };
    Layer::Line { name: format!("law: {name}"), ink: Ink::Purple, derived: true, at: line }
}

/// The harmonic mean over replicas at every cell, with its interval.
fn spans(rows: &Table) -> Vec<Span> {
    let axes = ["dimension", "neurons", "bits"].map(|axis| rows.index(axis));
    let same = |a: &Vec<Cell>, b: &Vec<Cell>| axes.iter().all(|axis| a[*axis] == b[*axis]);
    let cells = rows.rows.chunk_by(same).map(|cell| Table { columns: rows.columns.clone(), rows: cell.to_vec() });
    let span = |cell: Table| {
        let mean = Mean::of(&cell.numbers("normalised")).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        let high = if interval.low > 0.0 { 1.0 / interval.low } else { f64::NAN };
        let x = 1.0 / cell.numbers("allowed").first()?;
        (mean.mean > 0.0).then(|| Span { x, low: 1.0 / interval.high, y: 1.0 / mean.mean, high })
    };
    cells.filter_map(span).collect()
}

/// The slope over widths in words, if there are widths and replicas enough.
fn slopes(table: &Table, (word, name, _): &(&str, &str, Ink)) -> Option<String> {
    let rows = rows(table, "penalty", word);
    let cells: Vec<Table> = rows.distinct("neurons").iter().map(|k| at(&rows, "neurons", k)).collect();
    let law: Option<Vec<f64>> = cells.iter().map(|cell| cell.numbers("law").first().copied()).collect();
    let values: Vec<Vec<f64>> = cells.iter().map(|cell| cell.numbers("lip_lower")).collect();
    let fit = Slope::fit(&law?, &values, slope::Scale::LogLog, &Key::root(CARD.id).child(word)).ok()?;
    Some(format!("{name} {} ± {}", number(fit.slope, 2), number(fit.standard_error, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::Column;

    static WIDTHS_OF: [Field; 3] = [SAMPLES.integer(200), DIMENSION.integer(20), NEURONS.axis()];
    static MASKED: [Field; 2] = [SAMPLES.integer(60), DIMENSION.axis()];
    static SCHEMAS: [Schema; 2] = [
        Schema { when: "widths", fields: &WIDTHS_OF, rules: &[] },
        Schema { when: "masked", fields: &MASKED, rules: &[] },
    ];

    fn source(schema: usize, words: &[(&str, &str)], columns: &[Column], rows: Vec<Vec<Cell>>) -> Source {
        let layer: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let request = Request::resolve(&SCHEMAS[schema], &SCHEMAS[schema..=schema], &[&layer]).unwrap();
        let mut table = Table::new(columns);
        table.rows = rows;
        Source { table, request }
    }

    /// Replica r of width k: Lip from (5 + r / 10) law^(1/2) up to twice that.
    fn sources(replicas: usize) -> [Source; 2] {
        let columns = ["penalty", "neurons", "replica", "lip_lower", "lip_upper", "law", "floor"];
        let column = |name: &&'static str| match *name {
            "penalty" | "mask" => Column::text(name, ""),
            "neurons" | "replica" | "bits" | "dimension" => Column::integer(name, "", ""),
            _ => Column::real(name, "", ""),
        };
        let mut rows = Vec::new();
        for (penalty, ..) in PENALTIES {
            for k in [16usize, 64] {
                for replica in 0..replicas {
                    let law = (4000.0 / (22.0 * k as f64)).sqrt();
                    let lip = (5.0 + 0.1 * replica as f64) * law.sqrt();
                    let row: [Cell; 7] = [
                        penalty.into(),
                        k.into(),
                        replica.into(),
                        lip.into(),
                        (2.0 * lip).into(),
                        law.into(),
                        3.0.into(),
                    ];
                    rows.push(row.to_vec());
                }
            }
        }
        let widths: Vec<Column> = columns.iter().map(column).collect();
        let first = source(0, &[("neurons", "16,64"), ("replicas", &replicas.to_string())], &widths, rows);
        let names = ["dimension", "neurons", "bits", "mask", "replica", "normalised", "reachable", "p_eff", "allowed"];
        let masked: Vec<Column> = names.iter().map(column).collect();
        let mut rows = Vec::new();
        for bits in [2usize, 4] {
            for replica in 0..replicas {
                let allowed = 0.2 * (bits as f64).sqrt();
                let row: [Cell; 9] = [
                    30usize.into(),
                    4usize.into(),
                    bits.into(),
                    "copy".into(),
                    replica.into(),
                    (0.4 * allowed + 0.001 * replica as f64).into(),
                    0.5.into(),
                    100.0.into(),
                    allowed.into(),
                ];
                rows.push(row.to_vec());
            }
        }
        [first, source(1, &[("dimension", "30"), ("replicas", &replicas.to_string())], &masked, rows)]
    }

    #[test]
    fn the_law_the_brackets_and_the_slopes_are_shown() {
        let drawing = RobustnessLaw.draw(&sources(5));
        let Layer::Bars { at, .. } = &drawing.panels[0].layers[4] else { panic!("{:?}", drawing.panels[0].layers[4]) };
        assert_eq!(at.len(), 6);
        assert!(at.iter().all(|span| span.low == span.y && (span.high / span.low - 2.0).abs() < 1e-12));
        let Layer::Bars { at, .. } = &drawing.panels[1].layers[1] else { panic!() };
        assert!(at.len() == 2 && at.iter().all(|span| span.y > span.x && span.low < span.y && span.y < span.high));
        for part in ["n = 200, d = 20, k = 16, 64", "plain 0.5 ± 0", "key", "b = 2, 4 bits, n = 60, d = 30"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        assert!(render::svg(&RobustnessLaw.draw(&sources(1))).is_ok());
        let mut none = sources(1);
        none.iter_mut().for_each(|source| source.table.rows.clear());
        assert!(render::png(&RobustnessLaw.draw(&none)).is_ok());
    }
}
