//! The median covering radius of random subset sums against the number of samples, with the fitted law.
//!
//! Lueker's theorem (Random Structures & Algorithms 12, 1998; the form of arXiv 2006.07990) says n = C log(1/eps) with a
//! hidden C. Measured, the median falls by a factor 2 with every 1.1 samples, and stays above the counting bound 2^-n by a
//! power of n.

use crate::axis::{Axis, Scale};
use crate::caption;
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::mean::{median_interval, quantile};
use prunelaw_engine::statistics::slope;
use prunelaw_engine::table::Table;
use prunelaw_theorems::strong_tickets::covering;

/// The figure.
#[derive(Debug)]
pub struct CoveringRadiusLaw;

static CARD: FigureCard = FigureCard {
    id: "covering_radius_law",
    was: None,
    says: "median covering radius against the number of samples, with the fitted law",
    subject: "strong_tickets",
    source: "Lueker 1998, in the form of arXiv 2006.07990 and 2204.13929; sizes are ours",
};

/// Confidence of the interval of each median.
const CONFIDENCE: f64 = 0.95;
/// The law is fitted from here on, where there are three or more cells: fewer samples bend it.
const FIT_FROM: f64 = 16.0;

impl Figure for CoveringRadiusLaw {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["samples", "law", "replica", "radius"];
        vec![Need { id: "covering_radius", settings: vec![Assignment::own("law", "uniform")], columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let medians = medians(table);
        let fit = Fit::of(&medians);
        let ends = medians.first().zip(medians.last()).map(|(first, last)| [first.x, last.x]);
        let curve = |radius: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
            ends.map_or(Vec::new(), |[first, last]| {
                (first as usize..=last as usize).map(|n| [n as f64, radius(n as f64)]).collect()
            })
        };
        let law = |name: &str, ink, radius: &dyn Fn(f64) -> f64| Layer::Line {
            name: name.to_owned(),
            ink,
            derived: true,
            at: curve(radius),
        };
        let mut layers = vec![
            law("counting bound 2⁻ⁿ", Ink::Orange, &|n| covering::counting_radius(n as usize)),
            law("c n^1.5 2⁻ⁿ", Ink::Purple, &|n| covering::median_radius(n as usize)),
        ];
        if let Some(fit) = fit {
            let at = curve(&|n| fit.radius(n));
            layers.push(Layer::Line { name: fit.words(), ink: Ink::Blue, derived: false, at });
        }
        layers.push(Layer::Bars { name: "median, 95 % interval".to_owned(), ink: Ink::Black, at: medians });
        let panel = Panel {
            title: "Covering radius of [−1, 1]".to_owned(),
            x: Axis::new("samples n", Scale::Linear),
            y: Axis::new("covering radius ρ", Scale::Log),
            layers,
        };
        let mut said = vec![format!(
            "Covering radius ρ of the subset sums of n numbers uniform on [−1, 1]: the largest distance of a target in \
             [−1, 1] from its nearest sum. Parameters: {}. {} replicas per n, key \"{}\"; the numbers of a replica at n are \
             the first n of those at any larger n. Rings: median over replicas; bars: order statistics that cover the median \
             of the law with probability 0.95, for each n by itself.",
            caption::parameters(request).join(", "),
            request.replicas,
            request.key,
        )];
        if let Some(fit) = fit {
            said.push(format!(
                "Solid: least squares of n on log₂(1/ρ) over the medians from n = {} on: {}.",
                fit.from,
                fit.words()
            ));
        }
        said.push(format!(
            "Dashed, derived here and not in the papers: no radius lies below 2⁻ⁿ; the median law c n^(3/2) 2⁻ⁿ with the \
             simulated constant c = {}.",
            covering::MEDIAN_CONSTANT
        ));
        Drawing { panels: vec![panel], caption: said.join(" ") }
    }
}

/// The median radius at every n, with its interval; the interval has no ends where there are too few replicas.
fn medians(table: &Table) -> Vec<Span> {
    let samples = table.index("samples");
    let span = |cell| {
        let values = table.filter(|row| row[samples] == cell).numbers("radius");
        let interval = median_interval(&values, CONFIDENCE).ok();
        let end = |of: fn(prunelaw_engine::statistics::Interval) -> f64| interval.map_or(f64::NAN, of);
        let y = quantile(&values, 0.5).ok()?;
        Some(Span { x: cell.number(), low: end(|both| both.low), y, high: end(|both| both.high) })
    };
    table.distinct("samples").into_iter().filter_map(span).collect()
}

/// n = per_bit log2(1/rho) + offset.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    per_bit: f64,
    offset: f64,
    /// The first n of the fit.
    from: f64,
}

impl Fit {
    fn of(medians: &[Span]) -> Option<Fit> {
        let large: Vec<Span> = medians.iter().copied().filter(|span| span.x >= FIT_FROM).collect();
        let used = if large.len() >= 3 { &large } else { medians };
        let bits: Vec<f64> = used.iter().map(|span| -span.y.log2()).collect();
        let n: Vec<f64> = used.iter().map(|span| span.x).collect();
        let (per_bit, offset) = slope::line(&bits, &n).ok()?;
        Some(Fit { per_bit, offset, from: *n.first()? })
    }

    fn radius(self, n: f64) -> f64 {
        (-(n - self.offset) / self.per_bit).exp2()
    }

    fn words(self) -> String {
        let sign = if self.offset < 0.0 { '−' } else { '+' };
        format!("n = {} log₂(1/ρ) {sign} {}", number(self.per_bit, 3), number(self.offset.abs(), 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 1] = [SAMPLES.axis()];
    static SCHEMAS: [Schema; 1] = [Schema { when: "a law of numbers", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 3] = [
        Column::integer("samples", "numbers", "n"),
        Column::integer("replica", "1", "index"),
        Column::real("radius", "1", "rho"),
    ];

    /// Radii around 2^-((n - 4)/1.25), symmetric on the log scale.
    fn source(sizes: &[usize], replicas: u64) -> Source {
        let listed = sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let layer = [Assignment::own("samples", listed), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for n in sizes {
            for replica in 0..replicas {
                let aside = replica as f64 - 0.5 * (replicas - 1) as f64;
                let radius = (-((*n as f64 - 4.0) / 1.25) + 0.1 * aside).exp2();
                let row: [Cell; 3] = [(*n).into(), replica.into(), radius.into()];
                table.rows.push(row.to_vec());
            }
        }
        Source { table, request }
    }

    #[test]
    fn the_fit_finds_the_law_from_sixteen_samples_on() {
        let drawing = CoveringRadiusLaw.draw(&[source(&[8, 12, 16, 20, 24], 21)]);
        let svg = render::svg(&drawing).unwrap();
        assert_eq!(svg.matches("n = 1.25 log₂(1/ρ) + 4").count(), 2, "in the legend and in the caption");
        assert_eq!(svg.matches("(derived)").count(), 2);
        for part in ["21 replicas per n", "from n = 16 on", "derived here and not in the papers", "probability 0.95"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn medians_have_order_statistics_around_them() {
        let Source { table, .. } = source(&[8], 11);
        let median = medians(&table)[0];
        let at = |aside: f64| (-3.2 + 0.1 * aside).exp2();
        assert_eq!((median.low, median.y, median.high), (at(-4.0), at(0.0), at(4.0)));
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(&[4, 8], 1);
        assert!(render::svg(&CoveringRadiusLaw.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&CoveringRadiusLaw.draw(&[source])).is_ok());
    }
}
