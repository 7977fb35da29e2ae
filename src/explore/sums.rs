//! One sample and all its subset sums: what the subset-sum view draws while a hand moves n and eps.
//!
//! The numbers are those of replica r of the sim `covering_radius` under the same law and key, so that the line on the
//! page and a row of a table are about the same sums.

use super::query::Query;
use super::{Lab, Refusal, Server};
use crate::engine::key::Key;
use crate::engine::subset_sum::{CoveringRadius, SampleLaw};
use crate::sims;
use crate::theorems::strong_tickets::covering;
use axum::Json as Body;
use axum::extract::State;
use axum::http::Uri;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The sim whose draws these are.
const SIM: &str = "covering_radius";
/// Most numbers of a line: 2^14 sums are more than a screen has dots.
const MOST: usize = 14;
/// Numbers at which the lines of the diagram are given.
const LINE: std::ops::RangeInclusive<usize> = 1..=24;

/// `{numbers, sums, radius, range_gap, precision, lines}` of `law, samples, half_width, replica, key`; `lines` of the diagram
/// with the constant C of `constant`: `{name, formula, provenance, at: [[n, eps]]}`.
pub(super) async fn answer(State(server): State<Arc<Server>>, uri: Uri) -> Result<Body<Json>, Refusal> {
    let asked = Asked::read(&uri, &server.lab)?;
    let key = Key::root(&asked.key).child(sims::find(SIM).map_or(SIM, |sim| sim.card().family));
    let numbers = asked.law.draw(asked.samples, &key.replica(asked.replica).child("samples"));
    let covering = CoveringRadius::default().of(&numbers, asked.half_width);
    let covering = covering.map_err(|error| Refusal::bad(error.to_string()))?;
    Ok(Body(json!({
        "numbers": numbers,
        "sums": sums(&numbers),
        "radius": covering.upper,
        "range_gap": covering.range_gap,
        "precision": covering.precision_upper,
        "lines": lines(asked.constant),
    })))
}

struct Asked {
    law: SampleLaw,
    samples: usize,
    half_width: f64,
    replica: u64,
    constant: f64,
    key: String,
}

impl Asked {
    fn read(uri: &Uri, lab: &Lab) -> Result<Asked, Refusal> {
        let mut query = Query::read(uri)?;
        let law = query.word("law", &SampleLaw::NAMES)?;
        let asked = Asked {
            law: SampleLaw::named(&law).expect("a word of the laws"),
            samples: query.count("samples", 8, [1, MOST as u64])? as usize,
            half_width: query.number("half_width", 1.0, [1e-3, 1e3])?,
            replica: query.count("replica", 0, [0, 1_000_000])?,
            constant: query.number("constant", 3.0, [0.1, 100.0])?,
            key: query.text("key", &lab.key),
        };
        query.end()?;
        Ok(asked)
    }
}

/// All of them, ascending; the empty one counts.
fn sums(numbers: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for x in numbers {
        sums.extend_from_within(..);
        let half = sums.len() / 2;
        sums[half..].iter_mut().for_each(|sum| *sum += x);
    }
    sums.sort_by(f64::total_cmp);
    sums
}

fn lines(constant: f64) -> Json {
    let line = |name: &str, formula: String, provenance: &str, eps: &dyn Fn(usize) -> f64| {
        let at: Vec<[f64; 2]> = LINE.map(|n| [n as f64, eps(n)]).collect();
        json!({ "name": name, "formula": formula, "provenance": provenance, "at": at })
    };
    json!([
        line("counting", "eps = 2^-n".to_owned(), "derived", &covering::counting_radius),
        line(
            "median",
            "eps = 0.52 n^(3/2) 2^-n".to_owned(),
            "derived, with a simulated constant",
            &covering::median_radius
        ),
        line(
            "theorem",
            format!("n = C log2(2/eps), C = {constant}"),
            "the constant C is hidden in the papers: it is yours",
            &|n| covering::lueker_accuracy(constant, n),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subset_is_summed_once() {
        assert_eq!(sums(&[1.0, 2.5]), [0.0, 1.0, 2.5, 3.5]);
        assert_eq!(sums(&[]), [0.0]);
    }
}
