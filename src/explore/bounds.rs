//! The laws of robustness at one setting: p_eff by its four definitions, and every bound with what it misses the free value by.
//!
//! The slider of the page is the information of the mask: from a mask that knows nothing about the data to one that could
//! not know more, at the same number of kept weights.

use super::query::Query;
use super::{Refusal, Server};
use crate::engine::information::upper;
use crate::theorems::robustness::bounds::{Bound, DataLaw, Parametrization, Version, effective, sharp, universal};
use crate::theorems::robustness::effective_parameters as p_eff;
use crate::theorems::robustness::effective_parameters::bits;
use axum::Json as Body;
use axum::extract::State;
use axum::http::Uri;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Norm within which inputs lie: theirs is near 1.
const RADIUS: f64 = 2.0;
/// s of S3: how far the mean label may be off.
const LOPSIDED: f64 = 0.2;

/// `{parameters, kept, information, entropy, p_eff: [{name, nats, bits}], bounds: [...]}` of samples, dimension, neurons,
/// keep, share, bits, eps, delta and largest: n, d, k, p, I as a share of ln C(p, kept), bits of a quantised weight, the fit
/// below noise, the failure rate and the size of the largest weight.
pub(super) async fn answer(State(_): State<Arc<Server>>, uri: Uri) -> Result<Body<Json>, Refusal> {
    let mut query = Query::read(&uri)?;
    let samples = query.count("samples", 200, [2, 1_000_000])? as usize;
    let dimension = query.count("dimension", 20, [1, 100_000])? as usize;
    let neurons = query.count("neurons", 64, [1, 100_000])? as usize;
    let keep = query.number("keep", 0.1, [0.0, 1.0])?;
    let share = query.number("share", 0.0, [0.0, 1.0])?;
    let grid = query.number("bits", 4.0, [1.0, 64.0])?;
    let eps = query.number("eps", 0.9, [1e-3, 1.0])?;
    let delta = query.number("delta", 0.1, [1e-6, 0.5])?;
    let largest = query.number("largest", 5.0, [1e-3, 1e6])?;
    query.end()?;

    let law = DataLaw::gaussian(samples, dimension);
    let class = Parametrization::two_layer(neurons, dimension, largest, RADIUS);
    let kept = (keep * class.parameters as f64).round();
    let entropy = upper::size(class.parameters as u64, kept as u64);
    let information = share * entropy;
    let price = |version| effective::nats_per_weight(version, &class, eps);
    let finite = p_eff::finite(information, p_eff::ln_grid(grid, kept));
    let continuous = |version| p_eff::continuous(information, kept, price(version));
    let counted = |name: &str, nats: f64| json!({ "name": name, "nats": nats, "bits": bits(nats) });
    let bound = |name: &str, bound: Bound| {
        json!({
            "name": name, "version": bound.version.name(), "value": bound.value, "free": bound.free,
            "factor": bound.factor(), "vacuous": bound.vacuous(),
        })
    };
    let bounds: Vec<Json> = [Version::Printed, Version::Corrected]
        .into_iter()
        .map(|version| {
            bound("Bubeck and Sellke, Thm 3", universal::parametrized_class(version, &law, eps, delta, &class))
        })
        .chain([Version::Printed, Version::Corrected, Version::Sharp].into_iter().map(|version| {
            // The printed theorem counts bits.
            let nats = continuous(version);
            let counts = if version == Version::Printed { bits(nats) } else { nats };
            bound("Kumar, Luo and Sellke, Thm 4", effective::masked_class(version, &law, eps, delta, counts))
        }))
        .chain([
            bound("S2, quantised weights, in expectation", sharp::expectation(&law, eps, finite)),
            bound(
                "S3, quantised weights, with probability",
                sharp::selected_lipschitz(&law, eps, LOPSIDED, finite, delta),
            ),
        ])
        .collect();
    Ok(Body(json!({
        "parameters": class.parameters,
        "kept": kept,
        "information": information,
        "entropy": entropy,
        "p_eff": [
            counted("informal: I + |m|", p_eff::informal(information, kept)),
            counted("quantised, Thm 3: I + b |m| ln 2", finite),
            counted("continuous, Thm 4: I + |m| ln(1 + 60 W J / eps)", continuous(Version::Printed)),
            counted("given the initialization, at most: ln C(p, |m|) + |m| ln(1 + 60 W J / eps)",
                p_eff::conditional(entropy, kept, price(Version::Printed))),
        ],
        "bounds": bounds,
    })))
}
