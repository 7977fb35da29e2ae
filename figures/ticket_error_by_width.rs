//! The error of strong tickets against the width of the random network that is pruned: strict and sign-adaptive gadgets.
//!
//! The theorem (arXiv 2006.07990, Theorem 1) takes n logarithmic in the accuracy. The error over the unit ball is bracketed:
//! a lower bound is found by ascent, an upper bound follows from the errors of the layers; both are drawn, and neither is
//! called the error.

use crate::axis::{Axis, Scale};
use crate::caption::{real, word};
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::{Request, Value};
use prunelaw_engine::statistics::mean::quantile;
use prunelaw_engine::table::Table;

/// The figure.
#[derive(Debug)]
pub struct TicketErrorByWidth;

static CARD: FigureCard = FigureCard {
    id: "ticket_error_by_width",
    was: None,
    says: "error of the best strong ticket against width",
    subject: "strong_tickets",
    source: "arXiv 2006.07990, Theorem 1 and Lemmas 1-3; target and sizes are ours",
};

/// The band of replicas: these quantiles.
const BAND: [f64; 2] = [0.1, 0.9];

impl Figure for TicketErrorByWidth {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["n", "variant", "replica", "error_lower", "error_upper"];
        vec![Need { id: "ticket_construction", settings: Vec::new(), columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let variant = table.index("variant");
        let panel = |word: &str| {
            let rows = table.filter(|row| row[variant] == word.into());
            let title = match word {
                "strict" => "Strict gadgets: n units for each sign".to_owned(),
                "adaptive" => "Sign-adaptive gadgets: 2n units, by their own signs".to_owned(),
                other => format!("Gadgets: {other}"),
            };
            let band = |name: &str, ink, measure| Layer::Band { name: name.to_owned(), ink, at: spans(&rows, measure) };
            (!rows.rows.is_empty()).then(|| Panel {
                title,
                x: Axis::new("n (2n hidden units per input coordinate)", Scale::Linear),
                y: Axis::new("largest |f − g|", Scale::Log),
                layers: vec![
                    band("certified upper bound, median and 10–90 %", Ink::Orange, "error_upper"),
                    band("lower bound by ascent, median and 10–90 %", Ink::Blue, "error_lower"),
                ],
            })
        };
        // The construction of the proof first.
        let panels = ["strict", "adaptive"].into_iter().filter_map(panel).collect();
        let target = real(request, "dimension").map(|inputs| format!("target {}", shape(inputs, request)));
        let law = word(request, "law").map(|law| format!("initial weights {law}"));
        let caption = format!(
            "Random networks that are only pruned, to approximate a random ReLU target network f whose layers have spectral \
             norm 1: the largest |f − g| over the unit ball for the best subset of products at every weight and half line. \
             Parameters: {}. {} replicas per n, key \"{}\", each with its own target and random network. Lines: median over \
             replicas; bands: their 10 % to 90 % quantiles. Blue: the largest difference found by ascent from many starts, a \
             lower bound. Orange: the upper bound |D₁|_F |w₂| + |D₂|_F (|W₁| + |D₁|_F) with the reached errors D of the \
             layers (its like for more layers). The largest |f − g| of a replica lies between the two.",
            target.into_iter().chain(law).collect::<Vec<_>>().join(", "),
            request.replicas,
            request.key,
        );
        Drawing { panels, caption }
    }
}

/// Median and band over replicas at every n.
fn spans(rows: &Table, measure: &str) -> Vec<Span> {
    let n = rows.index("n");
    let span = |cell| {
        let values: Vec<f64> =
            rows.filter(|row| row[n] == cell).numbers(measure).into_iter().filter(|value| value.is_finite()).collect();
        let at = |fraction: f64| quantile(&values, fraction).ok();
        Some(Span { x: cell.number(), low: at(BAND[0])?, y: at(0.5)?, high: at(BAND[1])? })
    };
    rows.distinct("n").into_iter().filter_map(span).collect()
}

/// Inputs, hidden widths, output, as in 8-16-1.
fn shape(inputs: f64, request: &Request) -> String {
    let hidden = request.fields().find(|(field, _)| field.name == "widths").and_then(|(_, values)| values.first());
    let mut sizes = vec![(inputs as i64).to_string()];
    if let Some(Value::Integers(hidden)) = hidden {
        sizes.extend(hidden.iter().map(i64::to_string));
    }
    sizes.push("1".to_owned());
    sizes.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Assignment, Field, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 3] = [SAMPLES.axis(), DIMENSION.integer(8), WIDTHS.integers(&[16])];
    static SCHEMAS: [Schema; 1] = [Schema { when: "any target", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 5] = [
        Column::integer("n", "units", "n"),
        Column::text("variant", "gadget"),
        Column::integer("replica", "1", "index"),
        Column::real("error_lower", "1", "found"),
        Column::real("error_upper", "1", "certified"),
    ];

    /// Replica r of n has the lower bound (r + 1) 2^-n and an upper bound 8 times that; strict needs twice the n.
    fn source(replicas: u64) -> Source {
        let layer = [Assignment::own("samples", "8,16"), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for (variant, factor) in [("adaptive", 1.0), ("strict", 0.5)] {
            for n in [8usize, 16] {
                for replica in 0..replicas {
                    let lower = (replica + 1) as f64 * (-factor * n as f64).exp2();
                    let row: [Cell; 5] = [n.into(), variant.into(), replica.into(), lower.into(), (8.0 * lower).into()];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    #[test]
    fn both_ends_of_the_bracket_are_drawn_and_named() {
        let drawing = TicketErrorByWidth.draw(&[source(11)]);
        assert_eq!(drawing.panels.len(), 2);
        assert!(drawing.panels[0].title.starts_with("Strict"));
        let spans = |panel: usize, layer: usize| match &drawing.panels[panel].layers[layer] {
            Layer::Band { at, .. } => at.clone(),
            other => panic!("{other:?}"),
        };
        // Eleven replicas: the 10 % and 90 % quantiles are the second and the tenth value, the median the sixth.
        let unit = 2f64.powi(-8);
        assert_eq!(spans(1, 1)[0], Span { x: 8.0, low: 2.0 * unit, y: 6.0 * unit, high: 10.0 * unit });
        assert_eq!(spans(1, 0)[0].y, 48.0 * unit);
        assert_eq!(spans(0, 1)[1].y, spans(1, 1)[0].y, "strict gadgets need twice the n here");
        for part in ["target 8-16-1", "11 replicas per n", "a lower bound", "upper bound |D₁|_F"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(1);
        assert!(render::svg(&TicketErrorByWidth.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&TicketErrorByWidth.draw(&[source])).is_ok());
    }
}
